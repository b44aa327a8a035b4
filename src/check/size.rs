//! How large the weights are. Bytes that tensors share count once.

use std::collections::BTreeMap;

use super::collector::{Collector, Site};
use super::lists::{counted, listed};
use super::subject::Subject;
use crate::error::Result;
use crate::finding::rules::SIZE;
use crate::graph::{Graph, Role, Stored};
use crate::memory;

/// How many tensors and bytes of one sort: of files, where tensors may share them.
#[derive(Default)]
struct Total {
    tensors: usize,
    bytes: u64,
}

pub(super) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let Some(bytes) = collector.note(subject.tensors.stored_bytes()) else { return };
    let mut by_type: BTreeMap<&str, Total> = BTreeMap::new();
    for (tensor, bytes) in subject.tensors.iter().zip(&bytes) {
        by_type.entry(tensor.dtype.name()).or_default().add(*bytes);
    }
    if by_type.is_empty() {
        return collector.add(SIZE, Site::MODEL, || "there are no weight tensors");
    }
    let Some(by_scope) = collector.note(by_scope(subject, &bytes)) else { return };
    collector.add(SIZE, Site::MODEL, || {
        let types = listed(by_type, Total::text);
        if subject.graphs.is_empty() {
            return format!("weights by type: {types}");
        }
        format!("weights by type: {types}; by place: {}", listed(by_scope, Total::text))
    });
}

impl Total {
    fn add(&mut self, bytes: u64) {
        self.tensors += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn text((what, total): (&str, Self)) -> String {
        format!("{what} {} bytes in {}", total.bytes, counted(total.tensors, "tensor"))
    }
}

/// Where the weights are kept. What no graph stores by name is a constant in an attribute.
fn by_scope(subject: &Subject<'_>, bytes: &[u64]) -> Result<BTreeMap<&'static str, Total>> {
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    let mut is_named = memory::filled(false, subject.tensors.len(), "the tensors that graphs name")?;
    for (index, graph) in subject.graphs.iter().enumerate() {
        let scope = match graph.role {
            Role::Entry => "main graph",
            _ if subject.graphs.function_around(index).is_some() => "functions",
            _ => "subgraphs",
        };
        for index in initializers(subject, graph) {
            let Some((bytes, is_named)) = bytes.get(index).zip(is_named.get_mut(index)) else { continue };
            totals.entry(scope).or_default().add(*bytes);
            *is_named = true;
        }
    }
    for (bytes, _) in bytes.iter().zip(is_named).filter(|(_, is_named)| !is_named) {
        totals.entry("attributes").or_default().add(*bytes);
    }
    Ok(totals)
}

/// The tensors that a graph stores.
fn initializers(subject: &Subject<'_>, graph: &Graph) -> impl Iterator<Item = usize> {
    graph.initializers().iter().flat_map(|initializer| stored(subject, initializer.contents))
}

/// The tensors that are stored for an initializer: of a sparse one its parts.
pub(super) fn stored(subject: &Subject<'_>, contents: Stored) -> impl Iterator<Item = usize> + use<> {
    let tensors = match contents {
        Stored::Dense(tensor) => [Some(tensor), None],
        Stored::Sparse(sparse) => {
            let sparse = subject.graphs.sparse().get(sparse);
            [sparse.and_then(|sparse| sparse.values), sparse.and_then(|sparse| sparse.indices)]
        }
        Stored::Unreadable => [None, None],
    };
    tensors.into_iter().flatten()
}
