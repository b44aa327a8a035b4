//! The command with CUDA devices: those of the stand-in for the driver (`tests/cuda/stub`).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::common::{bad, command, fails, good, good_json, path, succeeds, text};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn tiny_llama() -> PathBuf {
    root().join("tests/golden/tiny-llama")
}

/// The folder of the stand-in, which is built once. Without a compiler, the test says that it is skipped.
fn stand_in() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| crate::tools::cuda_stub("cuda-stand-in", &[])).as_deref()
}

/// The command on a machine whose driver is in this folder.
fn on(driver: &Path, args: &[&str]) -> Command {
    let mut command = command(args);
    command.env("LD_LIBRARY_PATH", driver);
    command
}

/// Runs a load that has to succeed, and then to have left nothing on the devices and to have used the driver as its
/// manual says.
fn load(driver: &Path, args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let model = tiny_llama();
    let args = [&["load", path(&model)], args].concat();
    let printed = succeeds(on(driver, &args).env("STUB_CUDA_REPORT", &report));
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["violations"], json!([]), "{args:?}");
    for left in ["device_allocations", "pinned_ranges", "streams", "events", "device_bytes", "pageable_copies"] {
        assert_eq!(report[left], 0, "{left} after {args:?}");
    }
    printed
}

fn load_json(driver: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&load(driver, &[args, &["--json"]].concat())).unwrap()
}

/// The cells of the first table.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().skip(1).take_while(|line| !line.is_empty());
    rows.map(|row| row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect()
}

fn names_on<'a>(rows: &'a [Vec<&str>], device: &str) -> BTreeSet<&'a str> {
    rows.iter().filter(|row| row[4] == device).map(|row| row[0]).collect()
}

fn stage<'a>(seen: &'a Value, name: &str) -> &'a Value {
    let stages = seen["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["name"] == name).unwrap_or_else(|| panic!("no {name} in {stages:?}"))
}

const ALL_MATCH: &str = "tensors: 39 match, 0 mismatch, 0 not covered";

#[test]
fn devices_tells_what_the_driver_has() {
    let Some(driver) = stand_in() else { return };
    let listed = succeeds(&mut on(driver, &["devices"]));
    assert!(listed.starts_with("2 devices, driver for CUDA "), "{listed}");
    let row = |ordinal: u32| {
        let start = format!("cuda:{ordinal}");
        listed.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{start} is not in {listed}"))
    };
    let seen: Value = serde_json::from_str(&succeeds(&mut on(driver, &["devices", "--json"]))).unwrap();
    assert_eq!(seen["devices"].as_array().map(Vec::len), Some(2));
    for (ordinal, device) in (0..).zip(seen["devices"].as_array().unwrap()) {
        assert_eq!((&device["ordinal"], &device["free_bytes"]), (&json!(ordinal), &Value::Null), "{device}");
        let uuid = device["uuid"].as_str().unwrap();
        let groups: Vec<_> = uuid.split('-').map(str::len).collect();
        assert!(uuid.starts_with("GPU-") && groups == [3, 8, 4, 4, 4, 12], "{uuid}");
        let memory = device["memory_bytes"].as_u64().unwrap() >> 20;
        assert_eq!(memory, 512);
        for key in ["name", "uuid", "pci", "compute_capability"] {
            assert!(row(ordinal).contains(device[key].as_str().unwrap()), "{key} of {device} in {listed}");
        }
        assert!(row(ordinal).contains("536,870,912") && row(ordinal).ends_with('—'), "{listed}");
    }
    let version = seen["cuda_version"].as_str().unwrap();
    assert!(listed.contains(&format!("CUDA {version}\n")), "{listed}");
    assert!(succeeds(on(driver, &["devices"]).env("STUB_CUDA_DEVICES", "1")).starts_with("1 device, "));
}

