//! Another Rust library in the same program, with a standard library of its own.

use std::panic;

/// Panics, catches it, and says so.
#[unsafe(no_mangle)]
pub extern "C" fn neighbour_catches_a_panic() -> bool {
    panic::set_hook(Box::new(|_| {}));
    panic::catch_unwind(|| panic!("a neighbour's panic")).is_err()
}
