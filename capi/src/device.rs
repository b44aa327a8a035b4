//! # CUDA devices
//!
//! What the driver knows of the devices of this machine. Nothing here creates a context or changes the caller's.

use std::ffi::c_char;

use super::error::wb_error;
use super::plan::ordinal;
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill};
use weighbridge::error::Result;

/// A CUDA device. Set `struct_size` before the call; the texts end with a NUL. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_device_info {
    /// `sizeof(wb_device_info)`.
    pub struct_size: usize,
    /// The name of the product.
    pub name: [c_char; 256],
    /// The bus, as `"0000:3b:00.0"`: domain, bus, device and function, in hexadecimal.
    pub pci: [c_char; 32],
    /// The number that no other device has; zeros if the driver does not tell.
    pub uuid: [u8; 16],
    /// Bytes of its memory.
    pub memory_bytes: u64,
    /// Bytes of it that are free; `UINT64_MAX` while nobody in this process uses the device: asking would wake it.
    pub free_bytes: u64,
    /// The major part of the compute capability.
    pub compute_major: u32,
    /// The minor part of the compute capability.
    pub compute_minor: u32,
    /// The version of CUDA that the driver is made for: 1000 * major + 10 * minor.
    pub driver_version: u32,
    /// 0.
    pub reserved: u32,
}

/// How many CUDA devices the driver has; their ordinals are 0 to `*count - 1`, in the order of the CUDA runtime
/// (`CUDA_VISIBLE_DEVICES` applies). The driver is found at run time, as `libcuda.so.1`.
///
/// `WB_ERR_NOT_FOUND`, with the reason in `*err` and 0 in `*count`: there is no driver, or it has no device.
/// `WB_ERR_UNSUPPORTED`: this build has no CUDA. `WB_ERR_DEVICE`: the driver failed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cuda_device_count(count: *mut usize, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        Out::new(count, "count")?.set(0);
        Out::new(count, "count")?.set(devices()?);
        Ok(WB_OK)
    })
}

/// What the driver knows of a device. Errors as for `wb_cuda_device_count`; `WB_ERR_NOT_FOUND` also if there is no
/// device with this ordinal. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_cuda_device(device: i32, out: *mut wb_device_info, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        if out.is_null() {
            return Err(super::null("out"));
        }
        fill(out, &describe(ordinal(device, "device")?)?, "out")?;
        Ok(WB_OK)
    })
}

#[cfg(feature = "cuda")]
fn devices() -> Result<usize> {
    Ok(weighbridge::load::cuda::device_count()? as usize)
}

#[cfg(feature = "cuda")]
fn describe(ordinal: u32) -> Result<wb_device_info> {
    let device = weighbridge::load::cuda::device(ordinal)?;
    Ok(wb_device_info {
        struct_size: size_of::<wb_device_info>(),
        name: nul_ended(&device.name),
        pci: nul_ended(&device.pci),
        uuid: device.uuid.unwrap_or_default(),
        memory_bytes: device.memory_bytes,
        free_bytes: device.free_bytes.unwrap_or(u64::MAX),
        compute_major: device.compute.0,
        compute_minor: device.compute.1,
        driver_version: device.driver_version,
        reserved: 0,
    })
}

/// Text in an array that has room for it and for a NUL, or as much of it as there is room for.
#[cfg(feature = "cuda")]
fn nul_ended<const LEN: usize>(text: &str) -> [c_char; LEN] {
    let mut array = [0; LEN];
    for (place, byte) in array[..LEN - 1].iter_mut().zip(text.bytes()) {
        *place = byte as c_char;
    }
    array
}

#[cfg(not(feature = "cuda"))]
fn devices() -> Result<usize> {
    Err(without_cuda())
}

#[cfg(not(feature = "cuda"))]
fn describe(_: u32) -> Result<wb_device_info> {
    Err(without_cuda())
}

#[cfg(not(feature = "cuda"))]
fn without_cuda() -> weighbridge::error::Error {
    weighbridge::error::Error::new(weighbridge::error::Kind::Unsupported, "this build has no CUDA")
}
