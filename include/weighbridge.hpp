// weighbridge.hpp: the C++17 face of weighbridge.h. Header only, nothing to link but the C library.
//
//   auto model = weighbridge::model::open("llama/");
//   if (!model) return complain(model.error().message());
//   for (const auto& tensor : model->tensors()) use(tensor.name(), tensor.shape(), tensor.data());
//
// Ownership   A handle (context, model, buffer, report, plan, task, placement) owns one reference to a
//             C object, is one pointer wide and moves but does not copy. The counted ones are shared with
//             retain(), which names the cost. get() lends the C pointer, release() gives it away, and the
//             explicit constructor adopts one: whatever is missing here, call in C with get().
//             An empty handle (default made, or moved from) is harmless: its functions answer
//             status::invalid_argument, or nothing.
// Lifetimes   Views (tensor_view, placed_tensor, check, every string_view and span) borrow from the handle
//             that made them. buffer::bytes() lives as long as the buffer, even after the model is gone.
//             A placement outlives its model. Do not call .tensors() and the like on a temporary handle.
// Threads     A const member function may run on many threads at once; others, on one at a time. Handles
//             may be moved to, retained on and destroyed on any thread.
// Errors      Functions that can fail return expected<T>: std::expected where the standard library has it,
//             otherwise a subset with the same names. The C library never throws. This header throws in two
//             places only, and only where exceptions are on and WB_NO_EXCEPTIONS is not defined:
//             value() for those who like it, and task::wait(), which passes on what your callback threw.
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

