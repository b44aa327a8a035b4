//! Graphs as Graphviz text: a box for each node, a cluster for each graph, an arrow from where a value is made to each
//! place that it goes to.
//!
//! Boxes have numbers for names, and every text of the file stands in quotes. Arrows come last, outside of all clusters:
//! an arrow draws a box that has not been seen yet into the cluster that it stands in.

use std::fmt::{self, Display, Formatter, Write as _};
use std::io::{self, Write};

use weighbridge::graph::{Graph, Node, Role, Value};
use weighbridge::{Graphs, Model};

use super::attributes::{AttributeText, stored};
use super::walk::{Step, Walk};
use crate::names::{Name, OpName};

pub fn print(out: &mut impl Write, model: &Model) -> io::Result<()> {
    let graphs = model.graphs();
    writeln!(out, "digraph model {{\n  node [shape=box];")?;
    let functions = graphs.functions().iter().map(|function| function.graph);
    for root in std::iter::once(0).chain(functions) {
        for step in Walk::new(graphs, root) {
            print_step(out, model, &step)?;
        }
    }
    for (index, graph) in graphs.iter().enumerate() {
        print_arrows(out, graphs, index, graph)?;
    }
    writeln!(out, "}}")
}

fn print_step(out: &mut impl Write, model: &Model, step: &Step<'_>) -> io::Result<()> {
    match step {
        Step::Begin { index, graph, place, .. } => {
            writeln!(out, "  subgraph cluster_{index} {{")?;
            if let Some(place) = place {
                writeln!(out, "    g{index} [shape=plaintext, label={}];", Label(&place.to_string()))?;
            }
            print_graph(out, model, *index, graph)
        }
        Step::Node { index, graph, node, .. } => print_node(out, model, *index, graph, node),
        Step::End => writeln!(out, "  }}"),
    }
}

/// All of a cluster but its nodes.
fn print_graph(out: &mut impl Write, model: &Model, index: usize, graph: &Graph) -> io::Result<()> {
    let graphs = model.graphs();
    writeln!(out, "    label={};", Label(&title(graphs, graph)))?;
    for value in graph.values().filter(|value| has_box(graphs, index, value)) {
        let style = if value.is_outer() { "dashed" } else { "rounded" };
        let label = value_text(model, &value);
        writeln!(out, "    v{index}_{} [style={style}, label={}];", value.index, Label(&label))?;
    }
    let outputs = graph.outputs().iter().filter_map(|value| graph.value(*value));
    for (position, value) in outputs.enumerate() {
        writeln!(out, "    o{index}_{position} [style=rounded, label={}];", Label(&value_text(model, &value)))?;
    }
    Ok(())
}

fn title(graphs: &Graphs, graph: &Graph) -> String {
    if let Role::Function(function) = graph.role
        && let Some(function) = graphs.functions().get(function)
    {
        return format!("function {}", OpName(&function.domain, &function.name));
    }
    if graph.name.is_empty() { "graph".to_owned() } else { format!("graph {}", Name(&graph.name)) }
}

fn value_text(model: &Model, value: &Value<'_>) -> String {
    match (value.ty, value.initializer) {
        (Some(ty), _) => format!("{}\n{}", Name(value.name), ty),
        (None, Some(contents)) => format!("{}\n{}", Name(value.name), stored(model, contents)),
        (None, None) => Name(value.name).to_string(),
    }
}

fn print_node(out: &mut impl Write, model: &Model, index: usize, graph: &Graph, node: &Node<'_>) -> io::Result<()> {
    let mut label = OpName(node.domain, node.op).to_string();
    if !node.name.is_empty() {
        label.push_str(&format!("\n{}", Name(node.name)));
    }
    for attribute in graph.attributes(node).filter(|attribute| attribute.graphs().is_empty()) {
        label.push_str(&format!("\n{}", AttributeText { model, attribute }));
    }
    writeln!(out, "    n{index}_{} [label={}];", node.index, Label(&label))
}

fn print_arrows(out: &mut impl Write, graphs: &Graphs, index: usize, graph: &Graph) -> io::Result<()> {
    if let Role::Subgraph { graph: around, node, .. } = graph.role {
        writeln!(out, "  n{around}_{node} -> g{index} [style=dashed];")?;
    }
    for node in graph.nodes() {
        for value in node.inputs.iter().filter_map(|value| graph.value(*value)) {
            writeln!(out, "  {} -> n{index}_{};", Origin { graphs, index, value }, node.index)?;
        }
    }
    for (position, value) in graph.outputs().iter().filter_map(|value| graph.value(*value)).enumerate() {
        writeln!(out, "  {} -> o{index}_{position};", Origin { graphs, index, value })?;
    }
    Ok(())
}

/// Whether a value has a box of its own: no node of its graph makes it, and it comes from no graph around it.
fn has_box(graphs: &Graphs, index: usize, value: &Value<'_>) -> bool {
    let is_given = value.is_input || value.initializer.is_some();
    is_given || (value.producer.is_none() && graphs.outer(index, value.name).is_none())
}

/// The box that a value comes out of, in its own graph or in one around it.
struct Origin<'a> {
    graphs: &'a Graphs,
    index: usize,
    value: Value<'a>,
}

impl Display for Origin<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { graphs, mut index, mut value } = *self;
        let around = if value.is_outer() { graphs.outer(index, value.name) } else { None };
        if let Some((around, found)) = around
            && let Some(found) = graphs.get(around).and_then(|graph| graph.value(found))
        {
            (index, value) = (around, found);
        }
        match value.producer {
            Some(node) if !has_box(graphs, index, &value) => write!(f, "n{index}_{node}"),
            _ => write!(f, "v{index}_{}", value.index),
        }
    }
}

/// Text in quotes: backslashes would begin an escape, ampersands an entity. Lines are lines of the label; there are no
/// other control characters in what names are printed as.
struct Label<'a>(&'a str);

impl Display for Label<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str(r"\\")?,
                '"' => f.write_str(r#"\""#)?,
                '&' => f.write_str("&amp;")?,
                '\n' => f.write_str(r"\n")?,
                c => f.write_char(c)?,
            }
        }
        f.write_str("\"")
    }
}
