//! Models of weights without graphs: what they hold, and how much of it is read.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;
use weighbridge::check::{CheckOptions, check_with};
use weighbridge::host::{Cancel, Progress};
use weighbridge::{Context, Finding, Kind, Model, OpenOptions, Policy, Severity};

/// A tensor of a file: name, element type, elements, bytes.
type Row<'a> = (&'a str, &'a str, u64, &'a [u8]);

/// The header of a file whose tensors follow each other, with so many bytes each.
fn header(tensors: &[(&str, &str, u64, u64)], padding: usize) -> Vec<u8> {
    let (mut entries, mut end) = (serde_json::Map::new(), 0);
    for (name, dtype, elements, len) in tensors {
        let offsets = [end, end + len];
        entries.insert((*name).to_owned(), json!({"dtype": dtype, "shape": [elements], "data_offsets": offsets}));
        end += len;
    }
    let mut text = json!(entries).to_string();
    text.push_str(&" ".repeat(text.len().next_multiple_of(8) - text.len() + padding));
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

fn file(tensors: &[Row<'_>], padding: usize) -> Vec<u8> {
    let rows = tensors.iter().map(|&(name, dtype, elements, bytes)| (name, dtype, elements, bytes.len() as u64));
    let rows: Vec<_> = rows.collect();
    let contents = tensors.iter().flat_map(|(.., bytes)| *bytes).copied();
    header(&rows, padding).into_iter().chain(contents).collect()
}

fn open(bytes: Vec<u8>) -> Model {
    Model::from_memory(bytes.into(), &OpenOptions::default(), &Context::new()).unwrap()
}

fn findings(tensors: &[Row<'_>]) -> Vec<Finding> {
    open(file(tensors, 0)).check(&CheckOptions::default()).unwrap()
}

fn rules(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule).collect()
}

/// The one finding of a rule.
fn the<'a>(findings: &'a [Finding], rule: &str) -> &'a Finding {
    let found: Vec<_> = findings.iter().filter(|finding| finding.rule == rule).collect();
    assert_eq!(found.len(), 1, "{rule}: {findings:#?}");
    found[0]
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn healthy_weights_only_have_a_size() {
    for name in ["tiny-llama", "no-index", "diffusers-style", "edge.safetensors"] {
        let path = Path::new("tests/golden").join(name);
        let model = Model::open(path, &OpenOptions::default(), &Context::new()).unwrap();
        assert_eq!(rules(&model.check(&CheckOptions::default()).unwrap()), ["model.size"], "{name}");
    }
    let (a, b) = (floats(&[1.0; 4]), [0; 6]);
    let found = findings(&[("a", "F32", 4, &a), ("b", "F16", 3, &b)]);
    let size = the(&found, "model.size");
    assert_eq!(size.message, "weights by type: F16 6 bytes in 1 tensor, F32 16 bytes in 1 tensor");
}

#[test]
fn a_model_of_nothing_is_told() {
    let found = findings(&[]);
    assert_eq!(rules(&found), ["model.tensors.none", "model.size"]);
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[1].message, "there are no weight tensors");
}

#[test]
fn what_the_index_does_not_name_is_told() {
    let golden = Path::new("tests/golden/stale-shard");
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(golden).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    fs::write(copy.path().join("other.safetensors"), file(&[], 0)).unwrap();
    let model = Model::open(copy.path(), &OpenOptions::default(), &Context::new()).unwrap();
    let found = model.check(&CheckOptions::default()).unwrap();
    let told = &the(&found, "weights.unindexed").message;
    assert!(told.starts_with("the index does not name 2 tensors of the weight files: `down.0.weight` in "), "{told}");
    assert!(told.ends_with(", and 1 weight file beside them: `other.safetensors`"), "{told}");
}

