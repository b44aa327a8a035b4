/* load_abuse.c: every wrong thing that the options of a plan can say of parts, types, devices and memory. Each must be
 * refused when the plan is made, which needs no device.
 *
 *   load_abuse GOLDEN SCRATCH */
#define _DEFAULT_SOURCE /* for MAP_ANONYMOUS */
#include <weighbridge.h>

#include <sys/mman.h>

#include "weights.h"

static wb_model *model;  /* of weights.h */
static wb_model *dtypes; /* one tensor of each type, [2,4] */
static wb_placement *placement;

static void make_objects(const char *golden, const char *scratch) {
  const wb_plan_options host = options_for(WB_TARGET_HOST);
  static const float grid[4][6];
  static const float scalar;
  const weight weights[] = {
      {"grid", "F32", "[4,6]", grid, sizeof grid},
      {"scalar", "F32", "[]", &scalar, sizeof scalar},
  };
  char path[PATH_SIZE];
  write_weights(join(path, scratch, "abused.safetensors"), weights, COUNT(weights));
  model = open_weights(path);
  dtypes = open_weights(join(path, golden, "dtypes.safetensors"));
  placement = load(model, &host);
}

#define REFUSED(options) CHECK_STATUS(plan_of(model, &(options)), WB_ERR_INVALID_ARGUMENT)
#define TAKEN(options) CHECK_STATUS(plan_of(model, &(options)), WB_OK)

/* ---- arrays ---- */

/* A copy of one element, behind which there is no memory: who takes it for one of several crashes. */
static void *alone(const void *element, size_t size) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const int readable = PROT_READ | PROT_WRITE, fresh = MAP_PRIVATE | MAP_ANONYMOUS;
  unsigned char *pages = (unsigned char *)mmap(NULL, 2 * page, readable, fresh, -1, 0);
  REQUIRE(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
  return memcpy(pages + page - size, element, size);
}

static void counts(void) {
  const wb_slice slice = slice_of("grid", 0, 0, 2, 0);
  const wb_cast cast = cast_of("grid", 0, WB_F16);
  const wb_route route = route_of("grid", 0);
  const wb_destination destination = destination_of("grid", 4096, 96, 0);
  const uint32_t device = 0;
  const wb_slice *const one_slice = (const wb_slice *)alone(&slice, sizeof slice);
  const wb_cast *const one_cast = (const wb_cast *)alone(&cast, sizeof cast);
  const wb_route *const one_route = (const wb_route *)alone(&route, sizeof route);
  const wb_destination *const one_destination = (const wb_destination *)alone(&destination, sizeof destination);
  const uint32_t *const one_device = (const uint32_t *)alone(&device, sizeof device);
  const size_t impossible[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 4 + 1, SIZE_MAX / 8 + 1};
  wb_cuda_options c;
  wb_plan_options o;
  size_t i;

  for (i = 0; i <= COUNT(impossible); i++) { /* NULL is no array of any length, but of none */
    const size_t count = i < COUNT(impossible) ? impossible[i] : 1;
    o = options_for(WB_TARGET_HOST), o.slice_count = count, REFUSED(o);
    o = options_for(WB_TARGET_HOST), o.cast_count = count, REFUSED(o);
    o = options_with(&c), c.route_count = count, REFUSED(o);
    o = options_for(WB_TARGET_CUDA), o.destination_count = count, REFUSED(o);
    o = options_with(&c), c.device_count = count, REFUSED(o);
  }
  for (i = 0; i < COUNT(impossible); i++) {
    o = options_for(WB_TARGET_HOST), o.slices = one_slice, o.slice_count = impossible[i], REFUSED(o);
    o = options_for(WB_TARGET_HOST), o.casts = one_cast, o.cast_count = impossible[i], REFUSED(o);
    o = options_with(&c), c.routes = one_route, c.route_count = impossible[i], REFUSED(o);
    o = options_for(WB_TARGET_CUDA), o.destinations = one_destination, o.destination_count = impossible[i], REFUSED(o);
    o = options_with(&c), c.devices = one_device, c.device_count = impossible[i], REFUSED(o);
  }
  /* So many that their bytes, cut to 64 bits, are few. */
  o = options_for(WB_TARGET_HOST), o.slices = one_slice, o.slice_count = SIZE_MAX / sizeof slice + 1, REFUSED(o);
  o = options_for(WB_TARGET_HOST), o.casts = one_cast, o.cast_count = SIZE_MAX / sizeof cast + 1, REFUSED(o);
  o = options_with(&c); /* an array of none is not looked at */
  o.slices = one_slice, o.casts = one_cast, c.routes = one_route, o.destinations = one_destination, c.devices = one_device;
  TAKEN(o);
  CHECK(plan_info_of(model, &o).target_bytes == 256 + 4);
  o.slice_count = o.cast_count = c.route_count = o.destination_count = c.device_count = 1;
  TAKEN(o);
}

