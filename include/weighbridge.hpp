// weighbridge.hpp: the C++17 interface of Weighbridge. Header only; link the C library.
//
//   auto model = weighbridge::model::open("path/to/checkpoint");
//   if (!model) return fail(model.error().message());
//   auto loaded = model->load();
//   if (!loaded) return fail(loaded.error().message());
//   if (auto tensor = loaded->find("lm_head.weight")) use(tensor->host_bytes(), tensor->shape);
//
// Ownership   A handle (context, cancel_handle, model, buffer, report, findings, plan, task, placement, cuda_devices) owns
//             one reference to a C object, is one pointer wide, and moves but does not copy. Those that are
//             reference-counted are shared with retain(). get() lends the C pointer, release() gives it away, and the
//             explicit constructor adopts one: functions not wrapped here can be called in C with get(). An empty handle
//             (default-constructed or moved from) is harmless: its functions return status::invalid_argument, or nothing.
// Lifetimes   Views (tensor_view, graph_view, placed_tensor, report_line, every string_view and span) borrow from the
//             handle that made them. buffer::bytes() is valid as long as the buffer, even after the model is gone. A
//             placement outlives its model. Do not call tensors() and the like on a temporary handle. What options refer to
//             must live until the call that takes them returns.
// Threads     A const member function may run on several threads at once; others, on one at a time. Handles may be moved
//             to, retained on and destroyed on any thread.
// Errors      Functions that can fail return expected<T>, with the names of std::expected. The C library never throws. This
//             header throws in two cases only, and only where exceptions are on and WB_NO_EXCEPTIONS is not defined:
//             expected::value() throws the error as an exception, and functions that take a progress callback rethrow
//             what it threw. RTTI is not needed.
// Files       All types are the same whichever version of C++ a file is compiled for, and with or without exceptions: files of
//             one program may differ in it, and pass each other handles, views and results.
// Units       Sizes and offsets are in bytes, and offsets count from the start of the file. Shapes and strides are in
//             elements, outermost dimension first. Text is UTF-8 and not NUL-terminated.
// Enums       A newer library may return values that are not listed here.
#ifndef WEIGHBRIDGE_HPP
#define WEIGHBRIDGE_HPP

#include "weighbridge.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

// 0: the compiler has exceptions off. 1: on, but this header must not throw. 2: on.
#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#define WB_HPP_EXCEPTIONS 0
#elif defined(WB_NO_EXCEPTIONS)
#define WB_HPP_EXCEPTIONS 1
#else
#define WB_HPP_EXCEPTIONS 2
#endif

#if defined(__SANITIZE_THREAD__)
#define WB_HPP_TSAN
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WB_HPP_TSAN
#endif
#endif
#if defined(WB_HPP_TSAN)
extern "C" void __tsan_acquire(void*);
extern "C" void __tsan_release(void*);
#endif

// Libraries of one program may be compiled with different versions of this header, so the version is part of every name.
#define WB_HPP_JOIN(major, minor) v##major##_##minor
#define WB_HPP_NAME(major, minor) WB_HPP_JOIN(major, minor)
#define WB_HPP_VERSION WB_HPP_NAME(WB_VERSION_MAJOR, WB_VERSION_MINOR)

#include "weighbridge/base.hpp"
#include "weighbridge/span.hpp"
#include "weighbridge/error.hpp"
#include "weighbridge/expected.hpp"
#include "weighbridge/hook.hpp"
#include "weighbridge/control.hpp"
#include "weighbridge/range.hpp"
#include "weighbridge/tensor.hpp"
#include "weighbridge/value.hpp"
#include "weighbridge/graph.hpp"
#include "weighbridge/signature.hpp"
#include "weighbridge/report.hpp"
#include "weighbridge/device.hpp"
#include "weighbridge/options.hpp"
#include "weighbridge/threads.hpp"
#include "weighbridge/memory.hpp"
#include "weighbridge/metrics.hpp"
#include "weighbridge/load.hpp"
#include "weighbridge/io.hpp"

