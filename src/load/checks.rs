//! What a pass has to hash, and what the digests should be.

mod gather;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::digest::{Algorithm, Digest, block_count};
use crate::storage::Witness;
use crate::verify::{Manifest, Memo, Origin, Recognised, Sight};

/// What memory is asked for.
pub(super) const CHECKS: &str = "the checks";

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    File(usize),
    /// A range of a file, which must still be what it was when it was used.
    Used(usize),
    Tensor(usize),
    /// A part of a file: the range of the check.
    Run(usize),
}

/// One digest to make, and what it is compared with.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) item: Item,
    pub(crate) algorithm: Algorithm,
    pub(crate) file: usize,
    pub(crate) start: u64,
    pub(crate) len: u64,
    pub(crate) claims: Vec<Claim>,
    /// For a range that is used elsewhere: what it was there.
    pub(super) witness: Option<Arc<Witness>>,
    /// For a file, where there is a memo.
    pub(super) memo: Option<Box<InMemo>>,
    /// For a tensor that is not hashed whole: which of its blocks are, and what the manifest says about all of them.
    pub(super) cover: Option<Cover>,
}

/// What a memo has of a file, or is to have.
#[derive(Debug, Clone)]
pub(super) struct InMemo {
    /// What the manifest says of the file and of the tensors in it.
    pub(super) statement: Digest,
    /// By what the file was recognised as one of which that was true and that has not been touched since, and its digest. It is not
    /// hashed.
    pub(super) known: Option<(Recognised, Digest)>,
}

/// The blocks of a tensor that cover a slice of it.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    pub(super) blocks: Range<u32>,
    /// The values of all blocks, which recombine to the tensor's digest.
    pub(super) stated: Vec<Digest>,
}

/// What one manifest expects of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) origin: Origin,
    pub(crate) expected: Digest,
    /// Set when the bytes cannot be right, whatever their digest.
    pub(crate) contradiction: Option<String>,
}

impl Claim {
    fn is_contradicted(&self) -> bool {
        self.contradiction.is_some()
    }
}

/// A range of one file that must be hashed in order by one thread: a part of a check, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HashRange {
    pub(super) file: u32,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) check: u32,
    pub(super) block: u32,
}

/// What a pass over whole files is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// All that manifests say: those of the payload, and some for this pass.
    Verify { also: &'a [Manifest] },
    /// Everything that can be hashed, compared with nothing.
    Measure,
    /// These tensors, each in one run, compared with nothing.
    Tensors(&'a [usize]),
}

impl Scope<'_> {
    /// What can be done where tensors overlap so much that hashing each of them is too much work.
    fn cure(self) -> &'static str {
        match self {
            Self::Verify { .. } => "use a manifest that states digests of whole files",
            Self::Tensors(_) => "compare the models by manifests",
            Self::Measure => "list the files in a SHA256SUMS made by sha256sum, which states nothing of single tensors",
        }
    }
}

/// All checks of a pass.
#[derive(Debug, Default)]
pub(super) struct Checks {
    pub(super) list: Vec<Check>,
    /// In the order of storage; first those that are necessary, then those that only confirm what is known.
    pub(super) ranges: Vec<HashRange>,
    /// How many ranges are necessary.
    pub(super) necessary: usize,
    /// Checks that need the same digests of the same bytes: the one for which the bytes are hashed, and one that takes
    /// over its digests; sorted.
    pub(super) shared: Vec<(u32, u32)>,
    /// Whether digests of tensors are compared also where a digest of their file covers them: a manifest that contradicts
    /// itself is noticed then.
    confirms: bool,
    /// Whether files are compared with what tools noted of them before they were modified.
    asks_outdated: bool,
    /// Those comparisons, by the tensor and its range. They are left out where they would be too much work.
    confirmations: Vec<(Item, (usize, u64, u64), Claim)>,
    /// The check of each range that is hashed whole: what it is about, how, bytes from the start of the file, bytes.
    known: HashMap<(Item, Algorithm, u64, u64), u32>,
    /// How the files looked that may have been verified before; nothing for those that a memo cannot know.
    pub(super) sights: HashMap<usize, Option<Sight>>,
}

impl Check {
    /// Whether a match of the whole item is more than the absence of an accident.
    pub(super) fn covers(&self) -> bool {
        self.cover.is_none() && self.claims.iter().any(|claim| claim.origin.covers)
    }

    /// For a file that is not hashed because it was verified before: by what it was recognised, and its digest.
    pub(super) fn remembered(&self) -> Option<(Recognised, Digest)> {
        self.memo.as_ref().filter(|_| Memo::IS_BUILT)?.known
    }

    /// The blocks that the pass hashes.
    pub(super) fn hashed_blocks(&self) -> Range<u32> {
        match (self.remembered(), &self.cover) {
            (Some(_), _) => 0..0,
            (None, Some(cover)) => cover.blocks.clone(),
            (None, None) => 0..self.blocks(),
        }
    }

    /// How many ranges make the digest.
    pub(super) fn blocks(&self) -> u32 {
        match self.algorithm {
            Algorithm::Blake3 => block_count(self.len) as u32,
            _ => 1,
        }
    }
}
