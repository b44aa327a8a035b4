/* callbacks.c: C functions that call Go functions. */
#include "bridge.h"

#include <stdlib.h>

#include "_cgo_export.h"

static uintptr_t number(const void *user_data) { return (uintptr_t)user_data; }

/* Sets a function and its user data, which is the handle itself. */
#define SET(structure, member, function, handle) \
  ((structure)->member = (function), (structure)->user_data = (void *)(handle))

static void drop(void *user_data) { wbgoDrop(number(user_data)); }

/* ---- the operation of this thread ---- */

static _Thread_local uintptr_t current;

uintptr_t wbgo_enter(uintptr_t operation) {
  const uintptr_t before = current;
  current = operation;
  return before;
}

/* ---- the log ---- */

static void log_message(void *user_data, uint32_t level, const char *target, size_t target_len, const char *msg,
                        size_t msg_len) {
  wbgoLog(number(user_data), current, level, (char *)target, target_len, (char *)msg, msg_len);
}

void wbgo_log(wb_context_options *o, uintptr_t handle) {
  o->log = log_message;
  o->log_user_data = (void *)handle;
  o->log_destroy = drop;
}

/* ---- progress ---- */

static int32_t progress(void *user_data, const wb_progress *p) {
  return wbgoProgress(number(user_data), p->done_bytes, p->total_bytes, p->done_tensors, p->total_tensors);
}

void wbgo_open_progress(wb_open_options *o, uintptr_t operation) { SET(o, progress, progress, operation); }
void wbgo_verify_progress(wb_verify_options *o, uintptr_t operation) { SET(o, progress, progress, operation); }
void wbgo_check_progress(wb_check_options *o, uintptr_t operation) { SET(o, progress, progress, operation); }

wb_status wbgo_task_wait(wb_task *t, uintptr_t operation, wb_error **err) {
  return wb_task_wait(t, progress, (void *)operation, err);
}

/* ---- jobs ---- */

static wb_status spawn(void *user_data, wb_job *job) { return wbgoSpawn(number(user_data), current, job); }

void wbgo_threads(wb_threads *t, uintptr_t handle) {
  t->destroy = drop;
  SET(t, spawn, spawn, handle);
}

static void ended(void *user_data) { wbgoEnded(number(user_data)); }

wb_status wbgo_task_on_end(wb_task *t, uintptr_t channel) { return wb_task_on_end(t, ended, (void *)channel); }

/* ---- the budget ---- */

static wb_status reserve(void *user_data, uint32_t device, uint64_t bytes) {
  return wbgoReserve(number(user_data), current, device, bytes);
}

static void release(void *user_data, uint32_t device, uint64_t bytes) {
  wbgoRelease(number(user_data), current, device, bytes);
}

void wbgo_budget(wb_budget *b, uintptr_t handle) {
  b->destroy = drop;
  b->release = release;
  SET(b, reserve, reserve, handle);
}

/* ---- the allocator ---- */

static void *allocate(void *user_data, size_t bytes, size_t alignment) {
  return wbgoAllocate(number(user_data), current, bytes, alignment);
}

static void recycle(void *user_data, void *start, size_t bytes, size_t alignment) {
  wbgoRecycle(number(user_data), current, start, bytes, alignment);
}

void wbgo_allocator(wb_allocator *a, uintptr_t handle) {
  a->destroy = drop;
  a->free = recycle;
  SET(a, alloc, allocate, handle);
}

/* ---- metrics ---- */

static void measured(void *user_data, const wb_measurement *m) {
  wbgoMeasured(number(user_data), current, (wb_measurement *)m);
}

void wbgo_metrics(wb_metrics *m, uintptr_t handle) {
  m->destroy = drop;
  SET(m, measured, measured, handle);
}

/* ---- files ---- */

static int32_t open_file(void *user_data, const char *name, size_t len, void **file) {
  uintptr_t handle = 0;
  const int32_t result = wbgoOpen(number(user_data), current, (char *)name, len, &handle);
  *file = (void *)handle;
  return result;
}

static int32_t stat_file(void *user_data, void *file, uint64_t *bytes, uint64_t *identity) {
  (void)user_data;
  return wbgoStat(number(file), current, bytes, identity);
}

static int32_t read_file(void *user_data, void *file, uint64_t offset, void *buffer, size_t len, size_t *done) {
  (void)user_data;
  return wbgoReadAt(number(file), current, offset, buffer, len, done);
}

static void close_file(void *user_data, void *file) {
  (void)user_data;
  wbgoClose(number(file), current);
}

static int32_t list_folder(void *user_data, const char *folder, size_t len, wb_io_entries *entries) {
  return wbgoList(number(user_data), current, (char *)folder, len, entries);
}

void wbgo_io(wb_io *io, uintptr_t handle) {
  io->destroy = drop;
  io->stat = stat_file;
  io->read_at = read_file;
  io->close = close_file;
  io->list = list_folder;
  SET(io, open, open_file, handle);
}

/* ---- memory, which is freed when nothing uses it any more ---- */

wb_status wbgo_open_memory(const wb_context *c, void *data, size_t len, const wb_open_options *o, wb_model **out,
                           wb_error **err) {
  return wb_model_open_memory(c, data, len, free, data, o, out, err);
}

static void give_back(void *user_data) { wbgoGiveBack(number(user_data), current); }

wb_status wbgo_open_lent(const wb_context *c, const void *data, size_t len, uintptr_t lender, const wb_open_options *o,
                         wb_model **out, wb_error **err) {
  return wb_model_open_memory(c, data, len, give_back, (void *)lender, o, out, err);
}

void wbgo_blob(wb_blob *blob, void *data, size_t len) {
  blob->data = data;
  blob->len = len;
  SET(blob, destroy, free, data);
}

void wbgo_free(void *block) { free(block); }

void wbgo_check_memory(void **memory) { (void)memory; }

/* ---- streams ---- */

void wbgo_stream(wb_cuda_options *o, uintptr_t stream) { o->stream = (void *)stream; }

wb_status wbgo_fence(const wb_placement *p, uintptr_t stream, wb_error **err) {
  return wb_placement_fence(p, (void *)stream, err);
}
