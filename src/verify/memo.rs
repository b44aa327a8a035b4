//! What was verified before: digests of files that have not been touched since, so that they need not be hashed again.
//!
//! A file is recognised by its hash tree (fs-verity) where it has one, and otherwise by device, inode, size, and the times of its last
//! modification and change. The memo is a JSON file:
//!
//! ```json
//! {"weighbridge_memo": 1,
//!  "files": [{"device": 2049, "inode": 131, "size": 81, "modified": 1764440000123456789, "changed": 1764440000123456789,
//!             "algorithm": "sha256", "statement": "…"}],
//!  "trees": [{"tree": "1:…", "algorithm": "sha256", "statement": "…"}]}
//! ```
//!
//! The statement is a SHA-256 of what a manifest says of the file: see [`Manifest::statement`](super::Manifest). `algorithm` is that of the
//! digest in it. Times are nanoseconds since 1970; a tree is the number of its hash function and its digest, as the kernel measures it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::json::{self, Object};
use crate::memory;
use crate::sort;
use crate::storage::{Draft, FileState, Source};

const VERSION: u32 = 1;

/// The most entries that are kept; the oldest give way.
const MOST_ENTRIES: usize = 65_536;

/// Bytes of the longest memo that is read: an entry has less than 400.
const MOST_BYTES: u64 = 64 << 20;

/// A file that was touched so few nanoseconds ago may be written again without getting another time: the clock of files ticks every 10
/// milliseconds at the slowest, and where the system has whole seconds only, every second or two.
const TICK: u64 = 100_000_000;
const COARSE_TICK: u64 = 2_000_000_000;
const SECOND: u64 = 1_000_000_000;

/// A store of what was verified before, in a file. Cheap to clone; usable from many threads at once, and by several processes: what one
/// of them adds while another writes may be lost, and is then verified again.
///
/// It vouches for files as a manifest does: keep it where nobody can write who must not change the models. `docs/trust.md` says what it
/// guards against.
#[derive(Clone)]
pub struct Memo(Arc<Inner>);

struct Inner {
    path: PathBuf,
    entries: Mutex<Entries>,
}

/// The digests, and by which a file is recognised.
#[derive(Default)]
struct Entries {
    files: BTreeMap<(u64, u64, Algorithm), (FileState, Digest)>,
    trees: BTreeMap<(String, Algorithm), Digest>,
    is_changed: bool,
}

/// By what a file was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// The digest of the hash tree over it, which the kernel measures, and checks whenever it is read.
    ByTree,
    /// Device, inode, size, and the times of the last modification and change.
    ByTimes,
}

/// What a file is before it is hashed.
#[derive(Debug)]
pub(crate) struct Sight {
    state: Option<FileState>,
    tree: Option<String>,
}

impl Sight {
    /// Looks at a file. `None` for what is no file of a disk.
    pub(crate) fn of(source: &Source) -> Option<Self> {
        let (state, tree) = (source.state(), source.hash_tree());
        (state.is_some() || tree.is_some()).then_some(Self { state, tree })
    }

    /// Looks at a file that is about to be hashed. What a process has written through a map is written out first: from then on the
    /// next write through it is seen.
    pub(crate) fn settled(source: &Source) -> Option<Self> {
        source.flush();
        Self::of(source)
    }

    /// Whether a file is still what was seen.
    pub(crate) fn is_still(&self, source: &Source) -> bool {
        match (&self.state, &self.tree) {
            (None, None) => false,
            (None, tree) => source.hash_tree() == *tree,
            (state, _) => source.state() == *state,
        }
    }
}

#[derive(Deserialize)]
struct Version {
    weighbridge_memo: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    weighbridge_memo: u32,
    #[serde(flatten)]
    stored: &'a Stored,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default, deserialize_with = "json::list::<_, _, MOST_ENTRIES>")]
    files: Vec<StoredFile>,
    #[serde(default, deserialize_with = "json::list::<_, _, MOST_ENTRIES>")]
    trees: Vec<StoredTree>,
}

#[derive(Serialize, Deserialize)]
struct StoredFile {
    device: u64,
    inode: u64,
    size: u64,
    modified: u64,
    changed: u64,
    #[serde(deserialize_with = "json::string")]
    algorithm: String,
    #[serde(deserialize_with = "json::string")]
    statement: String,
}

#[derive(Serialize, Deserialize)]
struct StoredTree {
    #[serde(deserialize_with = "json::string")]
    tree: String,
    #[serde(deserialize_with = "json::string")]
    algorithm: String,
    #[serde(deserialize_with = "json::string")]
    statement: String,
}

impl Memo {
    /// Whether this build has one.
    pub(crate) const IS_BUILT: bool = true;

