//! A pass over the bytes of a plan, driven by whoever steps it or by threads of its own.

mod pass;

use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::digests::Digests;
use super::journal::Journal;
use super::lock::lock;
use super::placement::Placement;
use super::plan::Plan;
use super::worker::Worker;
use crate::error::Result;
use crate::host::{self, Cancel, Progress};
use crate::memory;
use crate::storage::without_signals;
use crate::verify::Costs;
use pass::{Advance, Pass};

/// Bytes that there have to be before a thread is started: its stack, of 2 MiB, and as much again. std and the C library keep
/// small records of a thread, and end the process if there is no memory for one of them.
const THREAD: usize = 4 << 20;

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
/// If the context lends threads, they do the work, and end with the task; otherwise whoever calls
/// [`step`](Self::step) or [`wait`](Self::wait) does it. Dropping a task cancels it and waits for its threads.
pub struct Task {
    pass: Arc<Pass>,
    workers: Vec<JoinHandle<()>>,
    /// The caller's own part of the work, when there are no threads.
    worker: Mutex<Worker>,
    placement: OnceLock<Placement>,
}

impl Task {
    /// Starts a plan: takes the memory, checks that the files are still the same, starts the threads.
    pub fn start(plan: &Arc<Plan>) -> Result<Self> {
        Self::start_with(plan, false, "load")
    }

    /// Starts a plan. With `keeps_going`, mismatches are collected instead of ending the pass. `operation` is what the
    /// log calls it.
    fn start_with(plan: &Arc<Plan>, keeps_going: bool, operation: &'static str) -> Result<Self> {
        let journal = Journal::begin(operation, plan);
        let task = Self::prepare(plan, keeps_going, &journal);
        task.inspect_err(|e| journal.failed(plan, e))
    }

    fn prepare(plan: &Arc<Plan>, keeps_going: bool, journal: &Journal) -> Result<Self> {
        let pass = Arc::new(Pass::new(plan, keeps_going, journal)?);
        let mut task = Self { pass, workers: Vec::new(), worker: Mutex::default(), placement: OnceLock::new() };
        for number in 0..plan.staging.threads.min(plan.jobs.len()) {
            task.spawn(number);
        }
        Ok(task)
    }

    fn spawn(&mut self, number: usize) {
        let pass = Arc::clone(&self.pass);
        lock(&self.pass.status).running += 1;
        let has_memory = memory::probe(THREAD, "a thread").map_err(|_| io::ErrorKind::OutOfMemory.into());
        let builder = Builder::new().name(format!("weighbridge-{number}"));
        match has_memory.and_then(|()| without_signals(|| builder.spawn(move || pass.work()))) {
            Ok(handle) => self.workers.push(handle),
            Err(e) => {
                lock(&self.pass.status).running -= 1;
                // Fewer threads are slower, and none at all means that the caller does the work.
                let context = &self.pass.plan.payload.context;
                context.log(host::Level::Warn, "load", || format!("cannot start a thread: {e}"));
            }
        }
    }

    /// Works, or waits for the threads that do, for at most about `budget`; at least one block is done. A block that is not
    /// expected to fit the rest of the budget is left for the next call.
    ///
    /// An error is final: every later call returns an error of the same kind.
    pub fn step(&self, budget: Duration) -> Result<State> {
        let mut worker = lock(&self.worker);
        let deadline = Instant::now().checked_add(budget);
        if self.workers.is_empty() {
            self.work_until(&mut worker, deadline);
        } else {
            self.wait_until(deadline);
        }
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
        let _worker = lock(&self.worker);
        if self.placement.get().is_none() {
            let placement = self.pass.place()?;
            let _ = self.placement.set(placement);
        }
        Ok(self.placement.get().cloned())
    }

    fn work_until(&self, worker: &mut Worker, deadline: Option<Instant>) {
        let mut begun = Instant::now();
        loop {
            let result = self.pass.advance(worker);
            let now = Instant::now();
            // The next turn is expected to take as long as the one before.
            let is_late = deadline.is_some_and(|deadline| now + (now - begun) > deadline);
            begun = now;
            match result {
                Ok(Advance::Block | Advance::Job | Advance::Slab) if !is_late => {}
                Ok(_) => return,
                Err(e) => return self.pass.fail(e),
            }
        }
    }

    fn wait_until(&self, deadline: Option<Instant>) {
        let mut status = lock(&self.pass.status);
        while status.running > 0 {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            status = match left {
                Some(Duration::ZERO) => return,
                Some(left) => {
                    let waited = self.pass.changed.wait_timeout(status, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.pass.changed.wait(status).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel();
        for worker in self.workers.drain(..) {
            // A panic of a worker has been caught and kept as the failure already.
            let _ = worker.join();
        }
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
