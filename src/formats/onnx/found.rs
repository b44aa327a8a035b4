//! What the parts of a model are read into, and the smallest parts.

use std::ops::Range;

use super::proto::{OperatorSetIdProto, StringStringEntryProto};
use super::tensors::Tensors;
use crate::error::Result;
use crate::finding::Notes;
use crate::formats::protobuf::Skeleton;
use crate::graph::{Graph, Graphs, OnnxFacts, Opset, Role};
use crate::limits::Budget;

/// What has been read so far.
pub(super) struct Found<'s, 't> {
    pub skeleton: &'s Skeleton,
    pub graphs: Graphs,
    /// What becomes [`Graphs::onnx`].
    pub facts: OnnxFacts,
    pub tensors: Tensors<'t>,
    pub budget: &'t Budget,
    /// What breaks a rule and can be put up with.
    pub notes: &'t mut Notes,
}

impl Found<'_, '_> {
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
