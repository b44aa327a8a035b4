/* weighbridge.h: open, verify and load model weights, and walk and check graphs, from C, C++ and everything that can
 * call C.
 *
 * Generated from capi/src by cbindgen; edit the sources. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A first program (cc program.c -lweighbridge):
 *
 *   wb_error *err;
 *   wb_model *model;
 *   wb_placement *placement;
 *   wb_plan_options load = {0};
 *   wb_placed_tensor tensor = {0};
 *   load.struct_size = sizeof load;
 *   load.target = WB_TARGET_HOST;
 *   tensor.struct_size = sizeof tensor;
 *   if (wb_model_open(NULL, "path/to/checkpoint", WB_NUL, NULL, &model, &err) != WB_OK) {
 *     wb_str message;
 *     wb_error_message(err, &message);
 *     printf("%.*s\n", (int)message.len, message.ptr);
 *     wb_error_release(err);
 *     return 1;
 *   }
 *   if (wb_model_load(model, &load, &placement, NULL) == WB_OK) {
 *     wb_placement_find(placement, "lm_head.weight", WB_NUL, &tensor);
 *     use((const void *)(uintptr_t)tensor.address, tensor.bytes);
 *     wb_placement_release(placement);
 *   }
 *   wb_model_release(model);
 *
 * Conventions, which hold for every function:
 *
 * - Results. Most functions return a wb_status: 0 done, positive not yet, negative an error. Those that return a count
 *   or a pointer return 0 or NULL on a wrong argument.
 * - Errors. `wb_error **err` is last and optional. It is ignored on entry and written only on failure; the caller
 *   releases what is written. Nothing is kept in thread-local or global state.
 * - Ownership. What comes through a `**out` belongs to the caller, who releases it; on failure it is set to NULL. Other
 *   results are written only on success. A returned pointer, and every pointer in an info structure, is borrowed from
 *   the object that was asked.
 * - Threads. A function that takes its object `const` may run on many threads at once. One that takes it without
 *   `const` needs it for itself, unless it says "any thread". Functions named _retain and _release accept any thread.
 * - NULL. Functions named _release and _retain accept it. A NULL context is one that lends nothing. Everywhere else
 *   NULL for a required pointer is WB_ERR_INVALID_ARGUMENT; NULL with a length of 0 is the empty range.
 * - Structures begin with `struct_size`: set it to their size. Zeroed options mean the defaults. An older, shorter
 *   structure is taken as if zeros followed; a longer one is taken if its unknown tail is zero, and refused with
 *   WB_ERR_UNSUPPORTED otherwise. Info structures are filled as far as the caller knows them, and zeroed beyond.
 * - Text is UTF-8. Lengths of input text may be WB_NUL. Output text is borrowed and not NUL-terminated.
 * - Flags and enumerations from the caller are refused if unknown. The library may return values that are newer than
 *   this header; tolerate them.
 * - Units. Sizes and offsets are in bytes, offsets from the start of the file. Shapes and strides are in elements,
 *   outermost first.
 * - Callbacks get their `user_data` first, are called with no lock held, and must not throw. From inside one, only
 *   functions that say "any thread" and accessors of other objects may be called.
 * - The library never prints, never exits because of a file, installs no signal handler, and starts no thread that the
 *   context does not allow. Do not unload it: as installed, it stays in memory.
 * - Every symbol exists in every build. What a build leaves out answers WB_ERR_UNSUPPORTED.
 * - After fork(), the child may use and release what it has inherited, except tasks and placements on devices.
 */
#ifndef WEIGHBRIDGE_H
#define WEIGHBRIDGE_H

#include <stddef.h>
#include <stdint.h>

/* How the functions are declared. Define WB_SHARED on Windows when linking to the DLL. */
#ifndef WB_API
#if defined(_WIN32) && defined(WB_SHARED)
#define WB_API __declspec(dllimport)
#elif defined(__GNUC__)
#define WB_API __attribute__((visibility("default")))
#else
#define WB_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* As the length of an input text: it ends at the first NUL. Since 0.1. */
#define WB_NUL ((size_t)-1)

/* As the index of a graph, node, function or tensor: there is none. Since 0.1. */
#define WB_NO_INDEX ((size_t)-1)

/* ----------------------------------------------------------------------
 * Text
 */

// Text: UTF-8, not NUL-terminated, borrowed. Since 0.1.
typedef struct wb_str {
  // The first byte. Never NULL in what the library returns.
  const char *ptr;
  // Bytes. In what the caller passes, `WB_NUL` means that the text ends at the first NUL.
  size_t len;
} wb_str;

/* ----------------------------------------------------------------------
 * Library
 *
 * Version and features. These functions may be called at any time from any thread.
 */

// The version that this header belongs to.
#define WB_VERSION_MAJOR 0

// The version that this header belongs to.
#define WB_VERSION_MINOR 1

// The version that this header belongs to.
#define WB_VERSION_PATCH 0

// The version of the binary interface that this header describes; it is the number in the SONAME, and changes only
// when a program would have to be compiled again.
#define WB_ABI_VERSION 0

// The version of the library that is loaded: major << 24 | minor << 12 | patch. Since 0.1.
WB_API uint32_t wb_version(void);

// The version of the library that is loaded, as static NUL-terminated text such as `"0.1.0"`. Since 0.1.
WB_API const char *wb_version_string(void);

// The version of the binary interface of the library that is loaded; compare it with `WB_ABI_VERSION`. Since 0.1.
WB_API uint32_t wb_abi_version(void);

// Whether this build has a feature: a format (`"safetensors"`, `"onnx"`) or a kind of device (`"cuda"`).
//
// Returns 1 or 0; 0 also for names that no version knows. Since 0.1.
WB_API int32_t wb_has_feature(const char *name, size_t name_len);

/* ----------------------------------------------------------------------
 * Status codes
 *
 * What a call returns: 0 done, positive not yet, negative an error. Values are pinned for ever; a later version may
 * add some, so unknown ones have to be tolerated.
 */

// What a call returns. Since 0.1.
typedef int32_t wb_status;

// Done.
#define WB_OK 0

// Not yet: call again.
#define WB_PENDING 1

// The caller passed something that can never be right: NULL, an index out of range, an unknown flag.
#define WB_ERR_INVALID_ARGUMENT (-1)

// The request is sound, but this build or this version cannot serve it.
#define WB_ERR_UNSUPPORTED (-2)

// Memory could not be had.
#define WB_ERR_OUT_OF_MEMORY (-3)

// The operating system failed to read, write or map; `wb_error_os_code` is `errno`.
#define WB_ERR_IO (-4)

// A file, tensor or key that was asked for by name does not exist.
#define WB_ERR_NOT_FOUND (-5)

// The file lies or is broken.
#define WB_ERR_FORMAT (-6)

// The file asks for more than the limits of this open allow.
#define WB_ERR_LIMIT (-7)

// Bytes differ from what a manifest expects.
#define WB_ERR_MISMATCH (-8)

// The policy asks for a check that has not been made, or cannot be.
#define WB_ERR_UNVERIFIED (-9)

// A device or its driver failed; `wb_error_os_code` is the driver's result.
#define WB_ERR_DEVICE (-10)

// The caller cancelled the work.
#define WB_ERR_CANCELLED (-11)

// A callback of the host failed; `wb_error_os_code` is its value.
#define WB_ERR_CALLBACK (-12)

// There is no zero-copy pointer; read or load instead.
#define WB_ERR_NOT_MAPPED (-13)

// The file has been written since it was opened, or is no longer what lies at its path.
#define WB_ERR_CHANGED (-14)

// A bug in the library, caught at the boundary.
#define WB_ERR_INTERNAL (-100)

// The name of a status, such as `"WB_ERR_FORMAT"`; `"unknown status"` for values of a later version.
//
// Returns a static NUL-terminated text, never NULL. Any thread. Since 0.1.
WB_API const char *wb_status_name(wb_status s);

/* ----------------------------------------------------------------------
 * Errors
 *
 * An error object says what went wrong, where, and what was expected. It belongs to the caller who received it, and
 * may be read from any thread until it is released.
 */

// What went wrong. Release it with `wb_error_release`. Since 0.1.
typedef struct wb_error wb_error;

// The status that the failed call returned; `WB_OK` for NULL. Since 0.1.
WB_API wb_status wb_error_code(const wb_error *e);

// The whole error on one line: file, subject, what was wrong and what was expected, offset, cause. Text that comes from
// files is escaped. Borrowed from the error; empty for NULL. Since 0.1.
WB_API void wb_error_message(const wb_error *e, wb_str *out);

// The file, as it was found; empty if there is none. Borrowed from the error. Since 0.1.
WB_API void wb_error_path(const wb_error *e, wb_str *out);

// The tensor, node, key or option; empty if there is none. Borrowed from the error. Since 0.1.
WB_API void wb_error_subject(const wb_error *e, wb_str *out);

// Bytes from the start of the file; `UINT64_MAX` if there is no offset. Since 0.1.
WB_API uint64_t wb_error_offset(const wb_error *e);

// `errno`, the driver's result, or the value that a callback returned; 0 if there is none. Since 0.1.
WB_API int64_t wb_error_os_code(const wb_error *e);

// Releases an error. NULL does nothing. Since 0.1.
WB_API void wb_error_release(wb_error *e);

/* ----------------------------------------------------------------------
 * Callbacks
 *
 * Functions of the host that the library calls: on any thread that works for it, and never while a lock is held. They
 * must not throw: an exception that reaches the library ends the process.
 */

// Receives one log message: level (`WB_LOG_*`), the part of the library, and the text; both texts are UTF-8 and live
// until it returns. It may be called from any thread that works for the library, several at once, and must not
// throw. Since 0.1.
typedef void (*wb_log_fn)(void *user_data,
                          uint32_t level,
                          const char *target,
                          size_t target_len,
                          const char *msg,
                          size_t msg_len);

// Tells the host that its memory is not used any more. It may be called on any thread, and must not throw. Since 0.1.
typedef void (*wb_destroy_fn)(void *user_data);

// How far a task or a check is. Set `struct_size` before a call; in a callback, the library has set it. Since 0.1.
typedef struct wb_progress {
  // `sizeof(wb_progress)`.
  size_t struct_size;
  // Bytes that are read, checked and placed.
  uint64_t done_bytes;
  // Bytes that will be read in all.
  uint64_t total_bytes;
  // Tensors that are done.
  uint64_t done_tensors;
  // Tensors of the task.
  uint64_t total_tensors;
} wb_progress;

// Told how far a task or a check is, on the thread that waits. 0: go on; anything else cancels. It must
// not throw, and must not release the task or the model. Since 0.1.
typedef int32_t (*wb_progress_fn)(void *user_data, const struct wb_progress *p);

