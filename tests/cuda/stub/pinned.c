/* pinned.c: see pinned.h. */
#include "pinned.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "entry.h"
#include "lock.h"
#include "report.h"
#include "settings.h"

static struct pinned **ranges; /* by address */
static size_t range_count, range_capacity, excused;
static uint64_t bytes, bytes_peak;

/* The index of the first range above an address. */
static size_t above(const void *address) {
  size_t low = 0, high = range_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if ((uintptr_t)ranges[middle]->start > (uintptr_t)address) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

struct pinned *pinned_at(const void *address) {
  size_t next = above(address);
  struct pinned *below = next > 0 ? ranges[next - 1] : NULL;
  return below != NULL && (uintptr_t)address - (uintptr_t)below->start < below->size ? below : NULL;
}

static bool make_room(void) {
  if (range_count < range_capacity) {
    return true;
  }
  size_t larger = range_capacity == 0 ? 64 : range_capacity * 2;
  struct pinned **moved = realloc(ranges, larger * sizeof *ranges);
  if (moved == NULL) {
    return false;
  }
  ranges = moved;
  range_capacity = larger;
  return true;
}

static CUresult add(struct pinned range) {
  bool too_much = settings.pinned_mb != 0 && bytes + range.size > settings.pinned_mb << 20;
  struct pinned *added = !too_much && make_room() ? malloc(sizeof *added) : NULL;
  if (added == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  *added = range;
  size_t at = above(range.start);
  memmove(&ranges[at + 1], &ranges[at], (range_count - at) * sizeof *ranges);
  ranges[at] = added;
  range_count++;
  bytes += range.size;
  bytes_peak = bytes > bytes_peak ? bytes : bytes_peak;
  return CUDA_SUCCESS;
}

/* Takes a range away, after waiting for copies; those are a violation. */
static void drop(struct pinned *range) {
  if (range->in_flight > 0) {
    violation("pinned memory is %s with %zu copies in flight", range->registered ? "unregistered" : "freed",
              range->in_flight);
  }
  range->released = true;
  while (range->in_flight > 0) {
    wait_for_progress();
  }
  size_t at = above(range->start) - 1;
  memmove(&ranges[at], &ranges[at + 1], (range_count - at - 1) * sizeof *ranges);
  range_count--;
  bytes -= range->size;
  excused -= range->excused;
  if (!range->registered) {
    munmap(range->start, range->size);
  }
  free(range);
  announce_progress();
}

static CUresult allocate(void **out, size_t size, unsigned flags) {
  if (out == NULL || size == 0 || (flags & ~(unsigned)CU_MEMHOSTALLOC_ALL) != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  struct pinned range = {.start = memory, .size = size, .portable = true, .context = context_current()};
  CUresult result = add(range);
  if (result != CUDA_SUCCESS) {
    munmap(memory, size);
    return result;
  }
  *out = memory;
  return CUDA_SUCCESS;
}

static CUresult release(void *start, bool registered) {
  struct pinned *range = pinned_at(start);
  if (range == NULL || range->start != start || range->registered != registered || range->released) {
    violation("%s of memory that is not", registered ? "cuMemHostUnregister" : "cuMemFreeHost");
    return registered ? CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED : CUDA_ERROR_INVALID_VALUE;
  }
  drop(range);
  return CUDA_SUCCESS;
}

static CUresult register_range(void *start, size_t size, unsigned flags) {
  if (start == NULL || size == 0 || (flags & ~(unsigned)CU_MEMHOSTREGISTER_ALL) != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (settings.registers == 0 || (flags & CU_MEMHOSTREGISTER_READ_ONLY) != 0) {
    return CUDA_ERROR_NOT_SUPPORTED;
  }
  unsigned char *last = (unsigned char *)start + size - 1;
  size_t next = above(last);
  const struct pinned *below = next > 0 ? ranges[next - 1] : NULL;
  if (below != NULL && below->start + below->size > (unsigned char *)start) {
    return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
  }
  if (!mapped(start, size)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  struct pinned range = {.start = start, .size = size, .registered = true, .context = context_current()};
  range.portable = (flags & CU_MEMHOSTREGISTER_PORTABLE) != 0;
  return add(range);
}

bool mapped(const void *start, size_t size) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = (uintptr_t)start / page * page;
  /* It does nothing but complain of pages that are not there. */
  return msync((void *)first, (uintptr_t)start + size - first, MS_ASYNC) == 0;
}

static void watch(struct pinned *range) {
  if (range->registered && !range->unmapped && !mapped(range->start, range->size)) {
    violation("memory is unmapped though it is still registered (%zu bytes)", range->size);
    range->unmapped = true;
  }
}

void pinned_watch(void) {
  for (size_t i = 0; i < range_count; i++) {
    watch(ranges[i]);
  }
}

void pinned_watch_excused(void) {
  for (size_t i = 0; excused > 0 && i < range_count; i++) {
    if (ranges[i]->excused) {
      watch(ranges[i]);
    }
  }
}

static void excuse(const void *start) {
  struct pinned *range = pinned_at(start);
  if (range != NULL && !range->excused) {
    range->excused = true;
    excused++;
  }
}

static struct pinned *any_of(const struct context *context) {
  for (size_t i = 0; i < range_count; i++) {
    if (ranges[i]->context == context) {
      return ranges[i];
    }
  }
  return NULL;
}

size_t pinned_count(const struct context *context) {
  size_t found = 0;
  for (size_t i = 0; i < range_count; i++) {
    found += context == NULL || (ranges[i]->context == context && !ranges[i]->excused);
  }
  return found;
}

void pinned_free_all(const struct context *context) {
  for (struct pinned *range; (range = any_of(context)) != NULL;) {
    if (range->released) { /* another thread is at it */
      wait_for_progress();
    } else {
      drop(range);
    }
  }
}

uint64_t pinned_bytes(void) {
  return bytes;
}

uint64_t pinned_bytes_peak(void) {
  return bytes_peak;
}

void pinned_reset_peak(void) {
  bytes_peak = bytes;
}

API CUresult cuMemHostAlloc(void **out, size_t size, unsigned flags) {
  ENTER(cuMemHostAlloc, NEEDS_CONTEXT | UNSAFE)
  return leave(allocate(out, size, flags));
}

API CUresult cuMemAllocHost_v2(void **out, size_t size) {
  ENTER(cuMemAllocHost_v2, NEEDS_CONTEXT | UNSAFE)
  return leave(allocate(out, size, 0));
}

API CUresult cuMemFreeHost(void *start) {
  ENTER_RELEASE(cuMemFreeHost, NEEDS_CONTEXT | UNSAFE, excuse(start))
  return leave(release(start, false));
}

API CUresult cuMemHostRegister_v2(void *start, size_t size, unsigned flags) {
  ENTER(cuMemHostRegister_v2, NEEDS_CONTEXT | UNSAFE)
  return leave(register_range(start, size, flags));
}

API CUresult cuMemHostUnregister(void *start) {
  ENTER_RELEASE(cuMemHostUnregister, NEEDS_CONTEXT | UNSAFE, excuse(start))
  return leave(release(start, true));
}