#[test]
fn a_load_tells_where_every_tensor_is_and_what_each_stage_took() {
    let Some(driver) = stand_in() else { return };
    let text = load(driver, &["--device", "cuda:0"]);
    let placed = rows(&text);
    assert_eq!((placed.len(), names_on(&placed, "cuda:0").len()), (39, 39), "{text}");
    let address = |cell: &str| u64::from_str_radix(cell.strip_prefix("0x").unwrap(), 16).unwrap();
    assert!(placed.iter().all(|row| address(row[5]) % 256 == 0), "{text}");
    for part in [ALL_MATCH, "\n39 tensors\ncuda:0: 39 tensors in ", "summed over all its threads"] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    for start in ["phase ", "open ", "load ", "stage ", "prepare ", "read ", "sha256 ", "send "] {
        assert!(text.lines().any(|line| line.starts_with(start)), "{start} begins no line of:\n{text}");
    }
}

#[test]
fn a_load_tells_a_program_the_same() {
    let Some(driver) = stand_in() else { return };
    let seen = load_json(driver, &["--device", "cuda:1"]);
    assert_eq!((&seen["tensors"], &seen["bytes"]), (&json!(39), &json!(427_136)));
    assert_eq!((&seen["phases"][0]["name"], &seen["phases"][1]["name"]), (&json!("open"), &json!("load")));
    assert_eq!((&seen["devices"][0]["ordinal"], &seen["devices"][0]["tensors"]), (&json!(1), &json!(39)));
    let sent = stage(&seen, "send");
    assert_eq!(sent["bytes"], seen["devices"][0]["bytes"]);
    assert!(sent["thread_seconds"].as_f64().unwrap() > 0.0, "{sent}");
    assert!(stage(&seen, "read")["gb_per_thread_second"].is_f64());
    for timeless in ["prepare", "send"] {
        assert_eq!(stage(&seen, timeless)["gb_per_thread_second"], Value::Null, "{timeless}");
    }
    let matching = seen["checks"].as_array().unwrap().iter().filter(|check| check["outcome"] == "match");
    assert_eq!(matching.filter(|check| check["kind"] == "tensor").count(), 39);
}

#[test]
fn several_devices_get_everything_or_what_routes_say() {
    let Some(driver) = stand_in() else { return };
    let both = load(driver, &["--device", "cuda:all"]);
    assert!(both.contains("\n78 tensors\n") && both.contains(ALL_MATCH), "{both}");
    let both = rows(&both);
    assert_eq!(names_on(&both, "cuda:0"), names_on(&both, "cuda:1"));
    assert_eq!(names_on(&both, "cuda:0").len(), 39);

    let routes =
        ["--route", "*.layers.[01].*=cuda:0", "--route", "*.layers.[23].*=cuda:1", "--route", "lm_head*=cuda:1"];
    let split = load(driver, &[&["--device", "cuda:0,1"], &routes[..]].concat());
    assert!(split.contains(ALL_MATCH), "{split}");
    let split = rows(&split);
    let (first, second) = (names_on(&split, "cuda:0"), names_on(&split, "cuda:1"));
    assert_eq!(
        first.intersection(&second).copied().collect::<Vec<_>>(),
        ["model.embed_tokens.weight", "model.norm.weight"]
    );
    assert_eq!(first.union(&second).count(), 39);
    assert!(first.iter().all(|name| !name.contains("layers.2") && *name != "lm_head.weight"));
    let shares = load_json(driver, &["--device", "cuda:1,0", "--route", "*=cuda:1"])["devices"].clone();
    assert_eq!((&shares[0]["tensors"], &shares[1]), (&json!(39), &json!({"ordinal": 0, "tensors": 0, "bytes": 0})));
}