/* ----------------------------------------------------------------------
 * Context
 *
 * What the host provides to the library. There is no global state: a host may have several contexts, and where a
 * context is taken, NULL means one that lends nothing: files of the operating system, the system's allocator, no log,
 * no threads. For speed, make a context with `WB_THREADS_ALL`.
 */

// As `wb_context_options.max_threads`: one thread for each processor. Since 0.1.
#define WB_THREADS_ALL UINT32_MAX

// Log level: something failed, and an error is returned as well. Since 0.1.
#define WB_LOG_ERROR 1

// Log level: something is odd, and was put up with. Since 0.1.
#define WB_LOG_WARN 2

// Log level: what a person following along would like to know. Since 0.1.
#define WB_LOG_INFO 3

// Log level: what helps in finding a fault. Since 0.1.
#define WB_LOG_DEBUG 4

// What the host provides. Counted references; immutable, so any number of threads may open models with it at once.
// Since 0.1.
typedef struct wb_context wb_context;

// What the host provides. Zeroed means nothing; set `struct_size`. Since 0.1.
typedef struct wb_context_options {
  // `sizeof(wb_context_options)`.
  size_t struct_size;
  // Threads that the library may create for one task, which end with it; `WB_THREADS_ALL` for one for each processor.
  // 0: none, and one thread, the caller's, does all the work. They inherit the signal mask of the thread that starts
  // the task.
  uint32_t max_threads;
  // The highest `WB_LOG_*` level that is logged; 0: none; `UINT32_MAX`: all.
  uint32_t log_max_level;
  // Where log messages go; NULL: nowhere.
  wb_log_fn log;
  // Passed to `log`. It must stay valid until the context and every model, plan and task made with it are gone.
  void *log_user_data;
} wb_context_options;

// Makes a context. `opt` may be NULL and is copied. The caller owns `*out`. Since 0.1.
WB_API wb_status wb_context_create(const wb_context_options *opt, wb_context **out, wb_error **err);

// Adds a reference and returns `c`. Any thread; NULL is allowed. Since 0.1.
WB_API wb_context *wb_context_retain(wb_context *c);

// Drops a reference. Models keep the context they were opened with. Any thread; NULL is allowed. Since 0.1.
WB_API void wb_context_release(wb_context *c);

/* ----------------------------------------------------------------------
 * Models
 *
 * A model is opened once and never changes. Opening reads and checks headers and indices; the bytes of tensors
 * are not touched. The verification policy is fixed here.
 */

// Flag of `wb_open_options`: files are read, never mapped. No input can then raise `SIGBUS`, and there are no zero-copy
// pointers. Right for network file systems, and for hosts that cannot take a signal. Since 0.1.
#define WB_OPEN_READ (UINT64_C(1) << 0)

// Flag of `wb_open_options`: a file to which its path does not lead any more, because another one was renamed over it or it
// was removed, is refused with `WB_ERR_CHANGED`, as a file that was written is. Otherwise the model goes on with the file
// that it has opened, and `wb_model_changed` tells. Since 0.1.
#define WB_OPEN_REFUSE_REPLACED (UINT64_C(1) << 1)

// Policy: loads, `wb_model_verify` and `wb_model_asset_buffer` check what a manifest covers, and a mismatch is an error.
// `wb_model_tensor_data`, `_buffer` and `_read` check nothing under this policy. Since 0.1.
#define WB_VERIFY_IF_PRESENT 0

// Policy: every weight file that is used must be covered. The bytes of a tensor are refused with `WB_ERR_UNVERIFIED` until
// a load or `wb_model_verify` has checked them. Names, shapes, metadata and uncovered assets are available unchecked.
// Since 0.1.
#define WB_VERIFY_REQUIRED 1

// Policy: nothing is checked. Since 0.1.
#define WB_VERIFY_NONE 2

// An open model. Counted references; immutable, so any function that takes it `const` may run on many threads at
// once. Since 0.1.
typedef struct wb_model wb_model;

// How a model is opened. Zeroed means the defaults; set `struct_size`. Since 0.1.
typedef struct wb_open_options {
  // `sizeof(wb_open_options)`.
  size_t struct_size;
  // `WB_OPEN_*`; unknown flags are refused.
  uint64_t flags;
  // `WB_VERIFY_*`.
  uint32_t verify;
  // Must be 0.
  uint32_t reserved;
  // The name of the format, such as `"safetensors"`; empty: detected by content.
  wb_str format;
  // A manifest from a trusted place (the text of a `weighbridge.json` or a `SHA256SUMS`), which then counts instead
  // of those that lie beside the weights. Copied.
  const void *manifest;
  // Bytes of `manifest`.
  size_t manifest_len;
  // The longest header, index or manifest in bytes; 0: 100,000,000.
  uint64_t max_header_bytes;
  // The most tensors; 0: 10,000,000.
  uint64_t max_tensors;
  // The most bytes of memory for all headers, indices, manifests, tables and graphs together, and for contents of tensors that
  // are built; 0: 1 GiB.
  uint64_t max_heap_bytes;
} wb_open_options;

// Opens a file or a directory: a `.safetensors` or `.onnx` file, a `*.index.json`, or a directory that holds one of them,
// such as a Hugging Face snapshot.
//
// `c` and `opt` may be NULL, and many threads may open with one context at once; `path` is UTF-8, with a length or
// `WB_NUL`. The caller owns `*out`. Blocks while headers are read. `WB_ERR_FORMAT`: the file is broken;
// `WB_ERR_NOT_FOUND`: it, or a shard of it, is missing; `WB_ERR_UNSUPPORTED`: no format that this build reads. Since
// 0.1.
WB_API
wb_status wb_model_open(const wb_context *c,
                        const char *path,
                        size_t path_len,
                        const wb_open_options *opt,
                        wb_model **out,
                        wb_error **err);

// Opens a model that is in the host's memory, with no copy.
//
// The library adopts the memory: `destroy` (may be NULL) is called exactly once, when the model and everything that
// views it are gone, or before this function returns if it fails. Until then the bytes must not change. The caller owns
// `*out`. Since 0.1.
WB_API
wb_status wb_model_open_memory(const wb_context *c,
                               const void *data,
                               size_t len,
                               wb_destroy_fn destroy,
                               void *user_data,
                               const wb_open_options *opt,
                               wb_model **out,
                               wb_error **err);

// Adds a reference and returns `m`. Any thread; NULL is allowed. Since 0.1.
WB_API wb_model *wb_model_retain(wb_model *m);

// Drops a reference. With the last one, everything that was borrowed from the model becomes invalid; buffers and
// placements stay. Any thread; NULL is allowed. Since 0.1.
WB_API void wb_model_release(wb_model *m);

// Whether the weight files at the paths of a model differ from those that it has opened: a server asks to learn that there is a
// new version. An index, manifests and assets are not looked at. A file that was renamed over another or removed does not harm a model that is open, which keeps the file.
//
// Returns 1 or 0. With 1, `*why` (`why` may be NULL) is an error that the caller owns: `WB_ERR_CHANGED` with the name of the first
// such file, and whether it was written, replaced or removed; another code if a file cannot be examined, or `m` is NULL. Makes
// two system calls for each file, and none for memory. Any thread. Since 0.1.
WB_API
int32_t wb_model_changed(const wb_model *m,
                         wb_error **why);

// The name of the model's format, such as `"safetensors"`. Static; empty for NULL. Since 0.1.
WB_API void wb_model_format(const wb_model *m, wb_str *out);

// The number of weight files; 0 for NULL. Since 0.1.
WB_API size_t wb_model_file_count(const wb_model *m);

// A weight file: its path below the model's directory, borrowed from the model, and its length in bytes. Either result
// may be NULL. Since 0.1.
WB_API wb_status wb_model_file(const wb_model *m, size_t index, wb_str *path, uint64_t *bytes);

/* ----------------------------------------------------------------------
 * Element types
 *
 * One table for all formats. Elements are little-endian. Numbers are pinned for ever, and a later version may add some.
 */

// The type of a tensor's elements. Since 0.1.
typedef uint32_t wb_dtype;

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

// Strings of any length. The contents of such a tensor are built, not stored so: for n elements n + 1 unsigned offsets of
// 64 bits, counted from the end of the offsets, then the bytes of all strings; each lies between two offsets.
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

// How a type is spelled: `"F32"`, `"BF16"`, `"F8_E4M3"`, `"Q4_K"`; `"UNKNOWN"` for numbers of a later version.
//
// Returns a static NUL-terminated text, never NULL. Any thread. Since 0.1.
WB_API const char *wb_dtype_name(wb_dtype d);

/* ----------------------------------------------------------------------
 * Tensors
 *
 * Tensors are addressed by index, in the order in which they are stored: by file, then by offset. There are three ways
 * to the bytes of one: a pointer that is borrowed from the model, a buffer that outlives it, and a read.
 */

// Bytes that stay valid until the buffer is released. Counted references; immutable; any thread. Since 0.1.
typedef struct wb_buffer wb_buffer;

// What a tensor is. Set `struct_size` before the call; everything it points to is borrowed from the model. Since 0.1.
typedef struct wb_tensor_info {
  // `sizeof(wb_tensor_info)`.
  size_t struct_size;
  // The name: any text, unique in the model; it may hold any character, NUL included.
  wb_str name;
  // The type of the elements.
  wb_dtype dtype;
  // The number of dimensions; 0 for a scalar.
  uint32_t rank;
  // `rank` dimensions in elements, outermost first. A dimension may be 0.
  const int64_t *shape;
  // `rank` elements between neighbours in each dimension, as stored in one run of the file; 0: one element stands
  // for all. NULL: contiguous, row-major, or in several pieces. Buffers and loads are contiguous whatever it is.
  const int64_t *strides;
  // Bytes of the tensor when it is contiguous.
  uint64_t bytes;
  // Bytes from the start of the file to the contents. `UINT64_MAX`: they are not stored as one run. Those of `WB_STRING`, for
  // instance, are built from parts of the file when they are first wanted.
  uint64_t offset;
  // Index of the file, for `wb_model_file`.
  uint32_t file;
  // Alignment of the zero-copy pointer in bytes, at most 4,096; 0: there is none. Of a file that nobody has tried to map
  // yet, what it will be if the file can be mapped.
  uint32_t alignment;
} wb_tensor_info;

// The number of tensors; 0 for NULL. Since 0.1.
WB_API size_t wb_model_tensor_count(const wb_model *m);

// What the tensor at `index` is. Since 0.1.
WB_API wb_status wb_model_tensor_info(const wb_model *m, size_t index, wb_tensor_info *out);

// What `count` tensors from `first` on are: one call instead of many. The elements of `out` are `stride_bytes` apart; the
// `struct_size` of the first one speaks for all, and may be 0. Since 0.1.
WB_API
wb_status wb_model_tensor_infos(const wb_model *m,
                                size_t first,
                                size_t count,
                                wb_tensor_info *out,
                                size_t stride_bytes);

