//! # Graphs
//!
//! The graphs of a model, if its format has them: those that callers run, the bodies of functions, and the subgraphs that
//! are attributes of nodes. Graphs never change. Everything in the following sections is borrowed from the model, and every
//! function may run on several threads at once.
//!
//! What belongs to the model, such as graphs, functions and tensors, is addressed by a `size_t` index, and `WB_NO_INDEX` is
//! none. What belongs to one graph, such as nodes, values and types, is addressed by a `uint32_t` id, and `WB_NO_ID` is
//! none. Both count from 0 and do not change.
//!
//!   graph = wb_model_graph(model, 0);
//!   for (id = 0; id < wb_graph_node_count(graph); ++id) {
//!     wb_graph_node_info(graph, id, &node);
//!   }

use std::ffi::c_char;
use std::ptr;

use super::fault::Fault;
use super::handle::{Handle, get};
use super::metadata::wb_metadata_info;
use super::model::wb_model;
use super::status::{WB_OK, wb_status};
use super::{Out, begin, fill, plain, status, text, wb_str};
use weighbridge::Model;
use weighbridge::error::Result;
use weighbridge::graph::{Graph, Role};
use weighbridge::memory;
use weighbridge::metadata::Datum;

/// A graph. Immutable and borrowed from its model; any thread. Since 0.1.
pub struct wb_graph {
    pub(super) model: Model,
    pub(super) index: usize,
}

impl Handle for wb_graph {}

impl wb_graph {
    /// What C may hold of the graphs of a model, for as long as the model's handle lives.
    pub(super) fn all(model: &Model) -> Result<Vec<Self>> {
        let graphs = (0..model.graphs().len()).map(|index| Self { model: model.clone(), index });
        memory::collect(graphs, "the graphs")
    }

    pub(super) fn graph(&self) -> Result<&Graph, Fault> {
        self.model.graphs().get(self.index).ok_or(Fault::OutOfRange("graph", self.index))
    }
}

/// Whether a format of this build has graphs. Otherwise no pointer is that of one, which spares it the code of those who ask.
const HAS_GRAPHS: bool = cfg!(feature = "onnx");

/// The graph behind a pointer of the caller's.
pub(super) fn graph_of<'a>(g: *const wb_graph) -> Result<&'a Graph, Fault> {
    handle_of(g)?.graph()
}

/// What that pointer points to.
pub(super) fn handle_of<'a>(g: *const wb_graph) -> Result<&'a wb_graph, Fault> {
    get(if HAS_GRAPHS { g } else { ptr::null() }, "g")
}

/// As an index in a model: none. Since 0.1.
pub const WB_NO_INDEX: usize = usize::MAX;
/// As an id in a graph: none. As an input or output of a node: an optional one that is omitted. Since 0.1.
pub const WB_NO_ID: u32 = u32::MAX;

/// The id of what has a position in a graph.
pub(super) fn id(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(WB_NO_ID)
}

/// Role: a graph that callers run, an entry. A model may have several; signatures say how they are run. Since 0.1.
pub const WB_GRAPH_ENTRY: u32 = 0;
/// Role: the body of a function. Since 0.1.
pub const WB_GRAPH_FUNCTION: u32 = 1;
/// Role: the value of an attribute, such as a branch of an If. It can use the values of the graphs that contain it.
/// Since 0.1.
pub const WB_GRAPH_SUBGRAPH: u32 = 2;

/// A graph. Set `struct_size` before the call; texts and lists are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_graph_info {
    /// `sizeof(wb_graph_info)`.
    pub struct_size: usize,
    /// The name; may be empty.
    pub name: wb_str,
    /// A description of the graph; may be empty.
    pub documentation: wb_str,
    /// Its index, for `wb_model_graph`.
    pub index: usize,
    /// The function whose body this graph is or is nested in, for `wb_model_function_info`; `WB_NO_INDEX`: none.
    pub function: usize,
    /// For a subgraph, the index of the graph that contains it, which is less than its own; else `WB_NO_INDEX`.
    pub parent: usize,
    /// `WB_GRAPH_*`.
    pub role: u32,
    /// For a subgraph, the node of the parent that has it as an attribute; else `WB_NO_ID`, also if the attribute belongs to
    /// the parent itself, as the default of an attribute of a function does.
    pub node: u32,
    /// For a subgraph, the position of that attribute; else `WB_NO_ID`.
    pub attribute: u32,
    /// The number of inputs.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
    /// The number of initializers: values whose contents are stored in the model.
    pub initializers: u32,
    /// `inputs` values that the graph takes, in order. A value that is also an initializer need not be given: the
    /// initializer is its default. `WB_NO_ID`: the model is malformed, and the input has no name. NULL if there are none.
    pub input_values: *const u32,
    /// `outputs` values that the graph computes, in order. NULL if there are none.
    pub output_values: *const u32,
}

