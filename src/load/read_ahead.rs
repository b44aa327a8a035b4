//! Reading ahead of steps: the disk brings the next bytes while the caller does something else.

use super::plan::Plan;
use super::reader::ReadModes;

/// Bytes that are asked for before they are read.
const AHEAD: u64 = 16 << 20;

/// How many bytes more are asked for at once than have just been read: to ask takes time, too.
const GAIN: u64 = 1 << 20;

/// How far has been asked for.
#[derive(Default)]
pub(super) struct ReadAhead {
    extent: usize,
    /// Bytes from the start of the extent.
    within: u64,
    /// Bytes of all extents, as far as they have been asked for or left out.
    asked: u64,
}

impl ReadAhead {
    /// What is to be asked for next in a pass of which `done` bytes have been read, `just` of them just now: a file, where, and how
    /// many bytes; `None` if enough are on their way. Extents are taken in their order, so what is asked for is soon read.
    pub(super) fn next(&mut self, plan: &Plan, modes: &ReadModes, done: u64, just: u64) -> Option<(usize, u64, u64)> {
        while self.asked < done.saturating_add(AHEAD) {
            let extent = plan.extents.get(self.extent)?;
            let (start, left) = (extent.start + self.within, extent.end - extent.start - self.within);
            if left == 0 {
                (self.extent, self.within) = (self.extent + 1, 0);
                continue;
            }
            // What has been read meanwhile is left out.
            let behind = done.saturating_sub(self.asked);
            let len = left.min(if behind > 0 { behind } else { just.saturating_add(GAIN) });
            self.within += len;
            self.asked += len;
            if behind == 0 && modes.waits_for_disk(plan, extent) {
                return Some((extent.file, start, len));
            }
        }
        None
    }
}
