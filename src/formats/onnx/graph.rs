//! Graphs: values, initializers, and what else lies beside the nodes.
//!
//! Graphs lie inside each other, as deep as the file says. So a reader stops where it comes to a graph inside its own,
//! and goes on when that has been read: [`read_all`] keeps the readers, and no call is nested.

use std::ops::Range;

use super::attribute::Parts;
use super::found::{Found, GRAPHS, entry};
use super::function::Body;
use super::label::{Label, cut};
use super::node::{OpenAttribute, OpenNode};
use super::{schema, tensor, types};
use crate::error::{Error, Result};
use crate::finding::rules::TENSOR_DATA_TYPE;
use crate::formats::protobuf::{Fields, Skeleton, Value, fields, packed_varints};
use crate::graph::{Graph, GraphBuilder, Role, Room, SparseTensor, Stored};
use crate::memory;

/// Reads the graph that the model runs and those inside it, and returns its index.
pub(super) fn read(found: &mut Found<'_, '_>, range: Range<usize>) -> Result<usize> {
    let role = Role::Entry;
    let index = found.reserve(role)?;
    let reader = GraphReader::new(found, Inner { range, index, role, path: "main".to_owned(), scope: String::new() });
    read_all(found, reader)?;
    Ok(index)
}

/// Reads a graph and, as it comes to them, those inside it: parents get their indices before their children, and all of
/// a child is read before what follows it in its parent.
pub(super) fn read_all<'s>(found: &mut Found<'s, '_>, outermost: GraphReader<'s>) -> Result<()> {
    let mut readers = vec![outermost];
    while let Some(reader) = readers.last_mut() {
        match reader.read_on(found)? {
            Some(inner) => memory::push(&mut readers, GraphReader::new(found, inner), GRAPHS)?,
            None => readers.pop().map_or(Ok(()), |done| done.finish(found))?,
        }
    }
    Ok(())
}

/// A graph that is yet to be read.
pub(super) struct Inner {
    pub range: Range<usize>,
    /// The index that is reserved for it.
    pub index: usize,
    pub role: Role,
    /// Where it is, for findings.
    pub path: String,
    /// What the names of its tensors begin with; empty for the main graph.
    pub scope: String,
}

/// Reads one graph into a builder of its own.
pub(super) struct GraphReader<'s> {
    pub(super) skeleton: &'s Skeleton,
    pub(super) builder: GraphBuilder,
    pub(super) index: usize,
    pub(super) path: String,
    pub(super) scope: String,
    pub(super) is_function: bool,
    /// What has not been read: the fields of a graph.
    fields: Fields<'s>,
    /// If it is the body of a function: what is said of that, and its nodes.
    pub(super) body: Option<Body>,
    /// What is read when the nodes have been.
    sparse: Vec<Range<usize>>,
    annotations: Vec<Range<usize>>,
    pub(super) infos: Vec<Range<usize>>,
    pub(super) nodes: usize,
    /// The node and the attribute that are being read. Their room is used again for the next ones.
    pub(super) node: OpenNode,
    pub(super) attribute: OpenAttribute,
    pub(super) parts: Parts,
}

impl<'s> GraphReader<'s> {
    pub(super) fn new(found: &Found<'s, '_>, Inner { range, index, role, path, scope }: Inner) -> Self {
        let is_function = matches!(role, Role::Function(_))
            || matches!(role, Role::Subgraph { graph, .. } if found.graphs.function_around(graph).is_some());
        let skeleton = found.skeleton;
        let [nodes, attributes] = [schema::NODE_PROTO, schema::ATTRIBUTE_PROTO].map(|message| skeleton.counts[message]);
        // Nearly all nodes of most models are in the main graph.
        let room = if role == Role::Entry { Room { nodes, attributes } } else { Room::default() };
        Self {
            skeleton,
            builder: GraphBuilder::new(role, skeleton.text.clone(), room),
            index,
            path,
            scope,
            is_function,
            fields: fields(&skeleton.text, range),
            body: None,
            sparse: Vec::new(),
            annotations: Vec::new(),
            infos: Vec::new(),
            nodes: 0,
            node: OpenNode::default(),
            attribute: OpenAttribute::default(),
            parts: Parts::default(),
        }
    }

