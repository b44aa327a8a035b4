//! What a release of ONNX, or a version of its default operator set, cannot express.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::era::moved_input;
use super::lookup::{newest, spelled};
use super::recipes::recipe;
use super::schema::{Attr, Need, Op, Release, Schema};
use super::scope::Scopes;
use super::tables::RELEASES;
use crate::check::collector::{Collector, Site, Text, advise, quoted};
use crate::check::goal::Goal;
use crate::check::subject::Subject;
use crate::dtype::DType;
use crate::finding::rules::{Rule, TARGET_CONVERT, TARGET_IR, TARGET_OP, TARGET_OPSET, TARGET_TYPE};
use crate::graph::{Attribute, Graph, Node, Opset, Type};

/// What has to be able to run a model.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    name: String,
    /// The newest version of the representation; `None` if only an operator set was named.
    ir: Option<i64>,
    /// Domains and the newest version of each; 0 if the domain is not known.
    opsets: Vec<(&'static str, i64)>,
}

/// Element types and the version of the representation that they came with; all others were there from the start.
const IR_OF_TYPES: &[(DType, i64)] = &[
    (DType::BF16, 4),
    (DType::F8_E4M3, 9),
    (DType::F8_E4M3FNUZ, 9),
    (DType::F8_E5M2, 9),
    (DType::F8_E5M2FNUZ, 9),
    (DType::U4, 10),
    (DType::I4, 10),
    (DType::F4, 11),
    (DType::F8_E8M0, 12),
    (DType::U2, 13),
    (DType::I2, 13),
];

impl Target {
    /// Reads `onnx-1.15`, `onnx-1.15.0` or `opset-17`.
    fn parse(name: &str) -> Option<Self> {
        let release = name.strip_prefix("onnx-").and_then(find_release).map(|release| Self {
            name: format!("onnx {}", release.name),
            ir: Some(release.ir),
            opsets: vec![
                ("", release.main),
                ("ai.onnx.ml", release.ml),
                ("ai.onnx.preview.training", release.training),
            ],
        });
        let opset = || {
            let digits =
                name.strip_prefix("opset-").filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))?;
            let version = digits.parse().ok()?;
            let is_known = (1..=newest("")?).contains(&version);
            is_known.then(|| Self { name: format!("operator set {version}"), ir: None, opsets: vec![("", version)] })
        };
        release.or_else(opset)
    }

    fn version(&self, domain: &str) -> Option<i64> {
        self.opsets.iter().find(|(name, _)| *name == domain).map(|(_, version)| *version)
    }
}

/// The release of this name, or the last of those that begin with it: `1.14` is `1.14.1`.
fn find_release(name: &str) -> Option<&'static Release> {
    let is_patch = |release: &&Release| release.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let exact = RELEASES.iter().find(|release| release.name == name);
    exact.or_else(|| RELEASES.iter().rev().find(is_patch).filter(|_| name.contains('.')))
}

/// The goal of this name.
pub(super) fn goal(name: &str) -> Option<Box<Goal>> {
    let target = Target::parse(name)?;
    Some(Box::new(move |subject, collector| check(&target, subject, collector)))
}

/// The names of all goals, in words.
pub(super) fn goals() -> String {
    let releases: Vec<_> = RELEASES.iter().map(|release| format!("onnx-{}", release.name)).collect();
    let newest = newest("").unwrap_or_default();
    format!("opset-1 to opset-{newest}, {}", releases.join(", "))
}

fn check(target: &Target, subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let Some(scopes) = &collector.note(Scopes::of(subject.graphs)) else { return };
    let graphs = subject.graphs;
    if let Some(newest) = target.ir.filter(|newest| scopes.ir > *newest) {
        collector.add(TARGET_IR, Site::MODEL, || {
            advise(
                format!("ir_version is {}; {} reads {newest} at most", scopes.ir, target.name),
                "if the model uses nothing newer, save it with a lower ir_version",
            )
        });
    }
    check_imports(target, graphs.opsets(), Site::MODEL, collector);
    let functions = graphs.functions().iter().enumerate();
    for (index, function) in functions.filter(|(_, function)| scopes.is_used(function.graph)) {
        check_imports(target, graphs.function_opsets(index), Site::graph(function.graph), collector);
    }
    let mut verdicts = Verdicts::default();
    for (index, graph) in graphs.iter().enumerate().filter(|(index, _)| scopes.is_used(*index)) {
        for node in graph.nodes() {
            if !collector.has_memory() {
                return;
            }
            verdicts.add(target, scopes, index, graph, &node);
        }
    }
    verdicts.report(collector);
    check_types(target, subject, collector);
}

fn check_imports(target: &Target, opsets: &[Opset], site: Site, collector: &mut Collector<'_>) {
    for opset in opsets {
        let (domain, version) = (spelled(&opset.domain), opset.version);
        match target.version(&opset.domain) {
            Some(0) => collector.add(TARGET_OPSET, site, || format!("{} does not know domain `{domain}`", target.name)),
            Some(newest) if version > newest => collector.add(TARGET_OPSET, site, || {
                advise(
                    format!("version {version} of `{domain}` is imported; {} has {newest}", target.name),
                    format!("convert the model to version {newest}: the findings for operators say what to change"),
                )
            }),
            _ => {}
        }
    }
}

