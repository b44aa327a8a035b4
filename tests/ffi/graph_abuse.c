/* graph_abuse.c: every wrong call to the functions of graphs that a host can make without lying about memory.
 *
 *   graph_abuse GOLDEN SCRATCH */
#include <weighbridge.h>

#include "onnx.h"

static wb_model *kinds;     /* one node with an attribute of each kind */
static wb_model *functions; /* three, of which one has defaults */
static const wb_graph *all; /* the main graph of `kinds` */

/* The position of an attribute of the only node of `kinds`. */
static uint32_t position_of(const char *name) {
  uint32_t position = WB_NO_ID;
  GOOD(wb_graph_attribute_find(all, 0, name, WB_NUL, &position));
  return position;
}

/* ---- NULL ---- */

static void null_graphs(void) {
  wb_str s;
  uint32_t id;
  size_t n;
  int64_t version;
  const float *floats = (const float *)JUNK;
  const int64_t *ints = (const int64_t *)JUNK;
  wb_graph_info graph;
  wb_node_info node;
  wb_value_info value;
  wb_type_info type;
  wb_dim_info dim;
  wb_attribute_info attribute;
  wb_metadata_info entry;
  SIZED(graph), SIZED(node), SIZED(value), SIZED(type), SIZED(dim), SIZED(attribute), SIZED(entry);

  INVALID(wb_graph_get_info(NULL, &graph));
  CHECK(wb_graph_metadata_count(NULL) == 0);
  INVALID(wb_graph_metadata_info(NULL, 0, &entry));
  INVALID(wb_graph_initializer_value(NULL, 0, &id));
  INVALID(wb_graph_opset_version(NULL, "", 0, &version));
  CHECK(wb_graph_node_count(NULL) == 0);
  INVALID(wb_graph_node_info(NULL, 0, &node));
  INVALID(wb_graph_node_infos(NULL, 0, 1, &node, sizeof node));
  INVALID(wb_graph_node_function(NULL, 0, &n));
  INVALID(wb_graph_attribute_info(NULL, 0, 0, &attribute));
  INVALID(wb_graph_attribute_find(NULL, 0, "x", 1, &id));
  INVALID(wb_graph_attribute_floats(NULL, 0, 0, &floats, &n));
  CHECK(floats == NULL);
  INVALID(wb_graph_attribute_ints(NULL, 0, 0, &ints, &n));
  CHECK(ints == NULL);
  INVALID(wb_graph_attribute_string(NULL, 0, 0, 0, &s));
  INVALID(wb_graph_attribute_tensor(NULL, 0, 0, 0, &n));
  INVALID(wb_graph_attribute_graph(NULL, 0, 0, 0, &n));
  INVALID(wb_graph_attribute_sparse(NULL, 0, 0, 0, &n));
  INVALID(wb_graph_attribute_type(NULL, 0, 0, 0, &id));
  CHECK(wb_graph_value_count(NULL) == 0);
  INVALID(wb_graph_value_info(NULL, 0, &value));
  INVALID(wb_graph_value_infos(NULL, 0, 1, &value, sizeof value));
  INVALID(wb_graph_value_find(NULL, "x", 1, &id));
  INVALID(wb_graph_value_outer(NULL, 0, &n, &id));
  CHECK(wb_graph_type_count(NULL) == 0);
  INVALID(wb_graph_type_info(NULL, 0, &type));
  INVALID(wb_graph_type_dim_info(NULL, 0, 0, &dim));
}