namespace weighbridge {
inline namespace WB_HPP_NAME(WB_HPP_SPAN, WB_HPP_EXPECTED, WB_HPP_EXCEPTIONS) {

// ---- words --------------------------------------------------------------------------------------------

/// How a call ended. Zero: done. Positive: not yet. Negative: an error.
enum class status : wb_status {
  ok = WB_OK,
  pending = WB_PENDING,
  invalid_argument = WB_ERR_INVALID_ARGUMENT,
  unsupported = WB_ERR_UNSUPPORTED,      ///< this build, or this version, cannot
  out_of_memory = WB_ERR_OUT_OF_MEMORY,
  io = WB_ERR_IO,
  not_found = WB_ERR_NOT_FOUND,
  format = WB_ERR_FORMAT,                ///< the file lies or is broken
  limit = WB_ERR_LIMIT,                  ///< beyond a limit of this open
  mismatch = WB_ERR_MISMATCH,            ///< bytes differ from what a manifest expects
  unverified = WB_ERR_UNVERIFIED,        ///< the policy asks for a check that has not been made, or cannot be
  device = WB_ERR_DEVICE,
  cancelled = WB_ERR_CANCELLED,
  callback = WB_ERR_CALLBACK,            ///< one of your callbacks failed; error::os_code() has its value
  not_mapped = WB_ERR_NOT_MAPPED,        ///< there is no zero-copy pointer; read or load instead
  changed = WB_ERR_CHANGED,              ///< the file is not the one that was opened
  internal = WB_ERR_INTERNAL,            ///< a bug in the library, caught before it reached you
};

/// What must be known about the bytes before they are handed out. Fixed when a model is opened.
enum class policy : std::uint32_t {
  if_present = WB_VERIFY_IF_PRESENT,  ///< check what a manifest covers; a mismatch is an error
  required = WB_VERIFY_REQUIRED,      ///< refuse every byte that no manifest covers or that is not yet checked
  none = WB_VERIFY_NONE,
};

/// Where a load puts the tensors.
enum class target : std::uint32_t {
  none = WB_TARGET_NONE,      ///< nowhere: verify only
  view = WB_TARGET_VIEW,      ///< where they are: zero-copy pointers into the mapped files
  host = WB_TARGET_HOST,      ///< one aligned arena in host memory
  sealed = WB_TARGET_SEALED,  ///< a sealed memfd that other processes may map
  cuda = WB_TARGET_CUDA,      ///< one arena on a CUDA device
};

enum class outcome : std::uint32_t {
  uncovered = WB_CHECK_UNCOVERED,  ///< nothing says what these bytes should be
  match = WB_CHECK_MATCH,
  mismatch = WB_CHECK_MISMATCH,
};

/// Where an expectation came from. One that lay beside the weights guards against accidents, one that you
/// gave guards against people.
enum class anchor : std::uint32_t { beside_the_weights = WB_ANCHOR_BESIDE, caller = WB_ANCHOR_CALLER };

/// How much a log line matters; the smaller, the more.
enum class log_level : std::uint32_t {
  none = 0,
  error = WB_LOG_ERROR,
  warn = WB_LOG_WARN,
  info = WB_LOG_INFO,
  debug = WB_LOG_DEBUG,
};

/// An element type: one of the constants WB_F32, WB_BF16, ... of weighbridge.h.
using dtype = wb_dtype;

/// For open_options::flags: read files instead of mapping them. No SIGBUS when a file shrinks under the
/// program, and no zero-copy pointers.
inline constexpr std::uint64_t open_read = WB_OPEN_READ;

/// For context_options::max_threads: as many as the machine has processors.
inline constexpr std::uint32_t all_threads = WB_THREADS_ALL;

namespace detail {
inline std::string_view text(const char* nul_terminated) noexcept {
  return nul_terminated ? std::string_view(nul_terminated) : std::string_view();
}
inline std::string_view text(wb_str s) noexcept {
  return s.ptr ? std::string_view(s.ptr, s.len) : std::string_view();
}
}  // namespace detail

/// "WB_OK", "WB_ERR_NOT_FOUND", ...: for logs.
inline std::string_view status_name(status code) noexcept {
  return detail::text(wb_status_name(static_cast<wb_status>(code)));
}
/// "F32", "BF16", ...: the spelling that files use.
inline std::string_view dtype_name(dtype type) noexcept { return detail::text(wb_dtype_name(type)); }

inline std::string_view version() noexcept { return detail::text(wb_version_string()); }

/// Was this library built with `name` ("onnx", "cuda", ...)?
inline bool has_feature(std::string_view name) noexcept {
  return wb_has_feature(name.data(), name.size()) != 0;
}

/// Does the library that was loaded speak the binary interface that this program was compiled for? Worth
/// asking once, at start, by programs that ship apart from the library.
inline bool abi_compatible() noexcept {
#if defined(WB_ABI_VERSION)
  return wb_abi_version() == static_cast<std::uint32_t>(WB_ABI_VERSION);
#else
  return true;
#endif
}

// ---- span and expected --------------------------------------------------------------------------------

#if WB_HPP_SPAN
template <class T>
using span = std::span<T>;
#else
/// The part of std::span that this header needs: a pointer and a count.
template <class T>
class span {
  template <class Container>
  using compatible = std::enable_if_t<std::is_convertible_v<
      std::remove_pointer_t<decltype(std::data(std::declval<Container&>()))> (*)[], T (*)[]>>;

 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using size_type = std::size_t;
  using iterator = T*;

  constexpr span() noexcept = default;
  constexpr span(T* first, std::size_t count) noexcept : data_(first), size_(count) {}
  template <class Container, class = compatible<Container>>
  constexpr span(Container&& from) noexcept : data_(std::data(from)), size_(std::size(from)) {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr std::size_t size_bytes() const noexcept { return size_ * sizeof(T); }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t index) const noexcept { return data_[index]; }
  constexpr span first(std::size_t count) const noexcept { return {data_, count}; }
  constexpr span subspan(std::size_t from, std::size_t count) const noexcept { return {data_ + from, count}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};
#endif

class error;

#if WB_HPP_EXPECTED
template <class E>
using unexpected = std::unexpected<E>;
template <class T, class E = error>
using expected = std::expected<T, E>;
#else
template <class E>
class unexpected {
 public:
  explicit unexpected(E why) noexcept : error_(std::move(why)) {}
  E& error() & noexcept { return error_; }
  E&& error() && noexcept { return std::move(error_); }

 private:
  E error_;
};

/// The part of std::expected that this header needs. As there: look before you use `*`, `->` or error().
template <class T, class E = error>
class [[nodiscard]] expected {
 public:
  using value_type = T;
  using error_type = E;

  expected(T value) noexcept : value_(std::move(value)) {}
  expected(unexpected<E> why) noexcept : error_(std::move(why).error()) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  T& operator*() & noexcept { return *value_; }
  const T& operator*() const& noexcept { return *value_; }
  T&& operator*() && noexcept { return *std::move(value_); }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }
  E& error() & noexcept { return error_; }
  const E& error() const& noexcept { return error_; }
  E&& error() && noexcept { return std::move(error_); }

 private:
  std::optional<T> value_;
  E error_{};
};

struct nothing {};

template <class E>
class [[nodiscard]] expected<void, E> : public expected<nothing, E> {
 public:
  using value_type = void;
  expected() noexcept : expected<nothing, E>(nothing()) {}
  expected(unexpected<E> why) noexcept : expected<nothing, E>(std::move(why)) {}
};
#endif

// ---- what every handle has ----------------------------------------------------------------------------

namespace detail {
template <class Raw, void (*Release)(Raw*)>
class handle {
 public:
  using raw_type = Raw;
  constexpr handle() noexcept = default;
  /// Adopts a reference that the C interface gave you.
  constexpr explicit handle(Raw* adopted) noexcept : raw_(adopted) {}
  handle(handle&& other) noexcept : raw_(other.release()) {}
  handle& operator=(handle&& other) noexcept {
    reset(other.release());
    return *this;
  }
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() { reset(); }

  explicit operator bool() const noexcept { return raw_ != nullptr; }
  /// The C object, still owned by this handle.
  Raw* get() const noexcept { return raw_; }
  /// The C object, now yours to release in C.
  [[nodiscard]] Raw* release() noexcept { return std::exchange(raw_, nullptr); }
  void reset(Raw* adopted = nullptr) noexcept {
    if (Raw* old = std::exchange(raw_, adopted)) Release(old);
  }

 private:
  Raw* raw_ = nullptr;
};
}  // namespace detail

// ---- errors -------------------------------------------------------------------------------------------

/// Why a call failed. The code is always there; where the library explains itself, so is the rest.
/// Calls that are expected to miss now and then, such as find(), give the code only and allocate nothing.
class error {
 public:
  error() noexcept = default;
  /// Adopts `detail`. `text` must live for ever; it stands in where there is no detail.
  explicit error(status code, wb_error* detail = nullptr, const char* text = nullptr) noexcept
      : detail_(detail), text_(text), code_(code) {}

  status code() const noexcept { return code_; }
  /// One sentence: what was wrong, what was expected and, where it is known, the cause.
  std::string_view message() const noexcept {
    if (detail_) return ask(wb_error_message);
    return text_ ? std::string_view(text_) : status_name(code_);
  }
  /// The file, or empty.
  std::string_view path() const noexcept { return ask(wb_error_path); }
  /// The tensor, node, key or option, or empty.
  std::string_view subject() const noexcept { return ask(wb_error_subject); }
  /// The place in the file, if there is one.
  std::optional<std::uint64_t> offset() const noexcept {
    const std::uint64_t at = detail_ ? wb_error_offset(detail_.get()) : UINT64_MAX;
    return at == UINT64_MAX ? std::nullopt : std::optional(at);
  }
  /// errno, a CUresult or the value of your callback; 0: none.
  std::int64_t os_code() const noexcept { return detail_ ? wb_error_os_code(detail_.get()) : 0; }

  wb_error* get() const noexcept { return detail_.get(); }
  [[nodiscard]] wb_error* release() noexcept { return detail_.release(); }

 private:
  std::string_view ask(void (*question)(const wb_error*, wb_str*)) const noexcept {
    wb_str answer{};
    if (detail_) question(detail_.get(), &answer);
    return detail::text(answer);
  }

  detail::handle<wb_error, wb_error_release> detail_;
  const char* text_ = nullptr;
  status code_ = status::ok;
};

#if WB_HPP_EXCEPTIONS == 2
/// What value() throws.
class exception : public std::runtime_error {
 public:
  explicit exception(weighbridge::error&& why)
      : std::runtime_error(std::string(why.message())),
        error_(std::make_shared<const weighbridge::error>(std::move(why))) {}
  status code() const noexcept { return error_->code(); }
  const weighbridge::error& error() const noexcept { return *error_; }

 private:
  std::shared_ptr<const weighbridge::error> error_;  // exceptions must copy
};

/// The value, or the error thrown: `auto model = value(model::open(path));`
template <class T>
T value(expected<T>&& result) {
  if (!result) throw exception(std::move(result).error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
#endif

namespace detail {
inline unexpected<error> failure(wb_status code, wb_error* why = nullptr) noexcept {
  return unexpected<error>(error(static_cast<status>(code), why));
}
inline unexpected<error> failure(status code, const char* text) noexcept {
  return unexpected<error>(error(code, nullptr, text));
}
/// `call(Raw** out, wb_error** why)`, which makes a handle.
template <class Handle, class Call>
expected<Handle> make(Call call) noexcept {
  typename Handle::raw_type* out = nullptr;
  wb_error* why = nullptr;
  const wb_status code = call(&out, &why);
  if (code != WB_OK) return failure(code, why);
  return Handle(out);
}
/// `call(wb_error** why)`, which makes nothing.
template <class Call>
expected<void> run(Call call) noexcept {
  wb_error* why = nullptr;
  const wb_status code = call(&why);
  if (code != WB_OK) return failure(code, why);
  return {};
}

/// A C struct as the library wants to get it: zeroed, with its size.
template <class Struct>
Struct sized() noexcept {
  Struct s{};
  s.struct_size = sizeof(Struct);
  return s;
}

inline span<const std::byte> bytes(const void* data, std::uint64_t size) noexcept {
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

/// `count` items of a C object, made on demand by Item::at(raw, index). Items are values, not references.
template <class Item, class Raw>
class range {
 public:
  class iterator {
    struct arrow {
      Item item;
      const Item* operator->() const noexcept { return &item; }
    };

   public:
    using iterator_concept = std::forward_iterator_tag;  // in the sense of C++20
    using iterator_category = std::input_iterator_tag;   // in the sense of C++17, which asks for references
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = arrow;
    using reference = Item;

    iterator() noexcept = default;
    iterator(const Raw* raw, std::size_t index) noexcept : raw_(raw), index_(index) {}
    Item operator*() const noexcept { return Item::at(raw_, index_); }
    arrow operator->() const noexcept { return {**this}; }
    iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    iterator operator++(int) noexcept { return {raw_, index_++}; }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.index_ == b.index_; }
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return a.index_ != b.index_; }

   private:
    const Raw* raw_ = nullptr;
    std::size_t index_ = 0;
  };

  range(const Raw* raw, std::size_t count) noexcept : raw_(raw), count_(count) {}
  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  /// Beyond the end: an item with nothing in it.
  Item operator[](std::size_t index) const noexcept { return Item::at(raw_, index); }
  iterator begin() const noexcept { return {raw_, 0}; }
  iterator end() const noexcept { return {raw_, count_}; }

 private:
  const Raw* raw_;
  std::size_t count_;
};
}  // namespace detail

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

// ---- bytes and reports --------------------------------------------------------------------------------

/// Bytes that stay where they are until the last buffer that shares them is gone.
class buffer : public detail::handle<wb_buffer, wb_buffer_release> {
 public:
  using handle::handle;

  [[nodiscard]] buffer retain() const noexcept { return buffer(wb_buffer_retain(get())); }
  span<const std::byte> bytes() const noexcept {
    std::size_t size = 0;
    const void* data = wb_buffer_data(get(), &size);
    return detail::bytes(data, data ? size : 0);
  }
};

/// One line of a report: these bytes, this expectation, this outcome. Borrows from its report.
struct check {
  weighbridge::outcome outcome = outcome::uncovered;
  weighbridge::anchor anchor = anchor::beside_the_weights;
  std::string_view subject;    ///< file or tensor
  std::string_view algorithm;  ///< "sha256", "blake3", "crc32c", ...
  std::string_view source;     ///< "SHA256SUMS", "weighbridge.json", "zip", ...
  std::string_view expected;   ///< hexadecimal
  std::string_view actual;     ///< hexadecimal
  bool is_tensor = false;      ///< a tensor, or else a file

  static check at(const wb_report* report, std::size_t index) noexcept {
    auto c = detail::sized<wb_check>();
    if (wb_report_check(report, index, &c) != WB_OK) return {};
    return {static_cast<weighbridge::outcome>(c.outcome),
            static_cast<weighbridge::anchor>(c.anchor),
            detail::text(c.subject),
            detail::text(c.algorithm),
            detail::text(c.source),
            detail::text(c.expected),
            detail::text(c.actual),
            c.kind == WB_SUBJECT_TENSOR};
  }
};

/// Everything that was checked, in order, and everything that could not be.
class report : public detail::handle<wb_report, wb_report_release> {
  using checks = detail::range<check, wb_report>;
  checks all() const noexcept { return {get(), size()}; }

 public:
  using handle::handle;

  std::size_t size() const noexcept { return wb_report_count(get()); }
  check operator[](std::size_t index) const noexcept { return check::at(get(), index); }
  checks::iterator begin() const noexcept { return all().begin(); }
  checks::iterator end() const noexcept { return all().end(); }
};

/// The end of model::verify(): true if all is well. After a mismatch, and where policy::required finds files
/// that nothing covers, there are both an error and a report.
struct [[nodiscard]] verification {
  weighbridge::error error;
  weighbridge::report report;
  explicit operator bool() const noexcept { return error.code() == status::ok; }
};

// ---- load: plan, task, placement ----------------------------------------------------------------------

/// Which tensors, where to. As it stands: all of them, into host memory.
struct plan_options {
  target to = target::host;
  std::int32_t device = 0;                ///< CUDA ordinal
  std::vector<std::string_view> include;  ///< glob patterns over tensor names, each of which must match one;
                                          ///< `*` also matches `.` and `/`; none: all tensors
  std::vector<std::size_t> tensors;       ///< or indices, in the order that the placement shall have
  std::uint64_t alignment = 0;            ///< of each tensor, a power of two; 0: 64 on the host, 256 on a device
  std::uint64_t staging_bytes = 0;        ///< most host memory to use beside the tensors; 0: 8 MiB
};

namespace detail {
/// plan_options in C, with the memory that it points to. Borrows the rest from `from`.
struct plan_request {
  wb_plan_options c = sized<wb_plan_options>();
  std::unique_ptr<wb_str[]> patterns;

  explicit plan_request(const plan_options& from) noexcept {
    c.target = static_cast<std::uint32_t>(from.to);
    c.device = from.device;
    c.tensors = from.tensors.data();
    c.tensor_count = from.tensors.size();
    c.alignment = from.alignment;
    c.staging_bytes = from.staging_bytes;
    c.include_count = from.include.size();
    if (from.include.empty()) return;
    patterns.reset(new (std::nothrow) wb_str[from.include.size()]);
    c.include = patterns.get();
    if (!patterns) return;
    wb_str* next = patterns.get();
    for (const std::string_view pattern : from.include) *next++ = wb_str{pattern.data(), pattern.size()};
  }
  bool out_of_memory() const noexcept { return c.include_count != 0 && !patterns; }
};
}  // namespace detail

struct plan_info {
  std::uint64_t tensors = 0;
  std::uint64_t payload_bytes = 0;  ///< of the tensors
  std::uint64_t read_bytes = 0;     ///< from the files; more than the payload where whole files must be checked
  std::uint64_t target_bytes = 0;   ///< of the arena, padding and all
  std::uint64_t staging_bytes = 0;  ///< of host memory, for the time of the load
};

struct progress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t done_tensors = 0;
  std::uint64_t total_tensors = 0;

  /// 0 to 1.
  constexpr double fraction() const noexcept {
    return total_bytes ? static_cast<double>(done_bytes) / static_cast<double>(total_bytes) : 1.0;
  }
};

/// A tensor where a load put it. Borrows from its placement.
struct placed_tensor {
  std::uint64_t address = 0;  ///< a host pointer or, for target::cuda, a device pointer
  std::uint64_t bytes = 0;
  std::size_t tensor = 0;     ///< index in the model

  /// The contents. Not for target::cuda: those are not the host's to read.
  span<const std::byte> host_bytes() const noexcept {
    return detail::bytes(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)), bytes);
  }

