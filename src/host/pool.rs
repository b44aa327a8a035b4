//! The threads of a context, which its tasks share.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::executor::Job;
use super::signals::without_signals;
use crate::error::{Error, Result};
use crate::memory;

/// Bytes that there have to be before a thread is started: its stack, of 2 MiB, and as much again. std and the C library keep
/// small records of a thread, and end the process if there is no memory for one of them.
const THREAD: usize = 4 << 20;

/// Called on a thread of the library when it begins or ends, with its number: no two threads of a context have the same number at
/// the same time, and numbers begin with 0.
pub type ThreadHook = dyn Fn(usize) + Send + Sync;

/// What the host does on the threads of the library, see [`Context::with_thread_hooks`](super::Context::with_thread_hooks).
#[derive(Clone)]
pub(super) struct ThreadHooks {
    pub(super) start: Arc<ThreadHook>,
    pub(super) stop: Arc<ThreadHook>,
}

/// Threads that are started when there are jobs, and end when there are none.
pub(super) struct Pool {
    most: usize,
    hooks: Option<ThreadHooks>,
    /// The process that the threads belong to. A child has none of them, and its parent may have left the lock taken.
    process: u32,
    state: Mutex<State>,
    /// Signalled when a job is done.
    changed: Condvar,
}

/// Stands for a job of a pool.
pub(super) type Ticket = u64;

#[derive(Default)]
struct State {
    next_ticket: Ticket,
    queue: VecDeque<(Ticket, Job)>,
    threads: Vec<Worker>,
    /// Threads that do nothing more but end.
    leaving: Vec<JoinHandle<()>>,
}

/// A thread of the pool.
struct Worker {
    number: usize,
    thread: JoinHandle<()>,
    /// The job that it has; none if it has just been started.
    job: Option<Ticket>,
}

impl Pool {
    pub(super) fn new(most: usize, hooks: Option<ThreadHooks>) -> Self {
        Self { most, hooks, process: process::id(), state: Mutex::default(), changed: Condvar::new() }
    }

    /// Queues a job, and starts a thread for it if there may be another one. `None` in a child of the process of the threads; an error
    /// if there is no thread at all, and none can be started.
    pub(super) fn spawn(self: &Arc<Self>, job: Job) -> Result<Option<Ticket>> {
        if self.is_inherited() {
            return Ok(None);
        }
        let mut state = self.lock();
        if state.threads.len() < self.most
            && let Err(e) = self.start(&mut state)
            && state.threads.is_empty()
        {
            return Err(e);
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queue.push_back((ticket, job));
        Ok(Some(ticket))
    }

    /// Starts a thread, which waits for the lock before it looks for a job.
    fn start(self: &Arc<Self>, state: &mut State) -> Result<()> {
        memory::probe(THREAD, "a thread")?;
        let is_free = |number: &usize| state.threads.iter().all(|worker| worker.number != *number);
        let number = (0..).find(is_free).unwrap_or_default();
        let pool = Arc::clone(self);
        let builder = Builder::new().name(format!("weighbridge-{number}"));
        let thread = without_signals(|| builder.spawn(move || pool.work(number)));
        let thread = thread.map_err(|e| Error::io("starting a thread", e))?;
        state.threads.push(Worker { number, thread, job: None });
        Ok(())
    }

    fn is_inherited(&self) -> bool {
        process::id() != self.process
    }

    /// The life of a thread.
    fn work(&self, number: usize) {
        self.tell(|hooks| &hooks.start, number);
        while let Some(job) = self.next(number) {
            // Tasks keep their own errors, also those of a panic.
            let _ = catch_unwind(AssertUnwindSafe(|| job.run()));
        }
        self.tell(|hooks| &hooks.stop, number);
    }

    fn tell(&self, hook: impl Fn(&ThreadHooks) -> &Arc<ThreadHook>, number: usize) {
        if let Some(hooks) = &self.hooks {
            // The thread goes on: tasks wait for what it does.
            let _ = catch_unwind(AssertUnwindSafe(|| hook(hooks)(number)));
        }
    }

    /// Ends the job that a thread had and gives it the next one, if there is one.
    fn next(&self, number: usize) -> Option<Job> {
        let mut state = self.lock();
        let next = state.queue.pop_front();
        let (ticket, job) = next.unzip();
        if let Some(at) = state.threads.iter().position(|worker| worker.number == number) {
            match ticket {
                Some(_) => state.threads[at].job = ticket,
                None => {
                    let Worker { thread, .. } = state.threads.swap_remove(at);
                    state.leaving.push(thread);
                }
            }
        }
        self.changed.notify_all();
        job
    }

    /// Takes back the jobs that no thread has begun, and waits for the others and for the threads that end with them.
    pub(super) fn finish(&self, jobs: &[Ticket]) {
        if self.is_inherited() {
            return;
        }
        let mut state = self.lock();
        state.queue.retain(|(ticket, _)| !jobs.contains(ticket));
        // A thread that has just been started takes a job of another task, or ends.
        let is_awaited = |job: &Option<Ticket>| job.is_none_or(|ticket| jobs.contains(&ticket));
        while state.threads.iter().any(|worker| is_awaited(&worker.job)) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let leaving = std::mem::take(&mut state.leaving);
        drop(state);
        for thread in leaving {
            let _ = thread.join();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
