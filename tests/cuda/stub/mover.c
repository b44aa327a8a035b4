/* mover.c: see mover.h. */
#include "mover.h"

#include <string.h>

#include "checksum.h"

size_t span_of(const struct copy *copy, const struct end *end) {
  return (copy->height - 1) * end->pitch + copy->width;
}

static const unsigned char *source_row(const struct copy *copy, size_t row) {
  const struct end *source = &copy->source;
  if (copy->snapshot != NULL) {
    return (const unsigned char *)copy->snapshot + row * source->pitch;
  }
  uint64_t address = source->address + row * source->pitch;
  if (source->allocation != NULL) {
    return shadow_to_read(source->allocation->device, address, copy->width);
  }
  return (const unsigned char *)(uintptr_t)address;
}

static unsigned char *target_row(const struct copy *copy, size_t row) {
  const struct end *target = &copy->target;
  uint64_t address = target->address + row * target->pitch;
  if (target->allocation != NULL) {
    return shadow_to_write(target->allocation->device, address, copy->width);
  }
  return (unsigned char *)(uintptr_t)address;
}

/* Real hardware holds the pages; the stand-in must not touch them when the program has unmapped them. */
static bool gone(const struct copy *copy, const struct end *end) {
  return end->pinned != NULL && !mapped((const void *)(uintptr_t)end->address, span_of(copy, end));
}

enum outcome move_bytes(const struct copy *copy) {
  if (gone(copy, &copy->source)) {
    return SOURCE_UNMAPPED;
  }
  if (gone(copy, &copy->target)) {
    return TARGET_UNMAPPED;
  }
  uint64_t moved = 0;
  for (size_t row = 0; row < copy->height; row++) {
    const unsigned char *source = source_row(copy, row);
    unsigned char *target = target_row(copy, row);
    memmove(target, source, copy->width);
    if (copy->checked) {
      /* Of the bytes that have arrived: the source may change between two looks at it. */
      moved = checksum(moved, target, copy->width);
    }
  }
  if (!copy->checked || moved == copy->checksum) {
    return MOVED;
  }
  return copy_checksum(copy) != copy->checksum ? SOURCE_CHANGED : TARGET_CHANGED;
}

void fill_bytes(const struct copy *copy, unsigned char value) {
  for (size_t row = 0; row < copy->height; row++) {
    memset(target_row(copy, row), value, copy->width);
  }
}

uint64_t copy_checksum(const struct copy *copy) {
  uint64_t sum = 0;
  for (size_t row = 0; row < copy->height; row++) {
    sum = checksum(sum, source_row(copy, row), copy->width);
  }
  return sum;
}
