//! The commands that look at graphs, on ONNX models: `graph`, `check`, and what `inspect` tells.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::onnx::{domain, expectations, file_of, golden, initializers, list, value};
use crate::common::{bad, good, good_json, path, run, steers_the_terminal, text};
use crate::protobuf::{field, number};

#[test]
fn inspect_tells_of_the_graph_what_onnx_finds() {
    for expected in expectations() {
        let seen = good_json(&["inspect", path(&file_of(&expected)), "--json"]);
        let graph = &expected["graph"];
        let stored = |value: &&Value| !initializers(graph).contains(&value["name"]);
        let inputs: Vec<_> = list(graph, "inputs").iter().filter(stored).map(value).collect();
        let outputs: Vec<_> = list(graph, "outputs").iter().map(value).collect();
        let may_be_given: Vec<_> = list(graph, "inputs").iter().map(value).collect();
        let signature = json!({"key": "", "inputs": may_be_given, "outputs": outputs});
        let mut counts = Counts::default();
        counts.graph(graph);
        list(&expected, "functions").iter().for_each(|function| counts.graph(function));
        let opset: serde_json::Map<_, _> = list(&expected, "opset_import")
            .iter()
            .map(|opset| (domain(&opset[0]).to_owned(), opset[1].clone()))
            .collect();
        let expected_graph = json!({
            "inputs": inputs, "outputs": outputs, "opset": opset, "nodes": counts.nodes, "subgraphs": counts.subgraphs,
            "signatures": [signature],
        });
        assert_eq!(seen["graph"], expected_graph, "{}", expected["file"]);
        assert_eq!(seen["format"], "onnx");
    }
}

#[derive(Default)]
struct Counts {
    nodes: BTreeMap<String, u64>,
    subgraphs: u64,
}

impl Counts {
    fn graph(&mut self, graph: &Value) {
        for node in list(graph, "nodes") {
            let op = node["op_type"].as_str().unwrap_or_default();
            let name = match domain(&node["domain"]) {
                "ai.onnx" => op.to_owned(),
                domain => format!("{domain}.{op}"),
            };
            *self.nodes.entry(name).or_insert(0) += 1;
            for attribute in list(node, "attributes") {
                let inner = attribute.get("graph").into_iter().chain(list(attribute, "graphs"));
                inner.for_each(|graph| self.subgraph(graph));
            }
        }
    }

    fn subgraph(&mut self, graph: &Value) {
        self.subgraphs += 1;
        self.graph(graph);
    }
}

#[test]
fn every_golden_model_is_printed_and_loaded_and_checks_well() {
    for expected in expectations() {
        let file = file_of(&expected);
        let text = good(&["graph", path(&file)]);
        assert!(text.starts_with("onnx, IR version "), "{text}");
        assert!(!steers_the_terminal(&text) && !text.contains('\t'), "{text}");
        let nodes = list(&expected["graph"], "nodes").len();
        assert!(nodes == 0 || text.contains(&format!("\n    {}  ", nodes - 1)), "{text}");
        check_dot(&good(&["graph", path(&file), "--dot"]));
        good(&["load", path(&file)]);
        let seen = good_json(&["check", path(&file), "--json"]);
        assert_eq!((&seen["good"], &seen["counts"]["error"]), (&json!(true), &json!(0)), "{file:?}: {seen}");
    }
}

#[test]
fn subgraphs_stand_below_their_node() {
    let text = good(&["graph", path(&golden("made/loop-if.onnx"))]);
    let expected = r#"
  nodes
    0  Loop loop: (trips, go, x) → (y, scanned)
      body: graph body
        metadata: level = 1
        inputs
          i  I64 []
          keep  BOOL []
          carried  F32 [2]
        outputs
          keep_on  BOOL []
          chosen  F32 [2]
          outer  F32 [2]
        initializers
          step  F32 [2]
        nodes
          0  Add: (carried, step) → (outer)
          1  If: (keep) → (chosen)
            then_branch: graph "inner then"
              outputs
                inner_then  F32 [2]
              initializers
                deep  F32 [2]
              nodes
                0  Constant: () → (k)  value = F32 [2]
                1  Add: (outer, k) → (inner_sum)
                2  Mul: (inner_sum, deep) → (inner_then)
            else_branch: graph "inner else"
              outputs
                inner_else  F32 [2]
              nodes
                0  Add: (x, w) → (inner_else)
          2  Identity: (keep) → (keep_on)
"#;
    assert!(text.ends_with(expected), "{text}");

    let dot = good(&["graph", path(&golden("made/loop-if.onnx")), "--dot"]);
    assert_eq!(dot.matches("subgraph cluster_").count(), 4, "{dot}");
    assert!(dot.contains("[shape=plaintext, label=\"then_branch\"];"), "{dot}");
}

