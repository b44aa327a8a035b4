/* jobs.c: the work of tasks on the threads of a context, on threads of the host, and on hosts that run it late, twice or
 * never.
 *
 *   jobs GOLDEN SCRATCH */
#define _DEFAULT_SOURCE
#include <weighbridge.h>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "weights.h"

enum { TENSORS = 39, MOST_JOBS = 256, TASKS = 10 };

static char llama[PATH_SIZE];

static wb_context *context_of(wb_threads *threads, uint32_t max_threads) {
  wb_context *context = NULL;
  wb_context_options options;
  SIZED(options);
  options.max_threads = max_threads;
  options.threads = threads;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  REQUIRE(context != NULL);
  return context;
}

/* A plan of the whole model, which keeps all that it needs. `staging` is enough for many threads, and blocks are small. */
static wb_plan *plan_in(wb_context *context) {
  wb_model *model = NULL;
  wb_plan *plan = NULL;
  wb_plan_options options = options_for(WB_TARGET_HOST);
  options.block_bytes = 65536;
  CHECK_STATUS(wb_model_open(context, llama, WB_NUL, NULL, &model, NULL), WB_OK);
  CHECK_STATUS(wb_plan_create(model, &options, &plan, NULL), WB_OK);
  REQUIRE(plan != NULL);
  wb_model_release(model);
  return plan;
}

static void check_done(wb_task *task) {
  wb_placement *placement = NULL;
  CHECK_STATUS(wb_task_wait(task, NULL, NULL, NULL), WB_OK);
  CHECK_STATUS(wb_task_poll(task, NULL), WB_OK);
  CHECK_STATUS(wb_task_finish(task, &placement, NULL), WB_OK);
  CHECK(wb_placement_tensor_count(placement) == TENSORS);
  wb_placement_release(placement);
}

static wb_task *start(const wb_plan *plan) {
  wb_task *task = NULL;
  CHECK_STATUS(wb_plan_start(plan, &task, NULL), WB_OK);
  REQUIRE(task != NULL);
  return task;
}

/* ---- the threads of the library ---- */

typedef struct crew {
  atomic_int begun, ended, most, destroyed;
  atomic_int is_used[MOST_JOBS];
} crew;

static void on_start(void *user_data, uint32_t number) {
  crew *c = (crew *)user_data;
  const int now = ++c->begun - c->ended;
  int most = c->most;
  while (now > most && !atomic_compare_exchange_weak(&c->most, &most, now)) {}
  REQUIRE(number < MOST_JOBS);
  CHECK(c->is_used[number]++ == 0);
}

static void on_stop(void *user_data, uint32_t number) {
  crew *c = (crew *)user_data;
  CHECK(c->is_used[number]-- == 1);
  c->ended++;
}

static void destroy_crew(void *user_data) { ((crew *)user_data)->destroyed++; }

static void tasks_share_the_threads_of_a_context(void) {
  crew c;
  wb_threads threads;
  wb_context *context;
  wb_plan *plan;
  wb_task *tasks[TASKS];
  size_t i;
  memset(&c, 0, sizeof c);
  SIZED(threads);
  threads.user_data = &c;
  threads.destroy = destroy_crew;
  threads.start = on_start;
  threads.stop = on_stop;
  context = context_of(&threads, 3);
  plan = plan_in(context);
  for (i = 0; i < TASKS; i++) tasks[i] = start(plan);
  for (i = 0; i < TASKS; i++) check_done(tasks[TASKS - 1 - i]);
  for (i = 0; i < TASKS; i++) wb_task_release(tasks[i]);
  /* They have ended when the last task has been released. */
  CHECK(c.begun > 0 && c.begun == c.ended && c.most <= 3);
  wb_context_release(context);
  CHECK(c.destroyed == 0);
  wb_plan_release(plan);
  CHECK(c.destroyed == 1);
}

/* ---- threads of the host ---- */

typedef enum way { AT_ONCE, BY_WORKERS, LATE, NEVER, TWICE, LAST_FIRST, REFUSED } way;

typedef struct host {
  way way;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  wb_job *jobs[MOST_JOBS];
  size_t count;
  int is_over;
  atomic_int taken, destroyed;
} host;

static int32_t spawn(void *user_data, wb_job *job) {
  host *h = (host *)user_data;
  if (h->way == REFUSED) return 77;
  h->taken++;
  if (h->way == AT_ONCE) {
    CHECK_STATUS(wb_job_run(job), WB_OK);
    wb_job_release(job);
    return WB_OK;
  }
  pthread_mutex_lock(&h->lock);
  REQUIRE(h->count < MOST_JOBS);
  h->jobs[h->count++] = job;
  pthread_cond_signal(&h->changed);
  pthread_mutex_unlock(&h->lock);
  return WB_OK;
}

