//! What works for the tasks of a context.

use std::sync::Arc;

use super::executor::{Executor, Job};
use super::pool::{Pool, Ticket};
use crate::error::Result;

/// The threads that the tasks of a context share.
#[derive(Clone, Default)]
pub(super) enum Threads {
    /// None: whoever calls works.
    #[default]
    None,
    /// The library's own.
    Own(Arc<Pool>),
    /// The host's.
    Lent(Arc<dyn Executor>),
}

/// The jobs of one task. When this is dropped, no thread of the library works on them any more; the host may still run its
/// own, late.
#[derive(Default)]
pub(crate) struct Jobs {
    threads: Threads,
    tickets: Vec<Ticket>,
}

impl Jobs {
    pub(super) fn new(threads: &Threads) -> Self {
        Self { threads: threads.clone(), tickets: Vec::new() }
    }

    /// Hands out a job.
    pub(crate) fn spawn(&mut self, work: impl FnOnce() + Send + 'static) -> Result<()> {
        match &self.threads {
            Threads::None => {}
            Threads::Own(pool) => self.tickets.extend(pool.spawn(Job::new(work))?),
            Threads::Lent(executor) => executor.spawn(Job::new(work))?,
        }
        Ok(())
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        if let Threads::Own(pool) = &self.threads {
            pool.finish(&self.tickets);
        }
    }
}
