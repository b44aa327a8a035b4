//! Graphs that run a part of themselves or not, or any number of times.

use super::bindings::is_flow;
use super::origin::are_decided_by_data;
use super::scope::Scopes;
use crate::check::collector::{Collector, Site, quoted};
use crate::check::topic::Topic;
use crate::error::Result;
use crate::finding::rules::{CONTROL_FLOW, CONTROL_GRAPH, CONTROL_SHAPE};
use crate::graph::{Graphs, Node, Role};
use crate::memory;
use crate::sort;

/// What memory is asked for.
const HOLDERS: &str = "the nodes that hold graphs";

const BY_DATA: Topic = Topic {
    rule: CONTROL_FLOW,
    message: "what an operator runs, or how often, can depend on the data",
    remedy: "check that the runtime supports it, and test with data that takes every path",
};

const BY_SHAPE: Topic = Topic {
    rule: CONTROL_SHAPE,
    message: "what an operator runs, or how often, depends only on constants and on the shapes of the inputs",
    remedy: "check that the runtime supports it; it is settled once the shapes of the inputs are fixed",
};

const HELD: Topic = Topic { rule: CONTROL_GRAPH, message: "an operator has graphs as attributes", remedy: "" };

pub(super) fn check(graphs: &Graphs, scopes: &Scopes<'_>, collector: &mut Collector<'_>) {
    let Some(holders) = collector.note(holders(graphs, scopes)) else { return };
    let node = |(graph, node): (usize, usize)| graphs.get(graph)?.node(node);
    let is_flow = |holder: &(usize, usize)| node(*holder).is_some_and(|node| is_flow(&node));
    for place in holders.iter().copied().filter(|holder| !is_flow(holder)) {
        tell(&HELD, place, node(place), collector);
    }
    let flow = memory::collect(holders.iter().copied().filter(is_flow), HOLDERS);
    let Some(flow) = collector.note(flow).filter(|flow| !flow.is_empty()) else { return };
    let Some(by_data) = collector.note(are_decided_by_data(graphs, scopes, &flow)) else { return };
    for (place, by_data) in flow.into_iter().zip(by_data) {
        tell(if by_data { &BY_DATA } else { &BY_SHAPE }, place, node(place), collector);
    }
}

/// The nodes that hold graphs, each with the index of its own graph. Sorted.
fn holders(graphs: &Graphs, scopes: &Scopes<'_>) -> Result<Vec<(usize, usize)>> {
    let mut holders = Vec::new();
    for graph in graphs.iter() {
        if let Role::Subgraph { graph, node, .. } = graph.role
            && scopes.is_used(graph)
        {
            memory::push(&mut holders, (graph, node), HOLDERS)?;
        }
    }
    sort::sort(&mut holders);
    holders.dedup();
    Ok(holders)
}

fn tell(topic: &'static Topic, (graph, index): (usize, usize), node: Option<Node<'_>>, collector: &mut Collector<'_>) {
    let Some(node) = node else { return };
    collector.gather(topic, Site::node(graph, index), || quoted(node.op).to_string());
}
