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
//! options ──> select, part ──> layout, routing ──> jobs   what is wanted, where it goes, who reads it: the plan
//! jobs ──> block ──> work ──> window ──> filling          what is read at once, hashed, written: the task
//! ```

#![deny(unsafe_code)]

mod block;
mod cast;
mod checks;
#[cfg(feature = "cuda")]
pub mod cuda;
mod filling;
mod findings;
mod jobs;
mod layout;
mod options;
mod part;
mod placement;
mod plan;
mod reader;
mod routing;
mod select;
mod staging;
mod task;
mod whole;
mod window;
mod work;
mod worker;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Kind, Result};
use crate::host::Context;
use crate::storage::{Header, Source};
use crate::tensor::TensorTable;
use crate::verify::{Ledger, Manifest, Policy};

pub use options::{
    CastRule, CudaOptions, Destination, HostStream, PlanOptions, Reads, Route, SliceRule, Target, Uneven,
};
pub use placement::{Placed, Placement};
pub use plan::{Plan, PlanInfo};
pub use task::{State, Task};
pub(crate) use whole::{Measured, measure, verify};

/// What is loaded: the bytes of a model, and what is known about them.
pub(crate) struct Payload {
    pub(crate) context: Context,
    /// The weight files first, and what is built from them; then files that only describe.
    pub(crate) files: Vec<PayloadFile>,
    /// How many of the files tensors lie in.
    pub(crate) weights: usize,
    pub(crate) tensors: Arc<TensorTable>,
    pub(crate) policy: Policy,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) ledger: Ledger,
}

/// One file of a payload.
#[derive(Clone)]
pub(crate) struct PayloadFile {
    pub(crate) source: Source,
    /// What was parsed of it, to be found again when the file is read for a check.
    pub(crate) headers: Arc<[Header]>,
    /// The file that it is built from, if no file holds it as it is. What covers that file covers it.
    pub(crate) base: Option<usize>,
}

impl PayloadFile {
    /// A file that was not parsed.
    pub(crate) fn plain(source: Source) -> Self {
        Self { source, headers: Arc::default(), base: None }
    }
}

impl Payload {
    /// The file on which the tensors of a file stand: itself, or the one that it is built from.
    pub(crate) fn base(&self, file: usize) -> usize {
        self.files.get(file).and_then(|file| file.base).unwrap_or(file)
    }

    /// The tensors that stand on one file, in the order of storage.
    pub(crate) fn tensors_on(&self, file: usize) -> Vec<usize> {
        let built = (0..self.weights).filter(|other| self.files[*other].base == Some(file));
        std::iter::once(file).chain(built).flat_map(|file| self.tensors.of_file(file as u32)).collect()
    }

    /// Refuses bytes that the policy wants checked first.
    pub(crate) fn check_verified(&self, tensor: usize, file: usize) -> Result<()> {
        if self.policy != Policy::Required || self.ledger.is_verified(tensor, self.base(file)) {
            return Ok(());
        }
        Err(Error::new(Kind::Unverified, "its bytes have not been checked yet: verify or load the model first"))
    }
}

/// A panic of another thread is told by the task that it fails: what it held is still in order.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
