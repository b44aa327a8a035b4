//! A regular file: how it is reached, and whether it is still the one that was opened.

use std::fs::{self, File};
use std::io::{self, IoSliceMut};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::directory::Directory;
use super::{Identity, PART, stamp};
use crate::error::{Error, Result};
use crate::storage::stored::{FileId, FileState, Stored, removed, replaced};
use crate::storage::system;
use crate::storage::unwritten::Unwritten;
use crate::storage::{Access, Chunked, Source, mmap};

/// A file whose identity was fixed when it was opened.
pub(in crate::storage) struct OnDisk {
    descriptor: Descriptor,
    /// Where it was found; `None` if it was given as a descriptor.
    path: Option<PathBuf>,
    identity: Identity,
    /// Which bytes of the file count: where they begin, and how many there are.
    pub(in crate::storage) start: u64,
    len: u64,
    can_map: bool,
}

/// How a file is reached when it is read.
enum Descriptor {
    Held(File),
    /// Opened for each read, by its name within the model.
    Reopened(Arc<Directory>, String),
}

/// A file that is open for the time being.
pub(in crate::storage) enum Opened<'a> {
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

impl OnDisk {
    /// A file that stays open.
    pub(super) fn held(file: File, path: PathBuf, access: Access) -> Result<Self> {
        let identity = Identity::of_file(&file).map_err(|e| e.with_path(path.to_string_lossy()))?;
        let len = identity.size;
        let (path, can_map) = (Some(path), access == Access::Map);
        Ok(Self { descriptor: Descriptor::Held(file), path, identity, start: 0, len, can_map })
    }

    /// A part of a file that stays open: so many bytes, or all to its end.
    pub(super) fn part(file: File, start: u64, len: Option<u64>, access: Access) -> Result<Self> {
        let identity = Identity::of_file(&file)?;
        let size = identity.size;
        let len = len.unwrap_or(size.saturating_sub(start));
        if start.checked_add(len).is_none_or(|end| end > size) {
            let message = format!("{len} bytes from offset {start} are not inside the {size} bytes of the file");
            return Err(Error::invalid(message));
        }
        let can_map = access == Access::Map;
        Ok(Self { descriptor: Descriptor::Held(file), path: None, identity, start, len, can_map })
    }

    /// A file that is opened for each read, and must still be the same then.
    pub(super) fn reopened(directory: &Arc<Directory>, name: &str, path: PathBuf) -> Result<Self> {
        let identity = Identity::of_file(&directory.open_file(name)?)?;
        let descriptor = Descriptor::Reopened(Arc::clone(directory), name.to_owned());
        Ok(Self { descriptor, path: Some(path), identity, start: 0, len: identity.size, can_map: false })
    }

    /// The file, to be read.
    pub(in crate::storage) fn open(&self) -> Result<Opened<'_>> {
        match &self.descriptor {
            Descriptor::Held(file) => Ok(Opened::Held(file)),
            Descriptor::Reopened(directory, name) => {
                let file = directory.open_file(name)?;
                self.check_same(&file)?;
                Ok(Opened::Anew(file))
            }
        }
    }

    /// Refuses an open file that is not this one, or no longer as it was.
    pub(in crate::storage) fn check_same(&self, file: &File) -> Result<()> {
        self.identity.check_same(file)
    }
}

impl OnDisk {
    /// The file, if it is not only a part of one.
    fn whole(&self) -> Option<Opened<'_>> {
        let is_whole = self.start == 0 && self.len == self.identity.size;
        if is_whole { self.open().ok() } else { None }
    }

    /// The one path that leads there without links.
    fn place(&self) -> String {
        let place = self.path.as_ref().and_then(|path| fs::canonicalize(path).ok());
        place.map_or_else(|| self.shown(), |path| path.to_string_lossy().into_owned())
    }
}

impl Stored for OnDisk {
    fn shown(&self) -> String {
        self.path.as_ref().map_or_else(|| PART.to_owned(), |path| path.to_string_lossy().into_owned())
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffers: &mut [IoSliceMut<'_>]) -> Result<usize> {
        let file = self.open()?;
        unless_interrupted(|| system::read_at(&file, self.start + offset, buffers)).map_err(cannot_read)
    }

    fn can_map(&self) -> bool {
        self.can_map
    }

    fn map(&self) -> Result<Bytes> {
        let len = usize::try_from(self.len()).map_err(|_| Error::out_of_memory("address space", self.len()))?;
        mmap::map_file(&*self.open()?, self.start, len)
    }

    fn map_start(&self) -> u64 {
        // Maps begin at pages of the file.
        self.start
    }

    /// A file that is held open and was replaced or unlinked is still the one that was opened.
    fn check_unchanged(&self) -> Result<()> {
        self.check_same(&*self.open()?)
    }

    fn check_current(&self) -> Result<()> {
        match self.path.as_ref().map(fs::metadata) {
            Some(Ok(there)) if !Identity::of(&there).is_same_file(&self.identity) => Err(replaced()),
            Some(Err(e)) if e.kind() == io::ErrorKind::NotFound => Err(removed()),
            Some(Err(e)) => Err(Error::io("examine the path", e)),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    fn stamp(&self) -> Result<Option<u64>> {
        let metadata = self.open()?.metadata().map_err(|e| Error::io("examine the file", e))?;
        Ok(stamp(&metadata))
    }

    fn state(&self) -> Option<FileState> {
        let file = self.whole().filter(|file| system::tells_changes(file))?;
        let metadata = file.metadata().ok()?;
        let identity = Identity::of(&metadata);
        let (device, inode) = identity.number()?;
        let modified = identity.modified()?.as_nanos() as u64;
        Some(FileState { device, inode, size: identity.size, modified, changed: stamp(&metadata)? })
    }

    fn flush(&self) {
        if let Some(file) = self.whole() {
            // Whoever may not do that sees what was written later.
            let _ = file.sync_data();
        }
    }

    fn hash_tree(&self) -> Option<String> {
        system::verity::measure(&*self.whole()?)
    }

    fn unwritten(&self) -> Option<Unwritten> {
        // The position of a descriptor that the caller has, too, is not moved.
        self.path.as_ref()?;
        system::holes::measure(&*self.whole()?, self.len)
    }

    fn modified(&self) -> Option<Duration> {
        self.identity.modified()
    }

    fn id(&self) -> FileId {
        match self.identity.number() {
            Some((device, inode)) => FileId::Number { device, inode, start: self.start },
            None => FileId::Name(self.place()),
        }
    }

    fn chunked(&self, source: &Source) -> Option<Box<dyn Chunked>> {
        system::chunked(self, source)
    }

    fn will_read(&self, offset: u64, len: u64) {
        if let Ok(file) = self.open() {
            system::will_read(&file, self.start + offset, len);
        }
    }

    fn residency(&self) -> f64 {
        system::residency(self)
    }
}

fn cannot_read(error: io::Error) -> Error {
    Error::io("read the file", error)
}

/// Repeats a call that a signal has interrupted.
fn unless_interrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
