//! The one policy for files that a model names: shards, external data, assets.
//!
//! A file must be a regular file that lies beneath one of these directories:
//!
//! * the model's;
//! * the one where the model's own entry file really lies: whoever could place that file there can name the other files there;
//! * those that the caller permits.
//!
//! A snapshot in the cache of Hugging Face may also lead into the blobs of its repository, see [`hub`](super::hub).
//!
//! The directories are opened at the start, and every later file is reached through them: whoever swaps links or folders
//! afterwards does not change what is permitted.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::hub::Repository;
use super::identity::is_folder_of_owner;
use super::system::Folder;
use crate::error::{Error, Result};
use crate::storage::tree::TreeBuilder;

/// The directory of a model, and the only way to the files in it.
pub(in crate::storage) struct Directory {
    /// As the caller named it.
    path: PathBuf,
    root: Arc<Folder>,
    /// Where the model's entry file really lies, if that is elsewhere.
    home: OnceLock<Option<Folder>>,
    /// What links may lead to because the caller says so.
    permitted: Vec<Arc<Folder>>,
    repository: Option<Repository>,
    /// Whether it was opened as a folder of another one, which has looked around already.
    is_within: bool,
}

impl Directory {
    /// Opens the directory itself, symbolic links and all: the caller named it. So are those that links may lead to.
    pub(in crate::storage) fn open(path: &Path, link_roots: &[PathBuf]) -> Result<Self> {
        let open = |path: &Path| {
            Folder::open(path).map_err(|e| Error::io("open the directory", e).with_path(path.to_string_lossy()))
        };
        let root = open(path)?;
        let permitted = link_roots.iter().map(|path| open(path).map(Arc::new)).collect::<Result<_>>()?;
        Ok(Self::over(path.to_owned(), root, permitted))
    }

    fn over(path: PathBuf, root: Folder, permitted: Vec<Arc<Folder>>) -> Self {
        let repository = Repository::around(root.opened_at());
        Self { path, root: Arc::new(root), home: OnceLock::new(), permitted, repository, is_within: false }
    }

    /// A folder of this directory, `""` for itself, of which links may lead to wherever those of this one may.
    pub(in crate::storage) fn within(&self, folder: &str) -> Option<Self> {
        if !folder.is_empty() && !self.has_folder(folder) {
            return None;
        }
        // Joined to nothing, a path would end in `/`.
        let below = |path: &Path| if folder.is_empty() { path.to_owned() } else { path.join(folder) };
        let root = Folder::open(&below(&self.root.place())).ok()?;
        let permitted = std::iter::once(&self.root).chain(&self.permitted).map(Arc::clone).collect();
        Some(Self { is_within: true, ..Self::over(below(&self.path), root, permitted) })
    }

    /// Where the directory is, as the caller named it.
    pub(in crate::storage) fn path(&self) -> &Path {
        &self.path
    }

    /// Permits the directory where the entry file really lies, which was opened by this path. Only the first entry
    /// counts.
    pub(in crate::storage) fn admit(&self, entry: &File, path: &Path) {
        // A second entry would widen what the model may reach; it is not an error to enter by the same one twice.
        let _ = self.home.set(self.root.home_of(entry, path).unwrap_or_default());
    }

    /// Opens the file by which the model is entered, symbolic links and all.
    pub(in crate::storage) fn open_entry(&self, name: &str) -> Result<File> {
        self.root.open_named(name)
    }

    /// Opens a file that the model names, by its plain name.
    pub(in crate::storage) fn open_file(&self, name: &str) -> Result<File> {
        self.root.open_beneath(name).unwrap_or_else(|| self.open_carefully(name))
    }

    /// Finds where the name leads, then opens that from a permitted directory without following any link.
    pub(super) fn open_carefully(&self, name: &str) -> Result<File> {
        let place = self.root.find(name)?;
        let home = self.home.get().and_then(Option::as_ref);
        let permitted = self.permitted.iter().map(|folder| &**folder);
        let mut folders = [Some(&*self.root), home].into_iter().flatten().chain(permitted);
        let file = folders.find_map(|folder| folder.open_place(&place));
        let file = file.or_else(|| self.repository.as_ref()?.open(&self.root, name));
        file.unwrap_or_else(|| {
            let message = format!(
                "leads to \"{}\", outside the model's directory: expected a file beneath it, or beneath one of the link_roots of the open",
                place.to_string_lossy()
            );
            Err(Error::format(message).with_option("link_roots"))
        })
    }

    /// What the link under a plain name says, wherever it leads; `None` if there is no link.
    pub(in crate::storage) fn link(&self, name: &str) -> Option<PathBuf> {
        self.root.link(name)
    }

    /// Whether it is certain that nothing lies under a plain name, also no link.
    pub(in crate::storage) fn is_absent(&self, name: &str) -> bool {
        self.root.is_absent(name)
    }

    /// Whether a folder lies under a plain name, and no link to one.
    pub(in crate::storage) fn has_folder(&self, name: &str) -> bool {
        self.root.has_folder(name)
    }

    /// What the cache of Hugging Face calls the contents of a file; `None` if it does not hold them.
    pub(in crate::storage) fn blob(&self, name: &str) -> Option<String> {
        self.repository.as_ref()?.blob(&self.root, name)
    }

    /// What downloads to the cache of Hugging Face that the directory lies in have not finished.
    pub(in crate::storage) fn unfinished(&self) -> Vec<String> {
        self.repository.as_ref().map_or_else(Vec::new, Repository::unfinished)
    }

    /// Where the directory really lies.
    pub(in crate::storage) fn place(&self) -> PathBuf {
        self.root.place()
    }

    /// Where a file really lies, by its plain name; `None` if that cannot be found out.
    pub(in crate::storage) fn place_of(&self, name: &str) -> Option<PathBuf> {
        self.root.find(name).ok()
    }

    /// Where the cache keeps the list of the files of the snapshot, and the folder in that which is this directory.
    pub(in crate::storage) fn tree(&self) -> Option<(PathBuf, &Path)> {
        self.repository.as_ref().map(Repository::tree)
    }

    /// The nearest directory around this one that has such a folder, and the folders from there to here, each with a `/`. What another
    /// user has put into a directory around says nothing of what lies in here.
    pub(in crate::storage) fn around(&self, folder: &str) -> Option<(Self, String)> {
        const MOST_LEVELS: usize = 16;
        if self.is_within {
            return None;
        }
        let place = self.root.place();
        let mut there = PathBuf::with_capacity(place.as_os_str().len() + 1 + folder.len());
        let has_folder = |around: &&Path| {
            there.clear();
            there.extend([around, Path::new(folder)]);
            fs::symlink_metadata(&there).is_ok_and(|found| found.is_dir())
        };
        let around = place.ancestors().skip(1).take(MOST_LEVELS).find(has_folder)?;
        // Each step to the records, too, has to be a folder of that user, and no link.
        let steps: Vec<&Path> = Path::new(folder).ancestors().collect();
        if !steps.iter().all(|step| is_folder_of_owner(&place, &around.join(step))) {
            return None;
        }
        let folders = place.strip_prefix(around).ok()?.components();
        let prefix = folders.map(|name| Some(format!("{}/", name.as_os_str().to_str()?))).collect::<Option<_>>()?;
        Some((Self::open(around, &[]).ok()?, prefix))
    }

    /// Lists a folder, `""` for the directory itself, without following links to it.
    pub(in crate::storage) fn list(&self, folder: &str, tree: &mut TreeBuilder) -> Result<()> {
        self.root.list(folder, tree)
    }
}
