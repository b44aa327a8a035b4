//! What `weighbridge inspect` tells of a model: the summary, and the list of tensors.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::common::{bad, command, golden, good, good_json, path, text};

#[test]
fn inspect_prints_one_json_object_of_the_documented_form() {
    let model = golden("tiny-llama");
    let seen = good_json(&["inspect", path(&model), "--json", "--digests"]);
    let expected: Value = serde_json::from_slice(&fs::read(golden("tiny-llama.expected.json")).unwrap()).unwrap();
    assert_eq!(seen["format"], "safetensors");
    assert_eq!(seen["tensors"], expected["tensors"]);
    assert_eq!(seen["metadata"], expected["metadata"]);
    assert_eq!(seen["unindexed"], json!([]));
    assert_eq!(seen["notes"], json!([]));
    assert!(seen["assets"].as_array().unwrap().contains(&"config.json".into()));
    let files = seen["files"].as_array().unwrap();
    assert_eq!(files.len(), 4);
    assert_eq!(files[0]["path"], "model-00001-of-00004.safetensors");
    assert_eq!(files[0]["bytes"], 107_144);
    assert!(good_json(&["inspect", path(&model), "--json"])["tensors"][0].get("sha256").is_none());
}

#[test]
fn inspect_lists_what_the_index_does_not_name() {
    let seen = good_json(&["inspect", path(&golden("stale-shard")), "--json"]);
    assert_eq!(seen["unindexed"], json!(["down.0.weight", "ema.decay"]));
    let text = good(&["inspect", path(&golden("stale-shard"))]);
    assert!(text.contains("unindexed: ema.decay in diffusion_pytorch_model-00002-of-00002.safetensors"), "{text}");
}

/// A model that bitsandbytes quantized: the header of its file and its configuration, with zeros for weights.
fn quantized() -> TempDir {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/overview/golden");
    let header = fs::read_to_string(source.join("bnb-nf4.header.json")).unwrap();
    let tensors: Map<String, Value> = serde_json::from_str(&header).unwrap();
    let end = tensors.values().filter_map(|tensor| tensor["data_offsets"][1].as_u64()).max().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; end as usize]].concat();
    fs::write(folder.path().join("model.safetensors"), file).unwrap();
    fs::copy(source.join("bnb-nf4/config.json"), folder.path().join("config.json")).unwrap();
    folder
}

#[test]
fn the_summary_comes_first_and_tells_what_the_model_is() {
    let folder = quantized();
    fs::write(folder.path().join("README.md"), "---\nlicense: apache-2.0\n---\n").unwrap();
    fs::write(folder.path().join("tokenizer.json"), "{}").unwrap();
    let seen = good_json(&["inspect", path(folder.path()), "--json"]);
    let summary = &seen["summary"];
    // What transformers says of the model: tests/overview/golden/bnb-nf4.expected.json.
    assert_eq!((&summary["parameters"], &summary["context_length"]), (&json!(213_376), &json!(2048)));
    assert_eq!(summary["architecture"], "LlamaForCausalLM");
    let method = json!({"method": "bitsandbytes", "bits": 4, "group_size": null,
                        "source": "config.json: quantization_config"});
    assert_eq!(summary["quantization"], method);
    assert_eq!((&summary["licence"], &summary["tokenizer"]), (&json!("apache-2.0"), &json!("tokenizer.json")));
    assert_eq!((&summary["labels"], &summary["base_model"]), (&Value::Null, &Value::Null));
    let sum = |what| summary["dtypes"].as_object().unwrap().values().map(|total| total[what].as_u64().unwrap()).sum();
    let totals: [u64; 3] = ["parameters", "bytes", "tensors"].map(sum);
    let tensors = seen["tensors"].as_array().unwrap().len() as u64;
    assert_eq!(totals, [213_376, summary["bytes"].as_u64().unwrap(), tensors]);

    let shown = good(&["inspect", path(folder.path())]);
    let lines: Vec<_> = shown.lines().take(10).collect();
    assert!(lines[0].starts_with("safetensors: "), "{shown}");
    for line in [
        "architecture: LlamaForCausalLM",
        "parameters: 213,376",
        "quantization: bitsandbytes, 4 bits (config.json: quantization_config)",
        "context length: 2,048 tokens",
        "labels: none found",
        "tokenizer: tokenizer.json",
        "licence: apache-2.0",
    ] {
        assert!(lines.contains(&line), "{line}: {shown}");
    }
    let file = good(&["inspect", path(&folder.path().join("model.safetensors"))]);
    assert!(!file.contains("none found"), "beside a single file nothing is looked for: {file}");
    assert!(lines.iter().any(|line| line.starts_with("types: ") && line.contains("U8 ") && line.contains(" %)")));
}

/// The number of labels is none of them.
#[test]
fn labels_are_told_apart_from_their_number() {
    let folder = quantized();
    for (names, line) in [
        ("{\"0\": \"0\", \"1\": \"1\"}", "labels: 2: 0, 1 (config.json: id2label)"),
        (
            "{\"0\": \"a\", \"1\": \"b\", \"2\": \"c\", \"3\": \"d\", \"4\": \"e\", \"5\": \"f\"}",
            "labels: 6: a, b, c, … (config.json: id2label)",
        ),
    ] {
        fs::write(folder.path().join("config.json"), format!("{{\"id2label\": {names}}}")).unwrap();
        let shown = good(&["inspect", path(folder.path())]);
        assert!(shown.lines().any(|other| other == line), "{line}: {shown}");
    }
}

