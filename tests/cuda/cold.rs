//! Files that are not in the page cache are read past it, and are not in it afterwards.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::fs::Advice;
use weighbridge::load::Reads;
use weighbridge::{PlanOptions, Target};

use crate::common::{run, skip, tool};
use crate::models::{assert_same_bytes, open, write};
use crate::stub::{this_test, with_stub};

const LENGTHS: &[usize] = &[20_000_003, 77, 30_000_001];

/// The share of a file that is in the page cache, as `fincore` of util-linux tells; `None` without it.
fn resident(path: &Path) -> Option<f64> {
    let fincore = tool("fincore")?;
    let shown = run(Command::new(fincore).args(["--bytes", "--noheadings", "--output", "RES"]).arg(path));
    let len = fs::metadata(path).unwrap().len();
    Some(shown.trim().parse::<f64>().unwrap() / len as f64)
}

/// Takes a file out of the page cache; returns whether it has left. Pages that another processor holds at the moment stay, so this is
/// tried again.
fn evict(path: &Path) -> bool {
    const TRIES: usize = 50;
    let file = File::open(path).unwrap();
    file.sync_all().unwrap();
    let has_left = |_| {
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
