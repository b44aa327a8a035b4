//! Files that the host lends: in a pak file, behind its own I/O, in an object store.

use std::ffi::OsStr;
use std::io::IoSliceMut;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;

use super::chunked::Ordinary;
use super::files::{Files, Role};
use super::name::{plain_name, prefix_of};
use super::stored::{FileId, Stored, resized, rewritten};
use super::tree::{Entry, TreeBuilder};
use super::{Access, Chunked, Source};
use crate::error::{Error, Kind, Result};
use crate::host::{Context, HostEntry, HostFile, HostFiles, UnpacedFiles};

/// The files of a host as those of a model.
pub(super) struct Lent {
    files: Arc<dyn HostFiles>,
    /// What stands before the names of the model's files; empty if nothing does.
    prefix: String,
    access: Access,
    context: Context,
}

impl Lent {
    pub(super) fn new(files: Arc<dyn HostFiles>, access: Access, context: &Context) -> Self {
        Self { files: Arc::new(UnpacedFiles(files)), prefix: String::new(), access, context: context.clone() }
    }

    /// What the host calls a file or a folder of the model.
    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

impl Files for Lent {
    fn open(&self, name: &str, role: Role) -> Result<Source> {
        let file = LentFile::open(&self.files, self.name(name), role, self.access)?;
        Ok(Source::stored(name, Box::new(file), &self.context))
    }

    fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        for entry in self.files.list(self.name(folder).trim_end_matches('/'))? {
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

    fn within(&self, folder: &str) -> Option<Box<dyn Files>> {
        let prefix = self.name(&prefix_of(folder));
        Some(Box::new(Self {
            files: Arc::clone(&self.files),
            prefix,
            access: self.access,
            context: self.context.clone(),
        }))
    }

    fn shown(&self, name: &str) -> String {
        match self.name(name).trim_end_matches('/') {
            "" => "the files of the host".to_owned(),
            shown => shown.to_owned(),
        }
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
    fn open(files: &Arc<dyn HostFiles>, name: String, role: Role, access: Access) -> Result<Self> {
        let file = files.open(&name)?;
        let (len, identity, preferred_read) = (file.size()?, file.identity()?, file.preferred_read());
        let is_asset = role == Role::Asset;
        let handle = if is_asset { Handle::Reopened(Arc::clone(files)) } else { Handle::Held(file) };
        let can_map = access == Access::Map && !is_asset;
        Ok(Self { handle, name, len, identity, can_map, preferred_read })
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

    fn will_read(&self, offset: u64, len: u64) {
        if let Handle::Held(file) = &self.handle {
            file.will_read(offset, len);
        }
    }

    /// Only the host knows what it has at hand.
    fn residency(&self) -> f64 {
        0.0
    }
}
