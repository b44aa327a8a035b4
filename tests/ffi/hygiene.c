/* hygiene.c: what belongs to the process is as it was: how signals are handled, what they are blocked by, the environment, folders,
 * descriptors, threads, the locale; and nothing is printed.
 *
 *   hygiene GOLDEN SCRATCH */
#define _GNU_SOURCE
#include <weighbridge.h>

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "weights.h"

extern char **environ;

enum { SIGNALS = 65, TEXT = 1 << 16 };

typedef struct process {
  struct sigaction actions[SIGNALS];
  sigset_t blocked;
  char environment[TEXT], folder[PATH_SIZE], locale[256];
  mode_t mask;
  struct rlimit limits[RLIMIT_NLIMITS];
  size_t descriptors, threads;
} process;

/* The entries of a folder of /proc/self. */
static size_t count_of(const char *folder) {
  size_t count = 0;
  DIR *d = opendir(folder);
  REQUIRE(d != NULL);
  while (readdir(d) != NULL) count++;
  closedir(d);
  return count;
}

static void look_at(process *p) {
  size_t at = 0, i;
  memset(p, 0, sizeof *p);
  for (i = 1; i < SIGNALS; i++) (void)sigaction((int)i, NULL, &p->actions[i]); /* two belong to the C library */
  pthread_sigmask(SIG_SETMASK, NULL, &p->blocked);
  for (i = 0; environ[i] != NULL && at + strlen(environ[i]) + 2 < TEXT; i++) {
    at += (size_t)snprintf(p->environment + at, TEXT - at, "%s\n", environ[i]);
  }
  REQUIRE(getcwd(p->folder, sizeof p->folder) != NULL);
  snprintf(p->locale, sizeof p->locale, "%s", setlocale(LC_ALL, NULL));
  umask(p->mask = umask(0));
  for (i = 0; i < RLIMIT_NLIMITS; i++) (void)getrlimit((__rlimit_resource_t)i, &p->limits[i]);
  p->descriptors = count_of("/proc/self/fd");
  p->threads = count_of("/proc/self/task");
}

static void compare(const process *before, const process *now) {
  size_t i;
  for (i = 1; i < SIGNALS; i++) {
    CHECK(before->actions[i].sa_handler == now->actions[i].sa_handler);
    CHECK(before->actions[i].sa_flags == now->actions[i].sa_flags);
  }
  for (i = 1; i < SIGNALS; i++) CHECK(sigismember(&before->blocked, (int)i) == sigismember(&now->blocked, (int)i));
  CHECK(strcmp(before->environment, now->environment) == 0);
  CHECK(strcmp(before->folder, now->folder) == 0 && strcmp(before->locale, now->locale) == 0);
  CHECK(before->mask == now->mask && before->descriptors == now->descriptors);
  CHECK(memcmp(before->limits, now->limits, sizeof now->limits) == 0);
}

/* The kernel forgets a thread a moment after its end. */
static int threads_fall_to(size_t count) {
  int i;
  for (i = 0; i < 1000 && count_of("/proc/self/task") > count; i++) usleep(1000);
  return count_of("/proc/self/task") <= count;
}

/* ---- everything that is done with a model ---- */

static void use(const wb_context *context, const char *path, uint32_t target) {
  wb_model *model = NULL;
  wb_report *report = NULL;
  wb_findings *findings = NULL;
  wb_placement *placement = NULL;
  wb_plan_options options = options_for(target);
  CHECK_STATUS(wb_model_open(context, path, WB_NUL, NULL, &model, NULL), WB_OK);
  CHECK_STATUS(wb_model_verify(model, NULL, &report, NULL), WB_OK);
  CHECK_STATUS(wb_model_check(model, NULL, &findings, NULL), WB_OK);
  CHECK_STATUS(wb_model_load(model, &options, &placement, NULL), WB_OK);
  wb_placement_release(placement);
  wb_findings_release(findings);
  wb_report_release(report);
  wb_model_release(model);
}

static void use_in_steps(const wb_context *context, const char *path) {
  wb_task *task = NULL;
  CHECK_STATUS(wb_model_open_start(context, path, WB_NUL, NULL, &task, NULL), WB_OK);
  CHECK(wb_task_step(task, 0, UINT64_MAX, NULL, NULL) >= 0);
  wb_task_release(task); /* perhaps in the middle */
}

static void fail(const wb_context *context, const char *scratch) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  write_file(join(path, scratch, "broken.safetensors"), "no model", 8);
  CHECK(wb_model_open(context, path, WB_NUL, NULL, &model, NULL) < 0);
  CHECK(wb_model_open(context, "no/such/model", WB_NUL, NULL, &model, NULL) < 0);
}

static void work(const char *golden, const char *scratch, uint32_t threads) {
  char llama[PATH_SIZE], graph[PATH_SIZE];
  wb_context_options options;
  wb_context *context = NULL;
  SIZED(options);
  options.max_threads = threads;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  use(context, join(llama, golden, "tiny-llama"), WB_TARGET_HOST);
  use(context, llama, WB_TARGET_VIEW);
  use(context, join(graph, golden, "../onnx/golden/made/attributes.onnx"), WB_TARGET_HOST);
  use_in_steps(context, llama);
  fail(context, scratch);
  wb_context_release(context);
}

int main(int argc, char **argv) {
  static process before, now;
  char path[PATH_SIZE];
  struct stat printed;
  uint32_t threads;
  int saved[2], file;
  REQUIRE(argc == 3);
  REQUIRE((file = open(join(path, argv[2], "printed"), O_CREAT | O_RDWR, 0600)) >= 0);
  look_at(&before);
  for (threads = 0; threads <= 2; threads += 2) {
    /* Whatever is printed by any means. */
    saved[0] = dup(1), saved[1] = dup(2);
    REQUIRE(dup2(file, 1) == 1 && dup2(file, 2) == 2);
    work(argv[1], argv[2], threads);
    fflush(stdout);
    REQUIRE(dup2(saved[0], 1) == 1 && dup2(saved[1], 2) == 2);
    close(saved[0]), close(saved[1]);
    CHECK(threads_fall_to(before.threads));
    look_at(&now);
    compare(&before, &now);
  }
  REQUIRE(fstat(file, &printed) == 0);
  if (!CHECK(printed.st_size == 0)) fprintf(stderr, "%s\n", (const char *)read_file(path).data);
  close(file);
  return check_result();
}
