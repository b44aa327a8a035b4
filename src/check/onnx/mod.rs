//! The rules of ONNX: those of onnx.checker, and what its users meet in production.

mod attributes;
mod bindings;
mod control;
mod era;
mod flow;
mod functions;
mod initializers;
mod lookup;
mod model;
mod names;
mod nodes;
mod operators;
mod origin;
mod precision;
mod recipes;
#[rustfmt::skip]
mod runtimes;
mod schema;
mod scope;
mod shaping;
mod size;
mod sparse;
#[rustfmt::skip]
mod tables;
mod integers;
mod target;
mod types;
mod values;

use super::Checker;
use super::collector::Collector;
use super::subject::Subject;
use flow::Flow;
use nodes::Nodes;
use operators::Operators;
use precision::Precision;
use scope::Scopes;

/// The row of ONNX.
pub(super) const CHECKER: Checker = Checker { format: "onnx", goals: target::goals, goal: target::goal, check };

fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let graphs = subject.graphs;
    let Some(scopes) = collector.note(Scopes::of(graphs)) else { return };
    model::check(graphs, collector);
    functions::check(graphs, &scopes, collector);
    let mut operators = Operators::new(graphs, &scopes);
    let mut nodes = Nodes::new(graphs, &scopes);
    for (index, graph) in graphs.iter().enumerate().filter(|(index, _)| scopes.is_used(*index)) {
        values::check(&scopes, index, graph, collector);
        names::check(index, graph, collector);
        let Some(mut flow) = Flow::begin(graphs, index, graph, collector) else { return };
        let precision = Precision::of(subject, index, graph);
        for node in graph.nodes() {
            if !collector.has_memory() {
                return;
            }
            flow.check(&node, collector);
            nodes.check(index, graph, &node, operators.meaning(index, &node), collector);
            precision.check(&node, collector);
        }
        flow.end(collector);
        if !graphs.sparse().is_empty() {
            sparse::check(subject, index, graph, collector);
        }
    }
    nodes.finish(collector);
    control::check(graphs, &scopes, collector);
    initializers::check(subject, &scopes, collector);
    size::check(subject, collector);
}
