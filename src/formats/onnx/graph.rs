//! Graphs and functions: nodes, attributes, values.

use std::ops::Range;

use super::attribute::Parts;
use super::found::{DEFAULT_DOMAIN, Found, entry, opset, plain_domain};
use super::label::{Label, NodeLabel, cut};
use super::proto::{SparseTensorProto, TypeProto};
use super::schema::NODE_PROTO as NODE;
use super::{tensor, types};
use crate::error::{Error, Kind, Result};
use crate::finding::Severity;
use crate::formats::protobuf::{Skeleton, fields};
use crate::graph::{
    AttributeData, AttributeKind, Function, Graph, GraphBuilder, IrNode, NO_VALUE, Role, SparseTensor, Stored,
};

/// Reads a graph and those inside it, and returns its index.
pub(super) fn read(
    found: &mut Found<'_, '_>,
    range: Range<usize>,
    role: Role,
    path: &str,
    scope: &str,
) -> Result<usize> {
    let index = found.reserve(role);
    let graph = GraphReader::new(found, index, role, path, scope).read_graph(range)?;
    found.graphs.graphs[index] = graph;
    Ok(index)
}

/// Reads a function, and the graphs inside its body.
pub(super) fn read_function(found: &mut Found<'_, '_>, range: Range<usize>) -> Result<()> {
    let role = Role::Function(found.graphs.functions.len());
    let index = found.reserve(role);
    let (function, graph) = GraphReader::new(found, index, role, "", "").read_function(range)?;
    found.graphs.functions.push(function);
    found.graphs.graphs[index] = graph;
    Ok(())
}

/// Reads one graph into a builder of its own.
struct GraphReader<'m, 's, 't> {
    found: &'m mut Found<'s, 't>,
    skeleton: &'s Skeleton,
    builder: GraphBuilder,
    index: usize,
    /// Where the graph is, for findings.
    path: String,
    /// What the names of its tensors begin with; empty for the main graph.
    scope: String,
    is_function: bool,
    nodes: usize,
    /// Room that is used again for each node and each attribute.
    parts: Parts,
    attributes: Vec<Range<usize>>,
    inputs: Vec<u32>,
    outputs: Vec<u32>,
}

impl<'m, 's, 't> GraphReader<'m, 's, 't> {
    fn new(found: &'m mut Found<'s, 't>, index: usize, role: Role, path: &str, scope: &str) -> Self {
        let is_function = matches!(role, Role::Function(_))
            || matches!(role, Role::Subgraph { graph, .. } if found.graphs.function_around(graph).is_some());
        let (path, scope) = (path.to_owned(), scope.to_owned());
        let skeleton = found.skeleton;
        // Nearly all nodes of most models are in the main graph.
        let nodes = if role == Role::Entry { skeleton.counts[NODE] } else { 0 };
        let builder = GraphBuilder::new(role, skeleton.text.clone(), nodes);
        Self {
            found,
            skeleton,
            builder,
            index,
            path,
            scope,
            is_function,
            nodes: 0,
            parts: Parts::default(),
            attributes: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        }
    }

    fn read_graph(mut self, range: Range<usize>) -> Result<Graph> {
        let text = &self.skeleton.text;
        let (mut sparse, mut infos) = (Vec::new(), Vec::new());
        for (number, value) in fields(text, range) {
            match number {
                1 => self.node(value.range())?,
                2 => self.builder.graph_mut().name = self.skeleton.string(value.range())?,
                5 => self.initializer(value.range())?,
                10 => self.builder.graph_mut().documentation = self.skeleton.string(value.range())?,
                11 => {
                    let input = self.value_info(value.range(), true)?;
                    self.builder.input(input);
                }
                12 => {
                    let output = self.value_info(value.range(), true)?;
                    self.builder.output(output);
                }
                13 => infos.push(value.range()),
                15 => sparse.push(value.range()),
                16 => {
                    let pair = entry(self.skeleton, value.range())?;
                    self.builder.graph_mut().metadata.push(pair);
                }
                _ => {}
            }
        }
        for range in sparse {
            self.sparse_initializer(range)?;
        }
        for range in infos {
            self.value_info(range, false)?;
        }
        self.builder.finish()
    }

