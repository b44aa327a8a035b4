/* abuse.c: every wrong call that a host can make without lying about memory. Each must be refused, none may crash.
 *
 *   abuse GOLDEN SCRATCH */
#include <weighbridge.h>

#include "check.h"
#include "files.h"
#include "placed.h"
#include "sizes.h"

#define JUNK ((void *)&junk) /* not NULL, and not what anyone made */
static int junk;

static char dtypes[PATH_SIZE];
static char llama[PATH_SIZE];

/* One good object of each kind, for the parameters that are not the abused one. */
static wb_context *context;
static wb_model *model;
static wb_buffer *buffer;
static wb_report *report;
static wb_plan *plan;
static wb_task *task; /* finished */
static wb_placement *placement;
static wb_error *error;

static void make_objects(void) {
  wb_model *missing = NULL;
  wb_plan_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.target = WB_TARGET_HOST;
  REQUIRE(wb_context_create(NULL, &context, NULL) == WB_OK);
  REQUIRE(wb_model_open(context, llama, WB_NUL, NULL, &model, NULL) == WB_OK);
  REQUIRE(wb_model_tensor_buffer(model, 0, &buffer, NULL) == WB_OK);
  REQUIRE(wb_model_verify(model, NULL, &report, NULL) == WB_OK);
  REQUIRE(wb_plan_create(model, &options, &plan, NULL) == WB_OK);
  REQUIRE(wb_plan_start(plan, &task, NULL) == WB_OK);
  REQUIRE(wb_task_wait(task, NULL, NULL, NULL) == WB_OK);
  REQUIRE(wb_task_finish(task, &placement, NULL) == WB_OK);
  REQUIRE(wb_model_open(context, "no-such-file", WB_NUL, NULL, &missing, &error) < 0);
  REQUIRE(error != NULL);
}

static void release_objects(void) {
  wb_error_release(error);
  wb_placement_release(placement);
  wb_task_release(task);
  wb_plan_release(plan);
  wb_report_release(report);
  wb_buffer_release(buffer);
  wb_model_release(model);
  wb_context_release(context);
}

static wb_open_options open_options(void) {
  wb_open_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  return options;
}

static wb_plan_options plan_options(void) {
  wb_plan_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.target = WB_TARGET_HOST;
  return options;
}

/* ---- NULL ---- */

#define INVALID(call) CHECK_STATUS(call, WB_ERR_INVALID_ARGUMENT)

/* A secondary output that a caller may or may not leave out: refused or not, but nothing else. */
#define OPTIONAL(call) optional((call), __FILE__, __LINE__, #call)
static void optional(wb_status status, const char *file, int line, const char *call) {
  if (status != WB_OK && status != WB_ERR_INVALID_ARGUMENT) check_failed(file, line, call);
}

