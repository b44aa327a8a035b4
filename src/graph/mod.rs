//! Graphs in one form for all formats: nodes, values, attributes, subgraphs, functions.
//!
//! [`Graphs`] holds every graph of a model in one list: the main graph first, then the bodies of functions and the
//! graphs that are attributes of nodes. Nodes, values and attributes are rows of tables, addressed by dense, stable
//! indices. Names stay in the text of the model, which all graphs share; words that occur again and again, such as
//! operators, are kept once. A graph of a hundred thousand nodes is a handful of allocations, and to drop it takes no
//! recursion.
//!
//! A name belongs to one value of its graph. What a node of a subgraph takes from around it is a value of its own in the
//! subgraph, which [`Value::outer`] leads out of.

#![forbid(unsafe_code)]

mod build;
mod types;

use std::ops::Range;

pub(crate) use build::{AttributeData, GraphBuilder, IrNode, IrType};
pub use types::{Dim, Type, TypeKind};

use bytes::Bytes;

use build::Names;
use types::TypeTable;

/// All graphs of a model, and what is said about them together.
#[derive(Debug, Default)]
pub struct Graphs {
    /// The version of the representation: the `ir_version` of ONNX.
    pub ir_version: Option<i64>,
    /// The program that wrote the model, and its version; empty if it does not say.
    pub producer: (String, String),
    /// The namespace of the model and its version there; empty and 0 if it does not say.
    pub domain: (String, i64),
    /// What the model says of itself in prose.
    pub documentation: String,
    /// The operator sets that the model imports.
    pub opsets: Vec<Opset>,
    pub(crate) graphs: Vec<Graph>,
    pub(crate) functions: Vec<Function>,
    /// Indices of the functions, sorted by domain, name and overload.
    pub(crate) functions_by_name: Vec<usize>,
    pub(crate) sparse: Vec<SparseTensor>,
}

/// An operator set: a domain, and the version of it that is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opset {
    /// The domain; empty for the default one. `"ai.onnx"` is spelled as empty.
    pub domain: String,
    /// The version.
    pub version: i64,
}

/// A function that a model defines: an operator with a body.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name: the operator of the nodes that call it.
    pub name: String,
    /// The domain of that operator.
    pub domain: String,
    /// Tells functions of one name and domain apart; mostly empty.
    pub overload: String,
    /// Index of the body in [`Graphs`].
    pub graph: usize,
    /// Names of the attributes that a call has to give.
    pub attributes: Vec<String>,
    /// Names of the attributes that have a value when a call gives none: [`Graph::defaults`] of the body.
    pub defaults: Vec<String>,
    /// The operator sets that the body imports.
    pub opsets: Vec<Opset>,
}

/// A tensor of which only some elements are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparseTensor {
    /// Elements of each dimension.
    pub shape: Vec<i64>,
    /// Index of the tensor of stored elements in the tensor table; `None` if the model lacks a readable one.
    pub values: Option<usize>,
    /// Index of the tensor of their places: linear indices, or one row of coordinates for each element.
    pub indices: Option<usize>,
}

/// What a graph is in its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The graph that the model runs.
    Main,
    /// The body of the function with this index.
    Function(usize),
    /// The value of an attribute: of this graph, this node, the attribute with this position in the node.
    Subgraph {
        /// Index of the graph around it.
        graph: usize,
        /// Index of the node in that graph; [`usize::MAX`] for a default of a function's attribute.
        node: usize,
        /// Position of the attribute in the node.
        attribute: usize,
    },
}

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
    /// The file that names are ranges of. Readers add only names that are UTF-8.
    text: Bytes,
    words: String,
    operators: Vec<Operator>,
    nodes: Vec<NodeRow>,
    values: Vec<ValueRow>,
    /// Inputs and outputs of all nodes, one after the other.
    edges: Vec<u32>,
    attributes: Vec<AttributeRow>,
    /// How many of the attributes are the graph's own; they come first.
    defaults: usize,
    numbers: Numbers,
    types: TypeTable,
    inputs: Vec<u32>,
    outputs: Vec<u32>,
    initializers: Vec<Initializer>,
    names: Names,
}

/// As an input or output of a node: an optional one that is left out.
pub const NO_VALUE: u32 = u32::MAX;

/// A part of one of a graph's lists, of its text or of its words.
#[derive(Debug, Clone, Copy, Default)]
struct Slice {
    start: u32,
    len: u32,
}

/// A name in the text.
#[derive(Debug, Clone, Copy, Default)]
struct Name(Slice);

impl Name {
    fn of(self, text: &Bytes) -> &[u8] {
        &text[self.0.range()]
    }
}

/// One of the words.
#[derive(Debug, Clone, Copy, Default)]
struct Word(Slice);

impl Word {
    fn of(self, words: &str) -> &str {
        &words[self.0.range()]
    }
}

