// Graphs: nodes, attributes, functions.
// A part of weighbridge.hpp, which includes it: include that.
//
//   for (const auto& node : model.main_graph().nodes())
//     for (const auto& value : node.inputs())
//       if (value) use(node.op(), value.name(), value.shape());
//
// All views here borrow from the model and are cheap to copy. They are false if they stand for nothing: an omitted input, an
// attribute that a node does not have, the type of a value for which the model states none.
#ifndef WEIGHBRIDGE_GRAPH_HPP
#define WEIGHBRIDGE_GRAPH_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

// ---- enumerations -------------------------------------------------------------------------------------

/// The role of a graph in its model.
enum class graph_role : std::uint32_t {
  entry = WB_GRAPH_ENTRY,        ///< callers run it; see model::signatures()
  function = WB_GRAPH_FUNCTION,  ///< the body of a function
  subgraph = WB_GRAPH_SUBGRAPH,  ///< the value of an attribute
};

enum class attribute_kind : std::uint32_t {
  undefined = WB_ATTRIBUTE_UNDEFINED,
  float_ = WB_ATTRIBUTE_FLOAT,
  int_ = WB_ATTRIBUTE_INT,
  string = WB_ATTRIBUTE_STRING,
  tensor = WB_ATTRIBUTE_TENSOR,
  graph = WB_ATTRIBUTE_GRAPH,
  floats = WB_ATTRIBUTE_FLOATS,
  ints = WB_ATTRIBUTE_INTS,
  strings = WB_ATTRIBUTE_STRINGS,
  tensors = WB_ATTRIBUTE_TENSORS,
  graphs = WB_ATTRIBUTE_GRAPHS,
  sparse_tensor = WB_ATTRIBUTE_SPARSE_TENSOR,
  sparse_tensors = WB_ATTRIBUTE_SPARSE_TENSORS,
  type = WB_ATTRIBUTE_TYPE,
  types = WB_ATTRIBUTE_TYPES,
};

class function_view;

namespace detail {
struct function_ref {
  const wb_model* model = nullptr;
  std::size_t function = 0;
};
/// An attribute, or with any position the attributes of a node; with WB_NO_ID as the node, of the graph itself.
struct attribute_ref {
  graph_ref in{};
  std::uint32_t node = 0;
  std::uint32_t position = 0;
};
}  // namespace detail

// ---- attributes ---------------------------------------------------------------------------------------

/// A constant parameter of a node. Lists of another kind than kind() are empty; a single item is a list of one.
class attribute_view {
  using ref = detail::attribute_ref;
  template <class Item, Item (*At)(const ref&, std::size_t) noexcept>
  struct list_of {
    ref of{};
    Item at(std::size_t index) const noexcept { return At(of, index); }
  };
  template <class Item, Item (*At)(const ref&, std::size_t) noexcept>
  using list = detail::range<list_of<Item, At>>;

  static inline std::string_view string_at(const ref& of, std::size_t index) noexcept;
  static inline std::optional<tensor_view> tensor_at(const ref& of, std::size_t index) noexcept;
  static inline sparse_view sparse_at(const ref& of, std::size_t index) noexcept;
  static inline type_view type_at(const ref& of, std::size_t index) noexcept;
  static inline graph_view graph_at(const ref& of, std::size_t index) noexcept;

 public:
  static attribute_view at(detail::attribute_ref node, std::size_t position) noexcept {
    attribute_view attribute;
    auto info = detail::sized<wb_attribute_info>();
    if (wb_graph_attribute_info(node.in.graph, node.node, detail::id(position), &info) != WB_OK) return attribute;
    attribute.of_ = {node.in, node.node, detail::id(position)};
    attribute.info_ = info;
    return attribute;
  }
  static attribute_view find(detail::attribute_ref node, std::string_view name) noexcept {
    std::uint32_t position = 0;
    const wb_status code = wb_graph_attribute_find(node.in.graph, node.node, name.data(), name.size(), &position);
    return code == WB_OK ? at(node, position) : attribute_view();
  }

  explicit operator bool() const noexcept { return of_.in.graph != nullptr; }
  std::string_view name() const noexcept { return detail::text(info_.name); }
  attribute_kind kind() const noexcept { return static_cast<attribute_kind>(info_.kind); }
  /// The number of elements.
  std::size_t size() const noexcept { return info_.count; }
  /// In the body of a function, the attribute of the call that gives the contents; else empty.
  std::string_view reference() const noexcept { return detail::text(info_.reference); }