static void null_receivers(void) {
  size_t n = 0;
  const void *data = NULL;
  unsigned char byte;
  wb_tensor_info tensor;
  wb_plan_info info;
  wb_progress progress;
  wb_placed_tensor_info placed;
  wb_line_info check;
  wb_node_info node;
  wb_value_info graph_value;
  wb_buffer *b = (wb_buffer *)JUNK;
  wb_plan *p = (wb_plan *)JUNK;
  wb_task *t = (wb_task *)JUNK;
  wb_placement *l = (wb_placement *)JUNK;
  wb_report *r = (wb_report *)JUNK;
  wb_error_info why;
  wb_file_info file;
  wb_asset_info asset;

  SIZED(tensor), SIZED(info), SIZED(progress), SIZED(placed), SIZED(check), SIZED(node), SIZED(graph_value);
  SIZED(why), SIZED(file), SIZED(asset);

  CHECK(wb_has_feature(NULL, WB_NUL) == 0);
  CHECK(wb_has_feature(NULL, 0) == 0);
  CHECK(wb_has_feature(NULL, 5) == 0);

  CHECK(wb_error_code(NULL) <= 0);
  CHECK(wb_error_message(NULL)[0] == 0);
  INVALID(wb_error_get_info(NULL, &why));
  CHECK(wb_error_retain(NULL) == NULL);

  CHECK(wb_model_format(NULL)[0] == 0);
  CHECK(wb_model_file_count(NULL) == 0);
  INVALID(wb_model_file_info(NULL, 0, &file));
  CHECK(wb_model_tensor_count(NULL) == 0);
  INVALID(wb_model_tensor_info(NULL, 0, &tensor));
  INVALID(wb_model_tensor_infos(NULL, 0, 1, &tensor, sizeof tensor));
  INVALID(wb_model_tensor_find(NULL, "x", 1, &n));
  INVALID(wb_model_tensor_data(NULL, 0, &data, &n));
  INVALID(wb_model_tensor_buffer(NULL, 0, &b, NULL));
  CHECK(b == NULL);
  INVALID(wb_model_tensor_read(NULL, 0, 0, &byte, 1, NULL));
  n = 77;
  CHECK(wb_buffer_data(NULL, &n) == NULL);
  CHECK(n == 0);
  CHECK(wb_model_metadata_count(NULL) == 0);
  INVALID(wb_model_metadata_info(NULL, 0, NULL));
  INVALID(wb_model_metadata_find(NULL, "x", 1, &n));
  INVALID(wb_model_asset_find(NULL, "x", 1, &n));
  CHECK(wb_model_asset_count(NULL) == 0);
  INVALID(wb_model_asset_info(NULL, 0, &asset));
  b = (wb_buffer *)JUNK;
  INVALID(wb_model_asset_buffer(NULL, 0, &b, NULL));
  CHECK(b == NULL);

  INVALID(wb_plan_create(NULL, NULL, &p, NULL));
  CHECK(p == NULL);
  INVALID(wb_plan_get_info(NULL, &info));
  INVALID(wb_plan_start(NULL, &t, NULL));
  CHECK(t == NULL);
  INVALID(wb_task_step(NULL, 1, UINT64_MAX, &progress, NULL));
  INVALID(wb_task_poll(NULL, &progress));
  INVALID(wb_task_wait(NULL, NULL, NULL, NULL));
  wb_task_cancel(NULL);
  INVALID(wb_task_finish(NULL, &l, NULL));
  CHECK(l == NULL);
  l = (wb_placement *)JUNK;
  INVALID(wb_model_load(NULL, NULL, &l, NULL));
  CHECK(l == NULL);
  CHECK(wb_placement_tensor_count(NULL) == 0);
  INVALID(wb_placement_tensor_info(NULL, 0, &placed));
  INVALID(wb_placement_tensor_find(NULL, "x", 1, &n));
  INVALID(wb_placement_tensor_find_on(NULL, 0, "x", 1, &n));
  INVALID(wb_model_verify(NULL, NULL, &r, NULL));
  CHECK(r == NULL);
  r = (wb_report *)JUNK;
  INVALID(wb_placement_report(NULL, &r, NULL));
  CHECK(r == NULL);
  CHECK(wb_report_line_count(NULL) == 0);
  INVALID(wb_report_line_info(NULL, 0, &check));

  CHECK(wb_model_graph_count(NULL) == 0);
  CHECK(wb_model_graph(NULL, 0) == NULL);
  CHECK(wb_graph_node_count(NULL) == 0);
  INVALID(wb_graph_node_info(NULL, 0, &node));
  CHECK(wb_graph_value_count(NULL) == 0);
  INVALID(wb_graph_value_info(NULL, 0, &graph_value));
}

