/* control.c: what tests call, beside the driver's own functions. None of it counts as a call of the driver.
 *
 *   int cuStubConfigure(const char *specification)
 *     Changes settings: "devices=2 delay_us=300 fail=cuMemAlloc_v2@1=2". See settings.h and failures.h. What is not
 *     named stays; "fail=" takes back all failures. Returns 0, or 1 and changes nothing. The number of devices and
 *     their memory cannot be changed while there is a context.
 *   size_t cuStubReport(char *buffer, size_t size)
 *     Writes a report, see report.c, and a NUL; returns the length of all of it, without the NUL, which may be more
 *     than there is room for.
 *   void cuStubReset(void)
 *     Frees everything, forgets what was counted, and reads the settings from the environment; a driver that was
 *     initialised stays so. No other thread may be in a call of the driver.
 *   int cuStubPeek(uint64_t address, void *out, size_t size)
 *     Reads device memory. Returns 0, or 1 if that is not all in one allocation. */
#include "allocation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "handles.h"
#include "library.h"
#include "lock.h"
#include "report.h"
#include "settings.h"
#include "thread.h"

static bool in_use(void) {
  return contexts_alive(true) + contexts_alive(false) > 0;
}

/* Makes the devices anew, as the settings want them now. */
static bool rebuild(void) {
  devices_unmake();
  return devices_make();
}

static bool configure(const char *specification) {
  struct wish wish;
  if (!settings_load() || !settings_read(specification, &wish)) {
    return false;
  }
  bool same = wish.settings.devices == settings.devices && wish.settings.memory_mb == settings.memory_mb;
  if (initialised && !same && in_use()) {
    return false;
  }
  settings_adopt(&wish);
  if (initialised && !same) {
    initialised = rebuild();
  }
  return true;
}

static void reset(void) {
  contexts_reset();
  handles_retire_all();
  threads_reset();
  report_reset();
  settings_forget();
  initialised = settings_load() && initialised && rebuild();
}

static bool peek(uint64_t address, void *out, size_t size) {
  const struct allocation *allocation = allocation_at(address);
  if (allocation == NULL || size > allocation->size - (address - allocation->address)) {
    return false;
  }
  memcpy(out, shadow_to_read(allocation->device, address, size), size);
  return true;
}

API int cuStubConfigure(const char *specification) {
  lock();
  bool good = configure(specification);
  unlock();
  return good ? 0 : 1;
}

API size_t cuStubReport(char *buffer, size_t size) {
  lock();
  size_t length = report_write(buffer, size);
  unlock();
  return length;
}

API void cuStubReset(void) {
  lock();
  reset();
  unlock();
}

API int cuStubPeek(uint64_t address, void *out, size_t size) {
  lock();
  bool good = peek(address, out, size);
  unlock();
  return good ? 0 : 1;
}

static void write_report(const char *path) {
  size_t length = report_write(NULL, 0) + 1;
  char *text = malloc(length);
  FILE *file = text != NULL ? fopen(path, "w") : NULL;
  if (file != NULL) {
    report_write(text, length);
    fprintf(file, "%s\n", text);
    fclose(file);
  }
  free(text);
}

__attribute__((destructor)) static void at_exit(void) {
  if (library_forked()) {
    return;
  }
  lock();
  if (settings.report[0] != '\0') {
    write_report(settings.report);
  }
  unlock();
}