  static placed_tensor at(const wb_placement* placement, std::size_t position) noexcept {
    auto c = detail::sized<wb_placed_tensor>();
    if (wb_placement_tensor(placement, position, &c) != WB_OK) return {};
    return {c.address, c.bytes, c.tensor};
  }
};

/// Loaded tensors. It exists only if every check that it needs has passed. It owns its memory, and outlives
/// the model; with target::view it keeps the model's files mapped instead.
class placement : public detail::handle<wb_placement, wb_placement_release> {
  using placed = detail::range<placed_tensor, wb_placement>;
  placed all() const noexcept { return {get(), size()}; }

 public:
  using handle::handle;

  [[nodiscard]] placement retain() const noexcept { return placement(wb_placement_retain(get())); }
  std::size_t size() const noexcept { return wb_placement_count(get()); }
  /// By position in the placement, which is not the index in the model. Beyond the end: all zero.
  placed_tensor operator[](std::size_t position) const noexcept { return placed_tensor::at(get(), position); }
  placed::iterator begin() const noexcept { return all().begin(); }
  placed::iterator end() const noexcept { return all().end(); }

  [[nodiscard]] expected<placed_tensor> find(std::string_view name) const noexcept {
    auto c = detail::sized<wb_placed_tensor>();
    const wb_status code = wb_placement_find(get(), name.data(), name.size(), &c);
    if (code != WB_OK) return detail::failure(code);
    return placed_tensor{c.address, c.bytes, c.tensor};
  }
  /// What was checked while loading.
  [[nodiscard]] expected<weighbridge::report> report() const noexcept {
    return detail::make<weighbridge::report>([&](auto out, auto why) { return wb_placement_report(get(), out, why); });
  }
};

