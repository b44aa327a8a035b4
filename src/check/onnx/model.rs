//! The version of the representation, and the operator sets that the model imports.

use hashbrown::HashMap;

use super::lookup::{NEWEST_IR, newest, spelled};
use super::scope::{IR_OF_FUNCTIONS, IR_OF_OPSETS};
use super::tables::RELEASES;
use crate::check::report::{Place, Report, advise, quoted};
use crate::check::rules::{
    IR_VERSION, OPSET_CONFLICT, OPSET_DUPLICATE, OPSET_MISSING, OPSET_NEWER, OPSET_PAIR, OPSET_RANGE, OPSET_UNEXPECTED,
};
use crate::graph::{Graphs, Opset};

pub(super) fn check(graphs: &Graphs, report: &mut Report<'_>) {
    let ir = graphs.ir_version().unwrap_or_default();
    check_ir(ir, report);
    check_presence(ir, graphs, report);
    check_range(graphs.opsets(), Place::MODEL, report);
    check_repeats(graphs.opsets(), Place::MODEL, report);
    for opset in graphs.opsets() {
        check_known(opset, graphs.opsets(), report);
    }
    check_pair(ir, graphs.opsets(), report);
    for (index, function) in graphs.functions().iter().enumerate().filter(|_| ir >= IR_OF_FUNCTIONS) {
        let place = Place::graph(function.graph);
        check_range(graphs.function_opsets(index), place, report);
        check_repeats(graphs.function_opsets(index), place, report);
    }
}

fn check_ir(ir: i64, report: &mut Report<'_>) {
    if ir <= 0 {
        report.add(IR_VERSION, Place::MODEL, || "ir_version is missing or not positive");
    } else if ir > NEWEST_IR {
        report.add(IR_VERSION, Place::MODEL, || {
            advise(
                format!("ir_version is {ir}; the newest that is known is {NEWEST_IR}"),
                "if the model uses nothing newer, save it with a lower ir_version",
            )
        });
    }
}

fn check_presence(ir: i64, graphs: &Graphs, report: &mut Report<'_>) {
    if ir >= IR_OF_OPSETS && graphs.opsets().is_empty() {
        report.add(OPSET_MISSING, Place::MODEL, || format!("no operator set is imported; ir_version {ir} needs one"));
    }
    if ir < IR_OF_OPSETS && !graphs.opsets().is_empty() {
        report.add(OPSET_UNEXPECTED, Place::MODEL, || {
            format!("operator sets are imported; ir_version {ir} has none: they came with {IR_OF_OPSETS}")
        });
    }
}

fn check_range(opsets: &[Opset], place: Place, report: &mut Report<'_>) {
    for opset in opsets.iter().filter(|opset| i32::try_from(opset.version).is_err()) {
        report.add(OPSET_RANGE, place, || {
            let domain = spelled(&opset.domain);
            format!("version {} of operator set {} does not fit 32 bits", opset.version, quoted(domain))
        });
    }
}

fn check_repeats(opsets: &[Opset], place: Place, report: &mut Report<'_>) {
    let mut first = HashMap::new();
    for opset in opsets {
        let version = *first.entry(opset.domain.as_str()).or_insert(opset);
        if std::ptr::eq(version, opset) {
            continue;
        }
        let domain = quoted(spelled(&opset.domain));
        if version.version == opset.version {
            report.add(OPSET_DUPLICATE, place, || format!("operator set {domain} is imported twice"));
        } else {
            report.add(OPSET_CONFLICT, place, || {
                advise(
                    format!("operator set {domain} is imported as {} and as {}", version.version, opset.version),
                    "keep one: runtimes differ in which they take",
                )
            });
        }
    }
}

fn check_known(opset: &Opset, all: &[Opset], report: &mut Report<'_>) {
    let Some(newest_known) = newest(&opset.domain).filter(|newest| opset.version > *newest) else { return };
    report.add(OPSET_NEWER, Place::MODEL, || {
        let (domain, version) = (spelled(&opset.domain), opset.version);
        let message =
            format!("operator set `{domain}` {version} is newer than {newest_known}, the newest that is known");
        let is_main = |other: &&Opset| other.domain.is_empty();
        let main = all.iter().find(is_main).map(|main| main.version);
        let is_mistaken = !opset.domain.is_empty() && newest("").is_some_and(|newest| version <= newest);
        if is_mistaken || main == Some(version) && !opset.domain.is_empty() {
            advise(message, format!("{version} looks like a version of `ai.onnx`: `{domain}` counts on its own"))
        } else {
            advise(message, "nodes are checked against the newest known versions of their operators")
        }
    });
}

/// An operator set came with a release, and each release writes one version of the representation.
fn check_pair(ir: i64, opsets: &[Opset], report: &mut Report<'_>) {
    let Some(main) = opsets.iter().find(|opset| opset.domain.is_empty()) else { return };
    let Some(release) = RELEASES.iter().find(|release| release.main >= main.version) else { return };
    if (IR_OF_OPSETS..release.ir).contains(&ir) {
        report.add(OPSET_PAIR, Place::MODEL, || {
            let (version, name, expected) = (main.version, release.name, release.ir);
            advise(
                format!("ir_version {ir} is older than operator set {version}, which came with onnx {name}"),
                format!("save the model with ir_version {expected} or later"),
            )
        });
    }
}
