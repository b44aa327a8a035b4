//! A pass over the bytes of a plan, driven by whoever steps it or by threads of its own.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::findings::Findings;
use super::placement::Placement;
use super::plan::{Plan, Target};
use super::work::{Work, arena_range};
use crate::error::{Error, Kind, Result};
use crate::host::{self, Cancel, Progress};
use crate::storage::{Arena, Slot};

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
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    driver: Mutex<Driver>,
    placement: OnceLock<Placement>,
}

/// What the threads of a task share.
struct Shared {
    plan: Arc<Plan>,
    arena: Mutex<Option<Arena>>,
    /// Jobs that nobody has taken yet, each with its part of the arena.
    queue: Mutex<VecDeque<(usize, Option<Slot>)>>,
    findings: Mutex<Findings>,
    done_bytes: AtomicU64,
    done_tensors: AtomicU64,
    cancel: Cancel,
    status: Mutex<Status>,
    /// Signalled when a job is done and when the pass ends.
    changed: Condvar,
}

/// The caller's own part of the work, when there are no threads.
#[derive(Default)]
struct Driver {
    work: Option<Work>,
    scratch: Vec<u8>,
}

/// How the pass stands. Everything that decides it is under one lock.
struct Status {
    /// Threads of the task that have not ended.
    running: usize,
    /// Jobs whose bytes have not all been placed and compared.
    jobs_left: usize,
    phase: Phase,
}

