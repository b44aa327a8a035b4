//! # Attributes
//!
//! The constant parameters of nodes. An attribute is addressed by its node and its position there. `WB_NO_ID` as the node
//! means the graph itself: the body of a function has the defaults of the attributes of the function.
//!
//! The same functions return single values and lists. `WB_ERR_NOT_FOUND`: the attribute is of another kind.
//! `WB_ERR_INVALID_ARGUMENT`: the node, attribute or element does not exist.
//!
//!   if (wb_graph_attribute_find(graph, node, "axis", WB_NUL, &attribute) == WB_OK) {
//!     wb_graph_attribute_ints(graph, node, attribute, &values, &count);
//!   }

use std::ffi::c_char;

use super::fault::Fault;
use super::graph::{WB_NO_ID, graph_of, id, wb_graph};
use super::node::node_of;
use super::status::{WB_OK, wb_status};
use super::{Out, fill, lend, status, text, wb_str};
use weighbridge::error::{Error, Kind, Result};
use weighbridge::graph::{Attribute, AttributeKind, NO_VALUE};

/// Attribute: of a kind that this version does not know. Since 0.1.
pub const WB_ATTRIBUTE_UNDEFINED: u32 = 0;
/// Attribute: a floating-point number, for `wb_graph_attribute_floats`. Since 0.1.
pub const WB_ATTRIBUTE_FLOAT: u32 = 1;
/// Attribute: an integer, for `wb_graph_attribute_ints`. Since 0.1.
pub const WB_ATTRIBUTE_INT: u32 = 2;
/// Attribute: a string, for `wb_graph_attribute_string`. Since 0.1.
pub const WB_ATTRIBUTE_STRING: u32 = 3;
/// Attribute: a tensor, for `wb_graph_attribute_tensor`. Since 0.1.
pub const WB_ATTRIBUTE_TENSOR: u32 = 4;
/// Attribute: a graph, for `wb_graph_attribute_graph`. Since 0.1.
pub const WB_ATTRIBUTE_GRAPH: u32 = 5;
/// Attribute: floating-point numbers, for `wb_graph_attribute_floats`. Since 0.1.
pub const WB_ATTRIBUTE_FLOATS: u32 = 6;
/// Attribute: integers, for `wb_graph_attribute_ints`. Since 0.1.
pub const WB_ATTRIBUTE_INTS: u32 = 7;
/// Attribute: strings, for `wb_graph_attribute_string`. Since 0.1.
pub const WB_ATTRIBUTE_STRINGS: u32 = 8;
/// Attribute: tensors, for `wb_graph_attribute_tensor`. Since 0.1.
pub const WB_ATTRIBUTE_TENSORS: u32 = 9;
/// Attribute: graphs, for `wb_graph_attribute_graph`. Since 0.1.
pub const WB_ATTRIBUTE_GRAPHS: u32 = 10;
/// Attribute: a sparse tensor, for `wb_graph_attribute_sparse`. Since 0.1.
pub const WB_ATTRIBUTE_SPARSE_TENSOR: u32 = 11;
/// Attribute: sparse tensors, for `wb_graph_attribute_sparse`. Since 0.1.
pub const WB_ATTRIBUTE_SPARSE_TENSORS: u32 = 12;
/// Attribute: the type of a value, for `wb_graph_attribute_type`. Since 0.1.
pub const WB_ATTRIBUTE_TYPE: u32 = 13;
/// Attribute: types of values, for `wb_graph_attribute_type`. Since 0.1.
pub const WB_ATTRIBUTE_TYPES: u32 = 14;

/// An attribute. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_attribute_info {
    /// `sizeof(wb_attribute_info)`.
    pub struct_size: usize,
    /// The name.
    pub name: wb_str,
    /// In the body of a function, the attribute of the call that gives the contents; else empty.
    pub reference: wb_str,
    /// `WB_ATTRIBUTE_*`.
    pub kind: u32,
    /// 0.
    pub reserved: u32,
    /// The number of elements: 1 for a single value; 0 if a call gives the contents.
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
fn attribute_of<'a>(g: *const wb_graph, node: u32, position: u32) -> Result<Attribute<'a>, Fault> {
    let (graph, position) = (graph_of(g)?, position as usize);
    let found = match node {
        WB_NO_ID => graph.default_at(position),
        node => graph.attribute_at(&node_of(graph, node as usize)?, position),
    };
    found.ok_or(Fault::OutOfRange("attribute", position))
}

