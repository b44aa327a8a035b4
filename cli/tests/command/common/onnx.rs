//! What the onnx package finds in the golden ONNX models of the library, and how the command has to tell it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/onnx/golden").join(name)
}

/// What the onnx package finds in each golden model. Models that need links are left to the tests of the library.
pub fn expectations() -> Vec<Value> {
    let lines = fs::read_to_string(golden("expected.jsonl")).unwrap();
    let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|expected| expected.get("links").is_none()).collect()
}

pub fn file_of(expected: &Value) -> PathBuf {
    golden(expected["file"].as_str().unwrap())
}

pub fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object[key].as_array().map_or(&[], |list| list)
}

pub fn initializers(graph: &Value) -> Vec<Value> {
    [list(graph, "initializers"), list(graph, "sparse_initializers")].concat()
}

/// An input or output as `inspect` has to tell it.
pub fn value(expected: &Value) -> Value {
    let ty = &expected["type"];
    let is_tensor = ["tensor", "sparse_tensor"].iter().any(|kind| ty["kind"] == *kind);
    let size = |dim: &Value| if dim.is_object() { dim["dim"].clone() } else { dim.clone() };
    let shape = ty["shape"].as_array().filter(|_| is_tensor).map(|dims| dims.iter().map(size).collect::<Vec<_>>());
    let dtype = if is_tensor { dtype(ty["elem_type"].as_str().unwrap()) } else { None };
    let mut value = json!({"name": expected["name"], "dtype": dtype, "shape": shape});
    if ty.is_object() && !is_tensor {
        value["type"] = spelled(ty).into();
    }
    value
}

/// A type in words.
pub fn spelled(ty: &Value) -> String {
    let elements = |ty: &Value| dtype(ty.as_str().unwrap()).unwrap();
    let dim = |dim: &Value| match dim {
        Value::Number(size) => size.to_string(),
        Value::String(name) => name.clone(),
        _ => "?".to_owned(),
    };
    match ty["kind"].as_str().unwrap() {
        "tensor" => {
            let dims = ty["shape"].as_array().map(|dims| dims.iter().map(dim).collect::<Vec<_>>().join(", "));
            format!("{} [{}]", elements(&ty["elem_type"]), dims.unwrap_or("…".to_owned()))
        }
        "map" => format!("map({}, {})", elements(&ty["key"]), spelled(&ty["value"])),
        "opaque" => "opaque".to_owned(),
        kind => format!("{kind}({})", spelled(&ty["elem"])),
    }
}

/// Names of element types: those of ONNX, and ours.
const DTYPES: &[(&str, &str)] = &[
    ("FLOAT", "F32"),
    ("UINT8", "U8"),
    ("INT8", "I8"),
    ("UINT16", "U16"),
    ("INT16", "I16"),
    ("INT32", "I32"),
    ("INT64", "I64"),
    ("STRING", "STRING"),
    ("BOOL", "BOOL"),
    ("FLOAT16", "F16"),
    ("DOUBLE", "F64"),
    ("UINT32", "U32"),
    ("UINT64", "U64"),
    ("COMPLEX64", "C64"),
    ("COMPLEX128", "C128"),
    ("BFLOAT16", "BF16"),
    ("FLOAT8E4M3FN", "F8_E4M3"),
    ("FLOAT8E4M3FNUZ", "F8_E4M3FNUZ"),
    ("FLOAT8E5M2", "F8_E5M2"),
    ("FLOAT8E5M2FNUZ", "F8_E5M2FNUZ"),
    ("UINT4", "U4"),
    ("INT4", "I4"),
    ("FLOAT4E2M1", "F4"),
    ("FLOAT8E8M0", "F8_E8M0"),
    ("UINT2", "U2"),
    ("INT2", "I2"),
    ("FLOAT6E2M3", "F6_E2M3"),
    ("FLOAT6E3M2", "F6_E3M2"),
];

pub fn dtype(onnx: &str) -> Option<&'static str> {
    let found = DTYPES.iter().find(|(name, _)| *name == onnx);
    assert!(found.is_some() || onnx == "UNDEFINED", "{onnx}");
    found.map(|(_, ours)| *ours)
}

pub fn domain(name: &Value) -> &str {
    name.as_str().filter(|name| !name.is_empty()).unwrap_or("ai.onnx")
}
