//! A difference is found wherever it is.

use super::{difference, place};
use crate::maker::*;

/// A pair of models, and where their graphs differ.
type Pair = (&'static str, [Vec<u8>; 2]);

fn assert_found(pairs: Vec<Pair>) {
    for (expected, [a, b]) in pairs {
        for (a, b) in [(&a, &b), (&b, &a)] {
            let seen = place(a, b);
            assert!(seen.starts_with(expected), "{expected}: {seen}");
        }
        assert_eq!((place(&a, &a), place(&b, &b)), (String::new(), String::new()), "{expected}");
    }
}

/// A model of one node with this attribute of the name `a`: the field of its value is added by `value`.
fn with_attribute(kind: i64, value: impl FnOnce(Message) -> Message) -> Vec<u8> {
    let attribute = value(Message::default().text(1, "a")).int(20, kind);
    node_under(20, "Custom", &["x"], vec![domain("my"), crate::maker::attribute(attribute)])
}

fn float_of(bits: u32) -> Vec<u8> {
    with_attribute(1, |a| a.float(2, f32::from_bits(bits)))
}

/// Eleven items, the last of which is this one.
fn list(kind: i64, last: i64, item: impl Fn(Message, i64) -> Message) -> Vec<u8> {
    with_attribute(kind, |a| (0..10).chain([last]).fold(a, item))
}

fn text_of(text: &[u8]) -> Vec<u8> {
    with_attribute(3, |a| a.bytes(4, text))
}

const AT: &str = "main, node 0 (Custom): attribute a";

#[test]
fn every_value_of_numbers_and_strings_counts() {
    let floats = |last| list(6, last, |a, item| a.float(7, item as f32));
    let ints = |last| list(7, last, |a, item| a.int(8, item));
    let strings = |last| list(8, last, |a, item| a.text(9, &format!("c{item}")));
    let long = |last: &str| text_of(format!("{}{last}", "v".repeat(100)).as_bytes());
    assert_found(vec![
        (AT, [float_of(0), float_of(1 << 31)]),
        (AT, [float_of(0x7fc0_0000), float_of(0x7fc0_0001)]),
        (AT, [floats(10), floats(11)]),
        (AT, [with_attribute(2, |a| a.int(3, 1)), with_attribute(2, |a| a.int(3, 2))]),
        (AT, [ints(10), ints(11)]),
        (AT, [strings(10), strings(11)]),
        (AT, [long("a"), long("b")]),
        (AT, [text_of(&[0xff]), text_of(&[0xfe])]),
        (AT, [text_of(&[0xff]), text_of("\u{fffd}".as_bytes())]),
        (AT, [with_attribute(8, |a| a.bytes(9, &[0xff])), with_attribute(8, |a| a.bytes(9, &[0xfe]))]),
        (AT, [with_attribute(8, |a| a.text(9, "ab")), with_attribute(8, |a| a.text(9, "a").text(9, "b"))]),
        (AT, [with_attribute(7, |a| a.int(8, 1)), with_attribute(2, |a| a.int(3, 1))]),
        (AT, [with_attribute(7, |a| a), with_attribute(6, |a| a)]),
        (AT, [with_attribute(2, |a| a.int(3, 1)), node_under(20, "Custom", &["x"], vec![domain("my")])]),
    ]);
}

fn tensor_of(raw: u8) -> Message {
    tensor_message("", 2, &[1], &[raw])
}

fn sparse_of(len: i64) -> Message {
    let (values, indices) = (tensor_message("", 2, &[1], &[1]), tensor_message("", INT64, &[1], &[0; 8]));
    Message::default().message(1, &values).message(2, &indices).int(3, len)
}

/// A graph of one node, which makes `y`.
fn inner(op: &str) -> Message {
    graph_message("inner", vec![output("y", &[1]), node(op, &["x"], &["y"], vec![])])
}

/// The type of a tensor.
fn type_of(elements: i64) -> Message {
    Message::default().message(1, &Message::default().int(1, elements))
}

#[test]
fn tensors_graphs_and_types_in_attributes_count() {
    let many = |kind, field, items: &[Message]| {
        with_attribute(kind, |a| items.iter().fold(a, |a, item| a.message(field, item)))
    };
    let nested =
        |op| many(5, 6, &[graph_message("g", vec![node("If", &["c"], &["y"], vec![subgraph("then", &inner(op))])])]);
    let sequence = |elements| Message::default().message(4, &Message::default().message(1, &type_of(elements)));
    assert_found(vec![
        (AT, [many(9, 10, &[tensor_of(1)]), many(9, 10, &[])]),
        (AT, [many(4, 5, &[tensor_of(1)]), many(9, 10, &[tensor_of(1)])]),
        (AT, [many(11, 22, &[sparse_of(5)]), many(11, 22, &[sparse_of(6)])]),
        (AT, [many(12, 23, &[sparse_of(5)]), many(12, 23, &[sparse_of(5), sparse_of(5)])]),
        (AT, [many(10, 11, &[inner("Neg")]), many(10, 11, &[inner("Neg"), inner("Neg")])]),
        (AT, [many(13, 14, &[type_of(1)]), many(13, 14, &[type_of(2)])]),
        (AT, [many(14, 15, &[type_of(1), sequence(1)]), many(14, 15, &[type_of(1), sequence(2)])]),
        (AT, [many(13, 14, &[type_of(1)]), many(13, 14, &[sequence(1)])]),
        ("main/Custom#0.a, node 0 (", [many(5, 6, &[inner("Neg")]), many(5, 6, &[inner("Abs")])]),
        ("main/Custom#0.a/If#0.then, node 0 (", [nested("Neg"), nested("Abs")]),
        (
            "main/Custom#0.a[1], node 0 (",
            [many(10, 11, &[inner("Neg"), inner("Neg")]), many(10, 11, &[inner("Neg"), inner("Abs")])],
        ),
    ]);
}

#[test]
fn what_cannot_be_read_is_never_equal() {
    let unknown = with_attribute(4, |a| a.message(5, &tensor_message("", 1000, &[1], &[1])));
    assert_eq!(place(&unknown, &unknown), AT);
    let empty = with_attribute(0, |a| a);
    assert_eq!(place(&empty, &empty), AT);
    let unknown = simple(vec![initializer_of("w", 1000, &[1], &[1])]);
    assert_eq!(place(&unknown, &unknown), "main: initializer w");
}

/// A model with these parts of its graph, between `x` and `y`.
fn between(parts: Vec<Part>) -> Vec<u8> {
    simple([input("x", &[2]), output("y", &[2])].into_iter().chain(parts).collect())
}

#[test]
fn the_border_of_a_graph_counts() {
    let typed = |message: Message| simple(vec![value(11, message), output("y", &[2])]);
    let symbol = |name: &str| {
        let shape = Message::default().message(1, &Message::default().text(2, name));
        let tensor = Message::default().int(1, FLOAT).message(2, &shape);
        typed(Message::default().text(1, "x").message(2, &Message::default().message(1, &tensor)))
    };
    let outputs = |names: [&str; 2]| simple(names.iter().map(|name| output(name, &[1])).collect());
    let ty = "main: type of x";
    assert_found(vec![
        ("main: inputs", [simple(vec![input("x", &[2])]), simple(vec![input("z", &[2])])]),
        ("main: inputs", [simple(vec![input("x", &[2])]), simple(vec![])]),
        ("main: outputs", [outputs(["y", "z"]), outputs(["z", "y"])]),
        (ty, [simple(vec![input("x", &[2])]), simple(vec![input("x", &[3])])]),
        (ty, [simple(vec![input("x", &[2])]), simple(vec![input("x", &[2, 1])])]),
        (ty, [simple(vec![input("x", &[2])]), simple(vec![input_of("x", INT64, &[2])])]),
        (ty, [simple(vec![input("x", &[-1])]), simple(vec![input("x", &[-2])])]),
        (ty, [symbol("batch"), symbol("length")]),
        (ty, [typed(Message::default().text(1, "x")), typed(value_message("x", FLOAT, &[]))]),
        (ty, [1000, 1001].map(|elements| simple(vec![input_of("x", elements, &[2])]))),
        ("main: type of y", [simple(vec![output("y", &[2])]), simple(vec![output("y", &[3])])]),
    ]);
}

#[test]
fn initializers_count() {
    let w = || initializer("w", &[1], &[1.0]);
    let sparse_of = |shape: &[i64]| between(vec![sparse("s", shape, &[1.0], Some((&[1], &[0])))]);
    assert_found(vec![
        ("main: initializer w", [between(vec![w()]), between(vec![])]),
        ("main: initializer w", [between(vec![w()]), between(vec![sparse("w", &[1], &[1.0], Some((&[1], &[0])))])]),
        ("main: initializer s", [sparse_of(&[4]), sparse_of(&[5])]),
        ("main: inputs", [between(vec![w()]), between(vec![w(), input("w", &[1])])]),
    ]);
}

#[test]
fn nodes_count() {
    let one = |op: &str, inputs: &[&str], outputs: &[&str], parts| between(vec![node(op, inputs, outputs, parts)]);
    let overload = |name: &'static str| -> Vec<Part> { vec![Box::new(move |node: Message| node.text(8, name))] };
    let sub = |inputs: &[&str]| one("Sub", inputs, &["y"], vec![]);
    let two =
        |ops: [&str; 2]| between(vec![node(ops[0], &["x"], &["t"], vec![]), node(ops[1], &["t"], &["y"], vec![])]);
    assert_found(vec![
        ("main, node 0 (", [one("Neg", &["x"], &["y"], vec![]), one("Abs", &["x"], &["y"], vec![])]),
        ("main, node 1 (", [two(["Neg", "Abs"]), two(["Neg", "Exp"])]),
        (
            "main, node 0 (Neg): operator",
            [one("Neg", &["x"], &["y"], vec![]), one("Neg", &["x"], &["y"], vec![domain("my")])],
        ),
        ("main, node 0 (Neg): operator", [overload("a"), overload("b")].map(|parts| one("Neg", &["x"], &["y"], parts))),
        ("main, node 0 (Sub): inputs", [sub(&["x", "y"]), sub(&["y", "x"])]),
        ("main, node 0 (Sub): inputs", [sub(&["x", ""]), sub(&["", "x"])]),
        ("main, node 0 (Sub): inputs", [sub(&["x", "x"]), sub(&["x"])]),
        (
            "main, node 0 (Neg): outputs",
            [one("Neg", &["x"], &["y", "z"], vec![]), one("Neg", &["x"], &["z", "y"], vec![])],
        ),
        ("main: number of nodes: ", [two(["Neg", "Abs"]), between(vec![node("Neg", &["x"], &["t"], vec![])])]),
    ]);
}

/// A model that calls the function `F`, which has these parts and this attribute without a default.
fn calling(attribute: &str, parts: Vec<Part>) -> Vec<u8> {
    let call = node("F", &["x"], &["y"], vec![domain("f")]);
    let graph = graph("g", vec![input("x", &[2]), output("y", &[2]), call]);
    model(vec![ir(10), opset("", 20), opset("f", 1), graph, function("F", &["a"], &["b"], &[attribute], parts)])
}

#[test]
fn functions_count() {
    let body =
        |op: &str, version| calling("k", vec![function_node(op, &["a"], &["b"], vec![]), function_opset("", version)]);
    let refers = |to: &str| calling("k", vec![function_node("Softmax", &["a"], &["b"], vec![reference("axis", to)])]);
    let default = |alpha: f32| -> Part {
        Box::new(move |function| function.message(11, &Message::default().text(1, "alpha").float(2, alpha).int(20, 1)))
    };
    let overload = |name: &'static str| -> Part { Box::new(move |function: Message| function.text(13, name)) };
    let without = model(vec![ir(10), opset("", 20), graph("g", vec![])]);
    let with = model(vec![ir(10), opset("", 20), graph("g", vec![]), function("F", &[], &[], &[], vec![])]);
    assert_found(vec![
        ("only one of the models has function f::F", [with, without]),
        (
            "only one of the models has function f::F",
            [calling("k", vec![overload("o")]), calling("k", vec![overload("p")])],
        ),
        ("f::F, node 0 (", [body("Neg", 20), body("Abs", 20)]),
        ("f::F: operator set ai.onnx", [body("Neg", 20), body("Neg", 21)]),
        ("f::F: names of attributes", [calling("k", vec![]), calling("l", vec![])]),
        ("f::F, node 0 (Softmax): attribute axis", [refers("k"), refers("l")]),
        ("f::F: default of attribute alpha", [calling("k", vec![default(0.1)]), calling("k", vec![default(0.9)])]),
        ("f::F: default of attribute alpha", [calling("k", vec![default(0.1)]), calling("k", vec![])]),
    ]);
}

#[test]
fn operator_sets_count() {
    let under = |opsets: Vec<Part>| model([ir(10), graph("g", vec![])].into_iter().chain(opsets).collect());
    assert_found(vec![
        ("operator set ai.onnx", [under(vec![opset("", 20)]), under(vec![opset("", 21)])]),
        ("operator set my", [under(vec![opset("", 20), opset("my", 1)]), under(vec![opset("", 20)])]),
    ]);
}

/// Programs find the graph and the node by their numbers.
#[test]
fn a_place_has_the_numbers_of_graph_and_node() {
    let nested = |op: &str| {
        let inner = graph_message("i", vec![node("Neg", &["x"], &["t"], vec![]), node(op, &["t"], &["z"], vec![])]);
        between(vec![
            node("Abs", &["x"], &["t"], vec![]),
            node("If", &["t"], &["y"], vec![subgraph("then_branch", &inner)]),
        ])
    };
    let found = difference(&nested("Exp"), &nested("Log")).graphs.unwrap();
    assert_eq!((found.graph, found.node, found.what.as_str()), (Some(1), Some(1), "operator"));
    assert_eq!(found.to_string(), "main/If#1.then_branch, node 1 (Exp): operator");
}
