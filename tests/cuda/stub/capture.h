/* capture.h: the capture of streams into graphs, as far as it forbids things. Graphs are empty: nothing runs them. */
#ifndef STUB_CAPTURE_H
#define STUB_CAPTURE_H

#include "driver.h"

#pragma GCC visibility push(hidden)

struct record;
struct stream;

/* Before a call that captures forbid in threads of the default mode. One that forbids it is spoilt by it. */
CUresult captures_forbid(const char *symbol);
/* Before work is queued in a stream. */
CUresult capture_admit(const struct stream *stream);
/* Before a stream is waited for or asked. */
CUresult capture_forbids_waiting(const struct stream *stream);
/* Before a stream waits for a record; it may join the capture of that. Sets whether the record is one to wait for. */
CUresult capture_meets(struct stream *stream, const struct record *record, unsigned flags, bool *wait);
/* The number of the capture that a stream is in, or 0. */
uint64_t capture_of(const struct stream *stream);
/* A stream is destroyed. */
void capture_loses(const struct stream *stream);

#pragma GCC visibility pop
#endif
