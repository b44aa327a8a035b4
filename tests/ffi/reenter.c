/* reenter.c: a host that provides everything, and whose functions all call the library themselves, whatever that is in the middle of;
 * and the same host with one function after the other that fails.
 *
 *   reenter GOLDEN SCRATCH */
#define _DEFAULT_SOURCE
#include <weighbridge.h>

#include "weights.h"

#define FILE_NAME "model.safetensors"

typedef enum function {
  OPEN, STAT, READ_AT, CLOSE, LIST, MAP, UNMAP, WILL_READ,
  ALLOC, FREE, RESERVE, GIVE_BACK,
  SPAWN, START, STOP,
  LOG, MEASURED, PROGRESS, END,
  FUNCTION_COUNT,
  NONE = FUNCTION_COUNT
} function;

static const char *const NAMES[] = {"open",  "stat",    "read_at",   "close", "list",  "map",  "unmap", "will_read",
                                    "alloc", "free",    "reserve",   "release", "spawn", "start", "stop",
                                    "log",   "measured", "progress", "end"};

typedef struct host {
  bytes file;
  atomic_int calls[FUNCTION_COUNT];
  atomic_int destroyed, live; /* blocks and bytes that have not come back */
  function fails;
  atomic_int is_loading;
  _Atomic(wb_task *) task; /* that is under way */
} host;

static char other[PATH_SIZE];

/* Counts the call; the first ones use another model from its open to its bytes, and ask for the task that is under way. Whether it
 * shall fail. */
static int enter(host *h, function which) {
  enum { MOST = 3 };
  if (h->calls[which]++ < MOST) {
    wb_model *model = NULL;
    wb_placement *placement = NULL;
    wb_task *const task = h->task;
    CHECK_STATUS(wb_model_open(NULL, other, WB_NUL, NULL, &model, NULL), WB_OK);
    CHECK_STATUS(wb_model_load(model, NULL, &placement, NULL), WB_OK);
    CHECK(wb_placement_tensor_count(placement) == wb_model_tensor_count(model));
    wb_placement_release(placement);
    wb_model_release(model);
    if (task != NULL) CHECK(wb_task_poll(task, NULL) <= WB_PENDING);
  }
  return h->fails == which;
}

/* ---- its functions ---- */

enum { FAILURE = 77 };

static int32_t on_open(void *user_data, const char *name, size_t len, void **file) {
  host *h = (host *)user_data;
  if (enter(h, OPEN)) return FAILURE;
  if (len != strlen(FILE_NAME) || memcmp(name, FILE_NAME, len) != 0) return WB_IO_NOT_FOUND;
  h->live++;
  *file = &h->file;
  return WB_IO_OK;
}

static int32_t on_stat(void *user_data, void *file, uint64_t *size, uint64_t *identity) {
  if (enter((host *)user_data, STAT)) return FAILURE;
  *size = ((bytes *)file)->len;
  *identity = 1;
  return WB_IO_OK;
}

static int32_t on_read(void *user_data, void *file, uint64_t offset, void *buffer, size_t len, size_t *done) {
  if (enter((host *)user_data, READ_AT)) return FAILURE;
  memcpy(buffer, ((bytes *)file)->data + offset, len);
  *done = len;
  return WB_IO_OK;
}

static void on_close(void *user_data, void *file) {
  host *h = (host *)user_data;
  (void)file;
  enter(h, CLOSE);
  h->live--;
}

static int32_t on_list(void *user_data, const char *folder, size_t len, wb_io_entries *entries) {
  host *h = (host *)user_data;
  if (enter(h, LIST)) return FAILURE;
  (void)folder;
  return len != 0 ? WB_IO_NOT_FOUND : wb_io_entries_add(entries, FILE_NAME, WB_NUL, WB_IO_FILE, h->file.len);
}

static int32_t on_map(void *user_data, void *file, const void **data) {
  host *h = (host *)user_data;
  if (enter(h, MAP)) return FAILURE;
  h->live++;
  *data = ((bytes *)file)->data;
  return WB_IO_OK;
}

static void on_unmap(void *user_data, void *file, const void *data) {
  host *h = (host *)user_data;
  (void)file, (void)data;
  enter(h, UNMAP);
  h->live--;
}

static void on_will_read(void *user_data, void *file, uint64_t offset, uint64_t len) {
  (void)file, (void)offset, (void)len;
  enter((host *)user_data, WILL_READ);
}

