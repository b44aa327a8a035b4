//! What the threads of a task share: what has been done and what is left, and one turn of a worker.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use super::State;
use super::status::{Phase, Status};
use crate::error::{Error, Kind, Result};
use crate::host::{Cancel, Costs, Operation, Progress, Stage};
use crate::load::digests::Digests;
use crate::load::journal;
use crate::load::lock::lock;
use crate::load::placement::Placement;
use crate::load::plan::Plan;
use crate::load::prepare::prepare;
use crate::load::read_ahead::ReadAhead;
use crate::load::reader::ReadModes;
use crate::load::remember::{check_remembered, look, remember};
use crate::load::sink::{Mover, Sink};
use crate::load::worker::{Turn, Worker};
use crate::memory;
use crate::steps::{Ration, StepBudget};
use crate::verify::Sight;

/// A pass over the files of a plan, and how far it is. The threads of a task share it.
pub(super) struct Pass {
    pub(super) plan: Arc<Plan>,
    operation: Operation,
    /// Those of the files of the payload before they are read.
    stamps: Vec<u64>,
    /// How the files that are hashed looked before they were read.
    sights: Vec<(usize, Sight)>,
    sink: Mutex<Option<Box<dyn Sink>>>,
    /// Extents that nobody has taken yet.
    queue: Mutex<VecDeque<usize>>,
    /// What makes tensors contiguous; made when all extents are done.
    mover: Mutex<Option<Arc<dyn Mover>>>,
    pub(super) digests: Mutex<Digests>,
    modes: ReadModes,
    pub(super) costs: Mutex<Costs>,
    done_bytes: AtomicU64,
    done_tensors: AtomicU64,
    pub(super) cancel: Cancel,
    status: Mutex<Status>,
    /// Signalled when threads that have nothing to do may have, and when the pass ends.
    changed: Condvar,
    read_ahead: Mutex<ReadAhead>,
    /// Whether anybody waits for the end. Otherwise it is done in steps.
    hurried: Once,
    /// Are called once when the pass has ended and nobody works on it any more.
    on_end: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

/// What one turn of a worker has brought.
enum Advance {
    /// A block of so many bytes is done.
    Block(u64),
    /// A block is done, and with it an extent.
    Extent(u64),
    /// A slab of so many bytes is done.
    Slab(u64),
    /// There was nothing to do.
    Idle,
}

impl Pass {
    /// Takes the memory, and checks that the files are still the same.
    pub(super) fn new(plan: &Arc<Plan>, keeps_going: bool, operation: &Operation) -> Result<Self> {
        let begun = Instant::now();
        let stamps = plan.payload.stamps()?;
        let sights = look(plan);
        check_unchanged(plan)?;
        let mut digests = Digests::new(plan, keeps_going)?;
        digests.conclude_empty(plan)?;
        let mut costs = Costs::default();
        let sink = costs.measure(Stage::Prepare, plan.info().target_bytes, || prepare(plan))?;
        let workers = memory::collect((0..plan.workers()).map(|_| Worker::default()), "the workers of a load")?;
        costs.add_rest(begun.elapsed());
        Ok(Self {
            sink: Mutex::new(Some(sink)),
            mover: Mutex::default(),
            queue: Mutex::new(memory::collect(0..plan.extents.len(), "the extents of the load")?.into()),
            modes: ReadModes::new(plan),
            costs: Mutex::new(costs),
            digests: Mutex::new(digests),
            done_bytes: AtomicU64::new(0),
            done_tensors: AtomicU64::new(0),
            cancel: Cancel::default(),
            status: Mutex::new(Status::new(workers, plan.extents.len(), plan.slabs.len())),
            changed: Condvar::new(),
            read_ahead: Mutex::default(),
            hurried: Once::new(),
            on_end: Mutex::default(),
            plan: Arc::clone(plan),
            operation: operation.clone(),
            stamps,
            sights,
        })
    }

    /// What a thread does for the pass: all that there is to do, together with others.
    pub(super) fn work(&self) {
        self.hurry();
        let Some(mut worker) = self.hire() else { return };
        let mut all = Ration::new(StepBudget::ALL);
        while self.work_until(&mut worker, &mut all) && self.wait_for_work(&mut worker) {}
        self.park(worker);
        // Whoever waits asks for the result himself.
        let _ = self.settle();
    }

    /// Somebody works or waits until the end, and does not count milliseconds.
    pub(super) fn hurry(&self) {
        self.hurried.call_once(|| lock(&self.sink).as_ref().into_iter().for_each(|sink| sink.hurry()));
    }

