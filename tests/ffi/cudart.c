/* cudart.c: the few functions of the CUDA runtime that examples-cpp/upload_cuda.cpp looks for, over the driver: so that the
 * example can be tested where there is a stand-in for the driver and no runtime. C11. */
#include <stddef.h>
#include <stdint.h>

typedef struct CUctx_st *CUcontext;
typedef struct CUstream_st *CUstream;

int cuInit(unsigned flags);
int cuDeviceGet(int *device, int ordinal);
int cuDevicePrimaryCtxRetain(CUcontext *context, int device);
int cuDevicePrimaryCtxRelease_v2(int device);
int cuCtxSetCurrent(CUcontext context);
int cuStreamCreate(CUstream *stream, unsigned flags);
int cuStreamDestroy_v2(CUstream stream);
int cuStreamSynchronize(CUstream stream);
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, CUstream stream);

enum { INVALID_VALUE = 1, DEVICE_TO_HOST = 2 };

static int current;

int cudaSetDevice(int ordinal);
int cudaStreamCreate(void **stream);
int cudaStreamDestroy(void *stream);
int cudaStreamSynchronize(void *stream);
int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *stream);
const char *cudaGetErrorString(int code);

/* As the runtime does, it makes the primary context current. */
int cudaSetDevice(int ordinal) {
  CUcontext context;
  int code = cuInit(0);
  if (code == 0) code = cuDeviceGet(&current, ordinal);
  if (code == 0) code = cuDevicePrimaryCtxRetain(&context, current);
  return code != 0 ? code : cuCtxSetCurrent(context);
}

int cudaStreamCreate(void **stream) { return cuStreamCreate((CUstream *)stream, 0); }

/* The example makes one stream and ends with it, and so does this. */
int cudaStreamDestroy(void *stream) {
  int code = cuStreamDestroy_v2((CUstream)stream);
  if (code == 0) code = cuCtxSetCurrent(NULL);
  return code != 0 ? code : cuDevicePrimaryCtxRelease_v2(current);
}

int cudaStreamSynchronize(void *stream) { return cuStreamSynchronize((CUstream)stream); }

int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *stream) {
  if (kind != DEVICE_TO_HOST) return INVALID_VALUE;
  return cuMemcpyDtoHAsync_v2(to, (uint64_t)(uintptr_t)from, bytes, (CUstream)stream);
}

const char *cudaGetErrorString(int code) { return code == 0 ? "no error" : "an error of the driver"; }
