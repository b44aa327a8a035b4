//! What a pass over the bytes costs, stage by stage.

use std::time::{Duration, Instant};

use crate::digest::Algorithm;

/// A stage of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
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
}

impl Stage {
    /// `"prepare"`, `"read"`, `"blake3"`, `"sha256"`, `"sha1"`, `"crc32"`, `"crc32c"`, `"convert"`, `"move"`, `"send"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Read => "read",
            Self::Hash(algorithm) => algorithm.name(),
            Self::Convert => "convert",
            Self::Move => "move",
            Self::Send => "send",
        }
    }
}

/// What one stage of a pass has cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The stage.
    pub stage: Stage,
    /// Bytes that went through it.
    pub bytes: u64,
    /// Time that threads spent in it; with several threads, the sum over all of them.
    pub time: Duration,
}

/// The costs so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Costs(Vec<Cost>);

impl Costs {
    /// Does some work, and adds what it costs.
    pub(crate) fn measure<T>(&mut self, stage: Stage, bytes: u64, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.add(Cost { stage, bytes, time: start.elapsed() });
        done
    }

    pub(crate) fn add(&mut self, cost: Cost) {
        match self.0.iter_mut().find(|known| known.stage == cost.stage) {
            Some(known) => {
                known.bytes += cost.bytes;
                known.time += cost.time;
            }
            None => self.0.push(cost),
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|cost| self.add(cost));
    }

    /// In the order of the stages, whichever came first.
    pub(crate) fn into_list(mut self) -> Vec<Cost> {
        self.0.sort_unstable_by_key(|cost| cost.stage);
        self.0
    }
}
