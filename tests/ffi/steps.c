/* steps.c: opening and planning as tasks: in steps, on threads, cancelled at random, and with everything that a host provides.
 *
 *   steps GOLDEN SCRATCH */
#define _DEFAULT_SOURCE
#include <weighbridge.h>

#include <pthread.h>

#include "weights.h"

enum { STEPS = 100000, ROUNDS = 1000 };

static wb_model *golden_model(const char *golden) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  REQUIRE(wb_model_open(NULL, join(path, golden, "tiny-llama"), WB_NUL, NULL, &model, NULL) == WB_OK);
  return model;
}

static wb_task *start_open(const wb_context *context, const char *golden, const wb_open_options *options) {
  char path[PATH_SIZE];
  wb_task *task = NULL;
  wb_error *err = NULL;
  CHECK_STATUS(wb_model_open_start(context, join(path, golden, "tiny-llama"), WB_NUL, options, &task, &err), WB_OK);
  REQUIRE(task != NULL && err == NULL);
  return task;
}

/* Steps of no time, which pause wherever they can; the status of the last. */
static wb_status step_to_end(wb_task *task, int *steps) {
  wb_status status = WB_PENDING;
  for (*steps = 0; status == WB_PENDING && *steps < STEPS; ++*steps) status = wb_task_step(task, 0, UINT64_MAX, NULL, NULL);
  return status;
}

