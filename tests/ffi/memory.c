/* memory.c: bulk data in memory of the host, and within its budget; hosts that have none, or give what cannot be used.
 *
 *   memory GOLDEN SCRATCH */
#define _DEFAULT_SOURCE
#include <weighbridge.h>

#include <limits.h>
#include <pthread.h>

#include "weights.h"

#define TENSOR "model.layers.2.mlp.up_proj.weight"

/* ---- an allocator that keeps books ---- */

enum { POISON = 0xa5, NEVER = INT_MAX };

typedef struct block {
  void *start;
  size_t skew, bytes, alignment;
  struct block *next;
} block;

typedef struct heap {
  pthread_mutex_t lock;
  block *blocks;
  size_t live, most; /* bytes */
  int taken;
  int fails_at;  /* the number of the allocation that fails; NEVER */
  size_t skew;   /* bytes that blocks begin behind where they should */
  int destroyed;
  const wb_model *reentered; /* is loaded by the allocator itself */
} heap;

static void *heap_alloc(void *user_data, size_t size, size_t alignment) {
  heap *h = (heap *)user_data;
  const wb_model *again = h->reentered;
  block *b;
  void *start;
  CHECK(size > 0 && alignment > 0 && (alignment & (alignment - 1)) == 0);
  if (again != NULL) { /* whatever the library is in the middle of */
    wb_placement *placement = NULL;
    h->reentered = NULL;
    CHECK_STATUS(wb_model_load(again, NULL, &placement, NULL), WB_OK);
    wb_placement_release(placement);
  }
  pthread_mutex_lock(&h->lock);
  if (h->taken++ == h->fails_at) {
    pthread_mutex_unlock(&h->lock);
    return NULL;
  }
  b = (block *)malloc(sizeof *b);
  REQUIRE(b != NULL);
  b->skew = h->skew;
  b->bytes = size;
  b->alignment = alignment;
  REQUIRE(posix_memalign(&b->start, alignment < sizeof(void *) ? sizeof(void *) : alignment, size + h->skew) == 0);
  memset(b->start, POISON, size + h->skew);
  b->next = h->blocks;
  h->blocks = b;
  h->live += size;
  if (h->live > h->most) h->most = h->live;
  start = (char *)b->start + h->skew;
  pthread_mutex_unlock(&h->lock);
  return start;
}

static void heap_free(void *user_data, void *start, size_t size, size_t alignment) {
  heap *h = (heap *)user_data;
  block **at, *b;
  pthread_mutex_lock(&h->lock);
  for (at = &h->blocks; *at != NULL && (char *)(*at)->start + (*at)->skew != (char *)start; at = &(*at)->next) {
  }
  b = *at;
  REQUIRE(b != NULL);
  CHECK(b->bytes == size && b->alignment == alignment);
  *at = b->next;
  h->live -= size;
  pthread_mutex_unlock(&h->lock);
  free(b->start);
  free(b);
}

static void heap_destroy(void *user_data) { ((heap *)user_data)->destroyed++; }

static void heap_init(heap *h) {
  memset(h, 0, sizeof *h);
  h->fails_at = NEVER;
  pthread_mutex_init(&h->lock, NULL);
}

/* Everything has come back. */
static void heap_check(heap *h) {
  CHECK(h->live == 0 && h->blocks == NULL && h->destroyed == 1);
  pthread_mutex_destroy(&h->lock);
}

/* ---- a budget ---- */

typedef struct budget {
  pthread_mutex_t lock;
  uint64_t limit, used, most, on_devices;
  int destroyed;
} budget;

static wb_status budget_reserve(void *user_data, uint32_t device, uint64_t size) {
  budget *b = (budget *)user_data;
  wb_status status = WB_ERR_OUT_OF_MEMORY;
  pthread_mutex_lock(&b->lock);
  if (size <= b->limit - b->used) {
    b->used += size;
    if (b->used > b->most) b->most = b->used;
    if (device != WB_DEVICE_HOST) b->on_devices += size;
    status = WB_OK;
  }
  pthread_mutex_unlock(&b->lock);
  return status;
}

static void budget_release(void *user_data, uint32_t device, uint64_t size) {
  budget *b = (budget *)user_data;
  pthread_mutex_lock(&b->lock);
  CHECK(size <= b->used);
  b->used -= size;
  if (device != WB_DEVICE_HOST) b->on_devices -= size;
  pthread_mutex_unlock(&b->lock);
}

static void budget_destroy(void *user_data) { ((budget *)user_data)->destroyed++; }

static void budget_init(budget *b, uint64_t limit) {
  memset(b, 0, sizeof *b);
  b->limit = limit;
  pthread_mutex_init(&b->lock, NULL);
}

static void budget_check(budget *b) {
  CHECK(b->used == 0 && b->on_devices == 0 && b->destroyed == 1);
  pthread_mutex_destroy(&b->lock);
}

