//! What the caller asked to open: a file, a directory, what the host lends, or memory.

use std::borrow::Cow;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::Access;
use super::address::Address;
use super::blobs::Blobs;
use super::disk::{Disk, explain_dead_link};
use super::files::{Files, Role, SnapshotTree};
use super::lent::Lent;
use super::name::{is_of_set, plain_name};
use super::source::Source;
use super::tree::{Listed, OddName, Tree};
use crate::error::{Error, Kind, Result};
use crate::host::{Context, HostFiles};

/// A place that a model is read from: an entry, and a door to the files beside it.
pub(crate) struct Location {
    neighbours: Neighbours,
    entry: Option<Source>,
    /// The name of the numbered set that was asked for.
    set: Option<Box<str>>,
    /// Made when it is first asked for: a single file has no need of it.
    tree: OnceLock<Tree>,
}

/// What a path is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The one model that lies there.
    Model,
    /// All that a directory has, of however many models.
    AllFiles,
}

/// The files beside the entry.
enum Neighbours {
    Files(Box<dyn Files>),
    /// There are none; this is what a model that names some is told.
    None(&'static str),
}

impl Location {
    /// A file or a directory of the disk, or of the files that the host of `context` lends, or a numbered set of files; symbolic links
    /// may also lead to the directories `link_roots`. `context` hears of files that cannot be mapped.
    pub(crate) fn open(path: &Path, access: Access, link_roots: &[PathBuf], context: &Context) -> Result<Self> {
        Self::open_for(Wanted::Model, path, access, link_roots, context)
    }

    /// As [`open`](Self::open), for all files of a directory.
    pub(crate) fn open_whole(path: &Path, access: Access, link_roots: &[PathBuf], context: &Context) -> Result<Self> {
        Self::open_for(Wanted::AllFiles, path, access, link_roots, context)
    }

    fn open_for(
        wanted: Wanted,
        path: &Path,
        access: Access,
        link_roots: &[PathBuf],
        context: &Context,
    ) -> Result<Self> {
        if let Some(files) = context.files() {
            let name =
                path.to_str().ok_or_else(|| Error::invalid("expected UTF-8").with_path(path.to_string_lossy()))?;
            return Self::of_host(Arc::clone(files), name, access, context);
        }
        if path.as_os_str().is_empty() {
            return Err(Error::invalid("is empty").with_subject("path"));
        }
        let open = |path| Disk::open(path, wanted, access, link_roots, context);
        let at = |(disk, entry), set| Self { set, ..Self::new(Neighbours::Files(Box::new(disk)), entry) };
        match open(path) {
            Err(e) if e.kind() == Kind::NotFound => {
                let (folder, set) = folder_of_set(path).ok_or(e)?;
                Ok(at(open(folder)?, Some(set)))
            }
            opened => Ok(at(opened?, None)),
        }
    }

    /// The files that a host lends; `path` is that of a file, a folder or a numbered set among them, `""` for all.
    pub(crate) fn of_host(files: Arc<dyn HostFiles>, path: &str, access: Access, context: &Context) -> Result<Self> {
        Self::at(Box::new(Lent::new(files, access, context)), path)
    }

    /// Files in memory, by name; `path` as for [`of_host`](Self::of_host).
    pub(crate) fn of_blobs(
        blobs: impl IntoIterator<Item = (String, Bytes)>,
        path: &str,
        context: &Context,
    ) -> Result<Self> {
        Self::at(Box::new(Blobs::new(blobs, context)?), path)
    }

    /// A file, a folder or a numbered set among files that may be in folders: the model is what lies in its folder.
    fn at(files: Box<dyn Files>, path: &str) -> Result<Self> {
        if path.is_empty() {
            return Self::enter(files, None);
        }
        let path = plain_name(path.trim_end_matches('/')).map_err(|e| e.with_path(path))?;
        let within =
            |folder: &str| files.within(folder).ok_or_else(|| Error::new(Kind::NotFound, "there is no such folder"));
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let missing = match Self::enter(within(folder)?, Some(name)) {
            Err(e) if e.kind() == Kind::NotFound => e,
            entered => return entered,
        };
        let location = Self::enter(within(&path)?, None)?;
        match location.tree() {
            // A host need not tell an empty folder from one that is not there.
            Ok(tree) if tree.files.is_empty() && tree.folders.is_empty() => Err(missing),
            Err(e) if e.kind() == Kind::NotFound => Err(missing),
            // It has no list of folders, and the file is not there.
            Err(e) if e.kind() == Kind::Unsupported => Err(missing),
            _ => Ok(location),
        }
    }

