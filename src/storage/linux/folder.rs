//! A directory that is held open, and what can be reached from it.
//!
//! Whatever is opened later is reached through the descriptor: whoever swaps links or folders afterwards does not change
//! which directory it is.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::{OPEN_FLAGS, open_at, place_of};
use crate::error::{Error, Result};
use crate::storage::tree::{Entry, TreeBuilder};

/// A directory of the disk.
pub(in crate::storage) struct Folder {
    descriptor: OwnedFd,
    /// Where it was when it was opened, without any link: for systems that do not tell where it is now.
    path: PathBuf,
}

impl Folder {
    /// Opens a directory, symbolic links and all.
    pub(in crate::storage) fn open(path: &Path) -> io::Result<Self> {
        Self::new(open_folder(path)?, path)
    }

    fn new(descriptor: OwnedFd, path: &Path) -> io::Result<Self> {
        let path = place_of(&descriptor).or_else(|_| fs::canonicalize(path))?;
        Ok(Self { descriptor, path })
    }

    /// Where it was when it was opened, without any link.
    pub(in crate::storage) fn opened_at(&self) -> &Path {
        &self.path
    }

    /// Where it is now, without any link.
    pub(in crate::storage) fn place(&self) -> PathBuf {
        place_of(&self.descriptor).unwrap_or_else(|_| self.path.clone())
    }

    /// The directory that an open file really lies in, which was opened by this path; `None` if it is this one.
    pub(in crate::storage) fn home_of(&self, file: &File, path: &Path) -> io::Result<Option<Self>> {
        let place = place_of(file).or_else(|_| fs::canonicalize(path))?;
        let (Some(home), Some(name)) = (place.parent(), place.file_name()) else { return Ok(None) };
        // No link led away.
        if home == self.path {
            return Ok(None);
        }
        let descriptor = open_folder(home)?;
        // A folder that was swapped since does not have the file.
        let there = rustix::fs::statat(&descriptor, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let is_home = number(&there) == number(&rustix::fs::fstat(file)?);
        let is_new = number(&rustix::fs::fstat(&descriptor)?) != number(&rustix::fs::fstat(&self.descriptor)?);
        (is_home && is_new).then(|| Self::new(descriptor, home)).transpose()
    }

    /// Opens a file by its name, symbolic links and all.
    pub(in crate::storage) fn open_named(&self, name: &str) -> Result<File> {
        open_at(&self.descriptor, Path::new(name))
    }

    /// Opens a file by its name if no link on the way leads out of here; `None` if one does, or if the kernel or a sandbox
    /// does not offer the call.
    pub(in crate::storage) fn open_beneath(&self, name: &str) -> Option<Result<File>> {
        let flags = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match rustix::fs::openat2(&self.descriptor, name, OPEN_FLAGS, Mode::empty(), flags) {
            Ok(file) => Some(Ok(file.into())),
            Err(e @ (Errno::NOENT | Errno::ACCESS | Errno::NOTDIR | Errno::MFILE | Errno::NFILE)) => {
                Some(Err(Error::io("open the file", e.into())))
            }
            Err(_) => None,
        }
    }

    /// Where a name leads, without any link. Nothing is opened for that but a handle, which can only be asked.
    pub(in crate::storage) fn find(&self, name: &str) -> Result<PathBuf> {
        let found = rustix::fs::openat(&self.descriptor, name, OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
        let place = found
            .map_err(io::Error::from)
            .and_then(|handle| place_of(&handle).or_else(|_| fs::canonicalize(self.path.join(name))));
        place.map_err(|e| Error::io("find the file", e))
    }

    /// Opens the file at a place that [`find`](Self::find) gave, without following any link, so that nothing can be swapped
    /// between a check of the place and the opening; `None` if it does not lie here.
    pub(in crate::storage) fn open_place(&self, place: &Path) -> Option<Result<File>> {
        let relative = place.strip_prefix(self.place()).ok()?;
        let file = open_without_links(&self.descriptor, relative, OPEN_FLAGS);
        Some(file.map(File::from).map_err(|e| Error::io("open the file", e)))
    }

    /// What the link under a name says, wherever it leads; `None` if there is no link.
    pub(in crate::storage) fn link(&self, name: &str) -> Option<PathBuf> {
        let target = rustix::fs::readlinkat(&self.descriptor, name, Vec::new()).ok()?;
        Some(OsStr::from_bytes(target.as_bytes()).into())
    }

    /// Whether it is certain that nothing lies under a name, also no link.
    pub(in crate::storage) fn is_absent(&self, name: &str) -> bool {
        rustix::fs::statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW).is_err_and(|e| e == Errno::NOENT)
    }

    /// Whether a folder lies under a name, and no link to one.
    pub(in crate::storage) fn has_folder(&self, name: &str) -> bool {
        let there = rustix::fs::statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW);
        there.is_ok_and(|there| FileType::from_raw_mode(there.st_mode) == FileType::Directory)
    }

