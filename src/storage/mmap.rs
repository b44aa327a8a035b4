//! The only calls that map memory: files read-only, and anonymous arenas to load into.

use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use bytes::Bytes;
#[cfg(target_os = "linux")]
use memmap2::Advice;
use memmap2::{Mmap, MmapMut, MmapOptions, MmapRaw};

use crate::error::{Error, Result};

/// Maps `len` bytes of a file from `start`, shared and read-only. The map begins at the page where they begin.
///
/// The contents of the map change if the file is written, and touching it raises `SIGBUS` if the file is
/// truncated: no process can prevent that. So nothing in this library parses or copies through a map; maps
/// are handed to callers who asked for zero-copy pointers, after the file's identity has been checked.
pub(super) fn map_file(file: &File, start: u64, len: usize) -> Result<Bytes> {
    if len == 0 {
        return Ok(Bytes::new());
    }
    #[cfg(test)]
    MAPS_OF_FILES.with(|count| count.set(count.get() + 1));
    // SAFETY: the map is read-only and owned by the `Bytes`. A change of the file under it is the accepted risk
    // described above; the library itself treats the bytes as plain data without invariants.
    let map = unsafe { MmapOptions::new().offset(start).len(len).map(file) };
    let map: Mmap = map.map_err(|e| Error::io("map the file", e))?;
    Ok(Bytes::from_owner(map))
}

#[cfg(test)]
thread_local! {
    static MAPS_OF_FILES: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// How often this thread has tried to map a file.
#[cfg(test)]
pub(super) fn maps_of_files() -> u32 {
    MAPS_OF_FILES.with(std::cell::Cell::get)
}

/// Huge pages make filling fresh memory several times cheaper; this is their size on common machines.
const HUGE_PAGE: usize = 2 << 20;

/// Fresh zeroed memory that is handed out piece by piece to be filled, then frozen.
pub(crate) struct Arena {
    region: Arc<Region>,
    taken: usize,
}

/// Exclusive use of one piece of an [`Arena`].
pub(crate) struct Slot {
    region: Arc<Region>,
    start: usize,
    len: usize,
}

/// An anonymous map. Only disjoint parts of it are ever reachable, see `Arena::take`; there is no reference to the
/// whole of it while a part can be written.
struct Region {
    map: MmapRaw,
    base: usize,
    len: usize,
}

impl Region {
    /// Where the arena begins.
    fn start(&self) -> *mut u8 {
        self.map.as_mut_ptr().wrapping_add(self.base)
    }
}

/// A region whose slots are gone.
struct Frozen(Region);

impl Frozen {
    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the range lies in the map, which is writable and was zeroed by the kernel. No slot is left, for
        // `Arena::freeze` has taken the last reference to the region; and `&mut self` makes this the only other one.
        unsafe { std::slice::from_raw_parts_mut(self.0.start(), self.0.len) }
    }
}

impl AsRef<[u8]> for Frozen {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: as in `bytes_mut`; while `self` is shared nobody writes.
        unsafe { std::slice::from_raw_parts(self.0.start(), self.0.len) }
    }
}

impl Arena {
    /// Maps `len` bytes at a multiple of `alignment`, a power of two.
    pub(crate) fn new(len: u64, alignment: u64) -> Result<Self> {
        let fail = || Error::out_of_memory("the arena", len);
        let size = usize::try_from(len).map_err(|_| fail())?;
        let is_huge = size >= HUGE_PAGE;
        let alignment = usize::try_from(alignment).map_err(|_| fail())?.max(if is_huge { HUGE_PAGE } else { 1 });
        let mapped = size.max(1).checked_add(alignment).ok_or_else(fail)?;
        let map = MmapMut::map_anon(mapped).map_err(|_| fail())?;
        let base = (map.as_ptr() as usize).wrapping_neg() & (alignment - 1);
        #[cfg(target_os = "linux")]
        if is_huge {
            // Advice only: without transparent huge pages the arena is slower to fill and otherwise the same.
            let _ = map.advise_range(Advice::HugePage, base, size);
        }
        Ok(Self { region: Arc::new(Region { map: map.into(), base, len: size }), taken: 0 })
    }

    /// Leaves the memory out of children of this process: what a device reads on its own must not be moved by copy-on-write.
    pub(crate) fn keep_from_children(&self) {
        // Advice only: an old kernel that does not take it forks as it always did.
        #[cfg(target_os = "linux")]
        let _ = self.region.map.advise(Advice::DontFork);
    }

    /// Hands out the next `len` bytes, which no other slot covers. `None` when so much is not left.
    pub(crate) fn take(&mut self, len: usize) -> Option<Slot> {
        let start = self.taken;
        let end = start.checked_add(len).filter(|end| *end <= self.region.len)?;
        self.taken = end;
        Some(Slot { region: Arc::clone(&self.region), start, len })
    }

    /// Ends the filling: the whole arena as shared bytes. Before that, each of `repeats` is copied: from, to, and how
    /// many bytes. `None` while a slot is still held, or if a repeat is not inside the arena.
    pub(crate) fn freeze(self, repeats: impl Iterator<Item = (u64, u64, u64)>) -> Option<Bytes> {
        let mut frozen = Frozen(Arc::into_inner(self.region)?);
        let bytes = frozen.bytes_mut();
        for (from, to, len) in repeats {
            let [from, to, len] = [from, to, len].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
            let range = from..from.checked_add(len).filter(|end| *end <= bytes.len())?;
            to.checked_add(len).filter(|end| *end <= bytes.len())?;
            bytes.copy_within(range, to);
        }
        Some(Bytes::from_owner(frozen))
    }
}

impl Deref for Slot {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the range lies in the map (checked by `Arena::take`), was zeroed by the kernel, and no other slot
        // covers it, because `take` never hands out a byte twice and slots cannot be cloned. The pointer is the map's
        // own: no reference covers more than one slot.
        unsafe { std::slice::from_raw_parts(self.region.start().add(self.start), self.len) }
    }
}

impl DerefMut for Slot {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`; `&mut self` makes this the only reference to the range, and the map is writable.
        unsafe { std::slice::from_raw_parts_mut(self.region.start().add(self.start), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_disjoint_and_freeze_waits_for_them() {
        let mut arena = Arena::new(10, 4096).unwrap();
        let mut a = arena.take(4).unwrap();
        let mut b = arena.take(6).unwrap();
        assert!(arena.take(1).is_none());
        a.fill(1);
        b.fill(2);
        assert_eq!(&*a, [1; 4]);
        drop((a, b));
        let bytes = arena.freeze([(0, 8, 2)].into_iter()).unwrap();
        assert_eq!(&*bytes, [1, 1, 1, 1, 2, 2, 2, 2, 1, 1]);
        assert_eq!(bytes.as_ptr() as usize % 4096, 0);
    }

    #[test]
    fn an_arena_with_a_live_slot_does_not_freeze() {
        let mut arena = Arena::new(1, 1).unwrap();
        let _slot = arena.take(1);
        assert!(arena.freeze([].into_iter()).is_none());
    }

    #[test]
    fn alignment_beyond_a_page_and_impossible_sizes() {
        let mut arena = Arena::new(3 << 20, 8 << 20).unwrap();
        assert_eq!(arena.take(1).unwrap().as_ptr() as usize % (8 << 20), 0);
        assert!(Arena::new(u64::MAX, 64).is_err());
        assert!(Arena::new(1 << 60, 64).is_err());
    }
}
