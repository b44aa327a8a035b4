/* stream.c: see stream.h. */
#include "stream.h"

#include <signal.h>
#include <stdlib.h>

#include "capture.h"
#include "handles.h"
#include "lock.h"
#include "settings.h"
#include "thread.h"

static uint64_t sequence; /* of the operation that was queued last */

struct stream *stream_new(struct context *context, unsigned flags) {
  struct stream *stream = calloc(1, sizeof *stream);
  if (stream == NULL) {
    return NULL;
  }
  stream->context = context;
  stream->flags = flags;
  stream->references = 1;
  pthread_cond_init(&stream->work, NULL);
  stream->next = context->streams;
  context->streams = stream;
  return stream;
}

void stream_release(struct stream *stream) {
  if (--stream->references > 0) {
    return;
  }
  struct stream **link = &stream->context->streams;
  while (*link != stream) {
    link = &(*link)->next;
  }
  *link = stream->next;
  pthread_cond_destroy(&stream->work);
  free(stream);
  announce_progress();
}

void stream_close(struct stream *stream) {
  capture_loses(stream);
  handle_retire(stream->handle);
  stream->handle = NULL;
  stream->closing = true;
  pthread_cond_signal(&stream->work);
  stream_release(stream);
}

/* Does the operation whose turn it is. */
static void run_first(struct stream *stream) {
  struct operation *operation = stream->first;
  stream->running = true;
  operation_run(operation, stream->context);
  stream->running = false;
  stream->first = operation->next;
  stream->last = stream->first != NULL ? stream->last : NULL;
  operation_free(operation);
  announce_progress();
}

static void *work(void *argument) {
  struct stream *stream = argument;
  lock();
  while (stream->first != NULL || !stream->closing) {
    if (stream->first != NULL && !stream->running) {
      run_first(stream);
    } else {
      wait_on(&stream->work);
    }
  }
  stream->has_worker = false;
  stream_release(stream);
  unlock();
  return NULL;
}

/* Starts the worker, unless it is there. Signals are for the program's own threads. */
static bool start_worker(struct stream *stream) {
  if (!stream->has_worker) {
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    stream->has_worker = pthread_create(&thread, NULL, work, stream) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (stream->has_worker) {
      pthread_detach(thread);
      stream->references++;
    }
  }
  return stream->has_worker;
}

static uint64_t oldest(const struct stream *stream) {
  return stream->first != NULL ? stream->first->sequence : UINT64_MAX;
}

/* Does what is queued in the calling thread, up to an operation; some of it may be done by others. */
static void run_up_to(struct stream *stream, uint64_t last) {
  stream->references++;
  while (oldest(stream) <= last) {
    if (stream->running) {
      wait_for_progress();
    } else {
      run_first(stream);
    }
  }
  pthread_cond_signal(&stream->work);
  stream_release(stream);
}

static void append(struct stream *stream, struct operation *operation) {
  operation->sequence = ++sequence;
  if (stream->first == NULL) {
    stream->first = operation;
  } else {
    stream->last->next = operation;
  }
  stream->last = operation;
  if (operation->at_once || settings_inline() || !start_worker(stream)) {
    run_up_to(stream, operation->sequence);
  } else {
    pthread_cond_signal(&stream->work);
  }
}

/* Has what will be queued in `later` wait for what is queued in `earlier`. */
static CUresult order(struct stream *later, struct stream *earlier) {
  if (later == earlier || stream_idle(earlier)) {
    return CUDA_SUCCESS;
  }
  struct record *record = record_new();
  struct operation *mark = operation_new(OPERATION_RECORD), *wait = operation_new(OPERATION_WAIT);
  if (record == NULL || mark == NULL || wait == NULL) {
    record_release(record);
    operation_free(mark);
    operation_free(wait);
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  mark->record = record;
  wait->record = record_share(record);
  append(earlier, mark);
  append(later, wait);
  return CUDA_SUCCESS;
}

/* The legacy stream waits for all blocking streams of its context, and they wait for it. */
static CUresult order_by_default(struct stream *stream) {
  struct stream *legacy = stream->context->defaults[0];
  CUresult result = CUDA_SUCCESS;
  if ((stream->flags & CU_STREAM_NON_BLOCKING) != 0) {
    return CUDA_SUCCESS;
  }
  if (stream != legacy) {
    return order(stream, legacy);
  }
  for (struct stream *other = stream->context->streams; other != NULL && result == CUDA_SUCCESS;) {
    other->references++; /* the lock may be given up */
    if ((other->flags & CU_STREAM_NON_BLOCKING) == 0) {
      result = order(stream, other);
    }
    struct stream *next = other->next;
    stream_release(other);
    other = next;
  }
  return result;
}

CUresult stream_submit(struct stream *stream, struct operation *operation) {
  if (operation == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  if (capture_of(stream) != 0) { /* a graph would get it; here nobody would run that */
    operation_free(operation);
    return CUDA_SUCCESS;
  }
  operation->failure = this_thread()->failure;
  this_thread()->failure = CUDA_SUCCESS;
  stream->references++; /* the lock may be given up */
  CUresult result = order_by_default(stream);
  if (result == CUDA_SUCCESS) {
    append(stream, operation);
  } else {
    operation_free(operation);
  }
  stream_release(stream);
  return result;
}

bool stream_idle(const struct stream *stream) {
  return stream->first == NULL;
}

void stream_drain(struct stream *stream) {
  uint64_t last = sequence;
  stream->references++;
  while (oldest(stream) <= last) {
    wait_for_progress();
  }
  stream_release(stream);
}

static bool busy(const struct context *context, uint64_t last) {
  for (const struct stream *stream = context->streams; stream != NULL; stream = stream->next) {
    if (oldest(stream) <= last) {
      return true;
    }
  }
  return false;
}

bool streams_busy(const struct context *context) {
  return busy(context, sequence);
}

void streams_drain(struct context *context) {
  uint64_t last = sequence;
  while (busy(context, last)) {
    wait_for_progress();
  }
}

void streams_close(struct context *context) {
  for (struct stream *stream = context->streams; stream != NULL;) {
    struct stream *next = stream->next;
    if (!stream->closing) {
      stream_close(stream);
    }
    stream = next;
  }
  while (context->streams != NULL) {
    wait_for_progress();
  }
}

size_t streams_count(const struct context *context) {
  size_t found = 0;
  for (const struct stream *stream = context->streams; stream != NULL; stream = stream->next) {
    found += stream->handle != NULL && !stream->excused;
  }
  return found;
}

CUresult stream_find(CUstream handle, struct stream **stream) {
  uintptr_t value = (uintptr_t)handle;
  *stream = value <= 2 ? context_current()->defaults[value == 2] : handle_object(HANDLE_STREAM, handle);
  return *stream != NULL ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

CUresult stream_for_work(CUstream handle, struct stream **stream) {
  CUresult result = stream_find(handle, stream);
  if (result == CUDA_SUCCESS && (*stream)->context != context_current()) {
    result = CUDA_ERROR_INVALID_HANDLE;
  }
  return result == CUDA_SUCCESS ? capture_admit(*stream) : result;
}
