//! Graphs for programs: all graphs of a model, and all their nodes, described while they are printed.

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use weighbridge::graph::{Graph, Initializer, NO_VALUE, Node, Role};
use weighbridge::{Graphs, Model};

use super::attribute_json::{AttributeDescription, StoredDescription};
use super::values::describe;
use crate::answer::Answer;
use crate::console::Console;
use crate::failure::Failure;
use crate::names::domain_name;

/// What is said beside the nodes.
#[derive(Serialize)]
struct Head<'a> {
    format: &'a str,
    /// Graphs name each other by their places in this list, and tensors by their names.
    #[serde(serialize_with = "all_graphs")]
    graphs: &'a Model,
}

fn all_graphs<S: Serializer>(model: &Model, serializer: S) -> Result<S::Ok, S::Error> {
    let graphs = model.graphs();
    serializer.collect_seq(graphs.iter().map(|graph| GraphDescription { model, graph }))
}

/// Answers with every graph, and every node in the order of the graphs.
pub fn answer(console: &mut Console, model: &Model) -> Result<(), Failure> {
    let head = Head { format: model.format(), graphs: model };
    let of_graph = |(index, graph): (usize, _)| nodes(model, index, graph);
    let nodes = model.graphs().iter().enumerate().flat_map(of_graph);
    let notes = Some(model.notes().iter().collect());
    console.answer(Answer { head: &head, list: Some(("nodes", nodes)), notes, failure: None })
}

fn nodes<'a>(model: &'a Model, index: usize, graph: &'a Graph) -> impl Iterator<Item = NodeDescription<'a>> + Clone {
    graph.nodes().map(move |node| NodeDescription { model, index, graph, node })
}

struct GraphDescription<'a> {
    model: &'a Model,
    graph: &'a Graph,
}

impl Serialize for GraphDescription<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { model, graph } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &graph.name)?;
        role(&mut map, model.graphs(), graph)?;
        map.serialize_entry("inputs", &Values { graph, values: graph.inputs() })?;
        map.serialize_entry("outputs", &Values { graph, values: graph.outputs() })?;
        map.serialize_entry("initializers", &Initializers { model, graph })?;
        map.end()
    }
}

/// What a graph is: one that callers run, the body of a function, or the value of a node's attribute.
fn role<M: SerializeMap>(map: &mut M, graphs: &Graphs, graph: &Graph) -> Result<(), M::Error> {
    match graph.role {
        Role::Entry => map.serialize_entry("role", "entry"),
        Role::Function(index) => {
            map.serialize_entry("role", "function")?;
            let Some(function) = graphs.functions().get(index) else { return Ok(()) };
            map.serialize_entry("domain", domain_name(&function.domain))?;
            map.serialize_entry("op", &function.name)?;
            map.serialize_entry("overload", &function.overload)
        }
        Role::Subgraph { graph, node, .. } => {
            map.serialize_entry("role", "subgraph")?;
            map.serialize_entry("graph", &graph)?;
            // That of a default of a function's attribute has no node.
            map.serialize_entry("node", &Some(node).filter(|node| *node != usize::MAX))
        }
    }
}

/// Inputs or outputs of a graph, with their types.
struct Values<'a> {
    graph: &'a Graph,
    values: &'a [u32],
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.values.iter().filter_map(|index| self.graph.value(*index));
        serializer.collect_seq(values.filter_map(|value| describe(value).ok()))
    }
}

/// What is stored in a graph, by the names of its values.
struct Initializers<'a> {
    model: &'a Model,
    graph: &'a Graph,
}

impl Serialize for Initializers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let describe = |initializer: &Initializer| InitializerDescription {
            name: self.graph.value(initializer.value).map_or("", |value| value.name),
            tensor: StoredDescription::of(self.model, initializer.contents),
        };
        serializer.collect_seq(self.graph.initializers().iter().map(describe))
    }
}

#[derive(Serialize)]
struct InitializerDescription<'a> {
    name: &'a str,
    #[serde(flatten)]
    tensor: StoredDescription<'a>,
}

struct NodeDescription<'a> {
    model: &'a Model,
    /// The graph's place in the list.
    index: usize,
    graph: &'a Graph,
    node: Node<'a>,
}

impl Serialize for NodeDescription<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { model, graph, node, .. } = self;
        let mut fields = serializer.serialize_struct("node", 9)?;
        fields.serialize_field("graph", &self.index)?;
        fields.serialize_field("index", &node.index)?;
        fields.serialize_field("domain", domain_name(node.domain))?;
        fields.serialize_field("op", node.op)?;
        fields.serialize_field("overload", node.overload)?;
        fields.serialize_field("name", node.name)?;
        fields.serialize_field("inputs", &Names { graph, values: node.inputs })?;
        fields.serialize_field("outputs", &Names { graph, values: node.outputs })?;
        fields.serialize_field("attributes", &Attributes { model, graph, node })?;
        fields.end()
    }
}

/// Names of values; null for those that are left out.
struct Names<'a> {
    graph: &'a Graph,
    values: &'a [u32],
}

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given = |index: &u32| self.graph.value(*index).filter(|_| *index != NO_VALUE);
        serializer.collect_seq(self.values.iter().map(|index| given(index).map(|value| value.name)))
    }
}

/// The attributes of a node. They are a list: in a broken model two may have one name.
struct Attributes<'a> {
    model: &'a Model,
    graph: &'a Graph,
    node: &'a Node<'a>,
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { model, graph, node } = self;
        serializer.collect_seq(graph.attributes(node).map(|attribute| AttributeDescription { model, attribute }))
    }
}
