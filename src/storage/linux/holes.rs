//! Parts of a file that were never written: the file system keeps no bytes for them, and reads give zeros.

use std::fs::File;

use rustix::fs::SeekFrom;
use rustix::io::Errno;

use crate::storage::unwritten::Unwritten;

/// The most holes that are counted.
const MOST: usize = 1_000;

/// The holes of the first `len` bytes; `None` if there are none, or if the file system does not tell. Moves the position of the
/// descriptor.
pub(in crate::storage) fn measure(file: &File, len: u64) -> Option<Unwritten> {
    /// Bytes of the blocks that `stat(2)` counts.
    const BLOCK: u64 = 512;
    let stored = (rustix::fs::fstat(file).ok()?.st_blocks as u64).saturating_mul(BLOCK);
    // Of compressed files fewer bytes are stored, too: only the holes tell.
    if stored >= len {
        return None;
    }
    let first = next(file, 0, len)?;
    let holes = std::iter::successors(Some(first), |hole| next(file, hole.end, len));
    let bytes = holes.take(MOST).map(|hole| hole.end - hole.start).sum();
    Some(Unwritten { first: first.start, bytes })
}

/// A hole in the first `len` bytes.
#[derive(Clone, Copy)]
struct Hole {
    start: u64,
    end: u64,
}

/// The next hole from `at` on. It ends where data begin, or with the file.
fn next(file: &File, at: u64, len: u64) -> Option<Hole> {
    let start = rustix::fs::seek(file, SeekFrom::Hole(at)).ok().filter(|start| *start >= at)?;
    let end = match rustix::fs::seek(file, SeekFrom::Data(start)) {
        Ok(end) => end.min(len),
        Err(Errno::NXIO) => len,
        Err(_) => return None,
    };
    (start < end).then_some(Hole { start, end })
}
