//! A process without memory: the C library answers with an error, keeps nothing, prints nothing and goes on.
//!
//! The programs in `out_of_memory` use a model in every way that takes memory, again and again. In one, `malloc` and its kind
//! fail at a certain request; in the other, the address space is limited. The library is the one that is installed, with its
//! allocator.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod common;
#[path = "common/headers.rs"]
mod headers;
#[path = "out_of_memory/large.rs"]
mod large;
#[path = "common/protobuf.rs"]
mod protobuf;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{link_c_library, run, tool};
use sha2::{Digest, Sha256};

/// Files of a model, by name; the first is a directory's or the model itself.
type Files = Vec<(&'static str, Vec<u8>)>;

/// Builds one of the programs in an empty folder.
fn program(name: &str, folder: &Path) -> Option<PathBuf> {
    let compiler = tool("cc")?;
    let binary = folder.join(name);
    let mut command = Command::new(compiler);
    command.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-g", "-Iinclude"]);
    command.arg(format!("tests/out_of_memory/{name}.c")).arg("-o").arg(&binary);
    run(link_c_library(&mut command).arg("-pthread"));
    Some(binary)
}

/// Runs a program, which has to succeed and say nothing of its own on standard error.
fn run_silently(command: &mut Command) -> String {
    command.env_remove("LD_LIBRARY_PATH").env_remove("RUST_BACKTRACE");
    let output = command.output().unwrap();
    let (printed, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && complaint.is_empty(), "{}: {command:?}\n{printed}{complaint}", output.status);
    printed.into_owned()
}

fn write(folder: &Path, files: &Files) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// A small model with everything that a directory may hold: an index, shards, metadata, both manifests, assets.
fn checkpoint() -> Files {
    let shard = |name: &str| {
        let header = format!(
            r#"{{"__metadata__":{{"format":"pt","of":"{name}"}},"{name}.w":{{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}},"{name}.v":{{"dtype":"I8","shape":[2],"data_offsets":[8,10]}}}}"#
        );
        headers::file(header, 10)
    };
    let map = r#""a.w":"a.safetensors","a.v":"a.safetensors","b.w":"b.safetensors""#;
    let index = format!(r#"{{"metadata":{{"total_size":20}},"weight_map":{{{map}}}}}"#).into_bytes();
    let config = br#"{"model_type":"llama","hidden_size":2,"rope":{"type":"x","factors":[1,2.5]}}"#.to_vec();
    let mut files = vec![
        ("model.safetensors.index.json", index),
        ("a.safetensors", shard("a")),
        ("b.safetensors", shard("b")),
        ("config.json", config),
        ("tokenizer.json", b"{}".to_vec()),
    ];
    let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(bytes))).collect();
    let records = files.iter().map(|(name, bytes)| {
        format!(r#""{name}":{{"size":{},"sha256":"{}","blake3":"{}"}}"#, bytes.len(), hex(bytes), blake3::hash(bytes))
    });
    let tensor =
        format!(r#""a.w":{{"file":"a.safetensors","dtype":"F16","shape":[2,2],"blake3":"{}"}}"#, blake3::hash(&[0; 8]));
    let record =
        format!(r#"{{"weighbridge":1,"files":{{{}}},"tensors":{{{tensor}}}}}"#, records.collect::<Vec<_>>().join(","));
    files.extend([("SHA256SUMS", sums.into_bytes()), ("weighbridge.json", record.into_bytes())]);
    files
}

/// ONNX models with graphs inside graphs, functions, every kind of attribute, contents that are built, and external data.
const GRAPHS: &[&str] = &[
    "tests/onnx/golden/made/loop-if.onnx",
    "tests/onnx/golden/made/functions.onnx",
    "tests/onnx/golden/made/attributes.onnx",
    "tests/onnx/golden/made/types-typed.onnx",
    "tests/onnx/golden/made/sparse.onnx",
    "tests/onnx/golden/external/checksum",
];

#[test]
fn every_request_for_memory_may_fail() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = program("requests", folder.path()) else { return };
    let model = folder.path().join("checkpoint");
    write(&model, &checkpoint());
    run_silently(Command::new(&program).args(["0", "0", "200"]).arg(&model));
    // They are read by the same code, and allocate much as each other: a part of the requests is enough.
    run_silently(Command::new(&program).args(["0", "0", "12"]).args(GRAPHS));
}

/// What std and the C library need for a thread before anything can fail are blocks of at most 48 bytes, which the library can
/// only ask for before.
#[test]
fn every_request_for_memory_may_fail_beside_threads() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = program("requests", folder.path()) else { return };
    let model = folder.path().join("checkpoint");
    write(&model, &checkpoint());
    run_silently(Command::new(&program).args(["2", "49", "40"]).arg(&model).arg(GRAPHS[0]));
}

/// Blocks above 64 KiB never come from the reserve.
#[test]
fn every_large_request_for_memory_may_fail() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = program("requests", folder.path()) else { return };
    let mut command = Command::new(program);
    command.args(["0", "65537", "8"]);
    for (name, files) in large::models(150_000) {
        write(&folder.path().join(name), &files);
        command.arg(folder.path().join(name));
    }
    run_silently(&mut command);
}

#[test]
fn a_small_address_space_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = program("limits", folder.path()) else { return };
    let mut models = Vec::new();
    for (name, files) in large::models(400_000) {
        write(&folder.path().join(name), &files);
        models.push(folder.path().join(name));
    }
    run_silently(Command::new(&program).args(["0", "512"]).args(&models));
    // Where a list is copied or an object is made for each of many items, the steps that show it are small.
    let is_fine = |model: &&PathBuf| ["attributes", "shards", "small-tensors"].iter().any(|name| model.ends_with(name));
    run_silently(Command::new(&program).args(["0", "96"]).args(models.iter().filter(is_fine)));
    // A thread has a stack, too.
    run_silently(Command::new(&program).args(["2", "512"]).arg(&models[0]).arg(models.last().unwrap()));
}
