/* event.c: see event.h. */
#include "event.h"

#include <stdlib.h>

#include "capture.h"
#include "clock.h"
#include "entry.h"
#include "handles.h"
#include "lock.h"
#include "stream.h"

struct record *record_new(void) {
  struct record *record = calloc(1, sizeof *record);
  if (record != NULL) {
    record->references = 1;
  }
  return record;
}

struct record *record_share(struct record *record) {
  record->references++;
  return record;
}

void record_release(struct record *record) {
  if (record != NULL && --record->references == 0) {
    free(record);
  }
}

void record_complete(struct record *record) {
  record->done = true;
  record->time = clock_now();
}

void record_wait(const struct record *record) {
  while (!record->done) {
    wait_for_progress();
  }
}

CUresult event_find(CUevent handle, struct event **event) {
  *event = handle_object(HANDLE_EVENT, handle);
  return *event != NULL ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

static void drop(struct event *event) {
  handle_retire(event->handle);
  record_release(event->record);
  free(event);
}

void events_free(const struct context *context) {
  struct event *event;
  for (size_t cursor = 0; (event = handle_next(HANDLE_EVENT, &cursor)) != NULL;) {
    if (event->context == context) {
      drop(event);
    }
  }
}

size_t events_count(const struct context *context) {
  const struct event *event;
  size_t found = 0;
  for (size_t cursor = 0; (event = handle_next(HANDLE_EVENT, &cursor)) != NULL;) {
    found += event->context == context && !event->excused;
  }
  return found;
}

static CUresult create(CUevent *out, unsigned flags) {
  unsigned known = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING | CU_EVENT_INTERPROCESS;
  bool untimed = (flags & CU_EVENT_DISABLE_TIMING) != 0;
  if (out == NULL || (flags & ~known) != 0 || ((flags & CU_EVENT_INTERPROCESS) != 0 && !untimed)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  struct event *event = calloc(1, sizeof *event);
  if (event == NULL || (event->handle = handle_new(HANDLE_EVENT, event)) == NULL) {
    free(event);
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  event->context = context_current();
  event->flags = flags;
  *out = event->handle;
  return CUDA_SUCCESS;
}

static CUresult destroy(CUevent handle) {
  struct event *event;
  CUresult result = event_find(handle, &event);
  if (result == CUDA_SUCCESS) {
    drop(event);
  }
  return result;
}

static void excuse(CUevent handle) {
  struct event *event = handle_object(HANDLE_EVENT, handle);
  if (event != NULL) {
    event->excused = true;
  }
}

/* Makes a record the last one of an event, if that is still there: submitting may have given up the lock. */
static void adopt(CUevent handle, struct record *made) {
  struct event *event = handle_object(HANDLE_EVENT, handle);
  struct record *before = made;
  if (event != NULL) {
    before = event->record;
    event->record = made;
  }
  record_release(before);
}

static CUresult record(CUevent handle, CUstream stream_handle) {
  struct event *event;
  struct stream *stream;
  CUresult result = event_find(handle, &event);
  if (result != CUDA_SUCCESS || (result = stream_for_work(stream_handle, &stream)) != CUDA_SUCCESS) {
    return result;
  }
  if (event->context != stream->context) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  struct record *made = record_new();
  struct operation *operation = operation_new(OPERATION_RECORD);
  if (made == NULL || operation == NULL) {
    record_release(made);
    operation_free(operation);
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  made->capture = capture_of(stream);
  operation->record = record_share(made);
  result = stream_submit(stream, operation);
  /* Not before: nobody may wait for a record that is not yet in its queue. */
  if (result == CUDA_SUCCESS) {
    adopt(handle, made);
  } else {
    record_release(made);
  }
  return result;
}

/* The record that a thread asks about; one that was captured is none. */
static CUresult find_record(CUevent handle, struct event **event) {
  CUresult result = event_find(handle, event);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  const struct record *last = (*event)->record;
  return last != NULL && last->capture != 0 ? CUDA_ERROR_CAPTURED_EVENT : (*event)->context->lost;
}

static CUresult query(CUevent handle) {
  struct event *event;
  CUresult result = find_record(handle, &event);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  return event->record == NULL || event->record->done ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

static CUresult synchronize(CUevent handle) {
  struct event *event;
  CUresult result = find_record(handle, &event);
  if (result != CUDA_SUCCESS || event->record == NULL) {
    return result;
  }
  const struct context *context = event->context;
  struct record *awaited = record_share(event->record);
  record_wait(awaited);
  record_release(awaited);
  return context->lost;
}

static CUresult elapsed(float *milliseconds, CUevent start_handle, CUevent end_handle) {
  struct event *start, *end;
  CUresult result = find_record(start_handle, &start);
  if (result != CUDA_SUCCESS || (result = find_record(end_handle, &end)) != CUDA_SUCCESS) {
    return result;
  }
  bool untimed = ((start->flags | end->flags) & CU_EVENT_DISABLE_TIMING) != 0;
  if (untimed || start->record == NULL || end->record == NULL || start->context != end->context) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  if (!start->record->done || !end->record->done) {
    return CUDA_ERROR_NOT_READY;
  }
  *milliseconds = (float)((double)(int64_t)(end->record->time - start->record->time) / 1e6);
  return CUDA_SUCCESS;
}

API CUresult cuEventCreate(CUevent *out, unsigned flags) {
  ENTER(cuEventCreate, NEEDS_CONTEXT)
  return leave(create(out, flags));
}

API CUresult cuEventDestroy_v2(CUevent event) {
  ENTER_RELEASE(cuEventDestroy_v2, NEEDS_CONTEXT, excuse(event))
  return leave(destroy(event));
}

API CUresult cuEventRecord(CUevent event, CUstream stream) {
  ENTER(cuEventRecord, NEEDS_CONTEXT)
  return leave(record(event, stream));
}

API CUresult cuEventQuery(CUevent event) {
  ENTER(cuEventQuery, NEEDS_CONTEXT | UNSAFE)
  return leave(query(event));
}

API CUresult cuEventSynchronize(CUevent event) {
  ENTER(cuEventSynchronize, NEEDS_CONTEXT | UNSAFE)
  return leave(synchronize(event));
}

API CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
  ENTER(cuEventElapsedTime, NEEDS_CONTEXT)
  return leave(elapsed(milliseconds, start, end));
}

#if STUB_LEVEL >= 12080
API CUresult cuEventElapsedTime_v2(float *milliseconds, CUevent start, CUevent end) {
  ENTER(cuEventElapsedTime_v2, NEEDS_CONTEXT)
  return leave(elapsed(milliseconds, start, end));
}
#endif
