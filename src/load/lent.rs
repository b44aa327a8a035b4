//! What the host program lends to a load: memory and streams. Whoever lends promises that it is what it is said to be,
//! which is why the constructors are unsafe.
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::sort;
use crate::storage::LentMemory;

/// Memory of the host program to be filled: of a device, or of the host for [`Target::Host`](super::Target::Host).
///
/// After a failure its contents are unspecified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub(super) tensor: Option<String>,
    pub(super) device: Option<u32>,
    pub(super) address: u64,
    pub(super) bytes: u64,
}

impl Destination {
    /// A place for the tensor of this name: `bytes` bytes at `address`, of a device's memory or, for `None`, of the host's.
    ///
    /// # Safety
    ///
    /// This holds for every load that is given the value, a clone of it, or options or a plan that contain one: the memory is
    /// part of one allocation and stays allocated until the placement is dropped, or until the error of the task is returned
    /// or the task dropped. Nothing else uses it until the task is done. Host memory is not written while bytes that
    /// [`Placed::bytes`](super::Placed::bytes) has given are in use.
    pub unsafe fn for_tensor(name: impl Into<String>, device: Option<u32>, address: u64, bytes: u64) -> Self {
        Self { tensor: Some(name.into()), device, address, bytes }
    }

    /// A place for all tensors of the device, or of the host, that have none of their own; `address` is a multiple of the plan's
    /// alignment. What lies between the tensors is unspecified.
    ///
    /// # Safety
    ///
    /// As for [`Destination::for_tensor`].
    pub unsafe fn for_arena(device: Option<u32>, address: u64, bytes: u64) -> Self {
        Self { tensor: None, device, address, bytes }
    }

    /// The tensor that goes there; `None`: all that have no destination of their own.
    pub fn tensor(&self) -> Option<&str> {
        self.tensor.as_deref()
    }

    /// The ordinal of the device; `None`: the host.
    pub fn device(&self) -> Option<u32> {
        self.device
    }

    /// The device pointer, or the address in the host's memory.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Bytes from the address on that may be written.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Refuses what is no range of memory, or is too small.
    pub(super) fn check(&self, needed: u64) -> Result<()> {
        let Self { address, bytes, .. } = self;
        if *address == 0 || address.checked_add(*bytes).is_none() {
            let kind = if self.device.is_some() { "device" } else { "host" };
            return Err(Error::invalid(format!("{bytes} bytes at {address:#x} are not a range of {kind} memory")));
        }
        if *bytes < needed {
            return Err(Error::invalid(format!("its destination has {bytes} bytes, but it needs {needed}")));
        }
        Ok(())
    }

    /// Refuses what cannot be an arena of `needed` bytes.
    pub(super) fn check_arena(&self, needed: u64, alignment: u64) -> Result<()> {
        let Self { address, bytes, .. } = self;
        let invalid = |message: String| Err(Error::invalid(message).with_subject("destinations"));
        if *address == 0 || !address.is_multiple_of(alignment) {
            return invalid(format!(
                "the arena begins at {address:#x}: expected a multiple of {alignment} that is not 0"
            ));
        }
        if address.checked_add(*bytes).is_none() {
            return invalid(format!("{bytes} bytes at {address:#x} exceed the address space"));
        }
        if *bytes < needed {
            let place = self.device.map_or_else(|| "the host".to_owned(), |device| format!("device {device}"));
            return invalid(format!("the arena has {bytes} bytes, but the tensors need {needed} on {place}"));
        }
        Ok(())
    }

    /// The first `len` bytes of host memory, of which there are so many.
    pub(super) fn memory(&self, len: u64) -> LentMemory {
        debug_assert!(self.device.is_none() && len <= self.bytes && self.address != 0);
        // SAFETY: who made this has promised all of it.
        unsafe { LentMemory::new(std::ptr::with_exposed_provenance_mut(self.address as usize), len as usize) }
    }
}

/// Refuses memory of the caller that two tensors would share: the device, the address and the bytes of each.
pub(super) fn check_disjoint(mut all: Vec<(Option<u32>, u64, u64)>) -> Result<()> {
    all.retain(|(.., bytes)| *bytes > 0);
    sort::sort(&mut all);
    for pair in all.windows(2) {
        let ((device, address, bytes), (other, next, _)) = (pair[0], pair[1]);
        if device == other && next - address < bytes {
            let message = format!("{address:#x} and {next:#x} overlap: the first has {bytes} bytes");
            return Err(Error::invalid(message).with_subject("destinations"));
        }
    }
    Ok(())
}

/// A stream of the host program, of the primary context of a device (the one that the CUDA runtime uses). A default stream stands
/// for that of every device of the plan.
#[derive(Clone)]
pub struct HostStream {
    pub(super) raw: usize,
    /// What keeps the stream alive, if the host program lends that too.
    _owner: Option<Arc<dyn Any + Send + Sync>>,
}

impl HostStream {
    /// A stream by its handle: a `CUstream`, which is also a `cudaStream_t`.
    ///
    /// # Safety
    ///
    /// The stream stays valid as long as it is used: as [`CudaOptions::after`](super::CudaOptions) until the task has
    /// started, in a fence during the call.
    pub unsafe fn from_raw(stream: *mut c_void) -> Self {
        Self { raw: stream as usize, _owner: None }
    }

    /// A stream that is valid as long as its owner lives.
    #[cfg(feature = "cudarc")]
    pub(super) fn of(raw: usize, owner: Arc<dyn Any + Send + Sync>) -> Self {
        Self { raw, _owner: Some(owner) }
    }

    /// The default stream.
    #[cfg(feature = "cuda")]
    pub(super) fn default_stream() -> Self {
        Self { raw: 0, _owner: None }
    }

    /// Whether it is a default stream: NULL, `CU_STREAM_LEGACY` or `CU_STREAM_PER_THREAD`.
    pub(super) fn is_default(&self) -> bool {
        self.raw <= 2
    }
}

impl fmt::Debug for HostStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostStream({:#x})", self.raw)
    }
}
