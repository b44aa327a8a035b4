// Enumerations, span and expected, handles, errors: the basis of the rest of weighbridge.hpp.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_BASE_HPP
#define WEIGHBRIDGE_BASE_HPP
#ifndef WB_HPP_NAME
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_NAME(WB_HPP_SPAN, WB_HPP_EXPECTED, WB_HPP_EXCEPTIONS) {

// ---- enumerations -------------------------------------------------------------------------------------

/// The result of a call. Zero: success. Positive: not finished. Negative: an error.
enum class status : wb_status {
  ok = WB_OK,
  pending = WB_PENDING,
  invalid_argument = WB_ERR_INVALID_ARGUMENT,
  unsupported = WB_ERR_UNSUPPORTED,      ///< not supported by this build or this version
  out_of_memory = WB_ERR_OUT_OF_MEMORY,
  io = WB_ERR_IO,
  not_found = WB_ERR_NOT_FOUND,
  format = WB_ERR_FORMAT,                ///< a file is malformed or inconsistent
  limit = WB_ERR_LIMIT,                  ///< a file exceeds a limit of the open
  mismatch = WB_ERR_MISMATCH,            ///< bytes differ from what a manifest expects
  unverified = WB_ERR_UNVERIFIED,        ///< the policy requires a check that has not been made
  device = WB_ERR_DEVICE,
  cancelled = WB_ERR_CANCELLED,
  callback = WB_ERR_CALLBACK,            ///< a callback of the host failed; error::os_code() is its result
  not_mapped = WB_ERR_NOT_MAPPED,        ///< a zero-copy pointer does not exist; read or load instead
  changed = WB_ERR_CHANGED,              ///< a file has been written since it was opened
  internal = WB_ERR_INTERNAL,            ///< a bug in the library
};

/// Which bytes must be checked before they are used. Fixed when a model is opened.
enum class policy : std::uint32_t {
  if_present = WB_VERIFY_IF_PRESENT,  ///< loads check what a manifest covers; a mismatch is an error
  required = WB_VERIFY_REQUIRED,      ///< bytes of tensors are refused until they have been checked
  none = WB_VERIFY_NONE,              ///< manifests are not read
};

/// Where a load puts the tensors.
enum class target : std::uint32_t {
  host = WB_TARGET_HOST,      ///< one arena in host memory
  view = WB_TARGET_VIEW,      ///< zero-copy pointers into the mapped files
  sealed = WB_TARGET_SEALED,  ///< a sealed memfd that other processes may map; see placement::sealed()
  cuda = WB_TARGET_CUDA,      ///< CUDA devices: one arena on each, or memory of the caller
  none = WB_TARGET_NONE,      ///< none: the tensors are only checked
};

/// How a load reads files.
enum class reads : std::uint32_t {
  automatic = WB_READS_AUTO,     ///< direct for a device if little of the file is in the page cache, else buffered
  buffered = WB_READS_BUFFERED,  ///< through the page cache
  direct = WB_READS_DIRECT,      ///< past it, where the file system supports that
};

/// Which elements of a quantized tensor share a scale.
enum class scheme : std::uint32_t {
  tensor = WB_QUANTIZED_TENSOR,  ///< all of them
  axis = WB_QUANTIZED_AXIS,      ///< those with the same index in one dimension
  block = WB_QUANTIZED_BLOCK,    ///< runs of consecutive elements along one dimension
};

enum class outcome : std::uint32_t {
  uncovered = WB_OUTCOME_UNCOVERED,  ///< no manifest covers the subject
  match = WB_OUTCOME_MATCH,
  mismatch = WB_OUTCOME_MISMATCH,
};

/// What a line of a report is about.
enum class subject_kind : std::uint32_t {
  file = WB_SUBJECT_FILE,
  tensor = WB_SUBJECT_TENSOR,
  run = WB_SUBJECT_RUN,  ///< a part of a file for which the format itself has a checksum
};

/// Where an expectation comes from. A manifest that lies beside the weights detects accidents; one that the caller gave
/// also detects an attacker who can write the files.
enum class anchor : std::uint32_t { beside_the_weights = WB_ANCHOR_BESIDE, caller = WB_ANCHOR_CALLER };

/// What a progress callback returns: whether the operation goes on. Returning nothing is `proceed`.
enum class flow : std::int32_t {
  proceed = WB_PROCEED,
  stop = WB_STOP,  ///< cancel it: it fails with status::cancelled
};

/// How severe a finding is; smaller is more severe.
enum class severity : std::uint32_t {
  error = WB_SEVERITY_ERROR,      ///< the model violates a rule of its format
  warning = WB_SEVERITY_WARNING,  ///< valid, but likely to cause a problem in production
  info = WB_SEVERITY_INFO,        ///< something to know before it is deployed
};

/// The type of a metadata value.
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

/// How important a log message is; smaller is more important.
enum class log_level : std::uint32_t {
  none = 0,
  error = WB_LOG_ERROR,
  warn = WB_LOG_WARN,
  info = WB_LOG_INFO,
  debug = WB_LOG_DEBUG,
};

/// An element type: one of the constants WB_F32, WB_BF16, ... of weighbridge.h.
using dtype = wb_dtype;

/// For open_options::flags: files are read and never mapped. There are no zero-copy pointers, and a file that is truncated
/// cannot raise SIGBUS.
inline constexpr std::uint64_t open_read = WB_OPEN_READ;
/// For open_options::flags: a file that has been replaced or removed is refused; otherwise the model goes on with the file
/// that it opened.
inline constexpr std::uint64_t open_refuse_replaced = WB_OPEN_REFUSE_REPLACED;
/// For open_options::flags: what open_options::memo remembers counts as cover under policy::required.
inline constexpr std::uint64_t open_memo_covers = WB_OPEN_MEMO_COVERS;

/// For context_options::max_threads: one thread for each processor.
inline constexpr std::uint32_t all_threads = WB_THREADS_ALL;

/// As the ordinal of a device: host memory.
inline constexpr std::uint32_t host_memory = WB_DEVICE_HOST;

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
/// "F32", "BF16", ...
inline std::string_view dtype_name(dtype type) noexcept { return detail::text(wb_dtype_name(type)); }

/// The layout of an element type: n elements occupy n / block_elements * block_bytes bytes.
struct dtype_info {
  std::uint32_t bits = 0;            ///< of one element; 0: not a whole number, as for most block types, or not fixed
  std::uint32_t block_elements = 0;  ///< the smallest number of elements that occupy whole bytes; 0 for strings
  std::uint32_t block_bytes = 0;     ///< the bytes of these elements; 0 for strings
  std::uint32_t alignment = 0;       ///< in bytes, of a pointer to the elements

  /// Empty for a number that the library does not have.
  static dtype_info of(dtype type) noexcept {
    wb_dtype_info c{};
    c.struct_size = sizeof c;
    if (wb_dtype_get_info(type, &c) != WB_OK) return {};
    return {c.bits, c.block_elements, c.block_bytes, c.alignment};
  }
};

inline std::string_view version() noexcept { return detail::text(wb_version_string()); }

/// Whether the library was built with a feature, such as "onnx" or "cuda".
inline bool has_feature(std::string_view name) noexcept {
  return wb_has_feature(name.data(), name.size()) != 0;
}

/// Whether the loaded library has the binary interface that this program was compiled for. A program that is shipped apart
/// from the library should ask once at start.
inline bool abi_compatible() noexcept { return wb_abi_version() == std::uint32_t{WB_ABI_VERSION}; }

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

/// The part of std::expected that this header needs. As there, test it before using `*`, `->` or error().
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
  std::optional<T> value_{};
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

/// Why a call failed. Copies share one object. Calls that may well find nothing, such as find(), give only the code and
/// allocate nothing.
class error {
 public:
  error() noexcept = default;
  /// Adopts `detail`. `text` must be static; it is the message if there is no detail.
  explicit error(status code, wb_error* detail = nullptr, const char* text = nullptr) noexcept
      : detail_(detail), text_(text), code_(code) {}
  error(const error& other) noexcept
      : detail_(wb_error_retain(other.get())), text_(other.text_), code_(other.code_) {}
  error(error&& other) noexcept = default;
  error& operator=(const error& other) noexcept {
    detail_.reset(wb_error_retain(other.get()));
    text_ = other.text_;
    code_ = other.code_;
    return *this;
  }
  error& operator=(error&& other) noexcept = default;
  ~error() = default;

  status code() const noexcept { return code_; }
  /// On one line: what was wrong, what was expected and, if it is known, the cause.
  std::string_view message() const noexcept { return what(); }
  /// The same, NUL-terminated.
  const char* what() const noexcept {
    if (detail_) return wb_error_message(detail_.get());
    return text_ ? text_ : wb_status_name(static_cast<wb_status>(code_));
  }
  /// The file; may be empty.
  std::string_view path() const noexcept { return detail::text(info().path); }
  /// The tensor, node, key or option; may be empty.
  std::string_view subject() const noexcept { return detail::text(info().subject); }
  /// In bytes from the start of the file.
  std::optional<std::uint64_t> offset() const noexcept {
    const std::uint64_t at = detail_ ? info().offset : UINT64_MAX;
    return at == UINT64_MAX ? std::nullopt : std::optional(at);
  }
  /// errno, a CUresult or the result of a callback; 0: none.
  std::int64_t os_code() const noexcept { return info().os_code; }

  wb_error* get() const noexcept { return detail_.get(); }
  [[nodiscard]] wb_error* release() noexcept { return detail_.release(); }

 private:
  wb_error_info info() const noexcept {
    wb_error_info c{};
    c.struct_size = sizeof c;
    wb_error_get_info(detail_.get(), &c);
    return c;
  }

  detail::handle<wb_error, wb_error_release> detail_{};
  const char* text_ = nullptr;
  status code_ = status::ok;
};

#if WB_HPP_EXCEPTIONS == 2
/// What value() throws.
class exception : public std::exception {
 public:
  explicit exception(weighbridge::error why) noexcept : error_(std::move(why)) {}
  const char* what() const noexcept override { return error_.what(); }
  status code() const noexcept { return error_.code(); }
  const weighbridge::error& error() const noexcept { return error_; }

 private:
  weighbridge::error error_;
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
/// A find that failed: with a static text if there is nothing of this name, so that nothing is allocated.
inline unexpected<error> missing(wb_status code, const char* text) noexcept {
  return code == WB_ERR_NOT_FOUND ? failure(status::not_found, text) : failure(code);
}
/// Calls `call(Raw** out, wb_error** why)`, which creates a handle.
template <class Handle, class Call>
expected<Handle> make(Call call) noexcept {
  typename Handle::raw_type* out = nullptr;
  wb_error* why = nullptr;
  const wb_status code = call(&out, &why);
  if (code != WB_OK) return failure(code, why);
  return Handle(out);
}
/// Calls `call(wb_error** why)`, which creates nothing.
template <class Call>
expected<void> run(Call call) noexcept {
  wb_error* why = nullptr;
  const wb_status code = call(&why);
  if (code != WB_OK) return failure(code, why);
  return {};
}

/// A zeroed C structure with its size.
template <class Struct>
Struct sized() noexcept {
  Struct s{};
  s.struct_size = sizeof(Struct);
  return s;
}

/// The library orders the calls of functions of the host by locks of its own, which the thread sanitizer does not see. It sees this:
/// what was done before happens_before() is done when happens_after() has been called, for the same place.
#if defined(WB_HPP_TSAN)
inline void happens_before(void* place) noexcept { __tsan_release(place); }
inline void happens_after(void* place) noexcept { __tsan_acquire(place); }
#else
inline void happens_before(void*) noexcept {}
inline void happens_after(void*) noexcept {}
#endif

/// Stands for all memory of the host that functions of the host fill.
inline void* filled_memory() noexcept {
  static char place;
  return &place;
}

/// What a class of the host is derived from, which the library calls through a pointer.
class hook {
 public:
  hook(const hook&) = delete;
  hook& operator=(const hook&) = delete;
  virtual ~hook() = default;

 protected:
  hook() noexcept = default;
};

/// A duration in nanoseconds as the library takes it: not negative, and as long as it can be.
inline std::uint64_t saturated(long double ns) noexcept {
  constexpr long double longest = 18446744073709551615.0L;
  return ns <= 0 ? 0 : ns >= longest ? UINT64_MAX : static_cast<std::uint64_t>(ns);
}

inline span<const std::byte> bytes(const void* data, std::uint64_t size) noexcept {
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}
}  // namespace detail

// ---- progress and cancelling --------------------------------------------------------------------------

/// The progress of an operation.
struct progress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;  ///< 0: not known
  std::uint64_t done_tensors = 0;
  std::uint64_t total_tensors = 0;

  static progress of(const wb_progress& c) noexcept {
    return {c.done_bytes, c.total_bytes, c.done_tensors, c.total_tensors};
  }
  /// 0 to 1; 1 if the total is not known.
  constexpr double fraction() const noexcept {
    return total_bytes ? static_cast<double>(done_bytes) / static_cast<double>(total_bytes) : 1.0;
  }
};

