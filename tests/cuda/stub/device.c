/* device.c: the devices: see device.h. */
#include "device.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct device devices[MAX_DEVICES];
int device_count;

enum { BLOCK_SIZE_LOG2 = 16 };
static const uint64_t alignment = 2 << 20;

static void *reserve(uint64_t size, int protection) {
  void *memory = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static bool make(struct device *device, int ordinal) {
  memset(device, 0, sizeof *device);
  device->ordinal = ordinal;
  device->memory = settings.memory_mb << 20;
  device->span = 2 * device->memory + 32 * alignment;
  void *addresses = reserve(device->span, PROT_NONE);
  device->shadow = reserve(device->span, PROT_READ | PROT_WRITE);
  device->written = reserve((device->span >> BLOCK_SIZE_LOG2) + 1, PROT_READ | PROT_WRITE);
  device->base = device->cursor = (CUdeviceptr)(uintptr_t)addresses;
  pthread_mutex_init(&device->shadow_lock, NULL);
  return addresses != NULL && device->shadow != NULL && device->written != NULL;
}

static void unmap(void *memory, uint64_t size) {
  if (memory != NULL) {
    munmap(memory, size);
  }
}

static void unmake(struct device *device) {
  unmap((void *)(uintptr_t)device->base, device->span);
  unmap(device->shadow, device->span);
  unmap(device->written, (device->span >> BLOCK_SIZE_LOG2) + 1);
  pthread_mutex_destroy(&device->shadow_lock);
  free(device->allocations);
}

bool devices_make(void) {
  for (device_count = 0; device_count < (int)settings.devices;) {
    if (!make(&devices[device_count], device_count)) {
      unmake(&devices[device_count]);
      devices_unmake();
      return false;
    }
    device_count++;
  }
  return true;
}

void devices_unmake(void) {
  while (device_count > 0) {
    unmake(&devices[--device_count]);
  }
}

CUresult device_find(CUdevice ordinal, struct device **device) {
  if (ordinal < 0 || ordinal >= device_count) {
    return CUDA_ERROR_INVALID_DEVICE;
  }
  *device = &devices[ordinal];
  return CUDA_SUCCESS;
}

bool device_owns(uint64_t address) {
  for (int i = 0; i < device_count; i++) {
    if (address - devices[i].base < devices[i].span) {
      return true;
    }
  }
  return false;
}
