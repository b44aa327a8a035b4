/* graph_lists.c: the lists of graphs, one by one and all at once, and how long they last.
 *
 *   graph_lists GOLDEN SCRATCH */
#include <weighbridge.h>

#include "onnx.h"

static const char *golden;
static wb_model *nested; /* an If in a Loop */

/* ---- all at once, into structures of the caller's that are larger ---- */

static void batches(void) {
  typedef struct node_row {
    wb_node_info info;
    uint64_t mine;
  } node_row;
  typedef struct value_row {
    wb_value_info info;
    uint64_t mine;
  } value_row;
  const wb_graph *g = wb_model_graph(nested, 1);
  const uint32_t nodes = wb_graph_node_count(g), values = wb_graph_value_count(g);
  node_row *n = (node_row *)calloc((size_t)nodes + 1, sizeof *n);
  value_row *v = (value_row *)calloc((size_t)values + 1, sizeof *v);
  wb_node_info node;
  wb_value_info value;
  uint32_t i;

  REQUIRE(n != NULL && v != NULL && nodes >= 3 && values >= 3);
  n[nodes].mine = v[values].mine = 4242;
  INVALID(wb_graph_node_infos(g, 0, nodes, &n[0].info, sizeof *n)); /* without a struct_size */
  INVALID(wb_graph_value_infos(g, 0, values, &v[0].info, sizeof *v));
  n[0].info.struct_size = sizeof n[0].info; /* that of the first is that of all */
  v[0].info.struct_size = sizeof v[0].info;
  GOOD(wb_graph_node_infos(g, 0, nodes, &n[0].info, sizeof *n));
  GOOD(wb_graph_value_infos(g, 0, values, &v[0].info, sizeof *v));
  for (i = 0; i < nodes; i++) {
    SIZED(node);
    GOOD(wb_graph_node_info(g, i, &node));
    CHECK(memcmp(&node, &n[i].info, sizeof node) == 0);
  }
  for (i = 0; i < values; i++) {
    SIZED(value);
    GOOD(wb_graph_value_info(g, i, &value));
    CHECK(memcmp(&value, &v[i].info, sizeof value) == 0);
  }
  CHECK(n[nodes].info.name.ptr == NULL && n[nodes].mine == 4242);
  CHECK(v[values].info.name.ptr == NULL && v[values].mine == 4242);

  GOOD(wb_graph_node_infos(g, nodes, 0, NULL, 0));
  GOOD(wb_graph_value_infos(g, values - 1, 1, &value, sizeof value));
  INVALID(wb_graph_node_infos(g, nodes, 1, &node, sizeof node));
  INVALID(wb_graph_node_infos(g, 1, nodes, &n[0].info, sizeof *n));
  INVALID(wb_graph_node_infos(g, 1, UINT32_MAX, &node, sizeof node));
  INVALID(wb_graph_node_infos(g, 0, 2, &n[0].info, sizeof(size_t))); /* rows that overlap */
  INVALID(wb_graph_value_infos(g, UINT32_MAX, 1, &value, sizeof value));
  INVALID(wb_graph_value_infos(g, values + 1, 0, &value, sizeof value));
  INVALID(wb_graph_value_infos(g, 0, 2, &v[0].info, SIZE_MAX & ~(size_t)7)); /* or wrap around */
  free(n);
  free(v);
}

/* ---- what is borrowed stays where it is until the last reference is gone ---- */

static void lifetimes(void) {
  wb_model *model = open_onnx(golden, "loop-if.onnx");
  wb_model *again = wb_model_retain(model);
  const wb_graph *graphs[4];
  wb_node_info node, same;
  wb_graph_info info;
  size_t i;
  SIZED(node), SIZED(same), SIZED(info);

  REQUIRE(wb_model_graph_count(model) == COUNT(graphs));
  for (i = 0; i < COUNT(graphs); i++) graphs[i] = wb_model_graph(model, i);
  GOOD(wb_graph_node_info(graphs[1], 0, &node));
  wb_model_release(model);
  for (i = 0; i < COUNT(graphs); i++) {
    CHECK(wb_model_graph(again, i) == graphs[i]);
    GOOD(wb_graph_get_info(graphs[i], &info));
    CHECK(info.index == i && (info.parent == WB_NO_INDEX || info.parent < i));
  }
  GOOD(wb_graph_node_info(graphs[1], 0, &same));
  CHECK(same_text(node.op, "Add") && same.input_values == node.input_values && same.op.ptr == node.op.ptr);
  wb_model_release(again);
}

/* A model from memory keeps what it has read, whatever the host does with the memory once it has it back. */
static void from_memory(void) {
  char path[PATH_SIZE];
  bytes file = read_file(onnx_path(path, golden, "loop-if.onnx"));
  wb_model *model = NULL;
  GOOD(wb_model_open_memory(NULL, file.data, file.len, NULL, NULL, NULL, &model, NULL));
  CHECK(wb_model_graph_count(model) == wb_model_graph_count(nested));
  CHECK(wb_graph_value_count(wb_model_graph(model, 2)) == wb_graph_value_count(wb_model_graph(nested, 2)));
  wb_model_release(model);
  free(file.data);
}

/* ---- contents that are built: they are not in the file as they are ---- */

/* n + 1 offsets, counted from their own end, then the bytes of n strings. */
static void one_tensor_of_strings(const wb_tensor_info *info, const unsigned char *data) {
  uint64_t n = 1, before = 0, offset = 0, i;
  uint32_t d;
  for (d = 0; d < info->rank; d++) n *= (uint64_t)info->shape[d];
  if (!CHECK(info->bytes >= 8 * (n + 1))) return;
  for (i = 0; i <= n; i++, before = offset) {
    memcpy(&offset, data + 8 * i, sizeof offset); /* this machine is little-endian, as the contents are */
    CHECK(offset >= before && (i > 0 || offset == 0));
  }
  CHECK(offset == info->bytes - 8 * (n + 1));
}

