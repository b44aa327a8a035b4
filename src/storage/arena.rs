//! Memory to load into: handed out piece by piece to be filled, then frozen.

use std::alloc::Layout;
use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use bytes::Bytes;
#[cfg(target_os = "linux")]
use memmap2::Advice;
#[cfg(unix)]
use memmap2::UncheckedAdvice;
use memmap2::{MmapMut, MmapOptions, MmapRaw};

use super::system::memfd;
use crate::error::{Error, Kind, Result};
use crate::host::{Context, HostBlock, Reservation};
use crate::steps;

/// Huge pages make filling fresh memory several times cheaper; this is their size on common machines.
const HUGE_PAGE: usize = 2 << 20;

/// What memory of the host is aligned to at least, so that copies are fast and threads do not share lines.
const CACHE_LINE: usize = 64;

/// Memory that is handed out piece by piece to be filled, then frozen. Fresh memory of the system is zeroed, that of the host has
/// any contents.
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

/// An arena that nobody writes any more.
pub(crate) struct Frozen {
    /// All of it.
    pub(crate) bytes: Bytes,
    /// The sealed file that the memory is, for other processes to map.
    pub(crate) file: Option<Arc<File>>,
}

/// The memory. It is reached through a pointer alone: a reference to all of it would alias the slots.
struct Region {
    memory: Memory,
    len: usize,
    /// The file in memory that the map is of.
    file: Option<File>,
    /// What it takes of the budget of the host, until the memory is gone.
    reservation: Reservation,
}

enum Memory {
    /// A map, and where in it the arena begins.
    Map(Map, usize),
    /// What the host has allocated for the library.
    Host(HostBlock),
    /// What the host has allocated for itself.
    Lent(LentMemory),
}

impl Memory {
    fn start(&self) -> *mut u8 {
        match self {
            Self::Map(map, base) => map.0.as_mut_ptr().wrapping_add(*base),
            Self::Host(block) => block.start(),
            Self::Lent(lent) => lent.start,
        }
    }
}

/// Memory of the system.
struct Map(MmapRaw);

impl Drop for Map {
    /// To give many pages back at once takes milliseconds, which a step does not have.
    fn drop(&mut self) {
        #[cfg(unix)]
        if steps::are_taken() {
            let len = self.0.len();
            for start in (0..len).step_by(HUGE_PAGE) {
                let piece = HUGE_PAGE.min(len - start);
                // SAFETY: nobody refers to what is dropped.
                let _ = unsafe { self.0.unchecked_advise_range(UncheckedAdvice::DontNeed, start, piece) };
                steps::rest();
            }
        }
    }
}

/// Memory of the host to load into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LentMemory {
    start: *mut u8,
    len: usize,
}

// SAFETY: it is an address; who has made it has promised what may be done there.
unsafe impl Send for LentMemory {}
// SAFETY: as above.
unsafe impl Sync for LentMemory {}

impl LentMemory {
    /// `len` bytes at `start`, which is not NULL.
    ///
    /// # Safety
    ///
    /// As long as an arena or what it was frozen to exists, the bytes can be read and written. Nobody else uses them while they are
    /// filled, and nobody writes them while what they were frozen to is in use.
    pub(crate) unsafe fn new(start: *mut u8, len: usize) -> Self {
        Self { start, len }
    }
}

impl Arena {
    /// `len` bytes at a multiple of `alignment`, a power of two: of the host, if it provides memory, else of the system.
    /// `what` it is for is named in errors.
    pub(crate) fn new(len: u64, alignment: u64, what: &'static str, context: &Context) -> Result<Self> {
        let size = Size::of(len, alignment, what)?;
        let reservation = context.reserve(None, len, what)?;
        match context.host_block(size.layout()?, what)? {
            Some(block) => Ok(Self::over(Memory::Host(block), size.len, None, reservation)),
            None => Self::map(&size, reservation),
        }
    }

    /// The same of the system alone: for what the system or a driver is told of the memory, and the host must not notice.
    pub(crate) fn mapped(len: u64, alignment: u64, what: &'static str, context: &Context) -> Result<Self> {
        Self::map(&Size::of(len, alignment, what)?, context.reserve(None, len, what)?)
    }

    fn map(size: &Size, reservation: Reservation) -> Result<Self> {
        let map = MmapMut::map_anon(size.mapped).map_err(|_| size.out_of_memory())?;
        Ok(Self::over_map(map.into(), size, None, reservation))
    }

