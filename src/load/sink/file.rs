//! One arena in a new file: what writers are made of.
//!
//! The file stands for one device: the routing of the plan says which range of the layout goes where in it. Scattered
//! elements go to a file without a name first, and are moved from there.

use std::fs::File as Handle;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::super::moves::Move;
use super::super::options::FileOptions;
use super::super::placement::Memory;
use super::super::plan::Plan;
use super::super::routing::{At, Routing};
use super::super::window::Window;
use super::{Mover, Sink};
use crate::error::{Error, Kind, Result};
use crate::host::Context;
use crate::memory;
use crate::storage::{Buffer, Draft, map_scratch, scratch_beside, write_scratch};

pub(in crate::load) struct File {
    output: Arc<Output>,
    /// Bytes of the buffer of each worker.
    buffer: usize,
    context: Context,
}

/// What the windows of all workers write to.
struct Output {
    draft: Draft,
    /// For scattered elements, if there are any.
    scratch: Option<Handle>,
    routing: Arc<Routing>,
    /// Bytes of the file before the arena.
    start: u64,
}

impl File {
    pub(in crate::load) fn create(plan: &Plan) -> Result<Self> {
        let routing = plan.routing.clone();
        let routing = routing.ok_or_else(|| Error::new(Kind::Internal, "the plan of a file has no routing"))?;
        let FileOptions { path, header, .. } = &plan.file;
        let draft = Draft::create(path)?;
        draft.write_at(header, 0)?;
        let scratch = (routing.transient_bytes() > 0).then(|| scratch_beside(path)).transpose()?;
        let start = (header.len() as u64).next_multiple_of(plan.alignment);
        let output = Arc::new(Output { draft, scratch, routing, start });
        Ok(Self { output, buffer: plan.staging.slot, context: plan.payload.context.clone() })
    }
}

impl Output {
    /// Writes bytes that stand for a range of the layout.
    fn write(&self, range: Range<u64>, bytes: &[u8]) -> Result<()> {
        for run in self.routing.runs_in(range.clone()) {
            let (start, end) = (run.start.max(range.start), run.end.min(range.end));
            let part = &bytes[(start - range.start) as usize..(end - range.start) as usize];
            let into = start - run.start;
            match (run.at, &self.scratch) {
                (At::Arena(offset), _) => self.draft.write_at(part, self.start + offset + into)?,
                (At::Scratch(offset), Some(scratch)) => write_scratch(scratch, part, offset + into)?,
                _ => return Err(Error::new(Kind::Internal, "a file has a place outside itself")),
            }
        }
        Ok(())
    }
}

impl Sink for File {
    fn window(&mut self) -> Result<Box<dyn Window>> {
        let (output, context) = (Arc::clone(&self.output), self.context.clone());
        Ok(Box::new(Buffered { output, buffer: None, len: self.buffer as u64, filled: 0..0, context }))
    }

    fn mover(&mut self, _: &Plan) -> Result<Arc<dyn Mover>> {
        let scratch = self.output.scratch.as_ref();
        let scratch = scratch.ok_or_else(|| Error::new(Kind::Internal, "there is nothing to move to the file"))?;
        let source = map_scratch(scratch)?;
        Ok(Arc::new(FileMover { source, output: Arc::clone(&self.output) }))
    }

    fn finish(self: Box<Self>, plan: &Plan) -> Result<Memory> {
        let output = Arc::into_inner(self.output);
        let Output { draft, routing, start, .. } =
            output.ok_or_else(|| Error::new(Kind::Internal, "the file is still being written"))?;
        draft.set_len(start + routing.bytes())?;
        if plan.file.replaces {
            draft.commit()?
        } else {
            draft.commit_new()?
        }
        let offsets =
            (0..plan.selection.len()).map(|selected| match routing.placed(selected).map(|placed| placed.at) {
                Some(At::Arena(offset)) => start + offset,
                _ => 0,
            });
        memory::collect(offsets, "the places of the tensors").map(Memory::File)
    }
}

/// A buffer that is written to the file when it has to make room.
struct Buffered {
    output: Arc<Output>,
    /// Made when it is first needed.
    buffer: Option<Buffer>,
    /// Its bytes.
    len: u64,
    /// The range of the layout that it holds.
    filled: Range<u64>,
    context: Context,
}

impl Buffered {
    fn write(&mut self) -> Result<()> {
        let (filled, Some(buffer)) = (std::mem::take(&mut self.filled), &self.buffer) else { return Ok(()) };
        self.output.write(filled.clone(), &buffer[..(filled.end - filled.start) as usize])
    }
}

impl Window for Buffered {
    fn capacity(&self) -> u64 {
        self.len
    }

    fn open(&mut self, range: Range<u64>) -> Result<&mut [u8]> {
        self.write()?;
        let len = (range.end - range.start) as usize;
        self.filled = range;
        let buffer = match &mut self.buffer {
            Some(buffer) => buffer,
            none => none.insert(Buffer::new(self.len, "the buffer of a worker", &self.context)?),
        };
        buffer.get_mut(..len).ok_or_else(|| Error::new(Kind::Internal, "a block is larger than its window"))
    }

    fn close(&mut self) -> Result<()> {
        self.write()
    }
}

/// Reads scattered elements through a map of the file that only this task can reach.
struct FileMover {
    source: Bytes,
    output: Arc<Output>,
}

impl Mover for FileMover {
    fn run(&self, plan: &Plan, slab: usize) -> Result<()> {
        let slab = plan.slabs[slab];
        let one: &Move = &plan.layout.moves[slab.index];
        let moved = &self.output.routing.moved;
        let on = moved.binary_search_by_key(&slab.index, |on| on.index);
        let Some(At::Arena(offset)) = on.ok().map(|on| moved[on].at) else {
            return Err(Error::new(Kind::Internal, "a tensor is moved to no place in the file"));
        };
        let range = one.destination(slab);
        let mut place = Buffer::new(range.end - range.start, "a part of a tensor", &plan.payload.context)?;
        one.fill_from(slab, &mut place, |from| {
            let at = self.output.routing.scratch_at(0, from);
            at.and_then(|at| self.source.get(usize::try_from(at).ok()?..)).unwrap_or_default()
        });
        self.output.draft.write_at(&place, self.output.start + offset + (range.start - one.to))
    }
}
