//! A pass over the bytes of a plan, driven by whoever steps it or by threads of its own.

mod door;
mod pass;
mod status;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::digests::Digests;
use super::journal;
use super::lock::lock;
use super::placement::Placement;
use super::plan::Plan;
use crate::error::Result;
use crate::host::{Cancel, Costs, Jobs, Level, Operation, Progress};
use crate::steps::{Ration, StepBudget};
use door::Door;
use pass::Pass;

/// Whether a task has more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is more to do.
    Pending,
    /// Every byte is placed and every check has passed.
    Done,
}

/// One pass in progress.
///
/// The threads that the context provides do the work; with them, or alone if they have not begun, whoever calls
/// [`step`](Self::step) or [`wait`](Self::wait) does it. Dropping a task cancels it and waits for those who work on it.
pub struct Task {
    pass: Arc<Pass>,
    door: Arc<Door>,
    jobs: Jobs,
    placement: Mutex<Option<Placement>>,
}

impl Task {
    /// Starts a plan: takes the memory, checks that the files are still the same, starts the threads.
    pub fn start(plan: &Arc<Plan>) -> Result<Self> {
        Self::start_with(plan, false, "load")
    }

    /// Starts a plan. With `keeps_going`, mismatches are collected instead of ending the pass. `operation` is what the
    /// log calls it.
    fn start_with(plan: &Arc<Plan>, keeps_going: bool, operation: &'static str) -> Result<Self> {
        let operation = journal::begin(operation, plan);
        let task = Self::prepare(plan, keeps_going, &operation);
        task.inspect_err(|e| journal::failed(&operation, plan, 0, Costs::default(), e))
    }

    fn prepare(plan: &Arc<Plan>, keeps_going: bool, operation: &Operation) -> Result<Self> {
        let context = &plan.payload.context;
        let pass = Arc::new(Pass::new(plan, keeps_going, operation)?);
        let door = Arc::new(Door::new(&pass));
        let mut task = Self { pass, door, jobs: context.jobs(), placement: Mutex::default() };
        for _ in 0..plan.workers() {
            if let Err(e) = task.hand_out() {
                // Fewer threads are slower, and with none at all the caller does the work.
                context.log(Level::Warn, "load", || format!("cannot use another thread: {e}"));
                break;
            }
        }
        Ok(task)
    }

    fn hand_out(&mut self) -> Result<()> {
        let door = Arc::clone(&self.door);
        self.jobs.spawn(move || door.enter(Pass::work))
    }

    /// Works on this thread, together with those of the context, for at most about `budget`, a [`Duration`] or a [`StepBudget`]. At least
    /// one block is done, if there is one that nobody else has; a block that is not expected to fit the rest of the time is left for the
    /// next call, and none is begun when as many bytes have been read as the budget has.
    /// When others have all that is left, it waits for them. A task that has been stepped is to be stepped, or waited for, to its
    /// end: other threads need not be there for what this one has begun.
    ///
    /// An error is final: every later call returns an error of the same kind.
    pub fn step(&self, budget: impl Into<StepBudget>) -> Result<State> {
        self.pass.step(Ration::new(budget.into()));
        self.pass.settle()
    }

    /// Works or waits until the end.
    pub fn wait(&self) -> Result<()> {
        self.wait_with(|_| ControlFlow::Continue(()))
    }

    /// As [`wait`](Self::wait). `progress` is called on this thread with no lock held: at once, then about twenty times
    /// a second, and at the end; [`ControlFlow::Break`] cancels the task, unless that is done.
    pub fn wait_with(&self, mut progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<()> {
        const INTERVAL: Duration = Duration::from_millis(50);
        self.pass.hurry();
        let mut state = self.pass.settle()?;
        loop {
            let flow = progress(&self.progress());
            if state == State::Done {
                return Ok(());
            }
            if flow.is_break() {
                self.cancel();
            }
            state = self.step(INTERVAL)?;
        }
    }

    /// Whether the task has more to do, or the error that ended it. It does no work; any thread may ask.
    pub fn poll(&self) -> Result<State> {
        self.pass.settle()
    }

    /// Calls `function` once when the task has ended, by whatever, and nobody works on it any more: on the thread that has ended it, with
    /// no lock held; at once if it has ended, and at the latest while it is dropped. It may ask the task for its state, and must not
    /// drop it. A task that nobody works on does not end. Each call adds a function.
    pub fn when_ended(&self, function: impl FnOnce() + Send + 'static) {
        self.pass.when_ended(Box::new(function));
    }

    /// How far the task is. Any thread may ask.
    pub fn progress(&self) -> Progress {
        self.pass.progress()
    }

    /// Asks the task to stop; the next step returns [`Kind::Cancelled`](crate::Kind::Cancelled). Any thread may ask.
    pub fn cancel(&self) {
        self.pass.cancel.cancel();
    }

    /// A handle by which another thread can stop the task.
    pub fn canceller(&self) -> Cancel {
        self.pass.cancel.clone()
    }

    /// The placement of a task that is done; `None` while it is not. The same placement is returned every time.
    pub fn finish(&self) -> Result<Option<Placement>> {
        if self.pass.settle()? == State::Pending {
            return Ok(None);
        }
        let mut placement = lock(&self.placement);
        if placement.is_none() {
            *placement = Some(self.pass.place()?);
        }
        Ok(placement.clone())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel();
        self.door.close();
        self.pass.tell_end();
    }
}

/// Runs a plan to its end on this thread, or on those of the context. With `keeps_going`, mismatches are collected
/// instead of ending the pass.
pub(super) fn run(
    plan: &Arc<Plan>,
    (keeps_going, operation): (bool, &'static str),
    progress: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Result<(Digests, Costs)> {
    let task = Task::start_with(plan, keeps_going, operation)?;
    task.wait_with(progress)?;
    let digests = std::mem::take(&mut *lock(&task.pass.digests));
    let costs = std::mem::take(&mut *lock(&task.pass.costs));
    Ok((digests, costs))
}
