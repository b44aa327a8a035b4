//! An arena in host memory: private to the process, or sealed.
//!
//! What only moves need has no place in the arena: it is read into a buffer of each thread, and goes to its tensors from there.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::super::lock::lock;
use super::super::placement::Memory;
use super::super::places::{Part, Source};
use super::super::plan::Plan;
use super::super::scatter::Scatter;
use super::super::window::Window;
use super::Sink;
use crate::error::{Error, Kind, Result};
use crate::host::{Context, Cost, Stage};
use crate::memory;
use crate::sort;
use crate::storage::{Arena, Frozen, Slot};

pub(in crate::load) struct Host {
    parts: Vec<Filling>,
    shares: Arc<Shares>,
    windows: u64,
}

/// A part of the arena that is being filled.
struct Filling {
    arena: Arena,
    /// Bytes from its start that are handed out, or left out.
    taken: u64,
    /// What is copied at the end, at its start.
    copied: Slot,
}

/// What the windows of all workers fill.
struct Shares {
    slots: Mutex<Slots>,
    /// The most pieces that an extent fills.
    most_pieces: usize,
    scatter: Scatter,
    /// Bytes of the buffer of each worker; 0 if nothing needs one.
    buffer: u64,
    context: Context,
}

/// What memory is asked for.
const PLACES: &str = "the places of the extents";

/// A range of the layout, and the memory that it is.
type Piece = (Range<u64>, Slot);

/// What the extents fill, until they are begun. All of it is one list, so that a load of many extents takes no more memory.
struct Slots {
    pieces: Vec<Option<Piece>>,
    /// Which of the pieces are those of each extent.
    of_extents: Vec<Range<usize>>,
}

/// The memory that one extent fills: pieces in their order.
struct Share(Vec<Piece>);

impl Filling {
    fn new(mut arena: Arena, copied: u64) -> Result<Self> {
        let slot = arena.take(copied as usize).ok_or_else(doubly_filled)?;
        Ok(Self { arena, taken: copied, copied: slot })
    }

    /// Takes a range. Ranges are taken in their order; what lies between them is left out.
    fn take(&mut self, range: &Range<u64>) -> Result<Slot> {
        let gap = range.start.checked_sub(self.taken).ok_or_else(doubly_filled)?;
        self.arena.take(gap as usize).ok_or_else(doubly_filled)?;
        self.taken = range.end;
        self.arena.take((range.end - range.start) as usize).ok_or_else(doubly_filled)
    }
}

fn doubly_filled() -> Error {
    Error::new(Kind::Internal, "two writers fill the same part of the arena")
}

impl Host {
    /// An arena that only this process can reach, or memory of the caller.
    pub(in crate::load) fn new(plan: &Plan) -> Result<Self> {
        let arena = |part: &Part| Filling::new(part.arena(plan.alignment, &plan.payload.context)?, part.copied());
        Self::over(memory::try_collect(plan.places.parts().iter().map(arena), PLACES)?, plan)
    }

    /// An arena that other processes may map when it is full, and that nobody can change then.
    pub(in crate::load) fn sealed(plan: &Plan) -> Result<Self> {
        Self::over(
            vec![Filling::new(
                Arena::sealed(plan.layout.bytes, plan.alignment, "the arena", &plan.payload.context)?,
                0,
            )?],
            plan,
        )
    }

    /// The parts are handed out from their starts to their ends; the extents may be in another order.
    fn over(mut parts: Vec<Filling>, plan: &Plan) -> Result<Self> {
        let transfers = &plan.layout.transfers;
        let ranges =
            plan.extents.iter().enumerate().filter_map(|(extent, range)| Some((range.arena_range(transfers)?, extent)));
        let mut ranges: Vec<_> = memory::collect(ranges, PLACES)?;
        // An extent that lies between two rows fills nothing, at the start of what the next one fills.
        sort::sort_by_key(&mut ranges, |(range, _)| (range.start, range.end));
        let mut take = |source: Source| parts[source.part].take(&source.range);
        let (mut pieces, mut most_pieces) = (memory::list(ranges.len(), PLACES)?, 0);
        let mut of_extents = memory::filled(0..0, plan.extents.len(), PLACES)?;
        for (range, extent) in ranges {
            let first = pieces.len();
            for (piece, source) in plan.places.memory_of(&range) {
                memory::push(&mut pieces, Some((piece, take(source)?)), PLACES)?;
            }
            most_pieces = most_pieces.max(pieces.len() - first);
            of_extents[extent] = first..pieces.len();
        }
        // A tensor lies in one piece.
        let place_of =
            |range| plan.places.memory_of(&range).next().ok_or_else(no_share).and_then(|(_, source)| take(source));
        let scatter = Scatter::new(&plan.layout, place_of)?;
        let (buffer, context) = (plan.staging.slot as u64, plan.payload.context.clone());
        let shares = Shares { slots: Mutex::new(Slots { pieces, of_extents }), most_pieces, scatter, buffer, context };
        Ok(Self { parts, shares: Arc::new(shares), windows: 0 })
    }
}

