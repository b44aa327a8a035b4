//! What the threads of a task share: what has been done and what is left, and one turn of a worker.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::State;
use crate::error::{Error, Kind, Result};
use crate::host::{Cancel, Progress};
use crate::load::digests::Digests;
use crate::load::journal::Journal;
use crate::load::lock::lock;
use crate::load::placement::Placement;
use crate::load::plan::Plan;
use crate::load::prepare::prepare;
use crate::load::reader::ReadModes;
use crate::load::remember::{check_remembered, look, remember};
use crate::load::sink::{Mover, Sink};
use crate::load::worker::{Turn, Worker};
use crate::memory;
use crate::verify::{Costs, Sight, Stage};

/// A pass over the files of a plan, and how far it is. The threads of a task share it.
pub(super) struct Pass {
    pub(super) plan: Arc<Plan>,
    journal: Journal,
    /// Those of the files of the payload before they are read.
    stamps: Vec<u64>,
    /// How the files that are hashed looked before they were read.
    sights: Vec<(usize, Sight)>,
    sink: Mutex<Option<Box<dyn Sink>>>,
    /// Jobs that nobody has taken yet.
    queue: Mutex<VecDeque<usize>>,
    /// What makes tensors contiguous; made when all jobs are done.
    mover: Mutex<Option<Arc<dyn Mover>>>,
    pub(super) digests: Mutex<Digests>,
    modes: ReadModes,
    pub(super) costs: Mutex<Costs>,
    done_bytes: AtomicU64,
    done_tensors: AtomicU64,
    pub(super) cancel: Cancel,
    pub(super) status: Mutex<Status>,
    /// Signalled when a job is done and when the pass ends.
    pub(super) changed: Condvar,
}

/// How the pass stands. Everything that decides it is under one lock.
pub(super) struct Status {
    /// Threads of the task that have not ended.
    pub(super) running: usize,
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
pub(super) enum Advance {
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

impl Pass {
    /// Takes the memory, and checks that the files are still the same.
    pub(super) fn new(plan: &Arc<Plan>, keeps_going: bool, journal: &Journal) -> Result<Self> {
        let stamps = plan.payload.stamps()?;
        let sights = look(plan);
        check_unchanged(plan)?;
        let mut digests = Digests::new(plan, keeps_going)?;
        digests.conclude_empty(plan)?;
        let mut costs = Costs::default();
        let sink = costs.measure(Stage::Prepare, plan.info().target_bytes, || prepare(plan))?;
        let (jobs_left, slabs_left) = (plan.jobs.len(), plan.slabs.len());
        let phase = Phase::Running;
        Ok(Self {
            sink: Mutex::new(Some(sink)),
            mover: Mutex::default(),
            queue: Mutex::new(memory::collect(0..plan.jobs.len(), "the jobs of the load")?.into()),
            modes: ReadModes::new(plan),
            costs: Mutex::new(costs),
            digests: Mutex::new(digests),
            done_bytes: AtomicU64::new(0),
            done_tensors: AtomicU64::new(0),
            cancel: Cancel::default(),
            status: Mutex::new(Status { running: 0, busy: 0, jobs_left, next_slab: 0, slabs_left, phase }),
            changed: Condvar::new(),
            plan: Arc::clone(plan),
            journal: journal.clone(),
            stamps,
            sights,
        })
    }

    /// The life of one thread of the task.
    pub(super) fn work(&self) {
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
    pub(super) fn advance(&self, worker: &mut Worker) -> Result<Advance> {
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

    pub(super) fn fail(&self, error: Error) {
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
    pub(super) fn settle(&self) -> Result<State> {
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
        if let Err(failure) = self.check_end() {
            status.phase = Phase::Failed(failure.clone());
            drop(status);
            self.let_go();
            self.journal.failed(&self.plan, &failure);
            return Err(failure);
        }
        lock(&self.digests).mark_verified(&self.plan, &self.stamps);
        status.phase = Phase::Done;
        drop(status);
        remember(&self.plan, &self.sights, lock(&self.digests).verified_files(&self.plan));
        let costs = lock(&self.costs).clone();
        self.journal.done(&self.plan, costs);
        Ok(State::Done)
    }

    /// What is asked once more when the work is done.
    fn check_end(&self) -> Result<()> {
        self.check_cancelled()?;
        check_unchanged(&self.plan)?;
        check_remembered(&self.plan)
    }

    /// What has failed holds no memory, however long the task is kept.
    fn let_go(&self) {
        lock(&self.mover).take();
        lock(&self.sink).take();
    }

    pub(super) fn progress(&self) -> Progress {
        let info = self.plan.info();
        let done_bytes = self.done_bytes.load(Ordering::Acquire);
        let is_complete = done_bytes == info.read_bytes;
        let done_tensors = if is_complete { info.tensors } else { self.done_tensors.load(Ordering::Relaxed) };
        Progress { done_bytes, total_bytes: info.read_bytes, done_tensors, total_tensors: info.tensors }
    }

    pub(super) fn place(&self) -> Result<Placement> {
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
