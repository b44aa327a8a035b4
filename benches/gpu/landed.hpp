// landed.hpp: whether what was asked for is what lies on the device.
#pragma once

#include "device.hpp"
#include "library.hpp"
#include "part.hpp"

#include <cstdint>
#include <vector>

namespace bench {

inline std::vector<std::uint8_t> in_file(const wb_model& model, const wb_tensor_info& tensor, std::size_t index) {
  std::vector<std::uint8_t> bytes(tensor.bytes);
  call(wb_model_tensor_read, &model, index, std::uint64_t{0}, bytes.data(), bytes.size());
  return bytes;
}

inline std::vector<std::uint8_t> on_device(const device& on, const wb_placed_tensor_info& placed) {
  std::vector<std::uint8_t> bytes(placed.bytes);
  const stream back(on);
  back.copy_out(bytes.data(), placed.device_address, bytes.size());
  back.wait();
  return bytes;
}

/// Compares about eight tensors from all over the model; the longest are left out, for the sake of time.
inline bool landed(const device& on, const wb_model& model, const wb_placement& placement, const part& loaded) {
  constexpr std::uint64_t longest = 128 << 20;
  const std::size_t count = wb_placement_tensor_count(&placement);
  for (std::size_t i = 0; i < count; i += count / 8 + 1) {
    auto placed = sized<wb_placed_tensor_info>();
    auto tensor = sized<wb_tensor_info>();
    check(wb_placement_tensor_info(&placement, i, &placed));
    check(wb_model_tensor_info(&model, placed.tensor, &tensor));
    if (tensor.bytes > longest) continue;
    if (on_device(on, placed) != loaded.of(in_file(model, tensor, placed.tensor), tensor)) return false;
  }
  return true;
}

}  // namespace bench
