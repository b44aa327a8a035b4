//! What the host program lends to a load: device memory and streams. Whoever lends promises that it is what it is said to be,
//! which is why the constructors are unsafe.
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;

/// Device memory of the host program, to be filled.
///
/// After a failure its contents are unspecified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub(super) tensor: Option<String>,
    pub(super) device: u32,
    pub(super) address: u64,
    pub(super) bytes: u64,
}

impl Destination {
    /// A place for the tensor of this name: `bytes` bytes of the device's memory at `address`.
    ///
    /// # Safety
    ///
    /// This holds for every load that is given the value, a clone of it, or options or a plan that contain one: the memory is
    /// part of one allocation and stays allocated until the placement is dropped, or until the error of the task is returned
    /// or the task dropped. Nothing else uses it until the task is done.
    pub unsafe fn for_tensor(name: impl Into<String>, device: u32, address: u64, bytes: u64) -> Self {
        Self { tensor: Some(name.into()), device, address, bytes }
    }

    /// A place for all tensors of the device that have none of their own; `address` is a multiple of the plan's alignment.
    ///
    /// # Safety
    ///
    /// As for [`Destination::for_tensor`].
    pub unsafe fn for_arena(device: u32, address: u64, bytes: u64) -> Self {
        Self { tensor: None, device, address, bytes }
    }

    /// The tensor that goes there; `None`: all that have no destination of their own.
    pub fn tensor(&self) -> Option<&str> {
        self.tensor.as_deref()
    }

    /// The ordinal of the device.
    pub fn device(&self) -> u32 {
        self.device
    }

    /// The device pointer.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Bytes from the address on that may be written.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
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