namespace detail {
inline progress progress_of(const wb_progress& c) noexcept {
  return {c.done_bytes, c.total_bytes, c.done_tensors, c.total_tensors};
}

/// Carries a callable through the C callback. The library must never see an exception.
template <class Callback>
struct progress_call {
  Callback* callback;
#if WB_HPP_EXCEPTIONS == 2
  std::exception_ptr thrown{};
#endif

  static std::int32_t invoke(void* self, const wb_progress* p) noexcept {
    auto& call = *static_cast<progress_call*>(self);
    WB_HPP_TRY {
      return call.ask(progress_of(*p));
    } WB_HPP_CATCH {
#if WB_HPP_EXCEPTIONS == 2
      call.thrown = std::current_exception();
#endif
      return 1;
    }
  }

 private:
  std::int32_t ask(const progress& p) const {
    if constexpr (std::is_void_v<decltype((*callback)(p))>) {
      (*callback)(p);
      return 0;
    } else {
      return (*callback)(p) ? 1 : 0;
    }
  }
};
}  // namespace detail

/// A load under way. Threads that the context allows begin at once and end with it; where it allows none,
/// whoever calls step() or wait() does the work. Destroying a task cancels what is not finished.
class task : public detail::handle<wb_task, wb_task_release> {
 public:
  using handle::handle;

