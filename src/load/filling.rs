//! The memory of a target while a pass fills it.

#[cfg(feature = "cuda")]
use std::sync::Arc;

#[cfg(feature = "cuda")]
use super::cuda::{Lane, Upload};
use super::options::Target;
use super::placement::Memory;
use super::plan::Plan;
use super::window::{Nowhere, OnHost, Window};
use crate::error::{Error, Kind, Result};
use crate::storage::Arena;

/// What a pass fills.
pub(super) enum Filling {
    /// Nothing: the bytes are only checked, or stay where they are.
    Nothing,
    /// An arena, and the part of it that each job fills.
    Host(Arena, Vec<Option<OnHost>>),
    /// Memory of devices.
    #[cfg(feature = "cuda")]
    Cuda(Arc<Upload>),
}

impl Filling {
    /// Takes the memory that a plan needs.
    pub(super) fn prepare(plan: &Plan) -> Result<Self> {
        match plan.target {
            Target::None | Target::View => Ok(Self::Nothing),
            Target::Host => prepare_host(plan),
            #[cfg(feature = "cuda")]
            Target::Cuda => Ok(Self::Cuda(Arc::new(Upload::start(plan)?))),
            #[cfg(not(feature = "cuda"))]
            Target::Cuda => Err(Error::new(Kind::Internal, "a plan has a target that this build has not")),
        }
    }

    /// What a worker fills in its next job, given what it had in the last one.
    pub(super) fn window(&mut self, job: usize, last: Option<Box<dyn Window>>) -> Box<dyn Window> {
        match self {
            Self::Host(_, slots) => match slots.get_mut(job).and_then(Option::take) {
                Some(slot) => Box::new(slot),
                None => Box::new(Nowhere),
            },
            #[cfg(feature = "cuda")]
            Self::Cuda(upload) => last.unwrap_or_else(|| Box::new(Lane::new(upload))),
            Self::Nothing => last.unwrap_or_else(|| Box::new(Nowhere)),
        }
    }

    /// The full memory. No worker has a part of it any more.
    pub(super) fn finish(self, plan: &Plan) -> Result<Memory> {
        match self {
            Self::Nothing => Memory::in_files(plan),
            Self::Host(arena, slots) => {
                drop(slots);
                let repeats = plan.layout.repeats.iter().map(|repeat| (repeat.from, repeat.to, repeat.len));
                let frozen = arena.freeze(repeats);
                let frozen = frozen.ok_or_else(|| Error::new(Kind::Internal, "the arena is still in use"))?;
                Ok(Memory::Arena(frozen, plan.layout.offsets.clone()))
            }
            #[cfg(feature = "cuda")]
            Self::Cuda(upload) => Ok(Memory::Devices(upload)),
        }
    }
}

/// The arena is handed out from its start to its end; the jobs may be in another order.
fn prepare_host(plan: &Plan) -> Result<Filling> {
    let copies = &plan.layout.copies;
    let mut arena = Arena::new(plan.layout.bytes, plan.alignment)?;
    let ranges = plan.jobs.iter().enumerate().filter_map(|(job, range)| Some((range.arena_range(copies)?, job)));
    let mut ranges: Vec<_> = ranges.collect();
    // A job that lies between two rows fills nothing, at the start of what the next one fills.
    ranges.sort_unstable_by_key(|(range, _)| (range.start, range.end));
    let mut slots: Vec<Option<OnHost>> = plan.jobs.iter().map(|_| None).collect();
    let mut taken = 0;
    for (range, job) in ranges {
        let internal = || Error::new(Kind::Internal, "two jobs fill the same part of the arena");
        let padding = range.start.checked_sub(taken).ok_or_else(internal)?;
        arena.take(padding as usize).ok_or_else(internal)?;
        let slot = arena.take((range.end - range.start) as usize).ok_or_else(internal)?;
        slots[job] = Some(OnHost { slot, start: range.start });
        taken = range.end;
    }
    Ok(Filling::Host(arena, slots))
}
