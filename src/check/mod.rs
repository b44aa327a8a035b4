//! Checks of graphs: the rules of their format, and what goes wrong in production.
//!
//! Each file is one group of rules. All of them look at the same [`Subject`] and tell the same [`Report`]; none of them
//! changes anything, and their order does not matter.

#![forbid(unsafe_code)]

mod labels;
mod onnx;
mod repeats;
mod report;
mod rules;
mod signature;
mod size;
mod subject;

use crate::error::Result;
use crate::finding::Finding;
use crate::model::Model;
use onnx::Target;
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
    let target = Target::parse(&options.target)?;
    let mut findings = model.findings().to_vec();
    if !model.graphs().is_empty() {
        findings.extend(check_graphs(&Subject::of(model), target.as_ref()));
    }
    Ok(findings)
}

fn check_graphs(subject: &Subject<'_>, target: Option<&Target>) -> Vec<Finding> {
    let mut report = Report::new(subject.graphs);
    onnx::check(subject, target, &mut report);
    signature::check(subject, &mut report);
    labels::check(subject, &mut report);
    size::check(subject, &mut report);
    repeats::check(subject, &mut report);
    report.finish()
}