static void null_arguments(void) {
  size_t n = 0;
  const void *data = NULL;
  wb_task *pending = NULL;
  wb_model *m = (wb_model *)JUNK;
  wb_error *err = NULL;

  INVALID(wb_context_create(NULL, NULL, &err)); /* why is told even if there is no place for the result */
  CHECK(err != NULL);
  wb_error_release(err);
  INVALID(wb_model_open(NULL, dtypes, WB_NUL, NULL, NULL, NULL));
  INVALID(wb_model_open(NULL, NULL, WB_NUL, NULL, &m, NULL));
  CHECK(m == NULL);
  m = (wb_model *)JUNK;
  INVALID(wb_model_open(NULL, NULL, 5, NULL, &m, NULL));
  CHECK(m == NULL);
  CHECK_REFUSED(wb_model_open(NULL, NULL, 0, NULL, &m, NULL)); /* an empty path */
  CHECK_REFUSED(wb_model_open(NULL, "", WB_NUL, NULL, &m, NULL));
  INVALID(wb_model_open_memory(NULL, NULL, 5, NULL, NULL, NULL, &m, NULL));
  INVALID(wb_model_open_memory(NULL, &junk, sizeof junk, NULL, NULL, NULL, NULL, NULL));

  INVALID(wb_error_get_info(error, NULL));
  INVALID(wb_build_get_info(NULL));
  INVALID(wb_dtype_get_info(WB_F32, NULL));

  INVALID(wb_model_file_info(model, 0, NULL));
  INVALID(wb_model_tensor_info(model, 0, NULL));
  INVALID(wb_model_tensor_infos(model, 0, 1, NULL, sizeof(wb_tensor_info)));
  OPTIONAL(wb_model_tensor_infos(model, 0, 0, NULL, sizeof(wb_tensor_info)));
  INVALID(wb_model_tensor_find(model, NULL, WB_NUL, &n));
  INVALID(wb_model_tensor_find(model, NULL, 5, &n));
  CHECK_REFUSED(wb_model_tensor_find(model, NULL, 0, &n)); /* an empty name */
  CHECK(wb_model_tensor_find(model, "no such tensor", WB_NUL, NULL) < 0);
  OPTIONAL(wb_model_tensor_data(model, 0, NULL, &n));
  OPTIONAL(wb_model_tensor_data(model, 0, &data, NULL));
  INVALID(wb_model_tensor_buffer(model, 0, NULL, NULL));
  INVALID(wb_model_tensor_read(model, 0, 0, NULL, 1, NULL));
  OPTIONAL(wb_model_tensor_read(model, 0, 0, NULL, 0, NULL));
  (void)wb_buffer_data(buffer, NULL);
  if (wb_model_asset_count(model) > 0) {
    INVALID(wb_model_asset_info(model, 0, NULL));
    INVALID(wb_model_asset_buffer(model, 0, NULL, NULL));
  }
  if (wb_model_metadata_count(model) > 0) {
    INVALID(wb_model_metadata_info(model, 0, NULL));
  }

  INVALID(wb_plan_create(model, NULL, NULL, NULL));
  INVALID(wb_plan_get_info(plan, NULL));
  INVALID(wb_plan_start(plan, NULL, NULL));
  REQUIRE(wb_plan_start(plan, &pending, NULL) == WB_OK);
  {
    const wb_status status = wb_task_step(pending, UINT64_MAX, UINT64_MAX, NULL, NULL);
    CHECK(status == WB_OK || status == WB_ERR_INVALID_ARGUMENT);
  }
  {
    const wb_status status = wb_task_poll(pending, NULL);
    CHECK(status == WB_OK || status == WB_PENDING || status == WB_ERR_INVALID_ARGUMENT);
  }
  CHECK_STATUS(wb_task_wait(pending, NULL, JUNK, NULL), WB_OK);
  INVALID(wb_task_finish(pending, NULL, NULL));
  wb_task_release(pending);
  INVALID(wb_model_load(model, NULL, NULL, NULL));
  INVALID(wb_placement_tensor_info(placement, 0, NULL));
  CHECK_REFUSED(wb_placement_tensor_find(placement, "no such tensor", WB_NUL, NULL));
  INVALID(wb_placement_tensor_find(placement, NULL, 5, &n));
  INVALID(wb_placement_tensor_find(placement, NULL, WB_NUL, &n));
  INVALID(wb_model_verify(model, NULL, NULL, NULL));
  INVALID(wb_placement_report(placement, NULL, NULL));
  INVALID(wb_report_line_info(report, 0, NULL));
}

static void null_releases(void) {
  wb_error_release(NULL);
  wb_context_release(NULL);
  wb_model_release(NULL);
  wb_buffer_release(NULL);
  wb_plan_release(NULL);
  wb_task_release(NULL);
  wb_placement_release(NULL);
  wb_report_release(NULL);
  CHECK(wb_context_retain(NULL) == NULL);
  CHECK(wb_model_retain(NULL) == NULL);
  CHECK(wb_buffer_retain(NULL) == NULL);
  CHECK(wb_placement_retain(NULL) == NULL);
}

/* ---- struct_size ---- */