static void null_models(void) {
  wb_str s;
  wb_opset_info opset;
  wb_signature_value_info value;
  wb_model_info model;
  wb_sparse_info sparse;
  wb_function_info function;
  wb_signature_info signature;
  wb_finding_info finding;
  wb_findings *findings = (wb_findings *)JUNK;
  SIZED(model), SIZED(sparse), SIZED(function), SIZED(signature), SIZED(finding), SIZED(opset), SIZED(value);

  INVALID(wb_model_get_info(NULL, &model));
  CHECK(wb_model_graph_count(NULL) == 0);
  CHECK(wb_model_graph(NULL, 0) == NULL);
  CHECK(wb_model_sparse_count(NULL) == 0);
  INVALID(wb_model_sparse_info(NULL, 0, &sparse));
  CHECK(wb_model_function_count(NULL) == 0);
  INVALID(wb_model_function_info(NULL, 0, &function));
  INVALID(wb_model_function_attribute_name(NULL, 0, 0, &s));
  INVALID(wb_model_function_opset_info(NULL, 0, 0, &opset));
  CHECK(wb_model_signature_count(NULL) == 0);
  INVALID(wb_model_signature_info(NULL, 0, &signature));
  INVALID(wb_model_signature_input_info(NULL, 0, 0, &value));
  INVALID(wb_model_signature_output_info(NULL, 0, 0, &value));
  CHECK(wb_model_opset_count(NULL) == 0);
  INVALID(wb_model_opset_info(NULL, 0, &opset));
  INVALID(wb_model_check(NULL, NULL, &findings, NULL));
  CHECK(findings == NULL);
  CHECK(wb_findings_count(NULL) == 0);
  INVALID(wb_findings_info(NULL, 0, &finding));
  wb_findings_release(NULL);
}

static void null_results(void) {
  const uint32_t ints = position_of("ints");
  const int64_t *values = NULL;
  size_t n = 77;

  INVALID(wb_model_get_info(kinds, NULL));
  INVALID(wb_graph_get_info(all, NULL));
  INVALID(wb_graph_metadata_info(all, 0, NULL));
  INVALID(wb_graph_initializer_value(all, 0, NULL));
  INVALID(wb_graph_opset_version(all, "", 0, NULL));
  INVALID(wb_graph_node_info(all, 0, NULL));
  INVALID(wb_graph_node_infos(all, 0, 1, NULL, sizeof(wb_node_info)));
  INVALID(wb_graph_node_function(all, 0, NULL));
  INVALID(wb_graph_attribute_info(all, 0, ints, NULL));
  INVALID(wb_graph_attribute_find(all, 0, "ints", 4, NULL));
  INVALID(wb_graph_attribute_ints(all, 0, ints, NULL, &n));
  GOOD(wb_graph_attribute_ints(all, 0, ints, &values, NULL));
  CHECK(values != NULL);
  INVALID(wb_graph_attribute_floats(all, 0, position_of("floats"), NULL, &n));
  INVALID(wb_graph_attribute_string(all, 0, position_of("string"), 0, NULL));
  INVALID(wb_graph_attribute_tensor(all, 0, position_of("tensor"), 0, NULL));
  INVALID(wb_graph_attribute_graph(all, 0, position_of("graph"), 0, NULL));
  INVALID(wb_graph_attribute_sparse(all, 0, position_of("sparse"), 0, NULL));
  INVALID(wb_graph_attribute_type(all, 0, position_of("type"), 0, NULL));
  INVALID(wb_graph_value_info(all, 0, NULL));
  INVALID(wb_graph_value_find(all, "x", 1, NULL));
  INVALID(wb_graph_type_info(all, 0, NULL));
  INVALID(wb_graph_type_dim_info(all, 0, 0, NULL));
  INVALID(wb_model_sparse_info(kinds, 0, NULL));
  INVALID(wb_model_function_info(functions, 0, NULL));
  INVALID(wb_model_function_attribute_name(functions, 0, 0, NULL));
  INVALID(wb_model_function_opset_info(functions, 0, 0, NULL));
  INVALID(wb_model_opset_info(kinds, 0, NULL));
  INVALID(wb_model_signature_info(kinds, 0, NULL));
  INVALID(wb_model_signature_output_info(kinds, 0, 0, NULL));
  INVALID(wb_model_check(kinds, NULL, NULL, NULL));
}

/* ---- struct_size ---- */

static wb_findings *found;

