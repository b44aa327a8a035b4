// wrapper_load.cpp: weighbridge.hpp on parts, types and devices: what plans take, and what placements and reports say. With a
// driver it also uploads. It does without exceptions and RTTI, so that the test is one of both ways to compile.
//
//   wrapper_load GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "check.h"
#include "files.h"

namespace wb = weighbridge;

namespace {

std::string llama;

constexpr std::string_view queries = "*.self_attn.q_proj.weight";  // [64,64] of BF16
constexpr std::string_view query = "model.layers.1.self_attn.q_proj.weight";
constexpr std::string_view norm = "model.norm.weight";             // [64]

static_assert(std::is_trivially_copyable_v<wb::placed_tensor> && std::is_trivially_copyable_v<wb::cuda_device> &&
              std::is_trivially_copyable_v<wb::cost>);
static_assert(std::is_trivially_copyable_v<wb::plan_options> && std::is_trivially_copyable_v<wb::slice> &&
              std::is_trivially_copyable_v<wb::destination>);

wb::model open() {
  auto opened = wb::model::open(llama);
  REQUIRE(opened);
  return *std::move(opened);
}

bool is_shape(const wb::placed_tensor& placed, std::initializer_list<std::int64_t> expected) {
  return std::equal(placed.shape.begin(), placed.shape.end(), expected.begin(), expected.end());
}

wb::status refusal(const wb::model& model, const wb::plan_options& options) {
  const auto plan = model.plan(options);
  return plan ? wb::status::ok : plan.error().code();
}

// ---- host memory ----

void parts() {
  const wb::model model = open();
  wb::plan_options options;
  const wb::slice slices[] = {{queries, 1, 1, 4}, {norm, 0, 2, 3, true}};
  const wb::cast casts[] = {{norm, WB_BF16, WB_F32}, {"*", WB_F16, WB_F32}};
  options.slices = slices;
  options.casts = casts;
  options.reads = wb::reads::buffered;
  options.readers = 1;
  const auto placement = model.load(options);
  REQUIRE(placement);

  const auto part = placement->find(query);
  REQUIRE(part);
  CHECK(is_shape(*part, {64, 16}) && part->dtype == WB_BF16 && part->dtype_name() == "BF16" && part->device == wb::host_memory);
  const auto whole = *model.find(query)->data();
  const auto columns = part->host_bytes();
  REQUIRE(columns.size() == 64 * 16 * 2);
  for (std::size_t row = 0; row < 64; row++)
    CHECK(std::memcmp(columns.data() + row * 32, whole.data() + row * 128 + 32, 32) == 0);

  const auto scales = placement->find(norm);
  REQUIRE(scales);
  CHECK(is_shape(*scales, {21}) && scales->dtype == WB_F32 && scales->bytes == 84);  // 22, 21, 21
  std::uint32_t wide = 0;
  std::uint16_t stored = 0;
  std::memcpy(&wide, scales->host_bytes().data(), sizeof wide);
  std::memcpy(&stored, model.find(norm)->data()->data() + 2 * (22 + 21), sizeof stored);
  CHECK(wide == std::uint32_t{stored} << 16);

  const auto other = placement->find("lm_head.weight");
  CHECK(other && is_shape(*other, {512, 64}) && other->bytes == model.find("lm_head.weight")->bytes());
  CHECK((*placement)[placement->size()].device == wb::host_memory && (*placement)[placement->size()].shape.empty());

  const auto report = placement->report();
  REQUIRE(report);
  std::uint64_t read = 0;
  for (const wb::cost& cost : report->costs()) {
    CHECK(!cost.stage.empty() && cost.nanoseconds < UINT64_MAX);
    if (cost.stage == "read") read = cost.bytes;
  }
  CHECK(read > 0 && read <= model.plan(options)->info()->read_bytes);
  CHECK(wb::report().costs().empty() && report->costs()[1000].stage.empty());
}

/// Fewer readers than the context allows need less memory.
void readers() {
  wb::context_options four;
  four.max_threads = 4;
  auto context = wb::context::create(four);
  REQUIRE(context);
  const auto model = wb::model::open(llama, {&*context});
  REQUIRE(model);
  wb::plan_options options;
  const auto all = model->plan(options);
  options.readers = 1;
  const auto one = model->plan(options);
  REQUIRE(all && one && all->info() && one->info());
  CHECK(one->info()->staging_bytes < all->info()->staging_bytes);
}

void refusals() {
  const wb::model model = open();
  const auto sliced = [&](std::vector<wb::slice> slices) {
    wb::plan_options options;
    options.slices = slices;
    return refusal(model, options);
  };
  CHECK(sliced({{queries, 2, 0, 2}}) == wb::status::invalid_argument);
  CHECK(sliced({{queries, 0, 0, 3}}) == wb::status::invalid_argument);
  CHECK(sliced({{queries, 0, 0, 3, true}, {"no such tensor", 0, 0, 1}}) == wb::status::not_found);
  wb::plan_options options;
  const wb::cast casts[] = {{"*", 0, WB_I32}};
  options.casts = casts;
  CHECK(refusal(model, options) == wb::status::unsupported);
  options = {};
  options.reads = static_cast<wb::reads>(99);
  CHECK(refusal(model, options) == wb::status::invalid_argument);
  options = {};
  options.block_bytes = 1;
  CHECK(refusal(model, options) == wb::status::invalid_argument);

  wb::plan_options devices(wb::target::cuda);
  const std::uint32_t twice[] = {0, 0}, two[] = {0, 5};
  const wb::route other[] = {{"*", 1}}, both[] = {{norm, 5}, {norm, 0}};
  const wb::destination room[] = {{norm, 5, 0x100000, 128}}, too_small[] = {{norm, 5, 0x100000, 127}};
  devices.cuda.devices = twice;
  CHECK(refusal(model, devices) == wb::status::invalid_argument);
  devices.cuda.devices = two;
  devices.cuda.routes = other;
  CHECK(refusal(model, devices) == wb::status::invalid_argument);
  devices.cuda.routes = both;
  devices.destinations = room;
  CHECK(refusal(model, devices) == wb::status::ok);
  devices.destinations = too_small;
  CHECK(refusal(model, devices) == wb::status::invalid_argument);
  devices.target = wb::target::host;
  CHECK(refusal(model, devices) == wb::status::invalid_argument);
}

/// On the host, nothing is on a device, and nothing has to be waited for.
void without_devices() {
  const wb::model model = open();
  wb::plan_options options;
  options.cuda.async = true;
  const auto placement = model.load(options);
  REQUIRE(placement);
  CHECK(placement->fence(nullptr) && placement->wait());
  const auto on_host = placement->find(norm, wb::host_memory);
  CHECK(on_host && on_host->data == placement->find(norm)->data);
  const auto found = placement->find(norm, 0);
  CHECK(!found && found.error().code() == wb::status::not_found);
  CHECK(model.plan(options)->device_bytes(0) && *model.plan(options)->device_bytes(0) == 0);

  CHECK(!wb::placement().fence(nullptr) && !wb::placement().wait() && !wb::placement().find(norm, 0));
  CHECK(!wb::plan().device_bytes(0) && !wb::placement().fence(nullptr).error().message().empty());
  CHECK(wb::cuda_devices().size() == 0 && wb::cuda_devices()[0].name.empty());
  CHECK(wb::cuda_devices()[0].ordinal == wb::host_memory && !wb::cuda_devices()[0].free_bytes);
}

// ---- devices ----

void absent(const wb::error& why) {
  CHECK(why.code() == (wb::has_feature("cuda") ? wb::status::not_found : wb::status::unsupported));
  CHECK(!why.message().empty());
  const auto placement = open().load(wb::plan_options(wb::target::cuda));
  CHECK(!placement && placement.error().code() == why.code());
}

void present(const wb::cuda_devices& devices) {
  std::uint32_t ordinal = 0;
  for (const wb::cuda_device& device : devices) {
    CHECK(device.ordinal == ordinal++ && !device.name.empty() && device.pci.size() == 12);
    CHECK(device.memory_bytes > 0 && device.driver_version >= 11000 && device.compute_major > 0);
    CHECK(!device.free_bytes || *device.free_bytes <= device.memory_bytes);
  }
  CHECK(devices[devices.size()].ordinal == wb::host_memory);
}

/// One rank on each device: norms go to all, queries are cut.
void upload(std::uint32_t count) {
  const wb::model model = open();
  std::vector<std::uint32_t> devices;
  for (std::uint32_t device = 0; device < count; device++) devices.push_back(device);
  const wb::glob include[] = {queries, norm};
  const wb::route routes[] = {{query, count - 1}};
  const wb::slice slices[] = {{queries, 0, 1, 2}};
  wb::plan_options options(wb::target::cuda);
  options.cuda.async = true;
  options.cuda.devices = devices;
  options.cuda.routes = routes;
  options.include = include;
  options.slices = slices;
  const auto plan = model.plan(options);
  REQUIRE(plan);
  const std::uint64_t queried = 64 * 32 * 2;
  const auto last = plan->device_bytes(count - 1);
  CHECK(last && *last == 4 * queried + 128);
  if (count > 1) CHECK(*plan->device_bytes(0) == 3 * queried + 128);
  CHECK(*plan->device_bytes(count) == 0);

  auto task = plan->start();
  REQUIRE(task && task->wait());
  const auto placement = task->finish();
  REQUIRE(placement && placement->wait() && placement->fence(nullptr));  // nobody waits for the default streams here
  CHECK(placement->size() == 5 * std::size_t{count} - (count - 1));
  for (const wb::placed_tensor& placed : *placement)
    CHECK(placed.data == nullptr && placed.device_address % 256 == 0 && placed.host_bytes().empty());
  for (std::uint32_t device = 0; device < count; device++) {
    const auto scales = placement->find(norm, device);
    CHECK(scales && scales->device == device && is_shape(*scales, {64}));
    CHECK(placement->find(query, device).has_value() == (device == count - 1));
  }
  const auto routed = placement->find(query);
  CHECK(routed && routed->device == count - 1 && is_shape(*routed, {32, 64}) && routed->bytes == queried);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  llama = std::string(argv[1]) + "/tiny-llama";
  parts();
  readers();
  refusals();
  without_devices();
  const auto devices = wb::cuda_devices::list();
  if (devices) {
    present(*devices);
    upload(static_cast<std::uint32_t>(devices->size()));
  } else {
    absent(devices.error());
  }
  return check_result();
}
