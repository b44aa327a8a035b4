// walk_graph.cpp: what does a model compute?
//
//   walk_graph MODEL
//
// Exit codes: 0 it was printed, 1 it could not be opened, 2 wrong usage.
#include <weighbridge.hpp>

#include <cinttypes>
#include <cstdio>
#include <string>

namespace wb = weighbridge;

/// Text from a file may contain anything, also control sequences for the terminal.
static std::string printable(std::string_view text) {
  std::string copy(text.substr(0, 60));
  for (char& c : copy)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return copy.size() < text.size() ? copy + "..." : copy;
}

/// The items of a range, each spelled by `spell`, with commas between; of long ranges only the first ones.
template <class Range, class Spell>
static std::string listed(const Range& range, Spell spell) {
  std::string text;
  std::size_t count = 0;
  for (const auto& item : range) {
    if (count != 0) text += ", ";
    if (count++ == 16) return text + "... " + std::to_string(range.size()) + " in all";
    text += spell(item);
  }
  return text;
}

static void line(int depth, const std::string& text) { std::printf("%*s%s\n", 2 * depth, "", text.c_str()); }

// ---- types: F32[batch, 3, 224, 224], sequence of F32[?] ----

static std::string spell_dim(const wb::dim& dim) {
  if (!dim.symbol.empty()) return printable(dim.symbol);
  return dim.size < 0 ? "?" : std::to_string(dim.size);
}

static std::string spell_shape(wb::span<const std::int64_t> shape) {
  return "[" + listed(shape, [](std::int64_t size) { return size < 0 ? "?" : std::to_string(size); }) + "]";
}

static std::string spell_type(const wb::type_view& type) {
  const std::string dtype = type.dtype() ? std::string(type.dtype_name()) : "?";
  switch (type.kind()) {
    case wb::type_kind::tensor:
      return dtype + (type.has_rank() ? "[" + listed(type.dims(), spell_dim) + "]" : "[...]");
    case wb::type_kind::sparse_tensor:
      return "sparse " + dtype + (type.has_rank() ? "[" + listed(type.dims(), spell_dim) + "]" : "[...]");
    case wb::type_kind::sequence:
      return "sequence of " + spell_type(type.element());
    case wb::type_kind::map:
      return "map of " + dtype + " to " + spell_type(type.element());
    case wb::type_kind::optional:
      return "optional " + spell_type(type.element());
    default:
      return "?";
  }
}

static std::string spell_tensor(const std::optional<wb::tensor_view>& tensor) {
  if (!tensor) return "contents that this version cannot read";
  return std::string(tensor->dtype_name()) + spell_shape(tensor->shape()) + ", " + std::to_string(tensor->bytes()) +
         " bytes";
}

// ---- values ----

static std::string spell_name(const wb::value_view& value) { return value ? printable(value.name()) : "-"; }

static void print_values(const char* title, const wb::value_range& values, int depth) {
  for (const wb::value_view& value : values) {
    const wb::type_view type = value.type();
    const char* const end = value.is_initializer() ? ", may be left out" : "";
    line(depth, std::string(title) + spell_name(value) + (type ? ": " + spell_type(type) : "") + end);
  }
}

static void print_initializers(const wb::graph_view& graph, int depth) {
  for (const wb::value_view& value : graph.initializers()) {
    const wb::sparse_view sparse = value.sparse();
    line(depth, "stored  " + spell_name(value) + ": " +
                    (sparse ? "sparse " + spell_shape(sparse.shape()) : spell_tensor(value.tensor())));
  }
}

// ---- nodes ----

static void print_graph(const wb::graph_view& graph, int depth, const std::string& title = "");

static std::string quoted(std::string_view text) { return '"' + printable(text) + '"'; }

static std::string spell_float(float number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", static_cast<double>(number));
  return text;
}

