/* capture.c: see capture.h. */
#include "capture.h"

#include <stdlib.h>

#include "entry.h"
#include "event.h"
#include "handles.h"
#include "report.h"
#include "stream.h"
#include "thread.h"

struct capture {
  uint64_t number;
  int mode;
  uint64_t thread; /* that began it */
  const struct stream *origin;
  bool spoilt;
  struct capture *next;
};

static struct capture *captures;
static uint64_t numbers;

static bool forbids(const struct capture *capture, const struct thread *thread) {
  bool own = capture->thread == thread->id;
  switch (thread->capture_mode) {
    case CU_CAPTURE_MODE_RELAXED:
      return false;
    case CU_CAPTURE_MODE_THREAD_LOCAL:
      return own && capture->mode != CU_CAPTURE_MODE_RELAXED;
    default:
      return capture->mode == CU_CAPTURE_MODE_GLOBAL || (own && capture->mode != CU_CAPTURE_MODE_RELAXED);
  }
}

CUresult captures_forbid(const char *symbol) {
  CUresult result = CUDA_SUCCESS;
  for (struct capture *capture = captures; capture != NULL; capture = capture->next) {
    if (forbids(capture, this_thread())) {
      violation("%s spoils a stream capture: the thread is not in the relaxed mode", symbol);
      capture->spoilt = true;
      result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
  }
  return result;
}

static struct capture *find(uint64_t number) {
  struct capture *capture = captures;
  while (capture != NULL && capture->number != number) {
    capture = capture->next;
  }
  return capture;
}

/* The capture that a stream is in, or NULL: streams keep the number of one that has ended. */
static struct capture *holding(const struct stream *stream) {
  return find(stream->capture);
}

uint64_t capture_of(const struct stream *stream) {
  return holding(stream) != NULL ? stream->capture : 0;
}

/* The legacy stream would wait for streams that are being captured. */
static CUresult admit_legacy(const struct context *context) {
  CUresult result = CUDA_SUCCESS;
  for (const struct stream *stream = context->streams; stream != NULL; stream = stream->next) {
    struct capture *capture = holding(stream);
    if (capture != NULL && (stream->flags & CU_STREAM_NON_BLOCKING) == 0) {
      violation("work in the legacy stream spoils the capture of a blocking stream");
      capture->spoilt = true;
      result = CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
  }
  return result;
}

CUresult capture_admit(const struct stream *stream) {
  if (stream == stream->context->defaults[0]) {
    return admit_legacy(stream->context);
  }
  const struct capture *capture = holding(stream);
  return capture != NULL && capture->spoilt ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_SUCCESS;
}

CUresult capture_forbids_waiting(const struct stream *stream) {
  struct capture *capture = holding(stream);
  if (capture == NULL) {
    return CUDA_SUCCESS;
  }
  violation("waiting for a stream spoils the capture of that");
  capture->spoilt = true;
  return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

CUresult capture_meets(struct stream *stream, const struct record *record, unsigned flags, bool *wait) {
  struct capture *own = holding(stream), *other = find(record->capture);
  *wait = record->capture == 0;
  if (own == other) {
    return record->capture != 0 && other == NULL ? CUDA_ERROR_CAPTURED_EVENT : CUDA_SUCCESS;
  }
  if (own == NULL) { /* it joins, as when work is forked */
    stream->capture = other->number;
    return CUDA_SUCCESS;
  }
  if (other != NULL) {
    own->spoilt = other->spoilt = true;
    return CUDA_ERROR_STREAM_CAPTURE_MERGE;
  }
  if ((flags & CU_EVENT_WAIT_EXTERNAL) != 0) {
    return CUDA_SUCCESS;
  }
  violation("waiting for an event that was recorded outside spoils a stream capture");
  own->spoilt = true;
  return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
}

static void end(struct capture *capture) {
  struct capture **link = &captures;
  while (*link != capture) {
    link = &(*link)->next;
  }
  *link = capture->next;
  free(capture);
}

void capture_loses(const struct stream *stream) {
  struct capture *capture = holding(stream);
  if (capture != NULL && capture->origin == stream) {
    end(capture);
  } else if (capture != NULL) {
    capture->spoilt = true;
  }
}

static CUresult begin(CUstream handle, int mode) {
  struct stream *stream;
  CUresult result = stream_for_work(handle, &stream);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  if (mode < CU_CAPTURE_MODE_GLOBAL || mode > CU_CAPTURE_MODE_RELAXED) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (stream == stream->context->defaults[0]) {
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  }
  if (holding(stream) != NULL) {
    return CUDA_ERROR_ILLEGAL_STATE;
  }
  struct capture *capture = malloc(sizeof *capture);
  if (capture == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  *capture = (struct capture){++numbers, mode, this_thread()->id, stream, false, captures};
  stream->capture = capture->number;
  captures = capture;
  return CUDA_SUCCESS;
}

static CUresult new_graph(CUgraph *out) {
  static char graph; /* all are alike */
  *out = handle_new(HANDLE_GRAPH, &graph);
  return *out != NULL ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

static CUresult finish(CUstream handle, CUgraph *out) {
  struct stream *stream;
  CUresult result = stream_find(handle, &stream);
  *out = NULL;
  if (result != CUDA_SUCCESS) {
    return result;
  }
  struct capture *capture = holding(stream);
  if (capture == NULL) {
    return CUDA_ERROR_ILLEGAL_STATE;
  }
  if (capture->origin != stream) {
    return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
  }
  if (capture->thread != this_thread()->id && capture->mode != CU_CAPTURE_MODE_RELAXED) {
    return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
  }
  result = capture->spoilt ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : new_graph(out);
  end(capture);
  return result;
}

static CUresult status(CUstream handle, int *out) {
  struct stream *stream;
  CUresult result = stream_find(handle, &stream);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  const struct capture *capture = holding(stream);
  *out = CU_CAPTURE_STATUS_NONE;
  if (capture != NULL) {
    *out = capture->spoilt ? CU_CAPTURE_STATUS_INVALIDATED : CU_CAPTURE_STATUS_ACTIVE;
  }
  return CUDA_SUCCESS;
}

static CUresult exchange_mode(int *mode) {
  struct thread *thread = this_thread();
  int before = thread->capture_mode;
  if (*mode < CU_CAPTURE_MODE_GLOBAL || *mode > CU_CAPTURE_MODE_RELAXED) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  thread->capture_mode = *mode;
  *mode = before;
  return CUDA_SUCCESS;
}

static CUresult destroy_graph(CUgraph graph) {
  if (handle_object(HANDLE_GRAPH, graph) == NULL) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  handle_retire(graph);
  return CUDA_SUCCESS;
}

API CUresult cuStreamBeginCapture_v2(CUstream stream, int mode) {
  ENTER(cuStreamBeginCapture_v2, NEEDS_CONTEXT)
  return leave(begin(stream, mode));
}

API CUresult cuStreamEndCapture(CUstream stream, CUgraph *out) {
  ENTER(cuStreamEndCapture, NEEDS_CONTEXT)
  return leave(finish(stream, out));
}

API CUresult cuStreamIsCapturing(CUstream stream, int *out) {
  ENTER(cuStreamIsCapturing, NEEDS_CONTEXT)
  return leave(status(stream, out));
}

API CUresult cuThreadExchangeStreamCaptureMode(int *mode) {
  ENTER(cuThreadExchangeStreamCaptureMode, NEEDS_DRIVER)
  return leave(exchange_mode(mode));
}

API CUresult cuGraphDestroy(CUgraph graph) {
  ENTER(cuGraphDestroy, NEEDS_DRIVER)
  return leave(destroy_graph(graph));
}
