//! ONNX models verified and loaded: external data, contents that are built, tensors that share bytes.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::Path;

use weighbridge::error::Kind;
use weighbridge::verify::{Outcome, Subject};
use weighbridge::write::Manifests;
use weighbridge::{Context, Model, OpenOptions, PlanOptions, Policy, Report, Target};

use crate::protobuf::{field, number};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/onnx/golden");

/// A copy of models that a test may damage, with manifests if it asks for them.
fn copy_of(folder: &str, files: &[&str]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in files {
        let to = copy.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(Path::new(GOLDEN).join(folder).join(file), to).unwrap();
    }
    copy
}

fn open(path: &Path, policy: Policy) -> Model {
    let options = OpenOptions { policy, ..OpenOptions::default() };
    Model::open(path, &options, &Context::new().with_threads(2)).unwrap()
}

fn host() -> PlanOptions {
    PlanOptions { target: Target::Host, ..PlanOptions::default() }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Writes both manifests of a model beside it.
fn write_manifests(path: &Path) {
    let manifests = Manifests::of(&open(path, Policy::IfPresent)).unwrap();
    let folder = if path.is_dir() { path } else { path.parent().unwrap() };
    fs::write(folder.join("weighbridge.json"), manifests.record().unwrap()).unwrap();
    fs::write(folder.join("SHA256SUMS"), manifests.checksums()).unwrap();
}

/// The lines of a report about a file or tensor: outcome and manifest.
fn lines(report: &Report, name: &str) -> Vec<(Outcome, &'static str)> {
    let is_wanted = |subject: Subject<'_>| matches!(subject, Subject::File(n) | Subject::Tensor(n) if n == name);
    let lines = report.iter().filter(|check| is_wanted(check.subject));
    lines.map(|check| (check.outcome, check.evidence.map_or("", |evidence| evidence.source))).collect()
}

#[test]
fn manifests_cover_models_of_every_storage() {
    let typed = copy_of("made", &["types-typed.onnx"]);
    let ranges = copy_of("external/ranges", &["model.onnx", "ranges.bin", "whole.bin"]);
    for path in [typed.path().join("types-typed.onnx"), ranges.path().to_owned()] {
        write_manifests(&path);
        let model = open(&path, Policy::Required);
        assert_eq!(model.bytes(0).unwrap_err().kind(), Kind::Unverified);
        let report = model.verify().unwrap();
        report.verdict(Policy::Required).unwrap();
        assert!(report.iter().all(|check| check.outcome == Outcome::Match));
        (0..model.tensors().len()).for_each(|index| _ = model.bytes(index).unwrap());

        let fresh = open(&path, Policy::Required);
        let placement = fresh.load(&host()).unwrap();
        for placed in placement.iter() {
            assert_eq!(placed.bytes().unwrap(), model.bytes(placed.tensor).unwrap(), "{}", placed.name);
            assert_eq!(placed.bytes().unwrap().as_ptr() as usize % 64, 0, "{}", placed.name);
        }
    }
}

#[test]
fn damage_of_external_data_names_the_file_and_the_tensor() {
    let copy = copy_of("external/several-files", &["model.onnx", "a.bin", "b file ü.bin", "c"]);
    write_manifests(copy.path());
    flip(&copy.path().join("c"), 3);
    let model = open(copy.path(), Policy::Required);
    assert_eq!(model.load(&host()).unwrap_err().kind(), Kind::Mismatch);
    let report = model.verify().unwrap();
    let error = report.verdict(Policy::Required).unwrap_err();
    let path = copy.path().join("c");
    assert_eq!((error.kind(), error.site().path.as_deref()), (Kind::Mismatch, path.to_str()), "{error}");
    let outcomes = |name| lines(&report, name).into_iter().map(|(outcome, _)| outcome).collect::<Vec<_>>();
    assert!(outcomes("c").contains(&Outcome::Mismatch));
    assert!(outcomes("a.bin").iter().all(|outcome| *outcome == Outcome::Match));
}

#[test]
fn damage_of_the_model_s_own_file_is_found_also_in_what_is_built_from_it() {
    let copy = copy_of("made", &["types-typed.onnx"]);
    let path = copy.path().join("types-typed.onnx");
    write_manifests(&path);
    let model = open(&path, Policy::Required);
    let listed = (0..model.tensors().len()).filter(|index| {
        let tensor = model.tensors().get(*index).unwrap();
        model.place(&tensor).offset.is_none()
    });
    assert!(listed.count() > 10);
    let bytes = fs::read(&path).unwrap();
    flip(&path, bytes.len() - 1);
    // The last byte is of the graph, which still reads; the file is another one.
    let model = Model::open(&path, &OpenOptions::default(), &Context::new()).unwrap();
    assert_eq!(model.load(&host()).unwrap_err().kind(), Kind::Mismatch);
}

/// Writes other bytes in the place of a file and gives it the time it had, so that only a digest can tell.
fn rewrite(path: &Path, bytes: &[u8]) {
    let time = fs::metadata(path).unwrap().modified().unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file.set_modified(time).unwrap();
}

/// Contents that are built are read from the file once more. Whichever of the two readings comes first, that of a check or that
/// of a build, the other one has to find the same bytes.
#[test]
fn contents_are_built_from_the_bytes_that_were_checked() {
    let copy = copy_of("made", &["types-typed.onnx"]);
    let path = copy.path().join("types-typed.onnx");
    write_manifests(&path);
    let manifest = copy.path().join("weighbridge.json");
    let good = fs::read(&path).unwrap();
    let index = open(&path, Policy::IfPresent).tensors().find("STRING 2x2").unwrap();
    let forged = {
        let place = good.windows(3).position(|window| window == b"sss").unwrap();
        let mut forged = good.clone();
        forged[place] ^= 1;
        forged
    };
    for keeps_tensors in [true, false] {
        if !keeps_tensors {
            // What checks the file alone has to do too: without a digest of the tensor there is nothing else.
            fs::remove_file(&manifest).unwrap();
        }
        let contents = open(&path, Policy::IfPresent).bytes(index).unwrap();
        let expect = |result: weighbridge::Result<Model>| {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), Kind::Changed, "{error}");
            for words in ["types-typed.onnx", "contents of tensors are built from", "byte "] {
                assert!(error.to_string().contains(words), "{error}");
            }
        };

        let checked_first = open(&path, Policy::Required);
        checked_first.verify().unwrap().verdict(Policy::Required).unwrap();
        rewrite(&path, &forged);
        if keeps_tensors {
            assert_eq!(checked_first.bytes(index).unwrap(), contents, "its digest was checked: it is built already");
        } else {
            expect(checked_first.bytes(index).map(|_| checked_first.clone()));
        }
        rewrite(&path, &good);
        assert_eq!(checked_first.bytes(index).unwrap(), contents, "a failure is not kept");

        rewrite(&path, &forged);
        let built_first = open(&path, Policy::IfPresent);
        assert_ne!(built_first.bytes(index).unwrap(), contents);
        rewrite(&path, &good);
        expect(built_first.verify().map(|_| built_first.clone()));
        expect(built_first.load(&host()).map(|_| built_first.clone()));
    }
}

