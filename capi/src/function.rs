//! # Functions and operator sets
//!
//! The operators that a model defines itself, each with a graph as its body, and the operator sets that it imports.
//!
//!   for (i = 0; i < wb_model_opset_count(model); ++i) {
//!     wb_model_opset_info(model, i, &opset);
//!   }

use super::fault::{Code, Fault};
use super::handle::get;
use super::model::wb_model;
use super::status::{WB_OK, wb_status};
use super::{Out, fill, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::graph::{Function, Opset};

/// A function. Set `struct_size` before the call; the texts are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_function_info {
    /// `sizeof(wb_function_info)`.
    pub struct_size: usize,
    /// The name: the operator of the nodes that call it.
    pub name: wb_str,
    /// The domain of that operator.
    pub domain: wb_str,
    /// Distinguishes functions of the same name and domain; usually empty.
    pub overload: wb_str,
    /// The body, for `wb_model_graph`. It has the documentation and the metadata; its own attributes are the defaults of the
    /// attributes of the function.
    pub graph: usize,
    /// The number of attributes that a call must give, see `wb_model_function_attribute_name`.
    pub attributes: usize,
    /// The number of operator sets that the body imports.
    pub opsets: usize,
    /// The number of attributes that have a default, see `wb_graph_attribute_info`.
    pub defaults: u32,
    /// 0.
    pub reserved: u32,
}

impl wb_function_info {
    fn of(function: &Function, opsets: &[Opset]) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            name: (&*function.name).into(),
            domain: (&*function.domain).into(),
            overload: (&*function.overload).into(),
            graph: function.graph,
            attributes: function.attributes.len(),
            opsets: opsets.len(),
            defaults: function.defaults.len() as u32,
            reserved: 0,
        }
    }
}

fn function_of<'a>(m: *const wb_model, index: usize) -> Result<&'a Function, Fault> {
    let functions = get(m, "m")?.model.graphs().functions();
    functions.get(index).ok_or(Fault::OutOfRange("function", index))
}

/// An operator set. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_opset_info {
    /// `sizeof(wb_opset_info)`.
    pub struct_size: usize,
    /// The domain; empty for the default one.
    pub domain: wb_str,
    /// The version.
    pub version: i64,
}

/// Returns the number of functions that the model defines; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().functions().len()))
}

/// Describes a function. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function_info(m: *const wb_model, index: usize, out: *mut wb_function_info) -> wb_status {
    status(|| {
        let function = function_of(m, index)?;
        let opsets = get(m, "m")?.model.graphs().function_opsets(index);
        fill(out, &wb_function_info::of(function, opsets), "out")?;
        Ok(WB_OK)
    })
}

/// Gives the name of an attribute that a call of the function must give, borrowed from the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function_attribute_name(
    m: *const wb_model,
    function: usize,
    index: usize,
    name: *mut wb_str,
) -> wb_status {
    status(|| {
        let out = Out::new(name, "name")?;
        let found = function_of(m, function)?.attributes.get(index);
        out.set((&**found.ok_or(Fault::OutOfRange("attribute", index))?).into());
        Ok(WB_OK)
    })
}

/// Describes an operator set that the body of a function imports. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function_opset_info(
    m: *const wb_model,
    function: usize,
    index: usize,
    out: *mut wb_opset_info,
) -> wb_status {
    status(|| {
        function_of(m, function)?;
        opset(get(m, "m")?.model.graphs().function_opsets(function), index, out)
    })
}

/// Returns the number of operator sets that the model imports; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_opset_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().opsets().len()))
}

/// Describes an operator set that the model imports. `wb_graph_opset_version` tells which version applies in a graph.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_opset_info(m: *const wb_model, index: usize, out: *mut wb_opset_info) -> wb_status {
    status(|| opset(get(m, "m")?.model.graphs().opsets(), index, out))
}

fn opset(opsets: &[Opset], index: usize, out: *mut wb_opset_info) -> Result<wb_status, Code> {
    let Opset { domain, version, .. } = opsets.get(index).ok_or(Fault::OutOfRange("operator set", index))?;
    let struct_size = size_of::<wb_opset_info>();
    fill(out, &wb_opset_info { struct_size, domain: (&**domain).into(), version: *version }, "out")?;
    Ok(WB_OK)
}
