// wrapper_graph.cpp: the ranges and views of graphs in weighbridge.hpp. That they tell the truth is checked by
// graph_text.cpp.
//
//   wrapper_graph GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

#if __cplusplus >= 202002L
#include <ranges>
#endif

#include "check.h"

namespace wb = weighbridge;

namespace {

std::string made;

wb::model open(const char* name) {
  auto opened = wb::model::open(made + name);
  REQUIRE(opened);
  return *std::move(opened);
}

// ---- types ----

template <class Range>
using iterator_of = decltype(std::declval<const Range&>().begin());
template <class View>
constexpr bool is_light = std::is_trivially_copyable_v<View> && std::is_nothrow_default_constructible_v<View>;
static_assert(is_light<wb::graph_view> && is_light<wb::node_view> && is_light<wb::value_view> &&
              is_light<wb::attribute_view> && is_light<wb::type_view> && is_light<wb::sparse_view> &&
              is_light<wb::function_view> && is_light<wb::opset> && is_light<wb::dim> && is_light<wb::finding>);
static_assert(is_light<wb::value_range> && is_light<iterator_of<wb::value_range>>);
static_assert(!std::is_convertible_v<wb::node_view, bool> && std::is_constructible_v<bool, wb::node_view>);
static_assert(sizeof(wb::findings) == sizeof(void*) && !std::is_copy_constructible_v<wb::findings>);
#if __cplusplus >= 202002L
template <class Range>
constexpr bool is_random_access = std::ranges::random_access_range<Range> && std::ranges::sized_range<Range>;
static_assert(is_random_access<wb::value_range>);
static_assert(is_random_access<decltype(std::declval<wb::graph_view>().nodes())>);
static_assert(is_random_access<decltype(std::declval<wb::attribute_view>().strings())>);
static_assert(is_random_access<decltype(std::declval<wb::type_view>().dims())>);
static_assert(is_random_access<decltype(std::declval<wb::model>().tensors())>);
#endif

// ---- nothing ----

/// Views of nothing are false, and have nothing in them.
void nothing() {
  const wb::model none;
  CHECK(none.graphs().empty() && none.functions().empty() && none.opsets().empty() && !none.main_graph());
  CHECK(none.signatures().empty() && !none.signatures()[0] && !wb::signature_view().graph());
  CHECK(wb::signature_view().inputs().empty() && !wb::signature_view().inputs()[0].value);
  CHECK(none.info().format_version == 0 && none.info().producer.empty() && !none.check());
  CHECK(wb::findings().empty() && wb::findings()[0].message.empty());

  const wb::graph_view graph;
  CHECK(!graph && graph.nodes().empty() && graph.values().empty() && graph.initializers().empty());
  CHECK(graph.inputs().empty() && graph.outputs().empty() && graph.metadata().empty());
  CHECK(graph.types().empty() && !graph.attribute() && none.sparse_tensors().empty());
  CHECK(!graph.find("x") && !graph.opset() && !graph.parent() && !graph.node() && !graph.function() && !graph.get());

  const wb::node_view node;
  CHECK(!node && node.op().empty() && node.inputs().empty() && node.attributes().empty() && !node.attribute("x"));
  CHECK(!node.function() && !node.graph() && node.control_nodes().empty());

  const wb::value_view value;
  CHECK(!value && value.index() == WB_NO_ID && value.name().empty() && value.shape().empty() && !value.has_rank());
  CHECK(!value.type() && !value.producer() && !value.outer() && !value.tensor() && !value.sparse() && !value.graph());
  CHECK(!value.is_input() && !value.is_outer());

  const wb::attribute_view attribute;
  CHECK(!attribute && attribute.size() == 0 && attribute.floats().empty() && attribute.graphs().empty());
  CHECK(attribute.int_or(7) == 7 && attribute.string_or("s") == "s");

  const wb::type_view type;
  CHECK(!type && type.dims().empty() && !type.element() && type.kind() == wb::type_kind::unknown);
  CHECK(!wb::sparse_view() && !wb::sparse_view().values());
  const wb::function_view function;
  CHECK(!function && !function.body() && function.defaults().empty() && function.opsets().empty());
}

/// Beyond the end there is nothing either.
void beyond() {
  const wb::model model = open("attributes.onnx");
  const wb::graph_view graph = model.main_graph();
  CHECK(!model.graphs()[99] && !model.functions()[0] && model.opsets()[99].version == 0);
  CHECK(!graph.nodes()[99] && !graph.values()[99] && !graph.inputs()[99] && !graph.initializers()[99]);
  CHECK(!graph.nodes()[0].attributes()[99] && !graph.nodes()[0].inputs()[SIZE_MAX]);
  CHECK(graph.nodes()[0].attribute("strings").strings()[99].empty());
}

// ---- ranges ----

void ranges() {
  const wb::model model = open("loop-if.onnx");
  const auto values = model.graphs()[1].values();
  const auto first = values.begin();
  const auto last = values.end();
  CHECK(last - first == static_cast<std::ptrdiff_t>(values.size()) && first < last && last > first && first <= first);
  CHECK(first[1].name() == values[1].name() && (first + 1)->name() == values[1].name());
  CHECK((1 + first) == std::next(first) && (last - 1) >= first && last - last == 0);
  auto at = first;
  at += 2;
  CHECK((*at--).index() == 2 && (*--at).index() == 0 && (*at++).index() == 0 && (++at)->index() == 2);
  at -= 2;
  CHECK(at == first && at != last);

  const auto named = [](const char* name) { return [=](const wb::value_view& value) { return value.name() == name; }; };
  const auto found = std::find_if(first, last, named("carried"));
  CHECK(found != last && found->is_input());
  CHECK(std::none_of(first, last, named("no such")));
  std::vector<wb::value_view> sorted(first, last);
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  CHECK(sorted.size() == values.size() && sorted.front().name() <= sorted.back().name());

  auto nodes = model.main_graph().nodes();  // a range does not need the view that it is from
  const auto again = nodes;
  nodes = {};
  CHECK(nodes.empty() && again.size() == 1 && again[0].op() == "Loop");
}

// ---- graphs ----

void graphs() {
  const wb::model model = open("loop-if.onnx");
  CHECK(model.graphs().size() == 4 && model.main_graph().get() == wb_model_graph(model.get(), 0));
  for (const wb::graph_view& graph : model.graphs()) {
    CHECK(graph && graph.opset() == 21 && !graph.opset("no such") && !graph.function());
    if (graph.role() == wb::graph_role::entry) continue;
    CHECK(graph.role() == wb::graph_role::subgraph && graph.parent() && graph.node());
    CHECK(graph.node().graph().index() == graph.parent().index());
    CHECK(graph.attribute().graphs()[0].index() == graph.index());
  }
  const wb::graph_view branch = model.graphs()[2];
  const wb::value_view outer = branch.find("outer");
  CHECK(outer && outer.is_outer() && !outer.is_computed());
  CHECK(outer.outer().graph().index() == 1 && outer.outer().producer().op() == "Add");
  CHECK(!outer.outer().outer());
  const wb::value_view deep = branch.find("deep");
  CHECK(deep.is_initializer() && deep.tensor() && deep.tensor()->shape().size() == 1 && deep.dtype() == WB_F32);
  CHECK(deep.shape()[0] == 2 && deep.has_rank() && !deep.type());  // known from the tensor alone
  CHECK(deep.tensor()->data() && (deep.tensor()->as<float>() || deep.tensor()->alignment() < 4));
}

void signatures() {
  const wb::model model = open("loop-if.onnx");
  REQUIRE(model.signatures().size() == 1);
  const wb::signature_view signature = model.signatures()[0];
  CHECK(signature && signature.key().empty() && signature.graph().role() == wb::graph_role::entry);
  CHECK(signature.graph().get() == model.main_graph().get());
  CHECK(signature.inputs().size() == model.main_graph().inputs().size());
  CHECK(signature.outputs().size() == model.main_graph().outputs().size());
  for (const wb::named_value& input : signature.inputs()) CHECK(input.name == input.value.name() && input.value.is_input());
  for (const wb::named_value& out : signature.outputs()) CHECK(out.name == out.value.name() && out.value.is_output());
  CHECK(!signature.inputs()[99].value && signature.outputs()[99].name.empty() && !model.signatures()[1]);
  for (const wb::node_view& node : model.main_graph().nodes()) CHECK(node.control_nodes().empty());  // ONNX has none
}

void attributes() {
  const wb::model model = open("attributes.onnx");
  const wb::node_view node = model.main_graph().nodes()[0];
  CHECK(node.attribute("float").float_or(1) < 0 && node.attribute("int").int_or(0) == INT64_MIN);
  CHECK(node.attribute("no such").float_or(0.5F) > 0 && node.attribute("float").int_or(3) == 3);
  CHECK(node.attribute("ints").ints().size() == 3 && node.attribute("ints").floats().empty());
  CHECK(node.attribute("strings").strings()[1] == "a" && node.attribute("ints").strings().empty());
  CHECK(node.attribute("graphs").graphs().size() == 2 && node.attribute("graphs").graphs()[1].nodes()[0].op() == "Neg");
  CHECK(node.attribute("type").types()[0].dims()[0].symbol == "N");
  CHECK(node.attribute("types").types()[1].element().shape()[0] == 2);
  CHECK(node.attribute("tensors").tensors()[1]->dtype() == WB_I64);
  CHECK(node.attribute("sparse").sparse_tensors()[0].shape()[0] == 4);
  const auto all = model.sparse_tensors();
  CHECK(all.size() >= 3 && all[0].shape()[0] == 4 && all[0].values() && !all[all.size()]);
  for (const wb::value_view& value : model.main_graph().values())
    if (value.type()) CHECK(model.main_graph().types()[value.type().index()].kind() == value.type().kind());
  CHECK(!model.main_graph().types().empty());
}

void functions() {
  const wb::model model = open("functions.onnx");
  CHECK(model.functions().size() == 3 && model.opsets().size() == 3 && model.info().format_version == 10);
  const wb::node_view call = model.main_graph().nodes()[0];
  REQUIRE(call.function());
  CHECK(call.function().name() == call.op() && call.function().body().role() == wb::graph_role::function);
  const auto has_defaults = [](const wb::function_view& function) { return !function.defaults().empty(); };
  const auto all = model.functions();
  const auto found = std::find_if(all.begin(), all.end(), has_defaults);
  REQUIRE(found != all.end());
  bool is_there = false;
  for (const wb::attribute_view& one : found->defaults()) is_there |= one.name() == "factor" && one.float_or(0) > 1;
  CHECK(is_there && found->body().function().index() == found->index());
}

// ---- findings ----

void findings() {
  wb::findings kept;
  {
    auto found = open("loop-if.onnx").check("opset-17");
    REQUIRE(found);
    kept = *std::move(found);
  }
  CHECK(!kept.empty());
  std::size_t errors = 0;
  for (const wb::finding& finding : kept) {
    CHECK(!finding.rule.empty() && !finding.message.empty());
    errors += finding.severity == wb::severity::error;
  }
  CHECK(errors > 0);  // the model is of opset 21
  CHECK(kept[kept.size()].rule.empty());
  const wb::model looped = open("loop-if.onnx");
  std::size_t calls = 0;
  const auto told = looped.check({"opset-17"}, [&](const wb::progress& p) {
    CHECK(p.done_bytes <= p.total_bytes);
    calls++;
  });
  CHECK(told && told->size() == kept.size() && calls > 1);
  const auto stopped = looped.check({}, [](const wb::progress&) { return wb::flow::stop; });
  CHECK(!stopped && stopped.error().code() == wb::status::cancelled);
  wb::check_options little;
  little.max_read_bytes = 1;
  CHECK(looped.check(little));
  const auto refused = open("loop-if.onnx").check("no such target");
  CHECK(!refused && refused.error().code() == wb::status::invalid_argument && !refused.error().message().empty());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  made = std::string(argv[1]) + "/../onnx/golden/made/";
  nothing();
  beyond();
  ranges();
  graphs();
  signatures();
  attributes();
  functions();
  findings();
  return check_result();
}
