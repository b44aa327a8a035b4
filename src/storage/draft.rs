//! A file that is written beside its place, and takes it in one step.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A new file. At every moment its place holds what was there before or all of the new contents, also after a crash; a
/// draft that is dropped leaves nothing behind.
pub struct Draft {
    file: File,
    beside: PathBuf,
    place: PathBuf,
    is_placed: bool,
}

/// Names are random: processes that share a folder may have the same number.
const ATTEMPTS: u64 = 16;

impl Draft {
    /// Begins a file that will be at `place`, and be given the permissions of the one that is there now.
    pub fn create(place: &Path) -> Result<Self> {
        let name = place.file_name().ok_or_else(|| Error::invalid("the path names no file"))?;
        let old = fs::metadata(place);
        let created = create_beside(folder_of(place), name, old.is_ok());
        let (file, beside) = created.map_err(|e| fail("create a file", e, place))?;
        let draft = Self { file, beside, place: place.to_owned(), is_placed: false };
        if let Ok(old) = old {
            draft.file.set_permissions(old.permissions()).map_err(|e| fail("create a file", e, place))?;
        }
        Ok(draft)
    }

    /// Writes bytes at `offset`. Any threads may write different parts at the same time.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        write_all_at(&self.file, bytes, offset).map_err(|e| fail("write the file", e, &self.place))
    }

    /// Sets the length in bytes: what was not written reads as zeros.
    pub(crate) fn set_len(&self, len: u64) -> Result<()> {
        self.file.set_len(len).map_err(|e| fail("write the file", e, &self.place))
    }

    /// Puts the file in its place, when all of it is on the disk.
    pub fn commit(self) -> Result<()> {
        self.place(|beside, place| fs::rename(beside, place))
    }

    /// The same, if nothing is there yet.
    pub(crate) fn commit_new(self) -> Result<()> {
        self.place(rename_new)
    }

    fn place(mut self, rename: impl FnOnce(&Path, &Path) -> io::Result<()>) -> Result<()> {
        let placed = self.file.sync_all().and_then(|()| rename(&self.beside, &self.place));
        placed.map_err(|e| fail("write the file", e, &self.place))?;
        self.is_placed = true;
        sync_folder(folder_of(&self.place)).map_err(|e| fail("write the file", e, &self.place))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_placed {
            // The error that led here matters more than what is left behind.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// A file in the folder of `place` that has no name: it is gone with its last descriptor.
pub(crate) fn scratch_beside(place: &Path) -> Result<File> {
    let name = place.file_name().ok_or_else(|| Error::invalid("the path names no file"))?;
    let (file, beside) = create_beside(folder_of(place), name, true).map_err(|e| fail("create a file", e, place))?;
    fs::remove_file(&beside).map_err(|e| fail("create a file", e, place))?;
    Ok(file)
}

/// Writes all bytes at `offset` of a file.
pub(crate) fn write_scratch(file: &File, bytes: &[u8], offset: u64) -> Result<()> {
    write_all_at(file, bytes, offset).map_err(|e| Error::io("write a temporary file", e))
}

fn fail(doing: &str, error: io::Error, place: &Path) -> Error {
    Error::io(doing, error).with_path(place.to_string_lossy())
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Renames a file to a name that nobody has. A second name is an error where the first is taken; file systems without
/// links leave a moment between the look and the rename.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
        Err(_) if to.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

/// Creates a file for this user alone, or with the permissions that new files have.
fn create_beside(folder: &Path, name: &std::ffi::OsStr, is_private: bool) -> io::Result<(File, PathBuf)> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    if is_private {
        make_private(&mut options);
    }
    let chance = RandomState::new();
    let mut last = io::ErrorKind::AlreadyExists.into();
    for attempt in 0..ATTEMPTS {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{:016x}.tmp", chance.hash_one(attempt)));
        let beside = folder.join(hidden);
        match options.open(&beside) {
            Ok(file) => return Ok((file, beside)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => last = e,
            Err(e) => return Err(e),
        }
    }
    Err(last)
}

#[cfg(unix)]
fn make_private(options: &mut fs::OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

/// Permissions come from the folder there.
#[cfg(not(unix))]
fn make_private(_: &mut fs::OpenOptions) {}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => (bytes, offset) = (&bytes[count..], offset + count as u64),
        }
    }
    Ok(())
}

/// A rename is on the disk when its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be synced there, nor need be.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_old_file_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("file");
        fs::write(&place, "old").unwrap();
        let draft = Draft::create(&place).unwrap();
        draft.write_at(b"w", 2).unwrap();
        draft.write_at(b"ne", 0).unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "old");
        assert_eq!(names(folder.path()).len(), 2);
        draft.commit().unwrap();
        assert_eq!(
            (fs::read_to_string(&place).unwrap(), names(folder.path())),
            ("new".to_owned(), vec!["file".to_owned()])
        );
        drop(Draft::create(&place).unwrap());
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn drafts_of_one_file_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("file");
        let drafts = [Draft::create(&place).unwrap(), Draft::create(&place).unwrap()];
        for (draft, text) in drafts.into_iter().zip(["first", "second"]) {
            draft.write_at(text.as_bytes(), 0).unwrap();
            draft.commit().unwrap();
        }
        assert_eq!(fs::read_to_string(&place).unwrap(), "second");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    #[cfg(unix)]
    fn permissions_are_those_of_the_file_that_was_there() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("file");
        fs::write(&place, "old").unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).unwrap();
        Draft::create(&place).unwrap().commit().unwrap();
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    #[cfg(unix)]
    fn what_will_be_private_is_so_from_the_start() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::new("file");
        let (file, _) = create_beside(folder.path(), name, true).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_new_file_takes_the_place_of_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("file");
        let draft = Draft::create(&place).unwrap();
        fs::write(&place, "precious").unwrap();
        let error = draft.commit_new().unwrap_err();
        assert!(error.to_string().contains("file"), "{error}");
        assert_eq!((fs::read_to_string(&place).unwrap(), names(folder.path()).len()), ("precious".to_owned(), 1));
        fs::remove_file(&place).unwrap();
        Draft::create(&place).unwrap().commit_new().unwrap();
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_scratch_file_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = scratch_beside(&folder.path().join("file")).unwrap();
        write_scratch(&file, b"x", 3).unwrap();
        assert_eq!((file.metadata().unwrap().len(), names(folder.path()).len()), (4, 0));
    }
}
