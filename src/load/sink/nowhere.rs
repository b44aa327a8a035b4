//! A pass that places nothing: the bytes are only checked, or stay where they are.

use std::ops::Range;

use super::super::placement::Memory;
use super::super::plan::Plan;
use super::super::window::Window;
use super::Sink;
use crate::error::{Error, Kind, Result};

pub(in crate::load) struct Nowhere;

impl Sink for Nowhere {
    fn window(&mut self) -> Result<Box<dyn Window>> {
        Ok(Box::new(NoWindow))
    }

    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory> {
        Memory::in_files(plan)
    }
}

/// A window of nothing.
struct NoWindow;

impl Window for NoWindow {
    fn capacity(&self) -> u64 {
        0
    }

    fn open(&mut self, _: Range<u64>) -> Result<&mut [u8]> {
        Err(Error::new(Kind::Internal, "a pass that places nothing has a place to fill"))
    }
}
