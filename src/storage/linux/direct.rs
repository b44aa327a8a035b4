//! Reads past the page cache: of a large file that is not there, the copy through it is work for nothing, and what it
//! evicts may be missed.

use std::fs::File;

use rustix::fs::{AtFlags, StatxFlags};
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::storage::chunked::BUFFER;
use crate::storage::{Arena, Chunked, Slot, Source};

/// What nearly all file systems ask at the most. Some ask less: but flash is written in pages, and so is memory.
const PAGE: usize = 4096;

/// More than a file system can sensibly ask: nobody wants to read so much for the sake of one byte.
const MAX_ALIGNMENT: usize = 1 << 20;

/// Above this, direct reads get no faster.
const BEST_SIZE: usize = 4 << 20;

/// A second way into a file, past the page cache.
pub(super) struct Direct {
    /// The ordinary way, for what cannot be read directly.
    source: Source,
    file: File,
    /// Where the source begins in it.
    start: u64,
    alignment: usize,
}

impl Direct {
    /// `file` is that of the source, which begins at `start`, opened with `O_DIRECT`. `None` if it cannot be read so
    /// after all, which some file systems do not say before the first read.
    pub(super) fn new(source: &Source, file: File, start: u64) -> Option<Self> {
        let direct = Self { source: source.clone(), alignment: alignment(&file)?, file, start };
        let mut block = direct.buffer(0).ok()?;
        let got = direct.read_blocks(0, direct.window(&mut block, 1)?, 1);
        got.is_ok_and(|got| got > 0).then_some(direct)
    }

    /// The aligned part of a buffer that a direct read of `wanted` bytes takes; `None` if the buffer is too small.
    fn window<'a>(&self, buffer: &'a mut [u8], wanted: usize) -> Option<&'a mut [u8]> {
        let skew = (buffer.as_ptr() as usize).wrapping_neg() % self.alignment;
        let end = wanted.checked_next_multiple_of(self.alignment)?.checked_add(skew)?;
        buffer.get_mut(skew..end)
    }

    /// Reads whole blocks from `start` until `wanted` bytes are there. Returns how many are: fewer if the file ends, or
    /// cannot be read directly further.
    fn read_blocks(&self, start: u64, window: &mut [u8], wanted: usize) -> Result<usize> {
        let mut done = 0;
        while done < wanted {
            let position = start + done as u64;
            match rustix::io::retry_on_intr(|| rustix::io::pread(&self.file, &mut window[done..], position)) {
                Ok(0) => break,
                Ok(count) => done += count,
                // The file system cannot read directly, or cannot go on within a block; or it cannot read into this
                // memory: what a driver has mapped may be such as only the processor can write.
                Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::FAULT) => break,
                Err(e) => {
                    let offset = position.saturating_sub(self.start);
                    return Err(Error::io("read the file", e.into()).with_path(self.source.path()).with_offset(offset));
                }
            }
        }
        Ok(done)
    }
}

impl Chunked for Direct {
    fn best_size(&self) -> usize {
        BEST_SIZE
    }

    /// Disks fill huge pages several times faster than others, and a small buffer has none: it is better to read
    /// megabytes at a time.
    fn buffer(&self, len: usize) -> Result<Slot> {
        let fail = || Error::out_of_memory(BUFFER, len as u64);
        let size = len.checked_add(2 * self.alignment).ok_or_else(fail)?;
        let arena = Arena::new(size as u64, self.alignment as u64, BUFFER, self.source.context())?;
        arena.with_huge_pages().take(size).ok_or_else(fail)
    }

    /// A buffer that is aligned has to be larger by twice the alignment, and any other by three times.
    ///
    /// What cannot be read directly is read in the ordinary way, which also finds the words for what is wrong with it.
    fn read<'a>(&self, offset: u64, len: usize, buffer: &'a mut [u8]) -> Result<&'a [u8]> {
        self.source.check_range(offset, len as u64)?;
        if len == 0 {
            return Ok(&[]);
        }
        let position = self.start + offset;
        let head = (position % self.alignment as u64) as usize;
        let block = position - head as u64;
        let wanted = head + len;
        let size = buffer.len();
        let window = self.window(buffer, wanted).ok_or_else(|| {
            Error::invalid(format!(
                "{len} bytes cannot be read directly into a buffer of {size} bytes: it is too small"
            ))
            .with_path(self.source.path())
            .with_offset(offset)
        })?;
        let done = self.read_blocks(block, window, wanted)?;
        if done < wanted {
            // What lies before the source in its file is not to be had from it.
            let done = done.max(self.start.saturating_sub(block) as usize);
            self.source.read_into(block + done as u64 - self.start, &mut window[done..wanted])?;
        }
        Ok(&window[head..wanted])
    }
}

