//! The allocator of the program that the library is linked into.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_void;

// The program defines them: see the header.
unsafe extern "C" {
    fn wb_host_malloc(bytes: usize, alignment: usize) -> *mut c_void;
    fn wb_host_free(block: *mut c_void, alignment: usize);
}

pub(super) struct HostMalloc;

// SAFETY: the program promises memory of that size and alignment that belongs to nobody else, or none. A block goes back by its
// address and alignment, which stay what they were.
unsafe impl GlobalAlloc for HostMalloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the size is not 0, by the promise of the caller.
        unsafe { wb_host_malloc(layout.size(), layout.align()).cast() }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from `alloc`, by the promise of the caller.
        unsafe { wb_host_free(block.cast(), layout.align()) }
    }
}