  /// Works, or waits for the threads that do, for about `budget`. status::ok: all done, call finish().
  /// status::pending: call again.
  [[nodiscard]] expected<status> step(std::chrono::nanoseconds budget, progress* now = nullptr) noexcept {
    auto c = detail::sized<wb_progress>();
    wb_error* why = nullptr;
    const auto ns = budget.count() > 0 ? static_cast<std::uint64_t>(budget.count()) : 0;
    const wb_status code = wb_task_step(get(), ns, &c, &why);
    if (now) *now = detail::progress_of(c);
    if (code != WB_OK && code != WB_PENDING) return detail::failure(code, why);
    return static_cast<status>(code);
  }

  /// How far it is, without working on it: status::pending, status::ok when all is done, or why it ended. The
  /// error itself comes from step() or wait().
  status poll(progress* now = nullptr) const noexcept {
    auto c = detail::sized<wb_progress>();
    const wb_status code = wb_task_poll(get(), &c);
    if (now) *now = detail::progress_of(c);
    return static_cast<status>(code);
  }

  /// Works until all is done.
  [[nodiscard]] expected<void> wait() noexcept {
    return detail::run([&](wb_error** why) { return wb_task_wait(get(), nullptr, nullptr, why); });
  }

  /// The same, and calls `callback(const progress&)` on this thread: at once, about twenty times a second,
  /// and at the end. If it returns something, false or 0 goes on and anything else cancels, as in
  /// `return stop_requested.load();`. What it throws cancels too, and is thrown again from here.
  template <class Callback>
  [[nodiscard]] expected<void> wait(Callback&& callback) {
    using call_type = detail::progress_call<std::remove_reference_t<Callback>>;
    call_type call{std::addressof(callback)};
    auto result = detail::run([&](wb_error** why) { return wb_task_wait(get(), &call_type::invoke, &call, why); });
#if WB_HPP_EXCEPTIONS == 2
    if (call.thrown) std::rethrow_exception(call.thrown);
#endif
    return result;
  }

