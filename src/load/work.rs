//! The work on one extent: read a block, hash it, place it; then the next block.

use std::io::IoSliceMut;
use std::ops::Range;

use super::block::{Block, Fate, PIECES, Piece};
use super::checks::HashRange;
use super::extents::Extent;
use super::layout::Transfer;
use super::plan::Plan;
use super::reader::Reader;
use super::window::Window;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Error, Kind, Result};
use crate::host::{Costs, Stage};
use crate::memory;
use crate::storage::{Buffer, Source};

/// What memory is asked for.
const DIGESTS: &str = "the digests";

/// How many ranges may reach from one block into the next: hashers of 8 MB. Tensors that share bytes are a handful.
const MOST_HASHERS: usize = 4_096;

/// An extent in progress.
pub(super) struct Work {
    extent: usize,
    position: u64,
    next_hash: usize,
    hashing: Vec<(HashRange, Hasher)>,
    /// The ranges that are hashed to their ends, and their digests.
    pub(super) digests: Vec<(HashRange, Digest)>,
}

impl Work {
    pub(super) fn new(plan: &Plan, extent: usize) -> Result<Self> {
        let Extent { start, hashes, .. } = &plan.extents[extent];
        Ok(Self {
            extent,
            position: *start,
            next_hash: hashes.start,
            hashing: Vec::new(),
            digests: memory::list(hashes.len(), DIGESTS)?,
        })
    }

    pub(super) fn extent<'a>(&self, plan: &'a Plan) -> &'a Extent {
        &plan.extents[self.extent]
    }

    pub(super) fn is_done(&self, plan: &Plan) -> bool {
        self.position == self.extent(plan).end
    }

    /// Does one block; returns how many bytes it read. `scratch` holds the bytes that have no place, or not as they are.
    pub(super) fn advance(
        &mut self,
        plan: &Plan,
        window: &mut dyn Window,
        reader: &mut Reader,
        scratch: &mut Scratch,
        costs: &mut Costs,
    ) -> Result<u64> {
        let source = &plan.files[self.extent(plan).file].source;
        let pieces = std::mem::take(&mut scratch.pieces);
        let block = Block::next(plan, self.extent(plan), self.position, window.capacity(), pieces)?;
        let read = block.read_bytes();
        // Bytes that go nowhere are hashed where they are. Contents that are built are built now, which reads their file.
        let in_memory = match block.arena.is_empty() {
            true => costs.measure(Stage::Read, 0, || source.memory())?,
            false => None,
        };
        match in_memory {
            Some(memory) => {
                let start = self.position as usize;
                self.hash(plan, self.position, &memory[start..start + block.len() as usize], costs)?;
            }
            None => {
                let (bytes, slices) = scratch.of(&block, plan)?;
                let place: &mut [u8] =
                    if block.arena.is_empty() { &mut [] } else { window.open(block.arena.clone())? };
                let range = (self.position, self.extent(plan).end);
                let mut buffers = buffers(&block, place, bytes, std::mem::take(slices))?;
                costs.measure(Stage::Read, read, || read_block(plan, source, &block, range, reader, &mut buffers))?;
                *slices = emptied(buffers);
                self.hash_block(plan, &block, place, bytes, costs)?;
                place_changed(&plan.layout.transfers, &block, self.position, place, bytes, costs);
            }
        }
        self.position += block.len();
        scratch.keep(block);
        Ok(read)
    }

    /// Hashes a block where it was read to.
    fn hash_block(
        &mut self,
        plan: &Plan,
        block: &Block,
        place: &[u8],
        mut scratch: &[u8],
        costs: &mut Costs,
    ) -> Result<()> {
        if self.hashing.is_empty() && self.next_hash == self.extent(plan).hashes.end {
            return Ok(());
        }
        let mut position = self.position;
        for Piece { len, fate } in &block.pieces {
            let bytes = match fate {
                Fate::Arena(at) => &place[(at - block.arena.start) as usize..][..*len as usize],
                Fate::Changed { .. } | Fate::Nowhere => {
                    let (head, rest) = scratch.split_at(*len as usize);
                    scratch = rest;
                    head
                }
                Fate::Unread => &[],
            };
            self.hash(plan, position, bytes, costs)?;
            position += len;
        }
        Ok(())
    }

    /// Feeds bytes of the file at `start` to the hash of every range that they lie in.
    fn hash(&mut self, plan: &Plan, start: u64, bytes: &[u8], costs: &mut Costs) -> Result<()> {
        let end = start + bytes.len() as u64;
        let mut feed = |range: &HashRange, hasher: &mut Hasher| {
            let from = range.start.max(start) - start;
            let to = range.end.min(end) - start;
            let stage = Stage::Hash(plan.checks.list[range.check as usize].algorithm);
            costs.measure(stage, to - from, || hasher.update(&bytes[from as usize..to as usize]));
        };
        self.hashing.iter_mut().for_each(|(range, hasher)| feed(range, hasher));
        for (range, hasher) in self.hashing.extract_if(.., |(range, _)| range.end <= end) {
            memory::push(&mut self.digests, (range, hasher.finish()), DIGESTS)?;
        }
        let last = self.extent(plan).hashes.end;
        while let Some(range) = plan.checks.ranges[..last].get(self.next_hash).filter(|next| next.start < end) {
            memory::check()?;
            // One after the other: a block may hold thousands of ranges, and a hasher takes two kilobytes.
            let mut hasher = hasher_of(plan, range);
            feed(range, &mut hasher);
            match range.end <= end {
                true => memory::push(&mut self.digests, (*range, hasher.finish()), DIGESTS)?,
                false => self.keep(plan, *range, hasher)?,
            }
            self.next_hash += 1;
        }
        Ok(())
    }

    /// Keeps a hasher for the next block.
    fn keep(&mut self, plan: &Plan, range: HashRange, hasher: Hasher) -> Result<()> {
        if self.hashing.len() == MOST_HASHERS {
            let message = format!(
                "more than {MOST_HASHERS} tensors or ranges with digests overlap here: expected a manifest of whole files, such as SHA256SUMS"
            );
            let path = plan.files[self.extent(plan).file].source.path();
            return Err(Error::new(Kind::Limit, message).with_path(path).with_offset(range.start));
        }
        memory::push(&mut self.hashing, (range, hasher), DIGESTS)
    }
}

