//! The next bytes that a job reads at once, and where each of them goes.

use std::ops::Range;

use super::jobs::Job;
use super::layout::Copy;
use super::plan::Plan;
use super::staging::MAX_PADDING;
use crate::error::{Error, Kind, Result};

/// The most buffers of one read; the kernel takes 1,024 (`IOV_MAX`).
const MAX_PIECES: usize = 512;

/// Bytes of one read where nothing has to stay in the cache to be hashed: large reads are the fastest.
const UNHASHED_BLOCK: u64 = 4 << 20;

/// Shorter rows are read together with what lies between them: a buffer costs more than its bytes.
const MIN_ROW: u64 = 512;

/// A range of a file, in pieces.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) pieces: Vec<Piece>,
    /// From the first place in the arena to the end of the last; empty if nothing is placed.
    pub(super) arena: Range<u64>,
    /// Bytes of scratch memory that the pieces need.
    pub(super) scratch: usize,
}

/// Bytes of the file that share their fate.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) len: u64,
    pub(super) place: Place,
}

#[derive(Debug, Clone)]
pub(super) enum Place {
    /// They go here in the arena as they are.
    Arena(u64),
    /// They are read into scratch memory; of them, `copy` makes what goes here.
    Changed { arena: Range<u64>, copy: usize },
    /// They are only hashed, or it is cheaper to read them than to leave them out.
    Nowhere,
    /// They are not read.
    Unread,
}

impl Piece {
    pub(super) fn is_read(&self) -> bool {
        !matches!(self.place, Place::Unread)
    }
}

impl Block {
    pub(super) fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len).sum()
    }

    pub(super) fn read_bytes(&self) -> u64 {
        self.pieces.iter().filter(|piece| piece.is_read()).map(|piece| piece.len).sum()
    }

    /// The block of a job at a position, which fills at most `capacity` bytes of the arena.
    pub(super) fn next(plan: &Plan, job: &Job, position: u64, capacity: u64) -> Result<Self> {
        let most = if job.streams.is_empty() { UNHASHED_BLOCK } else { plan.staging.block as u64 };
        let end = (position + most).min(job.end);
        let copies = &plan.layout.copies[..job.copies.end];
        let behind = copies[job.copies.clone()].partition_point(|copy| copy.end() <= position);
        let mut next = Next { job, copies, copy: job.copies.start + behind, position, end };
        let mut block = Self::default();
        let limits = Limits { capacity, scratch: plan.staging.block };
        while let Some(piece) = next.piece() {
            let wanted = piece.len;
            let Some(piece) = block.fit(piece, &next, limits) else { break };
            let is_cut = piece.len < wanted;
            next.pass(piece.len);
            block.push(piece);
            if is_cut || block.pieces.len() == MAX_PIECES {
                break;
            }
        }
        match block.len() {
            0 => Err(Error::new(Kind::Internal, "a block of a load has no bytes")),
            _ => Ok(block),
        }
    }

    /// As much of a piece as there is room for.
    fn fit(&self, mut piece: Piece, next: &Next<'_>, limits: Limits) -> Option<Piece> {
        let (Place::Nowhere | Place::Changed { .. }) = &piece.place else {
            return match piece.place {
                Place::Arena(start) => {
                    piece.len = piece.len.min(self.room(start, limits)?);
                    (piece.len > 0).then_some(piece)
                }
                _ => Some(piece),
            };
        };
        piece.len = piece.len.min((limits.scratch - self.scratch) as u64);
        if let Place::Changed { arena, copy } = &mut piece.place {
            let copy = &next.copies[*copy];
            let full = arena.start.saturating_add(self.room(arena.start, limits)?);
            piece.len = piece.len.min(copy.position_at(full) - next.position);
            piece.len -= copy.torn_at(next.position + piece.len);
            arena.end = copy.arena_at(next.position + piece.len);
            if arena.is_empty() {
                // Bytes between two rows, and no byte of either.
                piece.place = Place::Nowhere;
            }
        }
        (piece.len > 0).then_some(piece)
    }

    /// How many bytes of the arena the block may fill from `start`.
    fn room(&self, start: u64, limits: Limits) -> Option<u64> {
        if self.arena.is_empty() {
            return Some(limits.capacity);
        }
        let is_near = start - self.arena.end <= MAX_PADDING;
        let used = start - self.arena.start;
        (is_near && used < limits.capacity).then(|| limits.capacity - used)
    }

    fn push(&mut self, piece: Piece) {
        let filled = match &piece.place {
            Place::Arena(start) => *start..start + piece.len,
            Place::Changed { arena, .. } => arena.clone(),
            Place::Nowhere | Place::Unread => 0..0,
        };
        if !filled.is_empty() {
            let start = if self.arena.is_empty() { filled.start } else { self.arena.start };
            self.arena = start..filled.end;
        }
        if matches!(piece.place, Place::Changed { .. } | Place::Nowhere) {
            self.scratch += piece.len as usize;
        }
        self.pieces.push(piece);
    }
}

#[derive(Clone, Copy)]
struct Limits {
    capacity: u64,
    scratch: usize,
}

/// Walks through the pieces of a job.
struct Next<'a> {
    job: &'a Job,
    copies: &'a [Copy],
    /// The first copy that reaches beyond the position.
    copy: usize,
    position: u64,
    end: u64,
}

impl Next<'_> {
    fn piece(&self) -> Option<Piece> {
        if self.position == self.end {
            return None;
        }
        let (until, place) = match self.copies.get(self.copy) {
            None => (self.end, Place::Nowhere),
            Some(copy) if self.position < copy.offset => (copy.offset, Place::Nowhere),
            Some(copy) => self.piece_of(copy),
        };
        Some(Piece { len: until.min(self.end) - self.position, place })
    }

    /// How far the bytes at the position share their fate, and which it is.
    fn piece_of(&self, copy: &Copy) -> (u64, Place) {
        let into = self.position - copy.offset;
        let row_start = self.position - into % copy.stride;
        let row_end = row_start + copy.row;
        let next_row = (row_start + copy.stride).min(copy.end());
        let start = copy.arena_at(self.position);
        let skips = self.job.skips_gaps(copy);
        let changed = Place::Changed { arena: start..start, copy: self.copy };
        match () {
            () if skips && self.position >= row_end => (next_row, Place::Unread),
            () if skips && copy.cast.is_some() => (row_end, changed),
            () if copy.cast.is_some() || copy.row < MIN_ROW.min(copy.stride) && !skips => (copy.end(), changed),
            () if self.position < row_end => (row_end, Place::Arena(start)),
            () => (next_row, Place::Nowhere),
        }
    }

    fn pass(&mut self, len: u64) {
        self.position += len;
        while self.copies.get(self.copy).is_some_and(|copy| copy.end() <= self.position) {
            self.copy += 1;
        }
    }
}
