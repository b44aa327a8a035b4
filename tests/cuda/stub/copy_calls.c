/* copy_calls.c: the calls that copy and fill. */
#include "copy.h"
#include "entry.h"

static CUresult queue(CUstream handle, enum direction direction, uint64_t target, uint64_t source, size_t size) {
  struct stream *stream;
  CUresult result = stream_for_work(handle, &stream);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  return copy_queue(stream, &(struct request){direction, source, target, size, size, size, 1});
}

/* Waits for what was just queued in the legacy stream. */
static CUresult finish(CUresult queued) {
  struct context *context = context_current();
  if (queued != CUDA_SUCCESS || (queued = context_state(context)) != CUDA_SUCCESS) {
    return queued;
  }
  stream_drain(context->defaults[0]);
  return context->lost;
}

static CUresult fill(CUstream handle, CUdeviceptr address, unsigned char value, size_t size) {
  struct stream *stream;
  CUresult result = stream_for_work(handle, &stream);
  return result == CUDA_SUCCESS ? fill_queue(stream, address, value, size) : result;
}

/* One side of a two-dimensional copy, as the program describes it. */
struct side {
  size_t x, y;
  unsigned type;
  uint64_t host;
  CUdeviceptr device;
  void *array;
  size_t pitch;
};

/* The layout of the driver's interface. */
struct copy_2d {
  struct side source, target;
  size_t width, height;
};
_Static_assert(sizeof(struct copy_2d) == 128, "the layout of CUDA_MEMCPY2D");

static bool on_device(const struct side *side) {
  return side->type == CU_MEMORYTYPE_DEVICE || (side->type == CU_MEMORYTYPE_UNIFIED && device_owns(side->device));
}

static uint64_t start_of(const struct side *side) {
  uint64_t base = side->type == CU_MEMORYTYPE_HOST ? side->host : side->device;
  return base + side->y * side->pitch + side->x;
}

static bool sensible(const struct side *side, size_t width) {
  unsigned type = side->type;
  bool linear = type == CU_MEMORYTYPE_HOST || type == CU_MEMORYTYPE_DEVICE || type == CU_MEMORYTYPE_UNIFIED;
  return linear && side->x <= side->pitch && width <= side->pitch - side->x;
}

static CUresult queue_2d(const struct copy_2d *asked, CUstream handle) {
  struct stream *stream;
  CUresult result = stream_for_work(handle, &stream);
  if (result != CUDA_SUCCESS || asked->width == 0 || asked->height == 0) {
    return result;
  }
  const struct side *source = &asked->source, *target = &asked->target;
  if (!sensible(source, asked->width) || !sensible(target, asked->width)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (!on_device(source) && !on_device(target)) {
    return CUDA_ERROR_NOT_SUPPORTED;
  }
  struct request request = {.source = start_of(source), .target = start_of(target)};
  request.direction = !on_device(source) ? TO_DEVICE : !on_device(target) ? TO_HOST : WITHIN_DEVICE;
  request.source_pitch = source->pitch;
  request.target_pitch = target->pitch;
  request.width = asked->width;
  request.height = asked->height;
  return copy_queue(stream, &request);
}

API CUresult cuMemcpyHtoD_v2(CUdeviceptr target, const void *source, size_t size) {
  ENTER(cuMemcpyHtoD_v2, NEEDS_CONTEXT | UNSAFE)
  return leave(finish(queue(NULL, TO_DEVICE, target, (uintptr_t)source, size)));
}

API CUresult cuMemcpyDtoH_v2(void *target, CUdeviceptr source, size_t size) {
  ENTER(cuMemcpyDtoH_v2, NEEDS_CONTEXT | UNSAFE)
  return leave(finish(queue(NULL, TO_HOST, (uintptr_t)target, source, size)));
}

API CUresult cuMemcpyDtoD_v2(CUdeviceptr target, CUdeviceptr source, size_t size) {
  ENTER(cuMemcpyDtoD_v2, NEEDS_CONTEXT | UNSAFE)
  return leave(queue(NULL, WITHIN_DEVICE, target, source, size));
}

API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr target, const void *source, size_t size, CUstream stream) {
  ENTER(cuMemcpyHtoDAsync_v2, NEEDS_CONTEXT)
  return leave(queue(stream, TO_DEVICE, target, (uintptr_t)source, size));
}

API CUresult cuMemcpyDtoHAsync_v2(void *target, CUdeviceptr source, size_t size, CUstream stream) {
  ENTER(cuMemcpyDtoHAsync_v2, NEEDS_CONTEXT)
  return leave(queue(stream, TO_HOST, (uintptr_t)target, source, size));
}

API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr target, CUdeviceptr source, size_t size, CUstream stream) {
  ENTER(cuMemcpyDtoDAsync_v2, NEEDS_CONTEXT)
  return leave(queue(stream, WITHIN_DEVICE, target, source, size));
}

API CUresult cuMemcpy2DAsync_v2(const struct copy_2d *asked, CUstream stream) {
  ENTER(cuMemcpy2DAsync_v2, NEEDS_CONTEXT)
  return leave(queue_2d(asked, stream));
}

API CUresult cuMemsetD8_v2(CUdeviceptr address, unsigned char value, size_t size) {
  ENTER(cuMemsetD8_v2, NEEDS_CONTEXT | UNSAFE)
  return leave(finish(fill(NULL, address, value, size)));
}

API CUresult cuMemsetD8Async(CUdeviceptr address, unsigned char value, size_t size, CUstream stream) {
  ENTER(cuMemsetD8Async, NEEDS_CONTEXT)
  return leave(fill(stream, address, value, size));
}
