//! `diff`: how two models differ, and where their graphs first do.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

#[allow(dead_code, reason = "it is for the checks of the library too")]
#[path = "../../../tests/common/maker.rs"]
mod maker;

use crate::common::{bad, checkpoint, command, damage, golden, good, good_json, path, text};
use maker::{
    Message, attribute, domain, function, function_node, graph, input_of, ir, metadata, model, node, opset, output,
};

fn weights(tensors: &[(&str, &str, &[usize], &[u8])], folder: &Path, name: &str) -> String {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, dtype, shape, bytes) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        header.insert((*name).to_owned(), json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}));
        data.extend_from_slice(bytes);
    }
    let header = Value::from(header).to_string();
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat();
    let file = folder.join(name);
    fs::write(&file, bytes).unwrap();
    path(&file).to_owned()
}

/// Added, removed, and changed in every way; and how much larger the model became by each.
#[test]
fn diff_tells_what_differs_and_by_how_much() {
    let folder = tempfile::tempdir().unwrap();
    let a = weights(
        &[
            ("bytes", "U8", &[4], &[1, 2, 3, 4]),
            ("dtype", "F16", &[2], &[0, 60, 0, 64]),
            ("gone", "U8", &[3], &[1, 2, 3]),
            ("same", "U8", &[2], &[5, 6]),
            ("shape", "U8", &[2, 3], &[1, 2, 3, 4, 5, 6]),
            ("wider", "F16", &[1], &[0, 60]),
        ],
        folder.path(),
        "a.safetensors",
    );
    let b = weights(
        &[
            ("bytes", "U8", &[4], &[1, 2, 3, 5]),
            ("dtype", "BF16", &[2], &[0, 60, 0, 64]),
            ("new", "U8", &[5], &[1, 2, 3, 4, 5]),
            ("same", "U8", &[2], &[5, 6]),
            ("shape", "U8", &[3, 2], &[1, 2, 3, 4, 5, 6]),
            ("wider", "F32", &[1], &[0, 0, 128, 63]),
        ],
        folder.path(),
        "b.safetensors",
    );
    let output = command(&["diff", &a, &b, "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let seen = crate::common::object(&output);
    assert_eq!((&seen["added"], &seen["removed"], &seen["equal"]), (&json!(["new"]), &json!(["gone"]), &json!(1)));
    let changed: Vec<_> =
        seen["changed"].as_array().unwrap().iter().map(|one| (one["name"].clone(), one["what"].clone())).collect();
    let expected = [
        (json!("bytes"), json!(["bytes"])),
        (json!("dtype"), json!(["dtype"])),
        (json!("shape"), json!(["shape"])),
        (json!("wider"), json!(["bytes", "dtype"])),
    ];
    assert_eq!(changed, expected);
    let bytes = json!({"a": 21, "b": 25, "by_cause": {"added": 5, "removed": -3, "dtype": 2, "shape": 0}});
    assert_eq!(seen["bytes"], bytes);
    let shown = command(&["diff", &a, &b]).output().unwrap();
    assert_eq!((shown.status.code(), shown.stderr.len()), (Some(1), 0), "a difference is no error message");
    let shown = text(&shown.stdout);
    for line in
        ["removed  gone", "added    new", "changed  bytes  bytes", "changed  wider  bytes, dtype: F16 [1] to F32 [1]"]
    {
        assert!(shown.lines().any(|other| other == line), "{line}: {shown}");
    }
    assert!(bad(2, &["diff", &a, path(&golden("nothing"))]).contains("nothing"));
}

/// Two copies are equal; with manifests nothing is read to find that out, and a manifest is taken at its word.
#[test]
fn diff_compares_by_manifests_where_there_are_any() {
    let (a, b) = (checkpoint(), checkpoint());
    let diff = || {
        let output = command(&["diff", path(a.path()), path(b.path()), "--json"]).output().unwrap();
        (output.status.code(), crate::common::object(&output)["hashed_bytes"].as_u64().unwrap())
    };
    for folder in [&a, &b] {
        let _ = fs::remove_file(folder.path().join("weighbridge.json"));
    }
    let (code, hashed) = diff();
    assert!(code == Some(0) && hashed > 0);
    for folder in [&a, &b] {
        good(&["digest", path(folder.path())]);
    }
    assert_eq!(diff(), (Some(0), 0));
    assert_eq!(good(&["diff", path(a.path()), path(a.path())]).lines().count(), 2);
}

#[test]
fn diff_compares_graphs_too() {
    let graphs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/onnx/golden/made");
    let [a, b] = ["loop-if.onnx", "functions.onnx"].map(|name| graphs.join(name));
    assert_eq!(good_json(&["diff", path(&a), path(&a), "--json"])["graph_equal"], true);
    let output = command(&["diff", path(&a), path(&b), "--json"]).output().unwrap();
    assert_eq!((output.status.code(), &crate::common::object(&output)["graph_equal"]), (Some(1), &json!(false)));
    let weights = golden("dtypes.safetensors");
    let plain = good_json(&["diff", path(&weights), path(&weights), "--json"]);
    assert!(plain.get("graph_equal").is_none(), "weights have no graph");
}

/// A manifest of one model says nothing of the other, and a policy asks for a check of both.
#[test]
fn diff_checks_both_models_where_that_is_asked_for() {
    let (a, b) = (checkpoint(), checkpoint());
    let outside = tempfile::tempdir().unwrap();
    let manifest = outside.path().join("a.json");
    good(&["digest", path(a.path()), "--output", path(&manifest)]);
    good(&["diff", path(a.path()), path(b.path()), "--manifest", path(&manifest)]);
    damage(&b.path().join("model-00001-of-00004.safetensors"));
    let told = bad(1, &["diff", path(a.path()), path(b.path()), "--manifest", path(&manifest)]);
    assert!(told.contains("model-00001-of-00004.safetensors") && told.contains("expects"), "{told}");
    for folder in [&a, &b] {
        fs::remove_file(folder.path().join("SHA256SUMS")).ok();
        fs::remove_file(folder.path().join("weighbridge.json")).ok();
    }
    assert!(bad(1, &["diff", path(a.path()), path(a.path()), "--policy", "required"]).contains("no manifest covers"));
    good(&["diff", path(a.path()), path(a.path())]);
}

/// Writes two models, and compares them: the exit status, whether JSON says that the graphs are equal, and what a person sees.
fn compare([a, b]: [Vec<u8>; 2]) -> (Option<i32>, bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let paths = [("a.onnx", a), ("b.onnx", b)].map(|(name, bytes)| {
        fs::write(folder.path().join(name), bytes).unwrap();
        folder.path().join(name)
    });
    let arguments = ["diff", path(&paths[0]), path(&paths[1])];
    let output = command(&[&arguments[..], &["--json"]].concat()).output().unwrap();
    let shown = command(&arguments).output().unwrap();
    assert_eq!(shown.status.code(), output.status.code());
    let graph_equal = crate::common::object(&output)["graph_equal"].as_bool().unwrap();
    (output.status.code(), graph_equal, text(&shown.stdout))
}

/// A model of one node with this attribute.
fn with_attribute(op: &str, attribute_of: Message) -> Vec<u8> {
    let node = node(op, &["x"], &["y"], vec![domain("ai.onnx.ml"), attribute(attribute_of)]);
    let graph = graph("g", vec![input_of("x", 7, &[1]), output("y", &[1]), node]);
    model(vec![ir(8), opset("", 17), opset("ai.onnx.ml", 3), graph])
}

/// A model that calls a function whose attribute has this default.
fn with_default(alpha: f32) -> Vec<u8> {
    let alpha = Message::default().text(1, "alpha").float(2, alpha).int(20, 1);
    let refers = attribute(Message::default().text(1, "alpha").int(20, 1).text(21, "alpha"));
    let body = function_node("LeakyRelu", &["a"], &["b"], vec![refers]);
    let parts: Vec<maker::Part> = vec![body, Box::new(move |function| function.message(11, &alpha))];
    let call = graph("g", vec![node("F", &["x"], &["y"], vec![domain("f")])]);
    model(vec![ir(8), opset("", 17), opset("f", 1), call, function("F", &["a"], &["b"], &[], parts)])
}

/// What people are shown of an attribute is cut; what is compared is not.
#[test]
fn diff_finds_what_is_not_shown() {
    let named = |name: &str| Message::default().text(1, name);
    let floats =
        |last: f32| (0..10).fold(named("nodes_values"), |a, item| a.float(7, item as f32)).float(7, last).int(20, 6);
    let strings =
        |last| (0..9).fold(named("values_strings"), |a, item| a.text(9, &format!("c{item}"))).text(9, last).int(20, 8);
    let string = |text: &[u8]| named("model").bytes(4, text).int(20, 3);
    let long = |last: &str| string(format!("{}{last}", "v".repeat(100)).as_bytes());
    let node = |op: &str, attributes: [Message; 2]| attributes.map(|attribute| with_attribute(op, attribute));
    for (place, pair) in [
        ("main, node 0 (Tree): attribute nodes_values", node("Tree", [floats(10.0), floats(-999.0)])),
        (
            "main, node 0 (LabelEncoder): attribute values_strings",
            node("LabelEncoder", [strings("c9"), strings("WRONG")]),
        ),
        ("main, node 0 (Tokenize): attribute model", node("Tokenize", [long("a"), long("b")])),
        ("main, node 0 (Tokenize): attribute model", node("Tokenize", [string(&[0xff]), string(&[0xfe])])),
        ("f::F: default of attribute alpha", [with_default(0.1), with_default(0.9)]),
    ] {
        let (code, graph_equal, shown) = compare(pair);
        assert_eq!((code, graph_equal), (Some(1), false), "{place}: {shown}");
        assert!(shown.lines().any(|line| line == format!("the graphs differ: {place}")), "{place}: {shown}");
    }
}

/// Two exports of one model by different versions of a program.
#[test]
fn diff_leaves_out_what_only_describes_a_model() {
    let graph_of = |documentation: &'static str| {
        let node = node("Relu", &["x"], &["y"], vec![]);
        let said: maker::Part = Box::new(move |graph| graph.text(10, documentation));
        graph("g", vec![input_of("x", 1, &[1]), output("y", &[1]), node, said])
    };
    let producer =
        |version: &'static str| -> maker::Part { Box::new(move |model| model.text(2, "pytorch").text(3, version)) };
    let plain = || model(vec![ir(8), producer("2.1"), opset("", 17), graph_of("")]);
    for other in [
        model(vec![ir(8), producer("2.2"), opset("", 17), graph_of("")]),
        model(vec![ir(8), producer("2.1"), opset("", 17), graph_of(""), metadata("date", "2026")]),
        model(vec![ir(8), producer("2.1"), opset("", 17), graph_of("other")]),
    ] {
        let (code, graph_equal, shown) = compare([plain(), other]);
        assert_eq!((code, graph_equal), (Some(0), true), "{shown}");
    }
}