  /// Asks it to stop; step() or wait() then answers status::cancelled. From any thread, at any time before
  /// this handle is destroyed.
  void cancel() const noexcept { wb_task_cancel(get()); }

  /// The result, once step() or wait() has said that all is done. Before that: an error, whose code may be
  /// status::pending.
  [[nodiscard]] expected<placement> finish() noexcept {
    return detail::make<placement>([&](auto out, auto why) { return wb_task_finish(get(), out, why); });
  }
};

/// What a load would do. Making one reads nothing and touches no device.
class plan : public detail::handle<wb_plan, wb_plan_release> {
 public:
  using handle::handle;

  [[nodiscard]] expected<plan_info> describe() const noexcept {
    auto c = detail::sized<wb_plan_info>();
    const wb_status code = wb_plan_describe(get(), &c);
    if (code != WB_OK) return detail::failure(code);
    return plan_info{c.tensors, c.payload_bytes, c.read_bytes, c.target_bytes, c.staging_bytes};
  }
  /// Each start is a load of its own.
  [[nodiscard]] expected<task> start() const noexcept {
    return detail::make<task>([&](auto out, auto why) { return wb_plan_start(get(), out, why); });
  }
};

// ---- model --------------------------------------------------------------------------------------------

/// How to open a model. As it stands: detect the format, map the files, check what a manifest covers.
struct open_options {
  policy verify = policy::if_present;
  std::uint64_t flags = 0;             ///< open_read
  std::string_view format;             ///< empty: detect by content
  /// Expected digests from a place you trust (weighbridge.json or SHA256SUMS), instead of those that lie beside the
  /// weights. An empty one is an error, not the absence of one.
  std::optional<span<const std::byte>> manifest;
  std::uint64_t max_header_bytes = 0;  ///< 0: 100 MB
  std::uint64_t max_tensors = 0;       ///< 0: 10,000,000
};

