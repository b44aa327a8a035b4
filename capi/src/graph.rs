//! # Graphs
//!
//! The graphs of a model whose format has them: those that callers run, the bodies of functions, and graphs that are
//! attributes of nodes. They never change and are borrowed from the model: every pointer in the sections on graphs is
//! valid until the model is released, and every function may run on many threads at once.
//!
//! Graphs, functions and sparse tensors have indices in the model; nodes, values and types have them in their graph. Indices
//! are dense and stable. Lists of values are asked for twice: with `cap` 0 to learn their length, then with room for
//! it; what does not fit is left out, and `*count`, which may be NULL, is the full length. Where a broken model leaves out a
//! name that has to be there, a list has `WB_NO_VALUE`.

use std::ffi::c_char;

use super::handle::{Handle, get};
use super::model::{out_of_range, set_optional, wb_model};
use super::status::{WB_OK, wb_status};
use super::{Out, begin, fill, fill_list, plain, status, text, wb_str};
use weighbridge::Model;
use weighbridge::error::Result;
use weighbridge::graph::{Graph, Role};

/// A graph, borrowed from its model. Immutable; any thread. Since 0.1.
pub struct wb_graph {
    pub(super) model: Model,
    pub(super) index: usize,
}

impl Handle for wb_graph {}

impl wb_graph {
    /// What C may hold of the graphs of a model, for as long as the model's handle lives.
    pub(super) fn all(model: &Model) -> Box<[Self]> {
        (0..model.graphs().len()).map(|index| Self { model: model.clone(), index }).collect()
    }

    pub(super) fn graph(&self) -> Result<&Graph> {
        self.model.graphs().get(self.index).ok_or_else(|| out_of_range("graph", self.index))
    }
}

/// The graph behind a pointer of the caller's.
pub(super) fn graph_of<'a>(g: *const wb_graph) -> Result<&'a Graph> {
    get(g, "g")?.graph()
}

/// As the index of a graph, node, function or tensor: there is none. Since 0.1.
pub const WB_NO_INDEX: usize = usize::MAX;

/// Role of a graph: one that callers run, an entry. Graph 0 is the first; a model may have several. How they are run is told
/// by signatures. Since 0.1.
pub const WB_GRAPH_ENTRY: u32 = 0;
/// Role of a graph: the body of a function. Since 0.1.
pub const WB_GRAPH_FUNCTION: u32 = 1;
/// Role of a graph: the value of an attribute, such as a branch of an If. It sees the values of the graphs around
/// it. Since 0.1.
pub const WB_GRAPH_SUBGRAPH: u32 = 2;

/// What a graph is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_graph_info {
    /// `sizeof(wb_graph_info)`.
    pub struct_size: usize,
    /// The name; may be empty.
    pub name: wb_str,
    /// What the graph says of itself in prose; may be empty.
    pub documentation: wb_str,
    /// Its index, for `wb_model_graph`.
    pub index: usize,
    /// `WB_GRAPH_*`.
    pub role: u32,
    /// 0.
    pub reserved: u32,
    /// The function whose body it is or lies in, for `wb_model_function`; `WB_NO_INDEX`: none.
    pub function: usize,
    /// Of a subgraph, the index of the graph around it; else `WB_NO_INDEX`. It is less than the subgraph's own.
    pub parent: usize,
    /// Of a subgraph, the node of the parent that has it as an attribute; else, and if the attribute is the parent's
    /// own, as defaults of a function's are, `WB_NO_INDEX`.
    pub node: usize,
    /// Of a subgraph, the position of that attribute; else `WB_NO_INDEX`.
    pub attribute: usize,
    /// The number of inputs.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
    /// `inputs` values that it takes: see `wb_graph_inputs`. NULL if there are none.
    pub input_values: *const u32,
    /// `outputs` values that it makes; NULL if there are none.
    pub output_values: *const u32,
}

/// What a model says of itself. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_model_info {
    /// `sizeof(wb_model_info)`.
    pub struct_size: usize,
    /// The version of the representation, such as the IR version of ONNX; 0 if the format has none.
    pub ir_version: i64,
    /// The program that wrote the model; may be empty.
    pub producer: wb_str,
    /// The version of that program; may be empty.
    pub producer_version: wb_str,
    /// The namespace of the model, such as `"org.example"`; may be empty.
    pub domain: wb_str,
    /// The version of the model in its namespace; 0 if it does not say.
    pub model_version: i64,
    /// What the model says of itself in prose; may be empty.
    pub documentation: wb_str,
}

