/* findings.h: what is wrong, one line each, on standard output. */
#ifndef BUGS_FINDINGS_H
#define BUGS_FINDINGS_H

#include <stdbool.h>

#include "cuda.h"

__attribute__((format(printf, 1, 2))) void finding(const char *format, ...);
unsigned findings(void);

/* Whether a call of the driver has succeeded; an error is a finding. */
bool good(CUresult result, const char *call);
#define GOOD(call) good(call, #call)

/* The same for the uploader: it says that it has failed, and only the program knows whether it was meant to. */
bool succeeded(CUresult result, const char *call);
#define TRY(call) succeeded(call, #call)

/* Compares the report of the stand-in with what it is when everything has been given back and no rule was broken. */
void examine_report(void);

#endif
