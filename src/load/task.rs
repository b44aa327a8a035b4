//! A pass over the bytes of a plan, driven by whoever steps it or by threads of its own.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::digests::Digests;
use super::journal::Journal;
use super::lock::lock;
use super::placement::Placement;
use super::plan::Plan;
use super::prepare::prepare;
use super::reader::ReadModes;
use super::sink::{Mover, Sink};
use super::worker::{Turn, Worker};
use crate::error::{Error, Kind, Result};
use crate::host::{self, Cancel, Progress};
use crate::memory;
use crate::storage::without_signals;
use crate::verify::{Costs, Stage};

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
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    /// The caller's own part of the work, when there are no threads.
    worker: Mutex<Worker>,
    placement: OnceLock<Placement>,
}

/// What the threads of a task share.
struct Shared {
    plan: Arc<Plan>,
    journal: Journal,
    /// Those of the files of the payload before they are read.
    stamps: Vec<u64>,
    sink: Mutex<Option<Box<dyn Sink>>>,
    /// Jobs that nobody has taken yet.
    queue: Mutex<VecDeque<usize>>,
    /// What makes tensors contiguous; made when all jobs are done.
    mover: Mutex<Option<Arc<dyn Mover>>>,
    digests: Mutex<Digests>,
    modes: ReadModes,
    costs: Mutex<Costs>,
    done_bytes: AtomicU64,
    done_tensors: AtomicU64,
    cancel: Cancel,
    status: Mutex<Status>,
    /// Signalled when a job is done and when the pass ends.
    changed: Condvar,
}

/// How the pass stands. Everything that decides it is under one lock.
struct Status {
    /// Threads of the task that have not ended.
    running: usize,
    /// Workers that have something which is not where it belongs yet.
    busy: usize,
    /// Jobs whose bytes have not all been placed and compared.
    jobs_left: usize,
    /// The first slab that nobody has taken yet.
    next_slab: usize,
    /// Slabs that are not where they belong yet.
    slabs_left: usize,
    phase: Phase,
}

/// What one turn of a worker has brought.
enum Advance {
    /// A block is done.
    Block,
    /// A block is done, and with it a job.
    Job,
    /// A slab is done.
    Slab,
    /// The worker has nothing to do until the jobs of others are done.
    Waits,
    /// There was nothing left to do.
    Idle,
}

/// What a worker may do next when no job is left.
enum Next {
    Slab(usize),
    Wait,
    Nothing,
}

