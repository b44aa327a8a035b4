/* rules_failures.c: failures that tests order. */
#include "rules.h"

enum { UNKNOWN = 45678 };

static int count;

static void the_nth_call_fails(void) {
  CONFIGURE("fail=cuDeviceGetCount@2=999,cuDriverGetVersion@1=45678");
  GOOD(cuDeviceGetCount(&count));
  EXPECT(UNKNOWN, cuDriverGetVersion(&count));
  EXPECT(999, cuDeviceGetCount(&count));
  GOOD(cuDeviceGetCount(&count));
  GOOD(cuDriverGetVersion(&count));
  CONFIGURE("fail=cuDeviceGetCount@1=7"); /* calls count from now on */
  EXPECT(7, cuDeviceGetCount(&count));
}

static void later_calls_fail_too(void) {
  CONFIGURE("fail=cuDeviceGetCount@2=999+");
  GOOD(cuDeviceGetCount(&count));
  for (int i = 0; i < 5; i++) {
    EXPECT(999, cuDeviceGetCount(&count));
  }
  CONFIGURE("fail=");
  GOOD(cuDeviceGetCount(&count));
}

static void any_call_may_fail(void) {
  CONFIGURE("fail=*@3=2");
  GOOD(cuDeviceGetCount(&count));
  GOOD(cuDriverGetVersion(&count));
  EXPECT(2, cuDeviceGetCount(&count));
  GOOD(cuDeviceGetCount(&count));
}

/* All that needs the context fails, until it is made anew; other contexts work. */
static void a_context_may_be_lost(void) {
  CUdeviceptr address = 0;
  CUstream stream = NULL;
  use(1);
  CUcontext lost = use(0), other = NULL;
  GOOD(cuStreamCreate(&stream, 0));
  CONFIGURE("fail=cuMemAlloc_v2@1=719!");
  EXPECT(LAUNCH_FAILED, cuMemAlloc_v2(&address, 1));
  EXPECT(LAUNCH_FAILED, cuMemAlloc_v2(&address, 1));
  EXPECT(LAUNCH_FAILED, cuStreamSynchronize(stream));
  EXPECT(LAUNCH_FAILED, cuStreamDestroy_v2(stream));
  EXPECT(LAUNCH_FAILED, cuCtxSynchronize());
  GOOD(cuCtxPopCurrent_v2(&other));
  CHECK(other == lost);
  GOOD(cuCtxSynchronize());
  GOOD(cuDevicePrimaryCtxRelease_v2(0));
  CHECK(no_complaint() && reported("streams") == 0); /* the program could not destroy it */
  use(0);
  GOOD(cuCtxSynchronize());
  stop_using(0);
  stop_using(1);
}

static void work_may_fail_later(void) {
  static unsigned char byte = 1;
  CUdeviceptr address = 0;
  CUevent event = NULL;
  struct gate gate;
  use(0);
  GOOD(cuMemAlloc_v2(&address, 1));
  GOOD(cuEventCreate(&event, 0));
  shut(&gate, NULL);
  CONFIGURE("fail=cuMemcpyHtoDAsync_v2@2=700~");
  GOOD(cuMemcpyHtoDAsync_v2(address, &byte, 1, NULL));
  GOOD(cuMemcpyHtoDAsync_v2(address, &byte, 1, NULL));
  GOOD(cuEventRecord(event, NULL));
  open_gate(&gate);
  EXPECT(700, cuEventSynchronize(event));
  EXPECT(700, cuMemFree_v2(address));
  CHECK(reported("bytes_to_devices") == 1 && holds(address, 1, 1));
  stop_using(0);
}

static void note(void *argument) {
  *(bool *)argument = true;
}

static void nothing_is_done_in_a_lost_context(void) {
  bool called = false;
  CUdeviceptr address = 0;
  struct gate gate;
  use(0);
  GOOD(cuMemAlloc_v2(&address, 1));
  shut(&gate, NULL);
  CONFIGURE("fail=cuMemsetD8Async@1=700~");
  GOOD(cuMemsetD8Async(address, 1, 1, NULL));
  GOOD(cuLaunchHostFunc(NULL, note, &called));
  open_gate(&gate);
  EXPECT(700, cuCtxSynchronize());
  CHECK(!called && holds(address, 1, 0xCB));
  stop_using(0);
}

/* What could not be given back by order is not the program's fault. */
static void ordered_leaks_are_excused(void) {
  CUdeviceptr address = 0;
  CUstream stream = NULL;
  CUevent event = NULL;
  void *memory = NULL;
  use(0);
  GOOD(cuMemAlloc_v2(&address, 1));
  GOOD(cuMemHostAlloc(&memory, 1, 0));
  GOOD(cuStreamCreate(&stream, 0));
  GOOD(cuEventCreate(&event, 0));
  CONFIGURE("fail=*@1=1+");
  EXPECT(1, cuMemFree_v2(address));
  EXPECT(1, cuMemFreeHost(memory));
  EXPECT(1, cuStreamDestroy_v2(stream));
  EXPECT(1, cuEventDestroy_v2(event));
  CONFIGURE("fail=");
  CHECK(reported("device_allocations") == 1 && reported("pinned_ranges") == 1);
  CHECK(reported("streams") == 1 && reported("events") == 1);
  stop_using(0);
  CHECK(no_complaint());
}

static void nonsense_is_refused(void) {
  static const char *const wrong[] = {"fail=cuNoSuchFunction@1=1", "fail=cuInit", "fail=cuInit@1", "fail=cuInit@0=1",
                                      "fail=cuInit@1=1?",          "fail=@1=1",   "sync",          "sync=yes",
                                      "nonsense=1",                "devices=17",  "sync=1 fail=?"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    check(cuStubConfigure(wrong[i]) != 0, wrong[i], __FILE__, __LINE__);
  }
}

const struct rule failure_rules[] = {
    {"the nth call fails", the_nth_call_fails},
    {"later calls fail too", later_calls_fail_too},
    {"any call may fail", any_call_may_fail},
    {"a context may be lost", a_context_may_be_lost},
    {"work may fail later", work_may_fail_later},
    {"nothing is done in a lost context", nothing_is_done_in_a_lost_context},
    {"ordered leaks are excused", ordered_leaks_are_excused},
    {"nonsense is refused", nonsense_is_refused},
    {NULL, NULL},
};
