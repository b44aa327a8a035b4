//! The checks of an ONNX model.

use weighbridge::Finding;
use weighbridge::check::{CheckOptions, check as check_graphs};

use super::onnx::open;

/// One of them is asked for, by the length of the input.
const TARGETS: &[&str] = &["", "onnx-1.2", "onnx-1.15", "onnx-1.23", "opset-1", "opset-7", "opset-13", "opset-28"];

/// Findings of all rules that one input may have: the rules, times what is kept of each.
const MOST_FINDINGS: usize = 100 * 1_001;

/// Checks a model with and without a target: there are not too many findings, each is one line, and a second look finds
/// the same.
pub fn check(data: &[u8]) {
    let Ok(model) = open(data) else { return };
    let findings = |target: &str| {
        let options = CheckOptions { target: target.to_owned(), ..Default::default() };
        check_graphs(&model, &options).expect("a known target")
    };
    let plain = findings("");
    assert_eq!(findings(""), plain);
    check_findings(&plain);
    let target = TARGETS[data.len() % TARGETS.len()];
    let aimed = findings(target);
    check_findings(&aimed);
    assert!(aimed.len() >= plain.len());
}

fn check_findings(findings: &[Finding]) {
    assert!(findings.len() <= MOST_FINDINGS);
    for finding in findings {
        assert!(!finding.message.is_empty());
        assert!(finding.rule.starts_with("onnx.") || finding.rule.starts_with("model."));
        assert!(!finding.to_string().contains(char::is_control), "{finding:?}");
    }
}
