// A model that is streamed in over frames: opened, planned and loaded in steps, each within what a frame has left.
#ifndef ENGINE_STREAMED_MODEL_HPP
#define ENGINE_STREAMED_MODEL_HPP

#include <weighbridge.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace engine {

using budget = std::chrono::microseconds;

enum class phase { opens, plans, loads, ready, failed };

class streamed_model {
 public:
  // `files` and the context outlive it.
  streamed_model(const weighbridge::context& host, std::string path) : host_(host.retain()), path_(std::move(path)) {
    restart();
  }

  // Works for one frame; the phase after that. An error is final until restart().
  phase update(budget left) {
    switch (phase_) {
      case phase::opens:
        if (advance(open_, left)) take(open_.finish(), model_) && start(model_.start_plan(options()), plan_, phase::plans);
        break;
      case phase::plans:
        if (advance(plan_, left)) {
          weighbridge::plan plan;
          take(plan_.finish(), plan) && start(plan.start(), load_, phase::loads);
        }
        break;
      case phase::loads:
        if (advance(load_, left) && take(load_.finish(), weights_)) phase_ = phase::ready;
        break;
      case phase::ready:
      case phase::failed: break;
    }
    return phase_;
  }

  // Forgets what it has, and begins anew.
  void restart() {
    weights_ = {};
    error_.clear();
    start(weighbridge::model::start_open(path_, {&host_}), open_, phase::opens);
  }

  const weighbridge::placement& weights() const noexcept { return weights_; }
  weighbridge::placement& weights() noexcept { return weights_; }
  const std::string& error() const noexcept { return error_; }

 private:
  static weighbridge::plan_options options() {
    weighbridge::plan_options options;
    options.block_bytes = 64 << 10;  // what a step does at least
    return options;
  }

  // Whether a task is done.
  template <class Task>
  bool advance(Task& task, budget left) {
    const auto status = task.step(left);
    if (!status) return fail(status.error());
    return *status == weighbridge::status::ok;
  }

  template <class Result, class Object>
  bool take(Result&& result, Object& object) {
    if (!result) return fail(result.error());
    object = std::move(*result);
    return true;
  }

  template <class Result, class Task>
  bool start(Result&& started, Task& task, phase next) {
    phase_ = next;
    return take(std::forward<Result>(started), task);
  }

  bool fail(const weighbridge::error& error) {
    phase_ = phase::failed;
    error_ = error.message();
    return false;
  }

  weighbridge::context host_;
  std::string path_;
  phase phase_ = phase::opens;
  std::string error_;
  weighbridge::open_task open_;
  weighbridge::plan_task plan_;
  weighbridge::task load_;
  weighbridge::model model_;
  weighbridge::placement weights_;
};

}  // namespace engine

#endif