#[test]
fn what_cannot_be_used_of_a_description_is_noted() {
    let folder = quantized();
    fs::write(folder.path().join("config.json"), "{\"architectures\": [").unwrap();
    let seen = good_json(&["inspect", path(folder.path()), "--json"]);
    assert_eq!(seen["summary"]["architecture"], Value::Null);
    assert_eq!(
        (&seen["notes"][0]["id"], &seen["notes"][0]["severity"]),
        (&"model.asset.unused".into(), &"warning".into())
    );
    assert!(seen["notes"][0]["message"].as_str().unwrap().starts_with("config.json: "), "{}", seen["notes"]);
    let told = command(&["inspect", path(folder.path())]).output().unwrap();
    assert!(text(&told.stderr).contains("config.json: ") && text(&told.stderr).contains("the file is not used"));
}

fn names(seen: &Value) -> Vec<&str> {
    seen["tensors"].as_array().unwrap().iter().map(|tensor| tensor["name"].as_str().unwrap()).collect()
}

#[test]
fn tensors_are_left_out_selected_and_sorted() {
    let model = golden("tiny-llama");
    let of = |more: &[&str]| good_json(&[&["inspect", path(&model), "--json"], more].concat());
    let all = of(&[]);
    assert!(names(&all).is_sorted());
    let none = of(&["--no-tensors"]);
    assert!(none.get("tensors").is_none());
    assert_eq!((&none["summary"], &none["files"]), (&all["summary"], &all["files"]));
    let lines = good_json(&["inspect", path(&model), "--no-tensors", "--format", "jsonl"]);
    assert_eq!(lines, none, "one line is left");
    let shown = good(&["inspect", path(&model), "--no-tensors"]);
    assert!(!shown.contains("norm.weight") && shown.contains("architecture: "), "{shown}");

    let norms = of(&["--include", "*layernorm*", "--include", "model.norm.*", "--digests"]);
    assert_eq!(names(&norms).len(), 9);
    assert!(names(&norms).iter().all(|name| name.contains("norm")));
    assert_eq!(norms["summary"], all["summary"], "the summary is of the whole model");
    let digests = of(&["--digests"]);
    let same = |tensor: &&Value| norms["tensors"].as_array().unwrap().contains(tensor);
    assert_eq!(digests["tensors"].as_array().unwrap().iter().filter(same).count(), 9);

    let by_bytes = of(&["--sort", "bytes"]);
    let bytes: Vec<_> = by_bytes["tensors"].as_array().unwrap().iter().map(|t| t["bytes"].as_u64().unwrap()).collect();
    assert!(bytes.is_sorted_by(|a, b| a >= b), "{bytes:?}");
    let by_file = of(&["--sort", "file"]);
    let places = by_file["tensors"].as_array().unwrap().iter();
    let places: Vec<_> = places.map(|t| (t["file"].as_str().unwrap(), t["offset"].as_u64().unwrap())).collect();
    assert!(places.is_sorted() && places.len() == all["tensors"].as_array().unwrap().len());

    assert!(bad(2, &["inspect", path(&model), "--include", "lm_heat*"]).contains("lm_heat*"));
    assert_eq!(of(&["--no-tensors", "--digests", "--include", "*", "--sort", "file"]), none);
}

/// Digests of what was asked for alone: nothing else is read.
#[test]
fn digests_of_some_tensors_are_made_of_those_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = |offset| json!([{"file": 0, "offset": offset, "len": 4 << 20}]);
    let of = |(number, offset)| json!({"name": format!("t{number}"), "dtype": "U8", "shape": [4 << 20], "runs": run(offset)});
    // Tensors that overlap so much that hashing all of them is refused.
    let tensors: Vec<Value> = (0..100).map(|number| of((number, number))).collect();
    fs::write(folder.path().join("data"), vec![7; (4 << 20) + 100]).unwrap();
    let model = json!({"trial": 1, "files": ["data"], "tensors": tensors}).to_string();
    fs::write(folder.path().join("m.trial"), model).unwrap();
    let target = folder.path().join("m.trial");
    assert!(bad(1, &["inspect", path(&target), "--digests"]).contains("overlap"));
    let seen = good_json(&["inspect", path(&target), "--digests", "--include", "t5", "--json"]);
    assert_eq!(seen["tensors"][0]["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn other_names_of_the_same_bytes_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, offset, len| json!({"name": name, "dtype": "U8", "shape": [len], "runs": [{"file": 0, "offset": offset, "len": len}]});
    let mut tensors = vec![of("b", 0, 4), of("a", 0, 4), of("c", 0, 4), of("longer", 0, 5), of("later", 1, 4)];
    tensors.extend([of("empty", 0, 0), of("empty too", 0, 0)]);
    tensors.extend((0..300).map(|number| of(&format!("many {number}"), 8, 2)));
    fs::write(folder.path().join("data"), [7; 16]).unwrap();
    let model = json!({"trial": 1, "files": ["data"], "tensors": tensors}).to_string();
    fs::write(folder.path().join("m.trial"), model).unwrap();
    let seen = good_json(&["inspect", path(&folder.path().join("m.trial")), "--json"]);
    let aliases = |name: &str| {
        let tensor = seen["tensors"].as_array().unwrap().iter().find(|tensor| tensor["name"] == name).unwrap();
        let mut aliases: Vec<String> =
            serde_json::from_value(tensor.get("aliases").cloned().unwrap_or(json!([]))).unwrap();
        aliases.sort();
        aliases
    };
    assert_eq!(
        (aliases("a"), aliases("b"), aliases("c")),
        (vec!["b".into(), "c".into()], vec!["a".into(), "c".into()], vec!["a".into(), "b".into()])
    );
    for name in ["longer", "later", "empty"] {
        assert_eq!(aliases(name), [""; 0], "{name}");
    }
    assert_eq!(aliases("many 7").len(), 100, "a hostile file cannot make the list grow with its square");
    assert_eq!(seen["summary"]["tied"], true);
}
