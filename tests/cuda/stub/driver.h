/* driver.h: the driver's binary interface, as far as the stand-in plays it: types, results and constants.
 *
 * The stand-in is built by
 *
 *   cc -std=c11 -shared -fPIC -O1 -g -pthread -Wl,-soname,libcuda.so.1 -o FOLDER/libcuda.so.1 SOURCES
 *
 * from all sources of this folder. -DSTUB_LEVEL=12020 leaves out what is newer than that; -DSTUB_KIND_LINK_STUB makes
 * it the stub that a toolkit has for linking; -DSTUB_WITHOUT_INIT makes it a library that is no driver.
 *
 * Every source includes a header of this folder first, because of the feature macro. */
#ifndef STUB_DRIVER_H
#define STUB_DRIVER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The newest level of the interface whose symbols are exported. */
#ifndef STUB_LEVEL
#define STUB_LEVEL 13000
#endif

#define EXPORTED __attribute__((visibility("default")))
#define WITHHELD __attribute__((visibility("hidden")))

/* The toolkit's link stub has little more than cuInit. */
#ifdef STUB_KIND_LINK_STUB
#define API WITHHELD
#else
#define API EXPORTED
#endif

typedef uint32_t CUresult;
typedef uint64_t CUdeviceptr;
typedef int CUdevice;
typedef struct context_handle *CUcontext;
typedef struct stream_handle *CUstream;
typedef struct event_handle *CUevent;
typedef struct graph_handle *CUgraph;
typedef struct pool_handle *CUmemoryPool;

enum {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_INVALID_VALUE = 1,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NOT_INITIALIZED = 3,
  CUDA_ERROR_STUB_LIBRARY = 34,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_INVALID_DEVICE = 101,
  CUDA_ERROR_INVALID_CONTEXT = 201,
  CUDA_ERROR_INVALID_HANDLE = 400,
  CUDA_ERROR_ILLEGAL_STATE = 401,
  CUDA_ERROR_NOT_FOUND = 500,
  CUDA_ERROR_NOT_READY = 600,
  CUDA_ERROR_CONTEXT_IS_DESTROYED = 709,
  CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED = 712,
  CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED = 713,
  CUDA_ERROR_NOT_PERMITTED = 800,
  CUDA_ERROR_NOT_SUPPORTED = 801,
  CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
  CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
  CUDA_ERROR_STREAM_CAPTURE_MERGE = 902,
  CUDA_ERROR_STREAM_CAPTURE_UNMATCHED = 903,
  CUDA_ERROR_STREAM_CAPTURE_UNJOINED = 904,
  CUDA_ERROR_STREAM_CAPTURE_ISOLATION = 905,
  CUDA_ERROR_STREAM_CAPTURE_IMPLICIT = 906,
  CUDA_ERROR_CAPTURED_EVENT = 907,
  CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD = 908,
};

enum { CU_STREAM_NON_BLOCKING = 1 };
enum { CU_EVENT_BLOCKING_SYNC = 1, CU_EVENT_DISABLE_TIMING = 2, CU_EVENT_INTERPROCESS = 4 };
enum { CU_EVENT_WAIT_EXTERNAL = 1 };
enum { CU_MEMHOSTALLOC_ALL = 7 };
enum { CU_MEMHOSTREGISTER_PORTABLE = 1, CU_MEMHOSTREGISTER_READ_ONLY = 8, CU_MEMHOSTREGISTER_ALL = 15 };
enum { CU_MEMORYTYPE_HOST = 1, CU_MEMORYTYPE_DEVICE = 2, CU_MEMORYTYPE_UNIFIED = 4 };
enum { CU_CAPTURE_MODE_GLOBAL, CU_CAPTURE_MODE_THREAD_LOCAL, CU_CAPTURE_MODE_RELAXED };
enum { CU_CAPTURE_STATUS_NONE, CU_CAPTURE_STATUS_ACTIVE, CU_CAPTURE_STATUS_INVALIDATED };

#endif
