/* shadow.c: the bytes of device memory, poisoned by blocks when they are first touched: see device.h. */
#include "device.h"

#include <string.h>
#include <sys/mman.h>


/* A block is either as mapped, and stands for poison, or was written. */
static const uint64_t block_size = 1 << 16;

static void touch(struct device *device, uint64_t block) {
  if (!device->written[block]) {
    device->written[block] = 1;
    memset(device->shadow + block * block_size, POISON, block_size);
  }
}

/* Touches the blocks of a range. Those in the middle will not show their poison when the range is overwritten. */
static unsigned char *open(struct device *device, CUdeviceptr address, size_t size, bool overwritten) {
  uint64_t offset = address - device->base;
  if (size > 0) {
    uint64_t first = offset / block_size, last = (offset + size - 1) / block_size;
    pthread_mutex_lock(&device->shadow_lock);
    for (uint64_t block = first; block <= last; block++) {
      bool whole = block * block_size >= offset && (block + 1) * block_size <= offset + size;
      if (overwritten && whole) {
        device->written[block] = 1;
      } else {
        touch(device, block);
      }
    }
    pthread_mutex_unlock(&device->shadow_lock);
  }
  return device->shadow + offset;
}

unsigned char *shadow_to_read(struct device *device, CUdeviceptr address, size_t size) {
  return open(device, address, size, false);
}

unsigned char *shadow_to_write(struct device *device, CUdeviceptr address, size_t size) {
  return open(device, address, size, true);
}

/* Poisons a part of a block. */
static void poison(struct device *device, uint64_t start, uint64_t end) {
  if (start < end && device->written[start / block_size]) {
    memset(device->shadow + start, POISON, end - start);
  }
}

void shadow_forget(struct device *device, CUdeviceptr address, size_t size) {
  uint64_t start = address - device->base, end = start + size;
  uint64_t whole_start = (start + block_size - 1) / block_size * block_size, whole_end = end / block_size * block_size;
  pthread_mutex_lock(&device->shadow_lock);
  if (whole_start >= whole_end) {
    uint64_t middle = whole_start < end ? whole_start : end;
    poison(device, start, middle);
    poison(device, middle, end);
  } else {
    poison(device, start, whole_start);
    poison(device, whole_end, end);
    memset(device->written + whole_start / block_size, 0, (whole_end - whole_start) / block_size);
    madvise(device->shadow + whole_start, whole_end - whole_start, MADV_DONTNEED);
  }
  pthread_mutex_unlock(&device->shadow_lock);
}
