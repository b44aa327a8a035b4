// Contiguous items that somebody else owns.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_SPAN_HPP
#define WEIGHBRIDGE_SPAN_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// A pointer and a count. The same in every version of C++, and converted from and, where there is one, to std::span.
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
  using reference = T&;

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

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge

#if defined(__cpp_lib_ranges)
// Its iterators do not need it, so it may be a temporary where a std::span is made of it.
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<weighbridge::span<T>> = true;
#endif
#endif
