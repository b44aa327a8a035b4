/* check.h: how the test programs of this folder fail. C11 and C++17.
 *
 * CHECK notes a failure, with its file and line, and goes on; REQUIRE stops, for what the rest stands on.
 * main() ends with `return check_result();`, which is 0 if all was well and 1 if not. CHECK is safe from any thread. */
#ifndef WB_TEST_CHECK_H
#define WB_TEST_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
#include <atomic>
static std::atomic<int> check_failures(0);
#else
#include <stdatomic.h>
static atomic_int check_failures;
#endif

static inline int check_failed(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: %s\n", file, line, what);
  check_failures++;
  return 0;
}

static inline int check_result(void) {
  const int failures = check_failures;
  if (failures != 0) fprintf(stderr, "%d checks failed\n", failures);
  return failures != 0;
}

#define CHECK(condition) ((condition) ? 1 : check_failed(__FILE__, __LINE__, "CHECK(" #condition ")"))
#define REQUIRE(condition) \
  ((condition) ? (void)0 : (check_failed(__FILE__, __LINE__, "REQUIRE(" #condition ")"), exit(1)))

/* The status that a call answered, with its name where it is not the wanted one. Needs weighbridge.h. */
#define CHECK_STATUS(call, wanted) check_status((call), (wanted), __FILE__, __LINE__, #call)
#define CHECK_REFUSED(call) check_refused((call), __FILE__, __LINE__, #call)
#ifdef WB_OK
static inline int check_status(wb_status got, wb_status wanted, const char *file, int line, const char *call) {
  if (got == wanted) return 1;
  fprintf(stderr, "%s:%d: %s answered %d (%s), not %d (%s)\n", file, line, call, (int)got, wb_status_name(got),
          (int)wanted, wb_status_name(wanted));
  check_failures++;
  return 0;
}

/* An error of the caller's making: which of the three is the library's choice. */
static inline int check_refused(wb_status got, const char *file, int line, const char *call) {
  if (got == WB_ERR_INVALID_ARGUMENT || got == WB_ERR_UNSUPPORTED || got == WB_ERR_NOT_FOUND) return 1;
  fprintf(stderr, "%s:%d: %s answered %d (%s), not a refusal\n", file, line, call, (int)got, wb_status_name(got));
  check_failures++;
  return 0;
}
#endif

#endif
