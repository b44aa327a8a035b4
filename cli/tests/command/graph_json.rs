//! `graph --json`, compared with what the onnx package finds.

use serde_json::{Value, json};

use crate::common::onnx::{domain, expectations, file_of, golden, initializers, list, spelled, value};
use crate::common::{good, good_json, path, run, text};

/// What the command tells of one model.
struct Seen(Value);

impl Seen {
    fn of(expected: &Value) -> Self {
        Self(good_json(&["graph", path(&file_of(expected)), "--json"]))
    }

    fn graph(&self, index: usize) -> &Value {
        &list(&self.0, "graphs")[index]
    }

    fn nodes(&self, graph: usize) -> Vec<&Value> {
        list(&self.0, "nodes").iter().filter(|node| node["graph"] == graph).collect()
    }

    /// Compares a graph, and those in it; returns how many there are.
    fn compare(&self, index: usize, expected: &Value) -> usize {
        let graph = self.graph(index);
        assert_eq!(graph["name"].as_str(), Some(expected["name"].as_str().unwrap_or_default()));
        for key in ["inputs", "outputs"] {
            assert_eq!(list(graph, key).len(), list(expected, key).len());
            for (seen, expected) in list(graph, key).iter().zip(list(expected, key)) {
                match expected {
                    // Those of functions have no types of their own.
                    Value::String(_) => assert_eq!(&seen["name"], expected),
                    expected => assert_eq!(*seen, value(expected)),
                }
            }
        }
        let stored: Vec<_> = list(graph, "initializers").iter().map(|one| one["name"].clone()).collect();
        assert_eq!(stored, initializers(expected));
        let nodes = self.nodes(index);
        assert_eq!(nodes.len(), list(expected, "nodes").len());
        let inner = nodes.iter().zip(list(expected, "nodes")).enumerate().map(|(position, (node, expected))| {
            assert_eq!((&node["index"], &node["op"]), (&json!(position), &expected["op_type"]));
            assert_eq!(node["domain"], domain(&expected["domain"]));
            for key in ["name", "overload"] {
                assert_eq!(node[key].as_str(), Some(expected[key].as_str().unwrap_or_default()));
            }
            for key in ["inputs", "outputs"] {
                let names = list(expected, key).iter().map(|name| Some(name).filter(|name| **name != ""));
                assert_eq!(node[key], json!(names.collect::<Vec<_>>()));
            }
            let attributes = list(node, "attributes").iter().zip(list(expected, "attributes"));
            assert_eq!(list(node, "attributes").len(), list(expected, "attributes").len());
            attributes.map(|(seen, expected)| self.compare_attribute((index, position), seen, expected)).sum::<usize>()
        });
        1 + inner.sum::<usize>()
    }

    fn compare_attribute(&self, (graph, node): (usize, usize), seen: &Value, expected: &Value) -> usize {
        let kind = expected["kind"].as_str().unwrap().to_lowercase();
        assert_eq!((&seen["name"], &seen["type"]), (&expected["name"], &json!(kind)));
        if expected.get("ref").is_some() {
            assert_eq!((&seen["reference"], seen.get("value")), (&expected["ref"], None));
            return 0;
        }
        let shown = &seen["value"];
        match &*kind {
            "int" | "ints" => assert_eq!(shown, &expected["value"]),
            "float" => assert_eq!(bits(shown), expected["bits"]),
            "floats" => {
                assert_eq!(json!(shown.as_array().unwrap().iter().map(bits).collect::<Vec<_>>()), expected["bits"])
            }
            "string" => assert_eq!(*shown, of_hex(&expected["hex"])),
            "strings" => assert_eq!(shown, &json!(list(expected, "hex").iter().map(of_hex).collect::<Vec<_>>())),
            "tensor" | "sparse_tensor" => assert!(shown["dtype"].is_string() && shown["shape"].is_array(), "{seen}"),
            "tensors" | "sparse_tensors" => assert_eq!(json!(shown.as_array().unwrap().len()), expected["count"]),
            "type_proto" => assert_eq!(shown, &json!(spelled(&expected["type"]))),
            "type_protos" => assert_eq!(shown.as_array().unwrap().len(), list(expected, "types").len()),
            "graph" => return self.compare_subgraph((graph, node), shown, &expected["graph"]),
            "graphs" => {
                let pairs = list(seen, "value").iter().zip(list(expected, "graphs"));
                return pairs.map(|(index, expected)| self.compare_subgraph((graph, node), index, expected)).sum();
            }
            other => panic!("{other}"),
        }
        0
    }

    fn compare_subgraph(&self, (graph, node): (usize, usize), index: &Value, expected: &Value) -> usize {
        let index = index.as_u64().unwrap() as usize;
        let seen = self.graph(index);
        let place = (&seen["role"], &seen["graph"], &seen["node"]);
        assert_eq!(place, (&json!("subgraph"), &json!(graph), &json!(node)));
        self.compare(index, expected)
    }
}

fn bits(number: &Value) -> u32 {
    let number = number.as_str().map_or_else(|| number.as_f64().unwrap() as f32, |text| text.parse().unwrap());
    number.to_bits()
}

/// Text of bytes in hexadecimal. What is not UTF-8 is replaced.
fn of_hex(digits: &Value) -> String {
    let digits = digits.as_str().unwrap();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    String::from_utf8_lossy(&(0..digits.len()).step_by(2).map(byte).collect::<Vec<_>>()).into_owned()
}

#[test]
fn every_graph_and_node_is_what_onnx_finds() {
    let mut inner = 0;
    for expected in expectations() {
        let seen = Seen::of(&expected);
        assert_eq!(seen.graph(0)["role"], "entry");
        let mut graphs = seen.compare(0, &expected["graph"]);
        for function in list(&expected, "functions") {
            let is_its_body = |graph: &Value| {
                let overload = function["overload"].as_str().unwrap_or_default();
                let is_named = graph["op"] == function["name"] && graph["domain"] == domain(&function["domain"]);
                graph["role"] == "function" && is_named && graph["overload"] == overload
            };
            let body = list(&seen.0, "graphs").iter().position(is_its_body).unwrap();
            let named = json!({"name": function["name"], "inputs": function["inputs"], "outputs": function["outputs"], "nodes": function["nodes"]});
            graphs += seen.compare(body, &named);
        }
        assert!(graphs <= list(&seen.0, "graphs").len(), "{}", expected["file"]);
        inner += graphs - 1;
    }
    assert!(inner > 20, "{inner} graphs in other graphs and functions");
}

#[test]
fn lines_have_a_node_each() {
    let file = golden("made/loop-if.onnx");
    let object = good_json(&["graph", path(&file), "--json"]);
    let lines: Vec<Value> = good(&["graph", path(&file), "--format", "jsonl"])
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["graphs"], object["graphs"]);
    let nodes = list(&object, "nodes");
    assert_eq!(lines.len(), nodes.len() + 1);
    assert!(
        lines[1..].iter().zip(nodes).all(|(line, node)| line["op"] == node["op"] && line["inputs"] == node["inputs"])
    );
}

#[test]
fn graphviz_text_is_no_json() {
    let file = golden("made/loop-if.onnx");
    let refused = run(&["graph", path(&file), "--dot", "--json"]);
    assert_eq!((refused.status.code(), text(&refused.stderr).contains("cannot be used with")), (Some(2), true));
    let weights = run(&["graph", path(&crate::common::golden("tiny-llama")), "--json"]);
    let answer: Value = serde_json::from_str(text(&weights.stdout).trim()).unwrap();
    assert_eq!((weights.status.code(), &answer["error"]["kind"]), (Some(1), &json!("unsupported")));
}
