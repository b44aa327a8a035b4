/* upload.c: see upload.h. */
#include "upload.h"

#include <pthread.h>
#include <string.h>

#include "bug.h"
#include "findings.h"
#include "ring.h"

/* Reads the blocks that a range is in; returns where in the slot the range begins. */
static size_t read_blocks(const struct upload *upload, size_t start, size_t size, unsigned char *slot) {
  size_t first = start / BLOCK * BLOCK, end = (start + size + BLOCK - 1) / BLOCK * BLOCK;
  memcpy(slot, upload->source + first, end - first);
  return bug_is(SKEW_FORGOTTEN) ? 0 : start - first;
}

static bool send_chunk(struct upload *upload, size_t at, struct slot *slot, CUstream stream) {
  size_t left = upload->size - at, size = left < upload->slot_size ? left : upload->slot_size;
  if (!bug_is(SLOT_REUSED) && !slot_wait(slot)) {
    return false;
  }
  size_t skew = read_blocks(upload, upload->start + at, size, slot->bytes);
  CUdeviceptr target = upload->target + at + bug_is(OFF_BY_ONE);
  if (!TRY(cuMemcpyHtoDAsync_v2(target, slot->bytes + skew, size, stream))) {
    return false;
  }
  slot->busy = TRY(cuEventRecord(slot->event, stream));
  return slot->busy;
}

/* Sends chunks until none is left or something has failed. */
static bool send_all(struct upload *upload, struct ring *ring, CUstream stream) {
  for (unsigned turn = 0; !atomic_load(&upload->failed); turn = (turn + 1) % ring->depth) {
    size_t at = atomic_fetch_add(&upload->next, upload->slot_size);
    if (at >= upload->size) {
      return true;
    }
    if (!send_chunk(upload, at, &ring->slots[turn], stream)) {
      return false;
    }
  }
  return false;
}

/* Changes the mode to the relaxed one, in which calls are permitted while some thread captures a stream; or back. */
static bool exchange_mode(int *mode) {
  return bug_is(CAPTURE_SPOILT) || TRY(cuThreadExchangeStreamCaptureMode(mode));
}

static bool fill(struct upload *upload) {
  struct ring ring;
  CUstream stream;
  if (!TRY(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING))) {
    return false;
  }
  bool sent = ring_make(&ring, upload->depth, upload->slot_size + 2 * BLOCK) && send_all(upload, &ring, stream);
  bool given_back = ring_give_back(&ring, stream);
  return TRY(cuStreamDestroy_v2(stream)) && sent && given_back;
}

static void *filler(void *argument) {
  struct upload *upload = argument;
  int mode = CAPTURE_RELAXED;
  bool ready = bug_is(CONTEXT_NOT_PUSHED) || TRY(cuCtxSetCurrent(upload->context));
  if (!ready || !exchange_mode(&mode) || !fill(upload)) {
    atomic_store(&upload->failed, true);
  }
  return NULL;
}

static void run_fillers(struct upload *upload) {
  pthread_t threads[MAX_THREADS];
  unsigned started = 0;
  while (started < upload->threads && pthread_create(&threads[started], NULL, filler, upload) == 0) {
    started++;
  }
  if (started == 0) {
    atomic_store(&upload->failed, true);
  }
  while (started > 0) {
    pthread_join(threads[--started], NULL);
  }
}

/* The upload's context is current in the calling thread between these two. */
static bool enter(const struct upload *upload, int *mode) {
  *mode = CAPTURE_RELAXED;
  if (!exchange_mode(mode)) {
    return false;
  }
  bool pushed = TRY(cuCtxPushCurrent_v2(upload->context));
  if (!pushed) {
    exchange_mode(mode);
  }
  return pushed;
}

static bool leave(int mode) {
  CUcontext popped;
  bool back = exchange_mode(&mode);
  return (bug_is(CONTEXT_LEFT) || TRY(cuCtxPopCurrent_v2(&popped))) && back;
}

bool upload_run(struct upload *upload) {
  int mode;
  if (!TRY(cuDevicePrimaryCtxRetain(&upload->context, upload->device))) {
    return false;
  }
  bool entered = enter(upload, &mode);
  bool allocated = entered && TRY(cuMemAlloc_v2(&upload->target, upload->size));
  if (allocated) {
    run_fillers(upload);
  }
  bool failed = !allocated || atomic_load(&upload->failed);
  if (allocated && failed && !bug_is(MEMORY_LEAKED)) {
    TRY(cuMemFree_v2(upload->target));
  }
  if (entered) {
    leave(mode);
  }
  if (failed) {
    TRY(cuDevicePrimaryCtxRelease_v2(upload->device));
  }
  return !failed;
}

bool upload_give_back(struct upload *upload) {
  int mode;
  bool entered = enter(upload, &mode);
  bool freed = entered && TRY(cuMemFree_v2(upload->target));
  bool left = entered && leave(mode);
  return TRY(cuDevicePrimaryCtxRelease_v2(upload->device)) && freed && left;
}
