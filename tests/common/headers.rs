//! A small vocabulary for files: good ones in a word, broken ones in two.
#![allow(dead_code, reason = "each test uses a part of it")]

/// A header, and `data` bytes after it.
pub fn file(header: impl AsRef<[u8]>, data: usize) -> Vec<u8> {
    declared(header.as_ref().len() as u64, header, data)
}

/// A header that is said to have `len` bytes, and `data` bytes after it.
pub fn declared(len: u64, header: impl AsRef<[u8]>, data: usize) -> Vec<u8> {
    let data: Vec<u8> = (1..=data).map(|at| at as u8).collect();
    [&len.to_le_bytes(), header.as_ref(), &data].concat()
}

/// Bytes as they are.
pub fn raw(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    bytes.as_ref().to_vec()
}

/// The entry of one tensor.
pub fn entry(name: &str, dtype: &str, shape: &str, offsets: &str) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}"#)
}

/// A file with one tensor, `w`.
pub fn tensor(dtype: &str, shape: &str, offsets: &str, data: usize) -> Vec<u8> {
    file(format!("{{{}}}", entry("w", dtype, shape, offsets)), data)
}

/// A file that is well: tensors of four bytes each.
pub fn tensors(names: &[&str]) -> Vec<u8> {
    let entry = |(at, name): (usize, &&str)| entry(name, "U8", "[4]", &format!("[{},{}]", 4 * at, 4 * at + 4));
    let entries: Vec<_> = names.iter().enumerate().map(entry).collect();
    file(format!("{{{}}}", entries.join(",")), 4 * names.len())
}

/// An index that assigns tensors to shards.
pub fn index(entries: &[(&str, &str)]) -> Vec<u8> {
    let entries: Vec<_> = entries.iter().map(|(tensor, shard)| format!(r#""{tensor}":"{shard}""#)).collect();
    raw(format!(r#"{{"weight_map":{{{}}}}}"#, entries.join(",")))
}
