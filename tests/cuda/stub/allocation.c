/* allocation.c: see allocation.h. */
#include "allocation.h"

#include <stdlib.h>
#include <string.h>

#include "lock.h"
#include "report.h"

static const uint64_t small_alignment = 512, large_alignment = 2 << 20;

static uint64_t round_up(uint64_t value, uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/* The index of the first allocation above an address. */
static size_t above(const struct device *device, CUdeviceptr address) {
  size_t low = 0, high = device->allocation_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (device->allocations[middle]->address > address) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/* The first gap at or after `from` that is large enough; 0 if there is none. */
static CUdeviceptr find_gap(const struct device *device, CUdeviceptr from, uint64_t size, uint64_t alignment) {
  size_t next = above(device, from);
  CUdeviceptr at = from;
  for (;; next++) {
    if (next > 0) {
      const struct allocation *before = device->allocations[next - 1];
      CUdeviceptr end = before->address + before->taken;
      at = at > end ? at : end;
    }
    at = round_up(at, alignment);
    bool last = next == device->allocation_count;
    CUdeviceptr limit = last ? device->base + device->span : device->allocations[next]->address;
    if (at + size <= limit) {
      return at;
    }
    if (last) {
      return 0;
    }
  }
}

static bool insert(struct device *device, struct allocation *allocation) {
  if (device->allocation_count == device->allocation_capacity) {
    size_t larger = device->allocation_capacity == 0 ? 64 : device->allocation_capacity * 2;
    struct allocation **moved = realloc(device->allocations, larger * sizeof *moved);
    if (moved == NULL) {
      return false;
    }
    device->allocations = moved;
    device->allocation_capacity = larger;
  }
  size_t at = above(device, allocation->address);
  struct allocation **place = &device->allocations[at];
  memmove(place + 1, place, (device->allocation_count - at) * sizeof *place);
  *place = allocation;
  device->allocation_count++;
  return true;
}

static void take(struct device *device, const struct allocation *allocation) {
  device->taken += allocation->taken;
  device->used += allocation->size;
  device->used_peak = device->used > device->used_peak ? device->used : device->used_peak;
  /* Addresses are not used again soon, so that a stale one is found out. */
  device->cursor = allocation->address + allocation->taken;
}

CUresult allocation_make(struct context *context, uint64_t size, CUdeviceptr *address) {
  struct device *device = context->device;
  if (size == 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (size > device->memory) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  uint64_t alignment = size < large_alignment ? small_alignment : large_alignment;
  uint64_t taken = round_up(size, alignment);
  if (device->taken + taken > device->memory) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  CUdeviceptr at = find_gap(device, device->cursor, taken, alignment);
  at = at != 0 ? at : find_gap(device, device->base, taken, alignment);
  struct allocation *allocation = at != 0 ? malloc(sizeof *allocation) : NULL;
  if (allocation == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  *allocation = (struct allocation){.address = at, .size = size, .taken = taken, .device = device, .context = context};
  if (!insert(device, allocation)) {
    free(allocation);
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  take(device, allocation);
  *address = at;
  return CUDA_SUCCESS;
}

struct allocation *allocation_at(CUdeviceptr address) {
  for (int i = 0; i < device_count; i++) {
    const struct device *device = &devices[i];
    size_t next = above(device, address);
    struct allocation *below = next > 0 ? device->allocations[next - 1] : NULL;
    if (below != NULL && address - below->address < below->size) {
      return below;
    }
  }
  return NULL;
}

void allocation_free(struct allocation *allocation) {
  struct device *device = allocation->device;
  allocation->released = true;
  if (allocation->in_flight > 0) {
    violation("device memory is freed with %zu copies in flight", allocation->in_flight);
  }
  while (allocation->in_flight > 0) {
    wait_for_progress();
  }
  size_t at = above(device, allocation->address) - 1;
  memmove(&device->allocations[at], &device->allocations[at + 1],
          (device->allocation_count - at - 1) * sizeof *device->allocations);
  device->allocation_count--;
  device->taken -= allocation->taken;
  device->used -= allocation->size;
  shadow_forget(device, allocation->address, allocation->taken);
  free(allocation);
  announce_progress();
}


size_t allocations_count(const struct context *context) {
  size_t found = 0;
  for (int i = 0; i < device_count; i++) {
    for (size_t k = 0; k < devices[i].allocation_count; k++) {
      const struct allocation *allocation = devices[i].allocations[k];
      found += context == NULL || (allocation->context == context && !allocation->excused);
    }
  }
  return found;
}

static struct allocation *last_of(const struct context *context) {
  for (int i = 0; i < device_count; i++) {
    for (size_t k = devices[i].allocation_count; k-- > 0;) {
      if (devices[i].allocations[k]->context == context) {
        return devices[i].allocations[k];
      }
    }
  }
  return NULL;
}

void allocations_free(const struct context *context) {
  for (struct allocation *allocation; (allocation = last_of(context)) != NULL;) {
    if (allocation->released) { /* another thread is at it */
      wait_for_progress();
    } else {
      allocation_free(allocation);
    }
  }
}