    /// The same in memory that is a file without a name, and is sealed when it is frozen. It begins at a page, whatever
    /// the alignment.
    pub(crate) fn sealed(len: u64, alignment: u64, what: &'static str, context: &Context) -> Result<Self> {
        let size = Size::of(len, alignment, what)?;
        let size = Size { mapped: size.len.max(1), ..size };
        let reservation = context.reserve(None, len, what)?;
        let file = memfd::create(size.mapped as u64)?;
        let map = MmapOptions::new().len(size.mapped).map_raw(&file).map_err(|_| size.out_of_memory())?;
        Ok(Self::over_map(map, &size, Some(file), reservation))
    }

    /// Memory of the host, which holds what it held before.
    pub(crate) fn lent(lent: LentMemory) -> Self {
        Self::over(Memory::Lent(lent), lent.len, None, Reservation::default())
    }

    fn over(memory: Memory, len: usize, file: Option<File>, reservation: Reservation) -> Self {
        Self { region: Arc::new(Region { memory, len, file, reservation }), taken: 0 }
    }

    fn over_map(map: MmapRaw, size: &Size, file: Option<File>, reservation: Reservation) -> Self {
        // Other processes find the arena at the start of the file, whose maps begin at pages.
        let skew = (map.as_ptr() as usize).wrapping_neg() & (size.alignment - 1);
        let base = if file.is_some() { 0 } else { skew };
        Self::over(Memory::Map(Map(map), base), size.len, file, reservation)
    }

    /// Asks the system for huge pages, which are filled faster. That one of them is found may take milliseconds, which work that is
    /// done in steps does not have.
    pub(crate) fn prefer_huge_pages(&self) {
        #[cfg(target_os = "linux")]
        if let Memory::Map(map, base) = &self.region.memory
            && self.region.len >= HUGE_PAGE
        {
            // Advice only: without transparent huge pages the arena is slower to fill and otherwise the same.
            let _ = map.0.advise_range(Advice::HugePage, *base, self.region.len);
        }
    }

    /// The same for memory that is filled at once.
    pub(crate) fn with_huge_pages(self) -> Self {
        self.prefer_huge_pages();
        self
    }

    /// Leaves the memory out of children of this process: what a device reads on its own must not be moved by copy-on-write.
    pub(crate) fn keep_from_children(&self) {
        // Advice only: an old kernel that does not take it forks as it always did.
        #[cfg(target_os = "linux")]
        if let Memory::Map(map, _) = &self.region.memory {
            let _ = map.0.advise(Advice::DontFork);
        }
    }

    /// Whether the host provides the memory, which then has any contents.
    pub(crate) fn is_of_host(&self) -> bool {
        !matches!(self.region.memory, Memory::Map(..))
    }

    /// Hands out the next `len` bytes, which no other slot covers. `None` when so much is not left.
    pub(crate) fn take(&mut self, len: usize) -> Option<Slot> {
        let start = self.taken;
        let end = start.checked_add(len).filter(|end| *end <= self.region.len)?;
        self.taken = end;
        Some(Slot { region: Arc::clone(&self.region), start, len })
    }

    /// Ends the filling: the whole arena as shared bytes. An error while a slot is held, or if the memory cannot be sealed.
    pub(crate) fn freeze(self) -> Result<Frozen> {
        let region = Arc::into_inner(self.region);
        let region = region.ok_or_else(|| Error::new(Kind::Internal, "the arena is still in use"))?;
        // For those who may write it later, by its address.
        region.memory.start().expose_provenance();
        let Region { memory, len, file: Some(file), reservation } = region else {
            return Ok(Frozen { bytes: Bytes::from_owner(Whole(region)), file: None });
        };
        // A writable map would make sealing fail.
        drop(memory);
        memfd::seal(&file)?;
        let map = MmapOptions::new().len(len.max(1)).map_raw_read_only(&file);
        let map = map.map_err(|e| Error::io("map the sealed memory", e))?;
        let memory = Memory::Map(Map(map), 0);
        let whole = Whole(Region { memory, len, file: None, reservation });
        Ok(Frozen { bytes: Bytes::from_owner(whole), file: Some(Arc::new(file)) })
    }
}

/// How much is allocated or mapped.
struct Size {
    len: usize,
    mapped: usize,
    /// What the caller wants, and what a map has.
    wanted: usize,
    alignment: usize,
    what: &'static str,
}

