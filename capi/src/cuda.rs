//! # CUDA devices
//!
//! What the driver knows about the devices of this machine. The driver is found at run time, as `libcuda.so.1`. Nothing
//! here creates a context or changes the one that is current.
//!
//!   if (wb_cuda_devices_create(&devices, &err) == WB_OK) {
//!     for (i = 0; i < wb_cuda_devices_count(devices); ++i) {
//!       wb_cuda_devices_info(devices, i, &device);
//!     }
//!     wb_cuda_devices_release(devices);
//!   }

use super::error::wb_error;
use super::fault::Fault;
use super::handle::{Handle, Owned, destroy, get};
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill, plain, status, wb_str};
use weighbridge::error::Result;

#[cfg(feature = "cuda")]
use weighbridge::load::cuda::Device;

/// The CUDA devices at the time of the call that created this list. Immutable; one owner; any thread. Since 0.1.
pub struct wb_cuda_devices(Vec<Device>);

impl Handle for wb_cuda_devices {}
impl Owned for wb_cuda_devices {}

/// A CUDA device. Set `struct_size` before the call; the texts are borrowed from the list. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_cuda_device_info {
    /// `sizeof(wb_cuda_device_info)`.
    pub struct_size: usize,
    /// The name of the product.
    pub name: wb_str,
    /// The PCI address, such as `"0000:3b:00.0"`: domain, bus, device and function, in hexadecimal.
    pub pci: wb_str,
    /// The UUID; zeros if the driver does not state it.
    pub uuid: [u8; 16],
    /// The size of its memory in bytes.
    pub memory_bytes: u64,
    /// The free part of it in bytes. `UINT64_MAX`: not known, because this process does not use the device yet and a
    /// query would initialize it.
    pub free_bytes: u64,
    /// The ordinal: devices are numbered from 0 in the order of the CUDA runtime, and `CUDA_VISIBLE_DEVICES` applies.
    pub ordinal: u32,
    /// The major part of the compute capability.
    pub compute_major: u32,
    /// The minor part of the compute capability.
    pub compute_minor: u32,
    /// The version of CUDA that the driver supports: 1000 * major + 10 * minor.
    pub driver_version: u32,
}

/// Lists the CUDA devices. The caller owns `*out`.
///
/// `WB_ERR_NOT_FOUND`: there is no driver, or it has no device. `WB_ERR_UNSUPPORTED`: this build does not have CUDA.
/// `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cuda_devices_create(out: *mut *mut wb_cuda_devices, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        wb_cuda_devices(devices()?).give(out)?;
        Ok(WB_OK)
    })
}

/// Returns the number of devices; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cuda_devices_count(d: *const wb_cuda_devices) -> usize {
    plain(0, || Ok(get(d, "d")?.0.len()))
}

/// Describes a device. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cuda_devices_info(
    d: *const wb_cuda_devices,
    index: usize,
    out: *mut wb_cuda_device_info,
) -> wb_status {
    status(|| {
        let device = get(d, "d")?.0.get(index).ok_or(Fault::OutOfRange("device", index))?;
        fill(out, &device.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Releases the list. NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cuda_devices_release(d: *mut wb_cuda_devices) {
    plain((), || {
        destroy(d);
        Ok(())
    });
}

#[cfg(feature = "cuda")]
impl From<&Device> for wb_cuda_device_info {
    fn from(device: &Device) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            name: device.name.as_str().into(),
            pci: device.pci.as_str().into(),
            uuid: device.uuid.unwrap_or_default(),
            memory_bytes: device.memory_bytes,
            free_bytes: device.free_bytes.unwrap_or(u64::MAX),
            ordinal: device.ordinal,
            compute_major: device.compute.0,
            compute_minor: device.compute.1,
            driver_version: device.driver_version,
        }
    }
}

#[cfg(feature = "cuda")]
fn devices() -> Result<Vec<Device>> {
    weighbridge::load::cuda::devices()
}

/// A build without CUDA has no devices.
#[cfg(not(feature = "cuda"))]
enum Device {}

#[cfg(not(feature = "cuda"))]
impl From<&Device> for wb_cuda_device_info {
    fn from(device: &Device) -> Self {
        match *device {}
    }
}

#[cfg(not(feature = "cuda"))]
fn devices() -> Result<Vec<Device>> {
    Err(weighbridge::error::Error::new(weighbridge::error::Kind::Unsupported, "this build has no CUDA"))
}
