//! What the parts of a model are read into, and the smallest parts.

use std::ops::Range;

use super::proto::OperatorSetIdProto;
use super::tensors::Tensors;
use crate::error::Result;
use crate::finding::Notes;
use crate::formats::protobuf::{Skeleton, fields};
use crate::graph::{Graph, Graphs, OnnxFacts, Opset, Role};
use crate::limits::Budget;
use crate::memory;

/// What memory is asked for.
pub(super) const GRAPHS: &str = "the graphs of the model";

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
    pub(super) fn reserve(&mut self, role: Role) -> Result<usize> {
        memory::check()?;
        memory::push(&mut self.graphs.graphs, Graph::empty(role, self.skeleton.text.clone()), GRAPHS)?;
        Ok(self.graphs.graphs.len() - 1)
    }
}

pub(super) fn opset(skeleton: &Skeleton, range: Range<usize>) -> Result<Opset> {
    let OperatorSetIdProto { domain, version } = skeleton.message(range)?;
    Ok(Opset { domain: plain_domain(&domain.unwrap_or_default()).to_owned(), version: version.unwrap_or_default() })
}

/// A key and its value (onnx.proto, StringStringEntryProto), which may be of any length.
pub(super) fn entry(skeleton: &Skeleton, range: Range<usize>) -> Result<(String, String)> {
    let (mut key, mut value) = (0..0, 0..0);
    for (number, part) in fields(&skeleton.text, range) {
        match number {
            1 => key = part.range(),
            2 => value = part.range(),
            _ => {}
        }
    }
    memory::check()?;
    Ok((skeleton.string(key)?, skeleton.string(value)?))
}

/// The default domain has two spellings: this, and nothing.
pub(super) const DEFAULT_DOMAIN: &str = "ai.onnx";

pub(super) fn plain_domain(domain: &str) -> &str {
    if domain == DEFAULT_DOMAIN { "" } else { domain }
}
