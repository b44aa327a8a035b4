//! The cache of Hugging Face (huggingface_hub 2.4, `file_download.py` and `utils/_shared_blobs.py`):
//!
//! ```text
//! CACHE/models--ORG--NAME/refs/main                    the commit that a branch or tag stands for
//! CACHE/models--ORG--NAME/snapshots/COMMIT/a/file      a link to ../../../blobs/ETAG
//! CACHE/models--ORG--NAME/blobs/ETAG                   the contents, or a link to ../../blobs/XX/HASH
//! CACHE/models--ORG--NAME/blobs/ETAG.XXXX.incomplete   contents that are being downloaded, or were when it was interrupted
//! CACHE/models--ORG--NAME/trees/COMMIT.json            what the repository has at that commit
//! CACHE/blobs/XX/HASH                                  contents that several repositories share
//! CACHE/blobs/.huggingface-shared-blobs                says that CACHE/blobs is such a store
//! ```
//!
//! A snapshot may lead into the blobs of its own repository, and these into the store. Each step is checked by itself: no link of
//! a snapshot reaches the store, or the blobs of another repository, in one step.
//!
//! `blobs` may be missing, where the files were copied in the place of links. It may be a link to another disk: then the names of the
//! blobs count, but that link permits nothing, for it may lead anywhere.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::system::{Folder, open_path};
use crate::error::{Error, Kind, Result};
use crate::storage::name::plain_name;

/// What the names of repositories begin with, by their type.
const TYPES: &[&str] = &["models--", "datasets--", "spaces--", "kernels--"];

const SNAPSHOTS: &str = "snapshots";
const BLOBS: &str = "blobs";

/// The ending of a blob that is not complete.
const INCOMPLETE: &str = ".incomplete";

/// Blobs that are looked at for one that is not complete: more than a repository has files.
const MOST_BLOBS: usize = 65_536;

/// The file that marks the shared store, and what it holds.
const MARKER: &str = ".huggingface-shared-blobs";
const MARKED: &str = "1\n";

/// Hexadecimal digits of the name of a shared blob.
const HASH_DIGITS: usize = 64;

/// The repository in a cache that a snapshot belongs to.
pub(super) struct Repository {
    /// Where it really lies.
    place: PathBuf,
    /// What the snapshot is called, and the folders from it to the model.
    commit: String,
    within: PathBuf,
    blobs: Option<Blobs>,
    store: Option<Folder>,
}

/// The blobs of a repository.
struct Blobs {
    folder: Folder,
    /// Whether they lie in the repository, and not behind a link.
    are_own: bool,
}

impl Blobs {
    fn open(path: &Path) -> Option<Self> {
        let are_own = fs::symlink_metadata(path).ok()?.is_dir();
        Some(Self { folder: Folder::open(path).ok()?, are_own })
    }
}

impl Repository {
    /// The repository of a snapshot, or of a folder in one, that really lies at this place.
    pub(super) fn around(place: &Path) -> Option<Self> {
        let snapshot = place.ancestors().find(|folder| is_snapshot(folder))?;
        let repository = snapshot.parent()?.parent()?;
        let commit = snapshot.file_name()?.to_str()?.to_owned();
        let within = place.strip_prefix(snapshot).ok()?.to_owned();
        let blobs = Blobs::open(&repository.join(BLOBS));
        let store = repository.parent().map(|cache| cache.join(BLOBS)).filter(|store| is_store(store));
        let store = store.and_then(|store| open_real(&store));
        Some(Self { place: repository.to_owned(), commit, within, blobs, store })
    }

    /// Opens the blob that a file of the snapshot is a link to; `None` if it is no link to one.
    pub(super) fn open(&self, snapshot: &Folder, name: &str) -> Option<Result<File>> {
        let blob = self.blob(snapshot, name)?;
        let Blobs { folder, .. } = self.blobs.as_ref().filter(|blobs| blobs.are_own)?;
        match folder.link(&blob) {
            None => folder.open_place(&folder.place().join(blob)),
            Some(target) => self.open_shared(folder, &target),
        }
    }

