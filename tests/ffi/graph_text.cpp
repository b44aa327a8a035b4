// graph_text.cpp: the text of graph_text.c, made with the ranges of weighbridge.hpp, without exceptions and RTTI.
//
//   graph_text LIST      a file with the path of a model on each line
#include <weighbridge.hpp>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "check.h"

namespace wb = weighbridge;

namespace {

constexpr std::uint64_t short_bytes = 64;

std::string out;

std::string hex(std::uint32_t number, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "%0*" PRIx32, digits, number);
  return text;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e || c == '"' || c == '\\') result += "\\x" + hex(byte, 2);
    else result += c;
  }
  return result + '"';
}

std::string word(const char* name, std::string_view text) { return std::string(" ") + name + ' ' + quoted(text); }
std::string word_if(const char* name, std::string_view text) { return text.empty() ? "" : word(name, text); }

void line(int depth, const std::string& text) { out += std::string(2 * static_cast<std::size_t>(depth), ' ') + text + '\n'; }

std::string dims(wb::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

std::string tensor(const std::optional<wb::tensor_view>& tensor) {
  if (!tensor) return " unreadable";
  std::string text = ' ' + std::string(tensor->dtype_name()) + dims(tensor->shape()) + ' ' + std::to_string(tensor->bytes());
  if (tensor->bytes() > short_bytes) return text;
  const auto bytes = tensor->buffer();
  REQUIRE(bytes);
  text += ' ';
  for (const std::byte byte : bytes->bytes()) text += hex(std::to_integer<std::uint32_t>(byte), 2);
  return text;
}

std::string sparse(const wb::sparse_view& sparse) {
  return " sparse" + dims(sparse.shape()) + tensor(sparse.values()) + tensor(sparse.indices());
}

const char* kind_of(wb::type_kind kind) {
  switch (kind) {
    case wb::type_kind::tensor: return "tensor";
    case wb::type_kind::sparse_tensor: return "sparse";
    case wb::type_kind::sequence: return "sequence";
    case wb::type_kind::map: return "map";
    case wb::type_kind::optional: return "optional";
    case wb::type_kind::opaque: return "opaque";
    default: return "unknown";
  }
}

std::string type(const wb::type_view& of) {
  const auto kind = of.kind();
  std::string text = std::string(" ") + kind_of(kind);
  if (kind == wb::type_kind::tensor || kind == wb::type_kind::sparse_tensor || kind == wb::type_kind::map)
    text += ' ' + (of.dtype() == 0 ? "?" : std::string(of.dtype_name()));
  if (of.has_rank()) {
    text += '[';
    for (const wb::dim& dim : of.dims()) {
      if (text.back() != '[') text += ", ";
      text += !dim.symbol.empty() ? quoted(dim.symbol) : dim.size == -1 ? "?" : std::to_string(dim.size);
      text += word_if("means", dim.denotation);
    }
    text += ']';
  }
  text += word_if("means", of.denotation());
  return of.element() ? text + " of" + type(of.element()) : text;
}

// ---- values ----

template <class Values>
void names(int depth, std::string title, const Values& values) {
  for (const wb::value_view& value : values) title += ' ' + (value ? quoted(value.name()) : "-");
  line(depth, title);
}

std::string outer(const wb::value_view& value) {
  const wb::value_view from = value.outer();
  if (!from) return " nowhere";
  CHECK(from.name() == value.name());
  std::size_t up = 0;
  wb::graph_view graph = value.graph();
  for (; graph && graph.index() != from.graph().index(); up++) graph = graph.parent();
  CHECK(graph);
  return " outer " + std::to_string(up);
}

void values(const wb::graph_view& graph, int depth) {
  const auto all = graph.values();
  std::vector<wb::value_view> sorted(all.begin(), all.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  for (const wb::value_view& value : sorted) {
    CHECK(graph.find(value.name()).index() == value.index());
    CHECK(static_cast<bool>(value.producer()) == value.is_computed());
    std::string text = "value " + quoted(value.name());
    if (value.is_input()) text += " input";
    if (value.is_output()) text += " output";
    if (value.is_initializer()) text += " initializer";
    if (value.is_computed()) text += " computed " + std::to_string(value.producer().index());
    if (value.is_outer()) text += outer(value);
    if (value.type()) text += type(value.type());
    line(depth, text);
  }
}

// ---- nodes ----

void graph(const wb::graph_view& graph, int depth);

const char* kind_of(wb::attribute_kind kind) {
  static const char* const names[] = {"undefined", "float",   "int",    "string", "tensor",   "graph", "floats", "ints",
                                      "strings",   "tensors", "graphs", "sparse", "sparses", "type",  "types"};
  return names[static_cast<std::uint32_t>(kind)];
}

void attribute(const wb::attribute_view& of, int depth) {
  std::string text = "attribute " + quoted(of.name()) + ' ' + kind_of(of.kind()) + word_if("reference", of.reference());
  std::size_t seen = of.graphs().size();
  for (const float number : of.floats()) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    text += ' ' + hex(bits, 8), seen++;
  }
  for (const std::int64_t number : of.ints()) text += ' ' + std::to_string(number), seen++;
  for (const std::string_view string : of.strings()) text += ' ' + quoted(string), seen++;
  for (const auto& one : of.tensors()) text += tensor(one), seen++;
  for (const wb::sparse_view& one : of.sparse_tensors()) text += sparse(one), seen++;
  for (const wb::type_view& one : of.types()) text += type(one), seen++;
  CHECK(seen == of.size());
  line(depth, text);
  for (const wb::graph_view& inner : of.graphs()) {
    CHECK(inner.role() == wb::graph_role::subgraph && inner.node().attribute(of.name()).size() == of.size());
    graph(inner, depth + 1);
  }
}

void node(const wb::node_view& of, int depth) {
  std::string text = "node " + quoted(of.op()) + word("domain", of.domain()) + word_if("overload", of.overload()) +
                     word_if("name", of.name());
  if (of.function()) text += " calls " + std::to_string(of.function().index());
  line(depth, text);
  names(depth + 1, "takes", of.inputs());
  names(depth + 1, "makes", of.outputs());
  for (const wb::attribute_view& one : of.attributes()) {
    CHECK(of.attribute(one.name()).kind() == one.kind());
    attribute(one, depth + 1);
  }
}

// ---- graphs ----

void metadata(const wb::metadata_entry& entry, int depth) {
  line(depth, "metadata " + quoted(entry.key) + ' ' + quoted(entry.text));
}

void graph(const wb::graph_view& graph, int depth) {
  line(depth, "graph " + quoted(graph.name()) + word_if("documentation", graph.documentation()));
  for (const auto& entry : graph.metadata()) metadata(entry, depth + 1);
  names(depth + 1, "takes", graph.inputs());
  names(depth + 1, "makes", graph.outputs());
  for (const wb::value_view& value : graph.initializers())
    line(depth + 1, "initializer " + quoted(value.name()) + (value.sparse() ? sparse(value.sparse()) : tensor(value.tensor())));
  values(graph, depth + 1);
  for (const wb::node_view& one : graph.nodes()) node(one, depth + 1);
}

template <class Opsets>
std::string opsets(const Opsets& opsets) {
  std::string text;
  for (const wb::opset& opset : opsets) text += word("opset", opset.domain) + ' ' + std::to_string(opset.version);
  return text;
}

void function(const wb::function_view& of) {
  std::string text = "function " + quoted(of.name()) + word("domain", of.domain()) + word_if("overload", of.overload());
  text += opsets(of.opsets());
  for (const std::string_view name : of.attributes()) text += word("needs", name);
  line(0, text);
  for (const wb::opset& opset : of.opsets()) CHECK(of.body().opset(opset.domain));
  CHECK(of.body().function().index() == of.index() && of.body().role() == wb::graph_role::function);
  for (const wb::attribute_view& one : of.defaults()) attribute(one, 1);
  graph(of.body(), 1);
}

void whole_model(const wb::model& model) {
  const wb::model_info info = model.info();
  line(0, "model " + std::to_string(info.format_version) + word("producer", info.producer) +
              word("version", info.producer_version) + word("domain", info.domain) + " version " +
              std::to_string(info.model_version) + word("documentation", info.documentation) + opsets(model.opsets()));
  for (const auto& entry : model.metadata()) metadata(entry, 0);
  if (model.main_graph()) graph(model.main_graph(), 0);
  for (const wb::function_view& one : model.functions()) function(one);
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream list(argc == 2 ? argv[1] : "");
  if (!list) {
    std::fprintf(stderr, "usage: %s LIST\n", argv[0]);
    return 2;
  }
  for (std::string path; std::getline(list, path);) {
    const auto model = wb::model::open(path);
    if (!CHECK(model)) {
      std::fprintf(stderr, "%s\n", std::string(model.error().message()).c_str());
      continue;
    }
    out += "== " + path + '\n';
    whole_model(*model);
  }
  std::fputs(out.c_str(), stdout);
  return check_result();
}
