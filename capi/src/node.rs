//! # Nodes
//!
//! The operators of a graph, in the order of the file: in a valid model each node follows those that it depends on. The
//! lists of a node are the edges of the graph. `WB_NO_ID` among them stands for an optional input or output that is left
//! out.
//!
//!   wb_graph_node_info(graph, id, &node);
//!   if (node.inputs > 0 && *node.input_values != WB_NO_ID) {
//!     wb_graph_value_info(graph, *node.input_values, &value);
//!   }

use super::fault::Fault;
use super::graph::{graph_of, handle_of, wb_graph};
use super::model::check_range;
use super::status::{WB_OK, wb_status};
use super::{Out, begin, fill, fill_array, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::graph::{Graph, Node};

/// A node. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_node_info {
    /// `sizeof(wb_node_info)`.
    pub struct_size: usize,
    /// The name; may be empty, and need not be unique.
    pub name: wb_str,
    /// The operator.
    pub op: wb_str,
    /// The domain of the operator; empty for the default one.
    pub domain: wb_str,
    /// Which of several functions of this name is called; usually empty.
    pub overload: wb_str,
    /// `inputs` values that it takes; `WB_NO_ID`: an optional input that is omitted. NULL if there are none.
    pub input_values: *const u32,
    /// `outputs` values that it computes; `WB_NO_ID`: an optional output that is omitted. NULL if there are none.
    pub output_values: *const u32,
    /// `controls` nodes that must run before this one although it uses none of their outputs. NULL if there are none,
    /// as always in ONNX.
    pub control_nodes: *const u32,
    /// The number of inputs, omitted ones included.
    pub inputs: u32,
    /// The number of outputs, omitted ones included.
    pub outputs: u32,
    /// The number of control nodes.
    pub controls: u32,
    /// The number of attributes.
    pub attributes: u32,
}

impl wb_node_info {
    fn of(graph: &Graph, node: usize) -> Result<Self> {
        let node = node_of(graph, node)?;
        Ok(Self {
            struct_size: size_of::<Self>(),
            name: node.name.into(),
            op: node.op.into(),
            domain: node.domain.into(),
            overload: node.overload.into(),
            input_values: begin(node.inputs),
            output_values: begin(node.outputs),
            control_nodes: begin(node.control),
            inputs: node.inputs.len() as u32,
            outputs: node.outputs.len() as u32,
            controls: node.control.len() as u32,
            attributes: graph.attributes(&node).len() as u32,
        })
    }
}

/// The node with an id that the caller has passed.
pub(super) fn node_of(graph: &Graph, id: usize) -> Result<Node<'_>, Fault> {
    graph.node(id).ok_or(Fault::OutOfRange("node", id))
}

/// Returns the number of nodes; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_count(g: *const wb_graph) -> u32 {
    plain(0, || Ok(graph_of(g)?.node_count() as u32))
}

/// Describes a node. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_info(g: *const wb_graph, node: u32, out: *mut wb_node_info) -> wb_status {
    status(|| {
        fill(out, &wb_node_info::of(graph_of(g)?, node as usize)?, "out")?;
        Ok(WB_OK)
    })
}

/// Describes `count` nodes, from `first` on, in one call. The elements of `out` are `stride_bytes` apart, and `struct_size`
/// need only be set in the first. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_infos(
    g: *const wb_graph,
    first: u32,
    count: u32,
    out: *mut wb_node_info,
    stride_bytes: usize,
) -> wb_status {
    status(|| {
        let (graph, first, count) = (graph_of(g)?, first as usize, count as usize);
        check_range("node", first, count, graph.node_count())?;
        fill_array(out, stride_bytes, count, "out", |position| wb_node_info::of(graph, first + position))?;
        Ok(WB_OK)
    })
}

/// Finds the function of the model that a node calls, for `wb_model_function_info`. `WB_ERR_NOT_FOUND`: the node calls an
/// operator of an operator set. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_node_function(g: *const wb_graph, node: u32, function: *mut usize) -> wb_status {
    status(|| {
        let out = Out::new(function, "function")?;
        let g = handle_of(g)?;
        let node = node_of(g.graph()?, node as usize)?;
        let found = g.model.graphs().function(node.domain, node.op, node.overload);
        Ok(out.set_found(found))
    })
}
