//! CUDA devices as a target of the load engine.
//!
//! ```text
//! Upload    one for each task:     Targets, the contexts and the memory of the devices
//! Lane      one for each thread:   Ring, pinned slots that are filled in turns, and a stream to each device
//! Mover     one for each task:     streams in which devices make tensors contiguous, behind all copies to them
//! ```
//!
//! Host memory is that of the lanes, however large the model is. What is hashed is the slot, and what is sent is the
//! slot. The caller's threads keep their current context, and the contexts keep their flags.

mod device;
mod driver;
mod lane;
mod mover;
mod ring;
mod sink;
mod targets;
mod upload;

pub use device::{Device, device, device_count};
pub(super) use sink::Devices;

use std::sync::Arc;

use cudarc::driver::{CudaContext, CudaStream};

use super::lent::HostStream;
use super::options::CudaOptions;

/// A stream of a Rust program that uses cudarc; it is kept alive. It has to be of a primary context, as all are that
/// [`CudaContext::new`] gives.
impl From<Arc<CudaStream>> for HostStream {
    fn from(stream: Arc<CudaStream>) -> Self {
        Self::of(stream.cu_stream() as usize, stream)
    }
}

impl CudaOptions {
    /// The devices of these contexts of a Rust program that uses cudarc.
    pub fn on<'a>(contexts: impl IntoIterator<Item = &'a Arc<CudaContext>>) -> Self {
        let devices = contexts.into_iter().map(|context| context.ordinal() as u32).collect();
        Self { devices, ..Self::default() }
    }
}
