//! What `weighbridge.json` says of views and of tensors in pieces: how they are stored is promised with their bytes.

use std::fs;

use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::{Outcome, Subject};
use weighbridge::write::Manifests;
use weighbridge::{Context, Error, Kind, Model, OpenOptions, PlanOptions, Policy};

use super::models::{slice, to_host};

/// A model in the format `trial`, and the record of it.
pub struct Fixture {
    pub folder: tempfile::TempDir,
    pub data: Vec<u8>,
    pub record: Value,
}

impl Fixture {
    /// A model of these tensors, in one file of `len` bytes, and its record.
    fn new(len: usize, tensors: &Value) -> Self {
        let fixture = Self::written(len, tensors);
        let text = Manifests::of(&fixture.open(None)).unwrap().record().unwrap();
        Self { record: serde_json::from_str(&text).unwrap(), ..fixture }
    }

    /// As [`new`](Self::new), without a record.
    pub fn written(len: usize, tensors: &Value) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let data: Vec<u8> = (0..len).map(|at| ((at * 2_654_435_761) >> 9) as u8).collect();
        fs::write(folder.path().join("data"), &data).unwrap();
        let fixture = Self { folder, data, record: Value::Null };
        fixture.describe(tensors);
        fixture
    }

    /// Writes the file that says which tensors there are.
    pub fn describe(&self, tensors: &Value) {
        // The key that the format is known by comes first.
        let rest = json!({"files": ["data"], "tensors": tensors}).to_string();
        fs::write(self.folder.path().join("m.trial"), format!("{{\"trial\": 1, {}", &rest[1..])).unwrap();
    }

    pub fn open(&self, record: Option<&Value>) -> Model {
        let policy = if record.is_some() { Policy::Required } else { Policy::IfPresent };
        let manifest = record.map(|record| record.to_string().into_bytes());
        let options = OpenOptions { policy, manifest, ..Default::default() };
        Model::open(self.folder.path().join("m.trial"), &options, &Context::new()).unwrap()
    }

    /// The record without its claims about files.
    fn of_tensors_only(&self) -> Value {
        let mut record = self.record.clone();
        record["files"] = json!({});
        record
    }

    /// The record with other members for one tensor; those that are null are left out.
    fn with(&self, tensor: &str, members: &Value) -> Value {
        let mut record = self.record.clone();
        let claim = record["tensors"][tensor].as_object_mut().unwrap();
        claim.extend(members.as_object().unwrap().clone());
        claim.retain(|_, value| !value.is_null());
        record
    }
}

pub fn run(offset: usize, len: usize) -> Value {
    json!([{"file": 0, "offset": offset, "len": len}])
}

/// A tensor of every kind that is not in pieces.
fn views() -> Value {
    json!([
        {"name": "plain", "dtype": "F32", "shape": [3, 2], "runs": run(0, 24)},
        {"name": "transposed", "dtype": "F32", "shape": [3, 2], "strides": [1, 3], "runs": run(8, 24)},
        {"name": "big", "dtype": "F32", "shape": [3, 2], "strides": [2, 1], "encoding": ["big"], "runs": run(32, 24)},
        {"name": "all", "dtype": "C64", "shape": [2, 2], "strides": [1, 3], "encoding": ["big", "conj", "neg"], "runs": run(64, 40)},
        {"name": "repeated", "dtype": "U8", "shape": [5, 4], "strides": [0, 1], "runs": run(104, 4)},
        {"name": "empty", "dtype": "F32", "shape": [0, 2], "strides": [1, 7], "encoding": ["big"], "runs": run(0, 0)},
    ])
}

#[test]
fn a_record_states_how_a_view_is_stored() {
    let fixture = Fixture::new(120, &views());
    let stored = |name: &str| {
        let claim = fixture.record["tensors"][name].as_object().unwrap();
        let is_of_storage = |member: &&String| ["strides", "byte_order", "conj", "neg", "blocks"].contains(&&***member);
        let members = claim.keys().filter(is_of_storage);
        Value::Object(members.map(|member| (member.clone(), claim[member].clone())).collect())
    };
    assert_eq!(stored("plain"), json!({}));
    assert_eq!(stored("transposed"), json!({"strides": [1, 3]}));
    assert_eq!(stored("big"), json!({"byte_order": "big"}), "contiguous strides are not stated");
    assert_eq!(stored("all"), json!({"strides": [1, 3], "byte_order": "big", "conj": true, "neg": true}));
    assert_eq!(stored("repeated"), json!({"strides": [0, 1]}));
    assert_eq!(stored("empty"), json!({}), "nothing is stored in no way");
    let digest = |bytes: &[u8]| Digest::of(Algorithm::Blake3, bytes).to_string();
    let stated = |name: &str| fixture.record["tensors"][name]["blake3"].as_str().unwrap().to_owned();
    assert_eq!(stated("transposed"), digest(&fixture.data[8..32]), "the digest is of the stored run");
    assert_eq!(stated("all"), digest(&fixture.data[64..104]));
}

