// CUDA devices, as the driver describes them. No header of CUDA is needed, and nothing here initializes a device.
// A part of weighbridge.hpp, which includes it: include that.
//
//   if (const auto devices = weighbridge::cuda_devices::list())
//     for (const auto& device : *devices) use(device.ordinal, device.name, device.memory_bytes);
#ifndef WEIGHBRIDGE_DEVICE_HPP
#define WEIGHBRIDGE_DEVICE_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// A CUDA device. Borrows from the list.
struct cuda_device {
  std::uint32_t ordinal = host_memory;      ///< as the CUDA runtime numbers devices
  std::string_view name{};
  std::string_view pci{};                   ///< such as "0000:3b:00.0"
  std::uint8_t uuid[16]{};                  ///< zeros if the driver does not state it
  std::uint64_t memory_bytes = 0;
  std::optional<std::uint64_t> free_bytes{};  ///< not known while nobody in this process uses the device
  std::uint32_t compute_major = 0;
  std::uint32_t compute_minor = 0;
  std::uint32_t driver_version = 0;         ///< of CUDA, that the driver supports: 1000 * major + 10 * minor

  static cuda_device at(const wb_cuda_devices* devices, std::size_t index) noexcept {
    auto c = detail::sized<wb_cuda_device_info>();
    cuda_device device;
    if (wb_cuda_devices_info(devices, index, &c) != WB_OK) return device;
    device.ordinal = c.ordinal;
    device.name = detail::text(c.name);
    device.pci = detail::text(c.pci);
    for (std::size_t i = 0; i < sizeof c.uuid; ++i) device.uuid[i] = c.uuid[i];
    device.memory_bytes = c.memory_bytes;
    if (c.free_bytes != UINT64_MAX) device.free_bytes = c.free_bytes;
    device.compute_major = c.compute_major;
    device.compute_minor = c.compute_minor;
    device.driver_version = c.driver_version;
    return device;
  }
};

/// The CUDA devices at the time of the call, by ordinal.
class cuda_devices : public detail::handle<wb_cuda_devices, wb_cuda_devices_release> {
  using devices = detail::items<cuda_device, const wb_cuda_devices*>;
  devices all() const noexcept { return {{get()}, size()}; }

 public:
  using handle::handle;

  /// status::not_found: there is no driver, or no device. status::unsupported: the library was built without CUDA.
  [[nodiscard]] static expected<cuda_devices> list() noexcept {
    return detail::make<cuda_devices>([](auto out, auto why) { return wb_cuda_devices_create(out, why); });
  }
  std::size_t size() const noexcept { return wb_cuda_devices_count(get()); }
  cuda_device operator[](std::size_t index) const noexcept { return cuda_device::at(get(), index); }
  devices::iterator begin() const noexcept { return all().begin(); }
  devices::iterator end() const noexcept { return all().end(); }
};

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