#[test]
fn what_the_reader_noted_many_times_is_told_once() {
    let shard = |at: usize| {
        let rows = json!({
            "__metadata__": {"step": at.to_string()},
            format!("w{at}"): {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]},
        });
        let text = rows.to_string();
        [&(text.len() as u64).to_le_bytes()[..], text.as_bytes(), &[0]].concat()
    };
    let folder = tempfile::tempdir().unwrap();
    for at in 1..8 {
        fs::write(folder.path().join(format!("m-0000{at}-of-00007.safetensors")), shard(at)).unwrap();
    }
    let model = Model::open(folder.path(), &OpenOptions::default(), &Context::new()).unwrap();
    assert_eq!(model.notes().len(), 6);
    let found = model.check(&CheckOptions::default()).unwrap();
    let told = the(&found, "safetensors.metadata.differs");
    assert_eq!(told.path, "m-00002-of-00007.safetensors");
    assert!(told.message.contains("; m-00003-of-00007.safetensors (metadata \"step\""), "{told}");
    assert!(told.message.ends_with("; and 2 more"), "{told}");
}

#[test]
fn places_that_do_not_suit_the_elements_are_told() {
    let (byte, values) = ([1], floats(&[1.0; 2]));
    let tensors: &[Row<'_>] = &[("byte", "U8", 1, &byte), ("floats", "F32", 2, &values)];
    let found = findings(tensors);
    let told = the(&found, "weights.alignment");
    assert_eq!(told.severity, Severity::Info);
    assert!(told.message.starts_with("1 tensor ") && told.message.ends_with(": `floats` F32"), "{told}");
    // Three bytes of padding put it right.
    let model = open(file(tensors, 3));
    assert_eq!(rules(&model.check(&CheckOptions::default()).unwrap()), ["model.size"]);
}

#[test]
fn narrow_floats_want_a_scale() {
    let (narrow, scale) = ([0x30; 4], floats(&[0.5]));
    let with = |name| findings(&[("m.weight", "F8_E4M3", 4, &narrow), (name, "F32", 1, &scale)]);
    for name in ["m.weight_scale", "m.weight_scale_inv", "m.weight.scales", "m.scales", "m.scale_weight"] {
        assert_eq!(rules(&with(name)), ["model.size"], "{name}");
    }
    let found = with("n.weight_scale");
    let told = the(&found, "weights.scale");
    assert_eq!(told.severity, Severity::Info);
    assert!(told.message.ends_with(": `m.weight` F8_E4M3"), "{told}");
    // The type of scales needs none.
    assert_eq!(rules(&findings(&[("m.scales", "F8_E8M0", 4, &narrow)])), ["model.size"]);
}

#[test]
fn weights_that_are_no_numbers_are_told() {
    let (good, bad) = (floats(&[1.0, f32::MAX, -0.0]), floats(&[1.0, f32::NEG_INFINITY, f32::NAN]));
    let found = findings(&[("good", "F32", 3, &good), ("bad", "F32", 3, &bad), ("pair", "C64", 1, &bad[..8])]);
    let told = the(&found, "weights.nonfinite");
    assert_eq!(told.severity, Severity::Warning);
    assert!(told.message.ends_with(": `bad` at element 1, `pair` at element 0"), "{told}");
    // The same bits are just numbers to integers.
    assert_eq!(rules(&findings(&[("bad", "I32", 3, &bad)])), ["model.size"]);
}

#[test]
fn the_last_element_of_a_large_tensor_is_seen() {
    let mut values = vec![1.0; 600_000];
    values[599_999] = f32::NAN;
    let found = findings(&[("w", "F32", 600_000, &floats(&values))]);
    assert!(the(&found, "weights.nonfinite").message.ends_with("`w` at element 599999"));
}

#[test]
fn weights_that_are_there_twice_are_found() {
    let (same, other) = (floats(&[1.5; 512]), floats(&[2.5; 512]));
    let found = findings(&[("a", "F32", 512, &same), ("b", "F32", 512, &other), ("c", "F32", 512, &same)]);
    let told = the(&found, "model.size.duplicate");
    assert!(told.message.ends_with(": `a`, `c`"), "{told}");
}

#[test]
fn bytes_that_may_not_be_read_are_told() {
    let options = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let values = floats(&[1.0; 512]);
    let bytes = file(&[("a", "F32", 512, &values), ("b", "F32", 512, &values)], 0);
    let model = Model::from_memory(bytes.into(), &options, &Context::new()).unwrap();
    let found = model.check(&CheckOptions::default()).unwrap();
    assert_eq!(rules(&found), ["model.size", "model.size.unread", "weights.nonfinite.unread"]);
    assert!(found[1].message.starts_with("2 tensors of 4096 bytes were not compared"), "{}", found[1]);
}

/// A file with two tensors of 32 GiB each in which nothing is written: it takes no room.
fn sparse_file(path: &Path) {
    const HALF: u64 = 32 << 30;
    let header = header(&[("a", "U8", HALF, HALF), ("b", "U8", HALF, HALF), ("c", "F32", 4, 16)], 0);
    fs::write(path, &header).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.set_len(header.len() as u64 + 2 * HALF + 16).unwrap();
}

#[test]
fn a_check_reads_no_more_than_it_may_and_says_what_it_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holes.safetensors");
    sparse_file(&path);
    let model = Model::open(&path, &OpenOptions::default(), &Context::new()).unwrap();
    let options = CheckOptions { max_read_bytes: 1 << 20, ..CheckOptions::default() };
    let mut last = 0;
    let found = check_with(&model, &options, |progress| {
        assert!((last..=1 << 20).contains(&progress.done_bytes) && progress.total_bytes == 1 << 20);
        last = progress.done_bytes;
        ControlFlow::Continue(())
    });
    let found = found.unwrap();
    // Where the file system tells, a note says that the file is a hole.
    let found: Vec<_> = found.into_iter().filter(|finding| finding.rule != "model.file.sparse").collect();
    assert_eq!(rules(&found), ["model.size", "model.size.unread"]);
    let told = &found[1].message;
    assert!(
        told.starts_with("2 tensors of 68719476736 bytes ") && told.contains("reads 1048576 bytes at most"),
        "{told}"
    );
    // The samples, and the tensor that fits.
    assert_eq!(last, 2 * 4096 + 16);
}

