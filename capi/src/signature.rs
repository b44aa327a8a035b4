//! # Signatures
//!
//! How callers run a model: which graph, and under which names they pass inputs and receive outputs. These names may
//! differ from those of the values. A model that has only weights has no signatures; an ONNX model has one, without a
//! key.
//!
//!   if (wb_model_signature_info(model, 0, &signature) == WB_OK) {
//!     for (i = 0; i < signature.inputs; ++i) {
//!       wb_model_signature_input_info(model, 0, i, &input);
//!     }
//!   }

use super::fault::{Code, Fault};
use super::handle::get;
use super::model::wb_model;
use super::status::{WB_OK, wb_status};
use super::{fill, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::graph::{NamedValue, Signature};

/// A signature. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_signature_info {
    /// `sizeof(wb_signature_info)`.
    pub struct_size: usize,
    /// The key by which callers select it, unique in the model; empty if the format does not name signatures.
    pub key: wb_str,
    /// The graph that it runs, for `wb_model_graph`.
    pub graph: usize,
    /// The number of inputs.
    pub inputs: usize,
    /// The number of outputs.
    pub outputs: usize,
}

/// An input or output of a signature. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_signature_value_info {
    /// `sizeof(wb_signature_value_info)`.
    pub struct_size: usize,
    /// The name that callers use.
    pub name: wb_str,
    /// The value in the graph. `WB_NO_ID`: the model is malformed, and the value has no name.
    pub value: u32,
    /// 0.
    pub reserved: u32,
}

impl From<Signature<'_>> for wb_signature_info {
    fn from(signature: Signature<'_>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            key: signature.key.into(),
            graph: signature.graph,
            inputs: signature.inputs().len(),
            outputs: signature.outputs().len(),
        }
    }
}

fn signature_of<'a>(m: *const wb_model, index: usize) -> Result<Signature<'a>, Fault> {
    let found = get(m, "m")?.model.graphs().signature(index);
    found.ok_or(Fault::OutOfRange("signature", index))
}

/// Returns the number of signatures; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().signatures().len()))
}

/// Describes a signature. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature_info(m: *const wb_model, index: usize, out: *mut wb_signature_info) -> wb_status {
    status(|| {
        fill(out, &signature_of(m, index)?.into(), "out")?;
        Ok(WB_OK)
    })
}

/// Describes an input of a signature. They are in order. An input whose value is also an initializer need not be given.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature_input_info(
    m: *const wb_model,
    signature: usize,
    index: usize,
    out: *mut wb_signature_value_info,
) -> wb_status {
    status(|| named(signature_of(m, signature)?.input(index), "input", index, out))
}

/// Describes an output of a signature. They are in order. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature_output_info(
    m: *const wb_model,
    signature: usize,
    index: usize,
    out: *mut wb_signature_value_info,
) -> wb_status {
    status(|| named(signature_of(m, signature)?.output(index), "output", index, out))
}

fn named(
    found: Option<NamedValue<'_>>,
    what: &'static str,
    index: usize,
    out: *mut wb_signature_value_info,
) -> Result<wb_status, Code> {
    let NamedValue { name, value, .. } = found.ok_or(Fault::OutOfRange(what, index))?;
    let struct_size = size_of::<wb_signature_value_info>();
    fill(out, &wb_signature_value_info { struct_size, name: name.into(), value, reserved: 0 }, "out")?;
    Ok(WB_OK)
}
