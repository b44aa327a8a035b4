//! Checks of models: the rules of their format, and what goes wrong in production.
//!
//! Each file is one group of rules. All of them look at the same `Subject` and tell the same `Report`; none of them
//! changes anything, and their order does not matter. What holds for one format only is a row of `CHECKERS`.

#![forbid(unsafe_code)]

mod goal;
mod labels;
mod lists;
#[cfg(feature = "onnx")]
mod onnx;
mod repeats;
mod report;
mod signature;
mod size;
mod subject;

use crate::error::Result;
use crate::finding::Finding;
use crate::model::Model;
use goal::Goal;
use report::Report;
use subject::Subject;

/// What a model is checked for.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// What has to be able to run it: `"onnx-1.15"`, a release of ONNX, or `"opset-17"`; empty: nothing in particular.
    pub target: String,
}

/// The rules of one format.
struct Checker {
    /// The name of the format.
    format: &'static str,
    /// The targets of the format, in words.
    goals: fn() -> String,
    /// Reads a target; `None`: it is none of this format.
    goal: fn(&str) -> Option<Box<Goal>>,
    /// Checks a model of the format.
    check: fn(&Subject<'_>, &mut Report<'_>),
}

/// The formats that have rules of their own.
const CHECKERS: &[Checker] = &[
    #[cfg(feature = "onnx")]
    onnx::CHECKER,
];

/// Checks the graphs of a model. The findings are sorted by place; none means that there is nothing to say.
///
/// What the reader found when it opened the model comes first, then what concerns the whole model, then the main graph
/// node by node, then the other graphs in the order of the file. A model without graphs has only what the reader found.
///
/// [`Kind::InvalidArgument`](crate::Kind::InvalidArgument): the target is not known, or is one of another format.
pub fn check(model: &Model, options: &CheckOptions) -> Result<Vec<Finding>> {
    let goal = goal::parse(&options.target, model.format())?;
    let mut findings = model.findings().to_vec();
    if model.graphs().is_empty() {
        return Ok(findings);
    }
    let subject = &Subject::of(model);
    let mut report = Report::new(subject.graphs);
    for checker in CHECKERS.iter().filter(|checker| checker.format == model.format()) {
        (checker.check)(subject, &mut report);
    }
    if let Some(goal) = goal {
        goal(subject, &mut report);
    }
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
