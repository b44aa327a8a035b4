/* device_calls.c: cuInit, and what the driver says of itself and of its devices. */
#include "device.h"

#include <stdio.h>
#include <string.h>

#include "entry.h"
#include "library.h"

#ifdef STUB_WITHOUT_INIT
#define INIT WITHHELD
#else
#define INIT EXPORTED
#endif

#ifdef STUB_KIND_LINK_STUB
INIT CUresult cuInit(unsigned flags) {
  (void)flags;
  return CUDA_ERROR_STUB_LIBRARY;
}
#else
static CUresult init(unsigned flags) {
  if (flags != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (settings.init != CUDA_SUCCESS) {
    return (CUresult)settings.init;
  }
  if (settings.devices == 0) {
    return CUDA_ERROR_NO_DEVICE;
  }
  if (!initialised) {
    library_stay();
    initialised = devices_make();
  }
  return initialised ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

INIT CUresult cuInit(unsigned flags) {
  ENTER(cuInit, NEEDS_NOTHING)
  return leave(init(flags));
}
#endif

static CUresult get_version(int *out) {
  *out = (int)settings.driver;
  return CUDA_SUCCESS;
}

static CUresult get_count(int *out) {
  *out = device_count;
  return CUDA_SUCCESS;
}

static CUresult get(CUdevice *out, int ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS) {
    *out = ordinal;
  }
  return result;
}

static CUresult get_name(char *out, int size, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS && size > 0) {
    snprintf(out, (size_t)size, "Stand-in device %d", ordinal);
  }
  return result;
}

enum { FIRST_BUS = 0x10 };

static CUresult get_bus(char *out, int size, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS && size > 0) {
    snprintf(out, (size_t)size, "0000:%02X:00.0", FIRST_BUS + ordinal);
  }
  return result;
}

static CUresult get_uuid(unsigned char *out, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS) {
    memcpy(out, "stand-in device", 16);
    out[15] = (unsigned char)ordinal;
  }
  return result;
}

static CUresult get_total(size_t *out, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS) {
    *out = device->memory;
  }
  return result;
}

/* By the numbers of the interface; what is not here is 0. */
static int attribute_of(const struct device *device, int attribute) {
  switch (attribute) {
    case 1: /* threads per block */
      return 1024;
    case 10: /* size of a warp */
      return 32;
    case 16: /* multiprocessors */
      return 132;
    case 33: /* PCI bus */
      return FIRST_BUS + device->ordinal;
    case 75: /* compute capability, major */
      return 9;
    case 40: /* asynchronous engines */
      return 2;
    case 41:  /* unified addressing */
    case 115: /* memory pools */
      return 1;
    case 99: /* host registration */
      return settings.registers != 0;
    case 134: /* NUMA node of the host: none */
      return -1;
    default:
      return 0;
  }
}

static CUresult get_attribute(int *out, int attribute, CUdevice ordinal) {
  struct device *device;
  CUresult result = device_find(ordinal, &device);
  if (result == CUDA_SUCCESS) {
    *out = attribute_of(device, attribute);
  }
  return result;
}

API CUresult cuDriverGetVersion(int *out) {
  ENTER(cuDriverGetVersion, NEEDS_NOTHING)
  return leave(get_version(out));
}

API CUresult cuDeviceGetCount(int *out) {
  ENTER(cuDeviceGetCount, NEEDS_DRIVER)
  return leave(get_count(out));
}

API CUresult cuDeviceGet(CUdevice *out, int ordinal) {
  ENTER(cuDeviceGet, NEEDS_DRIVER)
  return leave(get(out, ordinal));
}

API CUresult cuDeviceGetName(char *out, int size, CUdevice device) {
  ENTER(cuDeviceGetName, NEEDS_DRIVER)
  return leave(get_name(out, size, device));
}

API CUresult cuDeviceGetPCIBusId(char *out, int size, CUdevice device) {
  ENTER(cuDeviceGetPCIBusId, NEEDS_DRIVER)
  return leave(get_bus(out, size, device));
}

API CUresult cuDeviceGetUuid(unsigned char *out, CUdevice device) {
  ENTER(cuDeviceGetUuid, NEEDS_DRIVER)
  return leave(get_uuid(out, device));
}

#if STUB_LEVEL >= 11040
API CUresult cuDeviceGetUuid_v2(unsigned char *out, CUdevice device) {
  ENTER(cuDeviceGetUuid_v2, NEEDS_DRIVER)
  return leave(get_uuid(out, device));
}
#endif

API CUresult cuDeviceTotalMem_v2(size_t *out, CUdevice device) {
  ENTER(cuDeviceTotalMem_v2, NEEDS_DRIVER)
  return leave(get_total(out, device));
}

API CUresult cuDeviceGetAttribute(int *out, int attribute, CUdevice device) {
  ENTER(cuDeviceGetAttribute, NEEDS_DRIVER)
  return leave(get_attribute(out, attribute, device));
}
