/* weighbridge.h: open, verify and load model weights from C, C++ and everything that can call C.
 *
 * Generated from src/ffi by cbindgen; edit the sources. SPDX-License-Identifier: MIT OR Apache-2.0
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
 *   results are written only on success. A returned pointer, and every pointer in an info structure, is borrowed from the object that was asked.
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
 * - After fork(), the child may use and release what it has inherited, except tasks.
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

// The file is no longer the one that was opened.
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

// How far a task is. Set `struct_size` before a call; in a callback, the library has set it. Since 0.1.
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

// Told how far a task is, on the thread that waits. 0: go on; anything else cancels. It must
// not throw, and must not release the task. Since 0.1.
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
} wb_open_options;

// Opens a file or a directory: a `.safetensors` file, a `*.index.json`, or a directory that holds one of them, such as
// a Hugging Face snapshot.
//
// `c` and `opt` may be NULL, and many threads may open with one context at once; `path` is UTF-8, with a length or
// `WB_NUL`. The caller owns `*out`. Blocks while headers are read. `WB_ERR_FORMAT`: the file is broken; `WB_ERR_NOT_FOUND`: it, or a shard of it, is missing; `WB_ERR_UNSUPPORTED`:
// no format that this build reads. Since 0.1.
WB_API
wb_status wb_model_open(wb_context *c,
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
wb_status wb_model_open_memory(wb_context *c,
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

// Strings of any length; such contents are never one span of a file.
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
  // `rank` strides in elements; NULL: contiguous, row-major.
  const int64_t *strides;
  // Bytes of the contents as stored.
  uint64_t bytes;
  // Bytes from the start of the file to the contents; `UINT64_MAX`: they are built, not stored as one span.
  uint64_t offset;
  // Index of the file, for `wb_model_file`.
  uint32_t file;
  // Alignment of the zero-copy pointer in bytes, at most 4,096; 0: there is none.
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

// The bytes of a tensor with no copy. The pointer is valid until the model is released; see `alignment` in
// `wb_tensor_info`. Reading through it raises `SIGBUS` if another process truncates the file.
//
// `WB_ERR_NOT_MAPPED`: the model was opened with `WB_OPEN_READ`. `WB_ERR_UNVERIFIED`: the policy wants the bytes
// checked first. `WB_ERR_CHANGED`: the file is no longer the one that was opened. Since 0.1.
WB_API wb_status wb_model_tensor_data(const wb_model *m, size_t index, const void **ptr, size_t *len);

// The bytes of a tensor in a buffer that outlives the model: with no copy where files are mapped, else read. The caller
// owns `*out`. Errors as for `wb_model_tensor_data`. Since 0.1.
WB_API wb_status wb_model_tensor_buffer(const wb_model *m, size_t index, wb_buffer **out, wb_error **err);

// Reads `len` bytes of a tensor, `offset` bytes from its start, into `dst`. It never reads through a mapping. The range
// has to lie inside the tensor. Errors as for `wb_model_tensor_buffer`. Since 0.1.
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
 * Metadata and assets
 *
 * What travels with the weights: what a file says about itself, and the other files of the model's directory, such
 * as `config.json`, `tokenizer.json` and labels.
 */

// The number of metadata entries; 0 for NULL. Since 0.1.
WB_API size_t wb_model_metadata_count(const wb_model *m);

// A metadata entry, sorted by key; both texts are borrowed from the model, and either may be NULL. Since 0.1.
WB_API wb_status wb_model_metadata(const wb_model *m, size_t index, wb_str *key, wb_str *value);

// The number of assets; 0 for NULL. Since 0.1.
WB_API size_t wb_model_asset_count(const wb_model *m);