    /// Reads on: to a graph that has to be read first, or to the last node.
    fn read_on(&mut self, found: &mut Found<'_, '_>) -> Result<Option<Inner>> {
        loop {
            if self.node.is_open
                && let Some(inner) = self.attributes(found)?
            {
                return Ok(Some(inner));
            }
            if !self.next_node(found)? {
                return Ok(None);
            }
        }
    }

    /// Reads up to the attributes of the next node, if there is one.
    fn next_node(&mut self, found: &mut Found<'_, '_>) -> Result<bool> {
        if let Some(body) = &mut self.body {
            let Some(range) = body.nodes.next() else { return Ok(false) };
            found.budget.advance(range.len() as u64)?;
            return self.open_node(range).map(|()| true);
        }
        while let Some((number, value)) = self.fields.next() {
            found.budget.advance(value.range().len() as u64)?;
            if number == 1 {
                return self.open_node(value.range()).map(|()| true);
            }
            self.field(found, number, value.range())?;
        }
        Ok(false)
    }

    /// Reads a field of the graph that is no node.
    fn field(&mut self, found: &mut Found<'_, '_>, number: u32, range: Range<usize>) -> Result<()> {
        match number {
            2 => self.builder.graph_mut().name = self.skeleton.string(range)?,
            5 => self.initializer(found, range)?,
            10 => self.builder.graph_mut().documentation = self.skeleton.string(range)?,
            11 => {
                let input = self.value_info(range, true)?;
                self.builder.input(input)?;
            }
            12 => {
                let output = self.value_info(range, true)?;
                self.builder.output(output)?;
            }
            13 => memory::push(&mut self.infos, range, GRAPHS)?,
            14 => memory::push(&mut self.annotations, range, GRAPHS)?,
            15 => memory::push(&mut self.sparse, range, GRAPHS)?,
            16 => {
                let pair = entry(self.skeleton, range)?;
                memory::push(&mut self.builder.graph_mut().metadata, pair, GRAPHS)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads what was left for the end, and puts the graph in its place.
    fn finish(mut self, found: &mut Found<'_, '_>) -> Result<()> {
        for range in std::mem::take(&mut self.sparse) {
            self.sparse_initializer(found, range)?;
        }
        let of_border = self.body.is_some();
        for range in std::mem::take(&mut self.infos) {
            self.value_info(range, of_border)?;
        }
        let mut graph = self.builder.finish()?;
        for range in self.annotations {
            annotate(&mut graph, self.skeleton, range)?;
        }
        if let Some(body) = self.body {
            memory::push(&mut found.graphs.functions, body.finish(&graph)?, GRAPHS)?;
        }
        found.graphs.graphs[self.index] = graph;
        Ok(())
    }

    pub(super) fn value(&mut self, name: Range<usize>) -> Result<u32> {
        let skeleton = self.skeleton;
        self.builder.value(name, |name| skeleton.check(name))
    }

    /// Reads the type of a value. Inputs and outputs say their own: what is said of them elsewhere does not count.
    fn value_info(&mut self, range: Range<usize>, of_border: bool) -> Result<u32> {
        let (mut name, mut ty) = (0..0, None);
        for (number, value) in fields(&self.skeleton.text, range) {
            match number {
                1 => name = value.range(),
                2 => ty = Some(value.range()),
                _ => {}
            }
        }
        let value = self.value(name)?;
        if let Some(range) = ty.filter(|_| of_border || !self.builder.is_border(value)) {
            let ty = types::add(&mut self.builder, self.skeleton, range)?;
            self.builder.set_type(value, ty);
        }
        Ok(value)
    }

    fn initializer(&mut self, found: &mut Found<'_, '_>, range: Range<usize>) -> Result<()> {
        let name = name_of(self.skeleton, range.clone());
        let value = self.value(name.clone())?;
        let name = self.skeleton.str(name)?;
        let scoped = memory::format(format_args!("{}{name}", self.scope), GRAPHS)?;
        let label = Label { name: scoped, is_given: self.scope.is_empty() };
        let contents =
            self.tensor(found, range, label)?.map_or(Stored::Unreadable, |tensor| Stored::Dense(tensor as usize));
        self.builder.initializer(value, contents)
    }

    fn sparse_initializer(&mut self, found: &mut Found<'_, '_>, range: Range<usize>) -> Result<()> {
        let values = fields(&self.skeleton.text, range.clone()).find(|(number, _)| *number == 1);
        let name = values.map_or(0..0, |(_, value)| name_of(self.skeleton, value.range()));
        let value = self.value(name.clone())?;
        let name = self.skeleton.str(name)?;
        let sparse = self.sparse(found, range, &memory::format(format_args!("{}{name}", self.scope), GRAPHS)?)?;
        self.builder.initializer(value, Stored::Sparse(sparse as usize))
    }

    /// Reads a tensor; `None` if nothing is known of its elements.
    pub(super) fn tensor(
        &mut self,
        found: &mut Found<'_, '_>,
        range: Range<usize>,
        label: Label,
    ) -> Result<Option<u32>> {
        let skeleton = self.skeleton;
        let start = range.start;
        // An error in another file already has its place there.
        let fail = |e: Error| if e.site().path.is_some() { e } else { e.with_offset(skeleton.file_offset(start)) };
        let read = tensor::read(skeleton, range).map_err(|e| fail(e).with_subject(&*label.name))?;
        let Some(mut tensor) = read else {
            let message = format!("{}: the element type of the tensor is not known", cut(&label.name));
            found.notes.add(TENSOR_DATA_TYPE, &*self.path, message);
            return Ok(None);
        };
        for (rule, message) in tensor.take_oddities() {
            found.notes.add(rule, &*self.path, format!("{}: {message}", cut(&label.name)));
        }
        found.tensors.add(label, tensor).map(Some).map_err(fail)
    }

    pub(super) fn sparse(&mut self, found: &mut Found<'_, '_>, range: Range<usize>, name: &str) -> Result<u32> {
        let (mut values, mut indices, mut shape) = (None, None, Vec::new());
        for (number, value) in fields(&self.skeleton.text, range.clone()) {
            let of = |part: &str| -> Result<Label> {
                Ok(Label { name: memory::format(format_args!("{name}.{part}"), GRAPHS)?, is_given: false })
            };
            match (number, value) {
                (1, value) => values = self.tensor(found, value.range(), of("values")?)?,
                (2, value) => indices = self.tensor(found, value.range(), of("indices")?)?,
                (3, Value::Delimited(packed)) => {
                    for dim in packed_varints(self.skeleton.packed(packed, None)?) {
                        memory::push(&mut shape, dim as i64, GRAPHS)?;
                    }
                }
                (3, value) => memory::push(&mut shape, value.int(), GRAPHS)?,
                _ => {}
            }
        }
        let [values, indices] = [values, indices].map(|tensor| tensor.map(|tensor| tensor as usize));
        memory::push(&mut found.graphs.sparse, SparseTensor { shape, values, indices }, GRAPHS)?;
        Ok(found.graphs.sparse.len() as u32 - 1)
    }
}

/// Notes which values a quantization annotation (onnx.proto, TensorAnnotation) refers to: its map leads from what they are
/// to their names.
fn annotate(graph: &mut Graph, skeleton: &Skeleton, annotation: Range<usize>) -> Result<()> {
    let entries = fields(&skeleton.text, annotation).filter(|(number, _)| *number == 2);
    for (_, entry) in entries {
        let name = fields(&skeleton.text, entry.range()).find(|(number, _)| *number == 2);
        let name = name.map_or(0..0, |(_, name)| name.range());
        if let Some(value) = graph.find(skeleton.str(name)?) {
            memory::push(&mut graph.annotated, value, GRAPHS)?;
        }
    }
    Ok(())
}

/// Where the name of a tensor is.
fn name_of(skeleton: &Skeleton, tensor: Range<usize>) -> Range<usize> {
    const NAME: u32 = 8;
    let name = fields(&skeleton.text, tensor).find(|(number, _)| *number == NAME);
    name.map_or(0..0, |(_, value)| value.range())
}
