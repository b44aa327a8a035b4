/* allocation.h: the allocations of device memory. */
#ifndef STUB_ALLOCATION_H
#define STUB_ALLOCATION_H

#include "context.h"
#include "device.h"

#pragma GCC visibility push(hidden)

struct allocation {
  CUdeviceptr address;
  uint64_t size;  /* as asked for: what may be copied to and from */
  uint64_t taken; /* as given */
  struct device *device;
  struct context *context;
  size_t in_flight; /* copies that are queued */
  bool released;    /* being freed, or to be freed when a stream comes to it */
  bool excused;     /* freeing it has failed by order */
};

/* Allocates in the context. */
CUresult allocation_make(struct context *context, uint64_t size, CUdeviceptr *address);
/* The allocation that an address is in, or NULL. */
struct allocation *allocation_at(CUdeviceptr address);
/* Frees, after waiting for copies; those are a violation. */
void allocation_free(struct allocation *allocation);

/* Of a context, without those that are excused; or, of NULL, all. */
size_t allocations_count(const struct context *context);
void allocations_free(const struct context *context);

#pragma GCC visibility pop
#endif
