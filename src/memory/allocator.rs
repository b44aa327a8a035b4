//! The allocator: that of the system, and a reserve for small blocks when the system has no more.

#[cfg(not(feature = "host-malloc"))]
use std::alloc::System;
use std::alloc::{GlobalAlloc, Layout};
use std::ptr;

#[cfg(feature = "host-malloc")]
use super::host_malloc::HostMalloc as System;
use super::reserve::{MOST, Reserve, SIZE};

static RESERVE: Reserve = Reserve::new();
static BACKED: Backed<'static, System> = Backed { system: System, reserve: &RESERVE };

/// The allocator of the system, with a reserve of 1 MiB for blocks of up to 64 KiB that the system refuses. Larger blocks
/// are refused.
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: weighbridge::memory::Allocator = weighbridge::memory::Allocator;
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Allocator;

/// Whether the system refuses memory: small blocks are served from the reserve, and are more than leftovers of an earlier
/// shortage. Without the [`Allocator`] as the program's own it is always `false`.
#[inline]
pub fn is_exhausted() -> bool {
    BACKED.is_exhausted()
}

// Not inlined: link-time optimisation would repeat them at every place of the library that allocates or drops something.
// SAFETY: as that of `Backed`, to which each call goes with the promises of its caller.
unsafe impl GlobalAlloc for Allocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { BACKED.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { BACKED.alloc_zeroed(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { BACKED.dealloc(block, layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { BACKED.realloc(block, layout, size) }
    }
}

/// An allocator, and the reserve behind it.
struct Backed<'r, A> {
    system: A,
    reserve: &'r Reserve,
}

impl<A: GlobalAlloc> Backed<'_, A> {
    #[inline]
    fn is_exhausted(&self) -> bool {
        self.reserve.used() != 0 && self.is_short()
    }

    /// A few blocks may stay in the reserve for long, in caches for instance. They do not matter once the system has memory.
    #[cold]
    fn is_short(&self) -> bool {
        self.reserve.used() >= SIZE / 8 || !self.has_system_memory()
    }

    fn has_system_memory(&self) -> bool {
        let Ok(layout) = Layout::from_size_align(MOST, 1) else { return false };
        // SAFETY: the size is not 0.
        let block = unsafe { self.system.alloc(layout) };
        if block.is_null() {
            return false;
        }
        // SAFETY: the block came from this allocator with this layout.
        unsafe { self.system.dealloc(block, layout) };
        true
    }

