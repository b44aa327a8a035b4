//! Each rule of the format, broken by one model.

use std::collections::BTreeSet;

use super::{errors, findings, of_rule};
use crate::maker::*;

/// A graph that is right: `y = Relu(x)`.
fn relu() -> Vec<Part> {
    vec![input("x", &[1]), node("Relu", &["x"], &["y"], vec![]), output("y", &[1])]
}

/// That graph with more in it.
fn relu_with(more: Vec<Part>) -> Vec<u8> {
    simple(relu().into_iter().chain(more).collect())
}

fn relu_and(more: Part) -> Vec<u8> {
    relu_with(vec![more])
}

/// A graph of one node that takes `x` and makes `y`.
fn only(op: &str, inputs: &[&str], outputs: &[&str], parts: Vec<Part>) -> Vec<Part> {
    vec![input("x", &[1]), node(op, inputs, outputs, parts), output("y", &[1])]
}

/// Nodes of these names, each of which takes what the one before makes.
fn in_row(names: &[&str]) -> Vec<Part> {
    let value = |at: usize| if at == 0 { "x".to_owned() } else { format!("v{at}") };
    let nodes = names.iter().enumerate();
    let nodes = nodes.map(|(at, name)| node("Relu", &[&value(at)], &[&value(at + 1)], vec![named(name)]));
    [input("x", &[1])].into_iter().chain(nodes).chain([output(&value(names.len()), &[1])]).collect()
}

fn under(version: i64, parts: Vec<Part>) -> Vec<u8> {
    model(vec![ir(10), opset("", version), graph("g", parts)])
}

fn importing(domain: &str, parts: Vec<Part>) -> Vec<u8> {
    model(vec![ir(10), opset("", 20), opset(domain, 1), graph("g", parts)])
}

/// A model whose graph calls function `F`.
fn calling(functions: Vec<Part>, inputs: &[&str]) -> Vec<u8> {
    let call = only("F", inputs, &["y"], vec![domain("f")]);
    let parts = vec![ir(10), opset("", 20), opset("f", 1), graph("g", call)];
    model(parts.into_iter().chain(functions).collect())
}

/// A function `F` of one node.
fn function_of(op: &str, parts: Vec<Part>) -> Part {
    function("F", &["a"], &["b"], &[], vec![function_opset("", 20), function_node(op, &["a"], &["b"], parts)])
}

/// So many functions, each of which calls the next.
fn chain(length: usize) -> Vec<Part> {
    let name = |at: usize| if at == 0 { "F".to_owned() } else { format!("F{at}") };
    let link = |at: usize| {
        let next = name(at + 1);
        let (op, parts) = if at + 1 == length { ("Relu", vec![]) } else { (next.as_str(), vec![domain("f")]) };
        let call = function_node(op, &["a"], &["b"], parts);
        function(&name(at), &["a"], &["b"], &[], vec![function_opset("", 20), function_opset("f", 1), call])
    };
    (0..length).map(link).collect()
}

/// `y = If(c, then, else)`, where the first branch is given.
fn branching(then: Vec<Part>) -> Vec<Part> {
    let then = graph_message("then", then);
    let other = graph_message("else", vec![node("Abs", &["x"], &["e"], vec![]), output("e", &[1])]);
    let branches = vec![named("if"), subgraph("then_branch", &then), subgraph("else_branch", &other)];
    vec![input("x", &[1]), input_of("c", BOOL, &[]), node("If", &["c"], &["y"], branches), output("y", &[1])]
}

