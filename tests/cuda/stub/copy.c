/* copy.c: see copy.h. */
#include "copy.h"

#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "lock.h"
#include "mover.h"
#include "report.h"
#include "settings.h"

/* A device's end of a copy: it must lie in one allocation of the stream's device. */
static CUresult device_end(struct end *end, const struct context *context, size_t span) {
  struct allocation *allocation = allocation_at(end->address);
  if (allocation == NULL) {
    violation("a copy to or from device memory that is not allocated");
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (allocation->device != context->device) {
    violation("a copy in a stream of device %d uses memory of device %d", context->device->ordinal,
              allocation->device->ordinal);
    return CUDA_ERROR_INVALID_VALUE;
  }
  uint64_t after = allocation->size - (end->address - allocation->address);
  if (span > after) {
    violation("a copy runs %zu bytes past the end of an allocation", (size_t)(span - after));
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (allocation->released) {
    violation("a copy to or from device memory that is being freed");
    return CUDA_ERROR_INVALID_VALUE;
  }
  end->allocation = allocation;
  return CUDA_SUCCESS;
}

static CUresult host_end(struct end *end, const struct context *context, size_t span) {
  const void *start = (const void *)(uintptr_t)end->address;
  if (start == NULL || device_owns(end->address)) {
    violation("a copy is given %s as host memory", start == NULL ? "no address" : "an address of a device");
    return CUDA_ERROR_INVALID_VALUE;
  }
  struct pinned *range = pinned_at(start);
  if (range == NULL || (!range->portable && range->context != context)) {
    return CUDA_SUCCESS;
  }
  size_t after = range->size - (size_t)((const unsigned char *)start - range->start);
  if (span > after) {
    violation("a copy runs %zu bytes past the end of pinned memory", span - after);
    return CUDA_ERROR_INVALID_VALUE;
  }
  end->pinned = range;
  return CUDA_SUCCESS;
}

static CUresult resolve(struct copy *copy, const struct context *context) {
  struct end *source = &copy->source, *target = &copy->target;
  CUresult result = copy->direction == TO_DEVICE ? host_end(source, context, span_of(copy, source))
                                                 : device_end(source, context, span_of(copy, source));
  if (result != CUDA_SUCCESS) {
    return result;
  }
  return copy->direction == TO_HOST ? host_end(target, context, span_of(copy, target))
                                    : device_end(target, context, span_of(copy, target));
}

/* Looks at the source as it is now: a pinned one is remembered by its checksum, another one is kept. Needs no lock. */
static bool look_at_source(struct copy *copy) {
  if (copy->source.pinned != NULL) {
    copy->checksum = copy_checksum(copy);
    copy->checked = true;
    return true;
  }
  size_t span = span_of(copy, &copy->source);
  copy->snapshot = malloc(span);
  if (copy->snapshot != NULL) {
    memcpy(copy->snapshot, (const void *)(uintptr_t)copy->source.address, span);
  }
  return copy->snapshot != NULL;
}

static bool prepare(struct operation *operation, struct stream *stream) {
  struct copy *copy = &operation->copy;
  operation->at_once = settings_inline() && stream_idle(stream);
  copy->moves = settings.copies != 0;
  if (copy->direction != TO_DEVICE || operation->at_once || !copy->moves || capture_of(stream) != 0) {
    return true;
  }
  unlock();
  bool good = look_at_source(copy);
  lock();
  return good;
}

/* Submits the operation; what goes to memory that is not pinned is there when the call returns. */
static CUresult submit(struct stream *stream, struct operation *operation) {
  const struct copy *copy = &operation->copy;
  bool from_pageable = copy->direction == TO_DEVICE && copy->source.pinned == NULL;
  bool to_pageable = copy->direction == TO_HOST && copy->target.pinned == NULL;
  counters.pageable_copies += from_pageable;
  counters.pageable_copies_to_host += to_pageable;
  CUresult result = stream_submit(stream, operation);
  if (result == CUDA_SUCCESS && to_pageable) {
    stream_drain(stream);
    result = stream->context->lost;
  }
  return result;
}

/* An operation for what is asked, with both ends held. */
static CUresult make(const struct request *request, const struct context *context, struct operation **made) {
  struct operation *operation = operation_new(OPERATION_COPY);
  if (operation == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  struct copy copy = {.direction = request->direction, .width = request->width, .height = request->height};
  copy.source = (struct end){.address = request->source, .pitch = request->source_pitch};
  copy.target = (struct end){.address = request->target, .pitch = request->target_pitch};
  CUresult result = resolve(&copy, context);
  if (result != CUDA_SUCCESS) {
    operation_free(operation);
    return result;
  }
  operation->copy = copy;
  copy_hold(&operation->copy);
  *made = operation;
  return CUDA_SUCCESS;
}

CUresult copy_queue(struct stream *stream, const struct request *request) {
  struct operation *operation;
  if (request->width == 0 || request->height == 0) {
    return CUDA_SUCCESS;
  }
  CUresult result = make(request, stream->context, &operation);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  stream->references++; /* the lock is given up meanwhile */
  if (prepare(operation, stream)) {
    result = submit(stream, operation);
  } else {
    operation_free(operation);
    result = CUDA_ERROR_OUT_OF_MEMORY;
  }
  stream_release(stream);
  return result;
}

CUresult fill_queue(struct stream *stream, CUdeviceptr address, unsigned char value, size_t size) {
  struct operation *operation = size > 0 ? operation_new(OPERATION_FILL) : NULL;
  if (operation == NULL) {
    return size > 0 ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
  }
  struct end target = {.address = address, .pitch = size};
  CUresult result = device_end(&target, stream->context, size);
  if (result != CUDA_SUCCESS) {
    operation_free(operation);
    return result;
  }
  operation->value = value;
  operation->copy = (struct copy){.target = target, .width = size, .height = 1, .moves = settings.copies != 0};
  copy_hold(&operation->copy);
  return stream_submit(stream, operation);
}
