/* findings.c: see findings.h. */
#include "findings.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned count;

void finding(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  pthread_mutex_lock(&lock);
  printf("finding: ");
  vprintf(format, arguments);
  printf("\n");
  count++;
  pthread_mutex_unlock(&lock);
  va_end(arguments);
}

unsigned findings(void) {
  return count;
}

static const char *name_of(CUresult result) {
  const char *name = NULL;
  cuGetErrorName(result, &name);
  return name != NULL ? name : "unknown error";
}

bool good(CUresult result, const char *call) {
  if (result != 0) {
    finding("%s: %s", call, name_of(result));
  }
  return result == 0;
}

bool succeeded(CUresult result, const char *call) {
  if (result != 0) {
    printf("error: %s: %s\n", call, name_of(result));
  }
  return result == 0;
}

static void expect_zero(const char *report, const char *field) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":", field);
  const char *found = strstr(report, key);
  if (found == NULL || strtoull(found + strlen(key), NULL, 10) != 0) {
    finding("the report says %s%.12s", key, found != NULL ? found + strlen(key) : "nothing");
  }
}

static void expect_empty(const char *report, const char *field, const char *empty) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":", field);
  const char *found = strstr(report, key);
  if (found == NULL || strncmp(found + strlen(key), empty, strlen(empty)) != 0) {
    finding("the report says %s", found != NULL ? found : "nothing");
  }
}

void examine_report(void) {
  static const char *const fields[] = {"device_allocations", "device_bytes", "pinned_ranges",  "pinned_bytes",
                                       "streams",            "events",       "graphs",         "other_contexts",
                                       "pageable_copies"};
  size_t length = cuStubReport(NULL, 0) + 1;
  char *report = malloc(length);
  if (report == NULL) {
    finding("no memory for the report");
    return;
  }
  cuStubReport(report, length);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    expect_zero(report, fields[i]);
  }
  expect_empty(report, "primary_retains", "[0,0]");
  expect_empty(report, "violations", "[]");
  free(report);
}