// An asset, sorted by name: its name, borrowed from the model, and its length in bytes. Either result may be NULL.
// Since 0.1.
WB_API wb_status wb_model_asset(const wb_model *m, size_t index, wb_str *name, uint64_t *bytes);

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
 * A report has one line or more for every file and every tensor: by what it was checked, and with what outcome.
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
  // The name of the file or tensor.
  wb_str subject;
  // `"sha256"` or `"blake3"`; empty if it is uncovered.
  wb_str algorithm;
  // The kind of manifest: `"SHA256SUMS"` or `"weighbridge.json"`; empty if it is uncovered.
  wb_str source;
  // The digest in the manifest, in hexadecimal. Where the digest of a file covers a tensor, it is the file's.
  wb_str expected;
  // The digest of the bytes, in hexadecimal; empty if the file is missing. It may equal `expected` after a mismatch of
  // size, shape or element type.
  wb_str actual;
  // `WB_SUBJECT_*`.
  uint32_t kind;
  // 0.
  uint32_t reserved;
} wb_check;

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

// One line: files first, then tensors. Since 0.1.
WB_API wb_status wb_report_check(const wb_report *r, size_t index, wb_check *out);

// Releases a report. NULL does nothing. Since 0.1.
WB_API void wb_report_release(wb_report *r);

/* ----------------------------------------------------------------------
 * Loading: plan, task, placement
 *
 * A plan says which tensors go where. A task makes one pass over their bytes: each is read once, placed, and checked
 * while it is in the cache. A placement exists only when every check that it needs has passed.
 */

// Target: nowhere, the tensors are only checked. Since 0.1.
#define WB_TARGET_NONE 0

// Target: zero-copy pointers into the mapped files. Since 0.1.
#define WB_TARGET_VIEW 1

// Target: one arena in host memory, each tensor aligned. Since 0.1.
#define WB_TARGET_HOST 2

// Target: a sealed memfd that other processes may map. Not in this version: `WB_ERR_UNSUPPORTED`. Since 0.1.
#define WB_TARGET_SEALED 3

// Target: a CUDA device. Not in this version: `WB_ERR_UNSUPPORTED`. Since 0.1.
#define WB_TARGET_CUDA 4

// Tensors in their place. Counted references; immutable; any thread. A host placement does not need the model any more; a
// view keeps the model's maps. Since 0.1.
typedef struct wb_placement wb_placement;

// What will be done, decided without any I/O. Immutable; one owner; keeps the model. Since 0.1.
typedef struct wb_plan wb_plan;

// One pass in progress. One owner. Since 0.1.
typedef struct wb_task wb_task;

// What to load, and where to. Zeroed means all tensors, checked only; set `struct_size`. Since 0.1.
typedef struct wb_plan_options {
  // `sizeof(wb_plan_options)`.
  size_t struct_size;
  // `WB_TARGET_*`.
  uint32_t target;
  // The ordinal of the device, for `WB_TARGET_CUDA`.
  int32_t device;
  // Glob patterns over tensor names (`*`, `?`, `[a-z]`); `*` also matches `.` and `/`. None: all tensors. A pattern that
  // matches no tensor is `WB_ERR_NOT_FOUND`.
  const wb_str *include;
  // The number of patterns.
  size_t include_count;
  // Tensors by index, instead of patterns; the placement keeps their order.
  const size_t *tensors;
  // The number of indices.
  size_t tensor_count;
  // Alignment of each tensor in an arena, in bytes, a power of two up to 2^30; 0: 64 on the host, 256 on a device. A view
  // has the alignment of the file: see `wb_tensor_info`.
  uint64_t alignment;
  // The bound on host memory beside the tensors, in bytes, at least 65,536; 0: 8 MiB. Each thread needs 65,536, so the
  // default allows 128 of them.
  uint64_t staging_bytes;
} wb_plan_options;

// What a plan will do. Set `struct_size` before the call. Since 0.1.
typedef struct wb_plan_info {
  // `sizeof(wb_plan_info)`.
  size_t struct_size;
  // Tensors that are selected.
  uint64_t tensors;
  // Bytes of their contents.
  uint64_t payload_bytes;
  // Bytes that will be read: more than the payload where a check needs whole files, 0 where nothing is read.
  uint64_t read_bytes;
  // Bytes that the target will hold.
  uint64_t target_bytes;
  // Bytes of host memory beside the target.
  uint64_t staging_bytes;
} wb_plan_info;

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
} wb_placed_tensor;

