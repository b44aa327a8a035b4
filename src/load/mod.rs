//! The one load engine: plan, task, placement.
//!
//! A [`Plan`] says which bytes are read, hashed and placed, without any I/O. A [`Task`] makes one pass over
//! those bytes: each block is read once, placed where it belongs, and hashed while it is in the cache. A [`Placement`]
//! exists only when every check that it needs has passed.
//!
//! ```no_run
//! use weighbridge::load::{CudaOptions, SliceRule, Uneven};
//! use weighbridge::{Context, Model, OpenOptions, PlanOptions, Target};
//!
//! # fn main() -> weighbridge::Result<()> {
//! // What rank 1 of 4 needs of the queries, and all other tensors, on the second device.
//! let pattern = "*.q_proj.weight".to_owned();
//! let slices = vec![SliceRule { pattern, dim: 0, rank: 1, world: 4, uneven: Uneven::Refuse }];
//! let cuda = CudaOptions { devices: vec![1], ..Default::default() };
//! let context = Context::new().with_threads(usize::MAX);
//! let model = Model::open("path/to/checkpoint", &OpenOptions::default(), &context)?;
//! let placement = model.load(&PlanOptions { target: Target::Cuda, slices, cuda, ..Default::default() })?;
//! for tensor in placement.iter() {
//!     println!("{}: {} of {:?} at {:#x}", tensor.name, tensor.dtype, tensor.shape, tensor.address);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Inside:
//!
//! ```text
//! options ──> select, part ──> layout, moves, routing ──> extents   what is wanted, where it goes, who reads it: the plan
//! extents ──> block ──> work, change ──> window ──> sink            what is read at once, hashed, changed, written: the task
//! moves ──> scatter ──> sink                                     what is made contiguous while it is read, or at the end
//! ```

#![deny(unsafe_code)]

mod block;
mod boxes;
mod change;
mod checks;
mod contiguous;
mod copy_2d;
mod copy_strided;
#[cfg(feature = "cuda")]
pub mod cuda;
mod digests;
mod extents;
mod journal;
mod layout;
mod lent;
mod lock;
mod moves;
mod options;
mod part;
mod payload;
mod placement;
mod places;
mod plan;
mod prepare;
mod ranges;
mod read_ahead;
mod reader;
mod refit;
mod remember;
mod routing;
mod scales;
mod scatter;
mod select;
mod shuffle;
mod sink;
mod staging;
mod strided;
mod taken;
mod task;
mod tile;
mod whole;
mod window;
mod work;
mod worker;

pub(crate) use contiguous::contiguous_bytes;
pub use lent::{Destination, HostStream};
pub use options::{CastRule, CudaOptions, FileOptions, PlanOptions, Reads, Route, SliceRule, Target, Uneven};
pub(crate) use payload::{Payload, PayloadFile};
pub use placement::{Placed, Placement};
pub use plan::{Plan, PlanInfo};
pub(crate) use remember::UsedMemo;
pub use task::{State, Task};
pub(crate) use whole::{Measured, digest_tensors, measure, verify};
