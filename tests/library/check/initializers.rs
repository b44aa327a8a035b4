//! Initializers that nothing uses, and those that callers can override.

use super::{errors, findings, of_rule, text, the};
use crate::maker::*;

/// `y = Relu(x)`, with more in the graph.
fn relu_and(version: i64, more: Vec<Part>) -> Vec<u8> {
    let own = [input("x", &[1]), node("Relu", &["x"], &["y"], vec![]), output("y", &[1])];
    model(vec![ir(version), opset("", 17), graph("g", own.into_iter().chain(more).collect())])
}

fn stored(name: &str) -> Part {
    initializer(name, &[4], &[0.0; 4])
}

#[test]
fn what_nothing_uses_is_told_once() {
    let sparse_one = sparse("few", &[4], &[1.0, 2.0], Some((&[2], &[0, 1])));
    let model = relu_and(8, vec![stored("dead"), stored("gone"), sparse_one]);
    let found = the(&model, "onnx.initializer.unused", "");
    assert_eq!(found.path, "main");
    assert_eq!(text(&found), "nothing uses 3 initializers of 56 bytes: `dead`, `gone`, `few`; remove what is not used");
    assert!(errors(&findings(&model, "")).is_empty());
}

#[test]
fn whatever_uses_an_initializer_counts() {
    let unused = |more: Vec<Part>| !of_rule(&relu_and(8, more), "onnx.initializer.unused").is_empty();
    assert!(unused(vec![stored("w")]));
    assert!(!unused(vec![stored("w"), node("Abs", &["w"], &["z"], vec![])]), "a node");
    assert!(!unused(vec![stored("w"), output("w", &[4])]), "an output");

    let inside = || graph_message("b", vec![node("Abs", &["w"], &["t"], vec![]), output("t", &[4])]);
    let condition = || initializer_of("c", BOOL, &[], &[1]);
    let branches = vec![subgraph("then_branch", &inside()), subgraph("else_branch", &inside())];
    assert!(!unused(vec![stored("w"), condition(), node("If", &["c"], &["z"], branches)]), "a subgraph");

    let hiding = graph_message("b", vec![stored("w"), node("Abs", &["w"], &["t"], vec![]), output("t", &[4])]);
    let branches = vec![subgraph("then_branch", &hiding), subgraph("else_branch", &hiding)];
    assert!(unused(vec![stored("w"), condition(), node("If", &["c"], &["z"], branches)]), "another of that name");

    assert!(!unused(vec![stored("w"), quantization_annotation("x", "SCALE_TENSOR", "w")]), "an annotation");
    assert!(unused(vec![stored("w"), quantization_annotation("w", "SCALE_TENSOR", "x")]), "it is what is annotated");
}

#[test]
fn training_graphs_may_use_what_nothing_else_does() {
    let own = vec![input("x", &[1]), node("Relu", &["x"], &["y"], vec![]), output("y", &[1]), stored("w")];
    let model = model(vec![ir(8), opset("", 17), graph("g", own), training()]);
    assert!(of_rule(&model, "onnx.initializer.unused").is_empty());
    assert!(!of_rule(&model, "onnx.model.training").is_empty());
}

#[test]
fn an_initializer_that_is_an_input_is_not_constant() {
    let parts = || {
        let sum = node("Add", &["w", "v"], &["z"], vec![]);
        vec![input("w", &[4]), stored("w"), input("v", &[4]), stored("v"), sum]
    };
    let model = relu_and(8, parts());
    let found = text(&the(&model, "onnx.initializer.overridable", ""));
    assert!(found.contains("2 initializers") && found.contains(": `w`, `v`; remove the inputs"), "{found}");
    assert!(errors(&findings(&model, "")).is_empty());
    // Up to that version they had to be inputs.
    assert!(of_rule(&relu_and(3, parts()), "onnx.initializer.overridable").is_empty());
}
