//! Files of a disk: a directory that the model may not leave, and the files that are opened in it.

mod directory;
mod file;
#[cfg_attr(not(feature = "stores"), path = "no_hub.rs")]
mod hub;
mod identity;
#[cfg(all(test, unix))] // The tests make symbolic links.
mod tests;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Access;
use super::address::{Address, Store};
use super::files::{Files, Role, SnapshotTree};
use super::location::Wanted;
use super::source::Source;
use super::system;
use super::tree::TreeBuilder;
use crate::error::{Error, Kind, Printable, Result};
use crate::host::Context;
use directory::Directory;
pub(super) use file::OnDisk;
use hub::Meant;
pub(crate) use hub::snapshot_around;
pub(super) use identity::{Identity, stamp};

/// What a file is called that was given as a descriptor.
const PART: &str = "descriptor";

/// The directory of a model.
pub(super) struct Disk {
    directory: Arc<Directory>,
    access: Access,
    context: Context,
}

impl Disk {
    /// The directory that the caller named, or the one of the file that he named, with that file. The folder of a repository in the
    /// cache of Hugging Face stands for its snapshot; one with several of which none is the main one is opened only if `wanted` is all
    /// that it has. Links may also lead to the directories `link_roots`.
    pub(super) fn open(
        path: &Path,
        wanted: Wanted,
        access: Access,
        link_roots: &[PathBuf],
        context: &Context,
    ) -> Result<(Self, Option<Source>)> {
        // The process may change its working directory while the model is open.
        let path = match path.is_absolute() {
            true => path.to_owned(),
            false => std::path::absolute(path).map_err(|e| Error::io("find the file", e))?,
        };
        let path = &match (hub::meant_by(&path)?, wanted) {
            (Meant::Snapshot(snapshot), _) => snapshot,
            (Meant::OneOfSeveral(error), Wanted::Model) => return Err(error),
            (Meant::Itself, _) | (Meant::OneOfSeveral(_), Wanted::AllFiles) => path,
        };
        let over = |directory| Self { directory: Arc::new(directory), access, context: context.clone() };
        if fs::metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
            return Ok((over(Directory::open(path, link_roots)?), None));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let link = || fs::read_link(path).ok().map(|target| target.to_string_lossy().into_owned());
        let unfinished = || {
            let directory = path.parent().and_then(|directory| Directory::open(directory, &[]).ok());
            directory.map_or_else(Vec::new, |directory| directory.unfinished())
        };
        let explain = |e| explain_dead_link(e, link().as_deref(), unfinished).with_path(path.to_string_lossy());
        let file = system::open_path(path).map_err(explain)?;
        let directory = Directory::open(path.parent().unwrap_or(path), link_roots)?;
        directory.admit(&file, path);
        let disk = over(directory);
        let entry = disk.hold(&name, file, path.to_owned())?;
        Ok((disk, Some(entry)))
    }

    /// The part of an open file that begins at `start`, as a file of its own.
    pub(super) fn part(file: File, start: u64, len: Option<u64>, access: Access, context: &Context) -> Result<Source> {
        let part = OnDisk::part(file, start, len, access).map_err(|e| e.with_path(PART))?;
        Ok(Source::stored(PART, Box::new(part), context))
    }

    fn hold(&self, name: &str, file: File, path: PathBuf) -> Result<Source> {
        let file = OnDisk::held(file, path, self.access)?;
        Ok(Source::stored(name, Box::new(file), &self.context))
    }

    /// Another directory, of which files are opened alike.
    fn over(&self, directory: Directory) -> Box<dyn Files> {
        Box::new(Self { directory: Arc::new(directory), access: self.access, context: self.context.clone() })
    }

    /// For display and for looking again; a name that has not been checked is never opened through this.
    fn path_of(&self, name: &str) -> PathBuf {
        match name {
            "" => self.directory.path().to_owned(),
            _ if name.starts_with('/') => PathBuf::from(name),
            _ => self.directory.path().join(name),
        }
    }
}

