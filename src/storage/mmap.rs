//! Maps of files, read-only.

use std::fs::File;

use bytes::Bytes;
use memmap2::{Mmap, MmapOptions};

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

/// Maps a file that only this process can reach, because it has no name.
pub(crate) fn map_scratch(file: &File) -> Result<Bytes> {
    let len = file.metadata().map_err(|e| Error::io("examine a temporary file", e))?.len();
    map_file(file, 0, usize::try_from(len).map_err(|_| Error::out_of_memory("address space", len))?)
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
