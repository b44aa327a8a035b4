//! Whether a node of one version of an operator could be one of an older version.

use super::changes::{ALWAYS_NEGATIVE, Applies, CHANGES, Change, NEGATIVE_AXES, SAME, Same};
use crate::check::collector::quoted;
use crate::check::onnx::era::moved_input;
use crate::check::onnx::schema::{Attr, Need, Op, Schema};
use crate::check::subject::Subject;
use crate::graph::{Attribute, Graph, Node, Stored};

/// How many attributes are told: no operator has more that came later.
const MOST_TOLD: usize = 8;

/// What an older version makes of a node.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// Why the node does not fit it; empty if it does.
    pub misfits: Vec<String>,
    /// Attributes that it does not have, but that say only what it does anyway.
    pub dropped: Vec<&'static str>,
}

/// An operator, its version, and the older one.
pub(super) struct Versions {
    pub op: &'static Op,
    pub schema: &'static Schema,
    pub old: &'static Schema,
}

impl Versions {
    pub(super) fn fit(&self, subject: &Subject<'_>, graph: &Graph, node: &Node<'_>) -> Fit {
        let mut fit = Fit::default();
        if self.old.is_deprecated {
            fit.misfits.push("the operator was deprecated there".to_owned());
        }
        self.compare_arity(node, &mut fit);
        for attribute in graph.attributes(node) {
            self.compare_attribute(&attribute, &mut fit);
        }
        let is_missing = |attr: &&Attr| attr.2 == Need::Required && graph.attribute(node, attr.0).is_none();
        let missing = self.old.attributes.iter().filter(is_missing);
        fit.misfits.extend(missing.map(|attribute| format!("attribute `{}` is required", attribute.0)));
        let changes = CHANGES.iter().filter(|change| self.is_between(change) && applies(change, subject, graph, node));
        fit.misfits.extend(changes.map(|change| change.before.to_owned()));
        fit
    }

    fn compare_arity(&self, node: &Node<'_>, fit: &mut Fit) {
        let (inputs, outputs) = (node.inputs.len(), node.outputs.len());
        if !self.old.takes.allows(inputs) {
            let moved = moved_input(self.schema, self.old).map(|name| format!(", where `{name}` is an attribute"));
            fit.misfits.push(format!("{inputs} inputs instead of {}{}", self.old.takes, moved.unwrap_or_default()));
        }
        if !self.old.allows_outputs(outputs) {
            fit.misfits.push(format!("{outputs} outputs instead of {}", self.old.makes));
        }
    }

    fn compare_attribute(&self, attribute: &Attribute<'_>, fit: &mut Fit) {
        let name = attribute.name;
        let misfit = match self.old.attribute(name) {
            Some(Attr(_, kind, _)) if attribute.kind != *kind => {
                format!("attribute `{name}` has to be of kind {kind:?}")
            }
            Some(_) if self.counts_from_the_end(attribute) => {
                format!("`{name}` may not be negative before version {NEGATIVE_AXES}")
            }
            Some(_) => return,
            None if self.old.takes_any_attribute || name.starts_with("__") => return,
            None => match self.schema.attribute(name).filter(|attr| self.says_nothing(attr, attribute)) {
                Some(attr) => return fit.dropped.push(attr.0),
                None => format!("attribute {} is not known", quoted(name)),
            },
        };
        if fit.misfits.len() < MOST_TOLD {
            fit.misfits.push(misfit);
        }
    }

    /// Whether an attribute that the older version does not have says what that version does.
    fn says_nothing(&self, attr: &Attr, attribute: &Attribute<'_>) -> bool {
        let is_default = matches!(attr.2, Need::Default(value) if value.is_that_of(attribute));
        let same = SAME.iter().find(|(op, name, _)| self.is_standard(op) && *name == attr.0);
        let is_same = same.is_some_and(|(.., same)| match same {
            Same::Value(value) => value.is_that_of(attribute),
            Same::Ones => attribute.reference.is_empty() && attribute.ints().iter().all(|one| *one == 1),
        });
        is_default || is_same
    }

    fn counts_from_the_end(&self, attribute: &Attribute<'_>) -> bool {
        let is_before = self.old.since < NEGATIVE_AXES && self.op.domain.is_empty();
        let is_axis = matches!(attribute.name, "axis" | "axes") && !ALWAYS_NEGATIVE.contains(&self.op.name);
        is_before && is_axis && attribute.ints().iter().any(|axis| *axis < 0)
    }

    fn is_between(&self, change: &Change) -> bool {
        self.is_standard(change.op) && (self.old.since + 1..=self.schema.since).contains(&change.since)
    }

    fn is_standard(&self, op: &str) -> bool {
        self.op.domain.is_empty() && self.op.name == op
    }
}

/// Whether a change concerns a node.
fn applies(change: &Change, subject: &Subject<'_>, graph: &Graph, node: &Node<'_>) -> bool {
    match change.applies {
        Applies::Unless(name, values) => {
            let attribute = graph.attribute(node, name);
            !attribute.is_some_and(|attribute| values.iter().any(|value| value.is_that_of(&attribute)))
        }
        Applies::ToList(input) => shape(subject, graph, node, input).is_some_and(|shape| !matches!(shape, [] | [1])),
    }
}

/// The shape of an input, if the graph says it.
fn shape<'a>(subject: &'a Subject<'_>, graph: &'a Graph, node: &Node<'_>, input: usize) -> Option<&'a [i64]> {
    let value = graph.value(*node.inputs.get(input)?)?;
    match value.initializer {
        Some(Stored::Dense(tensor)) => subject.tensors.get(tensor).map(|tensor| tensor.shape),
        _ => value.ty?.shape,
    }
}
