//! How readers make graphs.

use std::ops::Range;

use bytes::Bytes;
use hashbrown::HashTable;

use super::rows::{AttributeRow, NONE, Name, NodeRow, Numbers, Operator, Slice, ValueRow, number};
use super::succession::Succession;
use super::text::{Names, are_equal, name_of};
use super::types::TypeRow;
use super::words::Word;
use super::{AttributeKind, Function, Graph, Graphs, Initializer, NO_VALUE, Role, Stored, TypeKind};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::memory;
use crate::quantization::Quantization;
use crate::sort;

/// Makes one graph.
pub(crate) struct GraphBuilder {
    graph: Graph,
    /// Operators, domains and names of attributes: there are few different ones.
    words: HashTable<Word>,
    operators: HashTable<u32>,
    /// The order of the operators, and that of the names of attributes.
    operator_order: Succession,
    name_order: Succession,
}

/// What memory is asked for.
pub(super) const GRAPH: &str = "the graph";

#[cold]
fn no_memory() -> Error {
    Error::out_of_memory(GRAPH, 1)
}

/// How many rows a graph is expected to have. Without room for them its lists grow as they are filled.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Room {
    pub nodes: usize,
    pub attributes: usize,
}

/// One node as a reader finds it. Inputs and outputs are values of the same builder.
pub(crate) struct IrNode<'a> {
    /// A range of the text, or one that [`GraphBuilder::keep`] gave.
    pub name: Range<usize>,
    /// A row of the operators.
    pub operator: u32,
    pub inputs: &'a [u32],
    pub outputs: &'a [u32],
    /// Nodes that have to run before this one although no value flows. They may come after it.
    pub control: &'a [u32],
    /// How many of the attributes that were added last are the node's.
    pub attributes: usize,
}

