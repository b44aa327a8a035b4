//! Normalization in half precision: results that are finite and wrong.

use super::types::{cast_to, dtype, float_of_code, scalar};
use crate::check::collector::{Collector, Site};
use crate::check::subject::Subject;
use crate::check::topic::Topic;
use crate::dtype::DType;
use crate::finding::rules::{PRECISION_CAST, PRECISION_EPSILON, PRECISION_STASH, PRECISION_VARIANCE};
use crate::graph::{Graph, Node};

/// Operators that normalize by a variance, and whether the type in which they compute it can be chosen.
const NORMALIZATIONS: &[(&str, &str, bool)] = &[
    ("", "LayerNormalization", true),
    ("", "RMSNormalization", true),
    ("", "GroupNormalization", true),
    ("", "SimplifiedLayerNormalization", true),
    ("", "InstanceNormalization", false),
    ("", "BatchNormalization", false),
    ("com.microsoft", "SkipLayerNormalization", false),
    ("com.microsoft", "SkipSimplifiedLayerNormalization", false),
    ("com.microsoft", "SimplifiedLayerNormalization", true),
    ("com.microsoft", "GroupNorm", false),
];

/// The smallest number above zero in half precision.
const SMALLEST_HALF: f64 = 5.960_464_477_539_063e-8;

const STASH: Topic = Topic {
    rule: PRECISION_STASH,
    message: "a normalization does not compute its variance in float32",
    remedy: "set stash_type to 1",
};

const CAST: Topic = Topic {
    rule: PRECISION_CAST,
    message: "the input of a normalization is narrowed to half precision right before it",
    remedy: "normalize first, then cast",
};

const VARIANCE: Topic = Topic {
    rule: PRECISION_VARIANCE,
    message: "squares are averaged in half precision, where the square of 256 is beyond the range",
    remedy: "compute it in float32: cast before it and back after it, or use LayerNormalization with stash_type 1",
};

const EPSILON: Topic = Topic {
    rule: PRECISION_EPSILON,
    message: "an epsilon is below the smallest number of half precision, 6e-8",
    remedy: "use an epsilon of 1e-5, or compute in float32",
};

/// One graph while it is looked at.
pub(super) struct Precision<'a> {
    subject: &'a Subject<'a>,
    index: usize,
    graph: &'a Graph,
}

impl<'a> Precision<'a> {
    pub(super) fn of(subject: &'a Subject<'a>, index: usize, graph: &'a Graph) -> Self {
        Self { subject, index, graph }
    }

    /// Checks a node.
    pub(super) fn check(&self, node: &Node<'_>, collector: &mut Collector<'_>) {
        if node.op == "Sqrt" && node.domain.is_empty() {
            self.check_decomposed(node, collector);
        } else if node.op.contains("Norm") {
            let found = NORMALIZATIONS.iter().find(|(domain, op, _)| *domain == node.domain && *op == node.op);
            if let Some((_, _, can_choose)) = found {
                self.check_fused(node, *can_choose, collector);
            }
        }
    }

    fn check_fused(&self, node: &Node<'_>, can_choose: bool, collector: &mut Collector<'_>) {
        let site = Site::node(self.index, node.index);
        let stash = self.graph.attribute(node, "stash_type").filter(|stash| stash.reference.is_empty());
        let stash = stash.and_then(|stash| stash.ints().first().copied()).unwrap_or(1);
        if stash != 1 {
            collector.gather(&STASH, site, || {
                let name = float_of_code(stash).map_or("of no float".to_owned(), |dtype| dtype.to_string());
                format!("`{}` with stash_type {stash}, {name}", node.op)
            });
        }
        let Some(input) = node.inputs.first().copied() else { return };
        let is_computed_in_half =
            if can_choose { float_of_code(stash) == Some(DType::F16) } else { self.is_half(input) };
        let epsilon = self.graph.attribute(node, "epsilon").filter(|_| is_computed_in_half);
        if let Some(epsilon) = epsilon.and_then(|epsilon| epsilon.floats().first().copied()) {
            report_epsilon(epsilon.into(), site, collector);
        }
        if self.is_narrowed(input) {
            collector.gather(&CAST, site, || format!("`{}`", node.op));
        }
    }

    fn is_half(&self, value: u32) -> bool {
        dtype(self.subject, self.index, value) == Some(DType::F16)
    }

    /// Whether a value has just lost precision.
    fn is_narrowed(&self, value: u32) -> bool {
        let cast = self.producer(Some(value), &["Cast"]);
        let cast = cast.filter(|cast| cast_to(self.graph, cast) == Some(DType::F16));
        cast.is_some_and(|cast| !cast.inputs.first().is_some_and(|from| self.is_half(*from)))
    }

    /// Looks for a variance from its end: Sqrt(ReduceMean(square) + epsilon).
    fn check_decomposed(&self, root: &Node<'_>, collector: &mut Collector<'_>) {
        let site = Site::node(self.index, root.index);
        let Some((mean, epsilon)) = self.mean_under(root) else { return };
        let Some(square) = self.producer(mean.inputs.first().copied(), &["Pow", "Mul"]) else { return };
        let is_square = square.op == "Pow" || square.inputs.first() == square.inputs.get(1);
        if !is_square || !square.outputs.first().is_some_and(|value| self.is_half(*value)) {
            return;
        }
        collector.gather(&VARIANCE, site, || {
            let deviation = self.producer(square.inputs.first().copied(), &["Sub"]);
            if deviation.is_some() { "a variance" } else { "a mean of squares" }.to_owned()
        });
        if let Some(epsilon) = epsilon.and_then(|value| scalar(self.subject, self.index, value)) {
            report_epsilon(epsilon, site, collector);
        }
    }

    /// The mean whose root is taken, and what is added to it.
    fn mean_under(&self, root: &Node<'_>) -> Option<(Node<'a>, Option<u32>)> {
        let below = root.inputs.first().copied();
        if let Some(mean) = self.producer(below, &["ReduceMean"]) {
            return Some((mean, None));
        }
        let sum = self.producer(below, &["Add"])?;
        let (left, right) = (sum.inputs.first().copied(), sum.inputs.get(1).copied());
        let ways = [(left, right), (right, left)].into_iter();
        ways.filter_map(|(mean, other)| Some((self.producer(mean, &["ReduceMean"])?, other))).next()
    }

    /// The node of this graph that makes a value, if it is one of these operators.
    fn producer(&self, value: Option<u32>, ops: &[&str]) -> Option<Node<'a>> {
        let node = self.graph.node(self.graph.value(value?)?.producer?)?;
        (node.domain.is_empty() && ops.contains(&node.op)).then_some(node)
    }
}

fn report_epsilon(epsilon: f64, site: Site, collector: &mut Collector<'_>) {
    if (0.0..SMALLEST_HALF).contains(&epsilon) {
        collector.gather(&EPSILON, site, || format!("{epsilon:e}"));
    }
}
