//! One file, or memory, that tensors are ranges of.

use std::fs::{self, File, Metadata};
use std::io::{self, IoSliceMut};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use rustix::fs::{Mode, OFlags};

use super::{Access, mmap};
use crate::error::{Error, Kind, Result};

/// Bytes behind one door. Cheap to clone; all methods may be called from many threads at once.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    name: String,
    len: u64,
    backing: Backing,
}

enum Backing {
    File { file: File, path: PathBuf, identity: Identity, map: Option<Bytes> },
    Memory(Bytes),
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

/// Opening must neither hang on a FIFO nor take a terminal.
pub(super) const OPEN_FLAGS: OFlags =
    OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// Opens a path that the caller named, symbolic links and all.
pub(super) fn open_path(path: &Path) -> Result<File> {
    let file = rustix::fs::open(path, OPEN_FLAGS, Mode::empty());
    file.map(File::from).map_err(|e| Error::io("open the file", e.into()).path(path.to_string_lossy()))
}

impl Source {
    /// A source over an open regular file. `name` is its name within the model, `path` where it was found.
    pub(super) fn from_file(file: File, name: &str, path: PathBuf, access: Access) -> Result<Self> {
        let shown = path.to_string_lossy().into_owned();
        let metadata = file.metadata().map_err(|e| Error::io("examine the file", e).path(&*shown))?;
        if !metadata.is_file() {
            let found = describe(&metadata);
            return Err(Error::format(format!("expected a regular file, found {found}")).path(shown));
        }
        let identity = Identity::of(&metadata);
        let map = match access {
            Access::Map => {
                let len = usize::try_from(identity.size)
                    .map_err(|_| Error::out_of_memory("address space", identity.size).path(&*shown))?;
                Some(mmap::map_file(&file, len).map_err(|e| e.path(shown))?)
            }
            Access::Read => None,
        };
        let backing = Backing::File { file, path, identity, map };
        Ok(Self(Arc::new(Inner { name: name.to_owned(), len: identity.size, backing })))
    }

    /// A source over memory.
    pub fn from_memory(name: &str, bytes: Bytes) -> Self {
        let len = bytes.len() as u64;
        Self(Arc::new(Inner { name: name.to_owned(), len, backing: Backing::Memory(bytes) }))
    }

    /// The name within the model: for a file, its path below the model's directory.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The name to show to a person: the path as it was found.
    pub fn path(&self) -> String {
        match &self.0.backing {
            Backing::File { path, .. } => path.to_string_lossy().into_owned(),
            Backing::Memory(_) => self.0.name.clone(),
        }
    }

    /// Bytes, as fixed when it was opened.
    pub fn len(&self) -> u64 {
        self.0.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// All bytes with no copy; `None` if they can only be read.
    pub fn whole(&self) -> Option<&Bytes> {
        match &self.0.backing {
            Backing::File { map, .. } => map.as_ref(),
            Backing::Memory(bytes) => Some(bytes),
        }
    }

    /// All bytes, if they are memory that cannot vanish: reading them needs no system call.
    pub(crate) fn memory(&self) -> Option<&Bytes> {
        match &self.0.backing {
            Backing::File { .. } => None,
            Backing::Memory(bytes) => Some(bytes),
        }
    }

    /// `len` bytes from `offset` with no copy; `None` if they can only be read.
    pub fn view(&self, offset: u64, len: u64) -> Result<Option<Bytes>> {
        let (start, end) = self.check_range(offset, len)?;
        Ok(self.whole().map(|bytes| bytes.slice(start..end)))
    }

    /// `len` bytes from `offset`, read into memory of their own.
    pub fn read(&self, offset: u64, len: u64) -> Result<Bytes> {
        let (start, end) = self.check_range(offset, len)?;
        let (file, size) = match &self.0.backing {
            Backing::Memory(bytes) => return Ok(bytes.slice(start..end)),
            Backing::File { file, .. } => (file, end - start),
        };
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| Error::out_of_memory("the file", len).path(self.path()))?;
        while bytes.len() < size {
            let position = offset + bytes.len() as u64;
            let read = retry(|| rustix::io::pread(file, spare_capacity(&mut bytes), position));
            self.check_read(read, position)?;
        }
        bytes.truncate(size);
        Ok(bytes.into())
    }

    /// Fills `buffer` with the bytes from `offset`.
    pub fn read_into(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.read_scattered(offset, &mut [IoSliceMut::new(buffer)])
    }

    /// Fills several buffers, one after the other, with the bytes from `offset`: one system call for many tensors.
    pub(crate) fn read_scattered(&self, offset: u64, buffers: &mut [IoSliceMut<'_>]) -> Result<()> {
        let total: usize = buffers.iter().map(|buffer| buffer.len()).sum();
        let (start, end) = self.check_range(offset, total as u64)?;
        match &self.0.backing {
            Backing::Memory(bytes) => {
                let mut rest = &bytes[start..end];
                for buffer in buffers {
                    let (head, tail) = rest.split_at(buffer.len());
                    buffer.copy_from_slice(head);
                    rest = tail;
                }
                Ok(())
            }
            Backing::File { file, .. } => self.read_file(file, offset, total, buffers),
        }
    }

    fn read_file(&self, file: &File, offset: u64, total: usize, mut buffers: &mut [IoSliceMut<'_>]) -> Result<()> {
        let mut done = 0;
        while done < total {
            let position = offset + done as u64;
            let read = retry(|| rustix::io::preadv(file, buffers, position));
            let read = self.check_read(read, position)?;
            done += read;
            IoSliceMut::advance_slices(&mut buffers, read);
        }
        Ok(())
    }

    /// Refuses a file that has been written, truncated or replaced since it was opened.
    ///
    /// A file that was only unlinked is still the one that was opened, and is accepted.
    pub fn check_unchanged(&self) -> Result<()> {
        let Backing::File { file, path, identity, .. } = &self.0.backing else {
            return Ok(());
        };
        let now = file.metadata().map_err(|e| Error::io("examine the file", e).path(self.path()))?;
        if Identity::of(&now) != *identity {
            return Err(self.changed(match now.size() {
                size if size == identity.size => "it has been written since it was opened".to_owned(),
                size => format!("it had {} bytes when it was opened, and has {size} now", identity.size),
            }));
        }
        match fs::metadata(path) {
            Ok(there) if !Identity::of(&there).is_same_file(identity) => {
                Err(self.changed("another file has taken its place since it was opened".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn changed(&self, message: String) -> Error {
        Error::new(Kind::Changed, message).path(self.path())
    }

    fn check_read(&self, read: io::Result<usize>, position: u64) -> Result<usize> {
        match read {
            Ok(0) => Err(self
                .changed(format!("it ends here now; it had {} bytes when it was opened", self.len()))
                .offset(position)),
            Ok(count) => Ok(count),
            Err(e) => Err(Error::io("read the file", e).path(self.path()).offset(position)),
        }
    }

    fn check_range(&self, offset: u64, len: u64) -> Result<(usize, usize)> {
        let end = offset.checked_add(len).filter(|end| *end <= self.len());
        let range = end.and_then(|end| Some((usize::try_from(offset).ok()?, usize::try_from(end).ok()?)));
        range.ok_or_else(|| {
            Error::invalid(format!("a range of {len} bytes is not inside the {} bytes of the file", self.len()))
                .path(self.path())
                .offset(offset)
        })
    }
}

/// Repeats a call that a signal has interrupted.
fn retry(mut call: impl FnMut() -> rustix::io::Result<usize>) -> io::Result<usize> {
    rustix::io::retry_on_intr(&mut call).map_err(Into::into)
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