/// The contents of an attribute as a reader finds them.
pub(crate) enum AttributeData<'a> {
    /// No value: what it would be, if that is known.
    Undefined(AttributeKind),
    Float(f32),
    Int(i64),
    String(&'a [u8]),
    Floats(&'a [f32]),
    Ints(&'a [i64]),
    Strings(&'a [&'a [u8]]),
    /// Tensors in the order in which the reader found them, graphs, sparse tensors, or types.
    Indices(AttributeKind, &'a [u32]),
}

/// A type as a reader finds it.
pub(crate) struct IrType<'a> {
    pub kind: TypeKind,
    pub dtype: Option<DType>,
    pub code: i32,
    pub denotation: &'a str,
    /// Domain and name of an opaque type.
    pub opaque: (&'a str, &'a str),
    /// Size (-1 if it has none), name and meaning of each dimension.
    pub dims: Option<&'a [(i64, &'a str, &'a str)]>,
    /// The type inside, added before.
    pub element: Option<u32>,
}

impl GraphBuilder {
    /// A graph whose names are in `text`. Room is made for somewhat more values than nodes.
    pub(crate) fn new(role: Role, text: Bytes, Room { nodes, attributes }: Room) -> Self {
        let mut graph = Graph::empty(role, text);
        let _ = graph.nodes.try_reserve_exact(nodes);
        let _ = graph.values.try_reserve_exact(nodes + nodes / 8);
        let _ = graph.edges.try_reserve_exact(3 * nodes);
        let _ = graph.attributes.try_reserve_exact(attributes);
        graph.names.reserve(nodes);
        Self {
            graph,
            words: HashTable::new(),
            operators: HashTable::new(),
            operator_order: Succession::default(),
            name_order: Succession::default(),
        }
    }

    pub(crate) fn graph_mut(&mut self) -> &mut Graph {
        &mut self.graph
    }

    /// The value whose name is this range of the text; a new one if there is none yet, after `check` has passed the name
    /// for UTF-8. An empty name means that nothing is there.
    #[inline]
    pub(crate) fn value(&mut self, name: Range<usize>, check: impl FnOnce(Range<usize>) -> Result<()>) -> Result<u32> {
        if name.is_empty() {
            return Ok(NO_VALUE);
        }
        let Graph { names, values, text, .. } = &mut self.graph;
        names.find_or_add(text, values, text.bytes(name.clone()), |values| {
            check(name.clone())?;
            push_value(values, name_of(name)?)
        })
    }

    /// The same for a value that a node takes: mostly what the node before it made.
    #[inline]
    pub(crate) fn taken(&mut self, name: Range<usize>, check: impl FnOnce(Range<usize>) -> Result<()>) -> Result<u32> {
        let Graph { values, text, .. } = &self.graph;
        match values.last() {
            Some(last) if !name.is_empty() && are_equal(text.name(last.name), text.bytes(name.clone())) => {
                Ok(values.len() as u32 - 1)
            }
            _ => self.value(name, check),
        }
    }

    /// A value of its own, whatever its name: it may be empty, or that of another value. [`Graph::find`] finds the first of
    /// a name. The name is a range of the text that the reader has checked for UTF-8, or one that [`Self::keep`] gave.
    #[cfg_attr(not(test), expect(dead_code, reason = "values of ONNX are their names; those of other formats are not"))]
    pub(crate) fn add_value(&mut self, name: Range<usize>) -> Result<u32> {
        let Graph { names, values, text, .. } = &mut self.graph;
        let row = name_of(name.clone())?;
        let index = push_value(values, row)?;
        if !name.is_empty() {
            names.find_or_add(text, values, text.bytes(name), |_| Ok(index))?;
        }
        Ok(index)
    }

    /// Keeps a name that the text does not have, because it was made up or made unique: a range to give for it.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "all names of ONNX are in its file; those of other formats are not")
    )]
    pub(crate) fn keep(&mut self, name: &str) -> Result<Range<usize>> {
        self.graph.text.keep(name)
    }

    /// Says how the contents of a value are quantized. The first word counts.
    #[cfg_attr(not(test), expect(dead_code, reason = "ONNX quantizes by nodes; other formats state it of values"))]
    pub(crate) fn set_quantization(&mut self, value: u32, quantization: Quantization) -> Result<()> {
        self.graph.quantizations.add(value, quantization)
    }

    /// Adds an attribute; the next node takes it.
    pub(crate) fn attribute(&mut self, name: Word, reference: Word, data: AttributeData<'_>) -> Result<()> {
        let numbers = &mut self.graph.numbers;
        let (kind, data) = match data {
            AttributeData::Undefined(kind) => (kind, Slice::default()),
            AttributeData::Float(value) => (AttributeKind::Float, extend(&mut numbers.floats, &[value])?),
            AttributeData::Int(value) => (AttributeKind::Int, extend(&mut numbers.ints, &[value])?),
            AttributeData::String(value) => (AttributeKind::String, numbers.strings(&[value])?),
            AttributeData::Floats(values) => (AttributeKind::Floats, extend(&mut numbers.floats, values)?),
            AttributeData::Ints(values) => (AttributeKind::Ints, extend(&mut numbers.ints, values)?),
            AttributeData::Strings(values) => (AttributeKind::Strings, numbers.strings(values)?),
            AttributeData::Indices(kind, values) => (kind, extend(&mut numbers.indices, values)?),
        };
        memory::push(&mut self.graph.attributes, AttributeRow { name, reference, kind, data }, GRAPH)?;
        self.name_order.add(name.0)
    }

    /// Says that the attributes so far are those of the graph itself.
    pub(crate) fn attributes_are_defaults(&mut self) {
        self.graph.defaults = self.graph.attributes.len();
    }

    /// Adds a node after those that are there.
    pub(crate) fn node(&mut self, node: &IrNode<'_>) -> Result<()> {
        let index = number(self.graph.nodes.len())?;
        let graph = &mut self.graph;
        let name = name_of(node.name.clone())?;
        let Slice { start: edges, len: inputs } = push_all(&mut graph.edges, node.inputs)?;
        let Slice { len: outputs, .. } = push_all(&mut graph.edges, node.outputs)?;
        graph.control.add(index, node.control)?;
        let first = graph.attributes.len() - node.attributes;
        let attributes = Slice { start: number(first)?, len: number(node.attributes)? };
        for output in node.outputs.iter().filter(|output| **output != NO_VALUE) {
            let value = &mut graph.values[*output as usize];
            value.producer = value.producer.min(index);
        }
        let row = NodeRow { name, operator: node.operator, edges, inputs, outputs, attributes };
        memory::push(&mut graph.nodes, row, GRAPH)?;
        self.operator_order.add(node.operator)
    }

    /// Adds a type.
    pub(crate) fn ty(&mut self, ty: &IrType<'_>) -> Result<u32> {
        let denotation = self.word(ty.denotation)?;
        let opaque = (self.word(ty.opaque.0)?, self.word(ty.opaque.1)?);
        let mut dims = Vec::new();
        for (size, symbol, meaning) in ty.dims.unwrap_or_default() {
            dims.push((*size, self.word(symbol)?, self.word(meaning)?));
        }
        let types = &mut self.graph.types;
        let dims = ty.dims.map(|_| types.push_dims(&dims)).transpose()?;
        let IrType { kind, dtype, code, .. } = *ty;
        types.push(TypeRow { kind, dtype, code, denotation, opaque, dims, element: ty.element.unwrap_or(NONE) })
    }

    /// Says what the type of a value is. The first word counts.
    pub(crate) fn set_type(&mut self, value: u32, ty: u32) {
        if let Some(row) = self.graph.values.get_mut(value as usize)
            && row.ty == NONE
        {
            row.ty = ty;
        }
    }

    /// Whether the value is an input or output of the graph.
    pub(crate) fn is_border(&self, value: u32) -> bool {
        self.graph.values.get(value as usize).is_some_and(|row| row.is_input || row.is_output)
    }

    pub(crate) fn input(&mut self, value: u32) -> Result<()> {
        memory::push(&mut self.graph.inputs, value, GRAPH)?;
        if let Some(row) = self.graph.values.get_mut(value as usize) {
            row.is_input = true;
        }
        Ok(())
    }

    pub(crate) fn output(&mut self, value: u32) -> Result<()> {
        memory::push(&mut self.graph.outputs, value, GRAPH)?;
        if let Some(row) = self.graph.values.get_mut(value as usize) {
            row.is_output = true;
        }
        Ok(())
    }

    /// Says what is stored for a value. Tensors are counted in the order in which the reader found them.
    pub(crate) fn initializer(&mut self, value: u32, contents: Stored) -> Result<()> {
        let index = number(self.graph.initializers.len())?;
        memory::push(&mut self.graph.initializers, Initializer { value, contents }, GRAPH)?;
        if let Some(row) = self.graph.values.get_mut(value as usize)
            && row.initializer == NONE
        {
            row.initializer = index;
        }
        Ok(())
    }

    /// The graph. Edges and quantizations of what it does not have are refused.
    pub(crate) fn finish(mut self) -> Result<Graph> {
        let graph = &mut self.graph;
        graph.control.check(graph.nodes.len())?;
        graph.quantizations.finish(graph.values.len())?;
        graph.words.shrink_to_fit();
        graph.nodes.shrink_to_fit();
        graph.values.shrink_to_fit();
        graph.edges.shrink_to_fit();
        graph.attributes.shrink_to_fit();
        Ok(self.graph)
    }

    /// The row of an operator that was kept before: its name, domain and overload.
    // Inlined as far as it mostly goes, so that the parts need not pass through memory.
    #[inline(always)]
    pub(crate) fn find_operator(&self, [name, domain, overload]: [&[u8]; 3]) -> Option<u32> {
        let expected = self.operator_order.expected();
        match expected.filter(|row| self.is_operator(*row, [name, domain, overload])) {
            Some(row) => Some(row),
            None => self.find_any_operator([name, domain, overload]),
        }
    }

    #[inline(never)]
    fn find_any_operator(&self, parts: [&[u8]; 3]) -> Option<u32> {
        let hash = hash_of_operator(&self.graph.names, parts);
        self.operators.find(hash, |row| self.is_operator(*row, parts)).copied()
    }

    #[inline(always)]
    fn is_operator(&self, row: u32, [name, domain, overload]: [&[u8]; 3]) -> bool {
        let Graph { words, operators, .. } = &self.graph;
        let Some(operator) = operators.get(row as usize) else { return false };
        // Most have a name only, and empty ones need no comparison.
        let is = |word: Word, other: &[u8]| {
            if other.is_empty() { word == Word::default() } else { are_equal(word.bytes(words), other) }
        };
        is(operator.name, name) && is(operator.domain, domain) && is(operator.overload, overload)
    }

    /// Keeps an operator that was not kept before.
    pub(crate) fn add_operator(&mut self, [name, domain, overload]: [&str; 3]) -> Result<u32> {
        let row = number(self.graph.operators.len())?;
        let operator = Operator { name: self.word(name)?, domain: self.word(domain)?, overload: self.word(overload)? };
        let Graph { names, words, operators, .. } = &mut self.graph;
        memory::push(operators, operator, GRAPH)?;
        let hash_of = |row: &u32| {
            let Operator { name, domain, overload } = operators[*row as usize];
            hash_of_operator(names, [name, domain, overload].map(|word| word.bytes(words)))
        };
        self.operators.try_reserve(1, hash_of).map_err(|_| no_memory())?;
        self.operators.insert_unique(hash_of(&row), row, hash_of);
        Ok(row)
    }

    /// A word that was kept before: mostly the name of the attribute that is expected, or none.
    #[inline]
    pub(crate) fn find_word(&self, word: &[u8]) -> Option<Word> {
        if word.is_empty() {
            return Some(Word::default());
        }
        let Graph { names, words, .. } = &self.graph;
        let is_same = |kept: &Word| are_equal(kept.bytes(words), word);
        let find = || self.words.find(names.hash(word), is_same).copied();
        self.name_order.expected().map(Word).filter(is_same).or_else(find)
    }

    /// Keeps a word once, however often it occurs.
    pub(crate) fn word(&mut self, word: &str) -> Result<Word> {
        if word.is_empty() {
            return Ok(Word::default());
        }
        let Graph { names, words, .. } = &mut self.graph;
        let hash = names.hash(word.as_bytes());
        if let Some(found) = self.words.find(hash, |other| other.of(words) == word) {
            return Ok(*found);
        }
        let kept = words.push(word)?;
        self.words.try_reserve(1, |other| names.hash(other.bytes(words))).map_err(|_| no_memory())?;
        self.words.insert_unique(hash, kept, |other| names.hash(other.bytes(words)));
        Ok(kept)
    }
}

