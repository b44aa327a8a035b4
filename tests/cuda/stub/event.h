/* event.h: events, and what they record. */
#ifndef STUB_EVENT_H
#define STUB_EVENT_H

#include "context.h"

#pragma GCC visibility push(hidden)

/* One recording of an event. Whoever waits for it is not disturbed when the event is recorded again, or destroyed. */
struct record {
  unsigned references;
  bool done;
  uint64_t time;
  uint64_t capture; /* the number of the capture that it was made in; 0 for none */
};

struct event {
  CUevent handle;
  struct context *context;
  unsigned flags;
  bool excused;          /* destroying it has failed by order */
  struct record *record; /* the last one, or NULL */
};

/* With one reference; NULL if there is no memory. */
struct record *record_new(void);
struct record *record_share(struct record *record);
void record_release(struct record *record);
void record_complete(struct record *record);
void record_wait(const struct record *record);

CUresult event_find(CUevent handle, struct event **event);
void events_free(const struct context *context);
/* Without those that are excused. */
size_t events_count(const struct context *context);

#pragma GCC visibility pop
#endif
