/* control.c: progress and cancelling of everything that takes long, what is dropped when, and what a step does at most.
 *
 *   control GOLDEN SCRATCH */
#include <weighbridge.h>

#include "weights.h"

static char llama[PATH_SIZE]; /* a checkpoint of four shards, with SHA256SUMS */
static char nested[PATH_SIZE]; /* graphs */

/* ---- progress ---- */

typedef struct listener {
  size_t calls, stop_at; /* 0: never */
  wb_progress last;
} listener;

static int32_t listen(void *user_data, const wb_progress *progress) {
  listener *me = (listener *)user_data;
  CHECK(progress->struct_size == sizeof *progress);
  me->last = *progress;
  return ++me->calls == me->stop_at ? WB_STOP : WB_PROCEED;
}

static int32_t refuse_oddly(void *user_data, const wb_progress *progress) {
  (void)user_data, (void)progress;
  return -5; /* all but WB_PROCEED cancels */
}

static void opens(void) {
  const char *const paths[] = {llama, nested};
  wb_open_options options;
  wb_model *model = NULL;
  wb_error *err = NULL;
  size_t i, stop;
  for (i = 0; i < COUNT(paths); i++) {
    listener seen = {0};
    SIZED(options);
    options.progress = listen;
    options.user_data = &seen;
    CHECK_STATUS(wb_model_open(NULL, paths[i], WB_NUL, &options, &model, &err), WB_OK);
    wb_model_release(model);
    CHECK(seen.calls >= 3 && seen.last.total_bytes == 0 && seen.last.done_bytes > 0);
    for (stop = 1; stop <= seen.calls; stop++) { /* at every call */
      listener stopping = {0, stop, {0}};
      model = (wb_model *)&options;
      options.user_data = &stopping;
      CHECK_STATUS(wb_model_open(NULL, paths[i], WB_NUL, &options, &model, &err), WB_ERR_CANCELLED);
      CHECK(model == NULL && stopping.calls == stop && wb_error_code(err) == WB_ERR_CANCELLED);
      wb_error_release(err);
    }
    options.progress = refuse_oddly;
    CHECK_STATUS(wb_model_open(NULL, paths[i], WB_NUL, &options, &model, NULL), WB_ERR_CANCELLED);
  }
}

static void verifies(uint32_t threads) {
  wb_context_options host;
  wb_verify_options options;
  wb_context *context = NULL;
  wb_model *model = NULL;
  wb_report *report = NULL;
  listener seen = {0}, stopping = {0, 1, {0}};
  SIZED(host), SIZED(options);
  host.max_threads = threads;
  CHECK_STATUS(wb_context_create(&host, &context, NULL), WB_OK);
  CHECK_STATUS(wb_model_open(context, llama, WB_NUL, NULL, &model, NULL), WB_OK);
  options.progress = listen;
  options.user_data = &seen;
  CHECK_STATUS(wb_model_verify(model, &options, &report, NULL), WB_OK);
  CHECK(seen.calls >= 1 && seen.last.total_bytes > 0 && seen.last.done_bytes == seen.last.total_bytes);
  wb_report_release(report);
  options.user_data = &stopping;
  report = (wb_report *)&options;
  CHECK_STATUS(wb_model_verify(model, &options, &report, NULL), WB_ERR_CANCELLED); /* the first call is before the work */
  CHECK(report == NULL && stopping.calls == 1);
  wb_model_release(model);
  wb_context_release(context);
}

/* ---- one handle for everything ---- */

