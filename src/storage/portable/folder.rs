//! A directory, and what can be reached from it, with std alone.
//!
//! std opens files by path only: so a path is resolved, checked, opened, resolved again and compared. Whoever may swap
//! folders at the right moments, twice, can still defeat that; the calls of Linux leave no such moment.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::open_path;
use crate::error::{Error, Result};
use crate::storage::disk::Identity;
use crate::storage::stored::replaced;
use crate::storage::tree::{Entry, TreeBuilder};

/// A directory of the disk.
pub(in crate::storage) struct Folder {
    /// Where it really lies.
    path: PathBuf,
}

impl Folder {
    /// Opens a directory, symbolic links and all.
    pub(in crate::storage) fn open(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path)?;
        // One that may not be listed has files that can be opened.
        if fs::metadata(&path)?.is_dir() { Ok(Self { path }) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    /// Where it was when it was opened, without any link.
    pub(in crate::storage) fn opened_at(&self) -> &Path {
        &self.path
    }

    /// Where it is, without any link.
    pub(in crate::storage) fn place(&self) -> PathBuf {
        self.path.clone()
    }

    /// The directory that an open file really lies in, which was opened by this path; `None` if it is this one, or if the
    /// path does not lead to the file any more.
    pub(in crate::storage) fn home_of(&self, file: &File, path: &Path) -> io::Result<Option<Self>> {
        let place = fs::canonicalize(path)?;
        let is_same = || Some(Identity::of_file(&open_path(&place).ok()?).ok()? == Identity::of_file(file).ok()?);
        let home = place.parent().filter(|home| *home != self.path && is_same() == Some(true));
        Ok(home.map(|home| Self { path: home.to_owned() }))
    }

    /// Opens a file by its name, symbolic links and all.
    pub(in crate::storage) fn open_named(&self, name: &str) -> Result<File> {
        open_path(&self.beneath(name))
    }

    /// There is no call that opens a file only if it lies here: `None`.
    pub(in crate::storage) fn open_beneath(&self, _: &str) -> Option<Result<File>> {
        None
    }

    /// The path of a name; `""` stands for the directory itself. Paths that have been resolved take no `/` on Windows.
    fn beneath(&self, name: &str) -> PathBuf {
        let mut path = self.path.clone();
        path.extend(name.split('/').filter(|part| !part.is_empty()));
        path
    }

    /// Where a name leads, without any link.
    pub(in crate::storage) fn find(&self, name: &str) -> Result<PathBuf> {
        fs::canonicalize(self.beneath(name)).map_err(cannot_find)
    }

    /// Opens the file at a place that [`find`](Self::find) gave; `None` if it does not lie here.
    pub(in crate::storage) fn open_place(&self, place: &Path) -> Option<Result<File>> {
        place.strip_prefix(&self.path).ok()?;
        let open = || {
            let file = open_path(place)?;
            // Where no link has been put in the way meanwhile, this is the file that was found.
            if fs::canonicalize(place).map_err(cannot_find)? == place { Ok(file) } else { Err(replaced()) }
        };
        Some(open())
    }

    /// What the link under a name says, wherever it leads; `None` if there is no link.
    pub(in crate::storage) fn link(&self, name: &str) -> Option<PathBuf> {
        fs::read_link(self.beneath(name)).ok()
    }

    /// Whether it is certain that nothing lies under a name, also no link.
    pub(in crate::storage) fn is_absent(&self, name: &str) -> bool {
        fs::symlink_metadata(self.beneath(name)).is_err_and(|e| e.kind() == io::ErrorKind::NotFound)
    }

    /// Whether a folder lies under a name, and no link to one.
    pub(in crate::storage) fn has_folder(&self, name: &str) -> bool {
        fs::symlink_metadata(self.beneath(name)).is_ok_and(|there| there.is_dir())
    }

    /// Whether a path from here leads to a directory, symbolic links and all.
    pub(in crate::storage) fn leads_to(&self, path: &Path, other: &Self) -> bool {
        fs::canonicalize(self.path.join(path)).is_ok_and(|place| place == other.path)
    }

    /// Lists a folder in it, `""` for itself, without following links to it.
    pub(in crate::storage) fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        let fail = |e| Error::io("list the directory", e);
        let path = self.beneath(folder);
        if fs::canonicalize(&path).map_err(fail)? != path {
            return Err(Error::format("the folder has become a link, which is not followed"));
        }
        for entry in fs::read_dir(&path).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            match examine(&entry) {
                Ok(found) => tree.add(&entry.file_name(), found)?,
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

/// What an entry of a folder is.
fn examine(entry: &fs::DirEntry) -> io::Result<Entry> {
    let kind = entry.file_type()?;
    Ok(match () {
        () if kind.is_file() => Entry::File(entry.metadata()?.len()),
        () if kind.is_symlink() => Entry::Link,
        () if kind.is_dir() => Entry::Folder,
        () => Entry::Special,
    })
}
