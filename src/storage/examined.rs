//! When a file was last examined, and its stamp at that time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::Result;

/// How long that is good enough where bytes are handed out again and again: to examine a file is a system call, and on a
/// network a round trip.
const GOOD_FOR: Duration = Duration::from_millis(100);

/// The last successful examination.
pub(super) struct Examined {
    opened: Instant,
    /// When it was, in nanoseconds after `opened`; 0: never.
    last: AtomicU64,
    /// The stamp that it found.
    stamp: AtomicU64,
}

impl Default for Examined {
    fn default() -> Self {
        Self { opened: Instant::now(), last: AtomicU64::new(0), stamp: AtomicU64::new(0) }
    }
}

impl Examined {
    /// The stamp of the file: from `examine`, unless somebody has just examined it.
    pub(super) fn recent(&self, examine: impl FnOnce() -> Result<u64>) -> Result<u64> {
        let now = self.opened.elapsed().as_nanos() as u64;
        let last = self.last.load(Ordering::Acquire);
        if last != 0 && u128::from(now.saturating_sub(last)) < GOOD_FOR.as_nanos() {
            return Ok(self.stamp.load(Ordering::Relaxed));
        }
        let stamp = examine()?;
        self.stamp.store(stamp, Ordering::Relaxed);
        self.last.store(now.max(1), Ordering::Release);
        Ok(stamp)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::error::Error;

    #[test]
    fn only_success_is_remembered_and_not_for_long() {
        let examined = Examined::default();
        for _ in 0..2 {
            assert!(examined.recent(|| Err(Error::invalid("changed"))).is_err());
        }
        assert_eq!(examined.recent(|| Ok(5)).unwrap(), 5);
        thread::sleep(GOOD_FOR);
        assert!(examined.recent(|| Err(Error::invalid("changed"))).is_err());
    }
}
