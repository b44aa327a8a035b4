/* mover.h: the bytes of copies. Needs no lock. */
#ifndef STUB_MOVER_H
#define STUB_MOVER_H

#include "operation.h"

#pragma GCC visibility push(hidden)

enum outcome { MOVED, SOURCE_CHANGED, TARGET_CHANGED, SOURCE_UNMAPPED, TARGET_UNMAPPED };

enum outcome move_bytes(const struct copy *copy);
void fill_bytes(const struct copy *copy, unsigned char value);
/* What is in the source now. */
uint64_t copy_checksum(const struct copy *copy);
/* How many bytes an end spans, gaps between rows included. */
size_t span_of(const struct copy *copy, const struct end *end);

#pragma GCC visibility pop
#endif
