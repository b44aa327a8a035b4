/* report.h: what the stand-in has seen. */
#ifndef STUB_REPORT_H
#define STUB_REPORT_H

#include "driver.h"

#pragma GCC visibility push(hidden)

struct counters {
  uint64_t to_device, to_host; /* bytes that were copied */
  uint64_t pageable_copies; /* to devices, from memory that is not pinned */
  uint64_t pageable_copies_to_host;
};

extern struct counters counters;

/* Notes that the program has broken a rule of the driver. */
__attribute__((format(printf, 1, 2))) void violation(const char *format, ...);

/* Writes a report as JSON, as much as there is room for, and a NUL; returns the length of all, without the NUL. */
size_t report_write(char *buffer, size_t size);
/* Forgets what was counted and noted. */
void report_reset(void);

#pragma GCC visibility pop
#endif
