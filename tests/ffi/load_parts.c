/* load_parts.c: parts of tensors, and tensors in other element types, in host memory: slices, casts, and what the plan and
 * the placement say of them.
 *
 *   load_parts GOLDEN SCRATCH */
#include <weighbridge.h>

#include "weights.h"

static char path[PATH_SIZE];
static wb_model *model;

static float grid[4][6]; /* 0, 1, 2, ... */
static int16_t block[3][5][4]; /* the same */
static const uint32_t floats[] = { /* as bits */
    0x3f800000, 0x80000000, 0x3f808000, 0x3f818000, 0x3f808001, 0x477fe000, 0x477ff000, 0x33800000,
    0x7f800000, 0x7fc00000,
};
static const uint16_t as_bf16[] = {0x3f80, 0x8000, 0x3f80, 0x3f82, 0x3f81, 0x4780, 0x4780, 0x3380, 0x7f80, 0x7fc0};
static const uint16_t as_f16[] = {0x3c00, 0x8000, 0x3c04, 0x3c0c, 0x3c04, 0x7bff, 0x7c00, 0x0001, 0x7c00, 0x7e00};
static const uint16_t halves[] = {0x3f80, 0x8000, 0x7f7f, 0x0001, 0xff80, 0x4049}; /* BF16 */
static const uint8_t tiny[] = {0x38, 0xb8, 0x01, 0x7e}; /* F8_E4M3 */
static const uint16_t tiny_as_f16[] = {0x3c00, 0xbc00, 0x1800, 0x5f00};

static void make_model(void) {
  const float scalar = 0.5f;
  const weight weights[] = {
      {"grid", "F32", "[4,6]", grid, sizeof grid},
      {"block", "I16", "[3,5,4]", block, sizeof block},
      {"floats", "F32", "[10]", floats, sizeof floats},
      {"halves", "BF16", "[2,3]", halves, sizeof halves},
      {"scalar", "F32", "[]", &scalar, sizeof scalar},
      {"tiny", "F8_E4M3", "[4]", tiny, sizeof tiny},
      {"nothing", "F32", "[0,6]", "", 0},
  };
  size_t i;
  for (i = 0; i < 24; i++) (&grid[0][0])[i] = (float)i;
  for (i = 0; i < 60; i++) (&block[0][0][0])[i] = (int16_t)i;
  write_weights(path, weights, COUNT(weights));
  model = open_weights(path);
}

/* Is the tensor there with these elements, type and shape? Dimensions beyond the rank are ignored. */
#define EXPECT(placement, name, dtype, rank, a, b, data, bytes) \
  expect(__LINE__, placement, name, dtype, rank, a, b, data, bytes)
static void expect(int line, const wb_placement *placement, const char *name, uint32_t dtype, uint32_t rank, int64_t a,
                   int64_t b, const void *data, size_t bytes) {
  const wb_placed_tensor_info placed = placed_of(placement, name);
  int good = placed.dtype == dtype && placed.rank == rank && placed.shape != NULL && placed.bytes == bytes;
  good = good && (uintptr_t)placed.data % 64 == 0 && placed.device == WB_DEVICE_HOST && placed.reserved == 0;
  good = good && placed.data != NULL && placed.device_address == 0;
  good = good && (rank < 1 || placed.shape[0] == a) && (rank < 2 || placed.shape[1] == b);
  good = good && (bytes == 0 || memcmp(placed.data, data, bytes) == 0);
  if (!good) check_failed(__FILE__, line, name);
}

static wb_placement *load_slice(const char *name, uint32_t dim, uint64_t rank, uint64_t world, uint32_t flags) {
  const wb_slice slice = slice_of(name, dim, rank, world, flags);
  wb_plan_options options = options_for(WB_TARGET_HOST);
  options.slices = &slice;
  options.slice_count = 1;
  return load(model, &options);
}

/* ---- slices ---- */

