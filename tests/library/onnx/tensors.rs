//! The contents of a tensor, compared with an expectation in the form of `golden/expected.jsonl`; see `README.md`.

use serde_json::Value;
use weighbridge::Model;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::tensor::STRING_OFFSET;

use super::describe;

/// What a tensor should be, compared with what it is.
pub fn assert_same(file: &str, model: &Model, index: usize, expected: &Value, bytes: &[u8]) {
    let tensor = model.tensors().get(index).unwrap();
    let at = format!("{file}: {} ({})", expected["path"], tensor.name);
    assert_eq!(describe::data_type(tensor.dtype), expected["data_type"].as_str().unwrap(), "{at}");
    let dims: Vec<i64> = expected["dims"].as_array().unwrap().iter().map(|dim| dim.as_i64().unwrap()).collect();
    assert_eq!(tensor.shape, dims, "{at}");
    match expected["strings"].as_array() {
        Some(strings) => {
            let strings: Vec<&str> = strings.iter().map(|string| string.as_str().unwrap()).collect();
            assert_eq!(strings_of(bytes, strings.len()), strings, "{at}");
        }
        None => {
            assert_eq!(bytes.len() as u64, expected["bytes"].as_u64().unwrap(), "{at}");
            let digest = Digest::of(Algorithm::Sha256, bytes).to_string();
            let hex = expected["hex"].as_str().unwrap_or("").to_owned();
            assert_eq!(digest, expected["sha256"].as_str().unwrap(), "{at}: {} and not {hex}", describe::hex(bytes));
        }
    }
}

/// The elements of a tensor of strings, in hexadecimal.
fn strings_of(bytes: &[u8], count: usize) -> Vec<String> {
    let width = STRING_OFFSET as usize;
    let offset = |index: usize| u64::from_le_bytes(bytes[index * width..][..width].try_into().unwrap()) as usize;
    let data = &bytes[(count + 1) * width..];
    assert_eq!(offset(count), data.len());
    (0..count).map(|index| describe::hex(&data[offset(index)..offset(index + 1)])).collect()
}
