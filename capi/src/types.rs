//! # Types of values
//!
//! The types that a model states for its values: tensors, whose dimensions may be symbols, and compositions of them.
//!
//!   if (value.type != WB_NO_ID) {
//!     wb_graph_type_info(graph, value.type, &type);
//!   }

use super::dtype::wb_dtype;
use super::fault::Fault;
use super::graph::{WB_NO_ID, graph_of, wb_graph};
use super::status::{WB_OK, wb_status};
use super::{fill, plain, shape, status, wb_str};
use weighbridge::dtype::DType;
use weighbridge::error::Result;
use weighbridge::graph::{Dim, Type, TypeKind};

/// Type: one that this version does not know. Since 0.1.
pub const WB_TYPE_UNKNOWN: u32 = 0;
/// Type: a tensor. Since 0.1.
pub const WB_TYPE_TENSOR: u32 = 1;
/// Type: a sparse tensor. Since 0.1.
pub const WB_TYPE_SPARSE_TENSOR: u32 = 2;
/// Type: a sequence of values of one type. Since 0.1.
pub const WB_TYPE_SEQUENCE: u32 = 3;
/// Type: a map from keys to values. Since 0.1.
pub const WB_TYPE_MAP: u32 = 4;
/// Type: an optional value. Since 0.1.
pub const WB_TYPE_OPTIONAL: u32 = 5;
/// Type: opaque, defined by its operators. Since 0.1.
pub const WB_TYPE_OPAQUE: u32 = 6;

/// A type. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_type_info {
    /// `sizeof(wb_type_info)`.
    pub struct_size: usize,
    /// `WB_TYPE_*`.
    pub kind: u32,
    /// For tensors, the type of the elements; for a map, that of its keys. 0 if the model does not state it, or if this
    /// version does not know it.
    pub dtype: wb_dtype,
    /// What the value means, such as `"IMAGE"`; may be empty.
    pub denotation: wb_str,
    /// `rank` dimensions in elements, outermost first; -1: symbolic or unknown. NULL: the rank is not known.
    pub shape: *const i64,
    /// The number of dimensions; 0 if it is not known.
    pub rank: u32,
    /// For a sequence and an optional value, the type of the contents; for a map, that of its values; else `WB_NO_ID`.
    pub element: u32,
    /// The number of `dtype` in the format, such as the `TensorProto.DataType` of ONNX; 0 if it has none.
    pub code: i32,
    /// 0.
    pub reserved: u32,
}

impl From<Type<'_>> for wb_type_info {
    fn from(ty: Type<'_>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            kind: kind(ty.kind),
            dtype: ty.dtype.map_or(0, DType::number),
            denotation: ty.denotation.into(),
            shape: shape(ty.shape),
            rank: ty.shape.map_or(0, <[i64]>::len) as u32,
            element: ty.element().map_or(WB_NO_ID, |element| element.index),
            code: ty.code,
            reserved: 0,
        }
    }
}

fn kind(kind: TypeKind) -> u32 {
    match kind {
        TypeKind::Unknown => WB_TYPE_UNKNOWN,
        TypeKind::Tensor => WB_TYPE_TENSOR,
        TypeKind::SparseTensor => WB_TYPE_SPARSE_TENSOR,
        TypeKind::Sequence => WB_TYPE_SEQUENCE,
        TypeKind::Map => WB_TYPE_MAP,
        TypeKind::Optional => WB_TYPE_OPTIONAL,
        TypeKind::Opaque => WB_TYPE_OPAQUE,
    }
}

/// A dimension. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_dim_info {
    /// `sizeof(wb_dim_info)`.
    pub struct_size: usize,
    /// Elements; -1: symbolic or unknown.
    pub size: i64,
    /// For a symbolic dimension, its name; dimensions of one name are equal throughout the graph. Else empty.
    pub symbol: wb_str,
    /// What the dimension means, such as `"DATA_BATCH"`; may be empty.
    pub denotation: wb_str,
}

impl wb_dim_info {
    fn of(ty: &Type<'_>, index: usize) -> Option<Self> {
        let (size, symbol) = match ty.dims().nth(index)? {
            Dim::Known(size) => (size, ""),
            Dim::Symbol(symbol) => (-1, symbol),
            Dim::Unknown => (-1, ""),
        };
        let denotation = ty.dim_denotations().nth(index)?;
        Some(Self { struct_size: size_of::<Self>(), size, symbol: symbol.into(), denotation: denotation.into() })
    }
}

/// The type at an index that the caller has passed.
fn type_of<'a>(g: *const wb_graph, index: u32) -> Result<Type<'a>, Fault> {
    graph_of(g)?.ty(index).ok_or(Fault::OutOfRange("type", index as usize))
}

/// Returns the number of types; 0 for NULL. Several values may share a type. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_type_count(g: *const wb_graph) -> u32 {
    plain(0, || Ok(graph_of(g)?.type_count() as u32))
}

/// Describes a type. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_type_info(g: *const wb_graph, r#type: u32, out: *mut wb_type_info) -> wb_status {
    status(|| {
        fill(out, &type_of(g, r#type)?.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Describes a dimension of the type of a tensor. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_type_dim_info(
    g: *const wb_graph,
    r#type: u32,
    dim: u32,
    out: *mut wb_dim_info,
) -> wb_status {
    status(|| {
        let (ty, dim) = (type_of(g, r#type)?, dim as usize);
        let found = wb_dim_info::of(&ty, dim).ok_or(Fault::OutOfRange("dimension", dim));
        fill(out, &found?, "out")?;
        Ok(WB_OK)
    })
}
