/* graph_text.c: the whole graph of each model as text, which tests/ffi.rs compares with what other tools have found.
 *
 *   graph_text LIST      a file with the path of a model on each line
 *
 * The form is that of tests/ffi/graph_text.rs. Everything is asked for in the simplest way, one thing at a time;
 * graph_text.cpp prints the same through ranges. */
#include <weighbridge.h>

#include "graph_words.h"

/* ---- values ---- */

static wb_value_info value_info(const wb_graph *g, uint32_t value) {
  wb_value_info info;
  SIZED(info);
  CHECK_STATUS(wb_graph_value_info(g, value, &info), WB_OK);
  return info;
}

static void name_of(const wb_graph *g, uint32_t value) {
  putchar(' ');
  if (value == WB_NO_ID) putchar('-');
  else text(value_info(g, value).name);
}

static void names_of(const wb_graph *g, const char *title, int depth, const uint32_t *values, uint32_t count) {
  uint32_t i;
  indent(depth);
  printf("%s", title);
  CHECK((values == NULL) == (count == 0));
  for (i = 0; i < count; i++) name_of(g, values[i]);
  putchar('\n');
}

/* Where a value comes from that the graph only uses: so many graphs further out, or nowhere. */
static void outer(const wb_graph *g, uint32_t value) {
  wb_graph_info info;
  size_t from = 0, up = 0;
  uint32_t there = 0;
  wb_str name = value_info(g, value).name, same;
  const wb_status status = wb_graph_value_outer(g, value, &from, &there);
  if (status != WB_OK) {
    CHECK_STATUS(status, WB_ERR_NOT_FOUND);
    printf(" nowhere");
    return;
  }
  same = value_info(wb_model_graph(model, from), there).name;
  CHECK(same.len == name.len && memcmp(same.ptr, name.ptr, name.len) == 0);
  SIZED(info);
  CHECK_STATUS(wb_graph_get_info(g, &info), WB_OK);
  for (; info.index != from && info.parent != WB_NO_INDEX; up++)
    CHECK_STATUS(wb_graph_get_info(wb_model_graph(model, info.parent), &info), WB_OK);
  CHECK(info.index == from);
  printf(" outer %zu", up);
}

static const wb_graph *sorted_graph;
static int by_name(const void *a, const void *b) {
  const wb_str x = value_info(sorted_graph, *(const uint32_t *)a).name;
  const wb_str y = value_info(sorted_graph, *(const uint32_t *)b).name;
  const int order = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);
  return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static void values(const wb_graph *g, int depth) {
  const size_t count = wb_graph_value_count(g);
  uint32_t *sorted = (uint32_t *)malloc((count + 1) * sizeof *sorted);
  size_t i;
  REQUIRE(sorted != NULL);
  for (i = 0; i < count; i++) sorted[i] = (uint32_t)i;
  sorted_graph = g;
  qsort(sorted, count, sizeof *sorted, by_name);
  for (i = 0; i < count; i++) {
    const wb_value_info info = value_info(g, sorted[i]);
    uint32_t found = WB_NO_ID;
    indent(depth);
    printf("value ");
    text(info.name);
    if (info.flags & WB_VALUE_INPUT) printf(" input");
    if (info.flags & WB_VALUE_OUTPUT) printf(" output");
    if (info.flags & WB_VALUE_INITIALIZER) printf(" initializer");
    if (info.flags & WB_VALUE_COMPUTED) printf(" computed %" PRIu32, info.producer);
    if (info.flags & WB_VALUE_OUTER) outer(g, sorted[i]);
    if (info.type != WB_NO_ID) type(g, info.type);
    putchar('\n');
    CHECK((info.producer != WB_NO_ID) == ((info.flags & WB_VALUE_COMPUTED) != 0));
    CHECK_STATUS(wb_graph_value_find(g, info.name.ptr, info.name.len, &found), WB_OK);
    CHECK(found == sorted[i]);
  }
  free(sorted);
}

static void initializers(const wb_graph *g, uint32_t count, int depth) {
  uint32_t i;
  for (i = 0; i < count; i++) {
    uint32_t value = WB_NO_ID;
    wb_value_info info;
    CHECK_STATUS(wb_graph_initializer_value(g, i, &value), WB_OK);
    info = value_info(g, value);
    indent(depth);
    printf("initializer ");
    text(info.name);
    if (info.sparse != WB_NO_INDEX) sparse(info.sparse);
    else tensor(info.tensor);
    putchar('\n');
  }
}

/* ---- attributes ---- */

static void graph(size_t index, int depth);

