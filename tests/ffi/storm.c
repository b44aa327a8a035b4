/* storm.c: signals that storm, and files that are truncated, written, replaced and removed, during everything that is done with a
 * model. Each call gives what the model has or an error of a file, and the process goes on: also where files are mapped, for the library
 * never reads through a map.
 *
 *   storm GOLDEN SCRATCH */
#define _GNU_SOURCE
#include <weighbridge.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "weights.h"

#define SHARD "model-00002-of-00004.safetensors"

enum { TENSORS = 39, ROUNDS = 120 };

static char golden[PATH_SIZE];

static wb_context *context_of(uint32_t threads) {
  wb_context_options options;
  wb_context *context = NULL;
  SIZED(options);
  options.max_threads = threads;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  return context;
}

/* ---- everything; the first error, and the calls that were made ---- */

static wb_status open_in_steps(const wb_context *context, const char *folder, const wb_open_options *options,
                               wb_model **model) {
  wb_task *task = NULL;
  wb_status status = wb_model_open_start(context, folder, WB_NUL, options, &task, NULL);
  while (status == WB_OK && (status = wb_task_step(task, 0, UINT64_MAX, NULL, NULL)) == WB_PENDING) status = WB_OK;
  if (status == WB_OK) status = wb_task_model(task, model, NULL);
  wb_task_release(task);
  return status;
}

static wb_status load_in_steps(const wb_model *model) {
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_plan *plan = NULL;
  wb_task *task = NULL;
  wb_placement *placement = NULL;
  wb_status status;
  options.block_bytes = 65536;
  status = wb_plan_create(model, &options, &plan, NULL);
  if (status == WB_OK) status = wb_plan_start(plan, &task, NULL);
  while (status == WB_OK && (status = wb_task_step(task, 0, UINT64_MAX, NULL, NULL)) == WB_PENDING) status = WB_OK;
  if (status == WB_OK) status = wb_task_finish(task, &placement, NULL);
  if (status == WB_OK) CHECK(wb_placement_tensor_count(placement) == TENSORS);
  wb_placement_release(placement);
  wb_task_release(task);
  wb_plan_release(plan);
  return status;
}

static wb_status read_tensors(const wb_model *model) {
  wb_status status = WB_OK;
  size_t i;
  for (i = 0; i < TENSORS && status == WB_OK; i += 5) {
    unsigned char some[16];
    wb_buffer *buffer = NULL;
    wb_tensor_info info;
    SIZED(info);
    CHECK_STATUS(wb_model_tensor_info(model, i, &info), WB_OK);
    status = wb_model_tensor_read(model, i, 0, some, info.bytes < sizeof some ? (size_t)info.bytes : sizeof some, NULL);
    if (status == WB_OK) status = wb_model_tensor_buffer(model, i, &buffer, NULL);
    wb_buffer_release(buffer);
  }
  return status;
}

static wb_status verify_and_check(const wb_model *model) {
  wb_report *report = NULL;
  wb_findings *findings = NULL;
  wb_status status = wb_model_verify(model, NULL, &report, NULL);
  if (status == WB_OK) status = wb_model_check(model, NULL, &findings, NULL);
  wb_findings_release(findings);
  wb_report_release(report);
  return status;
}

static wb_status do_everything(const wb_context *context, const char *folder, unsigned variant, int *opened) {
  const int in_steps = variant & 1;
  wb_open_options options;
  wb_model *model = NULL;
  wb_placement *placement = NULL;
  wb_status status;
  SIZED(options);
  options.flags = variant & 2 ? WB_OPEN_READ : 0;
  status = in_steps ? open_in_steps(context, folder, &options, &model)
                    : wb_model_open(context, folder, WB_NUL, &options, &model, NULL);
  CHECK((status == WB_OK) == (model != NULL));
  if (status != WB_OK) return status;
  ++*opened;
  CHECK(wb_model_tensor_count(model) == TENSORS);
  status = in_steps ? load_in_steps(model) : wb_model_load(model, NULL, &placement, NULL);
  if (status == WB_OK) status = read_tensors(model);
  if (status == WB_OK) status = verify_and_check(model);
  (void)wb_model_changed(model, NULL);
  wb_placement_release(placement);
  wb_model_release(model);
  return status;
}