#[test]
fn checksums_of_the_format_tell_accidents_and_are_no_cover() {
    let copy = copy_of("external/checksum", &["model.onnx", "sum.bin", "other.bin"]);
    let path = copy.path().join("model.onnx");
    let model = open(&path, Policy::IfPresent);
    let report = model.verify().unwrap();
    report.verdict(Policy::IfPresent).unwrap();
    assert_eq!(lines(&report, "sum.bin"), [(Outcome::Match, "onnx")]);
    let (index, check) = report.iter().enumerate().find(|(_, check)| check.subject == Subject::Tensor("s")).unwrap();
    assert_eq!(check.evidence.unwrap().actual.len(), 40, "line {index}");
    // A SHA-1 can be forged: it is not what a careful host asks for.
    assert_eq!(report.verdict(Policy::Required).unwrap_err().kind(), Kind::Unverified);
    let required = open(&path, Policy::Required);
    assert_eq!(required.load(&host()).unwrap_err().kind(), Kind::Unverified);
    required.verify().unwrap();
    assert_eq!(required.bytes(0).unwrap_err().kind(), Kind::Unverified);

    flip(&copy.path().join("sum.bin"), 4096);
    let model = open(&path, Policy::IfPresent);
    assert_eq!(model.load(&host()).unwrap_err().kind(), Kind::Mismatch);
    let report = model.verify().unwrap();
    assert_eq!(lines(&report, "sum.bin"), [(Outcome::Mismatch, "onnx")]);
    assert_eq!(lines(&report, "other.bin"), [(Outcome::Match, "onnx")]);
    open(&path, Policy::None).load(&host()).unwrap();
}

