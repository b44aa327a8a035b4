//! What manifests say, in one common form.

use std::collections::BTreeMap;

use crate::digest::{Algorithm, Digest};

/// What a reader of manifests returns: files, and tensors.
pub(super) type Claims = (BTreeMap<String, FileClaim>, BTreeMap<String, TensorClaim>);

/// What a file should be.
#[derive(Debug, Clone, Default)]
pub struct FileClaim {
    /// Bytes, where the manifest says.
    pub size: Option<u64>,
    /// One digest or more, each of another algorithm, the fastest first. A list: there may be very many files.
    digests: Vec<(Algorithm, Digest)>,
}

impl FileClaim {
    /// A claim of these digests, each of another algorithm.
    pub fn new(size: Option<u64>, digests: impl IntoIterator<Item = (Algorithm, Digest)>) -> Self {
        let mut digests: Vec<_> = digests.into_iter().collect();
        digests.sort_unstable_by_key(|(algorithm, _)| *algorithm);
        digests.shrink_to_fit();
        Self { size, digests }
    }

    /// The digest of one algorithm.
    pub fn digest(&self, algorithm: Algorithm) -> Option<Digest> {
        self.digests.iter().find(|(other, _)| *other == algorithm).map(|(_, digest)| *digest)
    }

    /// The digest that is fastest to check: all digests of one manifest have the same author.
    pub(crate) fn fastest(&self) -> Option<(Algorithm, Digest)> {
        self.digests.first().copied()
    }
}

/// What a part of a file should be.
#[derive(Debug, Clone, Copy)]
pub struct RunClaim {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// The hash function.
    pub algorithm: Algorithm,
    /// What it should give.
    pub digest: Digest,
}

/// What a tensor should be.
#[derive(Debug, Clone)]
pub struct TensorClaim {
    /// The file that it lies in.
    pub file: String,
    /// The element type, as spelled in files.
    pub dtype: String,
    /// Elements of each dimension.
    pub shape: Vec<i64>,
    /// BLAKE3 of its bytes.
    pub digest: Digest,
    /// The chaining values of its [`BLOCK`](crate::digest::BLOCK)s; empty if there is only one.
    pub blocks: Vec<Digest>,
}