static std::string spell_contents(const wb::attribute_view& attribute) {
  if (!attribute.reference().empty()) return "what the call gives as " + printable(attribute.reference());
  switch (attribute.kind()) {
    case wb::attribute_kind::float_:
      return spell_float(attribute.float_or(0));
    case wb::attribute_kind::int_:
      return std::to_string(attribute.int_or(0));
    case wb::attribute_kind::string:
      return quoted(attribute.string_or(""));
    case wb::attribute_kind::floats:
      return "[" + listed(attribute.floats(), spell_float) + "]";
    case wb::attribute_kind::ints:
      return "[" + listed(attribute.ints(), [](std::int64_t number) { return std::to_string(number); }) + "]";
    case wb::attribute_kind::strings:
      return "[" + listed(attribute.strings(), quoted) + "]";
    case wb::attribute_kind::tensor:
    case wb::attribute_kind::tensors:
      return listed(attribute.tensors(), spell_tensor);
    case wb::attribute_kind::sparse_tensor:
    case wb::attribute_kind::sparse_tensors:
      return listed(attribute.sparse_tensors(),
                    [](const wb::sparse_view& sparse) { return "sparse " + spell_shape(sparse.shape()); });
    case wb::attribute_kind::type:
    case wb::attribute_kind::types:
      return listed(attribute.types(), spell_type);
    default:
      return "something that this version does not know";
  }
}

static void print_attribute(const wb::attribute_view& attribute, int depth) {
  const std::string title = printable(attribute.name()) + " = ";
  if (attribute.graphs().empty()) line(depth, title + spell_contents(attribute));
  for (const wb::graph_view& graph : attribute.graphs()) print_graph(graph, depth, title);
}

static void print_node(const wb::node_view& node, int depth) {
  const std::string domain = node.domain().empty() ? "" : printable(node.domain()) + "::";
  const std::string overload = node.overload().empty() ? "" : ":" + printable(node.overload());
  const std::string name = node.name().empty() ? "" : "  # " + printable(node.name());
  line(depth, listed(node.outputs(), spell_name) + " = " + domain + printable(node.op()) + overload + "(" +
                  listed(node.inputs(), spell_name) + ")" + name);
  for (const wb::attribute_view& attribute : node.attributes()) print_attribute(attribute, depth + 2);
}

// ---- graphs ----

static void print_graph(const wb::graph_view& graph, int depth, const std::string& title) {
  line(depth, title + "graph " + quoted(graph.name()) + ", " + std::to_string(graph.nodes().size()) + " nodes");
  print_values("takes   ", graph.inputs(), depth + 1);
  print_values("makes   ", graph.outputs(), depth + 1);
  print_initializers(graph, depth + 1);
  for (const wb::node_view& node : graph.nodes()) print_node(node, depth + 1);
}

static std::string spell_opset(const wb::opset& opset) {
  return (opset.domain.empty() ? "default" : printable(opset.domain)) + " " + std::to_string(opset.version);
}

static void print_function(const wb::function_view& function) {
  const std::string overload = function.overload().empty() ? "" : ":" + printable(function.overload());
  line(0, "\nfunction " + printable(function.domain()) + "::" + printable(function.name()) + overload + ", opsets " +
              listed(function.opsets(), spell_opset));
  for (const std::string_view name : function.attributes()) line(1, "needs   " + printable(name));
  for (const wb::attribute_view& attribute : function.defaults()) print_attribute(attribute, 1);
  print_graph(function.body(), 1);
}

static void print_fact(const char* title, const std::string& fact) {
  if (!fact.empty()) std::printf("%-10s%s\n", title, fact.c_str());
}

static void print_head(const wb::model& model) {
  const wb::model_info info = model.info();
  const auto versioned = [](std::string_view name, std::string_view version) {
    return printable(name) + (version.empty() ? "" : ", version " + printable(version));
  };
  const auto number = [](std::int64_t version) { return version ? std::to_string(version) : ""; };
  print_fact("format", versioned(model.format(), number(info.format_version)));
  print_fact("producer", versioned(info.producer, info.producer_version));
  print_fact("domain", versioned(info.domain, number(info.model_version)));
  print_fact("about", printable(info.documentation));
  print_fact("opsets", listed(model.opsets(), spell_opset));
  for (const wb::metadata_entry& entry : model.metadata())
    print_fact("metadata", printable(entry.key) + " = " + printable(entry.text));
}

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s MODEL\n", argv[0]);
    return 2;
  }
  const auto model = wb::model::open(argv[1]);
  if (!model) {
    std::fprintf(stderr, "error: %s\n", model.error().message().data());  // NUL-terminated
    return 1;
  }
  print_head(*model);
  line(0, "");
  if (model->main_graph()) print_graph(model->main_graph(), 0);
  else line(0, "no graph: the model has weights only");
  for (const wb::function_view& function : model->functions()) print_function(function);
  return 0;
}