#[test]
fn views_are_what_their_record_says() {
    let fixture = Fixture::new(120, &views());
    for record in [fixture.record.clone(), fixture.of_tensors_only()] {
        let model = fixture.open(Some(&record));
        model.verify().unwrap().verdict(Policy::Required).unwrap();
        let fresh = fixture.open(Some(&record));
        let placement = fresh.load(&to_host()).unwrap();
        let of_tensors = placement.report().iter().filter(|line| matches!(line.subject, Subject::Tensor(_)));
        assert!(of_tensors.clone().count() == 6 && of_tensors.clone().all(|line| line.outcome == Outcome::Match));
        for placed in placement.iter() {
            assert_eq!(placed.bytes().unwrap(), &*model.bytes(placed.tensor).unwrap(), "{}", placed.name);
        }
    }
}

/// Members that mean what is left out may be written down as well.
#[test]
fn what_is_stated_though_it_need_not_be_changes_nothing() {
    let fixture = Fixture::new(120, &views());
    let rows = [
        ("plain", json!({"strides": [2, 1], "byte_order": "little", "conj": false, "neg": false})),
        ("big", json!({"strides": [2, 1]})),
        ("empty", json!({"strides": [1, 7], "byte_order": "big"})),
    ];
    for (name, members) in rows {
        let model = fixture.open(Some(&fixture.with(name, &members)));
        model.load(&to_host()).unwrap_or_else(|e| panic!("{e}"));
    }
}

fn assert_refused(name: &str, error: &Error, words: &[&str]) {
    assert_eq!((error.kind(), error.site().subject.as_deref()), (Kind::Mismatch, Some(name)), "{error}");
    for word in words {
        assert!(error.message().contains(word), "{error}: expected {word}");
    }
}

/// Whatever is loaded, and whether or not the bytes of the files are claimed as well.
fn assert_contradicts(fixture: &Fixture, record: &Value, name: &str, words: &[&str]) {
    let mut of_tensors = record.clone();
    of_tensors["files"] = json!({});
    for record in [record, &of_tensors] {
        for include in [vec![], vec![name.to_owned()]] {
            let options = PlanOptions { include, ..to_host() };
            let Err(error) = fixture.open(Some(record)).load(&options) else { panic!("{name} is loaded: {record}") };
            assert_refused(name, &error, words);
        }
        let model = fixture.open(Some(record));
        let report = model.verify().unwrap();
        assert_refused(name, &report.verdict(Policy::Required).unwrap_err(), words);
        let wrong = report.iter().filter(|line| line.outcome == Outcome::Mismatch);
        let wrong: Vec<_> = wrong.map(|line| (line.subject, line.reason().unwrap().to_owned())).collect();
        assert!(
            matches!(&wrong[..], [(Subject::Tensor(other), reason)] if *other == name && reason.contains(words[0]))
        );
        let index = model.tensors().find(name).unwrap();
        assert_eq!(model.bytes(index).unwrap_err().kind(), Kind::Unverified, "{name}");
    }
}

#[test]
fn a_tensor_that_is_stored_otherwise_is_refused() {
    let fixture = Fixture::new(120, &views());
    let rows = [
        (
            "transposed",
            json!({"strides": [1, 4]}),
            vec!["it is F32 of shape [3, 2], strides [1, 3]", "expects", "[1, 4]"],
        ),
        ("transposed", json!({"strides": null}), vec!["strides [1, 3]; the manifest expects F32 of shape [3, 2]"]),
        ("transposed", json!({"byte_order": "big"}), vec!["it is F32", "strides [1, 3], big-endian"]),
        ("big", json!({"byte_order": null}), vec!["it is F32 of shape [3, 2], big-endian; the manifest expects F32"]),
        (
            "big",
            json!({"strides": [1, 3]}),
            vec!["it is F32", "expects F32 of shape [3, 2], strides [1, 3], big-endian"],
        ),
        (
            "all",
            json!({"conj": false}),
            vec!["big-endian, conjugated, negated; ", "strides [1, 3], big-endian, negated"],
        ),
        (
            "all",
            json!({"neg": null}),
            vec!["it is C64", "expects C64 of shape [2, 2], strides [1, 3], big-endian, conjugated"],
        ),
        ("repeated", json!({"strides": [4, 1]}), vec!["strides [0, 1]; the manifest expects U8 of shape [5, 4]"]),
        (
            "plain",
            json!({"strides": [1, 3]}),
            vec!["it is F32 of shape [3, 2]; the manifest", "[3, 2], strides [1, 3]"],
        ),
        (
            "plain",
            json!({"neg": true}),
            vec!["it is F32 of shape [3, 2]; the manifest expects F32 of shape [3, 2], negated"],
        ),
        ("plain", json!({"dtype": "I32"}), vec!["it is F32 of shape [3, 2]; the manifest expects I32 of shape [3, 2]"]),
    ];
    for (name, members, words) in rows {
        assert_contradicts(&fixture, &fixture.with(name, &members), name, &words);
    }
}

const MIB: usize = 1 << 20;

