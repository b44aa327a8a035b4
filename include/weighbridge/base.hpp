// Words, span and expected, handles, errors: what everything else in weighbridge.hpp stands on.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_BASE_HPP
#define WEIGHBRIDGE_BASE_HPP
#ifndef WB_HPP_NAME
#error "include weighbridge.hpp"
#endif

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
  sealed = WB_TARGET_SEALED,  ///< a sealed memfd that other processes may map; see placement::sealed()
  cuda = WB_TARGET_CUDA,      ///< CUDA devices: one arena on each of them, or memory that you give
};

/// How a load reads files.
enum class reads : std::uint32_t {
  automatic = WB_READS_AUTO,     ///< direct for a device if little of the file is in the page cache, else buffered
  buffered = WB_READS_BUFFERED,  ///< through the page cache
  direct = WB_READS_DIRECT,      ///< past it, wherever the file system can
};

/// Which elements of a quantized tensor share a scale.
enum class scheme : std::uint32_t {
  tensor = WB_QUANTIZED_TENSOR,  ///< all of them
  axis = WB_QUANTIZED_AXIS,      ///< those with the same index in one dimension
  block = WB_QUANTIZED_BLOCK,    ///< runs of consecutive elements along one dimension
};

enum class outcome : std::uint32_t {
  uncovered = WB_CHECK_UNCOVERED,  ///< nothing says what these bytes should be
  match = WB_CHECK_MATCH,
  mismatch = WB_CHECK_MISMATCH,
};

/// Where an expectation came from. One that lay beside the weights guards against accidents, one that you
/// gave guards against people.
enum class anchor : std::uint32_t { beside_the_weights = WB_ANCHOR_BESIDE, caller = WB_ANCHOR_CALLER };

/// How bad a finding is; the smaller, the worse.
enum class severity : std::uint32_t {
  error = WB_SEVERITY_ERROR,      ///< the model breaks a rule of its format
  warning = WB_SEVERITY_WARNING,  ///< valid, and it goes wrong in production sooner or later
  info = WB_SEVERITY_INFO,        ///< something to know before it is deployed
};

/// What a value of metadata is. Later versions may have more types.
enum class metadata_type : std::uint32_t {
  null = WB_METADATA_NULL,
  boolean = WB_METADATA_BOOL,
  i64 = WB_METADATA_I64,
  u64 = WB_METADATA_U64,
  f64 = WB_METADATA_F64,
  text = WB_METADATA_TEXT,
  bytes = WB_METADATA_BYTES,
  list = WB_METADATA_LIST,
  map = WB_METADATA_MAP,
};

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
/// A file to which its path does not lead any more is refused; otherwise the model goes on with what it has opened.
inline constexpr std::uint64_t open_refuse_replaced = WB_OPEN_REFUSE_REPLACED;

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
}  // namespace detail

}  // namespace WB_HPP_NAME
}  // namespace weighbridge
#endif
