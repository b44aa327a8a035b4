//! Work in steps: operations that pause where they pass a point, and go on when they are resumed.
//!
//! Everything that takes time in proportion to an input passes points: [`memory::check`](crate::memory::check) is one, and so are reads
//! and hashes of headers. An operation that is stepped runs on a stack of its own, so no loop has to know that it may be left in
//! the middle. An operation that is not stepped only looks whether it has been cancelled.
//!
//! What is on the stack at a point may be resumed by another thread. So nothing that belongs to a thread, a lock for instance, is held
//! at a point, and functions of the host, which may hold one, are called by [`unpaced`].
#![allow(unsafe_code)]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::str::Utf8Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, Yielder};

use crate::error::{Error, Kind, Result};

/// How much one step may do: it ends soon after either is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepBudget {
    /// Time.
    pub time: Duration,
    /// Bytes that are read.
    pub bytes: u64,
}

impl StepBudget {
    /// All that there is to do.
    pub const ALL: Self = Self { time: Duration::MAX, bytes: u64::MAX };
}

impl From<Duration> for StepBudget {
    /// So much time, and any number of bytes.
    fn from(time: Duration) -> Self {
        Self { time, ..Self::ALL }
    }
}

/// Bytes of text between two points.
const PIECE: usize = 64 << 10;

/// Bytes of the stack of an operation that is stepped. It needs far less itself; callbacks of the host run there, too.
const STACK: usize = 512 << 10;

/// Operations that know of a pacer; while there are none, points cost next to nothing.
static PACED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// That of the operation which the thread is working on.
    static CURRENT: Cell<*const Pacer> = const { Cell::new(ptr::null()) };
}

/// What the points of an operation look at.
struct Pacer {
    /// How to leave the stack of the operation; `None`: it has none of its own, and does not pause.
    yielder: Option<*const Yielder<Ration, ()>>,
    ration: Cell<Ration>,
    is_cancelled: Arc<AtomicBool>,
    /// How long it has been paused in all.
    paused: Cell<Duration>,
}

/// What is left of a step.
#[derive(Clone, Copy)]
pub(crate) struct Ration {
    /// When it ends; `None`: never.
    pub(crate) deadline: Option<Instant>,
    bytes: u64,
}

impl Ration {
    /// The whole of a budget, from now on.
    pub(crate) fn new(budget: StepBudget) -> Self {
        Self { deadline: Instant::now().checked_add(budget.time), bytes: budget.bytes }
    }

