//! Names and types of what a graph takes, makes and stores.

use super::scope::Scopes;
use crate::check::collector::{Collector, Site, quoted};
use crate::check::topic::Topic;
use crate::finding::rules::{
    GRAPH_NAME, GRAPH_SSA, INITIALIZER_DUPLICATE, INITIALIZER_INPUT, INITIALIZER_NAME, VALUE_NAME, VALUE_NESTED,
    VALUE_TYPE,
};
use crate::graph::{Graph, Role, Type, TypeKind, Value};
use crate::memory;

/// What memory is asked for.
pub(super) const VALUES: &str = "the values of a graph";

/// Up to this version of the representation, what is stored has to be an input as well.
const IR_OF_STORED_INPUTS: i64 = 3;

const NESTED: Topic = Topic {
    rule: VALUE_NESTED,
    message: "the type of an input or output does not state the type of its contents",
    remedy: "",
};

pub(super) fn check(scopes: &Scopes<'_>, index: usize, graph: &Graph, collector: &mut Collector<'_>) {
    let site = Site::graph(index);
    // A function has a name of its own, and its inputs and outputs are bare names.
    if !matches!(graph.role, Role::Function(_)) {
        if graph.name.is_empty() {
            collector.add(GRAPH_NAME, site, || "the graph has no name");
        }
        check_names(graph, site, collector);
    }
    check_inputs_once(graph, site, collector);
    if graph.role == Role::Entry {
        let ends = graph.inputs().iter().chain(graph.outputs());
        for value in ends.filter_map(|value| graph.value(*value)) {
            check_type(&value, site, collector);
        }
    }
    check_initializers(scopes, graph, site, collector);
}

fn check_names(graph: &Graph, site: Site, collector: &mut Collector<'_>) {
    for (ends, what) in [(graph.inputs(), "input"), (graph.outputs(), "output")] {
        for (position, _) in ends.iter().enumerate().filter(|(_, value)| graph.value(**value).is_none()) {
            collector.add(VALUE_NAME, site, || format!("{what} {position} of the graph has no name"));
        }
    }
}

fn check_inputs_once(graph: &Graph, site: Site, collector: &mut Collector<'_>) {
    let Some(mut seen) = collector.note(memory::filled(false, graph.value_count(), VALUES)) else { return };
    for input in graph.inputs() {
        let Some(seen) = seen.get_mut(*input as usize) else { continue };
        if std::mem::replace(seen, true) {
            let name = graph.value(*input).map_or("", |value| value.name);
            collector.add(GRAPH_SSA, site, || format!("the graph has two inputs with the name {}", quoted(name)));
        }
    }
}

/// At its ends the main graph has to say what its values are.
fn check_type(value: &Value<'_>, site: Site, collector: &mut Collector<'_>) {
    let missing = value.ty.map_or(Some("a type"), |ty| missing_part(&ty));
    if let Some(missing) = missing {
        let end = if value.is_input { "input" } else { "output" };
        collector.add(VALUE_TYPE, site, || format!("{end} {} of the graph lacks {missing}", quoted(value.name)));
    } else if value.ty.is_some_and(|ty| is_open_inside(&ty)) {
        collector.gather(&NESTED, site, || quoted(value.name).to_string());
    }
}

fn missing_part(ty: &Type<'_>) -> Option<&'static str> {
    let has_shape = ty.shape.is_some() || !matches!(ty.kind, TypeKind::Tensor | TypeKind::SparseTensor);
    missing_type(ty).or_else(|| (!has_shape).then_some("a shape"))
}

fn missing_type(ty: &Type<'_>) -> Option<&'static str> {
    match ty.kind {
        TypeKind::Tensor | TypeKind::SparseTensor if ty.code == 0 => Some("an element type"),
        TypeKind::Sequence | TypeKind::Optional if ty.element().is_none() => Some("the type of its elements"),
        TypeKind::Map if ty.code == 0 => Some("the type of its keys"),
        TypeKind::Map if ty.element().is_none() => Some("the type of its values"),
        TypeKind::Unknown => Some("a type that is known"),
        _ => None,
    }
}

/// Whether the type of something inside the value is left open. Shapes may be.
fn is_open_inside(ty: &Type<'_>) -> bool {
    std::iter::successors(ty.element(), Type::element).any(|ty| missing_type(&ty).is_some())
}

fn check_initializers(scopes: &Scopes<'_>, graph: &Graph, site: Site, collector: &mut Collector<'_>) {
    let Some(mut seen) = collector.note(memory::filled(false, graph.value_count(), VALUES)) else { return };
    for (position, initializer) in graph.initializers().iter().enumerate() {
        let Some(value) = graph.value(initializer.value) else {
            collector.add(INITIALIZER_NAME, site, || format!("initializer {position} has no name"));
            continue;
        };
        let Some(seen) = seen.get_mut(value.index as usize) else { continue };
        if std::mem::replace(seen, true) {
            collector
                .add(INITIALIZER_DUPLICATE, site, || format!("two initializers have the name {}", quoted(value.name)));
        }
        if scopes.ir <= IR_OF_STORED_INPUTS && !value.is_input {
            collector.add(INITIALIZER_INPUT, site, || {
                let ir = scopes.ir;
                format!("initializer {} is not an input of the graph, as ir_version {ir} requires", quoted(value.name))
            });
        }
    }
}