impl Size {
    fn of(len: u64, wanted: u64, what: &'static str) -> Result<Self> {
        let fail = || Error::out_of_memory(what, len);
        let size = usize::try_from(len).map_err(|_| fail())?;
        let least = if size >= HUGE_PAGE { HUGE_PAGE } else { 1 };
        let wanted = usize::try_from(wanted).map_err(|_| fail())?;
        let alignment = wanted.max(least);
        let mapped = size.max(1).checked_add(alignment).ok_or_else(fail)?;
        Ok(Self { len: size, mapped, wanted, alignment, what })
    }

    fn layout(&self) -> Result<Layout> {
        let layout = Layout::from_size_align(self.len.max(1), self.wanted.max(CACHE_LINE));
        layout.map_err(|_| self.out_of_memory())
    }

    fn out_of_memory(&self) -> Error {
        Error::out_of_memory(self.what, self.len as u64)
    }
}

/// All of a region, once it is only read.
struct Whole(Region);

impl AsRef<[u8]> for Whole {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the range lies in the map, which was zeroed by the kernel, or is memory of the host, which is initialised.
        // Nobody writes it: it was the only reference to its region when it was made, a sealed file cannot be written by other
        // processes either, and who lends memory has promised the same.
        unsafe { std::slice::from_raw_parts(self.0.memory.start(), self.0.len) }
    }
}

impl Deref for Slot {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the range lies in the map (checked by `Arena::take`), which was zeroed by the kernel, or is memory of the
        // host, which is initialised, and no other slot covers it, because `take` never hands out a byte twice and slots cannot
        // be cloned.
        unsafe { std::slice::from_raw_parts(self.region.memory.start().add(self.start), self.len) }
    }
}

impl DerefMut for Slot {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`; `&mut self` makes this the only reference to the range, and the memory is writable while
        // slots exist.
        unsafe { std::slice::from_raw_parts_mut(self.region.memory.start().add(self.start), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(len: u64, alignment: u64) -> Result<Arena> {
        Arena::new(len, alignment, "the arena", &Context::default())
    }

    fn sealed(len: u64, alignment: u64) -> Result<Arena> {
        Arena::sealed(len, alignment, "the arena", &Context::default())
    }

    #[test]
    fn slots_are_disjoint_and_freeze_waits_for_them() {
        let mut arena = mapped(10, 4096).unwrap();
        let mut a = arena.take(4).unwrap();
        let mut b = arena.take(6).unwrap();
        assert!(arena.take(1).is_none());
        a.fill(1);
        b.fill(2);
        assert_eq!(&*a, [1; 4]);
        drop((a, b));
        let bytes = arena.freeze().unwrap().bytes;
        assert_eq!(&*bytes, [1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
        assert_eq!(bytes.as_ptr() as usize % 4096, 0);
    }

    #[test]
    fn an_arena_with_a_live_slot_does_not_freeze() {
        let mut arena = mapped(1, 1).unwrap();
        let _slot = arena.take(1);
        assert!(arena.freeze().is_err());
    }

    #[test]
    #[cfg(not(all(target_os = "linux", not(weighbridge_portable))))]
    fn std_has_no_sealed_memory() {
        let error = sealed(8, 64).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(error.to_string().contains("load to another target"), "{error}");
    }

    #[test]
    #[cfg(all(target_os = "linux", not(weighbridge_portable)))] // std has no sealed memory.
    fn sealed_memory_is_what_another_map_shows_and_cannot_be_written() {
        use std::os::unix::fs::FileExt;
        let mut arena = sealed(5000, 4096).unwrap();
        arena.take(5000).unwrap().fill(9);
        let Frozen { bytes, file } = arena.freeze().unwrap();
        let file = file.unwrap();
        let mut found = vec![0; 5000];
        file.read_exact_at(&mut found, 0).unwrap();
        assert!(found == *bytes);
        file.write_at(&[1], 0).unwrap_err();
        file.set_len(1).unwrap_err();
        MmapOptions::new().len(4096).map_raw(&*file).unwrap_err();
    }

    #[test]
    fn alignment_beyond_a_page_and_impossible_sizes() {
        let mut arena = mapped(3 << 20, 8 << 20).unwrap();
        assert_eq!(arena.take(1).unwrap().as_ptr() as usize % (8 << 20), 0);
        assert!(mapped(u64::MAX, 64).is_err());
        assert!(mapped(1 << 60, 64).is_err());
    }
}
