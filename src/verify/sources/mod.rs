//! Where manifests come from: one file for each kind, one row each in the table below.
//!
//! A kind is read from bytes that the caller gives, or found beside the model, or both. What stands in a file that was made to be a
//! manifest must be right; what a tool has left on the disk for its own use is passed over with a note where it cannot be read.

mod checksums;
mod git_index;
mod git_lfs;
mod hub;
mod local_dir;
mod oci;
mod others;
mod record;

use std::collections::BTreeMap;

use super::claims::{Claims, FileClaim};
use super::{Anchor, Manifest, Policy};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Result};
use crate::finding::Notes;
use crate::finding::rules::{MANIFEST_OUTDATED, MANIFEST_UNREADABLE};
use crate::limits::Budget;
use crate::memory;
use crate::storage::{Address, Listed, Location, Source, Store, Tree, UnlistedFolder};

pub use checksums::FILE_NAME as CHECKSUMS_FILE_NAME;
pub(crate) use git_lfs::{UNFETCHED_FILE, unfetched_files};
pub(crate) use others::claims_of_others;
pub use record::FILE_NAME as RECORD_FILE_NAME;
pub(crate) use {checksums::write as write_checksums, record::write as write_record};

/// What stands for the path of a manifest that the caller gives, in errors about what is in it.
pub const GIVEN_MANIFEST: &str = "the given manifest";

/// One row of the table of kinds.
struct Kind {
    /// What reports call it.
    source: &'static str,
    /// Whether bytes that the caller gives are of this kind.
    probe: fn(&[u8]) -> bool,
    /// Which names of files have to be known to read them.
    needs: Needed,
    /// Reads bytes that the caller gives.
    read: fn(&[u8], &About<'_>) -> Result<Claims>,
    /// What the disk says of the model.
    find: fn(&mut Beside<'_>) -> Result<Vec<Claims>>,
}

/// The names of files without which a manifest that the caller gives cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    /// None: it says itself which files it is about.
    Nothing,
    /// Those of the model, which may have only one file.
    OwnFiles,
    /// Those of all files in the directory and its folders, which may be called by their digests, wherever they lie.
    AllFiles,
}

/// The model that a manifest is about which the caller gives.
struct About<'a> {
    location: &'a Location,
    /// Those that are [`Needed`].
    names: &'a [&'a str],
}

/// Every kind that is known. The last one takes any text, so its errors are for what no other kind claims.
const KINDS: &[Kind] = &[
    Kind { source: OLLAMA, probe: oci::is_of_ollama, needs: Needed::AllFiles, read: oci::read, find: oci::find_ollama },
    Kind { source: OCI, probe: oci::probe, needs: Needed::AllFiles, read: oci::read, find: oci::find_layout },
    Kind {
        source: "git-lfs",
        probe: git_lfs::probe,
        needs: Needed::OwnFiles,
        read: git_lfs::read,
        find: git_lfs::find,
    },
    Kind {
        source: record::FILE_NAME,
        probe: record::probe,
        needs: Needed::Nothing,
        read: |bytes, _| record::read(bytes),
        find: |beside| beside.file(record::FILE_NAME, record::read),
    },
    Kind { source: "huggingface-cache", probe: |_| false, needs: Needed::Nothing, read: unreadable, find: hub::find },
    Kind {
        source: "huggingface-local-dir",
        probe: |_| false,
        needs: Needed::Nothing,
        read: unreadable,
        find: local_dir::find,
    },
    Kind {
        source: checksums::FILE_NAME,
        probe: |_| true,
        needs: Needed::Nothing,
        read: |bytes, _| checksums::read(bytes),
        find: |beside| beside.file(checksums::FILE_NAME, checksums::read),
    },
];

/// What reports call the stores of registries, where no name tells which contents are a model.
const OLLAMA: &str = "ollama";
const OCI: &str = "oci";

/// Whether a source is such a store.
pub(super) fn is_store(source: &str) -> bool {
    matches!(source, OLLAMA | OCI)
}

/// For kinds that no bytes are of.
fn unreadable(_: &[u8], _: &About<'_>) -> Result<Claims> {
    Err(Error::format("not a manifest"))
}

