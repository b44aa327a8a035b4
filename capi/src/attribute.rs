//! # Attributes
//!
//! What a node was told when the graph was made. An attribute is named by the node and its position there. In place of the
//! node, `WB_NO_INDEX` means the graph itself: the body of a function has the defaults of the function's attributes.
//!
//! Single contents and lists are asked for by the same functions. `WB_ERR_NOT_FOUND`: the attribute is of another kind;
//! `WB_ERR_INVALID_ARGUMENT`: there is no such node, attribute or element.

use std::ffi::c_char;

use super::graph::{WB_NO_INDEX, graph_of, wb_graph};
use super::model::out_of_range;
use super::node::node_of;
use super::status::{WB_OK, wb_status};
use super::{Out, fill, lend, status, text, wb_str};
use weighbridge::error::{Error, Kind, Result};
use weighbridge::graph::{Attribute, AttributeKind, NO_VALUE};

/// Kind of attribute: none that this version knows. Since 0.1.
pub const WB_ATTRIBUTE_UNDEFINED: u32 = 0;
/// Kind of attribute: a number, for `wb_graph_attribute_floats`. Since 0.1.
pub const WB_ATTRIBUTE_FLOAT: u32 = 1;
/// Kind of attribute: a whole number, for `wb_graph_attribute_ints`. Since 0.1.
pub const WB_ATTRIBUTE_INT: u32 = 2;
/// Kind of attribute: bytes, mostly UTF-8 text, for `wb_graph_attribute_string`. Since 0.1.
pub const WB_ATTRIBUTE_STRING: u32 = 3;
/// Kind of attribute: a tensor, for `wb_graph_attribute_tensor`. Since 0.1.
pub const WB_ATTRIBUTE_TENSOR: u32 = 4;
/// Kind of attribute: a graph, for `wb_graph_attribute_graph`. Since 0.1.
pub const WB_ATTRIBUTE_GRAPH: u32 = 5;
/// Kind of attribute: numbers, for `wb_graph_attribute_floats`. Since 0.1.
pub const WB_ATTRIBUTE_FLOATS: u32 = 6;
/// Kind of attribute: whole numbers, for `wb_graph_attribute_ints`. Since 0.1.
pub const WB_ATTRIBUTE_INTS: u32 = 7;
/// Kind of attribute: strings, for `wb_graph_attribute_string`. Since 0.1.
pub const WB_ATTRIBUTE_STRINGS: u32 = 8;
/// Kind of attribute: tensors, for `wb_graph_attribute_tensor`. Since 0.1.
pub const WB_ATTRIBUTE_TENSORS: u32 = 9;
/// Kind of attribute: graphs, for `wb_graph_attribute_graph`. Since 0.1.
pub const WB_ATTRIBUTE_GRAPHS: u32 = 10;
/// Kind of attribute: a sparse tensor, for `wb_graph_attribute_sparse`. Since 0.1.
pub const WB_ATTRIBUTE_SPARSE_TENSOR: u32 = 11;
/// Kind of attribute: sparse tensors, for `wb_graph_attribute_sparse`. Since 0.1.
pub const WB_ATTRIBUTE_SPARSE_TENSORS: u32 = 12;
/// Kind of attribute: the type of a value, for `wb_graph_attribute_type`. Since 0.1.
pub const WB_ATTRIBUTE_TYPE: u32 = 13;
/// Kind of attribute: types of values, for `wb_graph_attribute_type`. Since 0.1.
pub const WB_ATTRIBUTE_TYPES: u32 = 14;

/// What an attribute is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_attribute_info {
    /// `sizeof(wb_attribute_info)`.
    pub struct_size: usize,
    /// The name.
    pub name: wb_str,
    /// In the body of a function: the attribute of the call that this one takes its contents from; else empty.
    pub reference: wb_str,
    /// `WB_ATTRIBUTE_*`.
    pub kind: u32,
    /// 0.
    pub reserved: u32,
    /// The number of elements: 1 for single contents; 0 where they come from a call.
    pub count: usize,
}

impl From<Attribute<'_>> for wb_attribute_info {
    fn from(attribute: Attribute<'_>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            name: attribute.name.into(),
            reference: attribute.reference.into(),
            kind: kind(attribute.kind),
            reserved: 0,
            count: attribute.len(),
        }
    }
}

fn kind(kind: AttributeKind) -> u32 {
    match kind {
        AttributeKind::Undefined => WB_ATTRIBUTE_UNDEFINED,
        AttributeKind::Float => WB_ATTRIBUTE_FLOAT,
        AttributeKind::Int => WB_ATTRIBUTE_INT,
        AttributeKind::String => WB_ATTRIBUTE_STRING,
        AttributeKind::Tensor => WB_ATTRIBUTE_TENSOR,
        AttributeKind::Graph => WB_ATTRIBUTE_GRAPH,
        AttributeKind::Floats => WB_ATTRIBUTE_FLOATS,
        AttributeKind::Ints => WB_ATTRIBUTE_INTS,
        AttributeKind::Strings => WB_ATTRIBUTE_STRINGS,
        AttributeKind::Tensors => WB_ATTRIBUTE_TENSORS,
        AttributeKind::Graphs => WB_ATTRIBUTE_GRAPHS,
        AttributeKind::SparseTensor => WB_ATTRIBUTE_SPARSE_TENSOR,
        AttributeKind::SparseTensors => WB_ATTRIBUTE_SPARSE_TENSORS,
        AttributeKind::Type => WB_ATTRIBUTE_TYPE,
        AttributeKind::Types => WB_ATTRIBUTE_TYPES,
    }
}

