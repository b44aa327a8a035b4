//! Tensors that are not stored contiguously, and quantization, as the command tells of them.
#![allow(missing_docs, reason = "a test")]

use std::fs;

use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest};

#[allow(dead_code, reason = "other tests use the rest")]
mod common;

use common::{good, good_json, path};

/// A transposed matrix, a big-endian vector and a tensor in pieces, of the bytes 0, 1, 2 and so on.
fn model() -> tempfile::TempDir {
    let tensors = json!([
        {"name": "transposed", "dtype": "U8", "shape": [2, 3], "strides": [1, 2], "runs": [{"file": 0, "offset": 0, "len": 6}],
         "quantization": {"axis": 1, "scales": [0.5, 1.0, 2.0], "zero_points": [1, 2, 3]}},
        {"name": "big", "dtype": "U16", "shape": [2], "strides": [1], "encoding": ["big"], "runs": [{"file": 0, "offset": 6, "len": 4}],
         "quantization": {"axis": 0, "block": 2, "scales": "scale"}},
        {"name": "pieces", "dtype": "U8", "shape": [2, 2], "runs": [
            {"file": 0, "offset": 10, "len": 2, "start": [0, 1], "shape": [2, 1]},
            {"file": 0, "offset": 12, "len": 2, "start": [0, 0], "shape": [2, 1]}]},
        {"name": "scale", "dtype": "F32", "shape": [1], "runs": [{"file": 0, "offset": 16, "len": 4}]},
    ]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), (0..20).collect::<Vec<u8>>()).unwrap();
    fs::write(folder.path().join("m.trial"), format!(r#"{{"trial": 1, "files": ["data"], "tensors": {tensors}}}"#))
        .unwrap();
    folder
}

fn tensor<'a>(seen: &'a Value, name: &str) -> &'a Value {
    seen["tensors"].as_array().unwrap().iter().find(|tensor| tensor["name"] == name).unwrap()
}

#[test]
fn inspect_tells_strides_and_quantization_and_digests_contiguous_bytes() {
    let folder = model();
    let seen = good_json(&["inspect", path(&folder.path().join("m.trial")), "--json", "--digests"]);
    let sha256 = |bytes: &[u8]| Digest::of(Algorithm::Sha256, bytes).to_string();
    let transposed = tensor(&seen, "transposed");
    assert_eq!(transposed["strides"], json!([1, 2]));
    assert_eq!(transposed["sha256"], sha256(&[0, 2, 4, 1, 3, 5]));
    let quantization =
        json!({"scheme": "axis", "axis": 1, "scales": [0.5, 1.0, 2.0], "zero_points": [1, 2, 3], "block": null});
    assert_eq!(transposed["quantization"], quantization);
    let big = tensor(&seen, "big");
    assert_eq!(big["sha256"], sha256(&[7, 6, 9, 8]));
    let quantization = json!({"scheme": "block", "axis": 0, "scales": "scale", "zero_points": null, "block": 2});
    assert_eq!(big["quantization"], quantization);
    let pieces = tensor(&seen, "pieces");
    assert_eq!((pieces["sha256"].as_str(), &pieces["offset"]), (Some(&*sha256(&[12, 10, 13, 11])), &Value::Null));
    let scale = tensor(&seen, "scale");
    assert!(scale.get("strides").is_none() && scale.get("quantization").is_none());
}

#[test]
fn what_digest_writes_is_verified_and_loaded() {
    let folder = model();
    let file = folder.path().join("m.trial");
    good(&["load", path(&file), "--target", "host"]);
    let text = good(&["inspect", path(&file)]);
    assert!(text.contains("transposed"), "{text}");
}
