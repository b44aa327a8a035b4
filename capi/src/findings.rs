//! # Findings
//!
//! A check looks at a model: at the rules of its format, at its weights, and at what goes wrong in production. What it finds
//! is data, for a person or for a gate to decide on. Bytes of tensors are read within a budget: the indices of sparse ones,
//! those of tensors that may be the same and, of a model without graphs, all that may hold NaN or infinity.

use std::ffi::c_void;

use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::hooks::{self, wb_progress_fn};
use super::model::{out_of_range, wb_model};
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill, options, plain, status, wb_str};
use weighbridge::check::{CheckOptions, check_with};
use weighbridge::error::Result;
use weighbridge::{Finding, Severity};

/// What a check has found. Immutable; one owner; any thread. Since 0.1.
pub struct wb_findings(Vec<Finding>);

impl Handle for wb_findings {}
impl Owned for wb_findings {}

/// Severity: the model breaks a rule of its format; a runtime may refuse it, or run it wrong. Since 0.1.
pub const WB_SEVERITY_ERROR: u32 = 1;
/// Severity: the model is valid, and something about it goes wrong in production sooner or later. Since 0.1.
pub const WB_SEVERITY_WARNING: u32 = 2;
/// Severity: something that a person who deploys the model wants to know. Since 0.1.
pub const WB_SEVERITY_INFO: u32 = 3;

/// What a model is checked for, and how much of it may be read. Zeroed means nothing in particular; set `struct_size`.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_check_options {
    /// `sizeof(wb_check_options)`.
    pub struct_size: usize,
    /// What has to be able to run the model: `"onnx-1.15"`, a release of ONNX, or `"opset-17"`; empty: nothing in
    /// particular.
    pub target: wb_str,
    /// Bytes of tensors that are read at most; 0: 4 GiB. What was not looked at for this reason is a finding.
    pub max_read_bytes: u64,
    /// Told how far the check is, on this thread: at once, between two groups of rules, every 4 MiB that are read, and at the
    /// end. `total_bytes` is what may be read at most, and tensors are not counted. NULL: nobody is told.
    pub progress: wb_progress_fn,
    /// Passed to `progress`.
    pub user_data: *mut c_void,
}

/// One finding. Set `struct_size` before the call; the texts are borrowed from the findings. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_finding {
    /// `sizeof(wb_finding)`.
    pub struct_size: usize,
    /// `WB_SEVERITY_*`.
    pub severity: u32,
    /// 0.
    pub reserved: u32,
    /// The rule, such as `"onnx.node.arity"`. Stable: programs may decide by it.
    pub rule: wb_str,
    /// Where it is: graphs and nodes from the outside in, such as `"main/loop_3.body/MatMul_7"`, or the name of a file; empty
    /// if it concerns the whole model.
    pub path: wb_str,
    /// What was found and what was expected.
    pub message: wb_str,
    /// What to do about it; empty if that is not known.
    pub remedy: wb_str,
}

impl From<&Finding> for wb_finding {
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

/// The number of notes: what was accepted with a remark when the model was opened. 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_note_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.notes().len()))
}

/// A note, in the order in which they were met. The texts are borrowed from the model. `wb_model_check` begins with the same
/// notes. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_note(m: *const wb_model, index: usize, out: *mut wb_finding) -> wb_status {
    status(|| {
        let note = get(m, "m")?.model.notes().get(index).ok_or_else(|| out_of_range("note", index))?;
        fill(out, &note.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Checks a model. `opt` may be NULL. Works on this thread.
///
/// `WB_OK` says that the check was made, not that the model is good: look at the findings, which belong to the caller.
/// `WB_ERR_INVALID_ARGUMENT`: the target is not known, or is one of another format. `WB_ERR_CANCELLED`: `progress` asked
/// for it. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_check(
    m: *const wb_model,
    opt: *const wb_check_options,
    out: *mut *mut wb_findings,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let model = &get(m, "m")?.model;
        let findings = match options(opt, "opt")? {
            None => model.check(&CheckOptions::default()),
            Some(opt) => check_with(model, &check_options(&opt)?, hooks::progress(opt.progress, opt.user_data)),
        };
        out.set(wb_findings(findings?).into_raw());
        Ok(WB_OK)
    })
}

fn check_options(opt: &wb_check_options) -> Result<CheckOptions> {
    let target = opt.target.text("target")?.to_owned();
    Ok(CheckOptions { target, max_read_bytes: opt.max_read_bytes, cancel: None })
}

/// The number of findings; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_findings_count(f: *const wb_findings) -> usize {
    plain(0, || Ok(get(f, "f")?.0.len()))
}

/// One finding. They are sorted by place. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_findings_get(f: *const wb_findings, index: usize, out: *mut wb_finding) -> wb_status {
    status(|| {
        let finding = get(f, "f")?.0.get(index).ok_or_else(|| out_of_range("finding", index))?;
        fill(out, &finding.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Releases findings. NULL does nothing. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_findings_release(f: *mut wb_findings) {
    plain((), || {
        destroy(f);
        Ok(())
    });
}