static wb_status give_context_options(void *s) {
  wb_context *c = (wb_context *)JUNK;
  const wb_status status = wb_context_create((const wb_context_options *)s, &c, NULL);
  CHECK((status == WB_OK) == (c != NULL));
  wb_context_release(c);
  return status;
}
static wb_status give_open_options(void *s) {
  wb_model *m = (wb_model *)JUNK;
  const wb_status status = wb_model_open(NULL, dtypes, WB_NUL, (const wb_open_options *)s, &m, NULL);
  CHECK((status == WB_OK) == (m != NULL));
  wb_model_release(m);
  return status;
}
static wb_status give_plan_options(void *s) {
  wb_plan *p = (wb_plan *)JUNK;
  const wb_status status = wb_plan_create(model, (const wb_plan_options *)s, &p, NULL);
  CHECK((status == WB_OK) == (p != NULL));
  wb_plan_release(p);
  return status;
}
static wb_status take_tensor_info(void *s) { return wb_model_tensor_info(model, 0, (wb_tensor_info *)s); }
static wb_status take_tensor_infos(void *s) {
  return wb_model_tensor_infos(model, 0, 1, (wb_tensor_info *)s, sizeof(wb_tensor_info) + 64);
}
static wb_status take_plan_info(void *s) { return wb_plan_get_info(plan, (wb_plan_info *)s); }
static wb_status take_poll(void *s) { return wb_task_poll(task, (wb_progress *)s); }
static wb_status take_step(void *s) { return wb_task_step(task, 1, UINT64_MAX, (wb_progress *)s, NULL); }
static wb_status take_placed(void *s) { return wb_placement_tensor_info(placement, 0, (wb_placed_tensor_info *)s); }
static wb_status take_found(void *s) {
  wb_tensor_info info;
  SIZED(info);
  REQUIRE(wb_model_tensor_info(model, 0, &info) == WB_OK);
  return find_placed(placement, info.name.ptr, info.name.len, (wb_placed_tensor_info *)s);
}
static wb_status take_check(void *s) { return wb_report_line_info(report, 0, (wb_line_info *)s); }

static void all_struct_sizes(void) {
  const sized_case cases[] = {
      {"wb_context_options", give_context_options, sizeof(wb_context_options),
       offsetof(wb_context_options, log_max_level), OPTIONS},
      {"wb_context_options", give_context_options, sizeof(wb_context_options), sizeof(size_t), OPTIONS},
      {"wb_open_options", give_open_options, sizeof(wb_open_options), offsetof(wb_open_options, verify), OPTIONS},
      {"wb_open_options", give_open_options, sizeof(wb_open_options), offsetof(wb_open_options, max_tensors),
       OPTIONS},
      {"wb_plan_options", give_plan_options, sizeof(wb_plan_options), offsetof(wb_plan_options, include), OPTIONS},
      {"wb_tensor_info", take_tensor_info, sizeof(wb_tensor_info), offsetof(wb_tensor_info, shape), INFO},
      {"wb_tensor_info, rows", take_tensor_infos, sizeof(wb_tensor_info), offsetof(wb_tensor_info, shape), INFO},
      {"wb_plan_info", take_plan_info, sizeof(wb_plan_info), offsetof(wb_plan_info, read_bytes), INFO},
      {"wb_progress, poll", take_poll, sizeof(wb_progress), offsetof(wb_progress, done_tensors), INFO},
      {"wb_progress, step", take_step, sizeof(wb_progress), offsetof(wb_progress, done_tensors), INFO},
      {"wb_placed_tensor_info", take_placed, sizeof(wb_placed_tensor_info), offsetof(wb_placed_tensor_info, bytes), INFO},
      {"wb_placed_tensor_info, find", take_found, sizeof(wb_placed_tensor_info), offsetof(wb_placed_tensor_info, tensor), INFO},
      {"wb_line_info", take_check, sizeof(wb_line_info), offsetof(wb_line_info, subject), INFO},
  };
  size_t i;
  for (i = 0; i < COUNT(cases); i++) struct_sizes(&cases[i]);
}

/* ---- values that mean nothing ---- */

static void refuse_open(const wb_open_options *options, int line) {
  wb_model *m = (wb_model *)JUNK;
  const wb_status status = wb_model_open(NULL, dtypes, WB_NUL, options, &m, NULL);
  if (status != WB_ERR_INVALID_ARGUMENT && status != WB_ERR_UNSUPPORTED)
    check_failed(__FILE__, line, wb_status_name(status));
  CHECK(m == NULL);
  if (status == WB_OK) wb_model_release(m);
}

static void refuse_plan(const wb_plan_options *options, int line) {
  wb_plan *p = (wb_plan *)JUNK;
  const wb_status status = wb_plan_create(model, options, &p, NULL);
  if (status != WB_ERR_INVALID_ARGUMENT && status != WB_ERR_UNSUPPORTED)
    check_failed(__FILE__, line, wb_status_name(status));
  CHECK(p == NULL);
  if (status == WB_OK) wb_plan_release(p);
}

