/* thread.h: what the driver keeps for each thread. */
#ifndef STUB_THREAD_H
#define STUB_THREAD_H

#include "driver.h"

#pragma GCC visibility push(hidden)

struct context;

enum { MAX_CONTEXTS = 64 };

struct thread {
  uint64_t id;
  uint64_t epoch;                        /* which cuStubReset it has seen */
  struct context *contexts[MAX_CONTEXTS]; /* the stack; the last one is current */
  size_t depth;
  int capture_mode;
  CUresult failure; /* what the work that the present call queues shall fail with */
  bool ordered;     /* whether the present call has failed because a test ordered that */
  bool in_host_function;
};

struct thread *this_thread(void);
/* Gives every thread a fresh state. */
void threads_reset(void);

#pragma GCC visibility pop
#endif
