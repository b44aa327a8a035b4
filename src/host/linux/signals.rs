//! Signals that a host sends to its process are for its own threads.

use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// What a thread brings upon itself. If such a signal is blocked, the kernel ends the process without asking anybody.
const SYNCHRONOUS: [Signal; 6] =
    [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGFPE, Signal::SIGILL, Signal::SIGTRAP, Signal::SIGABRT];

/// Spawns threads that block every signal that can come from elsewhere, so that a handler of the host never runs on them.
/// A thread begins with the mask of the one that spawns it, which has its own back afterwards.
pub(super) fn without_signals<T>(spawn: impl FnOnce() -> T) -> T {
    let _mask = Mask::block();
    spawn()
}

/// The mask that this thread had before; it has it again when this is dropped.
struct Mask(Option<SigSet>);

impl Mask {
    fn block() -> Self {
        let mut signals = SigSet::all();
        SYNCHRONOUS.iter().for_each(|signal| signals.remove(*signal));
        // It fails only for arguments that are wrong; the threads then have the mask of this one.
        Self(signals.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok())
    }
}

impl Drop for Mask {
    fn drop(&mut self) {
        let _ = self.0.map(|mask| mask.thread_set_mask());
    }
}
