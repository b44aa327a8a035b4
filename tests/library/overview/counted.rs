//! Which elements and bytes count, by tensors that are made for it.

use serde_json::{Value, json};
use tempfile::TempDir;
use weighbridge::overview::Overview;
use weighbridge::{Context, DType, Model, OpenOptions};

use super::{Files, overview, weights};

/// A safetensors file of tensors with these names, types and shapes.
fn model(tensors: &[(&str, DType, &[u64])]) -> Files {
    let (mut header, mut end) = (serde_json::Map::new(), 0);
    for (name, dtype, shape) in tensors {
        let start = end;
        end += dtype.bytes_of(shape.iter().product()).unwrap();
        let entry = json!({"dtype": dtype.name(), "shape": shape, "data_offsets": [start, end]});
        header.insert((*name).to_owned(), entry);
    }
    vec![("model.safetensors".to_owned(), weights(&Value::Object(header).to_string()))]
}

fn parameters(tensors: &[(&str, DType, &[u64])]) -> u64 {
    overview(model(tensors)).parameters
}

/// The overview of a model of the format of these tests, which lies in one file of 1,000 bytes.
fn trial(tensors: &Value) -> Overview {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model.trial");
    std::fs::write(folder.path().join("a.bin"), [0; 1000]).unwrap();
    std::fs::write(&path, format!(r#"{{"trial": 1, "files": ["a.bin"], "tensors": {tensors}}}"#)).unwrap();
    Overview::of(&Model::open(&path, &OpenOptions::default(), &Context::new()).unwrap()).unwrap()
}

fn span(name: &str, dtype: &str, shape: &[u64], offset: u64, len: u64) -> Value {
    json!({"name": name, "dtype": dtype, "shape": shape, "runs": [{"file": 0, "offset": offset, "len": len}]})
}

#[test]
fn types_decide_where_nothing_else_does() {
    for dtype in DType::ALL.iter().filter(|dtype| **dtype != DType::STRING && dtype.block_elements() == 1) {
        let wide = ["BOOL", "U16", "I16", "U32", "I32", "U64", "I64"].contains(&dtype.name());
        let is_writable = !["U4", "I4", "U2", "I2", "C128"].contains(&dtype.name());
        if is_writable {
            assert_eq!(parameters(&[("x", *dtype, &[2, 8])]), if wide { 0 } else { 16 }, "{dtype}");
        }
    }
}

#[test]
fn totals_are_sorted_by_the_names_of_types_and_add_up() {
    let tensors: &[(&str, DType, &[u64])] =
        &[("a", DType::F32, &[2, 3]), ("b", DType::BF16, &[5]), ("c", DType::I64, &[7]), ("d", DType::F32, &[])];
    let overview = overview(model(tensors));
    let seen: Vec<_> = overview.dtypes.iter().map(|(name, of)| (*name, of.tensors, of.parameters, of.bytes)).collect();
    assert_eq!(seen, [("BF16", 1, 5, 10), ("F32", 2, 7, 28), ("I64", 1, 0, 56)]);
    assert_eq!((overview.parameters, overview.bytes), (12, 94));
}

#[test]
fn scales_count_only_beside_weights_that_need_them() {
    let (wide, narrow) = (DType::F32, DType::F8_E4M3);
    for (scale, weight) in [
        ("m.weight_scale", "m.weight"),
        ("m.weight_scale_inv", "m.weight"),
        ("m.weight.scale", "m.weight"),
        ("m.scale_weight", "m.weight"),
        ("m.input_scale", "m.weight"),
        ("m.experts_scale", "m.experts"),
    ] {
        assert_eq!(parameters(&[(weight, narrow, &[4, 4]), (scale, wide, &[4])]), 16, "{scale}");
        assert_eq!(parameters(&[(weight, wide, &[4, 4]), (scale, wide, &[4])]), 20, "{scale} of F32");
        assert_eq!(parameters(&[("other", narrow, &[4, 4]), (scale, wide, &[4])]), 20, "{scale} alone");
    }
}

/// The ratio of scales to zero points says how many weights an element holds, but never more than one for each bit.
#[test]
fn shapes_that_lie_are_not_believed() {
    let packed = |scales: u64, zeros: u64| {
        let shapes: &[(&str, DType, &[u64])] = &[
            ("m.qweight", DType::I32, &[4, 8]),
            ("m.scales", DType::F16, &[scales]),
            ("m.qzeros", DType::I32, &[zeros]),
            ("m.g_idx", DType::I32, &[32]),
        ];
        overview(model(shapes))
    };
    assert_eq!(packed(8, 1).parameters, 256);
    assert_eq!(packed(100_000, 1).parameters, 4 * 8 * 32);
    assert_eq!(packed(8, 0).parameters, 32);
    assert_eq!(packed(8, 0).notes.len(), 1);
    let method = packed(8, 1).quantization.unwrap();
    assert_eq!((&*method.method, method.bits, &*method.source), ("gptq", Some(4), "tensors"));
}

/// A configuration that names a method, and tensors that no known method makes: the number means little.
#[test]
fn methods_whose_packing_is_not_known_are_noted() {
    let config = json!({"quantization_config": {"quant_method": "exl2", "bits": 4}}).to_string();
    let mut files =
        model(&[("m.q_weight", DType::I32, &[4, 8]), ("m.q_scale", DType::I32, &[4]), ("n", DType::F16, &[3])]);
    files.push(("config.json".to_owned(), config.into_bytes()));
    let overview = overview(files);
    assert_eq!((overview.parameters, overview.quantization.unwrap().method.as_str()), (3, "exl2"));
    assert!(overview.notes[0].message.contains("no tensor is packed in a way that is known"), "{:?}", overview.notes);
}

#[test]
fn shared_bytes_count_once() {
    let tied = trial(&json!([
        span("embedding", "F32", &[10, 10], 0, 400),
        span("head", "F32", &[10, 10], 0, 400),
        span("overlapping", "F32", &[50], 300, 200),
        span("empty", "F32", &[0], 300, 0),
        span("empty too", "F32", &[0], 300, 0),
    ]));
    assert_eq!((tied.parameters, tied.bytes, tied.tied), (150, 500, Some(true)));
    assert_eq!(tied.dtypes["F32"].tensors, 5);
    let apart = trial(&json!([span("a", "F32", &[100], 0, 400), span("b", "F32", &[100], 400, 400)]));
    assert_eq!((apart.parameters, apart.bytes, apart.tied), (200, 800, None));
}

#[test]
fn views_and_pieces_have_the_bytes_that_are_stored() {
    let overview = trial(&json!([
        {"name": "view", "dtype": "F32", "shape": [3, 2], "strides": [1, 3], "runs": [{"file": 0, "offset": 0, "len": 24}]},
        {"name": "again", "dtype": "F32", "shape": [2, 3], "strides": [3, 1], "runs": [{"file": 0, "offset": 0, "len": 24}]},
        {"name": "pieces", "dtype": "F16", "shape": [4], "runs": [
            {"file": 0, "offset": 500, "len": 4, "start": [0], "shape": [2]},
            {"file": 0, "offset": 100, "len": 4, "start": [2], "shape": [2]}]},
        span("between", "U8", &[100], 102, 100),
    ]));
    assert_eq!((overview.parameters, overview.bytes), (6 + 4 + 100, 24 + 4 + 98 + 4));
}

#[test]
fn what_the_format_says_of_quantization_counts() {
    let quantized = |scales: Value| {
        let mut bias = span("bias", "I32", &[8], 0, 32);
        bias["quantization"] = json!({"axis": 0, "scales": scales});
        trial(&json!([bias, span("scales", "F32", &[8], 32, 32), span("indices", "I32", &[8], 64, 32)]))
    };
    assert_eq!(quantized(json!("scales")).parameters, 8);
    assert_eq!(quantized(json!([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])).parameters, 16);
}

/// Elements of block types and those of less than a byte are whole weights.
#[test]
fn blocks_and_bits_count_their_elements() {
    let overview = trial(&json!([span("q", "Q4_0", &[2, 32], 0, 36), span("i", "I4", &[6], 100, 3)]));
    assert_eq!((overview.parameters, overview.bytes), (70, 39));
}
