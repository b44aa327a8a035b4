//! Operations that the host steps, waits for, or leaves to threads.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Cancel, Context, Jobs, Level};
use crate::error::{Error, Result};
use crate::steps::{self, Fiber, StepBudget};

/// An operation in progress, such as the opening of a model.
///
/// A thread of the context does it, if there are any that are free; whoever calls [`step`](Self::step) or [`wait`](Self::wait) does what
/// no other thread is doing. Dropping it cancels it, and waits for whoever works on it.
pub struct Pending<T: Send + 'static> {
    shared: Arc<Shared<T>>,
    /// Its thread of the context ends with it.
    _jobs: Jobs,
}

struct Shared<T: Send + 'static> {
    state: Mutex<State<T>>,
    /// Signalled when nobody works on it any more.
    changed: Condvar,
    cancel: Cancel,
    /// Are called once when it has ended.
    on_end: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

enum State<T: Send + 'static> {
    /// Nobody has begun.
    Ready(Box<dyn FnOnce() -> Result<T> + Send>),
    /// It waits for the next step.
    Paused(Fiber<T>),
    /// A thread works on it.
    Busy,
    Ended(Result<T>),
}

impl<T: Clone + Send + 'static> Pending<T> {
    /// An operation of a context, which begins when a thread of it is free, or when the caller steps or waits.
    /// `name` is what the log calls it.
    pub(crate) fn new(
        name: &'static str,
        context: &Context,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Self {
        let state = Mutex::new(State::Ready(Box::new(work)));
        let shared =
            Arc::new(Shared { state, changed: Condvar::new(), cancel: Cancel::new(), on_end: Mutex::default() });
        let (mut jobs, job) = (context.jobs(), Arc::clone(&shared));
        if let Err(e) = jobs.spawn(move || job.work(StepBudget::ALL)) {
            // The caller does the work.
            context.log(Level::Warn, name, || format!("cannot use another thread: {e}"));
        }
        Self { shared, _jobs: jobs }
    }

    /// Works on it for at most about so much; `None`: there is more to do. If another thread works on it, waits for that. A call ends
    /// within a fraction of a millisecond after its budget, as long as no read waits for a disk.
    ///
    /// It runs on a stack of its own, of 512 KiB, on which the host's files, allocator, log and progress are called, too.
    pub fn step(&self, budget: StepBudget) -> Result<Option<T>> {
        self.shared.step(budget)
    }

    /// Works or waits until the end.
    pub fn wait(&self) -> Result<T> {
        loop {
            if let Some(result) = self.step_to_end()? {
                return Ok(result);
            }
        }
    }

    fn step_to_end(&self) -> Result<Option<T>> {
        self.shared.step(StepBudget::ALL)
    }

    /// The result if it has ended. It does no work; any thread may ask.
    pub fn poll(&self) -> Result<Option<T>> {
        self.shared.result(&self.shared.state())
    }

    /// Asks it to stop; its result is [`Kind::Cancelled`](crate::Kind::Cancelled) then, unless it has ended. Any thread may ask.
    pub fn cancel(&self) {
        self.shared.cancel.cancel();
    }

    /// Calls `function` once when it has ended, by whatever: on the thread that has ended it, with no lock held; at once if it has ended,
    /// and at the latest while it is dropped. It may ask for the result, and must not drop the operation.
    pub fn when_ended(&self, function: impl FnOnce() + Send + 'static) {
        let function = Box::new(function);
        self.shared.on_end.lock().unwrap_or_else(PoisonError::into_inner).push(function);
        if matches!(*self.shared.state(), State::Ended(_)) {
            self.shared.tell_end();
        }
    }
}

impl<T: Send + 'static> Drop for Pending<T> {
    fn drop(&mut self) {
        self.shared.cancel.cancel();
        let mut state = self.shared.state();
        while matches!(*state, State::Busy) {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        // A job that comes late finds nothing to do.
        let left = std::mem::replace(&mut *state, State::Ended(Err(Error::cancelled())));
        drop(state);
        drop(left);
        self.shared.tell_end();
    }
}

impl<T: Clone + Send + 'static> Shared<T> {
    fn result(&self, state: &State<T>) -> Result<Option<T>> {
        match state {
            State::Ended(result) => result.clone().map(Some),
            _ => Ok(None),
        }
    }

    fn step(&self, budget: StepBudget) -> Result<Option<T>> {
        let deadline = Instant::now().checked_add(budget.time);
        self.work(budget);
        let mut state = self.state();
        while matches!(*state, State::Busy) {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Ok(None),
                Some(left) => self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        self.result(&state)
    }

    /// Works on it, unless another thread does or it has ended.
    fn work(&self, budget: StepBudget) {
        let flag = self.cancel.flag();
        let next = match self.take() {
            None => return,
            // On the stack that is there: nobody will want to leave it.
            Some(Part::Begin(work)) if budget == StepBudget::ALL => State::Ended(steps::run(flag, work)),
            Some(Part::Begin(work)) => {
                Fiber::new(flag, work).map_or_else(|e| State::Ended(Err(e)), |fiber| resumed(fiber, budget))
            }
            Some(Part::Continue(fiber)) => resumed(fiber, budget),
        };
        let has_ended = matches!(next, State::Ended(_));
        *self.state() = next;
        self.changed.notify_all();
        if has_ended {
            self.tell_end();
        }
    }

    /// Takes what there is to do, if nobody has it.
    fn take(&self) -> Option<Part<T>> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Busy) {
            State::Ready(work) => Some(Part::Begin(work)),
            State::Paused(fiber) => Some(Part::Continue(fiber)),
            other => {
                *state = other;
                None
            }
        }
    }
}

impl<T: Send + 'static> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls those that wait for the end, each once.
    fn tell_end(&self) {
        let on_end = std::mem::take(&mut *self.on_end.lock().unwrap_or_else(PoisonError::into_inner));
        on_end.into_iter().for_each(|on_end| on_end());
    }
}

/// What a thread takes to work on.
enum Part<T: Send + 'static> {
    Begin(Box<dyn FnOnce() -> Result<T> + Send>),
    Continue(Fiber<T>),
}

fn resumed<T: Send + 'static>(mut fiber: Fiber<T>, budget: StepBudget) -> State<T> {
    fiber.resume(budget).map_or_else(|| State::Paused(fiber), State::Ended)
}

impl<T: Send + 'static> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending")
    }
}
