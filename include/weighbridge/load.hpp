// Loads: plan, task, placement.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_LOAD_HPP
#define WEIGHBRIDGE_LOAD_HPP
#ifndef WB_HPP_NAME
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_NAME(WB_HPP_SPAN, WB_HPP_EXPECTED, WB_HPP_EXCEPTIONS) {

// ---- load: plan, task, placement ----------------------------------------------------------------------

struct plan_info {
  std::uint64_t tensors = 0;        ///< that are placed, once for each device that gets them
  std::uint64_t payload_bytes = 0;  ///< that are taken of the tensors, before casts
  std::uint64_t read_bytes = 0;     ///< from the files; more than the payload where a check needs whole files
  std::uint64_t target_bytes = 0;   ///< of the arenas of all devices, padding and all
  std::uint64_t staging_bytes = 0;  ///< of host memory, for the time of the load
  /// Of the target's kind of memory, until tensors that are not stored contiguously have been made so; 0 on the host.
  std::uint64_t transient_bytes = 0;
  target to = target::none;  ///< where the tensors will be: on the host instead of views where a file cannot be mapped
};

struct progress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t done_tensors = 0;
  std::uint64_t total_tensors = 0;

  /// 0 to 1.
  constexpr double fraction() const noexcept {
    return total_bytes ? static_cast<double>(done_bytes) / static_cast<double>(total_bytes) : 1.0;
  }
};

/// A tensor where a load put it. Borrows from its placement.
struct placed_tensor {
  std::uint64_t address = 0;         ///< a host pointer or, for target::cuda, a device pointer
  std::uint64_t bytes = 0;
  std::size_t tensor = 0;            ///< index in the model
  span<const std::int64_t> shape{};  ///< here, after slicing; contiguous and row-major; empty for a scalar
  weighbridge::dtype dtype = 0;      ///< here, after casting
  std::int32_t device = -1;          ///< CUDA ordinal; -1: host memory
  std::string_view name{};           ///< borrows from the placement
  std::uint64_t offset = 0;          ///< bytes from the start of the arena or, for target::view, of the file

  std::string_view dtype_name() const noexcept { return weighbridge::dtype_name(dtype); }
  /// The contents; empty for what is on a device, which is not the host's to read.
  span<const std::byte> host_bytes() const noexcept {
    if (device >= 0) return {};
    return detail::bytes(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)), bytes);
  }

  static placed_tensor of(const wb_placed_tensor& c) noexcept {
    return {c.address, c.bytes,  c.tensor,           detail::shape_of(c.shape, c.rank),
            c.dtype,   c.device, detail::text(c.name), c.offset};
  }
  static placed_tensor at(const wb_placement* placement, std::size_t position) noexcept {
    auto c = detail::sized<wb_placed_tensor>();
    if (wb_placement_tensor(placement, position, &c) != WB_OK) return {};
    return of(c);
  }
};

/// What other processes may map: see placement::sealed().
struct sealed_memory {
  std::int32_t descriptor = -1;  ///< closed with the placement, and on exec
  std::uint64_t bytes = 0;
};

/// Loaded tensors. It exists only if every check that it needs has passed. It owns its memory, and outlives
/// the model; with target::view it keeps the model's files mapped instead.
class placement : public detail::handle<wb_placement, wb_placement_release> {
  using placed = detail::items<placed_tensor, const wb_placement*>;
  placed all() const noexcept { return {{get()}, size()}; }

 public:
  using handle::handle;

  [[nodiscard]] placement retain() const noexcept { return placement(wb_placement_retain(get())); }
  std::size_t size() const noexcept { return wb_placement_count(get()); }
  /// By position in the placement, which is not the index in the model: of several devices, the tensors of the
  /// first come first. Beyond the end: nothing.
  placed_tensor operator[](std::size_t position) const noexcept { return placed_tensor::at(get(), position); }
  placed::iterator begin() const noexcept { return all().begin(); }
  placed::iterator end() const noexcept { return all().end(); }

  /// By name, or status::not_found; of several devices, on the first that has it.
  [[nodiscard]] expected<placed_tensor> find(std::string_view name) const noexcept {
    auto c = detail::sized<wb_placed_tensor>();
    const wb_status code = wb_placement_find(get(), name.data(), name.size(), &c);
    if (code != WB_OK) return detail::failure(code);
    return placed_tensor::of(c);
  }
  /// The same on one CUDA device, or with -1 in host memory.
  [[nodiscard]] expected<placed_tensor> find(std::string_view name, std::int32_t device) const noexcept {
    auto c = detail::sized<wb_placed_tensor>();
    const wb_status code = wb_placement_find_on(get(), device, name.data(), name.size(), &c);
    if (code != WB_OK) return detail::failure(code);
    return placed_tensor::of(c);
  }

  /// After plan_options::async: later work in `stream`, a CUstream or cudaStream_t of one of the devices, waits there
  /// until all bytes have come; nullptr: in the default stream of each device. Returns at once. Where nothing is under
  /// way, as in host memory, it does nothing.
  [[nodiscard]] expected<void> fence(void* stream) const noexcept {
    return detail::run([&](wb_error** why) { return wb_placement_fence(get(), stream, why); });
  }
  /// The same for this thread. An error: a copy has failed, and the bytes will never be there.
  [[nodiscard]] expected<void> wait() const noexcept {
    return detail::run([&](wb_error** why) { return wb_placement_wait(get(), why); });
  }
  /// For target::sealed: the memory as a file without a name that other processes map with PROT_READ and MAP_SHARED. A
  /// tensor begins there at its offset. The descriptor belongs to the placement; duplicate it to keep it.
  [[nodiscard]] expected<sealed_memory> sealed() const noexcept {
    sealed_memory memory;
    const wb_status code = wb_placement_sealed(get(), &memory.descriptor, &memory.bytes);
    if (code != WB_OK) return detail::failure(code);
    return memory;
  }
  /// What was checked while loading.
  [[nodiscard]] expected<weighbridge::report> report() const noexcept {
    return detail::make<weighbridge::report>([&](auto out, auto why) { return wb_placement_report(get(), out, why); });
  }
};

