//! The attributes of nodes: on their own, and against the schemas of operators.

use super::era;
use super::schema::{Attr, Need, Op, Schema};
use super::scope::Scopes;
use crate::check::collector::{Collector, Site, quoted};
use crate::check::topic::Topic;
use crate::finding::rules::{
    ATTRIBUTE_DUPLICATE, ATTRIBUTE_KIND, ATTRIBUTE_NAME, ATTRIBUTE_REQUIRED, ATTRIBUTE_UNDECLARED, ATTRIBUTE_VALUE,
};
use crate::graph::{Attribute, AttributeKind, Graph, Node};
use crate::memory;
use crate::sort;

const UNDECLARED: Topic = Topic {
    rule: ATTRIBUTE_UNDECLARED,
    message: "an attribute refers to one that the function does not declare",
    remedy: "declare it",
};

/// Checks attributes, node by node.
pub(super) struct Attributes<'a> {
    scopes: &'a Scopes<'a>,
    /// The names of the attributes of one node, sorted. Kept to allocate once.
    names: Vec<&'a str>,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(scopes: &'a Scopes<'a>) -> Self {
        Self { scopes, names: Vec::new() }
    }

    /// What holds for attributes of any operator.
    pub(super) fn check(&mut self, index: usize, graph: &'a Graph, node: &Node<'a>, collector: &mut Collector<'_>) {
        let site = Site::node(index, node.index);
        self.names.clear();
        for attribute in graph.attributes(node) {
            let kept = memory::push(&mut self.names, attribute.name, "the names of attributes");
            let Some(()) = collector.note(kept) else { return };
            if attribute.name.is_empty() {
                collector.add(ATTRIBUTE_NAME, site, || "an attribute has no name");
            }
            if !attribute.reference.is_empty() {
                self.check_reference(index, &attribute, site, collector);
            }
        }
        sort::sort(&mut self.names);
        for pair in self.names.chunk_by(|a, b| a == b).filter(|same| same.len() > 1) {
            let name = pair.first().copied().unwrap_or_default();
            collector
                .add(ATTRIBUTE_DUPLICATE, site, || format!("attribute {} occurs {} times", quoted(name), pair.len()));
        }
    }

    /// In the body of a function an attribute may take its value from the call.
    fn check_reference(&self, index: usize, attribute: &Attribute<'_>, site: Site, collector: &mut Collector<'_>) {
        let Attribute { name, reference, .. } = *attribute;
        // Outside functions the reader has complained already.
        if self.scopes.function(index).is_some_and(|function| !self.scopes.declares(function, reference)) {
            collector.gather(&UNDECLARED, site, || format!("{} refers to {}", quoted(name), quoted(reference)));
        }
    }

    /// What a schema says of the attributes of its operator.
    pub(super) fn check_schema(
        &self,
        op: &Op,
        schema: &Schema,
        graph: &Graph,
        node: &Node<'_>,
        site: Site,
        collector: &mut Collector<'_>,
    ) {
        for attribute in graph.attributes(node) {
            match schema.attribute(attribute.name) {
                Some(expected) => check_kind(expected, &attribute, site, collector),
                None if schema.takes_any_attribute || attribute.name.starts_with("__") => {}
                None if attribute.name.is_empty() => {}
                None => era::report_attribute(op, schema, attribute.name, site, collector),
            }
        }
        for Attr(name, ..) in schema.attributes.iter().filter(|attribute| attribute.2 == Need::Required) {
            if self.names.binary_search(name).is_err() {
                collector.add(ATTRIBUTE_REQUIRED, site, || era::missing_attribute(op, schema, name, node));
            }
        }
    }
}

fn check_kind(Attr(name, kind, _): &Attr, attribute: &Attribute<'_>, site: Site, collector: &mut Collector<'_>) {
    if attribute.kind != *kind {
        let actual = attribute.kind;
        collector.add(ATTRIBUTE_KIND, site, || format!("attribute `{name}` is of kind {actual:?}; expected {kind:?}"));
    } else if attribute.reference.is_empty() && lacks_value(attribute) {
        collector.add(ATTRIBUTE_VALUE, site, || format!("attribute `{name}` is of kind {kind:?} but has no value"));
    }
}

/// A number or a string that is not written is zero or empty; a structure that is not written is not there.
fn lacks_value(attribute: &Attribute<'_>) -> bool {
    match attribute.kind {
        AttributeKind::Tensor => attribute.tensors().is_empty(),
        AttributeKind::Graph => attribute.graphs().is_empty(),
        AttributeKind::SparseTensor => attribute.sparse().is_empty(),
        AttributeKind::Type => attribute.types().len() == 0,
        _ => false,
    }
}
