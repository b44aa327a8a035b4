//! Types of values.

use super::proto::tensor_shape_proto::dimension::Value as DimValue;
use super::proto::type_proto::Value as TypeValue;
use super::proto::{TensorShapeProto, TypeProto};
use super::tensor::dtype_of;
use crate::error::{Error, Kind, Result};
use crate::graph::{GraphBuilder, IrType, TypeKind};
use crate::limits::MAX_RANK;

/// Adds a type, and first those inside it: the pre-scan has bounded how many there are inside each other.
pub(super) fn add(builder: &mut GraphBuilder, proto: &TypeProto) -> Result<u32> {
    let inner = |builder: &mut GraphBuilder, element: Option<&TypeProto>| {
        element.map(|element| add(builder, element)).transpose()
    };
    let denotation = proto.denotation();
    let of = |kind, code: i32, shape: Option<&TensorShapeProto>, element, builder: &mut GraphBuilder| {
        if shape.is_some_and(|shape| shape.dim.len() > MAX_RANK) {
            return Err(Error::new(Kind::Limit, format!("a type has more than {MAX_RANK} dimensions")));
        }
        let dims: Option<Vec<_>> = shape.map(|shape| shape.dim.iter().map(dim).collect());
        let dims = dims.as_deref();
        let opaque = match &proto.value {
            Some(TypeValue::OpaqueType(opaque)) => (opaque.domain(), opaque.name()),
            _ => ("", ""),
        };
        builder.ty(&IrType { kind, dtype: dtype_of(code), code, denotation, opaque, dims, element })
    };
    match &proto.value {
        Some(TypeValue::TensorType(tensor)) => {
            of(TypeKind::Tensor, tensor.elem_type(), tensor.shape.as_ref(), None, builder)
        }
        Some(TypeValue::SparseTensorType(tensor)) => {
            of(TypeKind::SparseTensor, tensor.elem_type(), tensor.shape.as_ref(), None, builder)
        }
        Some(TypeValue::SequenceType(sequence)) => {
            let element = inner(builder, sequence.elem_type.as_deref())?;
            of(TypeKind::Sequence, 0, None, element, builder)
        }
        Some(TypeValue::OptionalType(optional)) => {
            let element = inner(builder, optional.elem_type.as_deref())?;
            of(TypeKind::Optional, 0, None, element, builder)
        }
        Some(TypeValue::MapType(map)) => {
            let element = inner(builder, map.value_type.as_deref())?;
            of(TypeKind::Map, map.key_type(), None, element, builder)
        }
        Some(TypeValue::OpaqueType(_)) => of(TypeKind::Opaque, 0, None, None, builder),
        None => of(TypeKind::Unknown, 0, None, None, builder),
    }
}

fn dim(dim: &super::proto::tensor_shape_proto::Dimension) -> (i64, &str, &str) {
    let denotation = dim.denotation();
    match &dim.value {
        // A size below zero has no meaning; some writers mean that it is unknown.
        Some(DimValue::DimValue(size)) => ((*size).max(-1), "", denotation),
        Some(DimValue::DimParam(symbol)) => (-1, symbol, denotation),
        None => (-1, "", denotation),
    }
}
