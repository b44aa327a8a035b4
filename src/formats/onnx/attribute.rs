//! The parts of an attribute, before what they mean is known.

use std::ops::Range;

use crate::error::Result;
use crate::finding::Rule;
use crate::finding::rules::{ATTRIBUTE_ONE_VALUE, ATTRIBUTE_REFERENCE, ATTRIBUTE_TYPE};
use crate::formats::protobuf::{Skeleton, Value, fields, packed_varints};
use crate::graph::AttributeKind;
use crate::memory;

/// What memory is asked for.
pub(super) const ATTRIBUTE: &str = "an attribute";

/// The parts of an attribute.
#[derive(Default)]
pub(super) struct Parts {
    pub name: Range<usize>,
    pub reference: Range<usize>,
    pub f: f32,
    pub i: i64,
    pub floats: Vec<f32>,
    pub ints: Vec<i64>,
    /// What the attribute holds itself: nothing that is known if it takes its value from an attribute of the function.
    pub held: AttributeKind,
    declared: Option<i32>,
    /// Bytes, tensors, graphs and types, each with the kind of its field.
    ranges: Vec<(AttributeKind, Range<usize>)>,
    /// The value fields that are there: one bit for each kind.
    found: u16,
}

/// The kinds in the order of their numbers (onnx.proto, AttributeProto.AttributeType).
const KINDS: [AttributeKind; 15] = [
    AttributeKind::Undefined,
    AttributeKind::Float,
    AttributeKind::Int,
    AttributeKind::String,
    AttributeKind::Tensor,
    AttributeKind::Graph,
    AttributeKind::Floats,
    AttributeKind::Ints,
    AttributeKind::Strings,
    AttributeKind::Tensors,
    AttributeKind::Graphs,
    AttributeKind::SparseTensor,
    AttributeKind::SparseTensors,
    AttributeKind::Type,
    AttributeKind::Types,
];

/// The kind that a value field holds, by the number of the field.
fn kind_of(number: u32) -> Option<AttributeKind> {
    Some(match number {
        2 => AttributeKind::Float,
        3 => AttributeKind::Int,
        4 => AttributeKind::String,
        5 => AttributeKind::Tensor,
        6 => AttributeKind::Graph,
        7 => AttributeKind::Floats,
        8 => AttributeKind::Ints,
        9 => AttributeKind::Strings,
        10 => AttributeKind::Tensors,
        11 => AttributeKind::Graphs,
        14 => AttributeKind::Type,
        15 => AttributeKind::Types,
        22 => AttributeKind::SparseTensor,
        23 => AttributeKind::SparseTensors,
        _ => return None,
    })
}

impl Parts {
    /// Reads an attribute into the room of the one before.
    pub(super) fn read(&mut self, skeleton: &Skeleton, range: Range<usize>) -> Result<()> {
        self.clear();
        let text = &skeleton.text;
        for (number, value) in fields(text, range) {
            match (number, &value) {
                (1, _) => self.name = value.range(),
                // A number of 64 bits is cut, as every reader of a 32-bit field does.
                (20, _) => self.declared = Some(value.int() as i32),
                (21, _) => self.reference = value.range(),
                (2, Value::Fixed32(bits)) => self.f = f32::from_bits(*bits),
                (3, _) => self.i = value.int(),
                (7, Value::Fixed32(bits)) => memory::push(&mut self.floats, f32::from_bits(*bits), ATTRIBUTE)?,
                (7, Value::Delimited(range)) => {
                    let (chunks, _) = skeleton.packed(range.clone(), Some(4))?.as_chunks();
                    memory::reserve(&mut self.floats, chunks.len(), ATTRIBUTE)?;
                    self.floats.extend(chunks.iter().map(|bytes| f32::from_le_bytes(*bytes)));
                }
                (8, Value::Delimited(range)) => {
                    for value in packed_varints(skeleton.packed(range.clone(), None)?) {
                        memory::push(&mut self.ints, value as i64, ATTRIBUTE)?;
                    }
                }
                (8, _) => memory::push(&mut self.ints, value.int(), ATTRIBUTE)?,
                _ => {
                    if let Some(kind) = kind_of(number) {
                        memory::push(&mut self.ranges, (kind, value.range()), ATTRIBUTE)?;
                    }
                }
            }
            if let Some(kind) = kind_of(number) {
                self.found |= 1 << kind as u16;
            }
        }
        self.held = if self.reference.is_empty() { self.kind() } else { AttributeKind::Undefined };
        Ok(())
    }

    fn clear(&mut self) {
        (self.name, self.reference) = (0..0, 0..0);
        (self.f, self.i, self.declared, self.found) = (0.0, 0, None, 0);
        self.floats.clear();
        self.ints.clear();
        self.ranges.clear();
    }

    /// The kinds of the value fields that are there.
    fn found(&self) -> impl Iterator<Item = AttributeKind> + Clone {
        let found = self.found;
        KINDS.into_iter().filter(move |kind| found >> *kind as u16 & 1 == 1)
    }

    /// What the attribute holds: what it says, or what it has if it does not say.
    fn kind(&self) -> AttributeKind {
        match self.declared() {
            AttributeKind::Undefined => self.found().next().unwrap_or(AttributeKind::Undefined),
            declared => declared,
        }
    }

    /// What the attribute says that it holds.
    pub(super) fn declared(&self) -> AttributeKind {
        let number = self.declared.and_then(|number| usize::try_from(number).ok());
        number.and_then(|number| KINDS.get(number)).copied().unwrap_or(AttributeKind::Undefined)
    }

    /// The parts of the text that belong to a kind.
    pub(super) fn of(&self, kind: AttributeKind) -> impl Iterator<Item = &Range<usize>> {
        self.ranges.iter().filter(move |(other, _)| *other == kind).map(|(_, range)| range)
    }

    /// The next part of the text that belongs to a kind, when so many parts have been looked at.
    pub(super) fn next_of(&self, kind: AttributeKind, done: &mut usize) -> Option<Range<usize>> {
        while let Some((other, range)) = self.ranges.get(*done) {
            *done += 1;
            if *other == kind {
                return Some(range.clone());
            }
        }
        None
    }

    /// Whether it has one value, of the type that it says: then it breaks no rule.
    pub(super) fn is_plain(&self) -> bool {
        let declared = self.declared();
        self.found == 1 << declared as u16 && declared != AttributeKind::Undefined && self.reference.is_empty()
    }

    /// The rules that it breaks: those of onnx.checker, check_attribute.
    pub(super) fn faults(&self, has_types: bool, is_function: bool) -> Vec<(Rule, String)> {
        let mut faults = Vec::new();
        let is_reference = !self.reference.is_empty();
        if has_types && self.declared() == AttributeKind::Undefined {
            faults.push((ATTRIBUTE_TYPE, "it does not state its type".to_owned()));
        } else if let Some(kind) = self.found().find(|kind| *kind != self.kind()) {
            let message = format!("its type is {:?}, but its value is of type {kind:?}", self.kind());
            faults.push((ATTRIBUTE_TYPE, message));
        }
        if self.found.count_ones() > 1 {
            let found: Vec<AttributeKind> = self.found().collect();
            faults.push((ATTRIBUTE_ONE_VALUE, format!("it holds several values: {found:?}")));
        }
        if is_reference && self.found != 0 {
            let message = "it has a value, and refers to an attribute of the function as well";
            faults.push((ATTRIBUTE_REFERENCE, message.to_owned()));
        }
        if is_reference && !is_function {
            let message = "it refers to an attribute of a function, but is not in a function";
            faults.push((ATTRIBUTE_REFERENCE, message.to_owned()));
        }
        faults
    }
}
