//! How `graph_text.rs` spells text, tensors and types.

use std::fmt::Write;

use serde_json::Value;

/// The contents of a tensor of strings, as the library builds them: where each begins and ends, then their bytes.
pub fn built(strings: &Value) -> Vec<u8> {
    let strings: Vec<_> = strings.as_array().unwrap().iter().map(unhex).collect();
    let mut offset = 0;
    let mut bytes = 0_u64.to_le_bytes().to_vec();
    for string in &strings {
        offset += string.len() as u64;
        bytes.extend(offset.to_le_bytes());
    }
    bytes.extend(strings.concat());
    bytes
}

pub fn spell_type(ty: &Value) -> String {
    let kind = match ty.get("kind").and_then(Value::as_str).unwrap_or_default() {
        "" => "unknown",
        "sparse_tensor" => "sparse",
        kind => kind,
    };
    let mut text = format!(" {kind}");
    if let Some(dtype) = ty.get("elem_type").or(ty.get("key")) {
        write!(text, " {}", spell_dtype(dtype).unwrap_or("?")).unwrap();
    }
    if let Some(shape) = ty.get("shape") {
        let dims: Vec<_> = shape.as_array().unwrap().iter().map(spell_dim).collect();
        write!(text, "[{}]", dims.join(", ")).unwrap();
    }
    if let Some(denotation) = ty.get("denotation") {
        write!(text, " means {}", quoted(denotation.as_str().unwrap().as_bytes())).unwrap();
    }
    let element = ty.get("elem").or(ty.get("value"));
    text + &element.map(|element| format!(" of{}", spell_type(element))).unwrap_or_default()
}

pub fn spell_dim(dim: &Value) -> String {
    match dim {
        Value::Null => "?".to_owned(),
        Value::String(symbol) if symbol.is_empty() => "?".to_owned(),
        Value::String(symbol) => quoted(symbol.as_bytes()),
        Value::Object(both) => {
            let denotation = quoted(both["denotation"].as_str().unwrap().as_bytes());
            format!("{} means {denotation}", spell_dim(&both["dim"]))
        }
        size => size.to_string(),
    }
}

pub fn spell_dims(dims: &Value) -> String {
    let dims: Vec<_> = dims.as_array().unwrap().iter().map(Value::to_string).collect();
    format!("[{}]", dims.join(", "))
}

pub fn spell_kind(kind: &str) -> &'static str {
    match kind {
        "FLOAT" => "float",
        "INT" => "int",
        "STRING" => "string",
        "TENSOR" => "tensor",
        "GRAPH" => "graph",
        "FLOATS" => "floats",
        "INTS" => "ints",
        "STRINGS" => "strings",
        "TENSORS" => "tensors",
        "GRAPHS" => "graphs",
        "SPARSE_TENSOR" => "sparse",
        "SPARSE_TENSORS" => "sparses",
        "TYPE_PROTO" => "type",
        "TYPE_PROTOS" => "types",
        other => panic!("{other}"),
    }
}

/// How the library spells an element type; `None` if it does not know it.
pub fn spell_dtype(dtype: &Value) -> Option<&'static str> {
    Some(match dtype.as_str()? {
        "FLOAT" => "F32",
        "UINT8" => "U8",
        "INT8" => "I8",
        "UINT16" => "U16",
        "INT16" => "I16",
        "INT32" => "I32",
        "INT64" => "I64",
        "STRING" => "STRING",
        "BOOL" => "BOOL",
        "FLOAT16" => "F16",
        "DOUBLE" => "F64",
        "UINT32" => "U32",
        "UINT64" => "U64",
        "COMPLEX64" => "C64",
        "COMPLEX128" => "C128",
        "BFLOAT16" => "BF16",
        "FLOAT8E4M3FN" => "F8_E4M3",
        "FLOAT8E4M3FNUZ" => "F8_E4M3FNUZ",
        "FLOAT8E5M2" => "F8_E5M2",
        "FLOAT8E5M2FNUZ" => "F8_E5M2FNUZ",
        "FLOAT8E8M0" => "F8_E8M0",
        "FLOAT6E2M3" => "F6_E2M3",
        "FLOAT6E3M2" => "F6_E3M2",
        "FLOAT4E2M1" => "F4",
        "UINT4" => "U4",
        "INT4" => "I4",
        "UINT2" => "U2",
        "INT2" => "I2",
        "UNDEFINED" => return None,
        other => panic!("{other}"),
    })
}

/// Text in quotes: what is not printable ASCII, and quotes and backslashes, as \xNN.
pub fn quoted(text: &[u8]) -> String {
    let spell = |byte: &u8| match byte {
        b'"' | b'\\' => format!("\\x{byte:02x}"),
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("\"{}\"", text.iter().map(spell).collect::<String>())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &Value) -> Vec<u8> {
    let digits = text.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}