/* Either may be NULL. */
static wb_context *context_with(heap *h, budget *b, uint32_t threads) {
  wb_context_options options;
  wb_allocator allocator;
  wb_budget limits;
  wb_context *context = NULL;
  SIZED(options);
  SIZED(allocator);
  SIZED(limits);
  allocator.user_data = h;
  allocator.destroy = heap_destroy;
  allocator.alloc = heap_alloc;
  allocator.free = heap_free;
  limits.user_data = b;
  limits.destroy = budget_destroy;
  limits.reserve = budget_reserve;
  limits.release = budget_release;
  options.max_threads = threads;
  options.allocator = h == NULL ? NULL : &allocator;
  options.budget = b == NULL ? NULL : &limits;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_OK);
  REQUIRE(context != NULL);
  return context;
}

/* ---- everything that takes bulk memory ---- */

typedef wb_status (*use_fn)(const wb_context *context, const char *golden);

static wb_status open_reading(const wb_context *context, const char *golden, const char *name, wb_model **model) {
  char path[PATH_SIZE];
  wb_open_options options;
  SIZED(options);
  options.flags = WB_OPEN_READ;
  return wb_model_open(context, join(path, golden, name), WB_NUL, &options, model, NULL);
}

/* Loads a model as `options` say, and compares it with what the library loads into memory of its own. */
static wb_status load_and_compare(const wb_context *context, const char *golden, const char *name,
                                  const wb_plan_options *options) {
  wb_model *model = NULL, *plain = NULL;
  wb_placement *placement = NULL, *expected = NULL;
  wb_status status = open_reading(context, golden, name, &model);
  size_t i;
  if (status == WB_OK) status = wb_model_load(model, options, &placement, NULL);
  if (status == WB_OK) {
    REQUIRE(open_reading(NULL, golden, name, &plain) == WB_OK);
    expected = load(plain, options);
    CHECK(wb_placement_tensor_count(placement) == wb_placement_tensor_count(expected));
    for (i = 0; i < wb_placement_tensor_count(expected); i++) {
      wb_placed_tensor_info got, wanted;
      SIZED(got);
      SIZED(wanted);
      CHECK_STATUS(wb_placement_tensor_info(placement, i, &got), WB_OK);
      CHECK_STATUS(wb_placement_tensor_info(expected, i, &wanted), WB_OK);
      CHECK(got.bytes == wanted.bytes && memcmp(got.data, wanted.data, wanted.bytes) == 0);
    }
  }
  wb_model_release(model);
  wb_placement_release(placement);
  wb_model_release(plain);
  wb_placement_release(expected);
  return status;
}

static wb_status use_arena(const wb_context *context, const char *golden) {
  wb_plan_options options = options_for(WB_TARGET_HOST);
  return load_and_compare(context, golden, "tiny-llama", &options);
}

/* Casts and slices pass through buffers of the workers. */
static wb_status use_buffers(const wb_context *context, const char *golden) {
  wb_plan_options options = options_for(WB_TARGET_HOST);
  const wb_cast cast = cast_of("*proj*", 0, WB_F32);
  const wb_slice slice = slice_of("*proj*", 1, 1, 2, 0);
  options.casts = &cast;
  options.cast_count = 1;
  options.slices = &slice;
  options.slice_count = 1;
  options.reads = WB_READS_DIRECT;
  return load_and_compare(context, golden, "tiny-llama", &options);
}

/* Without a map, and of contents that are made from what the file has. */
static wb_status use_contents(const wb_context *context, const char *golden) {
  static const char *const models[] = {"tiny-llama", "../onnx/golden/made/types-typed.onnx"};
  wb_status status = WB_OK;
  size_t m, i;
  for (m = 0; m < 2 && status == WB_OK; m++) {
    wb_model *model = NULL;
    wb_buffer *buffer = NULL;
    status = open_reading(context, golden, models[m], &model);
    for (i = 0; i < wb_model_tensor_count(model) && status == WB_OK; i++) {
      buffer = NULL;
      status = wb_model_tensor_buffer(model, i, &buffer, NULL);
      wb_buffer_release(buffer);
    }
    for (i = 0; i < wb_model_asset_count(model) && status == WB_OK; i++) {
      buffer = NULL;
      status = wb_model_asset_buffer(model, i, &buffer, NULL);
      wb_buffer_release(buffer);
    }
    wb_model_release(model);
  }
  return status;
}

static wb_status use_report(const wb_context *context, const char *golden) {
  wb_model *model = NULL;
  wb_report *report = NULL;
  wb_status status = open_reading(context, golden, "tiny-llama", &model);
  if (status == WB_OK) status = wb_model_verify(model, NULL, &report, NULL);
  wb_report_release(report);
  wb_model_release(model);
  return status;
}

