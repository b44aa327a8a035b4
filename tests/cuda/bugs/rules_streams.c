/* rules_streams.c: streams and events. */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

enum { SIZE = 4096 };

static CUdeviceptr memory;
static unsigned char *pinned;
static CUstream first, second;
static CUevent event;

static void begin(unsigned flags) {
  void *host = NULL;
  use(0);
  GOOD(cuMemAlloc_v2(&memory, SIZE));
  GOOD(cuMemHostAlloc(&host, SIZE, PORTABLE));
  pinned = host;
  memset(pinned, 1, SIZE);
  GOOD(cuStreamCreate(&first, flags));
  GOOD(cuStreamCreate(&second, flags));
  GOOD(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
}

static void end(void) {
  GOOD(cuCtxSynchronize());
  GOOD(cuEventDestroy_v2(event));
  GOOD(cuStreamDestroy_v2(first));
  GOOD(cuStreamDestroy_v2(second));
  GOOD(cuMemFreeHost(pinned));
  GOOD(cuMemFree_v2(memory));
  stop_using(0);
}

static void events_order_streams(void) {
  struct gate gate;
  begin(CU_STREAM_NON_BLOCKING);
  GOOD(cuEventQuery(event));
  shut(&gate, first);
  GOOD(cuMemcpyHtoDAsync_v2(memory, pinned, SIZE, first));
  GOOD(cuEventRecord(event, first));
  EXPECT(NOT_READY, cuEventQuery(event));
  GOOD(cuStreamWaitEvent(second, event, 0));
  GOOD(cuMemsetD8Async(memory, 2, SIZE / 2, second));
  open_gate(&gate);
  GOOD(cuStreamSynchronize(second));
  GOOD(cuEventQuery(event));
  CHECK(holds(memory, SIZE / 2, 2) && holds(memory + SIZE / 2, SIZE / 2, 1) && no_complaint());
  end();
}

/* Whoever waits for an event waits for what it had recorded then. */
static void events_are_recorded_anew(void) {
  struct gate near, far;
  begin(CU_STREAM_NON_BLOCKING);
  shut(&near, first);
  GOOD(cuEventRecord(event, first));
  GOOD(cuStreamWaitEvent(second, event, 0));
  shut(&far, first);
  GOOD(cuEventRecord(event, first));
  open_gate(&near);
  GOOD(cuStreamSynchronize(second));
  EXPECT(NOT_READY, cuEventQuery(event));
  open_gate(&far);
  GOOD(cuEventSynchronize(event));
  GOOD(cuStreamQuery(first));
  end();
}

static void events_may_go_while_they_are_awaited(void) {
  CUevent brief = NULL;
  begin(CU_STREAM_NON_BLOCKING);
  CONFIGURE("delay_us=5000");
  GOOD(cuEventCreate(&brief, CU_EVENT_BLOCKING_SYNC));
  GOOD(cuMemcpyHtoDAsync_v2(memory, pinned, SIZE, first));
  GOOD(cuEventRecord(brief, first));
  GOOD(cuStreamWaitEvent(second, brief, 0));
  GOOD(cuEventDestroy_v2(brief));
  GOOD(cuStreamSynchronize(second));
  CHECK(holds(memory, SIZE, 1) && no_complaint());
  end();
}

static void events_measure_time(void) {
  CUevent start = NULL, stop = NULL;
  float milliseconds = -1;
  struct gate gate;
  begin(0);
  GOOD(cuEventCreate(&start, 0));
  GOOD(cuEventCreate(&stop, CU_EVENT_BLOCKING_SYNC));
  EXPECT(INVALID_HANDLE, cuEventElapsedTime(&milliseconds, start, stop));
  CONFIGURE("delay_us=20000");
  GOOD(cuEventRecord(start, first));
  shut(&gate, first);
  GOOD(cuMemcpyHtoDAsync_v2(memory, pinned, SIZE, first));
  GOOD(cuEventRecord(stop, first));
  EXPECT(NOT_READY, cuEventElapsedTime(&milliseconds, start, stop));
  open_gate(&gate);
  GOOD(cuEventSynchronize(stop));
  GOOD(cuEventElapsedTime(&milliseconds, start, stop));
  CHECK(milliseconds >= 19.9F);
  GOOD(cuEventRecord(event, first));
  EXPECT(INVALID_HANDLE, cuEventElapsedTime(&milliseconds, start, event)); /* which has no time */
  GOOD(cuEventDestroy_v2(start));
  GOOD(cuEventDestroy_v2(stop));
  end();
}

/* The legacy stream waits for blocking streams, and they wait for it. */
static void the_legacy_stream_orders_blocking_ones(void) {
  struct gate gate, legacy;
  begin(0);
  shut(&gate, first);
  GOOD(cuMemcpyHtoDAsync_v2(memory, pinned, SIZE, first));
  shut(&legacy, NULL);
  GOOD(cuMemsetD8Async(memory, 2, SIZE, NULL));
  GOOD(cuMemsetD8Async(memory, 3, SIZE / 2, second));
  CONFIGURE("delay_us=20000"); /* for the copy, if nothing else waits for that */
  open_gate(&legacy);
  open_gate(&gate);
  GOOD(cuCtxSynchronize());
  CHECK(holds(memory, SIZE / 2, 3) && holds(memory + SIZE / 2, SIZE / 2, 2));
  end();
}

static void the_legacy_stream_leaves_others_alone(void) {
  struct gate gate;
  begin(CU_STREAM_NON_BLOCKING);
  shut(&gate, first);
  GOOD(cuMemcpyHtoDAsync_v2(memory, pinned, SIZE, first));
  GOOD(cuMemsetD8_v2(memory, 2, SIZE));
  EXPECT(NOT_READY, cuStreamQuery(first));
  open_gate(&gate);
  GOOD(cuStreamSynchronize(first));
  CHECK(holds(memory, SIZE, 1));
  end();
}

static void default_streams_have_handles(void) {
  CUstream legacy = (CUstream)(uintptr_t)1, per_thread = (CUstream)(uintptr_t)2;
  CUcontext context = NULL, current = NULL;
  struct gate gate;
  begin(0);
  shut(&gate, per_thread);
  GOOD(cuMemcpyHtoDAsync_v2(memory, pinned, SIZE, per_thread));
  EXPECT(NOT_READY, cuStreamQuery(per_thread));
  GOOD(cuStreamQuery(legacy));
  GOOD(cuMemsetD8Async(memory, 4, SIZE, legacy));
  open_gate(&gate);
  GOOD(cuStreamSynchronize(NULL));
  CHECK(holds(memory, SIZE, 4));
  GOOD(cuCtxGetCurrent(&current));
  GOOD(cuStreamGetCtx(per_thread, &context));
  CHECK(context == current);
  end();
}

static void note(void *argument) {
  int count;
  *(CUresult *)argument = cuDeviceGetCount(&count);
}

static void host_functions_may_not_call(void) {
  CUresult result = 0;
  begin(0);
  GOOD(cuLaunchHostFunc(first, note, &result));
  GOOD(cuStreamSynchronize(first));
  CHECK(result == NOT_PERMITTED && complained("cuDeviceGetCount is called by a host function of a stream"));
  end();
}

static void destroyed_streams_finish(void) {
  CUstream brief = NULL;
  begin(0);
  CONFIGURE("delay_us=5000");
  GOOD(cuStreamCreate(&brief, CU_STREAM_NON_BLOCKING));
  GOOD(cuMemcpyHtoDAsync_v2(memory, pinned, SIZE, brief));
  GOOD(cuStreamDestroy_v2(brief));
  GOOD(cuCtxSynchronize());
  CHECK(holds(memory, SIZE, 1) && no_complaint());
  EXPECT(INVALID_HANDLE, cuStreamSynchronize(brief));
  CHECK(complained("a destroyed stream is used"));
  end();
}

static void handles_are_checked(void) {
  CUstream junk = (CUstream)(uintptr_t)0x12345;
  CUevent gone = NULL;
  unsigned flags = 0;
  begin(CU_STREAM_NON_BLOCKING);
  EXPECT(INVALID_HANDLE, cuStreamSynchronize(junk));
  EXPECT(INVALID_HANDLE, cuEventQuery((CUevent)(void *)first));
  EXPECT(INVALID_VALUE, cuStreamCreate(&junk, 8));
  EXPECT(INVALID_VALUE, cuEventCreate(&gone, 64));
  EXPECT(INVALID_VALUE, cuEventCreate(&gone, 4)); /* for processes, but with time */
  GOOD(cuStreamGetFlags(first, &flags));
  CHECK(flags == CU_STREAM_NON_BLOCKING && no_complaint());
  GOOD(cuEventCreate(&gone, 0));
  GOOD(cuEventDestroy_v2(gone));
  EXPECT(INVALID_HANDLE, cuEventDestroy_v2(gone));
  CHECK(complained("a destroyed event is used"));
  end();
}

static void contexts_do_not_mix(void) {
  CUcontext context = NULL;
  CUcontext own = use(0);
  begin(0);
  use(1);
  EXPECT(INVALID_HANDLE, cuMemsetD8Async(memory, 0, SIZE, first));
  EXPECT(INVALID_HANDLE, cuEventRecord(event, first));
  EXPECT(INVALID_HANDLE, cuEventRecord(event, NULL));
  GOOD(cuStreamGetCtx(first, &context));
  CHECK(context == own);
  GOOD(cuStreamSynchronize(first));
  stop_using(1);
  GOOD(cuEventRecord(event, first));
  CUcontext other = use(1);
  GOOD(cuStreamWaitEvent(NULL, event, 0)); /* events order devices */
  GOOD(cuCtxSynchronize());
  CHECK(other != own);
  stop_using(1);
  end();
  stop_using(0);
}

const struct rule stream_rules[] = {
    {"events order streams", events_order_streams},
    {"events are recorded anew", events_are_recorded_anew},
    {"events may go while they are awaited", events_may_go_while_they_are_awaited},
    {"events measure time", events_measure_time},
    {"the legacy stream orders blocking ones", the_legacy_stream_orders_blocking_ones},
    {"the legacy stream leaves others alone", the_legacy_stream_leaves_others_alone},
    {"default streams have handles", default_streams_have_handles},
    {"host functions may not call", host_functions_may_not_call},
    {"destroyed streams finish", destroyed_streams_finish},
    {"handles are checked", handles_are_checked},
    {"contexts do not mix", contexts_do_not_mix},
    {NULL, NULL},
};
