/* rules_memory.c: device memory. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rules.h"

enum { SMALL = 1000, LARGE = 5 << 20 };

static CUdeviceptr allocate(size_t size) {
  CUdeviceptr address = 0;
  GOOD(cuMemAlloc_v2(&address, size));
  CHECK(address != 0 && address % 256 == 0);
  return address;
}

static void fresh_memory_is_poisoned(void) {
  use(0);
  for (int round = 0; round < 3; round++) {
    CUdeviceptr small = allocate(SMALL), neighbour = allocate(SMALL), large = allocate(LARGE);
    CHECK(holds(small, SMALL, 0xCB) && holds(neighbour, SMALL, 0xCB) && holds(large, LARGE, 0xCB));
    GOOD(cuMemsetD8_v2(small, 1, SMALL));
    GOOD(cuMemsetD8_v2(large + 70000, 2, LARGE - 140000));
    CHECK(holds(small, SMALL, 1) && holds(neighbour, SMALL, 0xCB));
    CHECK(holds(large, 70000, 0xCB) && holds(large + LARGE - 70000, 70000, 0xCB));
    CHECK(holds(large + 70000, LARGE - 140000, 2));
    GOOD(cuMemFree_v2(small));
    GOOD(cuMemFree_v2(large));
    CHECK(holds(neighbour, SMALL, 0xCB));
    GOOD(cuMemFree_v2(neighbour));
  }
  stop_using(0);
  CHECK(no_complaint());
}

/* Addresses are used again when there is no other way, and the bytes there are poison again. */
static void reused_memory_is_poisoned(void) {
  CONFIGURE("memory_mb=8");
  use(0);
  for (int round = 0; round < 40; round++) {
    CUdeviceptr address = allocate(LARGE);
    CHECK(holds(address, LARGE, 0xCB));
    GOOD(cuMemsetD8_v2(address, 7, LARGE));
    GOOD(cuMemFree_v2(address));
  }
  stop_using(0);
}

static void memory_is_limited(void) {
  size_t available = 0, total = 0;
  CUdeviceptr address;
  CONFIGURE("memory_mb=8");
  use(0);
  CUdeviceptr small = allocate(1), large = allocate(4 << 20);
  GOOD(cuMemGetInfo_v2(&available, &total));
  CHECK(total == 8 << 20 && available < 4 << 20 && available >= 3 << 20);
  EXPECT(OUT_OF_MEMORY, cuMemAlloc_v2(&address, 4 << 20));
  EXPECT(OUT_OF_MEMORY, cuMemAlloc_v2(&address, SIZE_MAX));
  EXPECT(INVALID_VALUE, cuMemAlloc_v2(&address, 0));
  CHECK(reported("device_bytes") == (4 << 20) + 1);
  GOOD(cuMemFree_v2(small));
  GOOD(cuMemFree_v2(large));
  GOOD(cuMemFree_v2(0));
  GOOD(cuMemFree_v2(allocate(8 << 20)));
  GOOD(cuMemGetInfo_v2(&available, &total));
  CHECK(available == total && reported("device_bytes") == 0 && reported("device_bytes_peak") == 8 << 20);
  stop_using(0);
}

/* No page is spent on what nobody writes. */
static void much_memory_costs_nothing(void) {
  const size_t size = (size_t)150 << 30;
  CONFIGURE("memory_mb=200000");
  use(1);
  CUdeviceptr address = allocate(size);
  GOOD(cuMemsetD8_v2(address + size - SMALL, 5, SMALL));
  CHECK(holds(address + size - SMALL, SMALL, 5) && holds(address + size / 2, SMALL, 0xCB));
  GOOD(cuMemFree_v2(address));
  stop_using(1);
}

static void many_allocations(void) {
  enum { COUNT = 20000 };
  static CUdeviceptr addresses[COUNT];
  use(0);
  for (int i = 0; i < COUNT; i++) {
    GOOD(cuMemAlloc_v2(&addresses[i], 100));
  }
  CHECK(reported("device_allocations") == COUNT);
  for (int i = 0; i < COUNT; i++) {
    GOOD(cuMemFree_v2(addresses[i * 7919 % COUNT]));
  }
  stop_using(0);
  CHECK(no_complaint());
}

static void following_an_address_faults(void) {
  use(0);
  CUdeviceptr address = allocate(SMALL);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it */
    _exit(*(volatile unsigned char *)(uintptr_t)address);
  }
  int status = 0;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
  GOOD(cuMemFree_v2(address));
  stop_using(0);
}

