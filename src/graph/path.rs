//! Where a graph or a node is, in words.

use super::{AttributeKind, Graph, Graphs, Role};
use crate::error::Printable;

/// How many parts of a path are told; those in the middle are left out.
const MOST_PARTS: usize = 16;

impl Graphs {
    /// A graph, or a node of it, in words: `main`, `main/Loop_3.body/MatMul_7`, `my.domain::Norm/Add#2`.
    pub(crate) fn path(&self, graph: usize, node: Option<usize>) -> String {
        let mut parts = Vec::new();
        if let Some((graph, node)) = self.get(graph).zip(node) {
            parts.push(node_name(graph, node));
        }
        let mut current = Some(graph);
        while let Some((index, graph)) = current.and_then(|index| Some((index, self.get(index)?))) {
            current = None;
            parts.push(match graph.role {
                Role::Entry => "main".to_owned(),
                Role::Function(function) => self.function_name(function),
                Role::Subgraph { graph: around, node, attribute } => {
                    current = Some(around);
                    self.get(around).map_or_else(String::new, |around| subgraph_name(around, node, attribute, index))
                }
            });
        }
        parts.reverse();
        if parts.len() > MOST_PARTS {
            parts.splice(1..=parts.len() - MOST_PARTS, ["…".to_owned()]);
        }
        parts.join("/")
    }

    /// The name of a function with its domain: what calls it.
    pub(crate) fn function_name(&self, function: usize) -> String {
        let Some(function) = self.functions.get(function) else { return String::new() };
        let domain = if function.domain.is_empty() { "ai.onnx" } else { &function.domain };
        let mut name = format!("{}::{}", Printable(domain), Printable(&function.name));
        if !function.overload.is_empty() {
            name.push_str(&format!(":{}", Printable(&function.overload)));
        }
        name
    }
}

/// The name of a node; for one that has none, its operator and its place in the graph.
fn node_name(graph: &Graph, node: usize) -> String {
    match graph.node(node) {
        Some(node) if node.name.is_empty() => format!("{}#{}", Printable(node.op), node.index),
        Some(node) => Printable(node.name).to_string(),
        None => format!("#{node}"),
    }
}

/// A node and the attribute in which a subgraph is, with its place where the attribute holds several.
fn subgraph_name(around: &Graph, node: usize, attribute: usize, subgraph: usize) -> String {
    // No node holds the defaults of a function's attributes.
    let (mut name, found) = match around.node(node) {
        Some(found) => (node_name(around, node), around.attribute_at(&found, attribute)),
        None => ("default".to_owned(), around.default_at(attribute)),
    };
    let Some(found) = found else { return name };
    name.push_str(&format!(".{}", Printable(found.name)));
    let is_list = found.kind == AttributeKind::Graphs;
    // Graphs are numbered as they are read, so those of one attribute are in order.
    let position = found.graphs().binary_search_by_key(&subgraph, |graph| *graph as usize);
    if let Some(position) = position.ok().filter(|_| is_list) {
        name.push_str(&format!("[{position}]"));
    }
    name
}
