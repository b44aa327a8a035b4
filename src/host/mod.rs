//! What the host provides: files, threads, memory, a log, metrics, and control over work that takes long.

mod control;
mod costs;
mod executor;
mod files;
mod memory;
mod operation;
mod pending;
mod pool;
mod threads;
mod unpaced_files;

/// What the threads need of the system: with the calls of Linux.
#[cfg(all(target_os = "linux", not(weighbridge_portable)))]
#[path = "linux/signals.rs"]
mod signals;

/// What the threads need of the system: with std alone.
#[cfg(not(all(target_os = "linux", not(weighbridge_portable))))]
#[path = "portable/signals.rs"]
mod signals;

/// How many threads can run at once: in small builds by the call of Linux.
#[cfg(all(feature = "small", target_os = "linux", not(weighbridge_portable)))]
#[path = "linux/processors.rs"]
mod processors;
#[cfg(not(all(feature = "small", target_os = "linux", not(weighbridge_portable))))]
#[path = "portable/processors.rs"]
mod processors;

use std::sync::Arc;

pub use control::{Cancel, Listener, Progress};
pub(crate) use costs::Costs;
pub use costs::{Cost, Stage};
pub use executor::{Executor, Job};
pub use files::{HostEntry, HostFile, HostFiles};
pub use memory::{HostAllocator, MemoryBudget};
pub(crate) use memory::{HostBlock, Reservation};
pub(crate) use operation::Operation;
pub use operation::{Measurement, Metrics};
pub use pending::Pending;
pub use pool::ThreadHook;
use pool::{Pool, ThreadHooks};
pub(crate) use threads::Jobs;
use threads::Threads;
pub(crate) use unpaced_files::UnpacedFiles;

pub use crate::steps::{StepBudget, unpaced};

use crate::error::{Error, Escaped, Kind, Result};

/// How detailed a log message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// An operation failed; the error is returned as well.
    Error = 1,
    /// Something was accepted or worked around that somebody should look at.
    Warn = 2,
    /// The operations, one line each: opens, verifications, loads.
    Info = 3,
    /// The steps of operations: files, manifests, maps, phases.
    Debug = 4,
}

impl Level {
    /// The level of an operation that has ended with an error. Some ends were asked for, and that there is no zero-copy pointer
    /// is an answer: the caller reads instead.
    pub(crate) fn of_failure(error: &Error) -> Self {
        match error.kind() {
            Kind::Cancelled => Self::Info,
            Kind::NotMapped => Self::Debug,
            _ => Self::Error,
        }
    }
}

/// Where log messages go: level, target (the part of the library) and text, on whichever thread it happened.
pub type Log = dyn Fn(Level, &str, &str) + Send + Sync;

/// What the host provides. Cheap to clone; a process may have several.
///
/// The default provides nothing: files are those of the operating system, the thread of the caller does the work, and nothing is
/// logged.
#[derive(Clone, Default)]
pub struct Context(Arc<Services>);

#[derive(Clone, Default)]
struct Services {
    max_threads: usize,
    threads: Threads,
    hooks: Option<ThreadHooks>,
    log: Option<(Level, Arc<Log>)>,
    files: Option<Arc<dyn HostFiles>>,
    allocator: Option<Arc<dyn HostAllocator>>,
    budget: Option<Arc<dyn MemoryBudget>>,
    metrics: Option<Arc<Metrics>>,
}

impl Context {
    /// A context that provides nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows the library up to `threads` threads of its own, for all tasks of the context together; [`usize::MAX`] means one for
    /// each processor. They are started when there is work, and none is left when the tasks have been dropped. While other tasks have
    /// all of them, whoever waits for a task does its work. The child of a fork has none: a context that it creates itself may.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        let max_threads = match threads {
            usize::MAX => processors::count(),
            threads => threads,
        };
        self.with(|services| {
            services.max_threads = max_threads;
            services.threads = own_threads(max_threads, services.hooks.clone());
        })
    }

    /// Calls `start` and `stop` on every thread of the library that belongs to the context: when it begins, and before it ends.
    #[must_use]
    pub fn with_thread_hooks(self, start: Arc<ThreadHook>, stop: Arc<ThreadHook>) -> Self {
        self.with(|services| {
            services.hooks = Some(ThreadHooks { start, stop });
            if !matches!(services.threads, Threads::Lent(_)) {
                services.threads = own_threads(services.max_threads, services.hooks.clone());
            }
        })
    }

    /// Lets the host run the work of tasks, in up to `jobs` jobs for each task. The library then has no threads of its own.
    #[must_use]
    pub fn with_executor(self, executor: Arc<dyn Executor>, jobs: usize) -> Self {
        self.with(|services| {
            services.max_threads = jobs;
            services.threads = Threads::Lent(executor);
        })
    }

    fn with(self, change: impl FnOnce(&mut Services)) -> Self {
        let mut services = Arc::unwrap_or_clone(self.0);
        change(&mut services);
        Self(Arc::new(services))
    }

    /// Sends messages up to `level` to `log`.
    #[must_use]
    pub fn with_log(self, level: Level, log: Arc<Log>) -> Self {
        self.with(|services| services.log = Some((level, log)))
    }

    /// Opens models from the files of the host instead of those of the operating system: paths are names of these. Such a path is
    /// relative, has `/` between folders and no `..`; `""` is the root. There are no links, and files are not remembered by a
    /// [`Memo`](crate::verify::Memo).
    #[must_use]
    pub fn with_files(self, files: Arc<dyn HostFiles>) -> Self {
        self.with(|services| services.files = Some(files))
    }

    /// Takes memory for bulk data from the host: arenas of tensors, contents of files and tensors that are read, and the buffers of
    /// loads. The library maps what other processes or devices share with it itself: sealed memory, files, and the pinned slots of
    /// copies to devices.
    #[must_use]
    pub fn with_allocator(self, allocator: Arc<dyn HostAllocator>) -> Self {
        self.with(|services| services.allocator = Some(allocator))
    }

    /// Asks the host before memory for bulk data is allocated, also on devices: for what [`with_allocator`](Self::with_allocator) lists, and
    /// for what the library maps itself, but files.
    #[must_use]
    pub fn with_memory_budget(self, budget: Arc<dyn MemoryBudget>) -> Self {
        self.with(|services| services.budget = Some(budget))
    }

    /// The files that the host lends.
    pub(crate) fn files(&self) -> Option<&Arc<dyn HostFiles>> {
        self.0.files.as_ref()
    }

    /// Threads that may work for one task at the same time; 0: none but those of callers.
    pub fn threads(&self) -> usize {
        self.0.max_threads
    }

    /// For the jobs of one task.
    pub(crate) fn jobs(&self) -> Jobs {
        Jobs::new(&self.0.threads)
    }

    /// Logs the error of an operation that has failed.
    pub(crate) fn log_failure<T>(&self, target: &str, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| self.log(Level::of_failure(error), target, || format!("failed: {error}")))
    }

    /// Logs one message, on one line and safe to print; `text` is made only if somebody listens.
    pub(crate) fn log(&self, level: Level, target: &str, text: impl FnOnce() -> String) {
        if let Some((loudest, log)) = &self.0.log
            && level <= *loudest
        {
            let text = Escaped(&text()).to_string();
            unpaced(|| log(level, target, &text));
        }
    }
}

fn own_threads(most: usize, hooks: Option<ThreadHooks>) -> Threads {
    if most == 0 { Threads::None } else { Threads::Own(Arc::new(Pool::new(most, hooks))) }
}
