//! The verdicts of onnx.checker on mutations of valid models, and the models that it passes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use weighbridge::check::{CheckOptions, check};
use weighbridge::{Context, Model, OpenOptions, Severity};

use crate::cases::cases;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/onnx/golden");

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
        &["tensor.padding: FLOAT6 of 1, raw", "tensor.padding: FLOAT6 of 2, raw", "tensor.padding: FLOAT6 of 3, raw"],
    ),
];

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
    let reason = |name: &str| DIFFERENCES.iter().find(|(_, names)| names.contains(&name)).map(|(reason, _)| *reason);
    let (mut wrong, mut met, mut count) = (Vec::new(), BTreeSet::new(), 0);
    for case in cases("mutations/mutations.jsonl") {
        let errors = errors(&case.path());
        let checker = case.line["checker"].as_str().unwrap();
        let agrees = errors.is_empty() == (checker == "ok");
        if agrees == reason(case.name()).is_some() {
            let now = if agrees { "agree" } else { "differ" };
            wrong.push(format!("{}: we {now}\n  onnx.checker: {checker}\n  here: {errors:?}", case.name()));
        }
        met.insert(case.name().to_owned());
        count += 1;
    }
    let listed = DIFFERENCES.iter().flat_map(|(_, names)| names.iter().copied());
    let gone: Vec<_> = listed.filter(|name| !met.contains(*name)).collect();
    assert!(wrong.is_empty() && gone.is_empty(), "{}\nno longer there: {gone:?}", wrong.join("\n"));
    assert!(count >= 200, "only {count} mutations");
}

#[test]
fn golden_models_have_no_errors() {
    let text = fs::read_to_string(Path::new(GOLDEN).join("expected.jsonl")).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // The links of a cache would have to be made first, so those rows are left out.
    for row in rows.iter().filter(|row| row.get("links").is_none()) {
        let path = Path::new(GOLDEN).join(row["file"].as_str().unwrap());
        let errors = errors(&path);
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
    assert!(rows.len() >= 20, "only {} models", rows.len());
}
