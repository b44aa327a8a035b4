// ceiling.cpp: what the machine can do, whatever a loader does.
//
//   gpu-ceiling [PART]...    PART: facts, link, pin, rings, alloc; without one, all
//
//   --bytes 4G --window 256M --reps 5      of each point of `link`
//   --kind K --chunk 16M --streams 1       only this point
//   --pin-max 1G --alloc-max 16G           the largest sizes
//
// Prints one JSON object.
#include "host_memory.hpp"
#include "json.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "pattern.hpp"

#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <thread>

using namespace bench;

namespace {

/// Attributes that decide how a loader may copy.
constexpr struct {
  int number;
  const char* meaning;
} attributes[] = {
    {113, "read-only host registration"},
    {100, "pageable access through the host's page tables"},
    {99, "host registration"},
    {40, "copy engines"},
};

json facts(const device& on, double context_seconds) {
  int version = 0;
  on.cuda.version(&version);
  std::vector<json> rows;
  for (const auto& [number, meaning] : attributes)
    rows.push_back(json().put("number", number).put("meaning", meaning).put("value", on.attribute(number)));
  return json()
      .put("name", on.name())
      .put("driver", version)
      .put("pci_bus_id", on.pci_bus_id())
      .put("free_bytes", on.free_memory())
      .put("context_seconds", context_seconds)
      .put("attributes", rows);
}

/// One point of the link's table.
struct point {
  kind from;
  std::size_t chunk;
  unsigned streams;
};

/// Copies `bytes` in all, round and round through the window, chunk after chunk, each on the next stream.
double copy_seconds(const device& on, const point& at, const host_memory& from, const device_memory& to,
                    std::size_t window, std::uint64_t bytes) {
  std::vector<stream> streams;
  for (unsigned i = 0; i < at.streams; i++) streams.emplace_back(on);
  return seconds_of([&] {
    std::size_t turn = 0;
    for (std::uint64_t done = 0; done < bytes; turn++) {
      const std::size_t offset = done % window;
      const std::uint64_t length = std::min<std::uint64_t>({at.chunk, window - offset, bytes - done});
      streams[turn % streams.size()].copy_in(to.at(offset), from.data() + offset, length);
      done += length;
    }
    for (const stream& each : streams) each.wait();
  });
}

struct effort {
  std::uint64_t bytes;
  std::size_t window;
  unsigned reps;
};

json measure_point(const device& on, const point& at, const host_memory& from, const device_memory& to,
                   const effort& with) {
  std::vector<double> samples;
  copy_seconds(on, at, from, to, with.window, with.window);  // warms up
  for (unsigned i = 0; i < with.reps; i++) samples.push_back(copy_seconds(on, at, from, to, with.window, with.bytes));
  return json()
      .put("kind", name_of(at.from))
      .put("chunk", at.chunk)
      .put("streams", at.streams)
      .put("bytes", with.bytes)
      .put("seconds", median(samples))
      .put("samples", samples)
      .put("gbps", gigabytes_per_second(with.bytes, median(samples)));
}

bool equal_on_device(const device& on, const device_memory& memory, const std::vector<std::uint64_t>& expected) {
  std::vector<std::uint64_t> found(expected.size());
  const stream back(on);
  back.copy_out(found.data(), memory.at(0), found.size() * sizeof(std::uint64_t));
  back.wait();
  return found == expected;
}

/// All points of one kind of memory.
void measure_kind(const device& on, kind from, const std::vector<point>& points, effort with, std::vector<json>& rows) {
  // Several times slower: as many bytes as take about as long.
  if (from == kind::pageable) with.bytes = std::max<std::uint64_t>(with.bytes / 4, with.window);
  const auto bytes = pattern(with.window, static_cast<std::uint64_t>(from));
  const host_memory memory(on, from, with.window);
  std::memcpy(memory.data(), bytes.data(), with.window);
  const device_memory target(on, with.window);
  for (const point& at : points) rows.push_back(measure_point(on, at, memory, target, with));
  rows.back().put("exact", equal_on_device(on, target, bytes));
}

std::vector<point> points_of(kind from, const options& given, std::size_t window) {
  if (given.has("chunk")) return {{from, given.size("chunk", ""), given.number("streams", 1)}};
  std::vector<point> points;
  for (std::size_t chunk = 64 << 10; chunk <= std::min<std::size_t>(window, 64 << 20); chunk *= 4)
    for (const unsigned streams : {1U, 2U, 4U})
      // Each place of the window belongs to one stream: two that write it at once would measure their quarrel.
      if (streams <= window / chunk) points.push_back({from, chunk, streams});
  return points;
}

std::vector<json> link(const device& on, const options& given) {
  const effort with{given.size("bytes", "4G"), given.size("window", "256M"), given.number("reps", 5)};
  std::vector<json> rows;
  for (const kind_name& from : kinds) {
    if (given.text("kind", from.text) != from.text) continue;
    try {
      measure_kind(on, from.value, points_of(from.value, given, with.window), with, rows);
    } catch (const std::runtime_error& failure) {
      // A machine may refuse one kind, to register memory for example; the others are still worth having.
      rows.push_back(json().put("kind", from.text).put("error", failure.what()));
    }
  }
  return rows;
}

json pin_row(const device& on, kind how, std::size_t bytes, unsigned reps) {
  std::vector<double> made, freed;
  for (unsigned i = 0; i < reps; i++) {
    std::unique_ptr<host_memory> memory;
    made.push_back(seconds_of([&] { memory = std::make_unique<host_memory>(on, how, bytes); }));
    freed.push_back(seconds_of([&] { memory.reset(); }));
  }
  return json()
      .put("kind", name_of(how))
      .put("bytes", bytes)
      .put("seconds", median(made))
      .put("free_seconds", median(freed))
      .put("samples", made);
}

/// What pinning costs. The row of pageable memory says what part of it is only touching the pages.
std::vector<json> pin(const device& on, const options& given) {
  std::vector<json> rows;
  const std::size_t largest = given.size("pin-max", "1G");
  for (std::size_t bytes = 4 << 20; bytes <= largest; bytes *= 4)
    for (const kind_name& how : kinds) try {
        rows.push_back(pin_row(on, how.value, bytes, given.number("reps", 5)));
      } catch (const std::runtime_error& failure) {
        rows.push_back(json().put("kind", how.text).put("bytes", bytes).put("error", failure.what()));
      }
  return rows;
}

/// Makes the slots of a ring, those of each thread by itself and all threads at once, and gives them back.
double ring_seconds(const device& on, kind how, unsigned threads, std::size_t bytes) {
  std::vector<std::unique_ptr<host_memory>> slots(threads);
  std::vector<std::exception_ptr> failures(threads);
  const auto make = [&](unsigned i) {
    try {
      on.bind();
      slots[i] = std::make_unique<host_memory>(on, how, bytes);
    } catch (...) {
      failures[i] = std::current_exception();
    }
  };
  const double seconds = seconds_of([&] {
    std::vector<std::thread> makers;
    for (unsigned i = 0; i < threads; i++) makers.emplace_back(make, i);
    for (std::thread& maker : makers) maker.join();
  });
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return seconds;
}

/// What a loader's ring costs: the threads make their slots at the same time, and the kernel may make them wait.
std::vector<json> rings(const device& on, const options& given) {
  constexpr std::size_t bytes = 4 << 20;
  std::vector<json> rows;
  for (const kind how : {kind::registered_huge, kind::alloc})
    for (const unsigned threads : {1U, 4U, 8U, 16U}) try {
        std::vector<double> samples;
        for (unsigned i = 0; i < given.number("reps", 5); i++) samples.push_back(ring_seconds(on, how, threads, bytes));
        rows.push_back(json().put("kind", name_of(how)).put("threads", threads).put("bytes", threads * bytes)
                           .put("seconds", median(samples)).put("samples", samples));
      } catch (const std::runtime_error& failure) {
        rows.push_back(json().put("kind", name_of(how)).put("threads", threads).put("error", failure.what()));
      }
  return rows;
}

json alloc_row(const device& on, std::size_t count, std::size_t bytes) {
  std::vector<std::unique_ptr<device_memory>> held;
  const double made = seconds_of([&] {
    for (std::size_t i = 0; i < count; i++) held.push_back(std::make_unique<device_memory>(on, bytes));
  });
  const double freed = seconds_of([&] { held.clear(); });
  return json().put("count", count).put("bytes", bytes).put("seconds", made).put("free_seconds", freed);
}

/// What memory of the device costs: one arena of each size, and the largest again as a thousand tensors.
std::vector<json> alloc(const device& on, const options& given) {
  std::vector<json> rows;
  const std::size_t most = std::min<std::size_t>(given.size("alloc-max", "16G"), on.free_memory() / 2);
  alloc_row(on, 1, 2 << 20);  // the first allocation of a process is another matter
  for (std::size_t bytes = 2 << 20; bytes <= most; bytes *= 8) rows.push_back(alloc_row(on, 1, bytes));
  rows.push_back(alloc_row(on, 1, most));
  rows.push_back(alloc_row(on, 1000, most / 1000));
  return rows;
}

void run(const options& given) {
  const auto wanted = [&](const char* part) {
    return given.words.empty() || std::count(given.words.begin(), given.words.end(), part) > 0;
  };
  if (given.has("kind") && !kind_named(given.text("kind", ""))) throw std::invalid_argument("--kind: unknown");
  std::unique_ptr<device> on;
  const double context_seconds = seconds_of([&] { on = std::make_unique<device>(0); });
  json result;
  result.put("device", facts(*on, context_seconds));
  if (wanted("link")) result.put("link", link(*on, given));
  if (wanted("pin")) result.put("pin", pin(*on, given));
  if (wanted("rings")) result.put("rings", rings(*on, given));
  if (wanted("alloc")) result.put("alloc", alloc(*on, given));
  std::printf("%s\n", result.text().c_str());
}

}  // namespace

int main(int argc, char** argv) try {
  run(options(argc, argv,
              {"bytes", "window", "reps", "kind", "chunk", "streams", "pin-max", "alloc-max"}));
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "gpu-ceiling: %s\n", failure.what());
  return 1;
}