// The index of the tensor with this name. `WB_ERR_NOT_FOUND`: there is none. Since 0.1.
WB_API wb_status wb_model_tensor_find(const wb_model *m, const char *name, size_t name_len, size_t *index);

// The number of unindexed tensors: they lie in the weight files, and are not part of the model because the weight map does
// not name them. 0 for NULL. Since 0.1.
WB_API
size_t wb_model_unindexed_count(const wb_model *m);

// An unindexed tensor, sorted by name: its name and that of its file, borrowed from the model. Either result may be NULL.
// Since 0.1.
WB_API
wb_status wb_model_unindexed(const wb_model *m,
                             size_t index,
                             wb_str *name,
                             wb_str *file);

// The bytes of a tensor with no copy: as stored, so that `strides` of `wb_tensor_info` apply. The pointer is valid until the
// model is released; see `alignment` there. The first call for a file maps it. What the pointer shows changes if another
// process writes the file, and reading through it raises `SIGBUS` if another process truncates the file.
//
// `WB_ERR_NOT_MAPPED`: the model was opened with `WB_OPEN_READ`, the file cannot be mapped, as on some network file systems, or
// no stored bytes are the elements in their order (they have the highest byte first, for instance, or lie in pieces);
// `wb_model_tensor_buffer` reads them instead. `WB_ERR_UNVERIFIED`: the policy wants the bytes
// checked first. `WB_ERR_CHANGED`: the file has been written since it was opened, which is examined ten times a second at the
// most; other calls make no system call. Since 0.1.
WB_API
wb_status wb_model_tensor_data(const wb_model *m,
                               size_t index,
                               const void **ptr,
                               size_t *len);

// The bytes of a tensor in a buffer that outlives the model, contiguous: with no copy where files can be mapped and the
// tensor is stored so, else read. The caller owns `*out`. Errors as for `wb_model_tensor_data`. Since 0.1.
WB_API wb_status wb_model_tensor_buffer(const wb_model *m, size_t index, wb_buffer **out, wb_error **err);

// Reads `len` bytes of a tensor, `offset` bytes from its start, into `dst`. It never reads through a mapping. The
// range has to lie inside the tensor. `WB_ERR_UNSUPPORTED`: the tensor is not stored contiguously; take a buffer, or
// load it. Errors as for `wb_model_tensor_buffer`. Since 0.1.
WB_API
wb_status wb_model_tensor_read(const wb_model *m,
                               size_t index,
                               uint64_t offset,
                               void *dst,
                               size_t len,
                               wb_error **err);

// The bytes of a buffer, borrowed from it; their number goes to `len`, which may be NULL. NULL for NULL. Since 0.1.
WB_API const void *wb_buffer_data(const wb_buffer *b, size_t *len);

// Adds a reference and returns `b`. Any thread; NULL is allowed. Since 0.1.
WB_API wb_buffer *wb_buffer_retain(wb_buffer *b);

// Drops a reference, and with the last one the bytes. Any thread; NULL is allowed. Since 0.1.
WB_API void wb_buffer_release(wb_buffer *b);

/* ----------------------------------------------------------------------
 * Quantization
 *
 * How stored integers stand for real numbers, where the format says so: `(stored - zero point) * scale`.
 */

// Scheme: all elements share one scale. Since 0.1.
#define WB_QUANTIZED_TENSOR 1

// Scheme: elements with the same index in one dimension share a scale. Since 0.1.
#define WB_QUANTIZED_AXIS 2

// Scheme: runs of consecutive elements along one dimension share a scale. Since 0.1.
#define WB_QUANTIZED_BLOCK 3

// A quantization. Set `struct_size` before the call; everything it points to is borrowed from the model. Since 0.1.
typedef struct wb_quantization_info {
  // `sizeof(wb_quantization_info)`.
  size_t struct_size;
  // `WB_QUANTIZED_*`.
  uint32_t scheme;
  // The dimension along which scales differ, counted from the outermost, 0; without meaning for `WB_QUANTIZED_TENSOR`.
  uint32_t axis;
  // Elements that share a scale along that dimension, for `WB_QUANTIZED_BLOCK`; else 0.
  uint64_t block;
  // The scales, if the format states them as numbers; else NULL.
  const double *scales;
  // How many.
  size_t scale_count;
  // The zero points, if the format states them as whole numbers; else NULL.
  const int64_t *zero_points;
  // How many.
  size_t zero_point_count;
  // The tensor that holds the scales, or `WB_NO_INDEX`.
  size_t scale_tensor;
  // The tensor that holds the zero points, or `WB_NO_INDEX`. With neither this nor `zero_points` all are 0.
  size_t zero_point_tensor;
} wb_quantization_info;

// How the elements of the tensor at `index` stand for real numbers. `WB_ERR_NOT_FOUND`: the format does not say. Since 0.1.
WB_API
wb_status wb_model_tensor_quantization(const wb_model *m,
                                       size_t index,
                                       wb_quantization_info *out);

/* ----------------------------------------------------------------------
 * Metadata
 *
 * What a model says about itself: keys, each with a value of some type. Every value has a text form: that of text is the
 * text, that of everything else is compact JSON.
 */

// Type of a value: there is none. Since 0.1.
#define WB_METADATA_NULL 0

// Type of a value: true or false. Since 0.1.
#define WB_METADATA_BOOL 1

// Type of a value: a signed number. Since 0.1.
#define WB_METADATA_I64 2

// Type of a value: an unsigned number. Since 0.1.
#define WB_METADATA_U64 3

// Type of a value: a floating-point number. Since 0.1.
#define WB_METADATA_F64 4

// Type of a value: text. Since 0.1.
#define WB_METADATA_TEXT 5

// Type of a value: bytes; their text form is hexadecimal, in quotes. Since 0.1.
#define WB_METADATA_BYTES 6

// Type of a value: a list of values. Since 0.1.
#define WB_METADATA_LIST 7

// Type of a value: values by key. Since 0.1.
#define WB_METADATA_MAP 8

// A metadata entry. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
typedef struct wb_metadata_info {
  // `sizeof(wb_metadata_info)`.
  size_t struct_size;
  // `WB_METADATA_*`. Later versions may have more types.
  uint32_t type;
  // 1 if it is `WB_METADATA_BOOL` and true, or else 0.
  uint32_t boolean;
  // The number, if it is `WB_METADATA_I64`, or `WB_METADATA_U64` and fits; or else 0.
  int64_t i64;
  // The number, if it is `WB_METADATA_U64`, or `WB_METADATA_I64` and not negative; or else 0.
  uint64_t u64;
  // The number, if it is of a type of numbers, rounded if need be; or else 0.
  double f64;
  // Elements of a list, entries of a map, bytes of a text or of bytes; or else 0.
  uint64_t len;
  // The key.
  wb_str key;
  // The text form.
  wb_str text;
} wb_metadata_info;

// The number of metadata entries; 0 for NULL. Since 0.1.
WB_API size_t wb_model_metadata_count(const wb_model *m);

// A metadata entry, sorted by key: its key and the text form of its value. Both are borrowed from the model, and either may
// be NULL. The text form of what is not text is made by the first call that asks for it: `WB_ERR_OUT_OF_MEMORY`. Since 0.1.
WB_API
wb_status wb_model_metadata(const wb_model *m,
                            size_t index,
                            wb_str *key,
                            wb_str *value);

// A metadata entry, sorted by key: its type, its value and its text form, as `wb_model_metadata` gives it. Since 0.1.
WB_API wb_status wb_model_metadata_info(const wb_model *m, size_t index, wb_metadata_info *out);

// The index of the metadata entry with this key. `WB_ERR_NOT_FOUND`: there is none. Since 0.1.
WB_API wb_status wb_model_metadata_find(const wb_model *m, const char *key, size_t key_len, size_t *index);

/* ----------------------------------------------------------------------
 * Assets
 *
 * What travels with the weights: the other files of the model's directory, such as `config.json`, `tokenizer.json` and
 * labels.
 */

// The number of assets; 0 for NULL. Since 0.1.
WB_API size_t wb_model_asset_count(const wb_model *m);

// An asset, sorted by name: its name, borrowed from the model, and its length in bytes. Either result may be NULL.
// Since 0.1.
WB_API wb_status wb_model_asset(const wb_model *m, size_t index, wb_str *name, uint64_t *bytes);

// The index of the asset with this name. `WB_ERR_NOT_FOUND`: there is none. Since 0.1.
WB_API wb_status wb_model_asset_find(const wb_model *m, const char *name, size_t name_len, size_t *index);

// The bytes of an asset, read into a buffer that outlives the model, however long it is: ask `wb_model_asset` first. They
// are checked if a manifest covers them. The caller owns `*out`. Since 0.1.
WB_API
wb_status wb_model_asset_buffer(const wb_model *m,
                                size_t index,
                                wb_buffer **out,
                                wb_error **err);

/* ----------------------------------------------------------------------
 * Verification
 *
 * A report has one line or more for every file and every tensor, and one for every part of a file that has a checksum:
 * by what it was checked, and with what outcome.
 */

// Outcome: no manifest says anything about it. Since 0.1.
#define WB_CHECK_UNCOVERED 0

// Outcome: it is what the manifest expects. Since 0.1.
#define WB_CHECK_MATCH 1

// Outcome: it is not what the manifest expects. Since 0.1.
#define WB_CHECK_MISMATCH 2

// Kind of subject: a file. Since 0.1.
#define WB_SUBJECT_FILE 0

// Kind of subject: a tensor. Since 0.1.
#define WB_SUBJECT_TENSOR 1

// Kind of subject: a run, which is a part of a file for which the format has a checksum. Since 0.1.
#define WB_SUBJECT_RUN 2

// Anchor: the manifest lies beside the weights, and guards against accidents. Since 0.1.
#define WB_ANCHOR_BESIDE 0

// Anchor: the caller gave the manifest, which guards against people. Since 0.1.
#define WB_ANCHOR_CALLER 1

// What was checked, and what came of it. Immutable; one owner. Since 0.1.
typedef struct wb_report wb_report;

