/* weights.h: safetensors files of known contents, and loads of them into host memory. C11; needs weighbridge.h. */
#ifndef WB_TEST_WEIGHTS_H
#define WB_TEST_WEIGHTS_H

#include "check.h"
#include "files.h"
#include "placed.h"
#include "sizes.h"

typedef struct weight {
  const char *name;
  const char *dtype;
  const char *shape; /* as in JSON */
  const void *data;
  size_t bytes;
} weight;

/* A file of these tensors, which lie in this order. Numbers of the header and of the data are little-endian, as they are
 * on every machine that runs this. */
static inline void write_weights(const char *path, const weight *weights, size_t count) {
  enum { ROOM = 1 << 16, LENGTH = 8 };
  unsigned char *file = (unsigned char *)malloc(ROOM);
  char *header = (char *)file + LENGTH;
  size_t data = 0, length = 0, i;
  uint64_t declared;

  REQUIRE(file != NULL);
  for (i = 0; i < count; i++) {
    length += (size_t)snprintf(header + length, ROOM - LENGTH - length,
                               "%s\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}", i ? "," : "{",
                               weights[i].name, weights[i].dtype, weights[i].shape, data, data + weights[i].bytes);
    data += weights[i].bytes;
    REQUIRE(length + data + LENGTH + 9 < ROOM);
  }
  header[length++] = '}';
  while (length % 8 != 0) header[length++] = ' ';
  declared = length;
  memcpy(file, &declared, LENGTH);
  length += LENGTH;
  for (i = 0; i < count; i++) {
    memcpy(file + length, weights[i].data, weights[i].bytes);
    length += weights[i].bytes;
  }
  write_file(path, file, length);
  free(file);
}

static inline wb_model *open_weights(const char *path) {
  wb_model *model = NULL;
  CHECK_STATUS(wb_model_open(NULL, path, WB_NUL, NULL, &model, NULL), WB_OK);
  REQUIRE(model != NULL);
  return model;
}

static inline wb_plan_options options_for(uint32_t target) {
  wb_plan_options options;
  SIZED(options);
  options.target = target;
  return options;
}

/* The same for devices, of which `cuda` says more. */
static inline wb_plan_options options_with(wb_cuda_options *cuda) {
  wb_plan_options options = options_for(WB_TARGET_CUDA);
  memset(cuda, 0, sizeof *cuda);
  cuda->struct_size = sizeof *cuda;
  options.cuda = cuda;
  return options;
}

static inline wb_str name_of(const char *text) {
  wb_str name;
  name.ptr = text;
  name.len = WB_NUL;
  return name;
}

static inline wb_slice slice_of(const char *pattern, uint32_t dim, uint64_t rank, uint64_t world, uint32_t flags) {
  wb_slice slice;
  SIZED(slice);
  slice.pattern = name_of(pattern);
  slice.dim = dim;
  slice.rank = rank;
  slice.world = world;
  slice.flags = flags;
  return slice;
}

static inline wb_cast cast_of(const char *pattern, uint32_t from, uint32_t to) {
  wb_cast cast;
  SIZED(cast);
  cast.pattern = name_of(pattern);
  cast.from = from;
  cast.to = to;
  return cast;
}

static inline wb_route route_of(const char *pattern, uint32_t device) {
  wb_route route;
  SIZED(route);
  route.pattern = name_of(pattern);
  route.device = device;
  return route;
}

static inline wb_destination destination_of(const char *tensor, uint64_t address, uint64_t bytes, uint32_t device) {
  wb_destination destination;
  SIZED(destination);
  if (tensor != NULL) destination.tensor = name_of(tensor);
  destination.address = address;
  destination.bytes = bytes;
  destination.device = device;
  return destination;
}

/* The status of a plan; it is released. */
static inline wb_status plan_of(const wb_model *model, const wb_plan_options *options) {
  wb_plan *plan = NULL;
  wb_error *err = NULL;
  const wb_status status = wb_plan_create(model, options, &plan, &err);
  CHECK((status == WB_OK) == (plan != NULL) && (status == WB_OK) == (err == NULL));
  if (err != NULL) {
    CHECK(wb_error_code(err) == status && wb_error_message(err)[0] != 0);
  }
  wb_error_release(err);
  wb_plan_release(plan);
  return status;
}

static inline wb_plan_info plan_info_of(const wb_model *model, const wb_plan_options *options) {
  wb_plan *plan = NULL;
  wb_plan_info info;
  SIZED(info);
  CHECK_STATUS(wb_plan_create(model, options, &plan, NULL), WB_OK);
  CHECK_STATUS(wb_plan_get_info(plan, &info), WB_OK);
  wb_plan_release(plan);
  return info;
}

static inline wb_placement *load(const wb_model *model, const wb_plan_options *options) {
  wb_placement *placement = NULL;
  wb_error *err = NULL;
  const wb_status status = wb_model_load(model, options, &placement, &err);
  if (status != WB_OK) {
    fprintf(stderr, "%s\n", wb_error_message(err));
  }
  CHECK_STATUS(status, WB_OK);
  REQUIRE(placement != NULL && err == NULL);
  return placement;
}

static inline wb_placed_tensor_info placed_of(const wb_placement *placement, const char *name) {
  wb_placed_tensor_info placed;
  SIZED(placed);
  CHECK_STATUS(find_placed(placement, name, WB_NUL, &placed), WB_OK);
  return placed;
}

#endif