  span<const float> floats() const noexcept {
    const float* values = nullptr;
    std::size_t count = 0;
    wb_graph_attribute_floats(of_.in.graph, of_.node, of_.position, &values, &count);
    return {values, count};
  }
  span<const std::int64_t> ints() const noexcept {
    const std::int64_t* values = nullptr;
    std::size_t count = 0;
    wb_graph_attribute_ints(of_.in.graph, of_.node, of_.position, &values, &count);
    return {values, count};
  }
  /// The bytes of the file, which need not be UTF-8.
  list<std::string_view, string_at> strings() const noexcept {
    return {{of_}, of_kind(attribute_kind::string, attribute_kind::strings)};
  }
  /// None for one that this version cannot read.
  list<std::optional<tensor_view>, tensor_at> tensors() const noexcept {
    return {{of_}, of_kind(attribute_kind::tensor, attribute_kind::tensors)};
  }
  list<sparse_view, sparse_at> sparse_tensors() const noexcept {
    return {{of_}, of_kind(attribute_kind::sparse_tensor, attribute_kind::sparse_tensors)};
  }
  list<type_view, type_at> types() const noexcept {
    return {{of_}, of_kind(attribute_kind::type, attribute_kind::types)};
  }
  inline list<graph_view, graph_at> graphs() const noexcept;

  /// The first element, or `otherwise` if there is none: `node.attribute("axis").int_or(-1)`.
  float float_or(float otherwise) const noexcept { return floats().empty() ? otherwise : floats()[0]; }
  std::int64_t int_or(std::int64_t otherwise) const noexcept { return ints().empty() ? otherwise : ints()[0]; }
  std::string_view string_or(std::string_view otherwise) const noexcept {
    return strings().empty() ? otherwise : strings()[0];
  }

 private:
  std::size_t of_kind(attribute_kind one, attribute_kind many) const noexcept {
    return kind() == one || kind() == many ? info_.count : 0;
  }

  detail::attribute_ref of_{};
  wb_attribute_info info_{};
};

// ---- nodes --------------------------------------------------------------------------------------------

class node_view {
 public:
  static node_view at(detail::graph_ref in, std::size_t index) noexcept {
    node_view node;
    auto info = detail::sized<wb_node_info>();
    if (wb_graph_node_info(in.graph, detail::id(index), &info) != WB_OK) return node;
    node.in_ = in;
    node.index_ = detail::id(index);
    node.info_ = info;
    return node;
  }

  explicit operator bool() const noexcept { return in_.graph != nullptr; }
  std::uint32_t index() const noexcept { return index_; }
  /// May be empty, and need not be unique.
  std::string_view name() const noexcept { return detail::text(info_.name); }
  std::string_view op() const noexcept { return detail::text(info_.op); }
  /// Empty for the default one.
  std::string_view domain() const noexcept { return detail::text(info_.domain); }
  /// Which of several functions of this name is called; usually empty.
  std::string_view overload() const noexcept { return detail::text(info_.overload); }
  /// False for those that are omitted.
  value_range inputs() const noexcept { return {{in_, info_.input_values}, info_.inputs}; }
  value_range outputs() const noexcept { return {{in_, info_.output_values}, info_.outputs}; }
  /// The nodes that must run before this one although it uses none of their outputs.
  span<const std::uint32_t> control_nodes() const noexcept { return {info_.control_nodes, info_.controls}; }
  detail::items<attribute_view, detail::attribute_ref> attributes() const noexcept {
    return {{{in_, index_, 0}}, info_.attributes};
  }
  /// By name; false if the node does not have it.
  attribute_view attribute(std::string_view name) const noexcept {
    return *this ? attribute_view::find({in_, index_, 0}, name) : attribute_view();
  }
  /// The function that it calls; false if it calls an operator of an operator set.
  inline function_view function() const noexcept;
  inline graph_view graph() const noexcept;

 private:
  detail::graph_ref in_{};
  std::uint32_t index_ = 0;
  wb_node_info info_{};
};

// ---- graphs -------------------------------------------------------------------------------------------

