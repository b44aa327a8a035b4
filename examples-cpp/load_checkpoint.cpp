// load_checkpoint.cpp: verify a model, load it into host memory and use one of its tensors.
//
//   load_checkpoint MODEL [TENSOR]      without TENSOR: the first one of F32 or BF16
//
// Exit codes: 0 it was loaded, 1 something is wrong with the model, 2 wrong usage.
#include <weighbridge.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

namespace wb = weighbridge;

static int fail(const wb::error& error) {
  std::fprintf(stderr, "error: %s\n", std::string(error.message()).c_str());
  return 1;
}

static bool can_sum(const wb::tensor_view& tensor) {
  return tensor.dtype() == WB_F32 || tensor.dtype() == WB_BF16;
}

/// The first tensor that can be summed, or the one of that name.
static wb::expected<wb::tensor_view> choose(const wb::model& model, const char* name) {
  if (name) return model.find(name);
  const auto tensors = model.tensors();
  const auto found = std::find_if(tensors.begin(), tensors.end(), can_sum);
  return found != tensors.end() ? *found : wb::tensor_view();
}

/// Sums the first elements of F32, or of BF16, which is the upper half of F32.
static double sum(const wb::tensor_view& tensor, wb::span<const std::byte> bytes, std::size_t count) {
  const std::size_t size = tensor.dtype() == WB_F32 ? 4 : 2;
  double total = 0;
  for (std::size_t i = 0; i < count && (i + 1) * size <= bytes.size(); i++) {
    std::uint32_t bits = 0;  // files are little-endian, and so is this machine
    std::memcpy(&bits, bytes.data() + i * size, size);
    if (size == 2) bits <<= 16;
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    total += static_cast<double>(value);
  }
  return total;
}

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: %s MODEL [TENSOR]\n", argv[0]);
    return 2;
  }
  const auto model = wb::model::open(argv[1]);
  if (!model) return fail(model.error());
  const auto plan = model->plan();  // all tensors, into host memory
  if (!plan) return fail(plan.error());
  auto task = plan->start();
  if (!task) return fail(task.error());

  // One pass over the bytes reads, verifies and places them: after a mismatch there is no placement.
  const auto loaded = task->wait([](const wb::progress& now) {
    std::fprintf(stderr, "loaded %3.0f %%\n", 100 * now.fraction());
  });
  if (!loaded) return fail(loaded.error());
  const auto placement = task->finish();
  if (!placement) return fail(placement.error());

  const auto report = placement->report();
  if (!report) return fail(report.error());
  std::size_t matches = 0, uncovered = 0;
  for (const wb::check& check : *report) {
    matches += check.outcome == wb::outcome::match;
    uncovered += check.outcome == wb::outcome::uncovered;
  }
  std::printf("%zu files and tensors verified, %zu that nothing covers\n", matches, uncovered);

  const auto tensor = choose(*model, argc == 3 ? argv[2] : nullptr);
  if (!tensor) return fail(tensor.error());
  if (!can_sum(*tensor)) {
    std::fprintf(stderr, "error: there is no F32 or BF16 tensor to sum\n");
    return 1;
  }
  const auto placed = placement->find(tensor->name());
  if (!placed) return fail(placed.error());
  std::printf("the first elements of tensor %zu sum to %g\n", tensor->index(), sum(*tensor, placed->host_bytes(), 8));
  return 0;
}