    /// Opens the memo at a path; if there is none, an empty one, whose file is made when there is something to remember. A symbolic link
    /// is followed now and never replaced, also one to a file that is not there yet.
    ///
    /// [`Kind::Format`](crate::Kind::Format): a file is there, and it is no memo. It is not overwritten.
    /// [`Kind::NotFound`](crate::Kind::NotFound): the directory that it should lie in is not there.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        // The process may change its working directory.
        let path = follow(std::path::absolute(path).map_err(|e| Error::io("find the file", e))?);
        if !path.parent().is_some_and(Path::is_dir) {
            let message = "the memo cannot be kept there: there is no such directory";
            return Err(Error::new(Kind::NotFound, message).with_path(path.to_string_lossy()));
        }
        let entries = Mutex::new(read(&path)?);
        Ok(Self(Arc::new(Inner { path, entries })))
    }

    /// By what a file that looks like this is recognised as one of this digest; `None` if it is not.
    pub(crate) fn recognise(&self, sight: &Sight, algorithm: Algorithm, digest: Digest) -> Option<Recognised> {
        self.entries().recognise(sight, algorithm, digest)
    }

    /// Remembers the digest of a file that was hashed after this sight of it, if it is still the same.
    pub(crate) fn remember(&self, sight: &Sight, source: &Source, algorithm: Algorithm, digest: Digest) {
        if !sight.is_still(source) {
            return;
        }
        self.entries().remember(sight, algorithm, digest, now());
    }

    /// Writes what is new to the file, beside what others have written there meanwhile.
    pub(crate) fn save(&self) -> Result<()> {
        let mut entries = self.entries();
        if !entries.is_changed {
            return Ok(());
        }
        let others = read(&self.0.path).unwrap_or_default();
        for (key, value) in others.files {
            entries.files.entry(key).or_insert(value);
        }
        for (key, value) in others.trees {
            entries.trees.entry(key).or_insert(value);
        }
        let text = entries.to_json()?;
        let draft = Draft::create(&self.0.path)?;
        draft.write_at(text.as_bytes(), 0)?;
        draft.commit()?;
        entries.is_changed = false;
        Ok(())
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Memo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Memo").field(&self.0.path).finish()
    }
}

/// Where a path leads by the links in its place, also if nothing is there yet. One that leads in a circle cannot be read afterwards.
fn follow(mut path: PathBuf) -> PathBuf {
    /// Those that Linux follows.
    const MOST_LINKS: usize = 40;
    for _ in 0..MOST_LINKS {
        match (fs::read_link(&path), path.parent()) {
            (Ok(target), Some(folder)) => path = folder.join(target),
            _ => break,
        }
    }
    path
}

/// Nanoseconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}

/// Whether a file that is written from now on gets another time than it has.
fn is_settled(state: &FileState, now: u64) -> bool {
    let has_fraction = !state.changed.is_multiple_of(SECOND);
    let tick = if has_fraction { TICK } else { COARSE_TICK };
    state.changed.checked_add(tick).is_some_and(|settled| settled < now)
}

/// The entries of a memo; none if there is no file.
fn read(path: &Path) -> Result<Entries> {
    let mut bytes = Vec::new();
    let is_other = fs::metadata(path).is_ok_and(|there| !there.is_file());
    let open = || if is_other { Err(io::Error::other("expected a regular file")) } else { File::open(path) };
    let read = open().and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    let shown = || path.to_string_lossy();
    match read {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Entries::default()),
        Err(e) => return Err(Error::io("read the memo", e).with_path(shown())),
        Ok(_) => {}
    }
    parse(&bytes).map_err(|e| {
        let message = format!("it is not a memo of what was verified ({e}): name another file, or remove this one");
        Error::format(message).with_path(shown())
    })
}

fn parse(bytes: &[u8]) -> Result<Entries> {
    let Object(Version { weighbridge_memo: version }) = json::read(bytes, 0, PhantomData)?;
    if version != VERSION {
        return Err(Error::format(format!("it is of version {version}: expected {VERSION}")));
    }
    let Object(Stored { files, trees }) = json::read(bytes, 0, PhantomData)?;
    let mut entries = Entries::default();
    for StoredFile { device, inode, size, modified, changed, algorithm, statement } in files {
        memory::check()?;
        let (algorithm, digest) = statement_of(&algorithm, &statement)?;
        let state = FileState { device, inode, size, modified, changed };
        entries.files.insert((device, inode, algorithm), (state, digest));
    }
    for StoredTree { tree, algorithm, statement } in trees {
        memory::check()?;
        let (algorithm, digest) = statement_of(&algorithm, &statement)?;
        entries.trees.insert((tree, algorithm), digest);
    }
    Ok(entries)
}

fn statement_of(algorithm: &str, digest: &str) -> Result<(Algorithm, Digest)> {
    let algorithm = Algorithm::from_name(algorithm).ok_or_else(|| Error::format("the hash function is not known"))?;
    Ok((algorithm, Digest::parse(Algorithm::Sha256, digest)?))
}

impl Entries {
    fn recognise(&self, sight: &Sight, algorithm: Algorithm, digest: Digest) -> Option<Recognised> {
        let of_tree = |tree: &String| self.trees.get(&(tree.clone(), algorithm)) == Some(&digest);
        if sight.tree.as_ref().is_some_and(of_tree) {
            return Some(Recognised::ByTree);
        }
        let state = sight.state?;
        let known = self.files.get(&(state.device, state.inode, algorithm));
        (known == Some(&(state, digest))).then_some(Recognised::ByTimes)
    }

