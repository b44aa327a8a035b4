//! Where a pass puts what it reads.
//!
//! A sink takes the memory that a plan needs, lends each worker a window of it for each job, moves what has to be made contiguous when all
//! jobs are done, and becomes the memory of a placement.

mod file;
mod host;
mod nowhere;

use std::sync::Arc;

use super::options::Target;
use super::placement::Memory;
use super::plan::Plan;
use super::window::Window;
use crate::error::Result;

/// What a pass fills.
pub(super) trait Sink: Send {
    /// What a worker fills in its next job, given what it had in the last one.
    fn window(&mut self, job: usize, last: Option<Box<dyn Window>>) -> Box<dyn Window>;

    /// Ends the jobs: no worker has a window any more. Only asked of a plan that has slabs.
    fn mover(&mut self, plan: &Plan) -> Result<Arc<dyn Mover>>;

    /// The full memory. Nobody has the mover any more.
    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory>;
}

/// Makes tensors contiguous, slab by slab. Any threads may do any slabs at the same time.
pub(super) trait Mover: Send + Sync {
    /// Does the slab with this index in the plan; each is done once.
    fn run(&self, plan: &Plan, slab: usize) -> Result<()>;
}

/// Takes the memory that a plan needs.
pub(super) fn prepare(plan: &Plan) -> Result<Box<dyn Sink>> {
    match plan.target {
        Target::None | Target::View => Ok(Box::new(nowhere::Nowhere)),
        Target::Host => Ok(Box::new(host::Host::new(plan)?)),
        Target::Sealed => Ok(Box::new(host::Host::sealed(plan)?)),
        Target::File => Ok(Box::new(file::File::create(plan)?)),
        #[cfg(feature = "cuda")]
        Target::Cuda => Ok(Box::new(super::cuda::Devices::start(plan)?)),
        #[cfg(not(feature = "cuda"))]
        Target::Cuda => {
            use crate::error::{Error, Kind};
            Err(Error::new(Kind::Internal, "a plan has a target that this build does not have"))
        }
    }
}
