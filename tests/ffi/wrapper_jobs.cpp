// wrapper_jobs.cpp: the work of tasks on threads of the host and on those of the library, through weighbridge.hpp.
//
//   wrapper_jobs GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "check.h"

namespace wb = weighbridge;

namespace {

constexpr std::size_t tensors = 39;

wb::plan plan_in(const wb::context& context, const std::string& golden) {
  const auto model = wb::model::open(golden + "/tiny-llama", {&context});
  REQUIRE(model);
  wb::plan_options options;
  options.block_bytes = 65536;
  auto plan = model->plan(options);
  REQUIRE(plan);
  return std::move(*plan);
}

wb::context context_of(const wb::context_options& options) {
  auto context = wb::context::create(options);
  REQUIRE(context);
  return std::move(*context);
}

// Every job has a thread of its own.
class thread_each final : public wb::executor {
 public:
  ~thread_each() override { join(); }
  void spawn(wb::job work) override {
    threads_.emplace_back([work = std::move(work)]() mutable { work.run(); });
  }
  void join() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  std::size_t count() const { return threads_.size(); }

 private:
  std::vector<std::thread> threads_;
};

class broken final : public wb::executor {
 public:
  void spawn(wb::job work) override {
    work.run();
    work.run();
    throw std::runtime_error("no more threads");
  }
};

class counter final : public wb::thread_hooks {
 public:
  void start(std::uint32_t) override { begun++; }
  void stop(std::uint32_t) override {
    ended++;
    throw std::runtime_error("discarded");
  }
  std::atomic<int> begun{0}, ended{0};
};

void jobs_run_on_threads_of_the_host(const std::string& golden) {
  thread_each threads;
  wb::context_options options;
  options.max_threads = 2;
  options.jobs = &threads;
  const auto context = context_of(options);
  const auto plan = plan_in(context, golden);
  auto task = plan.start();
  REQUIRE(task);
  CHECK(threads.count() > 0 && threads.count() <= 2);
  std::promise<void> ended;
  CHECK(task->on_end([&] { ended.set_value(); }));
  ended.get_future().wait();
  CHECK(task->poll() == wb::status::ok);
  const auto placement = task->finish();
  CHECK(placement && placement->size() == tensors);
  // It has ended, so the function is called at once; and it may be one that is only moved.
  bool is_told = false;
  auto once = std::make_unique<int>(1);
  CHECK(task->on_end([&is_told, once = std::move(once)] {
    is_told = *once == 1;
    throw std::runtime_error("discarded");
  }));
  CHECK(is_told);
  threads.join();
}

void a_host_that_throws_delays_nothing(const std::string& golden) {
  broken threads;
  wb::context_options options;
  options.max_threads = 2;
  options.jobs = &threads;
  const auto context = context_of(options);
  auto task = plan_in(context, golden).start();
  REQUIRE(task && task->wait());
  CHECK(task->finish()->size() == tensors);
}

void hooks_see_every_thread(const std::string& golden) {
  counter hooks;
  wb::context_options options;
  options.max_threads = 2;
  options.hooks = &hooks;
  const auto context = context_of(options);
  const auto plan = plan_in(context, golden);
  for (int i = 0; i < 3; i++) {
    auto task = plan.start();
    REQUIRE(task && task->wait());
  }
  CHECK(hooks.begun > 0 && hooks.begun == hooks.ended);
}

}  // namespace

int main(int argc, char** argv) {
  REQUIRE(argc > 1);
  jobs_run_on_threads_of_the_host(argv[1]);
  a_host_that_throws_delays_nothing(argv[1]);
  hooks_see_every_thread(argv[1]);
  return check_result();
}