    /// Works on the calling thread, or waits for the others, until the deadline; at least one block is done if no other thread
    /// has it.
    pub(super) fn step(&self, mut ration: Ration) {
        loop {
            if let Some(mut worker) = self.hire() {
                let is_in_time = self.work_until(&mut worker, &mut ration);
                self.park(worker);
                if !is_in_time {
                    return;
                }
            }
            if !self.wait_for_others(ration.deadline) {
                return;
            }
        }
    }

    /// Works until the ration is spent, or until there is nothing to do: then it returns whether the pass goes on.
    fn work_until(&self, worker: &mut Worker, ration: &mut Ration) -> bool {
        let begun = Instant::now();
        let goes_on = self.advance_until(worker, ration);
        worker.worked(begun.elapsed());
        goes_on
    }

    fn advance_until(&self, worker: &mut Worker, ration: &mut Ration) -> bool {
        let mut begun = Instant::now();
        loop {
            let bytes = match self.advance(worker) {
                Ok(Advance::Idle) => return true,
                Ok(Advance::Block(bytes) | Advance::Extent(bytes) | Advance::Slab(bytes)) => bytes,
                Err(e) => {
                    self.fail(e);
                    return false;
                }
            };
            ration.spend(bytes);
            if !self.hurried.is_completed() {
                self.read_ahead(bytes);
            }
            let now = Instant::now();
            // The next turn is expected to take as long as the one before.
            if ration.is_spent_at(now + (now - begun)) {
                return false;
            }
            begun = now;
        }
    }

    /// Has the next bytes brought, after so many were read.
    fn read_ahead(&self, bytes: u64) {
        let done = self.done_bytes.load(Ordering::Relaxed);
        let next = lock(&self.read_ahead).next(&self.plan, &self.modes, done, bytes);
        if let Some((file, offset, len)) = next {
            self.plan.files[file].source.will_read(offset, len);
        }
    }

    fn hire(&self) -> Option<Worker> {
        lock(&self.status).take_worker()
    }

    fn park(&self, mut worker: Worker) {
        worker.tell_costs(&mut lock(&self.costs));
        let mut status = lock(&self.status);
        status.park(worker);
        let dropped = if status.is_running() { Vec::new() } else { status.abandon() };
        drop(status);
        drop(dropped);
        self.changed.notify_all();
    }

    /// Waits until a thread that has nothing to do may go on; `false` if there will be nothing for it.
    fn wait_for_work(&self, worker: &mut Worker) -> bool {
        let mut status = lock(&self.status);
        while status.is_running() {
            if status.exchange(worker) || status.has_slab() {
                return true;
            }
            if status.slabs.is_empty() {
                return false;
            }
            status = self.changed.wait(status).unwrap_or_else(PoisonError::into_inner);
        }
        false
    }

