//! What the driver owns, and its owners here.

use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::sync::Arc;

use cudarc::driver::sys::{CUevent, CUstream};

use super::context::Context;
use super::{Code, call};
use crate::error::Result;
use crate::storage::Slot;

const NOT_READY: Code = 600;

/// Memory of a device.
pub(in crate::load::cuda) struct DeviceMemory {
    context: Arc<Context>,
    pub(in crate::load::cuda) address: u64,
}

impl DeviceMemory {
    pub(super) fn new(context: &Arc<Context>, address: u64) -> Self {
        Self { context: Arc::clone(context), address }
    }
}

impl Drop for DeviceMemory {
    /// What copies may still write to stays allocated.
    fn drop(&mut self) {
        if self.context.is_abandoned() {
            return;
        }
        let Ok(entered) = self.context.enter_again() else { return };
        let _ = call!(entered.driver(), cuMemFree_v2(self.address));
    }
}

/// A stream of our own, which waits for no other one.
pub(in crate::load::cuda) struct Stream {
    context: Arc<Context>,
    raw: usize,
}

impl Stream {
    pub(super) fn new(context: &Arc<Context>, raw: CUstream) -> Self {
        Self { context: Arc::clone(context), raw: raw as usize }
    }

    pub(super) fn raw(&self) -> CUstream {
        self.raw as CUstream
    }

    /// Waits until everything in the stream is done.
    pub(in crate::load::cuda) fn synchronize(&self) -> Result<()> {
        let entered = self.context.enter()?;
        call!(entered.driver(), cuStreamSynchronize(self.raw()))
    }
}

impl Stream {
    /// Waits as [`synchronize`](Self::synchronize) does, before something is given back: whether everything is done. If not,
    /// the context is abandoned.
    pub(in crate::load::cuda) fn is_over(&self) -> bool {
        let is_over = (0..2).any(|_| self.synchronize().is_ok());
        if !is_over {
            self.context.abandon();
        }
        is_over
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let Ok(entered) = self.context.enter_again() else { return };
        let _ = call!(entered.driver(), cuStreamDestroy_v2(self.raw()));
    }
}

/// A mark in a stream.
pub(in crate::load::cuda) struct Event {
    context: Arc<Context>,
    raw: usize,
}

impl Event {
    pub(super) fn new(context: &Arc<Context>, raw: CUevent) -> Self {
        Self { context: Arc::clone(context), raw: raw as usize }
    }

    pub(super) fn raw(&self) -> CUevent {
        self.raw as CUevent
    }

    /// Waits, without spinning, until the work before the mark is done.
    pub(in crate::load::cuda) fn synchronize(&self) -> Result<()> {
        let entered = self.context.enter()?;
        call!(entered.driver(), cuEventSynchronize(self.raw()))
    }

    /// Whether the work before the mark is done.
    pub(in crate::load::cuda) fn is_done(&self) -> Result<bool> {
        let entered = self.context.enter()?;
        match call!(entered.driver(), cuEventQuery(self.raw())) {
            Err(e) if e.os_code() == i64::from(NOT_READY) => Ok(false),
            other => other.map(|()| true),
        }
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        let Ok(entered) = self.context.enter_again() else { return };
        let _ = call!(entered.driver(), cuEventDestroy_v2(self.raw()));
    }
}

/// Pinned host memory.
pub(in crate::load::cuda) struct Pinned {
    context: Arc<Context>,
    memory: Host,
    /// Whether a device may still read it.
    sent: bool,
}

pub(super) enum Host {
    /// Ours, made known to the driver.
    Registered(ManuallyDrop<Slot>),
    /// Address and length of what the driver allocated.
    Allocated(usize, usize),
}

impl Pinned {
    pub(super) fn new(context: &Arc<Context>, memory: Host) -> Self {
        Self { context: Arc::clone(context), memory, sent: false }
    }

    /// The bytes of a range that no copy under way reads.
    pub(in crate::load::cuda) fn bytes_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        let all = match &mut self.memory {
            Host::Registered(slot) => &mut ***slot,
            // SAFETY: memory of this length that the driver gave us, that lives until `drop`, and that only `self` reaches.
            Host::Allocated(start, len) => unsafe { std::slice::from_raw_parts_mut(*start as *mut u8, *len) },
        };
        &mut all[range]
    }

    /// A range that a device is about to read.
    pub(super) fn lend(&mut self, range: Range<usize>) -> (*const u8, usize) {
        self.sent = true;
        let bytes = self.bytes_mut(range);
        (bytes.as_ptr(), bytes.len())
    }

    /// Whether a device may still read it.
    pub(in crate::load::cuda) fn is_lent(&self) -> bool {
        self.sent
    }

    /// Notes that every copy from this memory is over.
    pub(in crate::load::cuda) fn take_back(&mut self) {
        self.sent = false;
    }
}

impl Pinned {
    /// Gives the memory back; whether that was possible.
    fn release(&mut self) -> bool {
        let Ok(entered) = self.context.enter_again() else { return false };
        match &mut self.memory {
            Host::Allocated(start, _) => call!(entered.driver(), cuMemFreeHost(*start as *mut c_void)).is_ok(),
            Host::Registered(slot) => {
                let is_released = call!(entered.driver(), cuMemHostUnregister(slot.as_mut_ptr().cast())).is_ok();
                if is_released {
                    // SAFETY: it is not used again, and the driver has let go of it.
                    unsafe { ManuallyDrop::drop(slot) };
                }
                is_released
            }
        }
    }
}

impl Drop for Pinned {
    /// Memory that a device may still read is leaked, with the context that knows it: to give it back would let the device
    /// read what is there next.
    fn drop(&mut self) {
        if self.sent || !self.release() {
            self.context.abandon();
        }
    }
}
