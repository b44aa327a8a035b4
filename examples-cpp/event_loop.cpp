// event_loop.cpp: models are opened, planned and loaded by threads of the library, and the one thread of the program waits for whatever
// comes next: an eventfd, to which the end of each task writes, or anything else that it polls, here a timer.
//
//   event_loop MODEL...
//
// Exit codes: 0 all are loaded, 1 something is wrong with one of them, 2 wrong usage.
#include <weighbridge.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <utility>
#include <vector>

namespace wb = weighbridge;

namespace {

/// A descriptor of the loop.
class descriptor {
 public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(number_); }
  int number() const noexcept { return number_; }
  /// What an eventfd or a timer has counted since the last call.
  std::uint64_t take() const noexcept {
    std::uint64_t count = 0;
    return read(number_, &count, sizeof count) == sizeof count ? count : 0;
  }

 private:
  int number_;
};

/// A model on its way: each of three tasks begins when the one before has ended.
class loading {
 public:
  loading(const wb::context& host, const char* path, const descriptor& ends) noexcept : path_(path), ends_(ends) {
    begin(wb::model::start_open(path, {&host}), open_);
  }

  /// Goes on, if the task that is under way has ended. It never waits.
  void advance() {
    if (open_ && open_.poll() != wb::status::pending) {
      if (take(std::exchange(open_, {}), model_)) begin(model_.start_plan(), plan_);
    } else if (plan_ && plan_.poll() != wb::status::pending) {
      wb::plan plan;
      if (take(std::exchange(plan_, {}), plan)) begin(plan.start(), load_);
    } else if (load_ && load_.poll() != wb::status::pending) {
      take(std::exchange(load_, {}), weights_);
    }
  }

  bool is_over() const noexcept { return !open_ && !plan_ && !load_; }
  const wb::placement& weights() const noexcept { return weights_; }
  const char* path() const noexcept { return path_; }

 private:
  /// The function is called on the thread that ends the task, and must not wait: it only wakes up the loop.
  template <class Task>
  void begin(wb::expected<Task> started, Task& task) {
    if (!started) return complain(started.error());
    task = *std::move(started);
    const int wakes = ends_.number();
    if (const auto told = task.on_end([wakes] { eventfd_write(wakes, 1); }); !told) complain(told.error());
  }

  template <class Task, class Result>
  bool take(Task ended, Result& result) {
    auto finished = ended.finish();
    if (!finished) return complain(finished.error()), false;
    result = *std::move(finished);
    return true;
  }

  void complain(const wb::error& error) const { std::fprintf(stderr, "error: %s\n", error.what()); }

  const char* path_;
  const descriptor& ends_;
  wb::open_task open_;
  wb::plan_task plan_;
  wb::task load_;
  wb::model model_;
  wb::placement weights_;
};

/// Until every model is loaded or has failed.
void run(std::vector<loading>& models, const descriptor& ends, const descriptor& timer) {
  const auto is_busy = [&] {
    for (const loading& one : models)
      if (!one.is_over()) return true;
    return false;
  };
  pollfd watched[] = {{ends.number(), POLLIN, 0}, {timer.number(), POLLIN, 0}};
  std::uint64_t ticks = 0;
  while (is_busy()) {
    if (poll(watched, 2, -1) < 0) continue;  // a signal
    if (watched[1].revents) ticks += timer.take();
    if (!watched[0].revents || ends.take() == 0) continue;
    for (loading& one : models) one.advance();
  }
  std::printf("the loop was there for %" PRIu64 " ticks meanwhile\n", ticks);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s MODEL...\n", argv[0]);
    return 2;
  }
  wb::context_options options;
  options.max_threads = 2;
  const auto host = wb::context::create(options);
  if (!host) return 1;
  // They outlive the tasks, whose ends are told at the latest when they are destroyed.
  const descriptor ends(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  const itimerspec often{{0, 1000000}, {0, 1000000}};
  timerfd_settime(timer.number(), 0, &often, nullptr);

  std::vector<loading> models;
  models.reserve(static_cast<std::size_t>(argc));
  for (int i = 1; i < argc; i++) models.emplace_back(*host, argv[i], ends);
  run(models, ends, timer);

  int result = 0;
  for (const loading& one : models) {
    if (one.weights()) std::printf("%s: %zu tensors\n", one.path(), one.weights().size());
    else result = 1;
  }
  return result;
}