static void contents(const wb_graph *g, uint32_t node, uint32_t position, const wb_attribute_info *info, int depth) {
  const float *floats = NULL;
  const int64_t *ints = NULL;
  size_t count = 0, i, index = 0;
  uint32_t bits, type_index = 0;
  wb_str string;
  switch (info->kind) {
    case WB_ATTRIBUTE_FLOAT:
    case WB_ATTRIBUTE_FLOATS:
      CHECK_STATUS(wb_graph_attribute_floats(g, node, position, &floats, &count), WB_OK);
      for (i = 0; i < count; i++) memcpy(&bits, &floats[i], 4), printf(" %08" PRIx32, bits);
      break;
    case WB_ATTRIBUTE_INT:
    case WB_ATTRIBUTE_INTS:
      CHECK_STATUS(wb_graph_attribute_ints(g, node, position, &ints, &count), WB_OK);
      for (i = 0; i < count; i++) printf(" %" PRId64, ints[i]);
      break;
    default:
      count = info->count;
  }
  CHECK(count == info->count);
  for (i = 0; i < count; i++) {
    switch (info->kind) {
      case WB_ATTRIBUTE_STRING:
      case WB_ATTRIBUTE_STRINGS:
        CHECK_STATUS(wb_graph_attribute_string(g, node, position, i, &string), WB_OK);
        putchar(' '), text(string);
        break;
      case WB_ATTRIBUTE_TENSOR:
      case WB_ATTRIBUTE_TENSORS:
        index = WB_NO_INDEX;
        CHECK(wb_graph_attribute_tensor(g, node, position, i, &index) != WB_ERR_INVALID_ARGUMENT);
        tensor(index);
        break;
      case WB_ATTRIBUTE_SPARSE_TENSOR:
      case WB_ATTRIBUTE_SPARSE_TENSORS:
        CHECK_STATUS(wb_graph_attribute_sparse(g, node, position, i, &index), WB_OK);
        sparse(index);
        break;
      case WB_ATTRIBUTE_TYPE:
      case WB_ATTRIBUTE_TYPES:
        CHECK_STATUS(wb_graph_attribute_type(g, node, position, i, &type_index), WB_OK);
        type(g, type_index);
        break;
      default:
        break;
    }
  }
  putchar('\n');
  if (info->kind != WB_ATTRIBUTE_GRAPH && info->kind != WB_ATTRIBUTE_GRAPHS) return;
  for (i = 0; i < count; i++) {
    wb_graph_info inner, here;
    SIZED(inner), SIZED(here);
    CHECK_STATUS(wb_graph_attribute_graph(g, node, position, i, &index), WB_OK);
    CHECK_STATUS(wb_graph_get_info(wb_model_graph(model, index), &inner), WB_OK);
    CHECK_STATUS(wb_graph_get_info(g, &here), WB_OK);
    CHECK(inner.role == WB_GRAPH_SUBGRAPH && inner.index == index && inner.parent == here.index);
    CHECK(inner.node == node && inner.attribute == position && inner.function == here.function);
    graph(index, depth + 1);
  }
}

static void attribute(const wb_graph *g, uint32_t node, uint32_t position, int depth) {
  static const char *const kinds[] = {"undefined", "float", "int",     "string",  "tensor", "graph",  "floats", "ints",
                                      "strings",   "tensors", "graphs", "sparse", "sparses", "type", "types"};
  wb_attribute_info info;
  uint32_t found = WB_NO_ID;
  SIZED(info);
  if (!CHECK_STATUS(wb_graph_attribute_info(g, node, position, &info), WB_OK)) return;
  REQUIRE(info.kind < sizeof kinds / sizeof kinds[0]);
  CHECK_STATUS(wb_graph_attribute_find(g, node, info.name.ptr, info.name.len, &found), WB_OK);
  CHECK(found == position);
  indent(depth);
  printf("attribute ");
  text(info.name);
  printf(" %s", kinds[info.kind]);
  if (info.reference.len > 0) {
    word("reference", info.reference);
    putchar('\n');
    CHECK(info.count == 0);
  } else {
    contents(g, node, position, &info, depth);
  }
}

/* ---- nodes ---- */

static void node(const wb_graph *g, uint32_t index, int depth) {
  wb_node_info info;
  uint32_t i;
  size_t function = WB_NO_INDEX;
  SIZED(info);
  if (!CHECK_STATUS(wb_graph_node_info(g, index, &info), WB_OK)) return;
  indent(depth);
  printf("node ");
  text(info.op);
  word("domain", info.domain);
  if (info.overload.len > 0) word("overload", info.overload);
  if (info.name.len > 0) word("name", info.name);
  if (wb_graph_node_function(g, index, &function) == WB_OK) printf(" calls %zu", function);
  putchar('\n');
  names_of(g, "takes", depth + 1, info.input_values, info.inputs);
  names_of(g, "makes", depth + 1, info.output_values, info.outputs);
  for (i = 0; i < info.attributes; i++) attribute(g, index, i, depth + 1);
}

/* ---- graphs ---- */

