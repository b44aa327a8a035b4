//! How a worker reads files: block by block through the page cache, or in large chunks: past it, or as the host
//! prefers.

use std::io::IoSliceMut;
use std::sync::OnceLock;

use super::extents::Extent;
use super::options::Reads;
use super::plan::Plan;
use crate::error::Result;
use crate::storage::{Chunked, Slot, Source};

/// How the files of a pass are read: decided once for each, before its first byte is read.
pub(super) struct ReadModes(Vec<OnceLock<bool>>);

/// The share of a file in the page cache below which most reads would wait for the disk either way.
const PRESENT: f64 = 0.5;

/// Smaller files are not worth the question.
const MIN_DIRECT: u64 = 16 << 20;

impl ReadModes {
    pub(super) fn new(plan: &Plan) -> Self {
        Self(plan.files.iter().map(|_| OnceLock::new()).collect())
    }

    fn is_chunked(&self, plan: &Plan, file: usize) -> bool {
        let source = &plan.files[file].source;
        match plan.reads {
            // Nothing is set aside for large reads where there shall be none.
            _ if plan.staging.chunk == 0 => false,
            _ if source.preferred_read() > 0 => true,
            Reads::Buffered => false,
            Reads::Direct => true,
            _ if source.len() < MIN_DIRECT => false,
            _ => self.is_cold(plan, file),
        }
    }

    /// Whether most of a file is not in the page cache.
    fn is_cold(&self, plan: &Plan, file: usize) -> bool {
        *self.0[file].get_or_init(|| plan.files[file].source.residency() < PRESENT)
    }

    /// Whether reads of an extent through the page cache are likely to wait for the disk.
    pub(super) fn waits_for_disk(&self, plan: &Plan, extent: &Extent) -> bool {
        let skips = plan.layout.transfers[extent.transfers.clone()].iter().any(|one| extent.skips_gaps(one));
        !skips && !self.is_chunked(plan, extent.file) && self.is_cold(plan, extent.file)
    }
}

/// The way of one worker into the file of its extent.
#[derive(Default)]
pub(super) struct Reader {
    /// The index of a file, and the way for large reads into it, if there is one.
    chunked: Option<(usize, Option<Box<dyn Chunked>>)>,
    chunk: Option<Chunk>,
}

/// What was read at once where small reads are slow.
struct Chunk {
    memory: Slot,
    /// The bytes of the file that are there, and where in the memory they begin.
    start: u64,
    len: usize,
    skew: usize,
}

impl Reader {
    /// Turns to the file of an extent.
    pub(super) fn begin(&mut self, plan: &Plan, extent: &Extent, modes: &ReadModes) {
        let skips = plan.layout.transfers[extent.transfers.clone()].iter().any(|one| extent.skips_gaps(one));
        // Between scattered rows, large reads would bring what nobody wants.
        if skips || !modes.is_chunked(plan, extent.file) {
            self.chunked = None;
        } else if self.chunked.as_ref().is_none_or(|(file, _)| *file != extent.file) {
            self.chunked = Some((extent.file, plan.files[extent.file].source.chunked()));
        }
        if let Some(chunk) = &mut self.chunk {
            chunk.len = 0;
        }
    }

    /// Fills buffers, one after the other, with the bytes of the file from `offset`. Bytes from there to `end` will be asked
    /// for next.
    pub(super) fn read(
        &mut self,
        plan: &Plan,
        source: &Source,
        (offset, end): (u64, u64),
        buffers: &mut [IoSliceMut<'_>],
    ) -> Result<()> {
        let Some((_, Some(chunked))) = &self.chunked else { return source.read_scattered(offset, buffers) };
        let mut at = offset;
        for buffer in buffers {
            let mut rest = &mut buffer[..];
            while !rest.is_empty() {
                let bytes = Chunk::at(&mut self.chunk, &**chunked, (at, end), plan.staging.chunk)?;
                let count = bytes.len().min(rest.len());
                let (head, tail) = rest.split_at_mut(count);
                head.copy_from_slice(&bytes[..count]);
                at += count as u64;
                rest = tail;
            }
        }
        Ok(())
    }
}

impl Chunk {
    /// Bytes of the file at `offset`, at least one: those at hand, or else the next chunk, which ends at `end` at the latest.
    fn at<'a>(
        chunk: &'a mut Option<Self>,
        chunked: &dyn Chunked,
        (offset, end): (u64, u64),
        size: usize,
    ) -> Result<&'a [u8]> {
        let chunk = match chunk {
            Some(chunk) => chunk,
            none => none.insert(Self { memory: chunked.buffer(size)?, start: 0, len: 0, skew: 0 }),
        };
        if !(chunk.start..chunk.start + chunk.len as u64).contains(&offset) {
            let len = (end - offset).min(size.min(chunked.best_size()) as u64) as usize;
            chunk.len = 0;
            let base = chunk.memory.as_ptr() as usize;
            chunk.skew = chunked.read(offset, len, &mut chunk.memory)?.as_ptr() as usize - base;
            (chunk.start, chunk.len) = (offset, len);
        }
        let into = (offset - chunk.start) as usize;
        Ok(&chunk.memory[chunk.skew + into..chunk.skew + chunk.len])
    }
}
