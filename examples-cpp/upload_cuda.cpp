// upload_cuda.cpp: load a model to a CUDA device, and order your own work behind the load.
//
//   upload_cuda MODEL [TENSOR]      without TENSOR: the first one
//
// Building it needs neither the CUDA toolkit nor a device. Without a device it loads into host memory in the same way;
// without the CUDA runtime it uploads, and does not look at the memory of the device.
//
// Exit codes: 0 it was loaded, 1 something failed, 2 wrong usage.
#include <weighbridge.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <string>

namespace wb = weighbridge;

static int fail(const wb::error& error) {
  std::fprintf(stderr, "error: %s\n", error.message().data());  // NUL-terminated
  return 1;
}

// ---- the CUDA runtime ---------------------------------------------------------------------------------

/// The few functions of the runtime that are needed here, found while the program runs, and a stream of our own. A
/// program that links to the runtime anyway includes <cuda_runtime_api.h> instead, and passes its cudaStream_t in the
/// same way.
class cuda_runtime {
 public:
  cuda_runtime() = default;
  cuda_runtime(const cuda_runtime&) = delete;
  cuda_runtime& operator=(const cuda_runtime&) = delete;
  ~cuda_runtime() {
    if (stream_ != nullptr) destroy_(stream_);
  }

  /// A runtime that is newer than the driver does not work with it, so the first that makes a stream is taken. None is
  /// ever unloaded, since its threads outlive its users.
  void open(int device) {
    for (const char* name : {"libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0", "libcudart.so"}) {
      void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
      if (library == nullptr || !resolve(library)) continue;
      if (set_device_(device) == 0 && create_(&stream_) == 0) {
        name_ = name;
        return;
      }
      stream_ = nullptr;
    }
  }

  /// "": none works.
  const char* name() const { return name_; }
  /// A cudaStream_t, for cuda_options::stream and placement::fence().
  void* stream() const { return stream_; }

  /// Copies from the device behind all that is in the stream, and waits; nullptr: done, or else why not.
  const char* read(void* to, std::uint64_t address, std::size_t bytes) const {
    const int device_to_host = 2;  // cudaMemcpyDeviceToHost
    const void* from = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address));
    int code = copy_(to, from, bytes, device_to_host, stream_);
    if (code == 0) code = synchronize_(stream_);
    return code == 0 ? nullptr : error_string_(code);
  }

 private:
  template <class Function>
  static bool find(void* library, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(dlsym(library, name));
    return function != nullptr;
  }
  bool resolve(void* library) {
    return find(library, "cudaSetDevice", set_device_) && find(library, "cudaStreamCreate", create_) &&
           find(library, "cudaStreamDestroy", destroy_) && find(library, "cudaStreamSynchronize", synchronize_) &&
           find(library, "cudaMemcpyAsync", copy_) && find(library, "cudaGetErrorString", error_string_);
  }

  // cudaError_t is an enumeration, and cudaStream_t a pointer.
  int (*set_device_)(int device) = nullptr;
  int (*create_)(void** stream) = nullptr;
  int (*destroy_)(void* stream) = nullptr;
  int (*synchronize_)(void* stream) = nullptr;
  int (*copy_)(void* to, const void* from, std::size_t bytes, int kind, void* stream) = nullptr;
  const char* (*error_string_)(int code) = nullptr;
  void* stream_ = nullptr;
  const char* name_ = "";
};

// ---- what is printed ----------------------------------------------------------------------------------

/// How many devices there are. That there is none is no error.
static std::size_t list_devices() {
  const auto devices = wb::cuda_devices::list();
  if (!devices) {
    std::printf("no CUDA device: %s\n", devices.error().message().data());
    return 0;
  }
  std::printf("%zu CUDA devices\n", devices->size());
  for (const wb::cuda_device& device : *devices)
    std::printf("  cuda:%u  %s, %s, compute %u.%u, %.1f GB\n", device.ordinal, std::string(device.name).c_str(),
                std::string(device.pci).c_str(), device.compute_major, device.compute_minor,
                static_cast<double>(device.memory_bytes) / 1e9);
  return devices->size();
}