static wb_status take_model(void *s) { return wb_model_get_info(kinds, (wb_model_info *)s); }
static wb_status take_graph(void *s) { return wb_graph_get_info(all, (wb_graph_info *)s); }
static wb_status take_node(void *s) { return wb_graph_node_info(all, 0, (wb_node_info *)s); }
static wb_status take_nodes(void *s) { return wb_graph_node_infos(all, 0, 1, (wb_node_info *)s, sizeof(wb_node_info) + 64); }
static wb_status take_value(void *s) { return wb_graph_value_info(all, 0, (wb_value_info *)s); }
static wb_status take_values(void *s) {
  return wb_graph_value_infos(all, 0, 1, (wb_value_info *)s, sizeof(wb_value_info) + 64);
}
static wb_status take_type(void *s) { return wb_graph_type_info(all, 0, (wb_type_info *)s); }
static wb_status take_dim(void *s) { return wb_graph_type_dim_info(all, 0, 0, (wb_dim_info *)s); }
static wb_status take_attribute(void *s) { return wb_graph_attribute_info(all, 0, 0, (wb_attribute_info *)s); }
static wb_status take_sparse(void *s) { return wb_model_sparse_info(kinds, 0, (wb_sparse_info *)s); }
static wb_status take_function(void *s) { return wb_model_function_info(functions, 0, (wb_function_info *)s); }
static wb_status take_opset(void *s) { return wb_model_opset_info(kinds, 0, (wb_opset_info *)s); }
static wb_status take_output(void *s) { return wb_model_signature_output_info(kinds, 0, 0, (wb_signature_value_info *)s); }
static wb_status take_signature(void *s) { return wb_model_signature_info(kinds, 0, (wb_signature_info *)s); }
static wb_status take_finding(void *s) { return wb_findings_info(found, 0, (wb_finding_info *)s); }
static wb_status give_check_options(void *s) {
  wb_findings *findings = (wb_findings *)JUNK;
  const wb_status status = wb_model_check(kinds, (const wb_check_options *)s, &findings, NULL);
  CHECK((status == WB_OK) == (findings != NULL));
  wb_findings_release(findings);
  return status;
}

static void all_struct_sizes(void) {
#define AFTER(type, field) sizeof(type), offsetof(type, field)
  const sized_case cases[] = {
      {"wb_model_info", take_model, AFTER(wb_model_info, domain), INFO},
      {"wb_graph_info", take_graph, AFTER(wb_graph_info, role), INFO},
      {"wb_graph_info", take_graph, AFTER(wb_graph_info, inputs), INFO},
      {"wb_node_info", take_node, AFTER(wb_node_info, input_values), INFO},
      {"wb_node_info, rows", take_nodes, AFTER(wb_node_info, domain), INFO},
      {"wb_value_info", take_value, AFTER(wb_value_info, producer), INFO},
      {"wb_value_info, rows", take_values, AFTER(wb_value_info, flags), INFO},
      {"wb_type_info", take_type, AFTER(wb_type_info, shape), INFO},
      {"wb_dim_info", take_dim, AFTER(wb_dim_info, symbol), INFO},
      {"wb_attribute_info", take_attribute, AFTER(wb_attribute_info, kind), INFO},
      {"wb_sparse_info", take_sparse, AFTER(wb_sparse_info, values), INFO},
      {"wb_function_info", take_function, AFTER(wb_function_info, graph), INFO},
      {"wb_opset_info", take_opset, AFTER(wb_opset_info, version), INFO},
      {"wb_signature_value_info", take_output, AFTER(wb_signature_value_info, value), INFO},
      {"wb_signature_info", take_signature, AFTER(wb_signature_info, graph), INFO},
      {"wb_finding_info", take_finding, AFTER(wb_finding_info, path), INFO},
      {"wb_check_options", give_check_options, sizeof(wb_check_options), sizeof(size_t), OPTIONS},
  };
  size_t i;
  GOOD(wb_model_check(functions, NULL, &found, NULL));
  REQUIRE(wb_findings_count(found) > 0);
  for (i = 0; i < COUNT(cases); i++) struct_sizes(&cases[i]);
  wb_findings_release(found);
}

/* ---- beyond the end ---- */

