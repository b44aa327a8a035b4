//! # Values
//!
//! The inputs, outputs and intermediate results of a graph. In ONNX, values are identified by name; in other formats they
//! need not have names. A value of an enclosing graph that a subgraph uses is a separate value there, and
//! `wb_graph_value_outer` finds its origin.
//!
//!   for (id = 0; id < wb_graph_value_count(graph); ++id) {
//!     wb_graph_value_info(graph, id, &value);
//!   }

use std::ffi::c_char;

use super::dtype::wb_dtype;
use super::fault::Fault;
use super::graph::{WB_NO_ID, WB_NO_INDEX, graph_of, handle_of, id, wb_graph};
use super::handle::get;
use super::model::{check_range, set_optional, wb_model};
use super::status::{WB_ERR_NOT_FOUND, WB_OK, wb_status};
use super::{Out, fill, fill_array, plain, shape, status, text, wb_str};
use weighbridge::Model;
use weighbridge::dtype::DType;
use weighbridge::error::Result;
use weighbridge::graph::{Graph, SparseTensor, Stored, TypeKind, Value};

/// Value flag: an input of the graph. Since 0.1.
pub const WB_VALUE_INPUT: u32 = 1;
/// Value flag: an output of the graph. Since 0.1.
pub const WB_VALUE_OUTPUT: u32 = 2;
/// Value flag: the contents are stored in the model; for an input they are the default. Since 0.1.
pub const WB_VALUE_INITIALIZER: u32 = 4;
/// Value flag: a node of the graph computes it. Since 0.1.
pub const WB_VALUE_COMPUTED: u32 = 8;
/// Value flag: the graph uses it but does not define it. It comes from an enclosing graph; in a malformed model, it has
/// no origin. Since 0.1.
pub const WB_VALUE_OUTER: u32 = 16;

/// A value. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_value_info {
    /// `sizeof(wb_value_info)`.
    pub struct_size: usize,
    /// The name; may be empty.
    pub name: wb_str,
    /// `WB_VALUE_*` flags, combined with `|`.
    pub flags: u32,
    /// The type of the elements; 0 if it is not known, and for a value that is not a tensor. If the model does not state a
    /// type, that of the initializer.
    pub dtype: wb_dtype,
    /// `rank` dimensions in elements, outermost first; -1: symbolic or unknown, see `wb_graph_type_dim_info`. NULL: the rank
    /// is not known.
    pub shape: *const i64,
    /// The number of dimensions; 0 if it is not known.
    pub rank: u32,
    /// The type that the model states, for `wb_graph_type_info`; `WB_NO_ID`: none.
    pub r#type: u32,
    /// The first node that computes it; `WB_NO_ID`: none.
    pub producer: u32,
    /// 0.
    pub reserved: u32,
    /// For an initializer, the tensor with its contents. `WB_NO_INDEX`: the value is not an initializer, `sparse` is its
    /// index, or this version cannot read its contents.
    pub tensor: usize,
    /// For an initializer of which only some elements are stored, its index for `wb_model_sparse_info`; else `WB_NO_INDEX`.
    pub sparse: usize,
}

fn info(g: &wb_graph, index: u32) -> Result<wb_value_info> {
    let value = value_of(g.graph()?, index)?;
    let (dtype, dims) = match value.ty {
        // What a map has is the type of its keys.
        Some(ty) => (ty.dtype.filter(|_| ty.kind != TypeKind::Map).map_or(0, DType::number), ty.shape),
        None => stored(&g.model, value.initializer),
    };
    let (tensor, sparse) = match value.initializer {
        Some(Stored::Dense(tensor)) => (tensor, WB_NO_INDEX),
        Some(Stored::Sparse(sparse)) => (WB_NO_INDEX, sparse),
        Some(Stored::Unreadable) | None => (WB_NO_INDEX, WB_NO_INDEX),
    };
    Ok(wb_value_info {
        struct_size: size_of::<wb_value_info>(),
        name: value.name.into(),
        flags: flags(&value),
        dtype,
        shape: shape(dims),
        rank: dims.map_or(0, <[i64]>::len) as u32,
        r#type: value.ty.map_or(WB_NO_ID, |ty| ty.index),
        producer: value.producer.map_or(WB_NO_ID, id),
        reserved: 0,
        tensor,
        sparse,
    })
}

/// The element type, 0 if it is not known, and the shape of what is stored.
fn stored(model: &Model, contents: Option<Stored>) -> (wb_dtype, Option<&[i64]>) {
    let tensor = |index: usize| model.tensors().get(index);
    match contents {
        Some(Stored::Dense(index)) => tensor(index).map_or((0, None), |t| (t.dtype.number(), Some(t.shape))),
        Some(Stored::Sparse(index)) => model.graphs().sparse().get(index).map_or((0, None), |sparse| {
            let dtype = sparse.values.and_then(tensor).map_or(0, |values| values.dtype.number());
            (dtype, Some(&*sparse.shape))
        }),
        Some(Stored::Unreadable) | None => (0, None),
    }
}