/// What the model says of itself. All of it is empty where the format has no such facts. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_describe(m: *const wb_model, out: *mut wb_model_info) -> wb_status {
    status(|| {
        let graphs = get(m, "m")?.model.graphs();
        let (about, onnx) = (&graphs.about, graphs.onnx.as_ref());
        let info = wb_model_info {
            struct_size: size_of::<wb_model_info>(),
            ir_version: graphs.ir_version().unwrap_or(0),
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

/// The number of graphs: 0 for a model of weights only, and for NULL; graph 0 is the first entry. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_graph_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.graphs.len()))
}

/// A graph, borrowed from the model; NULL if there is none of this index. The same index always gives the same pointer.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_graph(m: *const wb_model, index: usize) -> *const wb_graph {
    let none = std::ptr::null();
    plain(none, || Ok(get(m, "m")?.graphs.get(index).map_or(none, std::ptr::from_ref)))
}

/// What the graph is, and where it belongs. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_describe(g: *const wb_graph, out: *mut wb_graph_info) -> wb_status {
    status(|| {
        fill(out, &info(get(g, "g")?)?, "out")?;
        Ok(WB_OK)
    })
}

fn info(g: &wb_graph) -> Result<wb_graph_info> {
    let graph = g.graph()?;
    let (role, parent, node, attribute) = match graph.role {
        Role::Entry => (WB_GRAPH_ENTRY, WB_NO_INDEX, WB_NO_INDEX, WB_NO_INDEX),
        Role::Function(_) => (WB_GRAPH_FUNCTION, WB_NO_INDEX, WB_NO_INDEX, WB_NO_INDEX),
        Role::Subgraph { graph, node, attribute } => (WB_GRAPH_SUBGRAPH, graph, node, attribute),
    };
    Ok(wb_graph_info {
        struct_size: size_of::<wb_graph_info>(),
        name: (&*graph.name).into(),
        documentation: (&*graph.documentation).into(),
        index: g.index,
        role,
        reserved: 0,
        function: g.model.graphs().function_around(g.index).unwrap_or(WB_NO_INDEX),
        parent,
        node,
        attribute,
        inputs: graph.inputs().len() as u32,
        outputs: graph.outputs().len() as u32,
        input_values: begin(graph.inputs()),
        output_values: begin(graph.outputs()),
    })
}

/// The number of metadata entries of the graph itself; 0 for NULL. Those of the model are `wb_model_metadata`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_metadata_count(g: *const wb_graph) -> usize {
    plain(0, || Ok(graph_of(g)?.metadata.len()))
}

/// A metadata entry of the graph itself, in the order of the file; either text may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_metadata(
    g: *const wb_graph,
    index: usize,
    key: *mut wb_str,
    value: *mut wb_str,
) -> wb_status {
    status(|| {
        let entry = graph_of(g)?.metadata.get(index);
        let (name, text) = entry.ok_or_else(|| out_of_range("metadata entry", index))?;
        set_optional(key, (&**name).into());
        set_optional(value, (&**text).into());
        Ok(WB_OK)
    })
}

/// The values that the graph takes, in order. Those that are initializers too need not be given: the initializer is their
/// default. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_inputs(g: *const wb_graph, values: *mut u32, cap: usize, count: *mut usize) -> wb_status {
    status(|| fill_list(values, cap, count, graph_of(g)?.inputs().iter().copied()))
}

/// The values that the graph makes, in order. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_outputs(g: *const wb_graph, values: *mut u32, cap: usize, count: *mut usize) -> wb_status {
    status(|| fill_list(values, cap, count, graph_of(g)?.outputs().iter().copied()))
}

/// The number of initializers: values whose contents are stored with the graph; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_initializer_count(g: *const wb_graph) -> usize {
    plain(0, || Ok(graph_of(g)?.initializers().len()))
}

/// The value of an initializer, in the order of the file; `wb_value_info` names the tensor with its contents.
/// `WB_NO_VALUE`: the model is broken, and the initializer has no name. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_initializer(g: *const wb_graph, index: usize, value: *mut u32) -> wb_status {
    status(|| {
        let out = Out::new(value, "value")?;
        let found = graph_of(g)?.initializers().get(index);
        out.set(found.ok_or_else(|| out_of_range("initializer", index))?.value);
        Ok(WB_OK)
    })
}

/// The version of a domain's operators that holds in the graph: that which the function imports whose body it is or
/// lies in, or else the model. The default domain is `""`, also where the file spells it `"ai.onnx"`.
/// `WB_ERR_NOT_FOUND`: the domain is not imported. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_graph_opset(
    g: *const wb_graph,
    domain: *const c_char,
    domain_len: usize,
    version: *mut i64,
) -> wb_status {
    status(|| {
        let out = Out::new(version, "version")?;
        let wb_graph { model, index } = get(g, "g")?;
        let found = model.graphs().opset(*index, text(domain, domain_len, "domain")?);
        out.set_found(found)
    })
}
