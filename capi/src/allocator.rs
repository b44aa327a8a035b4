//! The allocator of the C library: that of the system, or of the program that it is linked into, with a reserve for when it has no more. So running out of memory is
//! `WB_ERR_OUT_OF_MEMORY`, as the manual says.

use weighbridge::memory::Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;
