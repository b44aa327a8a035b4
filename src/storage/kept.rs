//! Bytes that are made when they are first wanted, and kept from then on.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::error::Result;

/// Only success is kept: what could not be had once, such as memory, may be there the next time.
///
/// No lock is held while the bytes are made. Two threads may make the same, and the first result counts; but a child of
/// this process never waits for a thread that it does not have.
#[derive(Default)]
pub(super) struct Kept(OnceLock<Bytes>);

impl Kept {
    /// The bytes, if they have been made.
    pub(super) fn get(&self) -> Option<&Bytes> {
        self.0.get()
    }

    /// The bytes, which `make` makes if nobody has made them yet.
    pub(super) fn get_or_make(&self, make: impl FnOnce() -> Result<Bytes>) -> Result<&Bytes> {
        if let Some(bytes) = self.0.get() {
            return Ok(bytes);
        }
        let made = make()?;
        Ok(self.0.get_or_init(|| made))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::error::Error;

    #[test]
    fn only_success_is_kept() {
        let kept = Kept::default();
        let made = Cell::new(0);
        let make = || {
            made.set(made.get() + 1);
            if made.get() == 1 { Err(Error::out_of_memory("the test", 1)) } else { Ok(Bytes::from_static(b"x")) }
        };
        kept.get_or_make(make).unwrap_err();
        assert!(kept.get().is_none());
        assert_eq!(kept.get_or_make(make).unwrap(), &b"x"[..]);
        kept.get_or_make(make).unwrap();
        assert_eq!(made.get(), 2);
    }

    #[test]
    fn while_bytes_are_made_nobody_waits() {
        let kept = Kept::default();
        // Whoever makes them asks for them too: with a lock this would never end.
        let outer = kept.get_or_make(|| {
            assert_eq!(kept.get_or_make(|| Ok(Bytes::from_static(b"first"))).unwrap(), &b"first"[..]);
            Ok(Bytes::from_static(b"second"))
        });
        assert_eq!(outer.unwrap(), &b"first"[..], "the first result counts");
    }
}
