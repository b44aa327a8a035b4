//! Where a pass puts what it reads.
//!
//! A sink takes the memory that a plan needs, lends each worker a window of it, makes contiguous what has to be, and
//! becomes the memory of a placement.

mod file;
mod host;
mod nowhere;

pub(super) use file::File;
pub(super) use host::Host;
pub(super) use nowhere::Nowhere;

use std::sync::Arc;

use super::placement::Memory;
use super::plan::Plan;
use super::window::Window;
use crate::error::{Error, Kind, Result};

/// What a pass fills.
pub(super) trait Sink: Send {
    /// It will be filled at once, and not in steps.
    fn hurry(&self) {}

    /// What one worker fills.
    fn window(&mut self) -> Result<Box<dyn Window>>;

    /// Ends the extents: no worker has a window any more. Only asked of a plan that has slabs.
    fn mover(&mut self, _plan: &Plan) -> Result<Arc<dyn Mover>> {
        Err(Error::new(Kind::Internal, "there is nothing to move when all extents are done"))
    }

    /// The full memory. Nobody has the mover any more.
    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory>;
}

/// Makes tensors contiguous, slab by slab. Any threads may do any slabs at the same time.
pub(super) trait Mover: Send + Sync {
    /// Does the slab with this index in the plan; each is done once.
    fn run(&self, plan: &Plan, slab: usize) -> Result<()>;
}