#[test]
fn what_fits_the_budget_is_read_whatever_does_not() {
    let (large, small) = (floats(&[f32::NAN; 512]), floats(&[f32::NAN; 4]));
    let model = open(file(&[("large", "F32", 512, &large), ("small", "F32", 4, &small)], 0));
    let options = CheckOptions { max_read_bytes: 16, ..CheckOptions::default() };
    let found = model.check(&options).unwrap();
    assert!(the(&found, "weights.nonfinite").message.ends_with(": `small` at element 0"));
    let told = the(&found, "weights.nonfinite.unread");
    assert!(told.message.starts_with("1 tensor of 2048 bytes were not searched"), "{told}");
}

#[test]
fn a_check_stops_when_the_caller_wants_it_to() {
    let values = floats(&[1.0; 4 << 20]);
    let model = open(file(&[("w", "F32", 4 << 20, &values)], 0));
    let cancel = Cancel::default();
    let options = CheckOptions { cancel: Some(cancel.clone()), ..CheckOptions::default() };
    assert!(model.check(&options).is_ok());
    // In the midst of reading: by what the function returns, and by whoever holds the wish to stop.
    let at_first_bytes = |progress: &Progress| match progress.done_bytes {
        0 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    let error = check_with(&model, &CheckOptions::default(), at_first_bytes).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
    let mut calls_with_bytes = 0;
    let cancelled = check_with(&model, &options, |progress| {
        if progress.done_bytes > 0 {
            calls_with_bytes += 1;
            cancel.cancel();
        }
        ControlFlow::Continue(())
    });
    assert_eq!(cancelled.unwrap_err().kind(), Kind::Cancelled);
    assert_eq!(calls_with_bytes, 1, "nobody is asked again after that");
    assert_eq!(model.check(&options).unwrap_err().kind(), Kind::Cancelled);
}