/// Memory that a worker uses again for each block.
#[derive(Default)]
pub(super) struct Scratch {
    /// For bytes that have no place, or not as they are; taken when it is first needed.
    buffer: Option<Buffer>,
    pieces: Vec<Piece>,
    slices: Vec<IoSliceMut<'static>>,
}

impl Scratch {
    /// Bytes for a block, as many as it may need, and an empty list of slices.
    fn of(&mut self, block: &Block, plan: &Plan) -> Result<(&mut [u8], &mut Vec<IoSliceMut<'static>>)> {
        let bytes: &mut [u8] = match &mut self.buffer {
            _ if block.scratch == 0 => &mut [],
            Some(buffer) => buffer,
            none => {
                none.insert(Buffer::new(plan.staging.block as u64, "the buffer of a worker", &plan.payload.context)?)
            }
        };
        Ok((bytes, &mut self.slices))
    }

    /// Takes back what a block has used.
    fn keep(&mut self, block: Block) {
        self.pieces = block.pieces;
        self.pieces.clear();
    }
}

/// The same list without slices, for slices of any lifetime: its memory stays.
fn emptied<'a>(mut slices: Vec<IoSliceMut<'_>>) -> Vec<IoSliceMut<'a>> {
    slices.clear();
    // Nothing is converted; std makes the new list in the memory of the old one.
    slices.into_iter().map_while(|_| None).collect()
}

