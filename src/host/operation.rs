//! Operations of the library, and what the host is told when they have ended.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::costs::{Cost, Costs};
use super::{Context, Level};
use crate::error::{Error, Kind};
use crate::steps::{self, unpaced};

/// What one operation has cost.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Measurement<'a> {
    /// `"open"`, `"plan"`, `"load"`, `"verify"`, `"digest"`, `"check"`.
    pub operation: &'static str,
    /// The model, as errors name it: where it was found, or what was asked for if it was not.
    pub model: &'a str,
    /// Why it failed; `None`: it did not.
    pub failure: Option<Kind>,
    /// Bytes that were read; of an open, those of headers, indices and graphs.
    pub bytes: u64,
    /// How long it took, from its start to its end.
    pub time: Duration,
    /// Its stages, each once: their times add up to the time that threads have worked for the operation. On one thread that is all of
    /// [`time`](Self::time), but for the time between two steps of a task.
    pub stages: &'a [Cost],
}

/// Is told of every operation when it has ended, on the thread that has ended it and with no lock held: see
/// [`Context::with_metrics`].
pub type Metrics = dyn Fn(&Measurement<'_>) + Send + Sync;

/// An operation that is under way.
#[derive(Clone)]
pub(crate) struct Operation {
    context: Context,
    name: &'static str,
    begun: Instant,
    /// How long the steps that it is a part of had been paused then.
    paused: Duration,
}

impl Operation {
    /// Begins an operation; the name is what the log and the metrics call it.
    pub(crate) fn begin(name: &'static str, context: &Context) -> Self {
        Self { context: context.clone(), name, begun: Instant::now(), paused: steps::paused() }
    }

    /// How long it has worked so far: its time, but for pauses between steps.
    pub(crate) fn worked(&self) -> Duration {
        self.begun.elapsed().saturating_sub(steps::paused() - self.paused)
    }

    /// Says something about it, before its end.
    pub(crate) fn log(&self, level: Level, text: impl FnOnce() -> String) {
        self.context.log(level, self.name, text);
    }

    /// It has done what it should, which `text` says.
    pub(crate) fn done(&self, model: &str, bytes: u64, costs: Costs, text: impl FnOnce() -> String) {
        self.done_at(Level::Info, model, bytes, costs, text);
    }

    /// The same of an operation that is only a step of others.
    pub(crate) fn done_at(&self, level: Level, model: &str, bytes: u64, costs: Costs, text: impl FnOnce() -> String) {
        let time = self.end(model, bytes, costs, None);
        self.log(level, || format!("{model}: {}; {} ms", text(), Milliseconds(time)));
    }

    /// It has failed.
    pub(crate) fn failed(&self, model: &str, bytes: u64, costs: Costs, error: &Error) {
        self.end(model, bytes, costs, Some(error.kind()));
        self.log(Level::of_failure(error), || format!("{model}: failed: {error}"));
    }

    /// Tells its stages, and its costs.
    fn end(&self, model: &str, bytes: u64, mut costs: Costs, failure: Option<Kind>) -> Duration {
        let time = self.begun.elapsed();
        let stages = costs.list();
        for cost in stages {
            self.log(Level::Debug, || format!("{model}: {cost}"));
        }
        if let Some(metrics) = &self.context.0.metrics {
            let operation = self.name;
            unpaced(|| metrics(&Measurement { operation, model, failure, bytes, time, stages }));
        }
        time
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, bytes, time } = self;
        write!(f, "{}: {bytes} bytes in {} ms, all threads together", stage.name(), Milliseconds(*time))
    }
}

/// A time to three decimals, shown without the code that floating-point numbers take.
struct Milliseconds(Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let microseconds = self.0.as_micros();
        write!(f, "{}.{:03}", microseconds / 1000, microseconds % 1000)
    }
}

impl Context {
    /// Tells `metrics` what every operation has cost: opens, plans, loads, verifications, digests and checks.
    #[must_use]
    pub fn with_metrics(self, metrics: Arc<Metrics>) -> Self {
        self.with(|services| services.metrics = Some(metrics))
    }
}
