//! The order of nodes and the names that they give: every value is made once, before it is used.

use std::fmt::Display;

use super::values::VALUES;
use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::topic::Topic;
use crate::finding::rules::{FUNCTION_OUTPUT, GRAPH_ORDER, GRAPH_OUTPUT, GRAPH_SHADOW, GRAPH_SSA};
use crate::graph::{Graph, Graphs, NO_VALUE, Node, Role, Value};
use crate::memory;

const SHADOW: Topic = Topic {
    rule: GRAPH_SHADOW,
    message: "an input or initializer of a subgraph hides a value of an enclosing graph",
    remedy: "rename it",
};

/// One graph while it is checked.
pub(super) struct Flow<'a> {
    graphs: &'a Graphs,
    index: usize,
    graph: &'a Graph,
    /// For each value, whether it is there before the node that is looked at.
    is_there: Vec<bool>,
    /// For each value, whether the graphs around have it; `None` where nobody has asked.
    is_around: Vec<Option<bool>>,
}

impl<'a> Flow<'a> {
    /// Begins with what is there before the first node; `None` if there is no memory, which the collector is told.
    pub(super) fn begin(
        graphs: &'a Graphs,
        index: usize,
        graph: &'a Graph,
        collector: &mut Collector<'_>,
    ) -> Option<Self> {
        let count = graph.value_count();
        let is_inside = matches!(graph.role, Role::Subgraph { .. });
        let is_around = collector.note(memory::filled((!is_inside).then_some(false), count, VALUES))?;
        let is_there = collector.note(memory::filled(false, count, VALUES))?;
        let mut flow = Self { graphs, index, graph, is_there, is_around };
        let stored = graph.initializers().iter().map(|initializer| initializer.value);
        for value in graph.inputs().iter().copied().chain(stored) {
            let is_new = !flow.is_there(value);
            flow.set_there(value);
            if is_new && flow.is_around(value) {
                collector.gather(&SHADOW, Site::graph(index), || flow.name(value).to_string());
            }
        }
        Some(flow)
    }

    /// Checks the next node.
    pub(super) fn check(&mut self, node: &Node<'a>, collector: &mut Collector<'_>) {
        let site = Site::node(self.index, node.index);
        for input in node.inputs {
            if *input != NO_VALUE && !self.is_there(*input) && !self.is_around(*input) {
                self.report_order(*input, site, collector);
            }
        }
        for output in node.outputs.iter().filter(|output| **output != NO_VALUE) {
            if self.is_there(*output) {
                collector.add(GRAPH_SSA, site, || format!("output {} is already defined", self.name(*output)));
            } else if self.is_around(*output) {
                collector.add(GRAPH_SSA, site, || {
                    format!("output {} is already defined in an enclosing graph", self.name(*output))
                });
            }
            self.set_there(*output);
        }
    }

    /// Checks what the graph makes, after its nodes.
    pub(super) fn end(self, collector: &mut Collector<'_>) {
        let rule = if matches!(self.graph.role, Role::Function(_)) { FUNCTION_OUTPUT } else { GRAPH_OUTPUT };
        for output in self.graph.outputs().iter().filter(|output| **output != NO_VALUE) {
            if !self.is_there(*output) {
                let site = Site::graph(self.index);
                collector.add(rule, site, || format!("output {} is not produced in the graph", self.name(*output)));
            }
        }
    }

    fn report_order(&self, input: u32, site: Site, collector: &mut Collector<'_>) {
        collector.add(GRAPH_ORDER, site, || {
            let name = self.name(input);
            match self.graph.value(input).and_then(|value| value.producer) {
                Some(later) => advise(
                    format!("input {name} is produced later, by node {later} of the graph"),
                    "sort the nodes so that each comes after those that it depends on",
                ),
                None => format!("input {name} is not defined in this graph or an enclosing one").into(),
            }
        });
    }

    fn is_there(&self, value: u32) -> bool {
        self.is_there.get(value as usize).copied().unwrap_or_default()
    }

    fn set_there(&mut self, value: u32) {
        if let Some(is_there) = self.is_there.get_mut(value as usize) {
            *is_there = true;
        }
    }

    /// Whether a graph around this one has a value of this name before it comes to this one.
    fn is_around(&mut self, value: u32) -> bool {
        let Some(known) = self.is_around.get_mut(value as usize) else { return false };
        *known.get_or_insert_with(|| {
            let value = self.graph.value(value);
            value.is_some_and(|value| is_around(self.graphs, self.graph.role, value.name))
        })
    }

    fn name(&self, value: u32) -> impl Display + use<'a> {
        quoted(self.graph.value(value).map_or("", |value| value.name))
    }
}

fn is_around(graphs: &Graphs, role: Role, name: &str) -> bool {
    let mut current = role;
    while let Role::Subgraph { graph, node: holder, .. } = current {
        let Some(around) = graphs.get(graph) else { return false };
        let found = around.find(name).and_then(|value| around.value(value));
        if found.is_some_and(|value| is_there_before(&value, holder)) {
            return true;
        }
        current = around.role;
    }
    false
}

fn is_there_before(value: &Value<'_>, node: usize) -> bool {
    value.is_input || value.initializer.is_some() || value.producer.is_some_and(|producer| producer < node)
}
