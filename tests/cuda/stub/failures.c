/* failures.c: see failures.h. */
#include "failures.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"

static struct failures orders;

static bool parse_symbol(struct failure *failure, const char **text) {
  size_t length = strcspn(*text, "@=,");
  if (length == 0 || length >= sizeof failure->symbol) {
    return false;
  }
  memcpy(failure->symbol, *text, length);
  failure->symbol[length] = '\0';
  *text += length;
  /* A misspelt name would never fail, and its test would pass. */
  return strcmp(failure->symbol, "*") == 0 || library_exports(failure->symbol);
}

static bool parse_number(char before, uint64_t *number, const char **text) {
  if (**text != before || !isdigit((unsigned char)(*text)[1])) {
    return false;
  }
  char *end;
  *number = strtoull(*text + 1, &end, 10);
  *text = end;
  return true;
}

static void parse_flags(struct failure *failure, const char **text) {
  for (; **text != '\0' && strchr("+!~", **text) != NULL; (*text)++) {
    failure->onward = failure->onward || **text == '+';
    failure->lost = failure->lost || **text == '!';
    failure->later = failure->later || **text == '~';
  }
}

bool failures_parse(struct failures *failures, const char *text) {
  failures->count = 0;
  while (*text != '\0') {
    struct failure failure = {0};
    uint64_t code = 0;
    if (failures->count == MAX_FAILURES || !parse_symbol(&failure, &text) || !parse_number('@', &failure.n, &text) ||
        !parse_number('=', &code, &text) || failure.n == 0) {
      return false;
    }
    failure.code = (CUresult)code;
    parse_flags(&failure, &text);
    failures->list[failures->count++] = failure;
    if (*text == ',') {
      text++;
    } else if (*text != '\0') {
      return false;
    }
  }
  return true;
}

void failures_use(const struct failures *failures) {
  orders = *failures;
}

const struct failure *failures_next(const char *symbol) {
  const struct failure *due = NULL;
  for (size_t i = 0; i < orders.count; i++) {
    struct failure *failure = &orders.list[i];
    if (strcmp(failure->symbol, "*") != 0 && strcmp(failure->symbol, symbol) != 0) {
      continue;
    }
    failure->calls++;
    bool now = failure->calls == failure->n || (failure->onward && failure->calls > failure->n);
    if (now && due == NULL) {
      due = failure;
    }
  }
  return due;
}
