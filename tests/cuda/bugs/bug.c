/* bug.c: see bug.h. */
#include "bug.h"

#include <string.h>

static enum bug chosen;

static const char *const names[BUGS] = {
    [NO_BUG] = "none",
    [SLOT_REUSED] = "slot-reused",
    [RING_NOT_DRAINED] = "ring-not-drained",
    [SKEW_FORGOTTEN] = "skew-forgotten",
    [OFF_BY_ONE] = "off-by-one",
    [CONTEXT_NOT_PUSHED] = "context-not-pushed",
    [EVENTS_LEAKED] = "events-leaked",
    [RING_NOT_PINNED] = "ring-not-pinned",
    [RING_UNMAPPED] = "ring-unmapped",
    [MEMORY_LEAKED] = "memory-leaked",
    [CONTEXT_LEFT] = "context-left",
    [CAPTURE_SPOILT] = "capture-spoilt",
};

bool bug_choose(const char *name) {
  for (int bug = 0; bug < BUGS; bug++) {
    if (strcmp(name, names[bug]) == 0) {
      chosen = (enum bug)bug;
      return true;
    }
  }
  return false;
}

bool bug_is(enum bug bug) {
  return chosen == bug;
}
