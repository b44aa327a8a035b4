//! How a pass stands: everything that decides it, for one lock.

use std::ops::Range;

use crate::error::Error;
use crate::load::worker::Worker;

/// How a pass stands.
pub(super) struct Status {
    /// Threads that work on the pass.
    pub(super) running: usize,
    /// Workers that no thread works with; those that have something in hand at the end.
    parked: Vec<Worker>,
    /// Workers that have something which is not where it belongs yet.
    pub(super) busy: usize,
    /// Extents whose bytes have not all been placed and compared.
    pub(super) extents_left: usize,
    /// Slabs that nobody has taken yet.
    pub(super) slabs: Range<usize>,
    /// Slabs that are not where they belong yet.
    pub(super) slabs_left: usize,
    pub(super) phase: Phase,
    /// Whether what has failed has given its memory back.
    pub(super) is_released: bool,
}

pub(super) enum Phase {
    Running,
    Failed(Error),
    Done,
}

impl Status {
    pub(super) fn new(workers: Vec<Worker>, extents: usize, slabs: usize) -> Self {
        let phase = Phase::Running;
        Self {
            running: 0,
            parked: workers,
            busy: 0,
            extents_left: extents,
            slabs: 0..slabs,
            slabs_left: slabs,
            phase,
            is_released: false,
        }
    }

    /// Gives a thread one of the workers, if one is left: the work that one has begun comes first. A thread that comes late has
    /// nothing to do, and must not seem to work when the end has been told.
    pub(super) fn take_worker(&mut self) -> Option<Worker> {
        let worker = if self.is_running() { self.parked.pop() } else { None }?;
        self.running += 1;
        Some(worker)
    }

    /// Takes the worker of a thread back.
    pub(super) fn park(&mut self, worker: Worker) {
        let place = if worker.is_busy() { self.parked.len() } else { 0 };
        self.parked.insert(place, worker);
        self.running -= 1;
    }

    /// Gives a thread whose worker has nothing in hand one that has, if no other thread works with that.
    pub(super) fn exchange(&mut self, idle: &mut Worker) -> bool {
        let busy = self.parked.last_mut().filter(|worker| worker.is_busy());
        let is_there = busy.map(|busy| std::mem::swap(busy, idle)).is_some();
        // The one that was given has nothing in hand, and belongs to the front.
        self.parked.rotate_right(usize::from(is_there));
        is_there
    }

    /// Whether a thread that has no worker could get one, and something to do.
    pub(super) fn has_place(&self) -> bool {
        self.parked.last().is_some_and(|worker| worker.is_busy() || self.has_slab())
    }

    /// Whether there is a slab that may be taken: when every extent is done, for a tensor may have come from several.
    pub(super) fn has_slab(&self) -> bool {
        self.is_placed() && !self.slabs.is_empty()
    }

    pub(super) fn take_slab(&mut self) -> Option<usize> {
        if self.has_slab() { self.slabs.next() } else { None }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    /// Whether every extent is done, and nothing is on its way.
    pub(super) fn is_placed(&self) -> bool {
        self.extents_left + self.busy == 0
    }

    /// Drops what parked workers have in hand.
    pub(super) fn abandon(&mut self) -> Vec<Worker> {
        let busy = self.parked.iter_mut().filter(|worker| worker.is_busy());
        let dropped: Vec<_> = busy.map(std::mem::take).collect();
        self.busy -= dropped.len();
        dropped
    }
}