static void check_model(wb_task *task) {
  wb_model *model = NULL, *again = NULL;
  wb_plan *plan = NULL;
  wb_placement *placement = NULL;
  CHECK_STATUS(wb_task_model(task, &model, NULL), WB_OK);
  CHECK(wb_model_tensor_count(model) == 39);
  CHECK_STATUS(wb_task_model(task, &again, NULL), WB_OK);
  wb_model_release(again);
  CHECK_STATUS(wb_task_plan(task, &plan, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_task_finish(task, &placement, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(plan == NULL && placement == NULL);
  placement = load(model, NULL);
  CHECK(wb_placement_tensor_count(placement) == 39);
  wb_placement_release(placement);
  wb_model_release(model);
}

static void a_model_is_opened_in_steps(const char *golden) {
  wb_task *task = start_open(NULL, golden, NULL);
  wb_model *model = NULL;
  wb_progress progress;
  int steps;
  SIZED(progress);
  CHECK_STATUS(wb_task_model(task, &model, NULL), WB_PENDING);
  CHECK_STATUS(wb_task_poll(task, &progress), WB_PENDING);
  CHECK(model == NULL && progress.total_bytes == 0);
  CHECK_STATUS(step_to_end(task, &steps), WB_OK);
  CHECK(steps > 100);
  CHECK_STATUS(wb_task_poll(task, NULL), WB_OK);
  CHECK_STATUS(wb_task_wait(task, NULL, NULL, NULL), WB_OK);
  check_model(task);
  wb_task_release(task);

  task = start_open(NULL, golden, NULL);
  CHECK_STATUS(wb_task_step(task, UINT64_MAX, UINT64_MAX, NULL, NULL), WB_OK);
  wb_task_release(task);
  task = start_open(NULL, golden, NULL);
  CHECK_STATUS(wb_task_step(task, 0, UINT64_MAX, NULL, NULL), WB_PENDING);
  CHECK_STATUS(wb_task_wait(task, NULL, NULL, NULL), WB_OK);
  check_model(task);
  wb_task_release(task);
  wb_task_release(start_open(NULL, golden, NULL));
}

static void a_plan_is_made_in_steps(const char *golden) {
  wb_model *model = golden_model(golden);
  wb_task *task = NULL;
  wb_plan *plan = NULL;
  wb_plan_info info, expected = plan_info_of(model, NULL);
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_str pattern = name_of("none");
  wb_error *err = NULL;
  int steps;
  SIZED(info);
  CHECK_STATUS(wb_plan_create_start(model, NULL, &task, NULL), WB_OK);
  CHECK_STATUS(wb_task_plan(task, &plan, NULL), WB_PENDING);
  CHECK_STATUS(step_to_end(task, &steps), WB_OK);
  CHECK(steps > 10);
  CHECK_STATUS(wb_task_plan(task, &plan, NULL), WB_OK);
  CHECK_STATUS(wb_plan_get_info(plan, &info), WB_OK);
  CHECK(memcmp(&info, &expected, sizeof info) == 0);
  wb_task_release(task);
  wb_plan_release(plan);
  task = NULL;
  plan = NULL;
  options.include = &pattern;
  options.include_count = 1;
  CHECK_STATUS(wb_plan_create_start(model, &options, &task, NULL), WB_OK);
  pattern = name_of("*"); /* the options have been copied */
  CHECK_STATUS(wb_task_wait(task, NULL, NULL, &err), WB_ERR_NOT_FOUND);
  CHECK(err != NULL && strstr(wb_error_message(err), "none") != NULL);
  CHECK_STATUS(wb_task_plan(task, &plan, NULL), WB_ERR_NOT_FOUND);
  CHECK(plan == NULL);
  wb_error_release(err);
  wb_task_release(task);
  wb_model_release(model);
}

static void count_up(void *user_data) { ++*(atomic_int *)user_data; }

/* Every kind of origin. */
static void all_origins_can_be_opened_in_steps(const char *golden) {
  char path[PATH_SIZE];
  atomic_int destroyed = 0;
  bytes file = read_file(join(path, golden, "dtypes.safetensors"));
  FILE *open_file = fopen(path, "rb");
  wb_task *tasks[3] = {NULL, NULL, NULL};
  wb_blob blob;
  size_t i;
  REQUIRE(open_file != NULL);
  SIZED(blob);
  blob.name = name_of("model.safetensors");
  blob.data = file.data;
  blob.len = file.len;
  blob.destroy = count_up;
  blob.user_data = &destroyed;
  CHECK_STATUS(wb_model_open_memory_start(NULL, file.data, file.len, count_up, &destroyed, NULL, &tasks[0], NULL), WB_OK);
  CHECK_STATUS(wb_model_open_blobs_start(NULL, &blob, 1, "", 0, NULL, &tasks[1], NULL), WB_OK);
  CHECK_STATUS(wb_model_open_fd_start(NULL, fileno(open_file), 0, UINT64_MAX, NULL, &tasks[2], NULL), WB_OK);
  fclose(open_file);
  for (i = 0; i < 3; i++) {
    wb_model *model = NULL;
    int steps;
    CHECK_STATUS(step_to_end(tasks[i], &steps), WB_OK);
    CHECK_STATUS(wb_task_model(tasks[i], &model, NULL), WB_OK);
    CHECK(wb_model_tensor_count(model) > 10);
    wb_model_release(model);
    wb_task_release(tasks[i]);
  }
  CHECK(destroyed == 2);
  free(file.data);
}

static void threads_do_the_work(const char *golden) {
  atomic_int ended = 0;
  wb_context_options options;
  wb_context *context = NULL;
  wb_task *tasks[10];
  size_t i;
  SIZED(options);
  options.max_threads = 2;
  REQUIRE(wb_context_create(&options, &context, NULL) == WB_OK);
  for (i = 0; i < 10; i++) {
    tasks[i] = start_open(context, golden, NULL);
    CHECK_STATUS(wb_task_on_end(tasks[i], count_up, &ended), WB_OK);
  }
  wb_context_release(context);
  while (ended < 10) usleep(100);
  for (i = 0; i < 10; i++) {
    CHECK_STATUS(wb_task_poll(tasks[i], NULL), WB_OK);
    check_model(tasks[i]);
    wb_task_release(tasks[i]);
  }
}

/* ---- cancelled at random ---- */

static void *cancel_task(void *task) {
  wb_task_cancel((wb_task *)task);
  return NULL;
}

static unsigned next(unsigned *random) {
  *random = *random * 1103515245u + 12345u;
  return *random >> 16;
}

static void a_thousand_opens_are_cancelled(const char *golden) {
  unsigned random = 1;
  int round, cancelled = 0, done = 0;
  wb_context_options options;
  wb_context *context = NULL;
  SIZED(options);
  options.max_threads = 1;
  REQUIRE(wb_context_create(&options, &context, NULL) == WB_OK);
  for (round = 0; round < ROUNDS; round++) {
    const int has_thread = next(&random) % 2;
    wb_task *task = start_open(has_thread ? context : NULL, golden, NULL);
    wb_status status = WB_PENDING;
    unsigned steps = next(&random) % 200;
    pthread_t canceller;
    while (status == WB_PENDING && steps-- > 0) status = wb_task_step(task, 0, UINT64_MAX, NULL, NULL);
    switch (next(&random) % 4) {
      case 0: break; /* it is released in the middle */
      case 1:
        wb_task_cancel(task);
        status = wb_task_wait(task, NULL, NULL, NULL);
        break;
      case 2:
        status = wb_task_wait(task, NULL, NULL, NULL);
        CHECK_STATUS(status, WB_OK);
        break;
      default:
        REQUIRE(pthread_create(&canceller, NULL, cancel_task, task) == 0);
        status = wb_task_wait(task, NULL, NULL, NULL);
        pthread_join(canceller, NULL);
    }
    CHECK(status == WB_OK || status == WB_PENDING || status == WB_ERR_CANCELLED);
    cancelled += status == WB_ERR_CANCELLED;
    done += status == WB_OK;
    wb_task_release(task);
  }
  wb_context_release(context);
  CHECK(cancelled > 0 && done > 0);
}

/* A cancel handle of the options covers it, too, and so does the progress function. */
static int32_t stop(void *user_data, const wb_progress *progress) {
  (void)progress;
  ++*(int *)user_data;
  return WB_STOP;
}

static void options_cancel_an_open(const char *golden) {
  wb_open_options options;
  wb_cancel *cancel = NULL;
  wb_task *task;
  int steps, told = 0;
  SIZED(options);
  REQUIRE(wb_cancel_create(&cancel, NULL) == WB_OK);
  options.cancel = cancel;
  task = start_open(NULL, golden, &options);
  CHECK_STATUS(wb_task_step(task, 0, UINT64_MAX, NULL, NULL), WB_PENDING);
  wb_cancel_set(cancel);
  wb_cancel_release(cancel);
  CHECK_STATUS(step_to_end(task, &steps), WB_ERR_CANCELLED);
  wb_task_release(task);
  options.cancel = NULL;
  options.progress = stop;
  options.user_data = &told;
  task = start_open(NULL, golden, &options);
  CHECK_STATUS(step_to_end(task, &steps), WB_ERR_CANCELLED);
  CHECK(told == 1);
  wb_task_release(task);
}

static void wrong_calls_are_refused(const char *golden) {
  wb_task *task = NULL;
  wb_model *model = NULL;
  wb_plan *plan = NULL;
  wb_error *err = NULL;
  CHECK_STATUS(wb_model_open_start(NULL, NULL, 4, NULL, &task, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_open_start(NULL, "x", WB_NUL, NULL, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_open_memory_start(NULL, NULL, 4, NULL, NULL, NULL, &task, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_open_io_start(NULL, NULL, "x", WB_NUL, NULL, &task, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_open_blobs_start(NULL, NULL, 1, "x", WB_NUL, NULL, &task, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(wb_model_open_fd_start(NULL, -1, 0, 0, NULL, &task, NULL) < 0);
  CHECK_STATUS(wb_plan_create_start(NULL, NULL, &task, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_task_model(NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_task_plan(NULL, &plan, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(task == NULL);
  CHECK_STATUS(wb_model_open_start(NULL, "no/such/model", WB_NUL, NULL, &task, NULL), WB_OK);
  CHECK_STATUS(wb_task_step(task, UINT64_MAX, UINT64_MAX, NULL, &err), WB_ERR_NOT_FOUND);
  CHECK(err != NULL && strstr(wb_error_message(err), "no/such/model") != NULL);
  wb_error_release(err);
  CHECK_STATUS(wb_task_poll(task, NULL), WB_ERR_NOT_FOUND);
  CHECK_STATUS(wb_task_model(task, &model, NULL), WB_ERR_NOT_FOUND);
  CHECK_STATUS(wb_task_model(task, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  wb_task_release(task);
  model = golden_model(golden);
  CHECK_STATUS(wb_plan_create_start(model, NULL, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  wb_model_release(model);
}

int main(int argc, char **argv) {
  REQUIRE(argc == 3);
  a_model_is_opened_in_steps(argv[1]);
  a_plan_is_made_in_steps(argv[1]);
  all_origins_can_be_opened_in_steps(argv[1]);
  threads_do_the_work(argv[1]);
  a_thousand_opens_are_cancelled(argv[1]);
  options_cancel_an_open(argv[1]);
  wrong_calls_are_refused(argv[1]);
  return check_result();
}
