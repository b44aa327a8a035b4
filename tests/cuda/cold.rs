//! Files that are not in the page cache are read past it, and are not in it afterwards.

use std::fs::File;
use std::io::IoSliceMut;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::Advice;
use rustix::io::{Errno, ReadWriteFlags};
use weighbridge::load::Reads;
use weighbridge::{PlanOptions, Target};

use crate::common::skip;
use crate::models::{assert_same_bytes, open, write};
use crate::stub::{this_test, with_stub};

const LENGTHS: &[usize] = &[20_000_003, 77, 30_000_001];

/// The share of a file that is in the page cache, by looking at pages far apart; `None` if the file system does not tell.
fn resident(path: &Path) -> Option<f64> {
    const LOOKS: u64 = 40;
    let file = File::open(path).unwrap();
    rustix::fs::fadvise(&file, 0, None, Advice::Random).unwrap();
    let len = file.metadata().unwrap().len();
    let mut found = 0;
    for look in 0..LOOKS {
        // Not where the library looks: what was looked at is there from then on.
        let at = len * look / LOOKS + 4096 * (1 + look % 7);
        let mut byte = [0];
        match rustix::io::preadv2(&file, &mut [IoSliceMut::new(&mut byte)], at.min(len - 1), ReadWriteFlags::NOWAIT) {
            Ok(_) => found += 1,
            Err(Errno::AGAIN) => {}
            Err(_) => return None,
        }
    }
    Some(f64::from(found) / LOOKS as f64)
}

/// Takes a file out of the page cache; returns whether it has left. Pages that another processor holds at the moment stay, so this is
/// tried again.
fn evict(path: &Path) -> bool {
    const TRIES: usize = 50;
    let file = File::open(path).unwrap();
    let has_left = |_| {
        file.sync_all().unwrap();
        rustix::fs::fadvise(&file, 0, None, Advice::DontNeed).unwrap();
        let has_left = resident(path).is_some_and(|share| share <= 0.1);
        if !has_left {
            thread::sleep(Duration::from_millis(100));
        }
        has_left
    };
    (0..TRIES).any(has_left)
}

#[test]
fn cold_files_are_read_past_the_page_cache_and_warm_ones_through_it() {
    let test = this_test!(cold_files_are_read_past_the_page_cache_and_warm_ones_through_it);
    with_stub(test, &[], |stub| {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let path = folder.path().join("model.safetensors");
        write(&path, LENGTHS);
        if !evict(&path) {
            return skip("needs a file system that gives pages of the cache back");
        }
        for (reads, threads, stays_cold) in
            [(Reads::Auto, 3, true), (Reads::Auto, 0, true), (Reads::Direct, 2, true), (Reads::Buffered, 2, false)]
        {
            assert!(evict(&path), "{reads:?}");
            let model = open(&path, threads, &Default::default());
            let placement = model.load(&PlanOptions { target: Target::Cuda, reads, ..Default::default() }).unwrap();
            let share = resident(&path).unwrap();
            assert_eq!(share < 0.5, stays_cold, "{share} of the file is in the cache after {reads:?}");
            assert_same_bytes(Some(stub), &model, &placement, "read past the cache");
        }
        // Comparing the bytes has brought them into the cache.
        let model = open(&path, 2, &Default::default());
        let placement = model.load(&PlanOptions { target: Target::Cuda, ..Default::default() }).unwrap();
        assert_same_bytes(Some(stub), &model, &placement, "read from the cache");
        assert!(resident(&path).unwrap() > 0.9);
    });
}
