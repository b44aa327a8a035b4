//! One graph: its nodes and its values.

use bytes::Bytes;

use super::Role;
use super::attribute::Attribute;
use super::control::Control;
use super::quantizations::Quantizations;
use super::rows::{AttributeRow, NONE, NodeRow, Numbers, Operator, Slice, ValueRow};
use super::text::{Names, Text};
use super::types::{Type, TypeTable};
use super::words::Words;
use crate::quantization::Quantization;

/// One graph. Values are addressed by index; see [`Node::inputs`].
#[derive(Debug)]
pub struct Graph {
    /// The name; may be empty.
    pub name: String,
    /// What the graph says of itself in prose.
    pub documentation: String,
    /// What the graph is in its model.
    pub role: Role,
    /// Its metadata, in the order of the file.
    pub metadata: Vec<(String, String)>,
    /// What names are ranges of.
    pub(super) text: Text,
    pub(super) words: Words,
    pub(super) operators: Vec<Operator>,
    pub(super) nodes: Vec<NodeRow>,
    pub(super) values: Vec<ValueRow>,
    /// Inputs and outputs of all nodes, one after the other.
    pub(super) edges: Vec<u32>,
    pub(super) control: Control,
    pub(super) attributes: Vec<AttributeRow>,
    /// How many of the attributes are the graph's own; they come first.
    pub(super) defaults: usize,
    pub(super) numbers: Numbers,
    pub(super) types: TypeTable,
    pub(super) inputs: Vec<u32>,
    pub(super) outputs: Vec<u32>,
    pub(super) initializers: Vec<Initializer>,
    pub(super) names: Names,
    pub(super) quantizations: Quantizations,
    /// Values that annotations refer to, such as the scale of another value: they are used, although no node takes them.
    pub(crate) annotated: Vec<u32>,
}

/// As an input or output of a node: an optional one that is left out.
pub const NO_VALUE: u32 = u32::MAX;

/// The stored contents of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Initializer {
    /// Index of the value in its graph.
    pub value: u32,
    /// What is stored.
    pub contents: Stored,
}

/// What is stored for an initializer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// All elements: index in the model's tensor table.
    Dense(usize),
    /// Some elements: index in the list of sparse tensors.
    Sparse(usize),
    /// Contents that this release cannot read, such as those of an unknown element type.
    Unreadable,
}

/// One node of a graph.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its index in the graph.
    pub index: usize,
    /// The name; may be empty, and need not be unique.
    pub name: &'a str,
    /// The operator.
    pub op: &'a str,
    /// The operator's domain; empty for the default one.
    pub domain: &'a str,
    /// Which of several functions of one name is meant; mostly empty.
    pub overload: &'a str,
    /// The values that it takes, [`NO_VALUE`] for those that are left out.
    pub inputs: &'a [u32],
    /// The values that it makes, [`NO_VALUE`] for those that are left out.
    pub outputs: &'a [u32],
    /// The nodes that have to run before it although it takes no value of theirs, as indices in the graph.
    pub control: &'a [u32],
    pub(super) attributes: Slice,
}

/// One value of a graph: an input, an initializer, the output of a node, or something from the graph around it.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// Its index in the graph.
    pub index: u32,
    /// The name. It may be empty, and need not be unique, unless the format tells values apart by name, as ONNX does.
    pub name: &'a str,
    /// What the model says of its type.
    pub ty: Option<Type<'a>>,
    /// The first node that makes it.
    pub producer: Option<usize>,
    /// What is stored for it.
    pub initializer: Option<Stored>,
    /// How its contents are quantized, if the model says so of the value.
    pub quantization: Option<&'a Quantization>,
    /// Whether it is an input of the graph.
    pub is_input: bool,
    /// Whether it is an output of the graph.
    pub is_output: bool,
}

impl Value<'_> {
    /// Whether the graph does not make the value itself: it comes from the graph around it, or from nowhere.
    pub fn is_outer(&self) -> bool {
        self.producer.is_none() && self.initializer.is_none() && !self.is_input
    }
}

impl Graph {
    /// A graph of nothing.
    pub(crate) fn empty(role: Role, text: Bytes) -> Self {
        Self {
            name: String::new(),
            documentation: String::new(),
            role,
            metadata: Vec::new(),
            text: Text::new(text),
            words: Words::default(),
            operators: Vec::new(),
            nodes: Vec::new(),
            values: Vec::new(),
            edges: Vec::new(),
            control: Control::default(),
            attributes: Vec::new(),
            defaults: 0,
            numbers: Numbers::default(),
            types: TypeTable::default(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            initializers: Vec::new(),
            names: Names::default(),
            quantizations: Quantizations::default(),
            annotated: Vec::new(),
        }
    }

    /// The number of nodes.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The node at `index`, in the order of the file, which has to be one in which they can run.
    pub fn node(&self, index: usize) -> Option<Node<'_>> {
        self.nodes.get(index).map(|row| self.node_of(index, row))
    }

