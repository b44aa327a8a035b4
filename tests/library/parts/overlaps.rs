//! Tensors that share bytes: what one pass hashes does not grow with their number.

use std::fs::{self, File};
use std::ops::ControlFlow;

use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::host::Stage;
use weighbridge::verify::{Outcome, Report, Subject};
use weighbridge::write::Manifests;
use weighbridge::{Error, Kind, Model, PlanOptions, Policy, Target};

use super::claims::{Fixture, run};
use super::models::{slice, to_host};
use crate::common::skip;

const MIB: usize = 1 << 20;

/// The claims of a record about all tensors, and about the file with the data if `of_file`.
fn record(fixture: &Fixture, of_file: bool) -> Value {
    let model = fixture.open(None);
    let blake3 = |bytes: &[u8]| Digest::of(Algorithm::Blake3, bytes).to_string();
    let claim_of = |tensor: weighbridge::Tensor<'_>| {
        let span = tensor.span().unwrap();
        let digest = blake3(&fixture.data[span.offset as usize..][..span.len as usize]);
        let claim = json!({"file": "data", "dtype": tensor.dtype.name(), "shape": tensor.shape, "blake3": digest});
        (tensor.name.to_owned(), claim)
    };
    let tensors: serde_json::Map<String, Value> = model.tensors().iter().map(claim_of).collect();
    let description = fs::read(fixture.folder.path().join("m.trial")).unwrap();
    let file = json!({
        "data": {"size": fixture.data.len(), "blake3": blake3(&fixture.data)},
        "m.trial": {"size": description.len(), "blake3": blake3(&description)},
    });
    json!({"weighbridge": 1, "files": if of_file { file } else { json!({}) }, "tensors": tensors})
}

/// Bytes that went through a stage.
fn bytes_of(report: &Report, stage: Stage) -> u64 {
    report.costs().iter().filter(|cost| cost.stage == stage).map(|cost| cost.bytes).sum()
}

fn assert_all_match(report: &Report, tensors: usize) {
    let of_tensors = report.iter().filter(|line| matches!(line.subject, Subject::Tensor(_)));
    assert_eq!(of_tensors.clone().count(), tensors);
    assert!(of_tensors.clone().all(|line| line.outcome == Outcome::Match));
}

/// 150 tensors in one range of 9 MiB: one after the other, they would be more than may be hashed.
const TIED: usize = 150;
const ROWS: usize = 9;

fn tied() -> Fixture {
    let dtype = |number: usize| if number.is_multiple_of(2) { "U8" } else { "I8" };
    let tensor = |number| {
        let name = format!("t{number}");
        json!({"name": name, "dtype": dtype(number), "shape": [ROWS, MIB], "runs": run(1, ROWS * MIB)})
    };
    Fixture::written(1 + ROWS * MIB, &(0..TIED).map(tensor).collect())
}

