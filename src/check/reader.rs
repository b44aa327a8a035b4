//! The one way to the contents of tensors: within a budget, and only as long as the caller wants.

use std::cell::Cell;
use std::ops::ControlFlow;

use crate::error::{Error, Kind, Result};
use crate::host::Progress;
use crate::model::Model;

/// Bytes that a check reads at most if nobody says otherwise: a file with holes takes no room and can be of any size,
/// and a check should end within seconds.
pub(super) const DEFAULT_BUDGET: u64 = 4 << 30;

/// Bytes between two calls of the caller's function.
const STEP: u64 = 4 << 20;

/// Receives the progress of a check, and decides whether it continues.
pub(super) type Tell<'a> = dyn Fn(&Progress) -> ControlFlow<()> + 'a;

/// Reads contents of tensors, and counts what it reads: tensors may overlap, and be more than their files.
pub(super) struct Reader<'a> {
    model: &'a Model,
    budget: u64,
    listener: &'a Tell<'a>,
    done: Cell<u64>,
    /// What was done when the caller was last told.
    told: Cell<u64>,
    is_cancelled: Cell<bool>,
}

impl<'a> Reader<'a> {
    /// A reader of at most `budget` bytes.
    pub(super) fn new(model: &'a Model, budget: u64, listener: &'a Tell<'a>) -> Self {
        Self { model, budget, listener, done: Cell::new(0), told: Cell::new(0), is_cancelled: Cell::new(false) }
    }

    /// Bytes that may still be read.
    pub(super) fn left(&self) -> u64 {
        self.budget - self.done.get()
    }

    /// Reads a part of a tensor, `offset` bytes from its start.
    ///
    /// [`Kind::Limit`]: the budget is too small. [`Kind::Cancelled`]: the caller wants the check to stop.
    pub(super) fn read(&self, tensor: usize, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let len = buffer.len() as u64;
        self.reserve(len)?;
        if self.is_cancelled.get() || self.done.get() - self.told.get() >= STEP {
            self.tell()?;
        }
        self.model.read_into(tensor, offset, buffer)?;
        self.done.set(self.done.get() + len);
        Ok(())
    }

    /// Whether so many bytes may still be read.
    pub(super) fn reserve(&self, bytes: u64) -> Result<()> {
        if bytes <= self.left() {
            return Ok(());
        }
        let message = format!("a check reads {} bytes at most, as its options say", self.budget);
        Err(Error::new(Kind::Limit, message))
    }

    /// Tells the caller how far the check is, and whether the caller wants it to stop.
    pub(super) fn tell(&self) -> Result<()> {
        self.told.set(self.done.get());
        let progress = Progress { done_bytes: self.done.get(), total_bytes: self.budget, ..Progress::default() };
        // Whoever has cancelled is not asked again.
        if self.is_cancelled.get() || (self.listener)(&progress).is_break() {
            self.is_cancelled.set(true);
            return Err(Error::new(Kind::Cancelled, "the check was cancelled"));
        }
        Ok(())
    }
}
