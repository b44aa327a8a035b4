/* limits.c: the address space of the process is limited to what it has and a little more, and more each time, until a model can be
 * used. The library answers with an error each time before.
 *
 * limits THREADS STEP PATH...: steps of STEP KiB. */
#define _GNU_SOURCE
#include "everything.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* As exit status of a child: whether all calls were served. */
enum { ALL_SERVED = 0, WRONG = 1, SOME_REFUSED = 2 };

/* Bytes of the address space that the process has. */
static size_t address_space(void) {
  size_t pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (f == NULL || fscanf(f, "%zu", &pages) != 1) abort();
  fclose(f);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit_to(size_t more) {
  struct rlimit limit;
  limit.rlim_cur = limit.rlim_max = address_space() + more;
  if (setrlimit(RLIMIT_AS, &limit) != 0) abort();
}

/* Uses a model in a process of its own. */
static int use(const wb_context *c, const char *path, size_t more) {
  int status;
  const pid_t child = fork();
  if (child == 0) {
    limit_to(more);
    do_everything(c, path);
    fflush(stdout);
    _exit(wrong_answers != 0 ? WRONG : refusals != 0 ? SOME_REFUSED : ALL_SERVED);
  }
  if (child < 0 || waitpid(child, &status, 0) != child) abort();
  if (WIFEXITED(status) && WEXITSTATUS(status) != WRONG) return WEXITSTATUS(status);
  printf("%s with %zu KiB more: ended with %#x\n", path, more >> 10, (unsigned)status);
  return WRONG;
}

int main(int argc, char **argv) {
  int has_failed = 0;
  if (argc < 4) return 2;
  wb_context *c = context_of(atoi(argv[1]));
  const size_t step = (size_t)atol(argv[2]) << 10;
  for (int i = 3; i < argc; i++) {
    int runs = 0, outcome = SOME_REFUSED;
    for (size_t more = 0; outcome == SOME_REFUSED && runs < 400; more += step) {
      outcome = use(c, argv[i], more);
      runs++;
    }
    printf("%s: %d runs\n", argv[i], runs);
    /* The first run has to be one of a process without memory. */
    if (outcome != ALL_SERVED || runs < 3) has_failed = 1;
  }
  wb_context_release(c);
  return has_failed;
}
