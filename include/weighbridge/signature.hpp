// Signatures: how callers run a model.
// A part of weighbridge.hpp, which includes it: include that.
//
//   for (const auto& signature : model.signatures())
//     for (const auto& input : signature.inputs()) use(input.name, input.value.shape());
#ifndef WEIGHBRIDGE_SIGNATURE_HPP
#define WEIGHBRIDGE_SIGNATURE_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// An input or output of a signature.
struct named_value {
  std::string_view name{};  ///< that callers use; it may differ from the name of the value
  value_view value{};       ///< in the graph; false if the model is malformed
};

/// How callers run a graph: under which names they pass inputs and receive outputs. Borrows from the model.
class signature_view {
  struct ref {
    const wb_model* model = nullptr;
    std::size_t signature = 0;
  };
  struct inputs_of {
    ref of{};
    named_value at(std::size_t index) const noexcept {
      return named(of, index, wb_model_signature_input_info);
    }
  };
  struct outputs_of {
    ref of{};
    named_value at(std::size_t index) const noexcept {
      return named(of, index, wb_model_signature_output_info);
    }
  };

 public:
  static signature_view at(const wb_model* model, std::size_t index) noexcept {
    signature_view signature;
    auto info = detail::sized<wb_signature_info>();
    if (wb_model_signature_info(model, index, &info) != WB_OK) return signature;
    signature.of_ = {model, index};
    signature.info_ = info;
    return signature;
  }

  explicit operator bool() const noexcept { return of_.model != nullptr; }
  std::size_t index() const noexcept { return of_.signature; }
  /// By which callers select it; empty if the format does not name signatures.
  std::string_view key() const noexcept { return detail::text(info_.key); }
  graph_view graph() const noexcept { return graph_view::at(of_.model, *this ? info_.graph : WB_NO_INDEX); }
  /// In order. One whose value is an initializer need not be given.
  detail::range<inputs_of> inputs() const noexcept { return {{of_}, info_.inputs}; }
  detail::range<outputs_of> outputs() const noexcept { return {{of_}, info_.outputs}; }

 private:
  template <class Info>
  static named_value named(const ref& of, std::size_t index, Info info) noexcept {
    auto c = detail::sized<wb_signature_value_info>();
    if (info(of.model, of.signature, index, &c) != WB_OK) return {};
    return {detail::text(c.name), value_view::at(at(of.model, of.signature).graph_ref(), c.value)};
  }
  detail::graph_ref graph_ref() const noexcept { return {of_.model, wb_model_graph(of_.model, info_.graph)}; }

  ref of_{};
  wb_signature_info info_{};
};

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
