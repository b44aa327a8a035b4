// A game engine without exceptions and RTTI: its heap, its jobs, its pak files, and models that are streamed in over frames.
//
//   engine CHECKPOINT PATCHED FOLDER
//
// CHECKPOINT and PATCHED are directories of two versions of a model, each with the manifest that `weighbridge digest` writes; paks are
// made of them in FOLDER. The program plays three scenes: a level that the player leaves while its model is still loading; the next
// level, whose model loads on the workers of the engine; and an artist who patches the model while it is in use. It ends with status 1
// if anything is not as it should be: if memory has not come back, a pointer has changed, or there is a thread that is not the engine's.
#include <weighbridge.hpp>

#include <dirent.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "heap.hpp"
#include "jobs.hpp"
#include "pak.hpp"
#include "streamed_model.hpp"

namespace wb = weighbridge;

namespace {

constexpr engine::budget frame_budget{2000};
constexpr const char* model_path = "models/hero";

int complain(const char* what, std::string_view why) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(why.size()), why.data());
  return 1;
}

// Every file of a directory, under the path of the model.
engine::contents files_of(const char* directory) {
  engine::contents files;
  DIR* const listing = opendir(directory);
  while (const dirent* entry = listing ? readdir(listing) : nullptr) {
    if (entry->d_name[0] == '.') continue;
    std::ifstream file(std::string(directory) + "/" + entry->d_name, std::ios::binary);
    engine::bytes all{std::istreambuf_iterator<char>(file), {}};
    files.emplace(std::string(model_path) + "/" + entry->d_name, std::move(all));
  }
  if (listing) closedir(listing);
  return files;
}

// The threads of this process, by Linux's count.
std::size_t threads_now() {
  DIR* const listing = opendir("/proc/self/task");
  std::size_t threads = 0;
  while (const dirent* entry = listing ? readdir(listing) : nullptr) threads += entry->d_name[0] != '.';
  if (listing) closedir(listing);
  return threads;
}

struct frames {
  unsigned long count = 0;
  engine::phase last = engine::phase::opens;
  std::size_t most_threads = 0;
};

// Renders frames until the model is there, or `most` of them.
frames play(engine::streamed_model& model, unsigned long most) {
  frames played;
  while (played.count < most) {
    played.count++;
    played.last = model.update(frame_budget);
    played.most_threads = std::max(played.most_threads, threads_now());
    if (played.last == engine::phase::ready || played.last == engine::phase::failed) break;
  }
  return played;
}

struct host {
  engine::heap memory{std::size_t{1} << 30};
  engine::pak_files files;
  wb::context without_workers, with_workers;
};

bool connect(host& to, engine::jobs& workers) {
  wb::context_options options;
  options.files = &to.files;
  options.memory = &to.memory;
  auto without = wb::context::create(options);
  options.jobs = &workers;
  options.max_threads = 2;
  auto with = wb::context::create(options);
  if (!without || !with) return false;
  to.without_workers = std::move(*without);
  to.with_workers = std::move(*with);
  return true;
}

int run(const char* checkpoint, const char* patched, const std::string& folder) {
  if (!engine::write_pak(folder + "/base.pak", files_of(checkpoint))) return complain("base.pak", "cannot be written");
  if (!engine::write_pak(folder + "/patch.pak", files_of(patched))) return complain("patch.pak", "cannot be written");
  engine::pak base, patch;
  if (!base.open(folder + "/base.pak") || !patch.open(folder + "/patch.pak")) return complain("paks", "cannot be read");

  host engine_host;
  engine::jobs workers(2);
  const std::size_t own_threads = threads_now();
  engine_host.files.mount(base);
  if (!connect(engine_host, workers)) return complain("context", "cannot be created");

  {  // The player leaves before the model is there: it is dropped in the middle of whatever it does.
    engine::streamed_model left(engine_host.without_workers, model_path);
    const frames played = play(left, 3);
    if (played.last == engine::phase::failed) return complain("level 1", left.error());
    if (played.most_threads > own_threads) return complain("level 1", "there is a thread that is not the engine's");
    std::printf("level 1: left after %lu frames\n", played.count);
  }
  if (engine_host.memory.live() != 0) return complain("level 1", "its memory has not come back");

  engine::streamed_model hero(engine_host.with_workers, model_path);
  frames played = play(hero, 1000000);
  if (played.last != engine::phase::ready) return complain("level 2", hero.error());
  if (played.most_threads > own_threads) return complain("level 2", "there is a thread that is not the engine's");
  std::printf("level 2: %zu tensors\n", hero.weights().size());

  // The artist's patch hides the old files. What differs is loaded aside over frames, and copied between two of them.
  engine_host.files.mount(patch);
  const void* const before = hero.weights()[0].data;
  auto version = wb::model::open(model_path, {&engine_host.without_workers});
  if (!version) return complain("patch", version.error().message());
  auto plan = version->plan_refit(hero.weights());
  if (!plan) return complain("patch", plan.error().message());
  auto task = plan->start();
  if (!task) return complain("patch", task.error().message());
  for (auto status = task->step(frame_budget); !status || *status != wb::status::ok; status = task->step(frame_budget))
    if (!status) return complain("patch", status.error().message());
  auto next = task->finish();
  if (!next) return complain("patch", next.error().message());
  const auto refitted = hero.weights().refit(*next);
  if (!refitted) return complain("patch", refitted.error().message());
  if (hero.weights()[0].data != before) return complain("patch", "a pointer has changed");
  if (threads_now() > own_threads) return complain("patch", "there is a thread that is not the engine's");
  std::printf("patch: %zu of %zu tensors have changed in their places\n", next->size(), hero.weights().size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: engine CHECKPOINT PATCHED FOLDER\n");
    return 2;
  }
  return run(argv[1], argv[2], argv[3]);
}
