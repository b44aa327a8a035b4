//! What operations cost, stage by stage.

use std::time::{Duration, Instant};

use crate::digest::Algorithm;
use crate::sort;
use crate::steps;

/// A stage of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Of an open: finding out which files there are.
    Find,
    /// Of an open: reading headers, indices and graphs, and making tables of them.
    Parse,
    /// Of an open: reading the manifests of all kinds.
    Manifests,
    /// Taking the memory of the target, and preparing the device.
    Prepare,
    /// Reading files.
    Read,
    /// Hashing with one algorithm.
    Hash(Algorithm),
    /// Joining rows and converting elements.
    Convert,
    /// Making views and tensors in pieces contiguous.
    Move,
    /// Handing memory to a device, and waiting for it.
    Send,
    /// Everything else.
    Other,
}

impl Stage {
    /// How many there are.
    const COUNT: usize = 9 + Algorithm::ALL.len();

    /// `"find"`, `"parse"`, `"manifests"`, `"prepare"`, `"read"`, `"blake3"`, `"sha256"`, `"sha1"`, `"crc32"`, `"crc32c"`, `"convert"`, `"move"`, `"send"`, `"other"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Parse => "parse",
            Self::Manifests => "manifests",
            Self::Prepare => "prepare",
            Self::Read => "read",
            Self::Hash(algorithm) => algorithm.name(),
            Self::Convert => "convert",
            Self::Move => "move",
            Self::Send => "send",
            Self::Other => "other",
        }
    }
}

/// What one stage of an operation has cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The stage.
    pub stage: Stage,
    /// Bytes that went through it.
    pub bytes: u64,
    /// Time that threads spent in it; with several threads, the sum over all of them.
    pub time: Duration,
}

/// The costs so far: one for each stage that there was. They take no memory, because blocks of a load have some each.
#[derive(Debug, Clone)]
pub(crate) struct Costs {
    list: [Cost; Stage::COUNT],
    len: usize,
}

impl Default for Costs {
    fn default() -> Self {
        Self { list: [Cost { stage: Stage::Other, bytes: 0, time: Duration::ZERO }; Stage::COUNT], len: 0 }
    }
}

impl Costs {
    /// Those of an operation that has no stages.
    pub(crate) fn of_rest(time: Duration) -> Self {
        let mut costs = Self::default();
        costs.add_rest(time);
        costs
    }

    /// Does some work, and adds what it costs.
    pub(crate) fn measure<T>(&mut self, stage: Stage, bytes: u64, work: impl FnOnce() -> T) -> T {
        let (start, paused) = (Instant::now(), steps::paused());
        let done = work();
        // What is done in steps costs nothing between them.
        let time = start.elapsed().saturating_sub(steps::paused() - paused);
        self.add(Cost { stage, bytes, time });
        done
    }

    pub(crate) fn add(&mut self, cost: Cost) {
        let len = self.len;
        match self.list[..len].iter_mut().find(|known| known.stage == cost.stage) {
            Some(known) => {
                known.bytes += cost.bytes;
                known.time += cost.time;
            }
            None => {
                self.list[len] = cost;
                self.len += 1;
            }
        }
    }

    /// Adds bytes to a stage.
    pub(crate) fn count(&mut self, stage: Stage, bytes: u64) {
        self.add(Cost { stage, bytes, time: Duration::ZERO });
    }

    /// Adds the part of `time` that no stage accounts for.
    pub(crate) fn add_rest(&mut self, time: Duration) {
        self.add(Cost { stage: Stage::Other, bytes: 0, time: time.saturating_sub(self.time()) });
    }

    /// The time of all stages.
    pub(crate) fn time(&self) -> Duration {
        self.list[..self.len].iter().map(|cost| cost.time).sum()
    }

    /// Takes over what others have cost, and leaves them empty.
    pub(crate) fn take_over(&mut self, other: &mut Self) {
        std::mem::take(other).list().iter().for_each(|cost| self.add(*cost));
    }

    /// In the order of the stages, whichever came first.
    pub(crate) fn list(&mut self) -> &[Cost] {
        let list = &mut self.list[..self.len];
        sort::sort_by_key(list, |cost| cost.stage);
        list
    }
}
