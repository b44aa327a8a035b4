//! What to write instead of an operator that is not there.

use super::schema::Op;

/// Operators that a few older ones make up, as formulas: those that people meet most when they export models.
const RECIPES: &[(&str, &str)] = &[
    ("Celu", "Max(0, x) + Min(0, alpha * (Exp(x / alpha) - 1))"),
    ("Clip", "Min(Max(x, min), max)"),
    ("Elu", "Where(x < 0, alpha * (Exp(x) - 1), x)"),
    ("Gelu", "0.5 * x * (1 + Erf(x / Sqrt(2)))"),
    ("GreaterOrEqual", "Not(Less(a, b))"),
    ("GroupNormalization", "Reshape to [N, groups, -1], InstanceNormalization, Reshape back, Mul, Add"),
    ("HardSwish", "x * HardSigmoid(x, alpha = 1/6, beta = 0.5)"),
    ("LayerNormalization", "ReduceMean, Sub, Mul, ReduceMean, Add, Sqrt, Div, Mul, Add, all in float32"),
    ("LessOrEqual", "Not(Greater(a, b))"),
    ("Mish", "x * Tanh(Softplus(x))"),
    ("RMSNormalization", "x / Sqrt(ReduceMean(x * x) + epsilon) * scale, in float32"),
    ("Softplus", "Log(Exp(x) + 1)"),
    ("SwiGLU", "a * Sigmoid(alpha * a) * b"),
    ("Swish", "x * Sigmoid(alpha * x)"),
    ("ThresholdedRelu", "Where(x > alpha, x, 0)"),
];

/// What took the place of operators that are deprecated.
const REPLACEMENTS: &[(&str, &str)] = &[
    ("GroupNormalization", "import version 21 or later, whose scale and bias are per channel"),
    ("Scatter", "use `ScatterElements`"),
    ("TreeEnsembleClassifier", "use `TreeEnsemble`"),
    ("TreeEnsembleRegressor", "use `TreeEnsemble`"),
    ("Upsample", "use `Resize`"),
];

/// How to write an operator with others, if that is known.
pub(super) fn recipe(op: &Op) -> Option<String> {
    if let Some((_, formula)) = RECIPES.iter().find(|(name, _)| op.domain.is_empty() && *name == op.name) {
        return Some((*formula).to_owned());
    }
    let newest = op.versions.last().filter(|schema| schema.is_function)?;
    if newest.body.is_empty() {
        return Some("the function of simpler operators by which the standard defines it".to_owned());
    }
    Some(format!("the function by which the standard defines it, which consists of {}", newest.body.join(", ")))
}

/// What to do about a deprecated operator.
pub(super) fn replacement(op: &str) -> Option<&'static str> {
    REPLACEMENTS.iter().find(|(name, _)| *name == op).map(|(_, remedy)| *remedy)
}