namespace detail {
inline progress progress_of(const wb_progress& c) noexcept {
  return {c.done_bytes, c.total_bytes, c.done_tensors, c.total_tensors};
}

/// Carries a callable through the C callback. The library must never see an exception.
template <class Callback>
struct progress_call {
  Callback* callback;
#if WB_HPP_EXCEPTIONS == 2
  std::exception_ptr thrown{};
#endif

  static std::int32_t invoke(void* self, const wb_progress* p) noexcept {
    auto& call = *static_cast<progress_call*>(self);
    WB_HPP_TRY {
      return call.ask(progress_of(*p));
    } WB_HPP_CATCH {
#if WB_HPP_EXCEPTIONS == 2
      call.thrown = std::current_exception();
#endif
      return 1;
    }
  }

 private:
  std::int32_t ask(const progress& p) const {
    if constexpr (std::is_void_v<decltype((*callback)(p))>) {
      (*callback)(p);
      return 0;
    } else {
      return (*callback)(p) ? 1 : 0;
    }
  }
};
}  // namespace detail

/// A load under way. Threads that the context allows begin at once and end with it; where it allows none,
/// whoever calls step() or wait() does the work. Destroying a task cancels what is not finished.
class task : public detail::handle<wb_task, wb_task_release> {
 public:
  using handle::handle;

  /// Works, or waits for the threads that do, for about `budget`. status::ok: all done, call finish().
  /// status::pending: call again.
  [[nodiscard]] expected<status> step(std::chrono::nanoseconds budget, progress* now = nullptr) noexcept {
    auto c = detail::sized<wb_progress>();
    wb_error* why = nullptr;
    const auto ns = budget.count() > 0 ? static_cast<std::uint64_t>(budget.count()) : 0;
    const wb_status code = wb_task_step(get(), ns, &c, &why);
    if (now) *now = detail::progress_of(c);
    if (code != WB_OK && code != WB_PENDING) return detail::failure(code, why);
    return static_cast<status>(code);
  }

  /// How far it is, without working on it: status::pending, status::ok when all is done, or why it ended. The
  /// error itself comes from step() or wait().
  status poll(progress* now = nullptr) const noexcept {
    auto c = detail::sized<wb_progress>();
    const wb_status code = wb_task_poll(get(), &c);
    if (now) *now = detail::progress_of(c);
    return static_cast<status>(code);
  }

  /// Works until all is done.
  [[nodiscard]] expected<void> wait() noexcept {
    return detail::run([&](wb_error** why) { return wb_task_wait(get(), nullptr, nullptr, why); });
  }

  /// The same, and calls `callback(const progress&)` on this thread: at once, about twenty times a second,
  /// and at the end. If it returns something, false or 0 goes on and anything else cancels, as in
  /// `return stop_requested.load();`. What it throws cancels too, and is thrown again from here.
  template <class Callback>
  [[nodiscard]] expected<void> wait(Callback&& callback) {
    using call_type = detail::progress_call<std::remove_reference_t<Callback>>;
    call_type call{std::addressof(callback)};
    auto result = detail::run([&](wb_error** why) { return wb_task_wait(get(), &call_type::invoke, &call, why); });
#if WB_HPP_EXCEPTIONS == 2
    if (call.thrown) std::rethrow_exception(call.thrown);
#endif
    return result;
  }

  /// Asks it to stop; step() or wait() then answers status::cancelled. From any thread, at any time before
  /// this handle is destroyed.
  void cancel() const noexcept { wb_task_cancel(get()); }

  /// The result, once step() or wait() has said that all is done. Before that: an error, whose code may be
  /// status::pending.
  [[nodiscard]] expected<placement> finish() noexcept {
    return detail::make<placement>([&](auto out, auto why) { return wb_task_finish(get(), out, why); });
  }
};

/// What a load would do. Making one reads nothing and touches no device.
class plan : public detail::handle<wb_plan, wb_plan_release> {
 public:
  using handle::handle;

  [[nodiscard]] expected<plan_info> describe() const noexcept {
    auto c = detail::sized<wb_plan_info>();
    const wb_status code = wb_plan_describe(get(), &c);
    if (code != WB_OK) return detail::failure(code);
    return plan_info{c.tensors,      c.payload_bytes, c.read_bytes,
                     c.target_bytes, c.staging_bytes, c.transient_bytes, static_cast<target>(c.target)};
  }
  /// Of the arena of one CUDA device: what the library will take there, or what a destination for it must have. 0 if
  /// the device is not of the plan.
  [[nodiscard]] expected<std::uint64_t> device_bytes(std::int32_t device) const noexcept {
    std::uint64_t bytes = 0;
    const wb_status code = wb_plan_device_bytes(get(), device, &bytes);
    if (code != WB_OK) return detail::failure(code);
    return bytes;
  }
  /// Each start is a load of its own.
  [[nodiscard]] expected<task> start() const noexcept {
    return detail::make<task>([&](auto out, auto why) { return wb_plan_start(get(), out, why); });
  }
};

}  // namespace WB_HPP_NAME
}  // namespace weighbridge
#endif
