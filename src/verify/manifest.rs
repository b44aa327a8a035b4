//! Manifests: the kinds that are known, where they lie, and what they say in one common form.

use std::collections::BTreeMap;

use super::claims::{Claims, FileClaim, RunClaim, TensorClaim};
use super::{Anchor, Origin, Policy, checksums, record};
use crate::error::{Error, Result};
use crate::limits::Budget;
use crate::storage::Location;

/// What one manifest expects of the files and tensors of a model.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The kind of manifest, by the name of its file: `"SHA256SUMS"`, `"weighbridge.json"`.
    pub source: &'static str,
    /// Where it came from.
    pub anchor: Anchor,
    /// Whether a match counts as cover: its digests cannot be forged.
    pub covers: bool,
    /// By name within the model.
    pub files: BTreeMap<String, FileClaim>,
    /// By name.
    pub tensors: BTreeMap<String, TensorClaim>,
    /// Parts of files, by the file's name within the model.
    pub runs: BTreeMap<String, Vec<RunClaim>>,
}

impl Manifest {
    /// What a format itself says of its files: SHA-1s and checksums, which detect accidental corruption.
    pub(crate) fn of_format(
        source: &'static str,
        files: BTreeMap<String, FileClaim>,
        runs: BTreeMap<String, Vec<RunClaim>>,
    ) -> Self {
        Self { source, anchor: Anchor::Beside, covers: false, files, tensors: BTreeMap::new(), runs }
    }

    fn new(source: &'static str, anchor: Anchor, (files, tensors): Claims) -> Self {
        Self { source, anchor, covers: true, files, tensors, runs: BTreeMap::new() }
    }

    /// Who says what this manifest says.
    pub(crate) fn origin(&self) -> Origin {
        Origin { source: self.source, anchor: self.anchor, covers: self.covers }
    }
}

/// One row of the table of manifests.
struct Kind {
    file_name: &'static str,
    probe: fn(&[u8]) -> bool,
    read: fn(&[u8]) -> Result<Claims>,
}

/// Every kind that is known. The last one takes any text, so its errors are for what no other kind claims.
const KINDS: &[Kind] = &[
    Kind { file_name: record::FILE_NAME, probe: record::probe, read: record::read },
    Kind { file_name: checksums::FILE_NAME, probe: |_| true, read: checksums::read },
];

/// Whether a file of this name is a manifest, and so not an asset.
pub(crate) fn is_manifest(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.file_name == name)
}

/// The manifests that count under a policy: the caller's, or else those beside the weights.
pub(crate) fn gather(
    location: &Location,
    policy: Policy,
    given: Option<&[u8]>,
    budget: &Budget,
) -> Result<Vec<Manifest>> {
    match (policy, given) {
        (Policy::None, None) => Ok(Vec::new()),
        (Policy::None, Some(_)) => {
            Err(Error::invalid("a manifest is given, but the policy says that nothing is checked"))
        }
        (_, Some(bytes)) => Ok(vec![read_given(bytes, budget)?]),
        (_, None) => KINDS.iter().filter_map(|kind| read_beside(kind, location, budget).transpose()).collect(),
    }
}

fn read_given(bytes: &[u8], budget: &Budget) -> Result<Manifest> {
    take(bytes.len() as u64, budget)?;
    let kind = KINDS.iter().find(|kind| (kind.probe)(bytes)).ok_or_else(|| Error::format("not a manifest"))?;
    let claims = (kind.read)(bytes).map_err(|e| e.with_path("the given manifest"))?;
    Ok(Manifest::new(kind.file_name, Anchor::Caller, claims))
}

/// Takes the memory for what is kept of a manifest of `bytes` bytes: a short line becomes an entry of a map.
fn take(bytes: u64, budget: &Budget) -> Result<()> {
    const RATIO: u64 = 4;
    budget.limits().check_header("the manifest", bytes)?;
    budget.take_heap(bytes.saturating_mul(RATIO))
}

fn read_beside(kind: &Kind, location: &Location, budget: &Budget) -> Result<Option<Manifest>> {
    let Some(source) = location.open_if_present(kind.file_name)? else { return Ok(None) };
    take(source.len(), budget).map_err(|e| e.with_path(source.path()))?;
    let bytes = source.read(0, source.len())?;
    let claims = (kind.read)(&bytes).map_err(|e| e.with_path(source.path()))?;
    Ok(Some(Manifest::new(kind.file_name, Anchor::Beside, claims)))
}