static void run_jobs(host *h, int times) {
  while (h->count > 0) {
    wb_job *job = h->jobs[--h->count];
    int i;
    for (i = 0; i < times; i++) CHECK_STATUS(wb_job_run(job), WB_OK);
    wb_job_release(job);
  }
}

static void *work(void *user_data) {
  host *h = (host *)user_data;
  pthread_mutex_lock(&h->lock);
  while (!h->is_over || h->count > 0) {
    wb_job *job;
    if (h->count == 0) {
      pthread_cond_wait(&h->changed, &h->lock);
      continue;
    }
    job = h->jobs[--h->count];
    pthread_mutex_unlock(&h->lock);
    CHECK_STATUS(wb_job_run(job), WB_OK);
    wb_job_release(job);
    pthread_mutex_lock(&h->lock);
  }
  pthread_mutex_unlock(&h->lock);
  return NULL;
}

static void destroy_host(void *user_data) { ((host *)user_data)->destroyed++; }

static wb_context *context_with(host *h, way way, uint32_t jobs) {
  wb_threads threads;
  memset(h, 0, sizeof *h);
  h->way = way;
  pthread_mutex_init(&h->lock, NULL);
  pthread_cond_init(&h->changed, NULL);
  SIZED(threads);
  threads.user_data = h;
  threads.destroy = destroy_host;
  threads.spawn = spawn;
  return context_of(&threads, jobs);
}

static void dispose(host *h) {
  CHECK(h->destroyed == 1 && h->count == 0);
  pthread_cond_destroy(&h->changed);
  pthread_mutex_destroy(&h->lock);
}

static void jobs_are_run_however_the_host_likes(void) {
  static const way ways[] = {AT_ONCE, LATE, NEVER, TWICE, LAST_FIRST, REFUSED};
  size_t i;
  for (i = 0; i < sizeof ways / sizeof *ways; i++) {
    host h;
    wb_context *context = context_with(&h, ways[i], 3);
    wb_plan *plan = plan_in(context);
    wb_task *task = start(plan);
    /* Three jobs, or as many as the work has parts. */
    CHECK(h.way == REFUSED ? h.taken == 0 : h.taken >= 1 && h.taken <= 3);
    if (h.way == AT_ONCE) CHECK_STATUS(wb_task_poll(task, NULL), WB_OK);
    if (h.way == TWICE) run_jobs(&h, 2);
    if (h.way == LAST_FIRST) {
      CHECK(wb_task_step(task, 0, UINT64_MAX, NULL, NULL) >= 0);
      run_jobs(&h, 1);
    }
    check_done(task);
    wb_task_release(task);
    /* Too late: the task is gone. */
    if (h.way == LATE) run_jobs(&h, 1);
    if (h.way == NEVER) run_jobs(&h, 0);
    wb_plan_release(plan);
    wb_context_release(context);
    dispose(&h);
  }
}

static void notify(void *user_data) { ++*(atomic_int *)user_data; }

/* Nobody waits for a task by a call. */
static void the_end_of_a_task_is_told_once(void) {
  enum { WORKERS = 2 };
  host h;
  pthread_t workers[WORKERS];
  wb_context *context = context_with(&h, BY_WORKERS, WORKERS);
  wb_plan *plan = plan_in(context);
  wb_task *task;
  atomic_int told;
  size_t i;
  atomic_init(&told, 0);
  for (i = 0; i < WORKERS; i++) REQUIRE(pthread_create(&workers[i], NULL, work, &h) == 0);

  task = start(plan);
  CHECK_STATUS(wb_task_on_end(task, notify, &told), WB_OK);
  while (told == 0) usleep(100);
  CHECK_STATUS(wb_task_poll(task, NULL), WB_OK);
  CHECK_STATUS(wb_task_on_end(task, notify, &told), WB_OK);
  CHECK(told == 2);
  check_done(task);
  wb_task_release(task);
  CHECK(told == 2);

  task = start(plan);
  wb_task_cancel(task);
  CHECK_STATUS(wb_task_on_end(task, notify, &told), WB_OK);
  while (told == 2) usleep(100);
  CHECK(wb_task_poll(task, NULL) == WB_ERR_CANCELLED || wb_task_poll(task, NULL) == WB_OK);
  wb_task_release(task);

  /* At the latest when it is released. */
  task = start(plan);
  CHECK_STATUS(wb_task_on_end(task, notify, &told), WB_OK);
  wb_task_release(task);
  CHECK(told == 4);

  pthread_mutex_lock(&h.lock);
  h.is_over = 1;
  pthread_cond_broadcast(&h.changed);
  pthread_mutex_unlock(&h.lock);
  for (i = 0; i < WORKERS; i++) pthread_join(workers[i], NULL);
  wb_plan_release(plan);
  wb_context_release(context);
  dispose(&h);
}

