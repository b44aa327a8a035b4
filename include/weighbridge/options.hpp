// What to load, and where to: the options of a plan.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_OPTIONS_HPP
#define WEIGHBRIDGE_OPTIONS_HPP
#ifndef WB_HPP_NAME
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_NAME(WB_HPP_SPAN, WB_HPP_EXPECTED, WB_HPP_EXCEPTIONS) {

// ---- rules --------------------------------------------------------------------------------------------

// Each applies to the tensors that its glob pattern matches, as in plan_options::include. Of rules of one kind that
// match the same tensor the first counts, but for routes; a rule that matches none is status::not_found.

/// One of `world` parts: what one rank of a tensor-parallel group holds, as in {"*.q_proj.weight", 0, rank, world}.
struct slice {
  std::string_view pattern;
  std::uint32_t dim = 0;    ///< that is cut, counted from the outermost
  std::uint64_t rank = 0;   ///< which part
  std::uint64_t world = 1;  ///< how many there are; 1: all of it
  bool spread = false;      ///< uneven parts: the first ranks get one element more; false: they are an error
};

/// Another element type, as in {"*", WB_F32, WB_BF16}: F32 as F16 or BF16, these as F32, and 8-bit floats as any of them.
struct cast {
  std::string_view pattern;
  dtype from = 0;  ///< only tensors of this type; 0: every tensor that the pattern matches
  dtype to = 0;
};

/// One CUDA device, of those of the plan. A tensor goes to the device of each route that matches it, and to all devices
/// if there is none.
struct route {
  std::string_view pattern;
  std::int32_t device = 0;
};

/// Device memory of yours, to be filled. It has to stay allocated until the placement is gone.
struct destination {
  std::string_view tensor;    ///< its name; empty: an arena for all that have no destination of their own
  std::uint64_t address = 0;  ///< a CUdeviceptr; of an arena, a multiple of the alignment
  std::uint64_t bytes = 0;    ///< that may be written; plan::device_bytes() says what an arena needs
  std::int32_t device = 0;
};

// ---- options ------------------------------------------------------------------------------------------

/// Which tensors, where to. As it stands: all of them, into host memory.
struct plan_options {
  target to = target::host;
  std::int32_t device = 0;                ///< CUDA ordinal
  std::vector<std::string_view> include;  ///< glob patterns over tensor names, each of which must match one;
                                          ///< `*` also matches `.` and `/`; none: all tensors
  std::vector<std::size_t> tensors;       ///< or indices, in the order that the placement shall have
  std::uint64_t alignment = 0;            ///< of each tensor, a power of two; 0: 64 on the host, 256 on a device
  std::uint64_t staging_bytes = 0;        ///< most host memory to use beside the tensors; 0: 8 MiB, for a device 128
  std::vector<slice> slices;
  std::vector<cast> casts;
  std::vector<std::int32_t> devices;      ///< several CUDA ordinals, instead of `device`; each gets every tensor
  std::vector<route> routes;              ///< unless these say otherwise
  std::vector<destination> destinations;  ///< instead of arenas of the library; an error for other targets, which take
                                          ///< no notice of devices, routes, stream and async
  void* stream = nullptr;  ///< a CUstream or cudaStream_t of one of the devices: copies begin when the work that is in it
                           ///< at the start is done; nullptr: they wait for nothing
  bool async = false;      ///< do not wait for the last copies: see placement::fence() and placement::wait()
  std::uint32_t readers = 0;  ///< threads that read at once; 0: as many as the context allows
  weighbridge::reads reads = reads::automatic;
};

namespace detail {
inline wb_str in_c(std::string_view text) noexcept { return wb_str{text.data(), text.size()}; }
inline wb_slice in_c(const slice& from) noexcept {
  auto c = sized<wb_slice>();
  c.pattern = in_c(from.pattern);
  c.dim = from.dim;
  c.flags = from.spread ? WB_SLICE_SPREAD : 0;
  c.rank = from.rank;
  c.world = from.world;
  return c;
}
inline wb_cast in_c(const cast& from) noexcept {
  auto c = sized<wb_cast>();
  c.pattern = in_c(from.pattern);
  c.from = from.from;
  c.to = from.to;
  return c;
}
inline wb_route in_c(const route& from) noexcept {
  auto c = sized<wb_route>();
  c.pattern = in_c(from.pattern);
  c.device = from.device;
  return c;
}
inline wb_destination in_c(const destination& from) noexcept {
  auto c = sized<wb_destination>();
  c.tensor = in_c(from.tensor);
  c.address = from.address;
  c.bytes = from.bytes;
  c.device = from.device;
  return c;
}

/// The items of a vector in C. Out of memory: no items, though there should be some.
template <class Struct>
class array_in_c {
 public:
  template <class Item>
  explicit array_in_c(const std::vector<Item>& from) noexcept : wanted_(from.size()) {
    if (wanted_ == 0) return;
    items_.reset(new (std::nothrow) Struct[wanted_]);
    if (!items_) return;
    Struct* next = items_.get();
    for (const Item& item : from) *next++ = in_c(item);
  }

  const Struct* data() const noexcept { return items_.get(); }
  std::size_t size() const noexcept { return wanted_; }
  bool out_of_memory() const noexcept { return wanted_ != 0 && !items_; }

 private:
  std::unique_ptr<Struct[]> items_;
  std::size_t wanted_;
};

/// plan_options in C, with the memory that it points to. Borrows the rest from `from`.
class plan_request {
 public:
  wb_plan_options c = sized<wb_plan_options>();

  explicit plan_request(const plan_options& from) noexcept
      : include_(from.include),
        slices_(from.slices),
        casts_(from.casts),
        routes_(from.routes),
        destinations_(from.destinations) {
    c.target = static_cast<std::uint32_t>(from.to);
    c.device = from.device;
    c.alignment = from.alignment;
    c.staging_bytes = from.staging_bytes;
    c.stream = from.stream;
    c.flags = from.async ? WB_PLAN_ASYNC : 0;
    c.readers = from.readers;
    c.reads = static_cast<std::uint32_t>(from.reads);
    lend(include_, c.include, c.include_count);
    lend(from.tensors, c.tensors, c.tensor_count);
    lend(slices_, c.slices, c.slice_count);
    lend(casts_, c.casts, c.cast_count);
    lend(from.devices, c.devices, c.device_count);
    lend(routes_, c.routes, c.route_count);
    lend(destinations_, c.destinations, c.destination_count);
  }

  bool out_of_memory() const noexcept {
    return include_.out_of_memory() || slices_.out_of_memory() || casts_.out_of_memory() || routes_.out_of_memory() ||
           destinations_.out_of_memory();
  }

 private:
  template <class List, class Struct>
  static void lend(const List& list, const Struct*& first, std::size_t& count) noexcept {
    first = list.data();
    count = list.size();
  }

  array_in_c<wb_str> include_;
  array_in_c<wb_slice> slices_;
  array_in_c<wb_cast> casts_;
  array_in_c<wb_route> routes_;
  array_in_c<wb_destination> destinations_;
};
}  // namespace detail

}  // namespace WB_HPP_NAME
}  // namespace weighbridge
#endif