/// What a model says about itself. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_model_info {
    /// `sizeof(wb_model_info)`.
    pub struct_size: usize,
    /// The version of the format that the model states, such as the IR version of ONNX; 0 if the format has none.
    pub format_version: i64,
    /// The program that wrote the model; may be empty.
    pub producer: wb_str,
    /// The version of that program; may be empty.
    pub producer_version: wb_str,
    /// The namespace of the model in reverse-DNS form, such as `"org.example"`; may be empty.
    pub domain: wb_str,
    /// The version of the model in its namespace; 0 if it does not state one.
    pub model_version: i64,
    /// A description of the model; may be empty.
    pub documentation: wb_str,
}

/// Describes a model. What the format does not have is empty. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_get_info(m: *const wb_model, out: *mut wb_model_info) -> wb_status {
    status(|| {
        let graphs = get(m, "m")?.model.graphs();
        let (about, onnx) = (&graphs.about, graphs.onnx.as_ref());
        let info = wb_model_info {
            struct_size: size_of::<wb_model_info>(),
            format_version: graphs.ir_version().unwrap_or(0),
            producer: (&*about.producer).into(),
            producer_version: (&*about.producer_version).into(),
            domain: onnx.map_or("", |facts| &facts.domain).into(),
            model_version: onnx.map_or(0, |facts| facts.model_version),
            documentation: (&*about.documentation).into(),
        };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Returns the number of graphs; 0 for a model that has only weights, and for NULL. Graph 0 is the first entry. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_graph_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.graphs.len()))
}

/// Returns a graph, borrowed from the model; NULL if the model does not have this index. The same index always gives the
/// same pointer. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_graph(m: *const wb_model, index: usize) -> *const wb_graph {
    let none = std::ptr::null();
    plain(none, || Ok(get(m, "m")?.graphs.get(index).map_or(none, std::ptr::from_ref)))
}

/// Describes a graph. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_get_info(g: *const wb_graph, out: *mut wb_graph_info) -> wb_status {
    status(|| {
        fill(out, &info(handle_of(g)?)?, "out")?;
        Ok(WB_OK)
    })
}

fn info(g: &wb_graph) -> Result<wb_graph_info> {
    let graph = g.graph()?;
    let (role, parent, node, attribute) = match graph.role {
        Role::Entry => (WB_GRAPH_ENTRY, WB_NO_INDEX, WB_NO_ID, WB_NO_ID),
        Role::Function(_) => (WB_GRAPH_FUNCTION, WB_NO_INDEX, WB_NO_ID, WB_NO_ID),
        Role::Subgraph { graph, node, attribute } => (WB_GRAPH_SUBGRAPH, graph, id(node), id(attribute)),
    };
    Ok(wb_graph_info {
        struct_size: size_of::<wb_graph_info>(),
        name: (&*graph.name).into(),
        documentation: (&*graph.documentation).into(),
        index: g.index,
        function: g.model.graphs().function_around(g.index).unwrap_or(WB_NO_INDEX),
        parent,
        role,
        node,
        attribute,
        inputs: graph.inputs().len() as u32,
        outputs: graph.outputs().len() as u32,
        initializers: graph.initializers().len() as u32,
        input_values: begin(graph.inputs()),
        output_values: begin(graph.outputs()),
    })
}

/// Returns the number of metadata entries of a graph; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_metadata_count(g: *const wb_graph) -> usize {
    plain(0, || Ok(graph_of(g)?.metadata.len()))
}

/// Describes a metadata entry of a graph. They are in the order of the file. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_metadata_info(g: *const wb_graph, index: usize, out: *mut wb_metadata_info) -> wb_status {
    status(|| {
        let entry = graph_of(g)?.metadata.get(index);
        let (key, text) = entry.ok_or(Fault::OutOfRange("metadata entry", index))?;
        let info = wb_metadata_info { key: (&**key).into(), text: (&**text).into(), ..Datum::Text(text).into() };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Gives the value of an initializer. They are in the order of the file; `wb_value_info.tensor` is the tensor with the
/// contents. `WB_NO_ID`: the model is malformed, and the initializer has no name. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_initializer_value(g: *const wb_graph, index: u32, value: *mut u32) -> wb_status {
    status(|| {
        let out = Out::new(value, "value")?;
        let found = graph_of(g)?.initializers().get(index as usize);
        out.set(found.ok_or(Fault::OutOfRange("initializer", index as usize))?.value);
        Ok(WB_OK)
    })
}

/// Gives the version of the operator set of a domain that applies in a graph: that which the enclosing function imports, or
/// else the model. The default domain is `""`, even if the file spells it `"ai.onnx"`. `WB_ERR_NOT_FOUND`: the domain is not
/// imported. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_opset_version(
    g: *const wb_graph,
    domain: *const c_char,
    domain_len: usize,
    version: *mut i64,
) -> wb_status {
    status(|| {
        let out = Out::new(version, "version")?;
        let wb_graph { model, index } = handle_of(g)?;
        let found = model.graphs().opset(*index, text(domain, domain_len, "domain")?);
        Ok(out.set_found(found))
    })
}
