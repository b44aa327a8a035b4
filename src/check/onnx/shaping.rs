//! What operators of the standard make of their inputs: which are random, and whose shapes depend on more than shapes.
//!
//! Source: docs/Operators.md of ONNX.

use super::schema::Op;
use crate::graph::Node;

/// Operators that make numbers of the shape of their input, and look at nothing else of it.
pub(super) const MEASURES: &[&str] = &["SequenceLength", "Shape", "Size"];

/// Operators that make other numbers each time. `Dropout` does when it trains.
const RANDOM: &[&str] =
    &["Bernoulli", "Dropout", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"];

/// Operators whose outputs have a shape that depends on the contents of inputs, and which inputs these are. Sorted.
const SHAPED: &[(&str, &[usize])] = &[
    ("AffineGrid", &[1]),
    ("BlackmanWindow", &[0]),
    ("CastMap", &[0]),
    ("CenterCropPad", &[1]),
    ("Col2Im", &[1, 2]),
    ("Compress", &[1]),
    ("ConstantOfShape", &[0]),
    ("DFT", &[1, 2]),
    ("Expand", &[1]),
    ("HammingWindow", &[0]),
    ("HannWindow", &[0]),
    ("ImageDecoder", &[0]),
    ("MaxUnpool", &[2]),
    ("MelWeightMatrix", &[0, 1]),
    ("NonMaxSuppression", &[0, 1, 2, 3, 4]),
    ("NonZero", &[0]),
    ("OneHot", &[1]),
    ("Pad", &[1, 3]),
    ("Range", &[0, 1, 2]),
    ("ReduceL1", &[1]),
    ("ReduceL2", &[1]),
    ("ReduceLogSum", &[1]),
    ("ReduceLogSumExp", &[1]),
    ("ReduceMax", &[1]),
    ("ReduceMean", &[1]),
    ("ReduceMin", &[1]),
    ("ReduceProd", &[1]),
    ("ReduceSum", &[1]),
    ("ReduceSumSquare", &[1]),
    ("Reshape", &[1]),
    ("Resize", &[1, 2, 3]),
    ("STFT", &[1, 3]),
    ("SequenceAt", &[1]),
    ("SequenceErase", &[1]),
    ("SequenceInsert", &[2]),
    ("Slice", &[1, 2, 3, 4]),
    ("Split", &[1]),
    ("SplitToSequence", &[1]),
    ("Squeeze", &[1]),
    ("StringNormalizer", &[0]),
    ("StringSplit", &[0]),
    ("Tile", &[1, 2]),
    ("TopK", &[1]),
    ("Unique", &[0]),
    ("Unsqueeze", &[1]),
    ("Upsample", &[1]),
];

/// Whether a node makes the same outputs of the same inputs, and of nothing else, or is one of the random ones.
pub(super) fn is_pure(node: &Node<'_>) -> bool {
    matches!(node.domain, "" | "ai.onnx.ml") && Op::find(node.domain, node.op).is_some()
}

pub(super) fn is_random(node: &Node<'_>) -> bool {
    RANDOM.contains(&node.op)
}

/// The inputs whose contents decide the shape of what a node makes.
pub(super) fn shaping_inputs<'a>(node: &Node<'a>) -> impl Iterator<Item = u32> + use<'a> {
    let row = SHAPED.binary_search_by_key(&node.op, |(op, _)| op);
    let positions = row.map_or(&[][..], |row| SHAPED[row].1);
    let inputs = node.inputs;
    positions.iter().filter_map(|position| inputs.get(*position).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_name_operators_of_the_standard() {
        assert!(SHAPED.is_sorted_by(|(a, _), (b, _)| a < b));
        let has = |op: &str| ["", "ai.onnx.ml"].iter().any(|domain| Op::find(domain, op).is_some());
        let names = SHAPED.iter().map(|(op, _)| *op).chain(MEASURES.iter().chain(RANDOM).copied());
        let unknown: Vec<_> = names.filter(|op| !has(op)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
