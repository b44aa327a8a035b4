// ours.cpp: the library, through its C interface.
//
//   gpu-ours MODEL
//
//   --target cuda|host --include GLOB --slice row|column --rank 1 --world 4 --cast f32
//   --verify none|if-present|required --threads N --staging 64M --reads auto|buffered|direct
//   --reps 3
//
// Without an option, the library's default. Prints one JSON object. A run begins when the plan is started and ends when
// the last tensor is placed and checked; the model is opened anew for each, so that nothing has been checked before.
#include "files.hpp"
#include "json.hpp"
#include "landed.hpp"
#include "library.hpp"
#include "measure.hpp"
#include "options.hpp"

#include <cstdio>
#include <optional>
#include <thread>

using namespace bench;

namespace {

/// The value of an option that is one of a few words.
std::uint32_t choice(const options& given, const char* name, const char* otherwise,
                     std::initializer_list<std::pair<const char*, std::uint32_t>> words) {
  const std::string text = given.text(name, otherwise);
  for (const auto& [word, value] : words)
    if (text == word) return value;
  throw std::invalid_argument(std::string("--") + name + ": not " + text);
}

std::uint32_t threads_of(const options& given) {
  return given.number("threads", std::max(1U, std::thread::hardware_concurrency()));
}

wb_context_owner context_of(const options& given) {
  auto lent = sized<wb_context_options>();
  lent.max_threads = threads_of(given);
  return made<wb_context_owner>(wb_context_create, &lent);
}

/// The most that the plan pins: the header promises no more than 4 MiB for each thread. No driver tells.
std::uint64_t pinned_bytes(const options& given, const wb_plan_info& info) {
  return std::min<std::uint64_t>(info.staging_bytes, std::uint64_t{threads_of(given)} * (4 << 20));
}

wb_model_owner open_model(const options& given, wb_context* context) {
  auto how = sized<wb_open_options>();
  how.verify = choice(given, "verify", "if-present",
                      {{"none", WB_VERIFY_NONE},
                       {"if-present", WB_VERIFY_IF_PRESENT},
                       {"required", WB_VERIFY_REQUIRED}});
  return made<wb_model_owner>(wb_model_open, context, given.words[0].c_str(), WB_NUL, &how);
}

/// What is loaded, and where to; it borrows from the options.
class what {
 public:
  explicit what(const options& given) : tensors(given), include_(given.text("include", "")) {
    pattern_ = {include_.data(), include_.size()};
    plan_.target = choice(given, "target", "cuda", {{"cuda", WB_TARGET_CUDA}, {"host", WB_TARGET_HOST}});
    plan_.staging_bytes = given.size("staging", "0");
    plan_.reads = choice(given, "reads", "auto",
                         {{"auto", WB_READS_AUTO}, {"buffered", WB_READS_BUFFERED}, {"direct", WB_READS_DIRECT}});
    tensors.describe(plan_);
    plan_.include = &pattern_;
    plan_.include_count = include_.empty() ? 0 : 1;
  }
  what(const what&) = delete;
  const wb_plan_options& plan() const { return plan_; }

  const part tensors;

 private:
  std::string include_;
  wb_str pattern_;
  wb_plan_options plan_ = sized<wb_plan_options>();
};

/// A model, and its tensors in their place.
struct loaded {
  wb_model_owner model;
  wb_placement_owner placement;
};

/// What the repetitions took, and what is the same in all of them.
struct outcome {
  std::vector<double> total, start;
  wb_plan_info info = sized<wb_plan_info>();
};

loaded run_once(const options& given, wb_context* context, const what& wanted, outcome& into) {
  auto model = open_model(given, context);
  const auto plan = made<wb_plan_owner>(wb_plan_create, model.get(), &wanted.plan());
  check(wb_plan_get_info(plan.get(), &into.info));

  const double begin = now();
  const auto task = made<wb_task_owner>(wb_plan_start, plan.get());
  into.start.push_back(now() - begin);
  call(wb_task_wait, task.get(), nullptr, nullptr);
  auto placement = made<wb_placement_owner>(wb_task_finish, task.get());
  into.total.push_back(now() - begin);
  return {std::move(model), std::move(placement)};
}

double cached(const std::string& model) {
  double cached = 0, total = 0;
  for (const std::string& path : files_of(model)) {
    const open_file file(path, false);
    cached += cached_share(file) * static_cast<double>(file.bytes());
    total += static_cast<double>(file.bytes());
  }
  return cached / total;
}

json line_of(const options& given, const outcome& result, double cpu, std::uint64_t rss_before, double cached_before) {
  const double seconds = median(result.total);
  return json()
      .put("bytes", result.info.payload_bytes)
      .put("seconds", seconds)
      .put("best", least(result.total))
      .put("samples", result.total)
      .put("gbps", gigabytes_per_second(result.info.payload_bytes, seconds))
      .put("setup_samples", result.start)
      .put("cpu_seconds", cpu)
      .put("tensors", result.info.tensors)
      .put("read_bytes", result.info.read_bytes)
      .put("target_bytes", result.info.target_bytes)
      .put("staging_bytes", result.info.staging_bytes)
      .put("pinned_bytes", pinned_bytes(given, result.info))
      .put("peak_rss", peak_rss())
      .put("rss_before", rss_before)
      .put("cached_before", cached_before);
}

void run(const options& given) {
  if (given.words.size() != 1) throw std::invalid_argument("usage: gpu-ours MODEL [--option value]...");
  const what wanted(given);
  const double cached_before = cached(given.words[0]);
  // The device's context is there before the clock runs, as in a program that already uses the device.
  std::optional<device> on;
  if (wanted.plan().target == WB_TARGET_CUDA) on.emplace(0);

  const auto context = context_of(given);
  const std::uint64_t rss_before = resident();
  const double cpu_before = cpu_seconds();
  const unsigned reps = given.number("reps", 3);
  outcome result;
  loaded last;
  for (unsigned i = 0; i < reps; i++) {
    last = {};  // two models may not fit on the device
    last = run_once(given, context.get(), wanted, result);
  }
  json line = line_of(given, result, (cpu_seconds() - cpu_before) / reps, rss_before, cached_before);

  const bool exact = !on || landed(*on, *last.model, *last.placement, wanted.tensors);
  std::printf("%s\n", line.put("exact", exact).text().c_str());
  if (!exact) throw std::runtime_error("what arrived on the device is not what the file holds");
}

}  // namespace

int main(int argc, char** argv) try {
  run(options(argc, argv,
              {"target", "include", "slice", "rank", "world", "cast", "verify", "threads", "staging", "reads",
               "reps"}));
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "gpu-ours: %s\n", failure.what());
  return 1;
}