static const use_fn USES[] = {use_arena, use_buffers, use_contents, use_report};
enum { USE_COUNT = sizeof USES / sizeof *USES };

/* ---- tests ---- */

static void bulk_memory_is_that_of_the_host(const char *golden) {
  size_t use;
  uint32_t threads;
  for (use = 0; use < USE_COUNT; use++) {
    for (threads = 0; threads <= 3; threads += 3) {
      heap h;
      budget b;
      wb_context *context;
      heap_init(&h);
      budget_init(&b, UINT64_MAX);
      context = context_with(&h, &b, threads);
      CHECK_STATUS(USES[use](context, golden), WB_OK);
      wb_context_release(context);
      /* Memory is reserved before it is allocated; an empty block has a byte. */
      CHECK(h.taken > 0 && h.most <= b.most + (size_t)h.taken && (threads > 0 || b.most <= h.most));
      heap_check(&h);
      budget_check(&b);
    }
  }
}

static void every_allocation_that_fails_is_an_error(const char *golden) {
  size_t use;
  for (use = 0; use < USE_COUNT; use++) {
    int fails_at = 0, failed = 0;
    wb_status status;
    do {
      heap h;
      wb_context *context;
      heap_init(&h);
      h.fails_at = fails_at++;
      context = context_with(&h, NULL, use % 2 == 0 ? 0 : 2);
      status = USES[use](context, golden);
      wb_context_release(context);
      /* A file is read in the ordinary way if there is no memory for another one. */
      CHECK(status == WB_ERR_OUT_OF_MEMORY || status == WB_OK);
      failed += status == WB_ERR_OUT_OF_MEMORY;
      if (h.taken <= h.fails_at) CHECK_STATUS(status, WB_OK);
      status = h.taken <= h.fails_at ? WB_OK : WB_PENDING;
      heap_check(&h);
    } while (status != WB_OK);
    CHECK(failed > 0);
  }
}

static void an_error_says_what_there_is_no_memory_for(const char *golden) {
  char path[PATH_SIZE];
  heap h;
  wb_context *context;
  wb_model *model = NULL;
  wb_placement *placement = NULL;
  wb_error *err = NULL;
  heap_init(&h);
  context = context_with(&h, NULL, 0);
  REQUIRE(wb_model_open(context, join(path, golden, "tiny-llama"), WB_NUL, NULL, &model, NULL) == WB_OK);
  h.fails_at = h.taken;
  CHECK_STATUS(wb_model_load(model, NULL, &placement, &err), WB_ERR_OUT_OF_MEMORY);
  CHECK(placement == NULL && strstr(wb_error_message(err), "bytes of the arena") != NULL);
  wb_error_release(err);
  err = NULL;
  h.fails_at = NEVER;
  h.skew = 1;
  CHECK_STATUS(wb_model_load(model, NULL, &placement, &err), WB_ERR_CALLBACK);
  CHECK(placement == NULL && strstr(wb_error_message(err), "expected a multiple of 64") != NULL);
  wb_error_release(err);
  wb_model_release(model);
  wb_context_release(context);
  heap_check(&h);
}

static void an_allocator_may_call_the_library(const char *golden) {
  size_t use;
  char path[PATH_SIZE];
  wb_model *model = NULL;
  heap h;
  wb_context *context;
  heap_init(&h);
  context = context_with(&h, NULL, 0);
  REQUIRE(wb_model_open(context, join(path, golden, "tiny-llama"), WB_NUL, NULL, &model, NULL) == WB_OK);
  for (use = 0; use < USE_COUNT; use++) {
    h.reentered = model;
    CHECK_STATUS(USES[use](context, golden), WB_OK);
    CHECK(h.reentered == NULL);
  }
  wb_model_release(model);
  wb_context_release(context);
  heap_check(&h);
}

/* What outlives the context keeps the allocator. */
static void a_placement_keeps_the_allocator(const char *golden) {
  char path[PATH_SIZE];
  heap h;
  budget b;
  wb_context *context;
  wb_model *model = NULL;
  wb_placement *placement = NULL;
  wb_placed_tensor_info placed;
  heap_init(&h);
  budget_init(&b, UINT64_MAX);
  context = context_with(&h, &b, 2);
  REQUIRE(wb_model_open(context, join(path, golden, "tiny-llama"), WB_NUL, NULL, &model, NULL) == WB_OK);
  wb_context_release(context);
  CHECK_STATUS(wb_model_load(model, NULL, &placement, NULL), WB_OK);
  wb_model_release(model);
  CHECK(h.destroyed == 0 && b.destroyed == 0 && h.live > 0 && b.used > 0);
  placed = placed_of(placement, TENSOR);
  CHECK(((const unsigned char *)placed.data)[0] != 0 || placed.bytes > 0);
  wb_placement_release(placement);
  heap_check(&h);
  budget_check(&b);
}

