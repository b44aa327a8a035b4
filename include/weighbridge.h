/* weighbridge.h: the C interface of Weighbridge, which opens, verifies and loads models without Python.
 *
 * Generated from capi/src by cbindgen; edit the sources. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A first program (cc program.c -lweighbridge):
 *
 *   #include <stdio.h>
 *   #include <weighbridge.h>
 *
 *   static int failed(wb_error *err) {
 *     fprintf(stderr, "%s\n", wb_error_message(err));
 *     wb_error_release(err);
 *     return 1;
 *   }
 *
 *   int main(void) {
 *     wb_error *err = NULL;
 *     wb_model *model;
 *     wb_placement *placement;
 *     size_t index;
 *     int is_found;
 *     wb_placed_tensor_info tensor = {0};
 *     tensor.struct_size = sizeof tensor;
 *     if (wb_model_open(NULL, "path/to/checkpoint", WB_NUL, NULL, &model, &err) != WB_OK) {
 *       return failed(err);
 *     }
 *     if (wb_model_load(model, NULL, &placement, &err) != WB_OK) {
 *       wb_model_release(model);
 *       return failed(err);
 *     }
 *     is_found = wb_placement_tensor_find(placement, "lm_head.weight", WB_NUL, &index) == WB_OK
 *                && wb_placement_tensor_info(placement, index, &tensor) == WB_OK;
 *     if (is_found) {
 *       printf("%llu bytes at %p\n", (unsigned long long)tensor.bytes, tensor.data);
 *     } else {
 *       fprintf(stderr, "the model has no lm_head.weight\n");
 *     }
 *     wb_placement_release(placement);
 *     wb_model_release(model);
 *     return is_found ? 0 : 1;
 *   }
 *
 * Conventions, which apply to every function:
 *
 * - Results. Most functions return a wb_status: WB_OK is 0, WB_PENDING is positive, errors are negative. Functions that
 *   return a count or a pointer return 0 or NULL if an argument is invalid.
 * - Names. _create and _open make an object, _retain and _release add and drop a reference. _count, _find and _info
 *   address the parts of an object: _info fills a structure that describes one part, _infos an array of them, _get_info
 *   a structure that describes the object itself. A function whose name ends in a noun returns what the noun names.
 * - Errors. `wb_error **err` is the last parameter and may be NULL. It is ignored on entry and written only on failure;
 *   the caller owns what is written. Nothing is kept in thread-local or global state.
 * - Ownership. An object that is returned through `**out` is owned by the caller, who must release it; on failure `*out`
 *   is set to NULL. Other results are written only on success. A returned pointer, and every pointer in an info
 *   structure, is borrowed from the object that was passed, and is valid until that object is released.
 * - Threads. A function that takes its object as `const` may run on several threads at once. A function that takes it
 *   without `const` requires that no other thread uses the object, unless its documentation says "Any thread". Functions
 *   named _retain and _release may be called on any thread.
 * - NULL. Functions named _retain and _release accept NULL, and so does every function that takes a context. Otherwise a
 *   NULL pointer that is required is WB_ERR_INVALID_ARGUMENT. NULL with a length of 0 is an empty range or text.
 * - Structures begin with `struct_size`, which the caller sets to the size of the structure. Options that are zeroed
 *   mean the defaults. The library accepts a structure of an older, shorter version as if zeros followed, and a longer
 *   one if the part that it does not know is zero; else it returns WB_ERR_UNSUPPORTED. It fills an info structure as far
 *   as the caller knows it.
 * - Text is UTF-8. The length of a text that the caller passes may be WB_NUL. Text that the library returns as a wb_str is
 *   not NUL-terminated; text that it returns as a `const char *` is.
 * - Flags and enumerations from the caller must be known to the library. The library may return values that are newer
 *   than this header; programs must tolerate them.
 * - Units. Sizes and offsets are in bytes, and offsets count from the start of the file. Shapes and strides are in
 *   elements, outermost dimension first.
 * - Callbacks take their `user_data` first and are called with no lock held. They must not throw. A callback may call
 *   functions that are documented with "Any thread", and functions of objects that the operation does not work with.
 * - Memory. An allocation that fails is WB_ERR_OUT_OF_MEMORY. The library keeps a reserve of 1 MiB, which takes no memory
 *   until it is used, for errors and other small objects. Release an error soon: it may be in the reserve. There is one
 *   exception: if memory runs out while a thread is being started, the C library or the runtime of Rust may end the
 *   process. The library requests the memory of a thread in advance; with max_threads 0 it starts none.
 * - The library does not print, install signal handlers, change the environment or the working directory, or start
 *   threads that the context does not allow. Once loaded it stays in the process: dlclose does not unload it.
 * - Every symbol exists in every build. A function that a build leaves out returns WB_ERR_UNSUPPORTED.
 * - fork: the child may use and release what it has inherited, except tasks. It cannot use devices.
 */
#ifndef WEIGHBRIDGE_H
#define WEIGHBRIDGE_H

#include <stddef.h>
#include <stdint.h>

/* How functions are declared. */
#ifndef WB_API
#if defined(__GNUC__)
#define WB_API __attribute__((visibility("default")))
#else
#define WB_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WB_HOST_MALLOC
/*
 * For a library that was built with the feature "host-malloc", which needs these functions: the program that links it defines them, and
 * all objects come from there that the allocator of a context is not for. Any thread, several at once. They must not throw, and must not
 * call the library. Since 0.1.
 */

/* Allocates `bytes` bytes, which is not 0, at a multiple of `alignment`, which is a power of 2. NULL: there is no memory. */
void *wb_host_malloc(size_t bytes, size_t alignment);

/* Frees what wb_host_malloc() returned for this alignment. */
void wb_host_free(void *block, size_t alignment);
#endif

/* As the length of a text that the caller passes: the text ends at the first NUL. Since 0.1. */
#define WB_NUL SIZE_MAX

/* As an index in a model: none. Since 0.1. */
#define WB_NO_INDEX SIZE_MAX

/* ----------------------------------------------------------------------
 * Text
 */

// Borrowed UTF-8 text that is not NUL-terminated. Since 0.1.
typedef struct wb_str {
  // The first byte. Never NULL in what the library returns.
  const char *ptr;
  // The length in bytes. In text that the caller passes, `WB_NUL` means that it ends at the first NUL.
  size_t len;
} wb_str;

/* ----------------------------------------------------------------------
 * Status codes
 *
 * The result of a call: 0 is success, a positive value is an intermediate state, a negative value is an error. The values
 * never change. A later version may add some, so treat an unknown negative value as an error.
 */

// The result of a call: `WB_OK`, `WB_PENDING` or one of `WB_ERR_*`. Since 0.1.
typedef int32_t wb_status;

// Success.
#define WB_OK 0

// The operation is not finished; call again.
#define WB_PENDING 1

// An argument is invalid: NULL, an index out of range, an unknown flag, options that contradict each other.
#define WB_ERR_INVALID_ARGUMENT (-1)

// The request is valid, but this build or this version does not support it.
#define WB_ERR_UNSUPPORTED (-2)

// Memory could not be allocated.
#define WB_ERR_OUT_OF_MEMORY (-3)

// The operating system failed to read, write or map a file; `wb_error_info.os_code` is `errno`.
#define WB_ERR_IO (-4)

// A file, tensor, key or device that was asked for does not exist.
#define WB_ERR_NOT_FOUND (-5)

// A file is malformed or inconsistent.
#define WB_ERR_FORMAT (-6)

// A file requires more than the limits of the open allow.
#define WB_ERR_LIMIT (-7)

// Bytes differ from what a manifest expects.
#define WB_ERR_MISMATCH (-8)

// The verification policy requires a check that has not been made, or that no manifest makes possible.
#define WB_ERR_UNVERIFIED (-9)

// A device or its driver failed; `wb_error_info.os_code` is the result of the driver.
#define WB_ERR_DEVICE (-10)

// The caller cancelled the operation.
#define WB_ERR_CANCELLED (-11)

// A callback of the host failed; `wb_error_info.os_code` is its result.
#define WB_ERR_CALLBACK (-12)

// A zero-copy pointer does not exist; read or load the bytes instead.
#define WB_ERR_NOT_MAPPED (-13)

// A file has been written since it was opened; with `WB_OPEN_REFUSE_REPLACED`, also: its path now refers to another
// file.
#define WB_ERR_CHANGED (-14)

// A bug in the library. Only the result of this call is lost; please report it.
#define WB_ERR_INTERNAL (-100)

// Returns the name of a status, such as `"WB_ERR_FORMAT"`, as static NUL-terminated text; `"unknown status"` for a value
// that this version does not have. Never NULL. Any thread. Since 0.1.
WB_API
const char *wb_status_name(wb_status s);

/* ----------------------------------------------------------------------
 * Library
 *
 * What this header and the library that is loaded are. These functions may be called at any time from any thread.
 *
 *   if (wb_abi_version() != WB_ABI_VERSION) {
 *     fprintf(stderr, "this is version %s of the library\n", wb_version_string());
 *   }
 */

// The major version of this header.
#define WB_VERSION_MAJOR 0

// The minor version of this header.
#define WB_VERSION_MINOR 1

// The patch version of this header.
#define WB_VERSION_PATCH 0

// The version of the binary interface that this header describes: the number in the SONAME. It changes only when
// programs have to be compiled again.
#define WB_ABI_VERSION 0

// How the loaded library was built: what a bug report should contain. Set `struct_size` before the call; the texts are
// static. Since 0.1.
typedef struct wb_build_info {
  // `sizeof(wb_build_info)`.
  size_t struct_size;
  // The version, such as `"0.1.0"`.
  wb_str version;
  // The features of this build, separated by spaces, such as `"safetensors onnx cuda"`.
  wb_str features;
  // The platform that it was built for, such as `"x86_64-unknown-linux-gnu"`.
  wb_str target;
  // `"release"` or `"debug"`: whether the compiler optimized the code.
  wb_str profile;
  // The compiler, such as `"rustc 1.95.0"`.
  wb_str compiler;
} wb_build_info;

// Returns the version of the loaded library: major << 24 | minor << 12 | patch. Since 0.1.
WB_API uint32_t wb_version(void);

// Returns the version of the loaded library as static NUL-terminated text, such as `"0.1.0"`. Since 0.1.
WB_API const char *wb_version_string(void);

// Returns the version of the binary interface of the loaded library. A program that loads the library by name compares
// it with `WB_ABI_VERSION`. Since 0.1.
WB_API uint32_t wb_abi_version(void);

// Returns whether this build has a feature: a format (`"safetensors"`, `"onnx"`), a kind of device (`"cuda"`), or `"check"`.
//
// Returns 1 or 0, and 0 for names that this version does not know. Since 0.1.
WB_API
int32_t wb_has_feature(const char *name,
                       size_t name_len);

// Describes how the loaded library was built. Since 0.1.
WB_API wb_status wb_build_get_info(wb_build_info *out);

/* ----------------------------------------------------------------------
 * Errors
 *
 * An error object says what went wrong, where, and what was expected. It belongs to the caller who received it.
 *
 *   fprintf(stderr, "%s\n", wb_error_message(err));
 *   wb_error_release(err);
 */

// An error. Reference-counted and immutable; any thread. Since 0.1.
typedef struct wb_error wb_error;

// The parts of an error. Set `struct_size` before the call; the texts are borrowed from the error. Since 0.1.
typedef struct wb_error_info {
  // `sizeof(wb_error_info)`.
  size_t struct_size;
  // The status that the failed call returned.
  wb_status code;
  // 0.
  uint32_t reserved;
  // The whole error on one line: file, subject, what was wrong and what was expected, offset, cause. Control and
  // formatting characters that come from files are escaped.
  wb_str message;
  // The file, as it was found; empty if there is none.
  wb_str path;
  // The tensor, node, key or option; empty if there is none.
  wb_str subject;
  // Bytes from the start of the file; `UINT64_MAX` if there is no offset.
  uint64_t offset;
  // `errno`, the result of the driver or that of a callback; 0 if there is none.
  int64_t os_code;
} wb_error_info;

// Returns the status that the failed call returned; `WB_OK` for NULL. Since 0.1.
WB_API wb_status wb_error_code(const wb_error *e);

// Returns the whole error on one line, as `wb_error_info.message`, as NUL-terminated text that is borrowed from the error;
// `""` for NULL. Since 0.1.
WB_API
const char *wb_error_message(const wb_error *e);

// Gives all parts of an error. Since 0.1.
WB_API wb_status wb_error_get_info(const wb_error *e, wb_error_info *out);

// Adds a reference and returns `e`. NULL is allowed. Any thread. Since 0.1.
WB_API wb_error *wb_error_retain(wb_error *e);

// Drops a reference. NULL is allowed. Any thread. Since 0.1.
WB_API void wb_error_release(wb_error *e);

/* ----------------------------------------------------------------------
 * Callbacks
 *
 * Functions of the host that the library calls, never while it holds a lock. They must not throw: an exception that
 * reaches the library ends the process.
 */

// As the result of a callback: the operation continues. Since 0.1.
#define WB_PROCEED 0

// As the result of a callback: the operation is cancelled, and returns `WB_ERR_CANCELLED` unless it is done. Since 0.1.
#define WB_STOP 1

// Receives one log message: its level (`WB_LOG_*`), the part of the library that it comes from, and its text. Both texts
// are valid until the callback returns. It may be called on any thread that works for the library, also on several at
// once. Since 0.1.
typedef void (*wb_log_fn)(void *user_data,
                          uint32_t level,
                          const char *target,
                          size_t target_len,
                          const char *msg,
                          size_t msg_len);

// Called when the library no longer uses `user_data`, or the memory that it stands for. It may be called on any thread.
// Since 0.1.
typedef void (*wb_destroy_fn)(void *user_data);

// The progress of an operation. Set `struct_size` before a call; in a callback, the library has set it. Since 0.1.
typedef struct wb_progress {
  // `sizeof(wb_progress)`.
  size_t struct_size;
  // Bytes that have been processed.
  uint64_t done_bytes;
  // Bytes that will be processed in all; 0: not known.
  uint64_t total_bytes;
  // Tensors that are complete: placed and checked. A tensor that only the digest of its file covers is complete when the
  // whole file has been checked.
  uint64_t done_tensors;
  // Tensors that will be processed in all; 0: none, or not known.
  uint64_t total_tensors;
} wb_progress;

// Receives the progress of an operation, on the thread that called the operation. Returns `WB_PROCEED`; `WB_STOP` and
// every other value cancel the operation. It must not release the objects that the operation works with. Since 0.1.
typedef int32_t (*wb_progress_fn)(void *user_data, const struct wb_progress *p);

/* ----------------------------------------------------------------------
 * Cancelling
 *
 * A cancel handle stops operations from another thread: opening, verifying, checking and loading take one in their
 * options, and end after another thread has called `wb_cancel_set`. The handle may outlive them, so it can be used
 * without knowing whether an operation has ended.
 *
 *   if (wb_cancel_create(&cancel, &err) == WB_OK) {
 *     open.cancel = cancel;
 *     status = wb_model_open(NULL, "path/to/checkpoint", WB_NUL, &open, &model, &err);
 *     wb_cancel_release(cancel);
 *   }
 */

// A cancel handle. Reference-counted; every function may be called on any thread. Since 0.1.
typedef struct wb_cancel wb_cancel;

// Creates a cancel handle. The caller owns `*out`. Since 0.1.
WB_API wb_status wb_cancel_create(wb_cancel **out, wb_error **err);

// Cancels every operation that has this handle, also those that start later: they return `WB_ERR_CANCELLED`. An
// operation notices within 50 milliseconds or one block of tensors, or about a megabyte of headers. NULL is allowed. Any
// thread, also inside a callback. Since 0.1.
WB_API
void wb_cancel_set(const wb_cancel *c);

// Adds a reference and returns `c`. NULL is allowed. Any thread. Since 0.1.
WB_API wb_cancel *wb_cancel_retain(wb_cancel *c);

// Drops a reference. Operations keep the handle that they were given. NULL is allowed. Any thread. Since 0.1.
WB_API void wb_cancel_release(wb_cancel *c);

