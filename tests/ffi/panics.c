/* panics.c: a bug in the library is an error of the call that meets it, on whichever stack and thread, beside another Rust library that
 * panics, too. Nothing is printed.
 *
 *   panics GOLDEN SCRATCH */
#define _DEFAULT_SOURCE
#include <weighbridge.h>

#include <stdbool.h>

#include "weights.h"

extern bool neighbour_catches_a_panic(void); /* tests/consumer/neighbour.rs */

static char path[PATH_SIZE];

static void check_bug(wb_status status, wb_error *err) {
  CHECK_STATUS(status, WB_ERR_INTERNAL);
  CHECK(err != NULL && wb_error_code(err) == WB_ERR_INTERNAL && wb_error_message(err)[0] != 0);
  wb_error_release(err);
}

static void at_once(void) {
  wb_model *model = (wb_model *)path;
  wb_error *err = NULL;
  const wb_status status = wb_model_open(NULL, path, WB_NUL, NULL, &model, &err);
  check_bug(status, err);
  CHECK(model == NULL);
}

/* On a stack of its own. */
static void in_steps(void) {
  wb_task *task = NULL;
  wb_model *model = NULL;
  wb_error *err = NULL;
  wb_status status;
  CHECK_STATUS(wb_model_open_start(NULL, path, WB_NUL, NULL, &task, NULL), WB_OK);
  do status = wb_task_step(task, 0, UINT64_MAX, NULL, &err);
  while (status == WB_PENDING);
  check_bug(status, err);
  CHECK_STATUS(wb_task_poll(task, NULL), WB_ERR_INTERNAL); /* an error is final */
  CHECK_STATUS(wb_task_model(task, &model, NULL), WB_ERR_INTERNAL);
  CHECK(model == NULL);
  wb_task_release(task);
}

/* On a thread of the library, while nobody waits. */
static void on_a_thread(void) {
  wb_context_options options;
  wb_context *context = NULL;
  wb_task *task = NULL;
  wb_error *err = NULL;
  wb_status status;
  SIZED(options);
  options.max_threads = 1;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  CHECK_STATUS(wb_model_open_start(context, path, WB_NUL, NULL, &task, NULL), WB_OK);
  while (wb_task_poll(task, NULL) == WB_PENDING) usleep(100);
  status = wb_task_wait(task, NULL, NULL, &err);
  check_bug(status, err);
  wb_task_release(task);
  wb_context_release(context);
}

static void other_models_open(const char *golden) {
  char llama[PATH_SIZE];
  wb_model *model = open_weights(join(llama, golden, "tiny-llama"));
  wb_placement_release(load(model, NULL));
  wb_model_release(model);
}

int main(int argc, char **argv) {
  static const char bug[] = "{\"trial\": 1, \"files\": [], \"tensors\": [], \"bug\": true}";
  int round;
  REQUIRE(argc == 3);
  write_file(join(path, argv[2], "bug.trial"), bug, sizeof bug - 1);
  for (round = 0; round < 2; round++) {
    CHECK(neighbour_catches_a_panic());
    at_once();
    in_steps();
    on_a_thread();
    other_models_open(argv[1]);
  }
  return check_result();
}
