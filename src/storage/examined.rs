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

    /// Takes note of a stamp that was found otherwise: it holds from now on, but does not count as an examination.
    pub(super) fn note(&self, stamp: u64) {
        self.stamp.store(stamp, Ordering::Relaxed);
    }

    /// The file has turned out not to be what it was: whoever asks next examines it.
    pub(super) fn forget(&self) {
        self.last.store(0, Ordering::Release);
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
        examined.forget();
        assert_eq!(examined.recent(|| Ok(6)).unwrap(), 6);
        examined.note(7);
        // Also where so much time has passed meanwhile that it is examined again.
        assert_eq!(examined.recent(|| Ok(7)).unwrap(), 7);
        thread::sleep(GOOD_FOR);
        assert!(examined.recent(|| Err(Error::invalid("changed"))).is_err());
    }
}
