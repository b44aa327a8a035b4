//! How the names of a graph are spelled for a person.

use std::fmt::{self, Display, Formatter};

pub use weighbridge::error::{Name, quote};

/// What is written for a value that is left out; a value of this name is quoted.
pub const LEFT_OUT: &str = "_";

/// `ai.onnx.ml.Scaler`; an operator of the default domain stands alone.
pub struct OpName<'a>(pub &'a str, pub &'a str);

impl Display for OpName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(domain, op) = *self;
        if domain.is_empty() { Name(op).fmt(f) } else { write!(f, "{}.{}", Name(domain), Name(op)) }
    }
}

/// A domain of operators. The default one has no name; its other spelling stands for it.
pub fn domain_name(domain: &str) -> &str {
    if domain.is_empty() { "ai.onnx" } else { domain }
}
