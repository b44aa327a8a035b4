//! An arena in host memory: private to the process, or sealed.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::super::lock::lock;
use super::super::placement::Memory;
use super::super::plan::Plan;
use super::super::window::Window;
use super::nowhere::NoWindow;
use super::{Mover, Sink};
use crate::error::{Error, Kind, Result};
use crate::storage::{Arena, Filled, Slot};

pub(super) struct Host {
    arena: Arena,
    /// The part of the arena that each job fills.
    slots: Vec<Option<OnHost>>,
}

impl Host {
    /// An arena that only this process can reach.
    pub(super) fn new(plan: &Plan) -> Result<Self> {
        Self::over(Arena::new(plan.layout.bytes, plan.alignment)?, plan)
    }

    /// An arena that other processes may map when it is full, and that nobody can change then.
    pub(super) fn sealed(plan: &Plan) -> Result<Self> {
        Self::over(Arena::sealed(plan.layout.bytes, plan.alignment)?, plan)
    }

    /// The arena is handed out from its start to its end; the jobs may be in another order.
    fn over(mut arena: Arena, plan: &Plan) -> Result<Self> {
        let transfers = &plan.layout.transfers;
        let ranges = plan.jobs.iter().enumerate().filter_map(|(job, range)| Some((range.arena_range(transfers)?, job)));
        let mut ranges: Vec<_> = ranges.collect();
        // A job that lies between two rows fills nothing, at the start of what the next one fills.
        ranges.sort_unstable_by_key(|(range, _)| (range.start, range.end));
        let mut slots: Vec<Option<OnHost>> = plan.jobs.iter().map(|_| None).collect();
        let mut taken = 0;
        for (range, job) in ranges {
            let slot = take(&mut arena, &mut taken, range.clone())?;
            slots[job] = Some(OnHost { slot, start: range.start });
        }
        Ok(Self { arena, slots })
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
    fn window(&mut self, job: usize, _: Option<Box<dyn Window>>) -> Box<dyn Window> {
        match self.slots.get_mut(job).and_then(Option::take) {
            Some(slot) => Box::new(slot),
            None => Box::new(NoWindow),
        }
    }

    fn mover(&mut self, plan: &Plan) -> Result<Arc<dyn Mover>> {
        self.slots.clear();
        let mut taken = plan.layout.moved_from();
        let filled = self.arena.share(taken as usize);
        let filled = filled.ok_or_else(|| Error::new(Kind::Internal, "the arena is still being filled"))?;
        let ranges = plan.slabs.iter().map(|slab| plan.layout.moves[slab.index].destination(*slab));
        let slots = ranges.map(|range| take(&mut self.arena, &mut taken, range).map(Some));
        Ok(Arc::new(HostMover { filled, slots: Mutex::new(slots.collect::<Result<_>>()?) }))
    }

    fn finish(mut self: Box<Self>, plan: &Plan) -> Result<Memory> {
        self.slots.clear();
        for range in &plan.layout.transient {
            self.arena.give_back(range.start as usize..range.end as usize);
        }
        let frozen = self.arena.freeze()?;
        Ok(Memory::Arena(frozen, plan.layout.offsets.clone()))
    }
}

/// The part of a host arena that one job fills.
struct OnHost {
    slot: Slot,
    /// Where the slot begins in the arena.
    start: u64,
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

/// Moves from the part of the arena that the jobs have filled to the part behind it.
struct HostMover {
    filled: Filled,
    /// The destination of each slab.
    slots: Mutex<Vec<Option<Slot>>>,
}

impl Mover for HostMover {
    fn run(&self, plan: &Plan, slab: usize) -> Result<()> {
        let slot = lock(&self.slots).get_mut(slab).and_then(Option::take);
        let mut slot = slot.ok_or_else(|| Error::new(Kind::Internal, "a slab is moved twice"))?;
        let slab = plan.slabs[slab];
        plan.layout.moves[slab.index].fill(slab, &self.filled, &mut slot);
        Ok(())
    }
}
