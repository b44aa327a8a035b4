//! Tensors that are not stored contiguously, and quantization, as the command tells of them.

use std::fs;

use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest};

use crate::common::{bad, good, good_json, path};

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
    model_of(&(0..20).collect::<Vec<u8>>(), &tensors)
}

fn model_of(data: &[u8], tensors: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), data).unwrap();
    fs::write(folder.path().join("m.trial"), format!(r#"{{"trial": 1, "files": ["data"], "tensors": {tensors}}}"#))
        .unwrap();
    folder
}

const ROWS: usize = 1024;
const COLUMNS: usize = 2048;

/// 2 MiB, of which no part is like another.
fn matrix() -> Vec<u8> {
    (0..(ROWS * COLUMNS) as u32).map(|number| (number.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect()
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

/// Each by itself they would be far more than may be hashed of a file of this size.
#[test]
fn tensors_with_the_same_contents_are_hashed_once() {
    let run = json!([{"file": 0, "offset": 0, "len": ROWS * COLUMNS}]);
    let plain = |number: usize| json!({"name": format!("plain.{number}"), "dtype": "U8", "shape": [ROWS, COLUMNS], "runs": run});
    let transposed = |number: usize| {
        json!({"name": format!("transposed.{number}"), "dtype": "U8", "shape": [COLUMNS, ROWS], "strides": [1, COLUMNS],
               "runs": run})
    };
    let tensors: Vec<Value> = (0..60).flat_map(|number| [plain(number), transposed(number)]).collect();
    let data = matrix();
    let folder = model_of(&data, &json!(tensors));
    let seen = good_json(&["inspect", path(&folder.path().join("m.trial")), "--json", "--digests"]);
    let turned: Vec<u8> = (0..data.len()).map(|to| data[to % ROWS * COLUMNS + to / ROWS]).collect();
    for (prefix, bytes) in [("plain", &data), ("transposed", &turned)] {
        let expected = Digest::of(Algorithm::Sha256, bytes).to_string();
        for number in 0..60 {
            assert_eq!(tensor(&seen, &format!("{prefix}.{number}"))["sha256"], expected, "{prefix}.{number}");
        }
    }
}

/// A small file may ask for any amount of work.
#[test]
fn tensors_that_overlap_without_end_are_not_hashed() {
    let len = ROWS * COLUMNS;
    let shifted = |number: usize| {
        let run = json!([{"file": 0, "offset": number, "len": len - number}]);
        json!({"name": number.to_string(), "dtype": "U8", "shape": [len - number], "runs": run})
    };
    let every_second = |number: usize| {
        let run = json!([{"file": 0, "offset": number, "len": len - 2 * number - 1}]);
        json!({"name": number.to_string(), "dtype": "U8", "shape": [len / 2 - number], "strides": [2], "runs": run})
    };
    for tensors in [(0..60).map(shifted).collect::<Vec<_>>(), (0..60).map(every_second).collect()] {
        let folder = model_of(&matrix(), &json!(tensors));
        let model = folder.path().join("m.trial");
        let line = bad(1, &["inspect", path(&model), "--digests"]);
        assert!(line.contains("because tensors overlap; the limit is "), "{line}");
        good(&["inspect", path(&model)]);
    }
}

/// It has many more bytes in memory than in its file, and more than its file has.
#[test]
fn load_tells_the_cost_of_a_view_that_repeats_an_element() {
    let tensors = json!([{"name": "repeated", "dtype": "U8", "shape": [1000, 2], "strides": [0, 1],
                          "runs": [{"file": 0, "offset": 4, "len": 2}]}]);
    let folder = model_of(&[7; 20], &tensors);
    let seen = good_json(&["load", path(&folder.path().join("m.trial")), "--json"]);
    assert_eq!((&seen["bytes"], &seen["phases"][0]["bytes"]), (&json!(2), &json!(18)));
}