// One line of a report. Set `struct_size` before the call; the texts are borrowed from the report. Since 0.1.
typedef struct wb_check {
  // `sizeof(wb_check)`.
  size_t struct_size;
  // `WB_CHECK_*`.
  uint32_t outcome;
  // `WB_ANCHOR_*`; without meaning if it is uncovered.
  uint32_t anchor;
  // The name of the file or tensor; of a run, that of its file.
  wb_str subject;
  // `"blake3"`, `"sha256"`, `"sha1"`, `"crc32"` or `"crc32c"`; later versions may have more. Empty if it is uncovered.
  wb_str algorithm;
  // Who expects it: `"SHA256SUMS"`, `"weighbridge.json"`, or the name of the model's format where the model itself says it.
  // Empty if it is uncovered.
  wb_str source;
  // The digest in the manifest, in hexadecimal. Where the digest of a file covers a tensor, it is the file's.
  wb_str expected;
  // The digest of the bytes, in hexadecimal; empty if the file is missing. It may equal `expected` after a mismatch of
  // size, element type, shape or storage.
  wb_str actual;
  // `WB_SUBJECT_*`.
  uint32_t kind;
  // 1 if a match is cover under `WB_VERIFY_REQUIRED`; 0 if it only detects accidents, as what a format says of its own files
  // does, or if it is uncovered.
  uint32_t covers;
  // Why it is a mismatch; empty if it is none.
  wb_str reason;
  // Of a run: bytes from the start of the file. Otherwise 0.
  uint64_t offset;
  // Of a run: its bytes. Otherwise 0.
  uint64_t bytes;
} wb_check;

// What one stage of the pass over the bytes has cost. Set `struct_size` before the call. Since 0.1.
typedef struct wb_cost {
  // `sizeof(wb_cost)`.
  size_t struct_size;
  // `"prepare"`: taking the memory of the target, waking a device; `"read"`; `"blake3"`, `"sha256"`, `"sha1"`,
  // `"crc32"`, `"crc32c"`: hashing, also of headers that are compared with what was parsed; `"convert"`: casts, and
  // joining short rows of slices; `"move"`: making tensors contiguous that are not stored so; `"send"`: pinning
  // memory, submitting copies and waiting for room, which is not the time of the copies. Later versions may have more.
  // Static text.
  wb_str stage;
  // Bytes that went through it.
  uint64_t bytes;
  // Time that threads spent in it, in nanoseconds: the sum over all of them.
  uint64_t nanoseconds;
} wb_cost;

// Checks every file of a model against its manifests, and goes on after a mismatch. A file that a manifest lists and that
// is not there is a mismatch. Blocks; the threads of the model's context work, or else this one. For progress and
// cancel, start a plan with `WB_TARGET_NONE`, which ends with the first mismatch and leaves out assets.
//
// The report is written, and owned by the caller, also when the call returns `WB_ERR_MISMATCH`, or `WB_ERR_UNVERIFIED`
// because the policy is `WB_VERIFY_REQUIRED` and something is not covered. After `WB_OK` the bytes that were covered
// count as checked. Since 0.1.
WB_API
wb_status wb_model_verify(const wb_model *m,
                          wb_report **out,
                          wb_error **err);

// The number of lines; 0 for NULL. Since 0.1.
WB_API size_t wb_report_count(const wb_report *r);

// One line: files first, then runs, then tensors. Since 0.1.
WB_API wb_status wb_report_check(const wb_report *r, size_t index, wb_check *out);

// The number of stages whose cost is known; 0 for NULL. Since 0.1.
WB_API size_t wb_report_cost_count(const wb_report *r);

// What one stage of the pass has cost: for the digests, what checking cost beside reading and placing. Since 0.1.
WB_API wb_status wb_report_cost(const wb_report *r, size_t index, wb_cost *out);

// Releases a report. NULL does nothing. Since 0.1.
WB_API void wb_report_release(wb_report *r);

/* ----------------------------------------------------------------------
 * Loading: the plan
 *
 * A plan says which tensors go where. A task makes one pass over their bytes: each is read once, placed, and checked
 * while it is in the cache. A placement exists only when every check that it needs has passed.
 */

// Target: nowhere, the tensors are only checked. Since 0.1.
#define WB_TARGET_NONE 0

// Target: zero-copy pointers into the mapped files. A view can neither convert elements nor join rows:
// `WB_ERR_NOT_MAPPED`. Since 0.1.
#define WB_TARGET_VIEW 1

// Target: one arena in host memory, each tensor aligned. Since 0.1.
#define WB_TARGET_HOST 2

// Target: one arena in host memory that other processes may map, and that nobody can change any more: a sealed memfd, see
// `wb_placement_sealed`. `WB_ERR_UNSUPPORTED` where the system has none. Since 0.1.
#define WB_TARGET_SEALED 3

// Target: CUDA devices. `WB_ERR_UNSUPPORTED` in a build without the feature "cuda". Since 0.1.
#define WB_TARGET_CUDA 4

// Reads: past the page cache if the target is a device and less than half of a file of 16 MiB or more is in the cache;
// else through it. Since 0.1.
#define WB_READS_AUTO 0

// Reads: through the page cache. Since 0.1.
#define WB_READS_BUFFERED 1

// Reads: past the page cache (`O_DIRECT`) where the file system can; scattered rows of column slices are read through
// it all the same. Since 0.1.
#define WB_READS_DIRECT 2

// Plan flag: the task is done as soon as everything is checked and the last copy to a device is submitted; order your
// work behind `wb_placement_fence`, or wait with `wb_placement_wait`. What was pinned for the copies stays so until
// then. Without it the task is done when the last copy is. It means nothing for other targets. Since 0.1.
#define WB_PLAN_ASYNC (UINT64_C(1) << 0)

// Slice flag: if the dimension is no multiple of `world`, the first ranks get one element more than the last ones, as
// `numpy.array_split` does; without it that is an error. Since 0.1.
#define WB_SLICE_SPREAD 1

// What will be done, decided without any I/O. Immutable; one owner; keeps the model. Since 0.1.
typedef struct wb_plan wb_plan;

// Loads one of `world` parts of each tensor that a pattern matches: what one rank of a tensor-parallel group holds.
// Only the bytes of that part are read, but for what a check needs (the blocks of 4 MiB that cover the part, where a
// manifest has them and the part is in one piece; else the tensor or the file), and for gaps of less than 4,096 bytes.
//
// `WB_ERR_INVALID_ARGUMENT`: the tensor has no such dimension, or it is no multiple of `world` and `WB_SLICE_SPREAD`
// is not set. `WB_ERR_UNSUPPORTED`: a border would lie inside a byte or a block of the element type. Since 0.1.
typedef struct wb_slice {
  // `sizeof(wb_slice)`.
  size_t struct_size;
  // Which tensors: a glob pattern, as in `wb_plan_options.include`.
  wb_str pattern;
  // The dimension that is cut, counted from the outermost, 0.
  uint32_t dim;
  // `WB_SLICE_*`.
  uint32_t flags;
  // Which part, counted from 0.
  uint64_t rank;
  // How many parts there are, at least 1, which means all of it.
  uint64_t world;
} wb_slice;

// Loads the tensors that a pattern matches in another element type: F32 as F16 or BF16, rounded to the nearest value,
// ties to even; F16 and BF16 as F32, F8_E4M3 and F8_E5M2 as F16, BF16 or F32, which are exact. Others are
// `WB_ERR_UNSUPPORTED`. A NaN stays one, with its sign. Checks are made on the bytes as stored. Since 0.1.
typedef struct wb_cast {
  // `sizeof(wb_cast)`.
  size_t struct_size;
  // Which tensors: a glob pattern, as in `wb_plan_options.include`.
  wb_str pattern;
  // Only tensors of this type (`WB_F32`, ...), others stay as they are; 0: every tensor that the pattern matches.
  uint32_t from;
  // The type to load them in.
  uint32_t to;
} wb_cast;

// Sends the tensors that a pattern matches to one CUDA device. Since 0.1.
typedef struct wb_route {
  // `sizeof(wb_route)`.
  size_t struct_size;
  // Which tensors: a glob pattern, as in `wb_plan_options.include`.
  wb_str pattern;
  // The ordinal of the device, one of those of the plan.
  int32_t device;
  // 0.
  uint32_t reserved;
} wb_route;

// Device memory of the caller that a plan fills: of one allocation (`cuMemAlloc`, `cudaMalloc`, a pool) on that
// device. It has to stay allocated until the placement is released, or until the error of the task is returned or the
// task released. While the task runs, and after a failure, its contents are unspecified. Memory that is allocated in
// the order of a stream needs that stream as `stream`. Since 0.1.
typedef struct wb_destination {
  // `sizeof(wb_destination)`.
  size_t struct_size;
  // The tensor that goes there, by its name. Empty: an arena for all tensors of the device that have no destination of
  // their own; `wb_plan_device_bytes` says how large it has to be.
  wb_str tensor;
  // The device pointer (`CUdeviceptr`); that of an arena is a multiple of the alignment, that of one tensor any.
  uint64_t address;
  // Bytes from there that may be written.
  uint64_t bytes;
  // The ordinal of the device.
  int32_t device;
  // 0.
  uint32_t reserved;
} wb_destination;

// What to load, and where to. Zeroed means all tensors, checked only; set `struct_size`. In an array every structure
// has the same `struct_size`, and the next begins that many bytes later. Of slices, and of casts, whose patterns match
// the same tensor the first counts; routes add up. A pattern that matches no selected tensor is `WB_ERR_NOT_FOUND`.
// Since 0.1.
typedef struct wb_plan_options {
  // `sizeof(wb_plan_options)`.
  size_t struct_size;
  // `WB_TARGET_*`.
  uint32_t target;
  // The ordinal of the device, for `WB_TARGET_CUDA`; other targets do not look at it.
  int32_t device;
  // Glob patterns over tensor names (`*`, `?`, `[a-z]`), each with at most 64 `*`, which also match `.` and `/`. None: all tensors.
  const wb_str *include;
  // The number of patterns.
  size_t include_count;
  // Tensors by index, instead of patterns; the placement keeps their order.
  const size_t *tensors;
  // The number of indices.
  size_t tensor_count;
  // Alignment of each tensor in an arena, in bytes, a power of two up to 2^30; 0: 64 on the host, 256 on a device. A
  // view has the alignment of the file: see `wb_tensor_info`.
  uint64_t alignment;
  // The bound on host memory beside the tensors, in bytes; each thread needs at least 65,536, for tensors that are not
  // stored contiguously 131,072, for a device 196,608, and where reads may be direct (as they may for a device unless
  // `reads` is `WB_READS_BUFFERED`) 65,536 more. 0: 8 MiB; for a device, or for tensors that are not stored
  // contiguously, 128 MiB. A thread that loads to a device uses 8.5 MiB at most, and pins 4 MiB of them.
  uint64_t staging_bytes;
  // Parts of tensors.
  const wb_slice *slices;
  // The number of slices.
  size_t slice_count;
  // Conversions of elements.
  const wb_cast *casts;
  // The number of conversions.
  size_t cast_count;
  // Ordinals of several devices, instead of `device`. Without routes each gets every tensor.
  const int32_t *devices;
  // The number of devices; 0: one, `device`.
  size_t device_count;
  // Which tensors go to which device, for pipeline and expert parallelism: a tensor goes to the device of every
  // route that matches it, and one that no route matches to all devices.
  const wb_route *routes;
  // The number of routes.
  size_t route_count;
  // Device memory to fill, instead of arenas of the library. Other targets refuse it; of devices, routes, the stream and
  // `WB_PLAN_ASYNC` they take no notice, so that a program without a device can ask for the same on the host.
  const wb_destination *destinations;
  // The number of destinations.
  size_t destination_count;
  // A `CUstream` or `cudaStream_t` of the primary context of a device of the plan: the copies to all devices begin
  // when the work that is in it at `wb_plan_start` or `wb_model_load` is done. It has to be valid during those
  // calls. A task that is cancelled waits for that work too, if a copy behind it is submitted. NULL: the copies wait
  // for nothing; the default streams are `CU_STREAM_LEGACY` and `CU_STREAM_PER_THREAD`, each of which stands for
  // that of every device of the plan.
  void *stream;
  // `WB_PLAN_*`.
  uint64_t flags;
  // Threads that read at once, at most as many as the context allows; 0: as many as that. With more threads than
  // processors more reads wait for a slow disk at the same time.
  uint32_t readers;
  // `WB_READS_*`.
  uint32_t reads;
} wb_plan_options;

