//! std knows no signals.

/// Spawns threads that have the signal mask of this one, where there is such a thing.
pub(super) fn without_signals<T>(spawn: impl FnOnce() -> T) -> T {
    spawn()
}