#[test]
fn a_part_of_a_model_is_checked_by_its_own_digests() {
    let copy = copy_of("external/one-file", &["model.onnx", "model.onnx_data"]);
    write_manifests(&copy.path().join("model.onnx"));
    let path = copy.path().join("model.onnx");
    flip(&copy.path().join("model.onnx_data"), 4096);
    let only = |name: &str| PlanOptions { include: vec![name.to_owned()], ..host() };
    // SHA256SUMS knows only whole files, and it would have the whole file read.
    fs::remove_file(copy.path().join("SHA256SUMS")).unwrap();
    let model = open(&path, Policy::Required);
    model.load(&only("first")).unwrap();
    assert_eq!(model.load(&only("second")).unwrap_err().kind(), Kind::Mismatch);
}

/// That a file was examined a moment ago is no reason to build from it what it holds now.
#[test]
fn nothing_is_built_from_a_file_that_was_written_a_moment_ago() {
    let copy = copy_of("made", &["types-typed.onnx"]);
    let path = copy.path().join("types-typed.onnx");
    let model = open(&path, Policy::None);
    let is_mapped = |index: &usize| model.place(&model.tensors().get(*index).unwrap()).offset.is_some();
    model.view((0..model.tensors().len()).find(is_mapped).unwrap()).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let place = bytes.windows(3).position(|window| window == b"sss").unwrap();
    bytes[place] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = model.view(model.tensors().find("STRING 2x2").unwrap()).unwrap_err();
    assert_eq!(error.kind(), Kind::Changed, "{error}");
}

#[test]
fn a_model_that_changes_is_no_longer_read() {
    let copy = copy_of("external/one-file", &["model.onnx", "model.onnx_data"]);
    let model = open(&copy.path().join("model.onnx"), Policy::IfPresent);
    fs::write(copy.path().join("model.onnx_data"), vec![0; 9_000]).unwrap();
    assert_eq!(model.load(&host()).unwrap_err().kind(), Kind::Changed);
    let first = model.tensors().find("first").unwrap();
    assert_eq!(model.bytes(first).unwrap_err().kind(), Kind::Changed);

    let copy = copy_of("made", &["types-typed.onnx"]);
    let path = copy.path().join("types-typed.onnx");
    let model = open(&path, Policy::IfPresent);
    fs::write(&path, vec![0; 9_000]).unwrap();
    for index in 0..model.tensors().len() {
        assert_eq!(model.bytes(index).unwrap_err().kind(), Kind::Changed);
    }
}

