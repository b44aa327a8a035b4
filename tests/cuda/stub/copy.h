/* copy.h: copies, from what the program asks to an operation of a stream. */
#ifndef STUB_COPY_H
#define STUB_COPY_H

#include "operation.h"
#include "stream.h"

#pragma GCC visibility push(hidden)

/* What is asked for: rows at two addresses, one of them of the host, or both of the device. */
struct request {
  enum direction direction;
  uint64_t source, target;
  size_t source_pitch, target_pitch;
  size_t width, height;
};

/* Queues a copy. From and to memory that is not pinned it goes as with the real driver: the source is read before it
 * returns, and the target is written before it returns. */
CUresult copy_queue(struct stream *stream, const struct request *request);
/* Queues a fill of device memory. */
CUresult fill_queue(struct stream *stream, CUdeviceptr address, unsigned char value, size_t size);

#pragma GCC visibility pop
#endif