    fn read_function(mut self, range: Range<usize>) -> Result<(Function, Graph)> {
        let text = &self.skeleton.text;
        let mut function = Function {
            name: String::new(),
            domain: String::new(),
            overload: String::new(),
            graph: self.index,
            attributes: Vec::new(),
            defaults: Vec::new(),
        };
        let mut opsets = Vec::new();
        let (mut nodes, mut infos, mut defaults) = (Vec::new(), Vec::new(), Vec::new());
        let (mut name, mut has_domain) = (0..0, false);
        for (number, value) in fields(text, range) {
            match number {
                1 => {
                    name = value.range();
                    function.name = self.skeleton.string(value.range())?;
                }
                4 => {
                    let input = self.value(value.range())?;
                    self.builder.input(input);
                }
                5 => {
                    let output = self.value(value.range())?;
                    self.builder.output(output);
                }
                6 => function.attributes.push(self.skeleton.string(value.range())?),
                7 => nodes.push(value.range()),
                8 => self.builder.graph_mut().documentation = self.skeleton.string(value.range())?,
                9 => opsets.push(opset(self.skeleton, value.range())?),
                10 => {
                    has_domain = true;
                    function.domain = plain_domain(self.skeleton.str(value.range())?).to_owned();
                }
                11 => defaults.push(value.range()),
                12 => infos.push(value.range()),
                13 => function.overload = self.skeleton.string(value.range())?,
                14 => {
                    let pair = entry(self.skeleton, value.range())?;
                    self.builder.graph_mut().metadata.push(pair);
                }
                _ => {}
            }
        }
        self.found.facts.function_opsets.push(opsets);
        self.path = format!("{}::{}", cut(&function.domain), cut(&function.name));
        self.scope = format!("{}/", self.path);
        self.builder.graph_mut().name.clone_from(&function.name);
        if !has_domain && self.found.facts.ir_version.unwrap_or_default() >= 8 {
            self.find(Severity::Error, "onnx.function.domain", "the function does not say its domain".to_owned());
        }
        self.defaults(name, defaults)?;
        self.nodes = 0;
        for range in nodes {
            self.node(range)?;
        }
        for range in infos {
            self.value_info(range, true)?;
        }
        let graph = self.builder.finish()?;
        function.defaults = graph.defaults().map(|attribute| attribute.name.to_owned()).collect();
        Ok((function, graph))
    }

    /// Reads the attributes of a function that have a value when a call gives none.
    fn defaults(&mut self, function: Range<usize>, ranges: Vec<Range<usize>>) -> Result<()> {
        let head = NodeLabel { skeleton: self.skeleton, name: function, op: 0..0, index: 0 };
        self.nodes = usize::MAX;
        for (position, range) in ranges.into_iter().enumerate() {
            self.attribute(&head, position, range)?;
        }
        self.builder.attributes_are_defaults();
        Ok(())
    }

