// share_sealed.cpp: load and verify a model once, and lend it to another process, which maps it and cannot change it.
//
//   share_sealed MODEL [TENSOR]         without TENSOR: the first one
//
// Exit codes: 0 the other process has seen it, 1 something is wrong with the model or the machine, 2 wrong usage.
#include <weighbridge.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>

namespace wb = weighbridge;

static int fail(const wb::error& error) {
  std::fprintf(stderr, "error: %s\n", error.message().data());  // NUL-terminated
  return 1;
}

static bool is_mapped(const void* memory) { return memory != MAP_FAILED; }

/// What the other process does with a descriptor that it has inherited, or received over a socket. It needs neither the
/// model nor this library.
static int use(int descriptor, std::size_t bytes, std::size_t offset, std::size_t size) {
  void* memory = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  if (!is_mapped(memory)) return 1;
  const auto* tensor = static_cast<const unsigned char*>(memory) + offset;
  unsigned long sum = 0;
  for (std::size_t i = 0; i < size; i++) sum += tensor[i];
  const bool can_change = is_mapped(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)) ||
                          pwrite(descriptor, "x", 1, 0) == 1 || ftruncate(descriptor, 0) == 0;
  std::printf("the other process: the bytes of the tensor add up to %lu, and it %s change them\n", sum,
              can_change ? "can" : "cannot");
  munmap(memory, bytes);
  return can_change ? 1 : 0;
}

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: %s MODEL [TENSOR]\n", argv[0]);
    return 2;
  }
  const auto model = wb::model::open(argv[1]);
  if (!model) return fail(model.error());
  const auto placement = model->load(wb::plan_options(wb::target::sealed));
  if (!placement) return fail(placement.error());  // after a mismatch there is nothing to share
  const auto memory = placement->sealed();
  if (!memory) return fail(memory.error());
  const auto tensor = placement->find(argc == 3 ? argv[2] : (*placement)[0].name);
  if (!tensor) {
    std::fprintf(stderr, "error: there is no such tensor\n");
    return 1;
  }

  std::printf("%" PRIu64 " bytes are sealed\n", memory->bytes);
  std::fflush(stdout);
  const pid_t other = fork();
  if (other == 0) {
    const int result = use(memory->descriptor, memory->bytes, tensor->offset, tensor->bytes);
    std::fflush(stdout);
    _exit(result);
  }
  int result = 1;
  if (other < 0 || waitpid(other, &result, 0) < 0) return 1;
  return WIFEXITED(result) ? WEXITSTATUS(result) : 1;
}