fn flags(value: &Value<'_>) -> u32 {
    let flags = [
        (value.is_input, WB_VALUE_INPUT),
        (value.is_output, WB_VALUE_OUTPUT),
        (value.initializer.is_some(), WB_VALUE_INITIALIZER),
        (value.producer.is_some(), WB_VALUE_COMPUTED),
        (value.is_outer(), WB_VALUE_OUTER),
    ];
    flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).sum()
}

/// The value at an index that the caller has passed.
fn value_of(graph: &Graph, index: u32) -> Result<Value<'_>, Fault> {
    graph.value(index).ok_or(Fault::OutOfRange("value", index as usize))
}

/// Returns the number of values; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_count(g: *const wb_graph) -> u32 {
    plain(0, || Ok(graph_of(g)?.value_count() as u32))
}

/// Describes a value. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_info(g: *const wb_graph, value: u32, out: *mut wb_value_info) -> wb_status {
    status(|| {
        fill(out, &info(handle_of(g)?, value)?, "out")?;
        Ok(WB_OK)
    })
}

/// Describes `count` values, from `first` on, in one call. The elements of `out` are `stride_bytes` apart, and
/// `struct_size` need only be set in the first. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_infos(
    g: *const wb_graph,
    first: u32,
    count: u32,
    out: *mut wb_value_info,
    stride_bytes: usize,
) -> wb_status {
    status(|| {
        let (g, first, count) = (handle_of(g)?, first as usize, count as usize);
        check_range("value", first, count, g.graph()?.value_count())?;
        fill_array(out, stride_bytes, count, "out", |position| info(g, (first + position) as u32))?;
        Ok(WB_OK)
    })
}

/// Finds a value by its name. `WB_ERR_NOT_FOUND`: the graph has no such value. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_find(
    g: *const wb_graph,
    name: *const c_char,
    name_len: usize,
    value: *mut u32,
) -> wb_status {
    status(|| {
        let out = Out::new(value, "value")?;
        let found = graph_of(g)?.find(text(name, name_len, "name")?);
        Ok(out.set_found(found))
    })
}

/// Finds the origin of a value with the flag `WB_VALUE_OUTER`: the nearest enclosing graph that has it, for
/// `wb_model_graph`, and its id there. `WB_ERR_NOT_FOUND`: the value belongs to this graph, or has no origin. Either result
/// may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_outer(
    g: *const wb_graph,
    value: u32,
    graph: *mut usize,
    outer: *mut u32,
) -> wb_status {
    status(|| {
        let g = handle_of(g)?;
        let value = value_of(g.graph()?, value)?;
        let found = value.is_outer().then(|| g.model.graphs().outer(g.index, value.name)).flatten();
        let Some((from, index)) = found else { return Ok(WB_ERR_NOT_FOUND) };
        set_optional(graph, from);
        set_optional(outer, index);
        Ok(WB_OK)
    })
}

/// A sparse tensor: only some elements are stored. Set `struct_size` before the call; `shape` is borrowed from the model.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_sparse_info {
    /// `sizeof(wb_sparse_info)`.
    pub struct_size: usize,
    /// `rank` dimensions in elements, outermost first.
    pub shape: *const i64,
    /// The number of dimensions.
    pub rank: u32,
    /// 0.
    pub reserved: u32,
    /// The index of the tensor with the stored elements; `WB_NO_INDEX`: this version cannot read it.
    pub values: usize,
    /// The index of the tensor with their positions: linear indices, or one row of coordinates for each element.
    /// `WB_NO_INDEX`: this version cannot read it.
    pub indices: usize,
}

impl From<&SparseTensor> for wb_sparse_info {
    fn from(sparse: &SparseTensor) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            shape: shape(Some(&sparse.shape)),
            rank: sparse.shape.len() as u32,
            reserved: 0,
            values: sparse.values.unwrap_or(WB_NO_INDEX),
            indices: sparse.indices.unwrap_or(WB_NO_INDEX),
        }
    }
}

/// Returns the number of sparse tensors of all graphs; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_sparse_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().sparse().len()))
}

/// Describes a sparse tensor. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_sparse_info(m: *const wb_model, index: usize, out: *mut wb_sparse_info) -> wb_status {
    status(|| {
        let sparse = get(m, "m")?.model.graphs().sparse().get(index);
        fill(out, &sparse.ok_or(Fault::OutOfRange("sparse tensor", index))?.into(), "out")?;
        Ok(WB_OK)
    })
}