    /// Waits while others work and have nothing for this thread, until the deadline; `true` if they have.
    fn wait_for_others(&self, deadline: Option<Instant>) -> bool {
        let mut status = lock(&self.status);
        while status.running > 0 {
            if status.is_running() && status.has_place() {
                return true;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            status = match left {
                Some(Duration::ZERO) => return false,
                Some(left) => {
                    let waited = self.changed.wait_timeout(status, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(status).unwrap_or_else(PoisonError::into_inner),
            };
        }
        false
    }

    /// One turn of a worker. After an error, also a panic, it has nothing in hand any more.
    fn advance(&self, worker: &mut Worker) -> Result<Advance> {
        let was_busy = worker.is_busy();
        let turn = catch_unwind(AssertUnwindSafe(|| self.turn(worker)));
        let turn = turn.unwrap_or_else(|_| Err(Error::new(Kind::Internal, "the task has panicked")));
        if turn.is_err() {
            *worker = Worker::default();
        }
        // All at once: whoever polls must not see that the last extent is done and not that its bytes are still in hand.
        let mut status = lock(&self.status);
        status.busy = status.busy + usize::from(worker.is_busy()) - usize::from(was_busy);
        status.extents_left -= usize::from(matches!(turn, Ok(Advance::Extent(_))));
        status.slabs_left -= usize::from(matches!(turn, Ok(Advance::Slab(_))));
        let lets_others_go_on = status.has_slab();
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
                Ok(Advance::Block(bytes))
            }
            Turn::Extent { bytes, tensors, digests } => {
                self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
                self.done_tensors.fetch_add(tensors, Ordering::Relaxed);
                lock(&self.digests).record(&self.plan, digests)?;
                Ok(Advance::Extent(bytes))
            }
            Turn::Idle => match self.take_slab() {
                Some(slab) => self.move_slab(worker, slab),
                None => Ok(Advance::Idle),
            },
        }
    }

    fn take_slab(&self) -> Option<usize> {
        lock(&self.status).take_slab()
    }

    fn move_slab(&self, worker: &mut Worker, slab: usize) -> Result<Advance> {
        let mover = self.mover()?;
        let bytes = self.plan.slab_bytes(slab);
        worker.measure(Stage::Move, bytes, || mover.run(&self.plan, slab))?;
        Ok(Advance::Slab(bytes))
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
        let is_first = status.is_running();
        if is_first {
            status.phase = Phase::Failed(error.clone());
        }
        let dropped = status.abandon();
        drop(status);
        drop(dropped);
        self.cancel.cancel();
        lock(&self.queue).clear();
        if is_first {
            self.tell_failure(&error);
        }
        self.changed.notify_all();
    }

    fn tell_failure(&self, failure: &Error) {
        let (bytes, costs) = (self.done_bytes.load(Ordering::Relaxed), lock(&self.costs).clone());
        journal::failed(&self.operation, &self.plan, bytes, costs, failure);
    }

    fn check_cancelled(&self) -> Result<()> {
        let is_cancelled = self.cancel.is_cancelled() || self.plan.cancel.as_ref().is_some_and(Cancel::is_cancelled);
        if is_cancelled { Err(Error::new(Kind::Cancelled, "the task was cancelled")) } else { Ok(()) }
    }

    /// Whether the pass is complete, or the error that ended it.
    pub(super) fn settle(&self) -> Result<State> {
        let state = self.seal();
        if !matches!(state, Ok(State::Pending)) {
            self.tell_end();
        }
        state
    }

    /// Calls a function when the pass has ended, at once if it has.
    pub(super) fn when_ended(&self, on_end: Box<dyn FnOnce() + Send>) {
        lock(&self.on_end).push(on_end);
        let _ = self.settle();
    }

    /// Calls those that wait for the end, each once.
    pub(super) fn tell_end(&self) {
        let on_end = std::mem::take(&mut *lock(&self.on_end));
        on_end.into_iter().for_each(|on_end| on_end());
    }

    /// As [`settle`](Self::settle). Whoever asks first after the last extent seals the pass.
    fn seal(&self) -> Result<State> {
        let mut status = lock(&self.status);
        match &status.phase {
            Phase::Failed(failure) if status.is_released => return Err(failure.clone()),
            // An error is told when nobody works any more: the caller may then take back what it has lent.
            Phase::Failed(_) if status.running + status.busy > 0 => return Ok(State::Pending),
            Phase::Failed(failure) => {
                let failure = failure.clone();
                self.let_go(status);
                return Err(failure);
            }
            Phase::Done => return Ok(State::Done),
            Phase::Running if status.extents_left + status.slabs_left + status.running + status.busy > 0 => {
                return Ok(State::Pending);
            }
            Phase::Running => {}
        }
        // A cancel that came before the end counts, also if the work was done when it was noticed.
        if let Err(failure) = self.check_end() {
            status.phase = Phase::Failed(failure.clone());
            self.let_go(status);
            self.tell_failure(&failure);
            return Err(failure);
        }
        lock(&self.digests).mark_verified(&self.plan, &self.stamps);
        status.phase = Phase::Done;
        drop(status);
        remember(&self.plan, &self.sights, lock(&self.digests).verified_files(&self.plan));
        let costs = lock(&self.costs).clone();
        journal::done(&self.operation, &self.plan, costs);
        Ok(State::Done)
    }

    /// What is asked once more when the work is done.
    fn check_end(&self) -> Result<()> {
        self.check_cancelled()?;
        check_unchanged(&self.plan)?;
        check_remembered(&self.plan)
    }

    /// What has failed holds no memory, however long the task is kept. Until that has been given back the task has not ended: the
    /// error tells the caller that all of it is back.
    fn let_go(&self, mut status: MutexGuard<'_, Status>) {
        status.running += 1;
        drop(status);
        // No lock is held while memory of the host is given back.
        let (mover, sink) = (lock(&self.mover).take(), lock(&self.sink).take());
        drop((mover, sink));
        let mut status = lock(&self.status);
        status.running -= 1;
        status.is_released = true;
        drop(status);
        self.changed.notify_all();
    }

    pub(super) fn progress(&self) -> Progress {
        let info = self.plan.info();
        let done_bytes = self.done_bytes.load(Ordering::Acquire);
        let is_complete = done_bytes == info.read_bytes;
        let done_tensors = if is_complete { info.tensors } else { self.done_tensors.load(Ordering::Relaxed) };
        Progress { done_bytes, total_bytes: info.read_bytes, done_tensors, total_tensors: info.tensors }
    }

    pub(super) fn place(&self) -> Result<Placement> {
        let mover = lock(&self.mover).take();
        drop(mover);
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
