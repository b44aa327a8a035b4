//! What std offers on every system: files that are opened by their paths, and compared with what was looked at before.

mod folder;
pub(super) mod holes;
pub(super) mod memfd;
pub(super) mod verity;

use std::fs::{self, File};
use std::io::{self, IoSliceMut};
use std::path::Path;

use super::disk::{Identity, OnDisk};
use super::stored::replaced;
use super::{Chunked, Source};
use crate::error::{Error, Result};
pub(super) use folder::Folder;

/// The code of a call that found symbolic links which lead in a circle: `ELOOP`, which has its own number on Linux, or
/// `ERROR_CANT_RESOLVE_FILENAME`. std has no stable kind of error for it.
pub(super) const CIRCULAR: i32 = if cfg!(windows) {
    1921
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    40
} else {
    62
};

/// Opens a path that the caller named, symbolic links and all.
///
/// Anything but a regular file is refused before it is opened, for opening a FIFO may hang; the open file is compared with
/// what was looked at.
pub(super) fn open_path(path: &Path) -> Result<File> {
    let fail = |e| Error::io("open the file", e);
    let there = fs::metadata(path).map_err(fail)?;
    let identity = Identity::of_regular(&there)?;
    let file = File::open(path).map_err(fail)?;
    if Identity::of_file(&file)?.is_same_file(&identity) { Ok(file) } else { Err(replaced()) }
}

/// Whether the file system gives a file another time whenever its contents change: that cannot be asked here.
pub(super) fn tells_changes(_: &File) -> bool {
    true
}

/// Reads some of the bytes at `offset` into the first buffer that has room; 0 where the file ends.
pub(super) fn read_at(file: &File, offset: u64, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
    match buffers.iter_mut().find(|buffer| !buffer.is_empty()) {
        Some(buffer) => read_one(file, offset, buffer),
        None => Ok(0),
    }
}

#[cfg(unix)]
fn read_one(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_one(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// std cannot ask for bytes before it reads them.
pub(super) fn will_read(_: &File, _: u64, _: u64) {}

/// std has no way past the page cache.
pub(super) fn chunked(_: &OnDisk, _: &Source) -> Option<Box<dyn Chunked>> {
    None
}

/// std does not tell what is in the page cache.
pub(super) fn residency(_: &OnDisk) -> f64 {
    1.0
}
