//! For tests of files that may not be read: root may read them all.

use std::{panic, thread};

use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

/// Runs a test on a thread that may do what the owner of its files may do, and nothing more, also if root runs the tests.
pub fn without_privileges<T: Send>(test: impl FnOnce() -> T + Send) -> T {
    let none = CapabilitySet::empty();
    let drop_all = || set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none });
    let test = || {
        drop_all().expect("everybody may give up privileges");
        test()
    };
    thread::scope(|scope| scope.spawn(test).join()).unwrap_or_else(|panic| panic::resume_unwind(panic))
}