    /// Takes bytes that have been read.
    pub(crate) fn spend(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Whether nothing is left at a point in time.
    pub(crate) fn is_spent_at(&self, now: Instant) -> bool {
        self.bytes == 0 || self.deadline.is_some_and(|deadline| now >= deadline)
    }

    fn is_spent(&self) -> bool {
        // The clock is only read where it matters.
        self.bytes == 0 || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

impl Pacer {
    fn pause(&self, yielder: *const Yielder<Ration, ()>) {
        let begun = Instant::now();
        // SAFETY: the yielder lives as long as the function of the coroutine, which is where this is called.
        let ration = unsafe { &*yielder }.suspend(());
        set_current(self);
        self.ration.set(ration);
        self.paused.set(self.paused.get() + begun.elapsed());
    }
}

/// Not inlined, so that nobody keeps the address of the variable while the operation moves to another thread.
#[inline(never)]
fn set_current(pacer: *const Pacer) -> *const Pacer {
    CURRENT.replace(pacer)
}

/// Asks something of the pacer of the operation at hand, if it has one.
#[inline]
fn ask<T>(question: impl FnOnce(&Pacer) -> T) -> Option<T> {
    if PACED.load(Ordering::Relaxed) == 0 { None } else { ask_current(question) }
}

#[cold]
#[inline(never)]
fn ask_current<T>(question: impl FnOnce(&Pacer) -> T) -> Option<T> {
    // SAFETY: whoever sets the pointer takes it back before the pacer goes.
    unsafe { CURRENT.get().as_ref() }.map(question)
}

/// Whether the operation at hand is done in steps.
pub(crate) fn are_taken() -> bool {
    ask(|pacer| pacer.yielder.is_some()).unwrap_or_default()
}

/// A point: pauses if the step has done enough.
#[inline]
pub(crate) fn rest() {
    ask(|pacer| match pacer.yielder {
        Some(yielder) if pacer.ration.get().is_spent() => pacer.pause(yielder),
        _ => {}
    });
}

/// A point where an operation can fail: [`Kind::Cancelled`] if it shall end.
#[inline]
pub(crate) fn check() -> Result<()> {
    rest();
    match ask(|pacer| pacer.is_cancelled.load(Ordering::Relaxed)) {
        Some(true) => Err(Error::cancelled()),
        _ => Ok(()),
    }
}

/// A point after so many bytes have been read.
pub(crate) fn have_read(bytes: u64) {
    ask(|pacer| {
        let mut ration = pacer.ration.get();
        ration.spend(bytes);
        pacer.ration.set(ration);
    });
    rest();
}

/// The text that bytes are, passing points meanwhile.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Utf8Error> {
    let mut start = 0;
    while start < bytes.len() {
        let is_boundary = |at: &usize| bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
        let rough = bytes.len().min(start + PIECE);
        // A character has at most four bytes; what has no boundary there is not text.
        let end = (rough.saturating_sub(3)..=rough).rev().find(is_boundary).filter(|end| *end > start).unwrap_or(rough);
        if std::str::from_utf8(&bytes[start..end]).is_err() {
            // It knows where.
            return std::str::from_utf8(bytes);
        }
        start = end;
        rest();
    }
    // SAFETY: the bytes are pieces of text, one after the other.
    Ok(unsafe { std::str::from_utf8_unchecked(bytes) })
}

/// Whether a text contains a byte, passing points meanwhile.
pub(crate) fn contains(text: &str, byte: u8) -> bool {
    text.as_bytes().chunks(PIECE).inspect(|_| rest()).any(|piece| piece.contains(&byte))
}

/// How long the operation at hand has been paused in all.
pub(crate) fn paused() -> Duration {
    ask(|pacer| pacer.paused.get()).unwrap_or_default()
}

/// Calls a function of the host that may hold locks of its own and call the library: no operation that is done in steps pauses
/// in it, see [`Pending`](crate::host::Pending).
pub fn unpaced<T>(call: impl FnOnce() -> T) -> T {
    struct Restore(*const Pacer);
    impl Drop for Restore {
        fn drop(&mut self) {
            set_current(self.0);
        }
    }
    if PACED.load(Ordering::Relaxed) == 0 {
        return call();
    }
    let _restore = Restore(set_current(ptr::null()));
    call()
}

/// Does work on this stack that `is_cancelled` ends at its next point.
pub(crate) fn run<T>(is_cancelled: &Arc<AtomicBool>, work: impl FnOnce() -> Result<T>) -> Result<T> {
    paced(None, Ration::new(StepBudget::ALL), is_cancelled, work)
}

fn paced<T>(
    yielder: Option<*const Yielder<Ration, ()>>,
    ration: Ration,
    is_cancelled: &Arc<AtomicBool>,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let paused = Cell::new(Duration::ZERO);
    let pacer = Pacer { yielder, ration: Cell::new(ration), is_cancelled: Arc::clone(is_cancelled), paused };
    PACED.fetch_add(1, Ordering::Relaxed);
    let outer = set_current(&raw const pacer);
    let result = catch_unwind(AssertUnwindSafe(work));
    // On a stack of its own the resumer knows what was there before, perhaps on another thread.
    set_current(if yielder.is_some() { ptr::null() } else { outer });
    PACED.fetch_sub(1, Ordering::Relaxed);
    match result {
        // Also where it had passed its last point.
        Ok(Ok(_)) if is_cancelled.load(Ordering::Relaxed) => Err(Error::cancelled()),
        Ok(ended) => ended,
        Err(_) => Err(Error::new(Kind::Internal, "the operation has panicked")),
    }
}

/// Work with a stack of its own.
pub(crate) struct Fiber<T: 'static> {
    coroutine: Coroutine<Ration, (), Result<T>>,
    is_cancelled: Arc<AtomicBool>,
}

// SAFETY: the work that it was made from may be sent to other threads, and so may its result. What else is on its stack was made by
// functions of this library that pass points, and belongs to no thread there: see the head of this file.
unsafe impl<T: Send> Send for Fiber<T> {}

impl<T: Send + 'static> Fiber<T> {
    /// Work that has not begun; `is_cancelled` ends it at its next point.
    pub(crate) fn new(
        is_cancelled: &Arc<AtomicBool>,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<Self> {
        let stack = DefaultStack::new(STACK).map_err(|e| Error::io("map a stack", e))?;
        let flag = Arc::clone(is_cancelled);
        let coroutine = Coroutine::with_stack(stack, move |yielder, ration| {
            paced(Some(ptr::from_ref(yielder)), ration, &flag, work)
        });
        Ok(Self { coroutine, is_cancelled: Arc::clone(is_cancelled) })
    }

    /// Does a step; the result when the work has ended. It must not be called again then.
    pub(crate) fn resume(&mut self, budget: StepBudget) -> Option<Result<T>> {
        let outer = set_current(ptr::null());
        let resumed = self.coroutine.resume(Ration::new(budget));
        set_current(outer);
        resumed.as_return()
    }
}

impl<T: 'static> Drop for Fiber<T> {
    /// What is on the stack is dropped by those who made it.
    fn drop(&mut self) {
        if self.coroutine.started() && !self.coroutine.done() {
            self.is_cancelled.store(true, Ordering::Relaxed);
            while !self.coroutine.done() {
                let outer = set_current(ptr::null());
                let _ = self.coroutine.resume(Ration::new(StepBudget::ALL));
                set_current(outer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn flag() -> Arc<AtomicBool> {
        Arc::default()
    }

    const NOTHING: StepBudget = StepBudget { time: Duration::ZERO, bytes: u64::MAX };

    #[test]
    fn work_pauses_at_its_points_and_goes_on_on_any_thread() {
        let mut fiber = Fiber::new(&flag(), || {
            let parts: Vec<u32> = (0..5).inspect(|_| rest()).collect();
            Ok(parts.iter().sum::<u32>())
        })
        .unwrap();
        for _ in 0..5 {
            fiber = thread::spawn(move || {
                assert!(fiber.resume(NOTHING).is_none());
                assert!(set_current(ptr::null()).is_null());
                fiber
            })
            .join()
            .unwrap();
        }
        assert_eq!(fiber.resume(NOTHING).unwrap().unwrap(), 10);
    }

    #[test]
    fn a_step_ends_when_its_bytes_are_read() {
        let mut fiber = Fiber::new(&flag(), || {
            (0..10).for_each(|_| have_read(100));
            Ok(())
        })
        .unwrap();
        let budget = StepBudget { bytes: 250, ..StepBudget::ALL };
        assert!(fiber.resume(budget).is_none());
        assert!(fiber.resume(budget).is_none());
        assert!(fiber.resume(budget).is_none());
        assert!(fiber.resume(budget).unwrap().is_ok());
    }

    #[test]
    fn what_is_dropped_in_the_middle_ends_and_drops_all_it_has() {
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let mut fiber = Fiber::new(&flag(), move || {
            let _inside = inside;
            loop {
                check()?;
            }
        })
        .unwrap();
        assert!(Fiber::<()>::resume(&mut fiber, NOTHING).is_none());
        assert_eq!(Arc::strong_count(&held), 2);
        drop(fiber);
        assert_eq!(Arc::strong_count(&held), 1);

        let inside = Arc::clone(&held);
        let unused = Fiber::new(&flag(), move || {
            drop(inside);
            Ok(())
        });
        drop(unused);
        assert_eq!(Arc::strong_count(&held), 1, "also what has not begun");
    }

    #[test]
    fn operations_may_be_stepped_inside_others() {
        let mut outer = Fiber::new(&flag(), || {
            let mut inner = Fiber::new(&flag(), || {
                rest();
                Ok(1)
            })?;
            assert!(inner.resume(NOTHING).is_none());
            rest();
            let inner = inner.resume(StepBudget::ALL).unwrap()?;
            rest();
            Ok(inner + 1)
        })
        .unwrap();
        assert!(outer.resume(NOTHING).is_none());
        assert!(outer.resume(NOTHING).is_none());
        assert_eq!(outer.resume(NOTHING).unwrap().unwrap(), 2);
    }

    #[test]
    fn work_without_a_stack_is_cancelled_but_never_paused() {
        let flag = flag();
        let result = run(&flag, || {
            rest();
            check()?;
            flag.store(true, Ordering::Relaxed);
            check()
        });
        assert_eq!(result.unwrap_err().kind(), Kind::Cancelled);
        check().unwrap();
    }

    #[test]
    fn functions_of_the_host_are_not_left_in_the_middle() {
        let mut fiber = Fiber::new(&flag(), || {
            unpaced(|| {
                rest();
                check()
            })?;
            rest();
            Ok(())
        })
        .unwrap();
        assert!(fiber.resume(NOTHING).is_none());
        assert!(fiber.resume(NOTHING).unwrap().is_ok());
    }

    #[test]
    fn text_is_checked_piece_by_piece() {
        for (shift, character) in ["a", "é", "€", "😀"].into_iter().enumerate() {
            let whole = "x".repeat(PIECE - shift) + &character.repeat(PIECE);
            assert_eq!(text(whole.as_bytes()).unwrap(), whole);
            for at in [0, PIECE - 1, PIECE, whole.len() - 1] {
                let mut broken = whole.clone().into_bytes();
                broken[at] = 0xff;
                let found = text(&broken).unwrap_err();
                assert_eq!(found, std::str::from_utf8(&broken).unwrap_err(), "{character} at {at}");
            }
            let cut = &whole.as_bytes()[..whole.len() - 1];
            assert_eq!(text(cut), std::str::from_utf8(cut));
        }
        assert_eq!(text(&[0x80; 3 * PIECE]).unwrap_err().valid_up_to(), 0);
        assert_eq!(text(b""), Ok(""));
        let long = "x".repeat(PIECE) + "\\";
        assert!(contains(&long, b'\\') && !contains(&long, b'"'));
    }

    #[test]
    fn a_panic_is_an_error() {
        let mut fiber = Fiber::new(&flag(), || -> Result<()> { panic!("on purpose") }).unwrap();
        assert_eq!(fiber.resume(StepBudget::ALL).unwrap().unwrap_err().kind(), Kind::Internal);
    }
}
