//! What tools keep of the contents of files on the disk: one file for each tool.
//!
//! A build without the feature `stores` has `no_stores.rs` in the place of this module.

mod git_index;
mod git_lfs;
mod hub;
mod local_dir;
mod oci;

use std::collections::BTreeMap;

use super::{About, Beside, Kind, Needed};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Result};
use crate::finding::rules::{MANIFEST_OUTDATED, MANIFEST_UNREADABLE};
use crate::memory;
use crate::storage::{Address, Listed, Location, Store, Tree, UnlistedFolder};
use crate::verify::claims::{Claims, FileClaim};

pub(crate) use git_lfs::{UNFETCHED_FILE, unfetched_files};

pub(super) const OLLAMA: Kind = Kind {
    source: "ollama",
    probe: oci::is_of_ollama,
    needs: Needed::AllFiles,
    read: oci::read,
    find: oci::find_ollama,
};
pub(super) const OCI: Kind =
    Kind { source: "oci", probe: oci::probe, needs: Needed::AllFiles, read: oci::read, find: oci::find_layout };
pub(super) const GIT_LFS: Kind = Kind {
    source: "git-lfs",
    probe: git_lfs::probe,
    needs: Needed::OwnFiles,
    read: git_lfs::read,
    find: git_lfs::find,
};
pub(super) const HUGGING_FACE_CACHE: Kind =
    Kind { source: "huggingface-cache", probe: |_| false, needs: Needed::Nothing, read: unreadable, find: hub::find };
pub(super) const HUGGING_FACE_DOWNLOAD: Kind = Kind {
    source: "huggingface-local-dir",
    probe: |_| false,
    needs: Needed::Nothing,
    read: unreadable,
    find: local_dir::find,
};

/// For kinds that no bytes are of.
fn unreadable(_: &[u8], _: &About<'_>) -> Result<Claims> {
    Err(Error::format("not a manifest"))
}

/// Whether a source is the store of a registry, where no name tells which contents are a model.
pub(crate) fn is_store(source: &str) -> bool {
    source == OLLAMA.source || source == OCI.source
}

/// Whether a tool keeps records in a folder of this directory.
pub(super) fn keeps_records(location: &Location, folder: &str) -> bool {
    [local_dir::DOWNLOADS, git_lfs::OBJECTS].iter().any(|records| location.has_folder(&format!("{folder}/{records}")))
}

/// The claims that stores make by the names that they give to contents, and the names of those files.
pub(super) type Addressed = BTreeMap<Store, BTreeMap<String, FileClaim>>;

/// The claims that follow from the names which stores give to contents.
pub(super) fn addressed<'a>(location: &Location, names: impl Iterator<Item = &'a str>) -> Result<Addressed> {
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
pub(super) fn source_of(store: Store) -> &'static str {
    match store {
        Store::HuggingFace => HUGGING_FACE_CACHE.source,
        Store::Oci => OCI.source,
        Store::Ollama => OLLAMA.source,
    }
}

/// What the name of contents says of them.
fn claim_of(Address { store, digest }: &Address) -> Option<FileClaim> {
    match store {
        Store::HuggingFace => hub::claim_of_etag(digest),
        Store::Oci | Store::Ollama => sha256_claim(None, digest),
    }
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
