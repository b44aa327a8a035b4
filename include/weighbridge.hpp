// weighbridge.hpp: the C++17 face of weighbridge.h. Header only, nothing to link but the C library.
//
//   auto model = weighbridge::model::open("llama/");
//   if (!model) return complain(model.error().message());
//   for (const auto& tensor : model->tensors()) use(tensor.name(), tensor.shape(), tensor.data());
//   for (const auto& node : model->main_graph().nodes()) use(node.op(), node.inputs(), node.outputs());
//
// Ownership   A handle (context, model, buffer, report, findings, plan, task, placement) owns one reference to a
//             C object, is one pointer wide and moves but does not copy. The counted ones are shared with
//             retain(), which names the cost. get() lends the C pointer, release() gives it away, and the
//             explicit constructor adopts one: whatever is missing here, call in C with get().
//             An empty handle (default made, or moved from) is harmless: its functions answer
//             status::invalid_argument, or nothing.
// Lifetimes   Views (tensor_view, graph_view, placed_tensor, check, every string_view and span) borrow from the
//             handle that made them. buffer::bytes() lives as long as the buffer, even after the model is gone.
//             A placement outlives its model. Do not call .tensors() and the like on a temporary handle. What
//             options point to (patterns, names) has to live until the call that takes them returns.
// Threads     A const member function may run on many threads at once; others, on one at a time. Handles
//             may be moved to, retained on and destroyed on any thread.
// Errors      Functions that can fail return expected<T>: std::expected where the standard library has it,
//             otherwise a subset with the same names. The C library never throws. This header throws in three
//             places only, and only where exceptions are on and WB_NO_EXCEPTIONS is not defined: value() for
//             those who like it, and task::wait() and model::check(), which pass on what your callback threw.
//             It needs no RTTI, and never prints or ends the process.
// Units       Sizes and offsets are bytes, offsets count from the start of the file, shapes and strides are
//             elements, outermost dimension first. Text is UTF-8 and not NUL-terminated.
// Enums       They are open: a newer library may send values that are not listed here.
#ifndef WEIGHBRIDGE_HPP
#define WEIGHBRIDGE_HPP

#include "weighbridge.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#if __has_include(<version>)
#include <version>
#endif

#if defined(__cpp_lib_span)
#include <span>
#define WB_HPP_SPAN 1
#else
#define WB_HPP_SPAN 0
#endif

#if defined(__cpp_lib_expected)
#include <expected>
#define WB_HPP_EXPECTED 1
#else
#define WB_HPP_EXPECTED 0
#endif

// 0: the compiler has exceptions off. 1: on, but this header must not throw. 2: on.
#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#define WB_HPP_EXCEPTIONS 0
#define WB_HPP_TRY if (true)
#define WB_HPP_CATCH else
#else
#if defined(WB_NO_EXCEPTIONS)
#define WB_HPP_EXCEPTIONS 1
#else
#include <exception>
#include <stdexcept>
#include <string>
#define WB_HPP_EXCEPTIONS 2
#endif
#define WB_HPP_TRY try
#define WB_HPP_CATCH catch (...)
#endif

// Files of one program may be compiled for different standards, and then differ in what `span` and
// `expected` are. The configuration is part of every name, so that the linker never mixes them up.
#define WB_HPP_JOIN(span, expected, exceptions) s##span##e##expected##x##exceptions
#define WB_HPP_NAME(span, expected, exceptions) WB_HPP_JOIN(span, expected, exceptions)

#include "weighbridge/base.hpp"
#include "weighbridge/range.hpp"
#include "weighbridge/tensor.hpp"
#include "weighbridge/value.hpp"
#include "weighbridge/graph.hpp"
#include "weighbridge/signature.hpp"
#include "weighbridge/report.hpp"
#include "weighbridge/device.hpp"
#include "weighbridge/options.hpp"
#include "weighbridge/load.hpp"