// What a plan will do. Set `struct_size` before the call. Since 0.1.
typedef struct wb_plan_info {
  // `sizeof(wb_plan_info)`.
  size_t struct_size;
  // Tensors that will be placed: those that are selected, once for each device that gets them.
  uint64_t tensors;
  // Bytes that are taken of the selected tensors, as they are stored.
  uint64_t payload_bytes;
  // Bytes that will be read: more than the payload where a check needs whole files, 0 where nothing is read.
  uint64_t read_bytes;
  // Bytes that the target will hold, all devices together.
  uint64_t target_bytes;
  // Bytes of host memory beside the target.
  uint64_t staging_bytes;
  // Bytes of the target's kind of memory, beside the target, that tensors which are not stored contiguously take
  // until they have been made so: 0 on the host, where that is done while they are read.
  uint64_t transient_bytes;
  // Where the tensors will be, a `WB_TARGET_*` constant: `WB_TARGET_HOST` instead of `WB_TARGET_VIEW` where a file
  // cannot be mapped.
  uint32_t target;
  // 0.
  uint32_t reserved;
} wb_plan_info;

// Plans a load: selects tensors, lays them out, decides what is checked. Nothing is read, and no device is touched;
// for views the files are mapped, and where one cannot be, a plan for `WB_TARGET_HOST` is made instead. `opt` may be
// NULL and is copied; the caller owns `*out`.
//
// `WB_ERR_UNVERIFIED`: the policy is `WB_VERIFY_REQUIRED`, and no manifest covers a file that is used.
// `WB_ERR_NOT_MAPPED`: a view of a model that was opened with `WB_OPEN_READ`, or of rows or converted elements.
// `WB_ERR_NOT_FOUND`: a pattern matches no selected tensor, or a destination is for one that does not go there.
// `WB_ERR_INVALID_ARGUMENT`: options contradict each other (`include` and `tensors`, too), or a destination is too
// small, misaligned or overlaps another. `WB_ERR_UNSUPPORTED`: this build has no CUDA, or a slice or cast cannot be
// made. `WB_ERR_MISMATCH`: a file has not the size that a manifest states. Since 0.1.
WB_API
wb_status wb_plan_create(const wb_model *m,
                         const wb_plan_options *opt,
                         wb_plan **out,
                         wb_error **err);

// What a plan will do. Since 0.1.
WB_API wb_status wb_plan_describe(const wb_plan *p, wb_plan_info *out);

// The bytes of the arena of one device of a plan, which the library allocates unless the caller gives one; tensors
// with a destination of their own are not in it. To give an arena: make a plan without it, ask here, allocate, and
// make the plan again with the destination; neither does any I/O. 0 for a plan whose target is not `WB_TARGET_CUDA`,
// and for a device that is not of the plan. Since 0.1.
WB_API wb_status wb_plan_device_bytes(const wb_plan *p, int32_t device, uint64_t *bytes);

// Releases a plan; its tasks go on. NULL does nothing. Since 0.1.
WB_API void wb_plan_release(wb_plan *p);

/* ----------------------------------------------------------------------
 * Loading: the task
 *
 * One pass over the bytes, driven by whoever steps it or waits for it, or by threads of its own.
 */

// One pass in progress. One owner. Since 0.1.
typedef struct wb_task wb_task;

// Starts a plan: takes the target's memory, makes sure that the files are still those that were opened, and starts the
// threads that the context allows. A plan may be started several times. The caller owns `*out`.
//
// For devices: `WB_ERR_NOT_FOUND`: there is no driver, or no such device. `WB_ERR_OUT_OF_MEMORY`: the device has not
// enough of it. `WB_ERR_INVALID_ARGUMENT`: a destination is no memory of its device, or the stream is not of the
// plan's devices or is being captured. `WB_ERR_DEVICE`: the driver failed; `wb_error_os_code` is its code. The calling
// thread keeps the context that is current. Since 0.1.
WB_API wb_status wb_plan_start(const wb_plan *p, wb_task **out, wb_error **err);

// Works on this thread for about `budget_ns` nanoseconds, and at least for one block; `UINT64_MAX` works to the end. If
// the context allows threads, they work, and this only waits for them.
//
// Returns `WB_PENDING` while there is more to do, and `WB_OK` when everything is placed and checked. An error is final.
// `out` may be NULL. Since 0.1.
WB_API wb_status wb_task_step(wb_task *t, uint64_t budget_ns, wb_progress *out, wb_error **err);

// How far a task is, without working: `WB_PENDING`, `WB_OK` when everything is placed and checked, or the error that
// ended it. `out` may be NULL. Any thread, also while another one steps. Since 0.1.
WB_API wb_status wb_task_poll(const wb_task *t, wb_progress *out);

// Works or waits until the end. `progress` may be NULL; it is called on this thread: at once, then about twenty times
// a second, and at the end. Returns `WB_OK`, or the error that ended the task: `WB_ERR_CANCELLED`, `WB_ERR_MISMATCH`,
// `WB_ERR_CHANGED`, `WB_ERR_IO`, `WB_ERR_DEVICE`. After an error nothing of the target is left, but what the caller
// gave. Since 0.1.
WB_API wb_status wb_task_wait(wb_task *t, wb_progress_fn progress, void *user_data, wb_error **err);

// Asks a task to stop at its next block; the thread that steps or waits then gets `WB_ERR_CANCELLED`. Any thread, as long
// as the task is not released; NULL does nothing. Since 0.1.
WB_API
void wb_task_cancel(wb_task *t);

// Cancels a task that is not done, waits for its threads, and frees it; a placement that was taken from it stays. NULL
// does nothing. Since 0.1.
WB_API void wb_task_release(wb_task *t);

/* ----------------------------------------------------------------------
 * Loading: the placement
 *
 * Where the tensors are when a task is done.
 */

// Tensors in their place. Counted references; immutable; any thread. A placement on the host or on a device does not need
// the model any more; a view keeps the model's maps. Since 0.1.
typedef struct wb_placement wb_placement;

// Where a tensor is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_placed_tensor {
  // `sizeof(wb_placed_tensor)`.
  size_t struct_size;
  // A host pointer or a device pointer to memory that is only to be read, valid until the placement is released; not 0,
  // also if there are no bytes. In C: `(const void *)(uintptr_t)address`.
  uint64_t address;
  // Bytes there.
  uint64_t bytes;
  // Index of the tensor in the model.
  size_t tensor;
  // Its name. Borrowed from the placement.
  wb_str name;
  // Elements of each dimension here, which a slice may have changed: outermost first, contiguous and row-major. Borrowed
  // from the placement.
  const int64_t *shape;
  // The number of dimensions.
  uint32_t rank;
  // The type of the elements here, which a cast may have changed: `WB_F32`, ...
  uint32_t dtype;
  // The ordinal of the CUDA device, or -1: it is in host memory.
  int32_t device;
  // 0.
  uint32_t reserved;
  // Bytes from the start of the arena, which for `WB_TARGET_SEALED` is the start of the file; for `WB_TARGET_VIEW`
  // from the start of the model's file. 0 on a device.
  uint64_t offset;
} wb_placed_tensor;

// The placement of a task that is done; before that `WB_PENDING`, or the error that ended the task. The caller owns
// `*out`; a second call returns the same placement again, and each result has to be released. Since 0.1.
WB_API wb_status wb_task_finish(wb_task *t, wb_placement **out, wb_error **err);

// All of it: plans, loads, checks and waits. Set `target` in `opt`: NULL, and zeroed options, only check and place
// nothing. The caller owns `*out`. Since 0.1.
WB_API
wb_status wb_model_load(const wb_model *m,
                        const wb_plan_options *opt,
                        wb_placement **out,
                        wb_error **err);

// The memory of a placement whose target is `WB_TARGET_SEALED`, as a file without a name, and its length in bytes,
// which may be NULL. Another process that gets the descriptor (by fork, or over a socket) maps it with `PROT_READ` and
// `MAP_SHARED`, and finds each tensor at its `offset`; nobody can write, shorten or lengthen it. The descriptor is
// borrowed from the placement, and closed on exec: duplicate it to keep it. `WB_ERR_INVALID_ARGUMENT`: the target is
// another one. Since 0.1.
WB_API wb_status wb_placement_sealed(const wb_placement *p, int32_t *fd, uint64_t *bytes);

// The number of tensors, once for each device that has them; 0 for NULL, and for `WB_TARGET_NONE`. Since 0.1.
WB_API size_t wb_placement_count(const wb_placement *p);

// The tensor at a position: in the order of the given indices, or else in the order of the model. Of several devices, the
// tensors of the first come first. Since 0.1.
WB_API
wb_status wb_placement_tensor(const wb_placement *p,
                              size_t index,
                              wb_placed_tensor *out);

// The tensor with this name, on the first device that has it. `WB_ERR_NOT_FOUND`: the placement does not have it.
// Since 0.1.
WB_API
wb_status wb_placement_find(const wb_placement *p,
                            const char *name,
                            size_t name_len,
                            wb_placed_tensor *out);

// The tensor with this name on one CUDA device, or with -1 in host memory. `WB_ERR_NOT_FOUND`: it is not there. Since 0.1.
WB_API
wb_status wb_placement_find_on(const wb_placement *p,
                               int32_t device,
                               const char *name,
                               size_t name_len,
                               wb_placed_tensor *out);

// Makes later work in `stream` wait, on the device, until all bytes of the placement are there; no processor waits. It
// is only needed after `WB_PLAN_ASYNC`, and does nothing otherwise, nor for a placement in host memory.
//
// Call it once for each stream that uses the tensors; each then waits for the bytes on all devices. `stream` is a
// `CUstream` or `cudaStream_t` of the primary context of one of the placement's devices, and is used during the call;
// NULL stands for the default stream of each of them, as do `CU_STREAM_LEGACY` and `CU_STREAM_PER_THREAD`.
// `WB_ERR_INVALID_ARGUMENT`: it is of another device or context, or is being captured while copies are under way (the
// capture stays valid). `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
WB_API wb_status wb_placement_fence(const wb_placement *p, void *stream, wb_error **err);