/// Whether a file of this name is a manifest, and so not an asset.
pub(crate) fn is_manifest(name: &str) -> bool {
    matches!(name, record::FILE_NAME | checksums::FILE_NAME)
}

/// The manifests that count under a policy for files of these names: the caller's, or else those that are on the disk.
pub(crate) fn gather(
    location: &Location,
    names: &[&str],
    policy: Policy,
    given: Option<&[u8]>,
    (budget, notes): (&Budget, &mut Notes),
) -> Result<Vec<Manifest>> {
    match (policy, given) {
        (Policy::None, None) => Ok(Vec::new()),
        (Policy::None, Some(_)) => {
            Err(Error::invalid("a manifest is given, but the policy says that nothing is checked"))
        }
        (_, Some(bytes)) => Ok(vec![read_given(bytes, &About { location, names }, budget)?]),
        (_, None) => {
            let addressed = addressed(location, names.iter().copied())?;
            let mut beside = Beside { location, names, addressed, budget, notes };
            let mut manifests = Vec::new();
            for kind in KINDS {
                let found = (kind.find)(&mut beside)?.into_iter();
                let found = found.filter(|(files, tensors)| !(files.is_empty() && tensors.is_empty()));
                manifests.extend(found.map(|claims| Manifest::new(kind.source, Anchor::Beside, claims)));
            }
            Ok(manifests)
        }
    }
}

/// The claims that follow from the names which stores give to contents.
fn addressed<'a>(
    location: &Location,
    names: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<Store, BTreeMap<String, FileClaim>>> {
    let mut stores = BTreeMap::<_, BTreeMap<_, _>>::new();
    for name in names {
        memory::check()?;
        let Some(address) = location.address(name) else { continue };
        if let Some(claim) = claim_of(&address) {
            stores.entry(address.store).or_default().insert(memory::text(name, "a name")?, claim);
        }
    }
    Ok(stores)
}

/// What reports call a store.
fn source_of(store: Store) -> &'static str {
    match store {
        Store::HuggingFace => "huggingface-cache",
        Store::Oci => OCI,
        Store::Ollama => OLLAMA,
    }
}

/// What the name of contents says of them.
fn claim_of(Address { store, digest }: &Address) -> Option<FileClaim> {
    match store {
        Store::HuggingFace => hub::claim_of_etag(digest),
        Store::Oci | Store::Ollama => sha256_claim(None, digest),
    }
}

fn read_given(bytes: &[u8], about: &About<'_>, budget: &Budget) -> Result<Manifest> {
    take(bytes.len() as u64, budget)?;
    let kind = kind_of(bytes)?;
    let claims = (kind.read)(bytes, about).map_err(|e| e.with_path(GIVEN_MANIFEST))?;
    Ok(Manifest::given(kind.source, claims, bytes))
}

/// The kind of a manifest that the caller gives.
fn kind_of(bytes: &[u8]) -> Result<&'static Kind> {
    KINDS.iter().find(|kind| (kind.probe)(bytes)).ok_or_else(|| Error::format("not a manifest"))
}

/// Which names of files have to be known to read a manifest that the caller gives.
pub(crate) fn needed_names(bytes: &[u8]) -> Result<Needed> {
    Ok(kind_of(bytes)?.needs)
}

/// Takes the memory for what is kept of a manifest of `bytes` bytes: a short line becomes an entry of a map.
fn take(bytes: u64, budget: &Budget) -> Result<()> {
    const RATIO: u64 = 4;
    budget.limits().check_header("the manifest", bytes)?;
    budget.take_heap(bytes.saturating_mul(RATIO))
}

/// What the disk may say of a model, and who hears of what it says wrong.
struct Beside<'a> {
    location: &'a Location,
    /// The plain names of the model's files.
    names: &'a [&'a str],
    /// What the names that stores give to contents say of those files.
    addressed: BTreeMap<Store, BTreeMap<String, FileClaim>>,
    budget: &'a Budget,
    notes: &'a mut Notes,
}

/// What a tool keeps of a directory in which the model lies, or which it is.
struct Records<'a> {
    beside: &'a Location,
    /// Where the records lie, if that is not the model's own directory.
    around: Option<Location>,
    /// What stands before the names of the model's files there.
    prefix: String,
}

