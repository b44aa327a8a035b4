//! What the parts of a model are read into, and the smallest parts.

use std::ops::Range;

use super::proto::{OperatorSetIdProto, StringStringEntryProto};
use super::tensors::Tensors;
use crate::error::{Printable, Result};
use crate::finding::{Finding, Severity};
use crate::formats::protobuf::Skeleton;
use crate::graph::{Graph, Graphs, OnnxFacts, Opset, Role};

/// What has been read so far.
pub(super) struct Found<'s, 't> {
    pub skeleton: &'s Skeleton,
    pub graphs: Graphs,
    /// What becomes [`Graphs::onnx`].
    pub facts: OnnxFacts,
    pub tensors: Tensors<'t>,
    pub findings: Vec<Finding>,
}

/// Nobody reads more, and each takes more memory than what it is about.
const MAX_FINDINGS: usize = 10_000;

impl Found<'_, '_> {
    /// Notes something that breaks a rule and can be put up with.
    pub(super) fn find(&mut self, severity: Severity, rule: &'static str, path: &str, message: String) {
        if self.findings.len() < MAX_FINDINGS {
            let [path, message] = [path, &message].map(|text| Printable(text).to_string());
            self.findings.push(Finding::new(severity, rule, path, message));
        }
    }

    /// Makes a place for a graph: before those of the graphs inside it.
    pub(super) fn reserve(&mut self, role: Role) -> usize {
        self.graphs.graphs.push(Graph::empty(role, self.skeleton.text.clone()));
        self.graphs.graphs.len() - 1
    }
}

pub(super) fn opset(skeleton: &Skeleton, range: Range<usize>) -> Result<Opset> {
    let OperatorSetIdProto { domain, version } = skeleton.message(range)?;
    Ok(Opset { domain: plain_domain(&domain.unwrap_or_default()).to_owned(), version: version.unwrap_or_default() })
}

pub(super) fn entry(skeleton: &Skeleton, range: Range<usize>) -> Result<(String, String)> {
    let StringStringEntryProto { key, value } = skeleton.message(range)?;
    Ok((key.unwrap_or_default(), value.unwrap_or_default()))
}

/// The default domain has two spellings: this, and nothing.
pub(super) const DEFAULT_DOMAIN: &str = "ai.onnx";

pub(super) fn plain_domain(domain: &str) -> &str {
    if domain == DEFAULT_DOMAIN { "" } else { domain }
}
