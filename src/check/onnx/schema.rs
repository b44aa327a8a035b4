//! What the operators of ONNX look like: the tables, and how to find in them.

use std::fmt;
use std::sync::OnceLock;

use hashbrown::HashMap;

use super::tables::{OPS, RELEASES};
use crate::graph::AttributeKind;

/// The number of inputs or outputs that has no end.
pub(super) const MANY: u32 = i32::MAX as u32;

/// The newest version of the representation that the tables know of.
pub(super) const NEWEST_IR: i64 = RELEASES[RELEASES.len() - 1].ir;

/// The domains whose operators are all in the tables, and the newest version of each.
pub(super) const DOMAINS: &[(&str, i64)] = &[
    ("", RELEASES[RELEASES.len() - 1].main),
    ("ai.onnx.ml", RELEASES[RELEASES.len() - 1].ml),
    ("ai.onnx.preview", 1),
    ("ai.onnx.preview.training", RELEASES[RELEASES.len() - 1].training),
    ("ai.onnx.training", 1),
];

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
    /// Of a function whose body is always the same, the operators in it.
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
pub(super) struct Attr(pub &'static str, pub AttributeKind, pub bool);

/// A release of ONNX: the newest versions that it knows. A version of 0 means that it does not know the domain.
#[derive(Debug)]
pub(super) struct Release {
    pub name: &'static str,
    /// Of the representation.
    pub ir: i64,
    /// Of the default domain.
    pub main: i64,
    /// Of `ai.onnx.ml`.
    pub ml: i64,
    /// Of `ai.onnx.preview.training`.
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
    /// The operator of this name, whatever the version.
    pub(super) fn find(domain: &str, name: &str) -> Option<&'static Self> {
        static INDEX: OnceLock<HashMap<(&str, &str), &Op>> = OnceLock::new();
        let index = INDEX.get_or_init(|| OPS.iter().map(|op| ((op.domain, op.name), op)).collect());
        index.get(&(domain, name)).copied()
    }

    /// What it is under a version of its operator set; `None` if it came later.
    pub(super) fn at(&self, version: i64) -> Option<&'static Schema> {
        self.versions.iter().rev().find(|schema| schema.since <= version)
    }

    /// The version of the operator set that it came with.
    pub(super) fn introduced(&self) -> i64 {
        self.versions.first().map_or(1, |schema| schema.since)
    }
}

/// The newest version of a domain whose operators are all in the tables.
pub(super) fn newest(domain: &str) -> Option<i64> {
    DOMAINS.iter().find(|(name, _)| *name == domain).map(|(_, version)| *version)
}

/// A domain as people write it.
pub(super) fn spelled(domain: &str) -> &str {
    if domain.is_empty() { "ai.onnx" } else { domain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert!(OPS.is_sorted_by(|a, b| (a.domain, a.name) < (b.domain, b.name)));
        assert!(OPS.iter().all(|op| op.versions.is_sorted_by(|a, b| a.since < b.since)));
        let schemas = || OPS.iter().flat_map(|op| op.versions);
        assert_eq!(schemas().count(), 659);
        assert_eq!(schemas().filter(|schema| schema.is_deprecated).count(), 5);
        assert!(schemas().all(|schema| schema.attributes.is_sorted_by_key(|attribute| attribute.0)));
        assert!(OPS.iter().all(|op| newest(op.domain).is_some_and(|newest| op.at(newest).is_some())));
    }

    #[test]
    fn a_version_resolves_to_the_newest_schema_that_is_not_newer() {
        let op = Op::find("", "ReduceSum").unwrap();
        assert_eq!(op.at(12).unwrap().since, 11);
        assert_eq!(op.at(99).unwrap().since, 13);
        assert!(op.at(0).is_none());
        assert!(op.at(12).unwrap().attribute("axes").is_some());
        assert!(op.at(13).unwrap().has_input("axes"));
        assert_eq!(Op::find("", "Gelu").unwrap().introduced(), 20);
        assert!(Op::find("", "SkipLayerNormalization").is_none());
    }

    #[test]
    fn the_last_release_is_the_newest() {
        assert!(RELEASES.is_sorted_by_key(|release| (release.ir, release.main)));
        assert_eq!((NEWEST_IR, newest(""), newest("ai.onnx.ml")), (14, Some(28), Some(5)));
    }
}
