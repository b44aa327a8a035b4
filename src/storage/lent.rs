//! Files that the host lends: in a pak file, behind its own I/O, in an object store.

use std::ffi::OsStr;
use std::io::IoSliceMut;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;

use super::chunked::Ordinary;
use super::files::{Files, Role};
use super::name::plain_name;
use super::stored::{FileId, Stored, resized, rewritten};
use super::tree::{Entry, TreeBuilder};
use super::{Access, Chunked, Source};
use crate::error::{Error, Kind, Result};
use crate::host::Context;

/// The files of a model as a host has them. Methods are called from any thread, several at once, with no lock held.
///
/// What a host answers is checked like what a file says: an answer that cannot be true is an error of
/// [`Kind::Callback`].
pub trait HostFiles: Send + Sync {
    /// Opens a file by its name relative to the model. The name is plain: `/` stands between folders, and it has
    /// neither empty components nor `.` or `..`.
    ///
    /// A file that does not exist is an error of [`Kind::NotFound`]: some files, such as manifests, are only looked
    /// for. Tensors, assets and manifests may be opened more than once, and assets are opened again for each read.
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>>;

    /// Lists a folder by its plain name, `""` for that of the model itself, in any order. Asked only for models that
    /// are opened as a folder or by an index.
    fn list(&self, folder: &str) -> Result<Vec<HostEntry>>;
}

/// One file that a host has opened. Methods are called from any thread, several at once, with no lock held.
pub trait HostFile: Send + Sync {
    /// Bytes. The library asks when it opens the file and again before it hands bytes out: another answer means that
    /// the file has changed ([`Kind::Changed`]).
    fn size(&self) -> Result<u64>;

    /// Reads some of the bytes at `offset` into the start of `buffer`, at least one, and returns how many; 0 only where
    /// the file ends. `buffer` is not empty and the range is never beyond the size.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize>;

    /// A number that changes when the contents do, such as a hash of an object's ETag. The default never changes.
    fn identity(&self) -> Result<u64> {
        Ok(0)
    }

    /// All bytes of the file in memory, if the host has them there: it gives zero-copy pointers. Called at most once
    /// for each view until it succeeds, and never with [`Access::Read`]. The alignment of such a file is told as 1
    /// until then.
    fn map(&self) -> Option<Bytes> {
        None
    }

    /// Bytes that are best asked for at once, such as 8 MiB of an object store; 0, the default: as the library likes.
    /// Loads then read in pieces of this size, as far as [`staging_bytes`](crate::PlanOptions::staging_bytes) allows.
    fn preferred_read(&self) -> usize {
        0
    }
}

/// What lies in a folder of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEntry {
    /// A file.
    File {
        /// One component of a name.
        name: String,
        /// Its size.
        bytes: u64,
    },
    /// A folder in it.
    Folder {
        /// One component of a name.
        name: String,
    },
}

/// The files of a host as those of a model.
pub(super) struct Lent {
    files: Arc<dyn HostFiles>,
    access: Access,
    context: Context,
}

impl Lent {
    pub(super) fn new(files: Arc<dyn HostFiles>, access: Access, context: &Context) -> Self {
        Self { files, access, context: context.clone() }
    }
}

impl Files for Lent {
    fn open(&self, name: &str, role: Role) -> Result<Source> {
        let file = LentFile::open(&self.files, name, role, self.access)?;
        Ok(Source::stored(name, Box::new(file), &self.context))
    }

    fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        for entry in self.files.list(folder)? {
            let (name, entry) = match &entry {
                HostEntry::File { name, bytes } => (name, Entry::File(*bytes)),
                HostEntry::Folder { name } => (name, Entry::Folder),
            };
            if name.contains('/') || plain_name(name).is_err() {
                return Err(wrong("lists a name that is not one plain component".to_owned()).with_subject(name));
            }
            tree.add(OsStr::new(name), entry)?;
        }
        Ok(())
    }

    fn shown(&self, name: &str) -> String {
        if name.is_empty() { "the files of the host".to_owned() } else { name.to_owned() }
    }
}

/// The error for an answer of the host that cannot be true.
fn wrong(what: String) -> Error {
    Error::new(Kind::Callback, format!("the host {what}"))
}

/// A file of the host whose identity was fixed when it was opened.
struct LentFile {
    handle: Handle,
    name: String,
    len: u64,
    identity: u64,
    can_map: bool,
    preferred_read: usize,
}

/// How a file is reached when it is read.
enum Handle {
    Held(Box<dyn HostFile>),
    /// Opened for each read.
    Reopened(Arc<dyn HostFiles>),
}

/// A file that is open for the time being.
enum Opened<'a> {
    Held(&'a (dyn HostFile + 'static)),
    Anew(Box<dyn HostFile>),
}

impl Deref for Opened<'_> {
    type Target = dyn HostFile;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Held(file) => *file,
            Self::Anew(file) => &**file,
        }
    }
}

impl LentFile {
    fn open(files: &Arc<dyn HostFiles>, name: &str, role: Role, access: Access) -> Result<Self> {
        let file = files.open(name)?;
        let (len, identity, preferred_read) = (file.size()?, file.identity()?, file.preferred_read());
        let is_asset = role == Role::Asset;
        let handle = if is_asset { Handle::Reopened(Arc::clone(files)) } else { Handle::Held(file) };
        let can_map = access == Access::Map && !is_asset;
        Ok(Self { handle, name: name.to_owned(), len, identity, can_map, preferred_read })
    }

    fn reach(&self) -> Result<Opened<'_>> {
        match &self.handle {
            Handle::Held(file) => Ok(Opened::Held(&**file)),
            Handle::Reopened(files) => {
                let file = files.open(&self.name)?;
                self.check_same(&*file)?;
                Ok(Opened::Anew(file))
            }
        }
    }

    fn check_same(&self, file: &dyn HostFile) -> Result<()> {
        match (file.size()?, file.identity()?) {
            (len, _) if len != self.len => Err(resized(self.len, len)),
            (_, identity) if identity != self.identity => Err(rewritten()),
            _ => Ok(()),
        }
    }
}

impl Stored for LentFile {
    fn shown(&self) -> String {
        self.name.clone()
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffers: &mut [IoSliceMut<'_>]) -> Result<usize> {
        let Some(buffer) = buffers.iter_mut().find(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let size = buffer.len();
        match self.reach()?.read_at(offset, buffer)? {
            count if count > size => Err(wrong(format!("says that it read {count} bytes into a buffer of {size}"))),
            count => Ok(count),
        }
    }

    fn can_map(&self) -> bool {
        self.can_map
    }

    fn map(&self) -> Result<Bytes> {
        match self.reach()?.map() {
            None => Err(Error::new(Kind::NotMapped, "the host has no memory to lend for it")),
            Some(bytes) if bytes.len() as u64 != self.len => {
                Err(wrong(format!("lends {} bytes of memory for a file of {}", bytes.len(), self.len)))
            }
            Some(bytes) => Ok(bytes),
        }
    }

    fn map_start(&self) -> u64 {
        1
    }

    fn check_unchanged(&self) -> Result<()> {
        self.check_same(&*self.reach()?)
    }

    fn id(&self) -> FileId {
        FileId::Name(self.name.clone())
    }

    fn chunked(&self, source: &Source) -> Option<Box<dyn Chunked>> {
        (self.preferred_read > 0).then(|| {
            let chunked = Ordinary { source: source.clone(), best_size: self.preferred_read };
            Box::new(chunked) as Box<dyn Chunked>
        })
    }

    fn preferred_read(&self) -> usize {
        self.preferred_read
    }
}