/* ----------------------------------------------------------------------
 * Host I/O
 *
 * Files of the host, instead of those of the operating system: in a pak file, behind a virtual file system, in an object
 * store. `wb_context_options.io` makes every path of a context a name of such a file; `wb_model_open_io` opens one model
 * from files of its own.
 *
 *   wb_io io = {0};
 *   io.struct_size = sizeof io;
 *   io.user_data = pak;
 *   io.open = pak_open;
 *   io.stat = pak_stat;
 *   io.read_at = pak_read_at;
 *   io.close = pak_close;
 *   status = wb_model_open_io(NULL, &io, "models/llama.onnx", WB_NUL, NULL, &model, &err);
 *
 * The functions are called on any thread that works for the library, several at once, with no lock held. They may call
 * the library, but must not release the objects that an operation works with. What they answer is checked like what a
 * file says: an answer that cannot be true is `WB_ERR_CALLBACK`.
 */

// As the result of a function of the host: it succeeded. Since 0.1.
#define WB_IO_OK 0

// As the result of a function of the host: there is no such file or folder. Some files, such as manifests, are only looked
// for. Every other result but `WB_IO_OK` is a failure: the operation returns `WB_ERR_CALLBACK`, and
// `wb_error_info.os_code` is the result. Since 0.1.
#define WB_IO_NOT_FOUND 1

// As `kind` of `wb_io_entries_add`: a file. Since 0.1.
#define WB_IO_FILE 0

// As `kind` of `wb_io_entries_add`: a folder. Since 0.1.
#define WB_IO_FOLDER 1

// The entries of a folder, while it is being listed. Since 0.1.
typedef struct wb_io_entries wb_io_entries;

// Opens a file by its name and stores what stands for it, which may be NULL. The name is relative, to the model or to the
// root of the host's files: UTF-8, with `/` between folders, without empty components, `.` and `..`. It is valid until the
// function returns. Since 0.1.
typedef int32_t (*wb_io_open_fn)(void *user_data, const char *name, size_t name_len, void **file);

// Stores the length of a file in bytes, and a number that changes when its contents do, such as a hash of the ETag of an
// object; it is 0 before the call. Another length or number later means that the file has changed (`WB_ERR_CHANGED`).
// Since 0.1.
typedef int32_t (*wb_io_stat_fn)(void *user_data, void *file, uint64_t *bytes, uint64_t *identity);

// Reads some of the `len` bytes at `offset` into `buffer`, at least one, and stores how many; 0 only where the file ends.
// `len` is not 0, and the range is never beyond the length of the file. Since 0.1.
typedef int32_t (*wb_io_read_fn)(void *user_data, void *file, uint64_t offset, void *buffer, size_t len, size_t *done);

// Closes a file. Called once for each file that was opened. Since 0.1.
typedef void (*wb_io_close_fn)(void *user_data, void *file);

// Adds every file and folder of a folder to `entries` by `wb_io_entries_add`, in any order; the folder of the model, or the
// root, has the name `""`. Called only for models that are opened as a folder or by an index. Since 0.1.
typedef int32_t (*wb_io_list_fn)(void *user_data, const char *folder, size_t folder_len, struct wb_io_entries *entries);

// Stores a pointer to all bytes of a file, which must stay there and unchanged until `unmap` is called; NULL if the host
// does not have them in memory. It is asked when somebody first wants a zero-copy pointer, and never with `WB_OPEN_READ`.
// Since 0.1.
typedef int32_t (*wb_io_map_fn)(void *user_data, void *file, const void **data);

// Takes back what `map` has given. The file is closed after that. Since 0.1.
typedef void (*wb_io_unmap_fn)(void *user_data, void *file, const void *data);

// Is told that `len` bytes at `offset` will be read soon, by a load that is done in steps: so they may be at hand then. It should
// not wait for them. Since 0.1.
typedef void (*wb_io_will_read_fn)(void *user_data, void *file, uint64_t offset, uint64_t len);

// The files of a host. Zeroed but for what is needed; set `struct_size`. Since 0.1.
typedef struct wb_io {
  // `sizeof(wb_io)`.
  size_t struct_size;
  // Passed to the functions.
  void *user_data;
  // Called once with `user_data` when no function will be called any more; also if the call that takes this structure
  // fails, unless that is because of this structure. May be NULL.
  wb_destroy_fn destroy;
  // Must be set.
  wb_io_open_fn open;
  // Must be set.
  wb_io_stat_fn stat;
  // Must be set.
  wb_io_read_fn read_at;
  // May be NULL.
  wb_io_close_fn close;
  // May be NULL: folders cannot be listed, and models are opened by a file.
  wb_io_list_fn list;
  // May be NULL: no file is in memory.
  wb_io_map_fn map;
  // May be NULL.
  wb_io_unmap_fn unmap;
  // May be NULL: the host does not want to know what will be read.
  wb_io_will_read_fn will_read;
  // Bytes that are best asked for at once, such as 8 MiB of an object store. Loads then read in pieces of this size, as far
  // as `wb_plan_options.staging_bytes` allows. 0: as the library likes.
  uint64_t preferred_read;
} wb_io;

// Adds an entry to the folder that is being listed: its name, which is one component, whether it is a file or a folder, and
// the length of a file in bytes. Only inside a `wb_io_list_fn`. Since 0.1.
WB_API
wb_status wb_io_entries_add(wb_io_entries *entries,
                            const char *name,
                            size_t name_len,
                            uint32_t kind,
                            uint64_t bytes);

/* ----------------------------------------------------------------------
 * Host threads
 *
 * The work of tasks on threads of the host, such as the workers of its job system, and what the host does on those of the
 * library.
 *
 *   wb_threads threads = {0};
 *   threads.struct_size = sizeof threads;
 *   threads.user_data = queue;
 *   threads.spawn = queue_push;
 *   options.threads = &threads;
 *   options.max_threads = 4;
 *
 * and each worker of the host:
 *
 *   while ((job = queue_pop(queue)) != NULL) {
 *     wb_job_run(job);
 *     wb_job_release(job);
 *   }
 *
 * Jobs may be run in any order, late or not at all: whoever calls `wb_task_step` or `wb_task_wait` does the work that no job
 * has begun.
 */

// A part of the work of a task. One owner. Since 0.1.
typedef struct wb_job wb_job;

// Takes a job, which the host then owns: it calls `wb_job_run` later on any thread, or at once, and then `wb_job_release`.
// Returns `WB_OK`; every other value means that the host does not take the job, which is logged as a warning. Called by
// `wb_plan_start`, and by every function that loads, verifies or hashes at once. Since 0.1.
typedef wb_status (*wb_spawn_fn)(void *user_data, struct wb_job *job);

// Called on a thread of the library when it begins or before it ends. `number` counts from 0; no two threads of a context
// have the same number at the same time. Since 0.1.
typedef void (*wb_thread_fn)(void *user_data, uint32_t number);

// How the host takes part in the work of tasks. Zeroed but for what is needed; set `struct_size`. Since 0.1.
typedef struct wb_threads {
  // `sizeof(wb_threads)`.
  size_t struct_size;
  // Passed to the functions.
  void *user_data;
  // Called once with `user_data` when no function will be called any more; also if `wb_context_create` fails, unless that
  // is because of this structure. May be NULL.
  wb_destroy_fn destroy;
  // Runs the work on threads of the host, in up to `wb_context_options.max_threads` jobs for each task. NULL: the library
  // creates the threads.
  wb_spawn_fn spawn;
  // Called on each thread that the library creates, when it begins. May be NULL.
  wb_thread_fn start;
  // Called on each thread that the library creates, before it ends. May be NULL.
  wb_thread_fn stop;
} wb_threads;

// Does the work of a job until there is nothing more for it, which may be the end of the task. If the job has been run
// before, or its task is over, there is nothing to do. Any thread. Since 0.1.
WB_API wb_status wb_job_run(wb_job *job);

// Releases a job, run or not. NULL is allowed. Any thread. Since 0.1.
WB_API void wb_job_release(wb_job *job);

/* ----------------------------------------------------------------------
 * Host memory
 *
 * Memory for bulk data from an allocator of the host, and a budget that the host sets. Bulk data are the arenas of tensors, the
 * contents of files and tensors that are read, and the buffers of loads. A load allocates a few blocks in all, of up to
 * `wb_plan_info.target_bytes`.
 *
 *   wb_allocator allocator = {0};
 *   allocator.struct_size = sizeof allocator;
 *   allocator.user_data = heap;
 *   allocator.alloc = heap_alloc;
 *   allocator.free = heap_free;
 *   options.allocator = &allocator;
 *   status = wb_context_create(&options, &context, &err);
 *
 * The functions are called on any thread that works for the library, several at once, with no lock held. Small objects, such as
 * handles, names and tables, are not bulk data: they come from the allocator of the system.
 */

// Allocates `bytes` bytes, which is not 0, at a multiple of `alignment`, a power of two; NULL: there is no memory, and the
// operation returns `WB_ERR_OUT_OF_MEMORY`. The bytes may have any contents. Since 0.1.
typedef void *(*wb_alloc_fn)(void *user_data, size_t bytes, size_t alignment);

// Frees what a `wb_alloc_fn` has given for this size and alignment. Since 0.1.
typedef void (*wb_free_fn)(void *user_data, void *start, size_t bytes, size_t alignment);

// An allocator of a host. Zeroed but for what is needed; set `struct_size`. Since 0.1.
typedef struct wb_allocator {
  // `sizeof(wb_allocator)`.
  size_t struct_size;
  // Passed to the functions.
  void *user_data;
  // Called once with `user_data` when no function will be called any more; also if `wb_context_create` fails, unless that
  // is because of this structure. May be NULL.
  wb_destroy_fn destroy;
  // Allocates bulk memory. Must be set.
  wb_alloc_fn alloc;
  // Frees what `alloc` has given. Must be set.
  wb_free_fn free;
} wb_allocator;

// Asks for `bytes` bytes of the memory of a CUDA device, or of the host for `WB_DEVICE_HOST`, before they are allocated.
// `WB_OK` grants them; every other value refuses them, and the operation returns `WB_ERR_OUT_OF_MEMORY`. It may wait, for
// instance until another load has given something back. Since 0.1.
typedef wb_status (*wb_reserve_fn)(void *user_data, uint32_t device, uint64_t bytes);

// Takes back what a `wb_reserve_fn` has granted, after it has been freed. Since 0.1.
typedef void (*wb_release_fn)(void *user_data, uint32_t device, uint64_t bytes);

// A budget of a host for memory. Zeroed but for what is needed; set `struct_size`. Since 0.1.
typedef struct wb_budget {
  // `sizeof(wb_budget)`.
  size_t struct_size;
  // Passed to the functions.
  void *user_data;
  // Called once with `user_data` when no function will be called any more; also if `wb_context_create` fails, unless that
  // is because of this structure. May be NULL.
  wb_destroy_fn destroy;
  // Grants memory. Must be set.
  wb_reserve_fn reserve;
  // Takes it back. Must be set.
  wb_release_fn release;
} wb_budget;

/* ----------------------------------------------------------------------
 * Metrics
 *
 * What operations cost, as numbers for the metrics of a host: every open, plan, load, verification and check, whether it succeeds or
 * fails.
 *
 *   wb_metrics metrics = {0};
 *   metrics.struct_size = sizeof metrics;
 *   metrics.user_data = registry;
 *   metrics.measured = add_to_histograms;
 *   options.metrics = &metrics;
 *   status = wb_context_create(&options, &context, &err);
 */

// The cost of one stage of an operation. Set `struct_size` before the call; the text is static. Since 0.1.
typedef struct wb_cost_info {
  // `sizeof(wb_cost_info)`.
  size_t struct_size;
  // Of an open: `"find"`: finding out which files there are; `"parse"`: headers, indices and graphs; `"manifests"`. Of a load or a
  // verification: `"prepare"`: allocating the memory of the target, initializing a device; `"read"`; `"blake3"`, `"sha256"`,
  // `"sha1"`, `"git-sha1"`, `"crc32"`, `"crc32c"`: hashing, where `"blake3"` includes the headers that were read when the model was
  // opened, which are compared; `"convert"`: casts, and joining short rows of slices; `"move"`: making tensors contiguous;
  // `"send"`: pinning memory, submitting copies to a device and waiting for free buffers, but not the time of the copies. Of all:
  // `"other"`: the rest. Later versions may have more.
  wb_str stage;
  // Bytes that passed through it.
  uint64_t bytes;
  // Nanoseconds that threads spent in it, summed over all threads.
  uint64_t nanoseconds;
} wb_cost_info;

// What an operation has cost. The library has set `struct_size`; all pointers are valid until the callback returns. Since 0.1.
typedef struct wb_measurement {
  // `sizeof(wb_measurement)` of the library.
  size_t struct_size;
  // `"open"`, `"plan"`, `"load"`, `"verify"` or `"check"`; later versions may have more.
  wb_str operation;
  // The model, as errors name it: where it was found, or what was asked for if it was not.
  wb_str model;
  // `WB_OK`, or why the operation failed.
  wb_status status;
  // `sizeof(wb_cost_info)` of the library: the next element of `stages` begins that many bytes later.
  uint32_t stage_size;
  // Bytes that were read; of an open, those of headers, indices and graphs.
  uint64_t bytes;
  // From the start of the operation to its end, in nanoseconds.
  uint64_t nanoseconds;
  // The stages, each once: their times add up to the time that threads have worked for the operation. On one thread that is
  // all of `nanoseconds`, but for the time between two steps of a task.
  const wb_cost_info *stages;
  // How many there are.
  size_t stage_count;
} wb_measurement;

// Receives the cost of an operation that has ended, on the thread that has ended it and with no lock held. It must not release
// the objects that the operation works with. Since 0.1.
typedef void (*wb_measured_fn)(void *user_data, const struct wb_measurement *m);

// The metrics of a host. Zeroed but for what is needed; set `struct_size`. Since 0.1.
typedef struct wb_metrics {
  // `sizeof(wb_metrics)`.
  size_t struct_size;
  // Passed to the function.
  void *user_data;
  // Called once with `user_data` when the function will not be called any more; also if `wb_context_create` fails, unless that
  // is because of this structure. May be NULL.
  wb_destroy_fn destroy;
  // Must be set.
  wb_measured_fn measured;
} wb_metrics;

/* ----------------------------------------------------------------------
 * Context
 *
 * What the host provides to the library. A process may have several contexts. Every function that takes a context also
 * takes NULL, which means: no log, and no threads beside the caller's. For speed, create a context that allows threads:
 *
 *   wb_context_options host = {0};
 *   host.struct_size = sizeof host;
 *   host.max_threads = WB_THREADS_ALL;
 *   wb_context_create(&host, &context, &err);
 */

// As `wb_context_options.max_threads`: one thread for each processor. Since 0.1.
#define WB_THREADS_ALL UINT32_MAX

// Log level: an operation failed; the error is returned as well. Since 0.1.
#define WB_LOG_ERROR 1

// Log level: something was accepted or worked around, and should be looked into. Since 0.1.
#define WB_LOG_WARN 2

// Log level: the operations, one line each with what was chosen and how long it took: opens, verifications, loads.
// Since 0.1.
#define WB_LOG_INFO 3

// Log level: the steps of operations: files, maps, threads, phases. Since 0.1.
#define WB_LOG_DEBUG 4

// A context. Reference-counted and immutable, so several threads may use it at once. Since 0.1.
typedef struct wb_context wb_context;

// What the host provides. Zeroed: nothing. Set `struct_size`. Since 0.1.
typedef struct wb_context_options {
  // `sizeof(wb_context_options)`.
  size_t struct_size;
  // Threads that the library may create for all tasks of the context together. They are created when there is work, and
  // when a task has been released and no other one has work for them, they have ended. `WB_THREADS_ALL`: one for each
  // processor. 0: none, and the calling thread does the work. The child of a fork has none in a context that it inherits. On Linux they block all signals except `SIGSEGV`,
  // `SIGBUS`, `SIGFPE`, `SIGILL`, `SIGTRAP` and `SIGABRT`, so handlers of the host do not run on them.
  uint32_t max_threads;
  // The most detailed `WB_LOG_*` level that is logged. 0: nothing is logged; `UINT32_MAX`: everything.
  uint32_t log_max_level;
  // Receives the log messages; NULL: they are discarded.
  wb_log_fn log;
  // Passed to `log`. It must stay valid until `log_destroy` is called.
  void *log_user_data;
  // Called once with `log_user_data` when nothing uses it any more, at the latest when the context and every object made
  // with it are gone; also if `wb_context_create` fails, unless that is because of these options. May be NULL.
  wb_destroy_fn log_destroy;
  // The files of the host, instead of those of the operating system: every path of this context is the name of one of
  // them, such as `"models/llama"`, and `""` is the root. The structure is copied. NULL: the operating system. The
  // library still reads files that options name itself, such as `wb_open_options.memo`.
  const wb_io *io;
  // How the host takes part in the work of tasks. The structure is copied. NULL: not at all.
  const wb_threads *threads;
  // Allocates memory for bulk data. The structure is copied. NULL: the library maps it. What it shares with others is mapped
  // in any case: files, `WB_TARGET_SEALED`, and the pinned memory of copies to devices.
  const wb_allocator *allocator;
  // Is asked before memory for bulk data is allocated, on the host and on devices, by whomever; but not for maps of files and
  // what destinations lend. The structure is copied. NULL: there is no budget.
  const wb_budget *budget;
  // Is told what operations cost. The structure is copied. NULL: nothing is.
  const wb_metrics *metrics;
} wb_context_options;

