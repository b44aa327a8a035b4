/* ring.c: see ring.h. */
#define _GNU_SOURCE
#include "ring.h"

#include <string.h>
#include <sys/mman.h>

#include "bug.h"
#include "findings.h"

static bool map(struct ring *ring) {
  void *memory = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    finding("no memory for the ring");
    return false;
  }
  ring->memory = memory;
  ring->pinned = !bug_is(RING_NOT_PINNED) && TRY(cuMemHostRegister_v2(ring->memory, ring->size, PORTABLE));
  return ring->pinned || bug_is(RING_NOT_PINNED);
}

bool ring_make(struct ring *ring, unsigned depth, size_t slot_size) {
  memset(ring, 0, sizeof *ring);
  ring->size = depth * slot_size;
  if (!map(ring)) {
    return false;
  }
  for (unsigned i = 0; i < depth; i++) {
    struct slot *slot = &ring->slots[i];
    slot->bytes = ring->memory + i * slot_size;
    if (!TRY(cuEventCreate(&slot->event, CU_EVENT_DISABLE_TIMING | CU_EVENT_BLOCKING_SYNC))) {
      return false;
    }
    ring->depth++;
  }
  return true;
}

bool slot_wait(struct slot *slot) {
  bool over = !slot->busy || TRY(cuEventSynchronize(slot->event));
  slot->busy = slot->busy && !over;
  return over;
}

static bool destroy_events(struct ring *ring) {
  bool destroyed = true;
  for (unsigned i = 0; i < ring->depth; i++) {
    destroyed = TRY(cuEventDestroy_v2(ring->slots[i].event)) && destroyed;
  }
  return destroyed;
}

bool ring_give_back(struct ring *ring, CUstream stream) {
  /* The events would not do: that of the last copy may have failed to be recorded. */
  bool over = bug_is(RING_NOT_DRAINED) || TRY(cuStreamSynchronize(stream));
  bool destroyed = bug_is(EVENTS_LEAKED) || destroy_events(ring);
  bool free = over && (!ring->pinned || TRY(cuMemHostUnregister(ring->memory)));
  if (ring->memory != NULL && (free || bug_is(RING_UNMAPPED))) {
    munmap(ring->memory, ring->size);
  }
  return free && destroyed;
}
