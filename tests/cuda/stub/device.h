/* device.h: the devices, and the memory that plays theirs.
 *
 * The addresses that the program gets lie in a range without access, so that following one faults as on a real machine.
 * The bytes lie in a second range, the shadow. Memory that was not written reads as poison; no page is spent on it. */
#ifndef STUB_DEVICE_H
#define STUB_DEVICE_H

#include "driver.h"

#include <pthread.h>

#include "settings.h"

#pragma GCC visibility push(hidden)

enum { POISON = 0xCB };

struct context;
struct allocation;

struct device {
  int ordinal;
  uint64_t memory;          /* how much it has */
  uint64_t used, used_peak; /* as asked for */
  uint64_t taken;           /* with what rounding adds */
  struct context *primary;
  unsigned primary_flags;
  uint64_t engine_free[2]; /* when its copy engines will be done, one for each direction */

  CUdeviceptr base; /* of the addresses */
  uint64_t span;    /* how many: more than memory, so that gaps do no harm */
  CUdeviceptr cursor;
  struct allocation **allocations; /* by address */
  size_t allocation_count, allocation_capacity;

  unsigned char *shadow;
  unsigned char *written; /* one for each block of the shadow: whether poison or bytes were put there */
  pthread_mutex_t shadow_lock;
};

extern struct device devices[MAX_DEVICES];
extern int device_count;

/* Makes the devices that the settings want; false if there is no memory for that. */
bool devices_make(void);
void devices_unmake(void);
CUresult device_find(CUdevice ordinal, struct device **device);
/* Whether it is an address of some device. */
bool device_owns(uint64_t address);

/* Where the bytes of device memory are; blocks that were never written are poisoned first. */
unsigned char *shadow_to_read(struct device *device, CUdeviceptr address, size_t size);
/* The same for bytes that will all be overwritten. */
unsigned char *shadow_to_write(struct device *device, CUdeviceptr address, size_t size);
/* Makes memory poison again. */
void shadow_forget(struct device *device, CUdeviceptr address, size_t size);

#pragma GCC visibility pop
#endif