/// Models, and the rule that each breaks.
#[rustfmt::skip]
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let neg = |output: &str| node("Neg", &["x"], &[output], vec![]);
    let untyped = |field| value(field, Message::default().text(1, "y"));
    let type_of = |inside: Message| Message::default().text(1, "z").message(2, &inside);
    let sequence = |inside: Message| value(11, type_of(Message::default().message(4, &inside)));
    vec![
        ("onnx.model.ir_version", model(vec![ir(15), opset("", 20), graph("g", relu())])),
        ("onnx.model.ir_version", model(vec![ir(0), graph("g", relu())])),
        ("onnx.opset.missing", model(vec![ir(3), graph("g", relu())])),
        ("onnx.opset.unexpected", model(vec![ir(2), opset("", 1), graph("g", relu())])),
        ("onnx.opset.range", model(vec![ir(10), opset("", 20), opset("c", 1 << 31), graph("g", relu())])),
        ("onnx.opset.conflict", model(vec![ir(10), opset("", 20), opset("ai.onnx", 19), graph("g", relu())])),
        ("onnx.opset.duplicate", model(vec![ir(10), opset("", 20), opset("", 20), graph("g", relu())])),
        ("onnx.opset.newer", under(29, relu())),
        ("onnx.opset.pair", model(vec![ir(4), opset("", 20), graph("g", relu())])),

        ("onnx.function.count", calling((0..10_001).map(|at| {
            function(&format!("F{at}"), &["a"], &["a"], &[], vec![])
        }).chain([function_of("Relu", vec![])]).collect(), &["x"])),
        ("onnx.function.name", calling(vec![function("", &["a"], &["a"], &[], vec![])], &["x"])),
        ("onnx.function.duplicate", calling(vec![function_of("Relu", vec![]), function_of("Abs", vec![])], &["x"])),
        ("onnx.function.signature", calling(vec![function("F", &["a"], &["a", "a"], &[], vec![])], &["x"])),
        ("onnx.function.signature", calling(vec![function("F", &["a"], &["a"], &["p", "p"], vec![])], &["x"])),
        ("onnx.function.output", calling(vec![function("F", &["a"], &["b"], &[], vec![])], &["x"])),
        ("onnx.function.cycle", calling(vec![function("F", &["a"], &["b"], &[], vec![
            function_opset("f", 1), function_node("F", &["a"], &["b"], vec![domain("f")])])], &["x"])),
        ("onnx.function.depth", calling(chain(101), &["x"])),
        ("onnx.function.opset", calling(vec![function("F", &["a"], &["b"], &[], vec![
            function_opset("", 16), function_node("GridSample", &["a", "a"], &["b"], vec![])])], &["x"])),
        ("onnx.function.call", calling(vec![function_of("Relu", vec![])], &["x", "x"])),
        ("onnx.function.ignored", model(vec![ir(7), opset("", 14), graph("g", relu()), function_of("Relu", vec![])])),

        ("onnx.graph.name", model(vec![ir(10), opset("", 20), graph("", relu())])),
        ("onnx.graph.order", simple(only("Relu", &["nothing"], &["y"], vec![]))),
        ("onnx.graph.order", simple(vec![
            input("x", &[1]), node("Relu", &["z"], &["y"], vec![]), node("Relu", &["x"], &["z"], vec![]), output("y", &[1])])),
        ("onnx.graph.ssa", relu_and(node("Abs", &["x"], &["y"], vec![]))),
        ("onnx.graph.ssa", relu_and(node("Abs", &["y"], &["x"], vec![]))),
        ("onnx.graph.ssa", relu_and(input("x", &[1]))),
        ("onnx.graph.ssa", simple(branching(vec![neg("c"), output("c", &[1])]))),
        ("onnx.graph.output", relu_and(output("z", &[1]))),
        ("onnx.graph.output", simple(branching(vec![neg("t"), output("x", &[1])]))),
        ("onnx.graph.shadow", simple(branching(vec![initializer("x", &[1], &[1.0]), neg("t"), output("t", &[1])]))),

        ("onnx.value.name", relu_and(input("", &[1]))),
        ("onnx.value.type", simple(vec![input("x", &[1]), node("Relu", &["x"], &["y"], vec![]), untyped(12)])),
        ("onnx.value.type", relu_and(value(11, type_of(Message::default().message(1, &Message::default().int(1, FLOAT)))))),
        ("onnx.value.type", relu_and(sequence(Message::default()))),
        ("onnx.value.nested", relu_and(sequence(Message::default().message(1, &Message::default().message(1, &Message::default()))))),

        ("onnx.initializer.name", relu_and(initializer("", &[1], &[1.0]))),
        ("onnx.initializer.duplicate", relu_with(vec![
            initializer("w", &[2], &[1.0, 2.0]), sparse("w", &[2], &[1.0], Some((&[1], &[1])))])),
        ("onnx.initializer.input", model(vec![ir(3), opset("", 8),
            graph("g", vec![input("x", &[1]), initializer("w", &[1], &[1.0]), neg("y"), output("y", &[1])])])),

        ("onnx.node.op", simple(only("", &["x"], &["y"], vec![]))),
        ("onnx.node.empty", relu_and(node("Constant", &[], &[], vec![]))),
        ("onnx.node.domain", simple(only("Foo", &["x"], &["y"], vec![domain("c")]))),
        ("onnx.node.unknown", simple(only("Foo", &["x"], &["y"], vec![]))),
        ("onnx.node.unknown", importing("ai.onnx.preview", only("Foo", &["x"], &["y"], vec![domain("ai.onnx.preview")]))),
        ("onnx.node.later", under(19, only("Gelu", &["x"], &["y"], vec![]))),
        ("onnx.node.deprecated", under(10, only("Upsample", &["x", "x"], &["y"], vec![]))),
        ("onnx.node.arity", simple(only("Relu", &["x", ""], &["y"], vec![]))),
        ("onnx.node.arity", under(7, only("BatchNormalization", &["x"; 5], &["y", "m"], vec![]))),
        ("onnx.node.omitted", simple(only("Relu", &[""], &["y"], vec![]))),
        ("onnx.node.experimental", simple(only("Scale", &["x"], &["y"], vec![]))),
        ("onnx.node.name", simple(in_row(&["n", "n"]))),
        ("onnx.node.custom", importing("c", only("Foo", &["x"], &["y"], vec![domain("c")]))),

        ("onnx.attribute.name", simple(only("Relu", &["x"], &["y"], vec![int("", 1)]))),
        ("onnx.attribute.duplicate", simple(only("Concat", &["x"], &["y"], vec![int("axis", 0), int("axis", 0)]))),
        ("onnx.attribute.unknown", simple(only("Relu", &["x"], &["y"], vec![int("slope", 1)]))),
        ("onnx.attribute.era", simple(only("ReduceSum", &["x"], &["y"], vec![ints("axes", &[0])]))),
        ("onnx.attribute.era", under(11, only("ArgMax", &["x"], &["y"], vec![int("select_last_index", 1)]))),
        ("onnx.attribute.kind", simple(only("Concat", &["x"], &["y"], vec![float("axis", 0.0)]))),
        ("onnx.attribute.value", simple(only("Constant", &[], &["y"], vec![attribute(Message::default().text(1, "value").int(20, 4))]))),
        ("onnx.attribute.required", simple(only("Concat", &["x"], &["y"], vec![]))),
        ("onnx.attribute.undeclared", calling(vec![function_of("Concat", vec![reference("axis", "nowhere")])], &["x"])),

        ("onnx.sparse.values", relu_and(value(15, Message::default().int(3, 2)))),
        ("onnx.sparse.shape", relu_and(sparse("w", &[0], &[1.0], Some((&[1], &[0]))))),
        ("onnx.sparse.shape", relu_and(sparse("w", &[], &[1.0], Some((&[1], &[0]))))),
        ("onnx.sparse.shape", relu_and(sparse("w", &[1 << 40, 1 << 40], &[1.0], Some((&[1, 2], &[7, 7]))))),
        ("onnx.sparse.indices", relu_and(sparse("w", &[4], &[1.0], None))),
        ("onnx.sparse.indices", relu_and(sparse("w", &[4], &[1.0, 2.0], Some((&[2], &[2, 1]))))),
        ("onnx.sparse.indices", relu_and(sparse("w", &[4], &[1.0, 2.0], Some((&[2], &[1, 4]))))),
        ("onnx.sparse.indices", relu_and(sparse("w", &[4], &[1.0, 2.0], Some((&[1], &[1]))))),
        ("onnx.sparse.indices", relu_and(sparse("w", &[2, 2], &[1.0, 2.0], Some((&[2, 2], &[0, 1, 0, 1]))))),
        ("onnx.sparse.indices", relu_and(sparse("w", &[2, 2], &[1.0], Some((&[1, 3], &[0, 1, 0]))))),
        ("onnx.sparse.indices", relu_and(sparse("w", &[2], &[1.0], Some((&[1, 1, 1], &[0]))))),
    ]
}

