//! # Types of values
//!
//! What a model says of the types of its values: tensors, whose dimensions may be symbols, and what can be made of them.

use super::dtype::wb_dtype;
use super::graph::{graph_of, wb_graph};
use super::model::out_of_range;
use super::status::{WB_OK, wb_status};
use super::{fill, plain, shape, status, wb_str};
use weighbridge::dtype::DType;
use weighbridge::error::Result;
use weighbridge::graph::{Dim, Type, TypeKind};

/// As the index of a type: nothing is said. Since 0.1.
pub const WB_NO_TYPE: u32 = u32::MAX;

/// Kind of type: none that this version knows. Since 0.1.
pub const WB_TYPE_UNKNOWN: u32 = 0;
/// Kind of type: a tensor. Since 0.1.
pub const WB_TYPE_TENSOR: u32 = 1;
/// Kind of type: a tensor of which only some elements are stored. Since 0.1.
pub const WB_TYPE_SPARSE_TENSOR: u32 = 2;
/// Kind of type: any number of values of one type. Since 0.1.
pub const WB_TYPE_SEQUENCE: u32 = 3;
/// Kind of type: keys, each with a value. Since 0.1.
pub const WB_TYPE_MAP: u32 = 4;
/// Kind of type: a value that may be missing. Since 0.1.
pub const WB_TYPE_OPTIONAL: u32 = 5;
/// Kind of type: something that only its operators understand. Since 0.1.
pub const WB_TYPE_OPAQUE: u32 = 6;

/// What a type is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_type_info {
    /// `sizeof(wb_type_info)`.
    pub struct_size: usize,
    /// `WB_TYPE_*`.
    pub kind: u32,
    /// Of tensors, the type of the elements; of a map, that of its keys; 0 if the model does not say, or says something
    /// that this version does not know.
    pub dtype: wb_dtype,
    /// What the value means, such as `"IMAGE"`; may be empty.
    pub denotation: wb_str,
    /// `rank` dimensions in elements, outermost first; -1: symbolic or unknown. NULL: not even the rank is known.
    pub shape: *const i64,
    /// The number of dimensions; 0 also if it is not known.
    pub rank: u32,
    /// Of a sequence and of an optional value the type of what it holds, of a map that of its values; else `WB_NO_TYPE`.
    pub element: u32,
    /// The number by which the format names `dtype`; 0 if it does not.
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
            element: ty.element().map_or(WB_NO_TYPE, |element| element.index),
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

/// What a dimension is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_dim_info {
    /// `sizeof(wb_dim_info)`.
    pub struct_size: usize,
    /// Elements; -1: symbolic or unknown.
    pub size: i64,
    /// Of a symbolic dimension, its name: dimensions of one name are equal throughout the graph. Else empty.
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
fn type_of<'a>(g: *const wb_graph, index: u32) -> Result<Type<'a>> {
    graph_of(g)?.ty(index).ok_or_else(|| out_of_range("type", index as usize))
}

/// The number of types; 0 for NULL. Several values may share one. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_type_count(g: *const wb_graph) -> usize {
    plain(0, || Ok(graph_of(g)?.type_count()))
}

/// What a type is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_type(g: *const wb_graph, index: u32, out: *mut wb_type_info) -> wb_status {
    status(|| {
        fill(out, &type_of(g, index)?.into(), "out")?;
        Ok(WB_OK)
    })
}

/// What a dimension of a tensor's type is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_type_dim(g: *const wb_graph, index: u32, dim: usize, out: *mut wb_dim_info) -> wb_status {
    status(|| {
        let found = wb_dim_info::of(&type_of(g, index)?, dim);
        fill(out, &found.ok_or_else(|| out_of_range("dimension", dim))?, "out")?;
        Ok(WB_OK)
    })
}
