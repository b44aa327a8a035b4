//! # Values
//!
//! What flows through a graph. In ONNX a name belongs to one value of its graph; other formats may have values without
//! names. What a graph takes from the one around it is a value of its own there, which `wb_graph_value_outer` leads
//! out of. How values are quantized is not told yet.

use std::ffi::c_char;

use super::dtype::wb_dtype;
use super::graph::{WB_NO_INDEX, graph_of, wb_graph};
use super::handle::get;
use super::model::{check_range, out_of_range, set_optional, wb_model};
use super::status::{WB_ERR_NOT_FOUND, WB_OK, wb_status};
use super::types::WB_NO_TYPE;
use super::{Out, fill, fill_array, plain, shape, status, text, wb_str};
use weighbridge::Model;
use weighbridge::dtype::DType;
use weighbridge::error::{Error, Kind, Result};
use weighbridge::graph::{Graph, SparseTensor, Stored, TypeKind, Value};

/// Flag of a value: an input of the graph. Since 0.1.
pub const WB_VALUE_INPUT: u32 = 1;
/// Flag of a value: an output of the graph. Since 0.1.
pub const WB_VALUE_OUTPUT: u32 = 2;
/// Flag of a value: its contents are stored with the graph; of an input they are the default. Since 0.1.
pub const WB_VALUE_INITIALIZER: u32 = 4;
/// Flag of a value: a node of the graph makes it. Since 0.1.
pub const WB_VALUE_COMPUTED: u32 = 8;
/// Flag of a value: the graph only uses it. It comes from a graph around this one, or from nowhere. Since 0.1.
pub const WB_VALUE_OUTER: u32 = 16;

/// What a value is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_value_info {
    /// `sizeof(wb_value_info)`.
    pub struct_size: usize,
    /// The name. It may be empty, and need not be unique, unless the format tells values apart by name, as ONNX does.
    pub name: wb_str,
    /// The type of the elements; 0 if it is not known, and for what is no tensor. Where the model gives no type, that of
    /// the initializer.
    pub dtype: wb_dtype,
    /// The number of dimensions; 0 also if it is not known.
    pub rank: u32,
    /// `rank` dimensions in elements, outermost first; -1: symbolic or unknown, see `wb_graph_type_dim`. NULL: not even
    /// the rank is known.
    pub shape: *const i64,
    /// `WB_VALUE_*`, added up.
    pub kind: u32,
    /// 0.
    pub reserved: u32,
    /// The first node that makes it; `WB_NO_INDEX`: none.
    pub producer: usize,
    /// Of an initializer, the tensor with its contents; `WB_NO_INDEX`: there is none that this version can read.
    pub tensor: usize,
    /// Of an initializer of which only some elements are stored, its index for `wb_model_sparse`; else `WB_NO_INDEX`.
    pub sparse: usize,
    /// What the model says of its type, for `wb_graph_type`; `WB_NO_TYPE`: nothing.
    pub type_index: u32,
    /// 0.
    pub reserved2: u32,
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
        dtype,
        rank: dims.map_or(0, <[i64]>::len) as u32,
        shape: shape(dims),
        kind: kind(&value),
        reserved: 0,
        producer: value.producer.unwrap_or(WB_NO_INDEX),
        tensor,
        sparse,
        type_index: value.ty.map_or(WB_NO_TYPE, |ty| ty.index),
        reserved2: 0,
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

fn kind(value: &Value<'_>) -> u32 {
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
fn value_of(graph: &Graph, index: u32) -> Result<Value<'_>> {
    graph.value(index).ok_or_else(|| out_of_range("value", index as usize))
}

/// The number of values; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_count(g: *const wb_graph) -> usize {
    plain(0, || Ok(graph_of(g)?.value_count()))
}

/// What a value is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value(g: *const wb_graph, value: u32, out: *mut wb_value_info) -> wb_status {
    status(|| {
        fill(out, &info(get(g, "g")?, value)?, "out")?;
        Ok(WB_OK)
    })
}

/// What `count` values from `first` on are: one call instead of many. The elements of `out` are `stride_bytes` apart; the
/// `struct_size` of the first one speaks for all, and may be 0. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_values(
    g: *const wb_graph,
    first: usize,
    count: usize,
    out: *mut wb_value_info,
    stride_bytes: usize,
) -> wb_status {
    status(|| {
        let g = get(g, "g")?;
        check_range("value", first, count, g.graph()?.value_count())?;
        fill_array(out, stride_bytes, count, "out", |position| info(g, (first + position) as u32))?;
        Ok(WB_OK)
    })
}

/// The value of the graph with this name. `WB_ERR_NOT_FOUND`: there is none. Since 0.1.
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
        out.set_found(found)
    })
}

/// The tensor that holds a value. `WB_ERR_NOT_FOUND`: the value is not an initializer, or a sparse one.
/// `WB_ERR_UNSUPPORTED`: this version cannot read its contents. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_tensor(g: *const wb_graph, value: u32, tensor: *mut usize) -> wb_status {
    status(|| {
        let out = Out::new(tensor, "tensor")?;
        out.set(match value_of(graph_of(g)?, value)?.initializer {
            Some(Stored::Dense(tensor)) => tensor,
            Some(Stored::Unreadable) => {
                return Err(Error::new(Kind::Unsupported, "this version cannot read the contents"));
            }
            Some(Stored::Sparse(_)) | None => return Ok(WB_ERR_NOT_FOUND),
        });
        Ok(WB_OK)
    })
}

/// Where a value with the flag `WB_VALUE_OUTER` comes from: the nearest graph around that has it, for `wb_model_graph`, and
/// its index there. `WB_ERR_NOT_FOUND`: the value belongs to this graph, or comes from nowhere. Either result may be
/// NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_outer(
    g: *const wb_graph,
    value: u32,
    graph: *mut usize,
    outer: *mut u32,
) -> wb_status {
    status(|| {
        let g = get(g, "g")?;
        let value = value_of(g.graph()?, value)?;
        let found = value.is_outer().then(|| g.model.graphs().outer(g.index, value.name)).flatten();
        let Some((from, index)) = found else { return Ok(WB_ERR_NOT_FOUND) };
        set_optional(graph, from);
        set_optional(outer, index);
        Ok(WB_OK)
    })
}

/// A tensor of which only some elements are stored. Set `struct_size` before the call. Since 0.1.
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
    /// The tensor of stored elements; `WB_NO_INDEX`: this version cannot read it.
    pub values: usize,
    /// The tensor of their places: linear indices, or one row of coordinates for each element. `WB_NO_INDEX`: this version
    /// cannot read it.
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

/// The number of sparse tensors of all graphs; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_sparse_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().sparse().len()))
}

/// What a sparse tensor is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_sparse(m: *const wb_model, index: usize, out: *mut wb_sparse_info) -> wb_status {
    status(|| {
        let sparse = get(m, "m")?.model.graphs().sparse().get(index);
        fill(out, &sparse.ok_or_else(|| out_of_range("sparse tensor", index))?.into(), "out")?;
        Ok(WB_OK)
    })
}
