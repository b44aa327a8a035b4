//! # Signatures
//!
//! How callers run a model: which graph, and by which names they give its inputs and take its outputs. The names may
//! differ from those of the values. A model of weights only has no signatures; one of ONNX has one, without a key.

use super::handle::get;
use super::model::{out_of_range, set_optional, wb_model};
use super::status::{WB_OK, wb_status};
use super::{fill, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::graph::{NamedValue, Signature};

/// What a signature is. Set `struct_size` before the call. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_signature_info {
    /// `sizeof(wb_signature_info)`.
    pub struct_size: usize,
    /// What callers ask for it by, unique in the model; empty if the format does not name it.
    pub key: wb_str,
    /// The graph that it runs, for `wb_model_graph`.
    pub graph: usize,
    /// The number of inputs.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
}

impl From<Signature<'_>> for wb_signature_info {
    fn from(signature: Signature<'_>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            key: signature.key.into(),
            graph: signature.graph,
            inputs: signature.inputs().len() as u32,
            outputs: signature.outputs().len() as u32,
        }
    }
}

fn signature_of<'a>(m: *const wb_model, index: usize) -> Result<Signature<'a>> {
    let found = get(m, "m")?.model.graphs().signature(index);
    found.ok_or_else(|| out_of_range("signature", index))
}

/// The number of signatures; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.graphs().signatures().len()))
}

/// What a signature is. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature(m: *const wb_model, index: usize, out: *mut wb_signature_info) -> wb_status {
    status(|| {
        fill(out, &signature_of(m, index)?.into(), "out")?;
        Ok(WB_OK)
    })
}

/// An input of a signature, in order: its name for callers, borrowed from the model, and its value in the graph. It need
/// not be given if the value is also an initializer, which then is its default. `WB_NO_VALUE`: the model is broken, and
/// the input has no name. Either result may be NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature_input(
    m: *const wb_model,
    signature: usize,
    index: usize,
    name: *mut wb_str,
    value: *mut u32,
) -> wb_status {
    status(|| named(signature_of(m, signature)?.input(index), "input", index, name, value))
}

/// An output of a signature, as `wb_model_signature_input`. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_signature_output(
    m: *const wb_model,
    signature: usize,
    index: usize,
    name: *mut wb_str,
    value: *mut u32,
) -> wb_status {
    status(|| named(signature_of(m, signature)?.output(index), "output", index, name, value))
}

fn named(
    found: Option<NamedValue<'_>>,
    what: &str,
    index: usize,
    name: *mut wb_str,
    value: *mut u32,
) -> Result<wb_status> {
    let found = found.ok_or_else(|| out_of_range(what, index))?;
    set_optional(name, found.name.into());
    set_optional(value, found.value);
    Ok(WB_OK)
}
