//! What makes a file the one that was opened.

use std::fs::{File, FileType, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::storage::stored::{replaced, resized, rewritten};

/// What a file was when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage) struct Identity {
    number: Number,
    pub(in crate::storage) size: u64,
    modified: Option<SystemTime>,
}

/// What stays the same while a file is written, and differs between files: device and inode.
#[cfg(unix)]
type Number = (u64, u64);

/// What stays the same while a file is written, and differs between nearly all files: when it was made. std does not
/// tell more.
#[cfg(not(unix))]
type Number = Option<SystemTime>;

impl Identity {
    /// What an open file is, if it is a regular one.
    pub(in crate::storage) fn of_file(file: &File) -> Result<Self> {
        let metadata = file.metadata().map_err(|e| Error::io("examine the file", e))?;
        Self::of_regular(&metadata)
    }

    /// What a file is, if it is a regular one.
    pub(in crate::storage) fn of_regular(metadata: &Metadata) -> Result<Self> {
        if metadata.is_file() {
            return Ok(Self::of(metadata));
        }
        let found = describe(metadata.file_type());
        Err(Error::format(format!("expected a regular file, found {found}")))
    }

    pub(in crate::storage) fn of(metadata: &Metadata) -> Self {
        Self { number: number(metadata), size: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Device and inode, where there are such.
    #[cfg(unix)]
    pub(in crate::storage) fn number(&self) -> Option<(u64, u64)> {
        Some(self.number)
    }

    /// Device and inode, where there are such.
    #[cfg(not(unix))]
    pub(in crate::storage) fn number(&self) -> Option<(u64, u64)> {
        None
    }

    /// When it was last written, as the time since 1970.
    pub(in crate::storage) fn modified(&self) -> Option<Duration> {
        self.modified?.duration_since(SystemTime::UNIX_EPOCH).ok()
    }

    pub(in crate::storage) fn is_same_file(&self, other: &Self) -> bool {
        self.number == other.number
    }

    /// Refuses an open file that has been written, truncated or replaced.
    pub(in crate::storage) fn check_same(&self, file: &File) -> Result<()> {
        let now = Self::of_file(file)?;
        match () {
            () if now == *self => Ok(()),
            () if !now.is_same_file(self) => Err(replaced()),
            () if now.size == self.size => Err(rewritten()),
            () => Err(resized(self.size, now.size)),
        }
    }
}

/// Nanoseconds of the time at which a file was last touched in any way: written, linked, renamed, given other permissions. Unlike
/// its time of modification, nobody can set that.
#[cfg(unix)]
pub(in crate::storage) fn stamp(metadata: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.ctime() as u64).wrapping_mul(1_000_000_000).wrapping_add(metadata.ctime_nsec() as u64))
}

/// std does not tell.
#[cfg(not(unix))]
pub(in crate::storage) fn stamp(_: &Metadata) -> Option<u64> {
    None
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> Number {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn number(metadata: &Metadata) -> Number {
    metadata.created().ok()
}

/// What a file is instead of a regular one.
fn describe(kind: FileType) -> &'static str {
    if kind.is_dir() { "a directory" } else { describe_special(kind) }
}

#[cfg(unix)]
fn describe_special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match () {
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "something else",
    }
}

#[cfg(not(unix))]
fn describe_special(_: FileType) -> &'static str {
    "something else"
}

/// Whether a path is a folder, and no link to one, that belongs to the user to whom another one does; `false` where that cannot be
/// told.
#[cfg(unix)]
pub(super) fn is_folder_of_owner(of: &Path, folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let look = |path: &Path| std::fs::symlink_metadata(path).ok();
    match (look(of), look(folder)) {
        (Some(of), Some(folder)) => folder.is_dir() && folder.uid() == of.uid(),
        _ => false,
    }
}

/// As above: there is no simple way to tell.
#[cfg(not(unix))]
pub(super) fn is_folder_of_owner(_: &Path, _: &Path) -> bool {
    false
}
