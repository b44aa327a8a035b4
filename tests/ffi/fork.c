/* fork.c: what a child inherits while threads of its parent are inside the library works in the child.
 *
 *   fork GOLDEN SCRATCH */
#define _DEFAULT_SOURCE
#include <weighbridge.h>

#include "weights.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 3
#define CHILDREN 100

static char llama[PATH_SIZE];  /* a checkpoint */
static char nested[PATH_SIZE]; /* graphs */
static wb_context *context; /* with threads, of which the child has none */
static wb_model *inherited;
static atomic_int is_over;

/* Everything that a program does to a model, from opening it to its bytes. */
static void use(void) {
  wb_model *model = NULL;
  wb_findings *findings = NULL;
  wb_placement *placement = NULL;
  wb_build_info build;
  wb_metadata_info entry;
  SIZED(build);
  SIZED(entry);
  CHECK_STATUS(wb_build_get_info(&build), WB_OK);
  CHECK_STATUS(wb_model_open(context, nested, WB_NUL, NULL, &model, NULL), WB_OK);
  CHECK_STATUS(wb_model_check(model, NULL, &findings, NULL), WB_OK);
  wb_findings_release(findings);
  wb_model_release(model);
  CHECK_STATUS(wb_model_load(inherited, NULL, &placement, NULL), WB_OK);
  wb_placement_release(placement);
  CHECK_STATUS(wb_model_metadata_info(inherited, 0, &entry), WB_OK);
}

static void *use_until_over(void *unused) {
  (void)unused;
  while (!is_over) use();
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS];
  wb_context_options options;
  size_t i;
  REQUIRE(argc > 1);
  join(llama, argv[1], "tiny-llama");
  join(nested, argv[1], "../onnx/golden/made/loop-if.onnx");
  SIZED(options);
  options.max_threads = 2;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  CHECK_STATUS(wb_model_open(context, llama, WB_NUL, NULL, &inherited, NULL), WB_OK);
  for (i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, use_until_over, NULL) == 0);
  for (i = 0; i < CHILDREN; i++) {
    int status = 0;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      alarm(60); /* A child that waits for a thread of its parent waits for ever. */
      use();
      wb_model_release(inherited);
      wb_context_release(context);
      _exit(check_result());
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  is_over = 1;
  for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  wb_model_release(inherited);
  wb_context_release(context);
  return check_result();
}