static void whole(void) {
  const wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_placement *placement = load(model, &options);
  const float scalar = 0.5f;
  EXPECT(placement, "grid", WB_F32, 2, 4, 6, grid, sizeof grid);
  EXPECT(placement, "block", WB_I16, 3, 3, 5, block, sizeof block);
  EXPECT(placement, "scalar", WB_F32, 0, 0, 0, &scalar, sizeof scalar);
  EXPECT(placement, "nothing", WB_F32, 2, 0, 6, NULL, 0);
  wb_placement_release(placement);
}

static void rows_and_columns(void) {
  const float columns[] = {2, 3, 8, 9, 14, 15, 20, 21};
  const float column[] = {4, 10, 16, 22};
  wb_placement *placement = load_slice("grid", 0, 1, 2, 0);
  EXPECT(placement, "grid", WB_F32, 2, 2, 6, grid[2], sizeof grid / 2);
  EXPECT(placement, "block", WB_I16, 3, 3, 5, block, sizeof block); /* only what the pattern matches */
  wb_placement_release(placement);
  placement = load_slice("gr?d", 1, 1, 3, 0);
  EXPECT(placement, "grid", WB_F32, 2, 4, 2, columns, sizeof columns);
  wb_placement_release(placement);
  placement = load_slice("grid", 1, 2, 4, WB_SLICE_SPREAD); /* 2, 2, 1, 1 */
  EXPECT(placement, "grid", WB_F32, 2, 4, 1, column, sizeof column);
  wb_placement_release(placement);
  placement = load_slice("grid", 0, 6, 7, WB_SLICE_SPREAD); /* more ranks than rows */
  EXPECT(placement, "grid", WB_F32, 2, 0, 6, NULL, 0);
  wb_placement_release(placement);
  placement = load_slice("grid", 77, 0, 1, 0); /* a world of one is all of it */
  EXPECT(placement, "grid", WB_F32, 2, 4, 6, grid, sizeof grid);
  wb_placement_release(placement);
}

/* Each part of each dimension, gathered here element by element. */
static void every_part(void) {
  const int64_t shape[] = {3, 5, 4};
  uint32_t dim;
  uint64_t world, rank;
  for (dim = 0; dim < 3; dim++) {
    for (world = 1; world <= 6; world++) {
      int64_t first = 0;
      for (rank = 0; rank < world; rank++) {
        const int64_t count = shape[dim] / (int64_t)world + (rank < (uint64_t)shape[dim] % world);
        int64_t expected[3] = {3, 5, 4};
        int16_t part[60];
        size_t elements = 0;
        int64_t at[3];
        wb_placement *placement = load_slice("block", dim, rank, world, WB_SLICE_SPREAD);
        const wb_placed_tensor_info placed = placed_of(placement, "block");
        for (at[0] = 0; at[0] < 3; at[0]++)
          for (at[1] = 0; at[1] < 5; at[1]++)
            for (at[2] = 0; at[2] < 4; at[2]++)
              if (at[dim] >= first && at[dim] < first + count) part[elements++] = block[at[0]][at[1]][at[2]];
        expected[dim] = count;
        CHECK(placed.rank == 3 && memcmp(placed.shape, expected, sizeof expected) == 0);
        if (CHECK(placed.bytes == 2 * elements))
          CHECK(elements == 0 || memcmp(placed.data, part, 2 * elements) == 0);
        wb_placement_release(placement);
        first += count;
      }
      CHECK(first == shape[dim]);
    }
  }
}

static void the_first_rule_counts(void) {
  const wb_slice slices[] = {slice_of("grid", 0, 0, 1, 0), slice_of("[gb]*", 0, 1, 2, WB_SLICE_SPREAD)};
  const wb_cast casts[] = {cast_of("grid", 0, WB_F32), cast_of("*", WB_F32, WB_F16)};
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_placement *placement;
  options.slices = slices;
  options.slice_count = 2;
  options.casts = casts;
  options.cast_count = 2;
  placement = load(model, &options);
  EXPECT(placement, "grid", WB_F32, 2, 4, 6, grid, sizeof grid);
  EXPECT(placement, "block", WB_I16, 3, 1, 5, block[2], sizeof block[2]);
  EXPECT(placement, "floats", WB_F16, 1, 10, 0, as_f16, sizeof as_f16);
  wb_placement_release(placement);
}

/* ---- casts ---- */

