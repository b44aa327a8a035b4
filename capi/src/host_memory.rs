//! # Host memory
//!
//! Memory for bulk data from an allocator of the host, and a budget that the host sets. Bulk data are the arenas of tensors, the
//! contents of files and tensors that are read, and the buffers of loads. A load allocates a few blocks in all, of up to
//! `wb_plan_info.target_bytes`.
//!
//!   wb_allocator allocator = {0};
//!   allocator.struct_size = sizeof allocator;
//!   allocator.user_data = heap;
//!   allocator.alloc = heap_alloc;
//!   allocator.free = heap_free;
//!   options.allocator = &allocator;
//!   status = wb_context_create(&options, &context, &err);
//!
//! The functions are called on any thread that works for the library, several at once, with no lock held. Small objects, such as
//! handles, names and tables, are not bulk data: they come from the allocator of the system.

use std::alloc::Layout;
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use super::hooks::{Adopted, wb_destroy_fn};
use super::plan::WB_DEVICE_HOST;
use super::status::{WB_OK, wb_status};
use super::{null, options};
use weighbridge::error::Result;
use weighbridge::host::{HostAllocator, MemoryBudget};

/// Allocates `bytes` bytes, which is not 0, at a multiple of `alignment`, a power of two; NULL: there is no memory, and the
/// operation returns `WB_ERR_OUT_OF_MEMORY`. The bytes may have any contents. Since 0.1.
pub type wb_alloc_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, bytes: usize, alignment: usize) -> *mut c_void>;

/// Frees what a `wb_alloc_fn` has given for this size and alignment. Since 0.1.
pub type wb_free_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, start: *mut c_void, bytes: usize, alignment: usize)>;

/// Asks for `bytes` bytes of the memory of a CUDA device, or of the host for `WB_DEVICE_HOST`, before they are allocated.
/// `WB_OK` grants them; every other value refuses them, and the operation returns `WB_ERR_OUT_OF_MEMORY`. It may wait, for
/// instance until another load has given something back. Since 0.1.
pub type wb_reserve_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, device: u32, bytes: u64) -> wb_status>;

/// Takes back what a `wb_reserve_fn` has granted, after it has been freed. Since 0.1.
pub type wb_release_fn = Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, device: u32, bytes: u64)>;

/// An allocator of a host. Zeroed but for what is needed; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_allocator {
    /// `sizeof(wb_allocator)`.
    pub struct_size: usize,
    /// Passed to the functions.
    pub user_data: *mut c_void,
    /// Called once with `user_data` when no function will be called any more; also if `wb_context_create` fails, unless that
    /// is because of this structure. May be NULL.
    pub destroy: wb_destroy_fn,
    /// Allocates bulk memory. Must be set.
    pub alloc: wb_alloc_fn,
    /// Frees what `alloc` has given. Must be set.
    pub free: wb_free_fn,
}

/// A budget of a host for memory. Zeroed but for what is needed; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_budget {
    /// `sizeof(wb_budget)`.
    pub struct_size: usize,
    /// Passed to the functions.
    pub user_data: *mut c_void,
    /// Called once with `user_data` when no function will be called any more; also if `wb_context_create` fails, unless that
    /// is because of this structure. May be NULL.
    pub destroy: wb_destroy_fn,
    /// Grants memory. Must be set.
    pub reserve: wb_reserve_fn,
    /// Takes it back. Must be set.
    pub release: wb_release_fn,
}

/// A structure of the host whose functions are all there, and its user data.
struct Functions<T> {
    functions: T,
    adopted: Adopted,
}

// SAFETY: by the conventions the functions may be called on any thread with `user_data`, which is only passed to them.
unsafe impl<T> Send for Functions<T> {}
// SAFETY: as above; several at once.
unsafe impl<T> Sync for Functions<T> {}

// SAFETY: by the contract of `wb_alloc_fn`; what the bytes contain was written by the host or the system.
unsafe impl HostAllocator for Functions<wb_allocator> {
    fn allocate(&self, layout: Layout) -> *mut u8 {
        let Some(alloc) = self.functions.alloc else { return ptr::null_mut() };
        // SAFETY: a function of the host with this signature.
        unsafe { alloc(self.adopted.pointer(), layout.size(), layout.align()) }.cast()
    }

    unsafe fn free(&self, start: *mut u8, layout: Layout) {
        if let Some(free) = self.functions.free {
            // SAFETY: a function of the host with this signature; the bytes came from `alloc` for this layout.
            unsafe { free(self.adopted.pointer(), start.cast(), layout.size(), layout.align()) };
        }
    }
}

impl MemoryBudget for Functions<wb_budget> {
    fn reserve(&self, device: Option<u32>, bytes: u64) -> bool {
        let Some(reserve) = self.functions.reserve else { return false };
        // SAFETY: a function of the host with this signature.
        unsafe { reserve(self.adopted.pointer(), device.unwrap_or(WB_DEVICE_HOST), bytes) == WB_OK }
    }

    fn release(&self, device: Option<u32>, bytes: u64) {
        if let Some(release) = self.functions.release {
            // SAFETY: a function of the host with this signature.
            unsafe { release(self.adopted.pointer(), device.unwrap_or(WB_DEVICE_HOST), bytes) };
        }
    }
}

/// The allocator of a host from its structure, which is not NULL.
pub(super) fn allocator(functions: *const wb_allocator) -> Result<Arc<dyn HostAllocator>> {
    let functions: wb_allocator = options(functions, "allocator")?.ok_or_else(|| null("allocator"))?;
    functions.alloc.ok_or_else(|| null("allocator.alloc"))?;
    functions.free.ok_or_else(|| null("allocator.free"))?;
    let adopted = Adopted::new(functions.user_data, functions.destroy);
    Ok(Arc::new(Functions { functions, adopted }))
}

/// The budget of a host from its structure, which is not NULL.
pub(super) fn budget(functions: *const wb_budget) -> Result<Arc<dyn MemoryBudget>> {
    let functions: wb_budget = options(functions, "budget")?.ok_or_else(|| null("budget"))?;
    functions.reserve.ok_or_else(|| null("budget.reserve"))?;
    functions.release.ok_or_else(|| null("budget.release"))?;
    let adopted = Adopted::new(functions.user_data, functions.destroy);
    Ok(Arc::new(Functions { functions, adopted }))
}
