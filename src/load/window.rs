//! Host memory that stands for a part of the arena while one thread fills it, extent by extent.

use std::ops::Range;

use crate::error::Result;
use crate::host::Cost;

/// What a worker fills: the arena itself, or memory that is sent there.
pub(super) trait Window: Send {
    /// Turns to an extent. Whatever was filled for the last one has been closed.
    fn begin(&mut self, _extent: usize) {}

    /// The most bytes of one block.
    fn capacity(&self) -> u64;

    /// Memory for a part of the arena, which begins at or after the end of what was opened before. It may
    /// hold anything; what is written there is placed, at the latest when the window is closed.
    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]>;

    /// Ends an extent: what was written is complete.
    fn close(&mut self) -> Result<()> {
        Ok(())
    }

    /// Ends the work of a thread: what it cost beside reading, hashing and converting.
    fn finish(self: Box<Self>) -> Result<Option<Cost>> {
        Ok(None)
    }
}
