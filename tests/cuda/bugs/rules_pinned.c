/* rules_pinned.c: pinned host memory. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "rules.h"

enum { SIZE = 1 << 16, REGISTRABLE = 99 };

/* Far below everything else, where the kernel puts nothing by itself: what a test unmaps has to stay unmapped, whatever
 * another thread maps meanwhile. */
static unsigned char *map(void) {
  void *const place = (void *)((uintptr_t)1 << 45);
  void *memory = mmap(place, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  return memory;
}

static void memory_is_registered_once(void) {
  unsigned char *memory = map();
  use(0);
  GOOD(cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  EXPECT(ALREADY_REGISTERED, cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  EXPECT(ALREADY_REGISTERED, cuMemHostRegister_v2(memory + SIZE - 1, 1, PORTABLE));
  CHECK(reported("pinned_ranges") == 1 && reported("pinned_bytes") == SIZE);
  GOOD(cuMemHostUnregister(memory));
  CHECK(no_complaint());
  EXPECT(NOT_REGISTERED, cuMemHostUnregister(memory));
  CHECK(complained("cuMemHostUnregister of memory that is not") && reported("pinned_bytes") == 0);
  CHECK(munmap(memory, SIZE) == 0);
  EXPECT(INVALID_VALUE, cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  EXPECT(INVALID_VALUE, cuMemHostRegister_v2(NULL, SIZE, PORTABLE));
  stop_using(0);
}

static void the_driver_allocates(void) {
  unsigned char *memory = NULL;
  void *pinned = NULL;
  use(0);
  GOOD(cuMemHostAlloc(&pinned, SIZE + 1, PORTABLE));
  memory = pinned;
  memset(memory, 1, SIZE + 1);
  CHECK(reported("pinned_ranges") == 1 && reported("pinned_bytes_peak") == SIZE + 1);
  EXPECT(NOT_REGISTERED, cuMemHostUnregister(memory));
  EXPECT(INVALID_VALUE, cuMemFreeHost(memory + 1));
  GOOD(cuMemFreeHost(memory));
  EXPECT(INVALID_VALUE, cuMemFreeHost(memory));
  EXPECT(INVALID_VALUE, cuMemHostAlloc(&pinned, 0, 0));
  EXPECT(INVALID_VALUE, cuMemHostAlloc(&pinned, 1, 64));
  stop_using(0);
}

static void it_is_limited(void) {
  void *first = NULL, *second = NULL;
  CONFIGURE("pinned_mb=1");
  use(0);
  GOOD(cuMemHostAlloc(&first, (1 << 20) - SIZE, 0));
  EXPECT(OUT_OF_MEMORY, cuMemHostAlloc(&second, SIZE + 1, 0));
  GOOD(cuMemHostAlloc(&second, SIZE, 0));
  GOOD(cuMemFreeHost(first));
  GOOD(cuMemFreeHost(second));
  stop_using(0);
}

static void registering_may_be_unsupported(void) {
  unsigned char *memory = map();
  int registrable = -1;
  use(0);
  GOOD(cuDeviceGetAttribute(&registrable, REGISTRABLE, 0));
  CHECK(registrable == 1);
  CONFIGURE("register=0");
  GOOD(cuDeviceGetAttribute(&registrable, REGISTRABLE, 0));
  CHECK(registrable == 0);
  EXPECT(NOT_SUPPORTED, cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  stop_using(0);
  munmap(memory, SIZE);
}

/* Such a call waits for the copy: it has to be slow. */
static void giving_it_back_under_a_copy_is_noticed(void) {
  unsigned char *memory = map();
  void *pinned = NULL;
  CUdeviceptr address = 0;
  use(0);
  GOOD(cuMemAlloc_v2(&address, SIZE));
  GOOD(cuMemHostAlloc(&pinned, SIZE, 0));
  GOOD(cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  CONFIGURE("delay_us=200000");
  GOOD(cuMemcpyHtoDAsync_v2(address, memory, SIZE, NULL));
  GOOD(cuMemHostUnregister(memory));
  CHECK(complained("pinned memory is unregistered with 1 copies in flight"));
  munmap(memory, SIZE); /* the stand-in has waited */
  GOOD(cuMemcpyDtoHAsync_v2(pinned, address, SIZE, NULL));
  GOOD(cuMemFreeHost(pinned));
  CHECK(complained("pinned memory is freed with 1 copies in flight"));
  GOOD(cuMemFree_v2(address));
  stop_using(0);
}

static void unmapping_registered_memory_is_noticed(void) {
  unsigned char *memory = map();
  use(0);
  GOOD(cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  CHECK(no_complaint());
  munmap(memory, SIZE);
  CHECK(complained("memory is unmapped though it is still registered"));
  CHECK(reported("violations_in_all") == 1);
  GOOD(cuMemHostUnregister(memory));
  stop_using(0);
}

/* After unregistering has failed, the next call of the driver notices, and not only the report: until then something
 * else may have been mapped there. */
static void unmapping_after_a_failure_is_noticed(void) {
  unsigned char *memory = map();
  int count;
  use(0);
  GOOD(cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  CONFIGURE("fail=cuMemHostUnregister@1=999");
  EXPECT(999, cuMemHostUnregister(memory));
  munmap(memory, SIZE);
  GOOD(cuDeviceGetCount(&count));
  CHECK(mmap(memory, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  CHECK(complained("memory is unmapped though it is still registered"));
  stop_using(0);
  munmap(memory, SIZE);
}

/* The copy does not take the process with it. */
static void unmapping_under_a_copy_is_noticed(void) {
  unsigned char *memory = map();
  CUdeviceptr address = 0;
  struct gate gate;
  use(0);
  GOOD(cuMemAlloc_v2(&address, SIZE));
  GOOD(cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  shut(&gate, NULL);
  GOOD(cuMemcpyHtoDAsync_v2(address, memory, SIZE, NULL));
  munmap(memory, SIZE);
  open_gate(&gate);
  GOOD(cuCtxSynchronize());
  CHECK(complained("the source of a copy was unmapped while that was in flight"));
  GOOD(cuMemHostUnregister(memory));
  GOOD(cuMemFree_v2(address));
  stop_using(0);
}

/* A registration for one context only does not help another one. */
static void portability_counts(void) {
  unsigned char *memory = map();
  CUdeviceptr address = 0;
  use(0);
  GOOD(cuMemHostRegister_v2(memory, SIZE, 0));
  use(1);
  GOOD(cuMemAlloc_v2(&address, SIZE));
  GOOD(cuMemcpyHtoDAsync_v2(address, memory, SIZE, NULL));
  GOOD(cuCtxSynchronize());
  CHECK(reported("pageable_copies") == 1);
  GOOD(cuMemHostUnregister(memory));
  GOOD(cuMemHostRegister_v2(memory, SIZE, PORTABLE));
  GOOD(cuMemcpyHtoDAsync_v2(address, memory, SIZE, NULL));
  GOOD(cuCtxSynchronize());
  CHECK(reported("pageable_copies") == 1);
  GOOD(cuMemHostUnregister(memory));
  GOOD(cuMemFree_v2(address));
  stop_using(1);
  stop_using(0);
  munmap(memory, SIZE);
}

const struct rule pinned_rules[] = {
    {"memory is registered once", memory_is_registered_once},
    {"the driver allocates", the_driver_allocates},
    {"pinned memory is limited", it_is_limited},
    {"registering may be unsupported", registering_may_be_unsupported},
    {"giving pinned memory back under a copy is noticed", giving_it_back_under_a_copy_is_noticed},
    {"unmapping registered memory is noticed", unmapping_registered_memory_is_noticed},
    {"unmapping after a failure is noticed", unmapping_after_a_failure_is_noticed},
    {"unmapping under a copy is noticed", unmapping_under_a_copy_is_noticed},
    {"portability counts", portability_counts},
    {NULL, NULL},
};
