/* thread.c: see thread.h. */
#include "thread.h"

static _Thread_local struct thread state;
static uint64_t epoch = 1, threads;

struct thread *this_thread(void) {
  if (state.epoch != epoch) {
    state = (struct thread){.id = ++threads, .epoch = epoch, .in_host_function = state.in_host_function};
  }
  return &state;
}

void threads_reset(void) {
  epoch++;
}
