//! The next bytes that an extent reads at once, and where each of them goes.

use std::ops::Range;

use super::extents::Extent;
use super::layout::Transfer;
use super::places::Places;
use super::plan::Plan;
use super::staging::MAX_PADDING;
use crate::error::{Error, Kind, Result};
use crate::memory;

/// The most buffers of one read; the kernel takes 1,024 (`IOV_MAX`).
const MAX_PIECES: usize = 512;

/// What memory is asked for.
pub(super) const PIECES: &str = "the parts of a block";

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
    pub(super) fate: Fate,
}

/// What becomes of bytes that are read.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    /// They go here in the arena as they are.
    Arena(u64),
    /// They are read into scratch memory; from them, `transfer` makes what goes here.
    Changed { arena: Range<u64>, transfer: usize },
    /// They are only hashed, or it is cheaper to read them than to leave them out.
    Nowhere,
    /// They are not read.
    Unread,
}

impl Piece {
    pub(super) fn is_read(&self) -> bool {
        !matches!(self.fate, Fate::Unread)
    }
}

impl Block {
    pub(super) fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len).sum()
    }

    pub(super) fn read_bytes(&self) -> u64 {
        self.pieces.iter().filter(|piece| piece.is_read()).map(|piece| piece.len).sum()
    }

    /// The block of an extent at a position, which fills at most `capacity` bytes of the arena. `pieces` is an empty list, whose
    /// memory is used again.
    pub(super) fn next(plan: &Plan, extent: &Extent, position: u64, capacity: u64, pieces: Vec<Piece>) -> Result<Self> {
        let most = if extent.hashes.is_empty() { plan.staging.unhashed_block } else { plan.staging.block as u64 };
        let end = (position + most).min(extent.end);
        let transfers = &plan.layout.transfers[..extent.transfers.end];
        let behind = transfers[extent.transfers.clone()].partition_point(|one| one.end() <= position);
        let mut next = Next { extent, transfers, transfer: extent.transfers.start + behind, position, end };
        let mut block = Self { pieces, ..Self::default() };
        // One for each transfer, and one for what lies before it.
        let expected = 2 * (extent.transfers.len() - behind) + 1;
        memory::reserve(&mut block.pieces, expected.min(MAX_PIECES), PIECES)?;
        let room = Room { capacity, scratch: plan.staging.block, places: &plan.places };
        while let Some(piece) = next.piece() {
            let wanted = piece.len;
            let Some(piece) = block.fit(piece, &next, room) else { break };
            let is_cut = piece.len < wanted;
            next.pass(piece.len);
            block.push(piece)?;
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
    fn fit(&self, mut piece: Piece, next: &Next<'_>, room: Room<'_>) -> Option<Piece> {
        let (Fate::Nowhere | Fate::Changed { .. }) = &piece.fate else {
            return match piece.fate {
                Fate::Arena(start) => {
                    piece.len = piece.len.min(self.room_from(start, room)?);
                    (piece.len > 0).then_some(piece)
                }
                _ => Some(piece),
            };
        };
        piece.len = piece.len.min((room.scratch - self.scratch) as u64);
        if let Fate::Changed { arena, transfer } = &mut piece.fate {
            let transfer = &next.transfers[*transfer];
            let full = arena.start.saturating_add(self.room_from(arena.start, room)?);
            piece.len = piece.len.min(transfer.position_at(full) - next.position);
            piece.len -= transfer.torn_at(next.position + piece.len);
            arena.end = transfer.arena_at(next.position + piece.len);
            if arena.is_empty() {
                // Bytes between two rows, and no byte of either.
                piece.fate = Fate::Nowhere;
            }
        }
        (piece.len > 0).then_some(piece)
    }

    /// How many bytes of the arena the block may fill from `start`.
    fn room_from(&self, start: u64, room: Room<'_>) -> Option<u64> {
        let first = if self.arena.is_empty() { start } else { self.arena.start };
        let capacity = room.capacity.min(room.places.end_of_memory(first) - first);
        if self.arena.is_empty() {
            return Some(capacity);
        }
        let is_near = start - self.arena.end <= MAX_PADDING;
        let used = start - first;
        (is_near && used < capacity).then(|| capacity - used)
    }

    fn push(&mut self, piece: Piece) -> Result<()> {
        let filled = match &piece.fate {
            Fate::Arena(start) => *start..start + piece.len,
            Fate::Changed { arena, .. } => arena.clone(),
            Fate::Nowhere | Fate::Unread => 0..0,
        };
        if !filled.is_empty() {
            let start = if self.arena.is_empty() { filled.start } else { self.arena.start };
            self.arena = start..filled.end;
        }
        if matches!(piece.fate, Fate::Changed { .. } | Fate::Nowhere) {
            self.scratch += piece.len as usize;
        }
        memory::push(&mut self.pieces, piece, PIECES)
    }
}

/// What a block may take.
#[derive(Clone, Copy)]
struct Room<'a> {
    capacity: u64,
    scratch: usize,
    /// A block lies in one piece of memory.
    places: &'a Places,
}

/// Walks through the pieces of an extent.
struct Next<'a> {
    extent: &'a Extent,
    transfers: &'a [Transfer],
    /// The first transfer that reaches beyond the position.
    transfer: usize,
    position: u64,
    end: u64,
}

impl Next<'_> {
    fn piece(&self) -> Option<Piece> {
        if self.position == self.end {
            return None;
        }
        let (until, fate) = match self.transfers.get(self.transfer) {
            None => (self.end, Fate::Nowhere),
            Some(transfer) if self.position < transfer.offset => (transfer.offset, Fate::Nowhere),
            Some(transfer) => self.piece_of(transfer),
        };
        Some(Piece { len: until.min(self.end) - self.position, fate })
    }

    /// How far the bytes at the position share their fate, and which it is.
    fn piece_of(&self, transfer: &Transfer) -> (u64, Fate) {
        let into = self.position - transfer.offset;
        let row_start = self.position - into % transfer.stride;
        let row_end = row_start + transfer.row;
        let next_row = (row_start + transfer.stride).min(transfer.end());
        let start = transfer.arena_at(self.position);
        let skips = self.extent.skips_gaps(transfer);
        let is_changed = transfer.change.is_some();
        let changed = Fate::Changed { arena: start..start, transfer: self.transfer };
        match () {
            () if skips && self.position >= row_end => (next_row, Fate::Unread),
            () if skips && is_changed => (row_end, changed),
            () if is_changed || transfer.row < MIN_ROW.min(transfer.stride) && !skips => (transfer.end(), changed),
            () if self.position < row_end => (row_end, Fate::Arena(start)),
            () => (next_row, Fate::Nowhere),
        }
    }

    fn pass(&mut self, len: u64) {
        self.position += len;
        while self.transfers.get(self.transfer).is_some_and(|one| one.end() <= self.position) {
            self.transfer += 1;
        }
    }
}
