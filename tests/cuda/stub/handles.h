/* handles.h: the handles that the program holds. They are numbers, not addresses, and are never used twice, so that a
 * handle of something that is gone is told from a good one. */
#ifndef STUB_HANDLES_H
#define STUB_HANDLES_H

#include "driver.h"

#pragma GCC visibility push(hidden)

enum handle_kind { HANDLE_CONTEXT = 1, HANDLE_STREAM, HANDLE_EVENT, HANDLE_GRAPH };

/* A new handle; NULL if there is no memory. */
void *handle_new(enum handle_kind kind, void *object);
/* What the handle stands for, or NULL. A handle of something that is gone is a violation. */
void *handle_object(enum handle_kind kind, const void *handle);
void handle_retire(const void *handle);
void handles_retire_all(void);
/* Goes through the objects of a kind: `cursor` starts at 0; NULL at the end. */
void *handle_next(enum handle_kind kind, size_t *cursor);
size_t handle_count(enum handle_kind kind);

#pragma GCC visibility pop
#endif
