//! Models of a directory that do not open: what verification, manifests and lists of models say of them, and of a directory that has no
//! model at all.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::path::Path;

use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::{Report, VerifyOptions};
use weighbridge::write::Manifests;
use weighbridge::{Context, Finding, Kind, Limits, Model, OpenOptions, Policy, Repository};

use super::{options, plant, repository, weights};

const SHARDS: [&str; 2] =
    ["text_encoder/model-00001-of-00002.safetensors", "text_encoder/model-00002-of-00002.safetensors"];

/// Makes a `SHA256SUMS` of all files that are there.
fn seal(root: &Path) {
    let _ = fs::remove_file(root.join("SHA256SUMS"));
    fn lines(folder: &Path, prefix: &str) -> String {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let line = |entry: fs::DirEntry| {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true => lines(&entry.path(), &format!("{name}/")),
                false => format!("{}  {name}\n", Digest::of(Algorithm::Sha256, &fs::read(entry.path()).unwrap())),
            }
        };
        entries.map(line).collect()
    }
    fs::write(root.join("SHA256SUMS"), lines(root, "")).unwrap();
}

fn rules(notes: &[Finding]) -> Vec<(&str, &str)> {
    notes.iter().map(|note| (note.rule, &*note.path)).collect()
}

/// What is broken in the folder `text_encoder`, what an error says of it, and whether names and indices alone tell it.
type Break = (fn(&Path), &'static str, bool);

const BREAKS: [Break; 4] = [
    (
        |root| fs::remove_file(root.join(SHARDS[1])).unwrap(),
        "model-00002-of-00002.safetensors: the shard is missing",
        true,
    ),
    (
        |root| {
            let map = SHARDS.map(|shard| format!("\"{shard}\":\"{}\"", shard.rsplit('/').next().unwrap()));
            let map = format!("{{\"weight_map\":{{{}}}}}", map.join(","));
            fs::write(root.join("text_encoder/model.safetensors.index.json"), map).unwrap();
            fs::remove_file(root.join(SHARDS[1])).unwrap();
        },
        "model-00002-of-00002.safetensors: the shard is missing",
        true,
    ),
    (
        |root| fs::write(root.join(SHARDS[1]), &weights("b")[..40]).unwrap(),
        "text_encoder/model-00002-of-00002.safetensors: ",
        false,
    ),
    (
        |root| {
            SHARDS.iter().for_each(|shard| fs::remove_file(root.join(shard)).unwrap());
            fs::write(root.join("text_encoder/model.onnx"), [0x42, 0xff]).unwrap();
        },
        "text_encoder/model.onnx: ",
        false,
    ),
];

/// The manifest of what is there would be taken for that of a whole model, and a verification for one of all models.
#[test]
fn models_in_folders_have_to_open() {
    for has_own in [false, true] {
        for (number, (damage, words, is_listed)) in BREAKS.iter().enumerate() {
            let own = if has_own { "model.safetensors" } else { "unet/model.safetensors" };
            let root = plant(&[own, "model_index.json", SHARDS[0], SHARDS[1]]);
            damage(root.path());
            seal(root.path());
            let model = || Model::open(root.path(), &options(Policy::IfPresent), &Context::new()).unwrap();
            let (report, made, survey) = if has_own {
                (model().verify(), Manifests::of(&model()), model().survey())
            } else {
                let all = repository(root.path());
                (all.verify(), Manifests::of_repository(&all, |_| ControlFlow::Continue(())), all.survey())
            };
            let report = report.unwrap();
            let errors = [Policy::IfPresent, Policy::Required].map(|policy| report.verdict(policy).unwrap_err());
            for error in errors.into_iter().chain([made.err().unwrap()]) {
                assert!(error.to_string().contains(words), "{number}: {error}");
            }
            let [note] = report.notes() else { panic!("{:?}", report.notes()) };
            assert_eq!((note.rule, &*note.path), ("model.unopened", "text_encoder"));
            assert!(note.message.contains(words), "{note:?}");
            let expected: &[_] = if *is_listed { &[("model.incomplete", "text_encoder")] } else { &[] };
            let notes = survey.unwrap().notes;
            assert_eq!(rules(&notes), expected, "{number}");
            assert!(
                notes.iter().all(|note| note.message.contains("\"model-00002-of-00002.safetensors\"")),
                "{notes:?}"
            );
        }
    }
}

/// What a verification is asked for the files of a list, or for nothing, is not about models.
#[test]
fn models_need_not_open_where_they_are_not_meant() {
    let root = plant(&["unet/model.safetensors", SHARDS[0]]);
    seal(root.path());
    let verify = |policy, verify_options| {
        let repository = Repository::open(root.path(), &options(policy), &Context::new()).unwrap();
        repository.verify_with(verify_options, |_| ControlFlow::Continue(())).unwrap()
    };
    let listed = VerifyOptions { only_listed: true, ..VerifyOptions::default() };
    verify(Policy::IfPresent, listed).verdict(Policy::IfPresent).unwrap();
    verify(Policy::None, VerifyOptions::default()).verdict(Policy::None).unwrap();
    assert!(verify(Policy::IfPresent, VerifyOptions::default()).verdict(Policy::IfPresent).is_err());
    // What lies beside the model that is opened is left out.
    let beside = plant(&["model.safetensors", "model-1-of-2.safetensors"]);
    seal(beside.path());
    let model = Model::open(beside.path(), &options(Policy::Required), &Context::new()).unwrap();
    assert_eq!(model.survey().unwrap().notes, []);
    let report = model.verify().unwrap();
    report.verdict(Policy::Required).unwrap();
    assert_eq!(report.notes(), []);
    Manifests::of(&model).unwrap();
    // The model in the other folder is nobody's neighbour.
    let unet = Model::open(root.path().join("unet"), &options(Policy::IfPresent), &Context::new()).unwrap();
    assert_eq!(unet.verify().unwrap().notes(), []);
}

/// Those of the open count, also for the models in folders.
#[test]
fn limits_are_those_of_the_open() {
    let root = plant(&["unet/model.safetensors", "vae/model.safetensors"]);
    seal(root.path());
    let verdict = |header_bytes| {
        let limits = Limits { header_bytes, ..Limits::default() };
        let options = OpenOptions { limits, ..OpenOptions::default() };
        let report = Repository::open(root.path(), &options, &Context::new())?.verify()?;
        report.verdict(Policy::IfPresent)
    };
    let manifest = fs::metadata(root.path().join("SHA256SUMS")).unwrap().len();
    let long = vec![b' '; 2 * manifest as usize];
    verdict(manifest).unwrap();
    let header = [&(long.len() as u64 + 2).to_le_bytes()[..], b"{}", &long].concat();
    fs::write(root.path().join("vae/model.safetensors"), header).unwrap();
    seal(root.path());
    let error = verdict(manifest).unwrap_err();
    assert_eq!((error.kind(), error.option()), (Kind::Limit, Some("header_bytes")), "{error}");
    verdict(1 << 20).unwrap();
}

fn verify(root: &Path, ignores_missing: bool) -> Report {
    let options = VerifyOptions { ignores_missing, ..VerifyOptions::default() };
    repository(root).verify_with(options, |_| ControlFlow::Continue(())).unwrap()
}

/// A part of a model was downloaded on purpose. What lies in the place of a file is not missing.
#[test]
fn a_model_may_lack_files_where_files_may_be_missing() {
    for folder in ["", "text_encoder/"] {
        let [first, second] =
            ["model-1-of-2.safetensors", "model-2-of-2.safetensors"].map(|name| format!("{folder}{name}"));
        let root = plant(&[&first, &second, "unet/model.safetensors"]);
        seal(root.path());
        fs::remove_file(root.path().join(&second)).unwrap();
        assert!(verify(root.path(), false).verdict(Policy::IfPresent).is_err());
        let lenient = verify(root.path(), true);
        lenient.verdict(Policy::IfPresent).unwrap();
        assert_eq!(lenient.verdict(Policy::Required).unwrap_err().kind(), Kind::NotFound);
        assert_eq!(lenient.notes()[0].rule, "model.unopened");

        seal(root.path());
        symlink("gone", root.path().join(&second)).unwrap();
        assert_eq!(verify(root.path(), true).verdict(Policy::IfPresent).unwrap_err().kind(), Kind::NotFound);
        fs::remove_file(root.path().join(&second)).unwrap();
        fs::write(root.path().join(&second), &weights("b")[..40]).unwrap();
        assert_eq!(verify(root.path(), true).verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Format);
    }
}

#[test]
fn a_directory_without_a_model_is_verified_unless_one_is_required() {
    for (file, words) in [("config.json", "the weights are missing"), ("tiny.gguf", "tiny.gguf"), ("notes.txt", "")] {
        let root = plant(&["tokenizer.json", file]);
        seal(root.path());
        let report = verify(root.path(), false);
        report.verdict(Policy::IfPresent).unwrap();
        let [note] = report.notes() else { panic!("{:?}", report.notes()) };
        assert_eq!((note.rule, &*note.path), ("model.none", ""));
        assert!(note.message.contains("this directory holds no model") && note.message.contains(words), "{note:?}");
        let error = report.verdict(Policy::Required).unwrap_err();
        assert!(error.kind() == Kind::Unsupported && error.to_string() == note.message, "{error}");
    }
}

/// What a download has left of weights shows that they are meant to be there.
#[test]
fn a_download_that_was_not_finished_is_no_good_directory() {
    let part = ".cache/huggingface/download/model.safetensors.incomplete";
    let nested = ".cache/huggingface/download/unet/model.safetensors.incomplete";
    for left in ["model.safetensors.part", part, nested, "unet/model.safetensors.crdownload"] {
        let root = plant(&["tokenizer.json", left]);
        seal(root.path());
        let error = verify(root.path(), true).verdict(Policy::IfPresent).unwrap_err();
        assert!(error.message().contains("by its name an unfinished download"), "{left}: {error}");
    }
}

/// In the cache of Hugging Face it lies beside the finished blobs; and may lie there for good if a later download began anew.
#[test]
fn blobs_that_were_not_finished_count_until_they_are() {
    let commit = "a".repeat(40);
    let (etag, small) = ("d".repeat(64), "{\"model\":{}}");
    let blob = Digest::of(Algorithm::Sha256, small.as_bytes()).to_string();
    let cache = plant(&[]);
    let repository_of = cache.path().join("models--o--n");
    let snapshot = repository_of.join("snapshots").join(&commit);
    fs::create_dir_all(&snapshot).unwrap();
    fs::create_dir(repository_of.join("blobs")).unwrap();
    fs::write(repository_of.join("blobs").join(&blob), small).unwrap();
    symlink(format!("../../blobs/{blob}"), snapshot.join("tokenizer.json")).unwrap();
    verify(&snapshot, false).verdict(Policy::IfPresent).unwrap();
    for left in [format!("{etag}.incomplete"), format!("{etag}.0a1b2c3d.incomplete")] {
        let left = repository_of.join("blobs").join(left);
        fs::write(&left, "").unwrap();
        for policy in [Policy::IfPresent, Policy::Required] {
            let error = verify(&snapshot, false).verdict(policy).unwrap_err();
            assert!(error.message().contains("by its name an unfinished download"), "{error}");
        }
        let finished = repository_of.join("blobs").join(&etag);
        fs::write(&finished, "").unwrap();
        verify(&snapshot, false).verdict(Policy::IfPresent).unwrap();
        fs::remove_file(finished).unwrap();
        fs::remove_file(left).unwrap();
    }
}
