//! Each node against the schema of its operator.

use std::collections::BTreeMap;

use super::attributes::Attributes;
use super::era;
use super::functions::check_call;
use super::lookup::spelled;
use super::operators::Meaning;
use super::schema::{Formal, Op, Schema};
use super::scope::Scopes;
use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::topic::Topic;
use crate::finding::rules::{
    NODE_ARITY, NODE_CUSTOM, NODE_DEPRECATED, NODE_DOMAIN, NODE_EMPTY, NODE_EXPERIMENTAL, NODE_OMITTED, NODE_OP,
};
use crate::graph::{Graph, Graphs, NO_VALUE, Node};

const EXPERIMENTAL: Topic = Topic {
    rule: NODE_EXPERIMENTAL,
    message: "an operator is, or was, an experiment: it may change, and many runtimes lack it",
    remedy: "",
};

/// Checks nodes one after the other.
pub(super) struct Nodes<'a> {
    graphs: &'a Graphs,
    attributes: Attributes<'a>,
    /// Operators that only other people know: how many nodes use each, and where the first is.
    custom: BTreeMap<(&'a str, &'a str), (usize, Site)>,
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
        collector: &mut Collector<'_>,
    ) {
        let site = Site::node(index, node.index);
        if node.op.is_empty() {
            collector.add(NODE_OP, site, || "the node does not name its operator");
            return;
        }
        if node.inputs.is_empty() && node.outputs.is_empty() {
            collector.add(NODE_EMPTY, site, || "the node has neither inputs nor outputs");
        }
        self.attributes.check(index, graph, node, collector);
        match meaning {
            Meaning::Known(op, schema) => self.check_known(op, schema, graph, node, site, collector),
            Meaning::Later(op, version) => era::report_later(op, version, site, collector),
            Meaning::Missing(version, function) => {
                era::report_unknown(node, version, function.is_some(), site, collector);
            }
            Meaning::Call(function) => check_call(self.graphs, function, node, site, collector),
            Meaning::Custom => self.custom.entry((node.domain, node.op)).or_insert((0, site)).0 += 1,
            Meaning::Experiment => collector.gather(&EXPERIMENTAL, site, || format!("`{}`", node.op)),
            Meaning::NotImported => collector.add(NODE_DOMAIN, site, || {
                let domain = quoted(spelled(node.domain)).to_string();
                let message = format!("operator {} is of domain {domain}, which is not imported", quoted(node.op));
                advise(
                    message,
                    format!("import {domain} in `opset_import`, in the version that the node is written for"),
                )
            }),
        }
    }

    /// Tells which operators of others the model needs.
    pub(super) fn finish(self, collector: &mut Collector<'_>) {
        let Some(first) = self.custom.values().map(|(_, site)| *site).min() else { return };
        collector.add(NODE_CUSTOM, first, || {
            let operator = |((domain, op), (count, _)): ((&str, &str), (usize, Site))| {
                format!("{} of domain {} ({})", quoted(op), quoted(domain), counted(count, "node"))
            };
            let operators = listed(self.custom, operator);
            advise(
                format!("operators that are not standard, which only some runtimes have: {operators}"),
                "make sure that the runtime has them",
            )
        });
    }

    fn check_known(
        &mut self,
        op: &'static Op,
        schema: &'static Schema,
        graph: &Graph,
        node: &Node<'_>,
        site: Site,
        collector: &mut Collector<'_>,
    ) {
        if schema.is_deprecated {
            collector.add(NODE_DEPRECATED, site, || era::deprecated(op, schema));
            return;
        }
        if schema.is_experimental {
            collector.gather(&EXPERIMENTAL, site, || format!("`{}`", op.name));
        }
        check_arity(op, schema, node, site, collector);
        check_omitted(schema, node, site, collector);
        self.attributes.check_schema(op, schema, graph, node, site, collector);
    }
}

fn check_arity(op: &Op, schema: &Schema, node: &Node<'_>, site: Site, collector: &mut Collector<'_>) {
    if !schema.takes.allows(node.inputs.len()) {
        collector.add(NODE_ARITY, site, || era::wrong_inputs(op, schema, node.inputs.len()));
    }
    if !schema.allows_outputs(node.outputs.len()) {
        collector.add(NODE_ARITY, site, || era::wrong_outputs(op, schema, node.outputs.len()));
    }
}

/// What has to be there, is.
fn check_omitted(schema: &Schema, node: &Node<'_>, site: Site, collector: &mut Collector<'_>) {
    let inputs = ("input", schema.inputs, node.inputs);
    for (what, formals, actual) in [inputs, ("output", schema.outputs, node.outputs)] {
        for (formal, value) in formals.iter().zip(actual) {
            if let Formal::Single(name) = formal
                && *value == NO_VALUE
            {
                collector.add(NODE_OMITTED, site, || format!("{what} `{name}` may not be left out"));
            }
        }
    }
}