impl Slice {
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

#[derive(Debug, Clone, Copy)]
struct NodeRow {
    name: Name,
    /// Row of the operators.
    operator: u32,
    /// Where its edges begin: inputs, then outputs.
    edges: u32,
    inputs: u32,
    outputs: u32,
    attributes: Slice,
}

/// What nodes are calls of.
#[derive(Debug, Clone, Copy)]
struct Operator {
    name: Word,
    domain: Word,
    overload: Word,
}

#[derive(Debug, Clone, Copy)]
struct ValueRow {
    name: Name,
    /// Row of the type table, or [`NONE`].
    ty: u32,
    /// The first node that makes it, or [`NONE`].
    producer: u32,
    /// Row of the list of initializers, or [`NONE`].
    initializer: u32,
    is_input: bool,
    is_output: bool,
}

const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct AttributeRow {
    name: Word,
    /// The attribute of the function around it that this one takes its value from.
    reference: Word,
    kind: AttributeKind,
    data: Slice,
}

/// The contents of all attributes of a graph, by kind of number.
#[derive(Debug, Default)]
struct Numbers {
    floats: Vec<f32>,
    ints: Vec<i64>,
    /// Strings: their bytes, and where each lies.
    bytes: Vec<u8>,
    strings: Vec<Slice>,
    /// Tensors, sparse tensors, graphs and types, by index.
    indices: Vec<u32>,
}

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
    attributes: Slice,
}

/// One value of a graph: an input, an initializer, the output of a node, or something from the graph around it.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// Its index in the graph.
    pub index: u32,
    /// The name, unique in the graph.
    pub name: &'a str,
    /// What the model says of its type.
    pub ty: Option<Type<'a>>,
    /// The first node that makes it.
    pub producer: Option<usize>,
    /// What is stored for it.
    pub initializer: Option<Stored>,
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

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// Nothing that is known.
    Undefined,
    /// A number.
    Float,
    /// A whole number.
    Int,
    /// Bytes, mostly UTF-8 text.
    String,
    /// A tensor of the model's table.
    Tensor,
    /// A graph.
    Graph,
    /// A sparse tensor.
    SparseTensor,
    /// The type of a value.
    Type,
    /// Numbers.
    Floats,
    /// Whole numbers.
    Ints,
    /// Several strings.
    Strings,
    /// Several tensors.
    Tensors,
    /// Several graphs.
    Graphs,
    /// Several sparse tensors.
    SparseTensors,
    /// Several types.
    Types,
}

/// One attribute of a node.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    /// The name.
    pub name: &'a str,
    /// What it holds.
    pub kind: AttributeKind,
    /// In the body of a function: the attribute of the call that it takes its value from; else empty.
    pub reference: &'a str,
    data: Slice,
    graph: &'a Graph,
}

impl<'a> Attribute<'a> {
    /// The number of its elements, of whatever kind: 1 for all but lists, 0 if it has no value.
    pub fn len(&self) -> usize {
        self.data.len as usize
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.data.len == 0
    }

    /// Its string at `index`.
    pub fn string(&self, index: usize) -> Option<&'a [u8]> {
        let numbers = &self.graph.numbers;
        let is_string = matches!(self.kind, AttributeKind::String | AttributeKind::Strings);
        let strings = if is_string { &numbers.strings[self.data.range()] } else { &[] };
        strings.get(index).map(|string| &numbers.bytes[string.range()])
    }

    /// Its numbers: one for [`AttributeKind::Float`], any for `Floats`, none for other kinds.
    pub fn floats(&self) -> &'a [f32] {
        let is_float = matches!(self.kind, AttributeKind::Float | AttributeKind::Floats);
        if is_float { &self.graph.numbers.floats[self.data.range()] } else { &[] }
    }

    /// Its whole numbers: one for [`AttributeKind::Int`], any for `Ints`, none for other kinds.
    pub fn ints(&self) -> &'a [i64] {
        let is_int = matches!(self.kind, AttributeKind::Int | AttributeKind::Ints);
        if is_int { &self.graph.numbers.ints[self.data.range()] } else { &[] }
    }

    /// Its strings: one for [`AttributeKind::String`], any for `Strings`, none for other kinds.
    pub fn strings(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone + use<'a> {
        let numbers = &self.graph.numbers;
        let is_string = matches!(self.kind, AttributeKind::String | AttributeKind::Strings);
        let strings = if is_string { &numbers.strings[self.data.range()] } else { &[] };
        strings.iter().map(|string| &numbers.bytes[string.range()])
    }

    /// Its graphs, as indices in [`Graphs`]: one for [`AttributeKind::Graph`], any for `Graphs`.
    pub fn graphs(&self) -> &'a [u32] {
        self.indices(&[AttributeKind::Graph, AttributeKind::Graphs])
    }

    /// Its tensors, as indices in the tensor table, [`NO_VALUE`] for one that this release cannot read: one for
    /// [`AttributeKind::Tensor`], any for `Tensors`.
    pub fn tensors(&self) -> &'a [u32] {
        self.indices(&[AttributeKind::Tensor, AttributeKind::Tensors])
    }

    /// Its sparse tensors, as indices in [`Graphs::sparse`].
    pub fn sparse(&self) -> &'a [u32] {
        self.indices(&[AttributeKind::SparseTensor, AttributeKind::SparseTensors])
    }

    /// Its types: one for [`AttributeKind::Type`], any for `Types`.
    pub fn types(&self) -> impl ExactSizeIterator<Item = Type<'a>> + use<'a> {
        let graph = self.graph;
        let rows = self.indices(&[AttributeKind::Type, AttributeKind::Types]);
        rows.iter().map(|row| graph.types.get(&graph.words, *row))
    }

    fn indices(&self, kinds: &[AttributeKind]) -> &'a [u32] {
        if kinds.contains(&self.kind) { &self.graph.numbers.indices[self.data.range()] } else { &[] }
    }
}

