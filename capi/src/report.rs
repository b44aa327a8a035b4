//! # Verification
//!
//! A verification compares the bytes of a model with what manifests expect. Its report has at least one line for each file
//! and each tensor, and one for each part of a file that has a checksum.
//!
//!   status = wb_model_verify(model, NULL, &report, &err);
//!   for (i = 0; i < wb_report_line_count(report); ++i) {
//!     wb_report_line_info(report, i, &line);
//!   }
//!   wb_report_release(report);

use std::ffi::c_void;
use std::sync::Arc;

use super::cancel::{cancel_of, wb_cancel};
use super::error::wb_error;
use super::fault::Fault;
use super::handle::{Handle, Owned, destroy, get};
use super::hooks::{self, wb_progress_fn};
use super::metrics::wb_cost_info;
use super::model::wb_model;
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill, options, plain, status, wb_str};
use weighbridge::error::{Error, Result};
use weighbridge::verify::{Anchor, Line, Outcome, Report, Subject, VerifyOptions};

/// A report: what was checked, and with what outcome. Immutable; one owner. Since 0.1.
pub struct wb_report(pub(super) Arc<Report>);

impl Handle for wb_report {}
impl Owned for wb_report {}

/// Outcome: no manifest covers the subject. Since 0.1.
pub const WB_OUTCOME_UNCOVERED: u32 = 0;
/// Outcome: the subject is what the manifest expects. Since 0.1.
pub const WB_OUTCOME_MATCH: u32 = 1;
/// Outcome: the subject is not what the manifest expects. Since 0.1.
pub const WB_OUTCOME_MISMATCH: u32 = 2;

/// Subject: a file. Since 0.1.
pub const WB_SUBJECT_FILE: u32 = 0;
/// Subject: a tensor. Since 0.1.
pub const WB_SUBJECT_TENSOR: u32 = 1;
/// Subject: a part of a file for which the format itself has a checksum. Since 0.1.
pub const WB_SUBJECT_RUN: u32 = 2;

/// Anchor: the manifest is beside the weights. It detects accidental corruption, not an attacker who can write there.
/// Since 0.1.
pub const WB_ANCHOR_BESIDE: u32 = 0;
/// Anchor: the caller gave the manifest. It also detects an attacker who can write the files. Since 0.1.
pub const WB_ANCHOR_CALLER: u32 = 1;

/// A line of a report. Set `struct_size` before the call; the texts are borrowed from the report. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_line_info {
    /// `sizeof(wb_line_info)`.
    pub struct_size: usize,
    /// `WB_OUTCOME_*`.
    pub outcome: u32,
    /// `WB_ANCHOR_*`; not used by `WB_OUTCOME_UNCOVERED`.
    pub anchor: u32,
    /// The name of the file or tensor; for `WB_SUBJECT_RUN`, of the file.
    pub subject: wb_str,
    /// `"blake3"`, `"sha256"`, `"sha1"`, `"git-sha1"`, `"crc32"` or `"crc32c"`; later versions may have more. Empty if
    /// uncovered.
    pub algorithm: wb_str,
    /// Where the expectation comes from: `"SHA256SUMS"`, `"weighbridge.json"`, `"huggingface-cache"`,
    /// `"huggingface-local-dir"`, `"git-lfs"`, `"oci"`, `"ollama"`, or the name of the model's format if the model contains it;
    /// `"memo"` if the bytes were not read. Empty if uncovered. Later versions may have more.
    pub source: wb_str,
    /// The expected digest, in hexadecimal. If a tensor is covered by the digest of its file, that of the file.
    pub expected: wb_str,
    /// The digest of the bytes, in hexadecimal; empty if the file is missing. It equals `expected` if the mismatch is one of
    /// size, element type, shape or storage: see `reason`.
    pub actual: wb_str,
    /// `WB_SUBJECT_*`.
    pub subject_kind: u32,
    /// 1 if a match satisfies `WB_VERIFY_REQUIRED`; 0 if it only detects accidents, as checksums of a format do, or if
    /// uncovered.
    pub covers: u32,
    /// For a mismatch, what differs; for a match from the memo, by what the file was recognised; else empty.
    pub reason: wb_str,
    /// For `WB_SUBJECT_RUN`, where it begins, in bytes from the start of the file; else 0.
    pub offset: u64,
    /// For `WB_SUBJECT_RUN`, its length in bytes; else 0.
    pub bytes: u64,
}

