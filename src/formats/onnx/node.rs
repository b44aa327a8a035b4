//! Nodes and their attributes.

use std::ops::Range;

use super::attribute::ATTRIBUTE;
use super::found::{DEFAULT_DOMAIN, Found, GRAPHS, plain_domain};
use super::graph::{GraphReader, Inner};
use super::label::{Label, NodeLabel, cut};
use super::types;
use crate::error::{Error, Kind, Result};
use crate::formats::protobuf::fields;
use crate::graph::{AttributeData, AttributeKind, IrNode, NO_VALUE, Role, Word};
use crate::memory;

/// A node of which the attributes are being read, or the attributes of a function that have a value when a call gives
/// none.
#[derive(Default)]
pub(super) struct OpenNode {
    pub is_open: bool,
    name: Range<usize>,
    op: Range<usize>,
    /// Row of the operators; `None` for the attributes of a function.
    operator: Option<u32>,
    inputs: Vec<u32>,
    outputs: Vec<u32>,
    attributes: Vec<Range<usize>>,
    /// How many of the attributes have been read.
    done: usize,
}

/// An attribute of which the tensors, graphs or types are being read.
#[derive(Default)]
pub(super) struct OpenAttribute {
    is_open: bool,
    /// Whether there are several elements, which then are numbered.
    is_list: bool,
    /// How many parts have been looked at.
    done: usize,
    /// What the elements have become.
    indices: Vec<u32>,
}

/// No operator has more than a few dozen. Attributes are looked for one by one.
const MAX_ATTRIBUTES: usize = 1_024;

