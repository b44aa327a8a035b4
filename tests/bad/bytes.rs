//! A small vocabulary for files: good ones in a word, and broken ones in two.
#![allow(dead_code, reason = "each test uses a part of it")]

/// A header and `data` bytes after it, which count up from 0.
pub fn file(header: &str, data: usize) -> Vec<u8> {
    declared(header.len() as u64, header.as_bytes(), data)
}

/// A header that is said to have `len` bytes.
pub fn declared(len: u64, header: &[u8], data: usize) -> Vec<u8> {
    let data = (0..data).map(|at| at as u8);
    len.to_le_bytes().into_iter().chain(header.iter().copied()).chain(data).collect()
}

/// The entry of one tensor.
pub fn entry(name: &str, dtype: &str, shape: &str, offsets: &str) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}"#)
}

/// A file with one tensor that is well but for what is said of it here.
pub fn tensor(dtype: &str, shape: &str, offsets: &str, data: usize) -> Vec<u8> {
    file(&format!("{{{}}}", entry("w", dtype, shape, offsets)), data)
}

/// A file that is well: tensors of four bytes each, with these names.
pub fn tensors(names: &[&str]) -> Vec<u8> {
    let entry = |(at, name): (usize, &&str)| entry(name, "U8", "[4]", &format!("[{},{}]", 4 * at, 4 * at + 4));
    let entries: Vec<_> = names.iter().enumerate().map(entry).collect();
    file(&format!("{{{}}}", entries.join(",")), 4 * names.len())
}

/// An index that assigns tensors to shards.
pub fn index(entries: &[(&str, &str)]) -> Vec<u8> {
    let entries: Vec<_> = entries.iter().map(|(tensor, shard)| format!(r#""{tensor}":"{shard}""#)).collect();
    format!(r#"{{"weight_map":{{{}}}}}"#, entries.join(",")).into_bytes()
}
