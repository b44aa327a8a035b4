//! What a source needs of bytes that calls bring: those of a file of the disk, or of one that the host lends.

use std::io::IoSliceMut;
use std::time::Duration;

use bytes::Bytes;

use super::unwritten::Unwritten;
use super::{Chunked, Source};
use crate::error::{Error, Kind, Result};

/// Bytes that are not memory. Offsets count from the start of what the model sees as the file. Errors need name neither
/// the file nor the offset: [`Source`] does. All methods may be called from many threads at once.
pub(super) trait Stored: Send + Sync {
    /// How the file is shown to a person: its path as it was found.
    fn shown(&self) -> String;

    /// Bytes, as fixed when it was opened.
    fn len(&self) -> u64;

    /// Reads some of the bytes at `offset`, at least one, into buffers that are filled one after the other; 0 where the
    /// file ends.
    fn read_at(&self, offset: u64, buffers: &mut [IoSliceMut<'_>]) -> Result<usize>;

    /// Whether there can be a map at all. It may still fail to be made.
    fn can_map(&self) -> bool;

    /// Maps all bytes; called when somebody wants a zero-copy pointer.
    fn map(&self) -> Result<Bytes>;

    /// An address that is aligned as the start of a map of it will be, up to a page; 1 if nothing is known of it.
    fn map_start(&self) -> u64;

    /// Refuses a file that has been written since it was opened.
    fn check_unchanged(&self) -> Result<()>;

    /// Refuses a file that is no longer at its path. A file that was opened without a path is always accepted.
    fn check_current(&self) -> Result<()> {
        Ok(())
    }

    /// A number that is another one whenever the file has been touched in any way, written or not; `None` if it cannot be told.
    fn stamp(&self) -> Result<Option<u64>> {
        Ok(None)
    }

    /// What the file is now: `None` for what is not a whole file of a disk, or where the system does not tell.
    fn state(&self) -> Option<FileState> {
        None
    }

    /// Writes out what processes have written to the file through maps, as far as the system can.
    fn flush(&self) {}

    /// The digest of the hash tree that the file system keeps over the file and checks it by; `None` if there is none.
    fn hash_tree(&self) -> Option<String> {
        None
    }

    /// How much of the file was never written; `None` if all was, or where that cannot be told.
    fn unwritten(&self) -> Option<Unwritten> {
        None
    }

    /// When the file was last written, as the time since 1970; `None` if it cannot be told.
    fn modified(&self) -> Option<Duration> {
        None
    }

    /// What the file is, whatever its name.
    fn id(&self) -> FileId;

    /// Another way into the file for large reads, for which `source` is the ordinary one; `None` if there is none, for
    /// whatever reason: the ordinary way remains, and says what is wrong with the file if something is.
    fn chunked(&self, source: &Source) -> Option<Box<dyn Chunked>>;

    /// Bytes that are best read at once, wherever they go; 0: as the reader likes.
    fn preferred_read(&self) -> usize {
        0
    }

    /// Is told that bytes will be read soon.
    fn will_read(&self, _offset: u64, _len: u64) {}

    /// The share of the file that can be read without waiting for a device, from a sample: 1.0 where it cannot be told.
    fn residency(&self) -> f64 {
        1.0
    }
}

/// What a file is, and when it was touched: it has another one whenever it has been written. Times are nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileState {
    pub device: u64,
    pub inode: u64,
    pub size: u64,
    pub modified: u64,
    pub changed: u64,
}

/// What a file is: two files with equal ids are the same file under two names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileId {
    /// The number that the system gives its files, and where the source begins in the file.
    Number { device: u64, inode: u64, start: u64 },
    /// The one name that it has.
    Name(String),
}

/// The error of a file that another one has replaced.
pub(super) fn replaced() -> Error {
    changed("another file has taken its place since it was opened".to_owned())
}

/// The error of a file whose path leads nowhere any more.
pub(super) fn removed() -> Error {
    changed("it has been removed or renamed since it was opened".to_owned())
}

/// The error of a file that is not as it was.
fn changed(message: String) -> Error {
    Error::new(Kind::Changed, message)
}

/// The error of a file whose length is not what it was.
pub(super) fn resized(then: u64, now: u64) -> Error {
    changed(format!("it had {then} bytes when it was opened, and has {now} now"))
}

/// The error of a file that has been written.
pub(super) fn rewritten() -> Error {
    changed("it has been written since it was opened".to_owned())
}
