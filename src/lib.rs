//! Opens, verifies and loads the weights and graphs of machine-learning models.
//!
//! ```
//! use weighbridge::{Context, Model, OpenOptions, PlanOptions};
//!
//! # fn main() -> weighbridge::Result<()> {
//! let context = Context::new().with_threads(usize::MAX);
//! let model = Model::open("tests/golden/tiny-llama", &OpenOptions::default(), &context)?;
//! let placement = model.load(&PlanOptions::default())?; // all tensors, into host memory
//! let norm = placement.find("model.norm.weight").expect("the model has a last norm");
//! assert_eq!(norm.bytes().map(<[u8]>::len), Some(128));
//! # Ok(())
//! # }
//! ```
//!
//! The path of the data, which is also the order of the modules:
//!
//! ```text
//! path ──> storage ──> Source      bytes behind one interface: mapped, read, or memory of the host
//! Source ──> formats ──> Parsed    tensors in bounds by construction, graphs, metadata, assets
//! Parsed ──> model ──> Model       immutable; the verification policy is fixed at open
//! Model ──> load ──> Plan          which tensors, which bytes, where to, which checks: no I/O yet
//! Plan ──> load ──> Task           one pass over the bytes: read, check, place
//! Task ──> load ──> Placement      exists only when every check that it needs has passed
//! ```
//!
//! Every byte of a model file is treated as hostile: no input makes the library panic, abort, hang, print, or use more
//! memory than its [`Limits`] allow. The C interface is a library of its own, `capi`; `include/weighbridge.h` is its manual.

#![cfg_attr(
    not(all(
        feature = "check",
        feature = "cuda",
        feature = "file",
        feature = "memo",
        feature = "onnx",
        feature = "safetensors",
        feature = "stores",
        feature = "strangers"
    )),
    allow(dead_code, unused_imports, reason = "what no format and no target of this build needs")
)]

#[cfg(feature = "check")]
pub mod check;
mod checksum;
pub mod diff;
pub mod digest;
pub mod dtype;
pub mod error;
mod finding;
mod formats;
pub mod graph;
pub mod host;
mod json;
pub mod limits;
pub mod load;
pub mod memory;
pub mod metadata;
mod model;
pub mod overview;
pub mod quantization;
mod sort;
mod steps;
mod storage;
pub mod tensor;
pub mod verify;
pub mod write;

pub use bytes::Bytes;
pub use dtype::DType;
pub use error::{Error, Kind, Result};
pub use finding::{Finding, Severity};
pub use formats::{FormatInfo, FoundModel, Survey, Unindexed, formats, is_supported};
pub use graph::Graphs;
pub use host::{Context, Executor, HostEntry, HostFile, HostFiles};
pub use limits::Limits;
pub use load::{Placement, Plan, PlanOptions, Target, Task};
pub use metadata::Metadata;
pub use model::{Model, OpenOptions, Origin, Place, Repository};
pub use quantization::Quantization;
pub use storage::{Access, Source};
pub use tensor::{Tensor, TensorTable};
pub use verify::{Policy, Report};
