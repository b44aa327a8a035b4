// mixed.h: what the two files of mixed give each other.
#ifndef WB_TEST_MIXED_H
#define WB_TEST_MIXED_H
#include <weighbridge.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

// Memory of the C library, as much as there is before it runs out.
class bounded_memory : public weighbridge::allocator {
 public:
  explicit bounded_memory(std::size_t bytes) noexcept : left_(bytes) {}
  void free(void* start, std::size_t, std::size_t) noexcept override { std::free(start); }

 protected:
  void* take(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes > left_) return nullptr;
    left_ -= bytes;
    return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  }

 private:
  std::size_t left_;
};

weighbridge::expected<weighbridge::placed_tensor> find_in_b(const weighbridge::placement& placement, std::string_view name);
std::uint64_t sum_in_b(weighbridge::span<const std::byte> bytes);
weighbridge::expected<weighbridge::placement> load_in_b(std::string_view path);
#endif
