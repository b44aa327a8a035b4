// readers.hpp: threads that read files into slots and copy the slots to a device.
//
// The upload plans of several loaders are the same machine with other numbers: so many readers, each with so many slots
// of such a size, read through the page cache or past it, and copied while the reader waits or goes on.
#pragma once

#include "files.hpp"
#include "host_memory.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace bench {

enum class copying { none, waits, goes_on };

/// The numbers of a plan.
struct shape {
  unsigned readers;
  unsigned slots;  // of each reader
  std::size_t slot_bytes;
  bool direct;
  copying copy;
  kind memory;

  std::size_t bytes() const { return readers * slots * slot_bytes; }
};

/// One reader: its slots, and a stream with an event for each slot if it goes on while copies are under way.
class reader {
 public:
  reader(const device* on, const shape& like, std::uint8_t* slots) : on_(on), like_(like), slots_(slots) {
    if (like.copy != copying::goes_on) return;
    stream_.emplace(*on);
    for (unsigned i = 0; i < like.slots; i++) events_.emplace_back(*on);
  }

  void take(const open_file& file, const extent& range, cu_address to) {
    const std::size_t slot = turn_++ % like_.slots;
    std::uint8_t* memory = slots_ + slot * like_.slot_bytes;
    if (stream_) events_[slot].wait();  // the copy before must have left the slot
    // O_DIRECT wants whole blocks, and the slot has room for them.
    const std::size_t room = like_.direct ? (range.length + 4095) / 4096 * 4096 : range.length;
    file.read(memory, range.offset, range.length, room);
    if (like_.copy == copying::waits) on_->cuda.copy_in(to, memory, range.length);
    if (!stream_) return;
    stream_->copy_in(to, memory, range.length);
    events_[slot].record(*stream_);
  }

  void finish() {
    for (const event& each : events_) each.wait();
  }

 private:
  const device* on_;
  const shape& like_;
  std::uint8_t* slots_;
  std::optional<stream> stream_;
  std::vector<event> events_;
  std::size_t turn_ = 0;
};

/// What all readers share: the ranges that are left, and the first failure.
struct work {
  const std::vector<open_file>& files;
  const std::vector<extent>& ranges;
  const std::vector<cu_address>& targets;  // one for each range; none without a device
  std::atomic<std::size_t> next{0};
  std::mutex lock;
  std::exception_ptr failure;
};

inline void read_all(const device* on, const shape& like, std::uint8_t* slots, work& share) try {
  if (on) on->bind();
  reader mine(on, like, slots);
  for (std::size_t i = share.next++; i < share.ranges.size(); i = share.next++)
    mine.take(share.files[share.ranges[i].file], share.ranges[i], share.targets.empty() ? 0 : share.targets[i]);
  mine.finish();
} catch (...) {
  share.next = share.ranges.size();
  const std::lock_guard<std::mutex> guard(share.lock);
  if (!share.failure) share.failure = std::current_exception();
}

/// Reads every range and copies it to its target. `slots` are those of all readers, one after another.
inline void run_readers(const device* on, const shape& like, std::uint8_t* slots, const std::vector<open_file>& files,
                        const std::vector<extent>& ranges, const std::vector<cu_address>& targets) {
  work share{files, ranges, targets, {}, {}, {}};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < like.readers; i++)
    threads.emplace_back(read_all, on, std::cref(like), slots + i * like.slots * like.slot_bytes, std::ref(share));
  for (std::thread& thread : threads) thread.join();
  if (share.failure) std::rethrow_exception(share.failure);
}

}  // namespace bench