impl GraphReader<'_> {
    /// Reads a node up to its attributes.
    pub(super) fn open_node(&mut self, range: Range<usize>) -> Result<()> {
        let skeleton = self.skeleton;
        let text: &[u8] = &skeleton.text;
        let node = &mut self.node;
        node.inputs.clear();
        node.outputs.clear();
        node.attributes.clear();
        (node.is_open, node.done, node.name, node.op) = (true, 0, 0..0, 0..0);
        let check = |name| skeleton.check(name);
        let (mut domain, mut overload) = (0..0, 0..0);
        for (number, value) in fields(text, range) {
            let range = value.range();
            match number {
                1 => memory::push(&mut node.inputs, self.builder.taken(range, check)?, GRAPHS)?,
                2 => memory::push(&mut node.outputs, self.builder.value(range, check)?, GRAPHS)?,
                3 => node.name = range,
                4 => node.op = range,
                5 if node.attributes.len() < MAX_ATTRIBUTES => node.attributes.push(range),
                5 => {
                    let message = format!("a node has more than {MAX_ATTRIBUTES} attributes");
                    return Err(Error::new(Kind::Limit, message).with_offset(skeleton.file_offset(range.start)));
                }
                7 => domain = range,
                8 => overload = range,
                _ => {}
            }
        }
        skeleton.check(node.name.clone())?;
        let op = node.op.clone();
        self.node.operator = Some(self.operator([op, domain, overload])?);
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

    /// Begins with the attributes of a function that have a value when a call gives none.
    pub(super) fn open_defaults(&mut self, function: Range<usize>, attributes: Vec<Range<usize>>) {
        self.node = OpenNode { is_open: true, name: function, attributes, ..OpenNode::default() };
    }

    /// Reads the attributes of the open node: to a graph that has to be read first, or to the last, which closes it.
    pub(super) fn attributes(&mut self, found: &mut Found<'_, '_>) -> Result<Option<Inner>> {
        while let Some(range) = self.node.attributes.get(self.node.done) {
            if !self.attribute.is_open {
                let range = range.clone();
                self.open_attribute(found, range)?;
            }
            if let Some(inner) = self.elements(found)? {
                return Ok(Some(inner));
            }
            self.close_attribute()?;
            self.node.done += 1;
        }
        self.close_node()?;
        Ok(None)
    }

    fn close_node(&mut self) -> Result<()> {
        self.node.is_open = false;
        let OpenNode { name, operator, inputs, outputs, attributes, .. } = &self.node;
        let Some(operator) = *operator else {
            self.builder.attributes_are_defaults();
            return Ok(());
        };
        let (name, attributes) = (name.clone(), attributes.len());
        self.builder.node(&IrNode { name, operator, inputs, outputs, control: &[], attributes })?;
        self.nodes += 1;
        Ok(())
    }

    /// Reads an attribute up to its elements.
    fn open_attribute(&mut self, found: &mut Found<'_, '_>, range: Range<usize>) -> Result<()> {
        self.parts.read(self.skeleton, range)?;
        self.skeleton.check(self.parts.name.clone())?;
        self.skeleton.check(self.parts.reference.clone())?;
        if !self.parts.is_plain() {
            self.note_faults(found)?;
        }
        self.attribute.is_list = self.parts.of(self.parts.held).count() > 1;
        self.attribute.is_open = true;
        Ok(())
    }

    /// Notes the rules that the open attribute breaks.
    fn note_faults(&self, found: &mut Found<'_, '_>) -> Result<()> {
        let has_types = found.facts.ir_version.unwrap_or_default() >= 2;
        for (rule, message) in self.parts.faults(has_types, self.is_function) {
            let message = format!("{}: {message}", self.attribute_label()?);
            found.notes.add(rule, &*self.path, message);
        }
        Ok(())
    }

    /// A name that occurs again and again.
    fn word(&mut self, range: Range<usize>) -> Result<Word> {
        match self.builder.find_word(&self.skeleton.text[range.clone()]) {
            Some(word) => Ok(word),
            None => self.builder.word(self.skeleton.str(range)?),
        }
    }

    /// What the attribute is called in messages and in names that are made from it.
    fn attribute_label(&self) -> Result<String> {
        let OpenNode { name, op, operator, .. } = &self.node;
        let index = operator.map_or(0, |_| self.nodes);
        let node = NodeLabel { skeleton: self.skeleton, name: name.clone(), op: op.clone(), index };
        Ok(format!("{node}.{}", cut(self.skeleton.str(self.parts.name.clone())?)))
    }

    /// Reads the tensors, graphs or types of the open attribute: to a graph, or to the last of them.
    fn elements(&mut self, found: &mut Found<'_, '_>) -> Result<Option<Inner>> {
        let kind = self.parts.held;
        if matches!(kind, AttributeKind::String | AttributeKind::Strings) {
            return Ok(None);
        }
        while let Some(range) = self.parts.next_of(kind, &mut self.attribute.done) {
            if matches!(kind, AttributeKind::Type | AttributeKind::Types) {
                let ty = types::add(&mut self.builder, self.skeleton, range)?;
                memory::push(&mut self.attribute.indices, ty, ATTRIBUTE)?;
                continue;
            }
            let label = self.element_label()?;
            let scoped = memory::format(format_args!("{}{label}", self.scope), ATTRIBUTE)?;
            let index = match kind {
                AttributeKind::Graph | AttributeKind::Graphs => {
                    return self.inner(found, range, &label, scoped).map(Some);
                }
                AttributeKind::SparseTensor | AttributeKind::SparseTensors => self.sparse(found, range, &scoped)?,
                _ => self.tensor(found, range, Label { name: scoped, is_given: false })?.unwrap_or(NO_VALUE),
            };
            memory::push(&mut self.attribute.indices, index, ATTRIBUTE)?;
        }
        Ok(None)
    }

    fn element_label(&self) -> Result<String> {
        let label = self.attribute_label()?;
        Ok(if self.attribute.is_list { format!("{label}[{}]", self.attribute.indices.len()) } else { label })
    }

    /// Makes a place for a graph that is the next element of the open attribute.
    fn inner(&mut self, found: &mut Found<'_, '_>, range: Range<usize>, label: &str, scoped: String) -> Result<Inner> {
        let node = self.node.operator.map_or(usize::MAX, |_| self.nodes);
        let role = Role::Subgraph { graph: self.index, node, attribute: self.node.done };
        let index = found.reserve(role)?;
        memory::push(&mut self.attribute.indices, index as u32, ATTRIBUTE)?;
        let path = memory::format(format_args!("{}/{label}", self.path), ATTRIBUTE)?;
        let scope = memory::format(format_args!("{scoped}/"), ATTRIBUTE)?;
        Ok(Inner { range, index, role, path, scope })
    }

    fn close_attribute(&mut self) -> Result<()> {
        let name = self.word(self.parts.name.clone())?;
        let reference = self.word(self.parts.reference.clone())?;
        let text: &[u8] = &self.skeleton.text;
        let parts = &self.parts;
        let kind = parts.held;
        let mut strings = parts.of(kind).map(|range| &text[range.clone()]);
        let list: Vec<&[u8]>;
        let data = match kind {
            AttributeKind::Undefined => AttributeData::Undefined(parts.declared()),
            AttributeKind::Float => AttributeData::Float(parts.f),
            AttributeKind::Int => AttributeData::Int(parts.i),
            AttributeKind::Floats => AttributeData::Floats(&parts.floats),
            AttributeKind::Ints => AttributeData::Ints(&parts.ints),
            AttributeKind::String => AttributeData::String(strings.next().unwrap_or_default()),
            AttributeKind::Strings => {
                list = memory::collect(strings, ATTRIBUTE)?;
                AttributeData::Strings(&list)
            }
            _ => AttributeData::Indices(kind, &self.attribute.indices),
        };
        self.builder.attribute(name, reference, data)?;
        self.attribute.indices.clear();
        (self.attribute.is_open, self.attribute.done) = (false, 0);
        Ok(())
    }
}