    /// Opens what an entry of the blobs leads to, if that is a blob of the store.
    fn open_shared(&self, blobs: &Folder, target: &Path) -> Option<Result<File>> {
        let store = self.store.as_ref()?;
        let hash = target.file_name()?.to_str().filter(|hash| is_hash(hash))?;
        let shelf = target.parent()?;
        let is_shelf = shelf.file_name()?.to_str()? == &hash[..2] && blobs.leads_to(shelf.parent()?, store);
        if !is_shelf {
            return None;
        }
        store.open_place(&store.place().join(&hash[..2]).join(hash))
    }

    /// The name of the blob that a file of the snapshot is a link to: its ETag. For large files that is the SHA-256 of the contents,
    /// for small ones the name that git gives them.
    pub(super) fn blob(&self, snapshot: &Folder, name: &str) -> Option<String> {
        let Blobs { folder: blobs, .. } = self.blobs.as_ref()?;
        let target = snapshot.link(name)?;
        let blob = target.file_name()?.to_str()?.to_owned();
        let from = Path::new(name).parent()?;
        snapshot.leads_to(&from.join(target.parent()?), blobs).then_some(blob)
    }

    /// What downloads have not finished: `blobs/ETAG.incomplete`, sorted; not what is left of one that a later download has made up for.
    pub(super) fn unfinished(&self) -> Vec<String> {
        let entries = self.blobs.as_ref().and_then(|blobs| fs::read_dir(blobs.folder.place()).ok());
        let names = entries.into_iter().flatten().flatten().take(MOST_BLOBS);
        let names: BTreeSet<_> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        let is_there = |name: &str| name.split('.').next().is_some_and(|blob| names.contains(blob));
        let unfinished = names.iter().filter(|name| name.ends_with(INCOMPLETE) && !is_there(name));
        unfinished.map(|name| format!("{BLOBS}/{name}")).collect()
    }

    /// Where the list of all files of the snapshot is kept, and the folder in it that the model is.
    pub(super) fn tree(&self) -> (PathBuf, &Path) {
        (self.place.join("trees").join(format!("{}.json", self.commit)), &self.within)
    }
}

/// The name of a file that is a blob of a repository itself.
pub(super) fn blob_at(place: &Path) -> Option<String> {
    let blobs = place.parent().filter(|folder| folder.file_name().is_some_and(|name| name == BLOBS))?;
    blobs.parent().filter(|repository| is_repository(repository))?;
    Some(place.file_name()?.to_str()?.to_owned())
}

fn is_repository(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    TYPES.iter().any(|kind| name.strip_prefix(kind).is_some_and(|rest| !rest.is_empty()))
}

fn is_snapshot(folder: &Path) -> bool {
    let above = folder.parent().filter(|above| above.file_name().is_some_and(|name| name == SNAPSHOTS));
    above.and_then(Path::parent).is_some_and(is_repository)
}

/// The snapshot that a file lies in, by its name below some directory: `…/models--ORG--NAME/snapshots/COMMIT`.
pub(crate) fn snapshot_around(file: &str) -> Option<&str> {
    Path::new(file).ancestors().skip(1).find(|folder| is_snapshot(folder))?.to_str()
}

fn is_hash(name: &str) -> bool {
    name.len() == HASH_DIGITS && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a folder has the mark of a store. A link is none, and its mark counts for nothing.
fn is_store(store: &Path) -> bool {
    let marker = store.join(MARKER);
    let is_file = fs::symlink_metadata(&marker).is_ok_and(|marker| marker.is_file());
    is_file && read_short(&marker).is_some_and(|text| text == MARKED)
}

/// Opens a directory that is no link itself.
fn open_real(path: &Path) -> Option<Folder> {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_dir)?;
    Folder::open(path).ok()
}