class graph_view {
  struct initializers_of {
    detail::graph_ref in{};
    value_view at(std::size_t index) const noexcept {
      std::uint32_t value = WB_NO_ID;
      wb_graph_initializer_value(in.graph, detail::id(index), &value);
      return value_view::at(in, value);
    }
  };

 public:
  static graph_view at(const wb_model* model, std::size_t index) noexcept {
    return of({model, wb_model_graph(model, index)});
  }
  static graph_view of(detail::graph_ref in) noexcept {
    graph_view graph;
    auto info = detail::sized<wb_graph_info>();
    if (wb_graph_get_info(in.graph, &info) != WB_OK) return graph;
    graph.in_ = in;
    graph.info_ = info;
    return graph;
  }

  explicit operator bool() const noexcept { return in_.graph != nullptr; }
  /// The C object, which belongs to the model.
  const wb_graph* get() const noexcept { return in_.graph; }
  std::size_t index() const noexcept { return info_.index; }
  std::string_view name() const noexcept { return detail::text(info_.name); }
  std::string_view documentation() const noexcept { return detail::text(info_.documentation); }
  graph_role role() const noexcept { return static_cast<graph_role>(info_.role); }
  /// For a subgraph, the graph that contains it, and the node there that has it as an attribute.
  graph_view parent() const noexcept { return at(in_.model, *this ? info_.parent : WB_NO_INDEX); }
  node_view node() const noexcept { return node_view::at(parent().in_, info_.node); }
  /// For a subgraph, that attribute; of the graph that contains it, if node() is false.
  attribute_view attribute() const noexcept { return attribute_view::at({parent().in_, info_.node, 0}, info_.attribute); }
  /// The function whose body it is or is nested in.
  inline function_view function() const noexcept;

  detail::items<node_view, detail::graph_ref> nodes() const noexcept {
    return {{in_}, wb_graph_node_count(in_.graph)};
  }
  detail::items<value_view, detail::graph_ref> values() const noexcept {
    return {{in_}, wb_graph_value_count(in_.graph)};
  }
  /// The types of its values; several may share one.
  detail::items<type_view, const wb_graph*> types() const noexcept {
    return {{in_.graph}, wb_graph_type_count(in_.graph)};
  }
  value_range inputs() const noexcept { return {{in_, info_.input_values}, info_.inputs}; }
  value_range outputs() const noexcept { return {{in_, info_.output_values}, info_.outputs}; }
  detail::range<initializers_of> initializers() const noexcept {
    return {{in_}, info_.initializers};
  }
  detail::items<metadata_entry, const wb_graph*> metadata() const noexcept {
    return {{in_.graph}, wb_graph_metadata_count(in_.graph)};
  }

  /// A value by its name; false if the graph does not have it.
  value_view find(std::string_view name) const noexcept {
    std::uint32_t value = WB_NO_ID;
    wb_graph_value_find(in_.graph, name.data(), name.size(), &value);
    return value_view::at(in_, value);
  }
  /// The version of the operator set of a domain that applies here; none if the domain is not imported.
  std::optional<std::int64_t> opset(std::string_view domain = {}) const noexcept {
    std::int64_t version = 0;
    const wb_status code = wb_graph_opset_version(in_.graph, domain.data(), domain.size(), &version);
    return code == WB_OK ? std::optional(version) : std::nullopt;
  }

 private:
  detail::graph_ref in_{};
  wb_graph_info info_{};
};

// ---- functions and operator sets ----------------------------------------------------------------------

/// An operator set: its domain, empty for the default one, and its version.
struct opset {
  std::string_view domain{};
  std::int64_t version = 0;

  static opset at(const wb_model* model, std::size_t index) noexcept {
    auto c = detail::sized<wb_opset_info>();
    if (wb_model_opset_info(model, index, &c) != WB_OK) return {};
    return {detail::text(c.domain), c.version};
  }
  static opset at(detail::function_ref of, std::size_t index) noexcept {
    auto c = detail::sized<wb_opset_info>();
    if (wb_model_function_opset_info(of.model, of.function, index, &c) != WB_OK) return {};
    return {detail::text(c.domain), c.version};
  }
};

