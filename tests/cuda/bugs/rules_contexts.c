/* rules_contexts.c: contexts. */
#include "rules.h"

static void calls_need_a_context(void) {
  CUdeviceptr address;
  CUdevice device;
  CUcontext context = (CUcontext)&context;
  GOOD(cuCtxGetCurrent(&context));
  CHECK(context == NULL);
  EXPECT(INVALID_CONTEXT, cuCtxGetDevice(&device)); /* a way to ask */
  CHECK(no_complaint());
  EXPECT(INVALID_CONTEXT, cuMemAlloc_v2(&address, 1));
  CHECK(complained("cuMemAlloc_v2 without a current context"));
  EXPECT(INVALID_CONTEXT, cuCtxPopCurrent_v2(&context));
  EXPECT(INVALID_CONTEXT, cuCtxPushCurrent_v2((CUcontext)&address));
}

static void contexts_are_stacked(void) {
  CUcontext first = use(0), second = use(1), context = NULL;
  CUdevice device = -1;
  GOOD(cuCtxGetDevice(&device));
  CHECK(device == 1);
  GOOD(cuCtxSetCurrent(first));
  GOOD(cuCtxGetDevice(&device));
  CHECK(device == 0);
  GOOD(cuCtxSetCurrent(second));
  GOOD(cuCtxPopCurrent_v2(&context));
  CHECK(context == second);
  GOOD(cuCtxGetCurrent(&context));
  CHECK(context == first);
  GOOD(cuCtxSetCurrent(NULL));
  GOOD(cuCtxGetCurrent(&context));
  CHECK(context == NULL);
  GOOD(cuCtxSetCurrent(NULL));
  GOOD(cuDevicePrimaryCtxRelease_v2(0));
  GOOD(cuDevicePrimaryCtxRelease_v2(1));
}

static void has_none(void *argument) {
  CUcontext context = (CUcontext)argument;
  GOOD(cuCtxGetCurrent(&context));
  CHECK(context == NULL);
  GOOD(cuCtxSetCurrent((CUcontext)argument));
  GOOD(cuCtxSynchronize());
}

static void each_thread_has_its_own(void) {
  CUcontext mine = use(0), other = NULL, current = NULL;
  GOOD(cuDevicePrimaryCtxRetain(&other, 1));
  in_thread(has_none, other);
  GOOD(cuCtxGetCurrent(&current));
  CHECK(current == mine);
  GOOD(cuDevicePrimaryCtxRelease_v2(1));
  stop_using(0);
}

static void primary_contexts_are_counted(void) {
  CUcontext first = NULL, again = NULL;
  unsigned flags = 9;
  int active = 9;
  GOOD(cuDevicePrimaryCtxGetState(1, &flags, &active));
  CHECK(flags == 0 && active == 0);
  GOOD(cuDevicePrimaryCtxSetFlags_v2(1, 4));
  GOOD(cuDevicePrimaryCtxRetain(&first, 1));
  GOOD(cuDevicePrimaryCtxRetain(&again, 1));
  GOOD(cuDevicePrimaryCtxGetState(1, &flags, &active));
  CHECK(first == again && flags == 4 && active == 1);
  GOOD(cuDevicePrimaryCtxRelease_v2(1));
  GOOD(cuCtxSetCurrent(first));
  GOOD(cuCtxSynchronize());
  GOOD(cuDevicePrimaryCtxRelease_v2(1));
  EXPECT(CONTEXT_IS_DESTROYED, cuCtxSynchronize());
  EXPECT(CONTEXT_IS_DESTROYED, cuCtxPushCurrent_v2(first));
  CHECK(no_complaint());
  EXPECT(INVALID_CONTEXT, cuDevicePrimaryCtxRelease_v2(1));
  CHECK(complained("the primary context of device 1 is released more often than retained"));
  EXPECT(INVALID_DEVICE, cuDevicePrimaryCtxRetain(&first, 2));
  EXPECT(INVALID_DEVICE, cuDevicePrimaryCtxRetain(&first, -1));
}

static void leftovers_are_noticed(void) {
  CUcontext context = use(0);
  CUdeviceptr address;
  CUstream stream;
  CUevent event;
  void *memory;
  GOOD(cuMemAlloc_v2(&address, 1));
  GOOD(cuMemHostAlloc(&memory, 1, 0));
  GOOD(cuStreamCreate(&stream, 0));
  GOOD(cuEventCreate(&event, 0));
  CHECK(reported("device_allocations") == 1 && reported("pinned_ranges") == 1 && reported("streams") == 1);
  CHECK(reported("events") == 1);
  stop_using(0);
  CHECK(complained("a context of device 0 is destroyed with 1 allocations, 1 pinned ranges, 1 streams, 1 events"));
  CHECK(reported("device_allocations") == 0 && reported("pinned_ranges") == 0 && reported("streams") == 0);
  EXPECT(CONTEXT_IS_DESTROYED, cuCtxPushCurrent_v2(context));
}

static void work_in_flight_is_noticed(void) {
  static unsigned char byte;
  CUdeviceptr address;
  use(0);
  GOOD(cuMemAlloc_v2(&address, 1));
  CONFIGURE("delay_us=200000"); /* destroying waits for it */
  GOOD(cuMemcpyHtoDAsync_v2(address, &byte, 1, NULL));
  stop_using(0);
  CHECK(complained("a context of device 0 is destroyed with work in flight"));
}

static void a_host_may_have_its_own(void) {
  CUcontext own = NULL, current = NULL;
  CUcontext primary = use(0);
  GOOD(cuCtxCreate_v2(&own, 0, 0));
  GOOD(cuCtxGetCurrent(&current));
  CHECK(current == own && own != primary && reported("other_contexts") == 1);
  EXPECT(INVALID_CONTEXT, cuCtxDestroy_v2(primary));
  GOOD(cuCtxDestroy_v2(own));
  GOOD(cuCtxGetCurrent(&current));
  CHECK(current == primary && reported("other_contexts") == 0);
  EXPECT(CONTEXT_IS_DESTROYED, cuCtxDestroy_v2(own));
  stop_using(0);
}

const struct rule context_rules[] = {
    {"calls need a context", calls_need_a_context},
    {"contexts are stacked", contexts_are_stacked},
    {"each thread has its own", each_thread_has_its_own},
    {"primary contexts are counted", primary_contexts_are_counted},
    {"leftovers are noticed", leftovers_are_noticed},
    {"work in flight is noticed", work_in_flight_is_noticed},
    {"a host may have its own", a_host_may_have_its_own},
    {NULL, NULL},
};
