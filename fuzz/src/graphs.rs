//! What holds for the graphs of every model that has been opened.

use weighbridge::graph::{Attribute, AttributeKind, Graph, Graphs, NO_VALUE, Node, Role, Stored, Type};
use weighbridge::{Model, OpenOptions};

/// As a model in memory that is known to be of ONNX.
pub fn options() -> OpenOptions {
    OpenOptions { format: Some("onnx".to_owned()), ..OpenOptions::default() }
}

/// Every index leads somewhere, and every way to the same thing shows the same.
pub fn check_graphs(model: &Model) {
    let graphs = model.graphs();
    let tensors = model.tensors().len();
    for (index, graph) in graphs.iter().enumerate() {
        check_role(graphs, index, graph);
        check_nodes(graphs, tensors, graph);
        check_values(graphs, index, graph);
        for initializer in graph.initializers() {
            assert!(is_value(graph, initializer.value));
            check_stored(graphs, tensors, initializer.contents);
        }
    }
    for (index, function) in graphs.functions().iter().enumerate() {
        assert_eq!(graphs.get(function.graph).expect("the body of a function").role, Role::Function(index));
        let found = graphs.function(&function.domain, &function.name, &function.overload).expect("a function");
        assert!(found <= index, "of several functions of one name the first is found");
        assert_eq!(function.defaults.len(), graphs.get(function.graph).expect("a body").defaults().len());
    }
    for sparse in graphs.sparse() {
        assert!([sparse.values, sparse.indices].into_iter().flatten().all(|tensor| tensor < tensors));
    }
}

fn is_value(graph: &Graph, value: u32) -> bool {
    value == NO_VALUE || (value as usize) < graph.value_count()
}

/// Graphs are a forest that is in order: what is around a graph comes before it, and knows it.
fn check_role(graphs: &Graphs, index: usize, graph: &Graph) {
    assert_eq!(index == 0, graph.role == Role::Entry);
    match graph.role {
        Role::Entry => assert_eq!(graphs.function_around(index), None),
        Role::Function(function) => {
            assert_eq!(graphs.functions()[function].graph, index);
            assert_eq!(graphs.function_around(index), Some(function));
        }
        Role::Subgraph { graph: around, node, attribute } => {
            assert!(around < index);
            assert_eq!(graphs.function_around(index), graphs.function_around(around));
            let around = graphs.get(around).expect("the graph around");
            let attribute = match node {
                usize::MAX => around.default_at(attribute),
                node => around.attribute_at(&around.node(node).expect("the node around"), attribute),
            };
            assert!(attribute.expect("the attribute around").graphs().contains(&(index as u32)));
        }
    }
}

fn check_nodes(graphs: &Graphs, tensors: usize, graph: &Graph) {
    let mut edges = graph.edges().iter();
    assert_eq!(graph.nodes().len(), graph.node_count());
    for (index, node) in graph.nodes().enumerate() {
        assert_eq!((node.index, graph.node(index).map(|same| same.name)), (index, Some(node.name)));
        for value in node.inputs.iter().chain(node.outputs) {
            assert_eq!(edges.next(), Some(value));
            assert!(is_value(graph, *value));
        }
        check_attributes(graphs, tensors, graph, &node);
    }
    assert_eq!(edges.next(), None);
    assert!(graph.node(graph.node_count()).is_none());
    graph.defaults().for_each(|attribute| check_attribute(graphs, tensors, graph, &attribute));
    assert!(graph.default_at(graph.defaults().len()).is_none());
}

fn check_attributes(graphs: &Graphs, tensors: usize, graph: &Graph, node: &Node<'_>) {
    let count = graph.attributes(node).len();
    assert!(graph.attribute_at(node, count).is_none());
    for (position, attribute) in graph.attributes(node).enumerate() {
        let same = graph.attribute_at(node, position).expect("an attribute at its position");
        assert_eq!((same.name, same.kind), (attribute.name, attribute.kind));
        assert!(graph.attribute(node, attribute.name).is_some());
        check_attribute(graphs, tensors, graph, &attribute);
    }
}

