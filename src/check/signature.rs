//! What the main graph takes and makes.

use std::collections::BTreeMap;

use super::collector::{Collector, Site, advise, quoted};
use super::lists::{listed, listed_or_nothing};
use super::subject::Subject;
use crate::error::Printable;
use crate::finding::rules::{SIGNATURE, SIGNATURE_DYNAMIC, SIGNATURE_OUTPUTS};
use crate::graph::{Dim, Graph, Type, TypeKind, Value};
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
    let axis = |(name, axis): (&str, usize)| format!("{}[{axis}]", Printable(name));
    if !named.is_empty() {
        collector.add(SIGNATURE_DYNAMIC, Site::MODEL, || {
            let size = |(symbol, axes): (&str, Vec<_>)| format!("{} ({})", quoted(symbol), listed(axes, axis));
            format!("dynamic axes: {}", listed(named, size))
        });
    }
    if !unnamed.is_empty() {
        collector.add(SIGNATURE_DYNAMIC, Site::MODEL, || {
            let message = format!("dynamic axes without a name: {}", listed(unnamed, axis));
            advise(message, "name them: axes with the same name have the same size")
        });
    }
}

/// A value as people write it: `x F32[batch, 3, 224, 224]`.
fn described(value: Value<'_>) -> String {
    let ty = value.ty.map_or_else(|| "of unknown type".to_owned(), |ty| type_text(&ty));
    format!("{} {ty}", quoted(value.name))
}

/// Sequences, optional values and maps from the outside in.
fn type_text(ty: &Type<'_>) -> String {
    let (mut text, mut depth) = (String::new(), 0);
    let mut inner = Some(*ty);
    while let Some(ty) = inner {
        let dtype = ty.dtype.map_or("?", |dtype| dtype.name());
        match ty.kind {
            TypeKind::Tensor => text += &format!("{dtype}{}", shape_text(&ty)),
            TypeKind::SparseTensor => text += &format!("sparse {dtype}{}", shape_text(&ty)),
            TypeKind::Sequence => text += "sequence(",
            TypeKind::Optional => text += "optional(",
            TypeKind::Map => text += &format!("map({dtype}, "),
            TypeKind::Opaque => text += "opaque",
            TypeKind::Unknown => text += "of unknown type",
        }
        let is_around = matches!(ty.kind, TypeKind::Sequence | TypeKind::Optional | TypeKind::Map);
        inner = if is_around { ty.element() } else { None };
        if is_around {
            depth += 1;
            text += if inner.is_none() { "?" } else { "" };
        }
    }
    text + &")".repeat(depth)
}

fn shape_text(ty: &Type<'_>) -> String {
    if ty.shape.is_none() {
        return "[…]".to_owned();
    }
    let dim = |dim: Dim<'_>| match dim {
        Dim::Known(size) => size.to_string(),
        Dim::Symbol(symbol) => Printable(symbol).to_string(),
        Dim::Unknown => "?".to_owned(),
    };
    format!("[{}]", listed(ty.dims(), dim))
}
