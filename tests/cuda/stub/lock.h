/* lock.h: one lock guards all tables; one condition says that work of some stream has been done.
 *
 * Bytes are moved and host functions are called without the lock. */
#ifndef STUB_LOCK_H
#define STUB_LOCK_H

#include "driver.h"

#include <pthread.h>

#pragma GCC visibility push(hidden)

void lock(void);
void unlock(void);
/* Waits on a condition that belongs to the lock. */
void wait_on(pthread_cond_t *condition);

void wait_for_progress(void);
void announce_progress(void);

#pragma GCC visibility pop
#endif
