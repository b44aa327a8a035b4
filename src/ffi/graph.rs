//! # Graphs
//!
//! The graph of a model whose format has one. In this version no format has: `wb_model_graph_count` is 0, and there is no
//! `wb_graph` to pass to the other functions.
//!
//! Graphs are borrowed from the model. Nodes and values have dense, stable indices. Lists are asked for twice: with `cap`
//! 0 to learn their length, then with room for it; what does not fit is left out, and `*count` is the full length.

use std::convert::Infallible;

use super::dtype::wb_dtype;
use super::handle::{Handle, get};
use super::model::wb_model;
use super::status::wb_status;
use super::{plain, status, wb_str};

/// A graph, borrowed from its model. Immutable; any thread. Since 0.1.
pub struct wb_graph {
    /// No format of this version has graphs.
    never: Infallible,
}

impl Handle for wb_graph {}

/// As an input of a node: an optional input that is left out. Since 0.1.
pub const WB_NO_VALUE: u32 = u32::MAX;

/// What a node is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_node_info {
    /// `sizeof(wb_node_info)`.
    pub struct_size: usize,
    /// The name; may be empty.
    pub name: wb_str,
    /// The operator.
    pub op: wb_str,
    /// The operator's domain; empty for the default one.
    pub domain: wb_str,
    /// The number of inputs, omitted ones included.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
    /// The number of attributes.
    pub attributes: u32,
    /// 0.
    pub reserved: u32,
}

/// What a value is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_value_info {
    /// `sizeof(wb_value_info)`.
    pub struct_size: usize,
    /// The name.
    pub name: wb_str,
    /// The type of the elements; 0 if it is not known.
    pub dtype: wb_dtype,
    /// The number of dimensions.
    pub rank: u32,
    /// `rank` dimensions in elements, outermost first; -1: symbolic or unknown.
    pub shape: *const i64,
    /// What the value is in the graph; 0 in this version.
    pub kind: u32,
    /// 0.
    pub reserved: u32,
}

/// The number of graphs: 0 for a model of weights only, and for NULL; graph 0 is the main one. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_graph_count(m: *const wb_model) -> usize {
    plain(0, || get(m, "m").map(|_| 0))
}

/// A graph, borrowed from the model; NULL if there is none of this index. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_graph(m: *const wb_model, index: usize) -> *const wb_graph {
    let none = std::ptr::null();
    plain(none, || get(m, "m").map(|_| (index, none).1))
}

/// The number of nodes; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_count(g: *const wb_graph) -> usize {
    plain(0, || match get(g, "g")?.never {})
}

/// What the node is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node(g: *const wb_graph, node: usize, out: *mut wb_node_info) -> wb_status {
    none(g, (node, out))
}

/// The values that a node takes, `WB_NO_VALUE` for omitted ones. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_inputs(
    g: *const wb_graph,
    node: usize,
    values: *mut u32,
    cap: usize,
    count: *mut usize,
) -> wb_status {
    none(g, (node, values, cap, count))
}

/// The values that a node makes. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_outputs(
    g: *const wb_graph,
    node: usize,
    values: *mut u32,
    cap: usize,
    count: *mut usize,
) -> wb_status {
    none(g, (node, values, cap, count))
}

/// The number of values; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_count(g: *const wb_graph) -> usize {
    plain(0, || match get(g, "g")?.never {})
}

/// What a value is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value(g: *const wb_graph, value: u32, out: *mut wb_value_info) -> wb_status {
    none(g, (value, out))
}

/// The values that the graph takes. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_inputs(g: *const wb_graph, values: *mut u32, cap: usize, count: *mut usize) -> wb_status {
    none(g, (values, cap, count))
}

/// The values that the graph makes. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_outputs(g: *const wb_graph, values: *mut u32, cap: usize, count: *mut usize) -> wb_status {
    none(g, (values, cap, count))
}

/// The tensor that holds a value. `WB_ERR_NOT_FOUND`: the value is not an initializer. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_value_tensor(g: *const wb_graph, value: u32, tensor: *mut usize) -> wb_status {
    none(g, (value, tensor))
}

/// The answer of a function of a graph, while there are no graphs: `WB_ERR_INVALID_ARGUMENT` for NULL.
fn none<T>(g: *const wb_graph, _arguments: T) -> wb_status {
    status(|| match get(g, "g")?.never {})
}
