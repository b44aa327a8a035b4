//! What an overview says of models that other libraries wrote, and of files that are broken on purpose.
//!
//! `tests/overview/make.py` made the models and the expectations; see `tests/overview/README.md`.

mod counted;
mod facts;
mod hostile;

use std::fs;
use std::path::Path;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use weighbridge::overview::Overview;
use weighbridge::{Context, Model, OpenOptions};

const GOLDEN: &str = "tests/overview/golden";

/// Files of a model, by name.
type Files = Vec<(String, Vec<u8>)>;

/// The names of the golden models.
fn names() -> Vec<String> {
    let entries = fs::read_dir(GOLDEN).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.filter_map(|name| Some(name.strip_suffix(".expected.json")?.to_owned())).collect();
    names.sort();
    assert!(names.len() >= 46, "only {} golden models were found", names.len());
    names
}

fn read(name: &str) -> Vec<u8> {
    fs::read(Path::new(GOLDEN).join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A safetensors file with this header, whose data are zeros.
fn weights(header: &str) -> Vec<u8> {
    let tensors: Map<String, Value> = serde_json::from_str(header).unwrap();
    let ends = tensors.values().filter_map(|tensor| tensor["data_offsets"][1].as_u64());
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.resize(file.len() + ends.max().unwrap_or_default() as usize, 0);
    file
}

/// The files of a golden model.
fn files_of(name: &str, expected: &Value) -> Files {
    let Some(file) = expected["file"].as_str() else {
        return vec![("model.onnx".to_owned(), read(&format!("{name}.onnx")))];
    };
    let header = String::from_utf8(read(&format!("{name}.header.json"))).unwrap();
    let mut files = vec![(file.to_owned(), weights(&header))];
    for entry in fs::read_dir(Path::new(GOLDEN).join(name)).unwrap() {
        let asset = entry.unwrap().file_name().into_string().unwrap();
        files.push((asset.clone(), read(&format!("{name}/{asset}"))));
    }
    files
}

/// The overview of a model in memory.
fn overview(files: Files) -> Overview {
    let blobs = files.into_iter().map(|(name, bytes)| (name, Bytes::from(bytes)));
    let model = Model::from_blobs(blobs, "", &OpenOptions::default(), &Context::new()).unwrap();
    Overview::of(&model).unwrap()
}

/// What we see, in the form of the expectations.
fn describe(overview: &Overview) -> Value {
    let method = overview.quantization.as_ref();
    json!({
        "parameters": overview.parameters,
        "architecture": overview.architecture,
        "base_model": overview.base_model,
        "quantization": method.map(|of| json!({"method": of.method, "bits": of.bits, "group_size": of.group_size})),
        "context_length": overview.context_length,
        "tied": overview.tied,
        "labels": overview.labels.as_ref().map(|labels| labels.count),
        "first_labels": overview.labels.as_ref().map(|labels| labels.first.clone()),
        "tokenizer": overview.tokenizer,
        "licence": overview.licence,
    })
}

#[test]
fn models_are_what_their_own_libraries_say() {
    for name in names() {
        let expected: Value = serde_json::from_slice(&read(&format!("{name}.expected.json"))).unwrap();
        let overview = overview(files_of(&name, &expected));
        let seen = describe(&overview);
        for (key, value) in expected.as_object().unwrap().iter().filter(|(key, _)| *key != "file") {
            assert_eq!(seen[key], *value, "{name}: {key}");
        }
        assert!(overview.notes.is_empty(), "{name}: {:?}", overview.notes);
    }
}

/// Most weights are packed so that shapes or the method alone tell how many there are; the others say it in config.json.
#[test]
fn packed_weights_are_counted_without_a_configuration_where_shapes_tell() {
    const STATED: [&str; 6] = ["ct-mixed", "ct-w4a16", "ct-w4a16-asym", "mlx-mixed", "mlx-mxfp4", "mlx-q4"];
    for name in names() {
        let expected: Value = serde_json::from_slice(&read(&format!("{name}.expected.json"))).unwrap();
        let weights = files_of(&name, &expected).into_iter().take(1).collect();
        let overview = overview(weights);
        let is_stated = STATED.contains(&&*name);
        assert_eq!(json!(overview.parameters) == expected["parameters"], !is_stated, "{name}");
        assert_eq!(overview.notes.len(), usize::from(is_stated), "{name}: {:?}", overview.notes);
        assert_eq!(overview.quantization.is_some(), !expected["quantization"].is_null(), "{name}");
    }
}
