// Ranges over the items of a C object, in range-for and with the algorithms of the standard library.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_RANGE_HPP
#define WEIGHBRIDGE_RANGE_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

namespace detail {
/// `count` items that `source.at(index)` makes on demand: values, not references. Cheap to copy, as its iterators are,
/// which do not need it.
template <class Source>
class range {
 public:
  using value_type = decltype(std::declval<const Source&>().at(0));

  class iterator {
    struct arrow {
      typename range::value_type item;
      const typename range::value_type* operator->() const noexcept { return &item; }
    };

   public:
    using iterator_concept = std::random_access_iterator_tag;  // in the sense of C++20
    using iterator_category = std::input_iterator_tag;         // in the sense of C++17, which asks for references
    using value_type = typename range::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = arrow;
    using reference = value_type;

    iterator() noexcept = default;
    iterator(Source source, std::size_t index) noexcept : source_(source), index_(index) {}
    value_type operator*() const noexcept { return source_.at(index_); }
    arrow operator->() const noexcept { return {**this}; }
    value_type operator[](difference_type n) const noexcept { return *(*this + n); }

    iterator& operator+=(difference_type n) noexcept {
      index_ += static_cast<std::size_t>(n);
      return *this;
    }
    iterator& operator-=(difference_type n) noexcept { return *this += -n; }
    iterator& operator++() noexcept { return *this += 1; }
    iterator& operator--() noexcept { return *this += -1; }
    iterator operator++(int) noexcept { return {source_, index_++}; }
    iterator operator--(int) noexcept { return {source_, index_--}; }
    friend iterator operator+(iterator i, difference_type n) noexcept { return i += n; }
    friend iterator operator+(difference_type n, iterator i) noexcept { return i += n; }
    friend iterator operator-(iterator i, difference_type n) noexcept { return i -= n; }
    friend difference_type operator-(const iterator& a, const iterator& b) noexcept {
      return static_cast<difference_type>(a.index_ - b.index_);
    }

    // Of the same range, as everywhere.
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.index_ == b.index_; }
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return a.index_ != b.index_; }
    friend bool operator<(const iterator& a, const iterator& b) noexcept { return a.index_ < b.index_; }
    friend bool operator>(const iterator& a, const iterator& b) noexcept { return b < a; }
    friend bool operator<=(const iterator& a, const iterator& b) noexcept { return !(b < a); }
    friend bool operator>=(const iterator& a, const iterator& b) noexcept { return !(a < b); }

   private:
    Source source_{};
    std::size_t index_ = 0;
  };

  range() noexcept = default;
  range(Source source, std::size_t count) noexcept : source_(source), count_(count) {}
  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  /// Beyond the end: an item with nothing in it.
  value_type operator[](std::size_t index) const noexcept {
    return index < count_ ? source_.at(index) : value_type();
  }
  iterator begin() const noexcept { return {source_, 0}; }
  iterator end() const noexcept { return {source_, count_}; }

 private:
  Source source_{};
  std::size_t count_ = 0;
};

/// The source whose items are made by Item::at(from, index).
template <class Item, class From>
struct each {
  From from{};
  Item at(std::size_t index) const noexcept { return Item::at(from, index); }
};

template <class Item, class From>
using items = range<each<Item, From>>;
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