// Creates a context. `opt` may be NULL and is copied. The caller owns `*out`. Since 0.1.
WB_API wb_status wb_context_create(const wb_context_options *opt, wb_context **out, wb_error **err);

// Adds a reference and returns `c`. NULL is allowed. Any thread. Since 0.1.
WB_API wb_context *wb_context_retain(wb_context *c);

// Drops a reference. Models keep the context that they were opened with. NULL is allowed. Any thread. Since 0.1.
WB_API void wb_context_release(wb_context *c);

/* ----------------------------------------------------------------------
 * Models
 *
 * A model is opened once and never changes. Opening reads and checks headers, indices and graphs; the bytes of tensors
 * are not read. The verification policy is fixed when the model is opened.
 *
 *   if (wb_model_open(NULL, "path/to/checkpoint", WB_NUL, NULL, &model, &err) == WB_OK) {
 *     ...
 *     wb_model_release(model);
 *   }
 */

// Open flag: files are read and never mapped. There are no zero-copy pointers, and a file that is truncated by another
// process cannot raise `SIGBUS`. Use it on network file systems, and in hosts that cannot handle a signal. Since 0.1.
#define WB_OPEN_READ (UINT64_C(1) << 0)

// Open flag: also refuse a file that has been replaced or removed. A model keeps the files that it opened. Without this
// flag it continues to use them after another file was renamed over one of them, and `wb_model_changed` reports that;
// with it, every access to such a file returns `WB_ERR_CHANGED`. A file that is written in place is always refused.
// Since 0.1.
#define WB_OPEN_REFUSE_REPLACED (UINT64_C(1) << 1)

// Open flag: what the file `wb_open_options.memo` remembers counts as cover under `WB_VERIFY_REQUIRED`. Without this flag files are
// hashed there in any case. Since 0.1.
#define WB_OPEN_MEMO_COVERS (UINT64_C(1) << 2)

// Policy: loads, `wb_model_verify` and `wb_model_asset_buffer` check the bytes that a manifest covers; a mismatch is an
// error. `wb_model_tensor_data`, `_buffer` and `_read` do not check anything. Since 0.1.
#define WB_VERIFY_IF_PRESENT 0

// Policy: every weight file that is used must be covered by a manifest. The bytes of a tensor are refused with
// `WB_ERR_UNVERIFIED` until a load or `wb_model_verify` has checked them; if a file has been touched since then, they
// are checked again. Names, shapes, metadata, and assets that no manifest covers, are available without a check. Since
// 0.1.
#define WB_VERIFY_REQUIRED 1

// Policy: manifests are not read, and nothing is checked. Since 0.1.
#define WB_VERIFY_NONE 2

// An open model. Reference-counted and immutable: every function that takes it `const` may run on several threads at
// once. Since 0.1.
typedef struct wb_model wb_model;

// How a model is opened. Zeroed: the defaults. Set `struct_size`. Since 0.1.
typedef struct wb_open_options {
  // `sizeof(wb_open_options)`.
  size_t struct_size;
  // `WB_OPEN_*` flags, combined with `|`.
  uint64_t flags;
  // `WB_VERIFY_*`.
  uint32_t verify;
  // Must be 0.
  uint32_t reserved;
  // The name of the format, such as `"safetensors"`; empty: detected from the content.
  wb_str format;
  // A manifest from a trusted source: the text of a `weighbridge.json`, a `SHA256SUMS`, a git-lfs pointer (of a model of one
  // file), or a manifest of an OCI registry or of Ollama. It replaces the manifests
  // beside the weights. NULL: none. Copied.
  const void *manifest;
  // The length of `manifest` in bytes.
  size_t manifest_len;
  // Limit: bytes of one header, index or manifest; 0: 100,000,000.
  uint64_t max_header_bytes;
  // Limit: tensors, including those that an index does not name; 0: 10,000,000.
  uint64_t max_tensors;
  // Limit: files of the model; 0: 4,096.
  uint64_t max_files;
  // Limit: bytes of memory for all headers, indices, manifests, tables and graphs together, and for contents of tensors
  // that have to be built; 0: 1 GiB.
  uint64_t max_heap_bytes;
  // The name of the file that `wb_model_open_memory` opens, by which manifests and errors refer to it, such as
  // `"model.safetensors"`; empty: `"memory"`. `wb_model_open` takes the name from the path and ignores this one.
  wb_str name;
  // Called on this thread before each file is read and about once for each megabyte of headers and graphs. The totals
  // are not known. May be NULL.
  wb_progress_fn progress;
  // Passed to `progress`.
  void *user_data;
  // Cancels the open from another thread; may be NULL.
  const wb_cancel *cancel;
  // Directories outside the model's own to which symbolic links of the model may lead, such as the cache of a tool that
  // manages data, or another disk. Without them a link may lead out only to the directory where the entry file really
  // lies, or to the blobs of a Hugging Face cache. A directory that does not exist is an error.
  const wb_str *link_roots;
  // How many there are.
  size_t link_root_count;
  // The path of a file in which verified files are remembered, so that they need not be hashed again as long as nobody
  // touches them; it is made when there is something to remember. Empty: nothing is remembered. Lines of reports that rest
  // on it have the source `"memo"`. See `WB_OPEN_MEMO_COVERS`. What it guards against: `docs/trust.md`.
  // A build without it returns `WB_ERR_UNSUPPORTED`.
  wb_str memo;
} wb_open_options;

// A file in the host's memory. Set `struct_size`. Since 0.1.
typedef struct wb_blob {
  // `sizeof(wb_blob)`.
  size_t struct_size;
  // The name, relative to the model, such as `"model.onnx"` or `"onnx/model.onnx_data"`.
  wb_str name;
  // The bytes, which must not change until `destroy` is called.
  const void *data;
  // The length in bytes.
  size_t len;
  // Called once with `user_data` when nothing uses the bytes any more. May be NULL.
  wb_destroy_fn destroy;
  // Passed to `destroy`.
  void *user_data;
} wb_blob;

// A weight file. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
typedef struct wb_file_info {
  // `sizeof(wb_file_info)`.
  size_t struct_size;
  // The path, relative to the model's directory.
  wb_str path;
  // The length in bytes.
  uint64_t bytes;
} wb_file_info;

// Opens a model: a `.safetensors` or `.onnx` file, a `*.index.json`, or a directory that contains one of these, such as a
// Hugging Face snapshot. A numbered set of a directory that has several is opened by the path of its files with `*` in the
// place of the number: `DIR/model-*-of-00002.safetensors`. The format is detected from the content, not from the name.
//
// `c` and `opt` may be NULL. The caller owns `*out`. Blocks while headers are read.
//
// `WB_ERR_NOT_FOUND`: the path, or a shard that the model names, does not exist. `WB_ERR_FORMAT`: a file is malformed.
// `WB_ERR_UNSUPPORTED`: the content is not in a format that this build reads. `WB_ERR_LIMIT`: the model exceeds a limit
// of `opt`. `WB_ERR_INVALID_ARGUMENT`: the path is empty, or the directory contains several models. Since 0.1.
WB_API
wb_status wb_model_open(const wb_context *c,
                        const char *path,
                        size_t path_len,
                        const wb_open_options *opt,
                        wb_model **out,
                        wb_error **err);

// Opens a model that is one file in the host's memory, without a copy. It cannot refer to other files.
//
// `destroy` (may be NULL) is called exactly once with `user_data`: when the model and everything that refers to it have
// been released, or before this function returns if it fails. Until then the bytes must not change. The caller owns
// `*out`. Errors as for `wb_model_open`. Since 0.1.
WB_API
wb_status wb_model_open_memory(const wb_context *c,
                               const void *data,
                               size_t len,
                               wb_destroy_fn destroy,
                               void *user_data,
                               const wb_open_options *opt,
                               wb_model **out,
                               wb_error **err);

// Opens a model that is a part of a larger file, such as a pak file: `len` bytes from `offset`, `UINT64_MAX` for all to the
// end. It cannot refer to other files. `fd` is a descriptor, on Windows a `HANDLE`; it is duplicated and may be closed after
// the call. Its position is neither used nor changed, except on Windows, where reading changes it. Offsets that the model
// tells, also in errors, count from the start of the part. A descriptor of `/proc/self/fd` or of a file without a name
// works as any other. The caller owns `*out`. Errors as for `wb_model_open`; `WB_ERR_INVALID_ARGUMENT`: the part is not
// inside the file. Since 0.1.
WB_API
wb_status wb_model_open_fd(const wb_context *c,
                           ptrdiff_t fd,
                           uint64_t offset,
                           uint64_t len,
                           const wb_open_options *opt,
                           wb_model **out,
                           wb_error **err);

// Opens a model whose files the host has, by the path of a file, an index, a numbered set or a folder among them; empty:
// all of them are a directory with a model. Shards, external data, manifests and assets are asked for by their names,
// under the rules for files on disk. `*io` is copied. The caller owns `*out`. Errors as for `wb_model_open`, and
// `WB_ERR_CALLBACK`. Since 0.1.
WB_API
wb_status wb_model_open_io(const wb_context *c,
                           const wb_io *io,
                           const char *path,
                           size_t path_len,
                           const wb_open_options *opt,
                           wb_model **out,
                           wb_error **err);

// Opens a model that is several files in the host's memory, without a copy: shards, external data, manifests and assets by
// their names. `path` is that of a file, an index, a numbered set or a folder among them; empty: all of them are a
// directory with a model. `blobs` is copied. Every blob's `destroy` is called as that of `wb_model_open_memory` is, but not
// if the list itself is malformed. The caller owns `*out`. Errors as for `wb_model_open`. Since 0.1.
WB_API
wb_status wb_model_open_blobs(const wb_context *c,
                              const wb_blob *blobs,
                              size_t blob_count,
                              const char *path,
                              size_t path_len,
                              const wb_open_options *opt,
                              wb_model **out,
                              wb_error **err);

// Adds a reference and returns `m`. NULL is allowed. Any thread. Since 0.1.
WB_API wb_model *wb_model_retain(wb_model *m);

// Drops a reference. With the last one, everything that was borrowed from the model becomes invalid; buffers, plans and
// placements stay valid. NULL is allowed. Any thread. Since 0.1.
WB_API void wb_model_release(wb_model *m);

// Returns 1 if a weight file on disk is no longer the one that the model opened, else 0. A server can use this to detect
// that a new version has been deployed. Indices, manifests and assets are not examined.
//
// With 1, `*why` is an error that the caller owns (`why` may be NULL): `WB_ERR_CHANGED` names the first such file and says
// whether it was written, replaced or removed; another code means that a file could not be examined, or that `m` is NULL.
// A model whose files were replaced or removed remains usable, see `WB_OPEN_REFUSE_REPLACED`. Makes two system calls for
// each file. Any thread. Since 0.1.
WB_API
int32_t wb_model_changed(const wb_model *m,
                         wb_error **why);

// Returns the name of the model's format, such as `"safetensors"`, as NUL-terminated text that is borrowed from the model;
// `""` for NULL. Since 0.1.
WB_API
const char *wb_model_format(const wb_model *m);

// Returns the number of weight files; 0 for NULL. Since 0.1.
WB_API size_t wb_model_file_count(const wb_model *m);

// Describes a weight file. Since 0.1.
WB_API wb_status wb_model_file_info(const wb_model *m, size_t index, wb_file_info *out);

/* ----------------------------------------------------------------------
 * Element types
 *
 * One table of element types for all formats. Elements are little-endian. The numbers never change; a later version may
 * add some.
 *
 *   if (wb_dtype_get_info(tensor.dtype, &type) == WB_OK) {
 *     printf("%u bits\n", type.bits);
 *   }
 */

// The type of the elements of a tensor, `WB_F32` for instance; 0 is none. Since 0.1.
typedef uint32_t wb_dtype;

// The layout of an element type. n elements occupy n / `block_elements` * `block_bytes` bytes; n must be a multiple of
// `block_elements`. Set `struct_size` before the call; the text is static. Since 0.1.
typedef struct wb_dtype_info {
  // `sizeof(wb_dtype_info)`.
  size_t struct_size;
  // The name, such as `"F32"`.
  wb_str name;
  // Bits of one element: 32 for `WB_F32`, 4 for `WB_I4`; 0 where that is not a whole number, as for most block types,
  // or not fixed, as for `WB_STRING`.
  uint32_t bits;
  // The smallest number of elements that occupy whole bytes: 1 for `WB_F32`, 2 for `WB_I4`, 256 for `WB_Q4_K`; 0 for
  // `WB_STRING`.
  uint32_t block_elements;
  // Bytes of these elements: 4 for `WB_F32`, 1 for `WB_I4`, 144 for `WB_Q4_K`; 0 for `WB_STRING`.
  uint32_t block_bytes;
  // The alignment in bytes that a pointer to the elements needs in C: 4 for `WB_F32`; for a block type, that of the
  // largest member of a block.
  uint32_t alignment;
} wb_dtype_info;

// One byte, 0 or 1.
#define WB_BOOL 1

// Unsigned integer of 8 bits.
#define WB_U8 2

// Signed integer of 8 bits.
#define WB_I8 3

// Unsigned integer of 16 bits.
#define WB_U16 4

// Signed integer of 16 bits.
#define WB_I16 5

// Unsigned integer of 32 bits.
#define WB_U32 6

// Signed integer of 32 bits.
#define WB_I32 7

// Unsigned integer of 64 bits.
#define WB_U64 8

// Signed integer of 64 bits.
#define WB_I64 9

// IEEE 754 half precision.
#define WB_F16 10

// Brain floating point: the upper half of an F32.
#define WB_BF16 11

// IEEE 754 single precision.
#define WB_F32 12

// IEEE 754 double precision.
#define WB_F64 13

// Complex number of two F32.
#define WB_C64 14

// Complex number of two F64.
#define WB_C128 15

// 8-bit float, 4 exponent and 3 fraction bits, finite (OCP E4M3, `float8_e4m3fn`).
#define WB_F8_E4M3 16

// 8-bit float, 5 exponent and 2 fraction bits (OCP E5M2).
#define WB_F8_E5M2 17

// 8-bit float, E4M3 with one zero and another bias (`float8_e4m3fnuz`).
#define WB_F8_E4M3FNUZ 18

// 8-bit float, E5M2 with one zero and another bias (`float8_e5m2fnuz`).
#define WB_F8_E5M2FNUZ 19

// 8-bit power of two: the scale of the OCP microscaling formats.
#define WB_F8_E8M0 20

// 6-bit float, 2 exponent and 3 fraction bits.
#define WB_F6_E2M3 21

// 6-bit float, 3 exponent and 2 fraction bits.
#define WB_F6_E3M2 22

// 4-bit float, 2 exponent bits and 1 fraction bit (OCP E2M1).
#define WB_F4 23

// Unsigned integer of 4 bits, two to a byte, low half first.
#define WB_U4 24

// Signed integer of 4 bits, two to a byte, low half first.
#define WB_I4 25

// Unsigned integer of 2 bits, four to a byte, low bits first.
#define WB_U2 26

// Signed integer of 2 bits, four to a byte, low bits first.
#define WB_I2 27

// Strings of any length. The library builds the contents of such a tensor: for n elements, n + 1 unsigned 64-bit offsets
// that count from the end of the offsets, then the bytes of all strings. String i lies between offsets i and i + 1.
#define WB_STRING 28

// ggml block type Q4_0.
#define WB_Q4_0 64

// ggml block type Q4_1.
#define WB_Q4_1 65

// ggml block type Q5_0.
#define WB_Q5_0 66

// ggml block type Q5_1.
#define WB_Q5_1 67

// ggml block type Q8_0.
#define WB_Q8_0 68

// ggml block type Q8_1.
#define WB_Q8_1 69

// ggml block type Q2_K.
#define WB_Q2_K 70