static void unknown_values(void) {
  const wb_str bad_text = {"\xff\xfe", 2};
  const size_t bad_index = SIZE_MAX;
  wb_open_options open;
  wb_plan_options p;
  uint32_t bit;

  for (bit = 3; bit < 64; bit++) {
    open = open_options();
    open.flags = UINT64_C(1) << bit;
    refuse_open(&open, __LINE__);
  }
  open = open_options(), open.verify = 3, refuse_open(&open, __LINE__);
  open = open_options(), open.link_root_count = 1, refuse_open(&open, __LINE__);
  open = open_options(), open.link_roots = &bad_text, open.link_root_count = 1, refuse_open(&open, __LINE__);
  open = open_options(), open.memo = bad_text, refuse_open(&open, __LINE__);
  open = open_options(), open.verify = UINT32_MAX, refuse_open(&open, __LINE__);
  open = open_options(), open.reserved = 1, refuse_open(&open, __LINE__);
  open = open_options(), open.format.ptr = "no such format", open.format.len = 14, refuse_open(&open, __LINE__);
  open = open_options(), open.format = bad_text, refuse_open(&open, __LINE__);
  open = open_options(), open.format.len = 4, refuse_open(&open, __LINE__);
  open = open_options(), open.manifest_len = 4, refuse_open(&open, __LINE__);

  p = plan_options(), p.target = 99, refuse_plan(&p, __LINE__);
  p = plan_options(), p.target = UINT32_MAX, refuse_plan(&p, __LINE__);
  p = plan_options(), p.alignment = 3, refuse_plan(&p, __LINE__);
  p = plan_options(), p.alignment = UINT64_MAX, refuse_plan(&p, __LINE__);
  p = plan_options(), p.include_count = 1, refuse_plan(&p, __LINE__);
  p = plan_options(), p.include_count = SIZE_MAX, refuse_plan(&p, __LINE__);
  p = plan_options(), p.include = &bad_text, p.include_count = 1, refuse_plan(&p, __LINE__);
  p = plan_options(), p.include = &bad_text, p.include_count = SIZE_MAX, refuse_plan(&p, __LINE__);
  p = plan_options(), p.tensor_count = 1, refuse_plan(&p, __LINE__);
  p = plan_options(), p.tensors = &bad_index, p.tensor_count = 1, refuse_plan(&p, __LINE__);
}

/* What the library may take or refuse, as long as it survives. */
static void odd_values(void) {
  const size_t twice[] = {0, 0};
  const wb_str nothing = {"no such tensor", WB_NUL};
  const wb_str empty = {NULL, 0};
  wb_plan_options options;
  wb_placement *l = NULL;

  options = plan_options();
  options.tensors = twice;
  options.tensor_count = 2;
  (void)wb_model_load(model, &options, &l, NULL);
  wb_placement_release(l);
  options = plan_options();
  options.include = &nothing;
  options.include_count = 1;
  CHECK(wb_model_load(model, &options, &l, NULL) != WB_OK || wb_placement_tensor_count(l) == 0);
  wb_placement_release(l);
  options.include = &empty;
  (void)wb_model_load(model, &options, &l, NULL);
  wb_placement_release(l);
  options = plan_options();
  options.staging_bytes = 1;
  (void)wb_model_load(model, &options, &l, NULL);
  wb_placement_release(l);
  options = plan_options();
  options.alignment = UINT64_C(1) << 62;
  CHECK(wb_model_load(model, &options, &l, NULL) != WB_OK);
  CHECK(l == NULL);
}

/* ---- beyond the end ---- */

static void bad_indices(void) {
  const size_t counts[] = {wb_model_file_count(model),        wb_model_tensor_count(model),
                           wb_model_metadata_count(model),    wb_model_asset_count(model),
                           wb_placement_tensor_count(placement),     wb_report_line_count(report)};
  size_t far;
  for (far = 0; far < 2; far++) {
    const size_t beyond = far ? SIZE_MAX : 0;
#define BEYOND(kind) (counts[kind] | beyond)
    wb_file_info file;
    wb_metadata_info entry;
    wb_asset_info asset;
    size_t len;
    const void *data;
    unsigned char byte;
    wb_buffer *out = (wb_buffer *)JUNK;
    wb_tensor_info info;
    wb_placed_tensor_info placed;
    wb_line_info check;
    SIZED(info), SIZED(placed), SIZED(check), SIZED(file), SIZED(entry), SIZED(asset);
    CHECK_REFUSED(wb_model_file_info(model, BEYOND(0), &file));
    CHECK_REFUSED(wb_model_tensor_info(model, BEYOND(1), &info));
    CHECK_REFUSED(wb_model_tensor_infos(model, BEYOND(1), 1, &info, sizeof info));
    CHECK_REFUSED(wb_model_tensor_data(model, BEYOND(1), &data, &len));
    CHECK_REFUSED(wb_model_tensor_buffer(model, BEYOND(1), &out, NULL));
    CHECK(out == NULL);
    CHECK_REFUSED(wb_model_tensor_read(model, BEYOND(1), 0, &byte, 1, NULL));
    CHECK_REFUSED(wb_model_metadata_info(model, BEYOND(2), &entry));
    CHECK_REFUSED(wb_model_asset_info(model, BEYOND(3), &asset));
    out = (wb_buffer *)JUNK;
    CHECK_REFUSED(wb_model_asset_buffer(model, BEYOND(3), &out, NULL));
    CHECK(out == NULL);
    CHECK_REFUSED(wb_placement_tensor_info(placement, BEYOND(4), &placed));
    CHECK_REFUSED(wb_report_line_info(report, BEYOND(5), &check));
    CHECK(wb_model_graph(model, BEYOND(0)) == NULL);
  }
}

