/* ring.h: the pinned slots of one filler, and the event of each. */
#ifndef BUGS_RING_H
#define BUGS_RING_H

#include <stdbool.h>

#include "cuda.h"

enum { MAX_DEPTH = 8 };

struct slot {
  unsigned char *bytes;
  CUevent event; /* recorded after the copy from it */
  bool busy;     /* that was recorded */
};

struct ring {
  unsigned char *memory;
  size_t size;
  bool pinned;
  unsigned depth;
  struct slot slots[MAX_DEPTH];
};

/* Made in the current context. False, with what there is of it, if something fails. */
bool ring_make(struct ring *ring, unsigned depth, size_t slot_size);
/* Waits until the slot may be filled. */
bool slot_wait(struct slot *slot);
/* Waits for all copies in the stream and gives the ring back. Memory that the driver may still use is kept for ever. */
bool ring_give_back(struct ring *ring, CUstream stream);

#endif
