//! What decides what runs: the data, or shapes and constants alone.

use weighbridge::{Finding, Severity};

use super::{findings, of_rule};
use crate::maker::*;

/// A branch that makes `t`, with more nodes in it.
fn branch(more: Vec<Part>) -> Message {
    let own = [node("Neg", &["x"], &["t"], vec![]), output("t", &[1])];
    graph_message("b", more.into_iter().chain(own).collect())
}

/// An `If` of this name with a condition, and more nodes in its first branch.
fn if_node(name: &str, condition: &str, more: Vec<Part>) -> Part {
    let branches = vec![named(name), subgraph("then_branch", &branch(more)), subgraph("else_branch", &branch(vec![]))];
    node("If", &[condition], &[&format!("of_{name}")], branches)
}

/// A `Loop` named `loop`. Its body has an iteration number `i`, a condition `on` and a state `s`, and makes the next two.
fn loop_node(inputs: [&str; 3], body: Vec<Part>, next: [&str; 2]) -> Part {
    let ends = [input_of("i", INT64, &[]), input_of("on", BOOL, &[]), input_of("s", INT64, &[])];
    let outputs = next.map(|name| value(12, value_message(name, INT64, &[])));
    let body = graph_message("body", ends.into_iter().chain(body).chain(outputs).collect());
    node("Loop", &inputs, &["state"], vec![named("loop"), subgraph("body", &body)])
}

/// A model of an input `x` of shape [n, 4], an input `flag`, stored values `one` and `yes`, and these nodes.
fn around(nodes: Vec<Part>) -> Vec<u8> {
    let ends = [
        input("x", &[-1, 4]),
        input_of("flag", BOOL, &[]),
        initializer_of("one", INT64, &[], &1_i64.to_le_bytes()),
        initializer_of("yes", BOOL, &[], &[1]),
        node("Neg", &["x"], &["y"], vec![]),
        output("y", &[-1, 4]),
    ];
    simple(ends.into_iter().chain(nodes).collect())
}

/// Nodes that compare the first dimension of a value with 1, which gives the condition `c`.
fn compare_first_dimension(of: &str) -> Vec<Part> {
    vec![
        node("Shape", &[of], &["shape"], vec![]),
        node("Gather", &["shape", "one"], &["dim"], vec![]),
        node("Equal", &["dim", "one"], &["c"], vec![]),
    ]
}

/// The one finding of a rule, if there is one.
fn found(model: &[u8], rule: &str) -> Option<Finding> {
    let mut found = of_rule(model, rule);
    assert!(found.len() < 2, "{found:#?}");
    found.pop()
}

/// The paths of what depends on data, and of what depends on shapes: the first of each.
fn paths(model: &[u8]) -> [Option<String>; 2] {
    ["onnx.control.flow", "onnx.control.shape"].map(|rule| found(model, rule).map(|finding| finding.path))
}

/// Whether the only node that decides what runs does so by data.
fn is_by_data(nodes: impl IntoIterator<Item = Part>) -> bool {
    let [by_data, by_shape] = paths(&around(nodes.into_iter().collect()));
    assert!(by_data.is_some() != by_shape.is_some(), "{by_data:?} {by_shape:?}");
    by_data.is_some()
}

#[test]
fn conditions_are_followed_back_to_data_or_to_shapes() {
    let chosen = |nodes: Vec<Part>| is_by_data(nodes.into_iter().chain([if_node("a", "c", vec![])]));
    assert!(!chosen(compare_first_dimension("x")));
    assert!(!chosen(vec![node("Not", &["yes"], &["c"], vec![])]), "a stored value");
    assert!(chosen(vec![node("Identity", &["flag"], &["c"], vec![])]), "an input");
    let mut both = compare_first_dimension("x");
    both.push(node("And", &["c", "flag"], &["d"], vec![]));
    assert!(is_by_data(both.into_iter().chain([if_node("a", "d", vec![])])));
    assert!(chosen(vec![node("Foo", &["yes"], &["c"], vec![])]), "nobody knows the operator");
    let random = node("RandomUniformLike", &["one"], &["r"], vec![]);
    assert!(chosen(vec![random, node("Cast", &["r"], &["c"], vec![int("to", BOOL)])]), "another number each time");
}

#[test]
fn a_long_way_back_takes_no_stack() {
    let name = |at: usize| if at == 0 { "flag".to_owned() } else { format!("v{at}") };
    let chain = (0..50_000).map(|at| node("Not", &[&name(at)], &[&name(at + 1)], vec![]));
    assert!(is_by_data(chain.chain([if_node("a", "v50000", vec![])])));
}

