/* operation.c: how operations are done: see operation.h. */
#include "operation.h"

#include <stdlib.h>

#include "clock.h"
#include "lock.h"
#include "mover.h"
#include "report.h"
#include "settings.h"
#include "thread.h"

struct operation *operation_new(enum operation_kind kind) {
  struct operation *operation = calloc(1, sizeof *operation);
  if (operation != NULL) {
    operation->kind = kind;
  }
  return operation;
}

static void hold_end(struct end *end, size_t change) {
  if (end->allocation != NULL) {
    end->allocation->in_flight += change;
  }
  if (end->pinned != NULL) {
    end->pinned->in_flight += change;
  }
}

void copy_hold(struct copy *copy) {
  hold_end(&copy->source, 1);
  hold_end(&copy->target, 1);
}

void copy_let_go(struct copy *copy) {
  hold_end(&copy->source, (size_t)-1);
  hold_end(&copy->target, (size_t)-1);
  copy->source = copy->target = (struct end){0};
}

void operation_free(struct operation *operation) {
  if (operation == NULL) {
    return;
  }
  copy_let_go(&operation->copy);
  record_release(operation->record);
  free(operation->copy.snapshot);
  free(operation);
}

/* Waits its turn at a copy engine; returns when that will have done the bytes. */
static uint64_t reserve_engine(const struct copy *copy, struct device *device) {
  if (settings.mbps == 0 || copy->direction == WITHIN_DEVICE) {
    return 0;
  }
  uint64_t now = clock_now(), *free_at = &device->engine_free[copy->direction];
  uint64_t start = *free_at > now ? *free_at : now;
  *free_at = start + (uint64_t)((double)copy->width * (double)copy->height * 1e3 / (double)settings.mbps);
  return *free_at;
}

static void count_bytes(const struct copy *copy) {
  uint64_t bytes = (uint64_t)copy->width * copy->height;
  counters.to_device += copy->direction == TO_DEVICE ? bytes : 0;
  counters.to_host += copy->direction == TO_HOST ? bytes : 0;
}

static void complain(enum outcome outcome, const struct copy *copy) {
  static const char *const happened[] = {
      [SOURCE_CHANGED] = "source of a copy changed",
      [TARGET_CHANGED] = "target of a copy was also written by something else",
      [SOURCE_UNMAPPED] = "source of a copy was unmapped",
      [TARGET_UNMAPPED] = "target of a copy was unmapped",
  };
  if (outcome != MOVED) {
    violation("the %s while that was in flight (%zu bytes)", happened[outcome], copy->width * copy->height);
  }
}

static void run_copy(const struct copy *copy, struct device *device) {
  uint64_t delay = settings.delay_us * 1000;
  if (delay > 0) {
    unlock();
    clock_sleep_until(clock_now() + delay);
    lock();
  }
  uint64_t done_at = reserve_engine(copy, device);
  unlock();
  enum outcome outcome = copy->moves ? move_bytes(copy) : MOVED;
  clock_sleep_until(done_at);
  lock();
  complain(outcome, copy);
  count_bytes(copy);
}

static void run_fill(const struct operation *operation) {
  unlock();
  if (operation->copy.moves) {
    fill_bytes(&operation->copy, operation->value);
  }
  lock();
}

static void run_call(const struct operation *operation) {
  struct thread *thread = this_thread();
  thread->in_host_function = true;
  unlock();
  operation->function(operation->argument);
  lock();
  this_thread()->in_host_function = false;
}

static void run_free(struct operation *operation) {
  struct allocation *allocation = operation->copy.target.allocation;
  copy_let_go(&operation->copy);
  allocation_free(allocation);
}

/* In a context that is lost, nothing is moved and called any more, but whoever waits goes on. */
void operation_run(struct operation *operation, struct context *context) {
  if (operation->failure != CUDA_SUCCESS) {
    context_lose(context, operation->failure);
  }
  bool works = context->lost == CUDA_SUCCESS;
  switch (operation->kind) {
    case OPERATION_COPY:
      if (works) {
        run_copy(&operation->copy, context->device);
      }
      break;
    case OPERATION_FILL:
      if (works) {
        run_fill(operation);
      }
      break;
    case OPERATION_CALL:
      if (works) {
        run_call(operation);
      }
      break;
    case OPERATION_RECORD:
      record_complete(operation->record);
      break;
    case OPERATION_WAIT:
      record_wait(operation->record);
      break;
    case OPERATION_FREE:
      run_free(operation);
      break;
  }
}
