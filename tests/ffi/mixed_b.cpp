// See mixed_a.cpp. This file may be compiled without exceptions.
#include <weighbridge.hpp>
#include <weighbridge.hpp>

#include "mixed.h"

namespace wb = weighbridge;

namespace {

class plain_memory : public bounded_memory {
 public:
  using bounded_memory::bounded_memory;
  void* allocate(std::size_t bytes, std::size_t alignment) noexcept override { return take(bytes, alignment); }
};

}  // namespace

wb::expected<wb::placed_tensor> find_in_b(const wb::placement& placement, std::string_view name) {
  return placement.find(name);
}

std::uint64_t sum_in_b(wb::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<std::uint64_t>(byte);
  return sum;
}

wb::expected<wb::placement> load_in_b(std::string_view path) {
  static plain_memory memory(std::size_t{1} << 30);
  wb::context_options options;
  options.memory = &memory;
  const auto context = wb::context::create(options);
  if (!context) return context.error();
  const auto progress = [](const wb::progress&) {};
  const auto model = wb::model::open(path, {&*context}, progress);
  if (!model) return model.error();
  return model->load();
}
