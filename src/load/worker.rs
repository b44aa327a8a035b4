//! What one thread of a task has in hand: its own, or the caller's.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use super::checks::HashRange;
use super::lock::lock;
use super::plan::Plan;
use super::reader::{ReadModes, Reader};
use super::sink::Sink;
use super::window::Window;
use super::work::{Scratch, Work};
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::host::{Costs, Stage};

/// The extent at hand, and the memory to do it with.
#[derive(Default)]
pub(super) struct Worker {
    work: Option<Work>,
    window: Option<Box<dyn Window>>,
    reader: Reader,
    scratch: Scratch,
    costs: Costs,
    /// How long it has worked, and for how much of that it has told what it did.
    worked: Duration,
    told: Duration,
}

/// What has come of one turn of a worker.
pub(super) enum Turn {
    /// So many bytes were read.
    Block(u64),
    /// So many bytes were read, with which an extent is done.
    Extent { bytes: u64, tensors: u64, digests: Vec<(HashRange, Digest)> },
    /// There was no extent left; what the worker had to send is sent.
    Idle,
}

impl Worker {
    /// Does one block of the extent at hand, or of the next.
    pub(super) fn turn(
        &mut self,
        plan: &Plan,
        queue: &Mutex<VecDeque<usize>>,
        sink: &Mutex<Option<Box<dyn Sink>>>,
        modes: &ReadModes,
    ) -> Result<Turn> {
        if self.work.is_none() {
            let Some(extent) = lock(queue).pop_front() else { return self.rest() };
            self.begin(extent, sink)?;
            self.reader.begin(plan, &plan.extents[extent], modes);
            self.work = Some(Work::new(plan, extent)?);
        }
        let (Some(work), Some(window)) = (&mut self.work, &mut self.window) else { return Ok(Turn::Idle) };
        let bytes = work.advance(plan, &mut **window, &mut self.reader, &mut self.scratch, &mut self.costs)?;
        if !work.is_done(plan) {
            return Ok(Turn::Block(bytes));
        }
        window.close()?;
        let (tensors, digests) = (work.extent(plan).tensors, std::mem::take(&mut work.digests));
        self.work = None;
        Ok(Turn::Extent { bytes, tensors, digests })
    }

    /// Turns the window to an extent.
    fn begin(&mut self, extent: usize, sink: &Mutex<Option<Box<dyn Sink>>>) -> Result<()> {
        let window = match &mut self.window {
            Some(window) => window,
            none => {
                let mut sink = lock(sink);
                let sink = sink.as_mut().ok_or_else(|| Error::new(Kind::Internal, "a pass has lost its target"))?;
                none.insert(sink.window()?)
            }
        };
        window.begin(extent);
        Ok(())
    }

    /// Waits until what this worker has sent is where it belongs.
    fn rest(&mut self) -> Result<Turn> {
        if let Some(window) = self.window.take() {
            window.finish()?.into_iter().for_each(|cost| self.costs.add(cost));
        }
        Ok(Turn::Idle)
    }

    /// Does some work that is no extent.
    pub(super) fn measure<T>(&mut self, stage: Stage, bytes: u64, work: impl FnOnce() -> T) -> T {
        self.costs.measure(stage, bytes, work)
    }

    /// It has worked for so long.
    pub(super) fn worked(&mut self, time: Duration) {
        self.worked += time;
    }

    /// Adds what its work has cost since the last time to the costs of all.
    pub(super) fn tell_costs(&mut self, all: &mut Costs) {
        // What a window costs is told when its work is done.
        if !self.is_busy() {
            self.costs.add_rest(self.worked.saturating_sub(self.told));
        }
        self.told += self.costs.time();
        all.take_over(&mut self.costs);
    }

    /// Whether it has anything that is not where it belongs yet.
    pub(super) fn is_busy(&self) -> bool {
        self.work.is_some() || self.window.is_some()
    }
}
