/* stream.h: streams: queues of operations, each with a thread that does them in order. */
#ifndef STUB_STREAM_H
#define STUB_STREAM_H

#include "context.h"

#include <pthread.h>

#include "operation.h"

#pragma GCC visibility push(hidden)

struct stream {
  struct context *context;
  CUstream handle; /* NULL for the default streams */
  unsigned flags;
  struct operation *first, *last; /* the first is in the queue while it is done */
  bool running;
  bool closing;
  bool has_worker;
  bool excused; /* destroying it has failed by order */
  unsigned references; /* the owner, the worker, and those who wait */
  pthread_cond_t work;
  uint64_t capture; /* the number of the last one */
  struct stream *next; /* of the context */
};

/* A stream without a handle; NULL if there is no memory. */
struct stream *stream_new(struct context *context, unsigned flags);
/* Gives back a reference. */
void stream_release(struct stream *stream);
/* The program destroys it. Work that is queued is still done. */
void stream_close(struct stream *stream);
/* The stream that a handle means in the current context. */
CUresult stream_find(CUstream handle, struct stream **stream);
/* The same, for a call that queues work. */
CUresult stream_for_work(CUstream handle, struct stream **stream);

/* Queues an operation, which it takes over; or does it, by the settings. */
CUresult stream_submit(struct stream *stream, struct operation *operation);
bool stream_idle(const struct stream *stream);
/* Waits until all is done that is queued now. */
void stream_drain(struct stream *stream);

/* Of a context. */
bool streams_busy(const struct context *context);
void streams_drain(struct context *context);
void streams_close(struct context *context);
/* That the program made and has not destroyed, without those that are excused. */
size_t streams_count(const struct context *context);

#pragma GCC visibility pop
#endif