    /// All nodes.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node<'_>> + Clone {
        self.nodes.iter().enumerate().map(|(index, row)| self.node_of(index, row))
    }

    fn node_of(&self, index: usize, row: &NodeRow) -> Node<'_> {
        let operator = &self.operators[row.operator as usize];
        let edges = &self.edges[row.edges as usize..];
        let (inputs, rest) = edges.split_at(row.inputs as usize);
        let outputs = &rest[..row.outputs as usize];
        Node {
            index,
            name: self.text.str(row.name),
            op: operator.name.of(&self.words),
            domain: operator.domain.of(&self.words),
            overload: operator.overload.of(&self.words),
            inputs,
            outputs,
            control: self.control.of(index),
            attributes: row.attributes,
        }
    }

    /// The attributes of a node.
    pub fn attributes(&self, node: &Node<'_>) -> impl ExactSizeIterator<Item = Attribute<'_>> + Clone {
        self.attributes[node.attributes.range()].iter().map(|row| self.attribute_of(row))
    }

    fn attribute_of(&self, row: &AttributeRow) -> Attribute<'_> {
        Attribute {
            name: row.name.of(&self.words),
            kind: row.kind,
            reference: row.reference.of(&self.words),
            data: row.data,
            graph: self,
        }
    }

    /// The attribute of a node at this position.
    pub fn attribute_at(&self, node: &Node<'_>, position: usize) -> Option<Attribute<'_>> {
        self.attributes[node.attributes.range()].get(position).map(|row| self.attribute_of(row))
    }

    /// The attributes of the graph itself: for the body of a function, those that have a value when a call gives none.
    pub fn defaults(&self) -> impl ExactSizeIterator<Item = Attribute<'_>> + Clone {
        self.attributes[..self.defaults].iter().map(|row| self.attribute_of(row))
    }

    /// The attribute of the graph itself at this position.
    pub fn default_at(&self, position: usize) -> Option<Attribute<'_>> {
        self.attributes[..self.defaults].get(position).map(|row| self.attribute_of(row))
    }

    /// The attribute of a node with this name.
    pub fn attribute(&self, node: &Node<'_>, name: &str) -> Option<Attribute<'_>> {
        self.attributes(node).find(|attribute| attribute.name == name)
    }

    /// The inputs and outputs of all nodes: of each node in order first the one, then the other.
    pub fn edges(&self) -> &[u32] {
        &self.edges
    }

    /// The number of types; [`Type::index`] counts in them.
    pub fn type_count(&self) -> usize {
        self.types.len()
    }

    /// The type at `index`.
    pub fn ty(&self, index: u32) -> Option<Type<'_>> {
        ((index as usize) < self.types.len()).then(|| self.types.get(&self.words, index))
    }

    /// The number of values.
    pub fn value_count(&self) -> usize {
        self.values.len()
    }

    /// The value at `index`.
    pub fn value(&self, index: u32) -> Option<Value<'_>> {
        let row = self.values.get(index as usize)?;
        let initializer = self.initializers.get(row.initializer as usize);
        Some(Value {
            index,
            name: self.text.str(row.name),
            ty: (row.ty != NONE).then(|| self.types.get(&self.words, row.ty)),
            producer: (row.producer != NONE).then_some(row.producer as usize),
            initializer: initializer.map(|initializer| initializer.contents),
            quantization: self.quantizations.of(index),
            is_input: row.is_input,
            is_output: row.is_output,
        })
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> + Clone {
        (0..self.values.len() as u32).filter_map(|index| self.value(index))
    }

    /// The index of the value with this name, the first if there are several.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.names.find(&self.text, &self.values, name.as_bytes())
    }

    /// The values that the graph takes, in order, those included that have an initializer as their default.
    pub fn inputs(&self) -> &[u32] {
        &self.inputs
    }

    /// The values that the graph makes, in order.
    pub fn outputs(&self) -> &[u32] {
        &self.outputs
    }

    /// The stored values, in the order of the file: dense ones first.
    pub fn initializers(&self) -> &[Initializer] {
        &self.initializers
    }

    pub(super) fn is_outer(&self, value: u32) -> bool {
        let row = &self.values[value as usize];
        row.producer == NONE && row.initializer == NONE && !row.is_input
    }
}
