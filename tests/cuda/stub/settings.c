/* settings.c: see settings.h. */
#include "settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings settings;
static bool loaded;

static const struct settings defaults = {
    .devices = 2, .memory_mb = 512, .driver = STUB_LEVEL, .copies = 1, .registers = 1};

static const struct {
  const char *name;
  size_t offset;
} numbers[] = {
    {"devices", offsetof(struct settings, devices)},     {"memory_mb", offsetof(struct settings, memory_mb)},
    {"driver", offsetof(struct settings, driver)},       {"init", offsetof(struct settings, init)},
    {"sync", offsetof(struct settings, sync)},           {"delay_us", offsetof(struct settings, delay_us)},
    {"mbps", offsetof(struct settings, mbps)},           {"copies", offsetof(struct settings, copies)},
    {"pinned_mb", offsetof(struct settings, pinned_mb)}, {"register", offsetof(struct settings, registers)},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static const char *const texts[] = {"fail", "report"};
enum { TEXTS = sizeof texts / sizeof *texts };

static bool set_number(uint64_t *number, const char *value) {
  char *end;
  if (!isdigit((unsigned char)*value)) {
    return false;
  }
  *number = strtoull(value, &end, 10);
  return *end == '\0';
}

/* Changes one of `to`; what "fail" says goes to `failures`. */
static bool set(struct settings *to, struct failures *failures, const char *name, const char *value) {
  for (size_t i = 0; i < NUMBERS; i++) {
    if (strcmp(name, numbers[i].name) == 0) {
      return set_number((uint64_t *)(void *)((char *)to + numbers[i].offset), value) && to->devices <= MAX_DEVICES;
    }
  }
  if (strcmp(name, "report") == 0) {
    int length = snprintf(to->report, sizeof to->report, "%s", value);
    return length >= 0 && (size_t)length < sizeof to->report;
  }
  return strcmp(name, "fail") == 0 && failures_parse(failures, value);
}

/* Changes one setting to what the environment says, if it says something. */
static bool set_from_environment(struct settings *to, struct failures *failures, const char *name) {
  char variable[64] = "STUB_CUDA_";
  size_t length = strlen(variable);
  for (const char *c = name; *c != '\0'; c++) {
    variable[length++] = (char)toupper((unsigned char)*c);
  }
  const char *value = getenv(variable);
  if (value == NULL || *value == '\0' || set(to, failures, name, value)) {
    return true;
  }
  fprintf(stderr, "stub: %s=%s makes no sense\n", variable, value);
  return false;
}

bool settings_load(void) {
  if (loaded) {
    return true;
  }
  struct failures failures = {0};
  bool good = true;
  settings = defaults;
  for (size_t i = 0; i < NUMBERS; i++) {
    good = set_from_environment(&settings, &failures, numbers[i].name) && good;
  }
  for (size_t i = 0; i < TEXTS; i++) {
    good = set_from_environment(&settings, &failures, texts[i]) && good;
  }
  failures_use(&failures);
  loaded = good;
  return good;
}

void settings_forget(void) {
  loaded = false;
}

/* Reads one "name=value". */
static bool read_word(char *word, struct wish *wish) {
  char *value = strchr(word, '=');
  if (value == NULL) {
    return false;
  }
  *value++ = '\0';
  wish->has_failures = wish->has_failures || strcmp(word, "fail") == 0;
  return set(&wish->settings, &wish->failures, word, value);
}

bool settings_read(const char *specification, struct wish *wish) {
  char *copy = strdup(specification), *rest = copy, *word;
  bool good = copy != NULL;
  *wish = (struct wish){.settings = settings};
  while (good && (word = strtok_r(rest, " ", &rest)) != NULL) {
    good = read_word(word, wish);
  }
  free(copy);
  return good;
}

void settings_adopt(const struct wish *wish) {
  settings = wish->settings;
  if (wish->has_failures) {
    failures_use(&wish->failures);
  }
}

bool settings_inline(void) {
  bool instant = settings.copies == 0 && settings.delay_us == 0 && settings.mbps == 0;
  return settings.sync != 0 || instant;
}
