/* requests.c: every single request for memory fails once, alone or with all after it. The library answers with an error, keeps
 * nothing, and goes on.
 *
 * requests THREADS SMALLEST MOST PATH...: only requests of at least SMALLEST bytes count. After MOST runs over a model, and after
 * each MOST more, one request more is skipped between two runs. */
#include "allocations.h"
#include "everything.h"

/* One run, in which a request fails. Returns whether it came that far. */
static int run(const wb_context *c, const char *path, long number, int and_all_after) {
  const long before = atomic_load(&blocks_held);
  fail_request(number, and_all_after);
  do_everything(c, path);
  const int came_so_far = atomic_load(&has_failed);
  fail_request(0, 0);
  const long left = atomic_load(&blocks_held) - before;
  if (left != 0) {
    printf("request %ld, %s: %ld blocks are left\n", number, and_all_after ? "and all after" : "alone", left);
    wrong_answers++;
  }
  return came_so_far;
}

/* Lets each request fail that the use of a model makes. */
static void sweep(const wb_context *c, const char *path, long most) {
  /* What is kept for the process is made now. */
  do_everything(c, path);
  for (int and_all_after = 0; and_all_after < 2; and_all_after++) {
    long number = 1, runs = 0;
    while (run(c, path, number, and_all_after)) number += 1 + ++runs / most;
    printf("%s: %ld runs of %ld requests\n", path, runs, number);
    if (runs == 0) wrong_answers++;
  }
  const int before = refusals;
  run(c, path, 0, 0);
  if (refusals != before) {
    printf("%s: the library does not work any more\n", path);
    wrong_answers++;
  }
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  /* Its buffer is one of the blocks. */
  static char buffer[1 << 12];
  setvbuf(stdout, buffer, _IOLBF, sizeof buffer);
  smallest_counted = (size_t)atol(argv[2]);
  wb_context *c = context_of(atoi(argv[1]));
  for (int i = 4; i < argc; i++) sweep(c, argv[i], atol(argv[3]));
  wb_context_release(c);
  return wrong_answers != 0;
}