static void graph(size_t index, int depth) {
  const wb_graph *g = wb_model_graph(model, index);
  wb_graph_info info;
  uint32_t i;
  SIZED(info);
  if (!CHECK(g != NULL) || !CHECK_STATUS(wb_graph_get_info(g, &info), WB_OK)) return;
  CHECK(info.index == index);
  indent(depth);
  printf("graph ");
  text(info.name);
  if (info.documentation.len > 0) word("documentation", info.documentation);
  putchar('\n');
  for (i = 0; i < wb_graph_metadata_count(g); i++) {
    wb_metadata_info entry;
    SIZED(entry);
    CHECK_STATUS(wb_graph_metadata_info(g, i, &entry), WB_OK);
    CHECK(entry.type == WB_METADATA_TEXT && entry.len == entry.text.len);
    indent(depth + 1);
    printf("metadata ");
    text(entry.key), putchar(' '), text(entry.text), putchar('\n');
  }
  names_of(g, "takes", depth + 1, info.input_values, info.inputs);
  names_of(g, "makes", depth + 1, info.output_values, info.outputs);
  initializers(g, info.initializers, depth + 1);
  values(g, depth + 1);
  for (i = 0; i < wb_graph_node_count(g); i++) node(g, i, depth + 1);
}

static void opset(wb_str domain, int64_t version) {
  word("opset", domain);
  printf(" %" PRId64, version);
}

static void function(size_t index) {
  wb_function_info info;
  wb_graph_info body;
  wb_opset_info imported;
  wb_str s;
  int64_t holds = 0;
  uint32_t i;
  SIZED(info), SIZED(body), SIZED(imported);
  if (!CHECK_STATUS(wb_model_function_info(model, index, &info), WB_OK)) return;
  CHECK_STATUS(wb_graph_get_info(wb_model_graph(model, info.graph), &body), WB_OK);
  CHECK(body.role == WB_GRAPH_FUNCTION && body.function == index && body.parent == WB_NO_INDEX);
  printf("function ");
  text(info.name);
  word("domain", info.domain);
  if (info.overload.len > 0) word("overload", info.overload);
  for (i = 0; i < info.opsets; i++) {
    CHECK_STATUS(wb_model_function_opset_info(model, index, i, &imported), WB_OK);
    s = imported.domain;
    opset(s, imported.version);
    CHECK_STATUS(wb_graph_opset_version(wb_model_graph(model, info.graph), s.ptr, s.len, &holds), WB_OK);
  }
  for (i = 0; i < info.attributes; i++) {
    CHECK_STATUS(wb_model_function_attribute_name(model, index, i, &s), WB_OK);
    word("needs", s);
  }
  putchar('\n');
  for (i = 0; i < info.defaults; i++) attribute(wb_model_graph(model, info.graph), WB_NO_ID, i, 1);
  graph(info.graph, 1);
}

static void whole_model(void) {
  wb_model_info info;
  wb_opset_info imported;
  wb_metadata_info entry;
  size_t i;
  SIZED(info), SIZED(imported), SIZED(entry);
  CHECK_STATUS(wb_model_get_info(model, &info), WB_OK);
  printf("model %" PRId64, info.format_version);
  word("producer", info.producer);
  word("version", info.producer_version);
  word("domain", info.domain);
  printf(" version %" PRId64, info.model_version);
  word("documentation", info.documentation);
  for (i = 0; i < wb_model_opset_count(model); i++) {
    CHECK_STATUS(wb_model_opset_info(model, i, &imported), WB_OK);
    opset(imported.domain, imported.version);
  }
  putchar('\n');
  for (i = 0; i < wb_model_metadata_count(model); i++) {
    CHECK_STATUS(wb_model_metadata_info(model, i, &entry), WB_OK);
    printf("metadata ");
    text(entry.key), putchar(' '), text(entry.text), putchar('\n');
  }
  if (wb_model_graph_count(model) > 0) graph(0, 0);
  for (i = 0; i < wb_model_function_count(model); i++) function(i);
}

static int print(const char *path) {
  wb_model *opened = NULL;
  wb_error *err = NULL;
  if (wb_model_open(NULL, path, WB_NUL, NULL, &opened, &err) != WB_OK) {
    fprintf(stderr, "%s\n", wb_error_message(err));
    wb_error_release(err);
    return 0;
  }
  printf("== %s\n", path);
  model = opened;
  whole_model();
  wb_model_release(opened);
  return 1;
}

int main(int argc, char **argv) {
  char path[PATH_SIZE];
  FILE *list;
  if (argc != 2 || (list = fopen(argv[1], "r")) == NULL) {
    fprintf(stderr, "usage: %s LIST\n", argv[0]);
    return 2;
  }
  while (fgets(path, sizeof path, list) != NULL) {
    path[strcspn(path, "\n")] = 0;
    CHECK(print(path));
  }
  fclose(list);
  return check_result();
}