static wb_placement *load_cast(const char *pattern, uint32_t from, uint32_t to) {
  const wb_cast cast = cast_of(pattern, from, to);
  wb_plan_options options = options_for(WB_TARGET_HOST);
  options.casts = &cast;
  options.cast_count = 1;
  return load(model, &options);
}

static void narrower(void) {
  wb_placement *placement = load_cast("floats", 0, WB_BF16);
  EXPECT(placement, "floats", WB_BF16, 1, 10, 0, as_bf16, sizeof as_bf16);
  EXPECT(placement, "grid", WB_F32, 2, 4, 6, grid, sizeof grid);
  wb_placement_release(placement);
  placement = load_cast("*", WB_F32, WB_F16); /* only what is F32: the others could not be */
  EXPECT(placement, "floats", WB_F16, 1, 10, 0, as_f16, sizeof as_f16);
  EXPECT(placement, "block", WB_I16, 3, 3, 5, block, sizeof block);
  EXPECT(placement, "nothing", WB_F16, 2, 0, 6, NULL, 0);
  wb_placement_release(placement);
}

static void wider(void) {
  uint32_t wide[COUNT(halves)];
  wb_placement *placement = load_cast("halves", WB_BF16, WB_F32);
  size_t i;
  for (i = 0; i < COUNT(halves); i++) wide[i] = (uint32_t)halves[i] << 16;
  EXPECT(placement, "halves", WB_F32, 2, 2, 3, wide, sizeof wide);
  wb_placement_release(placement);
  placement = load_cast("tiny", 0, WB_F16);
  EXPECT(placement, "tiny", WB_F16, 1, 4, 0, tiny_as_f16, sizeof tiny_as_f16);
  wb_placement_release(placement);
  placement = load_cast("halves", 0, WB_BF16); /* what it is already */
  EXPECT(placement, "halves", WB_BF16, 2, 2, 3, halves, sizeof halves);
  wb_placement_release(placement);
}

static void a_slice_in_another_type(void) {
  const wb_slice slice = slice_of("grid", 1, 2, 3, 0);
  const wb_cast cast = cast_of("grid", WB_F32, WB_BF16);
  const float kept[] = {4, 5, 10, 11, 16, 17, 22, 23};
  uint16_t narrow[COUNT(kept)];
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_plan_info info;
  wb_placement *placement;
  size_t i;
  for (i = 0; i < COUNT(kept); i++) {
    uint32_t bits;
    memcpy(&bits, &kept[i], sizeof bits);
    narrow[i] = (uint16_t)(bits >> 16);
  }
  options.slices = &slice;
  options.casts = &cast;
  options.slice_count = options.cast_count = 1;
  placement = load(model, &options);
  EXPECT(placement, "grid", WB_BF16, 2, 4, 2, narrow, sizeof narrow);
  wb_placement_release(placement);

  options.include = &slice.pattern;
  options.include_count = 1;
  info = plan_info_of(model, &options);
  CHECK(info.tensors == 1 && info.payload_bytes == sizeof kept && info.target_bytes == sizeof narrow);
}

/* ---- what the plan says ---- */

static void bytes_of_plans(void) {
  const wb_str grid_alone = name_of("grid");
  wb_slice slice = slice_of("grid", 0, 1, 2, 0);
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_plan_info info;
  options.include = &grid_alone;
  options.include_count = 1;
  info = plan_info_of(model, &options);
  CHECK(info.payload_bytes == 96 && info.read_bytes == 96 && info.target_bytes == 96);

  options.slices = &slice;
  options.slice_count = 1;
  info = plan_info_of(model, &options);
  CHECK(info.payload_bytes == 48 && info.read_bytes == 48 && info.target_bytes == 48);
  slice = slice_of("grid", 1, 1, 3, 0); /* columns: what lies between them is read as well */
  info = plan_info_of(model, &options);
  CHECK(info.payload_bytes == 32 && info.target_bytes == 32);
  CHECK(info.read_bytes == 8 + 3 * 24);
  slice = slice_of("grid", 0, 6, 7, WB_SLICE_SPREAD);
  info = plan_info_of(model, &options);
  CHECK(info.tensors == 1 && info.payload_bytes == 0 && info.read_bytes == 0 && info.target_bytes == 0);
}