/// The text of a file that has a line or two.
fn read_short(path: &Path) -> Option<String> {
    const MOST: u64 = 4096;
    let mut text = String::new();
    // Opening a pipe by its path alone could wait for ever.
    let file = open_path(path).ok()?;
    file.metadata().ok().filter(fs::Metadata::is_file)?;
    file.take(MOST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// What is opened where a path is named.
pub(super) enum Meant {
    /// What lies there.
    Itself,
    /// The snapshot that the folder of a repository stands for: the one of `refs/main`, or else the only one.
    Snapshot(PathBuf),
    /// One of several snapshots of that folder, and nothing tells which. The error names them.
    OneOfSeveral(Error),
}

/// Looks whether a path is that of the folder of a repository. [`Kind::NotFound`]: it is, and what it stands for is not there.
pub(super) fn meant_by(path: &Path) -> Result<Meant> {
    if !is_repository(path) {
        return Ok(Meant::Itself);
    }
    let snapshots = path.join(SNAPSHOTS);
    if !snapshots.is_dir() {
        return Ok(Meant::Itself);
    }
    let fail = |error: Error| Err(error.with_path(path.to_string_lossy()));
    if let Some(commit) = read_short(&path.join("refs/main")) {
        let commit = commit.trim();
        let snapshot = snapshots.join(commit);
        let is_name = !commit.contains('/') && plain_name(commit).is_ok();
        return match is_name && snapshot.is_dir() {
            true => Ok(Meant::Snapshot(snapshot)),
            false => fail(Error::new(Kind::NotFound, missing(commit, &revisions(&snapshots)))),
        };
    }
    match &revisions(&snapshots)[..] {
        [only] => Ok(Meant::Snapshot(path.join(only))),
        [] => fail(Error::new(Kind::NotFound, "the cache holds no revision of this repository: download it again")),
        several => {
            let message = format!("the cache holds several revisions ({}): name one of them", listed(several));
            Ok(Meant::OneOfSeveral(Error::invalid(message).with_path(path.to_string_lossy())))
        }
    }
}

fn missing(commit: &str, others: &[String]) -> String {
    let others = if others.is_empty() { "none".to_owned() } else { listed(others) };
    let commit = crate::error::Printable(commit);
    format!("refs/main names the revision {commit}, which is not in the cache (there: {others}): download it again")
}

fn revisions(snapshots: &Path) -> Vec<String> {
    /// More than anybody keeps.
    const MOST: usize = 1_000;
    let entries = fs::read_dir(snapshots).into_iter().flatten().flatten().take(MOST);
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut names: Vec<_> =
        folders.map(|folder| format!("{SNAPSHOTS}/{}", folder.file_name().to_string_lossy())).collect();
    names.sort_unstable();
    names
}

/// Names with commas between them; of many the first.
fn listed(names: &[String]) -> String {
    const MOST: usize = 10;
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("{}{more}", names[..names.len().min(MOST)].join(", "))
}

#[cfg(all(test, unix))] // The tests make symbolic links.
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::directory::Directory;
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222222222222222222222222222";

    /// A cache with a store and two repositories.
    struct Cache(tempfile::TempDir);

    impl Cache {
        fn new() -> Self {
            let cache = Self(tempfile::tempdir().unwrap());
            cache.file("blobs/.huggingface-shared-blobs", "1\n");
            cache.file(&format!("blobs/11/{ONE}"), "one");
            cache.file(&format!("blobs/22/{TWO}"), "two");
            cache.file("models--a--b/blobs/own", "own");
            cache.file("models--c--d/blobs/other", "other");
            cache.file("secret", "secret");
            cache.link("models--a--b/blobs/shared", &format!("../../blobs/11/{ONE}"));
            cache.link("models--a--b/snapshots/rev/own", "../../blobs/own");
            cache.link("models--a--b/snapshots/rev/shared", "../../blobs/shared");
            cache.link("models--a--b/snapshots/rev/sub/shared", "../../../blobs/shared");
            cache
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn file(&self, name: &str, text: &str) {
            fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            fs::write(self.path(name), text).unwrap();
        }

        fn link(&self, name: &str, target: &str) {
            fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            symlink(target, self.path(name)).unwrap();
        }

        /// Opens a file of the snapshot every way, without having entered the model by any.
        fn read(&self, name: &str) -> Result<String> {
            let directory = Directory::open(&self.path("models--a--b/snapshots/rev"), &[]).unwrap();
            let read = |file: Result<File>| {
                let mut text = String::new();
                file.map(|mut file| file.read_to_string(&mut text).unwrap())?;
                Ok(text)
            };
            let [first, second] = [directory.open_file(name), directory.open_carefully(name)].map(read);
            assert_eq!(first.as_ref().ok(), second.as_ref().ok(), "{name}");
            first
        }
    }

    #[test]
    fn a_snapshot_leads_to_its_blobs_and_through_them_to_the_store() {
        let cache = Cache::new();
        assert_eq!(cache.read("own").unwrap(), "own");
        assert_eq!(cache.read("shared").unwrap(), "one");
        assert_eq!(cache.read("sub/shared").unwrap(), "one");
        let path = cache.path("models--a--b/snapshots/rev");
        for (folder, name) in [("", "sub/shared"), ("sub", "shared")] {
            let directory = Directory::open(&path.join(folder), &[]).unwrap();
            assert_eq!(directory.blob(name).as_deref(), Some("shared"));
            let (tree, within) = directory.tree().unwrap();
            assert!(tree.ends_with("models--a--b/trees/rev.json"), "{tree:?}");
            assert_eq!(within, Path::new(folder));
        }
    }

    #[test]
    fn snapshots_are_known_by_their_place() {
        for (name, snapshot) in [
            ("models--a--b/snapshots/c/w", Some("models--a--b/snapshots/c")),
            ("hub/models--a--b/snapshots/c/sub/w", Some("hub/models--a--b/snapshots/c")),
            ("x/snapshots/models--a--b/snapshots/c/w", Some("x/snapshots/models--a--b/snapshots/c")),
            ("models--a--b/snapshots/c", None),
            ("models--a--b/blobs/c/w", None),
            ("a/snapshots/c/w", None),
            ("a--b/snapshots/c/w", None),
            ("/snapshots/c/w", None),
        ] {
            assert_eq!(snapshot_around(name), snapshot, "{name}");
        }
    }

    /// Whoever makes the link decides what it permits: nothing.
    #[test]
    fn blobs_behind_a_link_have_names_and_are_not_opened() {
        let cache = Cache::new();
        let blobs = cache.path("models--a--b/blobs");
        cache.link("models--a--b/blobs/absolute", &cache.path(&format!("blobs/22/{TWO}")).to_string_lossy());
        cache.link("models--a--b/snapshots/rev/absolute", "../../blobs/absolute");
        fs::rename(&blobs, cache.path("disk")).unwrap();
        cache.file("disk/secret", "secret");
        cache.link("models--a--b/snapshots/rev/secret", "../../blobs/secret");
        symlink(cache.path("disk"), &blobs).unwrap();
        let directory = Directory::open(&cache.path("models--a--b/snapshots/rev"), &[]).unwrap();
        for name in ["own", "absolute", "secret"] {
            assert_eq!(directory.blob(name).as_deref(), Some(name));
            let error = cache.read(name).unwrap_err();
            assert!(error.message().contains("outside the model's directory"), "{name}: {error}");
        }
        assert_eq!(
            directory.tree().unwrap().0,
            cache.path("models--a--b").canonicalize().unwrap().join("trees/rev.json")
        );
        fs::remove_file(&blobs).unwrap();
        let directory = Directory::open(&cache.path("models--a--b/snapshots/rev"), &[]).unwrap();
        assert!(directory.blob("own").is_none() && directory.tree().is_some());
    }

    #[test]
    fn absolute_links_count_like_relative_ones() {
        let cache = Cache::new();
        let target = |name: &str| cache.path(name).to_string_lossy().into_owned();
        cache.link("models--a--b/blobs/absolute", &target(&format!("blobs/22/{TWO}")));
        cache.link("models--a--b/snapshots/rev/absolute", &target("models--a--b/blobs/absolute"));
        assert_eq!(cache.read("absolute").unwrap(), "two");
    }

    #[test]
    fn every_step_is_checked() {
        let cache = Cache::new();
        let snapshot = |name: &str| format!("models--a--b/snapshots/rev/{name}");
        // From the snapshot past the blobs of the repository.
        cache.link(&snapshot("direct"), &format!("../../../blobs/11/{ONE}"));
        cache.link(&snapshot("neighbour"), "../../../models--c--d/blobs/other");
        cache.link(&snapshot("secret"), "../../../secret");
        // From the blobs to what is not a blob of the store.
        let blobs = [
            ("escape", "../../secret".to_owned()),
            ("etc", "/etc/hostname".to_owned()),
            ("wrong-shelf", format!("../../blobs/22/{ONE}")),
            ("no-shelf", format!("../../blobs/{ONE}")),
            ("neighbour-blob", "../../models--c--d/blobs/other".to_owned()),
        ];
        cache.file(&format!("blobs/22/{ONE}"), "on the wrong shelf");
        cache.file(&format!("blobs/{ONE}"), "on no shelf");
        for (blob, target) in &blobs {
            cache.link(&format!("models--a--b/blobs/{blob}"), target);
            cache.link(&snapshot(blob), &format!("../../blobs/{blob}"));
        }
        // A blob of the store that is a link itself.
        cache.link(&format!("blobs/33/{}", "3".repeat(64)), "../../secret");
        cache.link("models--a--b/blobs/linked", &format!("../../blobs/33/{}", "3".repeat(64)));
        cache.link(&snapshot("linked"), "../../blobs/linked");
        cache.read("linked").unwrap_err();
        let names = ["direct", "neighbour", "secret"].into_iter().chain(blobs.iter().map(|(name, _)| *name));
        for name in names {
            let error = cache.read(name).unwrap_err();
            assert!(error.message().contains("outside the model's directory"), "{name}: {error}");
        }
    }

    #[test]
    fn a_store_has_its_mark() {
        let cache = Cache::new();
        let marker = "blobs/.huggingface-shared-blobs";
        cache.file(marker, "2\n");
        cache.read("shared").unwrap_err();
        fs::remove_file(cache.path(marker)).unwrap();
        cache.read("shared").unwrap_err();
        cache.file("mark", "1\n");
        cache.link(marker, "../mark");
        cache.read("shared").unwrap_err();
        assert_eq!(cache.read("own").unwrap(), "own");
    }

    #[test]
    fn a_repository_stands_for_its_snapshot() {
        let cache = Cache::new();
        let path = cache.path("models--a--b");
        let is_snapshot = |name: &str| {
            let snapshot = path.join("snapshots").join(name);
            matches!(meant_by(&path), Ok(Meant::Snapshot(meant)) if meant == snapshot)
        };
        assert!(is_snapshot("rev"), "the only one");
        cache.file("models--a--b/snapshots/new/own", "new");
        let Ok(Meant::OneOfSeveral(error)) = meant_by(&path) else { panic!("there are two") };
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.message().contains("snapshots/new, snapshots/rev"), "{error}");
        cache.file("models--a--b/refs/main", "new\n");
        assert!(is_snapshot("new"));
        for wrong in ["gone", "../blobs", ".", ""] {
            cache.file("models--a--b/refs/main", wrong);
            let error = meant_by(&path).map(|_| ()).unwrap_err();
            assert_eq!(error.kind(), Kind::NotFound, "{wrong}");
            assert!(error.message().contains("there: snapshots/new, snapshots/rev"), "{error}");
        }
        for folder in ["models--c--d", "models--a--b/snapshots"] {
            assert!(matches!(meant_by(&cache.path(folder)), Ok(Meant::Itself)), "{folder} has no snapshots");
        }
    }
}
