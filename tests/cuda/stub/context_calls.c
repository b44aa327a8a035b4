/* context_calls.c: the calls about contexts. */
#include "capture.h"
#include "context.h"
#include "entry.h"
#include "handles.h"
#include "report.h"
#include "stream.h"
#include "thread.h"

static CUresult retain(CUcontext *out, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result != CUDA_SUCCESS || out == NULL) {
    return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_VALUE;
  }
  if (device->primary == NULL) {
    device->primary = context_new(device, true);
  }
  if (device->primary == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  device->primary->references++;
  *out = device->primary->handle;
  return CUDA_SUCCESS;
}

static CUresult release(CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  if (device->primary == NULL) {
    violation("the primary context of device %d is released more often than retained", ordinal);
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  if (--device->primary->references == 0) {
    context_destroy(device->primary);
  }
  return CUDA_SUCCESS;
}

static CUresult get_state(CUdevice ordinal, unsigned *flags, int *active) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS) {
    *flags = device->primary_flags;
    *active = device->primary != NULL;
  }
  return result;
}

static CUresult set_flags(CUdevice ordinal, unsigned flags) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS) {
    device->primary_flags = flags;
  }
  return result;
}

/* A context that may become current. */
static CUresult find(CUcontext handle, struct context **context) {
  *context = handle_object(HANDLE_CONTEXT, handle);
  if (*context == NULL) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  return (*context)->alive ? CUDA_SUCCESS : CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

static CUresult push(struct context *context) {
  struct thread *thread = this_thread();
  if (thread->depth == MAX_CONTEXTS) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  thread->contexts[thread->depth++] = context;
  return CUDA_SUCCESS;
}

static CUresult push_handle(CUcontext handle) {
  struct context *context;
  CUresult result = find(handle, &context);
  return result == CUDA_SUCCESS ? push(context) : result;
}

static CUresult pop(CUcontext *out) {
  struct thread *thread = this_thread();
  if (thread->depth == 0) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  const struct context *context = thread->contexts[--thread->depth];
  if (out != NULL) {
    *out = context->handle;
  }
  return CUDA_SUCCESS;
}

static CUresult set_current(CUcontext handle) {
  struct thread *thread = this_thread();
  struct context *context;
  if (handle == NULL) {
    thread->depth -= thread->depth > 0;
    return CUDA_SUCCESS;
  }
  CUresult result = find(handle, &context);
  if (result == CUDA_SUCCESS) {
    thread->depth -= thread->depth > 0;
    result = push(context);
  }
  return result;
}

static CUresult get_current(CUcontext *out) {
  const struct context *context = context_current();
  *out = context != NULL ? context->handle : NULL;
  return CUDA_SUCCESS;
}

static CUresult create(CUcontext *out, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  struct context *context = context_new(device, false);
  if (context == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  *out = context->handle;
  return push(context);
}

static CUresult destroy(CUcontext handle) {
  struct context *context;
  CUresult result = find(handle, &context);
  if (result != CUDA_SUCCESS) {
    return result;
  }
  if (context->primary) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  if (context_current() == context) {
    pop(NULL);
  }
  context_destroy(context);
  return CUDA_SUCCESS;
}

static CUresult synchronize(void) {
  struct context *context = context_current();
  streams_drain(context);
  return context->lost;
}

API CUresult cuDevicePrimaryCtxRetain(CUcontext *out, CUdevice device) {
  ENTER(cuDevicePrimaryCtxRetain, NEEDS_DRIVER)
  return leave(retain(out, device));
}

API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  ENTER(cuDevicePrimaryCtxRelease_v2, NEEDS_DRIVER)
  return leave(release(device));
}

API CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active) {
  ENTER(cuDevicePrimaryCtxGetState, NEEDS_DRIVER)
  return leave(get_state(device, flags, active));
}

API CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice device, unsigned flags) {
  ENTER(cuDevicePrimaryCtxSetFlags_v2, NEEDS_DRIVER)
  return leave(set_flags(device, flags));
}

API CUresult cuCtxCreate_v2(CUcontext *out, unsigned flags, CUdevice device) {
  (void)flags;
  ENTER(cuCtxCreate_v2, NEEDS_DRIVER)
  return leave(create(out, device));
}

API CUresult cuCtxDestroy_v2(CUcontext context) {
  ENTER(cuCtxDestroy_v2, NEEDS_DRIVER)
  return leave(destroy(context));
}

API CUresult cuCtxPushCurrent_v2(CUcontext context) {
  ENTER(cuCtxPushCurrent_v2, NEEDS_DRIVER)
  return leave(push_handle(context));
}

API CUresult cuCtxPopCurrent_v2(CUcontext *out) {
  ENTER(cuCtxPopCurrent_v2, NEEDS_DRIVER)
  return leave(pop(out));
}

API CUresult cuCtxSetCurrent(CUcontext context) {
  ENTER(cuCtxSetCurrent, NEEDS_DRIVER)
  return leave(set_current(context));
}

API CUresult cuCtxGetCurrent(CUcontext *out) {
  ENTER(cuCtxGetCurrent, NEEDS_DRIVER)
  return leave(get_current(out));
}

static CUresult get_device(CUdevice *out) {
  *out = context_current()->device->ordinal;
  return CUDA_SUCCESS;
}

API CUresult cuCtxGetDevice(CUdevice *out) {
  ENTER(cuCtxGetDevice, NEEDS_CONTEXT | ASKS)
  return leave(get_device(out));
}

API CUresult cuCtxSynchronize(void) {
  ENTER(cuCtxSynchronize, NEEDS_CONTEXT | UNSAFE)
  return leave(synchronize());
}
