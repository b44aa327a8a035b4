//! The checks of models: every rule broken once, the verdicts of `onnx.checker`, and models that have nothing wrong.

mod control;
mod initializers;
mod labels;
mod peer;
mod production;
mod rules;
mod targets;
mod weights;

use bytes::Bytes;
use weighbridge::check::{CheckOptions, check};
use weighbridge::{Context, Finding, Model, OpenOptions, Severity};

/// What the checker says of a model in memory.
fn findings(model: &[u8], target: &str) -> Vec<Finding> {
    // A version of the representation that does not exist is not recognized as ONNX.
    let options = OpenOptions { format: Some("onnx".to_owned()), ..OpenOptions::default() };
    let model = Model::from_memory(Bytes::copy_from_slice(model), &options, &Context::new()).unwrap();
    check(&model, &CheckOptions { target: target.to_owned(), ..Default::default() }).unwrap()
}

/// The findings of one rule.
fn of_rule(model: &[u8], rule: &str) -> Vec<Finding> {
    findings(model, "").into_iter().filter(|finding| finding.rule == rule).collect()
}

/// The one finding of a rule.
fn the(model: &[u8], rule: &str, target: &str) -> Finding {
    let mut found = findings(model, target);
    found.retain(|finding| finding.rule == rule);
    assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    found.remove(0)
}

/// A finding in one line: what it says, and what to do.
fn text(finding: &Finding) -> String {
    format!("{}; {}", finding.message, finding.remedy.as_deref().unwrap_or_default())
}

fn errors(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error).collect()
}
