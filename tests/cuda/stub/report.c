/* report.c: see report.h. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "allocation.h"
#include "context.h"
#include "entry.h"
#include "handles.h"
#include "pinned.h"
#include "settings.h"

struct counters counters;

enum { KEPT = 32, LENGTH = 160 };
static char violations[KEPT][LENGTH];
static uint64_t violation_count;

void violation(const char *format, ...) {
  if (violation_count < KEPT) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(violations[violation_count], LENGTH, format, arguments);
    va_end(arguments);
  }
  violation_count++;
}

/* Text that is written as far as there is room. */
struct text {
  char *buffer;
  size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...) {
  size_t at = text->length < text->size ? text->length : text->size;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(at < text->size ? text->buffer + at : NULL, text->size - at, format, arguments);
  va_end(arguments);
  text->length += length > 0 ? (size_t)length : 0;
}

static void add_number(struct text *text, const char *name, uint64_t value) {
  add(text, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void add_devices(struct text *text) {
  uint64_t used = 0, peak = 0;
  add(text, "\"primary_retains\":[");
  for (int i = 0; i < device_count; i++) {
    const struct context *primary = devices[i].primary;
    used += devices[i].used;
    peak += devices[i].used_peak;
    add(text, "%s%u", i > 0 ? "," : "", primary != NULL ? primary->references : 0);
  }
  add(text, "],");
  add_number(text, "device_bytes", used);
  add_number(text, "device_bytes_peak", peak);
}

static void add_calls(struct text *text) {
  const char *before = "";
  add(text, "\"calls\":{");
  for (const struct symbol *symbol = symbols_called(); symbol != NULL; symbol = symbol->next) {
    if (symbol->calls > 0) {
      add(text, "%s\"%s\":%llu", before, symbol->name, (unsigned long long)symbol->calls);
      before = ",";
    }
  }
  add(text, "},");
}

/* The texts are the stand-in's own: nothing in them has to be escaped. */
static void add_violations(struct text *text) {
  add_number(text, "violations_in_all", violation_count);
  add(text, "\"violations\":[");
  for (uint64_t i = 0; i < violation_count && i < KEPT; i++) {
    add(text, "%s\"%s\"", i > 0 ? "," : "", violations[i]);
  }
  add(text, "]");
}

size_t report_write(char *buffer, size_t size) {
  struct text text = {buffer, size, 0};
  pinned_watch();
  add(&text, "{");
  add_number(&text, "device_allocations", allocations_count(NULL));
  add_number(&text, "pinned_ranges", pinned_count(NULL));
  add_number(&text, "streams", handle_count(HANDLE_STREAM));
  add_number(&text, "events", handle_count(HANDLE_EVENT));
  add_number(&text, "graphs", handle_count(HANDLE_GRAPH));
  add_number(&text, "other_contexts", contexts_alive(false));
  add_devices(&text);
  add_number(&text, "pinned_bytes", pinned_bytes());
  add_number(&text, "pinned_bytes_peak", pinned_bytes_peak());
  add_number(&text, "pageable_copies", counters.pageable_copies);
  add_number(&text, "pageable_copies_to_host", counters.pageable_copies_to_host);
  add_number(&text, "bytes_to_devices", counters.to_device);
  add_number(&text, "bytes_to_host", counters.to_host);
  add_number(&text, "calls_in_all", calls_in_all());
  add_calls(&text);
  add_violations(&text);
  add(&text, "}");
  return text.length;
}

void report_reset(void) {
  counters = (struct counters){0};
  violation_count = 0;
  pinned_reset_peak();
  calls_reset();
}
