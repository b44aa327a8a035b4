//! One file, or memory, that tensors are ranges of.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use rustix::fs::OFlags;

use super::direct::Direct;
use super::file::OnDisk;
use super::{Access, Directory, residency};
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
    File(OnDisk),
    Memory(Bytes),
    /// Contents that no file holds as they are: made from one when they are first wanted.
    Built {
        build: Box<Build>,
        bytes: OnceLock<Result<Bytes>>,
    },
}

/// Makes the contents of a source: as many bytes as were promised.
pub(crate) type Build = dyn Fn() -> Result<Bytes> + Send + Sync;

impl Source {
    /// A source over an open regular file. `name` is its name within the model, `path` where it was found.
    pub(super) fn from_file(file: File, name: &str, path: PathBuf, access: Access) -> Result<Self> {
        Ok(Self::over(name, OnDisk::held(file, path, access)?))
    }

    /// A source over a regular file of a model's directory that holds no descriptor.
    pub(super) fn beneath(directory: &Arc<Directory>, name: &str, path: PathBuf) -> Result<Self> {
        Ok(Self::over(name, OnDisk::reopened(directory, name, path)?))
    }

    fn over(name: &str, file: OnDisk) -> Self {
        Self(Arc::new(Inner { name: name.to_owned(), len: file.len(), backing: Backing::File(file) }))
    }

    /// A source over memory.
    pub fn from_memory(name: &str, bytes: Bytes) -> Self {
        let len = bytes.len() as u64;
        Self(Arc::new(Inner { name: name.to_owned(), len, backing: Backing::Memory(bytes) }))
    }

    /// A source of `len` bytes that `build` makes when they are first wanted.
    pub(crate) fn built(name: &str, len: u64, build: Box<Build>) -> Self {
        let backing = Backing::Built { build, bytes: OnceLock::new() };
        Self(Arc::new(Inner { name: name.to_owned(), len, backing }))
    }

    /// The name within the model: for a file, its path below the model's directory.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The name to show to a person: the path as it was found.
    pub fn path(&self) -> String {
        match &self.0.backing {
            Backing::File(file) => file.path.to_string_lossy().into_owned(),
            Backing::Memory(_) | Backing::Built { .. } => self.0.name.clone(),
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

    /// Whether there are zero-copy pointers to the bytes.
    pub fn is_mapped(&self) -> bool {
        match &self.0.backing {
            Backing::File(file) => file.map.is_some(),
            Backing::Memory(_) | Backing::Built { .. } => true,
        }
    }

    /// All bytes with no copy; `None` if they can only be read.
    pub fn whole(&self) -> Result<Option<&Bytes>> {
        match &self.0.backing {
            Backing::File(file) => Ok(file.map.as_ref()),
            _ => self.memory(),
        }
    }

    /// All bytes, if they are memory that cannot vanish: reading them needs no system call.
    pub(crate) fn memory(&self) -> Result<Option<&Bytes>> {
        match &self.0.backing {
            Backing::File(_) => Ok(None),
            Backing::Memory(bytes) => Ok(Some(bytes)),
            Backing::Built { build, bytes } => {
                let built = bytes.get_or_init(|| self.check_built(build()?));
                built.as_ref().map(Some).map_err(Error::clone)
            }
        }
    }

    fn check_built(&self, bytes: Bytes) -> Result<Bytes> {
        if bytes.len() as u64 == self.len() {
            return Ok(bytes);
        }
        let message = format!("{} bytes were made; {} were promised", bytes.len(), self.len());
        Err(Error::new(Kind::Internal, message).path(self.path()))
    }

    /// `len` bytes from `offset` with no copy; `None` if they can only be read.
    pub fn view(&self, offset: u64, len: u64) -> Result<Option<Bytes>> {
        let (start, end) = self.check_range(offset, len)?;
        Ok(self.whole()?.map(|bytes| bytes.slice(start..end)))
    }

    /// `len` bytes from `offset`, read into memory of their own.
    pub fn read(&self, offset: u64, len: u64) -> Result<Bytes> {
        let (start, end) = self.check_range(offset, len)?;
        let size = end - start;
        let Backing::File(file) = &self.0.backing else {
            return Ok(self.memory()?.map_or_else(Bytes::new, |bytes| bytes.slice(start..end)));
        };
        let file = file.open(self.name())?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| Error::out_of_memory("the file", len).path(self.path()))?;
        while bytes.len() < size {
            let position = offset + bytes.len() as u64;
            let read = retry(|| rustix::io::pread(&*file, spare_capacity(&mut bytes), position));
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
        if let Backing::File(file) = &self.0.backing {
            return self.read_file(&*file.open(self.name())?, offset, total, buffers);
        }
        let mut rest = self.memory()?.map_or(&[][..], |bytes| &bytes[start..end]);
        for buffer in buffers {
            let (head, tail) = rest.split_at(buffer.len());
            buffer.copy_from_slice(head);
            rest = tail;
        }
        Ok(())
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

    /// A second way into the file, past the page cache; `None` if there is none, for whatever reason: the ordinary way
    /// remains, and says what is wrong with the file if something is.
    pub(crate) fn direct(&self) -> Option<Direct> {
        Direct::new(self, self.reopen(OFlags::DIRECT)?)
    }

    /// The share of the file that is in the page cache, from a sample: 1.0 for memory, and where it cannot be told.
    pub(crate) fn residency(&self) -> f64 {
        self.reopen(OFlags::empty()).map_or(1.0, |file| residency::measure(&file, self.len()))
    }

    fn reopen(&self, flags: OFlags) -> Option<File> {
        match &self.0.backing {
            Backing::File(file) => file.reopen(self.name(), flags),
            Backing::Memory(_) | Backing::Built { .. } => None,
        }
    }

    /// Refuses a file that has been written, truncated or replaced since it was opened.
    ///
    /// A file that was only unlinked is still the one that was opened, and is accepted.
    pub fn check_unchanged(&self) -> Result<()> {
        match &self.0.backing {
            Backing::File(file) => file.check_unchanged(self.name()).map_err(|e| e.path(self.path())),
            Backing::Memory(_) | Backing::Built { .. } => Ok(()),
        }
    }

    fn check_read(&self, read: io::Result<usize>, position: u64) -> Result<usize> {
        match read {
            Ok(0) => {
                let message = format!("it ends here now; it had {} bytes when it was opened", self.len());
                Err(Error::new(Kind::Changed, message).path(self.path()).offset(position))
            }
            Ok(count) => Ok(count),
            Err(e) => Err(Error::io("read the file", e).path(self.path()).offset(position)),
        }
    }

    pub(super) fn check_range(&self, offset: u64, len: u64) -> Result<(usize, usize)> {
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
