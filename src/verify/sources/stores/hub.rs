//! What the cache of Hugging Face knows of a snapshot: the names of its blobs, and the list of the files that the repository has.
//!
//! A blob is called by the ETag of the file: the SHA-256 of a large file, and what git calls a small one. The list is
//! `trees/COMMIT.json` (huggingface_hub 2.4, `_tree_cache.py`):
//!
//! ```json
//! {"format_version": 1,
//!  "files": {"config.json": {"size": 519, "blob_id": "…"},
//!            "model.safetensors": {"size": 1234, "blob_id": "…", "lfs_sha256": "…", "lfs_size": 1234}}}
//! ```

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Deserialize;

use super::{Beside, of_files, sha256_claim};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::json::{self, Object, UniqueMap};
use crate::limits::MAX_RECORD_FILES;
use crate::memory;
use crate::storage::{Source, Store};
use crate::verify::claims::{Claims, FileClaim, FileClaims};

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Version {
    format_version: u32,
}

#[derive(Deserialize)]
struct Listing {
    files: UniqueMap<Object<Entry>, MAX_RECORD_FILES>,
}

#[derive(Deserialize)]
struct Entry {
    size: u64,
    #[serde(deserialize_with = "json::string")]
    blob_id: String,
    lfs_sha256: Option<json::OwnedText>,
    lfs_size: Option<u64>,
}

/// The claims of the list, and those of the names of blobs that say something else or more.
pub(super) fn find(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    let mut listed = BTreeMap::new();
    if let Some(tree) = beside.location.snapshot_tree() {
        listed = read_kept(beside, &tree.source, &tree.prefix)?.unwrap_or_default();
    }
    let mut named = beside.take_addressed(Store::HuggingFace);
    named.retain(|name, claim| !listed.get(name).is_some_and(|other| says_same(claim, other)));
    Ok([listed, named].into_iter().flat_map(of_files).collect())
}

/// Whether the list states the same digest.
fn says_same(named: &FileClaim, listed: &FileClaim) -> bool {
    named.fastest().is_some_and(|(algorithm, digest)| listed.digest(algorithm) == Some(digest))
}

/// What an ETag says: the SHA-256 of a large file, or what git calls a small one; `None` if it is neither.
pub(super) fn claim_of_etag(etag: &str) -> Option<FileClaim> {
    let git = || Digest::parse(Algorithm::GitBlob, etag).ok();
    sha256_claim(None, etag).or_else(|| Some(FileClaim::new(None, [(Algorithm::GitBlob, git()?)])))
}

/// The list of a snapshot, if it can be read; names begin with `prefix`, which is left out.
pub(super) fn read_kept(
    beside: &mut Beside<'_>,
    source: &Source,
    prefix: &str,
) -> Result<Option<BTreeMap<String, FileClaim>>> {
    let files = beside.bytes(source).and_then(|bytes| read(&bytes, prefix));
    beside.kept(&source.path(), files)
}

fn read(bytes: &[u8], prefix: &str) -> Result<BTreeMap<String, FileClaim>> {
    let Object(Version { format_version: version }) = json::read(bytes, 0, PhantomData)?;
    if version != VERSION {
        return Err(Error::new(Kind::Unsupported, format!("it is of version {version}: expected {VERSION}")));
    }
    let Object(Listing { files }) = json::read(bytes, 0, PhantomData)?;
    let mut claims = FileClaims::default();
    for (name, Object(entry)) in files.0 {
        memory::check()?;
        let claim = entry.claim().map_err(|e| e.with_subject(&*name))?;
        claims.add(name, claim)?;
    }
    let within = claims.by_name.into_iter().filter(|(name, _)| name.starts_with(prefix));
    within.map(|(name, claim)| Ok((memory::text(&name[prefix.len()..], "a name")?, claim))).collect()
}

impl Entry {
    fn claim(&self) -> Result<FileClaim> {
        match &self.lfs_sha256 {
            Some(json::OwnedText(digest)) => {
                let digest = Digest::parse(Algorithm::Sha256, digest)?;
                Ok(FileClaim::new(Some(self.lfs_size.unwrap_or(self.size)), [(Algorithm::Sha256, digest)]))
            }
            None => {
                let digest = Digest::parse(Algorithm::GitBlob, &self.blob_id)?;
                Ok(FileClaim::new(Some(self.size), [(Algorithm::GitBlob, digest)]))
            }
        }
    }
}
