// Loads: plan, task, placement.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_LOAD_HPP
#define WEIGHBRIDGE_LOAD_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

// ---- load: plan, task, placement ----------------------------------------------------------------------

/// What a plan will do.
struct plan_info {
  std::uint64_t tensors = 0;         ///< that are placed, counted once for each device that gets them
  std::uint64_t payload_bytes = 0;   ///< of the selected tensors, as they are stored
  std::uint64_t read_bytes = 0;      ///< from files; more than the payload if a check needs whole files
  std::uint64_t target_bytes = 0;    ///< of memory of the target, all devices together
  std::uint64_t staging_bytes = 0;   ///< of host memory beside the target
  std::uint64_t transient_bytes = 0; ///< of device memory that is needed until all tensors are contiguous
  weighbridge::target target = weighbridge::target::none;  ///< target::host instead of target::view if a file cannot be mapped
};

/// A tensor that a load has placed. Borrows from its placement.
struct placed_tensor {
  const void* data = nullptr;          ///< in host memory, the bytes; nullptr on a device
  std::uint64_t device_address = 0;    ///< on a device, its CUdeviceptr; 0 in host memory
  std::uint64_t bytes = 0;
  std::size_t tensor = 0;              ///< index in the model
  span<const std::int64_t> shape{};    ///< after slicing; contiguous and row-major; empty for a scalar
  weighbridge::dtype dtype = 0;        ///< after casting
  std::uint32_t device = host_memory;  ///< CUDA ordinal, or host_memory
  std::string_view name{};
  std::uint64_t offset = 0;            ///< in bytes from the start of the arena; for target::view, of the file

  std::string_view dtype_name() const noexcept { return weighbridge::dtype_name(dtype); }
  /// The contents; empty on a device.
  span<const std::byte> host_bytes() const noexcept { return detail::bytes(data, data ? bytes : 0); }

  static placed_tensor at(const wb_placement* placement, std::size_t index) noexcept {
    auto c = detail::sized<wb_placed_tensor_info>();
    if (wb_placement_tensor_info(placement, index, &c) != WB_OK) return {};
    return {c.data,   c.device_address,     c.bytes, c.tensor, detail::shape_of(c.shape, c.rank), c.dtype,
            c.device, detail::text(c.name), c.offset};
  }
};

/// Memory that other processes may map: see placement::sealed().
struct sealed_memory {
  std::int32_t descriptor = -1;  ///< closed with the placement, and on exec
  std::uint64_t bytes = 0;
};

/// The tensors that a load has placed. It exists only if every check has passed. It owns its memory and outlives the model;
/// with target::view it keeps the maps of the model instead.
class placement : public detail::handle<wb_placement, wb_placement_release> {
  using placed = detail::items<placed_tensor, const wb_placement*>;
  placed all() const noexcept { return {{get()}, size()}; }

 public:
  using handle::handle;

  [[nodiscard]] placement retain() const noexcept { return placement(wb_placement_retain(get())); }
  std::size_t size() const noexcept { return wb_placement_tensor_count(get()); }
  /// By position in the placement, which is not the index in the model. Beyond the end: an empty one.
  placed_tensor operator[](std::size_t position) const noexcept { return placed_tensor::at(get(), position); }
  placed::iterator begin() const noexcept { return all().begin(); }
  placed::iterator end() const noexcept { return all().end(); }

