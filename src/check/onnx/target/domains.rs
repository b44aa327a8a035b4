//! Operators of domains outside the standard, which a runtime has of its own or does not have.

use std::collections::BTreeMap;

use super::Target;
use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::onnx::bindings::callee;
use crate::check::onnx::scope::Scopes;
use crate::finding::rules::{TARGET_CONTRIB, TARGET_DOMAIN};
use crate::graph::{Graphs, Node};

/// The domains of the operators that ONNX Runtime has of its own. Its optimizer writes those of the second one.
const CONTRIB: &[&str] = &["com.microsoft", "com.microsoft.nchwc"];

/// How many operators are told apart: more than any runtime has.
const MOST_OPERATORS: usize = 4_096;

/// The operators of such domains: how many nodes use each, and where the first is.
pub(super) struct Domains<'a> {
    target: &'a Target,
    found: BTreeMap<(&'a str, &'a str), (usize, Site)>,
}

impl<'a> Domains<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        Self { target, found: BTreeMap::new() }
    }

    /// Adds a node of the graph with this index.
    pub(super) fn add(&mut self, scopes: &Scopes<'_>, graphs: &Graphs, index: usize, node: &Node<'a>) {
        let is_standard = matches!(node.domain, "" | "ai.onnx.ml");
        // A domain that is not imported is an error for every target.
        let is_imported = || scopes.version(index, node.domain).is_some();
        if is_standard || !self.target.is_runtime || !is_imported() || callee(graphs, node).is_some() {
            return;
        }
        let key = (node.domain, node.op);
        if self.found.len() < MOST_OPERATORS || self.found.contains_key(&key) {
            self.found.entry(key).or_insert((0, Site::node(index, node.index))).0 += 1;
        }
    }

    /// Adds a finding for each domain.
    pub(super) fn report(self, collector: &mut Collector<'_>) {
        let target = &self.target.name;
        let found: Vec<_> = self.found.into_iter().collect();
        for operators in found.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
            let Some(((domain, _), _)) = operators.first() else { continue };
            let first = operators.iter().map(|(_, (_, site))| *site).min().unwrap_or(Site::MODEL);
            let names =
                || listed(operators, |((_, op), (nodes, _))| format!("{} ({})", quoted(op), counted(*nodes, "node")));
            if CONTRIB.contains(domain) {
                collector.add(TARGET_CONTRIB, first, || {
                    advise(
                        format!("operators of domain {} are {target}'s own: {}", quoted(domain), names()),
                        "check that this release has them: each release adds some",
                    )
                });
            } else {
                collector.add(TARGET_DOMAIN, first, || {
                    advise(
                        format!("{target} has no operators of domain {}: {}", quoted(domain), names()),
                        "register a library of custom operators that has them",
                    )
                });
            }
        }
    }
}
