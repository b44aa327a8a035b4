//! Memory and threads of a host in Rust: every allocation that fails is an error, everything comes back, and the budget is kept.

use std::alloc::{self, Layout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use weighbridge::host::{HostAllocator, MemoryBudget};
use weighbridge::{Context, Error, Kind, Model, OpenOptions, PlanOptions, Result};

const GOLDEN: &str = "tests/golden/tiny-llama";

/// Allocates from the system, and has nothing at one request.
struct Heap {
    fails_at: usize,
    requests: AtomicUsize,
    live: AtomicUsize,
}

impl Heap {
    fn new(fails_at: usize) -> Arc<Self> {
        Arc::new(Self { fails_at, requests: AtomicUsize::new(0), live: AtomicUsize::new(0) })
    }
}

// SAFETY: the system's allocator keeps the contract, and zeros are initialised.
unsafe impl HostAllocator for Heap {
    fn allocate(&self, layout: Layout) -> *mut u8 {
        if self.requests.fetch_add(1, Ordering::Relaxed) == self.fails_at {
            return std::ptr::null_mut();
        }
        self.live.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: its size is not 0.
        unsafe { alloc::alloc_zeroed(layout) }
    }

    unsafe fn free(&self, start: *mut u8, layout: Layout) {
        self.live.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: it was allocated above for this layout.
        unsafe { alloc::dealloc(start, layout) };
    }
}

/// From the open to the bytes.
fn use_model(context: &Context) -> Result<()> {
    let model = Model::open(GOLDEN, &OpenOptions::default(), context)?;
    let placement = model.load(&PlanOptions::default())?;
    assert_eq!(placement.len(), 39);
    model.verify()?;
    model.bytes(0).map(drop)
}

#[test]
fn every_allocation_that_fails_is_an_error() {
    for threads in [0, 2] {
        let mut refused = 0;
        for fails_at in 0.. {
            let heap = Heap::new(fails_at);
            let context = Context::new().with_threads(threads).with_allocator(heap.clone());
            let result = use_model(&context).map_err(|error| error.kind());
            assert!(matches!(result, Ok(()) | Err(Kind::OutOfMemory)), "request {fails_at}: {result:?}");
            assert_eq!(heap.live.load(Ordering::Relaxed), 0, "request {fails_at}");
            refused += usize::from(result.is_err());
            if heap.requests.load(Ordering::Relaxed) <= fails_at {
                break;
            }
        }
        assert!(refused > 2, "{refused}");
    }
}

/// What may be used, and what is.
struct Limit {
    most: u64,
    used: AtomicU64,
}

impl MemoryBudget for Limit {
    fn reserve(&self, device: Option<u32>, bytes: u64) -> bool {
        assert_eq!(device, None);
        let grant = |used: u64| used.checked_add(bytes).filter(|used| *used <= self.most);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grant).is_ok()
    }

    fn release(&self, _: Option<u32>, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[test]
fn a_budget_is_kept() {
    let limit = |most| Arc::new(Limit { most, used: AtomicU64::new(0) });
    for (most, expected) in [(0, Some(Kind::OutOfMemory)), (100_000, Some(Kind::OutOfMemory)), (1 << 30, None)] {
        let budget = limit(most);
        let result = use_model(&Context::new().with_memory_budget(budget.clone()));
        assert_eq!(result.as_ref().err().map(Error::kind), expected, "{most}: {result:?}");
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
    }
}

/// Each thread that begins ends.
#[test]
fn threads_are_told() {
    let (begun, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = |calls: &Arc<AtomicUsize>| {
        let calls = Arc::clone(calls);
        Arc::new(move |number: usize| {
            assert!(number < 3);
            calls.fetch_add(1, Ordering::Relaxed);
        })
    };
    let context = Context::new().with_threads(3).with_thread_hooks(count(&begun), count(&ended));
    use_model(&context).unwrap();
    let begun = begun.load(Ordering::Relaxed);
    assert!(begun > 0);
    // They end when there is no work, at the latest with the last task.
    assert_eq!(ended.load(Ordering::Relaxed), begun);
}
