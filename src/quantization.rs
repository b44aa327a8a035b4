//! How stored integers stand for real numbers: facts of a tensor or of a value of a graph.
//!
//! The real number is `(stored - zero_point) * scale`. Scales and zero points are numbers that the format states beside the
//! tensor, or tensors of the same model.

#![forbid(unsafe_code)]

/// The quantization of a tensor or value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Quantization {
    /// Which elements share a scale.
    pub scheme: Scheme,
    /// One scale for each group of elements that share one.
    pub scales: Parameters,
    /// One zero point for each scale; [`Parameters::None`]: all are 0.
    pub zero_points: Parameters,
}

/// Which elements of a tensor share a scale and a zero point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// All of them.
    Tensor,
    /// Those with the same index in one dimension.
    Axis {
        /// The dimension, counted from the outermost, 0.
        axis: usize,
    },
    /// Runs of consecutive elements along one dimension.
    Block {
        /// The dimension, counted from the outermost, 0.
        axis: usize,
        /// Elements of one run.
        block: u64,
    },
}

/// Scales or zero points.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Parameters {
    /// There are none.
    #[default]
    None,
    /// Numbers that the format states.
    Floats(Vec<f64>),
    /// Whole numbers that the format states.
    Ints(Vec<i64>),
    /// The name of the tensor of the model that holds them.
    Tensor(String),
}

impl Quantization {
    /// A quantization without zero points.
    pub fn new(scheme: Scheme, scales: Parameters) -> Self {
        Self { scheme, scales, zero_points: Parameters::None }
    }

    /// The same with these zero points.
    #[must_use]
    pub fn with_zero_points(self, zero_points: Parameters) -> Self {
        Self { zero_points, ..self }
    }
}

impl Scheme {
    /// The spelling in JSON: `"tensor"`, `"axis"`, `"block"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tensor => "tensor",
            Self::Axis { .. } => "axis",
            Self::Block { .. } => "block",
        }
    }

    /// The dimension along which parameters differ.
    pub fn axis(self) -> Option<usize> {
        match self {
            Self::Tensor => None,
            Self::Axis { axis } | Self::Block { axis, .. } => Some(axis),
        }
    }

    /// Elements that share parameters along that dimension; `None` if all do.
    pub fn block(self) -> Option<u64> {
        match self {
            Self::Tensor | Self::Axis { .. } => None,
            Self::Block { block, .. } => Some(block),
        }
    }
}
