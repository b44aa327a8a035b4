//! What a reader hands over: everything that a model is made of.

use std::sync::Arc;

use bytes::Bytes;

use crate::digest::{Algorithm, Digest, Hasher};
use crate::graph::Graphs;
use crate::metadata::Metadata;
use crate::storage::{Source, Witness};
use crate::tensor::TensorTable;

/// What a reader found.
#[derive(Default)]
pub(crate) struct Parsed {
    /// The format's name in the table.
    pub format: &'static str,
    /// The files that tensors lie in; [`Span::file`](crate::tensor::Span::file) counts in this list.
    pub weights: Vec<WeightFile>,
    /// Files that only describe: an index. They were read into memory, and these are the bytes that were used.
    pub descriptions: Vec<Source>,
    /// The tensors.
    pub tensors: TensorTable,
    /// Tensors that are present, but not part of the model.
    pub unindexed: Vec<Unindexed>,
    /// What the model says about itself.
    pub metadata: Metadata,
    /// Names of the other files of the model's directory, sorted.
    pub assets: Vec<String>,
    /// What the format says that files, or parts of them, should be.
    pub claims: Vec<Claim>,
    /// The graphs; none if the format has weights only.
    pub graphs: Graphs,
}

impl Parsed {
    /// A model of nothing. A reader names what its format has, and nothing else.
    pub(super) fn new(format: &'static str) -> Self {
        Self { format, ..Self::default() }
    }
}

/// A file with tensors in it, or what has been made of parts of one.
pub(crate) struct WeightFile {
    /// Its bytes.
    pub source: Source,
    /// The parts of it that were parsed, or that contents are built from: all readings of them have to agree.
    pub used: Vec<UsedPart>,
    /// For contents that are built: the file that they are built from. Such files come after all others.
    pub base: Option<usize>,
    /// What says which of its bytes are which tensor's.
    pub described_by: DescribedBy,
}

/// Where it stands which bytes of a file are which tensor's. Whoever can change that gives the same bytes another
/// meaning, so the digest of a file is only as good as that of what describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum DescribedBy {
    /// In the file, or in the one that it is built from.
    #[default]
    Itself,
    /// In another weight file, by its index.
    Weights(usize),
    /// In one of the descriptions, by its index.
    #[cfg_attr(
        not(feature = "trial"),
        allow(dead_code, reason = "no format of this release has a description that says where tensors lie")
    )]
    Description(usize),
}

/// A range of a file that is used.
pub(crate) enum UsedPart {
    /// Its bytes are gone, or have not been read yet.
    Witness(Arc<Witness>),
    /// Parts of a header that are still there: they are hashed only if somebody will compare the digest.
    Kept { start: u64, parts: Vec<Bytes> },
}

impl UsedPart {
    pub(crate) fn witness(self) -> Arc<Witness> {
        match self {
            Self::Witness(witness) => witness,
            Self::Kept { start, parts } => {
                let len = parts.iter().map(|part| part.len() as u64).sum();
                let mut hasher = Hasher::whole(Algorithm::Blake3, len);
                parts.iter().for_each(|part| hasher.update(part));
                Arc::new(Witness::of_header(start, len, hasher.finish()))
            }
        }
    }
}

/// What a format itself says that bytes should be. Whoever writes the model writes that too: it detects accidents.
pub(crate) struct Claim {
    /// Which bytes.
    pub of: Claimed,
    /// The hash function.
    pub algorithm: Algorithm,
    /// What it should give.
    pub digest: Digest,
}

/// The bytes that a claim is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// A whole file, by its name within the model.
    File(String),
    /// `len` bytes of a file from `offset`.
    #[cfg_attr(
        not(feature = "trial"),
        allow(
            dead_code,
            reason = "archives and bundles have checksums of their parts; no format of this release is one"
        )
    )]
    Run { file: String, offset: u64, len: u64 },
}

/// Alignment of the pointers to contents that are built, in bytes: that of the widest elements.
pub(crate) const BUILT_ALIGNMENT: u32 = 8;

/// A tensor that lies in a file, but that the weight map does not assign to that file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unindexed {
    /// The tensor's name.
    pub name: String,
    /// The file that it lies in.
    pub file: String,
}
