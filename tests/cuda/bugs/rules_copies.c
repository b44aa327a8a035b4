/* rules_copies.c: what copies read, and when, and where they may go. */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

enum { SIZE = 3000 };

static CUdeviceptr target;
static unsigned char *pinned;

static void begin(void) {
  void *memory = NULL;
  use(0);
  GOOD(cuMemAlloc_v2(&target, SIZE));
  GOOD(cuMemHostAlloc(&memory, SIZE, PORTABLE));
  pinned = memory;
}

static void end(void) {
  GOOD(cuMemFree_v2(target));
  GOOD(cuMemFreeHost(pinned));
  stop_using(0);
}

static void pinned_sources_are_read_late(void) {
  struct gate gate;
  begin();
  shut(&gate, NULL);
  memset(pinned, 1, SIZE);
  GOOD(cuMemcpyHtoDAsync_v2(target, pinned, SIZE, NULL));
  memset(pinned, 2, SIZE);
  EXPECT(NOT_READY, cuStreamQuery(NULL));
  open_gate(&gate);
  GOOD(cuCtxSynchronize());
  CHECK(holds(target, SIZE, 2));
  CHECK(complained("the source of a copy changed while that was in flight (3000 bytes)"));
  CHECK(reported("pageable_copies") == 0 && reported("bytes_to_devices") == SIZE);
  end();
}

static void others_are_read_at_once(void) {
  static unsigned char pageable[SIZE];
  struct gate gate;
  begin();
  shut(&gate, NULL);
  memset(pageable, 1, SIZE);
  GOOD(cuMemcpyHtoDAsync_v2(target, pageable, SIZE, NULL));
  memset(pageable, 2, SIZE);
  EXPECT(NOT_READY, cuStreamQuery(NULL));
  open_gate(&gate);
  GOOD(cuMemcpyDtoHAsync_v2(pageable, target, SIZE, NULL));
  CHECK(pageable[0] == 1 && pageable[SIZE - 1] == 1);
  CHECK(reported("pageable_copies") == 1 && reported("pageable_copies_to_host") == 1 && no_complaint());
  end();
}

static void copies_may_be_done_at_once(void) {
  begin();
  CONFIGURE("sync=1");
  memset(pinned, 1, SIZE);
  GOOD(cuMemcpyHtoDAsync_v2(target, pinned, SIZE, NULL));
  memset(pinned, 2, SIZE);
  GOOD(cuStreamQuery(NULL));
  CHECK(holds(target, SIZE, 1) && no_complaint());
  end();
}

static void copies_may_move_nothing(void) {
  begin();
  CONFIGURE("copies=0");
  memset(pinned, 1, SIZE);
  GOOD(cuMemcpyHtoDAsync_v2(target, pinned, SIZE, NULL));
  memset(pinned, 2, SIZE);
  GOOD(cuStreamQuery(NULL));
  CHECK(holds(target, SIZE, 0xCB) && no_complaint() && reported("bytes_to_devices") == SIZE);
  end();
}

static void engines_are_slow_if_wanted(void) {
  CUevent start = NULL, stop = NULL;
  float milliseconds = 0;
  begin();
  CONFIGURE("mbps=1");
  GOOD(cuEventCreate(&start, 0));
  GOOD(cuEventCreate(&stop, 0));
  GOOD(cuEventRecord(start, NULL));
  GOOD(cuMemcpyHtoDAsync_v2(target, pinned, SIZE, NULL));
  GOOD(cuEventRecord(stop, NULL));
  GOOD(cuEventSynchronize(stop));
  GOOD(cuEventElapsedTime(&milliseconds, start, stop));
  CHECK(milliseconds >= 2.9F); /* 3000 bytes at a megabyte per second */
  GOOD(cuEventDestroy_v2(start));
  GOOD(cuEventDestroy_v2(stop));
  end();
}

