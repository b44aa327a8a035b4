//! The rows of a graph's tables.

use std::ops::Range;

use super::AttributeKind;
use super::words::Word;
use crate::error::{Error, Kind, Result};

/// A part of one of a graph's lists, of its text or of its words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slice {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// A name in the text of the graph, or in its own.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Name(pub(super) Slice);

impl Slice {
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct NodeRow {
    pub(super) name: Name,
    /// Row of the operators.
    pub(super) operator: u32,
    /// Where its edges begin: inputs, then outputs.
    pub(super) edges: u32,
    pub(super) inputs: u32,
    pub(super) outputs: u32,
    pub(super) attributes: Slice,
}

/// What nodes are calls of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator {
    pub(super) name: Word,
    pub(super) domain: Word,
    pub(super) overload: Word,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct ValueRow {
    pub(super) name: Name,
    /// Row of the type table, or [`NONE`].
    pub(super) ty: u32,
    /// The first node that makes it, or [`NONE`].
    pub(super) producer: u32,
    /// Row of the list of initializers, or [`NONE`].
    pub(super) initializer: u32,
    pub(super) is_input: bool,
    pub(super) is_output: bool,
}

pub(super) const NONE: u32 = u32::MAX;

/// The lists of a graph are shorter than 2^32 − 1, which means that nothing is there.
#[inline]
pub(super) fn number(count: usize) -> Result<u32> {
    let number = u32::try_from(count).ok().filter(|number| *number != NONE);
    number.ok_or_else(|| Error::new(Kind::Limit, "a graph has more than 2^32 nodes, values or bytes of names"))
}

#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeRow {
    pub(super) name: Word,
    /// The attribute of the function around it that this one takes its value from.
    pub(super) reference: Word,
    pub(super) kind: AttributeKind,
    pub(super) data: Slice,
}

/// The contents of all attributes of a graph, by kind of number.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) floats: Vec<f32>,
    pub(super) ints: Vec<i64>,
    /// Strings: their bytes, and where each lies.
    pub(super) bytes: Vec<u8>,
    pub(super) strings: Vec<Slice>,
    /// Tensors, sparse tensors, graphs and types, by index.
    pub(super) indices: Vec<u32>,
}