  /// By name, or status::not_found. With several devices, on the first that has it.
  [[nodiscard]] expected<placed_tensor> find(std::string_view name) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_placement_tensor_find(get(), name.data(), name.size(), &index);
    if (code != WB_OK) return detail::missing(code, "the placement has no tensor with this name");
    return placed_tensor::at(get(), index);
  }
  /// The same on one CUDA device, or with host_memory in host memory.
  [[nodiscard]] expected<placed_tensor> find(std::string_view name, std::uint32_t device) const noexcept {
    std::size_t index = 0;
    const wb_status code = wb_placement_tensor_find_on(get(), device, name.data(), name.size(), &index);
    if (code != WB_OK) return detail::missing(code, "the device has no tensor with this name");
    return placed_tensor::at(get(), index);
  }

  /// Copies the tensors of `next`, which a plan of model::plan_refit() has loaded, into the pointers that they have here: all of them,
  /// or none. Nobody else may use the tensors of this placement meanwhile. See wb_placement_refit.
  [[nodiscard]] expected<void> refit(const placement& next) noexcept {
    return detail::run([&](wb_error** why) { return wb_placement_refit(get(), next.get(), why); });
  }

  /// After cuda_options::async: work that is submitted to `stream` (a CUstream or cudaStream_t of one of the devices;
  /// nullptr: the default stream of each) from now on waits there until all bytes have arrived. Returns at once. Has no
  /// effect if no copy is under way.
  [[nodiscard]] expected<void> fence(void* stream) const noexcept {
    return detail::run([&](wb_error** why) { return wb_placement_fence(get(), stream, why); });
  }
  /// Waits on this thread until all bytes have arrived. An error means that a copy has failed and the bytes are not valid.
  [[nodiscard]] expected<void> wait() const noexcept {
    return detail::run([&](wb_error** why) { return wb_placement_wait(get(), why); });
  }
  /// For target::sealed: the memory as a memfd that other processes map with PROT_READ and MAP_SHARED. A tensor begins there
  /// at its offset. The descriptor belongs to the placement; duplicate it to keep it.
  [[nodiscard]] expected<sealed_memory> sealed() const noexcept {
    sealed_memory memory;
    const wb_status code = wb_placement_sealed(get(), &memory.descriptor, &memory.bytes);
    if (code != WB_OK) return detail::failure(code);
    return memory;
  }
  /// What was checked while the tensors were loaded.
  [[nodiscard]] expected<weighbridge::report> report() const noexcept {
    return detail::make<weighbridge::report>([&](auto out, auto why) { return wb_placement_report(get(), out, why); });
  }
};

namespace detail {
/// What every task has: an operation that was started, and is in progress or has ended. The threads of the context do the work, if it
/// has any, and with them step() and wait(). Destroying a task cancels it if it is not done.
class any_task : public handle<wb_task, wb_task_release> {
 public:
  using handle::handle;

  /// Works for at most about `budget`, a std::chrono::duration; a load does one block at least (plan_options::block_bytes). Or
  /// waits for other threads that have all that is left. A task that has been stepped is to be stepped, or waited for, to its
  /// end. status::ok: all is done, call finish(). status::pending: call again. Only loads have progress.
  template <class Duration>
  [[nodiscard]] expected<status> step(Duration budget, progress* now = nullptr) noexcept {
    return step(budget, UINT64_MAX, now);
  }
  /// The same, and until about so many bytes have been read.
  template <class Duration>
  [[nodiscard]] expected<status> step(Duration budget, std::uint64_t bytes, progress* now = nullptr) noexcept {
    using period = typename Duration::period;
    const auto ns = static_cast<long double>(budget.count()) * 1e9L * period::num / period::den;
    auto c = sized<wb_progress>();
    wb_error* why = nullptr;
    const wb_status code = wb_task_step(get(), saturated(ns), bytes, &c, &why);
    if (now) *now = progress::of(c);
    if (code != WB_OK && code != WB_PENDING) return failure(code, why);
    return static_cast<status>(code);
  }

  /// The status, without doing any work: status::pending, status::ok when all is done, or why it failed. step() and
  /// wait() give the error itself.
  status poll(progress* now = nullptr) const noexcept {
    auto c = sized<wb_progress>();
    const wb_status code = wb_task_poll(get(), &c);
    if (now) *now = progress::of(c);
    return static_cast<status>(code);
  }

