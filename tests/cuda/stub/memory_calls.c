/* memory_calls.c: the calls about device memory. */
#include "allocation.h"
#include "capture.h"
#include "entry.h"
#include "report.h"
#include "stream.h"

static CUresult get_info(size_t *available, size_t *total) {
  const struct device *device = context_current()->device;
  *available = device->memory - device->taken;
  *total = device->memory;
  return CUDA_SUCCESS;
}

static CUresult allocate(CUdeviceptr *out, size_t size) {
  return out != NULL ? allocation_make(context_current(), size, out) : CUDA_ERROR_INVALID_VALUE;
}

/* The allocation that starts at an address. */
static CUresult find(CUdeviceptr address, struct allocation **allocation) {
  *allocation = allocation_at(address);
  if (*allocation == NULL || (*allocation)->address != address || (*allocation)->released) {
    violation("device memory is freed that is not allocated");
    return CUDA_ERROR_INVALID_VALUE;
  }
  return CUDA_SUCCESS;
}

static void excuse(CUdeviceptr address) {
  struct allocation *allocation = allocation_at(address);
  if (allocation != NULL) {
    allocation->excused = true;
  }
}

static CUresult release(CUdeviceptr address) {
  struct allocation *allocation;
  if (address == 0) {
    return CUDA_SUCCESS;
  }
  CUresult result = find(address, &allocation);
  if (result == CUDA_SUCCESS) {
    allocation_free(allocation);
  }
  return result;
}

static CUresult allocate_async(CUdeviceptr *out, size_t size, CUstream handle) {
  struct stream *stream;
  CUresult result = stream_for_work(handle, &stream);
  if (result == CUDA_SUCCESS && capture_of(stream) != 0) {
    return CUDA_ERROR_NOT_SUPPORTED; /* by the stand-in */
  }
  return result == CUDA_SUCCESS ? allocate(out, size) : result;
}

static CUresult release_async(CUdeviceptr address, CUstream handle) {
  struct stream *stream;
  struct allocation *allocation;
  CUresult result = stream_for_work(handle, &stream);
  if (result != CUDA_SUCCESS || address == 0 || (result = find(address, &allocation)) != CUDA_SUCCESS) {
    return result;
  }
  if (capture_of(stream) != 0) {
    return CUDA_ERROR_NOT_SUPPORTED;
  }
  struct operation *operation = operation_new(OPERATION_FREE);
  if (operation == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  allocation->released = true;
  operation->copy.target.allocation = allocation;
  copy_hold(&operation->copy);
  result = stream_submit(stream, operation);
  if (result != CUDA_SUCCESS) {
    allocation->released = false;
  }
  return result;
}

static CUresult get_range(CUdeviceptr *base, size_t *size, CUdeviceptr address) {
  const struct allocation *allocation = allocation_at(address);
  if (allocation == NULL) {
    return CUDA_ERROR_NOT_FOUND;
  }
  if (base != NULL) {
    *base = allocation->address;
  }
  if (size != NULL) {
    *size = allocation->size;
  }
  return CUDA_SUCCESS;
}

API CUresult cuMemGetInfo_v2(size_t *available, size_t *total) {
  ENTER(cuMemGetInfo_v2, NEEDS_CONTEXT)
  return leave(get_info(available, total));
}

API CUresult cuMemAlloc_v2(CUdeviceptr *out, size_t size) {
  ENTER(cuMemAlloc_v2, NEEDS_CONTEXT | UNSAFE)
  return leave(allocate(out, size));
}

API CUresult cuMemFree_v2(CUdeviceptr address) {
  ENTER_RELEASE(cuMemFree_v2, NEEDS_CONTEXT | UNSAFE, excuse(address))
  return leave(release(address));
}

API CUresult cuMemAllocAsync(CUdeviceptr *out, size_t size, CUstream stream) {
  ENTER(cuMemAllocAsync, NEEDS_CONTEXT)
  return leave(allocate_async(out, size, stream));
}

API CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
  ENTER_RELEASE(cuMemFreeAsync, NEEDS_CONTEXT, excuse(address))
  return leave(release_async(address, stream));
}

API CUresult cuMemGetAddressRange_v2(CUdeviceptr *base, size_t *size, CUdeviceptr address) {
  ENTER(cuMemGetAddressRange_v2, NEEDS_CONTEXT)
  return leave(get_range(base, size, address));
}
