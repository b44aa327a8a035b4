//! Bytes that are read or made, and then shared.

use std::ops::{Deref, DerefMut};

use bytemuck::{cast_slice, cast_slice_mut};
use bytes::Bytes;

use super::arena::{Arena, Slot};
use crate::error::{Error, Result};
use crate::host::Context;
use crate::memory;
use crate::steps;

/// Zeroed memory that is filled by one thread, then shared: on huge pages if it is large, since small ones cost more than reading
/// does; of the host if it provides memory. It begins at a multiple of eight bytes.
pub(crate) enum Buffer {
    Heap(Words),
    Arena(Arena, Slot),
}

/// The first bytes of a list of words.
pub(crate) struct Words(Vec<u64>, usize);

/// Above it a map of its own is worth its system calls.
const SMALL: u64 = 1 << 20;

impl Buffer {
    /// `len` zeros. `what` they are for is named in errors.
    pub(crate) fn new(len: u64, what: &'static str, context: &Context) -> Result<Self> {
        if len <= SMALL && !context.watches_memory() {
            return Ok(Self::Heap(Words(memory::filled(0, len.div_ceil(8) as usize, what)?, len as usize)));
        }
        let mut arena = Arena::new(len, 1, what, context)?;
        if !steps::are_taken() {
            arena.prefer_huge_pages();
        }
        let mut slot = arena.take(len as usize).ok_or_else(|| Error::out_of_memory(what, len))?;
        if arena.is_of_host() {
            slot.fill(0);
        }
        Ok(Self::Arena(arena, slot))
    }

    /// Ends the filling.
    pub(crate) fn freeze(self) -> Result<Bytes> {
        match self {
            Self::Heap(words) => Ok(Bytes::from_owner(words)),
            Self::Arena(arena, slot) => {
                drop(slot);
                arena.freeze().map(|frozen| frozen.bytes)
            }
        }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Heap(words) => words.as_ref(),
            Self::Arena(_, slot) => slot,
        }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(Words(words, len)) => &mut cast_slice_mut(words)[..*len],
            Self::Arena(_, slot) => slot,
        }
    }
}

impl AsRef<[u8]> for Words {
    fn as_ref(&self) -> &[u8] {
        &cast_slice(&self.0)[..self.1]
    }
}