namespace weighbridge {
inline namespace WB_HPP_NAME(WB_HPP_SPAN, WB_HPP_EXPECTED, WB_HPP_EXCEPTIONS) {

// ---- context ------------------------------------------------------------------------------------------

/// What the host lends to the library.
struct context_options {
  std::uint32_t max_threads = 0;  ///< that the library may create for a task; 0: none, callers do the work
  log_level log_max_level = log_level::none;
  wb_log_fn log = nullptr;        ///< must not throw; set it with log_to() and it may
  void* log_user_data = nullptr;

  /// Sends log lines to `sink(log_level, std::string_view target, std::string_view message)`. `sink` is not
  /// copied: it must outlive the context and every model opened with it. It may be called from several
  /// threads at once. What it throws is dropped.
  template <class Sink>
  void log_to(Sink& sink, log_level max_level) noexcept {
    log_max_level = max_level;
    log_user_data = const_cast<void*>(static_cast<const volatile void*>(std::addressof(sink)));
    log = [](void* user_data, std::uint32_t level, const char* target, std::size_t target_len,
             const char* message, std::size_t message_len) noexcept {
      Sink& to = *static_cast<Sink*>(user_data);
      WB_HPP_TRY {
        to(static_cast<log_level>(level), detail::text(wb_str{target, target_len}),
           detail::text(wb_str{message, message_len}));
      } WB_HPP_CATCH {
      }
    };
  }
};

/// A host's threads and log. Optional: a model opened without one uses no threads and keeps no log.
/// A model keeps its context alive.
class context : public detail::handle<wb_context, wb_context_release> {
 public:
  using handle::handle;

  [[nodiscard]] static expected<context> create(const context_options& options = {}) noexcept {
    auto c = detail::sized<wb_context_options>();
    c.max_threads = options.max_threads;
    c.log_max_level = static_cast<std::uint32_t>(options.log_max_level);
    c.log = options.log;
    c.log_user_data = options.log_user_data;
    return detail::make<context>([&](auto out, auto why) { return wb_context_create(&c, out, why); });
  }
  [[nodiscard]] context retain() const noexcept { return context(wb_context_retain(get())); }
};

// ---- model --------------------------------------------------------------------------------------------

/// How to open a model. As it stands: detect the format, permit views, check what a manifest covers.
struct open_options {
  policy verify = policy::if_present;
  std::uint64_t flags = 0;             ///< open_read, open_refuse_replaced
  std::string_view format;             ///< empty: detect by content
  /// Expected digests from a place you trust (weighbridge.json or SHA256SUMS), instead of those that lie beside the
  /// weights. An empty one is an error, not the absence of one.
  std::optional<span<const std::byte>> manifest;
  std::uint64_t max_header_bytes = 0;  ///< 0: 100 MB
  std::uint64_t max_tensors = 0;       ///< 0: 10,000,000
  std::uint64_t max_heap_bytes = 0;    ///< of everything that the open keeps; 0: 1 GiB
};

/// What a model says of itself; empty where its format has no such facts. Borrows from the model.
struct model_info {
  std::int64_t ir_version = 0;
  std::string_view producer;
  std::string_view producer_version;
  std::string_view domain;
  std::int64_t model_version = 0;
  std::string_view documentation;

  static model_info of(const wb_model* model) noexcept {
    auto c = detail::sized<wb_model_info>();
    if (wb_model_describe(model, &c) != WB_OK) return {};
    return {c.ir_version,           detail::text(c.producer), detail::text(c.producer_version),
            detail::text(c.domain), c.model_version,          detail::text(c.documentation)};
  }
};

/// An open model: immutable, and safe from many threads at once.
class model : public detail::handle<wb_model, wb_model_release> {
 public:
  using handle::handle;

  /// A file, an index of shards, or a directory that holds one of them. Reads headers, not tensors.
  [[nodiscard]] static expected<model> open(std::string_view path, const open_options& options = {}) noexcept {
    return open_with(nullptr, path, options);
  }
  [[nodiscard]] static expected<model> open(const context& host, std::string_view path,
                                            const open_options& options = {}) noexcept {
    return open_with(host.get(), path, options);
  }

  /// Memory that you keep alive and unchanged until the model, its buffers and its views are gone.
  [[nodiscard]] static expected<model> open_memory(span<const std::byte> bytes,
                                                   const open_options& options = {},
                                                   const context* host = nullptr) noexcept {
    return open_memory_with(host, bytes, nullptr, nullptr, options);
  }
  /// Memory that `owner` keeps alive. The library destroys `owner` once, on whichever thread lets go of the
  /// bytes last, and also if this call fails.
  template <class Owner>
  [[nodiscard]] static expected<model> open_memory(span<const std::byte> bytes, std::unique_ptr<Owner> owner,
                                                   const open_options& options = {},
                                                   const context* host = nullptr) noexcept {
    const auto destroy = [](void* owned) noexcept { delete static_cast<Owner*>(owned); };
    return open_memory_with(host, bytes, destroy, owner.release(), options);
  }

  [[nodiscard]] model retain() const noexcept { return model(wb_model_retain(get())); }

  /// An error if a weight file was written, replaced or removed since the model was opened, nothing if none was. An index,
  /// manifests and assets are not looked at. A model whose files were replaced or removed goes on with those it has opened.
  [[nodiscard]] std::optional<error> changed() const noexcept {
    wb_error* why = nullptr;
    if (wb_model_changed(get(), &why) == 0) return std::nullopt;
    return error(why ? static_cast<status>(wb_error_code(why)) : status::changed, why);
  }

  /// "safetensors", "onnx", ...
  std::string_view format() const noexcept {
    wb_str name{};
    wb_model_format(get(), &name);
    return detail::text(name);
  }
  detail::items<file_view, const wb_model*> files() const noexcept { return {{get()}, wb_model_file_count(get())}; }
  detail::items<tensor_view, const wb_model*> tensors() const noexcept {
    return {{get()}, wb_model_tensor_count(get())};
  }
  detail::items<metadata_entry, const wb_model*> metadata() const noexcept {
    return {{get()}, wb_model_metadata_count(get())};
  }
  /// The same with types.
  detail::items<metadata_info, const wb_model*> typed_metadata() const noexcept {
    return {{get()}, wb_model_metadata_count(get())};
  }
  detail::items<asset_view, const wb_model*> assets() const noexcept { return {{get()}, wb_model_asset_count(get())}; }
  /// What was accepted with a remark when the model was opened.
  detail::items<finding, const wb_model*> notes() const noexcept { return {{get()}, wb_model_note_count(get())}; }
  /// What lies in the weight files and is not part of the model, because the weight map does not name it.
  detail::items<unindexed_tensor, const wb_model*> unindexed() const noexcept {
    return {{get()}, wb_model_unindexed_count(get())};
  }

  /// A tensor by name, or status::not_found.
  [[nodiscard]] expected<tensor_view> find(std::string_view name) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_model_tensor_find(get(), name.data(), name.size(), &index);
    if (code != WB_OK) return detail::failure(code);
    return tensor_view::at(get(), index);
  }

  /// Metadata by key, or status::not_found.
  [[nodiscard]] expected<metadata_info> find_metadata(std::string_view key) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_model_metadata_find(get(), key.data(), key.size(), &index);
    if (code != WB_OK) return detail::failure(code);
    return metadata_info::at(get(), index);
  }

