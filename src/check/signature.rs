//! What the main graph takes and makes.

use std::collections::BTreeMap;

use super::collector::{Collector, Site, advise, quoted};
use super::lists::{cut, listed, listed_or_nothing};
use super::subject::Subject;
use crate::error::Printable;
use crate::finding::rules::{SIGNATURE, SIGNATURE_DYNAMIC, SIGNATURE_OUTPUTS};
use crate::graph::{Dim, Graph, Value};
use crate::memory;

/// What memory is asked for.
const AXES: &str = "the axes that have no fixed size";

pub(super) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let Some(main) = subject.graphs.get(0) else { return };
    collector.add(SIGNATURE, Site::MODEL, || {
        let (takes, makes) = (listed_or_nothing(inputs(main), described), listed_or_nothing(outputs(main), described));
        format!("takes {takes}; makes {makes}")
    });
    if main.outputs().is_empty() {
        collector.add(SIGNATURE_OUTPUTS, Site::graph(0), || "the main graph has no outputs");
    }
    report_dynamic(main, collector);
}

/// The inputs that a caller has to give: those without a default.
pub(super) fn inputs(graph: &Graph) -> impl Iterator<Item = Value<'_>> {
    graph.inputs().iter().filter_map(|value| graph.value(*value)).filter(|value| value.initializer.is_none())
}

pub(super) fn outputs(graph: &Graph) -> impl Iterator<Item = Value<'_>> {
    graph.outputs().iter().filter_map(|value| graph.value(*value))
}

/// Axes of no fixed size: by the name of the size, or as those that have none.
fn report_dynamic(main: &Graph, collector: &mut Collector<'_>) {
    let mut named: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for value in inputs(main).chain(outputs(main)) {
        let dims = value.ty.into_iter().flat_map(|ty| ty.dims());
        for (axis, dim) in dims.enumerate() {
            let mut kept = Ok(());
            match dim {
                Dim::Known(_) => {}
                Dim::Symbol(symbol) => kept = memory::push(named.entry(symbol).or_default(), (value.name, axis), AXES),
                Dim::Unknown => kept = memory::push(&mut unnamed, (value.name, axis), AXES),
            }
            if collector.note(kept).is_none() || !collector.has_memory() {
                return;
            }
        }
    }
    report_axes(named, unnamed, collector);
}

fn report_axes(named: BTreeMap<&str, Vec<(&str, usize)>>, unnamed: Vec<(&str, usize)>, collector: &mut Collector<'_>) {
    let axis = |(name, axis): (&str, usize)| format!("{}[{axis}]", Printable(name));
    let size = |(symbol, axes): (&str, Vec<_>)| format!("{} ({})", quoted(symbol), listed(axes, axis));
    match (named.is_empty(), unnamed.is_empty()) {
        (true, true) => {}
        (_, true) => collector.add(SIGNATURE_DYNAMIC, Site::MODEL, || format!("dynamic axes: {}", listed(named, size))),
        (is_bare, false) => collector.add(SIGNATURE_DYNAMIC, Site::MODEL, || {
            let named = if is_bare { String::new() } else { format!(": {}; some", listed(named, size)) };
            let message = format!("dynamic axes{named} without a name: {}", listed(unnamed, axis));
            advise(message, "name them: axes with the same name have the same size")
        }),
    }
}

/// A value as people write it: `x F32 [batch, 3, 224, 224]`.
fn described(value: Value<'_>) -> String {
    let ty = value.ty.map_or_else(|| "of unknown type".to_owned(), cut);
    format!("{} {ty}", quoted(value.name))
}
