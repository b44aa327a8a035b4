//! The golden models of the onnx package, as they are and with a byte changed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use weighbridge::diff::diff;
use weighbridge::{Context, Model, OpenOptions};

use crate::onnx::describe;

const GOLDEN: &str = "tests/onnx/golden";

/// The golden models, those in caches apart.
fn models() -> Vec<PathBuf> {
    let lines = fs::read_to_string(Path::new(GOLDEN).join("expected.jsonl")).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_files = lines.filter(|line| line.get("links").is_none());
    let models: Vec<_> = of_files.map(|line| Path::new(GOLDEN).join(line["file"].as_str().unwrap())).collect();
    assert!(models.len() > 250);
    models
}

fn open(path: &Path) -> Model {
    Model::open(path, &OpenOptions::default(), &Context::new()).unwrap()
}

#[test]
fn golden_models_are_equal_to_themselves() {
    for path in models() {
        let difference = diff(&open(&path), &open(&path)).unwrap();
        assert!(difference.is_empty(), "{}: {:?}", path.display(), difference.graphs);
    }
}

/// What of a description counts: the rest says nothing of what the model computes.
fn kept(value: &mut Value, of: &str) {
    const DESCRIBING: [&str; 8] = [
        "ir_version",
        "producer_name",
        "producer_version",
        "model_version",
        "doc_string",
        "metadata_props",
        "value_info",
        "denotation",
    ];
    match value {
        Value::Object(entries) => {
            entries.retain(|key, _| !DESCRIBING.contains(&&**key));
            if of == "graph" || of == "graphs" || entries.contains_key("op_type") {
                entries.remove("name");
            }
            entries.iter_mut().for_each(|(key, value)| kept(value, key));
            if let Some(dim) = entries.remove("dim") {
                *value = dim;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| kept(item, of)),
        _ => {}
    }
}

fn description(model: &Model) -> Value {
    let mut description = describe::model(model);
    description.as_object_mut().unwrap().remove("domain");
    kept(&mut description, "");
    description
}

/// The same numbers in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// A changed byte never makes the comparison fail, and models are only equal if all that they say of what they compute is.
#[test]
fn changed_models_are_equal_only_if_all_that_counts_is() {
    const CHANGES: usize = 60;
    let (mut random, mut equal, mut different) = (Random(1), 0, 0);
    for path in models() {
        let bytes = fs::read(&path).unwrap();
        let Ok(original) = super::open(&bytes) else { continue };
        let expected = description(&original);
        for _ in 0..CHANGES {
            let (at, bit) = (random.below(bytes.len()), random.below(8));
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let Ok(model) = super::open(&changed) else { continue };
            let difference = diff(&original, &model).unwrap();
            if difference.is_empty() {
                equal += 1;
                describe::assert_same(&format!("{}, byte {at}", path.display()), &description(&model), &expected);
            } else {
                different += 1;
            }
        }
    }
    assert!(equal > 100 && different > 1_000, "{equal} equal and {different} different");
}
