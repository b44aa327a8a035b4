//! A pass that places nothing: the bytes are only checked, or stay where they are.

use std::ops::Range;
use std::sync::Arc;

use super::super::placement::Memory;
use super::super::plan::Plan;
use super::super::window::Window;
use super::{Mover, Sink};
use crate::error::{Error, Kind, Result};

pub(super) struct Nowhere;

impl Sink for Nowhere {
    fn window(&mut self, _: usize, last: Option<Box<dyn Window>>) -> Box<dyn Window> {
        last.unwrap_or_else(|| Box::new(NoWindow))
    }

    fn mover(&mut self, _: &Plan) -> Result<Arc<dyn Mover>> {
        Err(Error::new(Kind::Internal, "a pass that places nothing has something to move"))
    }

    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory> {
        Memory::in_files(plan)
    }
}

/// A window of nothing.
pub(super) struct NoWindow;

impl Window for NoWindow {
    fn capacity(&self) -> u64 {
        0
    }

    fn open(&mut self, _: Range<u64>) -> Result<&mut [u8]> {
        Err(Error::new(Kind::Internal, "a pass that places nothing has a place to fill"))
    }
}
