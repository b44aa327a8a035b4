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
use crate::memory;
use crate::storage::{Arena, Slot};
use crate::verify::{Cost, Stage};

pub(in crate::load) struct Host {
    arena: Arena,
    shares: Arc<Shares>,
    windows: u64,
}

/// What the windows of all workers fill.
struct Shares {
    /// One for each extent.
    slots: Mutex<Vec<Option<Share>>>,
    scatter: Scatter,
    /// Bytes of the buffer of each worker; 0 if nothing needs one.
    buffer: u64,
}

/// What memory is asked for.
const PLACES: &str = "the places of the extents";

/// The part of the arena that one extent fills, and where it begins.
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

    /// The arena is handed out from its start to its end; the extents may be in another order.
    fn over(mut arena: Arena, plan: &Plan) -> Result<Self> {
        let transfers = &plan.layout.transfers;
        let ranges =
            plan.extents.iter().enumerate().filter_map(|(extent, range)| Some((range.arena_range(transfers)?, extent)));
        let mut ranges: Vec<_> = memory::collect(ranges, PLACES)?;
        // An extent that lies between two rows fills nothing, at the start of what the next one fills.
        ranges.sort_unstable_by_key(|(range, _)| (range.start, range.end));
        let mut slots: Vec<Option<Share>> = memory::collect(plan.extents.iter().map(|_| None), PLACES)?;
        let mut taken = 0;
        for (range, extent) in ranges {
            let slot = take(&mut arena, &mut taken, range.clone())?;
            slots[extent] = Some(Share { slot, start: range.start });
        }
        let scatter = Scatter::new(&plan.layout, |range| take(&mut arena, &mut taken, range))?;
        let shares = Shares { slots: Mutex::new(slots), scatter, buffer: plan.staging.slot as u64 };
        Ok(Self { arena, shares: Arc::new(shares), windows: 0 })
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
    fn window(&mut self) -> Result<Box<dyn Window>> {
        self.windows += 1;
        Ok(Box::new(OnHost {
            number: self.windows,
            shares: Arc::clone(&self.shares),
            share: None,
            buffer: None,
            filled: 0..0,
            is_buffered: false,
            cost: Cost { stage: Stage::Move, bytes: 0, time: Duration::ZERO },
        }))
    }

    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory> {
        drop(self.shares);
        let offsets = memory::collect(plan.layout.offsets.iter().copied(), PLACES)?;
        Ok(Memory::Arena(self.arena.freeze()?, offsets))
    }
}

/// The window of one worker.
struct OnHost {
    /// The number of the window among those of the pass.
    number: u64,
    shares: Arc<Shares>,
    /// The share of the current extent.
    share: Option<Share>,
    /// Large pages, where the system has them, make fresh memory cheaper.
    buffer: Option<Slot>,
    /// The range of the layout that is filled and not sent yet, and whether that is in the buffer.
    filled: Range<u64>,
    is_buffered: bool,
    cost: Cost,
}

impl OnHost {
    /// Brings what is filled up to `end` to the tensors that are made from it. The rest of the buffer moves to its start.
    fn send_until(&mut self, end: u64) -> Result<()> {
        let sent = self.filled.start..end;
        let Shares { scatter, .. } = &*self.shares;
        if sent.is_empty() || scatter.is_empty() {
            self.filled.start = end;
            return Ok(());
        }
        let begin = Instant::now();
        let share = self.share.as_mut().ok_or_else(no_share)?;
        match self.buffer.as_deref_mut().filter(|_| self.is_buffered) {
            Some(buffer) => {
                let within = |at: u64| (at - sent.start) as usize;
                for kept in scatter.kept_in(&sent) {
                    share.part(&kept)?.copy_from_slice(&buffer[within(kept.start)..within(kept.end)]);
                }
                self.cost.bytes += scatter.send(&sent, &buffer[..within(end)], self.number);
                buffer.copy_within(within(end)..within(self.filled.end), 0);
            }
            None => self.cost.bytes += scatter.send(&sent, share.part(&sent)?, self.number),
        }
        self.filled.start = end;
        self.cost.time += begin.elapsed();
        Ok(())
    }

    fn send(&mut self) -> Result<()> {
        self.send_until(self.filled.end)
    }

    /// Gets ready for a range: sends what does not lie before it, and what there is no room for. Rows that it continues are
    /// kept, if possible: what lies on both sides of a border is slower to bring to its place.
    fn make_room(&mut self, range: &Range<u64>, is_buffered: bool) -> Result<()> {
        let continues = self.is_buffered == is_buffered && self.filled.end == range.start;
        let room = self.shares.buffer;
        let has_room = |filled: &Range<u64>| range.end - filled.start <= room;
        if continues && !has_room(&self.filled) {
            self.send_until(self.shares.scatter.end_of_rows(&self.filled))?;
        }
        if !continues || !has_room(&self.filled) {
            self.send()?;
            self.filled = range.start..range.start;
        }
        self.is_buffered = is_buffered;
        Ok(())
    }

    /// A part of the buffer, behind what it holds already.
    fn buffered(&mut self, range: &Range<u64>) -> Result<&mut [u8]> {
        let room = self.shares.buffer as usize;
        if self.buffer.is_none() {
            self.buffer = Arena::new(room as u64, 1)?.take(room);
        }
        let part = (range.start - self.filled.start) as usize..(range.end - self.filled.start) as usize;
        let part = self.buffer.as_deref_mut().and_then(|buffer| buffer.get_mut(part));
        part.ok_or_else(|| Error::new(Kind::Internal, "a block is larger than its window"))
    }
}

fn no_share() -> Error {
    Error::new(Kind::Internal, "an extent fills nothing")
}

impl Share {
    fn part(&mut self, range: &Range<u64>) -> Result<&mut [u8]> {
        let part = (range.start - self.start) as usize..(range.end - self.start) as usize;
        self.slot.get_mut(part).ok_or_else(|| Error::new(Kind::Internal, "an extent fills what is not its own"))
    }
}

impl Window for OnHost {
    fn begin(&mut self, extent: usize) {
        self.share = lock(&self.shares.slots).get_mut(extent).and_then(Option::take);
    }

    fn capacity(&self) -> u64 {
        match self.shares.buffer {
            0 => u64::MAX,
            room => room - self.shares.scatter.longest_row().min(room / 2),
        }
    }

    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        let is_buffered = self.shares.scatter.is_transient(&range);
        self.make_room(&range, is_buffered)?;
        self.filled.end = range.end;
        if is_buffered {
            return self.buffered(&range);
        }
        self.share.as_mut().ok_or_else(no_share)?.part(&range)
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
