//! When a file was last seen to be what it was.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::Result;

/// How long that is good enough where bytes are handed out again and again: to examine a file is a system call, and on a
/// network a round trip.
const GOOD_FOR: Duration = Duration::from_millis(100);

/// The time of the last successful examination.
pub(super) struct Examined {
    opened: Instant,
    /// Nanoseconds after `opened`; 0: never.
    last: AtomicU64,
}

impl Default for Examined {
    fn default() -> Self {
        Self { opened: Instant::now(), last: AtomicU64::new(0) }
    }
}

impl Examined {
    /// Examines the file, unless somebody has just done so.
    pub(super) fn unless_recent(&self, examine: impl FnOnce() -> Result<()>) -> Result<()> {
        let now = self.opened.elapsed().as_nanos() as u64;
        let last = self.last.load(Ordering::Relaxed);
        if last == 0 || u128::from(now.saturating_sub(last)) >= GOOD_FOR.as_nanos() {
            examine()?;
            self.last.store(now.max(1), Ordering::Relaxed);
        }
        Ok(())
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
            assert!(examined.unless_recent(|| Err(Error::invalid("changed"))).is_err());
        }
        examined.unless_recent(|| Ok(())).unwrap();
        thread::sleep(GOOD_FOR);
        assert!(examined.unless_recent(|| Err(Error::invalid("changed"))).is_err());
    }
}
