/* rules_capture.c: the capture of streams. */
#include "rules.h"

enum { NONE = 0, ACTIVE = 1, INVALIDATED = 2 };

static CUcontext context;
static CUstream stream, fork_stream;
static CUevent event;

static void begin(int mode) {
  context = use(0);
  GOOD(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  GOOD(cuStreamCreate(&fork_stream, CU_STREAM_NON_BLOCKING));
  GOOD(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
  GOOD(cuStreamBeginCapture_v2(stream, mode));
}

/* Ends the capture, which may have been spoilt. */
static void end(CUresult expected) {
  CUgraph graph = NULL;
  EXPECT(expected, cuStreamEndCapture(stream, &graph));
  CHECK((graph != NULL) == (expected == 0));
  if (graph != NULL) {
    GOOD(cuGraphDestroy(graph));
  }
  GOOD(cuStreamSynchronize(stream));
  GOOD(cuEventDestroy_v2(event));
  GOOD(cuStreamDestroy_v2(stream));
  GOOD(cuStreamDestroy_v2(fork_stream));
  stop_using(0);
}

static int status_of(CUstream asked) {
  int status = -1;
  GOOD(cuStreamIsCapturing(asked, &status));
  return status;
}

static void enter(int mode) {
  GOOD(cuCtxSetCurrent(context));
  GOOD(cuThreadExchangeStreamCaptureMode(&mode));
  CHECK(mode == CAPTURE_GLOBAL);
}

static void unsafe_in_global(void *argument) {
  CUdeviceptr address = 0;
  (void)argument;
  enter(CAPTURE_GLOBAL);
  EXPECT(CAPTURE_UNSUPPORTED, cuMemAlloc_v2(&address, 1));
}

static void unsafe_in(void *argument) {
  CUdeviceptr address = 0;
  void *memory = NULL;
  CUevent own = NULL;
  enter(*(int *)argument);
  GOOD(cuMemAlloc_v2(&address, 1));
  GOOD(cuMemHostAlloc(&memory, 1, 0));
  GOOD(cuEventCreate(&own, 0));
  GOOD(cuEventRecord(own, fork_stream));
  GOOD(cuEventSynchronize(own));
  GOOD(cuEventQuery(own));
  GOOD(cuEventDestroy_v2(own));
  GOOD(cuMemFreeHost(memory));
  GOOD(cuMemFree_v2(address));
}

static void unsafe_calls_spoil_a_capture(void) {
  begin(CAPTURE_GLOBAL);
  CHECK(status_of(stream) == ACTIVE && status_of(fork_stream) == NONE);
  in_thread(unsafe_in_global, NULL);
  CHECK(status_of(stream) == INVALIDATED && complained("cuMemAlloc_v2 spoils a stream capture"));
  end(CAPTURE_INVALIDATED);
}

static void relaxed_threads_spoil_nothing(void) {
  int mode = CAPTURE_RELAXED;
  begin(CAPTURE_GLOBAL);
  in_thread(unsafe_in, &mode);
  mode = CAPTURE_THREAD_LOCAL; /* it minds the captures of its own thread only */
  in_thread(unsafe_in, &mode);
  CHECK(status_of(stream) == ACTIVE && no_complaint());
  end(0);
}

/* So do threads of the default mode, if the capture itself is not of the global mode. */
static void captures_may_be_of_one_thread(void) {
  int mode = CAPTURE_GLOBAL;
  CUdeviceptr address = 0;
  begin(CAPTURE_THREAD_LOCAL);
  in_thread(unsafe_in, &mode);
  CHECK(no_complaint());
  EXPECT(CAPTURE_UNSUPPORTED, cuMemAlloc_v2(&address, 1));
  end(CAPTURE_INVALIDATED);
}

static void each_unsafe_call_is_refused(void) {
  CUdeviceptr address = 0;
  void *memory = NULL;
  static unsigned char byte;
  begin(CAPTURE_GLOBAL);
  EXPECT(CAPTURE_UNSUPPORTED, cuMemFree_v2(address));
  EXPECT(CAPTURE_UNSUPPORTED, cuMemHostAlloc(&memory, 1, 0));
  EXPECT(CAPTURE_UNSUPPORTED, cuMemFreeHost(memory));
  EXPECT(CAPTURE_UNSUPPORTED, cuMemHostRegister_v2(&byte, 1, 0));
  EXPECT(CAPTURE_UNSUPPORTED, cuMemHostUnregister(&byte));
  EXPECT(CAPTURE_UNSUPPORTED, cuEventQuery(event));
  EXPECT(CAPTURE_UNSUPPORTED, cuEventSynchronize(event));
  EXPECT(CAPTURE_UNSUPPORTED, cuCtxSynchronize());
  end(CAPTURE_INVALIDATED);
}

static void a_capturing_stream_is_not_waited_for(void) {
  begin(CAPTURE_RELAXED);
  GOOD(cuStreamSynchronize(fork_stream));
  CHECK(status_of(stream) == ACTIVE);
  EXPECT(CAPTURE_UNSUPPORTED, cuStreamSynchronize(stream));
  CHECK(status_of(stream) == INVALIDATED);
  EXPECT(CAPTURE_INVALIDATED, cuEventRecord(event, stream));
  end(CAPTURE_INVALIDATED);
}

static void captured_work_is_not_done(void) {
  CUdeviceptr address = 0;
  use(0);
  GOOD(cuMemAlloc_v2(&address, 100));
  begin(CAPTURE_GLOBAL);
  GOOD(cuMemsetD8Async(address, 1, 100, stream));
  GOOD(cuEventRecord(event, stream));
  GOOD(cuStreamWaitEvent(fork_stream, event, 0)); /* joins */
  CHECK(status_of(fork_stream) == ACTIVE);
  GOOD(cuMemsetD8Async(address, 1, 100, fork_stream));
  GOOD(cuEventRecord(event, fork_stream));
  GOOD(cuStreamWaitEvent(stream, event, 0));
  end(0);
  CHECK(holds(address, 100, 0xCB) && no_complaint());
  GOOD(cuMemFree_v2(address));
  stop_using(0);
}

static void outer_events_are_no_concern(void) {
  begin(CAPTURE_GLOBAL);
  GOOD(cuStreamWaitEvent(stream, event, 0)); /* nothing was recorded */
  GOOD(cuEventRecord(event, fork_stream));
  EXPECT(CAPTURE_ISOLATION, cuStreamWaitEvent(stream, event, 0));
  CHECK(complained("waiting for an event that was recorded outside spoils a stream capture"));
  end(CAPTURE_INVALIDATED);
}

static void captured_events_mean_nothing_outside(void) {
  CUgraph graph = NULL;
  begin(CAPTURE_RELAXED);
  GOOD(cuEventRecord(event, stream));
  EXPECT(CAPTURED_EVENT, cuEventSynchronize(event));
  EXPECT(CAPTURE_UNMATCHED, (cuStreamWaitEvent(fork_stream, event, 0), cuStreamEndCapture(fork_stream, &graph)));
  GOOD(cuStreamEndCapture(stream, &graph));
  EXPECT(CAPTURED_EVENT, cuStreamWaitEvent(fork_stream, event, 0));
  GOOD(cuGraphDestroy(graph));
  EXPECT(INVALID_HANDLE, cuGraphDestroy(graph));
  end(ILLEGAL_STATE); /* it is over */
}

static void end_elsewhere(void *argument) {
  CUgraph graph = NULL;
  (void)argument;
  GOOD(cuCtxSetCurrent(context));
  EXPECT(CAPTURE_WRONG_THREAD, cuStreamEndCapture(stream, &graph));
}

static void captures_end_where_they_began(void) {
  begin(CAPTURE_GLOBAL);
  EXPECT(ILLEGAL_STATE, cuStreamBeginCapture_v2(stream, CAPTURE_GLOBAL));
  in_thread(end_elsewhere, NULL);
  end(0);
}

static void the_legacy_stream_is_not_for_captures(void) {
  CUstream blocking = NULL;
  CUdeviceptr address = 0;
  CUgraph graph = NULL;
  use(0);
  GOOD(cuMemAlloc_v2(&address, 1));
  GOOD(cuStreamCreate(&blocking, 0));
  EXPECT(CAPTURE_UNSUPPORTED, cuStreamBeginCapture_v2(NULL, CAPTURE_RELAXED));
  GOOD(cuStreamBeginCapture_v2(blocking, CAPTURE_RELAXED));
  EXPECT(CAPTURE_IMPLICIT, cuMemsetD8Async(address, 0, 1, NULL));
  EXPECT(CAPTURE_INVALIDATED, cuStreamEndCapture(blocking, &graph));
  GOOD(cuMemsetD8Async(address, 0, 1, NULL));
  GOOD(cuStreamDestroy_v2(blocking));
  GOOD(cuCtxSynchronize());
  GOOD(cuMemFree_v2(address));
  stop_using(0);
}

const struct rule capture_rules[] = {
    {"unsafe calls spoil a capture", unsafe_calls_spoil_a_capture},
    {"relaxed threads spoil nothing", relaxed_threads_spoil_nothing},
    {"captures may be of one thread", captures_may_be_of_one_thread},
    {"each unsafe call is refused", each_unsafe_call_is_refused},
    {"a capturing stream is not waited for", a_capturing_stream_is_not_waited_for},
    {"captured work is not done", captured_work_is_not_done},
    {"outer events are no concern", outer_events_are_no_concern},
    {"captured events mean nothing outside", captured_events_mean_nothing_outside},
    {"captures end where they began", captures_end_where_they_began},
    {"the legacy stream is not for captures", the_legacy_stream_is_not_for_captures},
    {NULL, NULL},
};
