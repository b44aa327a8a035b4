//! Initializers of valid models that cost more than they give: nothing uses them, or they are not constant.

use super::origin::IR_OF_DEFAULTS;
use super::scope::Scopes;
use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::size::stored;
use crate::check::subject::Subject;
use crate::error::Result;
use crate::finding::rules::{INITIALIZER_OVERRIDABLE, INITIALIZER_UNUSED, MODEL_TRAINING};
use crate::graph::{Graph, Graphs, NO_VALUE, Stored, Value};
use crate::memory;

/// What memory is asked for.
const USED: &str = "the values that are used";

pub(super) fn check(subject: &Subject<'_>, scopes: &Scopes<'_>, collector: &mut Collector<'_>) {
    check_overridable(subject.graphs, scopes, collector);
    // Training graphs, which are not read, may use what nothing else does.
    if subject.model.notes().iter().all(|note| note.rule != MODEL_TRAINING.id) {
        let checked = used(subject.graphs).map(|used| check_unused(subject, &used, collector));
        let _ = collector.note(checked);
    }
}

/// What is an input of the main graph too is only the default for what callers give.
fn check_overridable(graphs: &Graphs, scopes: &Scopes<'_>, collector: &mut Collector<'_>) {
    let Some(main) = graphs.get(0).filter(|_| scopes.ir >= IR_OF_DEFAULTS) else { return };
    let overridable = || named(main).filter(|(value, _)| value.is_input).map(|(value, _)| value.name);
    let count = overridable().count();
    if count > 0 {
        collector.add(INITIALIZER_OVERRIDABLE, Site::graph(0), || {
            let (count, names) =
                (counted(count, "initializer"), listed(overridable(), |name| quoted(name).to_string()));
            advise(
                format!("callers can override {count}, which no runtime can take for constant: {names}"),
                "remove the inputs of these names, unless callers use them",
            )
        });
    }
}

/// The initializers that have a name: of each the value and what is stored.
fn named(graph: &Graph) -> impl Iterator<Item = (Value<'_>, Stored)> {
    let initializers = graph.initializers().iter();
    initializers.filter_map(|initializer| Some((graph.value(initializer.value)?, initializer.contents)))
}

fn check_unused(subject: &Subject<'_>, used: &[Vec<bool>], collector: &mut Collector<'_>) {
    let graphs = || subject.graphs.iter().enumerate().zip(used);
    let unused = || {
        graphs().flat_map(|((index, graph), used)| {
            let unused = named(graph).filter(|(value, _)| !is_marked(used, value.index));
            unused.map(move |(value, contents)| (index, value.name, contents))
        })
    };
    let Some((first, ..)) = unused().next() else { return };
    let tensors = unused().flat_map(|(.., contents)| stored(subject, contents));
    let bytes = tensors.filter_map(|tensor| subject.tensors.get(tensor)).map(|tensor| tensor.byte_len());
    // Tensors may overlap, and be more than their files.
    let bytes = bytes.fold(0, u64::saturating_add);
    collector.add(INITIALIZER_UNUSED, Site::graph(first), || {
        let count = counted(unused().count(), "initializer");
        let names = listed(unused(), |(_, name, _)| quoted(name).to_string());
        advise(format!("nothing uses {count} of {bytes} bytes: {names}"), "remove what is not used")
    });
}

/// For each value of each graph, whether a node takes it, in this graph or in one inside it, or the graph makes it.
fn used(graphs: &Graphs) -> Result<Vec<Vec<bool>>> {
    let marks = graphs.iter().map(|graph| memory::filled(false, graph.value_count(), USED));
    let mut used = memory::try_collect(marks, USED)?;
    for (index, graph) in graphs.iter().enumerate() {
        for node in graph.nodes() {
            memory::check()?;
            node.inputs.iter().for_each(|input| mark(&mut used, index, *input));
        }
        graph.outputs().iter().chain(&graph.annotated).for_each(|value| mark(&mut used, index, *value));
    }
    for (index, graph) in graphs.iter().enumerate() {
        for value in graph.values().filter(Value::is_outer) {
            let source = graphs.outer(index, value.name).filter(|_| is_marked(&used[index], value.index));
            if let Some((graph, value)) = source {
                mark(&mut used, graph, value);
            }
        }
    }
    Ok(used)
}

fn mark(used: &mut [Vec<bool>], graph: usize, value: u32) {
    let marked = used.get_mut(graph).and_then(|graph| graph.get_mut(value as usize));
    if let Some(marked) = marked.filter(|_| value != NO_VALUE) {
        *marked = true;
    }
}

fn is_marked(used: &[bool], value: u32) -> bool {
    used.get(value as usize).copied().unwrap_or_default()
}
