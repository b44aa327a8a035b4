//! What a check did not look at, and why.

use super::lists::counted;
use crate::error::Error;

/// Tensors whose contents were not looked at.
#[derive(Default)]
pub(super) struct Unread {
    tensors: usize,
    bytes: u64,
    /// Why the first of them was not.
    reason: Option<Error>,
}

impl Unread {
    /// Adds tensors that have so many bytes together.
    pub(super) fn add(&mut self, tensors: usize, bytes: u64, reason: Error) {
        self.tensors += tensors;
        // Tensors may overlap, and be more than their files.
        self.bytes = self.bytes.saturating_add(bytes);
        self.reason.get_or_insert(reason);
    }

    /// What was not done with how much, and why; `None` if all was looked at.
    pub(super) fn text(&self, what: &str) -> Option<String> {
        let reason = self.reason.as_ref()?;
        Some(format!("{} of {} bytes were not {what}: {reason}", counted(self.tensors, "tensor"), self.bytes))
    }
}
