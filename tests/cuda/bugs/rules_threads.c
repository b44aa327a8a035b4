/* rules_threads.c: many threads use the same streams and events while the settings change, and nothing may hang. */
#include <pthread.h>
#include <string.h>

#include "rules.h"

enum { THREADS = 6, STEPS = 1500, DEVICES = 2, STREAMS = 5, EVENTS = 4, SIZE = 10000 };

static CUcontext contexts[DEVICES];
static CUstream streams[DEVICES][STREAMS]; /* two of which are the default ones */
static CUevent events[DEVICES][EVENTS];

static unsigned next(unsigned *state) {
  *state = *state * 1664525 + 1013904223;
  return *state >> 16;
}

static void count(void *argument) {
  __atomic_add_fetch((int *)argument, 1, __ATOMIC_RELAXED);
}

static void copy(const void *pinned, CUstream stream) {
  CUdeviceptr address = 0;
  GOOD(cuMemAllocAsync(&address, SIZE, stream));
  GOOD(cuMemcpyHtoDAsync_v2(address, pinned, SIZE, stream));
  GOOD(cuMemFreeAsync(address, stream));
}

static void use_brief_stream(unsigned flags, CUevent event) {
  CUstream brief = NULL;
  GOOD(cuStreamCreate(&brief, flags));
  GOOD(cuStreamWaitEvent(brief, event, 0));
  GOOD(cuStreamDestroy_v2(brief));
}

static void ask(CUevent event) {
  CUresult result = cuEventQuery(event);
  CHECK(result == 0 || result == NOT_READY);
}

static void step(unsigned random, int device, const void *pinned) {
  static int counted;
  CUstream stream = streams[device][random / 8 % STREAMS];
  CUevent event = events[device][random / 64 % EVENTS];
  switch (random % 8) {
    case 0:
      GOOD(cuEventRecord(event, stream));
      break;
    case 1:
      GOOD(cuStreamWaitEvent(stream, event, 0));
      break;
    case 2:
      GOOD(cuEventSynchronize(event));
      break;
    case 3:
      ask(event);
      break;
    case 4:
      GOOD(cuLaunchHostFunc(stream, count, &counted));
      break;
    case 5:
      use_brief_stream(random / 256 % 2, events[1 - device][0]);
      break;
    case 6:
      GOOD(cuStreamSynchronize(stream));
      break;
    default:
      copy(pinned, stream);
  }
}

static void *use_everything(void *argument) {
  unsigned number = *(const unsigned *)argument, state = number;
  int device = (int)(number % DEVICES);
  void *pinned = NULL;
  GOOD(cuCtxSetCurrent(contexts[device]));
  GOOD(cuMemHostAlloc(&pinned, SIZE, PORTABLE));
  memset(pinned, (int)number, SIZE);
  for (int i = 1; i <= STEPS; i++) {
    step(next(&state), device, pinned);
    if (i % 29 == 0) {
      CONFIGURE(i % 2 == 0 ? "sync=0" : "sync=1");
    }
  }
  GOOD(cuCtxSynchronize());
  GOOD(cuMemFreeHost(pinned));
  return NULL;
}

static void make(int device) {
  contexts[device] = use(device);
  for (int i = 0; i < STREAMS - 2; i++) {
    GOOD(cuStreamCreate(&streams[device][i], i % 2 == 0 ? 0 : CU_STREAM_NON_BLOCKING));
  }
  streams[device][STREAMS - 1] = (CUstream)(uintptr_t)2;
  for (int i = 0; i < EVENTS; i++) {
    GOOD(cuEventCreate(&events[device][i], CU_EVENT_DISABLE_TIMING));
  }
}

static void unmake(int device) {
  GOOD(cuCtxSynchronize());
  for (int i = 0; i < STREAMS - 2; i++) {
    GOOD(cuStreamDestroy_v2(streams[device][i]));
  }
  for (int i = 0; i < EVENTS; i++) {
    GOOD(cuEventDestroy_v2(events[device][i]));
  }
  stop_using(device);
}

static void threads_share_streams(void) {
  pthread_t threads[THREADS];
  unsigned numbers[THREADS];
  make(0);
  make(1);
  for (unsigned i = 0; i < THREADS; i++) {
    numbers[i] = i + 1;
    CHECK(pthread_create(&threads[i], NULL, use_everything, &numbers[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  unmake(1);
  unmake(0);
  CHECK(no_complaint() && reported("device_allocations") == 0);
}

const struct rule thread_rules[] = {
    {"threads share streams", threads_share_streams},
    {NULL, NULL},
};
