/* rules_report.c: devices, settings and the report. */
#include <stdio.h>
#include <string.h>

#include "rules.h"

static void devices_are_described(void) {
  char name[8], bus[32];
  size_t bytes = 0;
  int count = 0, major = 0;
  CUdevice device = -1;
  GOOD(cuDeviceGetCount(&count));
  CHECK(count == 2);
  GOOD(cuDeviceGet(&device, 1));
  CHECK(device == 1);
  EXPECT(INVALID_DEVICE, cuDeviceGet(&device, 2));
  GOOD(cuDeviceGetName(name, sizeof name, 1)); /* cut short */
  CHECK(strlen(name) == sizeof name - 1);
  GOOD(cuDeviceGetPCIBusId(bus, sizeof bus, 1));
  CHECK(strcmp(bus, "0000:11:00.0") == 0);
  GOOD(cuDeviceTotalMem_v2(&bytes, 1));
  CHECK(bytes == (size_t)512 << 20);
  GOOD(cuDeviceGetAttribute(&major, 75, 1));
  CHECK(major == 9);
}

static void settings_change(void) {
  int count = 0, version = 0;
  size_t bytes = 0;
  CONFIGURE("devices=5 memory_mb=3 driver=12345");
  GOOD(cuDeviceGetCount(&count));
  GOOD(cuDriverGetVersion(&version));
  GOOD(cuDeviceTotalMem_v2(&bytes, 4));
  CHECK(count == 5 && version == 12345 && bytes == 3 << 20);
  use(4);
  CHECK(cuStubConfigure("devices=1") != 0); /* there is a context */
  CONFIGURE("devices=5 sync=1");
  stop_using(4);
  CONFIGURE("init=803");
  EXPECT(803, cuInit(0));
  CONFIGURE("init=0 devices=0");
  EXPECT(NO_DEVICE, cuInit(0));
  cuStubReset();
  GOOD(cuInit(0));
  EXPECT(INVALID_VALUE, cuInit(1));
}

static void calls_are_counted(void) {
  int count;
  CUdeviceptr address;
  CHECK(reported("calls_in_all") == 0);
  GOOD(cuDeviceGetCount(&count));
  GOOD(cuDeviceGetCount(&count));
  EXPECT(INVALID_CONTEXT, cuMemAlloc_v2(&address, 1)); /* in vain, but a call */
  CHECK(reported("cuDeviceGetCount") == 2 && reported("cuMemAlloc_v2") == 1 && reported("calls_in_all") == 3);
  CONFIGURE("fail=");
  CHECK(reported("calls_in_all") == 3);
}

static void a_reset_frees_everything(void) {
  CUdeviceptr address = 0;
  CUstream stream = NULL;
  CUevent event = NULL;
  CUcontext context = NULL, own = NULL;
  void *memory = NULL;
  use(0);
  CONFIGURE("delay_us=1000");
  GOOD(cuMemAlloc_v2(&address, 100));
  GOOD(cuMemHostAlloc(&memory, 100, 0));
  GOOD(cuStreamCreate(&stream, 0));
  GOOD(cuEventCreate(&event, 0));
  for (int i = 0; i < 1000; i++) {
    GOOD(cuMemcpyHtoDAsync_v2(address, memory, 100, stream)); /* which would take a second */
  }
  GOOD(cuCtxCreate_v2(&own, 0, 1));
  cuStubReset();
  CHECK(reported("device_allocations") == 0 && reported("pinned_ranges") == 0 && reported("streams") == 0);
  CHECK(reported("events") == 0 && reported("other_contexts") == 0 && reported("device_bytes_peak") == 0);
  CHECK(reported("calls_in_all") == 0 && no_complaint() && cuStubPeek(address, &address, 1) != 0);
  GOOD(cuCtxGetCurrent(&context));
  CHECK(context == NULL);
  use(0);
  EXPECT(INVALID_HANDLE, cuStreamSynchronize(stream)); /* no handle is used twice */
  EXPECT(INVALID_HANDLE, cuEventDestroy_v2(event));
  stop_using(0);
}

static void a_report_may_be_too_long(void) {
  char text[20];
  memset(text, 'x', sizeof text);
  size_t length = cuStubReport(text, sizeof text);
  CHECK(length > sizeof text && strlen(text) == sizeof text - 1 && length == cuStubReport(NULL, 0));
  memset(text, 'x', sizeof text);
  CHECK(cuStubReport(text, 0) == length && text[0] == 'x');
}

static void errors_have_names(void) {
  const char *name = "";
  GOOD(cuGetErrorName(700, &name));
  CHECK(strcmp(name, "CUDA_ERROR_ILLEGAL_ADDRESS") == 0);
  EXPECT(INVALID_VALUE, cuGetErrorName(45678, &name));
  CHECK(name == NULL);
}

const struct rule report_rules[] = {
    {"devices are described", devices_are_described},
    {"settings change", settings_change},
    {"calls are counted", calls_are_counted},
    {"a reset frees everything", a_reset_frees_everything},
    {"a report may be too long", a_report_may_be_too_long},
    {"errors have names", errors_have_names},
    {NULL, NULL},
};