    fn enter(files: Box<dyn Files>, entry: Option<&str>) -> Result<Self> {
        let mut location = Self::new(Neighbours::Files(files), None);
        match entry.map(|name| (name, location.open_entry(name))) {
            Some((name, Err(e))) if e.kind() == Kind::NotFound && is_of_set(name) => location.set = Some(name.into()),
            opened => location.entry = opened.map(|(_, source)| source).transpose()?,
        }
        Ok(location)
    }

    /// A part of a file: `len` bytes from `start`, or all to the end. There are no files beside it.
    pub(crate) fn of_part(file: File, start: u64, len: Option<u64>, access: Access, context: &Context) -> Result<Self> {
        let neighbours = Neighbours::None("a model that is opened by a descriptor cannot name other files");
        Ok(Self::new(neighbours, Some(Disk::part(file, start, len, access, context)?)))
    }

    /// Memory: there are no files beside it. [`Kind::InvalidArgument`]: the name is not that of a file.
    pub(crate) fn from_memory(bytes: Bytes, name: Option<&str>, context: &Context) -> Result<Self> {
        let name = name.unwrap_or("memory");
        let is_plain = plain_name(name).is_ok_and(|plain| plain == name);
        if !is_plain {
            let message = "is not the name of a file: expected a relative one without \"..\"";
            return Err(Error::invalid(message).with_subject(name));
        }
        let neighbours = Neighbours::None("a model in memory cannot name other files");
        Ok(Self::new(neighbours, Some(Source::from_memory_in(context, name, bytes))))
    }

    fn new(neighbours: Neighbours, entry: Option<Source>) -> Self {
        Self { neighbours, entry, set: None, tree: OnceLock::new() }
    }

    /// The file or memory that was asked for; `None` if it was a directory, or a numbered set in one.
    pub(crate) fn entry(&self) -> Option<&Source> {
        self.entry.as_ref()
    }

    /// The name of the numbered set that was asked for, with `*` in the place of the numbers of its files.
    pub(crate) fn set(&self) -> Option<&str> {
        self.set.as_deref()
    }

    /// What lies in the directory that was asked for, or that the entry lies in: its files, and the names of its
    /// folders. Empty for what has no neighbours. Read once.
    pub(crate) fn tree(&self) -> Result<&Tree> {
        if let Some(tree) = self.tree.get() {
            return Ok(tree);
        }
        let tree = self.folder("")?;
        Ok(self.tree.get_or_init(|| tree))
    }

    /// What lies in one folder, named as in [`Tree::folders`]. Read anew each time.
    pub(crate) fn folder(&self, name: &str) -> Result<Tree> {
        self.list(name, Tree::of_folder)
    }

    /// What lies in a folder, `""` for the model's own, and in all folders in it that are not hidden. Read anew each time.
    pub(crate) fn walk(&self, folder: &str) -> Result<Tree> {
        self.list(folder, Tree::of_all_folders)
    }

    fn list(&self, folder: &str, list: fn(&dyn Files, &str) -> Result<Tree>) -> Result<Tree> {
        match &self.neighbours {
            Neighbours::Files(files) => list(&**files, folder).map_err(|e| e.with_path(files.shown(folder))),
            Neighbours::None(_) => Ok(Tree::default()),
        }
    }

    /// The files of [`tree`](Self::tree), sorted by name.
    pub(crate) fn listing(&self) -> Result<&[Listed]> {
        Ok(&self.tree()?.files)
    }

    /// The file of this name in the tree, if one has been made.
    pub(crate) fn listed(&self, name: &str) -> Option<&Listed> {
        self.tree.get()?.find(name)
    }

    /// What was asked for, to be named in a message.
    pub(crate) fn path(&self) -> String {
        match (&self.entry, &self.neighbours) {
            (Some(entry), _) => entry.path(),
            (None, Neighbours::Files(files)) => files.shown(self.set().unwrap_or_default()),
            (None, Neighbours::None(_)) => String::new(),
        }
    }

    /// A file beside the entry, to be named in a message.
    pub(crate) fn shown(&self, name: &str) -> String {
        match &self.neighbours {
            Neighbours::Files(files) => files.shown(name),
            Neighbours::None(_) => name.to_owned(),
        }
    }

    /// Opens the file of the directory by which the model is entered; a link may lead anywhere, as if the caller
    /// had named it.
    pub(crate) fn open_entry(&self, name: &str) -> Result<Source> {
        self.open_as(name, Role::Entry)
    }

    /// Opens a file of weights that the model names. The name of the source is the plain one, see
    /// [`plain_name`](super::name::plain_name).
    pub(crate) fn open_sidecar(&self, name: &str) -> Result<Source> {
        self.open_as(name, Role::Part)
    }

