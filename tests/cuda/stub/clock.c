/* clock.c: see clock.h. */
#include "clock.h"

#include <errno.h>
#include <time.h>

enum { NANOSECONDS = 1000000000 };

uint64_t clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

void clock_sleep_until(uint64_t moment) {
  struct timespec until = {(time_t)(moment / NANOSECONDS), (long)(moment % NANOSECONDS)};
  while (moment > 0 && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
  }
}