// ggml block type Q3_K.
#define WB_Q3_K 71

// ggml block type Q4_K.
#define WB_Q4_K 72

// ggml block type Q5_K.
#define WB_Q5_K 73

// ggml block type Q6_K.
#define WB_Q6_K 74

// ggml block type Q8_K.
#define WB_Q8_K 75

// ggml block type IQ2_XXS.
#define WB_IQ2_XXS 76

// ggml block type IQ2_XS.
#define WB_IQ2_XS 77

// ggml block type IQ3_XXS.
#define WB_IQ3_XXS 78

// ggml block type IQ1_S.
#define WB_IQ1_S 79

// ggml block type IQ4_NL.
#define WB_IQ4_NL 80

// ggml block type IQ3_S.
#define WB_IQ3_S 81

// ggml block type IQ2_S.
#define WB_IQ2_S 82

// ggml block type IQ4_XS.
#define WB_IQ4_XS 83

// ggml block type IQ1_M.
#define WB_IQ1_M 84

// ggml block type TQ1_0.
#define WB_TQ1_0 85

// ggml block type TQ2_0.
#define WB_TQ2_0 86

// ggml block type MXFP4.
#define WB_MXFP4 87

// ggml block type NVFP4.
#define WB_NVFP4 88

// ggml block type Q1_0.
#define WB_Q1_0 89

// ggml block type Q2_0.
#define WB_Q2_0 90

// Returns the name of a type, such as `"F32"`, `"F8_E4M3"` or `"Q4_K"`, as static NUL-terminated text; `"UNKNOWN"` for a
// number that this version does not have. Never NULL. Any thread. Since 0.1.
WB_API
const char *wb_dtype_name(wb_dtype d);

// Describes the layout of an element type. `WB_ERR_INVALID_ARGUMENT`: this version does not know the number. Any thread.
// Since 0.1.
WB_API
wb_status wb_dtype_get_info(wb_dtype d,
                            wb_dtype_info *out);

/* ----------------------------------------------------------------------
 * Tensors
 *
 * Tensors are addressed by index, in the order in which they are stored: by file, then by offset. The bytes of one
 * tensor are available as a pointer that is borrowed from the model, as a buffer that outlives the model, or by a read
 * into memory of the caller. For many tensors, load the model: see the plan below.
 *
 *   if (wb_model_tensor_find(model, "lm_head.weight", WB_NUL, &index) == WB_OK) {
 *     wb_model_tensor_info(model, index, &tensor);
 *     wb_model_tensor_data(model, index, &data, &len);
 *   }
 */

// A buffer: bytes that are valid until it is released. Reference-counted and immutable; any thread may read it. Since 0.1.
typedef struct wb_buffer wb_buffer;

// A tensor. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
typedef struct wb_tensor_info {
  // `sizeof(wb_tensor_info)`.
  size_t struct_size;
  // The name: unique in the model. It may contain any character, NUL included.
  wb_str name;
  // The type of the elements.
  wb_dtype dtype;
  // The number of dimensions; 0 for a scalar.
  uint32_t rank;
  // `rank` dimensions in elements, outermost first. A dimension may be 0. Never NULL.
  const int64_t *shape;
  // `rank` distances in elements between neighbours in each dimension, as the tensor is stored; 0: one element is
  // repeated. NULL: the tensor is stored contiguously in row-major order, or in several pieces. Only
  // `wb_model_tensor_data` gives bytes that have these strides; buffers and loads are contiguous and row-major.
  const int64_t *strides;
  // The size in bytes when contiguous.
  uint64_t bytes;
  // Where the contents begin, in bytes from the start of the file; `UINT64_MAX`: they are not stored in one piece. The
  // contents of a `WB_STRING` tensor, for instance, are built from parts of the file when they are first needed.
  uint64_t offset;
  // The index of the file, for `wb_model_file_info`.
  size_t file;
  // The alignment in bytes of the pointer that `wb_model_tensor_data` gives, at most 4,096; 0: there is no pointer. While
  // the file is not mapped yet, the alignment that the pointer has if the file can be mapped.
  uint32_t alignment;
  // 0.
  uint32_t reserved;
} wb_tensor_info;

// An unindexed tensor: it is stored in a weight file, but the index does not name it, so it is not part of the model. Set
// `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
typedef struct wb_unindexed_info {
  // `sizeof(wb_unindexed_info)`.
  size_t struct_size;
  // The name.
  wb_str name;
  // The path of its file, relative to the model's directory.
  wb_str file;
} wb_unindexed_info;

// Returns the number of tensors; 0 for NULL. Since 0.1.
WB_API size_t wb_model_tensor_count(const wb_model *m);

// Describes a tensor. Since 0.1.
WB_API wb_status wb_model_tensor_info(const wb_model *m, size_t index, wb_tensor_info *out);

// Describes `count` tensors, from `first` on, in one call. The elements of `out` are `stride_bytes` apart, and
// `struct_size` need only be set in the first. Since 0.1.
WB_API
wb_status wb_model_tensor_infos(const wb_model *m,
                                size_t first,
                                size_t count,
                                wb_tensor_info *out,
                                size_t stride_bytes);

// Finds a tensor by its name. `WB_ERR_NOT_FOUND`: the model has no such tensor. Since 0.1.
WB_API wb_status wb_model_tensor_find(const wb_model *m, const char *name, size_t name_len, size_t *index);

// Returns the number of unindexed tensors; 0 for NULL. Since 0.1.
WB_API size_t wb_model_unindexed_count(const wb_model *m);

// Describes an unindexed tensor. They are sorted by name. Since 0.1.
WB_API wb_status wb_model_unindexed_info(const wb_model *m, size_t index, wb_unindexed_info *out);

// Gives the bytes of a tensor as they are stored, without a copy: `wb_tensor_info.strides` apply. The pointer is valid until
// the model is released, and has the alignment that `wb_tensor_info` states. `len` may be NULL.
//
// The first call for a file maps it. The bytes change if another process writes the file, and reading them raises `SIGBUS`
// if another process truncates it. Whether the file has been written is examined at most ten times a second; other calls
// make no system call.
//
// `WB_ERR_NOT_MAPPED`: the model is in files and was opened with `WB_OPEN_READ`, the file cannot be mapped, as on some network
// file systems, or the elements are stored in another form (in several pieces, for instance, or with the highest byte first); use
// `wb_model_tensor_buffer`. `WB_ERR_UNVERIFIED`: under `WB_VERIFY_REQUIRED`, the bytes have not been checked yet.
// `WB_ERR_CHANGED`: the file has been written since it was opened. Since 0.1.
WB_API
wb_status wb_model_tensor_data(const wb_model *m,
                               size_t index,
                               const void **ptr,
                               size_t *len);

// Gives the bytes of a tensor, contiguous and in row-major order, in a buffer that outlives the model. They are not copied
// if the file is mapped and the tensor is stored in this form, else read. The caller owns `*out`. Errors as for
// `wb_model_tensor_data`, except `WB_ERR_NOT_MAPPED`. Since 0.1.
WB_API
wb_status wb_model_tensor_buffer(const wb_model *m,
                                 size_t index,
                                 wb_buffer **out,
                                 wb_error **err);

// Reads `len` bytes of a tensor, from `offset` bytes after its start, into `dst`. The range must lie inside the tensor. It
// never reads through a map. If an error occurs after reading has begun, `dst` is filled with zeros.
//
// `WB_ERR_UNSUPPORTED`: the tensor is not stored contiguously; use `wb_model_tensor_buffer`. Other errors as for that
// function. Since 0.1.
WB_API
wb_status wb_model_tensor_read(const wb_model *m,
                               size_t index,
                               uint64_t offset,
                               void *dst,
                               size_t len,
                               wb_error **err);

// Returns the bytes of a buffer, borrowed from it, and gives their number in `len`, which may be NULL. NULL for NULL.
// Since 0.1.
WB_API const void *wb_buffer_data(const wb_buffer *b, size_t *len);

// Adds a reference and returns `b`. NULL is allowed. Any thread. Since 0.1.
WB_API wb_buffer *wb_buffer_retain(wb_buffer *b);

// Drops a reference, and with the last one the bytes. NULL is allowed. Any thread. Since 0.1.
WB_API void wb_buffer_release(wb_buffer *b);

/* ----------------------------------------------------------------------
 * Quantization
 *
 * How stored integers represent real numbers, where the format says so: real = (stored - zero point) * scale.
 *
 *   if (wb_model_tensor_quantization_info(model, index, &quantization) == WB_OK) {
 *     use(quantization.scales, quantization.scale_count);
 *   }
 */

// Scheme: all elements share one scale. Since 0.1.
#define WB_QUANTIZED_TENSOR 1

// Scheme: elements with the same index in one dimension share a scale. Since 0.1.
#define WB_QUANTIZED_AXIS 2

// Scheme: runs of consecutive elements along one dimension share a scale. Since 0.1.
#define WB_QUANTIZED_BLOCK 3

// The quantization of a tensor. Set `struct_size` before the call; the lists are borrowed from the model. Since 0.1.
typedef struct wb_quantization_info {
  // `sizeof(wb_quantization_info)`.
  size_t struct_size;
  // `WB_QUANTIZED_*`.
  uint32_t scheme;
  // The dimension along which scales differ; the outermost is 0. Not used by `WB_QUANTIZED_TENSOR`.
  uint32_t axis;
  // For `WB_QUANTIZED_BLOCK`, the number of elements along that dimension that share a scale; else 0.
  uint64_t block;
  // `scale_count` scales, if the format states them as numbers; else NULL.
  const double *scales;
  // The number of `scales`.
  size_t scale_count;
  // `zero_point_count` zero points, if the format states them as integers; else NULL.
  const int64_t *zero_points;
  // The number of `zero_points`.
  size_t zero_point_count;
  // The index of the tensor that holds the scales; `WB_NO_INDEX`: none.
  size_t scale_tensor;
  // The index of the tensor that holds the zero points; `WB_NO_INDEX`: none. All zero points are 0 if there is neither
  // this tensor nor `zero_points`.
  size_t zero_point_tensor;
} wb_quantization_info;

// Describes the quantization of a tensor. `WB_ERR_NOT_FOUND`: the format does not state one. Since 0.1.
WB_API wb_status wb_model_tensor_quantization_info(const wb_model *m, size_t index, wb_quantization_info *out);

/* ----------------------------------------------------------------------
 * Metadata
 *
 * What a model says about itself: keys, each with a typed value. Every value also has a text form: text as it is, all
 * other types as compact JSON.
 *
 *   if (wb_model_metadata_find(model, "format", WB_NUL, &index) == WB_OK) {
 *     wb_model_metadata_info(model, index, &entry);
 *   }
 */

// Type: no value. Since 0.1.
#define WB_METADATA_NULL 0

// Type: true or false. Since 0.1.
#define WB_METADATA_BOOL 1

// Type: a signed integer. Since 0.1.
#define WB_METADATA_I64 2

// Type: an unsigned integer. Since 0.1.
#define WB_METADATA_U64 3

// Type: a floating-point number. Since 0.1.
#define WB_METADATA_F64 4

// Type: text. Since 0.1.
#define WB_METADATA_TEXT 5

// Type: bytes. Their text form is hexadecimal, in quotes. Since 0.1.
#define WB_METADATA_BYTES 6

// Type: a list of values. Since 0.1.
#define WB_METADATA_LIST 7

// Type: values by key. Since 0.1.
#define WB_METADATA_MAP 8

// A metadata entry of a model or a graph. Set `struct_size` before the call; the texts are borrowed from the model.
// Since 0.1.
typedef struct wb_metadata_info {
  // `sizeof(wb_metadata_info)`.
  size_t struct_size;
  // `WB_METADATA_*`.
  uint32_t type;
  // 1 if the value is true, else 0.
  uint32_t boolean;
  // The value, if it is an integer that fits; else 0.
  int64_t i64;
  // The value, if it is an integer that fits; else 0.
  uint64_t u64;
  // The value, if it is a number, rounded if necessary; else 0.
  double f64;
  // The number of elements of a list, of entries of a map, or of bytes of text or binary data; else 0.
  uint64_t len;
  // The key.
  wb_str key;
  // The text form.
  wb_str text;
} wb_metadata_info;

// Returns the number of metadata entries; 0 for NULL. Since 0.1.
WB_API size_t wb_model_metadata_count(const wb_model *m);

// Describes a metadata entry. They are sorted by key. `WB_ERR_OUT_OF_MEMORY`: the text form of a value that is not text
// could not be made; the first call for an entry makes it. Since 0.1.
WB_API wb_status wb_model_metadata_info(const wb_model *m, size_t index, wb_metadata_info *out);

// Finds a metadata entry by its key. `WB_ERR_NOT_FOUND`: the model has no such entry. Since 0.1.
WB_API wb_status wb_model_metadata_find(const wb_model *m, const char *key, size_t key_len, size_t *index);

/* ----------------------------------------------------------------------
 * Assets
 *
 * The other files of the model's directory, such as `config.json` and `tokenizer.json`.
 *
 *   if (wb_model_asset_find(model, "config.json", WB_NUL, &index) == WB_OK
 *       && wb_model_asset_buffer(model, index, &buffer, &err) == WB_OK) {
 *     parse(wb_buffer_data(buffer, &len), len);
 *     wb_buffer_release(buffer);
 *   }
 */

// An asset. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
typedef struct wb_asset_info {
  // `sizeof(wb_asset_info)`.
  size_t struct_size;
  // The path, relative to the model's directory.
  wb_str name;
  // The length in bytes.
  uint64_t bytes;
} wb_asset_info;

// Returns the number of assets; 0 for NULL. Since 0.1.
WB_API size_t wb_model_asset_count(const wb_model *m);

// Describes an asset. They are sorted by name. `WB_ERR_IO`: its length cannot be determined. Since 0.1.
WB_API wb_status wb_model_asset_info(const wb_model *m, size_t index, wb_asset_info *out);

// Finds an asset by its name. `WB_ERR_NOT_FOUND`: the model has no such asset. Since 0.1.
WB_API wb_status wb_model_asset_find(const wb_model *m, const char *name, size_t name_len, size_t *index);

// Reads an asset into a buffer that outlives the model. The whole file is read: `wb_model_asset_info` gives its length
// in advance. If a manifest covers the asset, it is checked. The caller owns `*out`. `WB_ERR_MISMATCH`: the bytes are
// not those that the manifest expects. Since 0.1.
WB_API wb_status wb_model_asset_buffer(const wb_model *m, size_t index, wb_buffer **out, wb_error **err);

/* ----------------------------------------------------------------------
 * Verification
 *
 * A verification compares the bytes of a model with what manifests expect. Its report has at least one line for each file
 * and each tensor, and one for each part of a file that has a checksum.
 *
 *   status = wb_model_verify(model, NULL, &report, &err);
 *   for (i = 0; i < wb_report_line_count(report); ++i) {
 *     wb_report_line_info(report, i, &line);
 *   }
 *   wb_report_release(report);
 */

// Outcome: no manifest covers the subject. Since 0.1.
#define WB_OUTCOME_UNCOVERED 0

// Outcome: the subject is what the manifest expects. Since 0.1.
#define WB_OUTCOME_MATCH 1

// Outcome: the subject is not what the manifest expects. Since 0.1.
#define WB_OUTCOME_MISMATCH 2

// Subject: a file. Since 0.1.
#define WB_SUBJECT_FILE 0

// Subject: a tensor. Since 0.1.
#define WB_SUBJECT_TENSOR 1

// Subject: a part of a file for which the format itself has a checksum. Since 0.1.
#define WB_SUBJECT_RUN 2

// Anchor: the manifest is beside the weights. It detects accidental corruption, not an attacker who can write there.
// Since 0.1.
#define WB_ANCHOR_BESIDE 0

// Anchor: the caller gave the manifest. It also detects an attacker who can write the files. Since 0.1.
#define WB_ANCHOR_CALLER 1

// Verify flag: only what manifests list, and the model's own files: the rest of the directory is not looked at. Since 0.1.
#define WB_VERIFY_ONLY_LISTED 1

// Verify flag: a file that a manifest lists and that does not exist has no line, instead of one that is a mismatch. A download of
// a part of a repository may have such files. Since 0.1.
#define WB_VERIFY_IGNORE_MISSING 2

// Verify flag: a file of the directory that no manifest covers is `WB_ERR_UNVERIFIED`. Since 0.1.
#define WB_VERIFY_REFUSE_EXTRA 4

