/* bug.h: the mistakes that the uploader can be told to make. */
#ifndef BUGS_BUG_H
#define BUGS_BUG_H

#include <stdbool.h>

enum bug {
  NO_BUG,
  SLOT_REUSED,        /* it fills a slot anew while the copy from it is under way */
  RING_NOT_DRAINED,   /* it gives back the ring before the last copies are over */
  SKEW_FORGOTTEN,     /* it forgets that a read began before the bytes that were wanted, as direct reads must */
  OFF_BY_ONE,         /* each chunk lands one byte too far */
  CONTEXT_NOT_PUSHED, /* its threads have no current context */
  EVENTS_LEAKED,      /* it destroys no event */
  RING_NOT_PINNED,    /* the driver knows nothing of the ring */
  RING_UNMAPPED,      /* it unmaps the ring though that is still registered */
  MEMORY_LEAKED,      /* it keeps the device memory of an upload that failed */
  CONTEXT_LEFT,       /* it leaves another context current in the thread that called it */
  CAPTURE_SPOILT,     /* it does not mind that other threads capture streams */
  BUGS,
};

/* False if there is no such bug. */
bool bug_choose(const char *name);
bool bug_is(enum bug bug);

#endif