#[test]
fn slices_and_casts_show_in_the_table_and_everything_is_still_checked() {
    let Some(driver) = stand_in() else { return };
    let wanted =
        ["--slice", "*.q_proj.weight:0:1/4", "--slice", "lm_head.weight:1:0/2", "--cast", "*norm.weight:BF16=F32"];
    let uneven = ["--slice", "*.k_proj.weight:0:0/3", "--spread-uneven"];
    let wanted = [&wanted[..], &uneven].concat();
    let on_device = load(driver, &[&["--device", "cuda:0"], &wanted[..]].concat());
    let on_host = load_on_host(&wanted);
    for text in [&on_device, &on_host] {
        assert!(text.contains(ALL_MATCH), "{text}");
        let placed = rows(text);
        let of = |name: &str| placed.iter().find(|row| row[0] == name).unwrap()[1..4].to_vec();
        assert_eq!(of("model.layers.0.self_attn.q_proj.weight"), ["BF16", "[16, 64]", "2,048"]);
        assert_eq!(of("model.layers.0.self_attn.k_proj.weight"), ["BF16", "[11, 64]", "1,408"]);
        assert_eq!(of("lm_head.weight"), ["BF16", "[512, 32]", "32,768"]);
        assert_eq!(of("model.norm.weight"), ["F32", "[64]", "256"]);
        assert_eq!(of("model.embed_tokens.weight"), ["BF16", "[512, 64]", "65,536"]);
        assert!(text.lines().any(|line| line.starts_with("convert ")), "{text}");
    }
}

#[test]
fn a_slice_that_is_not_even_has_a_cure() {
    let line = bad(2, &["load", path(&tiny_llama()), "--slice", "*.k_proj.weight:0:0/3"]);
    assert!(line.contains("3 ranks cannot share evenly"), "{line}");
    assert!(line.ends_with(": give the first parts one more with --spread-uneven\n"), "{line}");
}

fn load_on_host(args: &[&str]) -> String {
    let model = tiny_llama();
    good(&[&["load", path(&model), "--device", "host"], args].concat())
}

#[test]
fn the_host_is_a_device_too() {
    let model = tiny_llama();
    let form = |text: &str| rows(text).into_iter().map(|row| row.join(" ")).collect::<Vec<_>>();
    assert_eq!(form(&load_on_host(&[])), form(&good(&["load", path(&model)])));
    let seen = good_json(&["load", path(&model), "--device", "host", "--json"]);
    assert_eq!(seen["devices"], json!([]));
    assert_eq!(stage(&seen, "read")["bytes"].as_u64().map(|bytes| bytes >= 427_136), Some(true));
}

#[test]
fn how_files_are_read_changes_no_result() {
    let Some(driver) = stand_in() else { return };
    let ways: &[&[&str]] = &[
        &["--reads", "buffered"],
        &["--reads", "direct"],
        &["--reads", "auto", "--read"],
        &["--readers", "1"],
        &["--staging", "1MiB", "--readers", "3"],
    ];
    for way in ways {
        let text = load(driver, &[&["--device", "cuda:0"], *way].concat());
        assert!(text.contains(ALL_MATCH), "{way:?}: {text}");
        assert!(load_on_host(way).contains(ALL_MATCH), "{way:?}");
    }
}

#[test]
fn without_a_driver_or_a_device_the_reason_is_told() {
    let broken = tempfile::tempdir().unwrap();
    fs::write(broken.path().join("libcuda.so.1"), "no library").unwrap();
    let model = tiny_llama();
    let commands: &[&[&str]] = &[
        &["devices"],
        &["devices", "--json"],
        &["load", path(&model), "--device", "cuda:0"],
        &["load", path(&model), "--device", "cuda:all"],
    ];
    for args in commands {
        let line = fails(3, &mut on(broken.path(), args));
        assert!(line.contains("there is no CUDA driver"), "{args:?}: {line}");
        let Some(driver) = stand_in() else { continue };
        let line = fails(3, on(driver, args).env("STUB_CUDA_INIT", "100"));
        assert!(line.contains("there is no CUDA device"), "{args:?}: {line}");
        let line = fails(3, on(driver, args).env("STUB_CUDA_DEVICES", "0"));
        assert!(line.contains("there is no CUDA device"), "{args:?}: {line}");
    }
}