static void *on_alloc(void *user_data, size_t size, size_t alignment) {
  host *h = (host *)user_data;
  void *block = NULL;
  if (enter(h, ALLOC)) return NULL;
  REQUIRE(posix_memalign(&block, alignment < sizeof(void *) ? sizeof(void *) : alignment, size) == 0);
  h->live++;
  return block;
}

static void on_free(void *user_data, void *start, size_t size, size_t alignment) {
  host *h = (host *)user_data;
  (void)size, (void)alignment;
  enter(h, FREE);
  free(start);
  h->live--;
}

static wb_status on_reserve(void *user_data, uint32_t device, uint64_t size) {
  host *h = (host *)user_data;
  (void)device;
  if (enter(h, RESERVE)) return WB_ERR_OUT_OF_MEMORY;
  h->live += (int)size;
  return WB_OK;
}

static void on_give_back(void *user_data, uint32_t device, uint64_t size) {
  host *h = (host *)user_data;
  (void)device;
  enter(h, GIVE_BACK);
  h->live -= (int)size;
}

/* Drops the jobs of the load, which is stepped, and runs others at once. */
static wb_status on_spawn(void *user_data, wb_job *job) {
  host *h = (host *)user_data;
  if (enter(h, SPAWN)) return FAILURE;
  if (!h->is_loading) CHECK_STATUS(wb_job_run(job), WB_OK);
  wb_job_release(job);
  return WB_OK;
}

static void on_start(void *user_data, uint32_t number) { (void)number, enter((host *)user_data, START); }
static void on_stop(void *user_data, uint32_t number) { (void)number, enter((host *)user_data, STOP); }

static void on_log(void *user_data, uint32_t level, const char *target, size_t target_len, const char *msg, size_t len) {
  (void)level, (void)target, (void)target_len, (void)msg, (void)len;
  enter((host *)user_data, LOG);
}

static void on_measured(void *user_data, const wb_measurement *one) {
  uint64_t sum = 0;
  size_t i;
  for (i = 0; i < one->stage_count; i++) {
    sum += ((const wb_cost_info *)(const void *)((const char *)one->stages + i * one->stage_size))->nanoseconds;
  }
  CHECK(one->operation.len > 0 && one->stage_count > 0 && sum > 0);
  enter((host *)user_data, MEASURED);
}

static int32_t on_progress(void *user_data, const wb_progress *progress) {
  (void)progress;
  return enter((host *)user_data, PROGRESS) ? WB_STOP : WB_PROCEED;
}

static void on_end(void *user_data) { enter((host *)user_data, END); }
static void on_destroy(void *user_data) { ((host *)user_data)->destroyed++; }

/* ---- everything that is done with a model ---- */

enum { DESTROYS = 6 };

/* With threads of the library, or with jobs that the host runs. */
static wb_context *context_of(host *h, int has_spawn) {
  wb_context_options options;
  wb_context *context = NULL;
  wb_io io;
  wb_threads threads;
  wb_allocator allocator;
  wb_budget budget;
  wb_metrics metrics;
  SIZED(options), SIZED(io), SIZED(threads), SIZED(allocator), SIZED(budget), SIZED(metrics);
  io.user_data = threads.user_data = allocator.user_data = budget.user_data = metrics.user_data = h;
  io.destroy = threads.destroy = allocator.destroy = budget.destroy = metrics.destroy = on_destroy;
  io.open = on_open, io.stat = on_stat, io.read_at = on_read, io.close = on_close, io.list = on_list;
  io.map = on_map, io.unmap = on_unmap, io.will_read = on_will_read;
  if (has_spawn) threads.spawn = on_spawn;
  else threads.start = on_start, threads.stop = on_stop;
  allocator.alloc = on_alloc, allocator.free = on_free;
  budget.reserve = on_reserve, budget.release = on_give_back;
  metrics.measured = on_measured;
  options.max_threads = 2;
  options.log = on_log, options.log_max_level = WB_LOG_DEBUG, options.log_user_data = h, options.log_destroy = on_destroy;
  options.io = &io, options.threads = &threads, options.allocator = &allocator;
  options.budget = &budget, options.metrics = &metrics;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  REQUIRE(context != NULL);
  return context;
}

static wb_status finish(host *h, wb_task *task, wb_placement **placement) {
  wb_status status;
  h->task = task;
  CHECK_STATUS(wb_task_on_end(task, on_end, h), WB_OK);
  do status = wb_task_step(task, 0, UINT64_MAX, NULL, NULL);
  while (status == WB_PENDING);
  if (status == WB_OK) status = wb_task_wait(task, on_progress, h, NULL);
  h->task = NULL;
  if (status == WB_OK) status = wb_task_finish(task, placement, NULL);
  wb_task_release(task);
  return status;
}