impl Records<'_> {
    fn location(&self) -> &Location {
        self.around.as_ref().unwrap_or(self.beside)
    }
}

impl<'a> Beside<'a> {
    /// A file that is a manifest and nothing else.
    fn file(&self, name: &str, read: fn(&[u8]) -> Result<Claims>) -> Result<Vec<Claims>> {
        let Some(source) = self.location.open_if_present(name)? else { return Ok(Vec::new()) };
        let bytes = self.bytes(&source)?;
        let claims = read(&bytes).map_err(|e| e.with_path(source.path()))?;
        Ok(vec![claims])
    }

    /// All bytes of a manifest, whose memory is taken from the budget.
    fn bytes(&self, source: &Source) -> Result<bytes::Bytes> {
        take(source.len(), self.budget).map_err(|e| e.with_path(source.path()))?;
        source.read(0, source.len())
    }

    /// What a tool keeps of its own: `None`, with a note, if it cannot be read for another reason than memory.
    fn kept<T>(&mut self, path: &str, result: Result<T>) -> Result<Option<T>> {
        use crate::error::Kind::{Cancelled, OutOfMemory};
        match result {
            Ok(value) => Ok(Some(value)),
            Err(e) if matches!(e.kind(), OutOfMemory | Cancelled) => Err(e),
            Err(e) => {
                self.unreadable(path, &e.without_site());
                Ok(None)
            }
        }
    }

    /// Tells that what a tool keeps cannot be read.
    fn unreadable(&mut self, path: &str, why: &str) {
        self.notes.add(MANIFEST_UNREADABLE, path, format!("{why}: what it says of the model is not used"));
    }

    /// The files in a folder in which a tool keeps something of its own, and in the folders in that; those that cannot be listed are told.
    fn kept_files(&mut self, location: &Location, folder: &str) -> Result<Vec<Listed>> {
        let Tree { files, unlisted, .. } = self.kept(folder, location.walk(folder))?.unwrap_or_default();
        unlisted.iter().for_each(|UnlistedFolder { name, why }| self.unreadable(name, why));
        Ok(files)
    }

    /// Tells that a file was changed after a tool noted what it should be.
    fn outdated(&mut self, name: &str, when: &str) {
        let message = format!(
            "it was modified after {when}: verification still compares it with what was noted then, and so do loads that \
             require a manifest"
        );
        self.notes.add(MANIFEST_OUTDATED, name, message);
    }

    /// Where a tool keeps its records in a folder of this name: beside the model, or beside a directory that it lies in.
    fn records(&self, folder: &str) -> Option<Records<'a>> {
        if self.location.has_folder(folder) {
            return Some(Records { beside: self.location, around: None, prefix: String::new() });
        }
        let (around, prefix) = self.location.around(folder)?;
        Some(Records { beside: self.location, around: Some(around), prefix })
    }

    /// The names of files of which a folder of records may have one, which is called as they are with an ending: those of the
    /// model, or if that is a whole directory, all.
    fn names_under(&mut self, records: &Location, folder: &str, ending: &str) -> Result<Vec<String>> {
        if self.location.entry().is_some() {
            return memory::collect(self.names.iter().map(|name| (*name).to_owned()), "the names of files");
        }
        let files = if records.has_folder(folder) { self.kept_files(records, folder)? } else { Vec::new() };
        let names =
            files.iter().filter_map(|file| file.name.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(ending));
        memory::collect(names.map(str::to_owned), "the names of files")
    }

    /// What the names that a store gives to contents say of the model's files. Each store is asked for once.
    fn take_addressed(&mut self, store: Store) -> BTreeMap<String, FileClaim> {
        self.addressed.remove(&store).unwrap_or_default()
    }
}

/// Claims about files alone; none if there are none.
fn of_files(files: BTreeMap<String, FileClaim>) -> Vec<Claims> {
    if files.is_empty() { Vec::new() } else { vec![(files, BTreeMap::new())] }
}

/// A claim of one digest, by its hexadecimal digits; `None` if they are not such.
fn sha256_claim(size: Option<u64>, digits: &str) -> Option<FileClaim> {
    Digest::parse(Algorithm::Sha256, digits).ok().map(|digest| FileClaim::new(size, [(Algorithm::Sha256, digest)]))
}
