//! The one policy for files that a model names: shards, external data, assets.
//!
//! A name must be relative and plain, and the file it leads to must be a regular file that lies beneath the model's
//! directory, or beneath the directory where the model's own entry file really lies. The second rule serves the
//! Hugging Face cache, where a snapshot holds only symbolic links into a directory of blobs: whoever could
//! place the entry file there can name the other files there.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::OPEN_FLAGS;
use crate::error::{Error, Result};

/// The directory of a model, and the only way to the files in it.
pub(crate) struct Directory {
    path: PathBuf,
    descriptor: OwnedFd,
    /// The model's entry file: where it really lies is the second permitted root.
    entry: OnceLock<PathBuf>,
}

impl Directory {
    /// Opens the directory itself, symbolic links and all: the caller named it.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let descriptor =
            open_directory(path).map_err(|e| Error::io("open the directory", e.into()).path(path.to_string_lossy()))?;
        Ok(Self { path: path.to_owned(), descriptor, entry: OnceLock::new() })
    }

    /// Where the directory is, as the caller named it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Declares which file of this directory the model was opened by. Only the first call counts.
    pub(super) fn set_entry(&self, path: PathBuf) {
        // A second entry would widen what the model may reach; it is not an error to name the same one twice.
        let _ = self.entry.set(path);
    }

    /// Opens a file that the model names.
    pub(super) fn open_file(&self, name: &str) -> Result<File> {
        check_name(name)?;
        let beneath = rustix::fs::openat2(
            &self.descriptor,
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
    fn open_carefully(&self, name: &str) -> Result<File> {
        let target = fs::canonicalize(self.path.join(name)).map_err(|e| Error::io("find the file", e))?;
        for root in self.roots()? {
            if let Ok(relative) = target.strip_prefix(&root) {
                return open_without_links(&root, relative).map_err(|e| Error::io("open the file", e));
            }
        }
        Err(Error::format(format!(
            "leads to \"{}\", outside the model's directory: expected a file beneath it",
            target.to_string_lossy()
        )))
    }

    fn roots(&self) -> Result<Vec<PathBuf>> {
        let logical = fs::canonicalize(&self.path).map_err(|e| Error::io("find the directory", e))?;
        let entry = self.entry.get().and_then(|entry| fs::canonicalize(entry).ok());
        let real = entry.and_then(|entry| entry.parent().map(Path::to_owned));
        Ok([Some(logical), real].into_iter().flatten().collect())
    }
}

fn open_directory(path: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

fn open_without_links(root: &Path, relative: &Path) -> io::Result<File> {
    let mut parent = open_directory(root)?;
    let mut components = relative.components().peekable();
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else {
            return Err(Errno::XDEV.into());
        };
        let is_last = components.peek().is_none();
        let kind = if is_last { OPEN_FLAGS } else { OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC };
        let opened = rustix::fs::openat(parent.as_fd(), name, kind | OFlags::NOFOLLOW, Mode::empty())?;
        if is_last {
            return Ok(opened.into());
        }
        parent = opened;
    }
    Err(Errno::ISDIR.into())
}

/// Some systems open no longer path; and a list of what is in a file can have its name in every line.
const LONGEST_NAME: usize = 255;

/// Refuses every name that could mean something else on some system. A legal `a..b.bin` passes: it is the
/// components that count, not the text.
fn check_name(name: &str) -> Result<()> {
    let refuse = |why: &str| Err(Error::format(format!("the name of a file of the model {why}")));
    let is_drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    match name {
        "" => refuse("is empty"),
        _ if name.len() > LONGEST_NAME => refuse(&format!("has more than {LONGEST_NAME} bytes")),
        _ if name.contains('\0') => refuse("contains a NUL"),
        _ if name.contains('\\') => refuse("contains a backslash: expected \"/\" between components"),
        _ if name.starts_with('/') || is_drive => refuse("is absolute: expected one relative to the model"),
        _ if name.split('/').any(|part| part == "..") => refuse("contains \"..\": expected a file beneath the model"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::error::Kind;

    /// A cache like that of Hugging Face: snapshots of links, a directory of blobs, and a secret beside it.
    fn cache() -> (tempfile::TempDir, PathBuf) {
        let temp = tempfile::tempdir().unwrap();
        let snapshot = temp.path().join("models--a--b/snapshots/rev1");
        let blobs = temp.path().join("models--a--b/blobs");
        fs::create_dir_all(snapshot.join("sub")).unwrap();
        fs::create_dir_all(&blobs).unwrap();
        fs::write(blobs.join("index"), "i").unwrap();
        fs::write(blobs.join("shard"), "s").unwrap();
        fs::write(temp.path().join("secret"), "x").unwrap();
        fs::write(snapshot.join("plain"), "p").unwrap();
        fs::write(snapshot.join("sub/a..b.bin"), "d").unwrap();
        symlink("../../blobs/index", snapshot.join("index.json")).unwrap();
        symlink("../../blobs/shard", snapshot.join("shard.bin")).unwrap();
        symlink("plain", snapshot.join("alias")).unwrap();
        symlink(snapshot.join("plain"), snapshot.join("absolute-alias")).unwrap();
        symlink("../../../secret", snapshot.join("escape")).unwrap();
        symlink("/etc/hostname", snapshot.join("escape-absolute")).unwrap();
        symlink("../../..", snapshot.join("up")).unwrap();
        symlink("loop", snapshot.join("loop")).unwrap();
        symlink("/proc/self/root/etc/hostname", snapshot.join("magic")).unwrap();
        (temp, snapshot)
    }

    /// Both ways to a file must agree: with `openat2`, and where it is missing.
    fn both(directory: &Directory, name: &str) -> [Result<File>; 2] {
        let careful = check_name(name).and_then(|()| directory.open_carefully(name));
        [directory.open_file(name), careful]
    }

    #[test]
    fn files_beneath_the_model_open() {
        let (_temp, snapshot) = cache();
        let directory = Directory::open(&snapshot).unwrap();
        for name in ["plain", "./plain", "sub/a..b.bin", "alias", "absolute-alias"] {
            for file in both(&directory, name) {
                file.unwrap_or_else(|e| panic!("{name}: {e}"));
            }
        }
    }

    #[test]
    fn links_out_of_the_model_are_refused() {
        let (_temp, snapshot) = cache();
        let directory = Directory::open(&snapshot).unwrap();
        directory.set_entry(snapshot.join("index.json"));
        for name in ["escape", "escape-absolute", "up/secret", "loop", "magic"] {
            for file in both(&directory, name) {
                file.map(|_| name).unwrap_err();
            }
        }
    }

    #[test]
    fn blobs_open_only_beside_the_entry() {
        let (_temp, snapshot) = cache();
        let directory = Directory::open(&snapshot).unwrap();
        for file in both(&directory, "shard.bin") {
            assert_eq!(file.unwrap_err().kind(), Kind::Format);
        }
        directory.set_entry(snapshot.join("index.json"));
        for file in both(&directory, "shard.bin") {
            file.unwrap();
        }
    }

    #[test]
    fn names_that_are_not_plain_are_refused() {
        let (_temp, snapshot) = cache();
        let directory = Directory::open(&snapshot).unwrap();
        let names = ["", "/etc/hostname", "../plain", "sub/../plain", "..", "a\0b", "sub\\a", "C:plain", "c:/x"];
        for name in names {
            assert_eq!(directory.open_file(name).unwrap_err().kind(), Kind::Format, "{name:?}");
        }
        assert_eq!(directory.open_file("missing").unwrap_err().kind(), Kind::NotFound);
    }
}
