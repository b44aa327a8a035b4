/* clock.h: time, in nanoseconds since some moment. */
#ifndef STUB_CLOCK_H
#define STUB_CLOCK_H

#include "driver.h"

#pragma GCC visibility push(hidden)

uint64_t clock_now(void);
/* Returns at once if that is over. */
void clock_sleep_until(uint64_t moment);

#pragma GCC visibility pop
#endif