    /// Remembers a digest at a time.
    fn remember(&mut self, sight: &Sight, algorithm: Algorithm, digest: Digest, now: u64) {
        if let Some(tree) = &sight.tree {
            self.is_changed |= self.trees.insert((tree.clone(), algorithm), digest) != Some(digest);
        }
        if let Some(state) = sight.state.filter(|state| is_settled(state, now)) {
            let known = self.files.insert((state.device, state.inode, algorithm), (state, digest));
            self.is_changed |= known != Some((state, digest));
        }
    }

    fn to_json(&self) -> Result<String> {
        let files = self.files.iter().map(|((.., algorithm), (state, digest))| StoredFile {
            device: state.device,
            inode: state.inode,
            size: state.size,
            modified: state.modified,
            changed: state.changed,
            algorithm: algorithm.name().to_owned(),
            statement: digest.to_string(),
        });
        let trees = self.trees.iter().map(|((tree, algorithm), digest)| StoredTree {
            tree: tree.clone(),
            algorithm: algorithm.name().to_owned(),
            statement: digest.to_string(),
        });
        let mut stored =
            Stored { files: memory::collect(files, "the memo")?, trees: memory::collect(trees, "the memo")? };
        // Those that were touched last are most likely to be asked for again.
        sort::sort_by_key(&mut stored.files, |file| std::cmp::Reverse(file.changed));
        stored.files.truncate(MOST_ENTRIES);
        stored.trees.truncate(MOST_ENTRIES);
        let text = serde_json::to_string_pretty(&Written { weighbridge_memo: VERSION, stored: &stored });
        text.map(|text| text + "\n").map_err(|e| Error::new(Kind::Internal, e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(inode: u64, changed: u64) -> FileState {
        FileState { device: 1, inode, size: 9, modified: 5, changed }
    }

    fn digest(byte: u8) -> Digest {
        [byte; 32].into()
    }

    /// A file whose pages the kernel checks is recognised by that, wherever it lies and whenever it was touched.
    #[test]
    fn a_hash_tree_counts_before_times() {
        let (mut entries, algorithm) = (Entries::default(), Algorithm::Sha256);
        let tree = |name: &str| Some(name.to_owned());
        let sight = Sight { state: Some(state(7, 1)), tree: tree("1:ab") };
        entries.remember(&sight, algorithm, digest(1), COARSE_TICK + 2 * SECOND);
        let copy = Sight { state: Some(state(8, 3)), tree: tree("1:ab") };
        assert_eq!(entries.recognise(&copy, algorithm, digest(1)), Some(Recognised::ByTree));
        assert_eq!(entries.recognise(&copy, algorithm, digest(2)), None);
        assert_eq!(entries.recognise(&copy, Algorithm::Blake3, digest(1)), None);
        let other = Sight { state: Some(state(7, 1)), tree: tree("1:cd") };
        assert_eq!(entries.recognise(&other, algorithm, digest(1)), Some(Recognised::ByTimes));
        let again = parse(entries.to_json().unwrap().as_bytes()).unwrap();
        assert_eq!(again.recognise(&copy, algorithm, digest(1)), Some(Recognised::ByTree));
        assert_eq!(again.recognise(&other, algorithm, digest(1)), Some(Recognised::ByTimes));
    }

    /// Every property of a file counts.
    #[test]
    fn a_file_that_differs_in_anything_is_another_one() {
        let (mut entries, algorithm) = (Entries::default(), Algorithm::Blake3);
        let known = state(7, 1);
        entries.remember(&Sight { state: Some(known), tree: None }, algorithm, digest(1), SECOND);
        let recognised = |state| entries.recognise(&Sight { state: Some(state), tree: None }, algorithm, digest(1));
        assert_eq!(recognised(known), Some(Recognised::ByTimes));
        for other in [
            FileState { device: 2, ..known },
            FileState { inode: 8, ..known },
            FileState { size: 8, ..known },
            FileState { modified: 6, ..known },
            FileState { changed: 2, ..known },
        ] {
            assert_eq!(recognised(other), None, "{other:?}");
        }
    }

    /// The clock of files may stand still for a while.
    #[test]
    fn a_file_is_remembered_only_when_its_clock_has_moved_on() {
        for (changed, now, is_remembered) in [
            (1, TICK, false),
            (1, TICK + 2, true),
            (SECOND, SECOND + TICK + 1, false),
            (SECOND, SECOND + COARSE_TICK + 1, true),
            (9, 0, false),
            (u64::MAX, u64::MAX, false),
        ] {
            let mut entries = Entries::default();
            entries.remember(&Sight { state: Some(state(7, changed)), tree: None }, Algorithm::Blake3, digest(1), now);
            assert_eq!(!entries.files.is_empty(), is_remembered, "{changed} at {now}");
        }
    }

    #[test]
    fn every_function_has_its_name() {
        for name in ["blake3", "sha256", "sha1", "git-sha1", "crc32", "crc32c"] {
            assert_eq!(Algorithm::from_name(name).unwrap().name(), name);
        }
        assert_eq!(Algorithm::from_name("md5"), None);
    }
}
