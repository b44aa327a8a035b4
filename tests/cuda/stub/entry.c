/* entry.c: see entry.h. */
#include "entry.h"

#include "capture.h"
#include "context.h"
#include "failures.h"
#include "library.h"
#include "pinned.h"
#include "report.h"
#include "settings.h"
#include "thread.h"

bool initialised;
static struct symbol *called;
static uint64_t calls;

static void count(struct symbol *symbol) {
  if (!symbol->listed) {
    symbol->listed = true;
    symbol->next = called;
    called = symbol;
  }
  symbol->calls++;
  calls++;
}

static CUresult ordered_failure(const struct symbol *symbol, struct thread *thread) {
  const struct failure *failure = failures_next(symbol->name);
  if (failure == NULL) {
    return CUDA_SUCCESS;
  }
  if (failure->later) {
    thread->failure = failure->code;
    return CUDA_SUCCESS;
  }
  struct context *context = context_current();
  if (failure->lost && context != NULL) {
    context_lose(context, failure->code);
  }
  thread->ordered = true;
  return failure->code;
}

bool was_ordered(void) {
  lock();
  bool ordered = this_thread()->ordered;
  unlock();
  return ordered;
}

static CUresult meet(const struct symbol *symbol, unsigned needs) {
  if ((needs & NEEDS_DRIVER) != 0 && !initialised) {
    return CUDA_ERROR_NOT_INITIALIZED;
  }
  if ((needs & NEEDS_CONTEXT) == NEEDS_CONTEXT) {
    CUresult result = context_state(context_current());
    if (result == CUDA_ERROR_INVALID_CONTEXT && (needs & ASKS) == 0) {
      violation("%s without a current context", symbol->name);
    }
    if (result != CUDA_SUCCESS) {
      return result;
    }
  }
  return (needs & UNSAFE) != 0 ? captures_forbid(symbol->name) : CUDA_SUCCESS;
}

static CUresult admit(struct symbol *symbol, unsigned needs) {
  bool sensible = settings_load();
  struct thread *thread = this_thread();
  thread->ordered = false;
  count(symbol);
  if (!sensible) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (thread->in_host_function) {
    violation("%s is called by a host function of a stream", symbol->name);
    return CUDA_ERROR_NOT_PERMITTED;
  }
  CUresult result = ordered_failure(symbol, thread);
  return result != CUDA_SUCCESS ? result : meet(symbol, needs);
}

CUresult enter(struct symbol *symbol, unsigned needs) {
  if (library_forked()) {
    return CUDA_ERROR_NOT_INITIALIZED;
  }
  lock();
  pinned_watch_excused();
  CUresult result = admit(symbol, needs);
  return result == CUDA_SUCCESS ? CUDA_SUCCESS : leave(result);
}

CUresult leave(CUresult result) {
  this_thread()->failure = CUDA_SUCCESS;
  unlock();
  return result;
}

const struct symbol *symbols_called(void) {
  return called;
}

uint64_t calls_in_all(void) {
  return calls;
}

void calls_reset(void) {
  for (struct symbol *symbol = called; symbol != NULL; symbol = symbol->next) {
    symbol->calls = 0;
  }
  calls = 0;
}
