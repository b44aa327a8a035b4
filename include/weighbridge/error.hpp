// Handles, errors, and what happens to exceptions.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_ERROR_HPP
#define WEIGHBRIDGE_ERROR_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

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

/// What expected::value() throws.
class exception : public std::exception {
 public:
  explicit exception(weighbridge::error why) noexcept : error_(std::move(why)) {}
  const char* what() const noexcept override { return error_.what(); }
  status code() const noexcept { return error_.code(); }
  const weighbridge::error& error() const noexcept { return error_; }

 private:
  weighbridge::error error_;
};

// ---- exceptions ---------------------------------------------------------------------------------------

namespace detail {
// How this header calls functions of the host, and whether it throws. The files of a program may be compiled with exceptions and without
// them: all that depends on it has a guard as a template parameter, so that the linker never takes the one for the other.
#if WB_HPP_EXCEPTIONS == 0
/// Exceptions are off.
struct guard_without_exceptions {
  template <class Call, class Caught>
  static auto call(Call call, Caught) noexcept -> decltype(call()) {
    return call();
  }
  static void rethrow(const std::exception_ptr&) noexcept {}
};
using guard = guard_without_exceptions;
#else
/// Exceptions of the host end here.
struct catching_guard {
  template <class Call, class Caught>
  static auto call(Call call, Caught caught) noexcept -> decltype(call()) {
    try {
      return call();
    } catch (...) {
      return caught();
    }
  }
  static void rethrow(const std::exception_ptr&) noexcept {}
};
#if WB_HPP_EXCEPTIONS == 1
using guard = catching_guard;
#else
/// The same, and the header throws where it says so.
struct throwing_guard : catching_guard {
  [[noreturn]] static void raise(error why) { throw exception(std::move(why)); }
  static void rethrow(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  }
};
using guard = throwing_guard;
#endif
#endif
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