#[test]
fn a_range_of_many_tensors_is_hashed_once() {
    let fixture = tied();
    let model = fixture.open(None);
    let mut total = 0;
    let manifests = Manifests::of_with(&model, |progress| {
        total = progress.total_bytes;
        ControlFlow::Continue(())
    });
    let files: u64 =
        fs::read_dir(fixture.folder.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert_eq!(total, files, "every byte is read once");
    let mut record: Value = serde_json::from_str(&manifests.unwrap().record().unwrap()).unwrap();
    assert_eq!(record["tensors"].as_object().unwrap().len(), TIED);
    record["files"] = json!({});
    let model = fixture.open(Some(&record));
    let report = model.verify().unwrap();
    assert_all_match(&report, TIED);
    let once = (ROWS * MIB) as u64;
    assert_eq!(bytes_of(&report, Stage::Hash(Algorithm::Blake3)), once);
    for target in [Target::None, Target::View] {
        let placement = model.load(&PlanOptions { target, ..Default::default() }).unwrap();
        assert_all_match(placement.report(), TIED);
        assert_eq!(bytes_of(placement.report(), Stage::Hash(Algorithm::Blake3)), once);
    }
}

#[test]
fn a_block_of_many_slices_is_hashed_once() {
    let fixture = tied();
    let text = Manifests::of(&fixture.open(None)).unwrap().record().unwrap();
    let mut record: Value = serde_json::from_str(&text).unwrap();
    record["files"] = json!({});
    let options = PlanOptions { slices: vec![slice("*", 0, 5, ROWS as u64)], ..to_host() };
    let placement = fixture.open(Some(&record)).load(&options).unwrap();
    assert_all_match(placement.report(), TIED);
    assert_eq!(bytes_of(placement.report(), Stage::Hash(Algorithm::Blake3)), 4 * MIB as u64);
    assert!(placement.iter().all(|placed| placed.bytes().unwrap() == &fixture.data[1 + 5 * MIB..][..MIB]));
    // Each tensor is still compared with what is claimed of it.
    let other = record["tensors"]["t1"]["blocks"][2].clone();
    record["tensors"]["t77"]["blocks"][1] = other;
    let hex = |value: &Value| Digest::from_hex(value.as_str().unwrap()).unwrap();
    let blocks: Vec<Digest> = record["tensors"]["t77"]["blocks"].as_array().unwrap().iter().map(hex).collect();
    let forged = weighbridge::digest::combine(&blocks, (ROWS * MIB) as u64);
    record["tensors"]["t77"]["blake3"] = json!(forged.to_string());
    let error = fixture.open(Some(&record)).load(&options).map(|_| ()).unwrap_err();
    assert_eq!((error.kind(), error.site().subject.as_deref()), (Kind::Mismatch, Some("t77")), "{error}");
}

/// Tensors of nearly a MiB each that overlap without being the same, in a file of one MiB. Up to 72 MiB of it may be hashed.
fn staggered(count: usize) -> Fixture {
    let len = MIB - 200;
    let tensor =
        |number| json!({"name": format!("t{number}"), "dtype": "U8", "shape": [len], "runs": run(number, len)});
    Fixture::written(MIB, &(0..count).map(tensor).collect())
}

#[test]
fn overlaps_below_the_bound_are_hashed() {
    let fixture = staggered(60);
    let manifests = Manifests::of(&fixture.open(None)).unwrap();
    let made: Value = serde_json::from_str(&manifests.record().unwrap()).unwrap();
    let record = record(&fixture, false);
    assert_eq!(made["tensors"], record["tensors"]);
    let model = fixture.open(Some(&record));
    assert_all_match(&model.verify().unwrap(), 60);
    assert_all_match(model.load(&PlanOptions { target: Target::None, ..PlanOptions::default() }).unwrap().report(), 60);
}

fn assert_limited(error: &Error, cure: &str) {
    assert_eq!(error.kind(), Kind::Limit, "{error}");
    for words in ["bytes would be hashed", "because tensors or ranges with checksums overlap", cure] {
        assert!(error.message().contains(words), "{error}: expected {words}");
    }
}

/// Each hash that goes on in the next block takes two kilobytes.
#[test]
fn more_hashes_than_anybody_needs_at_once_are_refused() {
    const BLOCK: usize = 512 << 10;
    let tensor = |(before, after): (usize, usize)| {
        let len = before + after;
        json!({"name": format!("t{before}-{after}"), "dtype": "U8", "shape": [len], "runs": run(BLOCK - before, len)})
    };
    for (count, is_refused) in [(60, false), (70, true)] {
        let around = (1..=count).flat_map(|before| (1..=count).map(move |after| (before, after)));
        let tensors = [(BLOCK, 1)].into_iter().chain(around).map(tensor).collect();
        let fixture = Fixture::written(MIB, &tensors);
        let model = fixture.open(Some(&record(&fixture, false)));
        let verified = model.verify();
        assert_eq!(verified.is_err(), is_refused);
        match verified {
            Ok(report) => assert_all_match(&report, count * count + 1),
            Err(error) => {
                assert_eq!(error.kind(), Kind::Limit, "{error}");
                assert!(error.message().contains("4096 tensors or ranges with digests overlap here"), "{error}");
            }
        }
    }
}

/// And what the errors advise helps.
#[test]
fn overlaps_beyond_the_bound_are_refused_with_a_cure() {
    let fixture = staggered(100);
    let error = Manifests::of(&fixture.open(None)).map(|_| ()).unwrap_err();
    assert_limited(&error, "list the files in a SHA256SUMS made by sha256sum");
    let of_tensors = record(&fixture, false);
    let model = fixture.open(Some(&of_tensors));
    assert_limited(&model.verify().map(|_| ()).unwrap_err(), "use a manifest that states digests of whole files");
    for target in [Target::None, Target::View] {
        let error = model.load(&PlanOptions { target, ..Default::default() }).map(|_| ()).unwrap_err();
        assert_limited(&error, "load fewer tensors at once, or use a manifest that states digests of whole files");
    }
    let few = PlanOptions { target: Target::None, tensors: (0..60).collect(), ..Default::default() };
    assert_all_match(model.load(&few).unwrap().report(), 60);
    let model = fixture.open(Some(&record(&fixture, true)));
    assert_all_match(&model.verify().unwrap(), 100);
    assert_all_match(
        model.load(&PlanOptions { target: Target::None, ..PlanOptions::default() }).unwrap().report(),
        100,
    );
}

/// The search for damaged tensors in a damaged file is left out if it is too much work; the report is not.
#[test]
fn a_damaged_file_of_many_overlaps_is_reported() {
    let fixture = staggered(100);
    let record = record(&fixture, true);
    let mut data = fixture.data.clone();
    data[MIB / 2] ^= 1;
    fs::write(fixture.folder.path().join("data"), data).unwrap();
    let report = fixture.open(Some(&record)).verify().unwrap();
    let error = report.verdict(Policy::Required).unwrap_err();
    let path = fixture.folder.path().join("data");
    assert_eq!((error.kind(), error.site().path.as_deref()), (Kind::Mismatch, path.to_str()), "{error}");
}

/// A sparse file costs nobody anything; what is kept for each of its blocks is refused before it is made.
#[test]
fn digests_of_blocks_are_bounded() {
    const LEN: u64 = 8 << 40;
    for (count, words) in [(20, "bytes would be hashed"), (5, "blocks of 4194304 bytes would get a digest each")] {
        let tensor = |number: u64| {
            let len = LEN - 100 - number;
            let run = json!([{"file": 0, "offset": number, "len": len}]);
            json!({"name": format!("t{number}"), "dtype": "U8", "shape": [len], "runs": run})
        };
        let fixture = sparse(LEN, &(0..count).map(tensor).collect());
        let Some((_folder, model)) = fixture else { return };
        let error = Manifests::of_with(&model, |_| panic!("nothing is read")).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), Kind::Limit, "{error}");
        assert!(error.message().contains(words) && error.message().contains("SHA256SUMS"), "{error}");
    }
}

/// A model of these tensors in a file without contents; `None` where the file system has no such files.
fn sparse(len: u64, tensors: &Value) -> Option<(Fixture, Model)> {
    let fixture = Fixture::written(0, &json!([]));
    let data = File::options().write(true).open(fixture.folder.path().join("data")).unwrap();
    if let Err(e) = data.set_len(len) {
        skip(&format!("needs a file system with sparse files of {len} bytes: {e}"));
        return None;
    }
    fixture.describe(tensors);
    let model = fixture.open(None);
    Some((fixture, model))
}