static void bad_indices(size_t beyond) {
  const uint32_t ints = position_of("ints"), strings = position_of("strings"), tensors = position_of("tensors");
  const uint32_t far = (uint32_t)beyond;
  const int64_t *values = (const int64_t *)JUNK;
  wb_signature_info signature;
  wb_graph_info graph;
  wb_node_info node;
  wb_value_info value;
  wb_type_info type;
  wb_dim_info dim;
  wb_attribute_info attribute;
  wb_sparse_info sparse;
  wb_function_info function;
  wb_metadata_info entry;
  wb_opset_info opset;
  wb_signature_value_info bound;
  uint32_t id;
  wb_str s;
  size_t n;
  SIZED(graph), SIZED(node), SIZED(value), SIZED(type), SIZED(dim), SIZED(attribute), SIZED(sparse), SIZED(function);
  SIZED(signature), SIZED(entry), SIZED(opset), SIZED(bound);

  CHECK(wb_model_graph(kinds, beyond) == NULL);
  INVALID(wb_graph_metadata_info(all, beyond, &entry));
  INVALID(wb_graph_initializer_value(all, far, &id));
  INVALID(wb_graph_node_info(all, far, &node));
  INVALID(wb_graph_node_function(all, far, &n));
  INVALID(wb_graph_attribute_info(all, far, 0, &attribute)); /* WB_NO_ID is the graph itself, which has none */
  INVALID(wb_graph_attribute_info(all, 0, far, &attribute));
  INVALID(wb_graph_attribute_ints(all, 0, far, &values, &n));
  CHECK(values == NULL);
  INVALID(wb_graph_attribute_string(all, 0, strings, beyond, &s));
  INVALID(wb_graph_attribute_tensor(all, 0, tensors, beyond, &n));
  INVALID(wb_graph_attribute_graph(all, 0, position_of("graphs"), beyond, &n));
  INVALID(wb_graph_attribute_sparse(all, 0, position_of("sparses"), beyond, &n));
  INVALID(wb_graph_attribute_type(all, 0, position_of("types"), beyond, &id));
  INVALID(wb_graph_value_info(all, far, &value));
  INVALID(wb_graph_value_outer(all, far, &n, &id));
  INVALID(wb_graph_type_info(all, far, &type));
  INVALID(wb_graph_type_dim_info(all, far, 0, &dim));
  INVALID(wb_graph_type_dim_info(all, 0, far, &dim));
  INVALID(wb_model_sparse_info(kinds, beyond, &sparse));
  INVALID(wb_model_function_info(functions, beyond, &function));
  INVALID(wb_model_signature_info(kinds, beyond, &signature));
  INVALID(wb_model_signature_input_info(kinds, beyond, 0, &bound));
  INVALID(wb_model_signature_input_info(kinds, 0, beyond, &bound));
  INVALID(wb_model_signature_output_info(kinds, 0, beyond, &bound));
  INVALID(wb_model_function_attribute_name(functions, 0, beyond, &s));
  INVALID(wb_model_function_attribute_name(functions, beyond, 0, &s));
  INVALID(wb_model_function_opset_info(functions, 0, beyond, &opset));
  INVALID(wb_model_opset_info(kinds, beyond, &opset));
  GOOD(wb_graph_attribute_ints(all, 0, ints, &values, &n));
}

/* ---- what an attribute is not ---- */

