/* context.c: see context.h. */
#include "context.h"

#include <stdlib.h>

#include "allocation.h"
#include "event.h"
#include "handles.h"
#include "pinned.h"
#include "report.h"
#include "stream.h"
#include "thread.h"

static struct context *contexts;

struct context *context_current(void) {
  const struct thread *thread = this_thread();
  return thread->depth > 0 ? thread->contexts[thread->depth - 1] : NULL;
}

CUresult context_state(const struct context *context) {
  if (context == NULL) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  return context->alive ? context->lost : CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

void context_lose(struct context *context, CUresult code) {
  if (context->lost == CUDA_SUCCESS) {
    context->lost = code;
  }
}

struct context *context_new(struct device *device, bool primary) {
  struct context *context = calloc(1, sizeof *context);
  if (context == NULL) {
    return NULL;
  }
  context->handle = handle_new(HANDLE_CONTEXT, context);
  context->device = device;
  context->primary = primary;
  context->alive = true;
  context->defaults[0] = stream_new(context, 0);
  context->defaults[1] = stream_new(context, 0);
  context->next = contexts;
  contexts = context;
  if (context->handle == NULL || context->defaults[0] == NULL || context->defaults[1] == NULL) {
    context_destroy(context);
    return NULL;
  }
  return context;
}

static void complain_of_leftovers(const struct context *context) {
  size_t allocations = allocations_count(context), ranges = pinned_count(context);
  size_t streams = streams_count(context), events = events_count(context);
  if (context->lost == CUDA_SUCCESS && streams_busy(context)) {
    violation("a context of device %d is destroyed with work in flight", context->device->ordinal);
  }
  if (context->lost == CUDA_SUCCESS && allocations + ranges + streams + events > 0) {
    violation("a context of device %d is destroyed with %zu allocations, %zu pinned ranges, %zu streams, %zu events",
              context->device->ordinal, allocations, ranges, streams, events);
  }
}

static void empty(struct context *context) {
  context->alive = false;
  streams_close(context);
  events_free(context);
  allocations_free(context);
  pinned_free_all(context);
}

void context_destroy(struct context *context) {
  complain_of_leftovers(context);
  if (context->device->primary == context) {
    context->device->primary = NULL;
  }
  empty(context);
}

void contexts_reset(void) {
  for (struct context *context = contexts; context != NULL; context = context->next) {
    context_lose(context, CUDA_ERROR_CONTEXT_IS_DESTROYED); /* so that queued copies are not waited for */
    empty(context);
  }
  while (contexts != NULL) {
    struct context *next = contexts->next;
    free(contexts);
    contexts = next;
  }
}

size_t contexts_alive(bool primary) {
  size_t found = 0;
  for (const struct context *context = contexts; context != NULL; context = context->next) {
    found += context->alive && context->primary == primary;
  }
  return found;
}
