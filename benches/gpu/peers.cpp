// peers.cpp: the upload plans of other loaders, re-created. These are their plans, not the loaders themselves.
//
//   gpu-peers FILE PLAN      FILE may be a directory of shards; the plans are in the table below
//
//   --readers N --slots N --slot 4M --direct 0|1      other numbers than the plan's
//   --reps 3
//
// Prints one JSON object. A run begins with memory of the device and of the host still to be taken, and ends when the
// last byte is on the device.
#include "json.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "readers.hpp"

#include <cstdio>
#include <memory>

using namespace bench;

namespace {

struct plan {
  const char* name;
  const char* whose;
  shape numbers;
};

constexpr std::size_t mib = 1 << 20;

/// `mmap-pageable` has no readers: the driver reads the map through its own staging buffers.
constexpr plan plans[] = {
    {"mmap-pageable", "safetensors and candle: one copy for each tensor, from the mapped file",
     {0, 0, 0, false, copying::waits, kind::pageable}},
    {"pread-sync", "fastsafetensors without GDS: 16 threads, 16 MiB of pinned memory each, and they wait for the copy",
     {16, 1, 16 * mib, false, copying::waits, kind::alloc}},
    {"direct-ring", "llama.cpp with direct I/O: one reader, four pinned buffers of 64 MiB",
     {1, 4, 64 * mib, true, copying::goes_on, kind::alloc}},
    {"ring", "no loader: many readers, two small slots each, the most that this scheme gives",
     {8, 2, 4 * mib, false, copying::goes_on, kind::registered_huge}},
    {"pread", "no loader, no device: the files into small buffers, the limit of filling",
     {16, 1, mib, false, copying::none, kind::pageable}},
};

plan plan_named(const std::string& name) {
  for (const plan& each : plans)
    if (name == each.name) return each;
  std::string known;
  for (const plan& each : plans) known += std::string("\n  ") + each.name + ": " + each.whose;
  throw std::invalid_argument("usage: gpu-peers FILE PLAN, of these plans:" + known);
}

shape numbers_of(const plan& chosen, const options& given) {
  shape numbers = chosen.numbers;
  numbers.readers = given.number("readers", numbers.readers);
  numbers.slots = given.number("slots", numbers.slots);
  numbers.slot_bytes = given.size("slot", std::to_string(numbers.slot_bytes));
  numbers.direct = given.number("direct", numbers.direct) != 0;
  if (numbers.slot_bytes % 4096 != 0) throw std::invalid_argument("--slot: not a multiple of 4096");
  return numbers;
}

/// The files, the ranges that are copied, and where each one begins on the device.
struct job {
  std::vector<open_file> files;
  std::vector<extent> ranges;
  std::vector<std::uint64_t> places;
  std::uint64_t bytes = 0, device_bytes = 0;
};

job job_of(const std::string& model, const shape& numbers) {
  job result;
  for (const std::string& path : files_of(model)) {
    const open_file& file = result.files.emplace_back(path, numbers.direct);
    if (numbers.readers == 0)
      tensors_of(result.files.size() - 1, file, result.ranges);
    else
      cut(result.files.size() - 1, file.bytes(), numbers.slot_bytes, result.ranges);
  }
  for (const extent& range : result.ranges) {
    result.places.push_back(result.device_bytes);
    result.bytes += range.length;
    result.device_bytes += (range.length + 255) / 256 * 256;
  }
  return result;
}

void copy_maps(const device& on, const job& what, const std::vector<cu_address>& targets) {
  std::vector<const std::uint8_t*> maps;
  for (const open_file& file : what.files) maps.push_back(file.map());
  for (std::size_t i = 0; i < what.ranges.size(); i++)
    on.cuda.copy_in(targets[i], maps[what.ranges[i].file] + what.ranges[i].offset, what.ranges[i].length);
  for (std::size_t i = 0; i < maps.size(); i++) munmap(const_cast<std::uint8_t*>(maps[i]), what.files[i].bytes());
}

/// Whether the first and the last bytes of ranges all over the model have arrived.
bool arrived(const device& on, const std::string& model, const job& what, const std::vector<cu_address>& targets) {
  std::vector<open_file> files;
  for (const std::string& path : files_of(model)) files.emplace_back(path, false);
  const stream back(on);
  for (std::size_t i = 0; i < what.ranges.size(); i += what.ranges.size() / 64 + 1) {
    const extent& range = what.ranges[i];
    const std::uint64_t length = std::min<std::uint64_t>(range.length, 64 << 10);
    for (const std::uint64_t skip : {std::uint64_t{0}, range.length - length}) {
      std::vector<std::uint8_t> expected(length), found(length);
      files[range.file].read(expected.data(), range.offset + skip, length, length);
      back.copy_out(found.data(), targets[i] + skip, length);
      back.wait();
      if (found != expected) return false;
    }
  }
  return true;
}

/// What the repetitions of a plan took, and what they needed.
struct outcome {
  std::vector<double> total, setup;
  std::size_t pinned_bytes = 0;
  bool exact = true;
};

void run_once(const device* on, const std::string& model, const shape& numbers, const job& what, outcome& into) {
  const double start = now();
  std::optional<device_memory> target;
  std::optional<host_memory> slots;
  if (on) target.emplace(*on, what.device_bytes);
  if (on && numbers.bytes()) slots.emplace(*on, numbers.memory, numbers.bytes());
  if (!on) slots.emplace(numbers.bytes());
  const double ready = now();

  std::vector<cu_address> targets;
  if (on)
    for (const std::uint64_t place : what.places) targets.push_back(target->at(place));
  if (numbers.readers == 0)
    copy_maps(*on, what, targets);
  else
    run_readers(on, numbers, slots->data(), what.files, what.ranges, targets);
  // The limit of filling is one of reading, whatever memory costs.
  into.total.push_back(now() - (on ? start : ready));
  into.setup.push_back(on ? ready - start : 0);
  into.pinned_bytes = slots ? slots->pinned_bytes() : 0;
  if (on) into.exact = into.exact && arrived(*on, model, what, targets);
}

double cached(const job& what) {
  double bytes = 0;
  for (const open_file& file : what.files) bytes += cached_share(file) * static_cast<double>(file.bytes());
  double total = 0;
  for (const open_file& file : what.files) total += static_cast<double>(file.bytes());
  return bytes / total;
}

void run(const options& given) {
  if (given.words.size() != 2) plan_named("");
  const plan chosen = plan_named(given.words[1]);
  const shape numbers = numbers_of(chosen, given);
  const job what = job_of(given.words[0], numbers);
  const double cached_before = cached(what);
  std::unique_ptr<device> on;
  if (numbers.copy != copying::none) on = std::make_unique<device>(0);

  const std::uint64_t rss_before = resident();
  const double cpu_before = cpu_seconds();
  const unsigned reps = given.number("reps", 3);
  outcome result;
  for (unsigned i = 0; i < reps; i++) run_once(on.get(), given.words[0], numbers, what, result);

  const double seconds = median(result.total);
  std::printf("%s\n", json()
                          .put("plan", chosen.name)
                          .put("bytes", what.bytes)
                          .put("seconds", seconds)
                          .put("best", least(result.total))
                          .put("samples", result.total)
                          .put("gbps", gigabytes_per_second(what.bytes, seconds))
                          .put("setup_samples", result.setup)
                          .put("cpu_seconds", (cpu_seconds() - cpu_before) / reps)
                          .put("pinned_bytes", result.pinned_bytes)
                          .put("peak_rss", peak_rss())
                          .put("rss_before", rss_before)
                          .put("cached_before", cached_before)
                          .put("readers", numbers.readers)
                          .put("slots", numbers.slots)
                          .put("slot_bytes", numbers.slot_bytes)
                          .put("direct", numbers.direct)
                          .put("exact", result.exact)
                          .text()
                          .c_str());
  if (!result.exact) throw std::runtime_error("what arrived on the device is not what the file holds");
}

}  // namespace

int main(int argc, char** argv) try {
  run(options(argc, argv, {"readers", "slots", "slot", "direct", "reps"}));
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "gpu-peers: %s\n", failure.what());
  return 1;
}
