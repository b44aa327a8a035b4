/* views.c: tensors that are not stored contiguously, and quantization, as C sees them.
 *
 *   views GOLDEN SCRATCH */
#include <weighbridge.h>

#include "weights.h"

/* In the format of the library's own tests: a transposed matrix, a big-endian vector, a tensor in two pieces, and scales. */
static const char text[] =
    "{\"trial\": 1, \"files\": [\"data\"], \"tensors\": ["
    "{\"name\": \"transposed\", \"dtype\": \"U8\", \"shape\": [2, 3], \"strides\": [1, 2],"
    " \"runs\": [{\"file\": 0, \"offset\": 0, \"len\": 6}],"
    " \"quantization\": {\"axis\": 1, \"scales\": [0.5, 1, 2], \"zero_points\": [1, 2, 3]}},"
    "{\"name\": \"big\", \"dtype\": \"U16\", \"shape\": [2], \"strides\": [1], \"encoding\": [\"big\"],"
    " \"runs\": [{\"file\": 0, \"offset\": 6, \"len\": 4}],"
    " \"quantization\": {\"axis\": 0, \"block\": 2, \"scales\": \"scale\"}},"
    "{\"name\": \"pieces\", \"dtype\": \"U8\", \"shape\": [2, 2], \"runs\": ["
    " {\"file\": 0, \"offset\": 10, \"len\": 2, \"start\": [0, 1], \"shape\": [2, 1]},"
    " {\"file\": 0, \"offset\": 12, \"len\": 2, \"start\": [0, 0], \"shape\": [2, 1]}]},"
    "{\"name\": \"scale\", \"dtype\": \"F32\", \"shape\": [1], \"runs\": [{\"file\": 0, \"offset\": 16, \"len\": 4}]}]}";

struct expected {
  const char *name;
  int has_strides, has_pointer;
  size_t bytes;
  unsigned char contiguous[6];
};

static const struct expected all[] = {
    {"transposed", 1, 1, 6, {0, 2, 4, 1, 3, 5}},
    {"big", 1, 0, 4, {7, 6, 9, 8, 0, 0}},
    {"pieces", 0, 0, 4, {12, 10, 13, 11, 0, 0}},
    {"scale", 0, 1, 4, {16, 17, 18, 19, 0, 0}},
};

static size_t find(const wb_model *model, const char *name) {
  size_t index = 0;
  CHECK_STATUS(wb_model_tensor_find(model, name, WB_NUL, &index), WB_OK);
  return index;
}

static void one_tensor(const wb_model *model, const struct expected *e) {
  const size_t index = find(model, e->name);
  const void *pointer = NULL;
  size_t len = 0;
  unsigned char byte;
  wb_buffer *buffer = NULL;
  wb_tensor_info info;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK_STATUS(wb_model_tensor_info(model, index, &info), WB_OK);
  CHECK((info.strides != NULL) == e->has_strides);
  CHECK(info.bytes == e->bytes);
  CHECK((info.alignment != 0) == e->has_pointer);
  CHECK_STATUS(wb_model_tensor_data(model, index, &pointer, &len), e->has_pointer ? WB_OK : WB_ERR_NOT_MAPPED);
  CHECK_STATUS(wb_model_tensor_buffer(model, index, &buffer, NULL), WB_OK);
  pointer = wb_buffer_data(buffer, &len);
  CHECK(len == e->bytes && memcmp(pointer, e->contiguous, len) == 0);
  wb_buffer_release(buffer);
  CHECK_STATUS(wb_model_tensor_read(model, index, 0, &byte, 1, NULL),
               e->has_strides || !e->has_pointer ? WB_ERR_UNSUPPORTED : WB_OK);
}

static void placed(const wb_model *model) {
  size_t i;
  wb_placement *placement = NULL;
  wb_plan_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.target = WB_TARGET_HOST;
  CHECK_STATUS(wb_model_load(model, &options, &placement, NULL), WB_OK);
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    wb_placed_tensor_info tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.struct_size = sizeof tensor;
    CHECK_STATUS(find_placed(placement, all[i].name, WB_NUL, &tensor), WB_OK);
    CHECK(tensor.bytes == all[i].bytes);
    CHECK(memcmp(tensor.data, all[i].contiguous, all[i].bytes) == 0);
  }
  wb_placement_release(placement);
}

static void quantizations(const wb_model *model) {
  wb_quantization_info q;
  memset(&q, 0, sizeof q);
  q.struct_size = sizeof q;
  CHECK_STATUS(wb_model_tensor_quantization_info(model, find(model, "transposed"), &q), WB_OK);
  CHECK(q.scheme == WB_QUANTIZED_AXIS && q.axis == 1 && q.block == 0);
  CHECK(q.scale_count == 3 && q.scales[0] == 0.5 && q.scales[2] == 2);
  CHECK(q.zero_point_count == 3 && q.zero_points[2] == 3);
  CHECK(q.scale_tensor == WB_NO_INDEX && q.zero_point_tensor == WB_NO_INDEX);
  CHECK_STATUS(wb_model_tensor_quantization_info(model, find(model, "big"), &q), WB_OK);
  CHECK(q.scheme == WB_QUANTIZED_BLOCK && q.axis == 0 && q.block == 2);
  CHECK(q.scales == NULL && q.scale_tensor == find(model, "scale") && q.zero_points == NULL);
  CHECK_STATUS(wb_model_tensor_quantization_info(model, find(model, "scale"), &q), WB_ERR_NOT_FOUND);
  CHECK_STATUS(wb_model_tensor_quantization_info(model, 99, &q), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_tensor_quantization_info(NULL, 0, &q), WB_ERR_INVALID_ARGUMENT);
}

int main(int argc, char **argv) {
  char path[PATH_SIZE];
  unsigned char data[20];
  size_t i;
  wb_model *model = NULL;
  REQUIRE(argc == 3);
  for (i = 0; i < sizeof data; i++) data[i] = (unsigned char)i;
  join(path, argv[2], "data");
  write_file(path, data, sizeof data);
  join(path, argv[2], "m.trial");
  write_file(path, (const unsigned char *)text, sizeof text - 1);
  CHECK_STATUS(wb_model_open(NULL, path, WB_NUL, NULL, &model, NULL), WB_OK);
  REQUIRE(model != NULL);
  for (i = 0; i < sizeof all / sizeof *all; i++) one_tensor(model, &all[i]);
  placed(model);
  quantizations(model);
  wb_model_release(model);
  return check_result();
}
