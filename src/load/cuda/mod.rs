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

#[cfg(feature = "cudarc")]
mod cudarc;
mod device;
mod driver;
mod lane;
mod mover;
mod ring;
mod sink;
mod targets;
mod upload;

pub use device::{Device, device, device_count, devices};
pub(super) use sink::Devices;