/// A list of small numbers is eight times as long when it is built; that is not work that overlaps cause.
#[test]
fn long_lists_are_not_too_much_work() {
    const COUNT: usize = 24_000_000;
    let tensor = [number(1, COUNT as u64), number(2, 7), field(8, "w"), field(7, vec![5; COUNT])].concat();
    let graph = [field(2, "g"), field(5, tensor)].concat();
    let bytes = [number(1, 8), field(8, number(2, 17)), field(7, graph)].concat();
    let model = Model::from_memory(bytes.into(), &OpenOptions::default(), &Context::new()).unwrap();
    assert_eq!(model.tensors().get(0).unwrap().byte_len(), 8 * COUNT as u64);
    // What is too much work is refused before the pass begins.
    let error = Manifests::of_with(&model, |_| ControlFlow::Break(())).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
}

/// A model of external data whose file says that the bytes of two tensors lie where those of the other do.
fn swapped() -> (tempfile::TempDir, Manifests) {
    let copy = copy_of("external/everywhere", &["model.onnx", "all.bin"]);
    let manifests = Manifests::of(&open(copy.path(), Policy::IfPresent)).unwrap();
    let path = copy.path().join("model.onnx");
    let mut bytes = fs::read(&path).unwrap();
    let offset = |bytes: &[u8], text: &[u8]| bytes.windows(9 + text.len()).position(|at| at[9..] == *text).unwrap() + 9;
    let [first, second] = [&b"192"[..], b"256"].map(|text| offset(&bytes, text));
    bytes[first..first + 3].copy_from_slice(b"256");
    bytes[second..second + 3].copy_from_slice(b"192");
    fs::write(&path, bytes).unwrap();
    (copy, manifests)
}

/// What is said of a model under a manifest that is given: by a load of everything, by one of single tensors, and by a
/// verification. Whatever that is, only the bytes that the model once had are handed out.
fn refusals(path: &Path, manifest: String) -> Vec<(Kind, String)> {
    let options = || OpenOptions {
        policy: Policy::Required,
        manifest: Some(manifest.clone().into_bytes()),
        ..OpenOptions::default()
    };
    let open_again = || Model::open(path, &options(), &Context::new()).unwrap();
    let model = open_again();
    let some = PlanOptions { tensors: vec![2, 3], ..host() };
    let verdict = |model: &Model| model.verify().and_then(|report| report.verdict(Policy::Required));
    let errors = [open_again().load(&host()).map(|_| ()), open_again().load(&some).map(|_| ()), verdict(&model)];
    let golden = open(&Path::new(GOLDEN).join("external/everywhere"), Policy::None);
    for (index, tensor) in model.tensors().iter().enumerate() {
        match model.bytes(index) {
            Ok(bytes) => assert_eq!(bytes, golden.bytes(golden.tensors().find(tensor.name).unwrap()).unwrap()),
            Err(error) => assert_eq!(error.kind(), Kind::Unverified, "{error}"),
        }
    }
    errors.into_iter().map(|error| error.map_err(|e| (e.kind(), e.to_string())).unwrap_err()).collect()
}

#[test]
fn a_file_is_checked_together_with_what_describes_it() {
    let (copy, manifests) = swapped();
    for manifest in [manifests.record().unwrap(), manifests.checksums()] {
        for (kind, message) in refusals(copy.path(), manifest) {
            assert_eq!(kind, Kind::Mismatch, "{message}");
        }
    }
}

#[test]
fn a_file_without_what_describes_it_is_checked_tensor_by_tensor_or_not_covered() {
    let (copy, manifests) = swapped();
    let mut record: serde_json::Value = serde_json::from_str(&manifests.record().unwrap()).unwrap();
    record["files"].as_object_mut().unwrap().remove("model.onnx").unwrap();
    for (kind, message) in refusals(copy.path(), record.to_string()) {
        assert_eq!(kind, Kind::Mismatch, "{message}");
    }
    let checksums = manifests.checksums();
    let of_data = checksums.lines().find(|line| line.ends_with("all.bin")).unwrap();
    for (kind, message) in refusals(copy.path(), format!("{of_data}\n")) {
        assert_eq!(kind, Kind::Unverified, "{message}");
    }
}
