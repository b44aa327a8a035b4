// The job system of the engine: a few workers for the jobs of all its systems, of which the library's are one kind.
#ifndef ENGINE_JOBS_HPP
#define ENGINE_JOBS_HPP

#include <weighbridge.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace engine {

class jobs final : public weighbridge::executor {
 public:
  explicit jobs(unsigned workers) {
    for (unsigned i = 0; i < workers; i++) workers_.emplace_back([this] { work(); });
  }
  ~jobs() override {
    {
      const std::lock_guard<std::mutex> hold(lock_);
      is_over_ = true;
    }
    changed_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  void spawn(weighbridge::job work) override {
    {
      const std::lock_guard<std::mutex> hold(lock_);
      queue_.push_back(std::move(work));
    }
    changed_.notify_one();
  }

 private:
  void work() {
    std::unique_lock<std::mutex> hold(lock_);
    for (;;) {
      changed_.wait(hold, [this] { return is_over_ || !queue_.empty(); });
      if (queue_.empty()) return;
      weighbridge::job next = std::move(queue_.front());
      queue_.pop_front();
      hold.unlock();
      next.run();
      next = {};
      hold.lock();
    }
  }

  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<weighbridge::job> queue_;
  bool is_over_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace engine

#endif
