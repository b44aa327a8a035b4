//! What a format says of parts of its files. No test of a file can tell, as long as no format of the library says it.

use bytes::Bytes;

use super::open::of_format;
use super::*;
use crate::digest::{Algorithm, Digest};
use crate::finding::Notes;
use crate::formats::{self, Claim, Claimed};
use crate::limits::Budget;
use crate::load::Target;
use crate::verify::{Outcome, Subject};

/// Two tensors of four bytes each.
fn file() -> Bytes {
    let entry = |name: &str, start: u64| {
        format!(r#""{name}":{{"dtype":"U8","shape":[4],"data_offsets":[{start},{}]}}"#, start + 4)
    };
    let header = format!("{{{},{}}}", entry("v", 0), entry("w", 4));
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[1, 2, 3, 4, 5, 6, 7, 8]].concat().into()
}

/// The model with these claims of the format: where they begin in the data, the algorithm, and the bytes that are expected.
fn claimed(claims: &[(u64, Algorithm, &[u8])], policy: Policy) -> Model {
    let bytes = file();
    let data = bytes.len() as u64 - 8;
    let location = Location::from_memory(bytes, None, &Context::default()).unwrap();
    let (budget, mut notes) = (Budget::new(&Limits::default()), Notes::default());
    let parsed = formats::read(&location, None, &budget, &mut notes).unwrap();
    let claims = claims.iter().map(|(start, algorithm, expected)| Claim {
        of: Claimed::Run { file: "memory".to_owned(), offset: data + start, len: expected.len() as u64 },
        algorithm: *algorithm,
        digest: Digest::of(*algorithm, expected),
    });
    let manifests = vec![of_format(parsed.format, claims.collect()).unwrap()];
    let options = OpenOptions { policy, ..OpenOptions::default() };
    Model::assemble(location, parsed, Vec::new(), manifests, &options, &Context::new()).unwrap()
}

fn only(tensor: usize) -> PlanOptions {
    PlanOptions { target: Target::Host, tensors: vec![tensor], ..PlanOptions::default() }
}

#[test]
fn runs_have_lines_of_their_own_and_stand_for_the_tensors_inside() {
    let claims = [(0, Algorithm::Crc32, &[1, 2, 3, 4][..]), (4, Algorithm::Crc32c, &[5, 6, 7, 8])];
    let model = claimed(&claims, Policy::IfPresent);
    let report = model.verify().unwrap();
    report.verdict(Policy::IfPresent).unwrap();
    let lines: Vec<_> = report.iter().map(|line| (line.subject, line.outcome)).collect();
    let run = |offset, len| Subject::Run { file: "memory", offset, len };
    let data = file().len() as u64 - 8;
    let expected = [
        (Subject::File("memory"), Outcome::Uncovered),
        (run(data, 4), Outcome::Match),
        (run(data + 4, 4), Outcome::Match),
        (Subject::Tensor("v"), Outcome::Match),
        (Subject::Tensor("w"), Outcome::Match),
    ];
    assert_eq!(lines, expected);
    let evidence: Vec<_> = report.iter().filter_map(|line| Some(line.evidence?.algorithm.name())).collect();
    assert_eq!(evidence, ["crc32", "crc32c", "crc32", "crc32c"]);
}

#[test]
fn a_checksum_that_matches_is_no_cover() {
    let claims = [(0, Algorithm::Crc32, &[1, 2, 3, 4, 5, 6, 7, 8][..])];
    let model = claimed(&claims, Policy::Required);
    let report = model.verify().unwrap();
    assert_eq!(report.verdict(Policy::Required).unwrap_err().kind(), Kind::Unverified);
    assert_eq!(model.view(0).unwrap_err().kind(), Kind::Unverified);
}

#[test]
fn a_run_that_differs_is_a_mismatch_where_it_is_used() {
    let claims = [(0, Algorithm::Crc32, &[1, 2, 3, 4][..]), (4, Algorithm::Crc32, &[5, 6, 7, 9])];
    let model = claimed(&claims, Policy::IfPresent);
    let report = model.verify().unwrap();
    let error = report.verdict(Policy::IfPresent).unwrap_err();
    let data = file().len() as u64 - 8;
    assert_eq!((error.kind(), error.site().offset), (Kind::Mismatch, Some(data + 4)));
    let reasons: Vec<_> = report.iter().map(|line| line.reason()).collect();
    assert_eq!(reasons, [None, None, Some("the bytes differ"), None, Some("the bytes differ")]);

    assert_eq!(model.load(&only(0)).unwrap().len(), 1);
    let error = model.load(&only(1)).unwrap_err();
    assert_eq!((error.kind(), error.site().offset), (Kind::Mismatch, Some(data + 4)));
}

#[test]
fn a_run_beyond_its_file_is_a_mismatch() {
    let model = claimed(&[(4, Algorithm::Crc32, &[5, 6, 7, 8, 0])], Policy::IfPresent);
    let report = model.verify().unwrap();
    let reason = report.iter().find_map(|line| line.reason()).unwrap();
    assert!(reason.contains("safetensors expects 5 from byte"), "{reason}");
    assert_eq!(report.verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Mismatch);
}
