//! The version of the representation, and the operator sets that the model imports.

use hashbrown::HashMap;

use super::lookup::{NEWEST_IR, newest, spelled};
use super::scope::{IR_OF_FUNCTIONS, IR_OF_OPSETS};
use super::tables::RELEASES;
use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::topic::Topic;
use crate::error::Error;
use crate::finding::rules::{
    IR_VERSION, OPSET_CONFLICT, OPSET_DUPLICATE, OPSET_MISSING, OPSET_NEWER, OPSET_PAIR, OPSET_RANGE, OPSET_UNEXPECTED,
};
use crate::graph::{Graphs, Opset};

const DUPLICATE: Topic =
    Topic { rule: OPSET_DUPLICATE, message: "an operator set is imported twice", remedy: "keep one import" };

pub(super) fn check(graphs: &Graphs, collector: &mut Collector<'_>) {
    let ir = graphs.ir_version().unwrap_or_default();
    check_ir(ir, collector);
    check_presence(ir, graphs, collector);
    check_range(graphs.opsets(), Site::MODEL, collector);
    check_repeats(graphs.opsets(), Site::MODEL, collector);
    for opset in graphs.opsets() {
        check_known(opset, graphs.opsets(), collector);
    }
    check_pair(ir, graphs.opsets(), collector);
    for (index, function) in graphs.functions().iter().enumerate().filter(|_| ir >= IR_OF_FUNCTIONS) {
        let site = Site::graph(function.graph);
        check_range(graphs.function_opsets(index), site, collector);
        check_repeats(graphs.function_opsets(index), site, collector);
    }
}

fn check_ir(ir: i64, collector: &mut Collector<'_>) {
    if ir <= 0 {
        collector.add(IR_VERSION, Site::MODEL, || "ir_version is missing or not positive");
    } else if ir > NEWEST_IR {
        collector.add(IR_VERSION, Site::MODEL, || {
            advise(
                format!("ir_version is {ir}; the newest that is known is {NEWEST_IR}"),
                "if the model uses nothing newer, save it with a lower ir_version",
            )
        });
    }
}

fn check_presence(ir: i64, graphs: &Graphs, collector: &mut Collector<'_>) {
    if ir >= IR_OF_OPSETS && graphs.opsets().is_empty() {
        collector.add(OPSET_MISSING, Site::MODEL, || format!("no operator set is imported; ir_version {ir} needs one"));
    }
    if ir < IR_OF_OPSETS && !graphs.opsets().is_empty() {
        collector.add(OPSET_UNEXPECTED, Site::MODEL, || {
            format!("operator sets are imported, but ir_version is {ir}: they require {IR_OF_OPSETS}")
        });
    }
}

fn check_range(opsets: &[Opset], site: Site, collector: &mut Collector<'_>) {
    for opset in opsets.iter().filter(|opset| i32::try_from(opset.version).is_err()) {
        collector.add(OPSET_RANGE, site, || {
            let domain = spelled(&opset.domain);
            format!("version {} of operator set {} does not fit in 32 bits", opset.version, quoted(domain))
        });
    }
}

fn check_repeats(opsets: &[Opset], site: Site, collector: &mut Collector<'_>) {
    let mut first = HashMap::new();
    let reserved = first.try_reserve(opsets.len()).map_err(|_| Error::out_of_memory("the imported operator sets", 1));
    let Some(()) = collector.note(reserved) else { return };
    for opset in opsets {
        let version = *first.entry(opset.domain.as_str()).or_insert(opset);
        if std::ptr::eq(version, opset) {
            continue;
        }
        let domain = quoted(spelled(&opset.domain));
        if version.version == opset.version {
            collector.gather(&DUPLICATE, site, || domain.to_string());
        } else {
            collector.add(OPSET_CONFLICT, site, || {
                advise(
                    format!("operator set {domain} is imported as {} and as {}", version.version, opset.version),
                    "keep one: runtimes differ in which one they use",
                )
            });
        }
    }
}

fn check_known(opset: &Opset, all: &[Opset], collector: &mut Collector<'_>) {
    let Some(newest_known) = newest(&opset.domain).filter(|newest| opset.version > *newest) else { return };
    collector.add(OPSET_NEWER, Site::MODEL, || {
        let (domain, version) = (spelled(&opset.domain), opset.version);
        let message =
            format!("operator set `{domain}` {version} is newer than {newest_known}, the newest that is known");
        let is_main = |other: &&Opset| other.domain.is_empty();
        let main = all.iter().find(is_main).map(|main| main.version);
        let is_mistaken = !opset.domain.is_empty() && newest("").is_some_and(|newest| version <= newest);
        if is_mistaken || main == Some(version) && !opset.domain.is_empty() {
            advise(message, format!("{version} looks like a version of `ai.onnx`, and `{domain}` has its own versions"))
        } else {
            advise(message, "nodes are checked against the newest known versions of their operators")
        }
    });
}

/// An operator set came with a release, and each release writes one version of the representation.
fn check_pair(ir: i64, opsets: &[Opset], collector: &mut Collector<'_>) {
    let Some(main) = opsets.iter().find(|opset| opset.domain.is_empty()) else { return };
    let Some(release) = RELEASES.iter().find(|release| release.main >= main.version) else { return };
    if (IR_OF_OPSETS..release.ir).contains(&ir) {
        collector.add(OPSET_PAIR, Site::MODEL, || {
            let (version, name, expected) = (main.version, release.name, release.ir);
            advise(
                format!("ir_version {ir} is older than operator set {version}, which came with onnx {name}"),
                format!("save the model with ir_version {expected} or later"),
            )
        });
    }
}