/// One of the files that hold weights. Borrows from its model.
struct file_view {
  std::string_view path;  ///< below the model's directory
  std::uint64_t bytes = 0;

  static file_view at(const wb_model* model, std::size_t index) noexcept {
    wb_str path{};
    std::uint64_t bytes = 0;
    if (wb_model_file(model, index, &path, &bytes) != WB_OK) return {};
    return {detail::text(path), bytes};
  }
};

/// Borrows from its model.
struct metadata_entry {
  std::string_view key;
  std::string_view value;

  static metadata_entry at(const wb_model* model, std::size_t index) noexcept {
    wb_str key{};
    wb_str value{};
    if (wb_model_metadata(model, index, &key, &value) != WB_OK) return {};
    return {detail::text(key), detail::text(value)};
  }
};

/// A file that travels with the weights: config.json, tokenizer.json, labels. Borrows from its model.
class asset_view {
 public:
  static asset_view at(const wb_model* model, std::size_t index) noexcept {
    asset_view asset;
    asset.model_ = model;
    asset.index_ = index;
    wb_str name{};
    if (wb_model_asset(model, index, &name, &asset.bytes_) == WB_OK) asset.name_ = detail::text(name);
    return asset;
  }

  std::string_view name() const noexcept { return name_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  /// The contents. They outlive the model.
  [[nodiscard]] expected<weighbridge::buffer> buffer() const noexcept {
    return detail::make<weighbridge::buffer>([&](auto out, auto why) {
      return wb_model_asset_buffer(model_, index_, out, why);
    });
  }

 private:
  const wb_model* model_ = nullptr;
  std::size_t index_ = 0;
  std::string_view name_;
  std::uint64_t bytes_ = 0;
};

/// One tensor of a model: what it is, and four ways to its contents. Borrows from its model; cheap to copy.
class tensor_view {
 public:
  static tensor_view at(const wb_model* model, std::size_t index) noexcept {
    tensor_view tensor;
    tensor.model_ = model;
    tensor.index_ = index;
    auto info = detail::sized<wb_tensor_info>();
    if (wb_model_tensor_info(model, index, &info) == WB_OK) tensor.info_ = info;
    return tensor;
  }

  std::size_t index() const noexcept { return index_; }
  std::string_view name() const noexcept { return detail::text(info_.name); }
  weighbridge::dtype dtype() const noexcept { return info_.dtype; }
  std::string_view dtype_name() const noexcept { return weighbridge::dtype_name(info_.dtype); }
  /// Empty for a scalar.
  span<const std::int64_t> shape() const noexcept { return dims(info_.shape); }
  /// Empty: contiguous, row-major.
  span<const std::int64_t> strides() const noexcept { return dims(info_.strides); }
  /// Product of the shape.
  std::uint64_t elements() const noexcept {
    std::uint64_t product = 1;
    for (const std::int64_t extent : shape()) product *= static_cast<std::uint64_t>(extent);
    return product;
  }
  /// Of the contents as stored.
  std::uint64_t bytes() const noexcept { return info_.bytes; }
  /// In the file; none for contents that are built on demand.
  std::optional<std::uint64_t> offset() const noexcept {
    return info_.offset == UINT64_MAX ? std::nullopt : std::optional(info_.offset);
  }
  /// Index in model::files().
  std::uint32_t file() const noexcept { return info_.file; }
  /// Of the pointer that data() gives; 0: it gives none.
  std::uint32_t alignment() const noexcept { return info_.alignment; }

  /// Zero-copy, until the model is gone. status::not_mapped: use read(), buffer() or a load.
  [[nodiscard]] expected<span<const std::byte>> data() const noexcept {
    const void* ptr = nullptr;
    std::size_t size = 0;
    const wb_status code = wb_model_tensor_data(model_, index_, &ptr, &size);
    if (code != WB_OK) return detail::failure(code);
    return detail::bytes(ptr, size);
  }

