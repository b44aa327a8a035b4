//! Types of values.
//!
//! Source: onnx.proto, TypeProto and TensorShapeProto. They are read field by field, since a decoder would use the stack
//! for each type inside another.

use std::ops::Range;

use super::tensor::dtype_of;
use crate::error::{Error, Kind, Result};
use crate::formats::protobuf::{Skeleton, fields};
use crate::graph::{GraphBuilder, IrType, TypeKind};
use crate::limits::MAX_RANK;
use crate::memory;

/// Adds a type, and first those inside it: what a type holds is of one other type.
pub(super) fn add(builder: &mut GraphBuilder, skeleton: &Skeleton, range: Range<usize>) -> Result<u32> {
    let outer = Parts::read(skeleton, range);
    let mut inside: Vec<Parts> = Vec::new();
    while let Some(range) = inside.last().unwrap_or(&outer).element.clone() {
        memory::push(&mut inside, Parts::read(skeleton, range), "a type")?;
    }
    let mut element = None;
    for parts in inside.iter().rev() {
        element = Some(parts.add(builder, skeleton, element)?);
    }
    outer.add(builder, skeleton, element)
}

/// The parts of a type, without what is inside it.
struct Parts {
    kind: TypeKind,
    /// The element type of a tensor, or the type of the keys of a map.
    code: i32,
    denotation: Range<usize>,
    /// The domain and the name of an opaque type.
    opaque: [Range<usize>; 2],
    shape: Option<Range<usize>>,
    /// The type inside.
    element: Option<Range<usize>>,
}

impl Parts {
    fn read(skeleton: &Skeleton, range: Range<usize>) -> Self {
        let mut parts = Self {
            kind: TypeKind::Unknown,
            code: 0,
            denotation: 0..0,
            opaque: [0..0, 0..0],
            shape: None,
            element: None,
        };
        for (number, value) in fields(&skeleton.text, range) {
            parts.kind = match number {
                1 => TypeKind::Tensor,
                4 => TypeKind::Sequence,
                5 => TypeKind::Map,
                7 => TypeKind::Opaque,
                8 => TypeKind::SparseTensor,
                9 => TypeKind::Optional,
                6 => {
                    parts.denotation = value.range();
                    continue;
                }
                _ => continue,
            };
            parts.read_kind(skeleton, value.range());
        }
        parts
    }

    /// Reads the message of the type's kind.
    fn read_kind(&mut self, skeleton: &Skeleton, range: Range<usize>) {
        for (number, value) in fields(&skeleton.text, range) {
            match (self.kind, number) {
                // A number of 64 bits is cut, as every reader of a 32-bit field does.
                (TypeKind::Tensor | TypeKind::SparseTensor | TypeKind::Map, 1) => self.code = value.int() as i32,
                (TypeKind::Tensor | TypeKind::SparseTensor, 2) => self.shape = Some(value.range()),
                (TypeKind::Sequence | TypeKind::Optional, 1) | (TypeKind::Map, 2) => {
                    self.element = Some(value.range());
                }
                (TypeKind::Opaque, 1) => self.opaque[0] = value.range(),
                (TypeKind::Opaque, 2) => self.opaque[1] = value.range(),
                _ => {}
            }
        }
    }

    fn add(&self, builder: &mut GraphBuilder, skeleton: &Skeleton, element: Option<u32>) -> Result<u32> {
        let dims = self.shape.clone().map(|shape| dims(skeleton, shape)).transpose()?;
        let [domain, name] = self.opaque.clone().map(|range| skeleton.str(range));
        builder.ty(&IrType {
            kind: self.kind,
            dtype: dtype_of(self.code),
            code: self.code,
            denotation: skeleton.str(self.denotation.clone())?,
            opaque: (domain?, name?),
            dims: dims.as_deref(),
            element,
        })
    }
}

/// The size, name and meaning of each dimension of a shape.
fn dims(skeleton: &Skeleton, shape: Range<usize>) -> Result<Vec<(i64, &str, &str)>> {
    let mut dims = Vec::new();
    for (_, value) in fields(&skeleton.text, shape).filter(|(number, _)| *number == 1) {
        if dims.len() == MAX_RANK {
            return Err(Error::new(Kind::Limit, format!("a type has more than {MAX_RANK} dimensions")));
        }
        dims.push(dim(skeleton, value.range())?);
    }
    Ok(dims)
}

fn dim(skeleton: &Skeleton, range: Range<usize>) -> Result<(i64, &str, &str)> {
    let (mut size, mut symbol, mut denotation) = (-1, "", "");
    for (number, value) in fields(&skeleton.text, range) {
        match number {
            // A size below zero has no meaning; some writers mean that it is unknown.
            1 => size = value.int().max(-1),
            2 => symbol = skeleton.str(value.range())?,
            3 => denotation = skeleton.str(value.range())?,
            _ => {}
        }
    }
    Ok((size, symbol, denotation))
}
