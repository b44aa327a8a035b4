//! # Findings
//!
//! A check examines a model for violations of the rules of its format, for invalid weights, and for common problems in
//! production. It only reports findings; what to do about them is up to the caller. It reads tensors within a budget: the
//! indices of sparse tensors, tensors that may be equal and, in a model without graphs, all that may contain NaN or
//! infinity.
//!
//!   if (wb_model_check(model, NULL, &findings, &err) == WB_OK) {
//!     for (i = 0; i < wb_findings_count(findings); ++i) {
//!       wb_findings_info(findings, i, &finding);
//!     }
//!     wb_findings_release(findings);
//!   }

use std::ffi::c_void;

use super::cancel::wb_cancel;
use super::error::wb_error;
use super::fault::Fault;
use super::handle::{Handle, Owned, destroy, get};
use super::hooks::wb_progress_fn;
use super::model::wb_model;
use super::plan::wb_plan;
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill, options, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::{Finding, Model, Severity};

/// The findings of a check. Immutable; one owner; any thread. Since 0.1.
pub struct wb_findings(Vec<Finding>);

impl Handle for wb_findings {}
impl Owned for wb_findings {}

/// Severity: the model violates a rule of its format; a runtime may reject it or compute wrong results. Since 0.1.
pub const WB_SEVERITY_ERROR: u32 = 1;
/// Severity: the model is valid, but likely to cause a problem in production. Since 0.1.
pub const WB_SEVERITY_WARNING: u32 = 2;
/// Severity: something that a person who deploys the model should know. Since 0.1.
pub const WB_SEVERITY_INFO: u32 = 3;

/// What a model is checked for. Zeroed: the defaults. Set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_check_options {
    /// `sizeof(wb_check_options)`.
    pub struct_size: usize,
    /// What must be able to run the model: a release of ONNX, such as `"onnx-1.15"`, one of ONNX Runtime, such as
    /// `"onnxruntime-1.17"`, or an operator set, such as `"opset-17"`; empty: nothing in particular.
    pub target: wb_str,
    /// The most bytes of tensors that are read; 0: 4 GiB. What is left out for this reason is reported as a finding.
    pub max_read_bytes: u64,
    /// Called on this thread: at once, between groups of rules, after every 4 MiB that are read, and at the end.
    /// `total_bytes` is the most that may be read; tensors are not counted. May be NULL.
    pub progress: wb_progress_fn,
    /// Passed to `progress`.
    pub user_data: *mut c_void,
    /// Cancels the check from another thread; may be NULL.
    pub cancel: *const wb_cancel,
}

/// A finding of a check, or a note of an open or a plan. Set `struct_size` before the call; the texts are borrowed from the findings,
/// the model or the plan. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_finding_info {
    /// `sizeof(wb_finding_info)`.
    pub struct_size: usize,
    /// `WB_SEVERITY_*`.
    pub severity: u32,
    /// 0.
    pub reserved: u32,
    /// The rule, such as `"onnx.node.arity"`. Rules keep their names, so programs may test for them.
    pub rule: wb_str,
    /// Where it was found: graphs and nodes from the outermost, such as `"main/loop_3.body/MatMul_7"`, or the name of a file;
    /// empty if it concerns the whole model.
    pub path: wb_str,
    /// What was found and what was expected.
    pub message: wb_str,
    /// What to do about it; may be empty.
    pub remedy: wb_str,
}

impl From<&Finding> for wb_finding_info {
    fn from(finding: &Finding) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            severity: match finding.severity {
                Severity::Error => WB_SEVERITY_ERROR,
                Severity::Warning => WB_SEVERITY_WARNING,
                Severity::Info => WB_SEVERITY_INFO,
            },
            reserved: 0,
            rule: finding.rule.into(),
            path: (&*finding.path).into(),
            message: (&*finding.message).into(),
            remedy: finding.remedy.as_deref().unwrap_or_default().into(),
        }
    }
}

/// Returns the number of notes: what the open accepted although it deviates from the format. 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_note_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.notes().len()))
}

/// Describes a note. They are in the order in which they were found, and are also the first findings of `wb_model_check`.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_note_info(m: *const wb_model, index: usize, out: *mut wb_finding_info) -> wb_status {
    status(|| {
        let note = get(m, "m")?.model.notes().get(index).ok_or(Fault::OutOfRange("note", index))?;
        fill(out, &note.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Returns the number of notes of a plan: what is likely not meant, such as a cast of FP8 tensors without their scales. 0 for NULL.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_note_count(p: *const wb_plan) -> usize {
    plain(0, || Ok(get(p, "p")?.0.notes().len()))
}

/// Describes a note of a plan. Its texts are borrowed from the plan. `WB_ERR_INVALID_ARGUMENT`: there is no such note. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_plan_note_info(p: *const wb_plan, index: usize, out: *mut wb_finding_info) -> wb_status {
    status(|| {
        let note = get(p, "p")?.0.notes().get(index).ok_or(Fault::OutOfRange("note", index))?;
        fill(out, &note.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Checks a model, on this thread. `opt` may be NULL. The caller owns `*out`. `WB_OK` means that the check was made, not
/// that the model is good.
///
/// `WB_ERR_INVALID_ARGUMENT`: the target is not known, or belongs to another format. `WB_ERR_CANCELLED`: `progress` or
/// `cancel` stopped the check. `WB_ERR_UNSUPPORTED`: a build without the feature "check". Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_check(
    m: *const wb_model,
    opt: *const wb_check_options,
    out: *mut *mut wb_findings,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        wb_findings(check(&get(m, "m")?.model, options(opt, "opt")?)?).give(out)?;
        Ok(WB_OK)
    })
}

#[cfg(feature = "check")]
fn check(model: &Model, opt: Option<wb_check_options>) -> Result<Vec<Finding>> {
    use super::{cancel::cancel_of, hooks};
    use weighbridge::check::{CheckOptions, check_with};

    let Some(opt) = opt else { return model.check(&CheckOptions::default()) };
    let target = opt.target.text("target")?.to_owned();
    let options = CheckOptions { target, max_read_bytes: opt.max_read_bytes, cancel: cancel_of(opt.cancel)? };
    check_with(model, &options, hooks::progress(opt.progress, opt.user_data, None))
}

#[cfg(not(feature = "check"))]
fn check(_: &Model, _: Option<wb_check_options>) -> Result<Vec<Finding>> {
    use weighbridge::error::{Error, Kind};

    Err(Error::new(Kind::Unsupported, "this build cannot check models: expected one with the feature \"check\""))
}

/// Returns the number of findings; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_findings_count(f: *const wb_findings) -> usize {
    plain(0, || Ok(get(f, "f")?.0.len()))
}

/// Describes a finding. The notes of the open come first, then the findings in the order of the graphs and nodes. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_findings_info(f: *const wb_findings, index: usize, out: *mut wb_finding_info) -> wb_status {
    status(|| {
        let finding = get(f, "f")?.0.get(index).ok_or(Fault::OutOfRange("finding", index))?;
        fill(out, &finding.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Releases findings. NULL is allowed. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_findings_release(f: *mut wb_findings) {
    plain((), || {
        destroy(f);
        Ok(())
    });
}
