// The progress of operations, and cancelling them.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_CONTROL_HPP
#define WEIGHBRIDGE_CONTROL_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// The progress of an operation.
struct progress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;  ///< 0: not known
  std::uint64_t done_tensors = 0;
  std::uint64_t total_tensors = 0;

  static progress of(const wb_progress& c) noexcept {
    return {c.done_bytes, c.total_bytes, c.done_tensors, c.total_tensors};
  }
  /// 0 to 1; 1 if the total is not known.
  constexpr double fraction() const noexcept {
    return total_bytes ? static_cast<double>(done_bytes) / static_cast<double>(total_bytes) : 1.0;
  }
};

/// Cancels operations from another thread. It may outlive them: they keep what they need.
class cancel_handle : public detail::handle<wb_cancel, wb_cancel_release> {
 public:
  using handle::handle;

  [[nodiscard]] static expected<cancel_handle> create() noexcept {
    return detail::make<cancel_handle>([](auto out, auto why) { return wb_cancel_create(out, why); });
  }
  [[nodiscard]] cancel_handle retain() const noexcept { return cancel_handle(wb_cancel_retain(get())); }
  /// Cancels every operation that has this handle in its options. Any thread.
  void set() const noexcept { wb_cancel_set(get()); }
};

namespace detail {
/// Carries a callable through the C callback. The library must not see an exception.
template <class Callback, class Guard>
class progress_call {
 public:
  explicit progress_call(Callback& callback) noexcept : callback_(&callback) {}
  progress_call(const progress_call&) = delete;
  progress_call& operator=(const progress_call&) = delete;

  static std::int32_t function(void* self, const wb_progress* p) noexcept {
    auto& call = *static_cast<progress_call*>(self);
    return Guard::call([&] { return static_cast<std::int32_t>(call.ask(progress::of(*p))); },
                       [&] {
                         call.thrown_ = std::current_exception();
                         return std::int32_t{WB_STOP};
                       });
  }

  /// Rethrows what the callable threw.
  void rethrow() const { Guard::rethrow(thrown_); }

 private:
  flow ask(const progress& p) const {
    if constexpr (std::is_void_v<decltype((*callback_)(p))>) {
      (*callback_)(p);
      return flow::proceed;
    } else {
      static_assert(std::is_same_v<decltype((*callback_)(p)), flow>, "a progress callback returns nothing, or a flow");
      return (*callback_)(p);
    }
  }

  Callback* callback_;
  std::exception_ptr thrown_{};
};
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