static void print_tensor(const wb::model& model, const wb::placed_tensor& placed) {
  std::string shape;
  for (const std::int64_t extent : placed.shape) shape += (shape.empty() ? "" : ", ") + std::to_string(extent);
  const bool on_host = placed.device == wb::host_memory;
  const std::string place = on_host ? "host" : "cuda:" + std::to_string(placed.device);
  const std::uint64_t address = on_host ? reinterpret_cast<std::uintptr_t>(placed.data) : placed.device_address;
  std::printf("tensor %zu of %zu: %s [%s], %" PRIu64 " bytes at %s 0x%" PRIx64 "\n", placed.tensor,
              model.tensors().size(), std::string(placed.dtype_name()).c_str(), shape.c_str(), placed.bytes,
              place.c_str(), address);
}

static void print_bytes(wb::span<const std::byte> bytes) {
  std::printf("it begins with");
  for (const std::byte byte : bytes) std::printf(" %02x", std::to_integer<unsigned>(byte));
  std::printf("\n");
}

static void print_report(const wb::report& report) {
  // Threads work at the same time, so the sum may be more than the load took.
  for (const wb::cost& cost : report.costs())
    std::printf("  %-8s %12" PRIu64 " bytes %10.3f ms\n", std::string(cost.stage).c_str(), cost.bytes,
                static_cast<double>(cost.nanoseconds) / 1e6);
  std::size_t matches = 0, uncovered = 0;
  for (const wb::report_line& line : report) {
    matches += line.outcome == wb::outcome::match;
    uncovered += line.outcome == wb::outcome::uncovered;
  }
  std::printf("%zu files and tensors verified, %zu that nothing covers\n", matches, uncovered);
}

// ---- the load -----------------------------------------------------------------------------------------

/// Plans and loads; returns as soon as everything is read, checked and on its way.
static wb::expected<wb::placement> load(const wb::model& model, const wb::plan_options& options) {
  const auto begin = std::chrono::steady_clock::now();
  auto plan = model.plan(options);
  if (!plan) return plan.error();
  auto task = plan->start();
  if (!task) return task.error();
  auto done = task->wait();
  if (!done) return done.error();

  const auto info = plan->info();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  if (info)
    std::printf("%" PRIu64 " tensors, %" PRIu64 " bytes, in %.3f ms\n", info->tensors, info->target_bytes,
                took.count());
  return task->finish();
}

/// Prints the first bytes of a tensor, wherever it is; returns the exit code.
static int show_contents(const cuda_runtime& runtime, const wb::placed_tensor& placed) {
  std::array<std::byte, 16> first{};
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(first.size(), placed.bytes));
  if (placed.device == wb::host_memory) {
    const auto bytes = placed.host_bytes();
    std::copy_n(bytes.begin(), count, first.begin());
  } else if (runtime.stream() == nullptr) {
    std::printf("no CUDA runtime: its contents are not shown\n");
    return 0;
  } else if (const char* why = runtime.read(first.data(), placed.device_address, count)) {
    std::fprintf(stderr, "error: cannot copy from the device: %s: %s\n", runtime.name(), why);
    return 1;
  }
  print_bytes(wb::span<const std::byte>(first).first(count));
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: %s MODEL [TENSOR]\n", argv[0]);
    return 2;
  }
  const auto context = wb::context::create({wb::all_threads});
  if (!context) return fail(context.error());
  const auto model = wb::model::open(argv[1], {&*context});
  if (!model) return fail(model.error());

  const bool has_device = list_devices() > 0;
  cuda_runtime runtime;
  if (has_device) runtime.open(0);
  if (runtime.stream() != nullptr) std::printf("%s, with a stream of our own\n", runtime.name());

  // Only the target depends on whether there is a device: a load into host memory ignores `cuda`.
  wb::plan_options options(has_device ? wb::target::cuda : wb::target::host);
  options.cuda.stream = runtime.stream();            // the copies begin when the work that is in it now is done,
  options.cuda.async = runtime.stream() != nullptr;  // and this thread does not wait for the last of them,
  const auto placement = load(*model, options);      // to device 0, the default
  if (!placement) return fail(placement.error());
  const auto fenced = placement->fence(runtime.stream());  // but work that enters the stream from here on does
  if (!fenced) return fail(fenced.error());

  const auto report = placement->report();
  if (!report) return fail(report.error());
  print_report(*report);

  // Work that uses the memory must be done before the placement is destroyed: read() waits for its own.
  const auto tensor = placement->find(argc == 3 ? argv[2] : (*placement)[0].name);
  if (!tensor) {
    std::fprintf(stderr, "error: there is no such tensor\n");
    return 1;
  }
  print_tensor(*model, *tensor);
  return show_contents(runtime, *tensor);
}
