// The heap of the engine: everything large that the library needs comes from here, and has to come back.
#ifndef ENGINE_HEAP_HPP
#define ENGINE_HEAP_HPP

#include <weighbridge.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace engine {

class heap final : public weighbridge::allocator {
 public:
  explicit heap(std::size_t limit) noexcept : limit_(limit) {}
  ~heap() override {
    if (live_ == 0) return;
    std::fprintf(stderr, "%zu bytes have not come back to the heap\n", live_.load());
    std::abort();
  }

  void* allocate(std::size_t bytes, std::size_t alignment) noexcept override {
    if (live_.fetch_add(bytes) + bytes > limit_) return give_up(bytes);
    void* const start = ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
    if (!start) return give_up(bytes);
    blocks_++;
    return start;
  }
  void free(void* start, std::size_t bytes, std::size_t alignment) noexcept override {
    ::operator delete(start, std::align_val_t{alignment});
    live_ -= bytes;
  }

  std::size_t live() const noexcept { return live_; }
  std::size_t blocks() const noexcept { return blocks_; }

 private:
  void* give_up(std::size_t bytes) noexcept {
    live_ -= bytes;
    return nullptr;
  }

  const std::size_t limit_;
  std::atomic<std::size_t> live_{0};
  std::atomic<std::size_t> blocks_{0};
};

}  // namespace engine

#endif