    /// Changes the size of a block that is in the reserve, or that the system has refused to change.
    ///
    /// # Safety
    ///
    /// As of [`GlobalAlloc::realloc`].
    #[cold]
    unsafe fn move_block(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: by the contract the size does not overflow when it is rounded up to the alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        let is_lent = self.reserve.holds(block);
        // SAFETY: by the contract the size is not 0.
        let system = if is_lent { unsafe { self.system.alloc(wanted) } } else { ptr::null_mut() };
        if system.is_null() && size <= layout.size() {
            // A smaller block stays where it is. That of the system has more bytes than its layout says from now on, which
            // is sound: it finds a block by its address and its alignment, by `free` or the like.
            if is_lent {
                self.reserve.shorten(block, layout.size(), size);
            }
            return block;
        }
        let moved = if system.is_null() { self.reserve.lend(wanted) } else { system };
        if !moved.is_null() {
            // SAFETY: both blocks have that many bytes, and the new one belongs to nobody else.
            unsafe { ptr::copy_nonoverlapping(block, moved, size.min(layout.size())) };
            // SAFETY: the block came from this allocator with this layout, and is not used again.
            unsafe { self.dealloc(block, layout) };
        }
        moved
    }
}

// SAFETY: blocks are those of the system, or of the reserve, which lends no byte twice; a block goes back to where it came
// from, which its address tells. Nothing here panics or allocates.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Backed<'_, A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let block = unsafe { self.system.alloc(layout) };
        if block.is_null() { self.reserve.lend(layout) } else { block }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let block = unsafe { self.system.alloc_zeroed(layout) };
        if !block.is_null() {
            return block;
        }
        let block = self.reserve.lend(layout);
        if !block.is_null() {
            // SAFETY: the reserve has lent that many bytes, to this caller alone.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.reserve.holds(block) {
            self.reserve.take_back(block, layout.size());
        } else {
            // SAFETY: the caller's promise; the block is one of the system's.
            unsafe { self.system.dealloc(block, layout) };
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.reserve.holds(block) {
            // SAFETY: the caller's promise; the block is one of the system's.
            let moved = unsafe { self.system.realloc(block, layout, size) };
            if !moved.is_null() {
                return moved;
            }
        }
        // SAFETY: the caller's promise.
        unsafe { self.move_block(block, layout, size) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    /// The allocator of the system, which can be told to have no memory.
    #[derive(Default)]
    struct Failing(AtomicBool);

    impl Failing {
        fn is_empty(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }

    // SAFETY: blocks are those of the system.
    unsafe impl GlobalAlloc for Failing {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promise.
            if self.is_empty() { ptr::null_mut() } else { unsafe { System.alloc(layout) } }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: the caller's promise.
            unsafe { System.dealloc(block, layout) }
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            // SAFETY: the caller's promise.
            if self.is_empty() { ptr::null_mut() } else { unsafe { System.realloc(block, layout, size) } }
        }
    }

    fn backed(reserve: &'static Reserve) -> Backed<'static, Failing> {
        Backed { system: Failing::default(), reserve }
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 8).unwrap()
    }

    /// A block, its layout and the byte that it is filled with.
    struct Filled(*mut u8, Layout, u8);

    impl Filled {
        fn new<A: GlobalAlloc>(from: &Backed<'_, A>, layout: Layout, byte: u8) -> Option<Self> {
            // SAFETY: no layout here has a size of 0.
            let block = unsafe { from.alloc(layout) };
            if block.is_null() {
                return None;
            }
            assert!(block.addr().is_multiple_of(layout.align()), "{layout:?}");
            // SAFETY: the block has that many bytes.
            unsafe { block.write_bytes(byte, layout.size()) };
            Some(Self(block, layout, byte))
        }

        fn resized<A: GlobalAlloc>(self, from: &Backed<'_, A>, size: usize) -> Self {
            let Self(block, layout, byte) = self;
            // SAFETY: the block came from this allocator, and is not used again.
            let moved = unsafe { from.realloc(block, layout, size) };
            assert!(!moved.is_null());
            let kept = Self(moved, Layout::from_size_align(size.min(layout.size()), layout.align()).unwrap(), byte);
            kept.check();
            // SAFETY: the block has that many bytes.
            unsafe { moved.write_bytes(byte, size) };
            Self(moved, Layout::from_size_align(size, layout.align()).unwrap(), byte)
        }

        fn check(&self) {
            // SAFETY: the block has that many bytes, all of which have been written.
            let bytes = unsafe { std::slice::from_raw_parts(self.0, self.1.size()) };
            assert!(bytes.iter().all(|byte| *byte == self.2));
        }

        fn give_back<A: GlobalAlloc>(self, to: &Backed<'_, A>) {
            self.check();
            // SAFETY: the block came from this allocator with this layout, and is not used again.
            unsafe { to.dealloc(self.0, self.1) };
        }
    }

    #[test]
    fn blocks_of_every_alignment_come_from_the_reserve_and_go_back() {
        static RESERVE: Reserve = Reserve::new();
        let from = backed(&RESERVE);
        from.system.0.store(true, Ordering::Relaxed);
        let layouts = (0..=12).flat_map(|power| {
            [1, 31, 32, 33, 64, 100, 4096, MOST].map(|size| Layout::from_size_align(size, 1 << power).unwrap())
        });
        for layout in layouts {
            let blocks: Vec<_> = (1..=8).map(|byte| Filled::new(&from, layout, byte).unwrap()).collect();
            assert!(from.is_exhausted());
            blocks.into_iter().for_each(|block| block.give_back(&from));
            assert_eq!(RESERVE.used(), 0, "{layout:?}");
        }
        assert!(Filled::new(&from, layout(MOST + 1), 1).is_none(), "a large block");
        assert!(Filled::new(&from, Layout::from_size_align(8, 8192).unwrap(), 1).is_none(), "a rare alignment");
        assert!(!from.is_exhausted());
    }

    #[test]
    fn zeroed_blocks_are_zeros_whatever_was_there() {
        static RESERVE: Reserve = Reserve::new();
        let from = backed(&RESERVE);
        from.system.0.store(true, Ordering::Relaxed);
        Filled::new(&from, layout(1000), 7).unwrap().give_back(&from);
        // SAFETY: the size is not 0.
        let block = unsafe { from.alloc_zeroed(layout(1000)) };
        assert!(RESERVE.holds(block));
        Filled(block, layout(1000), 0).give_back(&from);
    }

    #[test]
    fn a_block_moves_between_the_system_and_the_reserve() {
        static RESERVE: Reserve = Reserve::new();
        let from = backed(&RESERVE);
        let block = Filled::new(&from, layout(100), 1).unwrap();
        assert!(!RESERVE.holds(block.0));
        from.system.0.store(true, Ordering::Relaxed);
        let block = block.resized(&from, 1000);
        assert!(RESERVE.holds(block.0) && RESERVE.used() == 1024);
        let block = block.resized(&from, 2000);
        assert_eq!(RESERVE.used(), 2016);
        let place = block.0;
        let block = block.resized(&from, 10);
        assert!(block.0 == place && RESERVE.used() == 32, "a smaller block stays");
        from.system.0.store(false, Ordering::Relaxed);
        let block = block.resized(&from, MOST * 2);
        assert!(!RESERVE.holds(block.0) && RESERVE.used() == 0);
        from.system.0.store(true, Ordering::Relaxed);
        let (place, block) = (block.0, block.resized(&from, MOST + 1));
        assert!(block.0 == place && RESERVE.used() == 0, "a smaller block of the system stays, too");
        // SAFETY: the block came from this allocator with this layout.
        let moved = unsafe { from.realloc(block.0, block.1, MOST * 3) };
        assert!(moved.is_null(), "a large block is refused, and stays what it was");
        block.give_back(&from);
    }

    #[test]
    fn an_empty_reserve_recovers() {
        static RESERVE: Reserve = Reserve::new();
        let from = backed(&RESERVE);
        from.system.0.store(true, Ordering::Relaxed);
        for size in [1, 33, 4096, MOST] {
            let blocks: Vec<_> = (0..).map_while(|byte: usize| Filled::new(&from, layout(size), byte as u8)).collect();
            assert_eq!(blocks.len(), SIZE / size.next_multiple_of(32));
            // Every second first, so that the free parts are apart.
            let (odd, even): (Vec<_>, Vec<_>) = blocks.into_iter().enumerate().partition(|(place, _)| place % 2 == 1);
            odd.into_iter().for_each(|(_, block)| block.give_back(&from));
            assert!(Filled::new(&from, layout(size + 32), 1).is_none() || size == 1);
            even.into_iter().for_each(|(_, block)| block.give_back(&from));
            assert_eq!(RESERVE.used(), 0);
        }
    }

    #[test]
    fn leftovers_do_not_count_once_the_system_has_memory() {
        static RESERVE: Reserve = Reserve::new();
        let from = backed(&RESERVE);
        assert!(!from.is_exhausted());
        from.system.0.store(true, Ordering::Relaxed);
        let few = Filled::new(&from, layout(100), 1).unwrap();
        assert!(from.is_exhausted());
        from.system.0.store(false, Ordering::Relaxed);
        assert!(!from.is_exhausted(), "a few blocks");
        from.system.0.store(true, Ordering::Relaxed);
        let many = [(); 2].map(|()| Filled::new(&from, layout(MOST), 2).unwrap());
        from.system.0.store(false, Ordering::Relaxed);
        assert!(from.is_exhausted(), "many blocks");
        many.into_iter().chain([few]).for_each(|block| block.give_back(&from));
        assert!(!from.is_exhausted());
    }

    #[test]
    fn no_two_threads_get_the_same_bytes() {
        static RESERVE: Reserve = Reserve::new();
        let from = backed(&RESERVE);
        from.system.0.store(true, Ordering::Relaxed);
        thread::scope(|scope| {
            for thread in 1..=8_usize {
                let from = &from;
                scope.spawn(move || {
                    let mut held: Vec<Filled> = Vec::new();
                    for round in 0..2000 {
                        let size = 1 + (round * 7919 + thread * 104_729) % 5000;
                        held.extend(Filled::new(from, layout(size), thread as u8));
                        if held.len() == 16 {
                            held.drain(..8).for_each(|block| block.give_back(from));
                        }
                    }
                    held.into_iter().for_each(|block| block.give_back(from));
                });
            }
        });
        assert_eq!(RESERVE.used(), 0);
    }
}