// Waits until all bytes of the placement are there; only after `WB_PLAN_ASYNC` may they not be. `WB_ERR_DEVICE`: a
// copy has failed, and they never will be. Any thread. Since 0.1.
WB_API wb_status wb_placement_wait(const wb_placement *p, wb_error **err);

// Adds a reference and returns `p`. Any thread; NULL is allowed. Since 0.1.
WB_API wb_placement *wb_placement_retain(wb_placement *p);

// Drops a reference, and with the last one the memory of the tensors; of a device, all work that uses it has to be
// done, and so has every wait of a fence. It waits for copies that are still under way. Memory that the caller gave
// stays the caller's. Any thread; NULL is allowed. Since 0.1.
WB_API void wb_placement_release(wb_placement *p);

// What was checked while the placement was made. The caller owns `*out`. Since 0.1.
WB_API wb_status wb_placement_report(const wb_placement *p, wb_report **out, wb_error **err);

/* ----------------------------------------------------------------------
 * CUDA devices
 *
 * What the driver knows of the devices of this machine. Nothing here creates a context or changes the caller's.
 */

// A CUDA device. Set `struct_size` before the call; the texts end with a NUL. Since 0.1.
typedef struct wb_device_info {
  // `sizeof(wb_device_info)`.
  size_t struct_size;
  // The name of the product.
  char name[256];
  // The bus, as `"0000:3b:00.0"`: domain, bus, device and function, in hexadecimal.
  char pci[32];
  // The number that no other device has; zeros if the driver does not tell.
  uint8_t uuid[16];
  // Bytes of its memory.
  uint64_t memory_bytes;
  // Bytes of it that are free; `UINT64_MAX` while nobody in this process uses the device: asking would wake it.
  uint64_t free_bytes;
  // The major part of the compute capability.
  uint32_t compute_major;
  // The minor part of the compute capability.
  uint32_t compute_minor;
  // The version of CUDA that the driver is made for: 1000 * major + 10 * minor.
  uint32_t driver_version;
  // 0.
  uint32_t reserved;
} wb_device_info;

// How many CUDA devices the driver has; their ordinals are 0 to `*count - 1`, in the order of the CUDA runtime
// (`CUDA_VISIBLE_DEVICES` applies). The driver is found at run time, as `libcuda.so.1`.
//
// `WB_ERR_NOT_FOUND`, with the reason in `*err` and 0 in `*count`: there is no driver, or it has no device.
// `WB_ERR_UNSUPPORTED`: this build has no CUDA. `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
WB_API wb_status wb_cuda_device_count(size_t *count, wb_error **err);

// What the driver knows of a device. Errors as for `wb_cuda_device_count`; `WB_ERR_NOT_FOUND` also if there is no
// device with this ordinal. Any thread. Since 0.1.
WB_API wb_status wb_cuda_device(int32_t device, wb_device_info *out, wb_error **err);

/* ----------------------------------------------------------------------
 * Graphs
 *
 * The graphs of a model whose format has them: those that callers run, the bodies of functions, and graphs that are
 * attributes of nodes. They never change and are borrowed from the model: every pointer in the sections on graphs is
 * valid until the model is released, and every function may run on many threads at once.
 *
 * Graphs, functions and sparse tensors have indices in the model; nodes, values and types have them in their graph. Indices
 * are dense and stable. Lists of values are asked for twice: with `cap` 0 to learn their length, then with room for
 * it; what does not fit is left out, and `*count`, which may be NULL, is the full length. Where a broken model leaves out a
 * name that has to be there, a list has `WB_NO_VALUE`.
 */

// Role of a graph: one that callers run, an entry. Graph 0 is the first; a model may have several. How they are run is told
// by signatures. Since 0.1.
#define WB_GRAPH_ENTRY 0

// Role of a graph: the body of a function. Since 0.1.
#define WB_GRAPH_FUNCTION 1

// Role of a graph: the value of an attribute, such as a branch of an If. It sees the values of the graphs around
// it. Since 0.1.
#define WB_GRAPH_SUBGRAPH 2

// A graph, borrowed from its model. Immutable; any thread. Since 0.1.
typedef struct wb_graph wb_graph;

// What a model says of itself. Set `struct_size` before the call. Since 0.1.
typedef struct wb_model_info {
  // `sizeof(wb_model_info)`.
  size_t struct_size;
  // The version of the representation, such as the IR version of ONNX; 0 if the format has none.
  int64_t ir_version;
  // The program that wrote the model; may be empty.
  wb_str producer;
  // The version of that program; may be empty.
  wb_str producer_version;
  // The namespace of the model, such as `"org.example"`; may be empty.
  wb_str domain;
  // The version of the model in its namespace; 0 if it does not say.
  int64_t model_version;
  // What the model says of itself in prose; may be empty.
  wb_str documentation;
} wb_model_info;

// What a graph is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_graph_info {
  // `sizeof(wb_graph_info)`.
  size_t struct_size;
  // The name; may be empty.
  wb_str name;
  // What the graph says of itself in prose; may be empty.
  wb_str documentation;
  // Its index, for `wb_model_graph`.
  size_t index;
  // `WB_GRAPH_*`.
  uint32_t role;
  // 0.
  uint32_t reserved;
  // The function whose body it is or lies in, for `wb_model_function`; `WB_NO_INDEX`: none.
  size_t function;
  // Of a subgraph, the index of the graph around it; else `WB_NO_INDEX`. It is less than the subgraph's own.
  size_t parent;
  // Of a subgraph, the node of the parent that has it as an attribute; else, and if the attribute is the parent's
  // own, as defaults of a function's are, `WB_NO_INDEX`.
  size_t node;
  // Of a subgraph, the position of that attribute; else `WB_NO_INDEX`.
  size_t attribute;
  // The number of inputs.
  uint32_t inputs;
  // The number of outputs.
  uint32_t outputs;
  // `inputs` values that it takes: see `wb_graph_inputs`. NULL if there are none.
  const uint32_t *input_values;
  // `outputs` values that it makes; NULL if there are none.
  const uint32_t *output_values;
} wb_graph_info;

// What the model says of itself. All of it is empty where the format has no such facts. Since 0.1.
WB_API wb_status wb_model_describe(const wb_model *m, wb_model_info *out);

// The number of graphs: 0 for a model of weights only, and for NULL; graph 0 is the first entry. Since 0.1.
WB_API size_t wb_model_graph_count(const wb_model *m);

// A graph, borrowed from the model; NULL if there is none of this index. The same index always gives the same pointer.
// Since 0.1.
WB_API const wb_graph *wb_model_graph(const wb_model *m, size_t index);

// What the graph is, and where it belongs. Since 0.1.
WB_API wb_status wb_graph_describe(const wb_graph *g, wb_graph_info *out);

// The number of metadata entries of the graph itself; 0 for NULL. Those of the model are `wb_model_metadata`. Since 0.1.
WB_API
size_t wb_graph_metadata_count(const wb_graph *g);

// A metadata entry of the graph itself, in the order of the file; either text may be NULL. Since 0.1.
WB_API wb_status wb_graph_metadata(const wb_graph *g, size_t index, wb_str *key, wb_str *value);

// The values that the graph takes, in order. Those that are initializers too need not be given: the initializer is their
// default. Since 0.1.
WB_API
wb_status wb_graph_inputs(const wb_graph *g,
                          uint32_t *values,
                          size_t cap,
                          size_t *count);

// The values that the graph makes, in order. Since 0.1.
WB_API wb_status wb_graph_outputs(const wb_graph *g, uint32_t *values, size_t cap, size_t *count);

// The number of initializers: values whose contents are stored with the graph; 0 for NULL. Since 0.1.
WB_API size_t wb_graph_initializer_count(const wb_graph *g);

// The value of an initializer, in the order of the file; `wb_value_info` names the tensor with its contents.
// `WB_NO_VALUE`: the model is broken, and the initializer has no name. Since 0.1.
WB_API wb_status wb_graph_initializer(const wb_graph *g, size_t index, uint32_t *value);

// The version of a domain's operators that holds in the graph: that which the function imports whose body it is or
// lies in, or else the model. The default domain is `""`, also where the file spells it `"ai.onnx"`.
// `WB_ERR_NOT_FOUND`: the domain is not imported. Since 0.1.
WB_API wb_status wb_graph_opset(const wb_graph *g, const char *domain, size_t domain_len, int64_t *version);

/* ----------------------------------------------------------------------
 * Nodes
 *
 * The operators of a graph and their edges, in the order of the file: in a valid model each comes after those that it
 * depends on.
 */

// As an input or output of a node: an optional one that is left out. Since 0.1.
#define WB_NO_VALUE UINT32_MAX

// What a node is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_node_info {
  // `sizeof(wb_node_info)`.
  size_t struct_size;
  // The name; may be empty, and need not be unique.
  wb_str name;
  // The operator.
  wb_str op;
  // The operator's domain; empty for the default one.
  wb_str domain;
  // The number of inputs, omitted ones included.
  uint32_t inputs;
  // The number of outputs, omitted ones included.
  uint32_t outputs;
  // The number of attributes.
  uint32_t attributes;
  // 0.
  uint32_t reserved;
  // `inputs` values that it takes, `WB_NO_VALUE` for omitted ones; NULL if there are none.
  const uint32_t *input_values;
  // `outputs` values that it makes, `WB_NO_VALUE` for omitted ones; NULL if there are none.
  const uint32_t *output_values;
  // Which of several functions of one name is meant; mostly empty.
  wb_str overload;
} wb_node_info;

// The number of nodes; 0 for NULL. Since 0.1.
WB_API size_t wb_graph_node_count(const wb_graph *g);

// What the node is. Since 0.1.
WB_API wb_status wb_graph_node(const wb_graph *g, size_t node, wb_node_info *out);

// What `count` nodes from `first` on are: one call instead of many. The elements of `out` are `stride_bytes` apart; the
// `struct_size` of the first one speaks for all, and may be 0. Since 0.1.
WB_API
wb_status wb_graph_nodes(const wb_graph *g,
                         size_t first,
                         size_t count,
                         wb_node_info *out,
                         size_t stride_bytes);

// The values that a node takes, `WB_NO_VALUE` for omitted ones. Since 0.1.
WB_API wb_status wb_graph_node_inputs(const wb_graph *g, size_t node, uint32_t *values, size_t cap, size_t *count);

// The values that a node makes, `WB_NO_VALUE` for omitted ones. Since 0.1.
WB_API wb_status wb_graph_node_outputs(const wb_graph *g, size_t node, uint32_t *values, size_t cap, size_t *count);

