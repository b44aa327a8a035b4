//! How much of a file is in the page cache: what is there is read from there, and the rest may be read past it.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::IoSliceMut;

use nix::sys::resource::{UsageWho, getrusage};
use rustix::fs::Advice;
use rustix::io::{Errno, ReadWriteFlags};

/// Places of a file that are looked at: enough to tell a cold file from a warm one, in microseconds.
const SAMPLES: u64 = 32;

/// No page is smaller: of a small file, there are fewer places to look at.
const PAGE: u64 = 4096;

/// The share of the first `len` bytes of a file that is in the page cache, from a sample; 1.0 where it cannot be told.
/// The file must have a descriptor of its own: it is left advised for random reads.
pub(super) fn measure(file: &File, len: u64) -> f64 {
    // The kernel fetches what it was asked for and did not have. Without the advice it might also read ahead, into the
    // places that are looked at next.
    if len == 0 || rustix::fs::fadvise(file, 0, None, Advice::Random).is_err() {
        return 1.0;
    }
    // What one measure has looked at is in the cache ever after: one that looked at the same places, even in another
    // process, would find the whole file there.
    let chance = RandomState::new();
    let places = (0..samples(len)).map(|sample| place(len, sample, chance.hash_one(sample) as u32));
    let resident: rustix::io::Result<Vec<bool>> = places.map(|at| is_resident(file, at)).collect();
    let count = |resident: Vec<bool>| resident.iter().filter(|is_there| **is_there).count();
    resident.map_or(1.0, |resident| count(resident) as f64 / samples(len) as f64)
}

/// How many places of a file of `len` bytes are worth a look.
fn samples(len: u64) -> u64 {
    len.div_ceil(PAGE).min(SAMPLES)
}

/// A place of the file in the share of it that this sample stands for; `chance` says where in the share.
fn place(len: u64, sample: u64, chance: u32) -> u64 {
    let shares = (u128::from(sample) << 32) + u128::from(chance);
    ((u128::from(len) * shares / u128::from(samples(len))) >> 32) as u64
}

/// Whether the byte is in the page cache; an error where the file system does not say.
fn is_resident(file: &File, position: u64) -> rustix::io::Result<bool> {
    let mut byte = [0];
    let mut buffers = [IoSliceMut::new(&mut byte)];
    let fetched_before = blocks_fetched();
    match rustix::io::retry_on_intr(|| rustix::io::preadv2(file, &mut buffers, position, ReadWriteFlags::NOWAIT)) {
        // A read that may not wait still starts to fetch what is missing. The call may take longer than the device, as
        // where a virtual machine has to ask its host: then the byte is there when it returns.
        Ok(_) => Ok(blocks_fetched() == fetched_before),
        Err(Errno::AGAIN) => Ok(false),
        Err(e) => Err(e),
    }
}

/// How many blocks the kernel has asked devices for on behalf of this thread; always 0 if it does not count them.
fn blocks_fetched() -> i64 {
    getrusage(UsageWho::RUSAGE_THREAD).map_or(0, |usage| usage.block_reads())
}

#[cfg(test)]
pub(super) mod trial {
    //! What the tests of this module and its neighbours share: a file that is not in the page cache.

    use std::fs::{self, File};
    use std::io::Write;
    use std::num::NonZeroU64;
    use std::path::{Path, PathBuf};

    use rustix::fs::Advice;

    use crate::host::Context;
    use crate::storage::{Access, Location};

    /// Bytes: many more pages than a measure of residency looks at.
    pub(in crate::storage) const SIZE_OF_COLD: usize = 8 << 20;

    /// Says why the test is skipped. With `WEIGHBRIDGE_REQUIRE_ALL=1` the test fails instead.
    pub(in crate::storage) fn skip(why: &str) {
        let must_run = std::env::var_os("WEIGHBRIDGE_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!must_run, "may not be skipped: {why}");
        let thread = std::thread::current();
        // Past the test harness, which shows what tests print only if they fail.
        let _ = writeln!(std::io::stderr(), "skipped: {}: {why}", thread.name().unwrap_or("test"));
    }

    /// A large file that is not in the page cache, its folder and its contents; `None` where files do not leave the cache.
    pub(in crate::storage) fn cold_file() -> Option<(tempfile::TempDir, PathBuf, Vec<u8>)> {
        // Many systems keep their temporary files in memory, and only those that are to last on a disk.
        let folders = [tempfile::tempdir(), tempfile::tempdir_in("/var/tmp")];
        folders.into_iter().filter_map(Result::ok).find_map(|folder| {
            let path = folder.path().join("cold");
            let contents: Vec<u8> = (0..SIZE_OF_COLD as u32).map(|at| (at >> 3) as u8 ^ (at >> 12) as u8).collect();
            fs::write(&path, &contents).ok()?;
            evict(&path, None);
            let is_cold = Location::open(&path, Access::Read, &[], &Context::new()).ok()?.entry()?.residency() < 0.5;
            is_cold.then_some((folder, path, contents))
        })
    }

    /// Asks the kernel to drop the first `len` bytes of a file from the page cache, or all of it.
    pub(in crate::storage) fn evict(path: &Path, len: Option<NonZeroU64>) {
        let file = File::open(path).unwrap();
        // What is not on the disk yet has to stay.
        rustix::fs::fdatasync(&file).unwrap();
        rustix::fs::fadvise(&file, 0, len, Advice::DontNeed).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::trial::{SIZE_OF_COLD, cold_file, evict, skip};
    use super::*;
    use crate::host::Context;
    use crate::storage::{Access, Location, Source};

    #[test]
    fn what_was_just_written_is_resident() {
        let folder = tempfile::tempdir().unwrap();
        for len in [0, 1, 4096, 100_000, 1 << 20] {
            let path = folder.path().join(len.to_string());
            std::fs::write(&path, vec![7; len]).unwrap();
            let location = Location::open(&path, Access::Map, &[], &Context::new()).unwrap();
            assert_eq!(location.entry().unwrap().residency(), 1.0, "{len}");
        }
        assert_eq!(Source::from_memory("memory", vec![1; 10_000].into()).residency(), 1.0);
    }

    #[test]
    fn looking_at_a_cold_file_does_not_warm_it() {
        let Some((_folder, path, _)) = cold_file() else {
            return skip("no file here leaves the page cache when it is told to");
        };
        let location = Location::open(&path, Access::Read, &[], &Context::new()).unwrap();
        let source = location.entry().unwrap();
        for _ in 0..8 {
            let residency = source.residency();
            assert!(residency < 0.5, "{residency}");
        }
        source.read(0, source.len()).unwrap();
        assert_eq!(source.residency(), 1.0);
        evict(&path, NonZeroU64::new(SIZE_OF_COLD as u64 / 2));
        let residency = source.residency();
        assert!((0.25..0.75).contains(&residency), "{residency}");
    }

    #[test]
    fn places_are_spread_over_the_file() {
        for len in [1, 4095, 4097, 1 << 20, u64::MAX] {
            let bounds = |sample| [place(len, sample, 0), place(len, sample, u32::MAX)];
            let places: Vec<u64> = (0..samples(len)).flat_map(bounds).collect();
            assert!(places.is_sorted(), "{len} {places:?}");
            assert_eq!(places[0], 0);
            assert!(places.last().unwrap() < &len, "{len} {places:?}");
        }
    }
}