// A report: what was checked, and with what outcome. Immutable; one owner. Since 0.1.
typedef struct wb_report wb_report;

// How a model is verified. Zeroed: the defaults. Set `struct_size`. Since 0.1.
typedef struct wb_verify_options {
  // `sizeof(wb_verify_options)`.
  size_t struct_size;
  // Called on this thread: at once, then about twenty times a second, and at the end. May be NULL.
  wb_progress_fn progress;
  // Passed to `progress`.
  void *user_data;
  // Cancels the verification from another thread; may be NULL.
  const wb_cancel *cancel;
  // `WB_VERIFY_ONLY_LISTED`, `WB_VERIFY_IGNORE_MISSING` and `WB_VERIFY_REFUSE_EXTRA`, combined with `|`.
  uint64_t flags;
} wb_verify_options;

// A line of a report. Set `struct_size` before the call; the texts are borrowed from the report. Since 0.1.
typedef struct wb_line_info {
  // `sizeof(wb_line_info)`.
  size_t struct_size;
  // `WB_OUTCOME_*`.
  uint32_t outcome;
  // `WB_ANCHOR_*`; not used by `WB_OUTCOME_UNCOVERED`.
  uint32_t anchor;
  // The name of the file or tensor; for `WB_SUBJECT_RUN`, of the file.
  wb_str subject;
  // `"blake3"`, `"sha256"`, `"sha1"`, `"git-sha1"`, `"crc32"` or `"crc32c"`; later versions may have more. Empty if
  // uncovered.
  wb_str algorithm;
  // Where the expectation comes from: `"SHA256SUMS"`, `"weighbridge.json"`, `"huggingface-cache"`,
  // `"huggingface-local-dir"`, `"git-lfs"`, `"oci"`, `"ollama"`, or the name of the model's format if the model contains it;
  // `"memo"` if the bytes were not read. Empty if uncovered. Later versions may have more.
  wb_str source;
  // The expected digest, in hexadecimal. If a tensor is covered by the digest of its file, that of the file.
  wb_str expected;
  // The digest of the bytes, in hexadecimal; empty if the file is missing. It equals `expected` if the mismatch is one of
  // size, element type, shape or storage: see `reason`.
  wb_str actual;
  // `WB_SUBJECT_*`.
  uint32_t subject_kind;
  // 1 if a match satisfies `WB_VERIFY_REQUIRED`; 0 if it only detects accidents, as checksums of a format do, or if
  // uncovered.
  uint32_t covers;
  // For a mismatch, what differs; for a match from the memo, by what the file was recognised; else empty.
  wb_str reason;
  // For `WB_SUBJECT_RUN`, where it begins, in bytes from the start of the file; else 0.
  uint64_t offset;
  // For `WB_SUBJECT_RUN`, its length in bytes; else 0.
  uint64_t bytes;
} wb_line_info;

// Checks every file of a model against the manifests, and continues after a mismatch. Of a directory these are all files in it,
// assets and those in sub-folders included; hidden ones are left out unless a manifest lists them. A file that a manifest lists
// and that does not exist is a mismatch. `opt` may be NULL. The threads of the model's context do the
// work; if it has none, the calling thread does.
//
// The caller owns `*out`, which is also written when the call returns `WB_ERR_MISMATCH`, or `WB_ERR_UNVERIFIED`: under
// `WB_VERIFY_REQUIRED`, something is not covered. After `WB_OK` the bytes that were covered count as checked. Since 0.1.
WB_API
wb_status wb_model_verify(const wb_model *m,
                          const wb_verify_options *opt,
                          wb_report **out,
                          wb_error **err);

// Returns the number of lines; 0 for NULL. Since 0.1.
WB_API size_t wb_report_line_count(const wb_report *r);

// Describes a line. Files come first, then parts of files, then tensors. Since 0.1.
WB_API wb_status wb_report_line_info(const wb_report *r, size_t index, wb_line_info *out);

// Returns the number of stages whose cost is known; 0 for NULL. Since 0.1.
WB_API size_t wb_report_cost_count(const wb_report *r);

// Describes the cost of a stage. Since 0.1.
WB_API wb_status wb_report_cost_info(const wb_report *r, size_t index, wb_cost_info *out);

// Releases a report. NULL is allowed. Since 0.1.
WB_API void wb_report_release(wb_report *r);

/* ----------------------------------------------------------------------
 * Loading: the plan
 *
 * `wb_model_load` does everything in one call. For more control, a host creates a plan, which states which tensors go
 * where; a task, which makes one pass over their bytes (each byte is read once, checked while it is in the cache, and
 * placed); and a placement, which exists only when every check has passed.
 *
 *   wb_plan_options load = {0};
 *   load.struct_size = sizeof load;
 *   if (wb_model_load(model, &load, &placement, &err) == WB_OK) {
 *     ...
 *     wb_placement_release(placement);
 *   }
 */

// Target: one arena in host memory, each tensor aligned. Since 0.1.
#define WB_TARGET_HOST 0

// Target: zero-copy pointers into the mapped files. `WB_ERR_NOT_MAPPED` for casts, and for slices that are not one piece.
// Since 0.1.
#define WB_TARGET_VIEW 1

// Target: one arena in host memory that other processes may map and no process can modify: a sealed memfd, see
// `wb_placement_sealed`. `WB_ERR_UNSUPPORTED` where the system does not have them. Since 0.1.
#define WB_TARGET_SEALED 2

// Target: CUDA devices. `WB_ERR_UNSUPPORTED` in a build without the feature "cuda". Since 0.1.
#define WB_TARGET_CUDA 3

// Target: none. The tensors are read and checked, and the placement is empty. Since 0.1.
#define WB_TARGET_NONE 4

// Reads: through the page cache; but past it if the target is a device and less than half of a file of 16 MiB or more is
// in the cache. Since 0.1.
#define WB_READS_AUTO 0

// Reads: through the page cache. Since 0.1.
#define WB_READS_BUFFERED 1

// Reads: past the page cache (`O_DIRECT`) where the file system supports it. Scattered rows of slices are still read
// through it. Since 0.1.
#define WB_READS_DIRECT 2

// CUDA flag: the task is done as soon as everything has been checked and the last copy has been submitted. Order work on
// the device behind `wb_placement_fence`, or wait with `wb_placement_wait`. Memory that was pinned for the copies remains
// pinned until then. Without this flag the task is done when the last copy is. Since 0.1.
#define WB_CUDA_ASYNC (UINT64_C(1) << 0)

// Slice flag: if the dimension is not a multiple of `world`, the first ranks get one element more than the last ones, as
// with `numpy.array_split`. Without this flag that is an error. Since 0.1.
#define WB_SLICE_SPREAD 1

// As an ordinal of a device: host memory. Since 0.1.
#define WB_DEVICE_HOST UINT32_MAX

// A plan. Immutable; one owner; it keeps the model. Since 0.1.
typedef struct wb_plan wb_plan;

// Loads one of `world` parts of each tensor that a pattern matches: what one rank of a tensor-parallel group holds.
//
// Only the bytes of that part are read, except for what a check needs (the blocks of 4 MiB that contain the part, if a
// manifest has their digests and the part is one piece; else the tensor or the file), and for gaps of less than 4,096
// bytes.
//
// `WB_ERR_INVALID_ARGUMENT`: the tensor does not have this dimension, or it is not a multiple of `world` and
// `WB_SLICE_SPREAD` is not set. `WB_ERR_UNSUPPORTED`: a part would begin or end inside a byte or a block of the element
// type. Since 0.1.
typedef struct wb_slice {
  // `sizeof(wb_slice)`.
  size_t struct_size;
  // Which tensors: a glob pattern, as in `wb_plan_options.include`.
  wb_str pattern;
  // The dimension that is divided; the outermost is 0.
  uint32_t dim;
  // `WB_SLICE_*` flags, combined with `|`.
  uint32_t flags;
  // Which part; the first is 0.
  uint64_t rank;
  // The number of parts, at least 1.
  uint64_t world;
} wb_slice;

// Loads the tensors that a pattern matches in another element type. Checks are made on the stored bytes.
//
// F32 to F16 or BF16 rounds to the nearest value, ties to even. F16 and BF16 to F32, and F8_E4M3 and F8_E5M2 to F16, BF16 or
// F32, are exact. Q4_0, Q4_1 and Q8_0 to F32, F16 or BF16 are computed in F32, then rounded. Other conversions are
// `WB_ERR_UNSUPPORTED`. A NaN stays a NaN and keeps its sign. Since 0.1.
typedef struct wb_cast {
  // `sizeof(wb_cast)`.
  size_t struct_size;
  // Which tensors: a glob pattern, as in `wb_plan_options.include`.
  wb_str pattern;
  // Only tensors of this type are converted, and others stay as they are; 0: every tensor that the pattern matches.
  wb_dtype from;
  // The type to load them in.
  wb_dtype to;
} wb_cast;

// Memory of the caller that a plan fills: of the host, or a range of one allocation (`cuMemAlloc`, `cudaMalloc`, a pool) of a
// device. It must stay allocated until the placement is released; if the load fails, until the error has been returned or
// the task has been released. Its contents are unspecified while the task runs and after a failure, and so is what lies
// between the tensors of an arena. Host memory that holds tensors may be written when the task is done. Memory that is
// allocated in the order of a stream needs that stream as `wb_cuda_options.stream`. Since 0.1.
typedef struct wb_destination {
  // `sizeof(wb_destination)`.
  size_t struct_size;
  // The name of the tensor that is placed there. Empty: an arena for all tensors of the device, or of the host, that have no
  // destination of their own; `wb_plan_device_bytes` gives its size.
  wb_str tensor;
  // The device pointer (`CUdeviceptr`) or the host pointer. An arena must be a multiple of the alignment; a tensor may be
  // anywhere.
  uint64_t address;
  // Bytes from there that may be written.
  uint64_t bytes;
  // The ordinal of the device, for `WB_TARGET_CUDA`; `WB_DEVICE_HOST` for `WB_TARGET_HOST`.
  uint32_t device;
  // 0.
  uint32_t reserved;
} wb_destination;

// Sends the tensors that a pattern matches to one CUDA device. Since 0.1.
typedef struct wb_route {
  // `sizeof(wb_route)`.
  size_t struct_size;
  // Which tensors: a glob pattern, as in `wb_plan_options.include`.
  wb_str pattern;
  // The ordinal of the device, one of `wb_cuda_options.devices`.
  uint32_t device;
  // 0.
  uint32_t reserved;
} wb_route;

// How tensors are placed on CUDA devices. Zeroed: all tensors on device 0, in memory that the placement owns. Set
// `struct_size`. Since 0.1.
typedef struct wb_cuda_options {
  // `sizeof(wb_cuda_options)`.
  size_t struct_size;
  // Ordinals of the devices. Without routes each device gets every tensor.
  const uint32_t *devices;
  // The number of devices; 0: only device 0.
  size_t device_count;
  // Which tensors go to which device, for pipeline and expert parallelism: a tensor goes to the device of every route that
  // matches it; one that no route matches goes to all devices.
  const wb_route *routes;
  // The number of routes.
  size_t route_count;
  // A `CUstream` or `cudaStream_t` of the primary context of one of the devices. The copies begin when the work that is in
  // it during `wb_plan_start` or `wb_model_load` is done; it must be valid during that call. A task that is cancelled also
  // waits for that work if a copy behind it has been submitted. `CU_STREAM_LEGACY` and `CU_STREAM_PER_THREAD` are the
  // default streams of every device of the plan. NULL: the copies do not wait.
  void *stream;
  // `WB_CUDA_*` flags, combined with `|`.
  uint64_t flags;
} wb_cuda_options;

// What to load, and where to. Zeroed: all tensors, into an arena in host memory. Set `struct_size`, also in the elements of
// arrays, where it is the same for all and the next element begins that many bytes later.
//
// If several slices, or several casts, match a tensor, the first of them applies; routes accumulate. A pattern that matches
// none of the selected tensors is `WB_ERR_NOT_FOUND`. Since 0.1.
typedef struct wb_plan_options {
  // `sizeof(wb_plan_options)`.
  size_t struct_size;
  // `WB_TARGET_*`.
  uint32_t target;
  // `WB_READS_*`.
  uint32_t reads;
  // Glob patterns over tensor names (`*`, `?`, `[a-z]`), each with at most 64 `*`, which also match `.` and `/`. None: all
  // tensors.
  const wb_str *include;
  // The number of patterns.
  size_t include_count;
  // Tensors by index, instead of patterns; the placement keeps their order.
  const size_t *tensors;
  // The number of indices.
  size_t tensor_count;
  // Parts of tensors.
  const wb_slice *slices;
  // The number of slices.
  size_t slice_count;
  // Conversions of element types.
  const wb_cast *casts;
  // The number of casts.
  size_t cast_count;
  // Memory of the caller to fill, instead of memory that the placement owns. Only for `WB_TARGET_HOST` and
  // `WB_TARGET_CUDA`.
  const wb_destination *destinations;
  // The number of destinations.
  size_t destination_count;
  // For `WB_TARGET_CUDA`, how tensors are placed on devices; NULL: the defaults. Other targets ignore it, so a program can
  // ask for the same load on the host.
  const wb_cuda_options *cuda;
  // The alignment of each tensor in an arena in bytes, a power of two up to 2^30. 0: 64 on the host, 256 on a device. A
  // view has the alignment of the file, see `wb_tensor_info`.
  uint64_t alignment;
  // The bound on host memory beside the tensors in bytes, all threads together. 0: 8 MiB; 128 MiB for a device, or if
  // tensors are not stored contiguously. Each thread needs at least 65,536; 131,072 if tensors are not stored
  // contiguously; 196,608 for a device; and 65,536 more if reads may be direct. A thread that loads to a device uses at
  // most 8.5 MiB and pins 4 MiB of them.
  uint64_t staging_bytes;
  // The most bytes of one block: what is read and checked at a time, and what `wb_task_step` does at least. At least
  // 65,536. 0: 524,288 where bytes are hashed, 4,194,304 where they are only read, and up to 8,388,608 for tensors that
  // are not stored contiguously.
  uint64_t block_bytes;
  // The most threads that read at once, within what the context allows; 0: all of them. With more threads than processors,
  // more reads wait for a slow disk at the same time.
  uint32_t readers;
  // 0.
  uint32_t reserved;
  // Cancels the tasks of the plan from another thread; may be NULL. For progress, start a task: see `wb_task_wait`.
  const wb_cancel *cancel;
} wb_plan_options;

// What a plan will do. Set `struct_size` before the call. Since 0.1.
typedef struct wb_plan_info {
  // `sizeof(wb_plan_info)`.
  size_t struct_size;
  // Tensors that will be placed, counted once for each device that gets them.
  uint64_t tensors;
  // Bytes of the selected tensors, or of the parts that are loaded, as they are stored.
  uint64_t payload_bytes;
  // Bytes that will be read: more than the payload if a check needs whole files, 0 if nothing is read.
  uint64_t read_bytes;
  // Bytes of memory of the target, all devices together.
  uint64_t target_bytes;
  // Bytes of host memory beside the target.
  uint64_t staging_bytes;
  // Bytes of device memory, beside those of the target, that are needed until tensors that are not stored contiguously
  // have been made contiguous. 0 on the host, where that happens while they are read.
  uint64_t transient_bytes;
  // `WB_TARGET_*`: where the tensors will be. `WB_TARGET_HOST` instead of `WB_TARGET_VIEW` if a file cannot be mapped.
  uint32_t target;
  // 0.
  uint32_t reserved;
} wb_plan_info;

// Plans a load: selects tensors, lays them out and decides what is checked. Nothing is read, and no device is used. For
// `WB_TARGET_VIEW` the files are mapped; if one cannot be mapped, the plan is made for `WB_TARGET_HOST` instead. `opt` may
// be NULL and is copied. The caller owns `*out`.
//
// `WB_ERR_NOT_FOUND`: a pattern matches none of the selected tensors, or a destination is for a tensor that is not placed
// on its device. `WB_ERR_INVALID_ARGUMENT`: options contradict each other, such as `include` and `tensors`, or a
// destination is too small, misaligned or overlaps another. `WB_ERR_NOT_MAPPED`: a view of a model that was opened with
// `WB_OPEN_READ`, or with a cast or a slice that is not one piece. `WB_ERR_UNVERIFIED`: under `WB_VERIFY_REQUIRED`, no
// manifest covers a file that is used. `WB_ERR_MISMATCH`: a file does not have the size that a manifest states.
// `WB_ERR_UNSUPPORTED`: this build does not have CUDA, or a slice or cast is not supported. Since 0.1.
WB_API
wb_status wb_plan_create(const wb_model *m,
                         const wb_plan_options *opt,
                         wb_plan **out,
                         wb_error **err);

