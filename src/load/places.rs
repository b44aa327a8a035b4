//! Where the arena of a load to host memory lies: in memory that the placement owns, or in what the caller lends.
//!
//! A layout counts as if there were one arena. Here its ranges are given to *parts*: the first is for all tensors that have no
//! destination of their own, and each of the others is for one tensor. Tensors may share bytes: those are read to the first of
//! them, and copied to the others at the end.

use std::collections::HashMap;
use std::ops::Range;

use super::layout::Layout;
use super::lent::{Destination, check_disjoint};
use super::options::Target;
use super::select::Selected;
use crate::error::{Error, Kind, Result};
use crate::host::Context;
use crate::memory;
use crate::sort;
use crate::storage::{Arena, LentMemory};
use crate::tensor::TensorTable;

/// What memory is asked for.
const PLACES: &str = "the places of the tensors";

/// The parts of an arena, and which of its ranges they are for.
#[derive(Debug)]
pub(super) struct Places {
    parts: Vec<Part>,
    /// In the order of the arena, disjoint. What lies between them holds no tensor.
    segments: Vec<Segment>,
    /// In which part each selected tensor is, and where it begins there.
    tensors: Vec<(usize, u64)>,
}

/// One range of memory.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) bytes: u64,
    lent: Option<LentMemory>,
    /// What comes at its start, in this order: copies of what other parts hold.
    pub(super) copies: Vec<Source>,
}

/// A range of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) part: usize,
    pub(super) range: Range<u64>,
}

/// A range of the arena that lies in one part.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    arena: Range<u64>,
    part: usize,
    /// Where it begins in the part.
    start: u64,
}

impl Places {
    /// All of a layout in memory of its own, as it is.
    pub(super) fn whole(layout: &Layout) -> Result<Self> {
        let tensors = memory::collect(layout.offsets.iter().map(|offset| (0, *offset)), PLACES)?;
        let segments = memory::collect([Segment { arena: 0..layout.bytes, part: 0, start: 0 }], PLACES)?;
        Ok(Self { parts: vec![Part { bytes: layout.bytes, ..Part::default() }], segments, tensors })
    }

    /// As the caller wants it.
    pub(super) fn new(
        (tensors, selection): (&TensorTable, &[Selected]),
        layout: &Layout,
        alignment: u64,
        destinations: &[Destination],
    ) -> Result<Self> {
        if destinations.is_empty() {
            return Self::whole(layout);
        }
        let len_of = |position: usize| {
            let tensor = tensors.get(selection[position].tensor);
            tensor.map_or(0, |tensor| selection[position].placed_len(&tensor))
        };
        let own = own_destinations((tensors, selection), destinations, len_of)?;
        let mut places = Self {
            parts: vec![Part::default()],
            segments: Vec::new(),
            tensors: memory::filled((0, 0), selection.len(), PLACES)?,
        };
        let mut in_order = memory::collect(0..selection.len(), PLACES)?;
        sort::sort_by_key(&mut in_order, |position| layout.offsets[*position]);
        for position in in_order {
            memory::check()?;
            let start = layout.offsets[position];
            let range = start..start + len_of(position);
            let lent = own.get(&position).map(|destination| destination.memory(range.end - range.start));
            places.tensors[position] = match lent {
                None if places.is_apart(&range) => places.extend(range, alignment)?,
                lent => places.add(range, lent)?,
            };
        }
        places.take_arena(destinations, alignment)?;
        Ok(places)
    }

    /// Bytes of the first part.
    pub(super) fn arena_bytes(&self) -> u64 {
        self.parts[0].bytes
    }

    /// The parts.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// In which part each selected tensor is, and where it begins there.
    pub(super) fn tensors(&self) -> &[(usize, u64)] {
        &self.tensors
    }

    /// Where memory ends that begins at a place of the arena.
    pub(super) fn end_of_memory(&self, at: u64) -> u64 {
        let segment = self.segments.get(self.segments.partition_point(|segment| segment.arena.end <= at));
        segment.filter(|segment| segment.arena.start <= at).map_or(u64::MAX, |segment| segment.arena.end)
    }

    /// The memory of a range of the arena: what of the range each piece of it is, and where it lies.
    pub(super) fn memory_of(&self, range: &Range<u64>) -> impl Iterator<Item = (Range<u64>, Source)> {
        let first = self.segments.partition_point(|segment| segment.arena.end <= range.start);
        let (start, end) = (range.start, range.end);
        let within = self.segments[first..].iter().take_while(move |segment| segment.arena.start < end);
        within.map(move |Segment { arena, part, start: at }| {
            let piece = arena.start.max(start)..arena.end.min(end);
            let place = |position: u64| at + (position - arena.start);
            let range = place(piece.start)..place(piece.end);
            (piece, Source { part: *part, range })
        })
    }

    /// Whether no tensor with a place of its own has any of these bytes.
    fn is_apart(&self, range: &Range<u64>) -> bool {
        self.segments.last().is_none_or(|last| last.part == 0 || last.arena.end <= range.start)
    }

