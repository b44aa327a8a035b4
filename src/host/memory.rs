//! Memory for bulk data: where the host wants it to come from, and how much of it there may be.
#![allow(unsafe_code)]

use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::Arc;

use super::Context;
use crate::error::{Error, Kind, Result};
use crate::steps::unpaced;

/// Memory for bulk data from an allocator of the host: arenas of tensors, contents of files and tensors that are read, and the buffers of loads.
///
/// The methods are called on any thread that works for the library, several at once, with no lock held.
///
/// # Safety
///
/// What [`allocate`](Self::allocate) returns is NULL or the start of so many bytes, aligned as asked for, which are initialised,
/// whatever they contain, and which nobody else uses until they are given to [`free`](Self::free).
pub unsafe trait HostAllocator: Send + Sync {
    /// Bytes of this size, which is not 0, and alignment; NULL if there are none. They need not be zeros.
    fn allocate(&self, layout: Layout) -> *mut u8;

    /// Takes back what [`allocate`](Self::allocate) has given for this layout.
    ///
    /// # Safety
    ///
    /// The bytes come from `self` for this layout, and are not used again.
    unsafe fn free(&self, start: *mut u8, layout: Layout);
}

/// A budget of the host for memory for bulk data, of the host itself and of devices, whoever allocates it.
///
/// The methods are called on any thread that works for the library, several at once, with no lock held. They may wait, for
/// instance until another load has given something back.
pub trait MemoryBudget: Send + Sync {
    /// Whether so many bytes more may be used: of a CUDA device, or for `None` of the host. Without it the operation fails with
    /// [`Kind::OutOfMemory`](crate::Kind::OutOfMemory).
    fn reserve(&self, device: Option<u32>, bytes: u64) -> bool;

    /// Gives back what [`reserve`](Self::reserve) has granted.
    fn release(&self, device: Option<u32>, bytes: u64);
}

/// A part of the budget that is in use.
#[derive(Default)]
pub(crate) struct Reservation {
    budget: Option<Arc<dyn MemoryBudget>>,
    device: Option<u32>,
    bytes: u64,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            unpaced(|| budget.release(self.device, self.bytes));
        }
    }
}

/// Memory that the host has allocated, as one range of bytes.
pub(crate) struct HostBlock {
    allocator: Arc<dyn HostAllocator>,
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: the memory belongs to this value alone, and that of a host may be used and given back on every thread.
unsafe impl Send for HostBlock {}
// SAFETY: as above; without `&mut` it only gives out its address.
unsafe impl Sync for HostBlock {}

impl HostBlock {
    pub(crate) fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }
}

impl Drop for HostBlock {
    fn drop(&mut self) {
        // SAFETY: it came from there for this layout, and with this value the last use has ended.
        unpaced(|| unsafe { self.allocator.free(self.start.as_ptr(), self.layout) });
    }
}

impl Context {
    /// Whether the host provides memory, or wants to be asked before there is more.
    pub(crate) fn watches_memory(&self) -> bool {
        self.0.allocator.is_some() || self.0.budget.is_some()
    }

    /// Reserves a part of the budget. `what` the memory is for is named in the error.
    pub(crate) fn reserve(&self, device: Option<u32>, bytes: u64, what: &str) -> Result<Reservation> {
        let budget = self.0.budget.clone();
        if budget.as_ref().is_some_and(|budget| !unpaced(|| budget.reserve(device, bytes))) {
            let message = format!("the budget of the host does not grant {bytes} bytes for {what}");
            return Err(Error::new(Kind::OutOfMemory, message));
        }
        Ok(Reservation { budget, device, bytes })
    }

    /// Memory of the host of this layout, whose size is not 0; `None` if the host provides none at all. `what` it is for is named in
    /// the error.
    pub(crate) fn host_block(&self, layout: Layout, what: &str) -> Result<Option<HostBlock>> {
        let Some(allocator) = &self.0.allocator else { return Ok(None) };
        let fail =
            || Error::new(Kind::OutOfMemory, format!("the host has no memory for {} bytes of {what}", layout.size()));
        let start = NonNull::new(unpaced(|| allocator.allocate(layout))).ok_or_else(fail)?;
        let block = HostBlock { allocator: Arc::clone(allocator), start, layout };
        if !start.addr().get().is_multiple_of(layout.align()) {
            let message =
                format!("the host has given memory at {start:p} for {what}: expected a multiple of {}", layout.align());
            return Err(Error::new(Kind::Callback, message));
        }
        Ok(Some(block))
    }
}
