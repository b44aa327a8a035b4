/* lock.c: see lock.h. */
#include "lock.h"

static pthread_mutex_t the_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;
static unsigned waiters;

void lock(void) {
  pthread_mutex_lock(&the_lock);
}

void unlock(void) {
  pthread_mutex_unlock(&the_lock);
}

void wait_on(pthread_cond_t *condition) {
  pthread_cond_wait(condition, &the_lock);
}

void wait_for_progress(void) {
  waiters++;
  wait_on(&progress);
  waiters--;
}

void announce_progress(void) {
  if (waiters > 0) {
    pthread_cond_broadcast(&progress);
  }
}
