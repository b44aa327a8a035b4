//! Control over operations that take long: progress and cancelling.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::steps::unpaced;

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
        unpaced(|| (self.0)(progress))
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// Stops operations from another thread. Clones share one state: an operation that is given a clone stops with
/// [`Kind::Cancelled`](crate::Kind::Cancelled) soon after [`cancel`](Self::cancel) has been called on any of them.
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

    /// What [`cancel`](Self::cancel) sets.
    pub(crate) fn flag(&self) -> &Arc<AtomicBool> {
        &self.0
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