// The nodes that have to run before a node although it takes no value of theirs, as indices in the graph: none in ONNX.
// Borrowed from the model; `*nodes` is NULL if there are none, and `count` may be NULL. Since 0.1.
WB_API wb_status wb_graph_node_control(const wb_graph *g, size_t node, const uint32_t **nodes, size_t *count);

// All edges of the graph in one list: of each node in order its inputs, then its outputs, `WB_NO_VALUE` for omitted ones.
// `wb_node_info` says how many are whose. Borrowed from the model; `*values` is NULL if there are none, and `count` may be
// NULL. Since 0.1.
WB_API
wb_status wb_graph_edges(const wb_graph *g,
                         const uint32_t **values,
                         size_t *count);

// The function of the model that a node calls, for `wb_model_function`. `WB_ERR_NOT_FOUND`: it is an operator of an
// operator set. Since 0.1.
WB_API wb_status wb_graph_node_function(const wb_graph *g, size_t node, size_t *function);

/* ----------------------------------------------------------------------
 * Attributes
 *
 * What a node was told when the graph was made. An attribute is named by the node and its position there. In place of the
 * node, `WB_NO_INDEX` means the graph itself: the body of a function has the defaults of the function's attributes.
 *
 * Single contents and lists are asked for by the same functions. `WB_ERR_NOT_FOUND`: the attribute is of another kind;
 * `WB_ERR_INVALID_ARGUMENT`: there is no such node, attribute or element.
 */

// Kind of attribute: none that this version knows. Since 0.1.
#define WB_ATTRIBUTE_UNDEFINED 0

// Kind of attribute: a number, for `wb_graph_attribute_floats`. Since 0.1.
#define WB_ATTRIBUTE_FLOAT 1

// Kind of attribute: a whole number, for `wb_graph_attribute_ints`. Since 0.1.
#define WB_ATTRIBUTE_INT 2

// Kind of attribute: bytes, mostly UTF-8 text, for `wb_graph_attribute_string`. Since 0.1.
#define WB_ATTRIBUTE_STRING 3

// Kind of attribute: a tensor, for `wb_graph_attribute_tensor`. Since 0.1.
#define WB_ATTRIBUTE_TENSOR 4

// Kind of attribute: a graph, for `wb_graph_attribute_graph`. Since 0.1.
#define WB_ATTRIBUTE_GRAPH 5

// Kind of attribute: numbers, for `wb_graph_attribute_floats`. Since 0.1.
#define WB_ATTRIBUTE_FLOATS 6

// Kind of attribute: whole numbers, for `wb_graph_attribute_ints`. Since 0.1.
#define WB_ATTRIBUTE_INTS 7

// Kind of attribute: strings, for `wb_graph_attribute_string`. Since 0.1.
#define WB_ATTRIBUTE_STRINGS 8

// Kind of attribute: tensors, for `wb_graph_attribute_tensor`. Since 0.1.
#define WB_ATTRIBUTE_TENSORS 9

// Kind of attribute: graphs, for `wb_graph_attribute_graph`. Since 0.1.
#define WB_ATTRIBUTE_GRAPHS 10

// Kind of attribute: a sparse tensor, for `wb_graph_attribute_sparse`. Since 0.1.
#define WB_ATTRIBUTE_SPARSE_TENSOR 11

// Kind of attribute: sparse tensors, for `wb_graph_attribute_sparse`. Since 0.1.
#define WB_ATTRIBUTE_SPARSE_TENSORS 12

// Kind of attribute: the type of a value, for `wb_graph_attribute_type`. Since 0.1.
#define WB_ATTRIBUTE_TYPE 13

// Kind of attribute: types of values, for `wb_graph_attribute_type`. Since 0.1.
#define WB_ATTRIBUTE_TYPES 14

// What an attribute is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_attribute_info {
  // `sizeof(wb_attribute_info)`.
  size_t struct_size;
  // The name.
  wb_str name;
  // In the body of a function: the attribute of the call that this one takes its contents from; else empty.
  wb_str reference;
  // `WB_ATTRIBUTE_*`.
  uint32_t kind;
  // 0.
  uint32_t reserved;
  // The number of elements: 1 for single contents; 0 where they come from a call.
  size_t count;
} wb_attribute_info;

// What an attribute of a node is. Since 0.1.
WB_API wb_status wb_graph_attribute(const wb_graph *g, size_t node, size_t attribute, wb_attribute_info *out);

// The position of the attribute of a node with this name. `WB_ERR_NOT_FOUND`: the node has none; what then holds is
// known to the operator. Since 0.1.
WB_API
wb_status wb_graph_attribute_find(const wb_graph *g,
                                  size_t node,
                                  const char *name,
                                  size_t name_len,
                                  size_t *attribute);

// The numbers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there are none; `count` may
// be NULL. Since 0.1.
WB_API
wb_status wb_graph_attribute_floats(const wb_graph *g,
                                    size_t node,
                                    size_t attribute,
                                    const float **values,
                                    size_t *count);

// The whole numbers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there are none;
// `count` may be NULL. Since 0.1.
WB_API
wb_status wb_graph_attribute_ints(const wb_graph *g,
                                  size_t node,
                                  size_t attribute,
                                  const int64_t **values,
                                  size_t *count);

// One string of an attribute, borrowed from the model: bytes as the file has them, which are mostly UTF-8 text, but need
// not be. Since 0.1.
WB_API
wb_status wb_graph_attribute_string(const wb_graph *g,
                                    size_t node,
                                    size_t attribute,
                                    size_t index,
                                    wb_str *out);

// One tensor of an attribute: its index in the model. `WB_ERR_UNSUPPORTED`: this version cannot read it. Since 0.1.
WB_API
wb_status wb_graph_attribute_tensor(const wb_graph *g,
                                    size_t node,
                                    size_t attribute,
                                    size_t index,
                                    size_t *tensor);

// One graph of an attribute: its index in the model, for `wb_model_graph`. Since 0.1.
WB_API
wb_status wb_graph_attribute_graph(const wb_graph *g,
                                   size_t node,
                                   size_t attribute,
                                   size_t index,
                                   size_t *graph);

// One sparse tensor of an attribute: its index in the model, for `wb_model_sparse`. Since 0.1.
WB_API
wb_status wb_graph_attribute_sparse(const wb_graph *g,
                                    size_t node,
                                    size_t attribute,
                                    size_t index,
                                    size_t *sparse);

// One type of an attribute: its index in the graph, for `wb_graph_type`. Since 0.1.
WB_API
wb_status wb_graph_attribute_type(const wb_graph *g,
                                  size_t node,
                                  size_t attribute,
                                  size_t index,
                                  uint32_t *type_index);

/* ----------------------------------------------------------------------
 * Values
 *
 * What flows through a graph. In ONNX a name belongs to one value of its graph; other formats may have values without
 * names. What a graph takes from the one around it is a value of its own there, which `wb_graph_value_outer` leads
 * out of. How values are quantized is not told yet.
 */

// Flag of a value: an input of the graph. Since 0.1.
#define WB_VALUE_INPUT 1

// Flag of a value: an output of the graph. Since 0.1.
#define WB_VALUE_OUTPUT 2

// Flag of a value: its contents are stored with the graph; of an input they are the default. Since 0.1.
#define WB_VALUE_INITIALIZER 4

// Flag of a value: a node of the graph makes it. Since 0.1.
#define WB_VALUE_COMPUTED 8

// Flag of a value: the graph only uses it. It comes from a graph around this one, or from nowhere. Since 0.1.
#define WB_VALUE_OUTER 16

// What a value is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_value_info {
  // `sizeof(wb_value_info)`.
  size_t struct_size;
  // The name. It may be empty, and need not be unique, unless the format tells values apart by name, as ONNX does.
  wb_str name;
  // The type of the elements; 0 if it is not known, and for what is no tensor. Where the model gives no type, that of
  // the initializer.
  wb_dtype dtype;
  // The number of dimensions; 0 also if it is not known.
  uint32_t rank;
  // `rank` dimensions in elements, outermost first; -1: symbolic or unknown, see `wb_graph_type_dim`. NULL: not even
  // the rank is known.
  const int64_t *shape;
  // `WB_VALUE_*`, added up.
  uint32_t kind;
  // 0.
  uint32_t reserved;
  // The first node that makes it; `WB_NO_INDEX`: none.
  size_t producer;
  // Of an initializer, the tensor with its contents; `WB_NO_INDEX`: there is none that this version can read.
  size_t tensor;
  // Of an initializer of which only some elements are stored, its index for `wb_model_sparse`; else `WB_NO_INDEX`.
  size_t sparse;
  // What the model says of its type, for `wb_graph_type`; `WB_NO_TYPE`: nothing.
  uint32_t type_index;
  // 0.
  uint32_t reserved2;
} wb_value_info;

// A tensor of which only some elements are stored. Set `struct_size` before the call. Since 0.1.
typedef struct wb_sparse_info {
  // `sizeof(wb_sparse_info)`.
  size_t struct_size;
  // `rank` dimensions in elements, outermost first.
  const int64_t *shape;
  // The number of dimensions.
  uint32_t rank;
  // 0.
  uint32_t reserved;
  // The tensor of stored elements; `WB_NO_INDEX`: this version cannot read it.
  size_t values;
  // The tensor of their places: linear indices, or one row of coordinates for each element. `WB_NO_INDEX`: this version
  // cannot read it.
  size_t indices;
} wb_sparse_info;

// The number of values; 0 for NULL. Since 0.1.
WB_API size_t wb_graph_value_count(const wb_graph *g);

// What a value is. Since 0.1.
WB_API wb_status wb_graph_value(const wb_graph *g, uint32_t value, wb_value_info *out);

// What `count` values from `first` on are: one call instead of many. The elements of `out` are `stride_bytes` apart; the
// `struct_size` of the first one speaks for all, and may be 0. Since 0.1.
WB_API
wb_status wb_graph_values(const wb_graph *g,
                          size_t first,
                          size_t count,
                          wb_value_info *out,
                          size_t stride_bytes);

// The value of the graph with this name. `WB_ERR_NOT_FOUND`: there is none. Since 0.1.
WB_API wb_status wb_graph_value_find(const wb_graph *g, const char *name, size_t name_len, uint32_t *value);

// The tensor that holds a value. `WB_ERR_NOT_FOUND`: the value is not an initializer, or a sparse one.
// `WB_ERR_UNSUPPORTED`: this version cannot read its contents. Since 0.1.
WB_API wb_status wb_graph_value_tensor(const wb_graph *g, uint32_t value, size_t *tensor);