#[test]
fn each_rule_finds_the_model_that_breaks_it() {
    for (number, (rule, model)) in broken().into_iter().enumerate() {
        let found = of_rule(&model, rule);
        assert!(!found.is_empty(), "model {number} breaks {rule}: {:#?}", findings(&model, ""));
    }
}

#[test]
fn a_broken_rule_is_all_that_is_wrong() {
    /// Rules that one mistake breaks together.
    const TOGETHER: &[(&str, &str)] = &[
        ("onnx.opset.missing", "onnx.node.domain"),
        ("onnx.node.empty", "onnx.node.arity"),
        ("onnx.sparse.values", "onnx.initializer.name"),
    ];
    let mut wrong = Vec::new();
    for (number, (rule, model)) in broken().into_iter().enumerate() {
        let found = findings(&model, "");
        let others = errors(&found).into_iter().map(|finding| finding.rule).filter(|other| *other != rule);
        let others: Vec<_> = others.filter(|other| !TOGETHER.contains(&(rule, other))).collect();
        if !others.is_empty() {
            wrong.push((number, rule, others));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_rule_of_the_format_has_a_model_that_breaks_it() {
    let broken: BTreeSet<_> = broken().into_iter().map(|(rule, _)| rule.to_owned()).collect();
    let manual = include_str!("../../../docs/check.md");
    let (_, rules) = manual.split_once("## Rules of ONNX").unwrap();
    let (rules, _) = rules.split_once("\n##").unwrap();
    let rules = rules.lines().filter_map(|line| line.strip_prefix("| `onnx.")?.split_once('`'));
    let missing: Vec<_> = rules.map(|(rule, _)| format!("onnx.{rule}")).filter(|rule| !broken.contains(rule)).collect();
    assert!(missing.is_empty(), "no model breaks {missing:?}");
}

#[test]
fn what_is_right_has_no_errors() {
    let models = [
        simple(relu()),
        model(vec![ir(10), opset("ai.onnx", 20), graph("g", relu())]),
        calling(vec![function_of("Relu", vec![])], &["x"]),
        calling(chain(100), &["x"]),
        simple(branching(vec![node("Neg", &["x"], &["t"], vec![]), output("t", &[1])])),
        relu_and(sparse("w", &[2, 2], &[1.0, 2.0], Some((&[2, 2], &[0, 1, 1, 0])))),
        relu_and(sparse("w", &[4], &[], None)),
        simple(only("Relu", &["x"], &["y"], vec![int("__private", 1)])),
        simple(vec![
            input("x", &[1]),
            node("Relu", &["x"], &["a"], vec![named("n")]),
            node("Relu", &["a"], &["y"], vec![named("n")]),
            output("y", &[1]),
        ]),
        simple(only("Max", &["x", ""], &["y"], vec![])),
        simple(only("Clip", &["x", "", ""], &["y"], vec![])),
    ];
    for (number, model) in models.iter().enumerate() {
        let found = findings(model, "");
        assert!(errors(&found).is_empty(), "model {number}: {:#?}", errors(&found));
    }
}

#[test]
fn names_of_nodes_that_repeat_are_one_finding() {
    let names = |names: &[&str]| of_rule(&simple(in_row(names)), "onnx.node.name");
    assert!(names(&["a", "b", "", ""]).is_empty());
    let found = names(&["a", "b", "a", "b", "a"]);
    let [finding] = &found[..] else { panic!("{found:?}") };
    let places = "at 2 places: main/a (`a`, first at nodes 0 and 2), main/b (`b`, first at nodes 1 and 3)";
    assert!(finding.message.ends_with(places) && finding.path == "main/a", "{finding}");
    let many: Vec<_> = (0..100).map(|at| format!("n{}", at / 2)).collect();
    let many = names(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(many.len() == 1 && many[0].message.contains("at 50 places") && many[0].message.ends_with("46 more"));
    // The same name in a graph within the graph is another one.
    let inner = vec![node("Neg", &["x"], &["t"], vec![named("if")]), output("t", &[1])];
    assert!(of_rule(&simple(branching(inner)), "onnx.node.name").is_empty());
}

#[test]
fn paths_lead_through_functions_and_subgraphs() {
    let inner = graph_message("then", vec![node("Foo", &["x"], &["t"], vec![]), output("t", &[1])]);
    let path = |model: &[u8]| of_rule(model, "onnx.node.unknown").remove(0).path;
    let foo = || vec![node("Foo", &["x"], &["t"], vec![]), output("t", &[1])];
    assert_eq!(path(&simple(branching(foo()))), "main/if.then_branch/Foo#0");
    assert_eq!(path(&calling(vec![function_of("Foo", vec![named("n")])], &["x"])), "f::F/n");
    let call = calling(vec![function_of("If", vec![subgraph("then_branch", &inner)])], &["x"]);
    assert_eq!(path(&call), "f::F/If#0.then_branch/Foo#0");
}

#[test]
fn many_findings_of_one_rule_are_counted_and_hide_no_other() {
    let mut parts = relu();
    parts.extend((0..5_000).map(|at| node("Foo", &["x"], &[&format!("z{at}")], vec![])));
    parts.push(node("Relu", &["nothing"], &["last"], vec![]));
    let found = findings(&simple(parts), "");
    let unknown: Vec<_> = found.iter().filter(|finding| finding.rule == "onnx.node.unknown").collect();
    assert_eq!(unknown.len(), 1_001);
    assert_eq!(unknown[1_000].message, "4000 more findings of this rule were left out");
    assert!(found.iter().any(|finding| finding.rule == "onnx.graph.order"));
}
