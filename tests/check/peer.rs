//! The verdicts of onnx.checker on mutations of valid models, and the models that it passes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use weighbridge::check::{CheckOptions, check};
use weighbridge::{Context, Model, OpenOptions, Severity};

const DATA: &str = "tests/onnx";

/// Where our verdict is another than that of onnx.checker, and why: see docs/check.md, "Where onnx.checker differs".
const DIFFERENCES: &[(&str, &[&str])] = &[
    (
        "a reference needs a function around it, and no value",
        &[
            "attribute.reference: in a function, with a value",
            "attribute.reference: in the graph",
            "attribute.reference: in the graph, with a value",
        ],
    ),
    ("data is in one field", &["tensor.one-field: empty raw beside floats"]),
    ("functions make their outputs", &["function.names: output that no node makes"]),
    ("the limit of calls counts whatever the order", &["functions.acyclic: calls 101 deep"]),
    ("an element type of 0 is none", &["graph.value-info: element type 0"]),
    ("no version is negative", &["model.ir-version: negative"]),
    (
        "one domain has one version",
        &[
            "model.opset-import: same domain twice, another version",
            "model.opset-import: default domain under both names",
        ],
    ),
    (
        "all operators of the preview domains are known",
        &["node.op-known: unknown in ai.onnx.preview.training", "node.op-known: unknown in ai.onnx.preview"],
    ),
    (
        "nothing can read elements of an unknown type",
        &["tensor.data-type: 99, raw", "tensor.data-type: -1, raw", "tensor.external-type: 99"],
    ),
    (
        "data has the size that type and shape need",
        &[
            "tensor.size: FLOAT raw, one byte more",
            "tensor.size: FLOAT listed, one more",
            "tensor.size: STRING, one more",
            "tensor.size: INT4 listed, 8 to an entry",
            "tensor.size: INT4 listed, 1 to an entry",
            "tensor.size: UINT2 listed, 16 to an entry",
            "tensor.size: UINT2 listed, 1 to an entry",
        ],
    ),
    (
        "offsets and lengths are plain numbers inside the file",
        &[
            "tensor.external-numbers: offset past the end",
            "tensor.external-numbers: offset leaves too little",
            "tensor.external-numbers: negative offset",
            "tensor.external-numbers: negative length",
            "tensor.external-numbers: length past the end",
            "tensor.external-numbers: length too small",
            "tensor.external-numbers: length zero",
            "tensor.external-numbers: offset of letters",
            "tensor.external-numbers: length of letters",
            "tensor.external-numbers: offset empty",
            "tensor.external-numbers: offset twice",
        ],
    ),
    (
        "external data has a type and a shape that can be read",
        &[
            "tensor.external-type: STRING",
            "tensor.external-type: negative dims",
            "tensor.external-type: dims that overflow",
            "tensor.dims: 0 x 2^62 x 2^62",
            "tensor.dims: 2^62 x 0",
        ],
    ),
    (
        "a location means one file",
        &[
            "tensor.external-location: into a folder and back",
            "tensor.external-location: NUL after the name",
            "tensor.external-location: two of them, both good",
        ],
    ),
    (
        "locations are compared part by part, and links may stay beside the model",
        &[
            "tensor.external-location: dots in a name",
            "tensor.external-links: link to a file beside it",
            "tensor.external-links: file with two names",
        ],
    ),
    (
        "ai.onnx is the default domain",
        &[
            "function.opset-import: ai.onnx for the default domain",
            "node.domain: ai.onnx imported as the default",
            "node.domain: ai.onnx on both sides",
        ],
    ),
    ("under IR version 1 values tell their types", &["attribute.type: none at IR 1, op with a schema"]),
    ("the elements of a sparse tensor can be counted", &["sparse.dims: 2^32 x (2^32 + 1)"]),
    ("external indices are read", &["sparse.indices: external"]),
    ("the names of opaque types are not kept", &["graph.value-info: opaque without name"]),
    (
        "no reader looks at unused bits",
        &[
            "tensor.padding: FLOAT6 of 1, raw",
            "tensor.padding: FLOAT6 of 2, raw",
            "tensor.padding: FLOAT6 of 3, raw",
            "tensor.padding: FLOAT6 listed, 64",
            "tensor.padding: FLOAT6 listed, -1",
        ],
    ),
];