/// An attribute has elements of its kind only, as many as it says.
fn check_attribute(graphs: &Graphs, tensors: usize, graph: &Graph, attribute: &Attribute<'_>) {
    use AttributeKind::*;
    let counts = [
        (attribute.floats().len(), [Float, Floats]),
        (attribute.ints().len(), [Int, Ints]),
        (attribute.strings().len(), [String, Strings]),
        (attribute.tensors().len(), [Tensor, Tensors]),
        (attribute.graphs().len(), [Graph, Graphs]),
        (attribute.sparse().len(), [SparseTensor, SparseTensors]),
        (attribute.types().len(), [Type, Types]),
    ];
    for (count, kinds) in counts {
        assert_eq!(count, if kinds.contains(&attribute.kind) { attribute.len() } else { 0 });
    }
    assert!(attribute.kind != Undefined || attribute.is_empty());
    for (index, string) in attribute.strings().enumerate() {
        assert_eq!(attribute.string(index), Some(string));
    }
    assert_eq!(attribute.string(attribute.len()), None);
    assert!(attribute.tensors().iter().all(|tensor| *tensor == NO_VALUE || (*tensor as usize) < tensors));
    assert!(attribute.graphs().iter().all(|inner| (*inner as usize) < graphs.len()));
    assert!(attribute.sparse().iter().all(|sparse| (*sparse as usize) < graphs.sparse().len()));
    attribute.types().for_each(|ty| check_type(graph, ty));
}

fn check_values(graphs: &Graphs, index: usize, graph: &Graph) {
    assert_eq!(graph.values().count(), graph.value_count());
    assert!(graph.value(NO_VALUE).is_none() && graph.value(graph.value_count() as u32).is_none());
    let expected = expected_values(graph);
    for ((position, value), expected) in graph.values().enumerate().zip(expected) {
        assert_eq!(value.index as usize, position);
        assert!(!value.name.is_empty());
        assert_eq!(graph.find(value.name), Some(value.index), "names are unique");
        assert_eq!((value.is_input, value.is_output, value.producer, value.initializer), expected);
        value.ty.into_iter().for_each(|ty| check_type(graph, ty));
        if let Some((around, outer)) = graphs.outer(index, value.name) {
            let outer = graphs.get(around).and_then(|around| around.value(outer)).expect("a value around");
            assert!(around < index && !outer.is_outer());
            assert_eq!(outer.name, value.name);
        }
    }
    assert_eq!(graph.find(""), None);
}

/// Of each value whether it is an input, whether it is an output, the first node that makes it, and what is stored first.
fn expected_values(graph: &Graph) -> Vec<(bool, bool, Option<usize>, Option<Stored>)> {
    let mut expected = vec![(false, false, None, None); graph.value_count()];
    let is_there = |value: &&u32| **value != NO_VALUE;
    graph.inputs().iter().filter(is_there).for_each(|value| expected[*value as usize].0 = true);
    graph.outputs().iter().filter(is_there).for_each(|value| expected[*value as usize].1 = true);
    for node in graph.nodes() {
        for value in node.outputs.iter().filter(is_there) {
            expected[*value as usize].2.get_or_insert(node.index);
        }
    }
    for initializer in graph.initializers().iter().filter(|initializer| initializer.value != NO_VALUE) {
        expected[initializer.value as usize].3.get_or_insert(initializer.contents);
    }
    expected
}

/// Types lie in each other to a depth that ends.
fn check_type(graph: &Graph, ty: Type<'_>) {
    let inside = std::iter::successors(Some(ty), Type::element);
    for (depth, ty) in inside.enumerate() {
        assert!(depth < 100);
        assert_eq!(graph.ty(ty.index).map(|same| same.kind), Some(ty.kind));
        let shape = ty.shape.unwrap_or_default();
        assert_eq!((ty.dims().len(), ty.dim_denotations().len()), (shape.len(), shape.len()));
        assert!(shape.iter().all(|size| *size >= -1));
        assert!((ty.index as usize) < graph.type_count());
    }
}

fn check_stored(graphs: &Graphs, tensors: usize, stored: Stored) {
    match stored {
        Stored::Dense(tensor) => assert!(tensor < tensors),
        Stored::Sparse(sparse) => assert!(sparse < graphs.sparse().len()),
        Stored::Unreadable => {}
    }
}