/// What the file asks of direct reads; `None` if there are none.
fn alignment(file: &File) -> Option<usize> {
    // Before Linux 6.1 there is no answer, and from some file systems there is none yet.
    let told = rustix::fs::statx(file, c"", AtFlags::EMPTY_PATH, StatxFlags::DIOALIGN).ok();
    match told.filter(|told| told.stx_mask & StatxFlags::DIOALIGN.bits() != 0) {
        Some(told) => strictest(told.stx_dio_mem_align as usize, told.stx_dio_offset_align as usize),
        None => Some(PAGE),
    }
}

/// The one alignment that is enough for memory and for offsets; 0 of either is how the kernel says that neither will do.
fn strictest(memory: usize, offset: usize) -> Option<usize> {
    let strictest = memory.max(offset).max(PAGE);
    let is_sound = memory.is_power_of_two() && offset.is_power_of_two() && strictest <= MAX_ALIGNMENT;
    is_sound.then_some(strictest)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use rustix::fs::{Mode, OFlags};

    use super::super::OPEN_FLAGS;
    use super::super::residency::trial::{cold_file, skip};
    use super::*;
    use crate::error::Kind;
    use crate::host::Context;
    use crate::storage::{Access, Location};

    /// No two blocks of it are alike.
    fn contents(len: usize) -> Vec<u8> {
        (0..len as u32).map(|at| (at.wrapping_mul(0x9E37_79B1) >> 13) as u8).collect()
    }

    fn open(path: &Path) -> Source {
        Location::open(path, Access::Read, &[], &Context::new()).unwrap().entry().unwrap().clone()
    }

    /// The way past the page cache, with what tests ask of it beside the trait.
    fn direct(path: &Path) -> Direct {
        let file = rustix::fs::open(path, OPEN_FLAGS | OFlags::DIRECT, Mode::empty()).unwrap();
        Direct::new(&open(path), file.into(), 0).unwrap()
    }

    /// A folder with direct reads, if the machine has one.
    fn folder() -> Option<tempfile::TempDir> {
        let folder = cold_file().map_or_else(|| tempfile::tempdir().unwrap(), |(folder, ..)| folder);
        let probe = folder.path().join("probe");
        fs::write(&probe, [1]).unwrap();
        if open(&probe).chunked().is_none() {
            skip("there are no direct reads here");
            return None;
        }
        Some(folder)
    }

    /// Reads at odd places and lengths, at the start, around the blocks in the middle, and at the end.
    fn check_reads(direct: &dyn Chunked, contents: &[u8]) {
        let len = contents.len();
        let mut buffer = direct.buffer(len).unwrap();
        let places = [0, 1, 511, 512, 4095, 4096, 4097, 8191, 10_000, len / 2, len.saturating_sub(4097), len - 1, len];
        for offset in places.into_iter().filter(|offset| *offset <= len) {
            let lengths = [0, 1, 2, 513, 4095, 4096, 4097, 9000, len / 3, len - offset];
            for count in lengths.into_iter().filter(|count| *count <= len - offset) {
                buffer.fill(0xEE);
                let read = direct.read(offset as u64, count, &mut buffer).unwrap();
                assert!(*read == contents[offset..offset + count], "{count} at {offset} of {len}");
            }
        }
    }

    const SIZES: [usize; 12] =
        [1, 511, 512, 4095, 4096, 4097, 8191, 8192, 8193, 12_289, (3 << 20) - 1, (3 << 20) + 4097];

    #[test]
    fn direct_reads_see_what_was_written() {
        let Some(folder) = folder() else { return };
        for len in SIZES {
            let path = folder.path().join(len.to_string());
            let contents = contents(len);
            fs::write(&path, &contents).unwrap();
            check_reads(&*open(&path).chunked().unwrap(), &contents);
            let name = len.to_string();
            let location = Location::open(folder.path(), Access::Read, &[], &Context::new()).unwrap();
            check_reads(&*location.open_asset(&name).unwrap().chunked().unwrap(), &contents);
        }
    }

    #[test]
    fn direct_reads_leave_the_file_cold() {
        let Some(_) = folder() else { return };
        let Some((_folder, path, contents)) = cold_file() else {
            return skip("no file here leaves the page cache when it is told to");
        };
        let source = open(&path);
        let direct = source.chunked().unwrap();
        let mut buffer = direct.buffer(contents.len()).unwrap();
        assert!(direct.read(1, contents.len() - 1, &mut buffer).unwrap() == &contents[1..]);
        let residency = source.residency();
        assert!(residency < 0.5, "{residency}");
    }

    #[test]
    fn a_file_system_in_memory_reads_directly_or_not_at_all() {
        let Ok(folder) = tempfile::tempdir_in("/dev/shm") else { return skip("needs /dev/shm") };
        for len in SIZES {
            let path = folder.path().join("file");
            let contents = contents(len);
            fs::write(&path, &contents).unwrap();
            let source = open(&path);
            assert_eq!(source.residency(), 1.0);
            if let Some(direct) = source.chunked() {
                check_reads(&*direct, &contents);
            }
        }
    }

    #[test]
    fn what_is_refused_is_read_in_the_ordinary_way() {
        let Some(folder) = folder() else { return };
        let path = folder.path().join("file");
        let contents = contents(20_001);
        fs::write(&path, &contents).unwrap();
        let direct = Direct { alignment: 1, ..direct(&path) };
        assert_eq!(direct.read_blocks(3, &mut [0; 5], 5).unwrap(), 0);
        check_reads(&direct, &contents);
    }

    #[test]
    fn a_buffer_need_not_be_aligned_but_large_enough() {
        let Some(folder) = folder() else { return };
        let path = folder.path().join("file");
        let contents = contents(20_001);
        fs::write(&path, &contents).unwrap();
        let direct = direct(&path);
        let alignment = direct.alignment;
        let mut memory = vec![0; 5000 + 3 * alignment + 64];
        for skew in 0..64 {
            let buffer = &mut memory[skew..][..5000 + 3 * alignment];
            let window = direct.window(buffer, 5000).unwrap();
            assert_eq!((window.as_ptr() as usize % alignment, window.len() % alignment), (0, 0));
            assert_eq!(direct.read(4001, 5000, buffer).unwrap(), &contents[4001..9001]);
        }
        for size in [0, 1, 4999, 5000] {
            let error = direct.read(4001, 5000, &mut memory[..size]).unwrap_err();
            assert_eq!((error.kind(), error.site().offset), (Kind::InvalidArgument, Some(4001)));
        }
        for (offset, len) in [(20_001, 1), (0, 20_002), (u64::MAX, 1), (1, usize::MAX), (u64::MAX, usize::MAX)] {
            assert_eq!(direct.read(offset, len, &mut memory).unwrap_err().kind(), Kind::InvalidArgument);
        }
        direct.buffer(usize::MAX).map(|_| ()).unwrap_err();
    }

    #[test]
    fn a_file_that_was_truncated_has_changed() {
        let Some(folder) = folder() else { return };
        for now in [0, 1, 4095, 4096, 4097, 8192, 16_384, 19_999, 20_000] {
            let path = folder.path().join("file");
            fs::write(&path, contents(20_001)).unwrap();
            let source = open(&path);
            let direct = Direct { source: source.clone(), ..direct(&path) };
            fs::File::options().write(true).open(&path).unwrap().set_len(now).unwrap();
            let mut buffer = direct.buffer(20_001).unwrap();
            for offset in [0, 3, 4096, 16_000, 20_000] {
                let error = direct.read(offset, 20_001 - offset as usize, &mut buffer).unwrap_err();
                assert_eq!(error.kind(), Kind::Changed, "{error}");
                assert_eq!(error.site().path, Some(source.path()));
                // The start of the block, where that is already past the end.
                assert_eq!(error.site().offset, Some(now.max(offset - offset % direct.alignment as u64)));
            }
            assert!(source.chunked().is_none(), "another way into a file that has changed");
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_now_is_not_followed() {
        let Some(folder) = folder() else { return };
        let path = folder.path().join("file");
        let other = folder.path().join("other");
        let contents = contents(10_000);
        fs::write(&path, &contents).unwrap();
        fs::write(&other, [0xBB; 10_000]).unwrap();
        let source = open(&path);
        let location = Location::open(folder.path(), Access::Read, &[], &Context::new()).unwrap();
        let asset = location.open_asset("file").unwrap();
        fs::rename(&other, &path).unwrap();
        check_reads(&*source.chunked().unwrap(), &contents);
        assert!(asset.chunked().is_none(), "another file is there");
        fs::remove_file(&path).unwrap();
        check_reads(&*source.chunked().unwrap(), &contents);
    }

    #[test]
    fn memory_and_nothing_have_no_second_way() {
        assert!(Source::from_memory("memory", vec![1; 10_000].into()).chunked().is_none());
        let Some(folder) = folder() else { return };
        fs::write(folder.path().join("empty"), []).unwrap();
        assert!(open(&folder.path().join("empty")).chunked().is_none());
    }

    #[test]
    fn alignments_that_cannot_be_met_are_no_direct_reads() {
        assert_eq!(strictest(4, 512), Some(4096));
        assert_eq!(strictest(512, 65_536), Some(65_536));
        for (memory, offset) in [(0, 0), (0, 512), (4, 0), (3, 512), (4, 12_288), (4, 1 << 31)] {
            assert_eq!(strictest(memory, offset), None, "{memory} {offset}");
        }
    }
}