static void built_contents(uint64_t flags) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  wb_open_options options;
  size_t built = 0, strings = 0, i;
  SIZED(options);
  options.flags = flags;
  GOOD(wb_model_open(NULL, onnx_path(path, golden, "types-typed.onnx"), WB_NUL, &options, &model, NULL));
  for (i = 0; i < wb_model_tensor_count(model); i++) {
    const void *data = NULL;
    size_t len = 0;
    wb_tensor_info info;
    SIZED(info);
    GOOD(wb_model_tensor_info(model, i, &info));
    CHECK(info.file < wb_model_file_count(model));
    if (info.offset != UINT64_MAX) continue;
    built++;
    GOOD(wb_model_tensor_data(model, i, &data, &len)); /* whichever way files are read */
    CHECK(len == info.bytes && info.alignment >= 8 && (uintptr_t)data % info.alignment == 0);
    if (info.dtype == WB_STRING) strings++, one_tensor_of_strings(&info, (const unsigned char *)data);
  }
  CHECK(built > strings && strings > 0);
  wb_model_release(model);
}

/* ---- a host that has little memory ---- */

static void limits(void) {
  char path[PATH_SIZE];
  wb_model *model = (wb_model *)JUNK;
  wb_open_options options;
  SIZED(options);
  options.max_heap_bytes = 100;
  CHECK_STATUS(wb_model_open(NULL, onnx_path(path, golden, "loop-if.onnx"), WB_NUL, &options, &model, NULL),
               WB_ERR_LIMIT);
  CHECK(model == NULL);
  options.max_heap_bytes = 1 << 20;
  GOOD(wb_model_open(NULL, path, WB_NUL, &options, &model, NULL));
  wb_model_release(model);
}

/* ---- how callers run a model ---- */

/* What a host does to bind its buffers by name. */
static void signatures(void) {
  const wb_graph *entry;
  wb_signature_info signature;
  wb_graph_info graph;
  wb_value_info info;
  wb_node_info node;
  wb_signature_value_info bound;
  size_t i;
  SIZED(signature), SIZED(graph), SIZED(node), SIZED(bound);

  REQUIRE(wb_model_signature_count(nested) == 1);
  GOOD(wb_model_signature_info(nested, 0, &signature));
  CHECK(signature.key.len == 0 && signature.graph == 0);
  entry = wb_model_graph(nested, signature.graph);
  GOOD(wb_graph_get_info(entry, &graph));
  CHECK(graph.role == WB_GRAPH_ENTRY && graph.inputs == signature.inputs && graph.outputs == signature.outputs);
  for (i = 0; i < signature.inputs + signature.outputs; i++) {
    const size_t output = i - signature.inputs;
    if (i < signature.inputs) GOOD(wb_model_signature_input_info(nested, 0, i, &bound));
    else GOOD(wb_model_signature_output_info(nested, 0, output, &bound));
    CHECK(bound.value == (i < signature.inputs ? graph.input_values[i] : graph.output_values[output]));
    SIZED(info);
    GOOD(wb_graph_value_info(entry, bound.value, &info));
    CHECK(bound.name.len > 0 && bound.name.len == info.name.len);
    CHECK(memcmp(bound.name.ptr, info.name.ptr, bound.name.len) == 0);
  }
  GOOD(wb_graph_node_info(entry, 0, &node)); /* ONNX has no control edges */
  CHECK(node.control_nodes == NULL && node.controls == 0);
}

/* ---- weights only ---- */

/* Each value that has a type has one of the graph's. */
static void types(void) {
  wb_model *model = open_onnx(golden, "attributes.onnx");
  const wb_graph *g = wb_model_graph(model, 0);
  const uint32_t count = wb_graph_type_count(g);
  uint32_t i;
  wb_value_info value;
  wb_type_info type;
  CHECK(count > 0);
  for (i = 0; i < count; i++) {
    SIZED(type);
    GOOD(wb_graph_type_info(g, i, &type));
  }
  INVALID(wb_graph_type_info(g, count, &type));
  for (i = 0; i < wb_graph_value_count(g); i++) {
    SIZED(value);
    GOOD(wb_graph_value_info(g, i, &value));
    CHECK(value.type == WB_NO_ID || value.type < count);
  }
  wb_model_release(model);
}

static void weights_only(void) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  wb_model_info info;
  SIZED(info);
  GOOD(wb_model_open(NULL, join(path, golden, "dtypes.safetensors"), WB_NUL, NULL, &model, NULL));
  CHECK(wb_model_graph_count(model) == 0 && wb_model_graph(model, 0) == NULL);
  CHECK(wb_model_signature_count(model) == 0);
  CHECK(wb_model_function_count(model) == 0 && wb_model_opset_count(model) == 0 && wb_model_sparse_count(model) == 0);
  GOOD(wb_model_get_info(model, &info));
  CHECK(info.format_version == 0 && info.producer.len == 0 && info.producer.ptr != NULL && info.documentation.len == 0);
  wb_model_release(model);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  golden = argv[1];
  nested = open_onnx(golden, "loop-if.onnx");
  batches();
  lifetimes();
  from_memory();
  built_contents(0);
  built_contents(WB_OPEN_READ);
  limits();
  signatures();
  types();
  weights_only();
  wb_model_release(nested);
  return check_result();
}