#[test]
fn functions_follow_the_main_graph() {
    let file = golden("made/functions.onnx");
    let text = good(&["graph", path(&file)]);
    let expected = "
function f.Scale, overload none
  attribute table with a default
  attribute factor with a default
  opsets: ai.onnx 13
  inputs
    a
";
    assert!(text.contains(expected), "{text}");
    assert!(good(&["graph", path(&file), "--dot"]).contains("label=\"function g.Caller\";"));
}

#[test]
fn contents_that_are_built_have_no_offset() {
    let seen = good_json(&["inspect", path(&golden("made/types-typed.onnx")), "--json", "--digests"]);
    let tensors = seen["tensors"].as_array().unwrap();
    assert!(tensors.iter().all(|tensor| tensor["file"] == "types-typed.onnx" && tensor["sha256"].is_string()));
    let built = tensors.iter().find(|tensor| tensor["dtype"] == "F16").unwrap();
    assert_eq!(built["offset"], Value::Null, "{built}");
    let seen = good_json(&["inspect", path(&golden("made/types-raw.onnx")), "--json"]);
    assert!(seen["tensors"].as_array().unwrap().iter().all(|tensor| tensor["offset"].is_u64()));
}

/// Outside of quotes Graphviz text is made of a few plain characters, and all brackets are closed.
fn check_dot(dot: &str) {
    let mut open = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in dot.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => assert!(!c.is_control(), "{dot}"),
            '{' | '[' => open.push(c),
            '}' => assert_eq!(open.pop(), Some('{'), "{dot}"),
            ']' => assert_eq!(open.pop(), Some('['), "{dot}"),
            _ => assert!(c.is_ascii_alphanumeric() || " \n_=;,->".contains(c), "{c:?} in {dot}"),
        }
    }
    assert!(open.is_empty() && !quoted, "{dot}");
    graphviz(dot);
}

