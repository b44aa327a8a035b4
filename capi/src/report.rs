//! # Verification
//!
//! A report has one line or more for every file and every tensor, and one for every part of a file that has a checksum:
//! by what it was checked, and with what outcome.

use std::sync::Arc;

use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::model::{out_of_range, wb_model};
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill, plain, status, wb_str};
use weighbridge::verify::{Anchor, Cost, Line, Outcome, Report, Subject};

/// What was checked, and what came of it. Immutable; one owner. Since 0.1.
pub struct wb_report(pub(super) Arc<Report>);

impl Handle for wb_report {}
impl Owned for wb_report {}

/// Outcome: no manifest says anything about it. Since 0.1.
pub const WB_CHECK_UNCOVERED: u32 = 0;
/// Outcome: it is what the manifest expects. Since 0.1.
pub const WB_CHECK_MATCH: u32 = 1;
/// Outcome: it is not what the manifest expects. Since 0.1.
pub const WB_CHECK_MISMATCH: u32 = 2;

/// Kind of subject: a file. Since 0.1.
pub const WB_SUBJECT_FILE: u32 = 0;
/// Kind of subject: a tensor. Since 0.1.
pub const WB_SUBJECT_TENSOR: u32 = 1;
/// Kind of subject: a run, which is a part of a file for which the format has a checksum. Since 0.1.
pub const WB_SUBJECT_RUN: u32 = 2;

/// Anchor: the manifest lies beside the weights, and guards against accidents. Since 0.1.
pub const WB_ANCHOR_BESIDE: u32 = 0;
/// Anchor: the caller gave the manifest, which guards against people. Since 0.1.
pub const WB_ANCHOR_CALLER: u32 = 1;

/// One line of a report. Set `struct_size` before the call; the texts are borrowed from the report. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_check {
    /// `sizeof(wb_check)`.
    pub struct_size: usize,
    /// `WB_CHECK_*`.
    pub outcome: u32,
    /// `WB_ANCHOR_*`; without meaning if it is uncovered.
    pub anchor: u32,
    /// The name of the file or tensor; of a run, that of its file.
    pub subject: wb_str,
    /// `"blake3"`, `"sha256"`, `"sha1"`, `"crc32"` or `"crc32c"`; later versions may have more. Empty if it is uncovered.
    pub algorithm: wb_str,
    /// Who expects it: `"SHA256SUMS"`, `"weighbridge.json"`, or the name of the model's format where the model itself says it.
    /// Empty if it is uncovered.
    pub source: wb_str,
    /// The digest in the manifest, in hexadecimal. Where the digest of a file covers a tensor, it is the file's.
    pub expected: wb_str,
    /// The digest of the bytes, in hexadecimal; empty if the file is missing. It may equal `expected` after a mismatch of
    /// size, element type, shape or storage.
    pub actual: wb_str,
    /// `WB_SUBJECT_*`.
    pub kind: u32,
    /// 1 if a match is cover under `WB_VERIFY_REQUIRED`; 0 if it only detects accidents, as what a format says of its own files
    /// does, or if it is uncovered.
    pub covers: u32,
    /// Why it is a mismatch; empty if it is none.
    pub reason: wb_str,
    /// Of a run: bytes from the start of the file. Otherwise 0.
    pub offset: u64,
    /// Of a run: its bytes. Otherwise 0.
    pub bytes: u64,
}

impl From<Line<'_>> for wb_check {
    fn from(line: Line<'_>) -> Self {
        let evidence = line.evidence;
        let (kind, offset, bytes) = match line.subject {
            Subject::File(_) => (WB_SUBJECT_FILE, 0, 0),
            Subject::Tensor(_) => (WB_SUBJECT_TENSOR, 0, 0),
            Subject::Run { offset, len, .. } => (WB_SUBJECT_RUN, offset, len),
        };
        Self {
            struct_size: size_of::<Self>(),
            outcome: match line.outcome {
                Outcome::Uncovered => WB_CHECK_UNCOVERED,
                Outcome::Match => WB_CHECK_MATCH,
                Outcome::Mismatch => WB_CHECK_MISMATCH,
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
            kind,
            covers: evidence.is_some_and(|evidence| evidence.covers).into(),
            reason: line.reason().unwrap_or_default().into(),
            offset,
            bytes,
        }
    }
}

/// Checks every file of a model against its manifests, and goes on after a mismatch. A file that a manifest lists and that
/// is not there is a mismatch. Blocks; the threads of the model's context work, or else this one. For progress and
/// cancel, start a plan with `WB_TARGET_NONE`, which ends with the first mismatch and leaves out assets.
///
/// The report is written, and owned by the caller, also when the call returns `WB_ERR_MISMATCH`, or `WB_ERR_UNVERIFIED`
/// because the policy is `WB_VERIFY_REQUIRED` and something is not covered. After `WB_OK` the bytes that were covered
/// count as checked. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_verify(m: *const wb_model, out: *mut *mut wb_report, err: *mut *mut wb_error) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let model = &get(m, "m")?.model;
        let report = Arc::new(model.verify()?);
        let verdict = report.verdict(model.policy());
        out.set(wb_report(report).into_raw());
        verdict.map(|()| WB_OK)
    })
}

/// The number of lines; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_count(r: *const wb_report) -> usize {
    plain(0, || Ok(get(r, "r")?.0.len()))
}

/// One line: files first, then runs, then tensors. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_check(r: *const wb_report, index: usize, out: *mut wb_check) -> wb_status {
    status(|| {
        let check = get(r, "r")?.0.get(index).ok_or_else(|| out_of_range("check", index))?;
        fill(out, &check.into(), "out")?;
        Ok(WB_OK)
    })
}

/// What one stage of the pass over the bytes has cost. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_cost {
    /// `sizeof(wb_cost)`.
    pub struct_size: usize,
    /// `"prepare"`: taking the memory of the target, waking a device; `"read"`; `"blake3"`, `"sha256"`, `"sha1"`,
    /// `"crc32"`, `"crc32c"`: hashing, also of headers that are compared with what was parsed; `"convert"`: casts, and
    /// joining short rows of slices; `"move"`: making tensors contiguous that are not stored so; `"send"`: pinning
    /// memory, submitting copies and waiting for room, which is not the time of the copies. Later versions may have more.
    /// Static text.
    pub stage: wb_str,
    /// Bytes that went through it.
    pub bytes: u64,
    /// Time that threads spent in it, in nanoseconds: the sum over all of them.
    pub nanoseconds: u64,
}

impl From<&Cost> for wb_cost {
    fn from(cost: &Cost) -> Self {
        let nanoseconds = u64::try_from(cost.time.as_nanos()).unwrap_or(u64::MAX);
        Self { struct_size: size_of::<Self>(), stage: cost.stage.name().into(), bytes: cost.bytes, nanoseconds }
    }
}

/// The number of stages whose cost is known; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_cost_count(r: *const wb_report) -> usize {
    plain(0, || Ok(get(r, "r")?.0.costs().len()))
}

/// What one stage of the pass has cost: for the digests, what checking cost beside reading and placing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_cost(r: *const wb_report, index: usize, out: *mut wb_cost) -> wb_status {
    status(|| {
        let cost = get(r, "r")?.0.costs().get(index).ok_or_else(|| out_of_range("cost", index))?;
        fill(out, &cost.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Releases a report. NULL does nothing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_report_release(r: *mut wb_report) {
    plain((), || {
        destroy(r);
        Ok(())
    });
}
