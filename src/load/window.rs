//! Host memory that stands for a part of the arena while it is filled.

use std::ops::Range;

use crate::error::{Error, Kind, Result};
use crate::storage::Slot;
use crate::verify::Cost;

/// What a job fills: the arena itself, or memory that is sent there.
pub(super) trait Window: Send {
    /// The most bytes of one block.
    fn capacity(&self) -> u64;

    /// Memory for a part of the arena, which begins at or after the end of what was opened before. It may
    /// hold anything; what is written there is placed, at the latest when the window is closed.
    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]>;

    /// Ends a job: what was written is complete.
    fn close(&mut self) -> Result<()> {
        Ok(())
    }

    /// Ends the work of a thread: what it cost beside reading, hashing and converting.
    fn finish(self: Box<Self>) -> Result<Option<Cost>> {
        Ok(None)
    }
}

/// For a pass that places nothing.
pub(super) struct Nowhere;

impl Window for Nowhere {
    fn capacity(&self) -> u64 {
        0
    }

    fn open(&mut self, _: Range<u64>) -> Result<&mut [u8]> {
        Err(Error::new(Kind::Internal, "a pass that places nothing has a place to fill"))
    }
}

/// The part of a host arena that one job fills.
pub(super) struct OnHost {
    pub(super) slot: Slot,
    /// Where the slot begins in the arena.
    pub(super) start: u64,
}

impl Window for OnHost {
    fn capacity(&self) -> u64 {
        u64::MAX
    }

    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        let part = (range.start - self.start) as usize..(range.end - self.start) as usize;
        self.slot.get_mut(part).ok_or_else(|| Error::new(Kind::Internal, "a job fills what is not its own"))
    }
}
