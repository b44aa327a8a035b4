//! # Functions and operator sets
//!
//! Operators that a model defines itself, each with a graph as its body, and the operator sets that it imports.

use super::handle::get;
use super::model::{out_of_range, set_optional, wb_model};
use super::status::{WB_OK, wb_status};
use super::{Out, fill, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::graph::{Function, Opset};

/// What a function is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_function_info {
    /// `sizeof(wb_function_info)`.
    pub struct_size: usize,
    /// The name: the operator of the nodes that call it.
    pub name: wb_str,
    /// The domain of that operator.
    pub domain: wb_str,
    /// Tells functions of one name and domain apart; mostly empty.
    pub overload: wb_str,
    /// The body, for `wb_model_graph`. It has the documentation and the metadata, and as attributes of its own the defaults
    /// of the function's attributes.
    pub graph: usize,
    /// The number of attributes that a call has to give.
    pub attributes: u32,
    /// The number of attributes that have a default: see `wb_graph_attribute`.
    pub defaults: u32,
    /// The number of operator sets that the body imports.
    pub opsets: u32,
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
            attributes: function.attributes.len() as u32,
            defaults: function.defaults.len() as u32,
            opsets: opsets.len() as u32,
            reserved: 0,
        }
    }
}

fn function_of<'a>(m: *const wb_model, index: usize) -> Result<&'a Function> {
    let functions = get(m, "m")?.model.graphs().functions();
    functions.get(index).ok_or_else(|| out_of_range("function", index))
}

/// The number of functions that the model defines; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().functions().len()))
}

/// What a function is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function(m: *const wb_model, index: usize, out: *mut wb_function_info) -> wb_status {
    status(|| {
        let function = function_of(m, index)?;
        let opsets = get(m, "m")?.model.graphs().function_opsets(index);
        fill(out, &wb_function_info::of(function, opsets), "out")?;
        Ok(WB_OK)
    })
}

/// The name of an attribute that a call of the function has to give, borrowed from the model. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function_attribute(
    m: *const wb_model,
    function: usize,
    index: usize,
    name: *mut wb_str,
) -> wb_status {
    status(|| {
        let out = Out::new(name, "name")?;
        let found = function_of(m, function)?.attributes.get(index);
        out.set((&**found.ok_or_else(|| out_of_range("attribute", index))?).into());
        Ok(WB_OK)
    })
}

/// An operator set that the body of a function imports: its domain, borrowed from the model and empty for the default one,
/// and its version. Either result may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_function_opset(
    m: *const wb_model,
    function: usize,
    index: usize,
    domain: *mut wb_str,
    version: *mut i64,
) -> wb_status {
    status(|| {
        function_of(m, function)?;
        opset(get(m, "m")?.model.graphs().function_opsets(function), index, domain, version)
    })
}

/// The number of operator sets that the model imports; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_opset_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().opsets().len()))
}

/// An operator set that the model imports: its domain, borrowed from the model and empty for the default one, and its
/// version. Either result may be NULL. What holds in a graph is told by `wb_graph_opset`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_opset(
    m: *const wb_model,
    index: usize,
    domain: *mut wb_str,
    version: *mut i64,
) -> wb_status {
    status(|| opset(get(m, "m")?.model.graphs().opsets(), index, domain, version))
}

fn opset(opsets: &[Opset], index: usize, domain: *mut wb_str, version: *mut i64) -> Result<wb_status> {
    let opset = opsets.get(index).ok_or_else(|| out_of_range("operator set", index))?;
    set_optional(domain, (&*opset.domain).into());
    set_optional(version, opset.version);
    Ok(WB_OK)
}
