/* entry.h: how a call of the driver begins and ends.
 *
 * The exported function takes the lock by ENTER, which returns from it if the call is to fail, and gives it back by
 * leave. */
#ifndef STUB_ENTRY_H
#define STUB_ENTRY_H

#include "lock.h"

#pragma GCC visibility push(hidden)

/* A function of the driver, and how often it was called. */
struct symbol {
  const char *name;
  uint64_t calls;
  bool listed;
  struct symbol *next;
};

/* What a call needs. */
enum need {
  NEEDS_NOTHING = 0,
  NEEDS_DRIVER = 1,  /* cuInit */
  NEEDS_CONTEXT = 3, /* and a current context that works */
  UNSAFE = 4,        /* no stream capture that forbids it */
  ASKS = 8,          /* though a program may try it, to see what is there */
};

CUresult enter(struct symbol *symbol, unsigned needs);
CUresult leave(CUresult result);

#define ENTER(function, needs)                       \
  static struct symbol symbol = {.name = #function}; \
  CUresult entered = enter(&symbol, needs);          \
  if (entered != CUDA_SUCCESS) {                     \
    return entered;                                  \
  }

/* The same for a function that gives something back. If a test orders it to fail, the program is not to blame for what
 * is left: `excuse` is done with the lock. */
#define ENTER_RELEASE(function, needs, excuse)       \
  static struct symbol symbol = {.name = #function}; \
  CUresult entered = enter(&symbol, needs);          \
  if (entered != CUDA_SUCCESS && was_ordered()) {    \
    lock();                                          \
    excuse;                                          \
    return leave(entered);                           \
  }                                                  \
  if (entered != CUDA_SUCCESS) {                     \
    return entered;                                  \
  }

/* Whether the call of this thread that failed last was ordered to. */
bool was_ordered(void);

/* Every function that was called: a list. */
const struct symbol *symbols_called(void);
uint64_t calls_in_all(void);
void calls_reset(void);

/* Whether cuInit has succeeded. */
extern bool initialised;

#pragma GCC visibility pop
#endif
