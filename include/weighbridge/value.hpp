// Values of graphs and their types.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_VALUE_HPP
#define WEIGHBRIDGE_VALUE_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

enum class type_kind : std::uint32_t {
  unknown = WB_TYPE_UNKNOWN,
  tensor = WB_TYPE_TENSOR,
  sparse_tensor = WB_TYPE_SPARSE_TENSOR,
  sequence = WB_TYPE_SEQUENCE,
  map = WB_TYPE_MAP,
  optional = WB_TYPE_OPTIONAL,
  opaque = WB_TYPE_OPAQUE,
};

class graph_view;
class node_view;

namespace detail {
struct graph_ref {
  const wb_model* model = nullptr;
  const wb_graph* graph = nullptr;
};

/// The id in a graph that an index of a range stands for.
inline std::uint32_t id(std::size_t index) noexcept {
  return index < WB_NO_ID ? static_cast<std::uint32_t>(index) : WB_NO_ID;
}

inline span<const std::int64_t> shape_of(const std::int64_t* dims, std::uint32_t rank) noexcept {
  return {dims, dims ? rank : 0};
}
}  // namespace detail

// ---- types --------------------------------------------------------------------------------------------

/// A dimension of a tensor.
struct dim {
  std::int64_t size = -1;       ///< elements; -1: symbolic or unknown
  std::string_view symbol{};      ///< of a symbolic one; dimensions of one name are equal throughout the graph
  std::string_view denotation{};  ///< what it means, such as "DATA_BATCH"
};

/// The type that a model states for a value.
class type_view {
  struct dims_of {
    const wb_graph* graph;
    std::uint32_t type;
    dim at(std::size_t index) const noexcept {
      auto c = detail::sized<wb_dim_info>();
      if (wb_graph_type_dim_info(graph, type, detail::id(index), &c) != WB_OK) return {};
      return {c.size, detail::text(c.symbol), detail::text(c.denotation)};
    }
  };

 public:
  static type_view at(const wb_graph* graph, std::size_t index) noexcept {
    type_view type;
    auto info = detail::sized<wb_type_info>();
    if (wb_graph_type_info(graph, detail::id(index), &info) != WB_OK) return type;
    type.graph_ = graph;
    type.index_ = detail::id(index);
    type.info_ = info;
    return type;
  }

  explicit operator bool() const noexcept { return graph_ != nullptr; }
  std::uint32_t index() const noexcept { return index_; }
  type_kind kind() const noexcept { return static_cast<type_kind>(info_.kind); }
  /// Of the elements of a tensor, or of the keys of a map; 0: not known.
  weighbridge::dtype dtype() const noexcept { return info_.dtype; }
  std::string_view dtype_name() const noexcept { return weighbridge::dtype_name(info_.dtype); }
  /// What the value means, such as "IMAGE".
  std::string_view denotation() const noexcept { return detail::text(info_.denotation); }
  /// Whether the rank is known. If not, shape() and dims() are empty, as for a scalar.
  bool has_rank() const noexcept { return info_.shape != nullptr; }
  /// -1: symbolic or unknown.
  span<const std::int64_t> shape() const noexcept { return detail::shape_of(info_.shape, info_.rank); }
  /// The same with names.
  detail::range<dims_of> dims() const noexcept { return {{graph_, index_}, info_.rank}; }
  /// Of the contents of a sequence or an optional value, or of the values of a map.
  type_view element() const noexcept { return at(graph_, info_.element); }

 private:
  const wb_graph* graph_ = nullptr;
  std::uint32_t index_ = WB_NO_ID;
  wb_type_info info_{};
};

// ---- values -------------------------------------------------------------------------------------------

/// A sparse tensor: only some elements are stored.
class sparse_view {
 public:
  static sparse_view at(const wb_model* model, std::size_t index) noexcept {
    sparse_view sparse;
    auto info = detail::sized<wb_sparse_info>();
    if (wb_model_sparse_info(model, index, &info) != WB_OK) return sparse;
    sparse.model_ = model;
    sparse.info_ = info;
    return sparse;
  }