static void other_kinds(void) {
  static const char *const names[] = {"float", "int", "string", "tensor", "graph", "type", "sparse"};
  const float *floats;
  const int64_t *ints;
  uint32_t id;
  wb_str s;
  size_t n, i;

  for (i = 0; i < COUNT(names); i++) {
    const uint32_t at = position_of(names[i]);
    const wb_status expected[] = {i == 0 ? WB_OK : WB_ERR_NOT_FOUND, i == 1 ? WB_OK : WB_ERR_NOT_FOUND,
                                  i == 2 ? WB_OK : WB_ERR_NOT_FOUND, i == 3 ? WB_OK : WB_ERR_NOT_FOUND,
                                  i == 4 ? WB_OK : WB_ERR_NOT_FOUND, i == 5 ? WB_OK : WB_ERR_NOT_FOUND,
                                  i == 6 ? WB_OK : WB_ERR_NOT_FOUND};
    floats = (const float *)JUNK, ints = (const int64_t *)JUNK;
    CHECK_STATUS(wb_graph_attribute_floats(all, 0, at, &floats, &n), expected[0]);
    CHECK(i == 0 ? n == 1 && floats[0] < 0 : floats == NULL);
    CHECK_STATUS(wb_graph_attribute_ints(all, 0, at, &ints, &n), expected[1]);
    CHECK(i == 1 ? n == 1 && ints[0] == INT64_MIN : ints == NULL);
    CHECK_STATUS(wb_graph_attribute_string(all, 0, at, 0, &s), expected[2]);
    CHECK_STATUS(wb_graph_attribute_tensor(all, 0, at, 0, &n), expected[3]);
    CHECK_STATUS(wb_graph_attribute_graph(all, 0, at, 0, &n), expected[4]);
    CHECK_STATUS(wb_graph_attribute_type(all, 0, at, 0, &id), expected[5]);
    CHECK_STATUS(wb_graph_attribute_sparse(all, 0, at, 0, &n), expected[6]);
  }
  ints = (const int64_t *)JUNK, n = 77;
  GOOD(wb_graph_attribute_ints(all, 0, position_of("no ints"), &ints, &n)); /* an empty list is one */
  CHECK(ints == NULL && n == 0);
}

/* ---- names ---- */

static void names(void) {
  uint32_t id = 77, at = 77;
  size_t n = 77;
  int64_t version = 77;
  wb_value_info value;
  SIZED(value);

  MISSING(wb_graph_attribute_find(all, 0, "no such", WB_NUL, &at));
  MISSING(wb_graph_attribute_find(all, 0, "", 0, &at));
  MISSING(wb_graph_attribute_find(all, 0, NULL, 0, &at));
  MISSING(wb_graph_attribute_find(all, WB_NO_ID, "int", 3, &at));
  INVALID(wb_graph_attribute_find(all, 0, NULL, 3, &at));
  INVALID(wb_graph_attribute_find(all, 0, NULL, WB_NUL, &at));
  INVALID(wb_graph_attribute_find(all, 0, "\xff", 1, &at));
  INVALID(wb_graph_attribute_find(all, 1, "int", 3, &at));
  GOOD(wb_graph_attribute_find(all, 0, "integer", 3, &at)); /* the first three letters */
  MISSING(wb_graph_value_find(all, "no such", WB_NUL, &id));
  MISSING(wb_graph_value_find(all, "", 0, &id));
  INVALID(wb_graph_value_find(all, "\xff", 1, &id));
  INVALID(wb_graph_value_find(all, NULL, 1, &id));
  CHECK(id == 77);
  GOOD(wb_graph_value_find(all, "x", WB_NUL, &id));
  GOOD(wb_graph_value_info(all, id, &value));
  CHECK(same_text(value.name, "x") && (value.flags & WB_VALUE_INPUT));
  CHECK(value.tensor == WB_NO_INDEX && value.sparse == WB_NO_INDEX); /* not an initializer */
  MISSING(wb_graph_value_outer(all, id, &n, &id));
  MISSING(wb_graph_opset_version(all, "no.such.domain", WB_NUL, &version));
  INVALID(wb_graph_opset_version(all, "\xff", 1, &version));
  CHECK(version == 77);
  GOOD(wb_graph_opset_version(all, "", 0, &version));
  CHECK(version == 13);
  GOOD(wb_graph_opset_version(all, NULL, 0, &version));
  MISSING(wb_graph_node_function(all, 0, &n));
  GOOD(wb_graph_node_function(wb_model_graph(functions, 0), 0, &n));
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  kinds = open_onnx(argv[1], "attributes.onnx");
  functions = open_onnx(argv[1], "functions.onnx");
  all = wb_model_graph(kinds, 0);
  REQUIRE(all != NULL);
  null_graphs();
  null_models();
  null_results();
  all_struct_sizes();
  bad_indices(100);
  bad_indices(UINT32_MAX);
  bad_indices(SIZE_MAX);
  other_kinds();
  names();
  wb_model_release(kinds);
  wb_model_release(functions);
  return check_result();
}
