/* upload.h: an uploader, as a library would have it that is a guest in the program: threads that read a source into
 * pinned slots, from where streams copy to the device. */
#ifndef BUGS_UPLOAD_H
#define BUGS_UPLOAD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "cuda.h"

struct upload {
  const unsigned char *source; /* which can only be read in whole blocks, as a file by direct reads */
  size_t start, size;          /* what is wanted of it */
  CUdevice device;
  unsigned threads, depth;
  size_t slot_size;

  CUcontext context;
  CUdeviceptr target; /* where it is afterwards; to be given back by upload_give_back */
  atomic_size_t next; /* the first byte that no thread has taken */
  atomic_bool failed;
};

enum { BLOCK = 512, MAX_THREADS = 16 };

/* False if it has failed, and then there is nothing to give back. */
bool upload_run(struct upload *upload);
bool upload_give_back(struct upload *upload);

#endif
