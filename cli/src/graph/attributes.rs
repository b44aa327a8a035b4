//! The attributes of a node, and what is stored for a value, in short form.

use std::fmt::{self, Display, Formatter};

use weighbridge::Model;
use weighbridge::graph::{Attribute, AttributeKind, Stored};

use crate::names::{Name, quote};

/// `axis = 1`, `perm = [0, 2, 1]`, `value = F32 [3]`. Long lists and texts are cut.
pub struct AttributeText<'a> {
    pub model: &'a Model,
    pub attribute: Attribute<'a>,
}

impl Display for AttributeText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { model, attribute } = self;
        write!(f, "{} = ", Name(attribute.name))?;
        if !attribute.reference.is_empty() {
            return write!(f, "@{}", Name(attribute.reference));
        }
        let is_list = is_list(attribute.kind);
        let tensor = |index: &u32| TensorText { model, index: Some(*index as usize) };
        match attribute.kind {
            AttributeKind::Float | AttributeKind::Floats => list(f, is_list, attribute.floats().iter().map(Number)),
            AttributeKind::Int | AttributeKind::Ints => list(f, is_list, attribute.ints().iter()),
            AttributeKind::String | AttributeKind::Strings => list(f, is_list, attribute.strings().map(Bytes)),
            AttributeKind::Tensor | AttributeKind::Tensors => list(f, is_list, attribute.tensors().iter().map(tensor)),
            AttributeKind::Type | AttributeKind::Types => list(f, is_list, attribute.types()),
            AttributeKind::SparseTensor | AttributeKind::SparseTensors => {
                let index = |index: &u32| SparseText { model, index: *index as usize };
                list(f, is_list, attribute.sparse().iter().map(index))
            }
            AttributeKind::Graph | AttributeKind::Graphs => write!(f, "{} graphs", attribute.graphs().len()),
            AttributeKind::Undefined => f.write_str("?"),
        }
    }
}

fn is_list(kind: AttributeKind) -> bool {
    matches!(
        kind,
        AttributeKind::Floats
            | AttributeKind::Ints
            | AttributeKind::Strings
            | AttributeKind::Tensors
            | AttributeKind::Types
            | AttributeKind::SparseTensors
    )
}

/// Items with commas between them, and the number of those that are left out.
fn list<T: Display>(f: &mut Formatter<'_>, is_list: bool, items: impl ExactSizeIterator<Item = T>) -> fmt::Result {
    const MOST: usize = 8;
    let more = items.len().saturating_sub(MOST);
    f.write_str(if is_list { "[" } else { "" })?;
    for (position, item) in items.take(MOST).enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        write!(f, "{comma}{item}")?;
    }
    if more > 0 {
        write!(f, ", … {more} more")?;
    }
    f.write_str(if is_list { "]" } else { "" })
}

/// `1.0` and `1e-5`: one sees that it is no whole number.
struct Number<'a>(&'a f32);

impl Display for Number<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

/// A string, which may be any bytes.
struct Bytes<'a>(&'a [u8]);

impl Display for Bytes<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 60;
        // A character has four bytes at most.
        let head = &self.0[..self.0.len().min(4 * LONGEST + 4)];
        quote(f, &String::from_utf8_lossy(head), LONGEST)
    }
}

/// `F32 [3, 4]`: a tensor of the model's table.
pub struct TensorText<'a> {
    pub model: &'a Model,
    pub index: Option<usize>,
}

impl Display for TensorText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.index.and_then(|index| self.model.tensors().get(index)) {
            Some(tensor) => write!(f, "{} {:?}", tensor.dtype, tensor.shape),
            None => f.write_str("unreadable"),
        }
    }
}

/// `sparse F32 [1000, 1000]`
pub struct SparseText<'a> {
    pub model: &'a Model,
    pub index: usize,
}

impl Display for SparseText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(sparse) = self.model.graphs().sparse().get(self.index) else { return f.write_str("unreadable") };
        let values = sparse.values.and_then(|values| self.model.tensors().get(values));
        match values {
            Some(values) => write!(f, "sparse {} {:?}", values.dtype, sparse.shape),
            None => write!(f, "sparse ? {:?}", sparse.shape),
        }
    }
}

/// The element type and shape of what is stored for a value.
pub fn stored(model: &Model, contents: Stored) -> String {
    match contents {
        Stored::Dense(index) => TensorText { model, index: Some(index) }.to_string(),
        Stored::Sparse(index) => SparseText { model, index }.to_string(),
        Stored::Unreadable => "unreadable".to_owned(),
    }
}