static void one_handle(void) {
  wb_cancel *cancel = NULL;
  wb_open_options open;
  wb_verify_options verify;
  wb_check_options check;
  wb_plan_options plan = options_for(WB_TARGET_HOST);
  wb_model *model = NULL, *refused = NULL;
  wb_report *report = NULL;
  wb_findings *findings = NULL;
  wb_placement *placement = NULL;
  wb_plan *planned = NULL;
  wb_task *task = NULL;
  int round;

  CHECK_STATUS(wb_cancel_create(NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_cancel_create(&cancel, NULL), WB_OK);
  REQUIRE(cancel != NULL);
  SIZED(open), SIZED(verify), SIZED(check);
  open.cancel = verify.cancel = check.cancel = plan.cancel = cancel;
  CHECK_STATUS(wb_model_open(NULL, llama, WB_NUL, &open, &model, NULL), WB_OK);
  REQUIRE(model != NULL);
  CHECK_STATUS(wb_plan_create(model, &plan, &planned, NULL), WB_OK);
  CHECK_STATUS(wb_plan_start(planned, &task, NULL), WB_OK);
  for (round = 0; round < 2; round++) {
    const wb_status expected = round == 0 ? WB_OK : WB_ERR_CANCELLED;
    CHECK_STATUS(wb_model_open(NULL, llama, WB_NUL, &open, &refused, NULL), expected);
    CHECK_STATUS(wb_model_verify(model, &verify, &report, NULL), expected);
    CHECK_STATUS(wb_model_check(model, &check, &findings, NULL), expected);
    CHECK_STATUS(wb_model_load(model, &plan, &placement, NULL), expected);
    wb_model_release(refused);
    wb_report_release(report);
    wb_findings_release(findings);
    wb_placement_release(placement);
    wb_cancel_set(cancel);
  }
  /* Operations keep the handle: it may go before they end. */
  CHECK(wb_cancel_retain(cancel) == cancel);
  wb_cancel_release(cancel);
  wb_cancel_release(cancel);
  CHECK_STATUS(wb_task_wait(task, NULL, NULL, NULL), WB_ERR_CANCELLED);
  wb_task_release(task);
  wb_plan_release(planned);
  wb_model_release(model);
  wb_cancel_set(NULL);
  wb_cancel_release(NULL);
  CHECK(wb_cancel_retain(NULL) == NULL);
}

/* ---- what is dropped when ---- */

static void count(void *user_data) { ++*(int *)user_data; }

static void ignore(void *user_data, uint32_t level, const char *target, size_t target_len, const char *msg,
                   size_t msg_len) {
  (void)user_data, (void)level, (void)target, (void)target_len, (void)msg, (void)msg_len;
}

static void logs(void) {
  wb_context_options options;
  wb_context *context = NULL;
  wb_model *model = NULL;
  int dropped = 0;
  SIZED(options);
  options.log = ignore;
  options.log_max_level = WB_LOG_DEBUG;
  options.log_user_data = &dropped;
  options.log_destroy = count;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  CHECK_STATUS(wb_model_open(context, llama, WB_NUL, NULL, &model, NULL), WB_OK);
  wb_context_release(context);
  CHECK(dropped == 0); /* the model keeps it */
  wb_model_release(model);
  CHECK(dropped == 1);
  CHECK_STATUS(wb_context_create(&options, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(dropped == 2);
  options.log_max_level = 0; /* nobody will call it */
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  wb_context_release(context);
  CHECK(dropped == 3);
}

/* ---- names of files in memory ---- */

static void named_memory(const char *scratch) {
  static const float values[4] = {1, 2, 3, 4};
  const weight weights[] = {{"w", "F32", "[4]", values, sizeof values}};
  static const char sums[] = "0000000000000000000000000000000000000000000000000000000000000000  real.safetensors\n";
  const char *const bad[] = {"../a", "/a", "a/../b", "a//b", "."};
  char path[PATH_SIZE];
  wb_open_options options;
  wb_file_info file;
  wb_model *model = NULL;
  wb_report *report = NULL;
  bytes whole;
  size_t i;

  write_weights(join(path, scratch, "memory.safetensors"), weights, 1);
  whole = read_file(path);
  SIZED(options), SIZED(file);
  options.manifest = sums;
  options.manifest_len = sizeof sums - 1;
  CHECK_STATUS(wb_model_open_memory(NULL, whole.data, whole.len, NULL, NULL, &options, &model, NULL), WB_OK);
  CHECK_STATUS(wb_model_file_info(model, 0, &file), WB_OK);
  CHECK(file.path.len == 6 && memcmp(file.path.ptr, "memory", 6) == 0);
  wb_model_release(model);
  options.name = name_of("real.safetensors"); /* of which the manifest says something */
  CHECK_STATUS(wb_model_open_memory(NULL, whole.data, whole.len, NULL, NULL, &options, &model, NULL), WB_OK);
  CHECK_STATUS(wb_model_file_info(model, 0, &file), WB_OK);
  CHECK(file.path.len == 16 && memcmp(file.path.ptr, "real.safetensors", 16) == 0);
  CHECK_STATUS(wb_model_verify(model, NULL, &report, NULL), WB_ERR_MISMATCH);
  wb_report_release(report);
  wb_model_release(model);
  for (i = 0; i < COUNT(bad); i++) {
    options.name = name_of(bad[i]);
    CHECK_STATUS(wb_model_open_memory(NULL, whole.data, whole.len, NULL, NULL, &options, &model, NULL),
                 WB_ERR_INVALID_ARGUMENT);
  }
  free(whole.data);
}

/* ---- steps ---- */

/* A step without any time does one block. */
static void steps(const char *scratch) {
  enum { BYTES = 3 << 20 };
  const uint64_t most[] = {65536, 1 << 20, 0};
  char path[PATH_SIZE];
  wb_model *model;
  size_t i;
  FILE *f = fopen(join(path, scratch, "steps.safetensors"), "wb");
  static const char header[] = "{\"w\":{\"dtype\":\"U8\",\"shape\":[3145728],\"data_offsets\":[0,3145728]}}       ";
  const uint64_t len = sizeof header - 1;
  REQUIRE(f != NULL && len % 8 == 0);
  REQUIRE(fwrite(&len, 8, 1, f) == 1 && fwrite(header, len, 1, f) == 1);
  REQUIRE(fseek(f, (long)len + 8 + BYTES - 1, SEEK_SET) == 0 && fputc(1, f) == 1 && fclose(f) == 0);
  model = open_weights(path);
  for (i = 0; i < COUNT(most); i++) {
    wb_plan_options options = options_for(WB_TARGET_HOST);
    wb_plan *plan = NULL;
    wb_task *task = NULL;
    wb_progress now;
    uint64_t before = 0;
    wb_status status = WB_PENDING;
    SIZED(now);
    options.block_bytes = most[i];
    CHECK_STATUS(wb_plan_create(model, &options, &plan, NULL), WB_OK);
    CHECK_STATUS(wb_plan_start(plan, &task, NULL), WB_OK);
    while (status == WB_PENDING) {
      status = wb_task_step(task, 0, UINT64_MAX, &now, NULL);
      CHECK(now.done_bytes - before <= (most[i] == 0 ? 4 << 20 : most[i]));
      CHECK(status != WB_PENDING || now.done_bytes > before || now.done_bytes == now.total_bytes);
      before = now.done_bytes;
    }
    CHECK(status == WB_OK && now.done_bytes == BYTES);
    wb_task_release(task);
    wb_plan_release(plan);
  }
  wb_model_release(model);
}

/* Who forgets the target gets the tensors in host memory. */
static void forgotten_target(void) {
  wb_model *model = NULL;
  wb_placement *placement = NULL;
  wb_placed_tensor_info first;
  SIZED(first);
  CHECK_STATUS(wb_model_open(NULL, llama, WB_NUL, NULL, &model, NULL), WB_OK);
  CHECK_STATUS(wb_model_load(model, NULL, &placement, NULL), WB_OK);
  CHECK(wb_placement_tensor_count(placement) == wb_model_tensor_count(model));
  CHECK_STATUS(wb_placement_tensor_info(placement, 0, &first), WB_OK);
  CHECK(first.data != NULL && first.device == WB_DEVICE_HOST);
  wb_placement_release(placement);
  wb_model_release(model);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  join(llama, argv[1], "tiny-llama");
  join(nested, argv[1], "../onnx/golden/made/loop-if.onnx");
  opens();
  verifies(0);
  verifies(2);
  one_handle();
  logs();
  named_memory(argv[2]);
  steps(argv[2]);
  forgotten_target();
  return check_result();
}
