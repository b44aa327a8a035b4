//! CUDA devices as a target of a pass.

use std::sync::Arc;

use super::lane::Lane;
use super::mover::DeviceMover;
use super::upload::Upload;
use crate::error::Result;
use crate::load::placement::Memory;
use crate::load::plan::Plan;
use crate::load::sink::{Mover, Sink};
use crate::load::window::Window;

pub(in crate::load) struct Devices(Arc<Upload>);

impl Devices {
    /// Wakes the devices of a plan and takes their memory.
    pub(in crate::load) fn start(plan: &Plan) -> Result<Self> {
        Ok(Self(Arc::new(Upload::start(plan)?)))
    }
}

impl Sink for Devices {
    fn window(&mut self) -> Result<Box<dyn Window>> {
        Ok(Box::new(Lane::new(&self.0)))
    }

    fn mover(&mut self, plan: &Plan) -> Result<Arc<dyn Mover>> {
        Ok(Arc::new(DeviceMover::new(&self.0, plan.slabs.len())?))
    }

    fn finish(self: Box<Self>, _: &Plan) -> Result<Memory> {
        Ok(Memory::Devices(self.0))
    }
}
