//! Attributes of nodes.

use super::Graph;
use super::rows::Slice;
use super::types::Type;

/// What an attribute holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AttributeKind {
    /// Nothing that is known.
    #[default]
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
    pub(super) data: Slice,
    pub(super) graph: &'a Graph,
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

    /// Its graphs, as indices in [`Graphs`](super::Graphs): one for [`AttributeKind::Graph`], any for `Graphs`.
    pub fn graphs(&self) -> &'a [u32] {
        self.indices(&[AttributeKind::Graph, AttributeKind::Graphs])
    }

    /// Its tensors, as indices in the tensor table, [`NO_VALUE`](super::NO_VALUE) for one that this release cannot read: one for
    /// [`AttributeKind::Tensor`], any for `Tensors`.
    pub fn tensors(&self) -> &'a [u32] {
        self.indices(&[AttributeKind::Tensor, AttributeKind::Tensors])
    }

    /// Its sparse tensors, as indices in [`Graphs::sparse`](super::Graphs::sparse).
    pub fn sparse(&self) -> &'a [u32] {
        self.indices(&[AttributeKind::SparseTensor, AttributeKind::SparseTensors])
    }

    /// Its types: one for [`AttributeKind::Type`], any for `Types`.
    pub fn types(&self) -> impl ExactSizeIterator<Item = Type<'a>> + Clone + use<'a> {
        let graph = self.graph;
        let rows = self.indices(&[AttributeKind::Type, AttributeKind::Types]);
        rows.iter().map(|row| graph.types.get(&graph.words, *row))
    }

    /// Its type at `index`.
    pub fn type_at(&self, index: usize) -> Option<Type<'a>> {
        let row = self.indices(&[AttributeKind::Type, AttributeKind::Types]).get(index)?;
        Some(self.graph.types.get(&self.graph.words, *row))
    }

    fn indices(&self, kinds: &[AttributeKind]) -> &'a [u32] {
        if kinds.contains(&self.kind) { &self.graph.numbers.indices[self.data.range()] } else { &[] }
    }
}
