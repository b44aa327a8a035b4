//! What the host provides: files, threads, a log, and control over work that takes long.

mod control;
mod files;

use std::sync::Arc;

pub use control::{Cancel, Listener, Progress};
pub use files::{HostEntry, HostFile, HostFiles};

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
    threads: usize,
    log: Option<(Level, Arc<Log>)>,
    files: Option<Arc<dyn HostFiles>>,
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

    /// Opens models from the files of the host instead of those of the operating system: paths are names of these. Such a path is
    /// relative, has `/` between folders and no `..`; `""` is the root. There are no links, and files are not remembered by a
    /// [`Memo`](crate::verify::Memo).
    #[must_use]
    pub fn with_files(self, files: Arc<dyn HostFiles>) -> Self {
        Self(Arc::new(Services { files: Some(files), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The files that the host lends.
    pub(crate) fn files(&self) -> Option<&Arc<dyn HostFiles>> {
        self.0.files.as_ref()
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