/// An operator that the model defines itself.
class function_view {
  struct names_of {
    detail::function_ref of{};
    std::string_view at(std::size_t index) const noexcept {
      wb_str name{};
      wb_model_function_attribute_name(of.model, of.function, index, &name);
      return detail::text(name);
    }
  };

 public:
  static function_view at(const wb_model* model, std::size_t index) noexcept {
    function_view function;
    auto info = detail::sized<wb_function_info>();
    if (wb_model_function_info(model, index, &info) != WB_OK) return function;
    function.of_ = {model, index};
    function.info_ = info;
    return function;
  }

  explicit operator bool() const noexcept { return of_.model != nullptr; }
  std::size_t index() const noexcept { return of_.function; }
  /// The operator of the nodes that call it.
  std::string_view name() const noexcept { return detail::text(info_.name); }
  std::string_view domain() const noexcept { return detail::text(info_.domain); }
  std::string_view overload() const noexcept { return detail::text(info_.overload); }
  graph_view body() const noexcept { return graph_view::at(of_.model, *this ? info_.graph : WB_NO_INDEX); }
  /// The names of the attributes that a call must give.
  detail::range<names_of> attributes() const noexcept { return {{of_}, info_.attributes}; }
  /// The attributes that a call may omit, with their defaults.
  detail::items<attribute_view, detail::attribute_ref> defaults() const noexcept {
    return {{{{of_.model, body().get()}, WB_NO_ID, 0}}, info_.defaults};
  }
  detail::items<opset, detail::function_ref> opsets() const noexcept { return {{of_}, info_.opsets}; }

 private:
  detail::function_ref of_{};
  wb_function_info info_{};
};

// ---- definitions that need all views -----------------------------------------------------------------

inline node_view value_view::producer() const noexcept {
  return node_view::at(in_, *this ? info_.producer : WB_NO_ID);
}
inline value_view value_view::outer() const noexcept {
  std::size_t graph = 0;
  std::uint32_t outer = 0;
  if (wb_graph_value_outer(in_.graph, index_, &graph, &outer) != WB_OK) return {};
  return at({in_.model, wb_model_graph(in_.model, graph)}, outer);
}
inline graph_view value_view::graph() const noexcept { return graph_view::of(in_); }

inline std::string_view attribute_view::string_at(const ref& of, std::size_t index) noexcept {
  wb_str text{};
  wb_graph_attribute_string(of.in.graph, of.node, of.position, index, &text);
  return detail::text(text);
}
inline std::optional<tensor_view> attribute_view::tensor_at(const ref& of, std::size_t index) noexcept {
  std::size_t tensor = 0;
  const wb_status code = wb_graph_attribute_tensor(of.in.graph, of.node, of.position, index, &tensor);
  return code == WB_OK ? std::optional(tensor_view::at(of.in.model, tensor)) : std::nullopt;
}
inline sparse_view attribute_view::sparse_at(const ref& of, std::size_t index) noexcept {
  std::size_t sparse = WB_NO_INDEX;
  wb_graph_attribute_sparse(of.in.graph, of.node, of.position, index, &sparse);
  return sparse_view::at(of.in.model, sparse);
}
inline type_view attribute_view::type_at(const ref& of, std::size_t index) noexcept {
  std::uint32_t type = WB_NO_ID;
  wb_graph_attribute_type(of.in.graph, of.node, of.position, index, &type);
  return type_view::at(of.in.graph, type);
}
inline graph_view attribute_view::graph_at(const ref& of, std::size_t index) noexcept {
  std::size_t graph = WB_NO_INDEX;
  wb_graph_attribute_graph(of.in.graph, of.node, of.position, index, &graph);
  return graph_view::at(of.in.model, graph);
}
inline attribute_view::list<graph_view, attribute_view::graph_at> attribute_view::graphs() const noexcept {
  return {{of_}, of_kind(attribute_kind::graph, attribute_kind::graphs)};
}

inline graph_view node_view::graph() const noexcept { return graph_view::of(in_); }
inline function_view node_view::function() const noexcept {
  std::size_t function = WB_NO_INDEX;
  wb_graph_node_function(in_.graph, index_, &function);
  return function_view::at(in_.model, function);
}
inline function_view graph_view::function() const noexcept {
  return function_view::at(in_.model, *this ? info_.function : WB_NO_INDEX);
}

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