impl Numbers {
    fn strings(&mut self, strings: &[&[u8]]) -> Result<Slice> {
        let start = self.strings.len();
        for string in strings {
            let slice = extend(&mut self.bytes, string)?;
            memory::push(&mut self.strings, slice, GRAPH)?;
        }
        Ok(Slice { start: number(start)?, len: number(strings.len())? })
    }
}

impl Graphs {
    /// Makes functions findable by name. Of several of one name the first is found.
    pub(crate) fn sort_functions(&mut self) -> Result<()> {
        let functions = &self.functions;
        let key = |index: &usize| {
            let Function { domain, name, overload, .. } = &functions[*index];
            (domain, name, overload)
        };
        let mut sorted: Vec<usize> = memory::collect(0..functions.len(), GRAPH)?;
        sort::sort_by_key(&mut sorted, |index| (key(index), *index));
        sorted.dedup_by(|other, first| key(other) == key(first));
        self.functions_by_name = sorted;
        Ok(())
    }

    /// Replaces the order in which a reader found the tensors by their places in the tensor table; `None` for those that
    /// the table does not have.
    pub(crate) fn place_tensors(&mut self, places: &[Option<usize>]) {
        let place = |found: usize| places.get(found).copied().flatten();
        for graph in &mut self.graphs {
            for initializer in &mut graph.initializers {
                if let Stored::Dense(found) = initializer.contents {
                    initializer.contents = place(found).map_or(Stored::Unreadable, Stored::Dense);
                }
            }
            let attributes = graph.attributes.iter();
            for row in attributes.filter(|row| matches!(row.kind, AttributeKind::Tensor | AttributeKind::Tensors)) {
                for index in &mut graph.numbers.indices[row.data.range()] {
                    *index = place(*index as usize).map_or(NO_VALUE, |place| place as u32);
                }
            }
        }
        for sparse in &mut self.sparse {
            sparse.values = sparse.values.and_then(place);
            sparse.indices = sparse.indices.and_then(place);
        }
    }
}

/// All parts count: a hostile model may have one operator in very many domains. Most have a name only.
#[inline]
fn hash_of_operator(names: &Names, parts: [&[u8]; 3]) -> u64 {
    match parts {
        [name, [], []] => names.hash(name),
        parts => names.hash_all(parts),
    }
}

fn push_value(values: &mut Vec<ValueRow>, name: Name) -> Result<u32> {
    let index = number(values.len())?;
    let (ty, producer, initializer) = (NONE, NONE, NONE);
    memory::push(values, ValueRow { name, ty, producer, initializer, is_input: false, is_output: false }, GRAPH)?;
    Ok(index)
}

/// The same as [`extend`] for so few items that one after the other takes less time than a call that copies them.
fn push_all(list: &mut Vec<u32>, items: &[u32]) -> Result<Slice> {
    let kept = Slice { start: number(list.len())?, len: number(items.len())? };
    memory::reserve(list, items.len(), GRAPH)?;
    for item in items {
        list.push(*item);
    }
    Ok(kept)
}

fn extend<T: Copy>(list: &mut Vec<T>, items: &[T]) -> Result<Slice> {
    let kept = Slice { start: number(list.len())?, len: number(items.len())? };
    memory::extend(list, items, GRAPH)?;
    Ok(kept)
}