/* ---- signals ---- */

static volatile sig_atomic_t signals_seen;

static void on_signal(int number) { (void)number, signals_seen++; }

/* Handlers of the host interrupt whatever the calling thread does, and no call of the system is restarted. */
static void signals_storm(void) {
  struct sigaction action;
  const struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
  uint32_t threads;
  unsigned round;
  int opened = 0;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  REQUIRE(sigaction(SIGALRM, &action, NULL) == 0);
  REQUIRE(setitimer(ITIMER_REAL, &often, NULL) == 0);
  for (threads = 0; threads <= 2; threads += 2) {
    wb_context *context = context_of(threads);
    for (round = 0; round < 20 || signals_seen < 20; round++) {
      CHECK_STATUS(do_everything(context, golden, round, &opened), WB_OK);
    }
    wb_context_release(context);
  }
  REQUIRE(setitimer(ITIMER_REAL, &never, NULL) == 0);
  action.sa_handler = SIG_IGN; /* one may be on its way */
  REQUIRE(sigaction(SIGALRM, &action, NULL) == 0);
}

/* ---- files ---- */

typedef struct vandal {
  char folder[PATH_SIZE];
  bytes shard;
  atomic_int is_over, changes;
} vandal;

static void change(const vandal *v, unsigned how) {
  char path[PATH_SIZE], new_path[PATH_SIZE];
  join(path, v->folder, SHARD);
  join(new_path, v->folder, "new");
  switch (how % 5) {
    case 0: (void)!truncate(path, (off_t)(how % v->shard.len)); break;
    case 1: write_file(path, v->shard.data, v->shard.len); break;
    case 2: unlink(path); break;
    case 3: damage_file(new_path, v->shard.len / 2), rename(new_path, path); break;
    default: rename(new_path, path); break;
  }
  write_file(new_path, v->shard.data, v->shard.len);
}

static void *vandalize(void *user_data) {
  vandal *v = (vandal *)user_data;
  unsigned random = 1;
  while (!v->is_over) {
    random = random * 1103515245u + 12345u;
    change(v, random >> 16);
    change(v, 4); /* mostly it is there */
    v->changes++;
    usleep(random >> 16 & 0x3ff);
  }
  return NULL;
}

static int is_expected(wb_status status) {
  switch (status) {
    case WB_OK:
    case WB_ERR_NOT_FOUND:
    case WB_ERR_FORMAT:
    case WB_ERR_CHANGED:
    case WB_ERR_MISMATCH:
    case WB_ERR_IO: return 1;
    default: return 0;
  }
}

static void files_change(const char *scratch) {
  vandal v;
  pthread_t thread;
  wb_context *contexts[2] = {context_of(0), context_of(2)};
  char path[PATH_SIZE];
  unsigned round;
  int opened = 0, good = 0;
  memset(&v, 0, sizeof v);
  fresh_dir(v.folder, scratch, "changing", golden);
  v.shard = read_file(join(path, v.folder, SHARD));
  write_file(join(path, v.folder, "new"), v.shard.data, v.shard.len);
  REQUIRE(pthread_create(&thread, NULL, vandalize, &v) == 0);
  while (v.changes == 0) usleep(100);
  for (round = 0; round < ROUNDS; round++) {
    const wb_status status = do_everything(contexts[round / 4 % 2], v.folder, round, &opened);
    if (!is_expected(status)) CHECK_STATUS(status, WB_OK);
    good += status == WB_OK;
  }
  v.is_over = 1;
  pthread_join(thread, NULL);
  CHECK(opened > 0 && good < ROUNDS);
  /* Nothing of it lasts. */
  fresh_dir(v.folder, scratch, "changing", golden);
  CHECK_STATUS(do_everything(contexts[1], v.folder, 0, &opened), WB_OK);
  wb_context_release(contexts[0]);
  wb_context_release(contexts[1]);
  free(v.shard.data);
}

int main(int argc, char **argv) {
  REQUIRE(argc == 3);
  join(golden, argv[1], "tiny-llama");
  signals_storm();
  files_change(argv[2]);
  return check_result();
}
