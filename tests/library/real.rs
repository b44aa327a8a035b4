//! Models of real packages: read as the packages of their formats read them, and checked without noise.
//!
//! `real/README.md` says how to get the models.
//! Then: `WEIGHBRIDGE_REAL_MODELS=FOLDER cargo test --test library real:: -- --ignored`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::{Context, Model, OpenOptions, Severity};

use crate::onnx::{describe, expectation, tensors};

/// The models, each with what the package of its format reads in it.
fn models() -> impl Iterator<Item = (Model, Value)> {
    let folder = PathBuf::from(std::env::var("WEIGHBRIDGE_REAL_MODELS").unwrap());
    let text = fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 60, "only {} models", lines.len());
    lines.into_iter().map(move |line| {
        let path = folder.join(line["file"].as_str().unwrap());
        let model = Model::open(&path, &OpenOptions::default(), &Context::new());
        (model.unwrap_or_else(|e| panic!("{}: {e}", path.display())), line)
    })
}

/// Compares a model of ONNX: its graph, and all its tensors.
fn assert_onnx(file: &str, model: &Model, expected: &Value) {
    describe::assert_same(file, &describe::model(model), &expectation::kept(expected));
    let expected = expected["tensors"].as_array().unwrap();
    assert_eq!(model.tensors().len(), expected.len(), "{file}");
    for tensor in expected {
        let path = tensor["path"].as_array().unwrap();
        let index = describe::resolve(model, path).unwrap();
        tensors::assert_same(file, model, index, tensor, &model.bytes(index).unwrap());
        // Tensors of inner graphs and of attributes have the names of these in front.
        if path.len() == 3 {
            assert_eq!(model.tensors().get(index).unwrap().name, tensor["name"], "{file}");
        }
    }
}

/// Compares a file of safetensors: its metadata, and all its tensors.
fn assert_safetensors(file: &str, model: &Model, expected: &Value) {
    let metadata = model.metadata().iter().map(|(key, value)| (key.to_owned(), value.as_text().unwrap().into()));
    assert_eq!(Value::Object(metadata.collect()), expected["metadata"], "{file}");
    let expected = expected["tensors"].as_array().unwrap();
    assert_eq!(model.tensors().len(), expected.len(), "{file}");
    for tensor in expected {
        let index = model.tensors().find(tensor["name"].as_str().unwrap()).unwrap();
        let (seen, bytes) = (model.tensors().get(index).unwrap(), model.bytes(index).unwrap());
        let at = format!("{file}: {}", seen.name);
        assert_eq!(tensor["dtype"], seen.dtype.name(), "{at}");
        assert_eq!(tensor["shape"], Value::from(seen.shape.to_vec()), "{at}");
        assert_eq!(tensor["bytes"], bytes.len() as u64, "{at}");
        assert_eq!(tensor["sha256"], Digest::of(Algorithm::Sha256, &bytes).to_string(), "{at}");
    }
}

#[test]
#[ignore = "needs real models, which tests/real/fetch.py downloads"]
fn every_real_model_reads_as_the_package_of_its_format_reads_it() {
    let mut count = 0;
    for (model, expected) in models() {
        let file = expected["file"].as_str().unwrap();
        match expected.get("model") {
            Some(expected) => assert_onnx(file, &model, expected),
            None => assert_safetensors(file, &model, &expected),
        }
        count += model.tensors().len();
    }
    assert!(count >= 7_800, "only {count} tensors were compared");
}

/// What a check says too often, or untruly: several findings of one rule, an error in a model that the checker of its
/// own package passes, or none in one that it refuses.
fn noise(model: &Model, expected: &Value) -> Vec<String> {
    let findings = model.check(&Default::default()).unwrap();
    let mut counts = BTreeMap::new();
    findings.iter().for_each(|finding| *counts.entry(finding.rule).or_insert(0) += 1);
    let often = counts.into_iter().filter(|(_, count)| *count > 1);
    let mut noise: Vec<_> = often.map(|(rule, count)| format!("{rule}: {count} findings")).collect();
    let error = findings.iter().find(|finding| finding.severity == Severity::Error);
    match (error, expected["checker"].as_str().unwrap_or("ok")) {
        (Some(error), "ok") => noise.push(format!("{}: {}", error.rule, error.message)),
        (None, checker) if checker != "ok" => noise.push(format!("no error, but the checker says: {checker}")),
        _ => (),
    }
    noise
}

#[test]
#[ignore = "needs real models, which tests/real/fetch.py downloads"]
fn checks_of_real_models_report_each_thing_once_and_no_error_that_is_none() {
    let mut wrong = Vec::new();
    for (model, expected) in models() {
        wrong.extend(noise(&model, &expected).into_iter().map(|noise| format!("{}: {noise}", expected["file"])));
    }
    assert!(wrong.is_empty(), "{} too many:\n{}", wrong.len(), wrong.join("\n"));
}