  /// An asset by name, or status::not_found.
  [[nodiscard]] expected<asset_view> find_asset(std::string_view name) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_model_asset_find(get(), name.data(), name.size(), &index);
    if (code != WB_OK) return detail::failure(code);
    return asset_view::at(get(), index);
  }

  /// All graphs; none if the format has weights only. The first entry comes first.
  detail::items<graph_view, const wb_model*> graphs() const noexcept { return {{get()}, wb_model_graph_count(get())}; }
  /// The first of the graphs that callers run; false if the format has weights only.
  graph_view main_graph() const noexcept { return graph_view::at(get(), 0); }
  /// How callers run the model; none if the format has weights only.
  detail::items<signature_view, const wb_model*> signatures() const noexcept {
    return {{get()}, wb_model_signature_count(get())};
  }
  detail::items<function_view, const wb_model*> functions() const noexcept {
    return {{get()}, wb_model_function_count(get())};
  }
  /// What the model imports; see graph_view::opset() for what holds in a graph.
  detail::items<opset, const wb_model*> opsets() const noexcept { return {{get()}, wb_model_opset_count(get())}; }
  model_info describe() const noexcept { return model_info::of(get()); }

  /// Looks for what breaks the rules of the format, and for what goes wrong in production. That there are no errors
  /// among the findings is for you to look at. `target` is what has to run the model, such as "onnx-1.15" or "opset-17".
  [[nodiscard]] expected<findings> check(std::string_view target = {}) const noexcept {
    return check(check_options{target});
  }
  [[nodiscard]] expected<findings> check(const check_options& options) const noexcept {
    const auto c = options.in_c();
    return detail::make<findings>([&](auto out, auto why) { return wb_model_check(get(), &c, out, why); });
  }
  /// The same, and calls `callback(const progress&)` on this thread: at once, between two groups of rules, every 4 MiB
  /// that are read, and at the end. What it returns or throws counts as in task::wait().
  template <class Callback>
  [[nodiscard]] expected<findings> check(const check_options& options, Callback&& callback) const {
    using call_type = detail::progress_call<std::remove_reference_t<Callback>>;
    call_type call{std::addressof(callback)};
    auto c = options.in_c();
    c.progress = &call_type::invoke;
    c.user_data = &call;
    auto result = detail::make<findings>([&](auto out, auto why) { return wb_model_check(get(), &c, out, why); });
#if WB_HPP_EXCEPTIONS == 2
    if (call.thrown) std::rethrow_exception(call.thrown);
#endif
    return result;
  }

  /// Reads everything that an expectation covers and compares.
  verification verify() const noexcept {
    wb_report* out = nullptr;
    wb_error* why = nullptr;
    const wb_status code = wb_model_verify(get(), &out, &why);
    return {error(static_cast<status>(code), why), report(out)};
  }

  [[nodiscard]] expected<weighbridge::plan> plan(const plan_options& options = {}) const noexcept {
    const detail::plan_request request(options);
    if (request.out_of_memory()) return detail::failure(WB_ERR_OUT_OF_MEMORY);
    return detail::make<weighbridge::plan>([&](auto out, auto why) {
      return wb_plan_create(get(), &request.c, out, why);
    });
  }

  /// plan, start, wait and finish in one call.
  [[nodiscard]] expected<placement> load(const plan_options& options = {}) const noexcept {
    const detail::plan_request request(options);
    if (request.out_of_memory()) return detail::failure(WB_ERR_OUT_OF_MEMORY);
    return detail::make<placement>([&](auto out, auto why) { return wb_model_load(get(), &request.c, out, why); });
  }

 private:
  static wb_open_options in_c(const open_options& options) noexcept {
    auto c = detail::sized<wb_open_options>();
    c.flags = options.flags;
    c.verify = static_cast<std::uint32_t>(options.verify);
    c.format = wb_str{options.format.data(), options.format.size()};
    if (options.manifest) {
      c.manifest = options.manifest->data() ? options.manifest->data() : reinterpret_cast<const std::byte*>("");
      c.manifest_len = options.manifest->size();
    }
    c.max_header_bytes = options.max_header_bytes;
    c.max_tensors = options.max_tensors;
    c.max_heap_bytes = options.max_heap_bytes;
    return c;
  }
  static expected<model> open_with(const wb_context* host, std::string_view path, const open_options& options) noexcept {
    const wb_open_options c = in_c(options);
    return detail::make<model>([&](auto out, auto why) {
      return wb_model_open(host, path.data(), path.size(), &c, out, why);
    });
  }
  static expected<model> open_memory_with(const context* host, span<const std::byte> bytes, wb_destroy_fn destroy,
                                          void* owner, const open_options& options) noexcept {
    const wb_open_options c = in_c(options);
    return detail::make<model>([&](auto out, auto why) {
      return wb_model_open_memory(host ? host->get() : nullptr, bytes.data(), bytes.size(), destroy, owner, &c, out,
                                  why);
    });
  }
};

static_assert(sizeof(context) == sizeof(void*) && sizeof(model) == sizeof(void*) &&
                  sizeof(buffer) == sizeof(void*) && sizeof(report) == sizeof(void*) &&
                  sizeof(findings) == sizeof(void*) && sizeof(plan) == sizeof(void*) && sizeof(task) == sizeof(void*) &&
                  sizeof(placement) == sizeof(void*),
              "a handle is a pointer and nothing else");

}  // namespace WB_HPP_NAME
}  // namespace weighbridge

#undef WB_HPP_SPAN
#undef WB_HPP_EXPECTED
#undef WB_HPP_EXCEPTIONS
#undef WB_HPP_TRY
#undef WB_HPP_CATCH
#undef WB_HPP_JOIN
#undef WB_HPP_NAME
#endif
