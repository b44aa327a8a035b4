// load_checkpoint.cpp: verify a model, load it into host memory and use one of its tensors.
//
//   load_checkpoint MODEL [TENSOR]      without TENSOR: the first one of F32 or BF16
//
// Exit codes: 0 it was loaded, 1 something is wrong with the model, 2 wrong usage.
#include <weighbridge.hpp>

#include <cstdio>
#include <cstring>

namespace wb = weighbridge;

static int fail(const wb::error& error) {
  std::fprintf(stderr, "error: %s\n", error.message().data());  // NUL-terminated
  return 1;
}

static bool can_sum(const wb::placed_tensor& tensor) { return tensor.dtype == WB_F32 || tensor.dtype == WB_BF16; }

/// The tensor with this name, or without a name the first one that can be summed.
static wb::expected<wb::placed_tensor> choose(const wb::placement& placement, const char* name) {
  if (name != nullptr) return placement.find(name);
  for (const wb::placed_tensor& tensor : placement)
    if (can_sum(tensor)) return tensor;
  return wb::placed_tensor();  // which cannot be summed
}

/// Sums the first elements of F32, or of BF16, which is the upper half of F32.
static double sum(const wb::placed_tensor& tensor, std::size_t count) {
  const std::size_t size = tensor.dtype == WB_F32 ? 4 : 2;
  const wb::span<const std::byte> bytes = tensor.host_bytes();
  double total = 0;
  for (std::size_t i = 0; i < count && (i + 1) * size <= bytes.size(); i++) {
    std::uint32_t bits = 0;  // elements are little-endian, and so is this machine
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
  const auto context = wb::context::create({wb::all_threads});
  if (!context) return fail(context.error());
  const auto model = wb::model::open(argv[1], {&*context});
  if (!model) return fail(model.error());
  const auto plan = model->plan();  // all tensors, into host memory
  if (!plan) return fail(plan.error());
  auto task = plan->start();
  if (!task) return fail(task.error());

  // One pass reads, verifies and places the bytes. After a mismatch there is no placement.
  const auto done = task->wait([](const wb::progress& now) {
    std::fprintf(stderr, "loaded %3.0f %%\n", 100 * now.fraction());
  });
  if (!done) return fail(done.error());
  const auto placement = task->finish();
  if (!placement) return fail(placement.error());

  const auto report = placement->report();
  if (!report) return fail(report.error());
  std::size_t matches = 0, uncovered = 0;
  for (const wb::report_line& line : *report) {
    matches += line.outcome == wb::outcome::match;
    uncovered += line.outcome == wb::outcome::uncovered;
  }
  std::printf("%zu files and tensors verified, %zu that nothing covers\n", matches, uncovered);

  const auto tensor = choose(*placement, argc == 3 ? argv[2] : nullptr);
  if (!tensor || !can_sum(*tensor)) {
    std::fprintf(stderr, "error: there is no such tensor of F32 or BF16\n");
    return 1;
  }
  std::printf("the first elements of tensor %zu sum to %g\n", tensor->tensor, sum(*tensor, 8));
  return 0;
}