static void other_targets(void) {
  const wb_str grid_alone = name_of("grid");
  const wb_cast cast = cast_of("grid", 0, WB_F16);
  wb_slice slice = slice_of("grid", 0, 1, 2, 0);
  wb_plan_options options = options_for(WB_TARGET_VIEW);
  wb_placement *placement;
  wb_placed_tensor_info placed;
  const void *data = NULL;
  size_t len = 0, index = 0;
  options.include = &grid_alone;
  options.include_count = 1;
  options.slices = &slice;
  options.slice_count = 1;
  placement = load(model, &options); /* rows are in one piece */
  placed = placed_of(placement, "grid");
  CHECK_STATUS(wb_model_tensor_find(model, "grid", WB_NUL, &index), WB_OK);
  CHECK_STATUS(wb_model_tensor_data(model, index, &data, &len), WB_OK);
  CHECK((uintptr_t)placed.data == (uintptr_t)data + 48 && placed.bytes == 48 && placed.shape[0] == 2);
  CHECK(placed.device == WB_DEVICE_HOST);
  wb_placement_release(placement);

  slice.dim = 1; /* columns are not */
  CHECK_STATUS(plan_of(model, &options), WB_ERR_NOT_MAPPED);
  options.slice_count = 0;
  options.casts = &cast;
  options.cast_count = 1;
  CHECK_STATUS(plan_of(model, &options), WB_ERR_NOT_MAPPED);
  options.target = WB_TARGET_NONE;
  placement = load(model, &options);
  CHECK(wb_placement_tensor_count(placement) == 0);
  wb_placement_release(placement);
}

/* A shape is borrowed from the placement, which needs no model. */
static void shapes_outlive_the_model(void) {
  const wb_slice slice = slice_of("grid", 1, 0, 2, 0);
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_model *other = open_weights(path);
  wb_placement *placement;
  options.slices = &slice;
  options.slice_count = 1;
  placement = load(other, &options);
  wb_model_release(other);
  CHECK(placed_of(placement, "grid").shape[1] == 3);
  CHECK(placed_of(placement, "block").shape[1] == 5);
  wb_placement_release(placement);
}

static void costs(void) {
  const wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_placement *placement = load(model, &options);
  wb_report *report = NULL;
  uint64_t read = 0;
  size_t i, count;
  CHECK_STATUS(wb_placement_report(placement, &report, NULL), WB_OK);
  count = wb_report_cost_count(report);
  CHECK(count > 0);
  for (i = 0; i < count; i++) {
    wb_cost_info cost;
    SIZED(cost);
    CHECK_STATUS(wb_report_cost_info(report, i, &cost), WB_OK);
    CHECK(cost.struct_size == sizeof cost && cost.stage.len > 0);
    if (cost.stage.len == 4 && memcmp(cost.stage.ptr, "read", 4) == 0) read += cost.bytes;
  }
  CHECK(read == plan_info_of(model, &options).read_bytes);
  wb_report_release(report);
  wb_placement_release(placement);
}

/* Whether all bytes of a range are those of untouched memory. */
static int is_untouched(const unsigned char *from, const unsigned char *to) {
  while (from < to && *from == 0xee) from++;
  return from == to;
}

static uint64_t address_of(const void *memory) { return (uint64_t)(uintptr_t)memory; }

