// wrapper_throws.cpp: a host of which one function after the other throws, whenever it is called: an operation ends with an error or goes on,
// everything comes back, and nothing is terminated.
//
//   wrapper_throws GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "files.h"

namespace wb = weighbridge;

namespace {

enum class function { none, open, list, stat, read_at, map, unmap, will_read, allocate, reserve, spawn, start, stop, log, measured };

struct fault {
  function which = function::none;
  std::atomic<int> thrown{0};
  void at(function called) {
    if (called != which) return;
    thrown++;
    throw std::runtime_error("on purpose");
  }
};

constexpr std::string_view name = "model.safetensors";

class files final : public wb::host_files {
 public:
  files(fault& f, const std::string& path) : fault_(f) {
    const bytes contents = read_file(path.c_str());
    const auto* const start = reinterpret_cast<const std::byte*>(contents.data);
    contents_.assign(start, start + contents.len);
    free(contents.data);
  }
  wb::io_result open(std::string_view asked, wb::host_file*& file) override {
    fault_.at(function::open);
    if (asked != name) return wb::io_result::not_found;
    file = new one(*this);
    return wb::io_result::ok;
  }
  wb::io_result list(std::string_view, wb::folder_entries& entries) override {
    fault_.at(function::list);
    return entries.add_file(name, contents_.size());
  }

  std::atomic<int> live{0};

 private:
  class one final : public wb::host_file {
   public:
    explicit one(files& all) : all_(all) { all_.live++; }
    ~one() override { all_.live--; }
    wb::io_result stat(std::uint64_t& length, std::uint64_t& identity) override {
      all_.fault_.at(function::stat);
      length = all_.contents_.size();
      identity = 1;
      return wb::io_result::ok;
    }
    wb::io_result read_at(std::uint64_t offset, wb::span<std::byte> buffer, std::size_t& done) override {
      all_.fault_.at(function::read_at);
      std::memcpy(buffer.data(), all_.contents_.data() + offset, done = buffer.size());
      return wb::io_result::ok;
    }
    wb::io_result map(const std::byte*& data) override {
      all_.fault_.at(function::map);
      data = all_.contents_.data();
      return wb::io_result::ok;
    }
    void unmap(const std::byte*) override { all_.fault_.at(function::unmap); }
    void will_read(std::uint64_t, std::uint64_t) override { all_.fault_.at(function::will_read); }

   private:
    files& all_;
  };

  fault& fault_;
  std::vector<std::byte> contents_;
};

class heap final : public wb::allocator, public wb::memory_budget {
 public:
  explicit heap(fault& f) : fault_(f) {}
  void* allocate(std::size_t size, std::size_t alignment) override {
    fault_.at(function::allocate);
    live++;
    return ::operator new(size, std::align_val_t{alignment});
  }
  void free(void* start, std::size_t, std::size_t alignment) noexcept override {
    live--;
    ::operator delete(start, std::align_val_t{alignment});
  }
  bool reserve(std::uint32_t, std::uint64_t) override {
    fault_.at(function::reserve);
    live++;
    return true;
  }
  void release(std::uint32_t, std::uint64_t) noexcept override { live--; }

  std::atomic<int> live{0};

 private:
  fault& fault_;
};

class threads final : public wb::executor, public wb::thread_hooks {
 public:
  explicit threads(fault& f) : fault_(f) {}
  void spawn(wb::job) override { fault_.at(function::spawn); }
  void start(std::uint32_t) override { fault_.at(function::start); }
  void stop(std::uint32_t) override { fault_.at(function::stop); }

 private:
  fault& fault_;
};

class registry final : public wb::metrics {
 public:
  explicit registry(fault& f) : fault_(f) {}
  void measured(const wb::measurement&) override { fault_.at(function::measured); }

 private:
  fault& fault_;
};

template <class Task>
wb::status step_to_end(Task& task) {
  for (;;) {
    const auto status = task.step(std::chrono::seconds(0));
    if (!status) return status.error().code();
    if (*status == wb::status::ok) return wb::status::ok;
  }
}

/// From the open to a pointer into a map; the first error.
wb::status do_everything(const wb::context& context) {
  const auto model = wb::model::open("", {&context});
  if (!model) return model.error().code();
  wb::plan_options options;
  options.block_bytes = 65536;
  const auto plan = model->plan(options);
  if (!plan) return plan.error().code();
  auto task = plan->start();
  if (!task) return task.error().code();
  const wb::status loaded = step_to_end(*task);
  if (loaded != wb::status::ok) return loaded;
  const auto placement = task->finish();
  if (!placement) return placement.error().code();
  if (const auto verified = model->verify(); !verified) return verified.error.code();
  const auto data = model->tensors()[0].data();
  return data ? wb::status::ok : data.error().code();
}

wb::status run(function which, bool has_jobs, const std::string& path, int& thrown) {
  fault throws;
  throws.which = which;
  files all(throws, path);
  heap memory(throws);
  threads workers(throws);
  registry measures(throws);
  auto sink = [&](wb::log_level, std::string_view, std::string_view) { throws.at(function::log); };
  wb::context_options options;
  options.max_threads = 2;
  options.files = &all;
  options.memory = &memory;
  options.budget = &memory;
  options.measures = &measures;
  if (has_jobs) options.jobs = &workers;
  else options.hooks = &workers;
  options.log_to(sink, wb::log_level::debug);
  wb::status status = wb::status::ok;
  {
    const auto context = wb::context::create(options);
    REQUIRE(context);
    status = do_everything(*context);
  }
  CHECK(all.live == 0 && memory.live == 0);
  thrown = throws.thrown;
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  REQUIRE(argc == 3);
  const std::string path = std::string(argv[1]) + "/tiny-llama/model-00001-of-00004.safetensors";
  const struct {
    function which;
    bool has_jobs;
    wb::status expected;
  } cases[] = {
      {function::none, true, wb::status::ok},
      {function::none, false, wb::status::ok},
      {function::open, true, wb::status::callback},
      {function::list, true, wb::status::callback},
      {function::stat, true, wb::status::callback},
      {function::read_at, true, wb::status::callback},
      {function::read_at, false, wb::status::callback},
      {function::map, true, wb::status::not_mapped},  // the bytes can be read
      {function::unmap, true, wb::status::ok},
      {function::will_read, true, wb::status::ok},
      {function::allocate, true, wb::status::out_of_memory},
      {function::reserve, true, wb::status::out_of_memory},
      {function::spawn, true, wb::status::ok},  // whoever waits does the work
      {function::start, false, wb::status::ok},
      {function::stop, false, wb::status::ok},
      {function::log, true, wb::status::ok},
      {function::log, false, wb::status::ok},
      {function::measured, true, wb::status::ok},
  };
  for (const auto& one : cases) {
    int thrown = 0;
    const wb::status status = run(one.which, one.has_jobs, path, thrown);
    if (status != one.expected) {
      std::fprintf(stderr, "function %d: %s\n", static_cast<int>(one.which), wb::status_name(status).data());
      CHECK(status == one.expected);
    }
    CHECK((thrown > 0) == (one.which != function::none));
  }
  return check_result();
}