enum Phase {
    Running,
    Failed(Error),
    Done,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Task {
    /// Starts a plan: takes the memory, checks that the files are still the same, starts the threads.
    pub fn start(plan: &Arc<Plan>) -> Result<Self> {
        Self::start_with(plan, false)
    }

    fn start_with(plan: &Arc<Plan>, keeps_going: bool) -> Result<Self> {
        check_unchanged(plan)?;
        let (arena, queue) = prepare(plan)?;
        let shared = Arc::new(Shared {
            arena: Mutex::new(arena),
            queue: Mutex::new(queue),
            findings: Mutex::new(Findings::new(plan, keeps_going)),
            done_bytes: AtomicU64::new(0),
            done_tensors: AtomicU64::new(0),
            cancel: Cancel::default(),
            status: Mutex::new(Status { running: 0, jobs_left: plan.jobs.len(), phase: Phase::Running }),
            changed: Condvar::new(),
            plan: Arc::clone(plan),
        });
        lock(&shared.findings).conclude_empty(plan)?;
        let mut task = Self { shared, workers: Vec::new(), driver: Mutex::default(), placement: OnceLock::new() };
        for number in 0..plan.threads.min(plan.jobs.len()) {
            task.spawn(number);
        }
        Ok(task)
    }

    fn spawn(&mut self, number: usize) {
        let shared = Arc::clone(&self.shared);
        let is_quiet = host::is_quiet();
        lock(&shared.status).running += 1;
        let body = move || {
            host::set_quiet(is_quiet);
            shared.work();
        };
        let spawned = Builder::new().name(format!("weighbridge-{number}")).spawn(body);
        match spawned {
            Ok(handle) => self.workers.push(handle),
            Err(e) => {
                lock(&self.shared.status).running -= 1;
                // Fewer threads are slower, and none at all means that the caller does the work.
                let context = &self.shared.plan.payload.context;
                context.log(host::Level::Warn, "load", || format!("cannot start a thread: {e}"));
            }
        }
    }

    /// Works, or waits for the threads that do, for about `budget`; at least one block is done.
    ///
    /// An error is final: every later call returns an error of the same kind.
    pub fn step(&self, budget: Duration) -> Result<State> {
        let mut driver = lock(&self.driver);
        let deadline = Instant::now().checked_add(budget);
        if self.workers.is_empty() {
            self.work_until(&mut driver, deadline);
        } else {
            self.wait_until(deadline);
        }
        self.shared.settle()
    }

    /// Works or waits until the end. `progress` is called on this thread with no lock held: at once, then about twenty
    /// times a second, and at the end; returning `false` cancels.
    pub fn wait(&self, mut progress: impl FnMut(&Progress) -> bool) -> Result<()> {
        const INTERVAL: Duration = Duration::from_millis(50);
        let mut state = self.shared.settle()?;
        loop {
            let goes_on = progress(&self.progress());
            if state == State::Done {
                return Ok(());
            }
            if !goes_on {
                self.cancel();
            }
            state = self.step(INTERVAL)?;
        }
    }

    /// Whether the task has more to do, or the error that ended it. It does no work; any thread may ask.
    pub fn poll(&self) -> Result<State> {
        self.shared.settle()
    }

    /// How far the task is. Any thread may ask.
    pub fn progress(&self) -> Progress {
        self.shared.progress()
    }

    /// Asks the task to stop; the next step returns [`Kind::Cancelled`]. Any thread may ask.
    pub fn cancel(&self) {
        self.shared.cancel.cancel();
    }

    /// A handle by which another thread can stop the task.
    pub fn canceller(&self) -> Cancel {
        self.shared.cancel.clone()
    }

    /// The placement of a task that is done; `None` while it is not. The same placement is returned every time.
    pub fn finish(&self) -> Result<Option<Placement>> {
        if self.shared.settle()? == State::Pending {
            return Ok(None);
        }
        let _driver = lock(&self.driver);
        if self.placement.get().is_none() {
            let placement = self.shared.place()?;
            let _ = self.placement.set(placement);
        }
        Ok(self.placement.get().cloned())
    }

    fn work_until(&self, driver: &mut Driver, deadline: Option<Instant>) {
        let is_late = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        loop {
            match self.shared.advance_guarded(driver) {
                Ok(State::Pending) if !is_late() => {}
                Ok(_) => return,
                Err(e) => {
                    *driver = Driver::default();
                    return self.shared.fail(e);
                }
            }
        }
    }

    fn wait_until(&self, deadline: Option<Instant>) {
        let mut status = lock(&self.shared.status);
        while status.running > 0 {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            status = match left {
                Some(Duration::ZERO) => return,
                Some(left) => {
                    let waited = self.shared.changed.wait_timeout(status, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.shared.changed.wait(status).unwrap_or_else(PoisonError::into_inner),
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

impl Shared {
    /// The life of one thread of the task.
    fn work(&self) {
        let mut driver = Driver::default();
        loop {
            match self.advance_guarded(&mut driver) {
                Ok(State::Pending) => {}
                Ok(State::Done) => break,
                Err(e) => {
                    self.fail(e);
                    break;
                }
            }
        }
        drop(driver);
        lock(&self.status).running -= 1;
        self.changed.notify_all();
    }

    /// As [`advance`](Self::advance); a panic fails the task, whoever works.
    fn advance_guarded(&self, driver: &mut Driver) -> Result<State> {
        let advanced = catch_unwind(AssertUnwindSafe(|| self.advance(driver)));
        advanced.unwrap_or_else(|_| Err(Error::new(Kind::Internal, "the task has panicked")))
    }

    /// Does one block of the job at hand, or takes the next job.
    fn advance(&self, driver: &mut Driver) -> Result<State> {
        self.check_cancelled()?;
        if driver.work.is_none() {
            let next = lock(&self.queue).pop_front();
            driver.work = next.map(|(job, slot)| Work::new(&self.plan, job, slot));
        }
        let Some(work) = &mut driver.work else { return Ok(State::Done) };
        let bytes = work.advance(&self.plan, &mut driver.scratch)?;
        self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
        if work.is_done(&self.plan) {
            self.done_tensors.fetch_add(work.job(&self.plan).tensors, Ordering::Relaxed);
            let digests = std::mem::take(&mut work.digests);
            driver.work = None;
            lock(&self.findings).record(&self.plan, digests)?;
            lock(&self.status).jobs_left -= 1;
        }
        Ok(State::Pending)
    }

    fn fail(&self, error: Error) {
        let mut status = lock(&self.status);
        if matches!(status.phase, Phase::Running) {
            status.phase = Phase::Failed(error);
        }
        drop(status);
        self.cancel.cancel();
        lock(&self.queue).clear();
        self.changed.notify_all();
    }

    fn check_cancelled(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(Error::new(Kind::Cancelled, "the task was cancelled")) } else { Ok(()) }
    }

    /// Whether the pass is complete, or the error that ended it. Whoever asks first after the last job seals the pass.
    fn settle(&self) -> Result<State> {
        let mut status = lock(&self.status);
        match &status.phase {
            Phase::Failed(failure) => return Err(failure.clone()),
            Phase::Done => return Ok(State::Done),
            Phase::Running if status.jobs_left > 0 || status.running > 0 => return Ok(State::Pending),
            Phase::Running => {}
        }
        // A cancel that came before the end counts, also if the work was done when it was noticed.
        if let Err(failure) = self.check_cancelled().and_then(|()| check_unchanged(&self.plan)) {
            status.phase = Phase::Failed(failure.clone());
            return Err(failure);
        }
        if self.plan.vouches {
            lock(&self.findings).mark_verified(&self.plan);
        }
        status.phase = Phase::Done;
        Ok(State::Done)
    }

    fn progress(&self) -> Progress {
        let info = self.plan.info();
        let done_bytes = self.done_bytes.load(Ordering::Acquire);
        let is_complete = done_bytes == info.read_bytes;
        let done_tensors = if is_complete { info.tensors } else { self.done_tensors.load(Ordering::Relaxed) };
        Progress { done_bytes, total_bytes: info.read_bytes, done_tensors, total_tensors: info.tensors }
    }

    fn place(&self) -> Result<Placement> {
        let arena = match self.plan.target {
            Target::Host => {
                let repeats = self.plan.repeats.iter().map(|repeat| (repeat.from, repeat.to, repeat.len));
                let frozen = lock(&self.arena).take().and_then(|arena| arena.freeze(repeats));
                Some(frozen.ok_or_else(|| Error::new(Kind::Internal, "the arena is still in use"))?)
            }
            Target::None | Target::View => None,
        };
        Placement::new(&self.plan, arena, lock(&self.findings).report(&self.plan))
    }
}

fn check_unchanged(plan: &Plan) -> Result<()> {
    plan.files_in_use.iter().try_for_each(|file| plan.files[*file].source.check_unchanged())
}

/// The arena, and the jobs with their parts of it.
#[expect(clippy::type_complexity, reason = "used once")]
fn prepare(plan: &Plan) -> Result<(Option<Arena>, VecDeque<(usize, Option<Slot>)>)> {
    if plan.target != Target::Host {
        return Ok((None, (0..plan.jobs.len()).map(|job| (job, None)).collect()));
    }
    let mut arena = Arena::new(plan.arena_bytes, plan.alignment)?;
    // The arena is handed out from its start to its end; the jobs may be in another order.
    let mut ranges: Vec<_> =
        plan.jobs.iter().enumerate().filter_map(|(job, range)| Some((arena_range(plan, range)?, job))).collect();
    ranges.sort_unstable_by_key(|(range, _)| range.start);
    let mut slots: Vec<Option<Slot>> = plan.jobs.iter().map(|_| None).collect();
    let mut taken = 0;
    for (range, job) in ranges {
        let internal = || Error::new(Kind::Internal, "two jobs fill the same part of the arena");
        let padding = range.start.checked_sub(taken).ok_or_else(internal)?;
        arena.take(padding as usize).ok_or_else(internal)?;
        slots[job] = Some(arena.take((range.end - range.start) as usize).ok_or_else(internal)?);
        taken = range.end;
    }
    Ok((Some(arena), slots.into_iter().enumerate().collect()))
}

/// Runs a plan to its end on this thread, or on those of the context. With `keeps_going`, mismatches are collected
/// instead of ending the pass.
pub(super) fn run(plan: &Arc<Plan>, keeps_going: bool, progress: impl FnMut(&Progress) -> bool) -> Result<Findings> {
    let task = Task::start_with(plan, keeps_going)?;
    task.wait(progress)?;
    let mut findings = lock(&task.shared.findings);
    Ok(std::mem::take(&mut *findings))
}
