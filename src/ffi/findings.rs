//! # Findings
//!
//! A check looks at the graphs of a model: at the rules of their format, and at what goes wrong in production. What it finds
//! is data, for a person or for a gate to decide on. Of the bytes of tensors only a few are read: the indices of sparse ones, and
//! those of tensors that may be the same.

use super::error::wb_error;
use super::handle::{Handle, Owned, destroy, get};
use super::model::{out_of_range, wb_model};
use super::status::{WB_OK, wb_status};
use super::{Out, call, fill, options, plain, status, wb_str};
use crate::check::{CheckOptions, check};
use crate::error::Result;
use crate::finding::{Finding, Severity};

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

/// What a model is checked for. Zeroed means nothing in particular; set `struct_size`. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_check_options {
    /// `sizeof(wb_check_options)`.
    pub struct_size: usize,
    /// What has to be able to run the model: `"onnx-1.15"`, a release of ONNX, or `"opset-17"`; empty: nothing in
    /// particular.
    pub target: wb_str,
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

/// Checks the graphs of a model; of one of weights only there are just the notes. `opt` may be NULL. Works on this thread.
///
/// `WB_OK` says that the check was made, not that the model is good: look at the findings, which belong to the caller.
/// `WB_ERR_INVALID_ARGUMENT`: the target is not known. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_check(
    m: *const wb_model,
    opt: *const wb_check_options,
    out: *mut *mut wb_findings,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let findings = check(&get(m, "m")?.model, &check_options(opt)?)?;
        out.set(wb_findings(findings).into_raw());
        Ok(WB_OK)
    })
}

fn check_options(opt: *const wb_check_options) -> Result<CheckOptions> {
    let Some(opt) = options(opt, "opt")? else { return Ok(CheckOptions::default()) };
    Ok(CheckOptions { target: opt.target.text("target")?.to_owned() })
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