// Where a value with the flag `WB_VALUE_OUTER` comes from: the nearest graph around that has it, for `wb_model_graph`, and
// its index there. `WB_ERR_NOT_FOUND`: the value belongs to this graph, or comes from nowhere. Either result may be
// NULL. Since 0.1.
WB_API
wb_status wb_graph_value_outer(const wb_graph *g,
                               uint32_t value,
                               size_t *graph,
                               uint32_t *outer);

// The number of sparse tensors of all graphs; 0 for NULL. Since 0.1.
WB_API size_t wb_model_sparse_count(const wb_model *m);

// What a sparse tensor is. Since 0.1.
WB_API wb_status wb_model_sparse(const wb_model *m, size_t index, wb_sparse_info *out);

/* ----------------------------------------------------------------------
 * Types of values
 *
 * What a model says of the types of its values: tensors, whose dimensions may be symbols, and what can be made of them.
 */

// As the index of a type: nothing is said. Since 0.1.
#define WB_NO_TYPE UINT32_MAX

// Kind of type: none that this version knows. Since 0.1.
#define WB_TYPE_UNKNOWN 0

// Kind of type: a tensor. Since 0.1.
#define WB_TYPE_TENSOR 1

// Kind of type: a tensor of which only some elements are stored. Since 0.1.
#define WB_TYPE_SPARSE_TENSOR 2

// Kind of type: any number of values of one type. Since 0.1.
#define WB_TYPE_SEQUENCE 3

// Kind of type: keys, each with a value. Since 0.1.
#define WB_TYPE_MAP 4

// Kind of type: a value that may be missing. Since 0.1.
#define WB_TYPE_OPTIONAL 5

// Kind of type: something that only its operators understand. Since 0.1.
#define WB_TYPE_OPAQUE 6

// What a type is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_type_info {
  // `sizeof(wb_type_info)`.
  size_t struct_size;
  // `WB_TYPE_*`.
  uint32_t kind;
  // Of tensors, the type of the elements; of a map, that of its keys; 0 if the model does not say, or says something
  // that this version does not know.
  wb_dtype dtype;
  // What the value means, such as `"IMAGE"`; may be empty.
  wb_str denotation;
  // `rank` dimensions in elements, outermost first; -1: symbolic or unknown. NULL: not even the rank is known.
  const int64_t *shape;
  // The number of dimensions; 0 also if it is not known.
  uint32_t rank;
  // Of a sequence and of an optional value the type of what it holds, of a map that of its values; else `WB_NO_TYPE`.
  uint32_t element;
  // The number by which the format names `dtype`; 0 if it does not.
  int32_t code;
  // 0.
  uint32_t reserved;
} wb_type_info;

// What a dimension is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_dim_info {
  // `sizeof(wb_dim_info)`.
  size_t struct_size;
  // Elements; -1: symbolic or unknown.
  int64_t size;
  // Of a symbolic dimension, its name: dimensions of one name are equal throughout the graph. Else empty.
  wb_str symbol;
  // What the dimension means, such as `"DATA_BATCH"`; may be empty.
  wb_str denotation;
} wb_dim_info;

// The number of types; 0 for NULL. Several values may share one. Since 0.1.
WB_API size_t wb_graph_type_count(const wb_graph *g);

// What a type is. Since 0.1.
WB_API wb_status wb_graph_type(const wb_graph *g, uint32_t index, wb_type_info *out);

// What a dimension of a tensor's type is. Since 0.1.
WB_API wb_status wb_graph_type_dim(const wb_graph *g, uint32_t index, size_t dim, wb_dim_info *out);

/* ----------------------------------------------------------------------
 * Functions and operator sets
 *
 * Operators that a model defines itself, each with a graph as its body, and the operator sets that it imports.
 */

// What a function is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_function_info {
  // `sizeof(wb_function_info)`.
  size_t struct_size;
  // The name: the operator of the nodes that call it.
  wb_str name;
  // The domain of that operator.
  wb_str domain;
  // Tells functions of one name and domain apart; mostly empty.
  wb_str overload;
  // The body, for `wb_model_graph`. It has the documentation and the metadata, and as attributes of its own the defaults
  // of the function's attributes.
  size_t graph;
  // The number of attributes that a call has to give.
  uint32_t attributes;
  // The number of attributes that have a default: see `wb_graph_attribute`.
  uint32_t defaults;
  // The number of operator sets that the body imports.
  uint32_t opsets;
  // 0.
  uint32_t reserved;
} wb_function_info;

// The number of functions that the model defines; 0 for NULL. Since 0.1.
WB_API size_t wb_model_function_count(const wb_model *m);

// What a function is. Since 0.1.
WB_API wb_status wb_model_function(const wb_model *m, size_t index, wb_function_info *out);

// The name of an attribute that a call of the function has to give, borrowed from the model. Since 0.1.
WB_API wb_status wb_model_function_attribute(const wb_model *m, size_t function, size_t index, wb_str *name);

// An operator set that the body of a function imports: its domain, borrowed from the model and empty for the default one,
// and its version. Either result may be NULL. Since 0.1.
WB_API
wb_status wb_model_function_opset(const wb_model *m,
                                  size_t function,
                                  size_t index,
                                  wb_str *domain,
                                  int64_t *version);

// The number of operator sets that the model imports; 0 for NULL. Since 0.1.
WB_API size_t wb_model_opset_count(const wb_model *m);

// An operator set that the model imports: its domain, borrowed from the model and empty for the default one, and its
// version. Either result may be NULL. What holds in a graph is told by `wb_graph_opset`. Since 0.1.
WB_API wb_status wb_model_opset(const wb_model *m, size_t index, wb_str *domain, int64_t *version);

/* ----------------------------------------------------------------------
 * Signatures
 *
 * How callers run a model: which graph, and by which names they give its inputs and take its outputs. The names may
 * differ from those of the values. A model of weights only has no signatures; one of ONNX has one, without a key.
 */

// What a signature is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_signature_info {
  // `sizeof(wb_signature_info)`.
  size_t struct_size;
  // What callers ask for it by, unique in the model; empty if the format does not name it.
  wb_str key;
  // The graph that it runs, for `wb_model_graph`.
  size_t graph;
  // The number of inputs.
  uint32_t inputs;
  // The number of outputs.
  uint32_t outputs;
} wb_signature_info;

// The number of signatures; 0 for NULL. Since 0.1.
WB_API size_t wb_model_signature_count(const wb_model *m);

// What a signature is. Since 0.1.
WB_API wb_status wb_model_signature(const wb_model *m, size_t index, wb_signature_info *out);

// An input of a signature, in order: its name for callers, borrowed from the model, and its value in the graph. It need
// not be given if the value is also an initializer, which then is its default. `WB_NO_VALUE`: the model is broken, and
// the input has no name. Either result may be NULL. Since 0.1.
WB_API
wb_status wb_model_signature_input(const wb_model *m,
                                   size_t signature,
                                   size_t index,
                                   wb_str *name,
                                   uint32_t *value);

// An output of a signature, as `wb_model_signature_input`. Since 0.1.
WB_API
wb_status wb_model_signature_output(const wb_model *m,
                                    size_t signature,
                                    size_t index,
                                    wb_str *name,
                                    uint32_t *value);

/* ----------------------------------------------------------------------
 * Findings
 *
 * A check looks at a model: at the rules of its format, at its weights, and at what goes wrong in production. What it finds
 * is data, for a person or for a gate to decide on. Bytes of tensors are read within a budget: the indices of sparse ones,
 * those of tensors that may be the same and, of a model without graphs, all that may hold NaN or infinity.
 */

// Severity: the model breaks a rule of its format; a runtime may refuse it, or run it wrong. Since 0.1.
#define WB_SEVERITY_ERROR 1

// Severity: the model is valid, and something about it goes wrong in production sooner or later. Since 0.1.
#define WB_SEVERITY_WARNING 2

// Severity: something that a person who deploys the model wants to know. Since 0.1.
#define WB_SEVERITY_INFO 3

// What a check has found. Immutable; one owner; any thread. Since 0.1.
typedef struct wb_findings wb_findings;

// One finding. Set `struct_size` before the call; the texts are borrowed from the findings. Since 0.1.
typedef struct wb_finding {
  // `sizeof(wb_finding)`.
  size_t struct_size;
  // `WB_SEVERITY_*`.
  uint32_t severity;
  // 0.
  uint32_t reserved;
  // The rule, such as `"onnx.node.arity"`. Stable: programs may decide by it.
  wb_str rule;
  // Where it is: graphs and nodes from the outside in, such as `"main/loop_3.body/MatMul_7"`, or the name of a file; empty
  // if it concerns the whole model.
  wb_str path;
  // What was found and what was expected.
  wb_str message;
  // What to do about it; empty if that is not known.
  wb_str remedy;
} wb_finding;

// What a model is checked for, and how much of it may be read. Zeroed means nothing in particular; set `struct_size`.
// Since 0.1.
typedef struct wb_check_options {
  // `sizeof(wb_check_options)`.
  size_t struct_size;
  // What has to be able to run the model: `"onnx-1.15"`, a release of ONNX, or `"opset-17"`; empty: nothing in
  // particular.
  wb_str target;
  // Bytes of tensors that are read at most; 0: 4 GiB. What was not looked at for this reason is a finding.
  uint64_t max_read_bytes;
  // Told how far the check is, on this thread: at once, between two groups of rules, every 4 MiB that are read, and at the
  // end. `total_bytes` is what may be read at most, and tensors are not counted. NULL: nobody is told.
  wb_progress_fn progress;
  // Passed to `progress`.
  void *user_data;
} wb_check_options;

// The number of notes: what was accepted with a remark when the model was opened. 0 for NULL. Since 0.1.
WB_API size_t wb_model_note_count(const wb_model *m);

// A note, in the order in which they were met. The texts are borrowed from the model. `wb_model_check` begins with the same
// notes. Since 0.1.
WB_API
wb_status wb_model_note(const wb_model *m,
                        size_t index,
                        wb_finding *out);

// Checks a model. `opt` may be NULL. Works on this thread.
//
// `WB_OK` says that the check was made, not that the model is good: look at the findings, which belong to the caller.
// `WB_ERR_INVALID_ARGUMENT`: the target is not known, or is one of another format. `WB_ERR_CANCELLED`: `progress` asked
// for it. Since 0.1.
WB_API
wb_status wb_model_check(const wb_model *m,
                         const wb_check_options *opt,
                         wb_findings **out,
                         wb_error **err);

// The number of findings; 0 for NULL. Since 0.1.
WB_API size_t wb_findings_count(const wb_findings *f);

// One finding. They are sorted by place. Since 0.1.
WB_API wb_status wb_findings_get(const wb_findings *f, size_t index, wb_finding *out);

// Releases findings. NULL does nothing. Since 0.1.
WB_API void wb_findings_release(wb_findings *f);

#ifdef __cplusplus
}
#endif

#endif /* WEIGHBRIDGE_H */
