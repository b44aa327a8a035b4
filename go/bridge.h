/* bridge.h: what cgo cannot express: Go functions as function pointers, user data that is a number (a cgo.Handle), and lists
 * that are packed into memory without pointers. Handles are passed as numbers, because the Go runtime rejects pointers that
 * are small numbers. */
#ifndef WEIGHBRIDGE_GO_BRIDGE_H
#define WEIGHBRIDGE_GO_BRIDGE_H

#include <weighbridge.h>

/* ---- hooks: fill a structure with functions that call Go, and with the handle that they pass ---- */

void wbgo_log(wb_context_options *o, uintptr_t handle);
void wbgo_threads(wb_threads *t, uintptr_t handle);
void wbgo_budget(wb_budget *b, uintptr_t handle);
void wbgo_allocator(wb_allocator *a, uintptr_t handle);
void wbgo_metrics(wb_metrics *m, uintptr_t handle);
void wbgo_io(wb_io *io, uintptr_t handle);
void wbgo_open_progress(wb_open_options *o, uintptr_t operation);
void wbgo_verify_progress(wb_verify_options *o, uintptr_t operation);
void wbgo_check_progress(wb_check_options *o, uintptr_t operation);

/* ---- the operation that this thread works for: functions of the program that C calls on it get its handle; 0: none ---- */

/* Sets it, and returns the one before. */
uintptr_t wbgo_enter(uintptr_t operation);

/* ---- the end of a task: works until then, or has a Go channel closed ---- */

wb_status wbgo_task_wait(wb_task *t, uintptr_t operation, wb_error **err);
wb_status wbgo_task_on_end(wb_task *t, uintptr_t channel);

/* ---- memory ---- */

wb_status wbgo_open_memory(const wb_context *c, void *data, size_t len, const wb_open_options *o, wb_model **out,
                           wb_error **err);
wb_status wbgo_open_lent(const wb_context *c, const void *data, size_t len, uintptr_t lender, const wb_open_options *o,
                         wb_model **out, wb_error **err);
void wbgo_blob(wb_blob *blob, void *data, size_t len);
void wbgo_free(void *block);

/* Does nothing: cgo checks on the way whether the memory may be given to C. */
void wbgo_check_memory(void **memory);

/* ---- streams of CUDA, which may be small numbers ---- */

void wbgo_stream(wb_cuda_options *o, uintptr_t stream);
wb_status wbgo_fence(const wb_placement *p, uintptr_t stream, wb_error **err);

/* ---- tensors, packed ---- */

/* The most tensors that are packed at once. */
enum { WBGO_BATCH = 256 };

/* A tensor. Its dimensions, and its strides if there are any, are the next ones of the list, its name the next name_len bytes. */
typedef struct wbgo_tensor {
  uint64_t bytes, offset, file;
  uint64_t name_len;
  uint32_t dtype, rank, alignment, has_strides;
} wbgo_tensor;

/* Tensors in one block of memory without pointers: records, then dimensions and strides, then names. */
typedef struct wbgo_tensors {
  uint64_t count, numbers, text_len;
  wbgo_tensor records[];
} wbgo_tensors;

/* Packs count tensors, at most WBGO_BATCH, from first on. wbgo_free() the result. */
wb_status wbgo_tensors_pack(const wb_model *m, size_t first, size_t count, wbgo_tensors **out);

#endif
