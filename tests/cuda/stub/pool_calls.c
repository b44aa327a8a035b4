/* pool_calls.c: memory pools, as far as programs ask for them before they allocate by stream: each device has one. */
#include "device.h"
#include "entry.h"

static CUresult get_pool(CUmemoryPool *out, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS) {
    *out = (CUmemoryPool)(void *)device;
  }
  return result;
}

static CUresult get_attribute(void *out) {
  *(uint64_t *)out = 0;
  return CUDA_SUCCESS;
}

API CUresult cuDeviceGetDefaultMemPool(CUmemoryPool *out, CUdevice device) {
  ENTER(cuDeviceGetDefaultMemPool, NEEDS_DRIVER)
  return leave(get_pool(out, device));
}

API CUresult cuDeviceGetMemPool(CUmemoryPool *out, CUdevice device) {
  ENTER(cuDeviceGetMemPool, NEEDS_DRIVER)
  return leave(get_pool(out, device));
}

API CUresult cuMemPoolGetAttribute(CUmemoryPool pool, int attribute, void *out) {
  (void)pool, (void)attribute;
  ENTER(cuMemPoolGetAttribute, NEEDS_DRIVER)
  return leave(get_attribute(out));
}

API CUresult cuMemPoolSetAttribute(CUmemoryPool pool, int attribute, void *value) {
  (void)pool, (void)attribute, (void)value;
  ENTER(cuMemPoolSetAttribute, NEEDS_DRIVER)
  return leave(CUDA_SUCCESS);
}

API CUresult cuMemPoolTrimTo(CUmemoryPool pool, size_t keep) {
  (void)pool, (void)keep;
  ENTER(cuMemPoolTrimTo, NEEDS_DRIVER)
  return leave(CUDA_SUCCESS);
}
