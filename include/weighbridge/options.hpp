// What to load, and where to: the options of a plan.
// A part of weighbridge.hpp, which includes it: include that.
//
//   const weighbridge::glob patterns[] = {"model.layers.0.*", "lm_head.weight"};
//   const weighbridge::slice slices[] = {{"*.q_proj.weight", 0, rank, world}};
//   weighbridge::plan_options options;
//   options.include = patterns;
//   options.slices = slices;
#ifndef WEIGHBRIDGE_OPTIONS_HPP
#define WEIGHBRIDGE_OPTIONS_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

// ---- rules --------------------------------------------------------------------------------------------

// Each applies to the tensors that its pattern matches. If several slices, or several casts, match a tensor, the first of
// them applies; routes accumulate. A pattern that matches none of the selected tensors is status::not_found. The rules are
// C structures with constructors, so that lists of them are passed on as they are. Texts are borrowed.

/// A glob pattern over tensor names: `*` matches any number of characters, also `.` and `/`.
struct glob : wb_str {
  glob(std::string_view text) noexcept : wb_str{text.data(), text.size()} {}
  glob(const char* text) noexcept : glob(std::string_view(text)) {}
};

/// Loads one of several parts of a tensor, divided along a dimension: what one rank of a tensor-parallel group holds.
struct slice : wb_slice {
  /// Part `part` of `parts`. With `spread` the first parts get one element more if the dimension is not a multiple of
  /// `parts`; without it that is an error.
  slice(std::string_view tensors, std::uint32_t dimension, std::uint64_t part, std::uint64_t parts,
        bool spread = false) noexcept
      : wb_slice{sizeof(wb_slice), glob(tensors), dimension, spread ? std::uint32_t{WB_SLICE_SPREAD} : 0, part, parts} {}
};

/// Loads tensors in another element type, as in {"*", WB_F32, WB_BF16}. With 0 as the old type, every tensor that the
/// pattern matches.
struct cast : wb_cast {
  cast(std::string_view tensors, dtype old_type, dtype new_type) noexcept
      : wb_cast{sizeof(wb_cast), glob(tensors), old_type, new_type} {}
};

/// Sends tensors to one CUDA device of the plan.
struct route : wb_route {
  route(std::string_view tensors, std::uint32_t ordinal) noexcept
      : wb_route{sizeof(wb_route), glob(tensors), ordinal, 0} {}
};

/// Memory of the caller to fill, of a device or of the host, which must stay allocated until the placement is released.
/// Without a tensor, an arena for all tensors that have no destination of their own: plan::device_bytes() gives its size.
struct destination : wb_destination {
  destination(std::string_view name, std::uint32_t ordinal, std::uint64_t pointer, std::uint64_t size) noexcept
      : wb_destination{sizeof(wb_destination), glob(name), pointer, size, ordinal, 0} {}
  destination(std::string_view name, span<std::byte> memory) noexcept
      : destination(name, WB_DEVICE_HOST, reinterpret_cast<std::uintptr_t>(memory.data()), memory.size()) {}
};

// ---- options ------------------------------------------------------------------------------------------

/// How tensors are placed on CUDA devices. By default: all tensors on device 0.
struct cuda_options {
  span<const std::uint32_t> devices{};  ///< ordinals; without routes each device gets every tensor
  span<const route> routes{};           ///< a tensor goes to each route that matches it, or else to all devices
  /// A CUstream or cudaStream_t of one of the devices: the copies begin when the work that is in it at the start is done.
  void* stream = nullptr;
  bool async = false;                   ///< do not wait for the last copies: see placement::fence() and wait()
};

/// What to load, and where to. By default: all tensors, into an arena in host memory. Lists are borrowed: they must live
/// until the call that takes the options returns.
struct plan_options {
  plan_options() noexcept = default;
  explicit plan_options(weighbridge::target where) noexcept : target(where) {}

  weighbridge::target target = weighbridge::target::host;
  span<const glob> include{};             ///< which tensors; none: all
  span<const std::size_t> tensors{};      ///< or their indices, in the order that the placement has
  span<const slice> slices{};
  span<const cast> casts{};
  span<const destination> destinations{};  ///< memory of the caller
  cuda_options cuda{};                     ///< for target::cuda; other targets ignore it
  std::uint64_t alignment = 0;      ///< of each tensor in bytes, a power of two; 0: 64 on the host, 256 on a device
  std::uint64_t staging_bytes = 0;  ///< the bound on host memory beside the tensors; 0: 8 MiB, for a device 128 MiB
  std::uint64_t block_bytes = 0;    ///< the most bytes of one block, at least 65,536: see task::step(); 0: a default
  std::uint32_t readers = 0;        ///< threads that read at once; 0: all that the context allows
  weighbridge::reads reads = reads::automatic;
  const wb_cancel* cancel = nullptr;  ///< of a cancel_handle, which cancels tasks of the plan from another thread
};

namespace detail {
/// plan_options in C. Borrows from the options.
class plan_request {
 public:
  explicit plan_request(const plan_options& from) noexcept {
    cuda_.stream = from.cuda.stream;
    cuda_.flags = from.cuda.async ? WB_CUDA_ASYNC : 0;
    lend(from.cuda.devices, cuda_.devices, cuda_.device_count);
    lend(from.cuda.routes, cuda_.routes, cuda_.route_count);
    c_.target = static_cast<std::uint32_t>(from.target);
    c_.reads = static_cast<std::uint32_t>(from.reads);
    c_.alignment = from.alignment;
    c_.staging_bytes = from.staging_bytes;
    c_.block_bytes = from.block_bytes;
    c_.readers = from.readers;
    c_.cancel = from.cancel;
    lend(from.include, c_.include, c_.include_count);
    lend(from.tensors, c_.tensors, c_.tensor_count);
    lend(from.slices, c_.slices, c_.slice_count);
    lend(from.casts, c_.casts, c_.cast_count);
    lend(from.destinations, c_.destinations, c_.destination_count);
    c_.cuda = &cuda_;
  }
  plan_request(const plan_request&) = delete;
  plan_request& operator=(const plan_request&) = delete;

  const wb_plan_options* get() const noexcept { return &c_; }

 private:
  template <class Rule, class Struct>
  static void lend(span<const Rule> list, const Struct*& first, std::size_t& count) noexcept {
    static_assert(sizeof(Rule) == sizeof(Struct), "a rule is its C structure and nothing else");
    first = list.data();
    count = list.size();
  }

  wb_plan_options c_ = sized<wb_plan_options>();
  wb_cuda_options cuda_ = sized<wb_cuda_options>();
};
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
