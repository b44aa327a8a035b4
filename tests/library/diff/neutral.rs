//! What changes nothing that is computed is no difference.

use super::difference;
use crate::maker::*;

/// A field of text that a message may have.
fn text(field: u64) -> Part {
    Box::new(move |message| message.text(field, "other"))
}

/// A field of metadata.
fn pair(field: u64) -> Part {
    let pair = Message::default().text(1, "key").text(2, "other");
    Box::new(move |message| message.message(field, &pair))
}

/// The parts of a model, each of which may be said more of.
#[derive(Default)]
struct Said {
    model: Vec<Part>,
    graph: Vec<Part>,
    node: Vec<Part>,
    attribute: Vec<Part>,
    input: Vec<Part>,
    ty: Vec<Part>,
    dim: Vec<Part>,
    tensor: Vec<Part>,
    function: Vec<Part>,
}

fn model_of(said: Said) -> Vec<u8> {
    let dim = Message::default().text(2, "n").each(said.dim);
    let tensor = Message::default().int(1, FLOAT).message(2, &Message::default().message(1, &dim));
    let ty = Message::default().message(1, &tensor).each(said.ty);
    let input = Message::default().text(1, "x").message(2, &ty).each(said.input);
    let weight = tensor_message("w", FLOAT, &[1], &[0; 4]).each(said.tensor);
    let axis = Message::default().text(1, "axis").int(3, 1).int(20, 2).each(said.attribute);
    let node = node("Softmax", &["t"], &["y"], [vec![attribute(axis)], said.node].into_iter().flatten().collect());
    let add = crate::maker::node("F", &["x", "w"], &["t"], vec![domain("f")]);
    let initializer: Part = Box::new(move |graph| graph.message(5, &weight));
    let parts = [vec![value(11, input), output("y", &[-1]), add, node, initializer], said.graph];
    let graph = graph("g", parts.into_iter().flatten().collect());
    let body = vec![function_node("Add", &["a", "b"], &["c"], vec![]), function_opset("", 20)];
    let body = [body, said.function].into_iter().flatten().collect();
    let function = function("F", &["a", "b"], &["c"], &[], body);
    let parts = [vec![ir(10), opset("", 20), opset("f", 1), graph, function], said.model];
    model(parts.into_iter().flatten().collect())
}

#[test]
fn what_describes_a_model_is_not_compared() {
    let plain = model_of(Said::default());
    let value_info = |field: u64, name: &str| value(field, value_message(name, FLOAT, &[3]));
    let described = [
        ("producer", Said { model: vec![text(2), text(3)], ..Said::default() }),
        ("domain and version", Said { model: vec![text(4), Box::new(|model| model.int(5, 7))], ..Said::default() }),
        ("documentation", Said { model: vec![text(6)], ..Said::default() }),
        ("metadata", Said { model: vec![pair(14)], ..Said::default() }),
        ("documentation of the graph", Said { graph: vec![text(10)], ..Said::default() }),
        ("metadata of the graph", Said { graph: vec![pair(16)], ..Said::default() }),
        ("value_info", Said { graph: vec![value_info(13, "t"), value_info(13, "x")], ..Said::default() }),
        ("annotation", Said { graph: vec![quantization_annotation("x", "SCALE_TENSOR", "w")], ..Said::default() }),
        ("name of a node", Said { node: vec![named("other")], ..Said::default() }),
        ("documentation of a node", Said { node: vec![text(6)], ..Said::default() }),
        ("metadata of a node", Said { node: vec![pair(9)], ..Said::default() }),
        ("documentation of an attribute", Said { attribute: vec![text(13)], ..Said::default() }),
        ("documentation of an input", Said { input: vec![text(3)], ..Said::default() }),
        ("what a type denotes", Said { ty: vec![text(6)], ..Said::default() }),
        ("what a dimension denotes", Said { dim: vec![text(3)], ..Said::default() }),
        ("documentation of a tensor", Said { tensor: vec![text(12)], ..Said::default() }),
        ("documentation of a function", Said { function: vec![text(8)], ..Said::default() }),
        ("metadata of a function", Said { function: vec![pair(14)], ..Said::default() }),
        ("value_info of a function", Said { function: vec![value_info(12, "a")], ..Said::default() }),
    ];
    for (what, said) in described {
        let said = model_of(said);
        assert_ne!(said, plain, "{what}");
        assert!(difference(&plain, &said).is_empty(), "{what}: {:?}", difference(&plain, &said).graphs);
        assert!(difference(&said, &plain).is_empty(), "{what}");
    }
}

/// Lists whose order no reader may rely on, and spellings of the same.
#[test]
fn order_and_spelling_without_meaning_are_not_compared() {
    let attributes = |names: [&str; 2]| node_under(20, "Gemm", &["x"], names.map(|name| int(name, 1)).into());
    let weights = |names: [&str; 2]| simple(names.map(|name| initializer(name, &[1], &[1.0])).into());
    let opsets = |domains: [&str; 2]| {
        let parts = domains.iter().map(|domain| opset(domain, 1)).chain([ir(10), graph("g", vec![])]);
        model(parts.collect())
    };
    let functions = |names: [&str; 2]| {
        let of = |name: &str| function(name, &["a"], &["b"], &[], vec![function_node(name, &["a"], &["b"], vec![])]);
        model([ir(10), opset("", 20), graph("g", vec![])].into_iter().chain(names.map(of)).collect())
    };
    let spelled = |domain: &str| node_under(20, "Neg", &["x"], vec![crate::maker::domain(domain)]);
    let first = |parts: [Part; 2]| simple(parts.into());
    let node = || node("Neg", &["x"], &["y"], vec![]);
    for (what, [a, b]) in [
        ("attributes", [attributes(["transA", "transB"]), attributes(["transB", "transA"])]),
        ("initializers", [weights(["v", "w"]), weights(["w", "v"])]),
        ("operator sets", [opsets(["", "my"]), opsets(["my", ""])]),
        ("functions", [functions(["Neg", "Abs"]), functions(["Abs", "Neg"])]),
        ("the default domain", [spelled(""), spelled("ai.onnx")]),
        ("fields", [first([node(), input("x", &[1])]), first([input("x", &[1]), node()])]),
        ("names of graphs", ["g", "h"].map(|name| model(vec![ir(10), opset("", 20), graph(name, vec![])]))),
        ("representation", [8, 9].map(|version| model(vec![ir(version), opset("", 20), graph("g", vec![])]))),
    ] {
        assert_ne!(a, b, "{what}");
        assert!(difference(&a, &b).is_empty(), "{what}: {:?}", difference(&a, &b).graphs);
    }
}

/// Exporters write types that say nothing, of inputs and outputs of subgraphs.
#[test]
fn types_that_say_nothing_are_equal() {
    let said = |ty: Message| simple(vec![value(12, Message::default().text(1, "y").message(2, &ty))]);
    let nothing = said(Message::default());
    assert!(difference(&nothing, &nothing).is_empty());
    assert!(!difference(&nothing, &said(Message::default().message(1, &Message::default().int(1, FLOAT)))).is_empty());
}