#[test]
fn the_shape_of_a_value_may_depend_on_data() {
    let chosen = |maker: Part| {
        let rest = compare_first_dimension("v").into_iter().chain([if_node("a", "c", vec![])]);
        is_by_data([maker].into_iter().chain(rest))
    };
    assert!(!chosen(node("MatMul", &["x", "x"], &["v"], vec![])));
    assert!(chosen(node("NonZero", &["x"], &["v"], vec![])));
    assert!(!chosen(node("NonZero", &["one"], &["v"], vec![])));
    assert!(!chosen(node("Reshape", &["x", "one"], &["v"], vec![])));
    assert!(chosen(node("Reshape", &["x", "x"], &["v"], vec![])));
    assert!(chosen(node("Foo", &["one"], &["v"], vec![])));
}

#[test]
fn what_a_branch_makes_depends_on_which_one_ran() {
    let after = |condition: &str| {
        let first = [if_node("first", condition, vec![])].into_iter();
        paths(&around(first.chain(compare_first_dimension("of_first")).chain([if_node("then", "c", vec![])]).collect()))
    };
    let first = Some("main/first".to_owned());
    assert_eq!(after("yes"), [None, first.clone()]);
    assert_eq!(after("flag"), [first, None]);
}

#[test]
fn values_of_enclosing_graphs_are_followed() {
    let nested = |condition: &str| {
        let outer = if_node("outer", condition, vec![if_node("inner", "c", vec![])]);
        paths(&around(compare_first_dimension("x").into_iter().chain([outer]).collect()))
    };
    let [outer, inner] = ["main/outer", "main/outer.then_branch/inner"].map(|path| Some(path.to_owned()));
    assert_eq!(nested("yes"), [None, outer.clone()]);
    assert_eq!(nested("flag"), [outer, inner]);
}

#[test]
fn an_initializer_that_callers_can_override_is_data() {
    let model = |version| {
        let parts = vec![
            input("x", &[1]),
            input_of("c", BOOL, &[]),
            initializer_of("c", BOOL, &[], &[1]),
            if_node("a", "c", vec![]),
            node("Neg", &["x"], &["y"], vec![]),
            output("y", &[1]),
        ];
        model(vec![ir(version), opset("", 20), graph("g", parts)])
    };
    assert!(paths(&model(4))[0].is_some());
    // Before that version all initializers had to be inputs.
    assert!(paths(&model(3))[1].is_some());
}

#[test]
fn loops_are_followed_through_what_they_carry() {
    let size = || node("Size", &["x"], &["n"], vec![]);
    let keep = || node("Identity", &["on"], &["go"], vec![]);
    let count = || node("Add", &["s", "i"], &["next"], vec![]);
    let by_data = |inputs: [&str; 3], body: Vec<Part>, next| is_by_data([size(), loop_node(inputs, body, next)]);
    assert!(!by_data(["n", "yes", "one"], vec![keep(), count()], ["go", "next"]));
    assert!(by_data(["n", "flag", "one"], vec![keep(), count()], ["go", "next"]), "the first condition");
    assert!(by_data(["x", "yes", "one"], vec![keep(), count()], ["go", "next"]), "the number of iterations");
    let less = || node("Less", &["s", "n"], &["go"], vec![]);
    assert!(!by_data(["", "yes", "one"], vec![less(), count()], ["go", "next"]), "a sum of iteration numbers");
    assert!(by_data(["", "yes", "x"], vec![less(), count()], ["go", "next"]), "the state begins with data");
    let grow = node("Add", &["s", "flag"], &["next"], vec![]);
    assert!(by_data(["", "yes", "one"], vec![less(), grow], ["go", "next"]), "the state gets data later");
}

#[test]
fn in_the_body_of_a_loop_the_iteration_is_known_and_the_state_may_be() {
    let inner = |of: &str, carried: Part| {
        let decide = node("Equal", &[of, "one"], &["c"], vec![]);
        let body = vec![node("Identity", &["on"], &["go"], vec![]), carried, decide, if_node("inner", "c", vec![])];
        let nodes = vec![node("Size", &["x"], &["n"], vec![]), loop_node(["n", "yes", "one"], body, ["go", "next"])];
        let [by_data, by_shape] = paths(&around(nodes));
        assert_eq!(by_shape.as_deref(), Some("main/loop"), "the loop itself");
        by_data
    };
    assert_eq!(inner("i", node("Add", &["s", "flag"], &["next"], vec![])), None);
    assert_eq!(inner("s", node("Add", &["s", "i"], &["next"], vec![])), None);
    let path = inner("s", node("Add", &["s", "flag"], &["next"], vec![]));
    assert_eq!(path.as_deref(), Some("main/loop.body/inner"));
}

