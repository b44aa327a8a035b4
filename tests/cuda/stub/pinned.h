/* pinned.h: host memory that is pinned: allocated by the driver, or registered. */
#ifndef STUB_PINNED_H
#define STUB_PINNED_H

#include "context.h"

#pragma GCC visibility push(hidden)

struct pinned {
  unsigned char *start;
  size_t size;
  bool registered; /* or else allocated */
  bool portable;   /* pinned in every context */
  bool excused;    /* giving it back has failed by order; the program must not unmap it now */
  bool unmapped;   /* it has, and that was reported */
  bool released;   /* a thread waits for copies, and will free it */
  size_t in_flight;
  struct context *context;
};

/* The range that an address is in, or NULL. */
struct pinned *pinned_at(const void *address);
/* Whether all pages of a range are mapped. */
bool mapped(const void *start, size_t size);
/* Reports memory that was unmapped though it is still registered, once. */
void pinned_watch(void);
/* The same at every call of the driver: because it takes time, only for memory that could not be unregistered. */
void pinned_watch_excused(void);

/* Of a context, without those that are excused; or, of NULL, all. */
size_t pinned_count(const struct context *context);
void pinned_free_all(const struct context *context);
uint64_t pinned_bytes(void);
uint64_t pinned_bytes_peak(void);
void pinned_reset_peak(void);

#pragma GCC visibility pop
#endif