static void bad_ranges(void) {
  const size_t count = wb_model_tensor_count(model);
  wb_tensor_info info, one;
  wb_tensor_info rows[4]; /* room on both sides, should a bad stride be taken */
  unsigned char raw[64];
  size_t n;

  SIZED(one);
  REQUIRE(wb_model_tensor_info(model, 0, &one) == WB_OK);
  CHECK_REFUSED(wb_model_tensor_read(model, 0, one.bytes, raw, 1, NULL));
  CHECK_REFUSED(wb_model_tensor_read(model, 0, UINT64_MAX, raw, sizeof raw, NULL));
  CHECK_REFUSED(wb_model_tensor_read(model, 0, UINT64_MAX - 8, raw, sizeof raw, NULL));
  CHECK_REFUSED(wb_model_tensor_read(model, 0, 1, raw, SIZE_MAX, NULL));
  CHECK_STATUS(wb_model_tensor_read(model, 0, one.bytes, raw, 0, NULL), WB_OK);
  CHECK_REFUSED(wb_model_tensor_read(model, 0, one.bytes + 1, raw, 0, NULL));

  SIZED(info);
  CHECK_REFUSED(wb_model_tensor_infos(model, 0, SIZE_MAX, &info, sizeof info));
  CHECK_REFUSED(wb_model_tensor_infos(model, 1, SIZE_MAX, &info, sizeof info));
  CHECK_REFUSED(wb_model_tensor_infos(model, SIZE_MAX, SIZE_MAX, &info, sizeof info));
  CHECK_REFUSED(wb_model_tensor_infos(model, count + 1, 0, &info, sizeof info));
  if (count >= 2) {
    memset(rows, 0, sizeof rows);
    rows[1].struct_size = sizeof rows[1];
    CHECK_REFUSED(wb_model_tensor_infos(model, 0, 2, &rows[1], 0)); /* rows that overlap */
    CHECK_REFUSED(wb_model_tensor_infos(model, 0, 2, &rows[1], sizeof rows[1] - 8));
    OPTIONAL(wb_model_tensor_infos(model, 0, 2, &rows[1], sizeof rows[1] + 1)); /* or are not aligned */
    rows[1].struct_size = sizeof rows[1];
    CHECK_REFUSED(wb_model_tensor_infos(model, 0, 2, &rows[1], SIZE_MAX & ~(size_t)7)); /* or wrap around */
    CHECK(rows[0].alignment == 0);
  }
  CHECK_STATUS(wb_model_tensor_find(model, "x", 0, &n), WB_ERR_NOT_FOUND);
}

/* ---- text ---- */

static void bad_text(const char *scratch) {
  static const char embedded[] = "dtypes\0.safetensors";
  char path[PATH_SIZE + 64];
  size_t len, n;
  wb_model *m = (wb_model *)JUNK;
  wb_error *err = NULL;

  CHECK_REFUSED(wb_model_open(NULL, "\xff\xfe\xfd", WB_NUL, NULL, &m, &err));
  CHECK(m == NULL && err != NULL);
  wb_error_release(err);
  join(path, scratch, "\xc3\x28");
  m = (wb_model *)JUNK;
  CHECK_REFUSED(wb_model_open(NULL, path, WB_NUL, NULL, &m, NULL));
  CHECK(m == NULL);

  len = strlen(dtypes); /* a good path, a NUL, and more: not to be cut short */
  memcpy(path, dtypes, len);
  memcpy(path + len, "\0.bak", 5);
  m = (wb_model *)JUNK;
  CHECK_REFUSED(wb_model_open(NULL, path, len + 5, NULL, &m, NULL));
  CHECK(m == NULL);
  CHECK_REFUSED(wb_model_open(NULL, embedded, sizeof embedded - 1, NULL, &m, NULL));

  CHECK_REFUSED(wb_model_tensor_find(model, "\xff", WB_NUL, &n));
  CHECK_REFUSED(wb_model_tensor_find(model, embedded, sizeof embedded - 1, &n));
  CHECK_REFUSED(wb_placement_tensor_find(placement, "\xff", 1, &n));
  CHECK(wb_has_feature("\xff\xff", WB_NUL) == 0);
  CHECK(wb_has_feature("safetensors\0x", 13) == 0);
}

