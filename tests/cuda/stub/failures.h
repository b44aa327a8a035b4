/* failures.h: failures that tests order: "symbol@n=code[+][!][~],...".
 *
 * The nth call of the symbol, counted from when the order was given and from 1, returns the code; `*` stands for every
 * symbol. `+`: later calls too. `!`: the current context is lost: every later call in it returns the code. `~`: the
 * call succeeds; the work that it queues fails when its turn comes, by which the context is lost too. */
#ifndef STUB_FAILURES_H
#define STUB_FAILURES_H

#include "driver.h"

#pragma GCC visibility push(hidden)

enum { MAX_FAILURES = 64 };

struct failure {
  char symbol[48];
  uint64_t n;
  uint64_t calls; /* that it has seen */
  CUresult code;
  bool onward, lost, later;
};

struct failures {
  size_t count;
  struct failure list[MAX_FAILURES];
};

/* False if the text makes no sense, or names a symbol that is not exported. */
bool failures_parse(struct failures *failures, const char *text);
/* Replaces all orders, and starts to count. */
void failures_use(const struct failures *failures);
/* Counts a call; returns the failure that was ordered for it, or NULL. */
const struct failure *failures_next(const char *symbol);

#pragma GCC visibility pop
#endif
