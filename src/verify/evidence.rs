//! By what a line of a report was checked.

use super::{Anchor, Manifest, Origin, Outcome, Recognised};
use crate::digest::{Algorithm, Digest};

/// What a memo is called as the source of evidence.
const MEMO: &str = "memo";

/// By what something was checked. For a tensor that its file's digest covers, the digests are the file's.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The kind of manifest.
    pub source: &'static str,
    /// Where the manifest came from.
    pub anchor: Anchor,
    /// Whether a match counts as cover under [`Policy::Required`](super::Policy::Required): checksums that a format itself carries do not.
    pub covers: bool,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The digest that the manifest states, in hexadecimal.
    pub expected: String,
    /// The digest of the bytes, in hexadecimal; empty if there are no bytes to be had.
    pub actual: String,
    /// What is wrong beside the digest: a size, a shape, strides, or that the file is missing.
    pub problem: Option<String>,
    /// Set if the bytes were not read: they were found to be those of an earlier verification, by the memo that the caller gave.
    /// `source` is `"memo"` then.
    pub remembered: Option<Remembered>,
    pub(crate) outcome: Outcome,
}

/// What a memo has in place of a reading of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// By what the file was recognised.
    pub by: Recognised,
    /// The kind of manifest that states the digest.
    pub source: &'static str,
}

impl Remembered {
    /// In words: `"remembered by its fs-verity digest"`.
    pub fn describe(self) -> &'static str {
        match self.by {
            Recognised::ByTree => "remembered by its fs-verity digest",
            Recognised::ByTimes => "remembered by device, inode, size, mtime and ctime",
        }
    }
}

impl Evidence {
    pub(crate) fn new(
        Origin { source, anchor, covers }: Origin,
        algorithm: Algorithm,
        (expected, actual): (Digest, Digest),
        problem: Option<String>,
    ) -> Self {
        let matches = expected == actual && problem.is_none();
        let outcome = if matches { Outcome::Match } else { Outcome::Mismatch };
        let (expected, actual) = (expected.to_string(), actual.to_string());
        Self { source, anchor, covers, algorithm, expected, actual, problem, remembered: None, outcome }
    }

    /// The same, if the digest of the bytes was remembered. `counts`: that may be cover, as the caller has said.
    pub(crate) fn remembered_by(self, recognised: Option<Recognised>, counts: bool) -> Self {
        match recognised {
            Some(by) => Self {
                source: MEMO,
                covers: self.covers && counts,
                remembered: Some(Remembered { by, source: self.source }),
                ..self
            },
            None => self,
        }
    }

    /// For a file that a manifest lists and that cannot be read.
    pub(super) fn missing(manifest: &Manifest, algorithm: Algorithm, expected: Digest, problem: &str) -> Self {
        let Origin { source, anchor, covers } = manifest.origin(algorithm);
        Self {
            source,
            anchor,
            covers,
            algorithm,
            expected: expected.to_string(),
            actual: String::new(),
            remembered: None,
            problem: Some(format!("{problem}; {} lists it", manifest.source)),
            outcome: Outcome::Mismatch,
        }
    }
}
