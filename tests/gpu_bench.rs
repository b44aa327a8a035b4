//! The bench for a real card works: it is built as for the journey, and goes through everything once with the stand-in as driver.

mod common;

use std::fs;
use std::process::Command;

use common::{cargo_folder, cuda_stub, empty_folder, run, tools};
use serde_json::Value;

#[test]
fn every_row_comes_out_of_the_bench_for_a_card() {
    let Some(stub) = cuda_stub("gpu-bench-stub", &[]).filter(|_| tools(&["g++", "strip", "objdump", "python3"])) else {
        return;
    };
    let folder = empty_folder("gpu-bench");
    let carried = folder.join("carried");
    run(Command::new("bash")
        .arg("benches/gpu/build.sh")
        .arg(&carried)
        .env("PROFILE", "quick")
        .env("CARGO_TARGET_DIR", cargo_folder()));

    let results = folder.join("results");
    let mut command = Command::new("env");
    command.arg(format!("LD_LIBRARY_PATH={}", stub.display())).args(["STUB_CUDA_MEMORY_MB=8192", "python3"]);
    command.arg(carried.join("run.py")).arg("--quick").arg("--out").arg(&results);
    let table = run(command.arg("--weights").arg(folder.join("weights")));
    assert!(table.contains("ours, BLAKE3") && table.contains("pinned ceiling"), "{table}");

    let json = fs::read_dir(&results).unwrap().map(|entry| entry.unwrap().path());
    let json: Vec<_> = json.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    let [json] = &json[..] else { panic!("expected one file of results: {json:?}") };
    let text = fs::read_to_string(json).unwrap();
    let _: Value = serde_json::from_str(&text).unwrap();
    assert!(!text.contains("\"error\""), "a row has failed: {text}");
    fs::remove_dir_all(folder.join("weights")).unwrap();
}
