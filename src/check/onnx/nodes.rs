//! Each node against the schema of its operator.

use std::collections::BTreeMap;

use super::attributes::Attributes;
use super::era;
use super::functions::check_call;
use super::lookup::spelled;
use super::operators::Meaning;
use super::schema::{Formal, Op, Schema};
use super::scope::Scopes;
use crate::check::report::{Place, Report, quoted};
use crate::finding::rules::{
    NODE_ARITY, NODE_CUSTOM, NODE_DEPRECATED, NODE_DOMAIN, NODE_EMPTY, NODE_EXPERIMENTAL, NODE_OMITTED, NODE_OP,
};
use crate::graph::{Graph, Graphs, NO_VALUE, Node};

/// Checks nodes one after the other.
pub(super) struct Nodes<'a> {
    graphs: &'a Graphs,
    attributes: Attributes<'a>,
    /// Operators that only other people know: how many nodes use each, and where the first is.
    custom: BTreeMap<(&'a str, &'a str), (usize, Place)>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(graphs: &'a Graphs, scopes: &'a Scopes<'a>) -> Self {
        Self { graphs, attributes: Attributes::new(scopes), custom: BTreeMap::new() }
    }

    /// Checks a node of the graph with this index, whose operator has this meaning.
    pub(super) fn check(
        &mut self,
        index: usize,
        graph: &'a Graph,
        node: &Node<'a>,
        meaning: Meaning<'a>,
        report: &mut Report<'_>,
    ) {
        let place = Place::node(index, node.index);
        if node.op.is_empty() {
            report.add(NODE_OP, place, || "the node does not say which operator it is");
            return;
        }
        if node.inputs.is_empty() && node.outputs.is_empty() {
            report.add(NODE_EMPTY, place, || "the node has neither inputs nor outputs");
        }
        self.attributes.check(index, graph, node, report);
        match meaning {
            Meaning::Known(op, schema) => self.check_known(op, schema, graph, node, place, report),
            Meaning::Later(op, version) => era::report_later(op, version, place, report),
            Meaning::Missing(version, function) => {
                era::report_unknown(node, version, function.is_some(), place, report);
            }
            Meaning::Call(function) => check_call(self.graphs, function, node, place, report),
            Meaning::Custom => self.custom.entry((node.domain, node.op)).or_insert((0, place)).0 += 1,
            Meaning::Experiment => report.add(NODE_EXPERIMENTAL, place, || {
                format!("`{}` was an experiment that never became part of the standard", node.op)
            }),
            Meaning::NotImported => report.add(NODE_DOMAIN, place, || {
                let domain = quoted(spelled(node.domain));
                format!("operator {} is of domain {domain}, which is not imported", quoted(node.op))
            }),
        }
    }

    /// Tells which operators of others the model needs.
    pub(super) fn finish(self, report: &mut Report<'_>) {
        for ((domain, op), (count, place)) in self.custom {
            report.add(NODE_CUSTOM, place, || {
                let (op, domain) = (quoted(op), quoted(domain));
                format!("operator {op} of domain {domain} is known only to runtimes that bring it; nodes: {count}")
            });
        }
    }

    fn check_known(
        &mut self,
        op: &'static Op,
        schema: &'static Schema,
        graph: &Graph,
        node: &Node<'_>,
        place: Place,
        report: &mut Report<'_>,
    ) {
        if schema.is_deprecated {
            report.add(NODE_DEPRECATED, place, || era::deprecated(op, schema));
            return;
        }
        if schema.is_experimental {
            report.add(NODE_EXPERIMENTAL, place, || format!("`{}` is an experiment and may change", op.name));
        }
        check_arity(op, schema, node, place, report);
        check_omitted(schema, node, place, report);
        self.attributes.check_schema(op, schema, graph, node, place, report);
    }
}

fn check_arity(op: &Op, schema: &Schema, node: &Node<'_>, place: Place, report: &mut Report<'_>) {
    if !schema.takes.allows(node.inputs.len()) {
        report.add(NODE_ARITY, place, || era::wrong_inputs(op, schema, node.inputs.len()));
    }
    if !schema.allows_outputs(node.outputs.len()) {
        report.add(NODE_ARITY, place, || era::wrong_outputs(op, schema, node.outputs.len()));
    }
}

/// What has to be there, is.
fn check_omitted(schema: &Schema, node: &Node<'_>, place: Place, report: &mut Report<'_>) {
    let inputs = ("input", schema.inputs, node.inputs);
    for (what, formals, actual) in [inputs, ("output", schema.outputs, node.outputs)] {
        for (formal, value) in formals.iter().zip(actual) {
            if let Formal::Single(name) = formal
                && *value == NO_VALUE
            {
                report.add(NODE_OMITTED, place, || format!("{what} `{name}` may not be left out"));
            }
        }
    }
}
