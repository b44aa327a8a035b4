/* sizes.h: the promises about `struct_size`, checked for one structure at a time. C11; needs weighbridge.h and check.h. */
#ifndef WB_TEST_SIZES_H
#define WB_TEST_SIZES_H

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SIZED(s) (memset(&(s), 0, sizeof(s)), (s).struct_size = sizeof(s))

/* A call that takes or fills the structure at `s`. */
typedef struct sized_case {
  const char *name;
  wb_status (*call)(void *s);
  size_t size;
  size_t prefix; /* the end of an early field */
  enum { OPTIONS, INFO } kind; /* read by the library, or written by it */
} sized_case;

static inline void check_case(int condition, const sized_case *c, int line, const char *what, wb_status status) {
  char text[256];
  if (condition) return;
  snprintf(text, sizeof text, "%s: %s: answered %s", c->name, what, wb_status_name(status));
  check_failed(__FILE__, line, text);
}
#define CASE(condition, what) check_case((condition), c, __LINE__, what, status)

static inline void struct_sizes(const sized_case *c) {
  enum { ROOM = 512, TAIL = 32 };
  const size_t refused[] = {0, 1, 7, SIZE_MAX, SIZE_MAX / 2};
  union {
    size_t struct_size;
    uint64_t align;
    unsigned char raw[ROOM];
  } u;
  wb_status status;
  size_t i;

  REQUIRE(c->size + 2 * TAIL <= ROOM);
  for (i = 0; i < COUNT(refused); i++) {
    memset(&u, 0, sizeof u);
    u.struct_size = refused[i];
    status = c->call(&u);
    CASE(status == WB_ERR_INVALID_ARGUMENT || status == WB_ERR_UNSUPPORTED, "a senseless size");
  }

  /* An older caller: what it does not know counts as zero, and is not written. */
  memset(&u, 0xaa, sizeof u);
  memset(&u, 0, c->prefix);
  u.struct_size = c->prefix;
  status = c->call(&u);
  CASE(status == WB_OK, "a prefix");
  for (i = c->prefix; i < ROOM; i++)
    if (u.raw[i] != 0xaa) break;
  CASE(i == ROOM, "wrote beyond the prefix");

  /* A newer caller that does not use what is new. */
  memset(&u, 0xaa, sizeof u);
  memset(&u, 0, c->size + TAIL);
  u.struct_size = c->size + TAIL;
  status = c->call(&u);
  CASE(status == WB_OK, "a zero tail");
  for (i = c->size + TAIL; i < ROOM; i++)
    if (u.raw[i] != 0xaa) break;
  CASE(i == ROOM, "wrote beyond the tail");

  /* One that does. */
  memset(&u, 0, sizeof u);
  u.struct_size = c->size + TAIL;
  u.raw[c->size + TAIL - 1] = 1;
  status = c->call(&u);
  if (c->kind == OPTIONS) CASE(status == WB_ERR_UNSUPPORTED, "a tail in use");
  else CASE(status == WB_OK || status == WB_ERR_UNSUPPORTED, "a tail in use");
}

#endif