impl From<Line<'_>> for wb_line_info {
    fn from(line: Line<'_>) -> Self {
        let evidence = line.evidence;
        let (subject_kind, offset, bytes) = match line.subject {
            Subject::File(_) => (WB_SUBJECT_FILE, 0, 0),
            Subject::Tensor(_) => (WB_SUBJECT_TENSOR, 0, 0),
            Subject::Run { offset, len, .. } => (WB_SUBJECT_RUN, offset, len),
        };
        Self {
            struct_size: size_of::<Self>(),
            outcome: match line.outcome {
                Outcome::Uncovered => WB_OUTCOME_UNCOVERED,
                Outcome::Match => WB_OUTCOME_MATCH,
                Outcome::Mismatch => WB_OUTCOME_MISMATCH,
            },
            anchor: match evidence.map(|evidence| evidence.anchor) {
                Some(Anchor::Caller) => WB_ANCHOR_CALLER,
                Some(Anchor::Beside) | None => WB_ANCHOR_BESIDE,
            },
            subject: line.subject.name().into(),
            algorithm: evidence.map_or("", |evidence| evidence.algorithm.name()).into(),
            source: evidence.map_or("", |evidence| evidence.source).into(),
            expected: evidence.map_or("", |evidence| &evidence.expected).into(),
            actual: evidence.map_or("", |evidence| &evidence.actual).into(),
            subject_kind,
            covers: evidence.is_some_and(|evidence| evidence.covers).into(),
            reason: line.reason().unwrap_or_default().into(),
            offset,
            bytes,
        }
    }
}

/// How a model is verified. Zeroed: the defaults. Set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_verify_options {
    /// `sizeof(wb_verify_options)`.
    pub struct_size: usize,
    /// Called on this thread: at once, then about twenty times a second, and at the end. May be NULL.
    pub progress: wb_progress_fn,
    /// Passed to `progress`.
    pub user_data: *mut c_void,
    /// Cancels the verification from another thread; may be NULL.
    pub cancel: *const wb_cancel,
    /// `WB_VERIFY_ONLY_LISTED`, `WB_VERIFY_IGNORE_MISSING` and `WB_VERIFY_REFUSE_EXTRA`, combined with `|`.
    pub flags: u64,
}

/// Verify flag: only what manifests list, and the model's own files: the rest of the directory is not looked at. Since 0.1.
pub const WB_VERIFY_ONLY_LISTED: u64 = 1;
/// Verify flag: a file that a manifest lists and that does not exist has no line, instead of one that is a mismatch. A download of
/// a part of a repository may have such files. Since 0.1.
pub const WB_VERIFY_IGNORE_MISSING: u64 = 2;
/// Verify flag: a file of the directory that no manifest covers is `WB_ERR_UNVERIFIED`. Since 0.1.
pub const WB_VERIFY_REFUSE_EXTRA: u64 = 4;

/// Checks every file of a model against the manifests, and continues after a mismatch. Of a directory these are all files in it,
/// assets and those in sub-folders included; hidden ones are left out unless a manifest lists them. A file that a manifest lists
/// and that does not exist is a mismatch. `opt` may be NULL. The threads of the model's context do the
/// work; if it has none, the calling thread does.
///
/// The caller owns `*out`, which is also written when the call returns `WB_ERR_MISMATCH`, or `WB_ERR_UNVERIFIED`: under
/// `WB_VERIFY_REQUIRED`, something is not covered. After `WB_OK` the bytes that were covered count as checked. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_verify(
    m: *const wb_model,
    opt: *const wb_verify_options,
    out: *mut *mut wb_report,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let model = &get(m, "m")?.model;
        let report = match options(opt, "opt")? {
            None => model.verify()?,
            Some(opt) => {
                let progress = hooks::progress(opt.progress, opt.user_data, cancel_of(opt.cancel)?);
                model.verify_with(verify_options(opt.flags)?, progress)?
            }
        };
        let report = Arc::new(report);
        let verdict = report.verdict(model.policy());
        wb_report(report).give(out)?;
        verdict.map(|()| WB_OK)
    })
}

fn verify_options(flags: u64) -> Result<VerifyOptions> {
    let has = |flag| flags & flag != 0;
    if has(!(WB_VERIFY_ONLY_LISTED | WB_VERIFY_IGNORE_MISSING | WB_VERIFY_REFUSE_EXTRA)) {
        return Err(Error::invalid(format!("{flags:#x} is not known")).with_subject("flags"));
    }
    Ok(VerifyOptions {
        only_listed: has(WB_VERIFY_ONLY_LISTED),
        ignores_missing: has(WB_VERIFY_IGNORE_MISSING),
        refuses_extra: has(WB_VERIFY_REFUSE_EXTRA),
    })
}

/// Returns the number of lines; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_line_count(r: *const wb_report) -> usize {
    plain(0, || Ok(get(r, "r")?.0.len()))
}

/// Describes a line. Files come first, then parts of files, then tensors. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_line_info(r: *const wb_report, index: usize, out: *mut wb_line_info) -> wb_status {
    status(|| {
        let line = get(r, "r")?.0.get(index).ok_or(Fault::OutOfRange("line", index))?;
        fill(out, &line.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Returns the number of stages whose cost is known; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_cost_count(r: *const wb_report) -> usize {
    plain(0, || Ok(get(r, "r")?.0.costs().len()))
}

/// Describes the cost of a stage. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_cost_info(r: *const wb_report, index: usize, out: *mut wb_cost_info) -> wb_status {
    status(|| {
        let cost = get(r, "r")?.0.costs().get(index).ok_or(Fault::OutOfRange("cost", index))?;
        fill(out, &cost.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Releases a report. NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_release(r: *mut wb_report) {
    plain((), || {
        destroy(r);
        Ok(())
    });
}