impl Graphs {
    /// The number of graphs: the main one, bodies of functions, and subgraphs.
    pub fn len(&self) -> usize {
        self.graphs.len()
    }

    /// Whether there are no graphs.
    pub fn is_empty(&self) -> bool {
        self.graphs.is_empty()
    }

    /// The graph at `index`; the main one is at 0.
    pub fn get(&self, index: usize) -> Option<&Graph> {
        self.graphs.get(index)
    }

    /// All graphs.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Graph> + Clone {
        self.graphs.iter()
    }

    /// The functions that the model defines.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The function that nodes of this operator call.
    pub fn function(&self, domain: &str, name: &str, overload: &str) -> Option<usize> {
        let found = self.functions_by_name.binary_search_by(|index| {
            let Function { domain: d, name: n, overload: o, .. } = &self.functions[*index];
            (d.as_str(), n.as_str(), o.as_str()).cmp(&(domain, name, overload))
        });
        found.ok().map(|position| self.functions_by_name[position])
    }

    /// The sparse tensors of all graphs.
    pub fn sparse(&self) -> &[SparseTensor] {
        &self.sparse
    }

    /// The version of a domain's operator set that holds in a graph: that of the function whose body it is or lies in, or
    /// else that of the model.
    pub fn opset(&self, graph: usize, domain: &str) -> Option<i64> {
        let opsets = self.function_around(graph).map_or(&self.opsets, |function| &self.functions[function].opsets);
        opsets.iter().find(|opset| opset.domain == domain).map(|opset| opset.version)
    }

    /// The function whose body a graph is or lies in.
    pub fn function_around(&self, graph: usize) -> Option<usize> {
        let mut graph = graph;
        loop {
            match self.graphs.get(graph)?.role {
                Role::Main => return None,
                Role::Function(function) => return Some(function),
                // A graph comes later in the list than the one around it, so this ends.
                Role::Subgraph { graph: around, .. } => graph = around,
            }
        }
    }

    /// Where a value of a subgraph comes from, if its own graph does not make it: the nearest graph around it that has a
    /// value of this name, and its index there.
    pub fn outer(&self, graph: usize, name: &str) -> Option<(usize, u32)> {
        let mut current = graph;
        while let Some(Role::Subgraph { graph: around, .. }) = self.graphs.get(current).map(|graph| graph.role) {
            let found = self.graphs[around].find(name).filter(|value| !self.graphs[around].is_outer(*value));
            if let Some(value) = found {
                return Some((around, value));
            }
            current = around;
        }
        None
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
            text,
            words: String::new(),
            operators: Vec::new(),
            nodes: Vec::new(),
            values: Vec::new(),
            edges: Vec::new(),
            attributes: Vec::new(),
            defaults: 0,
            numbers: Numbers::default(),
            types: TypeTable::default(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            initializers: Vec::new(),
            names: Names::default(),
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
            name: self.name_at(row.name),
            op: operator.name.of(&self.words),
            domain: operator.domain.of(&self.words),
            overload: operator.overload.of(&self.words),
            inputs,
            outputs,
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
            name: self.name_at(row.name),
            ty: (row.ty != NONE).then(|| self.types.get(&self.words, row.ty)),
            producer: (row.producer != NONE).then_some(row.producer as usize),
            initializer: initializer.map(|initializer| initializer.contents),
            is_input: row.is_input,
            is_output: row.is_output,
        })
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> + Clone {
        (0..self.values.len() as u32).filter_map(|index| self.value(index))
    }

    /// The index of the value with this name.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.names.find(self, name)
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

    fn is_outer(&self, value: u32) -> bool {
        let row = &self.values[value as usize];
        row.producer == NONE && row.initializer == NONE && !row.is_input
    }

    fn name_at(&self, name: Name) -> &str {
        std::str::from_utf8(name.of(&self.text)).unwrap_or_default()
    }
}
