//! Another Rust library in the same program, with a standard library of its own.

use std::{panic, thread};

/// Panics on a thread, catches it, and says so.
#[unsafe(no_mangle)]
pub extern "C" fn neighbour_catches_a_panic() -> bool {
    panic::set_hook(Box::new(|_| {}));
    thread::spawn(|| panic!("a neighbour's panic")).join().is_err()
}