/* ---- the wrong order ---- */

static void wrong_order(void) {
  wb_task *t = NULL;
  wb_placement *l = (wb_placement *)JUNK;
  wb_progress progress;
  wb_error *err = NULL;
  wb_status status;

  SIZED(progress);
  REQUIRE(wb_plan_start(plan, &t, NULL) == WB_OK);
  status = wb_task_finish(t, &l, NULL); /* too early */
  CHECK(status == WB_PENDING || status < 0);
  CHECK(l == NULL);
  CHECK_STATUS(wb_task_wait(t, NULL, NULL, NULL), WB_OK); /* and no harm done */
  CHECK_STATUS(wb_task_finish(t, &l, NULL), WB_OK);
  wb_placement_release(l);
  l = (wb_placement *)JUNK;
  status = wb_task_finish(t, &l, &err); /* twice: the same again, or an error */
  CHECK(status <= 0);
  CHECK((status == WB_OK) == (l != NULL) && (status == WB_OK) == (err == NULL));
  CHECK(l == NULL || wb_placement_tensor_count(l) > 0);
  wb_placement_release(l);
  wb_error_release(err);
  (void)wb_task_step(t, 1, UINT64_MAX, &progress, NULL);
  (void)wb_task_poll(t, &progress);
  (void)wb_task_wait(t, NULL, NULL, NULL);
  wb_task_cancel(t); /* too late */
  wb_task_release(t);

  REQUIRE(wb_plan_start(plan, &t, NULL) == WB_OK);
  wb_task_cancel(t);
  CHECK_STATUS(wb_task_wait(t, NULL, NULL, NULL), WB_ERR_CANCELLED);
  CHECK_STATUS(wb_task_wait(t, NULL, NULL, NULL), WB_ERR_CANCELLED);
  l = (wb_placement *)JUNK;
  CHECK(wb_task_finish(t, &l, NULL) < 0);
  CHECK(l == NULL);
  wb_task_release(t);

  REQUIRE(wb_plan_start(plan, &t, NULL) == WB_OK);
  CHECK_STATUS(wb_task_wait(t, NULL, NULL, NULL), WB_OK);
  wb_task_cancel(t); /* done, and not yet taken: done or cancelled, not both */
  status = wb_task_finish(t, &l, NULL);
  CHECK(status == WB_OK || status == WB_ERR_CANCELLED);
  CHECK((l != NULL) == (status == WB_OK));
  wb_placement_release(l);
  wb_task_release(t);
}

/* ---- outputs ---- */