static wb_status load_in_steps(host *h, const wb_model *model) {
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_plan *plan = NULL;
  wb_task *task = NULL;
  wb_placement *placement = NULL;
  wb_status status;
  options.block_bytes = 65536;
  h->is_loading = 1;
  status = wb_plan_create(model, &options, &plan, NULL);
  if (status == WB_OK) status = wb_plan_start(plan, &task, NULL);
  if (status == WB_OK) status = finish(h, task, &placement);
  wb_placement_release(placement);
  wb_plan_release(plan);
  h->is_loading = 0;
  return status;
}

static wb_status do_everything(host *h, int has_spawn) {
  wb_context *context = context_of(h, has_spawn);
  wb_open_options open;
  wb_verify_options verify;
  wb_check_options check;
  wb_model *model = NULL;
  wb_report *report = NULL;
  wb_findings *findings = NULL;
  wb_buffer *buffer = NULL;
  const void *data = NULL;
  size_t len = 0;
  wb_status status;
  SIZED(open), SIZED(verify), SIZED(check);
  open.progress = verify.progress = check.progress = on_progress;
  open.user_data = verify.user_data = check.user_data = h;
  status = wb_model_open(context, "", 0, &open, &model, NULL);
  wb_context_release(context);
  if (status == WB_OK) status = load_in_steps(h, model);
  if (status == WB_OK) status = wb_model_verify(model, &verify, &report, NULL);
  if (status == WB_OK) status = wb_model_check(model, &check, &findings, NULL);
  if (status == WB_OK) status = wb_model_tensor_buffer(model, 0, &buffer, NULL);
  if (status == WB_OK) status = wb_model_tensor_data(model, 0, &data, &len);
  wb_buffer_release(buffer);
  wb_findings_release(findings);
  wb_report_release(report);
  wb_model_release(model);
  CHECK(h->destroyed == DESTROYS && h->live == 0);
  return status;
}

static void host_init(host *h, const char *golden, function fails) {
  char path[PATH_SIZE];
  memset(h, 0, sizeof *h);
  h->file = read_file(join(path, golden, "tiny-llama/model-00001-of-00004.safetensors"));
  h->fails = fails;
}

static void every_function_may_call_the_library(const char *golden) {
  int has_spawn, which;
  for (has_spawn = 0; has_spawn < 2; has_spawn++) {
    host h;
    host_init(&h, golden, NONE);
    CHECK_STATUS(do_everything(&h, has_spawn), WB_OK);
    for (which = 0; which < FUNCTION_COUNT; which++) {
      const int is_provided = which == SPAWN ? has_spawn : which == START || which == STOP ? !has_spawn : 1;
      if (which == WILL_READ && !has_spawn) continue; /* threads of the library may have read all */
      if ((h.calls[which] > 0) != is_provided) check_failed(__FILE__, __LINE__, NAMES[which]);
    }
    free(h.file.data);
  }
}

static void every_function_may_fail(const char *golden) {
  static const struct {
    function which;
    wb_status status;
  } cases[] = {{OPEN, WB_ERR_CALLBACK},      {STAT, WB_ERR_CALLBACK},          {READ_AT, WB_ERR_CALLBACK},
               {LIST, WB_ERR_CALLBACK},      {MAP, WB_ERR_NOT_MAPPED} /* it is read */, {ALLOC, WB_ERR_OUT_OF_MEMORY},
               {RESERVE, WB_ERR_OUT_OF_MEMORY}, {SPAWN, WB_OK} /* whoever waits does the work */,
               {PROGRESS, WB_ERR_CANCELLED}};
  size_t i;
  for (i = 0; i < COUNT(cases); i++) {
    host h;
    host_init(&h, golden, cases[i].which);
    if (!CHECK_STATUS(do_everything(&h, 1), cases[i].status)) fprintf(stderr, "  after %s\n", NAMES[cases[i].which]);
    CHECK(h.calls[cases[i].which] > 0);
    free(h.file.data);
  }
}

int main(int argc, char **argv) {
  REQUIRE(argc == 3);
  join(other, argv[1], "numpy.safetensors");
  every_function_may_call_the_library(argv[1]);
  every_function_may_fail(argv[1]);
  return check_result();
}
