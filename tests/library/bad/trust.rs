//! Manifests that are well, and say something else than the bytes; and bytes that no manifest vouches for.

use weighbridge::Kind::{Mismatch, Unverified};
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::Outcome;
use weighbridge::{Context, Model, OpenOptions, PlanOptions, Policy, Report, Target};

use super::assert_says;
use super::manifests::{DIGEST, MODEL, RECORD, SUMS, record};
use super::trees::{at, plant};
use crate::headers::{index, tensors};

/// What a manifest may say truly of the model: a file of 121 bytes, two tensors of four bytes at its end.
struct Truth {
    bytes: Vec<u8>,
    sha256: String,
    blake3: String,
    /// The BLAKE3 of tensor `w`.
    w: String,
}

impl Truth {
    fn new() -> Self {
        let bytes = tensors(&["v", "w"]);
        let digest = |algorithm, bytes| Digest::of(algorithm, bytes).to_string();
        let sha256 = digest(Algorithm::Sha256, &bytes);
        let blake3 = digest(Algorithm::Blake3, &bytes);
        let w = digest(Algorithm::Blake3, &bytes[bytes.len() - 4..]);
        Self { bytes, sha256, blake3, w }
    }

    fn file(&self, size: usize, sha256: &str, blake3: &str) -> String {
        record(&format!(r#""{MODEL}":{{"size":{size},"sha256":"{sha256}","blake3":"{blake3}"}}"#), "")
    }
}

/// The claim about tensor `w`.
fn claim(file: &str, dtype: &str, shape: &str, blake3: &str) -> String {
    record("", &format!(r#""w":{{"file":"{file}","dtype":"{dtype}","shape":{shape},"blake3":"{blake3}"}}"#))
}

fn open(
    truth: &Truth,
    policy: Policy,
    manifests: &[(&'static str, String)],
    is_given: bool,
) -> (tempfile::TempDir, Model) {
    let beside = manifests.iter().filter(|_| !is_given).map(|(name, text)| at(name, text));
    let root = plant(&beside.chain([at(MODEL, &truth.bytes)]).collect());
    let manifest = is_given.then(|| manifests[0].1.clone().into_bytes());
    let options = OpenOptions { policy, manifest, ..OpenOptions::default() };
    let model = Model::open(root.path(), &options, &Context::new()).unwrap();
    (root, model)
}

/// Names, manifests, and what a load of everything says.
type Row = (&'static str, Vec<(&'static str, String)>, Vec<String>);

fn lies(truth: &Truth) -> Vec<Row> {
    let Truth { bytes, sha256, blake3, w } = truth;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let sums = |digest: &str| (SUMS, format!("{digest}  {MODEL}\n"));
    let size = bytes.len();
    let of = |manifest| vec![(RECORD, manifest)];
    let flipped = format!("{}{}", &sha256[..63], if sha256.ends_with('0') { '1' } else { '0' });
    vec![
        ("SHA-256", vec![sums(DIGEST)], words(&[MODEL, "sha256", DIGEST, sha256])),
        ("SHA-256 of which the last digit differs", vec![sums(&flipped)], words(&[MODEL, "sha256", &flipped, sha256])),
        (
            "BLAKE3 beside a true SHA-256",
            of(truth.file(size, sha256, DIGEST)),
            words(&[MODEL, "blake3", DIGEST, blake3]),
        ),
        ("size", of(truth.file(size + 1, sha256, blake3)), words(&[MODEL, "has 121 bytes", "expects 122"])),
        ("size of nothing", of(truth.file(0, sha256, blake3)), words(&[MODEL, "has 121 bytes", "expects 0"])),
        ("tensor", of(claim(MODEL, "U8", "[4]", DIGEST)), words(&["w: ", "blake3", DIGEST, w])),
        ("type of a tensor", of(claim(MODEL, "I8", "[4]", w)), words(&["w: ", "it is U8", "expects I8"])),
        ("shape of a tensor", of(claim(MODEL, "U8", "[2,2]", w)), words(&["w: ", "shape [4]", "shape [2, 2]"])),
        ("negative shape", of(claim(MODEL, "U8", "[-4]", w)), words(&["w: ", "shape [4]", "shape [-4]"])),
        (
            "one manifest of two",
            vec![(RECORD, truth.file(size, sha256, blake3)), sums(DIGEST)],
            words(&[DIGEST, sha256]),
        ),
        ("tensor of a true file", vec![(RECORD, claim(MODEL, "U8", "[4]", DIGEST)), sums(sha256)], words(&[DIGEST, w])),
        ("file of a true tensor", vec![(RECORD, claim(MODEL, "U8", "[4]", w)), sums(DIGEST)], words(&[DIGEST, sha256])),
    ]
}

/// The digest of the file is that of the bytes that are there, the digest of one tensor in it is not.
#[test]
fn a_manifest_that_contradicts_itself_is_noticed() {
    let truth = Truth::new();
    let Truth { bytes, sha256, blake3, .. } = &truth;
    let v = Digest::of(Algorithm::Blake3, &bytes[bytes.len() - 8..bytes.len() - 4]).to_string();
    let file = format!(r#""{MODEL}":{{"size":{},"sha256":"{sha256}","blake3":"{blake3}"}}"#, bytes.len());
    let tensor = |name: &str, digest: &str| {
        format!(r#""{name}":{{"file":"{MODEL}","dtype":"U8","shape":[4],"blake3":"{digest}"}}"#)
    };
    let both = record(&file, &format!("{},{}", tensor("v", &v), tensor("w", DIGEST)));
    let one = record(&file, &tensor("w", DIGEST));
    for (policy, text) in
        [Policy::IfPresent, Policy::Required].iter().flat_map(|policy| [(*policy, &both), (*policy, &one)])
    {
        let (_root, model) = open(&truth, policy, &[(RECORD, text.clone())], false);
        let report = model.verify().unwrap();
        assert_says("verify", &report.verdict(policy).unwrap_err(), Mismatch, &["w: ", DIGEST]);
        let outcomes: Vec<_> = report.iter().map(|line| (line.subject.name(), line.outcome)).collect();
        assert_eq!(outcomes, [(MODEL, Outcome::Match), ("v", Outcome::Match), ("w", Outcome::Mismatch)]);
        let is_handed_out = |tensor| model.view(tensor).is_ok();
        let is_required = policy == Policy::Required;
        assert!(!is_required || !is_handed_out(1), "{policy:?}");
        for target in [Target::None, Target::View, Target::Host] {
            let loaded = model.load(&PlanOptions { target, ..PlanOptions::default() });
            match loaded {
                Err(error) => assert_says("load", &error, Mismatch, &["w: ", DIGEST]),
                Ok(_) => assert!(!is_required, "{target:?}"),
            }
        }
    }
}

/// A file has one name, however a manifest or a weight map spells it.
#[test]
fn every_spelling_of_a_name_is_covered() {
    let truth = Truth::new();
    let Truth { bytes, sha256, blake3, w } = &truth;
    let spelled = format!("././/{MODEL}");
    let of = |text: String| text.replace(&format!("\"{MODEL}\""), &format!("\"{spelled}\""));
    let v = Digest::of(Algorithm::Blake3, &bytes[bytes.len() - 8..bytes.len() - 4]).to_string();
    let tensor = |name: &str, digest: &str| {
        format!(r#""{name}":{{"file":"{spelled}","dtype":"U8","shape":[4],"blake3":"{digest}"}}"#)
    };
    let tensors = |v: &str, w: &str| record("", &format!("{},{}", tensor("v", v), tensor("w", w)));
    let rows = [
        (SUMS, format!("{sha256}  {spelled}\n"), format!("{DIGEST}  {spelled}\n")),
        (RECORD, of(truth.file(bytes.len(), sha256, blake3)), of(truth.file(bytes.len(), sha256, DIGEST))),
        (RECORD, tensors(&v, w), tensors(&v, DIGEST)),
    ];
    for index in [None, Some(index(&[("v", MODEL), ("w", &format!(".//{MODEL}"))]))] {
        for (name, good, bad) in &rows {
            let open = |text: &str, policy| {
                let index = index.iter().map(|index| at("model.safetensors.index.json", index));
                let root = plant(&index.chain([at(MODEL, bytes), at(name, text)]).collect());
                let options = OpenOptions { policy, ..OpenOptions::default() };
                (Model::open(root.path(), &options, &Context::new()).unwrap(), root)
            };
            // An index would have to be covered too.
            let policy = if index.is_some() { Policy::IfPresent } else { Policy::Required };
            let (model, _root) = open(good, policy);
            model.load(&PlanOptions::default()).unwrap();
            model.verify().unwrap().verdict(policy).unwrap();
            let (model, _root) = open(bad, Policy::IfPresent);
            assert_eq!(model.load(&PlanOptions::default()).unwrap_err().kind(), Mismatch, "{name}");
            assert_eq!(model.verify().unwrap().verdict(Policy::IfPresent).unwrap_err().kind(), Mismatch, "{name}");
        }
    }
}

/// Policies, and whether the manifest is given instead of lying beside the model.
fn ways(manifests: &[(&str, String)]) -> Vec<(Policy, bool)> {
    let is_alone = manifests.len() == 1;
    // A claim about one tensor of two is not enough where everything has to be covered.
    let covers_all = !is_alone || !manifests[0].1.contains("\"w\"");
    let policies = if covers_all { vec![Policy::IfPresent, Policy::Required] } else { vec![Policy::IfPresent] };
    let given = if is_alone { vec![false, true] } else { vec![false] };
    policies.iter().flat_map(|policy| given.iter().map(|given| (*policy, *given))).collect()
}

/// The load fails, and so does the verification, whose report holds both digests.
#[test]
fn bytes_that_differ_are_refused() {
    let truth = Truth::new();
    let rows = lies(&truth);
    let mut ran = 0;
    for (name, manifests, words) in &rows {
        let words: Vec<&str> = words.iter().map(|word| &**word).collect();
        for (policy, is_given) in ways(manifests) {
            let (_root, model) = open(&truth, policy, manifests, is_given);
            let report = model.verify().unwrap();
            let verdict = report.verdict(policy).expect_err(name);
            assert_says(name, &verdict, Mismatch, &[]);
            for target in [Target::None, Target::View, Target::Host] {
                let error = model.load(&PlanOptions { target, ..PlanOptions::default() }).expect_err(name);
                assert_says(name, &error, Mismatch, &words);
                assert_eq!(error.site().path, verdict.site().path, "{name}: {verdict}");
            }
            assert_reported(name, &report, &words);
            let is_refused = model.view(1).is_err();
            assert_eq!(is_refused, policy == Policy::Required, "{name}: a check that failed vouches for nothing");
            ran += 1;
        }
    }
    assert_eq!((rows.len(), ran), (12, 34));
}

/// Every digest among the words is in the report, as what was expected or as what was found.
fn assert_reported(name: &str, report: &Report, words: &[&str]) {
    let mismatches = report.iter().filter(|check| check.outcome == Outcome::Mismatch);
    let digests: Vec<&str> =
        mismatches.filter_map(|check| check.evidence).flat_map(|found| [&*found.expected, &*found.actual]).collect();
    assert!(!digests.is_empty(), "{name}");
    for word in words.iter().filter(|word| word.len() == 64) {
        assert!(digests.contains(word), "{name}: {word} is not in {digests:?}");
    }
}

/// Under the policy `required` nothing is handed out that no manifest vouches for.
#[test]
fn bytes_without_cover_are_refused() {
    let truth = Truth::new();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let other = format!("{empty}  notes.txt\n");
    let rows = [
        ("no manifest", vec![]),
        ("another file", vec![(SUMS, other), ("notes.txt", String::new())]),
        ("no file and no tensor", vec![(RECORD, record("", ""))]),
        ("one tensor of two", vec![(RECORD, claim(MODEL, "U8", "[4]", &truth.w))]),
        ("the tensor of another file", vec![(RECORD, claim("other", "U8", "[4]", &truth.w))]),
    ];
    for (name, manifests) in &rows {
        let (_root, model) = open(&truth, Policy::Required, manifests, false);
        for target in [Target::None, Target::View, Target::Host] {
            let error = model.plan(&PlanOptions { target, ..PlanOptions::default() }).map(|_| ()).expect_err(name);
            assert_says(name, &error, Unverified, &[MODEL, "no manifest covers this weight file"]);
        }
        let verdict = model.verify().unwrap().verdict(Policy::Required).expect_err(name);
        assert_says(name, &verdict, Unverified, &["v: no manifest covers this tensor"]);
        assert_says(name, &model.view(0).expect_err(name), Unverified, &["v: ", "have not been checked"]);
        assert_says(name, &model.bytes(0).expect_err(name), Unverified, &["v: ", "have not been checked"]);
        assert_says(name, &model.read_into(0, 0, &mut [0]).expect_err(name), Unverified, &["v: "]);
    }
}

/// A tensor that is covered can be had without the others, and only that one.
#[test]
fn a_covered_tensor_is_loaded_alone() {
    let truth = Truth::new();
    let manifests = [(RECORD, claim(MODEL, "U8", "[4]", &truth.w))];
    let (_root, model) = open(&truth, Policy::Required, &manifests, false);
    assert_says("before", &model.view(1).unwrap_err(), Unverified, &["w: "]);
    let loaded = model.load(&PlanOptions { target: Target::Host, tensors: vec![1], ..PlanOptions::default() }).unwrap();
    assert_eq!(loaded.find("w").unwrap().bytes().unwrap(), model.view(1).unwrap());
    assert_says("the other", &model.view(0).unwrap_err(), Unverified, &["v: "]);
}

/// A file without tensors is verified as well: its metadata is part of the model.
#[test]
fn a_file_without_tensors_is_verified() {
    let truth = Truth { bytes: tensors(&[]), ..Truth::new() };
    let (_root, model) = open(&truth, Policy::IfPresent, &[(SUMS, format!("{DIGEST}  {MODEL}\n"))], false);
    let error = model.verify().unwrap().verdict(Policy::IfPresent).unwrap_err();
    assert_says("no tensor", &error, Mismatch, &[MODEL, DIGEST]);
}
