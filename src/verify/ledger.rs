//! What has been checked so far, for the life of a model.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;
use crate::memory;

/// One mark for every file and every tensor: the stamp that its file had before a pass over its bytes, which then matched.
///
/// A mark is good as long as the file has that stamp. When it has another, the bytes may still be the same, or not.
pub(crate) struct Ledger {
    files: Box<[AtomicU64]>,
    tensors: Box<[AtomicU64]>,
}

impl Ledger {
    pub(crate) fn new(files: usize, tensors: usize) -> Result<Self> {
        const LEDGER: &str = "the marks of what has been checked";
        let unmarked = |count| memory::collect((0..count).map(|_| AtomicU64::new(0)), LEDGER);
        Ok(Self { files: unmarked(files)?.into_boxed_slice(), tensors: unmarked(tensors)?.into_boxed_slice() })
    }

    /// `stamp` is not 0.
    pub(crate) fn mark_file(&self, file: usize, stamp: u64) {
        mark(&self.files, file, stamp);
    }

    /// As [`mark_file`](Self::mark_file), with the stamp of the tensor's file.
    pub(crate) fn mark_tensor(&self, tensor: usize, stamp: u64) {
        mark(&self.tensors, tensor, stamp);
    }

    /// The stamp that a file had when it was checked; `None`: it never was.
    pub(crate) fn file(&self, file: usize) -> Option<u64> {
        look_up(&self.files, file)
    }

    /// The stamp that a tensor's file had when the tensor's bytes were checked by themselves; `None`: they never were.
    pub(crate) fn tensor(&self, tensor: usize) -> Option<u64> {
        look_up(&self.tensors, tensor)
    }
}

fn mark(marks: &[AtomicU64], index: usize, stamp: u64) {
    if let Some(mark) = marks.get(index) {
        mark.store(stamp, Ordering::Release);
    }
}

fn look_up(marks: &[AtomicU64], index: usize) -> Option<u64> {
    marks.get(index).map(|mark| mark.load(Ordering::Acquire)).filter(|stamp| *stamp != 0)
}