/// The same, if it is of one of two kinds.
fn attribute_as<'a>(g: *const wb_graph, node: u32, position: u32, kinds: [AttributeKind; 2]) -> Result<Attribute<'a>> {
    let attribute = attribute_of(g, node, position)?;
    if kinds.contains(&attribute.kind) {
        return Ok(attribute);
    }
    Err(Error::new(Kind::NotFound, "the attribute holds something else").with_subject(attribute.name))
}

/// Describes an attribute of a node. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_info(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
    out: *mut wb_attribute_info,
) -> wb_status {
    status(|| {
        fill(out, &attribute_of(g, node, attribute)?.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Finds an attribute of a node by its name. `WB_ERR_NOT_FOUND`: the node does not have it, and the default of the operator
/// applies. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_find(
    g: *const wb_graph,
    node: u32,
    name: *const c_char,
    name_len: usize,
    attribute: *mut u32,
) -> wb_status {
    status(|| {
        let out = Out::new(attribute, "attribute")?;
        let (graph, name) = (graph_of(g)?, text(name, name_len, "name")?);
        let found = match node {
            WB_NO_ID => graph.defaults().position(|attribute| attribute.name == name),
            node => graph.attributes(&node_of(graph, node as usize)?).position(|attribute| attribute.name == name),
        };
        Ok(out.set_found(found.map(id)))
    })
}

/// Gives the floating-point numbers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there
/// are none. `count` may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_floats(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
    values: *mut *const f32,
    count: *mut usize,
) -> wb_status {
    let kinds = [AttributeKind::Float, AttributeKind::Floats];
    status(|| lend(values, count, "values", || Ok(attribute_as(g, node, attribute, kinds)?.floats())))
}

/// Gives the integers of an attribute: `*count` of them, borrowed from the model. `*values` is NULL if there are none.
/// `count` may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_ints(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
    values: *mut *const i64,
    count: *mut usize,
) -> wb_status {
    let kinds = [AttributeKind::Int, AttributeKind::Ints];
    status(|| lend(values, count, "values", || Ok(attribute_as(g, node, attribute, kinds)?.ints())))
}

/// Gives a string of an attribute, borrowed from the model: the bytes of the file, which need not be UTF-8. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_string(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
    index: usize,
    out: *mut wb_str,
) -> wb_status {
    status(|| {
        let out = Out::new(out, "out")?;
        let attribute = attribute_as(g, node, attribute, [AttributeKind::String, AttributeKind::Strings])?;
        out.set(attribute.string(index).ok_or(Fault::OutOfRange("string", index))?.into());
        Ok(WB_OK)
    })
}

/// Gives a tensor of an attribute, as its index in the model. `WB_ERR_UNSUPPORTED`: this version cannot read it. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_tensor(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
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

/// Gives a graph of an attribute, as its index for `wb_model_graph`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_graph(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
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

/// Gives a sparse tensor of an attribute, as its index for `wb_model_sparse_info`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_sparse(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
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

/// Gives a type of an attribute, as its id for `wb_graph_type_info`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_attribute_type(
    g: *const wb_graph,
    node: u32,
    attribute: u32,
    index: usize,
    r#type: *mut u32,
) -> wb_status {
    status(|| {
        let out = Out::new(r#type, "type")?;
        let attribute = attribute_as(g, node, attribute, [AttributeKind::Type, AttributeKind::Types])?;
        let found = attribute.type_at(index).ok_or(Fault::OutOfRange("type", index))?;
        out.set(found.index);
        Ok(WB_OK)
    })
}

fn element(what: &'static str, list: &[u32], index: usize) -> Result<u32, Fault> {
    list.get(index).copied().ok_or(Fault::OutOfRange(what, index))
}
