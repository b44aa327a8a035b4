//! The work on one job: read a block, place it, hash it; then the next block.

use std::io::IoSliceMut;

use super::checks::Stream;
use super::jobs::{Copy, Job};
use super::plan::Plan;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::Result;
use crate::storage::Slot;

/// The most buffers of one read; the kernel takes 1,024 (`IOV_MAX`).
const MAX_PIECES: usize = 512;

/// Bytes of one read where nothing has to stay in the cache to be hashed: large reads are the fastest.
const UNHASHED_BLOCK: u64 = 4 << 20;

/// A job in progress. It holds the only access to its part of the arena.
pub(super) struct Work {
    job: usize,
    position: u64,
    /// The first copy that reaches beyond the position.
    copy: usize,
    slot: Option<Slot>,
    /// Where the slot begins in the arena.
    slot_start: u64,
    next_stream: usize,
    hashing: Vec<(Stream, Hasher)>,
    /// Finished streams and their digests.
    pub(super) digests: Vec<(Stream, Digest)>,
}

/// A part of a block: bytes of a tensor, or bytes that only pass by.
#[derive(Clone, Copy)]
struct Piece {
    len: usize,
    /// Where the bytes go in the arena.
    arena: Option<u64>,
}

impl Work {
    pub(super) fn new(plan: &Plan, job: usize, slot: Option<Slot>) -> Self {
        let Job { start, copies, streams, .. } = &plan.jobs[job];
        Self {
            job,
            position: *start,
            copy: copies.start,
            slot,
            slot_start: arena_range(plan, &plan.jobs[job]).map_or(0, |range| range.start),
            next_stream: streams.start,
            hashing: Vec::new(),
            digests: Vec::with_capacity(streams.len()),
        }
    }

