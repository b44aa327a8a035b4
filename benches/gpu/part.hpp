// part.hpp: what is loaded of each tensor, and what its bytes should become.
#pragma once

#include "library.hpp"
#include "options.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// One rank's part of every matrix, and BF16 as F32, as far as the options say so. The rest is loaded as it is.
class part {
 public:
  explicit part(const options& given)
      : is_cut_(given.has("slice")), widens_(given.text("cast", "none") == "f32"), rank_(given.number("rank", 1)),
        world_(given.number("world", 4)) {
    // Rows of a matrix are one range of the file; columns are a little of every row.
    const std::string axis = given.text("slice", "row");
    if (axis != "row" && axis != "column") throw std::invalid_argument("--slice: expected row or column");
    if (given.has("cast") && !widens_) throw std::invalid_argument("--cast: expected f32");
    if (world_ == 0 || rank_ >= world_) throw std::invalid_argument("--rank: expected less than --world");
    dim_ = axis == "row" ? 0 : 1;
    for (std::size_t i = 0; i < matrices.size(); i++) slices_[i] = slice_of(matrices[i]);
    cast_ = sized<wb_cast>();
    cast_.pattern = {"*", WB_NUL};
    cast_.from = WB_BF16;
    cast_.to = WB_F32;
  }

  /// The plan borrows from this part.
  void describe(wb_plan_options& plan) const {
    plan.slices = slices_.data();
    plan.slice_count = is_cut_ ? slices_.size() : 0;
    plan.casts = &cast_;
    plan.cast_count = widens_ ? 1 : 0;
  }

  std::vector<std::uint8_t> of(std::vector<std::uint8_t> bytes, const wb_tensor_info& tensor) const {
    if (is_cut_ && tensor.rank == 2) bytes = cut(bytes, tensor);
    return widens_ ? widened(bytes) : bytes;
  }

 private:
  // All tensors of two dimensions that make_weights.py writes.
  static constexpr std::array<const char*, 3> matrices = {"*_proj.weight", "*.embed_tokens.weight", "lm_head.weight"};

  wb_slice slice_of(const char* pattern) const {
    auto slice = sized<wb_slice>();
    slice.pattern = {pattern, WB_NUL};
    slice.dim = dim_;
    slice.flags = WB_SLICE_SPREAD;
    slice.rank = rank_;
    slice.world = world_;
    return slice;
  }

  /// The elements of the cut dimension before a rank's part: what is left over goes to the first ranks.
  std::uint64_t before(std::uint64_t extent, std::uint64_t rank) const {
    return extent / world_ * rank + std::min(rank, extent % world_);
  }

  std::vector<std::uint8_t> cut(const std::vector<std::uint8_t>& bytes, const wb_tensor_info& tensor) const {
    const auto extent = static_cast<std::uint64_t>(tensor.shape[dim_]);
    const std::uint64_t stride = dim_ == 0 ? bytes.size() : bytes.size() / static_cast<std::uint64_t>(tensor.shape[0]);
    const std::uint64_t element = stride / extent;
    const std::uint64_t from = before(extent, rank_) * element, to = before(extent, rank_ + 1) * element;
    std::vector<std::uint8_t> kept;
    for (std::uint64_t row = 0; row < bytes.size(); row += stride)
      kept.insert(kept.end(), bytes.data() + row + from, bytes.data() + row + to);
    return kept;
  }

  /// BF16 is the upper half of F32.
  static std::vector<std::uint8_t> widened(const std::vector<std::uint8_t>& bytes) {
    std::vector<std::uint8_t> wide(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); i++) wide[i / 2 * 4 + 2 + i % 2] = bytes[i];
    return wide;
  }

  bool is_cut_, widens_;
  std::uint64_t rank_, world_;
  std::uint32_t dim_ = 0;
  std::array<wb_slice, matrices.size()> slices_;
  wb_cast cast_;
};

}  // namespace bench
