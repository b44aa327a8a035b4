//! What one manifest says, in the form that all kinds have in common.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::claims::{Claims, FileClaim, RunClaim, TensorClaim};
use super::sources::is_store;
use super::{Anchor, Origin};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::Result;
use crate::storage::Source;

/// The function by which a file is compared with the manifest that a caller gave.
const FASTEST: Algorithm = Algorithm::Blake3;

/// What one manifest expects of the files and tensors of a model.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The kind of manifest: the name of its file, as in `"SHA256SUMS"`, or of what keeps it, as in `"huggingface-cache"`.
    pub source: &'static str,
    /// Where it came from.
    pub anchor: Anchor,
    /// Whether it is the format itself that says so. Whoever writes the model writes that too: a match is no cover.
    pub is_of_format: bool,
    /// By name within the model.
    pub files: BTreeMap<String, FileClaim>,
    /// By name.
    pub tensors: BTreeMap<String, TensorClaim>,
    /// Parts of files, by the file's name within the model.
    pub runs: BTreeMap<String, Vec<RunClaim>>,
    /// How long the manifest itself is and its digest, if the caller gave it: it may lie in the directory that it is about.
    itself: Option<(u64, Digest)>,
    /// For each file, a digest of what is said of tensors in it. Made when it is first asked for.
    statements: OnceLock<BTreeMap<String, Digest>>,
}

impl Manifest {
    /// What a format itself says of its files: SHA-1s and checksums, which detect accidental corruption.
    pub(crate) fn of_format(
        source: &'static str,
        files: BTreeMap<String, FileClaim>,
        runs: BTreeMap<String, Vec<RunClaim>>,
    ) -> Self {
        Self { is_of_format: true, files, runs, ..Self::new(source, Anchor::Beside, Claims::default()) }
    }

    pub(super) fn new(source: &'static str, anchor: Anchor, (files, tensors): Claims) -> Self {
        let (runs, itself, statements) = Default::default();
        Self { source, anchor, is_of_format: false, files, tensors, runs, itself, statements }
    }

    /// The manifest that a caller gives as these bytes.
    pub(super) fn given(source: &'static str, claims: Claims, bytes: &[u8]) -> Self {
        let itself = Some((bytes.len() as u64, Digest::of(FASTEST, bytes)));
        Self { itself, ..Self::new(source, Anchor::Caller, claims) }
    }

    /// What this manifest says of a file, in one digest: its own, that of the file which describes it, and all that is said of the tensors
    /// in it. A manifest that says anything else makes another one. `None` if it says something of tensors, but not which bytes of the
    /// file they are.
    pub(crate) fn statement(&self, file: &str, description: &str) -> Option<(Algorithm, Digest)> {
        const TAG: &[u8] = b"what a manifest says of a file";
        let (algorithm, digest) = self.files.get(file)?.fastest()?;
        let of_tensors = self.statements.get_or_init(|| self.statements_of_tensors()).get(file);
        let described = self.files.get(description).and_then(FileClaim::fastest).map(|(_, digest)| digest);
        if of_tensors.is_some() && described.is_none() {
            return None;
        }
        let mut hasher = Hasher::whole(Algorithm::Sha256, 0);
        let parts = [Some(&digest), described.as_ref(), of_tensors];
        hasher.update(TAG);
        for part in parts.map(|part| part.map_or(&[][..], Digest::as_bytes)) {
            hasher.update(&[part.len() as u8]);
            hasher.update(part);
        }
        Some((algorithm, hasher.finish()))
    }

    fn statements_of_tensors(&self) -> BTreeMap<String, Digest> {
        let mut hashers = BTreeMap::<&str, Hasher>::new();
        for (name, claim) in &self.tensors {
            let hasher = hashers.entry(&claim.file).or_insert_with(|| Hasher::whole(Algorithm::Sha256, 0));
            claim.feed(name, |bytes| hasher.update(bytes));
        }
        hashers.into_iter().map(|(file, hasher)| (file.to_owned(), hasher.finish())).collect()
    }

    /// What it says of a file; with `asks_outdated` also what a tool noted before the file was modified.
    pub(crate) fn claim_of(&self, file: &str, asks_outdated: bool) -> Option<&FileClaim> {
        self.files.get(file).filter(|claim| asks_outdated || !claim.is_outdated())
    }

    /// Whether it is about blobs of a store, which are called by their digests alone.
    pub(crate) fn is_of_store(&self) -> bool {
        is_store(self.source)
    }

    /// Whether a file is the manifest itself that a caller gave.
    pub(crate) fn is_itself(&self, file: &Source) -> Result<bool> {
        match self.itself {
            Some((len, digest)) if len == file.len() => Ok(Digest::of(FASTEST, &file.read(0, len)?) == digest),
            _ => Ok(false),
        }
    }

    /// Who says what this manifest says by digests of an algorithm, and whether a match counts as cover.
    pub(crate) fn origin(&self, algorithm: Algorithm) -> Origin {
        let covers = !self.is_of_format && algorithm.resists_forgery();
        Origin { source: self.source, anchor: self.anchor, covers }
    }
}
