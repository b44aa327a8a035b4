// What the classes of a host, which the library calls, have in common.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_HOOK_HPP
#define WEIGHBRIDGE_HOOK_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

namespace detail {
/// The library orders the calls of functions of the host by locks of its own, which the thread sanitizer does not see. It sees this:
/// what was done before happens_before() is done when happens_after() has been called, for the same place.
#if defined(WB_HPP_TSAN)
inline void happens_before(void* place) noexcept { __tsan_release(place); }
inline void happens_after(void* place) noexcept { __tsan_acquire(place); }
#else
inline void happens_before(void*) noexcept {}
inline void happens_after(void*) noexcept {}
#endif

/// Stands for all memory of the host that functions of the host fill.
inline void* filled_memory() noexcept {
  static char place;
  return &place;
}

/// What a class of the host is derived from, which the library calls through a pointer.
class hook {
 public:
  hook(const hook&) = delete;
  hook& operator=(const hook&) = delete;
  virtual ~hook() = default;

 protected:
  hook() noexcept = default;
};

/// Calls a function of the host, and discards what it throws.
template <class Guard, class Call>
void quietly(Call call) noexcept {
  Guard::call(std::move(call), [] {});
}
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
