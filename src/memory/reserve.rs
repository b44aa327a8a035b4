//! A range of static memory from which small blocks are lent.
//!
//! It is cut into units, and a map of bits says which of them are lent. Threads take units by atomic operations on these bits
//! alone: there is no lock that a fork or a signal could leave held.

use std::alloc::Layout;
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Bytes of the memory.
pub(super) const SIZE: usize = 1 << 20;

/// The largest block.
pub(super) const MOST: usize = 64 * 1024;

/// The alignment of the memory, and the highest of a block.
const ALIGN: usize = 4096;

/// Bytes of a unit. Small: most blocks are nodes of maps and short texts.
const UNIT: usize = 32;

const UNITS: usize = SIZE / UNIT;
const WORDS: usize = UNITS / 64;

#[repr(C, align(4096))]
struct Memory(UnsafeCell<[u8; SIZE]>);

/// The memory and which of it is lent. It lies among the zeros of the program, and takes no pages before it is used.
pub(super) struct Reserve {
    memory: Memory,
    lent: [AtomicU64; WORDS],
    /// Bytes that are lent.
    used: AtomicUsize,
    /// The word at which a search begins.
    hint: AtomicUsize,
}

// SAFETY: the memory is only handed out, in parts of which no two overlap while they are lent, and never looked at here.
unsafe impl Sync for Reserve {}

impl Reserve {
    pub(super) const fn new() -> Self {
        Self {
            memory: Memory(UnsafeCell::new([0; SIZE])),
            lent: [const { AtomicU64::new(0) }; WORDS],
            used: AtomicUsize::new(0),
            hint: AtomicUsize::new(0),
        }
    }

    /// Bytes that are lent.
    #[inline]
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether a block is one of the reserve.
    #[inline]
    pub(super) fn holds(&self, block: *mut u8) -> bool {
        block.addr().wrapping_sub(self.memory.0.get().addr()) < SIZE
    }

    /// Lends a block; NULL if there is none that is large enough. Its contents are whatever the last borrower left.
    #[cold]
    pub(super) fn lend(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST || layout.align() > ALIGN {
            return ptr::null_mut();
        }
        let (count, step) = (units(layout.size()), layout.align().div_ceil(UNIT));
        let start = self.hint.load(Ordering::Relaxed) * 64;
        let found = self.search(start, UNITS, count, step).or_else(|| self.search(0, UNITS, count, step));
        let Some(first) = found else { return ptr::null_mut() };
        self.hint.store(first / 64, Ordering::Relaxed);
        self.used.fetch_add(count * UNIT, Ordering::Relaxed);
        self.memory.0.get().cast::<u8>().wrapping_add(first * UNIT)
    }

    /// Takes back a block of `size` bytes, or that much of its end.
    #[cold]
    pub(super) fn take_back(&self, block: *mut u8, size: usize) {
        let first = (block.addr() - self.memory.0.get().addr()) / UNIT;
        let count = units(size);
        self.clear(first, count);
        self.used.fetch_sub(count * UNIT, Ordering::Relaxed);
        self.hint.fetch_min(first / 64, Ordering::Relaxed);
    }

    /// Makes a block of the reserve smaller where it lies.
    pub(super) fn shorten(&self, block: *mut u8, from: usize, to: usize) {
        let (before, after) = (units(from) * UNIT, units(to) * UNIT);
        if after < before {
            self.take_back(block.wrapping_add(after), before - after);
        }
    }

    /// The first of `count` units in a row that were free and are now taken. It is a multiple of `step`.
    fn search(&self, start: usize, end: usize, count: usize, step: usize) -> Option<usize> {
        let mut first = start.next_multiple_of(step);
        while first + count <= end {
            let after = match self.last_lent(first, count) {
                None if self.set(first, count) => return Some(first),
                // Another thread was faster.
                None => first + 1,
                Some(lent) => lent + 1,
            };
            first = after.next_multiple_of(step);
        }
        None
    }

    /// The last of these units that is lent.
    fn last_lent(&self, first: usize, count: usize) -> Option<usize> {
        masks(first, count).rev().find_map(|(word, mask)| {
            let lent = self.lent[word].load(Ordering::Relaxed) & mask;
            lent.checked_ilog2().map(|bit| word * 64 + bit as usize)
        })
    }

    /// Takes units; `false`, and none is taken, if one of them is lent.
    fn set(&self, first: usize, count: usize) -> bool {
        let mut taken = 0;
        for (word, mask) in masks(first, count) {
            // Who takes a unit sees what its last borrower wrote, as who takes a lock.
            let before = self.lent[word].fetch_or(mask, Ordering::Acquire) & mask;
            if before != 0 {
                self.lent[word].fetch_and(!(mask & !before), Ordering::Release);
                self.clear(first, taken);
                return false;
            }
            taken += mask.count_ones() as usize;
        }
        true
    }

    fn clear(&self, first: usize, count: usize) {
        for (word, mask) in masks(first, count) {
            self.lent[word].fetch_and(!mask, Ordering::Release);
        }
    }
}

/// The units that a block takes.
fn units(size: usize) -> usize {
    size.max(1).div_ceil(UNIT)
}

/// The words of a range of units, and which bits of each.
fn masks(first: usize, count: usize) -> impl DoubleEndedIterator<Item = (usize, u64)> {
    let end = first + count;
    let words = if count == 0 { 0..0 } else { first / 64..end.div_ceil(64) };
    words.map(move |word| {
        let (low, high) = (first.max(word * 64) - word * 64, end.min(word * 64 + 64) - word * 64);
        (word, u64::MAX >> (64 - (high - low)) << low)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_cover_each_unit_once() {
        for (first, count) in [(0, 0), (0, 1), (0, 64), (63, 1), (63, 2), (5, 200), (64, 64), (130, 62)] {
            let mut units = Vec::new();
            for (word, mask) in masks(first, count) {
                units.extend((0..64).filter(|bit| mask >> bit & 1 == 1).map(|bit| word * 64 + bit));
            }
            assert_eq!(units, (first..first + count).collect::<Vec<_>>(), "{count} from {first}");
        }
    }
}