    pub(super) fn job<'a>(&self, plan: &'a Plan) -> &'a Job {
        &plan.jobs[self.job]
    }

    pub(super) fn is_done(&self, plan: &Plan) -> bool {
        self.position == self.job(plan).end
    }

    /// Does one block; returns its bytes. `scratch` holds `plan.block` bytes.
    pub(super) fn advance(&mut self, plan: &Plan, scratch: &mut Vec<u8>) -> Result<u64> {
        let source = &plan.files[self.job(plan).file].source;
        let pieces = self.pieces(plan);
        let len: usize = pieces.iter().map(|piece| piece.len).sum();
        if let Some(memory) = source.memory()? {
            let start = self.position as usize;
            self.place(&pieces, &memory[start..start + len]);
            self.hash(plan, self.position, &memory[start..start + len]);
        } else {
            // Only the bytes that no tensor takes need the scratch memory.
            let passing = pieces.iter().filter(|piece| piece.arena.is_none()).map(|piece| piece.len).sum();
            if scratch.len() < passing {
                scratch.resize(plan.block, 0);
            }
            source.read_scattered(self.position, &mut self.buffers(&pieces, scratch))?;
            self.hash_pieces(plan, &pieces, scratch);
        }
        self.position += len as u64;
        Ok(len as u64)
    }

    /// What the next block is made of.
    fn pieces(&mut self, plan: &Plan) -> Vec<Piece> {
        let job = self.job(plan);
        let block = if job.streams.is_empty() { UNHASHED_BLOCK } else { plan.block as u64 };
        let end = (self.position + block).min(job.end);
        let mut pieces = Vec::new();
        let mut passing = 0;
        let mut at = self.position;
        while at < end && pieces.len() < MAX_PIECES && passing < plan.block {
            let copy = plan.copies[..job.copies.end].get(self.copy);
            let (until, arena) = match copy {
                Some(Copy { offset, len, arena, .. }) if *offset <= at => (offset + len, Some(arena + (at - offset))),
                Some(Copy { offset, .. }) => (*offset, None),
                None => (end, None),
            };
            let mut len = (until.min(end) - at) as usize;
            if arena.is_none() {
                len = len.min(plan.block - passing);
                passing += len;
            }
            pieces.push(Piece { len, arena });
            at += len as u64;
            if arena.is_some() && at == until {
                self.copy += 1;
            }
        }
        pieces
    }

    /// The buffers that a read of these pieces fills, in the order of the file.
    fn buffers<'a>(&'a mut self, pieces: &[Piece], mut scratch: &'a mut [u8]) -> Vec<IoSliceMut<'a>> {
        let mut arena = self.slot.as_deref_mut().unwrap_or_default();
        let mut arena_at = self.slot_start;
        let mut buffers = Vec::with_capacity(pieces.len());
        for Piece { len, arena: place } in pieces {
            let buffer = match place {
                Some(place) => {
                    let (_, from_place) = std::mem::take(&mut arena).split_at_mut((place - arena_at) as usize);
                    let (buffer, rest) = from_place.split_at_mut(*len);
                    (arena, arena_at) = (rest, place + *len as u64);
                    buffer
                }
                None => {
                    let (buffer, rest) = std::mem::take(&mut scratch).split_at_mut(*len);
                    scratch = rest;
                    buffer
                }
            };
            buffers.push(IoSliceMut::new(buffer));
        }
        buffers
    }

    /// Copies the bytes of a block from memory to their places.
    fn place(&mut self, pieces: &[Piece], mut bytes: &[u8]) {
        for Piece { len, arena } in pieces {
            let (head, rest) = bytes.split_at(*len);
            if let (Some(place), Some(slot)) = (arena, self.slot.as_deref_mut()) {
                slot[(place - self.slot_start) as usize..][..*len].copy_from_slice(head);
            }
            bytes = rest;
        }
    }

    /// Hashes a block where it was read to.
    fn hash_pieces(&mut self, plan: &Plan, pieces: &[Piece], mut scratch: &[u8]) {
        let slot = self.slot.take();
        let mut position = self.position;
        for Piece { len, arena } in pieces {
            let bytes = match (arena, &slot) {
                (Some(place), Some(slot)) => &slot[(place - self.slot_start) as usize..][..*len],
                _ => {
                    let (head, rest) = scratch.split_at(*len);
                    scratch = rest;
                    head
                }
            };
            self.hash(plan, position, bytes);
            position += *len as u64;
        }
        self.slot = slot;
    }

    /// Feeds bytes of the file at `start` to every stream that wants them.
    fn hash(&mut self, plan: &Plan, start: u64, bytes: &[u8]) {
        let end = start + bytes.len() as u64;
        let last = self.job(plan).streams.end;
        while let Some(stream) = plan.checks.streams[..last].get(self.next_stream).filter(|next| next.start < end) {
            self.hashing.push((*stream, hasher_of(plan, stream)));
            self.next_stream += 1;
        }
        for (stream, hasher) in &mut self.hashing {
            let from = stream.start.max(start) - start;
            let to = stream.end.min(end) - start;
            hasher.update(&bytes[from as usize..to as usize]);
        }
        for (stream, hasher) in self.hashing.extract_if(.., |(stream, _)| stream.end <= end) {
            self.digests.push((stream, hasher.finish()));
        }
    }
}

fn hasher_of(plan: &Plan, stream: &Stream) -> Hasher {
    let check = &plan.checks.list[stream.check as usize];
    match check.algorithm {
        Algorithm::Blake3 => Hasher::block(u64::from(stream.block), check.len),
        algorithm => Hasher::whole(algorithm),
    }
}

/// The part of the arena that a job fills: disjoint from that of every other job, since copies follow each other
/// in the arena as they do in the file.
pub(super) fn arena_range(plan: &Plan, job: &Job) -> Option<std::ops::Range<u64>> {
    let copies = &plan.copies[job.copies.clone()];
    let (first, last) = (copies.first()?, copies.last()?);
    let start = first.arena + job.start.saturating_sub(first.offset);
    let end = last.arena + job.end.min(last.offset + last.len) - last.offset;
    Some(start..end)
}