namespace weighbridge {
inline namespace WB_HPP_VERSION {

// ---- context ------------------------------------------------------------------------------------------

/// What the host provides to the library.
struct context_options {
  /// Threads that the library may create for all tasks together; 0: none, the caller does the work. With `jobs` the most
  /// jobs of one task.
  std::uint32_t max_threads = 0;
  log_level log_max_level = log_level::none;
  wb_log_fn log = nullptr;        ///< must not throw; see log_to()
  void* log_user_data = nullptr;
  wb_destroy_fn log_destroy = nullptr;
  /// The files of the host instead of those of the operating system: paths are their names. It outlives the context and every
  /// object made with it. nullptr: the operating system.
  host_files* files = nullptr;
  /// Runs the work of tasks, instead of threads of the library. It outlives the context and every object made with it.
  executor* jobs = nullptr;
  /// Is told of the threads of the library, and outlives them. Not together with `jobs`.
  thread_hooks* hooks = nullptr;
  /// Allocates bulk data, instead of the library. It outlives the context and every object made with it.
  allocator* memory = nullptr;
  /// Is asked before bulk data are allocated. It outlives the context and every object made with it.
  memory_budget* budget = nullptr;
  /// Is told what operations cost. It outlives the context and every object made with it.
  metrics* measures = nullptr;

  /// Sends log messages to `sink(log_level, std::string_view target, std::string_view message)`. `sink` is not copied: it
  /// must outlive the context and every object made with it. It may be called on several threads at once. Exceptions that
  /// it throws are discarded.
  template <class Sink, class Guard = detail::guard>
  void log_to(Sink& sink, log_level max_level) noexcept {
    log_max_level = max_level;
    log_user_data = const_cast<void*>(static_cast<const void*>(&sink));
    log_destroy = nullptr;
    log = [](void* user_data, std::uint32_t level, const char* target, std::size_t target_len,
             const char* message, std::size_t message_len) noexcept {
      Sink& to = *static_cast<Sink*>(user_data);
      detail::quietly<Guard>([&] {
        to(static_cast<log_level>(level), detail::text(wb_str{target, target_len}),
           detail::text(wb_str{message, message_len}));
      });
    };
  }
};

/// The threads, the log and the files of a host. A model that is opened without a context uses no threads and does not log.
/// A model keeps its context alive.
class context : public detail::handle<wb_context, wb_context_release> {
 public:
  using handle::handle;

  template <class Guard = detail::guard>
  [[nodiscard]] static expected<context> create(const context_options& options = {}) noexcept {
    auto c = detail::sized<wb_context_options>();
    c.max_threads = options.max_threads;
    c.log_max_level = static_cast<std::uint32_t>(options.log_max_level);
    c.log = options.log;
    c.log_user_data = options.log_user_data;
    c.log_destroy = options.log_destroy;
    wb_io io{};
    if (options.files) {
      io = detail::io_of<Guard>(*options.files);
      c.io = &io;
    }
    wb_threads threads{};
    if (options.jobs || options.hooks) {
      threads = options.jobs ? detail::threads_of<Guard>(*options.jobs) : detail::threads_of<Guard>(*options.hooks);
      c.threads = &threads;
    }
    wb_allocator memory{};
    if (options.memory) {
      memory = detail::allocator_of<Guard>(*options.memory);
      c.allocator = &memory;
    }
    wb_budget budget{};
    if (options.budget) {
      budget = detail::budget_of<Guard>(*options.budget);
      c.budget = &budget;
    }
    wb_metrics measures{};
    if (options.measures) {
      measures = detail::metrics_of<Guard>(*options.measures);
      c.metrics = &measures;
    }
    return detail::make<context>([&](auto out, auto why) { return wb_context_create(&c, out, why); });
  }
  [[nodiscard]] context retain() const noexcept { return context(wb_context_retain(get())); }
};

// ---- model --------------------------------------------------------------------------------------------

/// The path of a directory. The text is borrowed.
struct directory_path : wb_str {
  directory_path(std::string_view text) noexcept : wb_str{text.data(), text.size()} {}
  directory_path(const char* text) noexcept : directory_path(std::string_view(text)) {}
};

/// How a model is opened. By default: the format is detected, and what a manifest covers is checked.
struct open_options {
  const context* host = nullptr;       ///< its threads, log, files and memory; nullptr: no threads and no log
  policy verify = policy::if_present;
  std::uint64_t flags = 0;            ///< open_read, open_refuse_replaced, open_memo_covers
  std::string_view format{};          ///< empty: detected from the content
  /// A manifest from a trusted source, the text of a weighbridge.json or a SHA256SUMS, which replaces those beside the
  /// weights. An empty text is an error, not the absence of a manifest.
  std::optional<span<const std::byte>> manifest{};
  std::uint64_t max_header_bytes = 0;  ///< of one header, index or manifest; 0: 100,000,000
  std::uint64_t max_tensors = 0;       ///< 0: 10,000,000
  std::uint64_t max_files = 0;         ///< 0: 4,096
  std::uint64_t max_heap_bytes = 0;    ///< of memory for the whole structure of the model; 0: 1 GiB
  std::string_view name{};             ///< of the file that open_memory() opens; empty: "memory"
  const wb_cancel* cancel = nullptr;   ///< of a cancel_handle
  /// Directories outside the model's own to which symbolic links of the model may lead. Borrowed until the call returns.
  span<const directory_path> link_roots{};
  /// The path of a file in which verified files are remembered, so that they need not be hashed again; empty: none.
  std::string_view memo{};
};

/// What a model says about itself; empty if its format has no such information. Borrows from the model.
struct model_info {
  std::int64_t format_version = 0;  ///< such as the IR version of ONNX
  std::string_view producer{};
  std::string_view producer_version{};
  std::string_view domain{};
  std::int64_t model_version = 0;
  std::string_view documentation{};

  static model_info of(const wb_model* model) noexcept {
    auto c = detail::sized<wb_model_info>();
    if (wb_model_get_info(model, &c) != WB_OK) return {};
    return {c.format_version,       detail::text(c.producer), detail::text(c.producer_version),
            detail::text(c.domain), c.model_version,          detail::text(c.documentation)};
  }
};

class model;

/// A model that is being opened. The steps run on a stack of its own, of 512 KiB, on which functions of the host are called, too.
class open_task : public detail::any_task {
 public:
  using any_task::any_task;

  /// The model, when it is open. Before that an error with status::pending.
  [[nodiscard]] expected<model> finish() noexcept;
};

/// An open model: immutable, and usable from several threads at once.
class model : public detail::handle<wb_model, wb_model_release> {
 public:
  using handle::handle;

  /// Opens a file, an index of shards, or a directory that contains one of them. Reads headers, not tensors.
  [[nodiscard]] static expected<model> open(std::string_view path, const open_options& options = {}) noexcept {
    return open_with(path, options, in_c(options));
  }
  /// The same, and calls `callback(const progress&)` on this thread before each file is read and about once for each
  /// megabyte of headers and graphs. What it returns or throws has the effect described at task::wait().
  template <class Callback, class Guard = detail::guard>
  [[nodiscard]] static expected<model> open(std::string_view path, const open_options& options, Callback&& callback) {
    detail::progress_call<std::remove_reference_t<Callback>, Guard> call(callback);
    auto c = in_c(options);
    c.progress = call.function;
    c.user_data = &call;
    auto result = open_with(path, options, c);
    call.rethrow();
    return result;
  }

  /// Opens one file in memory, which the caller keeps alive and unchanged until the model, its buffers and its views are
  /// gone.
  [[nodiscard]] static expected<model> open_memory(span<const std::byte> bytes, const open_options& options = {}) noexcept {
    return open_memory_with(bytes, nullptr, nullptr, options);
  }
  /// Opens one file in memory that `owner` keeps alive: a std::unique_ptr, std::shared_ptr, std::vector or whatever can be
  /// moved without moving the bytes. It is destroyed once, on the thread that drops the bytes last, and also if this fails.
  template <class Owner, class = std::enable_if_t<!std::is_lvalue_reference_v<Owner> &&
                                                  !std::is_convertible_v<Owner, const open_options&>>>
  [[nodiscard]] static expected<model> open_memory(span<const std::byte> bytes, Owner&& owner, const open_options& options = {}) noexcept {
    auto* kept = new (std::nothrow) Owner(std::move(owner));
    if (!kept) return detail::failure(status::out_of_memory, "no memory for the owner of the bytes");
    const auto destroy = [](void* owned) noexcept { delete static_cast<Owner*>(owned); };
    return open_memory_with(bytes, destroy, kept, options);
  }

  /// Opens a model whose files the host has, by the path of a file, an index, a numbered set or a folder among them, "" for
  /// all of them. `files` outlives the model, its buffers and its views.
  template <class Guard = detail::guard>
  [[nodiscard]] static expected<model> open_files(host_files& files, std::string_view path, const open_options& options = {}) noexcept {
    const wb_open_options c = in_c(options);
    const wb_io io = detail::io_of<Guard>(files);
    return detail::make<model>([&](auto out, auto why) {
      return wb_model_open_io(host_of(options), &io, path.data(), path.size(), &c, out, why);
    });
  }
  /// Opens a model that is several files in memory, by the path of one of them, of a numbered set or of a folder, "" for all
  /// of them. `Blobs` is a contiguous container of blob, such as std::vector or std::array.
  template <class Blobs>
  [[nodiscard]] static expected<model> open_blobs(const Blobs& blobs, std::string_view path,
                                                  const open_options& options = {}) {
    return open_blobs_with<model>(wb_model_open_blobs, {std::data(blobs), std::size(blobs)}, path, options);
  }
  /// Opens a model that is a part of a larger file: `bytes` bytes from `offset`, UINT64_MAX for all to the end. The
  /// descriptor, on Windows a HANDLE, is duplicated. The model cannot refer to other files.
  [[nodiscard]] static expected<model> open_descriptor(std::ptrdiff_t descriptor, std::uint64_t offset = 0,
                                                       std::uint64_t bytes = UINT64_MAX, const open_options& options = {}) noexcept {
    const wb_open_options c = in_c(options);
    return detail::make<model>([&](auto out, auto why) {
      return wb_model_open_fd(host_of(options), descriptor, offset, bytes, &c, out, why);
    });
  }

  /// Begins open(): in steps, or on a thread of the context.
  [[nodiscard]] static expected<open_task> start_open(std::string_view path, const open_options& options = {}) noexcept {
    const wb_open_options c = in_c(options);
    return detail::make<open_task>([&](auto out, auto why) {
      return wb_model_open_start(host_of(options), path.data(), path.size(), &c, out, why);
    });
  }
  /// Begins open_memory().
  [[nodiscard]] static expected<open_task> start_open_memory(span<const std::byte> bytes, const open_options& options = {}) noexcept {
    const wb_open_options c = in_c(options);
    return detail::make<open_task>([&](auto out, auto why) {
      return wb_model_open_memory_start(host_of(options), bytes.data(), bytes.size(), nullptr, nullptr, &c, out, why);
    });
  }
  /// Begins open_files().
  template <class Guard = detail::guard>
  [[nodiscard]] static expected<open_task> start_open_files(host_files& files, std::string_view path, const open_options& options = {}) noexcept {
    const wb_open_options c = in_c(options);
    const wb_io io = detail::io_of<Guard>(files);
    return detail::make<open_task>([&](auto out, auto why) {
      return wb_model_open_io_start(host_of(options), &io, path.data(), path.size(), &c, out, why);
    });
  }
  /// Begins open_blobs().
  template <class Blobs>
  [[nodiscard]] static expected<open_task> start_open_blobs(const Blobs& blobs, std::string_view path, const open_options& options = {}) {
    return open_blobs_with<open_task>(wb_model_open_blobs_start, {std::data(blobs), std::size(blobs)}, path,
                                      options);
  }
  /// Begins open_descriptor().
  [[nodiscard]] static expected<open_task> start_open_descriptor(std::ptrdiff_t descriptor, std::uint64_t offset = 0,
                                                                 std::uint64_t bytes = UINT64_MAX, const open_options& options = {}) noexcept {
    const wb_open_options c = in_c(options);
    return detail::make<open_task>([&](auto out, auto why) {
      return wb_model_open_fd_start(host_of(options), descriptor, offset, bytes, &c, out, why);
    });
  }

  [[nodiscard]] model retain() const noexcept { return model(wb_model_retain(get())); }

  /// An error if a weight file on disk is no longer the one that the model opened: it says whether the file was written,
  /// replaced or removed. Indices, manifests and assets are not examined. A model whose files were replaced or removed
  /// remains usable.
  [[nodiscard]] std::optional<error> changed() const noexcept {
    wb_error* why = nullptr;
    if (wb_model_changed(get(), &why) == 0) return std::nullopt;
    return error(why ? static_cast<status>(wb_error_code(why)) : status::changed, why);
  }

  /// "safetensors", "onnx", ...
  std::string_view format() const noexcept {
    return detail::text(wb_model_format(get()));
  }
  detail::items<file_view, const wb_model*> files() const noexcept { return {{get()}, wb_model_file_count(get())}; }
  detail::items<tensor_view, const wb_model*> tensors() const noexcept {
    return {{get()}, wb_model_tensor_count(get())};
  }
  detail::items<metadata_entry, const wb_model*> metadata() const noexcept {
    return {{get()}, wb_model_metadata_count(get())};
  }
  detail::items<asset_view, const wb_model*> assets() const noexcept { return {{get()}, wb_model_asset_count(get())}; }
  /// What the open accepted although it deviates from the format.
  detail::items<finding, const wb_model*> notes() const noexcept { return {{get()}, wb_model_note_count(get())}; }
  /// Tensors that are stored in weight files but are not part of the model, because the index does not name them.
  detail::items<unindexed_tensor, const wb_model*> unindexed() const noexcept {
    return {{get()}, wb_model_unindexed_count(get())};
  }

  /// A tensor by name, or status::not_found.
  [[nodiscard]] expected<tensor_view> find(std::string_view name) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_model_tensor_find(get(), name.data(), name.size(), &index);
    if (code != WB_OK) return detail::missing(code, "the model has no tensor with this name");
    return tensor_view::at(get(), index);
  }

  /// Metadata by key, or status::not_found.
  [[nodiscard]] expected<metadata_entry> find_metadata(std::string_view key) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_model_metadata_find(get(), key.data(), key.size(), &index);
    if (code != WB_OK) return detail::missing(code, "the model has no metadata with this key");
    return metadata_entry::at(get(), index);
  }

