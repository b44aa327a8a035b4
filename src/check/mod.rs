//! Checks of graphs: the rules of their format, and what goes wrong in production.
//!
//! Each file is one group of rules. All of them look at the same `Subject` and tell the same `Report`; none of them
//! changes anything, and their order does not matter.

#![forbid(unsafe_code)]

mod labels;
#[cfg(feature = "onnx")]
mod onnx;
mod repeats;
mod report;
mod signature;
mod size;
mod subject;

use crate::error::Result;
#[cfg(not(feature = "onnx"))]
use crate::error::{Error, Kind};
use crate::finding::Finding;
use crate::model::Model;
use report::Report;
use subject::Subject;

/// What a model is checked for.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// What has to be able to run it: `"onnx-1.15"`, a release of ONNX, or `"opset-17"`; empty: nothing in particular.
    pub target: String,
}

/// Checks the graphs of a model. The findings are sorted by place; none means that there is nothing to say.
///
/// What the reader found when it opened the model comes first, then what concerns the whole model, then the main graph
/// node by node, then the other graphs in the order of the file. A model without graphs has only what the reader found.
pub fn check(model: &Model, options: &CheckOptions) -> Result<Vec<Finding>> {
    #[cfg(feature = "onnx")]
    let target = onnx::Target::parse(&options.target)?;
    #[cfg(not(feature = "onnx"))]
    if !options.target.is_empty() {
        return Err(Error::new(Kind::Unsupported, "this build checks no format for a target"));
    }
    let mut findings = model.notes().to_vec();
    if model.graphs().is_empty() {
        return Ok(findings);
    }
    let subject = &Subject::of(model);
    let mut report = Report::new(subject.graphs);
    #[cfg(feature = "onnx")]
    onnx::check(subject, target.as_ref(), &mut report);
    check_any(subject, &mut report);
    findings.extend(report.finish());
    Ok(findings)
}

/// What concerns graphs of every format.
fn check_any(subject: &Subject<'_>, report: &mut Report<'_>) {
    signature::check(subject, report);
    labels::check(subject, report);
    size::check(subject, report);
    repeats::check(subject, report);
}
