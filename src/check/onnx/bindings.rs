//! How values get into the graphs of nodes and functions, and out of them: what a loop carries, outputs of branches,
//! arguments of calls.

use std::ops::Range;

use super::schema::Op;
use super::scope::Scopes;
use crate::error::Result;
use crate::graph::{Graph, Graphs, NO_VALUE, Node};
use crate::memory;
use crate::sort;

/// What memory is asked for.
const BINDINGS: &str = "the values that graphs pass to each other";

/// The operators of the standard that decide which of their graphs run, or how often.
const FLOW: &[&str] = &["If", "Loop", "Scan", "SequenceMap"];

/// From this version of the operator set on, `Scan` takes no lengths of sequences before its other inputs.
pub(super) const SCAN_WITHOUT_LENGTHS: i64 = 9;

/// A value, by the index of its graph and its own.
pub(super) type Place = (usize, u32);

/// Whether a node decides which of its graphs run, or how often.
pub(super) fn is_flow(node: &Node<'_>) -> bool {
    node.domain.is_empty() && FLOW.contains(&node.op)
}

/// The function of the model that a node calls. An operator of the standard is not a call.
pub(super) fn callee(graphs: &Graphs, node: &Node<'_>) -> Option<usize> {
    let function = graphs.function(node.domain, node.op, node.overload);
    function.filter(|_| Op::find(node.domain, node.op).is_none())
}

/// The graph that a node holds in the attribute of this name. Of several of one name the first counts.
pub(super) fn held(around: &Graph, node: &Node<'_>, name: &str) -> Option<usize> {
    around.attribute(node, name)?.graphs().first().map(|graph| *graph as usize)
}

/// Pairs of values of which the first is what the second is, or may be. Sorted.
pub(super) struct Bindings(Vec<(Place, Place)>);

/// Values of a graph with an index.
type Values<'a> = (usize, &'a [u32]);

impl Bindings {
    /// Those of these nodes, which decide what runs, and of all calls.
    pub(super) fn of(graphs: &Graphs, scopes: &Scopes<'_>, flow: &[(usize, usize)]) -> Result<Self> {
        let mut bindings = Self(Vec::new());
        for (index, node) in flow {
            let found = graphs.get(*index).and_then(|around| Some((around, around.node(*node)?)));
            let Some((around, node)) = found else { continue };
            let has_lengths = scopes.version(*index, "").is_some_and(|version| version < SCAN_WITHOUT_LENGTHS);
            for name in ["then_branch", "else_branch", "body"] {
                let body = held(around, &node, name).and_then(|body| Some((body, graphs.get(body)?)));
                let Some((inside, body)) = body else { continue };
                let ends = [(inside, body.inputs()), (inside, body.outputs())];
                bindings.add_held(&Holder { index: *index, around, node, has_lengths }, name, ends)?;
            }
        }
        if !graphs.functions().is_empty() {
            for (index, graph) in graphs.iter().enumerate() {
                bindings.add_calls(graphs, index, graph)?;
            }
        }
        sort::sort(&mut bindings.0);
        Ok(bindings)
    }

    /// Those of a value.
    pub(super) fn of_value(&self, value: Place) -> Range<usize> {
        let start = self.0.partition_point(|(bound, _)| *bound < value);
        let count = self.0[start..].partition_point(|(bound, _)| *bound == value);
        start..start + count
    }

    /// What a value is, or may be, by one of its bindings.
    pub(super) fn source(&self, binding: usize) -> Place {
        self.0[binding].1
    }

    /// Adds those of a graph that a node holds in the attribute of this name: its inputs and outputs.
    fn add_held(&mut self, holder: &Holder<'_>, name: &str, [inputs, outputs]: [Values<'_>; 2]) -> Result<()> {
        let (taken, made) = ((holder.index, holder.node.inputs), (holder.index, holder.node.outputs));
        match (holder.node.op, name) {
            ("If", "then_branch" | "else_branch") => self.add(made, outputs),
            ("Loop", "body") => {
                // The number of an iteration comes from nowhere, and how many there are is not passed on.
                self.add(after(inputs, 1), after(taken, 1))?;
                self.add(after(inputs, 1), outputs)?;
                self.add(made, after(taken, 2))?;
                self.add(made, after(outputs, 1))
            }
            ("Scan", "body") => {
                let given = after(taken, usize::from(holder.has_lengths));
                let states = given.1.len().saturating_sub(holder.scan_inputs());
                self.add(inputs, given)?;
                self.add(first(inputs, states), outputs)?;
                self.add(made, first(given, states))?;
                self.add(made, outputs)
            }
            ("SequenceMap", "body") => {
                self.add(inputs, taken)?;
                self.add(made, outputs)
            }
            _ => Ok(()),
        }
    }

    fn add_calls(&mut self, graphs: &Graphs, index: usize, graph: &Graph) -> Result<()> {
        for node in graph.nodes() {
            let function = callee(graphs, &node).and_then(|function| graphs.functions().get(function));
            let Some(function) = function else { continue };
            let Some(body) = graphs.get(function.graph) else { continue };
            self.add((function.graph, body.inputs()), (index, node.inputs))?;
            self.add((index, node.outputs), (function.graph, body.outputs()))?;
        }
        Ok(())
    }

    /// Binds values of one graph to those of another, or of the same, one by one.
    fn add(&mut self, (graph, values): Values<'_>, (from, sources): Values<'_>) -> Result<()> {
        for (value, source) in values.iter().zip(sources) {
            if *value != NO_VALUE && *source != NO_VALUE {
                memory::push(&mut self.0, ((graph, *value), (from, *source)), BINDINGS)?;
            }
        }
        memory::check()
    }
}

/// A node that holds graphs, and the index of its own graph.
struct Holder<'a> {
    index: usize,
    around: &'a Graph,
    node: Node<'a>,
    has_lengths: bool,
}

impl Holder<'_> {
    /// How many inputs a `Scan` takes apart; those before them are its state.
    fn scan_inputs(&self) -> usize {
        let count = self.around.attribute(&self.node, "num_scan_inputs");
        let count = count.and_then(|count| count.ints().first().copied()).unwrap_or_default();
        usize::try_from(count).unwrap_or_default()
    }
}

/// The first few, or all if there are not so many.
fn first((graph, values): Values<'_>, count: usize) -> Values<'_> {
    (graph, values.get(..count).unwrap_or(values))
}

/// All but the first few.
fn after((graph, values): Values<'_>, count: usize) -> Values<'_> {
    (graph, values.get(count..).unwrap_or_default())
}
