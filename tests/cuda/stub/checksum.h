/* checksum.h: a quick checksum, to see that bytes have changed. */
#ifndef STUB_CHECKSUM_H
#define STUB_CHECKSUM_H

#include "driver.h"

#pragma GCC visibility push(hidden)

uint64_t checksum(uint64_t before, const unsigned char *bytes, size_t size);

#pragma GCC visibility pop
#endif