/// The attribute at a position that the caller has passed.
fn attribute_of<'a>(g: *const wb_graph, node: usize, position: usize) -> Result<Attribute<'a>> {
    let graph = graph_of(g)?;
    let found = match node {
        WB_NO_INDEX => graph.default_at(position),
        node => graph.attribute_at(&node_of(graph, node)?, position),
    };
    found.ok_or_else(|| out_of_range("attribute", position))
}

/// The same, if it is of one of two kinds.
fn attribute_as<'a>(
    g: *const wb_graph,
    node: usize,
    position: usize,
    kinds: [AttributeKind; 2],
) -> Result<Attribute<'a>> {
    let attribute = attribute_of(g, node, position)?;
    if kinds.contains(&attribute.kind) {
        return Ok(attribute);
    }
    Err(Error::new(Kind::NotFound, "the attribute holds something else").with_subject(attribute.name))
}

/// What an attribute of a node is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    out: *mut wb_attribute_info,
) -> wb_status {
    status(|| {
        fill(out, &attribute_of(g, node, attribute)?.into(), "out")?;
        Ok(WB_OK)
    })
}

/// The position of the attribute of a node with this name. `WB_ERR_NOT_FOUND`: the node has none; what then holds is
/// known to the operator. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_find(
    g: *const wb_graph,
    node: usize,
    name: *const c_char,
    name_len: usize,
    attribute: *mut usize,
) -> wb_status {
    status(|| {
        let out = Out::new(attribute, "attribute")?;
        let (graph, name) = (graph_of(g)?, text(name, name_len, "name")?);
        let found = match node {
            WB_NO_INDEX => graph.defaults().position(|attribute| attribute.name == name),
            node => graph.attributes(&node_of(graph, node)?).position(|attribute| attribute.name == name),
        };
        out.set_found(found)
    })
}

/// The numbers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there are none; `count` may
/// be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_floats(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    values: *mut *const f32,
    count: *mut usize,
) -> wb_status {
    let kinds = [AttributeKind::Float, AttributeKind::Floats];
    status(|| lend(values, count, "values", || Ok(attribute_as(g, node, attribute, kinds)?.floats())))
}

/// The whole numbers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there are none;
/// `count` may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_ints(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    values: *mut *const i64,
    count: *mut usize,
) -> wb_status {
    let kinds = [AttributeKind::Int, AttributeKind::Ints];
    status(|| lend(values, count, "values", || Ok(attribute_as(g, node, attribute, kinds)?.ints())))
}

/// One string of an attribute, borrowed from the model: bytes as the file has them, which are mostly UTF-8 text, but need
/// not be. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_string(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    index: usize,
    out: *mut wb_str,
) -> wb_status {
    status(|| {
        let out = Out::new(out, "out")?;
        let attribute = attribute_as(g, node, attribute, [AttributeKind::String, AttributeKind::Strings])?;
        out.set(attribute.string(index).ok_or_else(|| out_of_range("string", index))?.into());
        Ok(WB_OK)
    })
}

/// One tensor of an attribute: its index in the model. `WB_ERR_UNSUPPORTED`: this version cannot read it. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_tensor(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    index: usize,
    tensor: *mut usize,
) -> wb_status {
    status(|| {
        let out = Out::new(tensor, "tensor")?;
        let attribute = attribute_as(g, node, attribute, [AttributeKind::Tensor, AttributeKind::Tensors])?;
        let tensor = element("tensor", attribute.tensors(), index)?;
        let is_readable = (tensor != NO_VALUE).then_some(tensor as usize);
        out.set(is_readable.ok_or_else(|| Error::new(Kind::Unsupported, "this version cannot read the tensor"))?);
        Ok(WB_OK)
    })
}

/// One graph of an attribute: its index in the model, for `wb_model_graph`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_graph(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    index: usize,
    graph: *mut usize,
) -> wb_status {
    status(|| {
        let out = Out::new(graph, "graph")?;
        let attribute = attribute_as(g, node, attribute, [AttributeKind::Graph, AttributeKind::Graphs])?;
        out.set(element("graph", attribute.graphs(), index)? as usize);
        Ok(WB_OK)
    })
}

/// One sparse tensor of an attribute: its index in the model, for `wb_model_sparse`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_sparse(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    index: usize,
    sparse: *mut usize,
) -> wb_status {
    status(|| {
        let out = Out::new(sparse, "sparse")?;
        let kinds = [AttributeKind::SparseTensor, AttributeKind::SparseTensors];
        let attribute = attribute_as(g, node, attribute, kinds)?;
        out.set(element("sparse tensor", attribute.sparse(), index)? as usize);
        Ok(WB_OK)
    })
}

/// One type of an attribute: its index in the graph, for `wb_graph_type`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_type(
    g: *const wb_graph,
    node: usize,
    attribute: usize,
    index: usize,
    type_index: *mut u32,
) -> wb_status {
    status(|| {
        let out = Out::new(type_index, "type_index")?;
        let attribute = attribute_as(g, node, attribute, [AttributeKind::Type, AttributeKind::Types])?;
        let found = attribute.type_at(index).ok_or_else(|| out_of_range("type", index))?;
        out.set(found.index);
        Ok(WB_OK)
    })
}

fn element(what: &str, list: &[u32], index: usize) -> Result<u32> {
    list.get(index).copied().ok_or_else(|| out_of_range(what, index))
}
