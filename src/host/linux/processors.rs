//! Processors by the system call: std also reads the limits of control groups, which takes a reader of their files.

/// How many threads can run at once.
pub(super) fn count() -> usize {
    rustix::thread::sched_getaffinity(None).map_or(1, |allowed| allowed.count() as usize)
}
