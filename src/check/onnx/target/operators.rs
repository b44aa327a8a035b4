//! What a target makes of the operators of a model.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Target;
use super::fit::{Fit, Versions};
use crate::check::collector::{Collector, Site, Text, advise};
use crate::check::lists::{counted, listed};
use crate::check::onnx::lookup::spelled;
use crate::check::onnx::recipes::recipe;
use crate::check::onnx::schema::{Op, Schema};
use crate::check::onnx::scope::Scopes;
use crate::check::subject::Subject;
use crate::finding::rules::{TARGET_CONVERT, TARGET_OP};
use crate::graph::{Graph, Node};

/// How many different verdicts are kept: more than there are versions of operators.
const MOST_VERDICTS: usize = 4_096;

/// What the target makes of operators that are newer than it: each verdict once, with the first node and how many there are.
pub(super) struct Verdicts<'a> {
    target: &'a Target,
    subject: &'a Subject<'a>,
    verdicts: BTreeMap<Key, (Newer, Site, usize)>,
}

/// Domain, name and version of an operator, and how its nodes fit.
type Key = (&'static str, &'static str, i64, Fit);

/// An operator that is newer than the target, and the version of it that the target has.
#[derive(Clone, Copy)]
struct Newer {
    op: &'static Op,
    schema: &'static Schema,
    old: Option<&'static Schema>,
    /// The version of the operator set that the target has.
    newest: i64,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(target: &'a Target, subject: &'a Subject<'a>) -> Self {
        Self { target, subject, verdicts: BTreeMap::new() }
    }

    /// Adds a node of the graph with this index.
    pub(super) fn add(&mut self, scopes: &Scopes<'_>, index: usize, graph: &Graph, node: &Node<'_>) {
        let Some(newest) = self.target.version(node.domain) else { return };
        let Some(op) = Op::find(node.domain, node.op) else { return };
        let Some(schema) = scopes.version(index, node.domain).and_then(|version| op.at(version)) else { return };
        if schema.since <= newest {
            return;
        }
        let newer = Newer { op, schema, old: op.at(newest), newest };
        let fit = newer.old.map(|old| Versions { op, schema, old }.fit(self.subject, graph, node));
        let count = self.verdicts.len();
        match self.verdicts.entry((op.domain, op.name, schema.since, fit.unwrap_or_default())) {
            Entry::Occupied(mut verdict) => verdict.get_mut().2 += 1,
            Entry::Vacant(free) if count < MOST_VERDICTS => {
                free.insert((newer, Site::node(index, node.index), 1));
            }
            Entry::Vacant(_) => {}
        }
    }

    pub(super) fn report(self, collector: &mut Collector<'_>) {
        let target = &self.target.name;
        let mut fitting = Vec::new();
        for ((.., fit), (newer, first, nodes)) in self.verdicts {
            match newer.old {
                Some(old) if fit.misfits.is_empty() => fitting.push((first, newer.text(old, &fit, nodes))),
                Some(old) => collector.add(TARGET_OP, first, || newer.misfit(old, &fit, target, nodes)),
                None => collector.add(TARGET_OP, first, || newer.later(target, nodes)),
            }
        }
        let Some(first) = fitting.iter().map(|(first, _)| *first).min() else { return };
        collector.add(TARGET_CONVERT, first, || {
            let operators = listed(fitting, |(_, text)| text);
            advise(
                format!("{target} has older versions of operators, which the nodes fit: {operators}"),
                "write the older versions: attributes to leave out only say what these do anyway. Compare the results, \
                 because not every change of an operator shows in its inputs and attributes",
            )
        });
    }
}

impl Newer {
    /// An operator whose nodes fit: `Reshape` 13 for 14 (3 nodes; leave out `allowzero`).
    fn text(&self, old: &Schema, fit: &Fit, nodes: usize) -> String {
        let dropped = listed(&fit.dropped, |name| format!("`{name}`"));
        let dropped = if dropped.is_empty() { dropped } else { format!("; leave out {dropped}") };
        format!("`{}` {} for {} ({}{dropped})", self.op.name, old.since, self.schema.since, counted(nodes, "node"))
    }

    fn misfit(&self, old: &Schema, fit: &Fit, target: &str, nodes: usize) -> Text {
        let (name, since, has, reasons) = (self.op.name, self.schema.since, old.since, fit.misfits.join("; "));
        let nodes = counted(nodes, "node");
        format!("`{name}` is of version {since}; {target} has version {has}, which does not fit {nodes}: {reasons}")
            .into()
    }

    fn later(&self, target: &str, nodes: usize) -> Text {
        let (name, domain, introduced) = (self.op.name, spelled(self.op.domain), self.op.introduced());
        let has = match self.newest {
            0 => "does not have that domain".to_owned(),
            newest => format!("has version {newest}"),
        };
        let message = format!("`{name}` came with version {introduced} of `{domain}`; {target} {has}; nodes: {nodes}");
        match recipe(self.op) {
            Some(recipe) => advise(message, format!("write it as {recipe}")),
            None => message.into(),
        }
    }
}