/* Elements of a newer header: larger, and of use as long as what is new in them is not used. */
static void elements(void) {
  typedef struct newer {
    wb_slice slice;
    uint64_t more[2];
  } newer;
  newer slices[2];
  wb_slice mixed[2];
  wb_plan_options o = options_for(WB_TARGET_HOST);
  wb_placement *parts;

  memset(slices, 0, sizeof slices);
  slices[0].slice = slice_of("scalar", 0, 0, 1, 0);
  slices[1].slice = slice_of("grid", 0, 1, 2, 0);
  slices[0].slice.struct_size = slices[1].slice.struct_size = sizeof(newer);
  o.slices = &slices[0].slice;
  o.slice_count = 2;
  parts = load(model, &o);
  CHECK(placed_of(parts, "grid").shape[0] == 2);
  wb_placement_release(parts);
  slices[1].more[1] = 1;
  CHECK_STATUS(plan_of(model, &o), WB_ERR_UNSUPPORTED);

  mixed[0] = slice_of("scalar", 0, 0, 1, 0);
  mixed[1] = slice_of("grid", 0, 1, 2, 0);
  o.slices = mixed;
  TAKEN(o);
  mixed[1].struct_size = sizeof(wb_slice) - 8, REFUSED(o);
  mixed[1].struct_size = 0, REFUSED(o);
  mixed[0].struct_size = 0, REFUSED(o);
}

/* What each array takes of one element at `s`, whose size is set and whose other fields are not. */
#define FIELD(s, type, field, value) \
  (((type *)(s))->struct_size >= offsetof(type, field) + sizeof ((type *)(s))->field ? \
   (void)(((type *)(s))->field = (value)) : (void)0)
static wb_status give_slice(void *s) {
  wb_plan_options o = options_for(WB_TARGET_HOST);
  FIELD(s, wb_slice, pattern, name_of("grid"));
  FIELD(s, wb_slice, world, 2);
  o.slices = (const wb_slice *)s, o.slice_count = 1;
  return plan_of(model, &o);
}
static wb_status give_cast(void *s) {
  wb_plan_options o = options_for(WB_TARGET_HOST);
  FIELD(s, wb_cast, pattern, name_of("grid"));
  FIELD(s, wb_cast, to, WB_BF16);
  o.casts = (const wb_cast *)s, o.cast_count = 1;
  return plan_of(model, &o);
}
static wb_status give_route(void *s) {
  wb_cuda_options c;
  wb_plan_options o = options_with(&c);
  FIELD(s, wb_route, pattern, name_of("grid"));
  c.routes = (const wb_route *)s, c.route_count = 1;
  return plan_of(model, &o);
}
static wb_status give_cuda_options(void *s) {
  wb_plan_options o = options_for(WB_TARGET_CUDA);
  o.cuda = (const wb_cuda_options *)s;
  return plan_of(model, &o);
}
static wb_status give_destination(void *s) {
  wb_plan_options o = options_for(WB_TARGET_CUDA);
  FIELD(s, wb_destination, tensor, name_of("grid"));
  FIELD(s, wb_destination, address, 4096);
  FIELD(s, wb_destination, bytes, 96);
  o.destinations = (const wb_destination *)s, o.destination_count = 1;
  return plan_of(model, &o);
}
static wb_status give_options(void *s) { return plan_of(model, (const wb_plan_options *)s); }
static wb_status take_placed(void *s) { return wb_placement_tensor_info(placement, 0, (wb_placed_tensor_info *)s); }
static wb_status take_cost(void *s) {
  wb_report *report = NULL;
  wb_status status;
  CHECK_STATUS(wb_placement_report(placement, &report, NULL), WB_OK);
  status = wb_report_cost_info(report, 0, (wb_cost_info *)s);
  wb_report_release(report);
  return status;
}

static void sizes(void) {
  const sized_case cases[] = {
      {"wb_slice", give_slice, sizeof(wb_slice), sizeof(wb_slice), OPTIONS}, /* without a world there is no part */
      {"wb_cast", give_cast, sizeof(wb_cast), sizeof(wb_cast), OPTIONS},
      {"wb_route", give_route, sizeof(wb_route), offsetof(wb_route, device), OPTIONS},
      {"wb_destination", give_destination, sizeof(wb_destination), offsetof(wb_destination, device), OPTIONS},
      {"wb_plan_options", give_options, sizeof(wb_plan_options), offsetof(wb_plan_options, slices), OPTIONS},
      {"wb_plan_options", give_options, sizeof(wb_plan_options), offsetof(wb_plan_options, block_bytes), OPTIONS},
      {"wb_cuda_options", give_cuda_options, sizeof(wb_cuda_options), offsetof(wb_cuda_options, stream), OPTIONS},
      {"wb_placed_tensor_info", take_placed, sizeof(wb_placed_tensor_info), offsetof(wb_placed_tensor_info, shape), INFO},
      {"wb_placed_tensor_info", take_placed, sizeof(wb_placed_tensor_info), offsetof(wb_placed_tensor_info, device), INFO},
      {"wb_cost_info", take_cost, sizeof(wb_cost_info), offsetof(wb_cost_info, nanoseconds), INFO},
  };
  size_t i;
  for (i = 0; i < COUNT(cases); i++) struct_sizes(&cases[i]);
}