static void the_driver_does_not_survive_a_fork(void) {
  pid_t child = fork();
  if (child == 0) {
    int count;
    _exit((int)cuDeviceGetCount(&count));
  }
  int status = 0;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == NOT_INITIALIZED);
}

static void wrong_frees_are_noticed(void) {
  use(0);
  CUdeviceptr address = allocate(SMALL);
  EXPECT(INVALID_VALUE, cuMemFree_v2(address + 1));
  GOOD(cuMemFree_v2(address));
  EXPECT(INVALID_VALUE, cuMemFree_v2(address));
  CHECK(reported("violations_in_all") == 2 && complained("device memory is freed that is not allocated"));
  stop_using(0);
}

static void freeing_under_a_copy_is_noticed(void) {
  static unsigned char bytes[SMALL];
  use(0);
  CONFIGURE("delay_us=200000"); /* freeing waits for it */
  CUdeviceptr address = allocate(SMALL);
  GOOD(cuMemcpyHtoDAsync_v2(address, bytes, SMALL, NULL));
  GOOD(cuMemFree_v2(address));
  CHECK(complained("device memory is freed with 1 copies in flight"));
  stop_using(0);
}

static void addresses_are_known(void) {
  enum { CONTEXT = 1, MEMORY_TYPE = 2, ORDINAL = 9, DEVICE = 2, HOST = 1 };
  CUdeviceptr base = 0;
  size_t size = 0;
  CUcontext owner = NULL;
  unsigned type = 0;
  int ordinal = -1;
  void *pinned = NULL;
  use(0);
  CUcontext context = use(1);
  CUdeviceptr address = allocate(SMALL), inside = address + SMALL - 1;
  GOOD(cuMemHostAlloc(&pinned, SMALL, 0));
  GOOD(cuMemGetAddressRange_v2(&base, &size, inside));
  CHECK(base == address && size == SMALL);
  EXPECT(NOT_FOUND, cuMemGetAddressRange_v2(&base, &size, address + SMALL));
  GOOD(cuPointerGetAttribute(&type, MEMORY_TYPE, inside));
  GOOD(cuPointerGetAttribute(&ordinal, ORDINAL, inside));
  GOOD(cuPointerGetAttribute(&owner, CONTEXT, inside));
  CHECK(type == DEVICE && ordinal == 1 && owner == context);
  GOOD(cuPointerGetAttribute(&type, MEMORY_TYPE, (CUdeviceptr)(uintptr_t)pinned));
  CHECK(type == HOST);
  EXPECT(INVALID_VALUE, cuPointerGetAttribute(&type, MEMORY_TYPE, (CUdeviceptr)(uintptr_t)&type));
  EXPECT(INVALID_VALUE, cuPointerGetAttribute(&type, MEMORY_TYPE, address + SMALL));
  GOOD(cuMemFreeHost(pinned));
  GOOD(cuMemFree_v2(address));
  EXPECT(INVALID_VALUE, cuPointerGetAttribute(&type, MEMORY_TYPE, inside));
  stop_using(1);
  stop_using(0);
  CHECK(no_complaint());
}

static void memory_goes_by_streams(void) {
  CUstream stream = NULL;
  CUdeviceptr address = 0;
  struct gate gate;
  use(0);
  GOOD(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  shut(&gate, stream);
  GOOD(cuMemAllocAsync(&address, SMALL, stream));
  GOOD(cuMemcpyDtoDAsync_v2(address, address + SMALL / 2, 10, stream));
  GOOD(cuMemFreeAsync(address, stream));
  EXPECT(INVALID_VALUE, cuMemFreeAsync(address, stream));
  CHECK(reported("device_allocations") == 1);
  open_gate(&gate);
  GOOD(cuStreamSynchronize(stream));
  CHECK(reported("device_allocations") == 0 && reported("violations_in_all") == 1);
  GOOD(cuStreamDestroy_v2(stream));
  stop_using(0);
}

const struct rule memory_rules[] = {
    {"fresh memory is poisoned", fresh_memory_is_poisoned},
    {"reused memory is poisoned", reused_memory_is_poisoned},
    {"memory is limited", memory_is_limited},
    {"much memory costs nothing", much_memory_costs_nothing},
    {"many allocations", many_allocations},
    {"following an address faults", following_an_address_faults},
    {"the driver does not survive a fork", the_driver_does_not_survive_a_fork},
    {"wrong frees are noticed", wrong_frees_are_noticed},
    {"freeing under a copy is noticed", freeing_under_a_copy_is_noticed},
    {"addresses are known", addresses_are_known},
    {"memory goes by streams", memory_goes_by_streams},
    {NULL, NULL},
};
