//! The JSON form of a quantization.

use serde::Serialize;
use weighbridge::Quantization;
use weighbridge::quantization::Parameters;

/// How the elements of a tensor stand for real numbers.
#[derive(Serialize)]
pub struct QuantizationDescription<'a> {
    /// `"tensor"`, `"axis"` or `"block"`.
    scheme: &'static str,
    axis: Option<usize>,
    scales: ParametersDescription<'a>,
    zero_points: ParametersDescription<'a>,
    block: Option<u64>,
}

/// Numbers, the name of the tensor that holds them, or null.
#[derive(Serialize)]
#[serde(untagged)]
enum ParametersDescription<'a> {
    None,
    Floats(&'a [f64]),
    Ints(&'a [i64]),
    Tensor(&'a str),
}

impl<'a> From<&'a Quantization> for QuantizationDescription<'a> {
    fn from(quantization: &'a Quantization) -> Self {
        let Quantization { scheme, scales, zero_points, .. } = quantization;
        Self {
            scheme: scheme.name(),
            axis: scheme.axis(),
            scales: scales.into(),
            zero_points: zero_points.into(),
            block: scheme.block(),
        }
    }
}

impl<'a> From<&'a Parameters> for ParametersDescription<'a> {
    fn from(parameters: &'a Parameters) -> Self {
        match parameters {
            Parameters::Floats(values) => Self::Floats(values),
            Parameters::Ints(values) => Self::Ints(values),
            Parameters::Tensor(name) => Self::Tensor(name),
            _ => Self::None,
        }
    }
}