/// Cancels operations from another thread. It may outlive them: they keep what they need.
class cancel_handle : public detail::handle<wb_cancel, wb_cancel_release> {
 public:
  using handle::handle;

  [[nodiscard]] static expected<cancel_handle> create() noexcept {
    return detail::make<cancel_handle>([](auto out, auto why) { return wb_cancel_create(out, why); });
  }
  [[nodiscard]] cancel_handle retain() const noexcept { return cancel_handle(wb_cancel_retain(get())); }
  /// Cancels every operation that has this handle in its options. Any thread.
  void set() const noexcept { wb_cancel_set(get()); }
};

namespace detail {
/// Carries a callable through the C callback. The library must not see an exception.
template <class Callback>
class progress_call {
 public:
  explicit progress_call(Callback& callback) noexcept : callback_(&callback) {}
  progress_call(const progress_call&) = delete;
  progress_call& operator=(const progress_call&) = delete;

  static std::int32_t function(void* self, const wb_progress* p) noexcept {
    auto& call = *static_cast<progress_call*>(self);
    WB_HPP_TRY {
      return static_cast<std::int32_t>(call.ask(progress::of(*p)));
    } WB_HPP_CATCH {
#if WB_HPP_EXCEPTIONS == 2
      call.thrown_ = std::current_exception();
#endif
      return WB_STOP;
    }
  }

  /// Rethrows what the callable threw.
  void rethrow() const {
#if WB_HPP_EXCEPTIONS == 2
    if (thrown_) std::rethrow_exception(thrown_);
#endif
  }

 private:
  flow ask(const progress& p) const {
    if constexpr (std::is_void_v<decltype((*callback_)(p))>) {
      (*callback_)(p);
      return flow::proceed;
    } else {
      static_assert(std::is_same_v<decltype((*callback_)(p)), flow>, "a progress callback returns nothing, or a flow");
      return (*callback_)(p);
    }
  }

  Callback* callback_;
#if WB_HPP_EXCEPTIONS == 2
  std::exception_ptr thrown_{};
#endif
};
}  // namespace detail

}  // namespace WB_HPP_NAME
}  // namespace weighbridge
#endif