    fn value(&mut self, name: Range<usize>) -> Result<u32> {
        let skeleton = self.skeleton;
        self.builder.value(name, |name| skeleton.str(name).map(|_| ()))
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
            let proto: TypeProto = self.skeleton.message(range)?;
            let ty = types::add(&mut self.builder, &proto)?;
            self.builder.set_type(value, ty);
        }
        Ok(value)
    }

    fn node(&mut self, range: Range<usize>) -> Result<()> {
        let text = &self.skeleton.text;
        let (mut name, mut op, mut domain, mut overload) = (0..0, 0..0, 0..0, 0..0);
        let mut attributes = std::mem::take(&mut self.attributes);
        attributes.clear();
        self.inputs.clear();
        self.outputs.clear();
        // If all of the node is ASCII, so is every name in it: one look instead of many.
        let is_ascii = text[range.clone()].is_ascii();
        let skeleton = self.skeleton;
        let check = |name| if is_ascii { Ok(()) } else { skeleton.str(name).map(|_| ()) };
        for (number, value) in fields(text, range) {
            match number {
                1 => self.inputs.push(self.builder.value(value.range(), check)?),
                2 => self.outputs.push(self.builder.value(value.range(), check)?),
                3 => name = value.range(),
                4 => op = value.range(),
                5 if attributes.len() < MAX_ATTRIBUTES => attributes.push(value.range()),
                5 => {
                    let message = format!("a node has more than {MAX_ATTRIBUTES} attributes");
                    return Err(Error::new(Kind::Limit, message).offset(skeleton.file_offset(value.range().start)));
                }
                7 => domain = value.range(),
                8 => overload = value.range(),
                _ => {}
            }
        }
        check(name.clone())?;
        let operator = self.operator([op.clone(), domain, overload])?;
        let label = NodeLabel { skeleton, name: name.clone(), op, index: self.nodes };
        for (position, range) in attributes.iter().enumerate() {
            self.attribute(&label, position, range.clone())?;
        }
        let (inputs, outputs) = (&self.inputs, &self.outputs);
        self.builder.node(&IrNode { name, operator, inputs, outputs, control: &[], attributes: attributes.len() })?;
        self.attributes = attributes;
        self.nodes += 1;
        Ok(())
    }

    fn operator(&mut self, ranges: [Range<usize>; 3]) -> Result<u32> {
        let [name, domain, overload] = ranges.clone().map(|range| &self.skeleton.text[range]);
        let domain = if domain == DEFAULT_DOMAIN.as_bytes() { b"" } else { domain };
        if let Some(row) = self.builder.find_operator([name, domain, overload]) {
            return Ok(row);
        }
        let [name, domain, overload] = ranges.map(|range| self.skeleton.str(range));
        self.builder.add_operator([name?, plain_domain(domain?), overload?])
    }

    fn initializer(&mut self, range: Range<usize>) -> Result<()> {
        let name = name_of(self.skeleton, range.clone());
        let value = self.value(name.clone())?;
        let name = self.skeleton.str(name)?;
        let label = Label { name: [&self.scope, name].concat(), is_given: self.scope.is_empty() };
        let contents = self.tensor(range, label)?.map_or(Stored::Unreadable, |found| Stored::Dense(found as usize));
        self.builder.initializer(value, contents)
    }

    fn sparse_initializer(&mut self, range: Range<usize>) -> Result<()> {
        let values = fields(&self.skeleton.text, range.clone()).find(|(number, _)| *number == 1);
        let name = values.map_or(0..0, |(_, value)| name_of(self.skeleton, value.range()));
        let value = self.value(name.clone())?;
        let name = self.skeleton.str(name)?;
        let sparse = self.sparse(range, &format!("{}{name}", self.scope))?;
        self.builder.initializer(value, Stored::Sparse(sparse as usize))
    }

    /// Reads a tensor; `None` if nothing is known of its elements.
    fn tensor(&mut self, range: Range<usize>, label: Label) -> Result<Option<u32>> {
        let skeleton = self.skeleton;
        let start = range.start;
        // Of an error in another file that file has said the place.
        let fail = |e: Error| if e.place().path.is_some() { e } else { e.offset(skeleton.file_offset(start)) };
        let read = tensor::read(skeleton, range).map_err(|e| fail(e).subject(&*label.name))?;
        let Some(tensor) = read else {
            let message = format!("{}: the element type of the tensor is not known", cut(&label.name));
            self.find(Severity::Error, "onnx.tensor.data_type", message);
            return Ok(None);
        };
        self.found.tensors.add(label, tensor).map(Some).map_err(fail)
    }

    fn sparse(&mut self, range: Range<usize>, name: &str) -> Result<u32> {
        let (mut values, mut indices) = (None, None);
        for (number, value) in fields(&self.skeleton.text, range.clone()) {
            let of = |part: &str| Label { name: format!("{name}.{part}"), is_given: false };
            match number {
                1 => values = self.tensor(value.range(), of("values"))?,
                2 => indices = self.tensor(value.range(), of("indices"))?,
                _ => {}
            }
        }
        let SparseTensorProto { dims: shape, .. } = self.skeleton.message(range)?;
        let [values, indices] = [values, indices].map(|found| found.map(|found| found as usize));
        self.found.graphs.sparse.push(SparseTensor { shape, values, indices });
        Ok(self.found.graphs.sparse.len() as u32 - 1)
    }

    fn find(&mut self, severity: Severity, rule: &'static str, message: String) {
        self.found.find(severity, rule, &self.path, message);
    }

    /// Reads the attribute with this position of the node with this label.
    fn attribute(&mut self, node: &NodeLabel<'_>, position: usize, range: Range<usize>) -> Result<()> {
        let mut parts = std::mem::take(&mut self.parts);
        parts.read(self.skeleton, range)?;
        let name = self.skeleton.str(parts.name.clone())?;
        let reference = self.skeleton.str(parts.reference.clone())?;
        let has_types = self.found.facts.ir_version.unwrap_or_default() >= 2;
        for (rule, message) in parts.faults(has_types, self.is_function) {
            self.find(Severity::Error, rule, format!("{node}.{}: {message}", cut(name)));
        }
        let kind = if reference.is_empty() { parts.kind() } else { AttributeKind::Undefined };
        let mut indices = Vec::new();
        let holds_bytes = matches!(kind, AttributeKind::String | AttributeKind::Strings);
        if !holds_bytes && parts.of(kind).next().is_some() {
            indices = self.indices(kind, &format!("{node}.{}", cut(name)), position, &parts)?;
        }
        let text = &self.skeleton.text;
        let strings: Vec<&[u8]> = match kind {
            AttributeKind::String | AttributeKind::Strings => {
                parts.of(kind).map(|range| &text[range.clone()]).collect()
            }
            _ => Vec::new(),
        };
        let data = match kind {
            AttributeKind::Undefined => AttributeData::Undefined(parts.declared()),
            AttributeKind::Float => AttributeData::Float(parts.f),
            AttributeKind::Int => AttributeData::Int(parts.i),
            AttributeKind::Floats => AttributeData::Floats(&parts.floats),
            AttributeKind::Ints => AttributeData::Ints(&parts.ints),
            AttributeKind::String => AttributeData::String(strings.first().copied().unwrap_or_default()),
            AttributeKind::Strings => AttributeData::Strings(&strings),
            _ => AttributeData::Indices(kind, &indices),
        };
        self.builder.attribute(name, reference, data)?;
        self.parts = parts;
        Ok(())
    }

    /// Reads the tensors, graphs or types of an attribute, and returns their indices.
    fn indices(&mut self, kind: AttributeKind, label: &str, position: usize, parts: &Parts) -> Result<Vec<u32>> {
        let is_list = parts.of(kind).count() > 1;
        let mut indices = Vec::new();
        for (number, range) in parts.of(kind).enumerate() {
            let label = if is_list { format!("{label}[{number}]") } else { label.to_owned() };
            let scoped = format!("{}{label}", self.scope);
            indices.push(match kind {
                AttributeKind::Tensor | AttributeKind::Tensors => {
                    let label = Label { name: scoped, is_given: false };
                    self.tensor(range.clone(), label)?.unwrap_or(NO_VALUE)
                }
                AttributeKind::Graph | AttributeKind::Graphs => {
                    let role = Role::Subgraph { graph: self.index, node: self.nodes, attribute: position };
                    let path = format!("{}/{label}", self.path);
                    read(self.found, range.clone(), role, &path, &format!("{scoped}/"))? as u32
                }
                AttributeKind::SparseTensor | AttributeKind::SparseTensors => self.sparse(range.clone(), &scoped)?,
                AttributeKind::Type | AttributeKind::Types => {
                    let proto: TypeProto = self.skeleton.message(range.clone())?;
                    types::add(&mut self.builder, &proto)?
                }
                _ => break,
            });
        }
        Ok(indices)
    }
}

/// No operator has more than a few dozen. Attributes are looked for one by one.
const MAX_ATTRIBUTES: usize = 1_024;

/// Where the name of a tensor is.
fn name_of(skeleton: &Skeleton, tensor: Range<usize>) -> Range<usize> {
    const NAME: u32 = 8;
    let name = fields(&skeleton.text, tensor).find(|(number, _)| *number == NAME);
    name.map_or(0..0, |(_, value)| value.range())
}
