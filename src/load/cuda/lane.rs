//! The way of one thread's bytes to the devices.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ring::Ring;
use super::upload::{Parked, Upload};
use crate::error::{Error, Kind, Result};
use crate::host::{Cost, Stage};
use crate::load::window::Window;

/// What a worker of a task fills. The ring is made when it is first needed.
pub(in crate::load) struct Lane {
    /// It ends before the memory that it fills.
    ring: Option<Ring>,
    upload: Arc<Upload>,
    sent: u64,
    time: Duration,
}

impl Lane {
    pub(in crate::load) fn new(upload: &Arc<Upload>) -> Self {
        Self { ring: None, upload: Arc::clone(upload), sent: 0, time: Duration::ZERO }
    }

    /// Sees to it that the slot which is being filled has room for a range.
    fn make_room(&mut self, range: &Range<u64>) -> Result<()> {
        let ring = match &mut self.ring {
            Some(ring) => ring,
            none => none.insert(Ring::new(&self.upload.targets, self.upload.slot, &self.upload.context)?),
        };
        if !ring.continues_with(range) {
            self.sent += ring.send(&self.upload.targets)?;
            ring.begin(range.start)?;
        }
        Ok(())
    }

    /// Sends what is left, and waits for it, or leaves that to the placement.
    fn drain(&mut self) -> Result<()> {
        let Some(mut ring) = self.ring.take() else { return Ok(()) };
        self.sent += ring.send(&self.upload.targets)?;
        if !self.upload.targets.routing.is_async {
            return ring.wait();
        }
        let ends = ring.mark_ends(&self.upload.targets)?.into_iter().map(Arc::new).collect();
        self.upload.park(Parked { ends, work: Box::new(ring) });
        Ok(())
    }

    fn timed(&mut self, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let start = Instant::now();
        let done = work(self);
        self.time += start.elapsed();
        done
    }
}

impl Window for Lane {
    fn capacity(&self) -> u64 {
        self.upload.slot as u64
    }

    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        self.timed(|lane| lane.make_room(&range))?;
        let ring = self.ring.as_mut().ok_or_else(|| Error::new(Kind::Internal, "a lane has lost its ring"))?;
        ring.part(range)
    }

    fn close(&mut self) -> Result<()> {
        self.timed(|lane| {
            let Some(ring) = &mut lane.ring else { return Ok(()) };
            lane.sent += ring.send(&lane.upload.targets)?;
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>) -> Result<Option<Cost>> {
        self.timed(Self::drain)?;
        Ok(Some(Cost { stage: Stage::Send, bytes: self.sent, time: self.time }))
    }
}
