//! What a release of ONNX or of ONNX Runtime, or a version of the default operator set, cannot express.

mod changes;
mod domains;
mod fit;
mod operators;

use std::collections::BTreeSet;

use super::lookup::{newest, spelled};
use super::runtimes::RUNTIMES;
use super::schema::Release;
use super::scope::Scopes;
use super::tables::RELEASES;
use crate::check::collector::{Collector, Site, advise};
use crate::check::goal::Goal;
use crate::check::subject::Subject;
use crate::dtype::DType;
use crate::finding::rules::{TARGET_IR, TARGET_OPSET, TARGET_TYPE};
use crate::graph::{Opset, Type};
use domains::Domains;
use operators::Verdicts;

/// What has to be able to run a model.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    name: String,
    /// The newest version of the representation; `None` if only an operator set was named.
    ir: Option<i64>,
    /// Domains and the newest version of each; 0 if the domain is not known.
    opsets: Vec<(&'static str, i64)>,
    /// Whether it runs models, so that it has to know all operators. Domains that no node uses may be imported.
    is_runtime: bool,
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
    /// Reads `onnx-1.15`, `onnx-1.15.0`, `onnxruntime-1.17` or `opset-17`.
    fn parse(name: &str) -> Option<Self> {
        let (kind, version) = name.split_once('-')?;
        match kind {
            "onnx" => find_release(RELEASES, version).map(Self::release),
            "onnxruntime" => find_release(RUNTIMES, version).map(Self::runtime),
            "opset" => Self::opset(version),
            _ => None,
        }
    }

    fn release(release: &Release) -> Self {
        let opsets =
            vec![("", release.main), ("ai.onnx.ml", release.ml), ("ai.onnx.preview.training", release.training)];
        Self { name: format!("onnx {}", release.name), ir: Some(release.ir), opsets, is_runtime: false }
    }

    fn runtime(release: &Release) -> Self {
        let opsets = vec![("", release.main), ("ai.onnx.ml", release.ml), ("com.microsoft", 1)];
        Self { name: format!("ONNX Runtime {}", release.name), ir: Some(release.ir), opsets, is_runtime: true }
    }

    fn opset(digits: &str) -> Option<Self> {
        let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
        let version = digits.parse().ok().filter(|_| is_plain)?;
        let is_known = (1..=newest("")?).contains(&version);
        let name = format!("operator set {version}");
        is_known.then(|| Self { name, ir: None, opsets: vec![("", version)], is_runtime: false })
    }

    fn version(&self, domain: &str) -> Option<i64> {
        self.opsets.iter().find(|(name, _)| *name == domain).map(|(_, version)| *version)
    }
}

/// The release of this name, or the last of those that begin with it: `1.14` is `1.14.1`.
fn find_release(releases: &'static [Release], name: &str) -> Option<&'static Release> {
    let is_patch = |release: &&Release| release.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let exact = releases.iter().find(|release| release.name == name);
    exact.or_else(|| releases.iter().rev().find(is_patch).filter(|_| name.contains('.')))
}

/// The goal of this name.
pub(super) fn goal(name: &str) -> Option<Box<Goal>> {
    let target = Target::parse(name)?;
    Some(Box::new(move |subject, collector| check(&target, subject, collector)))
}

/// The names of all goals, in words, for somebody who asked for another.
pub(super) fn goals(asked: &str) -> String {
    let ends = |kind: &str, releases: &[Release]| {
        let ends = releases.first().zip(releases.last());
        ends.map_or_else(String::new, |(first, last)| format!("{kind}-{} to {kind}-{}", first.name, last.name))
    };
    let (releases, runtimes) = (ends("onnx", RELEASES), ends("onnxruntime", RUNTIMES));
    let is_tensorrt = asked.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("tensorrt"));
    let why = if is_tensorrt { "; TensorRT is none, because its packages do not say what they support" } else { "" };
    format!("{releases}, {runtimes}, opset-1 to opset-{}{why}", newest("").unwrap_or_default())
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
    let mut verdicts = Verdicts::new(target, subject);
    let mut domains = Domains::new(target);
    for (index, graph) in graphs.iter().enumerate().filter(|(index, _)| scopes.is_used(*index)) {
        for node in graph.nodes() {
            if !collector.has_memory() {
                return;
            }
            verdicts.add(scopes, index, graph, &node);
            domains.add(scopes, graphs, index, &node);
        }
    }
    verdicts.report(collector);
    domains.report(collector);
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
