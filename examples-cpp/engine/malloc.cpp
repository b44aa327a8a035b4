// For a library that was built with the feature "host-malloc": its small objects come from the engine, too.
#define WB_HOST_MALLOC
#include <weighbridge.h>

#include <atomic>
#include <cstdio>
#include <new>

namespace {

struct tally {
  std::atomic<unsigned long> blocks{0}, live{0};
  ~tally() { std::printf("small objects: %lu, of which %lu are left\n", blocks.load(), live.load()); }
} counted;

}  // namespace

void* wb_host_malloc(std::size_t bytes, std::size_t alignment) {
  void* const block = ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
  if (block) counted.blocks++, counted.live++;
  return block;
}

void wb_host_free(void* block, std::size_t alignment) {
  ::operator delete(block, std::align_val_t{alignment});
  counted.live--;
}
