/* error_calls.c: the names of errors. */
#include "entry.h"

static const struct {
  CUresult code;
  const char *name, *text;
} errors[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "a value is not valid"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "there is not enough memory"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "the driver is not initialised"},
    {4, "CUDA_ERROR_DEINITIALIZED", "the driver is shutting down"},
    {34, "CUDA_ERROR_STUB_LIBRARY", "this is a library for linking only"},
    {100, "CUDA_ERROR_NO_DEVICE", "there is no device"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "there is no such device"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "the context is not valid"},
    {214, "CUDA_ERROR_ECC_UNCORRECTABLE", "memory of the device is broken"},
    {304, "CUDA_ERROR_OPERATING_SYSTEM", "the operating system has refused"},
    {400, "CUDA_ERROR_INVALID_HANDLE", "the handle is not valid"},
    {401, "CUDA_ERROR_ILLEGAL_STATE", "it is not the time for that"},
    {500, "CUDA_ERROR_NOT_FOUND", "it was not found"},
    {600, "CUDA_ERROR_NOT_READY", "the work is not done yet"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "the device has used a bad address"},
    {702, "CUDA_ERROR_LAUNCH_TIMEOUT", "the work took too long"},
    {709, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "the context is destroyed"},
    {710, "CUDA_ERROR_ASSERT", "an assertion on the device has failed"},
    {712, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", "the memory is already registered"},
    {713, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", "the memory is not registered"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "the work has failed"},
    {800, "CUDA_ERROR_NOT_PERMITTED", "that is not permitted"},
    {801, "CUDA_ERROR_NOT_SUPPORTED", "that is not supported"},
    {802, "CUDA_ERROR_SYSTEM_NOT_READY", "the system is not ready"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "the driver does not fit the system"},
    {900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "that is not permitted during a capture"},
    {901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "the capture was spoilt before"},
    {902, "CUDA_ERROR_STREAM_CAPTURE_MERGE", "two captures would become one"},
    {903, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "the capture began in another stream"},
    {904, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "a stream has not joined its capture again"},
    {905, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "a capture would depend on work outside"},
    {906, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "the legacy stream would depend on a capture"},
    {907, "CUDA_ERROR_CAPTURED_EVENT", "the event was recorded by a capture"},
    {908, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "the capture began in another thread"},
    {999, "CUDA_ERROR_UNKNOWN", "nobody knows"},
};
enum { ERRORS = sizeof errors / sizeof *errors };

/* As the real driver, it gives no text for a code that it does not know. */
static CUresult find(CUresult code, const char **out, bool name) {
  *out = NULL;
  for (size_t i = 0; i < ERRORS; i++) {
    if (errors[i].code == code) {
      *out = name ? errors[i].name : errors[i].text;
      return CUDA_SUCCESS;
    }
  }
  return CUDA_ERROR_INVALID_VALUE;
}

API CUresult cuGetErrorName(CUresult code, const char **out) {
  ENTER(cuGetErrorName, NEEDS_NOTHING)
  return leave(find(code, out, true));
}

API CUresult cuGetErrorString(CUresult code, const char **out) {
  ENTER(cuGetErrorString, NEEDS_NOTHING)
  return leave(find(code, out, false));
}
