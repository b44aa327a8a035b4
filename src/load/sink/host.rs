//! An arena in host memory: private to the process, or sealed.
//!
//! What only moves need has no place in the arena: it is read into a buffer of each thread, and goes to its tensors from there.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::super::lock::lock;
use super::super::placement::Memory;
use super::super::plan::Plan;
use super::super::scatter::Scatter;
use super::super::window::Window;
use super::Sink;
use crate::error::{Error, Kind, Result};
use crate::storage::{Arena, Slot};
use crate::verify::{Cost, Stage};

pub(in crate::load) struct Host {
    arena: Arena,
    shares: Arc<Shares>,
}

/// What the windows of all workers fill.
struct Shares {
    /// Of each job.
    slots: Mutex<Vec<Option<Share>>>,
    scatter: Scatter,
    /// Bytes of the buffer of each worker; 0 if nothing needs one.
    buffer: usize,
}

/// The part of the arena that one job fills, and where it begins.
struct Share {
    slot: Slot,
    start: u64,
}

impl Host {
    /// An arena that only this process can reach.
    pub(in crate::load) fn new(plan: &Plan) -> Result<Self> {
        Self::over(Arena::new(plan.layout.bytes, plan.alignment)?, plan)
    }

    /// An arena that other processes may map when it is full, and that nobody can change then.
    pub(in crate::load) fn sealed(plan: &Plan) -> Result<Self> {
        Self::over(Arena::sealed(plan.layout.bytes, plan.alignment)?, plan)
    }

    /// The arena is handed out from its start to its end; the jobs may be in another order.
    fn over(mut arena: Arena, plan: &Plan) -> Result<Self> {
        let transfers = &plan.layout.transfers;
        let ranges = plan.jobs.iter().enumerate().filter_map(|(job, range)| Some((range.arena_range(transfers)?, job)));
        let mut ranges: Vec<_> = ranges.collect();
        // A job that lies between two rows fills nothing, at the start of what the next one fills.
        ranges.sort_unstable_by_key(|(range, _)| (range.start, range.end));
        let mut slots: Vec<Option<Share>> = plan.jobs.iter().map(|_| None).collect();
        let mut taken = 0;
        for (range, job) in ranges {
            let slot = take(&mut arena, &mut taken, range.clone())?;
            slots[job] = Some(Share { slot, start: range.start });
        }
        let scatter = Scatter::new(&plan.layout, |range| take(&mut arena, &mut taken, range))?;
        let shares = Shares { slots: Mutex::new(slots), scatter, buffer: plan.staging.slot };
        Ok(Self { arena, shares: Arc::new(shares) })
    }
}

/// Takes a range of the arena. Ranges are taken in their order; what lies between them is left out.
fn take(arena: &mut Arena, taken: &mut u64, range: Range<u64>) -> Result<Slot> {
    let internal = || Error::new(Kind::Internal, "two writers fill the same part of the arena");
    let gap = range.start.checked_sub(*taken).ok_or_else(internal)?;
    arena.take(gap as usize).ok_or_else(internal)?;
    *taken = range.end;
    arena.take((range.end - range.start) as usize).ok_or_else(internal)
}

impl Sink for Host {
    fn window(&mut self) -> Box<dyn Window> {
        Box::new(OnHost {
            shares: Arc::clone(&self.shares),
            share: None,
            buffer: Vec::new(),
            filled: 0..0,
            is_buffered: false,
            cost: Cost { stage: Stage::Move, bytes: 0, time: Duration::ZERO },
        })
    }

    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory> {
        drop(self.shares);
        Ok(Memory::Arena(self.arena.freeze()?, plan.layout.offsets.clone()))
    }
}

/// The window of one worker.
struct OnHost {
    shares: Arc<Shares>,
    /// Of the job at hand.
    share: Option<Share>,
    buffer: Vec<u8>,
    /// The range of the layout that is being filled, and whether that is in the buffer.
    filled: Range<u64>,
    is_buffered: bool,
    cost: Cost,
}

impl OnHost {
    /// Brings what was filled to the tensors that are made from it.
    fn send(&mut self) -> Result<()> {
        let filled = std::mem::take(&mut self.filled);
        let Shares { scatter, .. } = &*self.shares;
        if filled.is_empty() || scatter.is_empty() {
            return Ok(());
        }
        let begin = Instant::now();
        let share = self.share.as_mut().ok_or_else(|| Error::new(Kind::Internal, "a job fills nothing"))?;
        let bytes = if self.is_buffered {
            for kept in scatter.kept_in(&filled) {
                let (start, end) = ((kept.start - filled.start) as usize, (kept.end - filled.start) as usize);
                share.part(&kept)?.copy_from_slice(&self.buffer[start..end]);
            }
            &self.buffer[..(filled.end - filled.start) as usize]
        } else {
            &*share.part(&filled)?
        };
        self.cost.bytes += scatter.send(&filled, bytes);
        self.cost.time += begin.elapsed();
        Ok(())
    }

    /// A part of the buffer, behind what it holds already if the range follows that.
    fn buffered(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        let room = self.shares.buffer as u64;
        if !self.is_buffered || range.start != self.filled.end || range.end - self.filled.start > room {
            self.send()?;
            self.filled = range.start..range.start;
        }
        self.buffer.resize(self.shares.buffer, 0);
        self.is_buffered = true;
        self.filled.end = range.end;
        let part = (range.start - self.filled.start) as usize..(range.end - self.filled.start) as usize;
        self.buffer.get_mut(part).ok_or_else(|| Error::new(Kind::Internal, "a block is larger than its window"))
    }
}

impl Share {
    fn part(&mut self, range: &Range<u64>) -> Result<&mut [u8]> {
        let part = (range.start - self.start) as usize..(range.end - self.start) as usize;
        self.slot.get_mut(part).ok_or_else(|| Error::new(Kind::Internal, "a job fills what is not its own"))
    }
}

impl Window for OnHost {
    fn begin(&mut self, job: usize) {
        self.share = lock(&self.shares.slots).get_mut(job).and_then(Option::take);
    }

    fn capacity(&self) -> u64 {
        if self.shares.buffer > 0 { self.shares.buffer as u64 } else { u64::MAX }
    }

    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        if self.shares.scatter.is_transient(&range) {
            return self.buffered(range);
        }
        self.send()?;
        self.is_buffered = false;
        self.filled = range.clone();
        let share = self.share.as_mut().ok_or_else(|| Error::new(Kind::Internal, "a job fills nothing"))?;
        share.part(&range)
    }

    fn close(&mut self) -> Result<()> {
        self.send()?;
        self.share = None;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Option<Cost>> {
        Ok((self.cost.bytes > 0).then_some(self.cost))
    }
}
