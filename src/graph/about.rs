//! What a model says of itself as a whole.

/// What a model of any format may say of itself. A text is empty if the model does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// The program that wrote the model.
    pub producer: String,
    /// The version of that program.
    pub producer_version: String,
    /// The version of the model itself, as its format spells it: a number for ONNX.
    pub version: String,
    /// What the model says of itself in prose.
    pub documentation: String,
}

/// What only ONNX says of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnnxFacts {
    /// The version of the representation.
    pub ir_version: Option<i64>,
    /// The namespace of the model; empty if it does not say.
    pub domain: String,
    /// The version of the model in its namespace; 0 if it does not say.
    pub model_version: i64,
    /// The operator sets that the model imports.
    pub opsets: Vec<Opset>,
    /// The operator sets that the body of each function imports, by index of the function.
    pub function_opsets: Vec<Vec<Opset>>,
}

/// An operator set: a domain, and the version of it that is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opset {
    /// The domain; empty for the default one. `"ai.onnx"` is spelled as empty.
    pub domain: String,
    /// The version.
    pub version: i64,
}
