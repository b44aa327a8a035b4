//! What the host provides: threads, a log, and control over work that takes long.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
/// The default provides nothing: the thread of the caller does the work, and nothing is logged.
#[derive(Clone, Default)]
pub struct Context(Arc<Services>);

#[derive(Clone, Default)]
struct Services {
    threads: usize,
    log: Option<(Level, Arc<Log>)>,
}

impl Context {
    /// A context that provides nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows the library up to `threads` threads of its own for each task; they end with the task.
    /// [`usize::MAX`] means one for each processor.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self(Arc::new(Services { threads, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Sends messages up to `level` to `log`.
    #[must_use]
    pub fn with_log(self, level: Level, log: Arc<Log>) -> Self {
        Self(Arc::new(Services { log: Some((level, log)), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Threads that one task may create.
    pub fn threads(&self) -> usize {
        match self.0.threads {
            usize::MAX => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
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
            log(level, target, &Escaped(&text()).to_string());
        }
    }
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes processed so far.
    pub done_bytes: u64,
    /// Bytes that the operation will process in all; 0: not known.
    pub total_bytes: u64,
    /// Tensors whose bytes are all processed.
    pub done_tensors: u64,
    /// Tensors that the operation will process; 0: none, or not known.
    pub total_tensors: u64,
}

/// A function that is told how far an operation is, on the thread that called the operation, and may cancel it by
/// [`ControlFlow::Break`].
#[derive(Clone)]
pub struct Listener(Arc<Listening>);

type Listening = dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync;

impl Listener {
    /// Wraps a function.
    pub fn new(function: impl Fn(&Progress) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }

    /// Calls the function.
    pub(crate) fn tell(&self, progress: &Progress) -> ControlFlow<()> {
        (self.0)(progress)
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// Stops operations from another thread. Clones share one state: an operation that is given a clone stops with
/// [`Kind::Cancelled`] soon after [`cancel`](Self::cancel) has been called on any of them.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A handle that nobody has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the operations that have this handle, also those that start later.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