    /// Gives a range to the first part, where it keeps its distance from the one before if that is there, too.
    fn extend(&mut self, range: Range<u64>, alignment: u64) -> Result<(usize, u64)> {
        if let Some(last) = self.segments.last_mut().filter(|last| last.part == 0) {
            last.arena.end = last.arena.end.max(range.end);
            self.parts[0].bytes = last.start + (last.arena.end - last.arena.start);
            return Ok((0, last.start + (range.start - last.arena.start)));
        }
        // Tensors that share bytes begin anywhere, but the first of them is aligned.
        let start = self.parts[0].bytes.next_multiple_of(alignment) + range.start % alignment;
        self.parts[0].bytes = start + (range.end - range.start);
        if !range.is_empty() {
            memory::push(&mut self.segments, Segment { arena: range, part: 0, start }, PLACES)?;
        }
        Ok((0, start))
    }

    /// Gives a range a part of its own. What tensors before it have of the range is copied from them.
    fn add(&mut self, range: Range<u64>, lent: Option<LentMemory>) -> Result<(usize, u64)> {
        let part = self.parts.len();
        let covered = self.segments.last().map_or(0, |last| last.arena.end).clamp(range.start, range.end);
        let copies = memory::collect(self.memory_of(&(range.start..covered)).map(|(_, source)| source), PLACES)?;
        memory::push(&mut self.parts, Part { bytes: range.end - range.start, lent, copies }, PLACES)?;
        if covered < range.end {
            let segment = Segment { arena: covered..range.end, part, start: covered - range.start };
            memory::push(&mut self.segments, segment, PLACES)?;
        }
        Ok((part, 0))
    }

    /// Puts the first part into the memory that the caller gives for all tensors without a destination of their own.
    fn take_arena(&mut self, destinations: &[Destination], alignment: u64) -> Result<()> {
        let mut arenas = destinations.iter().filter(|destination| destination.tensor.is_none());
        let (arena, other) = (arenas.next(), arenas.next());
        if other.is_some() {
            return Err(Error::invalid("two arenas are given for the host").with_subject("destinations"));
        }
        let arena_bytes = self.arena_bytes();
        if let Some(arena) = arena {
            arena.check_arena(arena_bytes, alignment)?;
            self.parts[0].lent = Some(arena.memory(arena_bytes));
        }
        let given = destinations.iter().filter(|one| one.tensor.is_some());
        let own = given.map(|one| (one.device, one.address, one.bytes));
        check_disjoint(memory::collect(own.chain(arena.map(|arena| (None, arena.address, arena_bytes))), PLACES)?)
    }
}

impl Part {
    /// The memory.
    pub(super) fn arena(&self, alignment: u64, context: &Context) -> Result<Arena> {
        match self.lent {
            Some(lent) => Ok(Arena::lent(lent)),
            None => Arena::new(self.bytes, alignment, "the arena", context),
        }
    }

    /// Bytes at its start that are copied.
    pub(super) fn copied(&self) -> u64 {
        self.copies.iter().map(|source| source.range.end - source.range.start).sum()
    }
}

/// Refuses destinations that a target cannot have.
pub(super) fn check_target(target: Target, destinations: &[Destination]) -> Result<()> {
    let message = match target {
        _ if destinations.is_empty() => return Ok(()),
        Target::Cuda if destinations.iter().all(|destination| destination.device.is_some()) => return Ok(()),
        Target::Host if destinations.iter().all(|destination| destination.device.is_none()) => return Ok(()),
        Target::Cuda => "a destination is host memory, and the target is CUDA devices",
        Target::Host => "a destination is memory of a device, and the target is host memory",
        _ => "only the targets host and CUDA have destinations",
    };
    Err(Error::invalid(message).with_subject("destinations"))
}

/// The caller's memory for single tensors, by index in the selection.
fn own_destinations<'d>(
    (tensors, selection): (&TensorTable, &[Selected]),
    destinations: &'d [Destination],
    len_of: impl Fn(usize) -> u64,
) -> Result<HashMap<usize, &'d Destination>> {
    let mut positions = HashMap::new();
    positions.try_reserve(selection.len()).map_err(|_| Error::out_of_memory(PLACES, selection.len() as u64))?;
    positions.extend(selection.iter().enumerate().map(|(position, selected)| (selected.tensor, position)));
    let mut own = HashMap::new();
    for destination in destinations {
        let Some(name) = &destination.tensor else { continue };
        let position = tensors.find(name).and_then(|tensor| positions.get(&tensor).copied());
        let position = position.ok_or_else(|| {
            let message = "a destination is given for it, but the plan does not load it";
            Error::new(Kind::NotFound, message).with_subject(&**name)
        })?;
        destination.check(len_of(position)).map_err(|e| e.with_subject(&**name))?;
        memory::reserve_entry(&mut own, PLACES)?;
        if own.insert(position, destination).is_some() {
            return Err(Error::invalid("two destinations are given for it on the host").with_subject(&**name));
        }
    }
    Ok(own)
}
