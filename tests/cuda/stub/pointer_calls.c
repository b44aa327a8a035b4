/* pointer_calls.c: what the driver knows of an address. */
#include "allocation.h"
#include "entry.h"
#include "pinned.h"

enum { ATTRIBUTE_CONTEXT = 1, ATTRIBUTE_MEMORY_TYPE = 2, ATTRIBUTE_DEVICE_POINTER = 3, ATTRIBUTE_HOST_POINTER = 4 };
enum { ATTRIBUTE_DEVICE_ORDINAL = 9, ATTRIBUTE_RANGE_START = 11, ATTRIBUTE_RANGE_SIZE = 12 };

/* What is known of an address of either kind. */
struct facts {
  const struct context *context;
  unsigned type;
  uint64_t start;
  size_t size;
};

static bool find(uint64_t address, struct facts *facts) {
  const struct allocation *allocation = allocation_at(address);
  if (allocation != NULL) {
    *facts = (struct facts){allocation->context, CU_MEMORYTYPE_DEVICE, allocation->address, allocation->size};
    return true;
  }
  const struct pinned *range = pinned_at((const void *)(uintptr_t)address);
  if (range != NULL) {
    *facts = (struct facts){range->context, CU_MEMORYTYPE_HOST, (uintptr_t)range->start, range->size};
  }
  return range != NULL;
}

static CUresult get(void *out, int attribute, uint64_t address) {
  struct facts facts;
  if (!find(address, &facts)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  switch (attribute) {
    case ATTRIBUTE_CONTEXT:
      *(CUcontext *)out = facts.context->handle;
      return CUDA_SUCCESS;
    case ATTRIBUTE_MEMORY_TYPE:
      *(unsigned *)out = facts.type;
      return CUDA_SUCCESS;
    case ATTRIBUTE_DEVICE_POINTER:
      *(CUdeviceptr *)out = address;
      return CUDA_SUCCESS;
    case ATTRIBUTE_HOST_POINTER:
      *(uint64_t *)out = address;
      return facts.type == CU_MEMORYTYPE_HOST ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
    case ATTRIBUTE_DEVICE_ORDINAL:
      *(int *)out = facts.context->device->ordinal;
      return CUDA_SUCCESS;
    case ATTRIBUTE_RANGE_START:
      *(uint64_t *)out = facts.start;
      return CUDA_SUCCESS;
    case ATTRIBUTE_RANGE_SIZE:
      *(size_t *)out = facts.size;
      return CUDA_SUCCESS;
    default:
      return CUDA_ERROR_INVALID_VALUE;
  }
}

API CUresult cuPointerGetAttribute(void *out, int attribute, CUdeviceptr address) {
  ENTER(cuPointerGetAttribute, NEEDS_DRIVER)
  return leave(get(out, attribute, address));
}
