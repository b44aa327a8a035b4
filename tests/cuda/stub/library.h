/* library.h: the shared object itself. */
#ifndef STUB_LIBRARY_H
#define STUB_LIBRARY_H

#include "driver.h"

#pragma GCC visibility push(hidden)

/* Keeps the library loaded for ever: its threads run its code. */
void library_stay(void);
/* Whether it has such a function. */
bool library_exports(const char *symbol);
/* Whether this is a child of the process that loaded the library; the driver does not work there. */
bool library_forked(void);

#pragma GCC visibility pop
#endif
