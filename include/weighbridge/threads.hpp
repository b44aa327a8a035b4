// How the host takes part in the work of tasks: threads of its own, or what it does on those of the library.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_THREADS_HPP
#define WEIGHBRIDGE_THREADS_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// A part of the work of a task. It may be run on any thread, late, or not at all: whoever steps or waits for the task does
/// the work that no job has begun.
class job : public detail::handle<wb_job, wb_job_release> {
 public:
  using handle::handle;

  /// Does the work until there is nothing more for it, which may be the end of the task. There is none if the job has been
  /// run before, or if its task is over.
  void run() noexcept { wb_job_run(get()); }
};

/// The threads of a host, such as those of its job system.
class executor : public detail::hook {
 public:
  /// Takes a job, to run it later on any thread, or at once. What it throws is discarded; a job that it drops is not run.
  virtual void spawn(job work) = 0;
};

/// What the host does on the threads of the library. What these functions throw is discarded.
class thread_hooks : public detail::hook {
 public:
  /// Called on a thread when it begins. `number` counts from 0; no two threads of a context have the same at the same time.
  virtual void start(std::uint32_t number) = 0;
  /// Called on a thread before it ends.
  virtual void stop(std::uint32_t number) = 0;
};

namespace detail {
/// A function that one thread hands over to another. The library orders the two by locks of its own, which the thread
/// sanitizer does not see; it sees this.
template <class Function>
class handed_over {
 public:
  template <class From>
  explicit handed_over(From&& from) : function_(std::forward<From>(from)) {
    is_there_.store(true, std::memory_order_release);
  }
  Function& take() noexcept {
    while (!is_there_.load(std::memory_order_acquire)) {
    }
    return function_;
  }

 private:
  Function function_;
  std::atomic<bool> is_there_{false};
};

template <class Guard>
wb_threads threads_of(executor& to) noexcept {
  auto threads = sized<wb_threads>();
  threads.user_data = &to;
  threads.spawn = [](void* user_data, wb_job* work) noexcept {
    quietly<Guard>([&] { static_cast<executor*>(user_data)->spawn(job(work)); });
    return wb_status{WB_OK};
  };
  return threads;
}

template <class Guard>
wb_threads threads_of(thread_hooks& hooks) noexcept {
  auto threads = sized<wb_threads>();
  threads.user_data = &hooks;
  threads.start = [](void* user_data, std::uint32_t number) noexcept {
    quietly<Guard>([&] { static_cast<thread_hooks*>(user_data)->start(number); });
  };
  threads.stop = [](void* user_data, std::uint32_t number) noexcept {
    quietly<Guard>([&] { static_cast<thread_hooks*>(user_data)->stop(number); });
  };
  return threads;
}
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
