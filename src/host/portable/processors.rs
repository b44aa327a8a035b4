//! Processors as std counts them.

/// How many threads can run at once.
pub(super) fn count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