impl Sink for Host {
    fn hurry(&self) {
        self.parts.iter().for_each(|part| part.arena.prefer_huge_pages());
    }

    fn window(&mut self) -> Result<Box<dyn Window>> {
        self.windows += 1;
        Ok(Box::new(OnHost {
            number: self.windows,
            shares: Arc::clone(&self.shares),
            share: Share(memory::list(self.shares.most_pieces, PLACES)?),
            buffer: None,
            filled: 0..0,
            is_buffered: false,
            cost: Cost { stage: Stage::Move, bytes: 0, time: Duration::ZERO },
        }))
    }

    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory> {
        drop(self.shares);
        let mut frozen: Vec<Frozen> = memory::list(self.parts.len(), PLACES)?;
        for (Filling { arena, mut copied, .. }, part) in self.parts.into_iter().zip(plan.places.parts()) {
            let mut rest = &mut copied[..];
            for Source { part, range } in &part.copies {
                let (place, behind) = rest.split_at_mut((range.end - range.start) as usize);
                place.copy_from_slice(&frozen[*part].bytes[range.start as usize..range.end as usize]);
                rest = behind;
            }
            drop(copied);
            frozen.push(arena.freeze()?);
        }
        Ok(Memory::Host(frozen, memory::collect(plan.places.tensors().iter().copied(), PLACES)?))
    }
}

/// The window of one worker.
struct OnHost {
    /// The number of the window among those of the pass.
    number: u64,
    shares: Arc<Shares>,
    /// That of the current extent.
    share: Share,
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
        match self.buffer.as_deref_mut().filter(|_| self.is_buffered) {
            Some(buffer) => {
                let within = |at: u64| (at - sent.start) as usize;
                for kept in scatter.kept_in(&sent) {
                    for (range, place) in self.share.parts_of(&kept) {
                        place.copy_from_slice(&buffer[within(range.start)..within(range.end)]);
                    }
                }
                self.cost.bytes += scatter.send(&sent, &buffer[..within(end)], self.number);
                buffer.copy_within(within(end)..within(self.filled.end), 0);
            }
            None => {
                for (range, place) in self.share.parts_of(&sent) {
                    self.cost.bytes += scatter.send(&range, place, self.number);
                }
            }
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
            self.buffer = Arena::new(room as u64, 1, "the buffer of a worker", &self.shares.context)?
                .with_huge_pages()
                .take(room);
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
    /// A range that lies in one piece.
    fn part(&mut self, range: &Range<u64>) -> Result<&mut [u8]> {
        let whole = |(at, _): &(Range<u64>, &mut [u8])| at == range;
        let part = self.parts_of(range).next().filter(whole);
        part.map(|(_, place)| place).ok_or_else(|| Error::new(Kind::Internal, "an extent fills what is not its own"))
    }

    /// The pieces of a range, and what of the range each of them is.
    fn parts_of(&mut self, range: &Range<u64>) -> impl Iterator<Item = (Range<u64>, &mut [u8])> {
        let first = self.0.partition_point(|(piece, _)| piece.end <= range.start);
        let (start, end) = (range.start, range.end);
        let within = self.0[first..].iter_mut().take_while(move |(piece, _)| piece.start < end);
        within.map(move |(piece, slot)| {
            let part = piece.start.max(start)..piece.end.min(end);
            let at = (part.start - piece.start) as usize..(part.end - piece.start) as usize;
            (part, &mut slot[at])
        })
    }
}

impl Window for OnHost {
    fn begin(&mut self, extent: usize) {
        let Slots { pieces, of_extents } = &mut *lock(&self.shares.slots);
        let own = of_extents.get(extent).cloned().unwrap_or_default();
        self.share.0.clear();
        self.share.0.extend(pieces[own].iter_mut().filter_map(Option::take));
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
        self.share.part(&range)
    }

    fn close(&mut self) -> Result<()> {
        self.send()?;
        self.share.0.clear();
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Option<Cost>> {
        Ok((self.cost.bytes > 0).then_some(self.cost))
    }
}