/// Rows with gaps, one row that stands for all, and a plain tensor of the same shape.
fn long() -> Value {
    json!([
        {"name": "gaps", "dtype": "U8", "shape": [3, 2 * MIB], "strides": [4 * MIB, 1], "runs": run(1, 10 * MIB)},
        {"name": "repeated", "dtype": "U8", "shape": [3, 5 * MIB], "strides": [0, 1], "runs": run(0, 5 * MIB)},
        {"name": "plain", "dtype": "U8", "shape": [3, 2 * MIB], "runs": run(0, 6 * MIB)},
    ])
}

fn only(name: &str) -> PlanOptions {
    PlanOptions { include: vec![name.to_owned()], ..to_host() }
}

/// The stored run may be longer than the tensor, or shorter.
#[test]
fn blocks_are_those_of_the_stored_run() {
    let fixture = Fixture::new(11 * MIB, &long());
    let record = fixture.of_tensors_only();
    let count = |name: &str| record["tensors"][name]["blocks"].as_array().unwrap().len();
    assert_eq!((count("gaps"), count("repeated"), count("plain")), (3, 2, 2));
    let model = fixture.open(Some(&record));
    for name in ["gaps", "repeated", "plain"] {
        model.load(&only(name)).unwrap_or_else(|e| panic!("{e}"));
    }
    // The last row lies in the last block.
    let options = PlanOptions { slices: vec![slice("*", 0, 2, 3)], ..only("gaps") };
    assert_eq!(model.plan(&options).unwrap().info().read_bytes, 2 * MIB as u64);
    let placement = model.load(&options).unwrap();
    assert!(placement.get(0).unwrap().bytes().unwrap() == &fixture.data[1 + 8 * MIB..][..2 * MIB]);
    fs::write(fixture.folder.path().join("data"), vec![0; 11 * MIB]).unwrap();
    assert_refused("gaps", &fixture.open(Some(&record)).load(&options).map(|_| ()).unwrap_err(), &["blake3"]);
}

#[test]
fn blocks_of_a_plain_tensor_are_no_cover_of_a_view() {
    let fixture = Fixture::new(11 * MIB, &long());
    let mut record = fixture.of_tensors_only();
    record["tensors"]["gaps"] = record["tensors"]["plain"].clone();
    let options = PlanOptions { slices: vec![slice("*", 0, 2, 3)], ..only("gaps") };
    let error = fixture.open(Some(&record)).load(&options).map(|_| ()).unwrap_err();
    assert_refused("gaps", &error, &["it is U8 of shape [3, 2097152], strides [4194304, 1]; the manifest expects U8"]);
}

/// A tensor in pieces, and the same bytes as one run.
fn pieces() -> Value {
    let piece =
        |offset: usize, row: usize| json!({"file": 0, "offset": offset, "len": 12, "start": [row, 0], "shape": [1, 3]});
    json!([
        {"name": "pieces", "dtype": "F32", "shape": [2, 3], "runs": [piece(0, 1), piece(12, 0)]},
        {"name": "plain", "dtype": "F32", "shape": [2, 3], "runs": run(0, 24)},
    ])
}

#[test]
fn a_tensor_in_pieces_is_covered_by_its_files_only() {
    let fixture = Fixture::new(32, &pieces());
    let tensors = fixture.record["tensors"].as_object().unwrap();
    assert_eq!(tensors.keys().collect::<Vec<_>>(), ["plain"], "a record says nothing of pieces");
    fixture.open(Some(&fixture.record)).load(&to_host()).unwrap();
    fixture.open(Some(&fixture.record)).verify().unwrap().verdict(Policy::Required).unwrap();
    let model = fixture.open(Some(&fixture.of_tensors_only()));
    let error = model.load(&to_host()).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), Kind::Unverified, "{error}");
    let error = model.verify().unwrap().verdict(Policy::Required).unwrap_err();
    assert_eq!((error.kind(), error.site().subject.as_deref()), (Kind::Unverified, Some("pieces")), "{error}");
}

#[test]
fn a_tensor_in_pieces_is_not_the_one_run_of_a_record() {
    let fixture = Fixture::new(32, &pieces());
    let mut record = fixture.record.clone();
    record["tensors"]["pieces"] = record["tensors"]["plain"].clone();
    let words = ["it is F32 of shape [2, 3] in 2 pieces; the manifest expects F32 of shape [2, 3] in one run"];
    assert_contradicts(&fixture, &record, "pieces", &words);
    // What is said of a file that the tensor does not lie in is said of another tensor.
    record["tensors"]["pieces"]["file"] = json!("other");
    fixture.open(Some(&record)).load(&to_host()).unwrap();
}

/// The description is a file of the record as well: what says something else of the same bytes is another model.
#[test]
fn the_file_that_describes_the_tensors_is_covered() {
    let fixture = Fixture::new(32, &pieces());
    let path = fixture.folder.path().join("m.trial");
    let text = fs::read_to_string(&path).unwrap();
    let swapped = text.replace("[0,0]", "[7,7]").replace("[1,0]", "[0,0]").replace("[7,7]", "[1,0]");
    assert_ne!(text, swapped);
    fs::write(&path, swapped).unwrap();
    let error = fixture.open(Some(&fixture.record)).load(&to_host()).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), Kind::Mismatch, "{error}");
    assert!(error.to_string().contains("m.trial"), "{error}");
}
