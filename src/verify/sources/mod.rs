//! Where manifests come from: one file for each kind, one row each in the table below.
//!
//! A kind is read from bytes that the caller gives, or found beside the model, or both. What stands in a file that was made to be a
//! manifest must be right; what a tool has left on the disk for its own use is passed over with a note where it cannot be read.

mod checksums;
mod others;
mod record;
#[cfg_attr(not(feature = "stores"), path = "no_stores.rs")]
mod stores;

use super::claims::Claims;
use super::{Anchor, Manifest, Policy};
use crate::error::{Error, Result};
use crate::finding::Notes;
use crate::limits::Budget;
use crate::storage::{Location, Source};

pub use checksums::FILE_NAME as CHECKSUMS_FILE_NAME;
pub(crate) use others::claims_of_others;
pub use record::FILE_NAME as RECORD_FILE_NAME;
pub(super) use stores::is_store;
pub(crate) use stores::{UNFETCHED_FILE, unfetched_files};
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
    #[cfg(feature = "stores")]
    stores::OLLAMA,
    #[cfg(feature = "stores")]
    stores::OCI,
    #[cfg(feature = "stores")]
    stores::GIT_LFS,
    Kind {
        source: record::FILE_NAME,
        probe: record::probe,
        needs: Needed::Nothing,
        read: |bytes, _| record::read(bytes),
        find: |beside| beside.file(record::FILE_NAME, record::read),
    },
    #[cfg(feature = "stores")]
    stores::HUGGING_FACE_CACHE,
    #[cfg(feature = "stores")]
    stores::HUGGING_FACE_DOWNLOAD,
    Kind {
        source: checksums::FILE_NAME,
        probe: |_| true,
        needs: Needed::Nothing,
        read: |bytes, _| checksums::read(bytes),
        find: |beside| beside.file(checksums::FILE_NAME, checksums::read),
    },
];

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
            let addressed = stores::addressed(location, names.iter().copied())?;
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
    addressed: stores::Addressed,
    budget: &'a Budget,
    notes: &'a mut Notes,
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
}
