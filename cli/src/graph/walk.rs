//! The way through a graph and its subgraphs.

use std::fmt::{self, Display, Formatter};

use weighbridge::Graphs;
use weighbridge::graph::{AttributeKind, Graph, Node};

use crate::names::Name;

/// One step of the way. Subgraphs come after the node that they belong to.
pub enum Step<'a> {
    /// A graph begins: its index, how many graphs are around it, and its place if there are any.
    Begin { index: usize, graph: &'a Graph, depth: usize, place: Option<Place<'a>> },
    /// The next node of a graph.
    Node { index: usize, graph: &'a Graph, depth: usize, node: Node<'a> },
    /// The graph that began last and has not ended ends.
    End,
}

/// What a subgraph is at its node: the attribute, and the position if that holds several graphs.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    attribute: &'a str,
    position: Option<usize>,
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Name(self.attribute).fmt(f)?;
        self.position.map_or(Ok(()), |position| write!(f, "[{position}]"))
    }
}

/// Walks without recursion: how deep graphs are nested is up to the file.
pub struct Walk<'a> {
    graphs: &'a Graphs,
    depth: usize,
    /// What lies ahead, the next step last.
    ahead: Vec<Ahead<'a>>,
}

enum Ahead<'a> {
    Graph(usize, Option<Place<'a>>),
    /// The nodes of a graph from this one on.
    Nodes(usize, usize),
    End,
}

impl<'a> Walk<'a> {
    /// Walks through one graph.
    pub fn new(graphs: &'a Graphs, graph: usize) -> Self {
        Self { graphs, depth: 0, ahead: vec![Ahead::Graph(graph, None)] }
    }

    fn begin(&mut self, index: usize, place: Option<Place<'a>>) -> Option<Step<'a>> {
        let graph = self.graphs.get(index)?;
        self.ahead.extend([Ahead::End, Ahead::Nodes(index, 0)]);
        self.depth += 1;
        Some(Step::Begin { index, graph, depth: self.depth - 1, place })
    }

    fn node(&mut self, index: usize, node: usize) -> Option<Step<'a>> {
        let graph = self.graphs.get(index)?;
        let node = graph.node(node)?;
        self.ahead.push(Ahead::Nodes(index, node.index + 1));
        let first = self.ahead.len();
        for attribute in graph.attributes(&node) {
            let is_list = attribute.kind == AttributeKind::Graphs;
            for (position, graph) in attribute.graphs().iter().enumerate() {
                let place = Place { attribute: attribute.name, position: is_list.then_some(position) };
                self.ahead.push(Ahead::Graph(*graph as usize, Some(place)));
            }
        }
        self.ahead[first..].reverse();
        Some(Step::Node { index, graph, depth: self.depth - 1, node })
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        while let Some(ahead) = self.ahead.pop() {
            let step = match ahead {
                Ahead::Graph(index, place) => self.begin(index, place),
                Ahead::Nodes(index, node) => self.node(index, node),
                Ahead::End => {
                    self.depth -= 1;
                    Some(Step::End)
                }
            };
            if step.is_some() {
                return step;
            }
        }
        None
    }
}