/* A job that begins after the end finds nothing to do, and the task does not seem to be pending again. */
static void a_late_job_changes_nothing(void) {
  enum { WORKERS = 3, ROUNDS = 300, POLLS = 30 };
  host h;
  pthread_t workers[WORKERS];
  wb_context *context = context_with(&h, BY_WORKERS, WORKERS);
  wb_plan *plan = plan_in(context);
  size_t i, k;
  for (i = 0; i < WORKERS; i++) REQUIRE(pthread_create(&workers[i], NULL, work, &h) == 0);
  for (i = 0; i < ROUNDS; i++) {
    wb_task *task = start(plan);
    atomic_int told;
    atomic_init(&told, 0);
    CHECK_STATUS(wb_task_on_end(task, notify, &told), WB_OK);
    wb_task_cancel(task);
    while (told == 0) sched_yield();
    for (k = 0; k < POLLS; k++) CHECK(wb_task_poll(task, NULL) != WB_PENDING);
    wb_task_release(task);
  }
  pthread_mutex_lock(&h.lock);
  h.is_over = 1;
  pthread_cond_broadcast(&h.changed);
  pthread_mutex_unlock(&h.lock);
  for (i = 0; i < WORKERS; i++) pthread_join(workers[i], NULL);
  wb_plan_release(plan);
  wb_context_release(context);
  dispose(&h);
}

/* A job that begins while the task is stepped, cancelled and released. */
static void tasks_are_cancelled_at_random(void) {
  enum { WORKERS = 2, ROUNDS = 300 };
  host h;
  pthread_t workers[WORKERS];
  wb_context *context = context_with(&h, BY_WORKERS, 3);
  wb_plan *plan = plan_in(context);
  uint32_t random = 1;
  size_t i;
  for (i = 0; i < WORKERS; i++) REQUIRE(pthread_create(&workers[i], NULL, work, &h) == 0);
  for (i = 0; i < ROUNDS; i++) {
    wb_task *task = start(plan);
    atomic_int told;
    wb_status status = WB_PENDING;
    atomic_init(&told, 0);
    CHECK_STATUS(wb_task_on_end(task, notify, &told), WB_OK);
    random = random * 1103515245u + 12345u;
    switch (random >> 16 & 3) {
      case 0: status = wb_task_step(task, random >> 18 & 0xffff, UINT64_MAX, NULL, NULL); break;
      case 1: wb_task_cancel(task); status = wb_task_wait(task, NULL, NULL, NULL); break;
      case 2: status = wb_task_wait(task, NULL, NULL, NULL); break;
      default: break;
    }
    CHECK(status == WB_PENDING || status == WB_OK || status == WB_ERR_CANCELLED);
    wb_task_release(task);
    CHECK(told == 1);
  }
  pthread_mutex_lock(&h.lock);
  h.is_over = 1;
  pthread_cond_broadcast(&h.changed);
  pthread_mutex_unlock(&h.lock);
  for (i = 0; i < WORKERS; i++) pthread_join(workers[i], NULL);
  wb_plan_release(plan);
  wb_context_release(context);
  dispose(&h);
}

static void wrong_arguments_are_refused(void) {
  wb_context *context = NULL;
  wb_context_options options;
  wb_threads threads;
  memset(&threads, 0, sizeof threads);
  SIZED(options);
  options.threads = &threads;
  CHECK_REFUSED(wb_context_create(&options, &context, NULL));
  threads.struct_size = 3;
  CHECK_REFUSED(wb_context_create(&options, &context, NULL));
  CHECK_STATUS(wb_job_run(NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_task_on_end(NULL, notify, NULL), WB_ERR_INVALID_ARGUMENT);
  wb_job_release(NULL);
}

int main(int argc, char **argv) {
  REQUIRE(argc > 1);
  join(llama, argv[1], "tiny-llama");
  tasks_share_the_threads_of_a_context();
  jobs_are_run_however_the_host_likes();
  the_end_of_a_task_is_told_once();
  a_late_job_changes_nothing();
  tasks_are_cancelled_at_random();
  wrong_arguments_are_refused();
  return check_result();
}