// Describes what a plan will do. Since 0.1.
WB_API wb_status wb_plan_get_info(const wb_plan *p, wb_plan_info *out);

// Gives the size in bytes of the arena of one device, or of the host for `WB_DEVICE_HOST`, which the library allocates
// unless the caller gives one. Tensors that have a destination of their own are not in it. To give an arena, make a plan
// without it, ask here, allocate the memory, and make the plan again with the destination. 0 if the plan places nothing
// there. Since 0.1.
WB_API
wb_status wb_plan_device_bytes(const wb_plan *p,
                               uint32_t device,
                               uint64_t *bytes);

// Releases a plan. Its tasks continue. NULL is allowed. Since 0.1.
WB_API void wb_plan_release(wb_plan *p);

/* ----------------------------------------------------------------------
 * Loading: the task
 *
 * A task is one pass over the bytes. The threads of the context do the work, if it has any, and with them the calls to
 * `wb_task_step` and `wb_task_wait`. Opening and planning can be tasks, too: see the next section.
 *
 *   wb_plan_start(plan, &task, &err);
 *   while ((status = wb_task_step(task, 2000000, UINT64_MAX, &progress, &err)) == WB_PENDING) {
 *     draw_frame();
 *   }
 *   if (status == WB_OK) {
 *     wb_task_finish(task, &placement, &err);
 *   }
 *   wb_task_release(task);
 */

// A task: an operation that was started and is in progress, or has ended. One owner. Since 0.1.
typedef struct wb_task wb_task;

// Called when a task has ended, by whatever, and nobody works on it any more: on the thread that has ended it. It may ask
// the task for its state, wake up a thread or write to an eventfd; it must not release the task. Since 0.1.
typedef void (*wb_end_fn)(void *user_data);

// Starts a plan: allocates the memory of the target, checks that the files have not been written since they were opened,
// and starts the threads that the context allows. A plan may be started several times. The caller owns `*out`. The CUDA
// context that is current on this thread stays current.
//
// `WB_ERR_OUT_OF_MEMORY`: the host or the device does not have enough memory. `WB_ERR_CHANGED`: a file has been written.
// For devices also: `WB_ERR_NOT_FOUND`: there is no driver, or no such device. `WB_ERR_INVALID_ARGUMENT`: a destination is
// not memory of its device, or the stream does not belong to a device of the plan or is being captured. `WB_ERR_DEVICE`:
// the driver failed; `wb_error_info.os_code` is its result. Since 0.1.
WB_API
wb_status wb_plan_start(const wb_plan *p,
                        wb_task **out,
                        wb_error **err);

// Works on this thread for at most about `budget_ns` nanoseconds, and until about `budget_bytes` bytes have been read;
// `UINT64_MAX` is no bound. With both, it works to the end. A load does one block at least, and a block that is not expected to
// fit the rest of the time is left for the next call: a block has at most `wb_plan_options.block_bytes`. Contents that no file
// holds as they are, such as lists of numbers in ONNX, are built in one step. When other threads have all that is left, this waits for them. A task that has been stepped is to be stepped,
// or waited for, to its end: other threads need not be there for what this one has begun. `out` may be NULL.
//
// Returns `WB_PENDING` while there is more to do, and `WB_OK` when the task is done. An error is final. Since 0.1.
WB_API
wb_status wb_task_step(wb_task *t,
                       uint64_t budget_ns,
                       uint64_t budget_bytes,
                       wb_progress *out,
                       wb_error **err);

// Gives the progress of a task, of which only loads have some, without doing any work: `WB_PENDING`, `WB_OK` when everything has been checked and
// placed, or the error that ended it. `out` may be NULL. Any thread, also while another one steps. Since 0.1.
WB_API
wb_status wb_task_poll(const wb_task *t,
                       wb_progress *out);

// Works or waits until the end. `progress` (may be NULL) is called on this thread while a load is waited for: at once, then
// about twenty times a second, and at the end.
//
// Returns `WB_OK` or the error that ended the task: `WB_ERR_CANCELLED`, `WB_ERR_MISMATCH`, `WB_ERR_CHANGED`, `WB_ERR_IO`,
// `WB_ERR_OUT_OF_MEMORY` or `WB_ERR_DEVICE`. After an error the memory of the target has been freed, except what the
// caller gave. Since 0.1.
WB_API
wb_status wb_task_wait(wb_task *t,
                       wb_progress_fn progress,
                       void *user_data,
                       wb_error **err);

// Calls `end` once with `user_data` when the task ends: at once if it has, and at the latest while it is released. So no
// thread has to wait for a task that the threads of the context work on; a task that nobody works on does not end. Each
// call adds a function. Any thread. Since 0.1.
WB_API
wb_status wb_task_on_end(wb_task *t,
                         wb_end_fn end,
                         void *user_data);

// Cancels a task: it stops at its next block, and the thread that steps or waits gets `WB_ERR_CANCELLED`. Any thread, as
// long as the task has not been released; a `wb_cancel` in the options of the plan does not have this restriction. NULL
// is allowed. Since 0.1.
WB_API
void wb_task_cancel(wb_task *t);

// Releases a task. A task that is not done is cancelled, and this call waits for its threads. A placement that was taken
// from it remains valid. NULL is allowed. Since 0.1.
WB_API
void wb_task_release(wb_task *t);

/* ----------------------------------------------------------------------
 * Opening and planning as tasks
 *
 * The same as `wb_model_open` and `wb_plan_create`, in steps or on a thread of the context: for hosts that cannot wait for a
 * large header, or for a slow disk.
 *
 *   wb_model_open_start(context, "path/to/checkpoint", WB_NUL, NULL, &task, &err);
 *   while ((status = wb_task_step(task, 2000000, UINT64_MAX, NULL, &err)) == WB_PENDING) {
 *     draw_frame();
 *   }
 *   if (status == WB_OK) {
 *     wb_task_model(task, &model, &err);
 *   }
 *   wb_task_release(task);
 *
 * What the options point to is copied, but for user data. A thread of the context does the whole work, if there is a free one,
 * and else the calls to `wb_task_step` and `wb_task_wait`. A step runs on a stack of its own, of 512 KiB, which it takes from the
 * system; functions of the host are called on it, too. Steps may be done on one thread after another.
 */

// Begins what `wb_model_open` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
WB_API
wb_status wb_model_open_start(const wb_context *c,
                              const char *path,
                              size_t path_len,
                              const wb_open_options *opt,
                              wb_task **out,
                              wb_error **err);

// Begins what `wb_model_open_memory` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
WB_API
wb_status wb_model_open_memory_start(const wb_context *c,
                                     const void *data,
                                     size_t len,
                                     wb_destroy_fn destroy,
                                     void *user_data,
                                     const wb_open_options *opt,
                                     wb_task **out,
                                     wb_error **err);

// Begins what `wb_model_open_fd` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
WB_API
wb_status wb_model_open_fd_start(const wb_context *c,
                                 ptrdiff_t fd,
                                 uint64_t offset,
                                 uint64_t len,
                                 const wb_open_options *opt,
                                 wb_task **out,
                                 wb_error **err);

// Begins what `wb_model_open_io` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
WB_API
wb_status wb_model_open_io_start(const wb_context *c,
                                 const wb_io *io,
                                 const char *path,
                                 size_t path_len,
                                 const wb_open_options *opt,
                                 wb_task **out,
                                 wb_error **err);

// Begins what `wb_model_open_blobs` does. The caller owns `*out`; `wb_task_model` gives the model. Since 0.1.
WB_API
wb_status wb_model_open_blobs_start(const wb_context *c,
                                    const wb_blob *blobs,
                                    size_t blob_count,
                                    const char *path,
                                    size_t path_len,
                                    const wb_open_options *opt,
                                    wb_task **out,
                                    wb_error **err);

// Begins what `wb_plan_create` does. The caller owns `*out`; `wb_task_plan` gives the plan. Since 0.1.
WB_API wb_status wb_plan_create_start(const wb_model *m, const wb_plan_options *opt, wb_task **out, wb_error **err);

// Gives the model of a task that has opened one. Before it is done it returns `WB_PENDING`, and after a failure the error that
// ended the task. The caller owns `*out`; every call gives another handle of the same model. `WB_ERR_INVALID_ARGUMENT`: it is a
// task of another kind. Since 0.1.
WB_API
wb_status wb_task_model(const wb_task *t,
                        wb_model **out,
                        wb_error **err);

// Gives the plan of a task that has made one. Before it is done it returns `WB_PENDING`, and after a failure the error that ended
// the task. The caller owns `*out`; every call gives another handle of the same plan. `WB_ERR_INVALID_ARGUMENT`: it is a task
// of another kind. Since 0.1.
WB_API
wb_status wb_task_plan(const wb_task *t,
                       wb_plan **out,
                       wb_error **err);

/* ----------------------------------------------------------------------
 * Loading: the placement
 *
 * A placement holds the tensors that a load has placed.
 *
 *   if (wb_placement_tensor_find(placement, "lm_head.weight", WB_NUL, &index) == WB_OK) {
 *     wb_placement_tensor_info(placement, index, &tensor);
 *     use(tensor.data, tensor.bytes);
 *   }
 */

// A placement. Reference-counted; immutable but for `wb_placement_refit`; any thread. It remains valid when the model is released; a view keeps the
// maps of the model. Since 0.1.
typedef struct wb_placement wb_placement;

// A placed tensor. Set `struct_size` before the call; texts and lists are borrowed from the placement. Since 0.1.
typedef struct wb_placed_tensor_info {
  // `sizeof(wb_placed_tensor_info)`.
  size_t struct_size;
  // In host memory, the bytes: not to be written, valid until the placement is released, and not NULL even if there are
  // none. NULL on a device.
  const void *data;
  // On a device, the device pointer (`CUdeviceptr`), valid until the placement is released. 0 in host memory.
  uint64_t device_address;
  // The size in bytes.
  uint64_t bytes;
  // The index of the tensor in the model.
  size_t tensor;
  // The name.
  wb_str name;
  // `rank` dimensions in elements, outermost first, which a slice may have changed. The tensor is contiguous and
  // row-major.
  const int64_t *shape;
  // The number of dimensions.
  uint32_t rank;
  // The type of the elements, which a cast may have changed.
  wb_dtype dtype;
  // The ordinal of the CUDA device; `WB_DEVICE_HOST`: in host memory.
  uint32_t device;
  // 0.
  uint32_t reserved;
  // Bytes from the start of the arena, which for `WB_TARGET_SEALED` is the start of the memfd; for `WB_TARGET_VIEW`, from
  // the start of the file of the model. 0 on a device.
  uint64_t offset;
} wb_placed_tensor_info;

// Gives the placement of a task that is done. Before that it returns `WB_PENDING`, and after a failure the error that ended
// the task. The caller owns `*out`; every call gives another reference to the same placement. Since 0.1.
WB_API
wb_status wb_task_finish(wb_task *t,
                         wb_placement **out,
                         wb_error **err);

// Loads a model: plans, starts, waits and finishes. `opt` may be NULL: all tensors, into an arena in host memory. The
// caller owns `*out`. Errors as for `wb_plan_create`, `wb_plan_start` and `wb_task_wait`. Since 0.1.
WB_API
wb_status wb_model_load(const wb_model *m,
                        const wb_plan_options *opt,
                        wb_placement **out,
                        wb_error **err);

// Gives the memory of a placement whose target is `WB_TARGET_SEALED` as a descriptor of a memfd, and its length in bytes;
// `bytes` may be NULL. Another process that receives the descriptor (by fork, or over a socket) maps it with `PROT_READ`
// and `MAP_SHARED`, and finds each tensor at its `offset`. Nobody can write it or change its length. The descriptor is
// borrowed from the placement and closed on exec; duplicate it to keep it.
//
// `WB_ERR_INVALID_ARGUMENT`: the placement has another target. Since 0.1.
WB_API
wb_status wb_placement_sealed(const wb_placement *p,
                              int32_t *fd,
                              uint64_t *bytes);

// Returns the number of tensors, counted once for each device that has them; 0 for NULL and for `WB_TARGET_NONE`.
// Since 0.1.
WB_API size_t wb_placement_tensor_count(const wb_placement *p);

// Describes a tensor. They are in the order of `wb_plan_options.tensors`, or else in the order of the model, one device
// after the other. Since 0.1.
WB_API
wb_status wb_placement_tensor_info(const wb_placement *p,
                                   size_t index,
                                   wb_placed_tensor_info *out);

// Finds a tensor by its name; of several devices, on the first that has it. `WB_ERR_NOT_FOUND`: the placement does not
// have the tensor. Since 0.1.
WB_API
wb_status wb_placement_tensor_find(const wb_placement *p,
                                   const char *name,
                                   size_t name_len,
                                   size_t *index);

// Finds a tensor by its name on one device, or with `WB_DEVICE_HOST` in host memory. `WB_ERR_NOT_FOUND`: the device does
// not have the tensor. Since 0.1.
WB_API
wb_status wb_placement_tensor_find_on(const wb_placement *p,
                                      uint32_t device,
                                      const char *name,
                                      size_t name_len,
                                      size_t *index);

// Plans a load of another version of a model for the places of `current`, whose target is `WB_TARGET_HOST` or `WB_TARGET_CUDA`: of
// those tensors that differ by the digests which the manifests of both versions state, such as those of `weighbridge.json`; a
// tensor without a digest counts as different. `opt` has to place the same tensors in the same form as the options of `current`, and
// has no destinations. The plan is started like any other, and needs memory for what differs; `wb_plan_info.tensors` and
// `.target_bytes` tell how much that is. When its task is done, `wb_placement_refit` copies what it has loaded into the
// pointers of `current`. The caller owns `*out`.
//
// Errors as for `wb_plan_create`, and `WB_ERR_INVALID_ARGUMENT`: the new version has other tensors, or other types or shapes.
// `WB_ERR_UNSUPPORTED`: tensors that share memory in `current` do not share bytes in the new version. Since 0.1.
WB_API
wb_status wb_plan_create_refit(const wb_model *m,
                               const wb_placement *current,
                               const wb_plan_options *opt,
                               wb_plan **out,
                               wb_error **err);

// Copies the tensors of `next`, which a plan of `wb_plan_create_refit` has loaded, into the pointers that they have in `current`: all
// of them, or none. Nothing is read, and only copies on a device can fail once they have begun (`WB_ERR_DEVICE`): the contents of
// those tensors are unspecified then. During the call nobody else may read or write the tensors of `current`, on the host or on
// devices. `next` may be released then.
//
// `WB_ERR_INVALID_ARGUMENT`: `current` has no place of the same form for a tensor of `next`, or has another target than
// `WB_TARGET_HOST` and `WB_TARGET_CUDA`. Since 0.1.
WB_API
wb_status wb_placement_refit(wb_placement *current,
                             const wb_placement *next,
                             wb_error **err);

// Makes work that is submitted to `stream` from now on wait, on the device, until all bytes of the placement have
// arrived. The calling thread does not wait. Only needed after `WB_CUDA_ASYNC`; otherwise, and for a placement in host
// memory, it has no effect.
//
// Call it for each stream that uses the tensors; each then waits for the bytes on all devices. `stream` is a `CUstream` or
// `cudaStream_t` of the primary context of one of the devices of the placement. NULL, `CU_STREAM_LEGACY` and
// `CU_STREAM_PER_THREAD` are the default streams of all of them.
//
// `WB_ERR_INVALID_ARGUMENT`: the stream is of another device or context, or is being captured while copies are under way
// (the capture remains valid). `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
WB_API
wb_status wb_placement_fence(const wb_placement *p,
                             void *stream,
                             wb_error **err);

// Waits until all bytes of the placement have arrived. Only needed after `WB_CUDA_ASYNC`. `WB_ERR_DEVICE`: a copy has
// failed, and the bytes are not valid. Any thread. Since 0.1.
WB_API wb_status wb_placement_wait(const wb_placement *p, wb_error **err);

// Adds a reference and returns `p`. NULL is allowed. Any thread. Since 0.1.
WB_API wb_placement *wb_placement_retain(wb_placement *p);

// Drops a reference, and with the last one the memory of the tensors, except memory that the caller gave. Work on a device
// that uses the tensors, or that waits for a fence, must have completed before. The call waits for copies that are under
// way. NULL is allowed. Any thread. Since 0.1.
WB_API
void wb_placement_release(wb_placement *p);

