/* handles.c: see handles.h. */
#include "handles.h"

#include <stdlib.h>

#include "report.h"

struct slot {
  enum handle_kind kind;
  void *object; /* NULL when it is gone */
};

/* Handles start above the values that mean the default streams. */
enum { FIRST = 0x1000, STEP = 16 };

static struct slot *slots;
static size_t count, capacity;

static size_t index_of(const void *handle) {
  uintptr_t value = (uintptr_t)handle;
  return value >= FIRST && value % STEP == 0 ? (value - FIRST) / STEP : SIZE_MAX;
}

void *handle_new(enum handle_kind kind, void *object) {
  if (count == capacity) {
    size_t larger = capacity == 0 ? 64 : capacity * 2;
    struct slot *moved = realloc(slots, larger * sizeof *slots);
    if (moved == NULL) {
      return NULL;
    }
    slots = moved;
    capacity = larger;
  }
  slots[count] = (struct slot){kind, object};
  return (void *)(uintptr_t)(FIRST + STEP * count++);
}

void *handle_object(enum handle_kind kind, const void *handle) {
  static const char *const names[] = {"", "context", "stream", "event", "graph"};
  size_t index = index_of(handle);
  if (index >= count || slots[index].kind != kind) {
    return NULL;
  }
  if (slots[index].object == NULL) {
    violation("a destroyed %s is used", names[kind]);
  }
  return slots[index].object;
}

void handle_retire(const void *handle) {
  size_t index = index_of(handle);
  if (index < count) {
    slots[index].object = NULL;
  }
}

void handles_retire_all(void) {
  for (size_t i = 0; i < count; i++) {
    slots[i].object = NULL;
  }
}

void *handle_next(enum handle_kind kind, size_t *cursor) {
  while (*cursor < count) {
    const struct slot *slot = &slots[(*cursor)++];
    if (slot->kind == kind && slot->object != NULL) {
      return slot->object;
    }
  }
  return NULL;
}

size_t handle_count(enum handle_kind kind) {
  size_t cursor = 0, found = 0;
  while (handle_next(kind, &cursor) != NULL) {
    found++;
  }
  return found;
}
