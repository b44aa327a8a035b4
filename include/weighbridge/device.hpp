// CUDA devices, as the driver describes them. No header of CUDA is needed, and nothing here wakes a device.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_DEVICE_HPP
#define WEIGHBRIDGE_DEVICE_HPP
#ifndef WB_HPP_NAME
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_NAME(WB_HPP_SPAN, WB_HPP_EXPECTED, WB_HPP_EXCEPTIONS) {

/// What the driver said of a CUDA device. It owns its text.
class device_info {
 public:
  /// status::not_found: there is no such device, or no driver.
  [[nodiscard]] static expected<device_info> of(std::int32_t ordinal) noexcept {
    device_info info;
    wb_error* why = nullptr;
    const wb_status code = wb_cuda_device(ordinal, &info.c_, &why);
    if (code != WB_OK) return detail::failure(code, why);
    info.ordinal_ = ordinal;
    return info;
  }

  /// The number that plan_options and placed_tensor use, which is that of the CUDA runtime.
  std::int32_t ordinal() const noexcept { return ordinal_; }
  std::string_view name() const noexcept { return c_.name; }
  /// The bus: "0000:3b:00.0".
  std::string_view pci() const noexcept { return c_.pci; }
  /// 16 bytes that no other device has; zeros if the driver does not tell.
  span<const std::uint8_t> uuid() const noexcept { return {c_.uuid, sizeof c_.uuid}; }
  std::uint64_t memory_bytes() const noexcept { return c_.memory_bytes; }
  /// Not known while nobody in this process uses the device.
  std::optional<std::uint64_t> free_bytes() const noexcept {
    return c_.free_bytes == UINT64_MAX ? std::nullopt : std::optional(c_.free_bytes);
  }
  /// Compute capability: 9 and 0 for 9.0.
  std::uint32_t compute_major() const noexcept { return c_.compute_major; }
  std::uint32_t compute_minor() const noexcept { return c_.compute_minor; }
  /// Of CUDA, that the driver is made for: 1000 * major + 10 * minor.
  std::uint32_t driver_version() const noexcept { return c_.driver_version; }

 private:
  std::int32_t ordinal_ = -1;
  wb_device_info c_ = detail::sized<wb_device_info>();
};

namespace detail {
struct driver {
  device_info at(std::size_t ordinal) const noexcept {
    auto info = device_info::of(static_cast<std::int32_t>(ordinal));
    return info ? *info : device_info();
  }
};
}  // namespace detail

using device_list = detail::range<detail::driver>;

/// The devices of this machine, by ordinal, each asked when it is looked at; or the reason why there is none, of which
/// status::not_found (no driver, no device) and status::unsupported (a library without CUDA) are no faults.
[[nodiscard]] inline expected<device_list> devices() noexcept {
  std::size_t count = 0;
  wb_error* why = nullptr;
  const wb_status code = wb_cuda_device_count(&count, &why);
  if (code != WB_OK) return detail::failure(code, why);
  return device_list({}, count);
}

}  // namespace WB_HPP_NAME
}  // namespace weighbridge
#endif
