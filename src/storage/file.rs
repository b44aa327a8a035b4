//! A regular file: how it is reached, and whether it is still the one that was opened.

use std::fs::{self, File, Metadata};
use std::ops::Deref;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rustix::fs::{Mode, OFlags};

use super::{Access, Directory, OPEN_FLAGS, mmap};
use crate::error::{Error, Kind, Result};

/// Opens a path that the caller named, symbolic links and all.
pub(super) fn open_path(path: &Path) -> Result<File> {
    let file = rustix::fs::open(path, OPEN_FLAGS, Mode::empty());
    file.map(File::from).map_err(|e| Error::io("open the file", e.into()).path(path.to_string_lossy()))
}

/// A file whose identity was fixed when it was opened.
pub(super) struct OnDisk {
    descriptor: Descriptor,
    pub(super) path: PathBuf,
    pub(super) map: Option<Bytes>,
    identity: Identity,
}

/// How a file is reached when it is read.
enum Descriptor {
    Held(File),
    /// Opened for each read, by its name within the model.
    Reopened(Arc<Directory>),
}

/// A file that is open for the time being.
pub(super) enum Opened<'a> {
    Held(&'a File),
    Anew(File),
}

impl Deref for Opened<'_> {
    type Target = File;

    fn deref(&self) -> &File {
        match self {
            Self::Held(file) => file,
            Self::Anew(file) => file,
        }
    }
}

/// What a file was when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

impl OnDisk {
    /// A file that stays open.
    pub(super) fn held(file: File, path: PathBuf, access: Access) -> Result<Self> {
        let shown = path.to_string_lossy().into_owned();
        let identity = identify(&file).map_err(|e| e.path(&*shown))?;
        let map = match access {
            Access::Map => {
                let len = usize::try_from(identity.size)
                    .map_err(|_| Error::out_of_memory("address space", identity.size).path(&*shown))?;
                Some(mmap::map_file(&file, len).map_err(|e| e.path(shown))?)
            }
            Access::Read => None,
        };
        Ok(Self { descriptor: Descriptor::Held(file), path, map, identity })
    }

    /// A file that is opened for each read, and must still be the same then.
    pub(super) fn reopened(directory: &Arc<Directory>, name: &str, path: PathBuf) -> Result<Self> {
        let identity = directory.open_file(name).and_then(|file| identify(&file));
        let identity = identity.map_err(|e| e.path(path.to_string_lossy()).subject(name))?;
        Ok(Self { descriptor: Descriptor::Reopened(Arc::clone(directory)), path, map: None, identity })
    }

    /// Bytes, as fixed when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.identity.size
    }

    /// The file, to be read. `name` is its name within the model.
    pub(super) fn open(&self, name: &str) -> Result<Opened<'_>> {
        match &self.descriptor {
            Descriptor::Held(file) => Ok(Opened::Held(file)),
            Descriptor::Reopened(directory) => {
                let file = directory.open_file(name).map_err(|e| e.path(self.path.to_string_lossy()))?;
                self.check_same(&file).map_err(|e| e.path(self.path.to_string_lossy()))?;
                Ok(Opened::Anew(file))
            }
        }
    }

    /// Another descriptor of the same file, with `flags`; `None` if it cannot be had, or the file has changed.
    ///
    /// It is reached through a descriptor and not by its path, which may lead to another file by now.
    pub(super) fn reopen(&self, name: &str, flags: OFlags) -> Option<File> {
        let file = self.open(name).ok()?;
        let link = format!("/proc/self/fd/{}", file.as_raw_fd());
        let again = File::from(rustix::fs::open(link, OPEN_FLAGS | flags, Mode::empty()).ok()?);
        self.check_same(&again).is_ok().then_some(again)
    }

    /// Refuses a file that has been written, truncated or replaced since it was opened.
    ///
    /// A file that is held open and was only unlinked is still the one that was opened, and is accepted.
    pub(super) fn check_unchanged(&self, name: &str) -> Result<()> {
        self.check_same(&*self.open(name)?)?;
        match fs::metadata(&self.path) {
            Ok(there) if !Identity::of(&there).is_same_file(&self.identity) => Err(replaced()),
            _ => Ok(()),
        }
    }

    fn check_same(&self, file: &File) -> Result<()> {
        let now = identify(file)?;
        let then = &self.identity;
        match now {
            _ if now == *then => Ok(()),
            _ if !now.is_same_file(then) => Err(replaced()),
            _ if now.size == then.size => Err(changed("it has been written since it was opened".to_owned())),
            _ => Err(changed(format!("it had {} bytes when it was opened, and has {} now", then.size, now.size))),
        }
    }
}

fn replaced() -> Error {
    changed("another file has taken its place since it was opened".to_owned())
}

fn changed(message: String) -> Error {
    Error::new(Kind::Changed, message)
}

/// What a file is, if it is a regular one.
fn identify(file: &File) -> Result<Identity> {
    let metadata = file.metadata().map_err(|e| Error::io("examine the file", e))?;
    if !metadata.is_file() {
        let found = describe(&metadata);
        return Err(Error::format(format!("expected a regular file, found {found}")));
    }
    Ok(Identity::of(&metadata))
}

fn describe(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    match () {
        () if kind.is_dir() => "a directory",
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "something else",
    }
}