#[test]
fn what_a_loop_leaves_depends_on_how_often_it_ran() {
    let after = |trips: &str| {
        let body = vec![node("Identity", &["on"], &["go"], vec![]), node("Add", &["s", "one"], &["next"], vec![])];
        let decide = node("Equal", &["state", "one"], &["c"], vec![]);
        let nodes = vec![loop_node([trips, "yes", "one"], body, ["go", "next"]), decide, if_node("after", "c", vec![])];
        around(nodes)
    };
    assert!(found(&after("one"), "onnx.control.flow").is_none());
    let told = found(&after("flag"), "onnx.control.flow").unwrap();
    assert!(told.message.ends_with(", at 2 places: main/loop (`Loop`), main/after (`If`)"), "{told}");
}

#[test]
fn scans_run_by_shape() {
    let body = graph_message(
        "body",
        vec![
            input("s", &[]),
            input("row", &[4]),
            node("ReduceMax", &["row"], &["top"], vec![]),
            node("Cast", &["top"], &["c"], vec![int("to", BOOL)]),
            if_node("inner", "c", vec![]),
            output("s", &[]),
            output("row", &[4]),
        ],
    );
    let scan = |of: &str| {
        let parts = vec![named("scan"), int("num_scan_inputs", 1), subgraph("body", &body)];
        node("Scan", &["one", of], &["last", "rows"], parts)
    };
    let [scan_path, inner] = ["main/scan", "main/scan.body/inner"].map(|path| Some(path.to_owned()));
    assert_eq!(paths(&around(vec![scan("x")])), [inner, scan_path.clone()]);
    assert_eq!(paths(&around(vec![scan("one")])), [None, scan_path.clone()]);
    let some = node("NonZero", &["x"], &["some"], vec![]);
    assert_eq!(paths(&around(vec![some, scan("some")]))[0], scan_path);
}

#[test]
fn functions_depend_on_how_they_are_called() {
    let inside = || {
        let branches = [subgraph("then_branch", &branch(vec![])), subgraph("else_branch", &branch(vec![]))];
        function_node("If", &["p"], &["q"], [named("inside")].into_iter().chain(branches).collect())
    };
    let called_with = |conditions: &[&str]| {
        let calls = conditions
            .iter()
            .enumerate()
            .map(|(at, condition)| node("F", &[condition], &[&format!("q{at}")], vec![domain("f")]));
        let ends = vec![
            input("x", &[1]),
            input_of("flag", BOOL, &[]),
            initializer_of("yes", BOOL, &[], &[1]),
            node("Neg", &["x"], &["y"], vec![]),
            output("y", &[1]),
        ];
        let body = function("F", &["p"], &["q"], &[], vec![function_opset("", 20), inside()]);
        let main = graph("g", ends.into_iter().chain(calls).collect());
        paths(&model(vec![ir(10), opset("", 20), opset("f", 1), main, body]))
    };
    let inside = Some("f::F/inside".to_owned());
    assert_eq!(called_with(&["yes", "yes"]), [None, inside.clone()]);
    assert_eq!(called_with(&["yes", "flag"]), [inside, None]);
}

#[test]
fn one_finding_counts_all_and_names_the_first() {
    let model = around((0..6).map(|at| if_node(&format!("if{at}"), "flag", vec![])).collect());
    let finding = found(&model, "onnx.control.flow").unwrap();
    assert_eq!((finding.severity, finding.path.as_str()), (Severity::Warning, "main/if0"));
    let places = "at 6 places: main/if0 (`If`), main/if1 (`If`), main/if2 (`If`), main/if3 (`If`) and 2 more";
    assert!(finding.message.ends_with(places), "{finding}");
    let by_shape = around(vec![if_node("a", "yes", vec![])]);
    let finding = found(&by_shape, "onnx.control.shape").unwrap();
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.message.ends_with("shapes of the inputs: `If`"), "{finding}");
}

#[test]
fn other_operators_with_graphs_are_told() {
    let body = graph_message("b", vec![input("a", &[1]), node("Neg", &["a"], &["t"], vec![]), output("t", &[1])]);
    let custom = node("Map", &["x"], &["y"], vec![domain("c"), subgraph("body", &body)]);
    let parts = graph("g", vec![input("x", &[1]), custom, output("y", &[1])]);
    let found = findings(&model(vec![ir(10), opset("", 20), opset("c", 1), parts]), "");
    let told: Vec<_> = found.iter().filter(|finding| finding.rule == "onnx.control.graph").collect();
    assert_eq!((told.len(), told[0].path.as_str()), (1, "main/Map#0"));
}
