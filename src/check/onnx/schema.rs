//! What the rows of the tables are: operators, their versions, and releases.

use std::fmt;

use crate::graph::{Attribute, AttributeKind};

/// The number of inputs or outputs that has no end.
pub(super) const MANY: u32 = i32::MAX as u32;

/// An operator.
#[derive(Debug)]
pub(super) struct Op {
    pub domain: &'static str,
    pub name: &'static str,
    /// From the oldest on; at least one.
    pub versions: &'static [Schema],
}

/// One version of an operator.
#[derive(Debug)]
pub(super) struct Schema {
    /// The version of the operator set that it came with.
    pub since: i64,
    pub is_deprecated: bool,
    pub is_experimental: bool,
    /// How many inputs.
    pub takes: Arity,
    /// How many outputs.
    pub makes: Arity,
    /// The numbers of outputs that are allowed, if not all between the least and the most are.
    pub makes_only: &'static [u32],
    pub inputs: &'static [Formal],
    pub outputs: &'static [Formal],
    /// Sorted by name.
    pub attributes: &'static [Attr],
    /// Whether attributes that are not in the list are let through.
    pub takes_any_attribute: bool,
    /// Whether the standard defines it as a function of other operators.
    pub is_function: bool,
    /// The operators in the body of a function, if its body is always the same.
    pub body: &'static [&'static str],
}

/// The least and the most inputs or outputs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arity(pub u32, pub u32);

/// A formal input or output and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formal {
    Single(&'static str),
    Optional(&'static str),
    Variadic(&'static str),
}

/// An attribute: its name, what it holds, and whether it has to be there.
#[derive(Debug)]
pub(super) struct Attr(pub &'static str, pub AttributeKind, pub Need);

/// Whether an attribute has to be there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Need {
    Required,
    Optional,
    /// It has this value if it is not.
    Default(Value),
}

/// The value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Int(i64),
    Float(f32),
    Text(&'static str),
    Ints(&'static [i64]),
    Texts(&'static [&'static str]),
}

impl Value {
    /// Whether an attribute of a node has this value.
    pub(super) fn is_that_of(self, attribute: &Attribute<'_>) -> bool {
        let texts = |texts: &[&str]| attribute.strings().eq(texts.iter().map(|text| text.as_bytes()));
        let has_value = match self {
            Self::Int(value) => attribute.ints() == [value],
            Self::Float(value) => attribute.floats() == [value],
            Self::Text(value) => texts(&[value]),
            Self::Ints(values) => attribute.ints() == values,
            Self::Texts(values) => texts(values),
        };
        // A reference has the value that the call gives.
        has_value && attribute.reference.is_empty()
    }
}

/// A release of ONNX or of ONNX Runtime: the newest versions that it knows. A version of 0 means that it does not know the
/// domain.
#[derive(Debug)]
pub(super) struct Release {
    pub name: &'static str,
    /// The version of the intermediate representation.
    pub ir: i64,
    /// The opset version of the default domain.
    pub main: i64,
    /// The opset version of `ai.onnx.ml`.
    pub ml: i64,
    /// The opset version of `ai.onnx.preview.training`.
    pub training: i64,
}

impl Arity {
    pub(super) fn allows(self, count: usize) -> bool {
        (self.0 as usize..=self.1 as usize).contains(&count)
    }
}

impl fmt::Display for Arity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self(least, MANY) => write!(f, "{least} or more"),
            Self(least, most) if least == most => write!(f, "{least}"),
            Self(least, most) => write!(f, "{least} to {most}"),
        }
    }
}

impl Formal {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Single(name) | Self::Optional(name) | Self::Variadic(name) => name,
        }
    }
}

impl Schema {
    pub(super) const PLAIN: Self = Self {
        since: 1,
        is_deprecated: false,
        is_experimental: false,
        takes: Arity(0, 0),
        makes: Arity(0, 0),
        makes_only: &[],
        inputs: &[],
        outputs: &[],
        attributes: &[],
        takes_any_attribute: false,
        is_function: false,
        body: &[],
    };

    /// Whether a node may have so many outputs.
    pub(super) fn allows_outputs(&self, count: usize) -> bool {
        self.makes.allows(count) && (self.makes_only.is_empty() || self.makes_only.contains(&(count as u32)))
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&'static Attr> {
        self.attributes.iter().find(|attribute| attribute.0 == name)
    }

    pub(super) fn has_input(&self, name: &str) -> bool {
        self.inputs.iter().any(|input| input.name() == name)
    }
}

impl Op {
    /// What it is under a version of its operator set; `None` if it came later.
    pub(super) fn at(&self, version: i64) -> Option<&'static Schema> {
        self.versions.iter().rev().find(|schema| schema.since <= version)
    }

    /// The version of the operator set that it came with.
    pub(super) fn introduced(&self) -> i64 {
        self.versions.first().map_or(1, |schema| schema.since)
    }
}