/* Some tensors go to memory of ours, the others to an arena of ours or of the library. */
static void our_memory(void) {
  enum { ROOM = 4096, SINGLE = 103 };
  unsigned char *const memory = (unsigned char *)calloc(2, ROOM);
  unsigned char *const own = memory + SINGLE;
  unsigned char *const arena = memory + ROOM + (64 - address_of(memory + ROOM) % 64) % 64;
  wb_plan_options o = options_for(WB_TARGET_HOST);
  wb_destination places[3];
  wb_placement *placement;
  wb_plan *plan = NULL;
  uint64_t bytes = 0, all = 0;
  size_t arenas;
  REQUIRE(memory != NULL);
  CHECK_STATUS(wb_plan_create(model, &o, &plan, NULL), WB_OK);
  CHECK_STATUS(wb_plan_device_bytes(plan, WB_DEVICE_HOST, &all), WB_OK);
  CHECK(all == plan_info_of(model, &o).target_bytes);
  wb_plan_release(plan);
  places[0] = destination_of("grid", address_of(own), sizeof grid, WB_DEVICE_HOST);
  places[1] = destination_of("nothing", address_of(own + sizeof grid), 0, WB_DEVICE_HOST);
  o.destinations = places;
  o.destination_count = 2;
  CHECK_STATUS(wb_plan_create(model, &o, &plan, NULL), WB_OK);
  CHECK_STATUS(wb_plan_device_bytes(plan, WB_DEVICE_HOST, &bytes), WB_OK);
  CHECK(bytes > 0 && bytes <= all - sizeof grid && bytes < ROOM - 64);
  wb_plan_release(plan);
  for (arenas = 0; arenas < 2; arenas++) {
    memset(memory, 0xee, 2 * ROOM);
    places[2] = destination_of(NULL, address_of(arena), bytes, WB_DEVICE_HOST);
    o.destination_count = 2 + arenas;
    placement = load(model, &o);
    CHECK(placed_of(placement, "grid").data == own && memcmp(own, grid, sizeof grid) == 0);
    CHECK(placed_of(placement, "grid").device == WB_DEVICE_HOST);
    CHECK(memcmp(placed_of(placement, "block").data, block, sizeof block) == 0);
    CHECK(memcmp(placed_of(placement, "tiny").data, tiny, sizeof tiny) == 0);
    if (arenas == 1) {
      const unsigned char *const there = (const unsigned char *)placed_of(placement, "block").data;
      CHECK(there >= arena && there + sizeof block <= arena + bytes && address_of(there) % 64 == 0);
    }
    wb_placement_release(placement);
    /* It is ours again, with what was loaded; and nothing beside it was written. */
    CHECK(memcmp(own, grid, sizeof grid) == 0);
    CHECK(is_untouched(memory, own) && is_untouched(own + sizeof grid, arenas == 1 ? arena : memory + 2 * ROOM));
    CHECK(is_untouched(arena + bytes, memory + 2 * ROOM));
  }
  places[2].bytes = bytes - 1, CHECK_STATUS(plan_of(model, &o), WB_ERR_INVALID_ARGUMENT);
  places[2].bytes = bytes, places[2].address++, CHECK_STATUS(plan_of(model, &o), WB_ERR_INVALID_ARGUMENT);
  places[2] = places[0], CHECK_STATUS(plan_of(model, &o), WB_ERR_INVALID_ARGUMENT);
  places[2] = destination_of("block", address_of(own + 95), sizeof block, WB_DEVICE_HOST);
  CHECK_STATUS(plan_of(model, &o), WB_ERR_INVALID_ARGUMENT); /* they overlap */
  places[2] = destination_of("floats", 0, sizeof floats, WB_DEVICE_HOST);
  CHECK_STATUS(plan_of(model, &o), WB_ERR_INVALID_ARGUMENT);
  places[2] = destination_of("none", address_of(arena), 64, WB_DEVICE_HOST);
  CHECK_STATUS(plan_of(model, &o), WB_ERR_NOT_FOUND);
  places[2] = destination_of("floats", address_of(arena), sizeof floats, 0);
  CHECK_STATUS(plan_of(model, &o), WB_ERR_INVALID_ARGUMENT); /* memory of a device */
  o.destination_count = 2;
  o.target = WB_TARGET_SEALED, CHECK_STATUS(plan_of(model, &o), WB_ERR_INVALID_ARGUMENT);
  o.target = WB_TARGET_CUDA, CHECK_REFUSED(plan_of(model, &o));
  free(memory);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  join(path, argv[2], "parts.safetensors");
  make_model();
  whole();
  rows_and_columns();
  every_part();
  the_first_rule_counts();
  narrower();
  wider();
  a_slice_in_another_type();
  bytes_of_plans();
  other_targets();
  shapes_outlive_the_model();
  costs();
  our_memory();
  wb_model_release(model);
  return check_result();
}
