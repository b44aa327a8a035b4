//! # Nodes
//!
//! The operators of a graph and their edges, in the order of the file: in a valid model each comes after those that it
//! depends on.

use super::graph::{graph_of, wb_graph};
use super::handle::get;
use super::model::{check_range, out_of_range};
use super::status::{WB_OK, wb_status};
use super::{Out, begin, fill, fill_array, fill_list, lend, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::graph::{Graph, Node};

/// As an input or output of a node: an optional one that is left out. Since 0.1.
pub const WB_NO_VALUE: u32 = u32::MAX;

/// What a node is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_node_info {
    /// `sizeof(wb_node_info)`.
    pub struct_size: usize,
    /// The name; may be empty, and need not be unique.
    pub name: wb_str,
    /// The operator.
    pub op: wb_str,
    /// The operator's domain; empty for the default one.
    pub domain: wb_str,
    /// The number of inputs, omitted ones included.
    pub inputs: u32,
    /// The number of outputs, omitted ones included.
    pub outputs: u32,
    /// The number of attributes.
    pub attributes: u32,
    /// 0.
    pub reserved: u32,
    /// `inputs` values that it takes, `WB_NO_VALUE` for omitted ones; NULL if there are none.
    pub input_values: *const u32,
    /// `outputs` values that it makes, `WB_NO_VALUE` for omitted ones; NULL if there are none.
    pub output_values: *const u32,
    /// Which of several functions of one name is meant; mostly empty.
    pub overload: wb_str,
}

impl wb_node_info {
    fn of(graph: &Graph, node: usize) -> Result<Self> {
        let node = node_of(graph, node)?;
        Ok(Self {
            struct_size: size_of::<Self>(),
            name: node.name.into(),
            op: node.op.into(),
            domain: node.domain.into(),
            inputs: node.inputs.len() as u32,
            outputs: node.outputs.len() as u32,
            attributes: graph.attributes(&node).len() as u32,
            reserved: 0,
            input_values: begin(node.inputs),
            output_values: begin(node.outputs),
            overload: node.overload.into(),
        })
    }
}

/// The node at an index that the caller has passed.
pub(super) fn node_of(graph: &Graph, index: usize) -> Result<Node<'_>> {
    graph.node(index).ok_or_else(|| out_of_range("node", index))
}

/// The number of nodes; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_count(g: *const wb_graph) -> usize {
    plain(0, || Ok(graph_of(g)?.node_count()))
}

/// What the node is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node(g: *const wb_graph, node: usize, out: *mut wb_node_info) -> wb_status {
    status(|| {
        fill(out, &wb_node_info::of(graph_of(g)?, node)?, "out")?;
        Ok(WB_OK)
    })
}

/// What `count` nodes from `first` on are: one call instead of many. The elements of `out` are `stride_bytes` apart; the
/// `struct_size` of the first one speaks for all, and may be 0. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_nodes(
    g: *const wb_graph,
    first: usize,
    count: usize,
    out: *mut wb_node_info,
    stride_bytes: usize,
) -> wb_status {
    status(|| {
        let graph = graph_of(g)?;
        check_range("node", first, count, graph.node_count())?;
        fill_array(out, stride_bytes, count, "out", |position| wb_node_info::of(graph, first + position))?;
        Ok(WB_OK)
    })
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
    status(|| fill_list(values, cap, count, node_of(graph_of(g)?, node)?.inputs.iter().copied()))
}

/// The values that a node makes, `WB_NO_VALUE` for omitted ones. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_outputs(
    g: *const wb_graph,
    node: usize,
    values: *mut u32,
    cap: usize,
    count: *mut usize,
) -> wb_status {
    status(|| fill_list(values, cap, count, node_of(graph_of(g)?, node)?.outputs.iter().copied()))
}

/// The nodes that have to run before a node although it takes no value of theirs, as indices in the graph: none in ONNX.
/// Borrowed from the model; `*nodes` is NULL if there are none, and `count` may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_control(
    g: *const wb_graph,
    node: usize,
    nodes: *mut *const u32,
    count: *mut usize,
) -> wb_status {
    status(|| lend(nodes, count, "nodes", || Ok(node_of(graph_of(g)?, node)?.control)))
}

/// All edges of the graph in one list: of each node in order its inputs, then its outputs, `WB_NO_VALUE` for omitted ones.
/// `wb_node_info` says how many are whose. Borrowed from the model; `*values` is NULL if there are none, and `count` may be
/// NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_edges(g: *const wb_graph, values: *mut *const u32, count: *mut usize) -> wb_status {
    status(|| lend(values, count, "values", || Ok(graph_of(g)?.edges())))
}

/// The function of the model that a node calls, for `wb_model_function`. `WB_ERR_NOT_FOUND`: it is an operator of an
/// operator set. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_function(g: *const wb_graph, node: usize, function: *mut usize) -> wb_status {
    status(|| {
        let out = Out::new(function, "function")?;
        let g = get(g, "g")?;
        let node = node_of(g.graph()?, node)?;
        let found = g.model.graphs().function(node.domain, node.op, node.overload);
        out.set_found(found)
    })
}
