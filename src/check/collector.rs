//! Collects findings: says where each is, and leaves out what nobody would read.

use std::collections::BTreeMap;
use std::fmt;

use super::topic::{Places, Topic, joined};
use crate::error::{Error, Printable, Result};
use crate::finding::Finding;
use crate::finding::Rule;
use crate::graph::Graphs;
use crate::memory;
use crate::sort;

/// What memory is asked for.
const FINDINGS: &str = "the findings";

/// How many findings of one rule are kept: a model can break a rule at every node, and a chatty rule hides no other.
const MOST_OF_A_RULE: usize = 1_000;

/// How many bytes of findings are kept, the first of each rule apart.
const MOST_BYTES: usize = 16 << 20;

/// Where a finding is: in the model, in a graph, or in a node of a graph. Sites are ordered as they are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Site {
    graph: Option<usize>,
    node: Option<usize>,
}

impl Site {
    pub(super) const MODEL: Self = Self { graph: None, node: None };

    pub(super) fn graph(graph: usize) -> Self {
        Self { graph: Some(graph), node: None }
    }

    pub(super) fn node(graph: usize, node: usize) -> Self {
        Self { graph: Some(graph), node: Some(node) }
    }

    /// The site in words; empty for the model.
    fn path(self, graphs: &Graphs) -> String {
        self.graph.map_or_else(String::new, |graph| graphs.path(graph, self.node))
    }
}

/// What a finding says.
pub(super) struct Text {
    message: String,
    remedy: Option<String>,
}

impl<T: Into<String>> From<T> for Text {
    fn from(message: T) -> Self {
        Self { message: message.into(), remedy: None }
    }
}

/// A message and what to do about it.
pub(super) fn advise(message: impl Into<String>, remedy: impl Into<String>) -> Text {
    Text { message: message.into(), remedy: Some(remedy.into()) }
}

/// A name from the model, made safe to print.
pub(super) fn quoted(name: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "`{}`", Printable(name)))
}

/// The findings so far.
pub(super) struct Collector<'a> {
    graphs: &'a Graphs,
    /// Where each is, and how many came before it.
    found: Vec<(Site, usize, Finding)>,
    bytes: usize,
    /// That there was no memory for a finding, or for what a check needs: nothing more is checked.
    failure: Option<Error>,
    /// How many findings there were for each rule, and how many of them are kept.
    counts: BTreeMap<&'static str, Count>,
    /// Topics by their rules, and the places of each.
    topics: BTreeMap<&'static str, (&'static Topic, Places)>,
}

struct Count {
    rule: Rule,
    seen: usize,
    kept: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(graphs: &'a Graphs) -> Self {
        Self { graphs, found: Vec::new(), bytes: 0, failure: None, counts: BTreeMap::new(), topics: BTreeMap::new() }
    }

    /// Adds a finding. `text` is asked only if the finding is kept.
    pub(super) fn add<T: Into<Text>>(&mut self, rule: Rule, site: Site, text: impl FnOnce() -> T) {
        let Rule { id, severity } = rule;
        let count = self.counts.entry(id).or_insert(Count { rule, seen: 0, kept: 0 });
        count.seen += 1;
        if count.kept > 0 && (count.kept >= MOST_OF_A_RULE || self.bytes > MOST_BYTES) {
            return;
        }
        count.kept += 1;
        let Text { message, remedy } = text().into();
        let finding = Finding { severity, rule: id, path: site.path(self.graphs), message, remedy };
        self.bytes += finding.path.len() + finding.message.len() + finding.remedy.as_ref().map_or(0, String::len);
        let number = self.found.len();
        let kept = memory::check().and_then(|()| memory::push(&mut self.found, (site, number, finding), FINDINGS));
        self.note(kept);
    }

    /// Adds a place to those that one finding will tell of, with what is special about it.
    pub(super) fn gather(&mut self, topic: &'static Topic, site: Site, detail: impl FnOnce() -> String) {
        let (_, places) = self.topics.entry(topic.rule.id).or_insert_with(|| (topic, Places::default()));
        places.add(site, detail);
    }

    /// Adds the finding of each topic, at its first place.
    fn add_topics(&mut self) {
        let graphs = self.graphs;
        for (topic, places) in std::mem::take(&mut self.topics).into_values() {
            let text = places.text(|site| site.path(graphs));
            let message = format!("{}{text}", topic.message);
            let remedy = Some(topic.remedy).filter(|remedy| !remedy.is_empty()).map(str::to_owned);
            self.add(topic.rule, places.site(), || Text { message, remedy });
        }
    }

    /// Keeps the error of what a check needs, of which the whole check then fails; `None` if there is one.
    pub(super) fn note<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// Keeps an error, of which the whole check then fails.
    pub(super) fn fail(&mut self, error: Error) {
        self.failure.get_or_insert(error);
    }

    /// Whether the system has memory for more. Checks ask it again and again, and end early if not.
    pub(super) fn has_memory(&mut self) -> bool {
        self.failure.is_none() && self.note(memory::check()).is_some()
    }

    /// The error that was kept, if there is one.
    pub(super) fn result(&mut self) -> Result<()> {
        self.failure.take().map_or_else(memory::check, Err)
    }

    /// All findings after those of the reader, sorted by site, and then how many were left out.
    pub(super) fn finish(mut self, notes: &[Finding]) -> Result<Vec<Finding>> {
        self.add_topics();
        self.result()?;
        sort::sort_by_key(&mut self.found, |(site, number, _)| (*site, *number));
        let left_out = self.counts.into_values().filter(|count| count.seen > count.kept);
        let left_out = left_out.map(|Count { rule, seen, kept }| {
            let message = format!("{} more findings of this rule were left out", seen - kept);
            Finding::new(rule.severity, rule.id, "", message)
        });
        let found = self.found.into_iter().map(|(.., finding)| finding);
        let findings = joined(notes)?.into_iter().chain(found).chain(left_out);
        memory::try_collect(findings.map(|finding| memory::check().map(|()| finding)), FINDINGS)
    }
}
