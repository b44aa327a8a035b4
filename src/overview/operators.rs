//! What operators of a graph do with stored tensors: which are quantized weights, and which are scales and zero points.

use super::weights::Weights;
use crate::error::Result;
use crate::graph::{Graph, NO_VALUE, Node, Role, Stored, Value};
use crate::memory;
use crate::model::Model;

/// An operator that takes quantized weights. Positions are those of its inputs.
struct Operator {
    name: &'static str,
    /// Weights, and biases whatever their type.
    weights: &'static [usize],
    /// Scales, zero points, and statistics.
    beside: &'static [usize],
    /// The attribute with the bits of each weight, if elements hold several; 4 if a node does not have it.
    bits: Option<&'static str>,
}

const fn row(name: &'static str, weights: &'static [usize], beside: &'static [usize]) -> Operator {
    Operator { name, weights, beside, bits: None }
}

const fn packed(
    name: &'static str,
    weights: &'static [usize],
    beside: &'static [usize],
    bits: &'static str,
) -> Operator {
    Operator { name, weights, beside, bits: Some(bits) }
}

/// Operators of ONNX and of onnxruntime. Operators whose scales are single numbers are not listed: those are never counted.
const OPERATORS: &[Operator] = &[
    row("BatchNormalization", &[], &[3, 4]),
    row("ConvInteger", &[1], &[2, 3]),
    row("DequantizeLinear", &[0], &[1, 2]),
    row("DynamicQuantizeLSTM", &[1, 2], &[8, 9, 10, 11]),
    row("DynamicQuantizeMatMul", &[1], &[2, 3]),
    packed("GatherBlockQuantized", &[0], &[2, 3], "bits"),
    packed("MatMulBnb4", &[1], &[2], "bits"),
    row("MatMulInteger", &[1], &[2, 3]),
    row("MatMulIntegerToFloat", &[1], &[2, 3, 4, 5]),
    packed("MatMulNBits", &[1], &[2, 3, 4], "bits"),
    row("QAttention", &[1], &[3, 4, 6, 7]),
    row("QGemm", &[3, 6], &[1, 2, 4, 5, 7, 8]),
    row("QLinearConv", &[3, 8], &[1, 2, 4, 5, 6, 7]),
    row("QLinearMatMul", &[3], &[1, 2, 4, 5, 6, 7]),
    packed("QMoE", &[2, 5, 8], &[3, 6, 9, 11, 12, 13, 15, 16, 17, 18, 19, 20], "expert_weight_bits"),
    row("QuantizeLinear", &[], &[1, 2]),
];

/// The domains of these operators.
const DOMAINS: [&str; 3] = ["", "ai.onnx", "com.microsoft"];

/// Corrects what the types of tensors say by what the nodes of all graphs do with them.
pub(super) fn apply(model: &Model, weights: &mut Weights<'_>) -> Result<()> {
    for graph in model.graphs().iter() {
        for node in graph.nodes().filter(|node| DOMAINS.contains(&node.domain)) {
            memory::check()?;
            if let Some(operator) = OPERATORS.iter().find(|operator| operator.name == node.op) {
                NodeOf { model, graph, node, operator }.apply(weights);
            }
        }
    }
    Ok(())
}

/// A node of one of the operators.
struct NodeOf<'a> {
    model: &'a Model,
    graph: &'a Graph,
    node: Node<'a>,
    operator: &'static Operator,
}

impl NodeOf<'_> {
    fn apply(&self, weights: &mut Weights<'_>) {
        for tensor in self.operator.weights.iter().filter_map(|position| self.stored(*position)) {
            weights.add_quantized(tensor, self.count(tensor), self.number("block_size"));
        }
        for tensor in self.operator.beside.iter().filter_map(|position| self.stored(*position)) {
            weights.leave_out(tensor);
        }
    }

    /// The tensor that is stored for an input: in this graph or in one around it.
    fn stored(&self, position: usize) -> Option<usize> {
        /// Models of today have subgraphs two or three deep.
        const MOST_AROUND: usize = 16;
        let input = self.node.inputs.get(position).filter(|input| **input != NO_VALUE)?;
        let (mut graph, mut value) = (self.graph, self.graph.value(*input)?);
        for _ in 0..MOST_AROUND {
            if !value.is_outer() {
                break;
            }
            let Role::Subgraph { graph: around, .. } = graph.role else { return None };
            graph = self.model.graphs().get(around)?;
            value = graph.value(graph.find(value.name)?)?;
        }
        stored_for(graph, &value)
    }

    /// How many weights a tensor holds. The last block of a row may be filled up: the node says how many weights there are.
    fn count(&self, tensor: usize) -> u64 {
        let Some(tensor) = self.model.tensors().get(tensor) else { return 0 };
        let Some(attribute) = self.operator.bits else { return tensor.elements() };
        let bits = self.number(attribute).filter(|bits| matches!(bits, 1..=8)).unwrap_or(4);
        let most = tensor.byte_len().saturating_mul(8) / bits;
        let stated = self.number("K").zip(self.number("N")).and_then(|(k, n)| k.checked_mul(n));
        stated.map_or(most, |stated| stated.min(most))
    }

    /// The value of an attribute that is a number above zero.
    fn number(&self, name: &str) -> Option<u64> {
        let number = *self.graph.attribute(&self.node, name)?.ints().first()?;
        u64::try_from(number).ok().filter(|number| *number > 0)
    }
}

/// The tensor that a graph stores for a value: as an initializer, or in the node of a constant.
fn stored_for(graph: &Graph, value: &Value<'_>) -> Option<usize> {
    if let Some(contents) = value.initializer {
        return if let Stored::Dense(tensor) = contents { Some(tensor) } else { None };
    }
    let constant = graph.node(value.producer?).filter(|node| node.op == "Constant")?;
    // It has one attribute. Of more only the first is looked at: many nodes may take the same constant.
    let attribute = graph.attribute_at(&constant, 0).filter(|attribute| attribute.name == "value")?;
    let tensor = *attribute.tensors().first()?;
    (tensor != NO_VALUE).then_some(tensor as usize)
}