/* ---- patterns ---- */

static wb_status with_pattern(uint32_t target, wb_str pattern, int kind) {
  const wb_str grid = name_of("grid");
  wb_slice slice = slice_of("", 0, 0, 1, 0);
  wb_cast cast = cast_of("", 0, WB_F16);
  wb_route route = route_of("", 0);
  wb_cuda_options c;
  wb_plan_options o = options_with(&c);
  o.target = target;
  slice.pattern = cast.pattern = route.pattern = pattern;
  o.slices = &slice, o.casts = &cast, c.routes = &route;
  o.slice_count = kind == 0, o.cast_count = kind == 1, c.route_count = kind == 2;
  o.include = &grid, o.include_count = 1;
  return plan_of(model, &o);
}

static void patterns(void) {
  int kind;
  for (kind = 0; kind < 3; kind++) {
    const wb_str none = {NULL, 0}, null = {NULL, 4}, null_text = {NULL, WB_NUL}, bad = {"\xff\xfe", 2};
    CHECK_STATUS(with_pattern(WB_TARGET_CUDA, name_of("g*"), kind), WB_OK);
    CHECK_STATUS(with_pattern(WB_TARGET_CUDA, name_of("no such tensor"), kind), WB_ERR_NOT_FOUND);
    CHECK_STATUS(with_pattern(WB_TARGET_CUDA, name_of("scalar"), kind), WB_ERR_NOT_FOUND); /* there, not selected */
    CHECK_STATUS(with_pattern(WB_TARGET_CUDA, name_of("[z-a]["), kind), WB_ERR_INVALID_ARGUMENT);
    CHECK_REFUSED(with_pattern(WB_TARGET_CUDA, none, kind));
    CHECK_STATUS(with_pattern(WB_TARGET_CUDA, null, kind), WB_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(with_pattern(WB_TARGET_CUDA, null_text, kind), WB_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(with_pattern(WB_TARGET_CUDA, bad, kind), WB_ERR_INVALID_ARGUMENT);
  }
}

/* ---- slices and casts ---- */

static wb_status slice_it(const wb_model *m, const char *name, uint32_t dim, uint64_t rank, uint64_t world,
                          uint32_t flags) {
  const wb_slice slice = slice_of(name, dim, rank, world, flags);
  wb_plan_options o = options_for(WB_TARGET_HOST);
  o.slices = &slice;
  o.slice_count = 1;
  return plan_of(m, &o);
}

static void slices(void) {
  uint32_t bit;
  CHECK_STATUS(slice_it(model, "grid", 2, 0, 2, 0), WB_ERR_INVALID_ARGUMENT); /* there are two dimensions */
  CHECK_STATUS(slice_it(model, "grid", UINT32_MAX, 0, 2, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "scalar", 0, 0, 2, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "*", 0, 0, 2, 0), WB_ERR_INVALID_ARGUMENT); /* one bad tensor is enough */
  CHECK_STATUS(slice_it(model, "grid", 0, 2, 2, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "grid", 0, UINT64_MAX, 2, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "grid", 0, 0, 0, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "grid", 0, 0, 0, WB_SLICE_SPREAD), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "grid", 0, 1, 1, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "grid", 1, 0, 4, 0), WB_ERR_INVALID_ARGUMENT); /* 6 by 4 */
  CHECK_STATUS(slice_it(model, "grid", 1, 0, 4, WB_SLICE_SPREAD), WB_OK);
  CHECK_STATUS(slice_it(model, "grid", 0, 0, UINT64_MAX, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(slice_it(model, "grid", 0, UINT64_MAX - 1, UINT64_MAX, WB_SLICE_SPREAD), WB_OK);
  for (bit = 1; bit < 32; bit++)
    CHECK_STATUS(slice_it(model, "grid", 0, 0, 2, UINT32_C(1) << bit), WB_ERR_INVALID_ARGUMENT);

  CHECK_STATUS(slice_it(dtypes, "F4", 1, 1, 2, 0), WB_OK); /* two halves of a byte */
  CHECK_STATUS(slice_it(dtypes, "F4", 1, 1, 4, 0), WB_ERR_UNSUPPORTED);
  CHECK_STATUS(slice_it(dtypes, "F6_E2M3", 1, 1, 2, 0), WB_ERR_UNSUPPORTED); /* 12 bits */
  CHECK_STATUS(slice_it(dtypes, "F6_E2M3", 0, 1, 2, 0), WB_OK);
}

static wb_status cast_it(const char *name, uint32_t from, uint32_t to) {
  const wb_cast cast = cast_of(name, from, to);
  wb_plan_options o = options_for(WB_TARGET_HOST);
  o.casts = &cast;
  o.cast_count = 1;
  return plan_of(dtypes, &o);
}

static void casts(void) {
  const uint32_t unknown[] = {63, 99, 1000, UINT32_MAX};
  const uint32_t known[] = {WB_BOOL, WB_I32, WB_F64, WB_F8_E4M3, WB_F8_E8M0, WB_U4, WB_STRING, WB_Q4_0, WB_MXFP4};
  size_t i;
  CHECK_STATUS(cast_it("F32", 0, 0), WB_ERR_INVALID_ARGUMENT);
  for (i = 0; i < COUNT(unknown); i++) {
    CHECK_STATUS(cast_it("F32", 0, unknown[i]), WB_ERR_INVALID_ARGUMENT);
    CHECK_STATUS(cast_it("F32", unknown[i], WB_F16), WB_ERR_INVALID_ARGUMENT);
  }
  for (i = 0; i < COUNT(known); i++) {
    CHECK_STATUS(cast_it("F32", 0, known[i]), WB_ERR_UNSUPPORTED);
    CHECK_STATUS(cast_it("F32", WB_F32, known[i]), WB_ERR_UNSUPPORTED);
    /* F32 is none of those, so it stays as it is; a rule that no conversion could ever follow is a mistake. */
    CHECK_STATUS(cast_it("F32", known[i], WB_F16),
                 known[i] == WB_F8_E4M3 || known[i] == WB_Q4_0 ? WB_OK : WB_ERR_UNSUPPORTED);
  }
  CHECK_STATUS(cast_it("BF16", 0, WB_F16), WB_ERR_UNSUPPORTED); /* neither exact nor rounded once */
  CHECK_STATUS(cast_it("I32", 0, WB_F32), WB_ERR_UNSUPPORTED);
  CHECK_STATUS(cast_it("*", 0, WB_F32), WB_ERR_UNSUPPORTED);
  CHECK_STATUS(cast_it("*", WB_BF16, WB_F32), WB_OK);
}

/* ---- how it is read ---- */

static void reading(void) {
  wb_cuda_options c;
  wb_plan_options o;
  uint32_t bit;
  o = options_for(WB_TARGET_HOST), o.reads = WB_READS_DIRECT, TAKEN(o);
  o = options_for(WB_TARGET_HOST), o.reads = WB_READS_BUFFERED, TAKEN(o);
  o = options_for(WB_TARGET_HOST), o.reads = 3, REFUSED(o);
  o = options_for(WB_TARGET_HOST), o.reads = UINT32_MAX, REFUSED(o);
  o = options_for(WB_TARGET_HOST), o.readers = UINT32_MAX, TAKEN(o);
  o = options_with(&c), c.flags = WB_CUDA_ASYNC, TAKEN(o);
  for (bit = 1; bit < 64; bit++) o = options_with(&c), c.flags = UINT64_C(1) << bit, REFUSED(o);
  o = options_for(WB_TARGET_HOST), o.reserved = 1, REFUSED(o);
  o = options_for(WB_TARGET_HOST), o.block_bytes = 65535, REFUSED(o);
  o = options_for(WB_TARGET_HOST), o.block_bytes = 65536, TAKEN(o);
  o = options_for(WB_TARGET_HOST), o.block_bytes = UINT64_MAX, TAKEN(o);
  o = options_for(WB_TARGET_HOST), o.staging_bytes = 65535, REFUSED(o);
  o = options_for(WB_TARGET_HOST), o.staging_bytes = 65536, TAKEN(o);
  o = options_for(WB_TARGET_CUDA), o.staging_bytes = 4 * 65536 - 1, REFUSED(o);
  o = options_for(WB_TARGET_CUDA), o.staging_bytes = 4 * 65536, TAKEN(o);
  o = options_for(WB_TARGET_CUDA), o.staging_bytes = UINT64_MAX, TAKEN(o);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  make_objects(argv[1], argv[2]);
  counts();
  elements();
  sizes();
  patterns();
  slices();
  casts();
  reading();
  wb_placement_release(placement);
  wb_model_release(dtypes);
  wb_model_release(model);
  return check_result();
}