/* Success leaves *err alone; failure overwrites whatever was there, and sets *out to NULL. */
static void err_and_out(void) {
  wb_error *const before = (wb_error *)JUNK;
  const void *none = NULL; /* for calls without a result */
  wb_error *err = before;
  wb_context *c = NULL;
  wb_model *m = NULL;
  wb_buffer *b = NULL;
  wb_plan *p = NULL;
  wb_task *t = NULL;
  wb_placement *l = NULL;
  wb_report *r = NULL;
  wb_progress progress;
  unsigned char byte;

  SIZED(progress);
  CHECK_STATUS(wb_context_create(NULL, &c, &err), WB_OK), CHECK(err == before);
  CHECK_STATUS(wb_model_open(c, dtypes, WB_NUL, NULL, &m, &err), WB_OK), CHECK(err == before);
  CHECK_STATUS(wb_model_tensor_buffer(m, 0, &b, &err), WB_OK), CHECK(err == before);
  CHECK_STATUS(wb_model_tensor_read(m, 0, 0, &byte, 0, &err), WB_OK), CHECK(err == before);
  CHECK_STATUS(wb_plan_create(m, NULL, &p, &err), WB_OK), CHECK(err == before);
  CHECK_STATUS(wb_plan_start(p, &t, &err), WB_OK), CHECK(err == before);
  CHECK(wb_task_step(t, 1, UINT64_MAX, &progress, &err) >= 0), CHECK(err == before);
  CHECK_STATUS(wb_task_wait(t, NULL, NULL, &err), WB_OK), CHECK(err == before);
  CHECK_STATUS(wb_task_finish(t, &l, &err), WB_OK), CHECK(err == before);
  CHECK_STATUS(wb_placement_report(l, &r, &err), WB_OK), CHECK(err == before);
  wb_report_release(r);
  CHECK_STATUS(wb_model_verify(m, NULL, &r, &err), WB_OK), CHECK(err == before);
  wb_report_release(r);
  wb_placement_release(l);

#define FAILS(call, out) \
  do { \
    err = before; \
    CHECK((call) < 0); \
    CHECK((out) == NULL); \
    CHECK(err != before && err != NULL); \
    if (err != before) { \
      CHECK(wb_error_code(err) < 0); \
      CHECK(wb_error_message(err)[0] != 0); \
      wb_error_release(err); \
    } \
  } while (0)
  {
    wb_context_options bad_context;
    wb_plan_options bad_plan = plan_options();
    memset(&bad_context, 0, sizeof bad_context);
    bad_context.struct_size = 1;
    bad_plan.target = 99;
    wb_context_release(c);
    wb_buffer_release(b);
    wb_plan_release(p);
    wb_task_release(t);
    c = (wb_context *)JUNK, b = (wb_buffer *)JUNK, p = (wb_plan *)JUNK, t = (wb_task *)JUNK;
    l = (wb_placement *)JUNK, r = (wb_report *)JUNK;
    FAILS(wb_context_create(&bad_context, &c, &err), c);
    FAILS(wb_model_tensor_buffer(m, SIZE_MAX, &b, &err), b);
    b = (wb_buffer *)JUNK;
    FAILS(wb_model_asset_buffer(m, SIZE_MAX, &b, &err), b);
    FAILS(wb_model_tensor_read(m, SIZE_MAX, 0, &byte, 1, &err), none);
    FAILS(wb_plan_create(m, &bad_plan, &p, &err), p);
    FAILS(wb_plan_start(NULL, &t, &err), t);
    FAILS(wb_model_load(m, &bad_plan, &l, &err), l);
    l = (wb_placement *)JUNK;
    FAILS(wb_task_finish(NULL, &l, &err), l);
    FAILS(wb_task_step(NULL, 1, UINT64_MAX, &progress, &err), none);
    FAILS(wb_task_wait(NULL, NULL, NULL, &err), none);
    FAILS(wb_placement_report(NULL, &r, &err), r);
    r = (wb_report *)JUNK;
    FAILS(wb_model_verify(NULL, NULL, &r, &err), r);
    wb_model_release(m);
    m = (wb_model *)JUNK;
    FAILS(wb_model_open(NULL, "no-such-file", WB_NUL, NULL, &m, &err), m);
    m = (wb_model *)JUNK;
    FAILS(wb_model_open_memory(NULL, "x", 1, NULL, NULL, NULL, &m, &err), m);
  }
}

static void count_destroy(void *user_data) { ++*(int *)user_data; }

/* Whatever is wrong with the call, the memory is given back once. */
static void destroy_once(void) {
  wb_open_options bad = open_options();
  wb_model *m = NULL;
  int destroyed = 0;

  bad.verify = 99;
  CHECK(wb_model_open_memory(NULL, "x", 1, count_destroy, &destroyed, NULL, &m, NULL) < 0);
  CHECK(destroyed == 1);
  CHECK(wb_model_open_memory(NULL, "x", 1, count_destroy, &destroyed, &bad, &m, NULL) < 0);
  CHECK(destroyed == 2);
  CHECK(wb_model_open_memory(NULL, NULL, 1, count_destroy, &destroyed, NULL, &m, NULL) < 0);
  CHECK(destroyed == 3);
  CHECK(wb_model_open_memory(NULL, "x", 1, count_destroy, &destroyed, NULL, NULL, NULL) < 0);
  CHECK(destroyed == 4);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  join(llama, argv[1], "tiny-llama");
  join(dtypes, argv[1], "dtypes.safetensors");
  make_objects();
  null_receivers();
  null_arguments();
  null_releases();
  all_struct_sizes();
  unknown_values();
  odd_values();
  bad_indices();
  bad_ranges();
  bad_text(argv[2]);
  wrong_order();
  err_and_out();
  destroy_once();
  release_objects();
  return check_result();
}
