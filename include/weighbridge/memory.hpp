// Memory of the host for bulk data, and a budget for it.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_MEMORY_HPP
#define WEIGHBRIDGE_MEMORY_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// The allocator of a host for bulk data: arenas of tensors, contents of files and tensors that are read, and the buffers of
/// loads. Functions are called on any thread that works for the library, several at once, with no lock held.
class allocator : public detail::hook {
 public:
  /// Allocates `bytes` bytes, which is not 0, at a multiple of `alignment`. nullptr or an exception: there is no memory, and
  /// the operation fails with status::out_of_memory.
  virtual void* allocate(std::size_t bytes, std::size_t alignment) = 0;
  virtual void free(void* start, std::size_t bytes, std::size_t alignment) noexcept = 0;
};

/// A budget of a host for bulk data, whoever allocates them. `device` is the ordinal of a CUDA device, or `host_memory`.
/// Functions are called on any thread that works for the library, several at once, with no lock held.
class memory_budget : public detail::hook {
 public:
  /// Grants memory, perhaps after others have given some back. false or an exception: the operation fails with
  /// status::out_of_memory.
  virtual bool reserve(std::uint32_t device, std::uint64_t bytes) = 0;
  /// Takes back what was granted.
  virtual void release(std::uint32_t device, std::uint64_t bytes) noexcept = 0;
};

namespace detail {
template <class Guard>
wb_allocator allocator_of(allocator& to) noexcept {
  auto functions = sized<wb_allocator>();
  functions.user_data = &to;
  functions.alloc = [](void* user_data, std::size_t bytes, std::size_t alignment) noexcept -> void* {
    return Guard::call([&] { return static_cast<allocator*>(user_data)->allocate(bytes, alignment); },
                       []() -> void* { return nullptr; });
  };
  functions.free = [](void* user_data, void* start, std::size_t bytes, std::size_t alignment) noexcept {
    happens_after(filled_memory());
    static_cast<allocator*>(user_data)->free(start, bytes, alignment);
  };
  return functions;
}

template <class Guard>
wb_budget budget_of(memory_budget& to) noexcept {
  auto functions = sized<wb_budget>();
  functions.user_data = &to;
  functions.reserve = [](void* user_data, std::uint32_t device, std::uint64_t bytes) noexcept {
    const bool is_granted = Guard::call(
        [&] { return static_cast<memory_budget*>(user_data)->reserve(device, bytes); }, [] { return false; });
    return wb_status{is_granted ? WB_OK : WB_ERR_OUT_OF_MEMORY};
  };
  functions.release = [](void* user_data, std::uint32_t device, std::uint64_t bytes) noexcept {
    static_cast<memory_budget*>(user_data)->release(device, bytes);
  };
  return functions;
}
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