  /// An asset by name, or status::not_found.
  [[nodiscard]] expected<asset_view> find_asset(std::string_view name) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_model_asset_find(get(), name.data(), name.size(), &index);
    if (code != WB_OK) return detail::missing(code, "the model has no asset with this name");
    return asset_view::at(get(), index);
  }

  /// All graphs; none if the model has only weights. The first is an entry.
  detail::items<graph_view, const wb_model*> graphs() const noexcept { return {{get()}, wb_model_graph_count(get())}; }
  /// The first of the graphs that callers run; false if the model has only weights.
  graph_view main_graph() const noexcept { return graph_view::at(get(), 0); }
  /// How callers run the model; none if it has only weights.
  detail::items<signature_view, const wb_model*> signatures() const noexcept {
    return {{get()}, wb_model_signature_count(get())};
  }
  detail::items<function_view, const wb_model*> functions() const noexcept {
    return {{get()}, wb_model_function_count(get())};
  }
  /// The operator sets that the model imports; graph_view::opset() tells which version applies in a graph.
  detail::items<opset, const wb_model*> opsets() const noexcept { return {{get()}, wb_model_opset_count(get())}; }
  /// The sparse tensors of all graphs.
  detail::items<sparse_view, const wb_model*> sparse_tensors() const noexcept {
    return {{get()}, wb_model_sparse_count(get())};
  }
  model_info info() const noexcept { return model_info::of(get()); }

  /// Checks the model for violations of the rules of its format and for what goes wrong in production. Success means that
  /// the check was made, not that the model is good. `target` is what must be able to run it, such as "onnxruntime-1.17".
  [[nodiscard]] expected<findings> check(std::string_view target = {}) const noexcept {
    check_options options;
    options.target = target;
    return check(options);
  }
  [[nodiscard]] expected<findings> check(const check_options& options) const noexcept {
    return check_with(options.in_c());
  }
  /// The same, and calls `callback(const progress&)` on this thread: at once, between groups of rules, after every 4 MiB
  /// that are read, and at the end. What it returns or throws has the effect described at task::wait().
  template <class Callback, class Guard = detail::guard>
  [[nodiscard]] expected<findings> check(const check_options& options, Callback&& callback) const {
    detail::progress_call<std::remove_reference_t<Callback>, Guard> call(callback);
    auto c = options.in_c();
    c.progress = call.function;
    c.user_data = &call;
    auto result = check_with(c);
    call.rethrow();
    return result;
  }

  /// Checks every file, assets included, against the manifests.
  verification verify(const verify_options& options = {}) const noexcept { return verify_with(options.in_c()); }
  /// The same, and calls `callback(const progress&)` on this thread, with the effect described at task::wait().
  template <class Callback, class Guard = detail::guard>
  verification verify(const verify_options& options, Callback&& callback) const {
    detail::progress_call<std::remove_reference_t<Callback>, Guard> call(callback);
    auto c = options.in_c();
    c.progress = call.function;
    c.user_data = &call;
    auto result = verify_with(c);
    call.rethrow();
    return result;
  }

  [[nodiscard]] expected<weighbridge::plan> plan(const plan_options& options = {}) const noexcept {
    const detail::plan_request request(options);
    return detail::make<weighbridge::plan>([&](auto out, auto why) {
      return wb_plan_create(get(), request.get(), out, why);
    });
  }

  /// Plans a load of those tensors that differ from what a placement of another version has, by the digests that manifests state;
  /// placement::refit() copies them into its pointers. See wb_plan_create_refit.
  [[nodiscard]] expected<weighbridge::plan> plan_refit(const placement& current,
                                                       const plan_options& options = {}) const noexcept {
    const detail::plan_request request(options);
    return detail::make<weighbridge::plan>([&](auto out, auto why) {
      return wb_plan_create_refit(get(), current.get(), request.get(), out, why);
    });
  }

  /// Begins plan(): in steps, or on a thread of the context.
  [[nodiscard]] expected<plan_task> start_plan(const plan_options& options = {}) const noexcept {
    const detail::plan_request request(options);
    return detail::make<plan_task>([&](auto out, auto why) {
      return wb_plan_create_start(get(), request.get(), out, why);
    });
  }

  /// Plans, starts, waits and finishes in one call.
  [[nodiscard]] expected<placement> load(const plan_options& options = {}) const noexcept {
    const detail::plan_request request(options);
    return detail::make<placement>([&](auto out, auto why) { return wb_model_load(get(), request.get(), out, why); });
  }

 private:
  expected<findings> check_with(const wb_check_options& c) const noexcept {
    return detail::make<findings>([&](auto out, auto why) { return wb_model_check(get(), &c, out, why); });
  }
  verification verify_with(const wb_verify_options& c) const noexcept {
    wb_report* out = nullptr;
    wb_error* why = nullptr;
    const wb_status code = wb_model_verify(get(), &c, &out, &why);
    return {error(static_cast<status>(code), why), report(out)};
  }
  static const wb_context* host_of(const open_options& options) noexcept {
    return options.host ? options.host->get() : nullptr;
  }
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
    c.max_files = options.max_files;
    c.max_heap_bytes = options.max_heap_bytes;
    c.name = wb_str{options.name.data(), options.name.size()};
    c.cancel = options.cancel;
    static_assert(sizeof(directory_path) == sizeof(wb_str), "a path is its C structure and nothing else");
    c.link_roots = options.link_roots.data();
    c.link_root_count = options.link_roots.size();
    c.memo = wb_str{options.memo.data(), options.memo.size()};
    return c;
  }
  static expected<model> open_with(std::string_view path, const open_options& options,
                                   const wb_open_options& c) noexcept {
    return detail::make<model>([&](auto out, auto why) {
      return wb_model_open(host_of(options), path.data(), path.size(), &c, out, why);
    });
  }
  template <class To, class Open>
  static expected<To> open_blobs_with(Open open, span<const blob> blobs, std::string_view path,
                                      const open_options& options) noexcept {
    auto* const in_c_form = new (std::nothrow) wb_blob[blobs.size() + 1];
    if (!in_c_form) return detail::failure(status::out_of_memory, "no memory for the list of blobs");
    for (std::size_t i = 0; i < blobs.size(); i++) {
      in_c_form[i] = detail::sized<wb_blob>();
      in_c_form[i].name = wb_str{blobs[i].name.data(), blobs[i].name.size()};
      in_c_form[i].data = blobs[i].bytes.data();
      in_c_form[i].len = blobs[i].bytes.size();
    }
    const wb_open_options c = in_c(options);
    auto opened = detail::make<To>([&](auto out, auto why) {
      return open(host_of(options), in_c_form, blobs.size(), path.data(), path.size(), &c, out, why);
    });
    delete[] in_c_form;
    return opened;
  }
  static expected<model> open_memory_with(span<const std::byte> bytes, wb_destroy_fn destroy,
                                          void* owner, const open_options& options) noexcept {
    const wb_open_options c = in_c(options);
    return detail::make<model>([&](auto out, auto why) {
      return wb_model_open_memory(host_of(options), bytes.data(), bytes.size(), destroy, owner, &c, out,
                                  why);
    });
  }
};

inline expected<model> open_task::finish() noexcept {
  return detail::make<model>([&](auto out, auto why) { return wb_task_model(get(), out, why); });
}

static_assert(sizeof(context) == sizeof(void*) && sizeof(model) == sizeof(void*) &&
                  sizeof(buffer) == sizeof(void*) && sizeof(report) == sizeof(void*) &&
                  sizeof(findings) == sizeof(void*) && sizeof(plan) == sizeof(void*) && sizeof(task) == sizeof(void*) && sizeof(open_task) == sizeof(void*) &&
                  sizeof(placement) == sizeof(void*) && sizeof(cancel_handle) == sizeof(void*) &&
                  sizeof(cuda_devices) == sizeof(void*),
              "a handle is a pointer and nothing else");

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge

#undef WB_HPP_EXCEPTIONS
#undef WB_HPP_JOIN
#undef WB_HPP_NAME
#undef WB_HPP_VERSION
#endif
