/* operation.h: what streams do. */
#ifndef STUB_OPERATION_H
#define STUB_OPERATION_H

#include "allocation.h"
#include "event.h"
#include "pinned.h"

#pragma GCC visibility push(hidden)

enum operation_kind {
  OPERATION_COPY,
  OPERATION_FILL,
  OPERATION_RECORD,
  OPERATION_WAIT,
  OPERATION_CALL,
  OPERATION_FREE,
};

enum direction { TO_DEVICE, TO_HOST, WITHIN_DEVICE };

/* One end of a copy: rows of host memory, or of device memory. */
struct end {
  uint64_t address;
  size_t pitch;
  struct allocation *allocation; /* of device memory */
  struct pinned *pinned;         /* of pinned host memory */
};

struct copy {
  enum direction direction;
  struct end source, target;
  size_t width, height;
  bool moves;     /* bytes, or is only for show */
  void *snapshot; /* of a source that is not pinned */
  bool checked;   /* whether the checksum was taken */
  uint64_t checksum;
};

struct operation {
  struct operation *next;
  uint64_t sequence;
  enum operation_kind kind;
  CUresult failure; /* what it shall fail with */
  bool at_once;     /* the call that submits it must not return before it is done */
  struct copy copy; /* a fill has only a target */
  unsigned char value;
  struct record *record;
  void (*function)(void *);
  void *argument;
};

/* NULL if there is no memory. */
struct operation *operation_new(enum operation_kind kind);
void operation_free(struct operation *operation);
/* Does it, and gives up the lock meanwhile. */
void operation_run(struct operation *operation, struct context *context);

/* Marks both ends as in use, or not. */
void copy_hold(struct copy *copy);
void copy_let_go(struct copy *copy);

#pragma GCC visibility pop
#endif