enum Phase {
    Running,
    Failed(Error),
    Done,
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
        let stamps = plan.payload.stamps()?;
        check_unchanged(plan)?;
        let mut costs = Costs::default();
        let sink = costs.measure(Stage::Prepare, plan.info().target_bytes, || prepare(plan))?;
        let (jobs_left, slabs_left) = (plan.jobs.len(), plan.slabs.len());
        let phase = Phase::Running;
        let shared = Arc::new(Shared {
            sink: Mutex::new(Some(sink)),
            mover: Mutex::default(),
            queue: Mutex::new(memory::collect(0..plan.jobs.len(), "the jobs of the load")?.into()),
            modes: ReadModes::new(plan),
            costs: Mutex::new(costs),
            digests: Mutex::new(Digests::new(plan, keeps_going)?),
            done_bytes: AtomicU64::new(0),
            done_tensors: AtomicU64::new(0),
            cancel: Cancel::default(),
            status: Mutex::new(Status { running: 0, busy: 0, jobs_left, next_slab: 0, slabs_left, phase }),
            changed: Condvar::new(),
            plan: Arc::clone(plan),
            journal: journal.clone(),
            stamps,
        });
        lock(&shared.digests).conclude_empty(plan)?;
        let mut task = Self { shared, workers: Vec::new(), worker: Mutex::default(), placement: OnceLock::new() };
        for number in 0..plan.staging.threads.min(plan.jobs.len()) {
            task.spawn(number);
        }
        Ok(task)
    }

    fn spawn(&mut self, number: usize) {
        let shared = Arc::clone(&self.shared);
        lock(&shared.status).running += 1;
        let has_memory = memory::probe(THREAD, "a thread").map_err(|_| io::ErrorKind::OutOfMemory.into());
        let builder = Builder::new().name(format!("weighbridge-{number}"));
        match has_memory.and_then(|()| without_signals(|| builder.spawn(move || shared.work()))) {
            Ok(handle) => self.workers.push(handle),
            Err(e) => {
                lock(&self.shared.status).running -= 1;
                // Fewer threads are slower, and none at all means that the caller does the work.
                let context = &self.shared.plan.payload.context;
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
        self.shared.settle()
    }

    /// Works or waits until the end.
    pub fn wait(&self) -> Result<()> {
        self.wait_with(|_| ControlFlow::Continue(()))
    }

    /// As [`wait`](Self::wait). `progress` is called on this thread with no lock held: at once, then about twenty times
    /// a second, and at the end; [`ControlFlow::Break`] cancels the task, unless that is done.
    pub fn wait_with(&self, mut progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<()> {
        const INTERVAL: Duration = Duration::from_millis(50);
        let mut state = self.shared.settle()?;
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
        let _worker = lock(&self.worker);
        if self.placement.get().is_none() {
            let placement = self.shared.place()?;
            let _ = self.placement.set(placement);
        }
        Ok(self.placement.get().cloned())
    }

    fn work_until(&self, worker: &mut Worker, deadline: Option<Instant>) {
        let mut begun = Instant::now();
        loop {
            let result = self.shared.advance(worker);
            let now = Instant::now();
            // The next turn is expected to take as long as the one before.
            let is_late = deadline.is_some_and(|deadline| now + (now - begun) > deadline);
            begun = now;
            match result {
                Ok(Advance::Block | Advance::Job | Advance::Slab) if !is_late => {}
                Ok(_) => return,
                Err(e) => return self.shared.fail(e),
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
        let mut worker = Worker::default();
        loop {
            match self.advance(&mut worker) {
                Ok(Advance::Idle) => break,
                Ok(Advance::Waits) => self.wait_for_jobs(),
                Ok(Advance::Block | Advance::Job | Advance::Slab) => {}
                Err(e) => {
                    self.fail(e);
                    break;
                }
            }
        }
        lock(&self.status).running -= 1;
        self.changed.notify_all();
    }

    /// Waits until something has changed that may let a worker go on: the last job is done, or the pass has failed.
    fn wait_for_jobs(&self) {
        let mut status = lock(&self.status);
        while status.jobs_left + status.busy > 0 && matches!(status.phase, Phase::Running) {
            status = self.changed.wait(status).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One turn of a worker. After an error, also a panic, it has nothing in hand any more.
    fn advance(&self, worker: &mut Worker) -> Result<Advance> {
        let was_busy = worker.is_busy();
        let turn = catch_unwind(AssertUnwindSafe(|| self.turn(worker)));
        let turn = turn.unwrap_or_else(|_| Err(Error::new(Kind::Internal, "the task has panicked")));
        if turn.is_err() {
            *worker = Worker::default();
        }
        // All at once: whoever polls must not see that the last job is done and not that its bytes are still in hand.
        let mut status = lock(&self.status);
        status.busy = status.busy + usize::from(worker.is_busy()) - usize::from(was_busy);
        status.jobs_left -= usize::from(matches!(turn, Ok(Advance::Job)));
        status.slabs_left -= usize::from(matches!(turn, Ok(Advance::Slab)));
        let lets_others_go_on = status.jobs_left + status.busy == 0 && !self.plan.slabs.is_empty();
        drop(status);
        if lets_others_go_on {
            self.changed.notify_all();
        }
        turn
    }

    fn turn(&self, worker: &mut Worker) -> Result<Advance> {
        self.check_cancelled()?;
        memory::check()?;
        match worker.turn(&self.plan, &self.queue, &self.sink, &self.modes)? {
            Turn::Block(bytes) => {
                self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
                Ok(Advance::Block)
            }
            Turn::Job { bytes, tensors, digests } => {
                self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
                self.done_tensors.fetch_add(tensors, Ordering::Relaxed);
                lock(&self.digests).record(&self.plan, digests)?;
                Ok(Advance::Job)
            }
            Turn::Idle => match self.next_slab() {
                Next::Slab(slab) => self.move_slab(worker, slab),
                Next::Wait => Ok(Advance::Waits),
                Next::Nothing => {
                    lock(&self.costs).merge(worker.take_costs());
                    Ok(Advance::Idle)
                }
            },
        }
    }

    /// Slabs are moved when every job is done: a tensor may have come from several.
    fn next_slab(&self) -> Next {
        let mut status = lock(&self.status);
        if status.next_slab == self.plan.slabs.len() {
            return Next::Nothing;
        }
        if status.jobs_left + status.busy > 0 {
            return Next::Wait;
        }
        status.next_slab += 1;
        Next::Slab(status.next_slab - 1)
    }

    fn move_slab(&self, worker: &mut Worker, slab: usize) -> Result<Advance> {
        let mover = self.mover()?;
        let bytes = self.plan.slab_bytes(slab);
        worker.measure(Stage::Move, bytes, || mover.run(&self.plan, slab))?;
        Ok(Advance::Slab)
    }

    /// What makes tensors contiguous: whoever asks first makes it.
    fn mover(&self) -> Result<Arc<dyn Mover>> {
        let mut mover = lock(&self.mover);
        if let Some(mover) = &*mover {
            return Ok(Arc::clone(mover));
        }
        let mut sink = lock(&self.sink);
        let sink = sink.as_mut().ok_or_else(|| Error::new(Kind::Internal, "a pass has lost its target"))?;
        Ok(Arc::clone(mover.insert(sink.mover(&self.plan)?)))
    }

    fn fail(&self, error: Error) {
        let mut status = lock(&self.status);
        let is_first = matches!(status.phase, Phase::Running);
        if is_first {
            status.phase = Phase::Failed(error.clone());
        }
        drop(status);
        self.cancel.cancel();
        lock(&self.queue).clear();
        if is_first {
            self.journal.failed(&self.plan, &error);
        }
        self.changed.notify_all();
    }

    fn check_cancelled(&self) -> Result<()> {
        let is_cancelled = self.cancel.is_cancelled() || self.plan.cancel.as_ref().is_some_and(Cancel::is_cancelled);
        if is_cancelled { Err(Error::new(Kind::Cancelled, "the task was cancelled")) } else { Ok(()) }
    }

    /// Whether the pass is complete, or the error that ended it. Whoever asks first after the last job seals the pass.
    fn settle(&self) -> Result<State> {
        let mut status = lock(&self.status);
        match &status.phase {
            // An error is told when nobody works any more: the caller may then take back what it has lent.
            Phase::Failed(_) if status.running + status.busy > 0 => return Ok(State::Pending),
            Phase::Failed(failure) => {
                let failure = failure.clone();
                drop(status);
                self.let_go();
                return Err(failure);
            }
            Phase::Done => return Ok(State::Done),
            Phase::Running if status.jobs_left + status.slabs_left + status.running + status.busy > 0 => {
                return Ok(State::Pending);
            }
            Phase::Running => {}
        }
        // A cancel that came before the end counts, also if the work was done when it was noticed.
        if let Err(failure) = self.check_cancelled().and_then(|()| check_unchanged(&self.plan)) {
            status.phase = Phase::Failed(failure.clone());
            drop(status);
            self.let_go();
            self.journal.failed(&self.plan, &failure);
            return Err(failure);
        }
        lock(&self.digests).mark_verified(&self.plan, &self.stamps);
        status.phase = Phase::Done;
        drop(status);
        let costs = lock(&self.costs).clone();
        self.journal.done(&self.plan, costs);
        Ok(State::Done)
    }

    /// What has failed holds no memory, however long the task is kept.
    fn let_go(&self) {
        lock(&self.mover).take();
        lock(&self.sink).take();
    }

    fn progress(&self) -> Progress {
        let info = self.plan.info();
        let done_bytes = self.done_bytes.load(Ordering::Acquire);
        let is_complete = done_bytes == info.read_bytes;
        let done_tensors = if is_complete { info.tensors } else { self.done_tensors.load(Ordering::Relaxed) };
        Progress { done_bytes, total_bytes: info.read_bytes, done_tensors, total_tensors: info.tensors }
    }

    fn place(&self) -> Result<Placement> {
        lock(&self.mover).take();
        let sink = lock(&self.sink).take();
        let sink = sink.ok_or_else(|| Error::new(Kind::Internal, "a pass has lost its target"))?;
        let memory = sink.finish(&self.plan)?;
        let costs = std::mem::take(&mut *lock(&self.costs));
        let report = lock(&self.digests).report(&self.plan)?.with_costs(costs);
        Placement::new(&self.plan, memory, report)
    }
}

fn check_unchanged(plan: &Plan) -> Result<()> {
    plan.files_in_use.iter().try_for_each(|file| plan.payload.check_unchanged(&plan.files[*file].source))
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
    let digests = std::mem::take(&mut *lock(&task.shared.digests));
    let costs = std::mem::take(&mut *lock(&task.shared.costs));
    Ok((digests, costs))
}
