/* context.h: contexts: those of the devices, and those that a program makes for itself. */
#ifndef STUB_CONTEXT_H
#define STUB_CONTEXT_H

#include "device.h"

#pragma GCC visibility push(hidden)

struct stream;

struct context {
  CUcontext handle;
  struct device *device;
  bool primary;
  unsigned references; /* of a primary context */
  bool alive;
  CUresult lost;              /* the error that every call returns since the device was lost */
  struct stream *streams;     /* also those that are destroyed and still at work */
  struct stream *defaults[2]; /* the legacy stream, and the one that is called per-thread */
  struct context *next;       /* of all contexts, until a reset */
};

/* The context that is current in this thread, or NULL. */
struct context *context_current(void);
/* Whether a context can be used: success, or what a call returns. */
CUresult context_state(const struct context *context);
void context_lose(struct context *context, CUresult code);

/* NULL if there is no memory. */
struct context *context_new(struct device *device, bool primary);
/* Waits for its work, and frees all that is in it; what is left there is a violation. */
void context_destroy(struct context *context);
/* Frees everything of every context, and complains of nothing. */
void contexts_reset(void);
size_t contexts_alive(bool primary);

#pragma GCC visibility pop
#endif