/// How many different verdicts are kept, and how many reasons of each: more than there are versions of operators.
const MOST_VERDICTS: usize = 4_096;
const MOST_REASONS: usize = 8;

/// What the target says to operators: each verdict once, with the first node and how many there are.
#[derive(Default)]
struct Verdicts(BTreeMap<Key, Verdict>);

/// Domain, name and version of an operator, and why it does not fit.
type Key = (&'static str, &'static str, i64, Vec<String>);

struct Verdict {
    rule: Rule,
    text: Text,
    first: Site,
    nodes: usize,
}

impl Verdicts {
    fn add(&mut self, target: &Target, scopes: &Scopes<'_>, index: usize, graph: &Graph, node: &Node<'_>) {
        let Some(newest) = target.version(node.domain) else { return };
        let Some(op) = Op::find(node.domain, node.op) else { return };
        let Some(schema) = scopes.version(index, node.domain).and_then(|version| op.at(version)) else { return };
        if schema.since <= newest {
            return;
        }
        let newer = Newer { target, op, schema, old: op.at(newest) };
        let misfits = newer.misfits(graph, node);
        let count = self.0.len();
        match self.0.entry((op.domain, op.name, schema.since, misfits)) {
            Entry::Occupied(mut verdict) => verdict.get_mut().nodes += 1,
            Entry::Vacant(free) if count < MOST_VERDICTS => {
                let (rule, text) = newer.judge(&free.key().3);
                free.insert(Verdict { rule, text, first: Site::node(index, node.index), nodes: 1 });
            }
            Entry::Vacant(_) => {}
        }
    }

    fn report(self, collector: &mut Collector<'_>) {
        for Verdict { rule, text, first, nodes } in self.0.into_values() {
            collector.add(rule, first, || text.and_message(&format!("; nodes: {nodes}")));
        }
    }
}

/// An operator that is newer than the target, and the version of it that the target has.
struct Newer<'a> {
    target: &'a Target,
    op: &'static Op,
    schema: &'static Schema,
    old: Option<&'static Schema>,
}

impl Newer<'_> {
    fn judge(&self, misfits: &[String]) -> (Rule, Text) {
        let (name, domain, target) = (self.op.name, spelled(self.op.domain), &self.target.name);
        let Some(old) = self.old else {
            let introduced = self.op.introduced();
            let message = format!("`{name}` came with version {introduced} of `{domain}`, after {target}");
            return match recipe(self.op) {
                Some(recipe) => (TARGET_OP, advise(message, format!("write it as {recipe}"))),
                None => (TARGET_OP, message.into()),
            };
        };
        let message = format!("`{name}` is of version {}; {target} has version {}", self.schema.since, old.since);
        match misfits {
            [] => (TARGET_CONVERT, advise(message, "the node fits that version too, unless its element types are new")),
            _ => (TARGET_OP, advise(message, format!("it does not fit: {}", misfits.join("; ")))),
        }
    }

    /// Why a node does not fit the version that the target has.
    fn misfits(&self, graph: &Graph, node: &Node<'_>) -> Vec<String> {
        let Some(old) = self.old else { return Vec::new() };
        let (inputs, outputs) = (node.inputs.len(), node.outputs.len());
        let mut misfits = Vec::new();
        if old.is_deprecated {
            misfits.push("the operator was deprecated there".to_owned());
        }
        if !old.takes.allows(inputs) {
            let moved = moved_input(self.schema, old).map(|name| format!(", where `{name}` is an attribute"));
            misfits.push(format!("{inputs} inputs instead of {}{}", old.takes, moved.unwrap_or_default()));
        }
        if !old.allows_outputs(outputs) {
            misfits.push(format!("{outputs} outputs instead of {}", old.makes));
        }
        let fits = |attribute: &Attribute<'_>| match old.attribute(attribute.name) {
            Some(Attr(_, kind, _)) => attribute.kind == *kind,
            None => old.takes_any_attribute || attribute.name.starts_with("__"),
        };
        let new = graph.attributes(node).filter(|attribute| !fits(attribute)).take(MOST_REASONS);
        misfits.extend(new.map(|attribute| format!("attribute {} is not known", quoted(attribute.name))));
        let is_missing = |attribute: &&Attr| attribute.2 == Need::Required && graph.attribute(node, attribute.0).is_none();
        let missing = old.attributes.iter().filter(is_missing);
        misfits.extend(missing.map(|attribute| format!("attribute `{}` is required", attribute.0)));
        misfits
    }
}

fn check_types(target: &Target, subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let Some(newest) = target.ir else { return };
    let mut used: BTreeSet<u32> = subject.tensors.iter().map(|tensor| tensor.dtype.number()).collect();
    let values = subject.graphs.iter().flat_map(|graph| graph.values());
    for ty in values.filter_map(|value| value.ty) {
        used.extend(dtypes(ty).map(DType::number));
    }
    for (dtype, ir) in IR_OF_TYPES.iter().filter(|(dtype, ir)| *ir > newest && used.contains(&dtype.number())) {
        collector.add(TARGET_TYPE, Site::MODEL, || {
            format!("element type {dtype} came with ir_version {ir}; {} reads {newest} at most", target.name)
        });
    }
}

/// The element types in a type.
fn dtypes(ty: Type<'_>) -> impl Iterator<Item = DType> {
    std::iter::successors(Some(ty), Type::element).filter_map(|ty| ty.dtype)
}