impl Files for Disk {
    fn open(&self, name: &str, role: Role) -> Result<Source> {
        let path = self.path_of(name);
        match role {
            Role::Entry => {
                let file = self.directory.open_entry(name)?;
                self.directory.admit(&file, &path);
                self.hold(name, file, path)
            }
            Role::Part => self.hold(name, self.directory.open_file(name)?, path),
            Role::Asset => {
                let file = OnDisk::reopened(&self.directory, name, path)?;
                Ok(Source::stored(name, Box::new(file), &self.context))
            }
        }
    }

    fn is_absent(&self, name: &str) -> bool {
        self.directory.is_absent(name)
    }

    fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        self.directory.list(folder, tree)
    }

    fn link(&self, name: &str) -> Option<String> {
        self.directory.link(name).map(|target| target.to_string_lossy().into_owned())
    }

    fn has_folder(&self, name: &str) -> bool {
        self.directory.has_folder(name)
    }

    fn address(&self, name: &str) -> Option<Address> {
        let of_blob = |digest| Address { store: Store::HuggingFace, digest };
        if let Some(digest) = self.directory.blob(name) {
            return Some(of_blob(digest));
        }
        // A blob may be a link into the store that repositories share: what it is called itself counts.
        let (place, mut own) = (self.directory.place_of(name)?, self.directory.place());
        own.push(name);
        let blob = hub::blob_at(&own).or_else(|| hub::blob_at(&place));
        blob.map(of_blob).or_else(|| Address::of_place(&place))
    }

    fn unfinished(&self) -> Vec<String> {
        self.directory.unfinished()
    }

    fn snapshot_tree(&self) -> Option<SnapshotTree> {
        let (path, within) = self.directory.tree()?;
        let file = OnDisk::held(system::open_path(&path).ok()?, path, Access::Read).ok()?;
        let source = Source::stored("the tree of the snapshot", Box::new(file), &self.context);
        let folders = within.components().map(|folder| Some(format!("{}/", folder.as_os_str().to_str()?)));
        Some(SnapshotTree { source, prefix: folders.collect::<Option<_>>()? })
    }

    fn around(&self, folder: &str) -> Option<(Box<dyn Files>, String)> {
        let (directory, prefix) = self.directory.around(folder)?;
        Some((self.over(directory), prefix))
    }

    fn within(&self, folder: &str) -> Option<Box<dyn Files>> {
        self.directory.within(folder).map(|directory| self.over(directory))
    }

    fn directory(&self) -> Option<PathBuf> {
        Some(self.directory.path().to_owned())
    }

    fn shown(&self, name: &str) -> String {
        self.path_of(name).to_string_lossy().into_owned()
    }
}

/// Says of a file that cannot be found that a link leads nowhere, or in a circle. `link` is what the link in the file's place says,
/// and `unfinished` what downloads have left.
pub(super) fn explain_dead_link(error: Error, link: Option<&str>, unfinished: impl FnOnce() -> Vec<String>) -> Error {
    let is_circular = error.io_error().and_then(io::Error::raw_os_error) == Some(system::CIRCULAR);
    if !is_circular && error.kind() != Kind::NotFound {
        return error;
    }
    let message = match (link, is_circular) {
        (Some(target), true) => format!(
            "it is a link to \"{}\", which leads in a circle, or through too many links: {RESTORE}",
            Printable(target)
        ),
        (Some(target), false) => dead_link(target, &unfinished()),
        (None, true) => "a link on the way to it leads in a circle, or through too many links".to_owned(),
        (None, false) => return error,
    };
    Error::new(Kind::NotFound, message)
}

const RESTORE: &str = "restore that file, or download it again";

/// What is said of a link that leads nowhere: whether a download of what it leads to was not finished.
fn dead_link(target: &str, unfinished: &[String]) -> String {
    let is_of_target = |name: &&String| {
        let blob = target.rsplit('/').next().unwrap_or(target);
        let rest = name.rsplit('/').next().and_then(|name| name.strip_prefix(blob));
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let cure = match unfinished.iter().find(is_of_target) {
        Some(name) => format!("its download was interrupted, and has left \"{}\": download it again", Printable(name)),
        None => RESTORE.to_owned(),
    };
    format!("it is a link to \"{}\", which is not there: {cure}", Printable(target))
}
