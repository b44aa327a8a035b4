//! The element types and constants of values, as far as the graph tells.

use crate::check::subject::Subject;
use crate::dtype::DType;
use crate::graph::{Graph, Node, Stored};

/// How many nodes back a type is looked for.
const MOST_STEPS: usize = 64;

/// Operators whose first output has the element type of their first input.
const KEEPS_TYPE: &[&str] = &[
    "Abs",
    "Add",
    "Clip",
    "Concat",
    "Conv",
    "Div",
    "Dropout",
    "Erf",
    "Expand",
    "Flatten",
    "Gather",
    "Gelu",
    "Gemm",
    "Identity",
    "LayerNormalization",
    "MatMul",
    "Mul",
    "Neg",
    "Pow",
    "ReduceMean",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Sigmoid",
    "Slice",
    "Softmax",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Tanh",
    "Transpose",
    "Unsqueeze",
];

/// The element types that `Cast` and `stash_type` name by number (onnx.proto, TensorProto.DataType): those of floats.
pub(super) fn float_of_code(code: i64) -> Option<DType> {
    match code {
        1 => Some(DType::F32),
        10 => Some(DType::F16),
        11 => Some(DType::F64),
        16 => Some(DType::BF16),
        _ => None,
    }
}

/// The element type of a value, if the graph says it, or a few steps back towards its inputs do.
pub(super) fn dtype(subject: &Subject<'_>, graph: usize, value: u32) -> Option<DType> {
    let (mut graph, mut value) = (graph, value);
    for _ in 0..MOST_STEPS {
        let here = subject.graphs.get(graph)?;
        let found = here.value(value)?;
        if let Some(dtype) = found.ty.and_then(|ty| ty.dtype) {
            return Some(dtype);
        }
        if let Some(stored) = found.initializer {
            return stored_dtype(subject, stored);
        }
        match found.producer.and_then(|producer| here.node(producer)) {
            Some(node) if node.op == "Cast" => return cast_to(here, &node),
            Some(node) if node.op == "Constant" => return constant_dtype(subject, here, &node),
            Some(node) if KEEPS_TYPE.contains(&node.op) => value = *node.inputs.first()?,
            Some(_) => return None,
            None => (graph, value) = subject.graphs.outer(graph, found.name)?,
        }
    }
    None
}

/// The type to which a `Cast` casts.
pub(super) fn cast_to(graph: &Graph, cast: &Node<'_>) -> Option<DType> {
    graph.attribute(cast, "to")?.ints().first().copied().and_then(float_of_code)
}

fn stored_dtype(subject: &Subject<'_>, stored: Stored) -> Option<DType> {
    let tensor = match stored {
        Stored::Dense(tensor) => Some(tensor),
        Stored::Sparse(sparse) => subject.graphs.sparse().get(sparse)?.values,
        Stored::Unreadable => None,
    };
    Some(subject.tensors.get(tensor?)?.dtype)
}

fn constant_dtype(subject: &Subject<'_>, graph: &Graph, node: &Node<'_>) -> Option<DType> {
    let tensor = graph.attribute(node, "value").and_then(|value| value.tensors().first().copied());
    match tensor {
        Some(tensor) => Some(subject.tensors.get(tensor as usize)?.dtype),
        None => graph.attribute(node, "value_float").map(|_| DType::F32),
    }
}

/// A constant of one element: an initializer or a `Constant`, maybe through a `Cast`.
pub(super) fn scalar(subject: &Subject<'_>, graph: usize, value: u32) -> Option<f64> {
    let (mut graph, mut value) = (graph, value);
    for _ in 0..MOST_STEPS {
        let here = subject.graphs.get(graph)?;
        let found = here.value(value)?;
        if let Some(stored) = found.initializer {
            let Stored::Dense(tensor) = stored else { return None };
            return read_scalar(subject, tensor);
        }
        match found.producer.and_then(|producer| here.node(producer)) {
            Some(node) if matches!(node.op, "Cast" | "Identity") => value = *node.inputs.first()?,
            Some(node) if node.op == "Constant" => {
                if let Some(float) = here.attribute(&node, "value_float") {
                    return float.floats().first().copied().map(f64::from);
                }
                let tensor = here.attribute(&node, "value")?.tensors().first().copied()?;
                return read_scalar(subject, tensor as usize);
            }
            Some(_) => return None,
            None => (graph, value) = subject.graphs.outer(graph, found.name)?,
        }
    }
    None
}

fn read_scalar(subject: &Subject<'_>, index: usize) -> Option<f64> {
    let tensor = subject.tensors.get(index)?;
    let mut bytes = [0; 8];
    let bytes = bytes.get_mut(..usize::try_from(tensor.byte_len()).ok()?)?;
    subject.reader.read(index, 0, bytes).ok()?;
    match tensor.dtype {
        DType::F16 => bytes.first_chunk().map(|bytes| half(u16::from_le_bytes(*bytes))).filter(|_| bytes.len() == 2),
        DType::F32 => bytes.first_chunk().map(|bytes| f32::from_le_bytes(*bytes).into()).filter(|_| bytes.len() == 4),
        DType::F64 => bytes.first_chunk().map(|bytes| f64::from_le_bytes(*bytes)),
        _ => None,
    }
}

/// A number of half precision that is neither infinite nor no number.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-24),
        _ => (fraction + 1024.0) * 2_f64.powi(exponent - 25),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn halves_are_decoded() {
        for (bits, value) in [(0, 0.0), (1, 5.960_464_477_539_063e-8), (0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0)]
        {
            assert_eq!(half(bits), value, "{bits:#x}");
        }
    }
}
