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
    /// One digest or more, each of another algorithm.
    pub digests: BTreeMap<Algorithm, Digest>,
}

impl FileClaim {
    /// The digest that is fastest to check: all digests of one manifest have the same author.
    pub(crate) fn fastest(&self) -> Option<(Algorithm, Digest)> {
        self.digests.first_key_value().map(|(algorithm, digest)| (*algorithm, *digest))
    }
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
