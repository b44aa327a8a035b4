//! How numbers of few bits stand for real ones.
//!
//! A stored number `q` stands for `(q - zero_point) * scale`. [`Scheme`] tells which elements share a scale and a zero
//! point, [`Parameters`] where these are.

#![forbid(unsafe_code)]

/// How the elements of a tensor, or of a value of a graph, are quantized.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Quantization {
    /// Which elements share their parameters.
    pub scheme: Scheme,
    /// One scale for each group of elements that shares it.
    pub scales: Parameters,
    /// One zero point for each scale; [`Parameters::None`] if all are 0.
    pub zero_points: Parameters,
}

/// Which elements share a scale and a zero point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// All of the tensor.
    Tensor,
    /// Those with the same index along a dimension.
    Axis {
        /// The dimension.
        axis: usize,
    },
    /// Those that follow each other along a dimension, in blocks. The last block of a row may be shorter.
    Block {
        /// The dimension.
        axis: usize,
        /// Elements of a block.
        block: u64,
    },
}

/// Scales or zero points: one for each group of elements, the groups in row-major order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Parameters {
    /// Not given.
    None,
    /// These real numbers.
    Floats(Vec<f64>),
    /// These whole numbers.
    Ints(Vec<i64>),
    /// The elements of the tensor with this name.
    Tensor(String),
}