#[test]
fn a_device_that_fails_is_the_machine_and_not_the_model() {
    let Some(driver) = stand_in() else { return };
    let model = tiny_llama();
    let args = ["load", path(&model), "--device", "cuda:0"];
    let line = fails(3, on(driver, &args).env("STUB_CUDA_FAIL", "cuMemcpyHtoDAsync_v2@1=700!"));
    assert!(line.contains("CUDA_ERROR_ILLEGAL_ADDRESS"), "{line}");
    let line = fails(3, on(driver, &args).env("STUB_CUDA_MEMORY_MB", "0"));
    assert!(line.contains("CUDA_ERROR_OUT_OF_MEMORY"), "{line}");
}

#[test]
fn what_devices_cannot_do_is_bad_usage() {
    let Some(driver) = stand_in() else { return };
    let model = tiny_llama();
    let refused = |args: &[&str], parts: &[&str]| {
        let line = fails(2, &mut on(driver, &[&["load", path(&model)], args].concat()));
        assert!(parts.iter().all(|part| line.contains(part)), "{args:?}: {line}");
    };
    refused(&["--device", "cuda:7"], &["there is no CUDA device 7", "has 2"]);
    refused(&["--device", "cuda:0,0"], &["--device", "listed twice"]);
    refused(&["--device", "cuda:0", "--route", "*=cuda:1"], &["--route *=cuda:1", "--device"]);
    refused(&["--device", "host", "--route", "*=cuda:0"], &["--route *=cuda:0", "--device"]);
    refused(&["--device", "cuda:0", "--route", "no.such*=cuda:0"], &["--route no.such*", "no selected tensor"]);
    refused(&["--device", "cuda:0", "--staging", "64KiB"], &["--staging", "expected at least"]);
}

#[test]
fn what_a_model_cannot_be_cut_or_turned_into_is_bad_usage() {
    let model = tiny_llama();
    let refused = |args: &[&str], parts: &[&str]| {
        let line = bad(2, &[&["load", path(&model)], args].concat());
        assert!(parts.iter().all(|part| line.contains(part)), "{args:?}: {line}");
    };
    refused(&["--slice", "no.such*:0:0/2"], &["--slice no.such*", "no selected tensor"]);
    refused(&["--cast", "no.such*=F32"], &["--cast no.such*", "no selected tensor"]);
    refused(&["--slice", "*.q_proj.weight:0:0/3"], &["q_proj", "cannot share evenly"]);
    refused(&["--slice", "*:1:0/2"], &["input_layernorm", "dimension 1"]);
    refused(&["--cast", "*=I8"], &["from BF16 to I8"]);
    refused(&["--cast", "*=F32", "--target", "view"], &["a view can neither convert"]);
}

#[test]
fn a_malformed_argument_is_named_and_its_form_is_shown() {
    let model = tiny_llama();
    let refused = |args: &[&str], parts: &[&str]| {
        let output = command(&[&["load", path(&model)], args].concat()).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{args:?}: {said}");
    };
    for device in ["cuda:x", "cuda", "cuda:0,", "gpu"] {
        refused(&["--device", device], &["--device", "cuda:0,1", "cuda:all", "host"]);
    }
    for slice in ["*", "*:0", "*:0:1", "*:x:0/2", "*:0:2/2", ":0:0/2"] {
        refused(&["--slice", slice], &["--slice", "GLOB:DIM:RANK/WORLD", "'*.q_proj.weight:0:1/4'"]);
    }
    refused(&["--cast", "*=FP16"], &["--cast", "FP16 is not an element type", "'*.weight=BF16'"]);
    refused(&["--cast", "BF16"], &["--cast", "GLOB=TYPE"]);
    refused(&["--device", "cuda:0", "--route", "*=1"], &["--route", "GLOB=cuda:N"]);
    refused(&["--staging", "64M"], &["--staging", "64MiB"]);
    refused(&["--readers", "0"], &["--readers"]);
    refused(&["--reads", "fast"], &["--reads", "auto, buffered, direct"]);
    refused(&["--device", "cuda:0", "--target", "view"], &["--device", "cannot be used with", "--target"]);
    refused(&["--route", "*=cuda:0"], &["--device"]);
    refused(&["--spread-uneven"], &["--slice"]);
}
