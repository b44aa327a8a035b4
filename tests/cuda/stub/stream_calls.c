/* stream_calls.c: the calls about streams. */
#include "capture.h"
#include "entry.h"
#include "handles.h"
#include "stream.h"

static CUresult create(CUstream *out, unsigned flags) {
  if (out == NULL || (flags & ~(unsigned)CU_STREAM_NON_BLOCKING) != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  struct stream *stream = stream_new(context_current(), flags);
  if (stream == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  stream->handle = handle_new(HANDLE_STREAM, stream);
  *out = stream->handle;
  if (stream->handle == NULL) {
    stream_close(stream);
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  return CUDA_SUCCESS;
}

static CUresult destroy(CUstream handle) {
  struct stream *stream = handle_object(HANDLE_STREAM, handle);
  if (stream == NULL) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  stream_close(stream);
  return CUDA_SUCCESS;
}

static void excuse(CUstream handle) {
  struct stream *stream = handle_object(HANDLE_STREAM, handle);
  if (stream != NULL) {
    stream->excused = true;
  }
}

/* A stream that may be waited for. */
static CUresult find_to_wait(CUstream handle, struct stream **stream) {
  CUresult result = stream_find(handle, stream);
  return result == CUDA_SUCCESS ? capture_forbids_waiting(*stream) : result;
}

static CUresult synchronize(CUstream handle) {
  struct stream *stream;
  CUresult result = find_to_wait(handle, &stream);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  const struct context *context = stream->context;
  stream_drain(stream);
  return context->lost;
}

static CUresult query(CUstream handle) {
  struct stream *stream;
  CUresult result = find_to_wait(handle, &stream);
  if (result != CUDA_SUCCESS || (result = stream->context->lost) != CUDA_SUCCESS) {
    return result;
  }
  return stream_idle(stream) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

static CUresult wait_event(CUstream handle, CUevent event_handle, unsigned flags) {
  struct stream *stream;
  struct event *event;
  bool wait;
  CUresult result = stream_for_work(handle, &stream);
  if (result != CUDA_SUCCESS || (result = event_find(event_handle, &event)) != CUDA_SUCCESS) {
    return result;
  }
  if (event->record == NULL) {
    return CUDA_SUCCESS;
  }
  result = capture_meets(stream, event->record, flags, &wait);
  if (result != CUDA_SUCCESS || !wait) {
    return result;
  }
  struct operation *operation = operation_new(OPERATION_WAIT);
  if (operation != NULL) {
    operation->record = record_share(event->record);
  }
  return stream_submit(stream, operation);
}

static CUresult get_context(CUstream handle, CUcontext *out) {
  struct stream *stream;
  CUresult result = stream_find(handle, &stream);
  if (result == CUDA_SUCCESS) {
    *out = stream->context->handle;
  }
  return result;
}

static CUresult get_flags(CUstream handle, unsigned *out) {
  struct stream *stream;
  CUresult result = stream_find(handle, &stream);
  if (result == CUDA_SUCCESS) {
    *out = stream->flags;
  }
  return result;
}

static CUresult call(CUstream handle, void (*function)(void *), void *argument) {
  struct stream *stream;
  CUresult result = stream_for_work(handle, &stream);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  struct operation *operation = operation_new(OPERATION_CALL);
  if (operation != NULL) {
    operation->function = function;
    operation->argument = argument;
  }
  return stream_submit(stream, operation);
}

API CUresult cuStreamCreate(CUstream *out, unsigned flags) {
  ENTER(cuStreamCreate, NEEDS_CONTEXT)
  return leave(create(out, flags));
}

API CUresult cuStreamCreateWithPriority(CUstream *out, unsigned flags, int priority) {
  (void)priority;
  ENTER(cuStreamCreateWithPriority, NEEDS_CONTEXT)
  return leave(create(out, flags));
}

API CUresult cuStreamDestroy_v2(CUstream stream) {
  ENTER_RELEASE(cuStreamDestroy_v2, NEEDS_CONTEXT, excuse(stream))
  return leave(destroy(stream));
}

API CUresult cuStreamSynchronize(CUstream stream) {
  ENTER(cuStreamSynchronize, NEEDS_CONTEXT)
  return leave(synchronize(stream));
}

API CUresult cuStreamQuery(CUstream stream) {
  ENTER(cuStreamQuery, NEEDS_CONTEXT)
  return leave(query(stream));
}

API CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  ENTER(cuStreamWaitEvent, NEEDS_CONTEXT)
  return leave(wait_event(stream, event, flags));
}

API CUresult cuStreamGetCtx(CUstream stream, CUcontext *out) {
  ENTER(cuStreamGetCtx, NEEDS_CONTEXT)
  return leave(get_context(stream, out));
}

API CUresult cuStreamGetFlags(CUstream stream, unsigned *out) {
  ENTER(cuStreamGetFlags, NEEDS_CONTEXT)
  return leave(get_flags(stream, out));
}

API CUresult cuLaunchHostFunc(CUstream stream, void (*function)(void *), void *argument) {
  ENTER(cuLaunchHostFunc, NEEDS_CONTEXT)
  return leave(call(stream, function, argument));
}
