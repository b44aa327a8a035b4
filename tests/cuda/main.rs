//! The way to CUDA devices, end to end: the library finds a driver as it always does, by name, and finds the stand-in that
//! `tests/cuda/stub` is compiled to; each test runs in a process of its own with it.
//!
//! `WEIGHBRIDGE_CUDA=real cargo test --test cuda` runs what does not need the stand-in on the driver of the machine.

#[cfg(all(target_os = "linux", not(weighbridge_portable)))] // std has no way past the page cache.
mod cold;
#[path = "../common/mod.rs"]
mod common;
mod devices;
mod driver;
mod failures;
mod guests;
mod memory;
mod models;
mod parity;
#[path = "../common/protobuf.rs"]
mod protobuf;
mod random;
mod refit;
mod stub;
mod targets;
