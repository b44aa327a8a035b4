//! What the caller asked to open: a file, a directory, or memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::file::open_path;
use super::source::Source;
use super::{Access, Directory};
use crate::error::{Error, Kind, Result};

/// A place that a model is read from: an entry, and a door to the files beside it.
pub(crate) struct Location {
    access: Access,
    directory: Option<Arc<Directory>>,
    entry: Option<Source>,
    /// Made when it is first asked for: a single file has no need of it.
    listing: OnceLock<Vec<Listed>>,
}

/// One file of a model's directory. Whether a link may be followed is decided when it is opened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    /// The name within the directory.
    pub name: String,
    /// Bytes; `None` for a symbolic link.
    pub bytes: Option<u64>,
}

/// The most entries of a directory that is opened as a model.
const MAX_LISTED: usize = 65_536;

impl Location {
    /// A file or a directory.
    pub(crate) fn open(path: &Path, access: Access) -> Result<Self> {
        // The process may change its working directory while the model is open.
        let path = &std::path::absolute(path).map_err(|e| Error::io("find the file", e))?;
        let file = open_path(path)?;
        let is_directory = file.metadata().is_ok_and(|metadata| metadata.is_dir());
        if is_directory {
            return Ok(Self::new(access, Some(Directory::open(path)?), None));
        }
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let entry = Source::from_file(file, &name, path.to_owned(), access)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let directory = Directory::open(parent)?;
        directory.set_entry(path.to_owned());
        Ok(Self::new(access, Some(directory), Some(entry)))
    }

    /// Memory: there are no files beside it.
    pub(crate) fn from_memory(bytes: Bytes) -> Self {
        Self::new(Access::Map, None, Some(Source::from_memory("memory", bytes)))
    }

    fn new(access: Access, directory: Option<Directory>, entry: Option<Source>) -> Self {
        Self { access, directory: directory.map(Arc::new), entry, listing: OnceLock::new() }
    }

    /// The file or memory that was asked for; `None` if it was a directory.
    pub(crate) fn entry(&self) -> Option<&Source> {
        self.entry.as_ref()
    }

    /// The files of the directory that was asked for, or that the entry lies in, sorted by name; none for memory.
    pub(crate) fn listing(&self) -> Result<&[Listed]> {
        if let Some(listing) = self.listing.get() {
            return Ok(listing);
        }
        let listing = self.directory.as_ref().map_or_else(|| Ok(Vec::new()), |directory| list(directory.path()))?;
        Ok(self.listing.get_or_init(|| listing))
    }

    /// The file of this name in the listing, if one has been made.
    pub(crate) fn listed(&self, name: &str) -> Option<&Listed> {
        let listing = self.listing.get()?;
        let position = listing.binary_search_by(|file| file.name.as_str().cmp(name)).ok()?;
        listing.get(position)
    }

    /// What was asked for, to be named in a message.
    pub(crate) fn path(&self) -> String {
        match (&self.entry, &self.directory) {
            (Some(entry), _) => entry.path(),
            (None, Some(directory)) => directory.path().to_string_lossy().into_owned(),
            (None, None) => String::new(),
        }
    }

    /// Opens the file of the directory by which the model is entered; a link may lead anywhere, as if the caller
    /// had named it.
    pub(crate) fn open_entry(&self, name: &str) -> Result<Source> {
        let directory = self.directory()?;
        let path = directory.path().join(name);
        directory.set_entry(path.clone());
        Source::from_file(open_path(&path)?, name, path, self.access)
    }

    /// Opens a file of weights that the model names, under the policy of [`Directory`].
    pub(crate) fn open_sidecar(&self, name: &str) -> Result<Source> {
        let directory = self.directory()?;
        let path = join(directory.path(), name);
        let file = directory.open_file(name).map_err(|e| e.path(path.to_string_lossy()).subject(name))?;
        Source::from_file(file, name, path, self.access)
    }

    /// A file that is only read, such as an asset, under the same policy. It holds no descriptor: a directory may
    /// have more files than a process may have open.
    pub(crate) fn open_asset(&self, name: &str) -> Result<Source> {
        let directory = self.directory()?;
        Source::beneath(directory, name, join(directory.path(), name))
    }

    /// Opens a file that may lie beside the model; `None` if it does not.
    pub(crate) fn open_if_present(&self, name: &str) -> Result<Option<Source>> {
        if self.directory.is_none() {
            return Ok(None);
        }
        match self.open_asset(name) {
            Ok(source) => Ok(Some(source)),
            Err(e) if e.kind() == Kind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Leaves out links that lead nowhere or away from the model, and says which.
    pub(crate) fn drop_dead_links(&self, names: &mut Vec<String>) -> Vec<String> {
        let is_link = |name: &str| self.listed(name).is_some_and(|file| file.bytes.is_none());
        let mut dropped = Vec::new();
        names.retain(|name| match is_link(name).then(|| self.open_asset(name)) {
            Some(Err(e)) => {
                dropped.push(format!("{e}: left out of the assets"));
                false
            }
            _ => true,
        });
        dropped
    }

    fn directory(&self) -> Result<&Arc<Directory>> {
        let missing = || Error::new(Kind::Unsupported, "a model in memory cannot name other files");
        self.directory.as_ref().ok_or_else(missing)
    }
}

/// Joins for display and for looking again; the name has not been checked yet and is never opened through this.
fn join(directory: &Path, name: &str) -> PathBuf {
    if name.starts_with('/') { PathBuf::from(name) } else { directory.join(name) }
}

fn list(path: &Path) -> Result<Vec<Listed>> {
    let fail = |e| Error::io("list the directory", e).path(path.to_string_lossy());
    let mut listing = Vec::new();
    for entry in fs::read_dir(path).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let kind = entry.file_type().map_err(fail)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let bytes = match () {
            () if kind.is_file() => Some(entry.metadata().map_err(fail)?.len()),
            () if kind.is_symlink() => None,
            () => continue,
        };
        if listing.len() == MAX_LISTED {
            let message = format!("the directory has more than {MAX_LISTED} files; name the model's file");
            return Err(Error::new(Kind::Limit, message).path(path.to_string_lossy()));
        }
        listing.push(Listed { name, bytes });
    }
    listing.sort_unstable();
    Ok(listing)
}
