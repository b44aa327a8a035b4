//! Trust: what the bytes of a model should be, who says so, and what was found.
//!
//! Expectations come from manifests: files beside the weights, or one that the caller hands over. Each manifest is
//! asked on its own, so all that are found have to agree with the bytes. This module hashes nothing; the load
//! engine does, in the same pass in which it places the bytes.

#![forbid(unsafe_code)]

mod claims;
mod evidence;
mod form;
mod ledger;
mod manifest;
#[cfg_attr(not(feature = "memo"), path = "no_memo.rs")]
mod memo;
mod report;
mod sources;

pub use claims::{FileClaim, RunClaim, TensorClaim};
pub use evidence::{Evidence, Remembered};
pub(crate) use ledger::Ledger;
pub use manifest::Manifest;
pub(crate) use memo::Sight;
pub use memo::{Memo, Recognised};
pub use report::{Line, Outcome, Report, Subject};
pub(crate) use report::{ReportBuilder, ReportFile, Unopened};

pub use sources::{CHECKSUMS_FILE_NAME, GIVEN_MANIFEST, RECORD_FILE_NAME};
pub(crate) use sources::{
    Needed, UNFETCHED_FILE, claims_of_others, gather, is_manifest, needed_names, unfetched_files, write_checksums,
    write_record,
};

/// When bytes have to be checked. Fixed when a model is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// What a manifest covers is checked; a mismatch is an error, missing cover is not.
    #[default]
    IfPresent,
    /// Every weight file that is used must be covered, and no byte of a tensor is handed out before it has been checked.
    /// Names, shapes, metadata, and assets that no manifest covers, are available without a check.
    Required,
    /// Nothing is checked, and no manifest is read.
    None,
}

/// What a verification is about, and what it takes for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Only what manifests list, and the model's own files: the rest of the directory is not looked at.
    pub only_listed: bool,
    /// A file that a manifest lists and that is not there has no line in the report, instead of one that is a mismatch; and a model of the
    /// directory that lacks files is an error only under [`Policy::Required`].
    pub ignores_missing: bool,
    /// A file that no manifest covers is an error of [`Report::verdict`].
    pub refuses_extra: bool,
}

/// Who says what a digest should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The kind of manifest.
    pub source: &'static str,
    /// Where it came from.
    pub anchor: Anchor,
    /// Whether a match counts as cover.
    pub covers: bool,
}

/// Where a manifest came from. One that lies beside the weights guards against accidents, one that the caller
/// gives guards against people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Found beside the weights.
    Beside,
    /// Given by the caller.
    Caller,
}
