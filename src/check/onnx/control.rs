//! Graphs that run a part of themselves or not, or any number of times.

use crate::check::collector::{Collector, Site, advise, quoted};
use crate::finding::rules::{CONTROL_FLOW, CONTROL_GRAPH};
use crate::graph::{Graph, Node};

/// The operators whose data decides what runs.
const FLOW: &[(&str, &str)] = &[
    ("If", "which of its branches runs depends on the data"),
    ("Loop", "how often its body runs depends on the data"),
    ("Scan", "its body runs once for each slice of its inputs"),
    ("SequenceMap", "its body runs once for each element of a sequence"),
];

/// Checks a node of the graph with this index. All that is looked for has a graph in an attribute.
pub(super) fn check(index: usize, graph: &Graph, node: &Node<'_>, collector: &mut Collector<'_>) {
    for attribute in graph.attributes(node).filter(|attribute| !attribute.graphs().is_empty()) {
        let site = Site::node(index, node.index);
        let flow = FLOW.iter().find(|(op, _)| *op == node.op && node.domain.is_empty());
        if let Some((op, reason)) = flow {
            collector.add(CONTROL_FLOW, site, || {
                advise(
                    format!("`{op}`: {reason}"),
                    "check that the runtime supports it, and test with data that takes every path through it",
                )
            });
            return;
        }
        collector.add(CONTROL_GRAPH, site, || {
            let count = attribute.graphs().len();
            format!("{} has {count} graphs in attribute {}", quoted(node.op), quoted(attribute.name))
        });
    }
}
