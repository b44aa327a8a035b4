//! Room for the text of a model: on huge pages if it is large, since small ones cost more than reading does.

use std::ops::{Deref, DerefMut};

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::memory;
use crate::storage::{Arena, Slot};

/// Zeroed memory that becomes shared bytes.
pub(super) enum Memory {
    Heap(Vec<u8>),
    Mapped(Arena, Slot),
}

/// From here on a map of its own is worth its system calls.
const SMALL: u64 = 1 << 20;

impl Memory {
    pub(super) fn new(len: u64) -> Result<Self> {
        if len < SMALL {
            return memory::filled(0, len as usize, "the model").map(Self::Heap);
        }
        let mut arena = Arena::new(len, 1)?;
        let slot = arena.take(len as usize).ok_or_else(|| Error::out_of_memory("the model", len))?;
        Ok(Self::Mapped(arena, slot))
    }

    pub(super) fn freeze(self) -> Result<Bytes> {
        match self {
            Self::Heap(bytes) => Ok(bytes.into()),
            Self::Mapped(arena, slot) => {
                drop(slot);
                arena.freeze().map(|frozen| frozen.bytes)
            }
        }
    }
}

impl Deref for Memory {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Mapped(_, slot) => slot,
        }
    }
}

impl DerefMut for Memory {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Mapped(_, slot) => slot,
        }
    }
}