  /// Works until all is done.
  [[nodiscard]] expected<void> wait() noexcept {
    return run([&](wb_error** why) { return wb_task_wait(get(), nullptr, nullptr, why); });
  }

  /// Calls `end()` once when the task ends, on the thread that ends it: at once if it has ended, and at the latest while it is
  /// destroyed. It must not destroy the task; what it throws is discarded. Each call adds a function.
  template <class End, class Guard = guard>
  [[nodiscard]] expected<void> on_end(End&& end) {
    using kept = handed_over<std::decay_t<End>>;
    auto* const function = new kept(std::forward<End>(end));
    const wb_end_fn call = [](void* user_data) noexcept {
      auto* const called = static_cast<kept*>(user_data);
      quietly<Guard>([&] { called->take()(); });
      delete called;
    };
    const wb_status code = wb_task_on_end(get(), call, function);
    if (code == WB_OK) return {};
    delete function;
    return failure(code);
  }

  /// Cancels it: step() or wait() then returns status::cancelled. Any thread, as long as this handle exists; a
  /// cancel_handle in the options of the plan does not have this restriction.
  void cancel() const noexcept { wb_task_cancel(get()); }
};
}  // namespace detail

/// A load in progress.
class task : public detail::any_task {
 public:
  using any_task::any_task;
  using any_task::wait;

  /// The same, and calls `callback(const progress&)` on this thread: at once, about twenty times a second, and at the end.
  /// It returns nothing, or a flow. What it throws cancels the task and is rethrown here.
  template <class Callback, class Guard = detail::guard>
  [[nodiscard]] expected<void> wait(Callback&& callback) {
    detail::progress_call<std::remove_reference_t<Callback>, Guard> call(callback);
    auto result = detail::run([&](wb_error** why) { return wb_task_wait(get(), call.function, &call, why); });
    call.rethrow();
    return result;
  }

  /// The placement, when all is done. Before that an error with status::pending.
  [[nodiscard]] expected<placement> finish() noexcept {
    return detail::make<placement>([&](auto out, auto why) { return wb_task_finish(get(), out, why); });
  }
};

/// A load that has not been started. Making a plan reads nothing and uses no device.
class plan : public detail::handle<wb_plan, wb_plan_release> {
 public:
  using handle::handle;

  [[nodiscard]] expected<plan_info> info() const noexcept {
    auto c = detail::sized<wb_plan_info>();
    const wb_status code = wb_plan_get_info(get(), &c);
    if (code != WB_OK) return detail::failure(code);
    return plan_info{c.tensors,      c.payload_bytes, c.read_bytes,
                     c.target_bytes, c.staging_bytes, c.transient_bytes, static_cast<target>(c.target)};
  }
  /// What is likely not meant, such as a cast of FP8 tensors without their scales. Borrows from the plan.
  detail::items<finding, const wb_plan*> notes() const noexcept { return {{get()}, wb_plan_note_count(get())}; }
  /// The size of the arena of one CUDA device, or of the host, which the library allocates or a destination must have. 0 if
  /// the plan places nothing there.
  [[nodiscard]] expected<std::uint64_t> device_bytes(std::uint32_t device = WB_DEVICE_HOST) const noexcept {
    std::uint64_t bytes = 0;
    const wb_status code = wb_plan_device_bytes(get(), device, &bytes);
    if (code != WB_OK) return detail::failure(code);
    return bytes;
  }
  /// Starts a load; a plan may be started several times.
  [[nodiscard]] expected<task> start() const noexcept {
    return detail::make<task>([&](auto out, auto why) { return wb_plan_start(get(), out, why); });
  }
};

/// A plan that is being made.
class plan_task : public detail::any_task {
 public:
  using any_task::any_task;

  /// The plan, when it is made. Before that an error with status::pending.
  [[nodiscard]] expected<plan> finish() noexcept {
    return detail::make<plan>([&](auto out, auto why) { return wb_task_plan(get(), out, why); });
  }
};

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