  explicit operator bool() const noexcept { return model_ != nullptr; }
  span<const std::int64_t> shape() const noexcept { return detail::shape_of(info_.shape, info_.rank); }
  /// The stored elements; none if this version cannot read them.
  std::optional<tensor_view> values() const noexcept { return tensor(info_.values); }
  /// Their positions: linear indices, or one row of coordinates for each.
  std::optional<tensor_view> indices() const noexcept { return tensor(info_.indices); }

 private:
  std::optional<tensor_view> tensor(std::size_t index) const noexcept {
    if (!model_ || index == WB_NO_INDEX) return std::nullopt;
    return tensor_view::at(model_, index);
  }

  const wb_model* model_ = nullptr;
  wb_sparse_info info_{};
};

/// A value of a graph. False: an input or output of a node that is omitted.
class value_view {
 public:
  static value_view at(detail::graph_ref in, std::size_t index) noexcept {
    value_view value;
    auto info = detail::sized<wb_value_info>();
    if (wb_graph_value_info(in.graph, detail::id(index), &info) != WB_OK) return value;
    value.in_ = in;
    value.index_ = detail::id(index);
    value.info_ = info;
    return value;
  }

  explicit operator bool() const noexcept { return in_.graph != nullptr; }
  std::uint32_t index() const noexcept { return index_; }
  std::string_view name() const noexcept { return detail::text(info_.name); }
  /// 0: not known, or not a tensor.
  weighbridge::dtype dtype() const noexcept { return info_.dtype; }
  std::string_view dtype_name() const noexcept { return weighbridge::dtype_name(info_.dtype); }
  /// Whether the rank is known.
  bool has_rank() const noexcept { return info_.shape != nullptr; }
  /// -1: symbolic or unknown, see type().dims().
  span<const std::int64_t> shape() const noexcept { return detail::shape_of(info_.shape, info_.rank); }
  /// The type that the model states; false if it states none, as is usual between nodes.
  type_view type() const noexcept { return type_view::at(in_.graph, in_.graph ? info_.type : WB_NO_ID); }

  bool is_input() const noexcept { return is(WB_VALUE_INPUT); }
  bool is_output() const noexcept { return is(WB_VALUE_OUTPUT); }
  bool is_initializer() const noexcept { return is(WB_VALUE_INITIALIZER); }
  /// A node computes it: see producer().
  bool is_computed() const noexcept { return is(WB_VALUE_COMPUTED); }
  /// It comes from an enclosing graph: see outer().
  bool is_outer() const noexcept { return is(WB_VALUE_OUTER); }

  /// The first node that computes it.
  inline node_view producer() const noexcept;
  /// Its origin: the value in the nearest enclosing graph that has it.
  inline value_view outer() const noexcept;
  inline graph_view graph() const noexcept;
  /// The contents of an initializer; none if it is sparse, or if this version cannot read it.
  std::optional<tensor_view> tensor() const noexcept {
    if (!*this || info_.tensor == WB_NO_INDEX) return std::nullopt;
    return tensor_view::at(in_.model, info_.tensor);
  }
  /// The contents of an initializer that is sparse.
  sparse_view sparse() const noexcept { return sparse_view::at(in_.model, *this ? info_.sparse : WB_NO_INDEX); }

 private:
  bool is(std::uint32_t flag) const noexcept { return (info_.flags & flag) != 0; }

  detail::graph_ref in_{};
  std::uint32_t index_ = WB_NO_ID;
  wb_value_info info_{};
};

namespace detail {
/// Values by a list of their ids.
struct listed_values {
  graph_ref in{};
  const std::uint32_t* list = nullptr;
  value_view at(std::size_t index) const noexcept { return value_view::at(in, list[index]); }
};
}  // namespace detail

/// Values in the order of a node or a graph.
using value_range = detail::range<detail::listed_values>;

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