// Gives the report of what was checked while the tensors were loaded. The caller owns `*out`. Since 0.1.
WB_API wb_status wb_placement_report(const wb_placement *p, wb_report **out, wb_error **err);

/* ----------------------------------------------------------------------
 * CUDA devices
 *
 * What the driver knows about the devices of this machine. The driver is found at run time, as `libcuda.so.1`. Nothing
 * here creates a context or changes the one that is current.
 *
 *   if (wb_cuda_devices_create(&devices, &err) == WB_OK) {
 *     for (i = 0; i < wb_cuda_devices_count(devices); ++i) {
 *       wb_cuda_devices_info(devices, i, &device);
 *     }
 *     wb_cuda_devices_release(devices);
 *   }
 */

// The CUDA devices at the time of the call that created this list. Immutable; one owner; any thread. Since 0.1.
typedef struct wb_cuda_devices wb_cuda_devices;

// A CUDA device. Set `struct_size` before the call; the texts are borrowed from the list. Since 0.1.
typedef struct wb_cuda_device_info {
  // `sizeof(wb_cuda_device_info)`.
  size_t struct_size;
  // The name of the product.
  wb_str name;
  // The PCI address, such as `"0000:3b:00.0"`: domain, bus, device and function, in hexadecimal.
  wb_str pci;
  // The UUID; zeros if the driver does not state it.
  uint8_t uuid[16];
  // The size of its memory in bytes.
  uint64_t memory_bytes;
  // The free part of it in bytes. `UINT64_MAX`: not known, because this process does not use the device yet and a
  // query would initialize it.
  uint64_t free_bytes;
  // The ordinal: devices are numbered from 0 in the order of the CUDA runtime, and `CUDA_VISIBLE_DEVICES` applies.
  uint32_t ordinal;
  // The major part of the compute capability.
  uint32_t compute_major;
  // The minor part of the compute capability.
  uint32_t compute_minor;
  // The version of CUDA that the driver supports: 1000 * major + 10 * minor.
  uint32_t driver_version;
} wb_cuda_device_info;

// Lists the CUDA devices. The caller owns `*out`.
//
// `WB_ERR_NOT_FOUND`: there is no driver, or it has no device. `WB_ERR_UNSUPPORTED`: this build does not have CUDA.
// `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
WB_API wb_status wb_cuda_devices_create(wb_cuda_devices **out, wb_error **err);

// Returns the number of devices; 0 for NULL. Since 0.1.
WB_API size_t wb_cuda_devices_count(const wb_cuda_devices *d);

// Describes a device. Since 0.1.
WB_API wb_status wb_cuda_devices_info(const wb_cuda_devices *d, size_t index, wb_cuda_device_info *out);

// Releases the list. NULL is allowed. Since 0.1.
WB_API void wb_cuda_devices_release(wb_cuda_devices *d);

/* ----------------------------------------------------------------------
 * Graphs
 *
 * The graphs of a model, if its format has them: those that callers run, the bodies of functions, and the subgraphs that
 * are attributes of nodes. Graphs never change. Everything in the following sections is borrowed from the model, and every
 * function may run on several threads at once.
 *
 * What belongs to the model, such as graphs, functions and tensors, is addressed by a `size_t` index, and `WB_NO_INDEX` is
 * none. What belongs to one graph, such as nodes, values and types, is addressed by a `uint32_t` id, and `WB_NO_ID` is
 * none. Both count from 0 and do not change.
 *
 *   graph = wb_model_graph(model, 0);
 *   for (id = 0; id < wb_graph_node_count(graph); ++id) {
 *     wb_graph_node_info(graph, id, &node);
 *   }
 */

// As an id in a graph: none. As an input or output of a node: an optional one that is omitted. Since 0.1.
#define WB_NO_ID UINT32_MAX

// Role: a graph that callers run, an entry. A model may have several; signatures say how they are run. Since 0.1.
#define WB_GRAPH_ENTRY 0

// Role: the body of a function. Since 0.1.
#define WB_GRAPH_FUNCTION 1

// Role: the value of an attribute, such as a branch of an If. It can use the values of the graphs that contain it.
// Since 0.1.
#define WB_GRAPH_SUBGRAPH 2

// A graph. Immutable and borrowed from its model; any thread. Since 0.1.
typedef struct wb_graph wb_graph;

// What a model says about itself. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
typedef struct wb_model_info {
  // `sizeof(wb_model_info)`.
  size_t struct_size;
  // The version of the format that the model states, such as the IR version of ONNX; 0 if the format has none.
  int64_t format_version;
  // The program that wrote the model; may be empty.
  wb_str producer;
  // The version of that program; may be empty.
  wb_str producer_version;
  // The namespace of the model in reverse-DNS form, such as `"org.example"`; may be empty.
  wb_str domain;
  // The version of the model in its namespace; 0 if it does not state one.
  int64_t model_version;
  // A description of the model; may be empty.
  wb_str documentation;
} wb_model_info;

// A graph. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
typedef struct wb_graph_info {
  // `sizeof(wb_graph_info)`.
  size_t struct_size;
  // The name; may be empty.
  wb_str name;
  // A description of the graph; may be empty.
  wb_str documentation;
  // Its index, for `wb_model_graph`.
  size_t index;
  // The function whose body this graph is or is nested in, for `wb_model_function_info`; `WB_NO_INDEX`: none.
  size_t function;
  // For a subgraph, the index of the graph that contains it, which is less than its own; else `WB_NO_INDEX`.
  size_t parent;
  // `WB_GRAPH_*`.
  uint32_t role;
  // For a subgraph, the node of the parent that has it as an attribute; else `WB_NO_ID`, also if the attribute belongs to
  // the parent itself, as the default of an attribute of a function does.
  uint32_t node;
  // For a subgraph, the position of that attribute; else `WB_NO_ID`.
  uint32_t attribute;
  // The number of inputs.
  uint32_t inputs;
  // The number of outputs.
  uint32_t outputs;
  // The number of initializers: values whose contents are stored in the model.
  uint32_t initializers;
  // `inputs` values that the graph takes, in order. A value that is also an initializer need not be given: the
  // initializer is its default. `WB_NO_ID`: the model is malformed, and the input has no name. NULL if there are none.
  const uint32_t *input_values;
  // `outputs` values that the graph computes, in order. NULL if there are none.
  const uint32_t *output_values;
} wb_graph_info;

// Describes a model. What the format does not have is empty. Since 0.1.
WB_API wb_status wb_model_get_info(const wb_model *m, wb_model_info *out);

// Returns the number of graphs; 0 for a model that has only weights, and for NULL. Graph 0 is the first entry. Since 0.1.
WB_API
size_t wb_model_graph_count(const wb_model *m);

// Returns a graph, borrowed from the model; NULL if the model does not have this index. The same index always gives the
// same pointer. Since 0.1.
WB_API const wb_graph *wb_model_graph(const wb_model *m, size_t index);

// Describes a graph. Since 0.1.
WB_API wb_status wb_graph_get_info(const wb_graph *g, wb_graph_info *out);

// Returns the number of metadata entries of a graph; 0 for NULL. Since 0.1.
WB_API size_t wb_graph_metadata_count(const wb_graph *g);

// Describes a metadata entry of a graph. They are in the order of the file. Since 0.1.
WB_API wb_status wb_graph_metadata_info(const wb_graph *g, size_t index, wb_metadata_info *out);

// Gives the value of an initializer. They are in the order of the file; `wb_value_info.tensor` is the tensor with the
// contents. `WB_NO_ID`: the model is malformed, and the initializer has no name. Since 0.1.
WB_API wb_status wb_graph_initializer_value(const wb_graph *g, uint32_t index, uint32_t *value);

// Gives the version of the operator set of a domain that applies in a graph: that which the enclosing function imports, or
// else the model. The default domain is `""`, even if the file spells it `"ai.onnx"`. `WB_ERR_NOT_FOUND`: the domain is not
// imported. Since 0.1.
WB_API
wb_status wb_graph_opset_version(const wb_graph *g,
                                 const char *domain,
                                 size_t domain_len,
                                 int64_t *version);

/* ----------------------------------------------------------------------
 * Nodes
 *
 * The operators of a graph, in the order of the file: in a valid model each node follows those that it depends on. The
 * lists of a node are the edges of the graph. `WB_NO_ID` among them stands for an optional input or output that is left
 * out.
 *
 *   wb_graph_node_info(graph, id, &node);
 *   if (node.inputs > 0 && *node.input_values != WB_NO_ID) {
 *     wb_graph_value_info(graph, *node.input_values, &value);
 *   }
 */

// A node. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
typedef struct wb_node_info {
  // `sizeof(wb_node_info)`.
  size_t struct_size;
  // The name; may be empty, and need not be unique.
  wb_str name;
  // The operator.
  wb_str op;
  // The domain of the operator; empty for the default one.
  wb_str domain;
  // Which of several functions of this name is called; usually empty.
  wb_str overload;
  // `inputs` values that it takes; `WB_NO_ID`: an optional input that is omitted. NULL if there are none.
  const uint32_t *input_values;
  // `outputs` values that it computes; `WB_NO_ID`: an optional output that is omitted. NULL if there are none.
  const uint32_t *output_values;
  // `controls` nodes that must run before this one although it uses none of their outputs. NULL if there are none,
  // as always in ONNX.
  const uint32_t *control_nodes;
  // The number of inputs, omitted ones included.
  uint32_t inputs;
  // The number of outputs, omitted ones included.
  uint32_t outputs;
  // The number of control nodes.
  uint32_t controls;
  // The number of attributes.
  uint32_t attributes;
} wb_node_info;

// Returns the number of nodes; 0 for NULL. Since 0.1.
WB_API uint32_t wb_graph_node_count(const wb_graph *g);

// Describes a node. Since 0.1.
WB_API wb_status wb_graph_node_info(const wb_graph *g, uint32_t node, wb_node_info *out);

// Describes `count` nodes, from `first` on, in one call. The elements of `out` are `stride_bytes` apart, and `struct_size`
// need only be set in the first. Since 0.1.
WB_API
wb_status wb_graph_node_infos(const wb_graph *g,
                              uint32_t first,
                              uint32_t count,
                              wb_node_info *out,
                              size_t stride_bytes);

// Finds the function of the model that a node calls, for `wb_model_function_info`. `WB_ERR_NOT_FOUND`: the node calls an
// operator of an operator set. Since 0.1.
WB_API
wb_status wb_graph_node_function(const wb_graph *g,
                                 uint32_t node,
                                 size_t *function);

/* ----------------------------------------------------------------------
 * Attributes
 *
 * The constant parameters of nodes. An attribute is addressed by its node and its position there. `WB_NO_ID` as the node
 * means the graph itself: the body of a function has the defaults of the attributes of the function.
 *
 * The same functions return single values and lists. `WB_ERR_NOT_FOUND`: the attribute is of another kind.
 * `WB_ERR_INVALID_ARGUMENT`: the node, attribute or element does not exist.
 *
 *   if (wb_graph_attribute_find(graph, node, "axis", WB_NUL, &attribute) == WB_OK) {
 *     wb_graph_attribute_ints(graph, node, attribute, &values, &count);
 *   }
 */

// Attribute: of a kind that this version does not know. Since 0.1.
#define WB_ATTRIBUTE_UNDEFINED 0

// Attribute: a floating-point number, for `wb_graph_attribute_floats`. Since 0.1.
#define WB_ATTRIBUTE_FLOAT 1

// Attribute: an integer, for `wb_graph_attribute_ints`. Since 0.1.
#define WB_ATTRIBUTE_INT 2

// Attribute: a string, for `wb_graph_attribute_string`. Since 0.1.
#define WB_ATTRIBUTE_STRING 3

// Attribute: a tensor, for `wb_graph_attribute_tensor`. Since 0.1.
#define WB_ATTRIBUTE_TENSOR 4

// Attribute: a graph, for `wb_graph_attribute_graph`. Since 0.1.
#define WB_ATTRIBUTE_GRAPH 5

// Attribute: floating-point numbers, for `wb_graph_attribute_floats`. Since 0.1.
#define WB_ATTRIBUTE_FLOATS 6

// Attribute: integers, for `wb_graph_attribute_ints`. Since 0.1.
#define WB_ATTRIBUTE_INTS 7

// Attribute: strings, for `wb_graph_attribute_string`. Since 0.1.
#define WB_ATTRIBUTE_STRINGS 8

// Attribute: tensors, for `wb_graph_attribute_tensor`. Since 0.1.
#define WB_ATTRIBUTE_TENSORS 9

// Attribute: graphs, for `wb_graph_attribute_graph`. Since 0.1.
#define WB_ATTRIBUTE_GRAPHS 10

// Attribute: a sparse tensor, for `wb_graph_attribute_sparse`. Since 0.1.
#define WB_ATTRIBUTE_SPARSE_TENSOR 11

// Attribute: sparse tensors, for `wb_graph_attribute_sparse`. Since 0.1.
#define WB_ATTRIBUTE_SPARSE_TENSORS 12

// Attribute: the type of a value, for `wb_graph_attribute_type`. Since 0.1.
#define WB_ATTRIBUTE_TYPE 13

// Attribute: types of values, for `wb_graph_attribute_type`. Since 0.1.
#define WB_ATTRIBUTE_TYPES 14

// An attribute. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
typedef struct wb_attribute_info {
  // `sizeof(wb_attribute_info)`.
  size_t struct_size;
  // The name.
  wb_str name;
  // In the body of a function, the attribute of the call that gives the contents; else empty.
  wb_str reference;
  // `WB_ATTRIBUTE_*`.
  uint32_t kind;
  // 0.
  uint32_t reserved;
  // The number of elements: 1 for a single value; 0 if a call gives the contents.
  size_t count;
} wb_attribute_info;

// Describes an attribute of a node. Since 0.1.
WB_API
wb_status wb_graph_attribute_info(const wb_graph *g,
                                  uint32_t node,
                                  uint32_t attribute,
                                  wb_attribute_info *out);

// Finds an attribute of a node by its name. `WB_ERR_NOT_FOUND`: the node does not have it, and the default of the operator
// applies. Since 0.1.
WB_API
wb_status wb_graph_attribute_find(const wb_graph *g,
                                  uint32_t node,
                                  const char *name,
                                  size_t name_len,
                                  uint32_t *attribute);

// Gives the floating-point numbers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there
// are none. `count` may be NULL. Since 0.1.
WB_API
wb_status wb_graph_attribute_floats(const wb_graph *g,
                                    uint32_t node,
                                    uint32_t attribute,
                                    const float **values,
                                    size_t *count);

// Gives the integers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there are none.
// `count` may be NULL. Since 0.1.
WB_API
wb_status wb_graph_attribute_ints(const wb_graph *g,
                                  uint32_t node,
                                  uint32_t attribute,
                                  const int64_t **values,
                                  size_t *count);

// Gives a string of an attribute, borrowed from the model: the bytes of the file, which need not be UTF-8. Since 0.1.
WB_API
wb_status wb_graph_attribute_string(const wb_graph *g,
                                    uint32_t node,
                                    uint32_t attribute,
                                    size_t index,
                                    wb_str *out);

// Gives a tensor of an attribute, as its index in the model. `WB_ERR_UNSUPPORTED`: this version cannot read it. Since 0.1.
WB_API
wb_status wb_graph_attribute_tensor(const wb_graph *g,
                                    uint32_t node,
                                    uint32_t attribute,
                                    size_t index,
                                    size_t *tensor);

// Gives a graph of an attribute, as its index for `wb_model_graph`. Since 0.1.
WB_API
wb_status wb_graph_attribute_graph(const wb_graph *g,
                                   uint32_t node,
                                   uint32_t attribute,
                                   size_t index,
                                   size_t *graph);

// Gives a sparse tensor of an attribute, as its index for `wb_model_sparse_info`. Since 0.1.
WB_API
wb_status wb_graph_attribute_sparse(const wb_graph *g,
                                    uint32_t node,
                                    uint32_t attribute,
                                    size_t index,
                                    size_t *sparse);

// Gives a type of an attribute, as its id for `wb_graph_type_info`. Since 0.1.
WB_API
wb_status wb_graph_attribute_type(const wb_graph *g,
                                  uint32_t node,
                                  uint32_t attribute,
                                  size_t index,
                                  uint32_t *type);