static void bounds_are_kept(void) {
  CUdeviceptr other = 0;
  begin();
  EXPECT(INVALID_VALUE, cuMemcpyHtoDAsync_v2(target + 1, pinned, SIZE, NULL));
  CHECK(complained("a copy runs 1 bytes past the end of an allocation"));
  EXPECT(INVALID_VALUE, cuMemcpyHtoD_v2(target + 1, pinned, SIZE));
  EXPECT(INVALID_VALUE, cuMemcpyDtoHAsync_v2(pinned, target + SIZE, 1, NULL));
  CHECK(complained("device memory that is not allocated"));
  EXPECT(INVALID_VALUE, cuMemcpyHtoDAsync_v2(target, pinned + 1, SIZE, NULL));
  CHECK(complained("past the end of pinned memory"));
  EXPECT(INVALID_VALUE, cuMemcpyHtoDAsync_v2(target, (void *)(uintptr_t)target, 1, NULL));
  CHECK(complained("an address of a device as host memory"));
  EXPECT(INVALID_VALUE, cuMemsetD8Async(target, 0, SIZE + 1, NULL));
  use(1);
  GOOD(cuMemAlloc_v2(&other, SIZE));
  EXPECT(INVALID_VALUE, cuMemcpyHtoDAsync_v2(target, pinned, SIZE, NULL));
  CHECK(complained("a copy in a stream of device 1 uses memory of device 0"));
  GOOD(cuMemFree_v2(other));
  EXPECT(INVALID_VALUE, cuMemcpyHtoDAsync_v2(other, pinned, SIZE, NULL));
  stop_using(1);
  GOOD(cuMemcpyHtoDAsync_v2(target + SIZE, pinned, 0, NULL));
  CHECK(holds(target, SIZE, 0xCB) && reported("bytes_to_devices") == 0);
  end();
}

static void devices_copy_too(void) {
  CUdeviceptr twin = 0;
  begin();
  GOOD(cuMemAlloc_v2(&twin, SIZE));
  GOOD(cuMemsetD8Async(target, 9, SIZE, NULL));
  GOOD(cuMemcpyDtoDAsync_v2(twin, target, SIZE, NULL));
  GOOD(cuMemcpyDtoHAsync_v2(pinned, twin, SIZE, NULL));
  GOOD(cuCtxSynchronize());
  CHECK(pinned[0] == 9 && pinned[SIZE - 1] == 9 && no_complaint());
  GOOD(cuMemFree_v2(twin));
  end();
}

/* The layout of the driver's interface. */
struct side {
  size_t x, y;
  unsigned type;
  const void *host;
  CUdeviceptr device;
  void *array;
  size_t pitch;
};
struct copy_2d {
  struct side source, target;
  size_t width, height;
};

static void rectangles_are_copied(void) {
  enum { HOST = 1, DEVICE = 2, WIDTH = 20, HEIGHT = 30, PITCH = 50 };
  struct copy_2d copy = {.width = WIDTH, .height = HEIGHT};
  unsigned char row[PITCH];
  begin();
  for (int i = 0; i < SIZE; i++) {
    pinned[i] = (unsigned char)(i % 100);
  }
  copy.source = (struct side){.x = 7, .y = 1, .type = HOST, .host = pinned, .pitch = 60};
  copy.target = (struct side){.x = 3, .y = 2, .type = DEVICE, .device = target, .pitch = PITCH};
  GOOD(cuMemcpy2DAsync_v2(&copy, NULL));
  GOOD(cuCtxSynchronize());
  for (size_t y = 0; y < HEIGHT; y++) {
    CHECK(cuStubPeek(target + (y + 2) * PITCH, row, PITCH) == 0);
    CHECK(row[2] == 0xCB && row[3 + WIDTH] == 0xCB && memcmp(row + 3, pinned + (y + 1) * 60 + 7, WIDTH) == 0);
  }
  CHECK(no_complaint() && reported("bytes_to_devices") == WIDTH * HEIGHT);
  copy.height = SIZE / PITCH - 1;
  EXPECT(INVALID_VALUE, cuMemcpy2DAsync_v2(&copy, NULL)); /* too many rows for both sides */
  copy.height = HEIGHT;
  copy.target.pitch = WIDTH;
  EXPECT(INVALID_VALUE, cuMemcpy2DAsync_v2(&copy, NULL)); /* rows longer than the pitch */
  end();
}

const struct rule copy_rules[] = {
    {"pinned sources are read late", pinned_sources_are_read_late},
    {"others are read at once", others_are_read_at_once},
    {"copies may be done at once", copies_may_be_done_at_once},
    {"copies may move nothing", copies_may_move_nothing},
    {"engines are slow if wanted", engines_are_slow_if_wanted},
    {"bounds are kept", bounds_are_kept},
    {"devices copy too", devices_copy_too},
    {"rectangles are copied", rectangles_are_copied},
    {NULL, NULL},
};
