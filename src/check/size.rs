//! How large the weights are, and whether they are in the right place.

use std::collections::BTreeMap;

use super::report::{Place, Report, advise};
use super::rules::{SIZE, SIZE_INLINE, SIZE_LIMIT};
use super::signature::listed_or_nothing;
use super::subject::Subject;
use crate::graph::{Graph, Role, Stored};

/// What protobuf can hold in one message.
const PROTOBUF_LIMIT: u64 = 2 << 30;

/// Weights above this are better kept in files of their own: they can be mapped, shared and replaced.
const MUCH: u64 = 100_000_000;

/// How many tensors and bytes of one sort.
#[derive(Default)]
struct Total {
    tensors: u64,
    bytes: u64,
}

pub(super) fn check(subject: &Subject<'_>, report: &mut Report<'_>) {
    let mut by_type: BTreeMap<&str, Total> = BTreeMap::new();
    for tensor in subject.tensors.iter() {
        by_type.entry(tensor.dtype.name()).or_default().add(tensor.span.len);
    }
    let by_scope = by_scope(subject);
    report.add(SIZE, Place::MODEL, || {
        let (types, scopes) = (listed_or_nothing(by_type, Total::text), listed_or_nothing(by_scope, Total::text));
        format!("weights by type: {types}; by place: {scopes}")
    });
    report_inline(subject, report);
}

impl Total {
    fn add(&mut self, bytes: u64) {
        self.tensors += 1;
        // Tensors may overlap, and be more than their files.
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn text((what, total): (&str, Self)) -> String {
        format!("{what} {} bytes in {} tensors", total.bytes, total.tensors)
    }
}

/// Where the weights are kept. What no graph stores by name is a constant in an attribute.
fn by_scope(subject: &Subject<'_>) -> BTreeMap<&'static str, Total> {
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    let mut is_named = vec![false; subject.tensors.len()];
    for (index, graph) in subject.graphs.iter().enumerate() {
        let scope = match graph.role {
            Role::Entry => "main graph",
            _ if subject.graphs.function_around(index).is_some() => "functions",
            _ => "subgraphs",
        };
        for index in initializers(subject, graph) {
            let Some((tensor, is_named)) = subject.tensors.get(index).zip(is_named.get_mut(index)) else { continue };
            totals.entry(scope).or_default().add(tensor.span.len);
            *is_named = true;
        }
    }
    for (tensor, _) in subject.tensors.iter().zip(is_named).filter(|(_, is_named)| !is_named) {
        totals.entry("attributes").or_default().add(tensor.span.len);
    }
    totals
}

/// The tensors that a graph stores; of sparse ones their parts.
fn initializers(subject: &Subject<'_>, graph: &Graph) -> impl Iterator<Item = usize> {
    graph
        .initializers()
        .iter()
        .flat_map(|initializer| match initializer.contents {
            Stored::Dense(tensor) => [Some(tensor), None],
            Stored::Sparse(sparse) => {
                let sparse = subject.graphs.sparse().get(sparse);
                [sparse.and_then(|sparse| sparse.values), sparse.and_then(|sparse| sparse.indices)]
            }
            Stored::Unreadable => [None, None],
        })
        .flatten()
}

/// Weights that would be better off in files of their own.
fn report_inline(subject: &Subject<'_>, report: &mut Report<'_>) {
    const REMEDY: &str = "save the model with external data";
    if subject.main_file > PROTOBUF_LIMIT {
        report.add(SIZE_LIMIT, Place::MODEL, || {
            let bytes = subject.main_file;
            advise(format!("the model file has {bytes} bytes: tools that use protobuf refuse more than 2 GiB"), REMEDY)
        });
    } else if subject.inline > MUCH {
        report.add(SIZE_INLINE, Place::MODEL, || {
            advise(format!("{} bytes of weights are inside the model file", subject.inline), REMEDY)
        });
    }
}
