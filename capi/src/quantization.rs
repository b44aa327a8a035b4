//! # Quantization
//!
//! How stored integers represent real numbers, where the format says so: real = (stored - zero point) * scale.
//!
//!   if (wb_model_tensor_quantization_info(model, index, &quantization) == WB_OK) {
//!     use(quantization.scales, quantization.scale_count);
//!   }

use super::fault::Fault;
use super::graph::WB_NO_INDEX;
use super::handle::get;
use super::model::wb_model;
use super::status::{WB_ERR_NOT_FOUND, WB_OK, wb_status};
use super::{begin, fill, status};
use weighbridge::quantization::{Parameters, Quantization, Scheme};
use weighbridge::tensor::TensorTable;

/// Scheme: all elements share one scale. Since 0.1.
pub const WB_QUANTIZED_TENSOR: u32 = 1;
/// Scheme: elements with the same index in one dimension share a scale. Since 0.1.
pub const WB_QUANTIZED_AXIS: u32 = 2;
/// Scheme: runs of consecutive elements along one dimension share a scale. Since 0.1.
pub const WB_QUANTIZED_BLOCK: u32 = 3;

/// The quantization of a tensor. Set `struct_size` before the call; the lists are borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_quantization_info {
    /// `sizeof(wb_quantization_info)`.
    pub struct_size: usize,
    /// `WB_QUANTIZED_*`.
    pub scheme: u32,
    /// The dimension along which scales differ; the outermost is 0. Not used by `WB_QUANTIZED_TENSOR`.
    pub axis: u32,
    /// For `WB_QUANTIZED_BLOCK`, the number of elements along that dimension that share a scale; else 0.
    pub block: u64,
    /// `scale_count` scales, if the format states them as numbers; else NULL.
    pub scales: *const f64,
    /// The number of `scales`.
    pub scale_count: usize,
    /// `zero_point_count` zero points, if the format states them as integers; else NULL.
    pub zero_points: *const i64,
    /// The number of `zero_points`.
    pub zero_point_count: usize,
    /// The index of the tensor that holds the scales; `WB_NO_INDEX`: none.
    pub scale_tensor: usize,
    /// The index of the tensor that holds the zero points; `WB_NO_INDEX`: none. All zero points are 0 if there is neither
    /// this tensor nor `zero_points`.
    pub zero_point_tensor: usize,
}

impl wb_quantization_info {
    fn of(quantization: &Quantization, tensors: &TensorTable) -> Self {
        let Quantization { scheme, scales, zero_points, .. } = quantization;
        let (scale_values, zero_point_values) = (floats(scales), ints(zero_points));
        Self {
            struct_size: size_of::<Self>(),
            scheme: match scheme {
                Scheme::Tensor => WB_QUANTIZED_TENSOR,
                Scheme::Axis { .. } => WB_QUANTIZED_AXIS,
                Scheme::Block { .. } => WB_QUANTIZED_BLOCK,
                _ => unreachable!("the header knows every scheme of its version"),
            },
            axis: scheme.axis().unwrap_or_default() as u32,
            block: scheme.block().unwrap_or_default(),
            scales: begin(scale_values),
            scale_count: scale_values.len(),
            zero_points: begin(zero_point_values),
            zero_point_count: zero_point_values.len(),
            scale_tensor: tensor_of(scales, tensors),
            zero_point_tensor: tensor_of(zero_points, tensors),
        }
    }
}

fn floats(parameters: &Parameters) -> &[f64] {
    match parameters {
        Parameters::Floats(values) => values,
        _ => &[],
    }
}

fn ints(parameters: &Parameters) -> &[i64] {
    match parameters {
        Parameters::Ints(values) => values,
        _ => &[],
    }
}

fn tensor_of(parameters: &Parameters, tensors: &TensorTable) -> usize {
    match parameters {
        Parameters::Tensor(name) => tensors.find(name).unwrap_or(WB_NO_INDEX),
        _ => WB_NO_INDEX,
    }
}

/// Describes the quantization of a tensor. `WB_ERR_NOT_FOUND`: the format does not state one. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_tensor_quantization_info(
    m: *const wb_model,
    index: usize,
    out: *mut wb_quantization_info,
) -> wb_status {
    status(|| {
        let tensors = get(m, "m")?.model.tensors();
        let tensor = tensors.get(index).ok_or(Fault::OutOfRange("tensor", index))?;
        let quantization = tensor.quantization;
        let Some(quantization) = quantization else { return Ok(WB_ERR_NOT_FOUND) };
        fill(out, &wb_quantization_info::of(quantization, tensors), "out")?;
        Ok(WB_OK)
    })
}