    /// Whether a path from here leads to a directory, symbolic links and all.
    pub(in crate::storage) fn leads_to(&self, path: &Path, other: &Self) -> bool {
        let number_of = |folder: BorrowedFd<'_>| rustix::fs::fstat(folder).ok().map(|stat| number(&stat));
        let there = rustix::fs::openat(&self.descriptor, path, FOLDER_FLAGS, Mode::empty());
        let there = there.ok().and_then(|there| number_of(there.as_fd()));
        there.is_some() && there == number_of(other.descriptor.as_fd())
    }

    /// Lists a folder in it, `""` for itself, without following links to it.
    pub(in crate::storage) fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        let fail = |e| Error::io("list the directory", e);
        let relative = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let descriptor = open_without_links(&self.descriptor, relative, flags).map_err(fail)?;
        let mut entries = Dir::new(descriptor).map_err(|e| fail(e.into()))?;
        while let Some(entry) = entries.read() {
            let entry = entry.map_err(|e| fail(e.into()))?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let examined = entries.fd().and_then(|folder| examine(folder, name, entry.file_type()));
            match examined {
                Ok(entry) => tree.add(name, entry)?,
                // It has vanished since it was listed.
                Err(Errno::NOENT) => {}
                Err(e) => return Err(fail(e.into())),
            }
        }
        Ok(())
    }
}

/// What an entry of a folder is.
fn examine(folder: BorrowedFd<'_>, name: &OsStr, told: FileType) -> rustix::io::Result<Entry> {
    let look = || rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    // Not every file system tells what its entries are.
    let kind = if told == FileType::Unknown { FileType::from_raw_mode(look()?.st_mode) } else { told };
    Ok(match kind {
        FileType::RegularFile => Entry::File(look()?.st_size as u64),
        FileType::Symlink => Entry::Link,
        FileType::Directory => Entry::Folder,
        _ => Entry::Special,
    })
}

/// Device and inode.
fn number(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

const FOLDER_FLAGS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

fn open_folder(path: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(path, FOLDER_FLAGS, Mode::empty())
}

/// Walks from a folder to what lies at a relative path, and opens that with `flags`. No link is followed.
fn open_without_links(root: &OwnedFd, relative: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    let (Some(folders), Some(last)) = (relative.parent(), relative.components().next_back()) else {
        return Err(Errno::ISDIR.into());
    };
    let mut parent = None;
    for component in folders.components() {
        let from = parent.as_ref().unwrap_or(root);
        parent = Some(open_component(from, component, FOLDER_FLAGS)?);
    }
    open_component(parent.as_ref().unwrap_or(root), last, flags)
}

fn open_component(parent: &OwnedFd, component: Component<'_>, flags: OFlags) -> io::Result<OwnedFd> {
    let (Component::Normal(_) | Component::CurDir) = component else { return Err(Errno::XDEV.into()) };
    Ok(rustix::fs::openat(parent.as_fd(), component.as_os_str(), flags | OFlags::NOFOLLOW, Mode::empty())?)
}