static void a_budget_is_kept(const char *golden) {
  char path[PATH_SIZE];
  budget b;
  wb_context *context;
  wb_model *model = NULL;
  wb_placement *placement = NULL, *second = NULL;
  wb_error *err = NULL;
  wb_plan_info info;
  budget_init(&b, 0);
  context = context_with(NULL, &b, 0);
  /* Its header is bulk data, too. */
  CHECK_STATUS(wb_model_open(context, join(path, golden, "tiny-llama"), WB_NUL, NULL, &model, &err), WB_ERR_OUT_OF_MEMORY);
  CHECK(model == NULL && strstr(wb_error_message(err), "the budget of the host does not grant") != NULL);
  wb_error_release(err);
  err = NULL;
  b.limit = UINT64_MAX;
  REQUIRE(wb_model_open(context, path, WB_NUL, NULL, &model, NULL) == WB_OK);
  info = plan_info_of(model, NULL);
  b.limit = b.used + info.target_bytes + info.staging_bytes;
  CHECK_STATUS(wb_model_load(model, NULL, &placement, NULL), WB_OK);
  CHECK(b.used >= info.target_bytes);
  CHECK_STATUS(wb_model_load(model, NULL, &second, &err), WB_ERR_OUT_OF_MEMORY);
  CHECK(second == NULL && err != NULL);
  wb_error_release(err);
  wb_placement_release(placement);
  CHECK_STATUS(wb_model_load(model, NULL, &second, NULL), WB_OK);
  wb_placement_release(second);
  wb_model_release(model);
  wb_context_release(context);
  budget_check(&b);
}

static void a_budget_covers_devices(const char *golden) {
  char path[PATH_SIZE];
  budget b;
  wb_context *context;
  wb_cuda_devices *devices = NULL;
  wb_cuda_options cuda;
  wb_plan_options options = options_with(&cuda);
  wb_plan_info info;
  wb_model *model = NULL;
  wb_placement *placement = NULL;
  const wb_status found = wb_cuda_devices_create(&devices, NULL);
  const size_t count = wb_cuda_devices_count(devices);
  wb_cuda_devices_release(devices);
  if (found != WB_OK || count == 0) return; /* the tests run it with a stand-in, too */
  budget_init(&b, UINT64_MAX);
  context = context_with(NULL, &b, 2);
  REQUIRE(wb_model_open(context, join(path, golden, "tiny-llama"), WB_NUL, NULL, &model, NULL) == WB_OK);
  info = plan_info_of(model, &options);
  CHECK_STATUS(wb_model_load(model, &options, &placement, NULL), WB_OK);
  CHECK(b.on_devices == info.target_bytes);
  wb_placement_release(placement);
  placement = NULL;
  CHECK(b.on_devices == 0);
  b.limit = b.used + info.target_bytes - 1;
  CHECK_STATUS(wb_model_load(model, &options, &placement, NULL), WB_ERR_OUT_OF_MEMORY);
  wb_model_release(model);
  wb_context_release(context);
  budget_check(&b);
}

static void incomplete_structures_are_refused(void) {
  wb_context_options options;
  wb_allocator allocator;
  wb_budget limits;
  wb_context *context = NULL;
  heap h;
  budget b;
  heap_init(&h);
  budget_init(&b, 0);
  SIZED(options);
  SIZED(allocator);
  SIZED(limits);
  allocator.user_data = &h;
  allocator.destroy = heap_destroy;
  allocator.alloc = heap_alloc;
  options.allocator = &allocator;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_ERR_INVALID_ARGUMENT);
  allocator.free = heap_free;
  allocator.alloc = NULL;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_ERR_INVALID_ARGUMENT);
  allocator.alloc = heap_alloc;
  allocator.struct_size = 3;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(h.destroyed == 0);
  /* One that is accepted is told of what becomes of the others. */
  allocator.struct_size = sizeof allocator;
  limits.user_data = &b;
  limits.destroy = budget_destroy;
  limits.reserve = budget_reserve;
  options.budget = &limits;
  CHECK_STATUS(wb_context_create(&options, &context, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(h.destroyed == 1 && b.destroyed == 0 && context == NULL);
  limits.release = budget_release;
  CHECK_STATUS(wb_context_create(&options, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(h.destroyed == 2 && b.destroyed == 1);
}

int main(int argc, char **argv) {
  REQUIRE(argc == 3);
  bulk_memory_is_that_of_the_host(argv[1]);
  every_allocation_that_fails_is_an_error(argv[1]);
  an_error_says_what_there_is_no_memory_for(argv[1]);
  an_allocator_may_call_the_library(argv[1]);
  a_placement_keeps_the_allocator(argv[1]);
  a_budget_is_kept(argv[1]);
  a_budget_covers_devices(argv[1]);
  incomplete_structures_are_refused();
  return check_result();
}