    /// A file that is only read, such as an asset, under the same policy. It holds no descriptor: a directory may
    /// have more files than a process may have open.
    pub(crate) fn open_asset(&self, name: &str) -> Result<Source> {
        self.open_as(name, Role::Asset)
    }

    /// Opens a file that may lie beside the model; `None` if nothing of that name does.
    pub(crate) fn open_if_present(&self, name: &str) -> Result<Option<Source>> {
        let Some(files) = self.files() else { return Ok(None) };
        if plain_name(name).is_ok_and(|plain| files.is_absent(&plain)) {
            return Ok(None);
        }
        match self.open_asset(name) {
            Ok(source) => Ok(Some(source)),
            // A link that leads nowhere is not the absence of a file: somebody put one there.
            Err(e) if e.kind() == Kind::NotFound && self.link(name).is_none() => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// What the link under a plain name says, wherever it leads; `None` if there is no link.
    pub(crate) fn link(&self, name: &str) -> Option<String> {
        self.files().and_then(|files| files.link(name))
    }

    /// What downloads to the cache that the model lies in have not finished, by names in its repository: `blobs/ETAG.incomplete`.
    pub(crate) fn unfinished(&self) -> Vec<String> {
        self.files().map_or_else(Vec::new, |files| files.unfinished())
    }

    /// Whether a folder of the disk lies under a plain name, and no link to one.
    pub(crate) fn has_folder(&self, name: &str) -> bool {
        self.files().is_some_and(|files| files.has_folder(name))
    }

    /// What the store in which a file lies calls its contents, by the file's plain name; `None` if it lies in none.
    pub(crate) fn address(&self, name: &str) -> Option<Address> {
        self.files().and_then(|files| files.address(name))
    }

    /// What the cache that the model lies in keeps of what there should be; `None` if there is no such list.
    pub(crate) fn snapshot_tree(&self) -> Option<SnapshotTree> {
        self.files().and_then(|files| files.snapshot_tree())
    }

    /// The nearest directory around this one that has such a folder and is the same user's, and what stands before the names of these
    /// files there; `None` if there is no such directory.
    pub(crate) fn around(&self, folder: &str) -> Option<(Self, String)> {
        let (files, prefix) = self.files()?.around(folder)?;
        Some((Self::new(Neighbours::Files(files), None), prefix))
    }

    /// The directory of the disk that was asked for, or that the entry lies in; of a repository in the cache of Hugging Face the snapshot.
    pub(crate) fn directory(&self) -> Option<PathBuf> {
        self.files().and_then(|files| files.directory())
    }

    /// A folder of the disk as a place of its own, `""` for this one, which is entered by one of its files if one is named; `None` if
    /// there is no such folder.
    pub(crate) fn within(&self, folder: &str, entry: Option<&str>) -> Result<Option<Self>> {
        let files = self.files().and_then(|files| files.within(folder));
        files.map(|files| Self::enter(files, entry)).transpose()
    }

    fn files(&self) -> Option<&dyn Files> {
        match &self.neighbours {
            Neighbours::Files(files) => Some(&**files),
            Neighbours::None(_) => None,
        }
    }

    fn open_as(&self, name: &str, role: Role) -> Result<Source> {
        let files = match &self.neighbours {
            Neighbours::Files(files) => files,
            Neighbours::None(why) => return Err(Error::new(Kind::Unsupported, *why)),
        };
        let explain = |e, plain: &str| explain_dead_link(e, files.link(plain).as_deref(), || files.unfinished());
        let open = |plain: Cow<'_, str>| files.open(&plain, role).map_err(|e| explain(e, &plain));
        let opened = plain_name(name).and_then(open);
        opened.map_err(|e| e.with_path(files.shown(name)).with_subject(name))
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

    /// Says which entries of the listing, if one has been made, nothing can name.
    pub(crate) fn odd_names(&self) -> impl Iterator<Item = String> {
        let odd_names = self.tree.get().map_or(&[][..], |tree| &tree.odd_names);
        odd_names.iter().map(|OddName { shown, why }| format!("\"{shown}\": the name {why}: left out of the assets"))
    }

    /// What the listing, if one has been made, has beside files, links and folders.
    pub(crate) fn specials(&self) -> &[String] {
        self.tree.get().map_or(&[], |tree| &tree.specials)
    }
}

/// The directory of a numbered set, and the name of the set; `None` if a path is none of a set.
fn folder_of_set(path: &Path) -> Option<(&Path, Box<str>)> {
    let name = path.file_name()?.to_str().filter(|name| is_of_set(name))?;
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    Some((folder.unwrap_or(Path::new(".")), name.into()))
}