// Plans a load: selects tensors, lays them out, decides what is checked. No I/O, no device. `opt` may be NULL and is
// copied; the caller owns `*out`.
//
// `WB_ERR_UNVERIFIED`: the policy is `WB_VERIFY_REQUIRED`, and no manifest covers a file that is used.
// `WB_ERR_NOT_MAPPED`: a view of a model that was opened with `WB_OPEN_READ`. `WB_ERR_NOT_FOUND`: a pattern matches no
// tensor. `WB_ERR_MISMATCH`: a file has not the size that a manifest states. Since 0.1.
WB_API
wb_status wb_plan_create(const wb_model *m,
                         const wb_plan_options *opt,
                         wb_plan **out,
                         wb_error **err);

// What a plan will do. Since 0.1.
WB_API wb_status wb_plan_describe(const wb_plan *p, wb_plan_info *out);

// Releases a plan; its tasks go on. NULL does nothing. Since 0.1.
WB_API void wb_plan_release(wb_plan *p);

// Starts a plan: takes the target's memory, makes sure that the files are still those that were opened, and starts the
// threads that the context allows. A plan may be started several times. The caller owns `*out`. Since 0.1.
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

// Works or waits until the end. `progress` may be NULL; it is called on this thread: at once, then about twenty times a
// second, and at the end. Returns `WB_OK`, or the error that
// ended the task: `WB_ERR_CANCELLED`, `WB_ERR_MISMATCH`, `WB_ERR_CHANGED`, `WB_ERR_IO`. Since 0.1.
WB_API wb_status wb_task_wait(wb_task *t, wb_progress_fn progress, void *user_data, wb_error **err);

// Asks a task to stop at its next block; the thread that steps or waits then gets `WB_ERR_CANCELLED`. Any thread, as long
// as the task is not released; NULL does nothing. Since 0.1.
WB_API
void wb_task_cancel(wb_task *t);

// The placement of a task that is done; before that `WB_PENDING`, or the error that ended the task. The caller owns
// `*out`; a second call returns the same placement again, and each result has to be released. Since 0.1.
WB_API wb_status wb_task_finish(wb_task *t, wb_placement **out, wb_error **err);

// Cancels a task that is not done, waits for its threads, and frees it; a placement that was taken from it stays. NULL
// does nothing. Since 0.1.
WB_API void wb_task_release(wb_task *t);

// All of it: plans, loads, checks and waits. Set `target` in `opt`: NULL, and zeroed options, only check and place
// nothing. The caller owns `*out`. Since 0.1.
WB_API
wb_status wb_model_load(const wb_model *m,
                        const wb_plan_options *opt,
                        wb_placement **out,
                        wb_error **err);

// The number of tensors: 0 for NULL, and for `WB_TARGET_NONE`. Since 0.1.
WB_API size_t wb_placement_count(const wb_placement *p);

// The tensor at a position: in the order of the given indices, or else in the order of the model. Since 0.1.
WB_API wb_status wb_placement_tensor(const wb_placement *p, size_t index, wb_placed_tensor *out);

// The tensor with this name. `WB_ERR_NOT_FOUND`: the placement does not have it. Since 0.1.
WB_API
wb_status wb_placement_find(const wb_placement *p,
                            const char *name,
                            size_t name_len,
                            wb_placed_tensor *out);

// Adds a reference and returns `p`. Any thread; NULL is allowed. Since 0.1.
WB_API wb_placement *wb_placement_retain(wb_placement *p);

// Drops a reference, and with the last one the memory of the tensors. Any thread; NULL is allowed. Since 0.1.
WB_API void wb_placement_release(wb_placement *p);

