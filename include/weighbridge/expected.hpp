// The results of functions that can fail.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_EXPECTED_HPP
#define WEIGHBRIDGE_EXPECTED_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// A value, or why there is none: the part of std::expected<T, error> that is needed, the same in every version of C++. Test it before
/// using `*`, `->` or error(). A function passes an error on with `return result.error();`.
template <class T>
class [[nodiscard]] expected {
 public:
  using value_type = T;
  using error_type = weighbridge::error;

  expected(T value) noexcept : value_(std::move(value)) {}
  expected(weighbridge::error why) noexcept : error_(std::move(why)) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  T& operator*() & noexcept { return *value_; }
  const T& operator*() const& noexcept { return *value_; }
  T&& operator*() && noexcept { return *std::move(value_); }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }
  const weighbridge::error& error() const& noexcept { return error_; }
  weighbridge::error&& error() && noexcept { return std::move(error_); }

  /// The value, or the error thrown as an exception: `auto model = model::open(path).value();`. Only where the header may throw.
  template <class Guard = detail::guard>
  T value() && {
    if (!value_) Guard::raise(std::move(error_));
    return *std::move(value_);
  }
  template <class Guard = detail::guard>
  const T& value() const& {
    if (!value_) Guard::raise(error_);
    return *value_;
  }

  /// What `next(T)`, which returns an expected, makes of the value; or the error.
  template <class Next>
  auto and_then(Next next) && -> decltype(next(std::declval<T>())) {
    if (!value_) return std::move(error_);
    return next(*std::move(value_));
  }

 private:
  std::optional<T> value_{};
  weighbridge::error error_{};
};

/// Success, or why there is none.
template <>
class [[nodiscard]] expected<void> {
 public:
  using value_type = void;
  using error_type = weighbridge::error;

  expected() noexcept = default;
  expected(weighbridge::error why) noexcept : error_(std::move(why)), has_value_(false) {}

  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value(); }
  const weighbridge::error& error() const& noexcept { return error_; }
  weighbridge::error&& error() && noexcept { return std::move(error_); }

  /// Nothing, or the error thrown as an exception. Only where the header may throw.
  template <class Guard = detail::guard>
  void value() const {
    if (!has_value_) Guard::raise(error_);
  }

  /// What `next()`, which returns an expected, makes of success; or the error.
  template <class Next>
  auto and_then(Next next) && -> decltype(next()) {
    if (!has_value_) return std::move(error_);
    return next();
  }

 private:
  weighbridge::error error_{};
  bool has_value_ = true;
};

namespace detail {
inline error failure(wb_status code, wb_error* why = nullptr) noexcept {
  return error(static_cast<status>(code), why);
}
inline error failure(status code, const char* text) noexcept {
  return error(code, nullptr, text);
}
/// A find that failed: with a static text if there is nothing of this name, so that nothing is allocated.
inline error missing(wb_status code, const char* text) noexcept {
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

/// A duration in nanoseconds as the library takes it: not negative, and as long as it can be.
inline std::uint64_t saturated(long double ns) noexcept {
  constexpr long double longest = 18446744073709551615.0L;
  return ns <= 0 ? 0 : ns >= longest ? UINT64_MAX : static_cast<std::uint64_t>(ns);
}

inline span<const std::byte> bytes(const void* data, std::uint64_t size) noexcept {
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
