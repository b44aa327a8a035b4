//! What has been checked so far, for the life of a model.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// One mark for every file and every tensor; set when a pass over their bytes has matched.
pub(crate) struct Ledger {
    files: Box<[AtomicBool]>,
    tensors: Box<[AtomicU64]>,
}

impl Ledger {
    pub(crate) fn new(files: usize, tensors: usize) -> Self {
        Self {
            files: (0..files).map(|_| AtomicBool::new(false)).collect(),
            tensors: (0..tensors.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(crate) fn mark_file(&self, file: usize) {
        if let Some(mark) = self.files.get(file) {
            mark.store(true, Ordering::Release);
        }
    }

    pub(crate) fn mark_tensor(&self, tensor: usize) {
        if let Some(marks) = self.tensors.get(tensor / 64) {
            marks.fetch_or(1 << (tensor % 64), Ordering::Release);
        }
    }

    /// Whether a file has been checked.
    pub(crate) fn is_verified(&self, file: usize) -> bool {
        self.files.get(file).is_some_and(|mark| mark.load(Ordering::Acquire))
    }

    /// Whether a tensor's bytes have been checked by themselves.
    pub(crate) fn is_tensor_verified(&self, tensor: usize) -> bool {
        let marks = self.tensors.get(tensor / 64).map_or(0, |marks| marks.load(Ordering::Acquire));
        marks >> (tensor % 64) & 1 == 1
    }
}