// What was checked while the placement was made. The caller owns `*out`. Since 0.1.
WB_API wb_status wb_placement_report(const wb_placement *p, wb_report **out, wb_error **err);

/* ----------------------------------------------------------------------
 * Graphs
 *
 * The graph of a model whose format has one. In this version no format has: `wb_model_graph_count` is 0, and there is no
 * `wb_graph` to pass to the other functions.
 *
 * Graphs are borrowed from the model. Nodes and values have dense, stable indices. Lists are asked for twice: with `cap`
 * 0 to learn their length, then with room for it; what does not fit is left out, and `*count` is the full length.
 */

// As an input of a node: an optional input that is left out. Since 0.1.
#define WB_NO_VALUE UINT32_MAX

// A graph, borrowed from its model. Immutable; any thread. Since 0.1.
typedef struct wb_graph wb_graph;

// What a node is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_node_info {
  // `sizeof(wb_node_info)`.
  size_t struct_size;
  // The name; may be empty.
  wb_str name;
  // The operator.
  wb_str op;
  // The operator's domain; empty for the default one.
  wb_str domain;
  // The number of inputs, omitted ones included.
  uint32_t inputs;
  // The number of outputs.
  uint32_t outputs;
  // The number of attributes.
  uint32_t attributes;
  // 0.
  uint32_t reserved;
} wb_node_info;

// What a value is. Set `struct_size` before the call. Since 0.1.
typedef struct wb_value_info {
  // `sizeof(wb_value_info)`.
  size_t struct_size;
  // The name.
  wb_str name;
  // The type of the elements; 0 if it is not known.
  wb_dtype dtype;
  // The number of dimensions.
  uint32_t rank;
  // `rank` dimensions in elements, outermost first; -1: symbolic or unknown.
  const int64_t *shape;
  // What the value is in the graph; 0 in this version.
  uint32_t kind;
  // 0.
  uint32_t reserved;
} wb_value_info;

// The number of graphs: 0 for a model of weights only, and for NULL; graph 0 is the main one. Since 0.1.
WB_API size_t wb_model_graph_count(const wb_model *m);

// A graph, borrowed from the model; NULL if there is none of this index. Since 0.1.
WB_API const wb_graph *wb_model_graph(const wb_model *m, size_t index);

// The number of nodes; 0 for NULL. Since 0.1.
WB_API size_t wb_graph_node_count(const wb_graph *g);

// What the node is. Since 0.1.
WB_API wb_status wb_graph_node(const wb_graph *g, size_t node, wb_node_info *out);

// The values that a node takes, `WB_NO_VALUE` for omitted ones. Since 0.1.
WB_API
wb_status wb_graph_node_inputs(const wb_graph *g,
                               size_t node,
                               uint32_t *values,
                               size_t cap,
                               size_t *count);

// The values that a node makes. Since 0.1.
WB_API
wb_status wb_graph_node_outputs(const wb_graph *g,
                                size_t node,
                                uint32_t *values,
                                size_t cap,
                                size_t *count);

// The number of values; 0 for NULL. Since 0.1.
WB_API size_t wb_graph_value_count(const wb_graph *g);

// What a value is. Since 0.1.
WB_API wb_status wb_graph_value(const wb_graph *g, uint32_t value, wb_value_info *out);

// The values that the graph takes. Since 0.1.
WB_API wb_status wb_graph_inputs(const wb_graph *g, uint32_t *values, size_t cap, size_t *count);

// The values that the graph makes. Since 0.1.
WB_API wb_status wb_graph_outputs(const wb_graph *g, uint32_t *values, size_t cap, size_t *count);

// The tensor that holds a value. `WB_ERR_NOT_FOUND`: the value is not an initializer. Since 0.1.
WB_API wb_status wb_graph_value_tensor(const wb_graph *g, uint32_t value, size_t *tensor);

#ifdef __cplusplus
}
#endif

#endif /* WEIGHBRIDGE_H */
