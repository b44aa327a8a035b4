// threads.cpp: many threads on one model, and the promises about which thread does what.
//
//   threads GOLDEN SCRATCH
#include <weighbridge.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "check.h"

namespace wb = weighbridge;
using namespace std::chrono_literals;

namespace {

constexpr int crowd = 6;
constexpr int rounds = 4;

std::string llama;
std::string nested;  // graphs: an If in a Loop

/// Runs `work(number)` on `crowd` threads at once.
template <class Work>
void together(Work work) {
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < crowd; number++) {
    threads.emplace_back([&, number] {
      ready++;
      while (ready < crowd) std::this_thread::yield();
      work(number);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// Threads of this process, by Linux's count; 0 where that cannot be had.
std::size_t thread_count() {
  std::error_code none;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", none)) count += !entry.path().empty();
  return count;
}

/// The kernel forgets a joined thread a moment after the join.
bool thread_count_falls_to(std::size_t count) {
  for (int i = 0; i < 200 && thread_count() > count; i++) std::this_thread::sleep_for(10ms);
  return thread_count() <= count;
}

wb::context make_context(std::uint32_t max_threads) {
  wb::context_options options;
  options.max_threads = max_threads;
  auto made = wb::context::create(options);
  REQUIRE(made);
  return *std::move(made);
}

wb::model open(wb::context& context, wb::policy verify = wb::policy::if_present) {
  wb::open_options options{&context};
  options.verify = verify;
  auto opened = wb::model::open(llama, options);
  REQUIRE(opened);
  return *std::move(opened);
}

bool same_bytes(const wb::model& model, const wb::placement& placement) {
  std::size_t seen = 0;
  for (const wb::placed_tensor& placed : placement) {
    const auto here = placed.host_bytes();
    const auto there = model.tensors()[placed.tensor].data();
    if (!there || there->size() != here.size()) return false;
    if (!here.empty() && std::memcmp(here.data(), there->data(), here.size()) != 0) return false;
    seen++;
  }
  return seen == model.tensors().size();
}

/// Everything that a const model allows, from every thread.
void share_one_model(std::uint32_t max_threads) {
  wb::context context = make_context(max_threads);
  const wb::model model = open(context);
  const auto plan = model.plan();
  REQUIRE(plan);
  together([&](int number) {
    for (int round = 0; round < rounds; round++) {
      const wb::model mine = model.retain();
      const wb::context ours = context.retain();
      for (const wb::tensor_view& tensor : mine.tensors()) {
        const auto found = mine.find(tensor.name());
        CHECK(found && found->index() == tensor.index());
        std::vector<std::byte> copy(static_cast<std::size_t>(tensor.bytes()));
        CHECK(tensor.read(0, copy));
        const auto data = tensor.data();
        CHECK(data && data->size() == copy.size());
        CHECK(copy.empty() || std::memcmp(data->data(), copy.data(), copy.size()) == 0);
        const auto buffer = tensor.buffer();
        CHECK(buffer && buffer->bytes().size() == copy.size());
      }
      switch ((number + round) % 3) {
        case 0:
          CHECK(mine.verify());
          break;
        case 1: {
          const auto placement = mine.load();
          if (CHECK(placement)) CHECK(same_bytes(mine, *placement));
          break;
        }
        default: {
          auto task = plan->start();
          if (!CHECK(task)) break;
          auto step = task->step(10us);
          while (step && *step == wb::status::pending) step = task->step(10us);
          CHECK(step);
          const auto placement = task->finish();
          if (CHECK(placement)) CHECK(same_bytes(mine, *placement));
        }
      }
    }
  });
}

/// Under `required`, threads race to be the one that makes the bytes known to be good.
void share_one_unverified_model(std::uint32_t max_threads) {
  wb::context context = make_context(max_threads);
  for (int round = 0; round < rounds; round++) {
    const wb::model model = open(context, wb::policy::required);
    together([&](int number) {
      if (number % 2 == 0) CHECK(model.verify());
      const auto data = model.tensors()[0].data();
      CHECK(data || data.error().code() == wb::status::unverified);
      if (number % 2 == 0) CHECK(data);
    });
  }
}

void open_at_once() {
  together([&](int number) {
    for (int round = 0; round < rounds; round++) {
      wb::context context = make_context(static_cast<std::uint32_t>(number % 2) * 3);
      const wb::model model = open(context);
      CHECK(model.assets().size() >= 2);
      context.reset();
      CHECK(model.load());
    }
  });
}

/// The last reference may be dropped anywhere.
void drop_anywhere() {
  for (int round = 0; round < rounds; round++) {
    wb::context context = make_context(3);
    wb::model model = open(context);
    auto loaded = model.load();
    auto buffer = model.tensors()[0].buffer();
    REQUIRE(loaded && buffer);
    wb::placement placement = *std::move(loaded);
    std::vector<wb::model> models;
    std::vector<wb::buffer> buffers;
    std::vector<wb::placement> placements;
    for (int i = 0; i < crowd; i++) {
      models.push_back(model.retain());
      buffers.push_back(buffer->retain());
      placements.push_back(placement.retain());
    }
    model.reset();
    placement.reset();
    context.reset();
    together([&](int number) {
      const auto i = static_cast<std::size_t>(number);
      models[i].reset();
      CHECK(buffers[i].bytes().data() != nullptr);
      buffers[i].reset();
      CHECK(placements[i].size() > 0);
      placements[i].reset();
    });
  }
}

/// Cancelling from elsewhere, before and during the work.
void cancel_from_elsewhere(std::uint32_t max_threads) {
  wb::context context = make_context(max_threads);
  const wb::model model = open(context);
  const auto plan = model.plan();
  REQUIRE(plan);

  auto before = plan->start();
  REQUIRE(before);
  std::thread([&] { before->cancel(); }).join();
  const auto stepped = before->step(1s);
  if (max_threads == 0) CHECK(!stepped && !before->finish());  // threads may have been faster
  CHECK(stepped || stepped.error().code() == wb::status::cancelled);

  // The callback waits until another thread has cancelled.
  auto during = plan->start();
  REQUIRE(during);
  std::atomic<bool> working{false};
  std::atomic<bool> cancelled{false};
  std::thread canceller([&] {
    while (!working) std::this_thread::yield();
    during->cancel();
    cancelled = true;
  });
  const auto waited = during->wait([&](const wb::progress&) {
    working = true;
    while (!cancelled) std::this_thread::yield();
  });
  working = true;
  canceller.join();
  CHECK(waited || waited.error().code() == wb::status::cancelled);
  if (max_threads == 0) CHECK(!waited);

  // And without a rendezvous: it ends one way or the other.
  for (int round = 0; round < 50; round++) {
    auto task = plan->start();
    REQUIRE(task);
    std::thread other([&] { task->cancel(); });
    const auto ended = task->wait();
    CHECK(ended || ended.error().code() == wb::status::cancelled);
    other.join();
    const auto placement = task->finish();
    CHECK(placement || !ended || placement.error().code() == wb::status::cancelled);
  }

  // Two threads that poll while a third works.
  auto watched = plan->start();
  REQUIRE(watched);
  std::atomic<bool> done{false};
  std::vector<std::thread> watchers;
  for (int i = 0; i < 2; i++) {
    watchers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!done) {
        wb::progress now;
        const wb::status status = watched->poll(&now);
        CHECK(status == wb::status::pending || status == wb::status::ok);
        CHECK(now.done_bytes >= last && now.done_bytes <= now.total_bytes);
        last = now.done_bytes;
        std::this_thread::sleep_for(50us);
      }
    });
  }
  CHECK(watched->wait());
  done = true;
  for (std::thread& watcher : watchers) watcher.join();
}

/// A handle for each of a thousand opens, verifications, checks and loads, which another thread sets at a random moment: before it,
/// in the midst of it, or too late.
void cancel_at_random() {
  constexpr int operations = 1000;
  wb::context contexts[] = {make_context(0), make_context(3)};
  const wb::model models[] = {open(contexts[0]), open(contexts[1])};
  std::minstd_rand random(1);
  int done = 0, cancelled = 0;
  for (int i = 0; i < operations; i++) {
    const std::size_t which = random() % 2;
    const auto cancel = wb::cancel_handle::create();
    REQUIRE(cancel);
    std::thread other([handle = cancel->retain(), moment = std::chrono::microseconds(random() % 1000)] {
      std::this_thread::sleep_for(moment);
      handle.set();
    });
    wb::open_options opening{&contexts[which]};
    wb::verify_options verifying;
    wb::check_options checking;
    wb::plan_options loading;
    opening.cancel = verifying.cancel = checking.cancel = loading.cancel = cancel->get();
    const auto code = [](const auto& result) { return result ? wb::status::ok : result.error().code(); };
    wb::status status{};
    switch (i % 4) {
      case 0: status = code(wb::model::open(llama, opening)); break;
      case 1: status = models[which].verify(verifying).error.code(); break;
      case 2: status = code(models[which].check(checking)); break;
      default: status = code(models[which].load(loading)); break;
    }
    CHECK(status == wb::status::ok || status == wb::status::cancelled);
    (status == wb::status::ok ? done : cancelled)++;
    other.join();
  }
  CHECK(done > 0 && cancelled > 0);
}

/// All that a graph says, in one number.
std::size_t digest(const wb::graph_view& graph) {
  std::size_t sum = graph.index();
  const auto add = [&](std::string_view text) { sum = sum * 31 + std::hash<std::string_view>()(text); };
  for (const wb::value_view& value : graph.values()) {
    add(value.name()), add(value.dtype_name()), add(value.outer().name());
    sum = sum * 31 + graph.find(value.name()).index();
    for (const wb::dim& dim : value.type().dims()) sum = sum * 31 + static_cast<std::size_t>(dim.size);
  }
  for (const wb::node_view& node : graph.nodes()) {
    add(node.op()), add(node.name());
    for (const wb::value_view& input : node.inputs()) add(input.name());
    for (const wb::attribute_view& attribute : node.attributes()) {
      add(attribute.name());
      for (const wb::graph_view& inner : attribute.graphs()) sum = sum * 31 + digest(inner);
      for (const auto& tensor : attribute.tensors()) add(tensor ? tensor->name() : "");
    }
  }
  return sum;
}

/// Graphs are walked from every thread, while others check the model and let go of it.
void share_one_graph() {
  auto opened = wb::model::open(nested);
  REQUIRE(opened);
  wb::model model = *std::move(opened);
  const std::size_t expected = digest(model.main_graph());
  const auto found = model.check();
  REQUIRE(found);
  std::vector<wb::model> own;
  for (int i = 0; i < crowd; i++) own.push_back(model.retain());
  model.reset();
  together([&](int number) {
    wb::model& mine = own[static_cast<std::size_t>(number)];
    for (int round = 0; round < rounds; round++) {
      CHECK(digest(mine.main_graph()) == expected);
      const auto findings = mine.check();
      CHECK(findings && findings->size() == found->size());
      for (std::size_t i = 0; i < found->size(); i++) CHECK((*found)[i].message == (*findings)[i].message);
    }
    mine.reset();
  });
}

/// Progress is told on the thread that waits, whoever does the work; with no threads allowed, none appear.
void callbacks_stay_home(std::uint32_t max_threads) {
  const std::size_t alone = thread_count();
  {
    wb::context context = make_context(max_threads);
    const wb::model model = open(context);
    const auto plan = model.plan();
    REQUIRE(plan);
    for (int round = 0; round < rounds; round++) {
      auto task = plan->start();
      REQUIRE(task);
      const auto here = std::this_thread::get_id();
      int calls = 0;
      CHECK(task->wait([&](const wb::progress&) {
        CHECK(std::this_thread::get_id() == here);
        CHECK(thread_count() <= alone + max_threads);
        calls++;
      }));
      CHECK(calls > 0);
    }
    CHECK(model.verify());
    CHECK(thread_count() <= alone + max_threads);
  }
  CHECK(thread_count_falls_to(alone)); // none is left behind
}

/// A log may be called from any thread that the library was allowed, and no longer than the context lives.
void log_from_anywhere(std::uint32_t max_threads) {
  std::atomic<int> lines{0};
  auto sink = [&](wb::log_level, std::string_view, std::string_view) { lines++; };
  {
    wb::context_options options;
    options.max_threads = max_threads;
    options.log_to(sink, wb::log_level::debug);
    auto context = wb::context::create(options);
    REQUIRE(context);
    const wb::model model = open(*context);
    together([&](int) { CHECK(model.load()); });
  }
  const int after = lines;
  std::this_thread::sleep_for(20ms);
  CHECK(lines == after);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  llama = std::string(argv[1]) + "/tiny-llama";
  nested = std::string(argv[1]) + "/../onnx/golden/made/loop-if.onnx";
  for (const std::uint32_t max_threads : {0u, 3u}) {
    callbacks_stay_home(max_threads);  // first, while there are no other threads
    share_one_model(max_threads);
    share_one_unverified_model(max_threads);
    cancel_from_elsewhere(max_threads);
    log_from_anywhere(max_threads);
  }
  cancel_at_random();
  share_one_graph();
  open_at_once();
  drop_anywhere();
  return check_result();
}
