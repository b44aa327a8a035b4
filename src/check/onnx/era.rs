//! Why a node does not fit its schema: mostly it was written for another version of the operator set.

use super::lookup::{DOMAINS, spelled};
use super::recipes::{recipe, replacement};
use super::schema::{Formal, Op, Schema};
use super::tables::OPS;
use crate::check::collector::{Collector, Site, Text, advise, quoted};
use crate::finding::rules::{ATTRIBUTE_ERA, ATTRIBUTE_UNKNOWN, NODE_LATER, NODE_UNKNOWN};
use crate::graph::Node;

/// The operator came later than the version that is imported.
pub(super) fn report_later(op: &Op, version: i64, site: Site, collector: &mut Collector<'_>) {
    collector.add(NODE_LATER, site, || {
        let (name, domain, introduced) = (op.name, spelled(op.domain), op.introduced());
        let remedy = format!("import version {introduced} or later");
        let recipe = recipe(op).map(|recipe| format!("{remedy}, or write it as {recipe}"));
        let message = format!("`{name}` came with version {introduced} of `{domain}`; {version} is imported");
        advise(message, recipe.unwrap_or(remedy))
    });
}

/// No version of the domain has the operator.
pub(super) fn report_unknown(
    node: &Node<'_>,
    version: i64,
    is_function: bool,
    site: Site,
    collector: &mut Collector<'_>,
) {
    collector.add(NODE_UNKNOWN, site, || {
        let (name, domain) = (quoted(node.op), spelled(node.domain));
        let message = format!("no version of `{domain}` has an operator {name}; {version} is imported");
        if is_function {
            return advise(message, "the model's function of this name needs a domain of its own");
        }
        let elsewhere = DOMAINS.iter().find_map(|(domain, _)| Op::find(domain, node.op));
        let similar = || OPS.iter().find(|op| op.name.eq_ignore_ascii_case(node.op));
        match elsewhere.or_else(similar) {
            Some(op) => advise(message, format!("`{}` has `{}`", spelled(op.domain), op.name)),
            None => advise(message, "an operator that is specific to a runtime must use the domain of that runtime"),
        }
    });
}

/// The operator is no longer to be used.
pub(super) fn deprecated(op: &Op, schema: &Schema) -> Text {
    let (name, domain, since) = (op.name, spelled(op.domain), schema.since);
    let message = format!("`{name}` has been deprecated since version {since} of `{domain}`");
    match replacement(op.name) {
        Some(remedy) => advise(message, remedy),
        None => message.into(),
    }
}

/// The node has too many inputs or too few.
pub(super) fn wrong_inputs(op: &Op, schema: &Schema, actual: usize) -> Text {
    let message = format!("{actual} inputs; `{}` version {} takes {}", op.name, schema.since, schema.takes);
    let Some(other) = nearest(op, schema, |other| other.takes.allows(actual)) else { return message.into() };
    let remedy = format!("version {} of the operator takes {actual}", other.since);
    let moved =
        moved_input(other, schema).map(|name| format!("{remedy}: `{name}` is an input there, an attribute here"));
    advise(message, moved.unwrap_or(remedy))
}

/// The node has too many outputs or too few.
pub(super) fn wrong_outputs(op: &Op, schema: &Schema, actual: usize) -> Text {
    let expected = match schema.makes_only {
        [] => schema.makes.to_string(),
        some => some.iter().map(u32::to_string).collect::<Vec<_>>().join(" or "),
    };
    let message = format!("{actual} outputs; `{}` version {} makes {expected}", op.name, schema.since);
    match nearest(op, schema, |other| other.allows_outputs(actual)) {
        Some(other) => advise(message, format!("version {} of the operator makes {actual}", other.since)),
        None => message.into(),
    }
}

/// An attribute that has to be there is not.
pub(super) fn missing_attribute(op: &Op, schema: &Schema, name: &str, node: &Node<'_>) -> Text {
    let message = format!("attribute `{name}` of `{}` is missing", op.name);
    let later = op.versions.iter().find(|other| other.since > schema.since && other.has_input(name));
    match later.filter(|_| node.inputs.len() > schema.takes.1 as usize) {
        Some(later) => advise(message, format!("it becomes an input in version {}", later.since)),
        None => message.into(),
    }
}

/// The schema has no such attribute. Maybe another version has.
pub(super) fn report_attribute(op: &Op, schema: &Schema, name: &str, site: Site, collector: &mut Collector<'_>) {
    match nearest(op, schema, |other| other.attribute(name).is_some()) {
        None => collector.add(ATTRIBUTE_UNKNOWN, site, || {
            let name = quoted(name);
            format!("no version of `{}` has an attribute {name}", op.name)
        }),
        Some(other) if other.since > schema.since => collector.add(ATTRIBUTE_ERA, site, || {
            let since = other.since;
            let message = format!("attribute `{name}` of `{}` came with version {since} of the operator set", op.name);
            advise(message, format!("import version {since} or later"))
        }),
        Some(other) => collector.add(ATTRIBUTE_ERA, site, || lost_attribute(op, other, schema, name)),
    }
}

/// An attribute of an older version is no longer one: it became an input, or is gone.
fn lost_attribute(op: &Op, older: &Schema, schema: &Schema, name: &str) -> Text {
    let between = op.versions.iter().filter(|version| version.since > older.since && version.since <= schema.since);
    let gone = between.clone().find(|version| version.attribute(name).is_none()).unwrap_or(schema).since;
    match between.clone().find(|version| version.has_input(name)) {
        Some(input) => advise(
            format!("attribute `{name}` of `{}` became an input at version {}", op.name, input.since),
            format!("give `{name}` as an input, or import a version before {gone}"),
        ),
        None => advise(
            format!("attribute `{name}` of `{}` was removed in version {gone}", op.name),
            format!("leave it out, or import a version before {gone}"),
        ),
    }
}

/// The version of an operator nearest to a schema for which something holds; of those before it the newest.
fn nearest(op: &Op, schema: &Schema, holds: impl Fn(&Schema) -> bool) -> Option<&'static Schema> {
    let before = op.versions.iter().rev().filter(|other| other.since < schema.since);
    let after = op.versions.iter().filter(|other| other.since > schema.since);
    before.chain(after).filter(|other| !other.is_deprecated).find(|other| holds(other))
}

/// An input of one version that is an attribute of another.
pub(super) fn moved_input(from: &Schema, to: &Schema) -> Option<&'static str> {
    from.inputs.iter().copied().map(Formal::name).find(|name| to.attribute(name).is_some())
}