/// Where Graphviz is installed, it has to understand it.
fn graphviz(dot: &str) {
    let command = Command::new("dot").arg("-Tcanon").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let Ok(mut child) = command else { return };
    child.stdin.take().unwrap().write_all(dot.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{dot}");
}

/// A graph input or output: a tensor of F32 with one symbolic dimension.
fn value_info(name: &str, dim: &str) -> Vec<u8> {
    let shape = field(2, field(1, field(2, dim)));
    let tensor = [number(1, 1), shape].concat();
    [field(1, name), field(2, field(1, tensor))].concat()
}

fn node(op: &str, name: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let inputs = inputs.iter().flat_map(|input| field(1, input));
    let rest = [field(2, output), field(3, name), field(4, op)].concat();
    let attributes = attributes.iter().flat_map(|attribute| field(5, attribute));
    inputs.chain(rest).chain(attributes).collect()
}

/// A model of one graph with one input and one output.
fn model(nodes: &[Vec<u8>], input: (&str, &str), output: &str, name: &str) -> (TempDir, PathBuf) {
    let nodes: Vec<u8> = nodes.iter().flat_map(|node| field(1, node)).collect();
    let ends = [field(11, value_info(input.0, input.1)), field(12, value_info(output, input.1))].concat();
    let graph = [nodes, field(2, name), ends].concat();
    let bytes = [number(1, 8), field(7, graph), field(8, number(2, 17))].concat();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("model.onnx");
    fs::write(&file, bytes).unwrap();
    (directory, file)
}

#[test]
fn hostile_names_neither_steer_the_terminal_nor_break_the_dot_file() {
    let names = [
        "\u{1b}[2J\u{7}",
        "a\nb",
        "\"];}\ndigraph evil{\"",
        "back\\",
        "\\\"",
        "&#27;&quot;<b>",
        "\u{202e}reversed",
        "x, y) → (z",
        "_",
        "",
    ];
    for name in names {
        let value = if name.is_empty() { "x" } else { name };
        let string = [field(1, name), number(20, 3), field(4, name)].concat();
        let nodes = [node("Relu", name, &[value], "y", &[string])];
        let (_directory, file) = model(&nodes, (value, name), "y", name);
        for args in [&["graph"][..], &["graph", "--dot"], &["inspect"], &["check"]] {
            let output = run(&[args, &[path(&file)]].concat());
            let text = text(&output.stdout) + &text(&output.stderr);
            assert!(!steers_the_terminal(&text), "{args:?}: {text:?}");
            assert!(!text.contains("\ndigraph evil") && output.status.code() != Some(101), "{args:?}: {text}");
        }
        check_dot(&good(&["graph", path(&file), "--dot"]));
    }
}

/// Standard output stays what Graphviz reads.
#[test]
fn notes_of_a_model_with_a_graph_are_told_on_standard_error() {
    let (directory, file) = model(&[node("Relu", "", &["x"], "y", &[])], ("x", "batch"), "y", "main");
    fs::copy(&file, directory.path().join("other.onnx")).unwrap();
    for args in [&["graph"][..], &["graph", "--dot"]] {
        let output = run(&[args, &[path(directory.path())]].concat());
        let (shown, told) = (text(&output.stdout), text(&output.stderr));
        assert_eq!((output.status.code(), &*shown), (Some(0), &*good(&[args, &[path(&file)]].concat())));
        assert!(told.lines().count() == 1 && told.contains("other.onnx"), "{args:?}: {told}");
    }
}

#[test]
fn names_in_the_text_are_told_apart_from_what_stands_between_them() {
    let ints = |name: &str, values: u64| {
        let values: Vec<u8> = (0..values).flat_map(|value| number(8, value)).collect();
        [field(1, name), number(20, 7), values].concat()
    };
    let nodes = [
        node("Clip", "clip", &["x", "", "_"], "a, b", &[]),
        node("Transpose", "", &["a, b"], "y", &[ints("perm", 12)]),
    ];
    let (_directory, file) = model(&nodes, ("x", "batch"), "y", "main");
    let text = good(&["graph", path(&file)]);
    let expected = r#"onnx, IR version 8
opsets: ai.onnx 17

graph main
  inputs
    x  F32 [batch]
  outputs
    y  F32 [batch]
  nodes
    0  Clip clip: (x, _, "_") → ("a, b")
    1  Transpose: ("a, b") → (y)  perm = [0, 1, 2, 3, 4, 5, 6, 7, … 4 more]
"#;
    assert_eq!(text, expected);
}

#[test]
fn a_finding_of_an_error_makes_the_model_bad() {
    let (_directory, file) = model(&[node("NoSuchOperator", "", &["x"], "y", &[])], ("x", "n"), "y", "main");
    assert!(bad(1, &["check", path(&file)]).ends_with("model.onnx: 1 error\n"));
    let output = run(&["check", path(&file), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&seen["good"], &seen["counts"]["error"]), (&json!(false), &json!(1)), "{seen}");
    let finding = &seen["findings"][0];
    assert_eq!(finding["severity"], "error");
    let keys: Vec<_> = finding.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["message", "path", "remedy", "rule", "severity"]);
    assert!(finding["message"].as_str().unwrap().contains("NoSuchOperator"), "{finding}");

    let shown = text(&run(&["check", path(&file)]).stdout);
    assert!(shown.starts_with("error: ") && shown.contains("\n\n1 error, "), "{shown}");
}

#[test]
fn a_target_is_named_or_refused() {
    let (_directory, file) = model(&[node("Relu", "", &["x"], "y", &[])], ("x", "n"), "y", "main");
    good(&["check", path(&file), "--target", "opset-17"]);
    good(&["check", path(&file), "--target", "onnx-1.15"]);
    good(&["check", path(&file), "--target", "onnxruntime-1.17"]);
    bad(2, &["check", path(&file), "--target", "the-moon"]);
}