fn lines(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(Path::new(DATA).join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The errors of a model: that it does not open, or findings.
fn errors(path: &Path) -> Vec<String> {
    let model = match Model::open(path, &OpenOptions::default(), &Context::new()) {
        Ok(model) => model,
        Err(error) => return vec![error.to_string()],
    };
    let findings = check(&model, &CheckOptions::default()).unwrap();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(ToString::to_string).collect()
}

#[test]
fn verdicts_agree_with_those_of_onnx_checker() {
    let reasons = |name: &str| DIFFERENCES.iter().find(|(_, names)| names.contains(&name)).map(|(reason, _)| *reason);
    let mut wrong = Vec::new();
    let mut different = BTreeSet::new();
    let rows = lines("mutations/mutations.jsonl");
    for row in &rows {
        let name = row["name"].as_str().unwrap();
        let errors = errors(&lay_out(row).1);
        let agrees = errors.is_empty() == (row["checker"] == "ok");
        if !agrees {
            different.insert(name);
        }
        if agrees == reasons(name).is_some() {
            let now = if agrees { "agree" } else { "differ" };
            wrong.push(format!("{name}: we {now}\n  onnx.checker: {}\n  here: {errors:?}", row["checker"]));
        }
    }
    let listed: BTreeSet<_> = DIFFERENCES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let gone: Vec<_> = listed.difference(&different).collect();
    assert!(wrong.is_empty() && gone.is_empty(), "{}\nno longer different: {gone:?}", wrong.join("\n"));
    assert!(rows.len() >= 200, "only {} mutations", rows.len());
}

/// Models that onnx.checker passes, and the folder that they are in.
#[test]
fn golden_models_have_no_errors() {
    let rows = lines("golden/expected.jsonl");
    for row in rows.iter().filter(|row| row.get("links").is_none()) {
        let path = Path::new(DATA).join("golden").join(row["file"].as_str().unwrap());
        let errors = errors(&path);
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
    assert!(rows.len() >= 20, "only {} models", rows.len());
}

/// Writes the files of a mutation; returns the folder, which lives as long, and the path of the model.
fn lay_out(row: &Value) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("m");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("model.onnx"), model_bytes(row)).unwrap();
    for name in row["directories"].as_array().into_iter().flatten() {
        fs::create_dir_all(root.join(name.as_str().unwrap())).unwrap();
    }
    let entries = |key: &str| row[key].as_object().cloned().unwrap_or_default().into_iter();
    for (name, contents) in entries("files") {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, base64(contents.as_str().unwrap())).unwrap();
    }
    for (name, target) in entries("symlinks") {
        symlink(target.as_str().unwrap(), root.join(name)).unwrap();
    }
    for (name, target) in entries("hard_links") {
        fs::hard_link(root.join(target.as_str().unwrap()), root.join(name)).unwrap();
    }
    let model = root.join("model.onnx");
    (folder, model)
}

fn model_bytes(row: &Value) -> Vec<u8> {
    if let Some(text) = row["model_base64"].as_str() {
        return base64(text);
    }
    let pieces = row["model_recipe"].as_array().unwrap().iter();
    pieces.flat_map(piece).collect()
}

/// Bytes in hexadecimal, or such bytes many times.
fn piece(piece: &Value) -> Vec<u8> {
    match piece["repeat"].as_str() {
        Some(text) => hexadecimal(text).repeat(piece["count"].as_u64().unwrap() as usize),
        None => hexadecimal(piece.as_str().unwrap()),
    }
}

fn hexadecimal(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn base64(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter_map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    });
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in digits {
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
