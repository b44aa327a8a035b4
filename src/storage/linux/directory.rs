//! The one policy for files that a model names: shards, external data, assets.
//!
//! A file must be a regular file that lies beneath the model's directory, or beneath the directory where the model's
//! own entry file really lies. The second rule serves the Hugging Face cache, where a snapshot holds only symbolic
//! links into a directory of blobs: whoever could place the entry file there can name the other files there.
//!
//! Both directories are held open from the start, and every later file is reached through their descriptors: whoever
//! swaps links or folders afterwards does not change what is permitted.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::{OPEN_FLAGS, open_at, place_of};
use crate::error::{Error, Result};
use crate::storage::tree::{Entry, TreeBuilder};

/// The directory of a model, and the only way to the files in it.
pub(in crate::storage) struct Directory {
    /// As the caller named it.
    path: PathBuf,
    root: Root,
    /// Where the model's entry file really lies, if that is elsewhere.
    second: OnceLock<Option<Root>>,
}

/// A directory that files may be opened beneath.
struct Root {
    descriptor: OwnedFd,
    /// Where it was when it was opened, without any link: for systems that do not tell where it is now.
    path: PathBuf,
}

impl Root {
    fn new(descriptor: OwnedFd, path: &Path) -> io::Result<Self> {
        let path = place_of(&descriptor).or_else(|_| fs::canonicalize(path))?;
        Ok(Self { descriptor, path })
    }

    /// Opens the file at a real place without following any link; `None` if it does not lie here.
    fn open_file(&self, place: &Path) -> Option<io::Result<File>> {
        let root = place_of(&self.descriptor).unwrap_or_else(|_| self.path.clone());
        let relative = place.strip_prefix(root).ok()?;
        Some(open_without_links(&self.descriptor, relative, OPEN_FLAGS).map(File::from))
    }
}

impl Directory {
    /// Opens the directory itself, symbolic links and all: the caller named it.
    pub(in crate::storage) fn open(path: &Path) -> Result<Self> {
        let fail = |e| Error::io("open the directory", e).with_path(path.to_string_lossy());
        let root = open_folder(path).map_err(io::Error::from).and_then(|descriptor| Root::new(descriptor, path));
        Ok(Self { path: path.to_owned(), root: root.map_err(fail)?, second: OnceLock::new() })
    }

    /// Where the directory is, as the caller named it.
    pub(in crate::storage) fn path(&self) -> &Path {
        &self.path
    }

    /// Permits the directory where the entry file really lies, which was opened by this path. Only the first entry
    /// counts.
    pub(in crate::storage) fn admit(&self, entry: &File, path: &Path) {
        // A second entry would widen what the model may reach; it is not an error to enter by the same one twice.
        let _ = self.second.set(self.home_of(entry, path).unwrap_or_default());
    }

    /// The directory that an open file really lies in; `None` if it is this one.
    fn home_of(&self, file: &File, path: &Path) -> io::Result<Option<Root>> {
        let place = place_of(file).or_else(|_| fs::canonicalize(path))?;
        let (Some(home), Some(name)) = (place.parent(), place.file_name()) else { return Ok(None) };
        // No link led away: there is nothing more to permit.
        if home == self.root.path {
            return Ok(None);
        }
        let descriptor = open_folder(home)?;
        // A folder that was swapped since does not have the file.
        let there = rustix::fs::statat(&descriptor, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let is_home = number(&there) == number(&rustix::fs::fstat(file)?);
        let is_new = number(&rustix::fs::fstat(&descriptor)?) != number(&rustix::fs::fstat(&self.root.descriptor)?);
        (is_home && is_new).then(|| Root::new(descriptor, home)).transpose()
    }

    /// Opens the file by which the model is entered, symbolic links and all.
    pub(in crate::storage) fn open_entry(&self, name: &str) -> Result<File> {
        open_at(&self.root.descriptor, Path::new(name))
    }

    /// Opens a file that the model names, by its plain name.
    pub(in crate::storage) fn open_file(&self, name: &str) -> Result<File> {
        let beneath = rustix::fs::openat2(
            &self.root.descriptor,
            name,
            OPEN_FLAGS,
            Mode::empty(),
            ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS,
        );
        match beneath {
            Ok(file) => Ok(file.into()),
            Err(e @ (Errno::NOENT | Errno::ACCESS | Errno::NOTDIR | Errno::MFILE | Errno::NFILE)) => {
                Err(Error::io("open the file", e.into()))
            }
            // The link leads out of the directory, or the kernel or a sandbox does not offer the call.
            Err(_) => self.open_carefully(name),
        }
    }

    /// Finds where the name leads, then walks there from a permitted root without following any link, so that
    /// nothing can be swapped between the check and the opening.
    pub(in crate::storage) fn open_carefully(&self, name: &str) -> Result<File> {
        let place = self.find(name).map_err(|e| Error::io("find the file", e))?;
        let second = self.second.get().and_then(Option::as_ref);
        match [Some(&self.root), second].into_iter().flatten().find_map(|root| root.open_file(&place)) {
            Some(file) => file.map_err(|e| Error::io("open the file", e)),
            None => Err(Error::format(format!(
                "leads to \"{}\", outside the model's directory: expected a file beneath it",
                place.to_string_lossy()
            ))),
        }
    }

    /// Where a name leads, from the directory that is held. Nothing is opened for that but a handle, which can only be
    /// asked.
    fn find(&self, name: &str) -> io::Result<PathBuf> {
        let handle = rustix::fs::openat(&self.root.descriptor, name, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        place_of(&handle).or_else(|_| fs::canonicalize(self.root.path.join(name)))
    }

    /// Whether a link lies under a plain name, wherever it leads.
    pub(in crate::storage) fn is_link(&self, name: &str) -> bool {
        let there = rustix::fs::statat(&self.root.descriptor, name, AtFlags::SYMLINK_NOFOLLOW);
        there.is_ok_and(|there| FileType::from_raw_mode(there.st_mode) == FileType::Symlink)
    }

    /// Lists a folder, `""` for the directory itself, without following links to it.
    pub(in crate::storage) fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        let fail = |e| Error::io("list the directory", e);
        let relative = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let descriptor = open_without_links(&self.root.descriptor, relative, flags).map_err(fail)?;
        let mut entries = Dir::new(descriptor).map_err(|e| fail(e.into()))?;
        while let Some(entry) = entries.read() {
            let entry = entry.map_err(|e| fail(e.into()))?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let examined = entries.fd().and_then(|folder| examine(folder, name, entry.file_type()));
            match examined {
                Ok(Some(entry)) => tree.add(name, entry)?,
                // Nothing that a model can use, or it has vanished since it was listed.
                Ok(None) | Err(Errno::NOENT) => {}
                Err(e) => return Err(fail(e.into())),
            }
        }
        Ok(())
    }
}

/// What an entry of a folder is; `None` if it is neither a file, a link nor a folder.
fn examine(folder: BorrowedFd<'_>, name: &OsStr, told: FileType) -> rustix::io::Result<Option<Entry>> {
    let look = || rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    // Not every file system tells what its entries are.
    let kind = if told == FileType::Unknown { FileType::from_raw_mode(look()?.st_mode) } else { told };
    Ok(match kind {
        FileType::RegularFile => Some(Entry::File(look()?.st_size as u64)),
        FileType::Symlink => Some(Entry::Link),
        FileType::Directory => Some(Entry::Folder),
        _ => None,
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