/* ----------------------------------------------------------------------
 * Values
 *
 * The inputs, outputs and intermediate results of a graph. In ONNX, values are identified by name; in other formats they
 * need not have names. A value of an enclosing graph that a subgraph uses is a separate value there, and
 * `wb_graph_value_outer` finds its origin.
 *
 *   for (id = 0; id < wb_graph_value_count(graph); ++id) {
 *     wb_graph_value_info(graph, id, &value);
 *   }
 */

// Value flag: an input of the graph. Since 0.1.
#define WB_VALUE_INPUT 1

// Value flag: an output of the graph. Since 0.1.
#define WB_VALUE_OUTPUT 2

// Value flag: the contents are stored in the model; for an input they are the default. Since 0.1.
#define WB_VALUE_INITIALIZER 4

// Value flag: a node of the graph computes it. Since 0.1.
#define WB_VALUE_COMPUTED 8

// Value flag: the graph uses it but does not define it. It comes from an enclosing graph; in a malformed model, it has
// no origin. Since 0.1.
#define WB_VALUE_OUTER 16

// A value. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
typedef struct wb_value_info {
  // `sizeof(wb_value_info)`.
  size_t struct_size;
  // The name; may be empty.
  wb_str name;
  // `WB_VALUE_*` flags, combined with `|`.
  uint32_t flags;
  // The type of the elements; 0 if it is not known, and for a value that is not a tensor. If the model does not state a
  // type, that of the initializer.
  wb_dtype dtype;
  // `rank` dimensions in elements, outermost first; -1: symbolic or unknown, see `wb_graph_type_dim_info`. NULL: the rank
  // is not known.
  const int64_t *shape;
  // The number of dimensions; 0 if it is not known.
  uint32_t rank;
  // The type that the model states, for `wb_graph_type_info`; `WB_NO_ID`: none.
  uint32_t type;
  // The first node that computes it; `WB_NO_ID`: none.
  uint32_t producer;
  // 0.
  uint32_t reserved;
  // For an initializer, the tensor with its contents. `WB_NO_INDEX`: the value is not an initializer, `sparse` is its
  // index, or this version cannot read its contents.
  size_t tensor;
  // For an initializer of which only some elements are stored, its index for `wb_model_sparse_info`; else `WB_NO_INDEX`.
  size_t sparse;
} wb_value_info;

// A sparse tensor: only some elements are stored. Set `struct_size` before the call; `shape` is borrowed from the model.
// Since 0.1.
typedef struct wb_sparse_info {
  // `sizeof(wb_sparse_info)`.
  size_t struct_size;
  // `rank` dimensions in elements, outermost first.
  const int64_t *shape;
  // The number of dimensions.
  uint32_t rank;
  // 0.
  uint32_t reserved;
  // The index of the tensor with the stored elements; `WB_NO_INDEX`: this version cannot read it.
  size_t values;
  // The index of the tensor with their positions: linear indices, or one row of coordinates for each element.
  // `WB_NO_INDEX`: this version cannot read it.
  size_t indices;
} wb_sparse_info;

// Returns the number of values; 0 for NULL. Since 0.1.
WB_API uint32_t wb_graph_value_count(const wb_graph *g);

// Describes a value. Since 0.1.
WB_API wb_status wb_graph_value_info(const wb_graph *g, uint32_t value, wb_value_info *out);

// Describes `count` values, from `first` on, in one call. The elements of `out` are `stride_bytes` apart, and
// `struct_size` need only be set in the first. Since 0.1.
WB_API
wb_status wb_graph_value_infos(const wb_graph *g,
                               uint32_t first,
                               uint32_t count,
                               wb_value_info *out,
                               size_t stride_bytes);

// Finds a value by its name. `WB_ERR_NOT_FOUND`: the graph has no such value. Since 0.1.
WB_API wb_status wb_graph_value_find(const wb_graph *g, const char *name, size_t name_len, uint32_t *value);

// Finds the origin of a value with the flag `WB_VALUE_OUTER`: the nearest enclosing graph that has it, for
// `wb_model_graph`, and its id there. `WB_ERR_NOT_FOUND`: the value belongs to this graph, or has no origin. Either result
// may be NULL. Since 0.1.
WB_API
wb_status wb_graph_value_outer(const wb_graph *g,
                               uint32_t value,
                               size_t *graph,
                               uint32_t *outer);

// Returns the number of sparse tensors of all graphs; 0 for NULL. Since 0.1.
WB_API size_t wb_model_sparse_count(const wb_model *m);

// Describes a sparse tensor. Since 0.1.
WB_API wb_status wb_model_sparse_info(const wb_model *m, size_t index, wb_sparse_info *out);

/* ----------------------------------------------------------------------
 * Types of values
 *
 * The types that a model states for its values: tensors, whose dimensions may be symbols, and compositions of them.
 *
 *   if (value.type != WB_NO_ID) {
 *     wb_graph_type_info(graph, value.type, &type);
 *   }
 */

// Type: one that this version does not know. Since 0.1.
#define WB_TYPE_UNKNOWN 0

// Type: a tensor. Since 0.1.
#define WB_TYPE_TENSOR 1

// Type: a sparse tensor. Since 0.1.
#define WB_TYPE_SPARSE_TENSOR 2

// Type: a sequence of values of one type. Since 0.1.
#define WB_TYPE_SEQUENCE 3

// Type: a map from keys to values. Since 0.1.
#define WB_TYPE_MAP 4

// Type: an optional value. Since 0.1.
#define WB_TYPE_OPTIONAL 5

// Type: opaque, defined by its operators. Since 0.1.
#define WB_TYPE_OPAQUE 6

// A type. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
typedef struct wb_type_info {
  // `sizeof(wb_type_info)`.
  size_t struct_size;
  // `WB_TYPE_*`.
  uint32_t kind;
  // For tensors, the type of the elements; for a map, that of its keys. 0 if the model does not state it, or if this
  // version does not know it.
  wb_dtype dtype;
  // What the value means, such as `"IMAGE"`; may be empty.
  wb_str denotation;
  // `rank` dimensions in elements, outermost first; -1: symbolic or unknown. NULL: the rank is not known.
  const int64_t *shape;
  // The number of dimensions; 0 if it is not known.
  uint32_t rank;
  // For a sequence and an optional value, the type of the contents; for a map, that of its values; else `WB_NO_ID`.
  uint32_t element;
  // The number of `dtype` in the format, such as the `TensorProto.DataType` of ONNX; 0 if it has none.
  int32_t code;
  // 0.
  uint32_t reserved;
} wb_type_info;

// A dimension. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
typedef struct wb_dim_info {
  // `sizeof(wb_dim_info)`.
  size_t struct_size;
  // Elements; -1: symbolic or unknown.
  int64_t size;
  // For a symbolic dimension, its name; dimensions of one name are equal throughout the graph. Else empty.
  wb_str symbol;
  // What the dimension means, such as `"DATA_BATCH"`; may be empty.
  wb_str denotation;
} wb_dim_info;

// Returns the number of types; 0 for NULL. Several values may share a type. Since 0.1.
WB_API uint32_t wb_graph_type_count(const wb_graph *g);

// Describes a type. Since 0.1.
WB_API wb_status wb_graph_type_info(const wb_graph *g, uint32_t type, wb_type_info *out);

// Describes a dimension of the type of a tensor. Since 0.1.
WB_API wb_status wb_graph_type_dim_info(const wb_graph *g, uint32_t type, uint32_t dim, wb_dim_info *out);

/* ----------------------------------------------------------------------
 * Functions and operator sets
 *
 * The operators that a model defines itself, each with a graph as its body, and the operator sets that it imports.
 *
 *   for (i = 0; i < wb_model_opset_count(model); ++i) {
 *     wb_model_opset_info(model, i, &opset);
 *   }
 */

// A function. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
typedef struct wb_function_info {
  // `sizeof(wb_function_info)`.
  size_t struct_size;
  // The name: the operator of the nodes that call it.
  wb_str name;
  // The domain of that operator.
  wb_str domain;
  // Distinguishes functions of the same name and domain; usually empty.
  wb_str overload;
  // The body, for `wb_model_graph`. It has the documentation and the metadata; its own attributes are the defaults of the
  // attributes of the function.
  size_t graph;
  // The number of attributes that a call must give, see `wb_model_function_attribute_name`.
  size_t attributes;
  // The number of operator sets that the body imports.
  size_t opsets;
  // The number of attributes that have a default, see `wb_graph_attribute_info`.
  uint32_t defaults;
  // 0.
  uint32_t reserved;
} wb_function_info;

// An operator set. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
typedef struct wb_opset_info {
  // `sizeof(wb_opset_info)`.
  size_t struct_size;
  // The domain; empty for the default one.
  wb_str domain;
  // The version.
  int64_t version;
} wb_opset_info;

// Returns the number of functions that the model defines; 0 for NULL. Since 0.1.
WB_API size_t wb_model_function_count(const wb_model *m);

// Describes a function. Since 0.1.
WB_API wb_status wb_model_function_info(const wb_model *m, size_t index, wb_function_info *out);

// Gives the name of an attribute that a call of the function must give, borrowed from the model. Since 0.1.
WB_API wb_status wb_model_function_attribute_name(const wb_model *m, size_t function, size_t index, wb_str *name);

// Describes an operator set that the body of a function imports. Since 0.1.
WB_API
wb_status wb_model_function_opset_info(const wb_model *m,
                                       size_t function,
                                       size_t index,
                                       wb_opset_info *out);

// Returns the number of operator sets that the model imports; 0 for NULL. Since 0.1.
WB_API size_t wb_model_opset_count(const wb_model *m);

// Describes an operator set that the model imports. `wb_graph_opset_version` tells which version applies in a graph.
// Since 0.1.
WB_API wb_status wb_model_opset_info(const wb_model *m, size_t index, wb_opset_info *out);

/* ----------------------------------------------------------------------
 * Signatures
 *
 * How callers run a model: which graph, and under which names they pass inputs and receive outputs. These names may
 * differ from those of the values. A model that has only weights has no signatures; an ONNX model has one, without a
 * key.
 *
 *   if (wb_model_signature_info(model, 0, &signature) == WB_OK) {
 *     for (i = 0; i < signature.inputs; ++i) {
 *       wb_model_signature_input_info(model, 0, i, &input);
 *     }
 *   }
 */

// A signature. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
typedef struct wb_signature_info {
  // `sizeof(wb_signature_info)`.
  size_t struct_size;
  // The key by which callers select it, unique in the model; empty if the format does not name signatures.
  wb_str key;
  // The graph that it runs, for `wb_model_graph`.
  size_t graph;
  // The number of inputs.
  size_t inputs;
  // The number of outputs.
  size_t outputs;
} wb_signature_info;

// An input or output of a signature. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
typedef struct wb_signature_value_info {
  // `sizeof(wb_signature_value_info)`.
  size_t struct_size;
  // The name that callers use.
  wb_str name;
  // The value in the graph. `WB_NO_ID`: the model is malformed, and the value has no name.
  uint32_t value;
  // 0.
  uint32_t reserved;
} wb_signature_value_info;

// Returns the number of signatures; 0 for NULL. Since 0.1.
WB_API size_t wb_model_signature_count(const wb_model *m);

// Describes a signature. Since 0.1.
WB_API wb_status wb_model_signature_info(const wb_model *m, size_t index, wb_signature_info *out);

// Describes an input of a signature. They are in order. An input whose value is also an initializer need not be given.
// Since 0.1.
WB_API
wb_status wb_model_signature_input_info(const wb_model *m,
                                        size_t signature,
                                        size_t index,
                                        wb_signature_value_info *out);

// Describes an output of a signature. They are in order. Since 0.1.
WB_API
wb_status wb_model_signature_output_info(const wb_model *m,
                                         size_t signature,
                                         size_t index,
                                         wb_signature_value_info *out);

/* ----------------------------------------------------------------------
 * Findings
 *
 * A check examines a model for violations of the rules of its format, for invalid weights, and for common problems in
 * production. It only reports findings; what to do about them is up to the caller. It reads tensors within a budget: the
 * indices of sparse tensors, tensors that may be equal and, in a model without graphs, all that may contain NaN or
 * infinity.
 *
 *   if (wb_model_check(model, NULL, &findings, &err) == WB_OK) {
 *     for (i = 0; i < wb_findings_count(findings); ++i) {
 *       wb_findings_info(findings, i, &finding);
 *     }
 *     wb_findings_release(findings);
 *   }
 */

// Severity: the model violates a rule of its format; a runtime may reject it or compute wrong results. Since 0.1.
#define WB_SEVERITY_ERROR 1

// Severity: the model is valid, but likely to cause a problem in production. Since 0.1.
#define WB_SEVERITY_WARNING 2

// Severity: something that a person who deploys the model should know. Since 0.1.
#define WB_SEVERITY_INFO 3

// The findings of a check. Immutable; one owner; any thread. Since 0.1.
typedef struct wb_findings wb_findings;

// A finding of a check, or a note of an open or a plan. Set `struct_size` before the call; the texts are borrowed from the findings,
// the model or the plan. Since 0.1.
typedef struct wb_finding_info {
  // `sizeof(wb_finding_info)`.
  size_t struct_size;
  // `WB_SEVERITY_*`.
  uint32_t severity;
  // 0.
  uint32_t reserved;
  // The rule, such as `"onnx.node.arity"`. Rules keep their names, so programs may test for them.
  wb_str rule;
  // Where it was found: graphs and nodes from the outermost, such as `"main/loop_3.body/MatMul_7"`, or the name of a file;
  // empty if it concerns the whole model.
  wb_str path;
  // What was found and what was expected.
  wb_str message;
  // What to do about it; may be empty.
  wb_str remedy;
} wb_finding_info;

// What a model is checked for. Zeroed: the defaults. Set `struct_size`. Since 0.1.
typedef struct wb_check_options {
  // `sizeof(wb_check_options)`.
  size_t struct_size;
  // What must be able to run the model: a release of ONNX, such as `"onnx-1.15"`, one of ONNX Runtime, such as
  // `"onnxruntime-1.17"`, or an operator set, such as `"opset-17"`; empty: nothing in particular.
  wb_str target;
  // The most bytes of tensors that are read; 0: 4 GiB. What is left out for this reason is reported as a finding.
  uint64_t max_read_bytes;
  // Called on this thread: at once, between groups of rules, after every 4 MiB that are read, and at the end.
  // `total_bytes` is the most that may be read; tensors are not counted. May be NULL.
  wb_progress_fn progress;
  // Passed to `progress`.
  void *user_data;
  // Cancels the check from another thread; may be NULL.
  const wb_cancel *cancel;
} wb_check_options;

// Returns the number of notes: what the open accepted although it deviates from the format. 0 for NULL. Since 0.1.
WB_API size_t wb_model_note_count(const wb_model *m);

// Describes a note. They are in the order in which they were found, and are also the first findings of `wb_model_check`.
// Since 0.1.
WB_API
wb_status wb_model_note_info(const wb_model *m,
                             size_t index,
                             wb_finding_info *out);

// Returns the number of notes of a plan: what is likely not meant, such as a cast of FP8 tensors without their scales. 0 for NULL.
// Since 0.1.
WB_API
size_t wb_plan_note_count(const wb_plan *p);

// Describes a note of a plan. Its texts are borrowed from the plan. `WB_ERR_INVALID_ARGUMENT`: there is no such note. Since 0.1.
WB_API
wb_status wb_plan_note_info(const wb_plan *p,
                            size_t index,
                            wb_finding_info *out);

// Checks a model, on this thread. `opt` may be NULL. The caller owns `*out`. `WB_OK` means that the check was made, not
// that the model is good.
//
// `WB_ERR_INVALID_ARGUMENT`: the target is not known, or belongs to another format. `WB_ERR_CANCELLED`: `progress` or
// `cancel` stopped the check. `WB_ERR_UNSUPPORTED`: a build without the feature "check". Since 0.1.
WB_API
wb_status wb_model_check(const wb_model *m,
                         const wb_check_options *opt,
                         wb_findings **out,
                         wb_error **err);

// Returns the number of findings; 0 for NULL. Since 0.1.
WB_API size_t wb_findings_count(const wb_findings *f);

// Describes a finding. The notes of the open come first, then the findings in the order of the graphs and nodes. Since 0.1.
WB_API
wb_status wb_findings_info(const wb_findings *f,
                           size_t index,
                           wb_finding_info *out);

// Releases findings. NULL is allowed. Since 0.1.
WB_API void wb_findings_release(wb_findings *f);

#ifdef __cplusplus
}
#endif

#endif /* WEIGHBRIDGE_H */
