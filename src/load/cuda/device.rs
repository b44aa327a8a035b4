//! What the driver knows about its devices. Nothing here creates a context.

use super::driver::Driver;
use crate::error::{Error, Kind, Result};

/// A CUDA device.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// The ordinal, as the driver numbers its devices (`CUDA_VISIBLE_DEVICES` applies).
    pub ordinal: u32,
    /// The name of the product.
    pub name: String,
    /// The PCI address, such as `"0000:3b:00.0"`: domain, bus, device and function.
    pub pci: String,
    /// The UUID; `None` if the driver does not state it.
    pub uuid: Option<[u8; 16]>,
    /// Bytes of its memory.
    pub memory_bytes: u64,
    /// Bytes of it that are free; `None` while nobody in this process uses the device: asking would initialize it, which
    /// takes memory and time.
    pub free_bytes: Option<u64>,
    /// Compute capability: major and minor.
    pub compute: (u32, u32),
    /// The version of CUDA that the driver supports: 1000 * major + 10 * minor.
    pub driver_version: u32,
}

/// The number of devices that the driver has. [`Kind::NotFound`]: there is no driver.
pub fn device_count() -> Result<u32> {
    Driver::get()?.count()
}

/// All devices. [`Kind::NotFound`]: there is no driver, or it has no device.
pub fn devices() -> Result<Vec<Device>> {
    match device_count()? {
        0 => Err(Error::new(Kind::NotFound, "there is no CUDA device")),
        count => (0..count).map(device).collect(),
    }
}

/// One device. [`Kind::NotFound`]: there is none with this ordinal.
pub fn device(ordinal: u32) -> Result<Device> {
    let driver = Driver::get()?;
    let device = driver.device(ordinal)?;
    let free_bytes = if device.is_awake()? { Some(device.retain()?.enter()?.free_bytes()?) } else { None };
    Ok(Device {
        ordinal,
        name: device.name()?,
        pci: device.pci()?,
        uuid: device.uuid()?,
        memory_bytes: device.memory_bytes()?,
        free_bytes,
        compute: device.compute()?,
        driver_version: driver.version()?,
    })
}