/// Reads a block into its buffers.
fn read_block(
    plan: &Plan,
    source: &Source,
    block: &Block,
    (mut at, end): (u64, u64),
    reader: &mut Reader,
    buffers: &mut [IoSliceMut<'_>],
) -> Result<()> {
    let mut done = 0;
    for run in block.pieces.chunk_by(|a, b| a.is_read() && b.is_read()) {
        let buffers = &mut buffers[done..done + run.len()];
        if run[0].is_read() {
            reader.read(plan, source, (at, end), buffers)?;
        }
        at += run.iter().map(|piece| piece.len).sum::<u64>();
        done += run.len();
    }
    Ok(())
}

/// The buffer of each piece, in the order of the file: what has a place as it is goes there at once, the rest into the scratch
/// memory. Padding between places becomes zeros.
fn buffers<'a>(
    block: &Block,
    mut place: &'a mut [u8],
    mut scratch: &'a mut [u8],
    slices: Vec<IoSliceMut<'static>>,
) -> Result<Vec<IoSliceMut<'a>>> {
    let mut at = block.arena.start;
    let mut buffers = emptied(slices);
    memory::reserve(&mut buffers, block.pieces.len(), PIECES)?;
    for Piece { len, fate } in &block.pieces {
        let buffer: &mut [u8] = match fate {
            Fate::Unread => &mut [],
            Fate::Nowhere => take(&mut scratch, *len),
            Fate::Changed { arena, .. } => {
                take(&mut place, arena.start - at).fill(0);
                take(&mut place, arena.end - arena.start);
                at = arena.end;
                take(&mut scratch, *len)
            }
            Fate::Arena(start) => {
                take(&mut place, start - at).fill(0);
                at = start + len;
                take(&mut place, *len)
            }
        };
        buffers.push(IoSliceMut::new(buffer));
    }
    Ok(buffers)
}

/// Splits the first bytes off.
fn take<'a>(rest: &mut &'a mut [u8], len: u64) -> &'a mut [u8] {
    let (head, tail) = std::mem::take(rest).split_at_mut(len as usize);
    *rest = tail;
    head
}

/// Places what was read into the scratch memory: rows are joined and elements changed.
fn place_changed(
    transfers: &[Transfer],
    block: &Block,
    mut position: u64,
    place: &mut [u8],
    mut scratch: &mut [u8],
    costs: &mut Costs,
) {
    for Piece { len, fate } in &block.pieces {
        match fate {
            Fate::Unread | Fate::Arena(_) => {}
            Fate::Nowhere => _ = take(&mut scratch, *len),
            Fate::Changed { arena, transfer } => {
                let bytes = take(&mut scratch, *len);
                let Range { start, end } = *arena;
                let place = &mut place[(start - block.arena.start) as usize..(end - block.arena.start) as usize];
                costs.measure(Stage::Convert, *len, || change(&transfers[*transfer], position, bytes, place));
            }
        }
        position += len;
    }
}

/// Writes the rows among bytes of the file at `position` one after the other, changed.
fn change(transfer: &Transfer, position: u64, bytes: &mut [u8], mut place: &mut [u8]) {
    let end = position + bytes.len() as u64;
    let mut row_start = position - (position - transfer.offset) % transfer.stride;
    while row_start < end {
        let (from, to) = (row_start.max(position), (row_start + transfer.row).min(end));
        if from < to {
            let row = &mut bytes[(from - position) as usize..(to - position) as usize];
            let placed = transfer.arena_at(to) - transfer.arena_at(from);
            let target = take(&mut place, placed);
            match transfer.change {
                Some(change) => change.apply(row, target),
                None => target.copy_from_slice(row),
            }
        }
        row_start += transfer.stride;
    }
}

fn hasher_of(plan: &Plan, range: &HashRange) -> Hasher {
    let check = &plan.checks.list[range.check as usize];
    match check.algorithm {
        Algorithm::Blake3 => Hasher::block(u64::from(range.block), check.len),
        algorithm => Hasher::whole(algorithm, check.len),
    }
}
