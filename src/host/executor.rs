//! Threads that the host lends.

use std::fmt;

use crate::error::Result;

/// Runs jobs of the library on threads of the host, such as those of its job system: see [`Context::with_executor`].
///
/// [`Context::with_executor`]: super::Context::with_executor
pub trait Executor: Send + Sync {
    /// Takes a job, to run it later on any thread, or at once on this one. Called on any thread, with no lock held.
    ///
    /// A job ends when there is nothing more to do, which may be when the whole task is done; it may wait for jobs of the same
    /// task that have begun, and never for one that has not. A job that is run late, or dropped, delays nothing: whoever waits
    /// for a task does its work meanwhile. An error is logged, and the task goes on without this job.
    fn spawn(&self, job: Job) -> Result<()>;
}

/// A part of the work of a task.
pub struct Job(Box<dyn FnOnce() + Send>);

impl Job {
    pub(super) fn new(work: impl FnOnce() + Send + 'static) -> Self {
        Self(Box::new(work))
    }

    /// Does the work. If the task is over already, there is none.
    pub fn run(self) {
        (self.0)();
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}
