//! The allocator of the command: running out of memory is an error with words, not an abort.

use weighbridge::memory::Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;
