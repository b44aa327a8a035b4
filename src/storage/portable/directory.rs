//! The one policy for files that a model names, with std alone: shards, external data, assets.
//!
//! A file must be a regular file that really lies beneath the model's directory, or beneath the directory where the
//! model's own entry file really lies. Where these are is fixed when the model is opened. std opens files by path only:
//! so a path is resolved, checked, opened, resolved again and compared. Whoever may swap folders at the right moments,
//! twice, can still defeat that; the calls of Linux leave no such moment.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::open_path;
use crate::error::{Error, Result};
use crate::storage::disk::Identity;
use crate::storage::stored::replaced;
use crate::storage::tree::{Entry, TreeBuilder};

/// The directory of a model, and the only way to the files in it.
pub(in crate::storage) struct Directory {
    /// As the caller named it.
    path: PathBuf,
    /// Where it really lies.
    root: PathBuf,
    /// Where the model's entry file really lies.
    second: OnceLock<Option<PathBuf>>,
}

impl Directory {
    /// Opens the directory itself, symbolic links and all: the caller named it.
    pub(in crate::storage) fn open(path: &Path) -> Result<Self> {
        let root =
            fs::canonicalize(path).map_err(|e| Error::io("open the directory", e).with_path(path.to_string_lossy()))?;
        Ok(Self { path: path.to_owned(), root, second: OnceLock::new() })
    }

    /// Where the directory is, as the caller named it.
    pub(in crate::storage) fn path(&self) -> &Path {
        &self.path
    }

    /// Permits the directory where the entry file really lies, which was opened by this path. Only the first entry
    /// counts.
    pub(in crate::storage) fn admit(&self, entry: &File, path: &Path) {
        // A second entry would widen what the model may reach; it is not an error to enter by the same one twice.
        let _ = self.second.set(home_of(entry, path));
    }

    /// Opens the file by which the model is entered, symbolic links and all.
    pub(in crate::storage) fn open_entry(&self, name: &str) -> Result<File> {
        open_path(&self.path.join(name))
    }

    /// Opens a file that the model names, by its plain name.
    pub(in crate::storage) fn open_file(&self, name: &str) -> Result<File> {
        let place = self.find(name)?;
        let file = open_path(&place)?;
        // Where no link has been put in the way meanwhile, this is the file that was found.
        if self.find(name)? == place { Ok(file) } else { Err(replaced()) }
    }

    /// The path of a name; `""` stands for the directory itself. Paths that have been resolved take no `/` on Windows.
    fn beneath(&self, name: &str) -> PathBuf {
        let mut path = self.root.clone();
        path.extend(name.split('/').filter(|part| !part.is_empty()));
        path
    }

    /// Where a name really leads, if that is permitted.
    fn find(&self, name: &str) -> Result<PathBuf> {
        let place = fs::canonicalize(self.beneath(name)).map_err(cannot_find)?;
        let second = self.second.get().and_then(Option::as_ref);
        if [Some(&self.root), second].into_iter().flatten().any(|root| place.starts_with(root)) {
            return Ok(place);
        }
        let shown = place.to_string_lossy();
        Err(Error::format(format!("leads to \"{shown}\", outside the model's directory: expected a file beneath it")))
    }

    /// Whether a link lies under a plain name, wherever it leads.
    pub(in crate::storage) fn is_link(&self, name: &str) -> bool {
        fs::symlink_metadata(self.beneath(name)).is_ok_and(|there| there.is_symlink())
    }

    /// Lists a folder, `""` for the directory itself, without following links to it.
    pub(in crate::storage) fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        let fail = |e| Error::io("list the directory", e);
        let path = self.beneath(folder);
        if fs::canonicalize(&path).map_err(fail)? != path {
            return Err(Error::format("the folder has become a link, which is not followed"));
        }
        for entry in fs::read_dir(&path).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            match examine(&entry) {
                Ok(Some(found)) => tree.add(&entry.file_name(), found)?,
                Ok(None) => {}
                // It has vanished since it was listed.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(fail(e)),
            }
        }
        Ok(())
    }
}

/// The words are those of the other systems: what is plainly not there is not searched for.
fn cannot_find(error: io::Error) -> Error {
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    match error.kind() {
        NotFound | NotADirectory | PermissionDenied => Error::io("open the file", error),
        _ => Error::io("find the file", error),
    }
}

/// The directory that an open file really lies in, if the path still leads to it.
fn home_of(file: &File, path: &Path) -> Option<PathBuf> {
    let place = fs::canonicalize(path).ok()?;
    let again = open_path(&place).ok()?;
    let is_same = Identity::of_file(&again).ok()? == Identity::of_file(file).ok()?;
    is_same.then(|| place.parent().map(Path::to_owned)).flatten()
}

/// What an entry of a folder is; `None` if it is neither a file, a link nor a folder.
fn examine(entry: &fs::DirEntry) -> io::Result<Option<Entry>> {
    let kind = entry.file_type()?;
    Ok(match () {
        () if kind.is_file() => Some(Entry::File(entry.metadata()?.len())),
        () if kind.is_symlink() => Some(Entry::Link),
        () if kind.is_dir() => Some(Entry::Folder),
        () => None,
    })
}