  /// The same as elements. T must be as large as an element, and the data aligned for it. float and double
  /// want F32 and F64; integers and structs go by size alone, so std::uint16_t shows the bits of BF16.
  /// Elements come in the order in which they are stored: see strides().
  template <class T>
  [[nodiscard]] expected<span<const T>> as() const noexcept {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_same_v<T, bool>,
                  "T must be plain data for which every pattern of bits is a value");
    const void* ptr = nullptr;
    std::size_t size = 0;
    const wb_status code = wb_model_tensor_data(model_, index_, &ptr, &size);
    if (code != WB_OK) return detail::failure(code);
    if (size != elements() * sizeof(T))
      return detail::failure(status::invalid_argument, "as<T>: T is not as large as an element of the tensor");
    if constexpr (std::is_floating_point_v<T>) {
      if (info_.dtype != (sizeof(T) == 4 ? WB_F32 : WB_F64))
        return detail::failure(status::invalid_argument, "as<T>: the elements are not of this floating-point type");
    }
    if (reinterpret_cast<std::uintptr_t>(ptr) % alignof(T) != 0)
      return detail::failure(status::invalid_argument, "as<T>: the data is not aligned for T; load or read a copy");
    return span<const T>(static_cast<const T*>(ptr), size / sizeof(T));
  }

  /// The contents, for longer than the model lives.
  [[nodiscard]] expected<weighbridge::buffer> buffer() const noexcept {
    return detail::make<weighbridge::buffer>([&](auto out, auto why) {
      return wb_model_tensor_buffer(model_, index_, out, why);
    });
  }

  /// Copies the bytes from `from` on into `into`, all of it or an error. Reads; never touches a mapping.
  [[nodiscard]] expected<void> read(std::uint64_t from, span<std::byte> into) const noexcept {
    return detail::run([&](wb_error** why) {
      return wb_model_tensor_read(model_, index_, from, into.data(), into.size(), why);
    });
  }

 private:
  span<const std::int64_t> dims(const std::int64_t* first) const noexcept {
    return {first, first ? info_.rank : 0};
  }

  const wb_model* model_ = nullptr;
  std::size_t index_ = 0;
  wb_tensor_info info_{};
};

/// An open model: immutable, and safe from many threads at once.
class model : public detail::handle<wb_model, wb_model_release> {
 public:
  using handle::handle;

  /// A file, an index of shards, or a directory that holds one of them. Reads headers, not tensors.
  [[nodiscard]] static expected<model> open(std::string_view path, const open_options& options = {}) noexcept {
    return open_with(nullptr, path, options);
  }
  [[nodiscard]] static expected<model> open(context& host, std::string_view path,
                                            const open_options& options = {}) noexcept {
    return open_with(host.get(), path, options);
  }

  /// Memory that you keep alive and unchanged until the model, its buffers and its views are gone.
  [[nodiscard]] static expected<model> open_memory(span<const std::byte> bytes,
                                                   const open_options& options = {},
                                                   context* host = nullptr) noexcept {
    return open_memory_with(host, bytes, nullptr, nullptr, options);
  }
  /// Memory that `owner` keeps alive. The library destroys `owner` once, on whichever thread lets go of the
  /// bytes last, and also if this call fails.
  template <class Owner>
  [[nodiscard]] static expected<model> open_memory(span<const std::byte> bytes, std::unique_ptr<Owner> owner,
                                                   const open_options& options = {},
                                                   context* host = nullptr) noexcept {
    const auto destroy = [](void* owned) noexcept { delete static_cast<Owner*>(owned); };
    return open_memory_with(host, bytes, destroy, owner.release(), options);
  }

  [[nodiscard]] model retain() const noexcept { return model(wb_model_retain(get())); }

  /// "safetensors", "gguf", "onnx", ...
  std::string_view format() const noexcept {
    wb_str name{};
    wb_model_format(get(), &name);
    return detail::text(name);
  }
  detail::range<file_view, wb_model> files() const noexcept { return {get(), wb_model_file_count(get())}; }
  detail::range<tensor_view, wb_model> tensors() const noexcept {
    return {get(), wb_model_tensor_count(get())};
  }
  detail::range<metadata_entry, wb_model> metadata() const noexcept {
    return {get(), wb_model_metadata_count(get())};
  }
  detail::range<asset_view, wb_model> assets() const noexcept { return {get(), wb_model_asset_count(get())}; }

  /// A tensor by name, or status::not_found.
  [[nodiscard]] expected<tensor_view> find(std::string_view name) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_model_tensor_find(get(), name.data(), name.size(), &index);
    if (code != WB_OK) return detail::failure(code);
    return tensor_view::at(get(), index);
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
    return c;
  }
  static expected<model> open_with(wb_context* host, std::string_view path, const open_options& options) noexcept {
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
                  sizeof(plan) == sizeof(void*) && sizeof(task) == sizeof(void*) &&
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
