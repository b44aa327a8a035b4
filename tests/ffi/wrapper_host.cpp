// wrapper_host.cpp: memory, a budget and metrics of the host, through weighbridge.hpp.
//
//   wrapper_host GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.h"

namespace wb = weighbridge;

namespace {

class heap final : public wb::allocator {
 public:
  ~heap() override { CHECK(live == 0); }
  void* allocate(std::size_t bytes, std::size_t alignment) override {
    if (throws) throw std::bad_alloc();
    live += bytes;
    most += bytes;
    return ::operator new(bytes, std::align_val_t{alignment});
  }
  void free(void* start, std::size_t bytes, std::size_t alignment) noexcept override {
    live -= bytes;
    ::operator delete(start, std::align_val_t{alignment});
  }

  std::atomic<bool> throws{false};
  std::atomic<std::size_t> live{0};
  std::atomic<std::size_t> most{0};
};

class limit final : public wb::memory_budget {
 public:
  ~limit() override { CHECK(used == 0); }
  bool reserve(std::uint32_t device, std::uint64_t bytes) override {
    CHECK(device == wb::host_memory);
    const std::lock_guard<std::mutex> hold(lock);
    if (throws) throw std::runtime_error("no budget");
    if (bytes > most - used) return false;
    used += bytes;
    return true;
  }
  void release(std::uint32_t, std::uint64_t bytes) noexcept override {
    const std::lock_guard<std::mutex> hold(lock);
    used -= bytes;
  }

  std::mutex lock;
  bool throws = false;
  std::uint64_t used = 0;
  std::uint64_t most = UINT64_MAX;
};

struct record {
  std::string operation, model;
  wb::status result;
  std::uint64_t bytes, nanoseconds, in_stages;
  std::vector<std::string> stages;
};

class recorder final : public wb::metrics {
 public:
  void measured(const wb::measurement& one) override {
    record r{std::string(one.operation), std::string(one.model), one.result, one.bytes, one.nanoseconds, 0, {}};
    for (const wb::cost& cost : one.stages) {
      r.stages.emplace_back(cost.stage);
      r.in_stages += cost.nanoseconds;
    }
    records.push_back(r);
    if (throws) throw std::runtime_error("the registry is closed");
  }

  bool throws = false;
  std::vector<record> records;
};

wb::context context_of(const wb::context_options& options) {
  auto context = wb::context::create(options);
  REQUIRE(context);
  return std::move(*context);
}

void memory_is_that_of_the_host(const std::string& golden) {
  heap memory;
  limit budget;
  wb::context_options options;
  options.memory = &memory;
  options.budget = &budget;
  const auto context = context_of(options);
  const auto model = wb::model::open(golden + "/tiny-llama", {&context});
  REQUIRE(model);
  const std::size_t opened = memory.most;
  CHECK(opened > 0);
  {
    const auto weights = model->load();
    REQUIRE(weights);
    CHECK(weights->size() == 39 && memory.live > 0 && memory.most > opened && budget.used >= memory.live);
  }
  budget.most = budget.used;
  const auto beyond = model->load();
  CHECK(!beyond && beyond.error().code() == wb::status::out_of_memory);
  budget.most = UINT64_MAX;
  memory.throws = true;
  const auto without = model->load();
  CHECK(!without && without.error().code() == wb::status::out_of_memory);
  memory.throws = false;
  budget.throws = true;
  const auto broken = model->load();
  CHECK(!broken && broken.error().code() == wb::status::out_of_memory);
  budget.throws = false;
  CHECK(model->load().has_value());
}

void operations_are_measured(const std::string& golden) {
  recorder all;
  wb::context_options options;
  options.measures = &all;
  const auto context = context_of(options);
  const auto model = wb::model::open(golden + "/tiny-llama", {&context});
  REQUIRE(model);
  all.throws = true; /* what it throws is discarded */
  CHECK(model->load().has_value());
  CHECK(!wb::model::open(golden + "/none", {&context}));
  REQUIRE(all.records.size() == 4);
  const char* const operations[] = {"open", "plan", "load", "open"};
  for (std::size_t i = 0; i < 4; i++) {
    const record& r = all.records[i];
    CHECK(r.operation == operations[i] && r.in_stages <= r.nanoseconds && r.stages.back() == "other");
    CHECK(r.result == (i == 3 ? wb::status::not_found : wb::status::ok));
    CHECK(r.model.find(i == 3 ? "golden/none" : "golden/tiny-llama") != std::string::npos);
  }
  CHECK(all.records[0].stages == (std::vector<std::string>{"find", "parse", "manifests", "other"}));
  CHECK(all.records[2].stages == (std::vector<std::string>{"prepare", "read", "blake3", "sha256", "other"}));
  CHECK(all.records[0].bytes > 0 && all.records[2].bytes > all.records[0].bytes);
}

}  // namespace

int main(int argc, char** argv) {
  REQUIRE(argc == 3);
  memory_is_that_of_the_host(argv[1]);
  operations_are_measured(argv[1]);
  return check_result();
}
