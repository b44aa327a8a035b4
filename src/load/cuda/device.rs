//! What the driver tells of its devices. Nothing here makes a context.

use super::driver::Driver;
use crate::error::Result;

/// A CUDA device.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// The number by which it is asked for, as the driver counts (`CUDA_VISIBLE_DEVICES` applies).
    pub ordinal: u32,
    /// The name of the product.
    pub name: String,
    /// The bus: domain, bus, device and function, as `"0000:3b:00.0"`.
    pub pci: String,
    /// The number that no other device has; `None` if the driver does not tell.
    pub uuid: Option<[u8; 16]>,
    /// Bytes of its memory.
    pub memory_bytes: u64,
    /// Bytes of it that are free; `None` while nobody in this process uses the device: asking would wake it, which takes
    /// memory and time.
    pub free_bytes: Option<u64>,
    /// Compute capability: major and minor.
    pub compute: (u32, u32),
    /// The version of CUDA that the driver is made for: 1000 * major + 10 * minor.
    pub driver_version: u32,
}

/// How many devices the driver has. [`Kind::NotFound`](crate::Kind::NotFound) says why there is none.
pub fn device_count() -> Result<u32> {
    Driver::get()?.count()
}

/// What the driver tells of one device.
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
