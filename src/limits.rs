//! The budget of one open: what a hostile file may make the library do.

use std::cell::Cell;

use crate::error::{Error, Kind, Result};
use crate::host::{Cancel, Listener, Progress};
use crate::memory;

/// How much one open may ask for. Counts are checked before anything is allocated for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one header, index or manifest. The default is 100,000,000, as in the safetensors specification.
    pub header_bytes: u64,
    /// Tensors of all files of the model, unindexed ones included. The default is 10,000,000.
    pub tensors: u64,
    /// Files of the whole model. The default is 4,096.
    pub files: u64,
    /// Bytes of memory that all of the model's structure may take: tables, graphs, metadata, manifests, and contents that are
    /// built. The default is 1 GiB.
    pub heap_bytes: u64,
}

/// The most dimensions of one tensor: what NumPy and PyTorch can hold.
pub const MAX_RANK: usize = 64;

/// The most files that a `weighbridge.json` may list, whatever the limits of an open are: assets are among them.
pub const MAX_RECORD_FILES: usize = 1_000_000;

/// The most tensors that a `weighbridge.json` may list, whatever the limits of an open are.
pub const MAX_RECORD_TENSORS: usize = 10_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self { header_bytes: 100_000_000, tensors: 10_000_000, files: 4_096, heap_bytes: 1 << 30 }
    }
}

impl Limits {
    /// Refuses a header, index or manifest that is too long to be read into memory.
    pub(crate) fn check_header(&self, what: &str, bytes: u64) -> Result<()> {
        check(what, BYTES, bytes, self.header_bytes, "header_bytes")
    }

    /// The same, of which so many bytes have been read: there may be more.
    pub(crate) fn check_header_so_far(&self, what: &str, bytes: u64) -> Result<()> {
        check_so_far(what, BYTES, bytes, self.header_bytes, "header_bytes")
    }

    /// Refuses more tensors than the model may have.
    pub(crate) fn check_tensors(&self, count: u64) -> Result<()> {
        check(MODEL, TENSORS, count, self.tensors, "tensors")
    }

    /// The same, of which so many have been counted: there may be more.
    pub(crate) fn check_tensors_so_far(&self, count: u64) -> Result<()> {
        check_so_far(MODEL, TENSORS, count, self.tensors, "tensors")
    }

    /// Refuses views that repeat their elements (by strides of 0, for instance) more than the memory of the open allows: who
    /// copies them needs as much.
    pub(crate) fn check_repeated(&self, bytes: u64) -> Result<()> {
        let unit = ["byte of repeated elements", "bytes of repeated elements"];
        check_so_far(MODEL, unit, bytes, self.heap_bytes, "heap_bytes")
    }

    /// Refuses more files than the model may have.
    pub(crate) fn check_files(&self, count: u64) -> Result<()> {
        check(MODEL, FILES, count, self.files, "files")
    }

    /// The same, of which so many have been counted: there may be more.
    pub(crate) fn check_files_so_far(&self, count: u64) -> Result<()> {
        check_so_far(MODEL, FILES, count, self.files, "files")
    }
}

/// What one open has used of its limits. Made once, and passed to everything that reads: a model of many small files gets
/// no more memory than one of a single file.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    heap: Cell<u64>,
    /// How much of it had been taken when the system was last asked whether it has memory.
    asked: Cell<u64>,
    listener: Option<Listener>,
    cancel: Option<Cancel>,
    /// Bytes that have been processed.
    done: Cell<u64>,
    /// What was done when the listener was last told.
    told: Cell<u64>,
}

/// Bytes that are processed between two calls of the listener.
const STEP: u64 = 1 << 20;

impl Budget {
    /// A budget of which nothing has been used.
    pub fn new(limits: &Limits) -> Self {
        let (heap, asked, done, told) = Default::default();
        Self { limits: *limits, heap, asked, listener: None, cancel: None, done, told }
    }

    /// Lets the caller follow the open, and stop it.
    pub(crate) fn watched_by(self, listener: Option<Listener>, cancel: Option<Cancel>) -> Self {
        Self { listener, cancel, ..self }
    }

    /// Counts `bytes` of structure that are about to be processed. [`Kind::Cancelled`] if the caller wants the open to stop.
    ///
    /// Everything that takes time in proportion to the input calls this at least once for each megabyte.
    pub(crate) fn advance(&self, bytes: u64) -> Result<()> {
        self.done.set(self.done.get().saturating_add(bytes));
        if self.done.get() - self.told.get() < STEP {
            return Ok(());
        }
        self.tell()
    }

    /// Bytes of structure that have been processed.
    pub(crate) fn done(&self) -> u64 {
        self.done.get()
    }

    /// Tells the caller how far the open is.
    pub(crate) fn tell(&self) -> Result<()> {
        self.told.set(self.done.get());
        let progress = Progress { done_bytes: self.done.get(), ..Progress::default() };
        let is_cancelled = self.cancel.as_ref().is_some_and(Cancel::is_cancelled)
            || self.listener.as_ref().is_some_and(|listener| listener.tell(&progress).is_break());
        if is_cancelled { Err(Error::new(Kind::Cancelled, "the open was cancelled")) } else { Ok(()) }
    }

    /// The limits that it was made from.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes `bytes` of memory that the model keeps. [`Kind::Limit`] if the open would have more than it may;
    /// [`Kind::OutOfMemory`] if the system has none left.
    pub fn take_heap(&self, bytes: u64) -> Result<()> {
        /// Small parts are not allocated by calls that can fail, so the system is asked every so many bytes.
        const INTERVAL: u64 = 64 << 10;
        let heap = self.heap.get().saturating_add(bytes);
        self.heap.set(heap);
        check_so_far(MODEL, ["byte of structure", "bytes of structure"], heap, self.limits.heap_bytes, "heap_bytes")?;
        if heap - self.asked.get() < INTERVAL {
            return memory::check();
        }
        self.asked.set(heap);
        memory::probe(0, "the model")
    }

    /// Bytes of memory that may still be taken.
    pub(crate) fn heap_left(&self) -> u64 {
        self.limits.heap_bytes.saturating_sub(self.heap.get())
    }
}

const MODEL: &str = "the model";

/// What is counted: one, and several.
type Unit = [&'static str; 2];

const BYTES: Unit = ["byte", "bytes"];
const TENSORS: Unit = ["tensor", "tensors"];
const FILES: Unit = ["file", "files"];

/// Refuses a value that is known exactly.
fn check(what: &str, unit: Unit, value: u64, limit: u64, field: &'static str) -> Result<()> {
    let message = || format!("{what} has {}; the limit of this open is {limit}", counted(value, unit));
    refuse_beyond(value, limit, field, message)
}

/// Refuses what has been counted so far: nobody has looked how much more there is.
fn check_so_far(what: &str, unit: Unit, value: u64, limit: u64, field: &'static str) -> Result<()> {
    let message = || format!("{what} has more than {}, which is the limit of this open", counted(limit, unit));
    refuse_beyond(value, limit, field, message)
}

fn counted(count: u64, [one, several]: Unit) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn refuse_beyond(value: u64, limit: u64, field: &'static str, message: impl Fn() -> String) -> Result<()> {
    if value > limit { Err(Error::new(Kind::Limit, message()).with_option(field)) } else { Ok(()) }
}
