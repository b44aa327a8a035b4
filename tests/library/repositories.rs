//! Directories of several models, and models with folders: what is listed, hashed and verified of them.

mod covered;
mod denied;
mod folders;
mod listed;
mod whole;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, TensorView};
use weighbridge::verify::{Outcome, Report, Subject, VerifyOptions};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Repository};

fn weights(name: &str) -> Vec<u8> {
    let data = [7; 4];
    let view = TensorView::new(Dtype::F32, vec![1], &data).unwrap();
    safetensors::serialize(BTreeMap::from([(name, view)]), None).unwrap()
}

/// A directory with these files; those of weights hold one tensor that is called like the folder.
fn plant(names: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for name in names {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let is_weights = name.ends_with(".safetensors");
        fs::write(path, if is_weights { weights(name) } else { format!("{{\"file\":\"{name}\"}}").into() }).unwrap();
    }
    root
}

const DIFFUSERS: &[&str] = &[
    "model_index.json",
    "unet/diffusion_pytorch_model.safetensors",
    "unet/config.json",
    "vae/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.fp16.safetensors",
    "text_encoder/model-00001-of-00002.safetensors",
    "text_encoder/model-00002-of-00002.safetensors",
    "scheduler/scheduler_config.json",
    ".git/model.safetensors",
];

/// A model of its own, with the weights of a later layer in a folder.
const SENTENCE_TRANSFORMERS: &[&str] =
    &["model.safetensors", "config.json", "1_Pooling/config.json", "2_Dense/model.safetensors"];

fn options(policy: Policy) -> OpenOptions {
    OpenOptions { policy, ..OpenOptions::default() }
}

fn repository(path: &Path) -> Repository {
    Repository::open(path, &options(Policy::IfPresent), &Context::new()).unwrap()
}

fn listed(path: &Path) -> Vec<String> {
    repository(path).survey().unwrap().models.into_iter().map(|model| model.path).collect()
}

/// Left behind by an earlier save, or two variants side by side: each can be opened as a whole by the name that is listed.
#[test]
fn numbered_sets_of_a_directory_are_listed_and_opened_by_their_names() {
    let cases: [(&[&str], &[&str]); 3] = [
        (
            &[
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "model-00001-of-00003.safetensors",
                "model-00002-of-00003.safetensors",
                "model-00003-of-00003.safetensors",
            ],
            &["model-*-of-00002.safetensors", "model-*-of-00003.safetensors"],
        ),
        (
            &[
                "w-1-of-2.fp16.safetensors",
                "w-2-of-2.fp16.safetensors",
                "w.bf16-1-of-2.safetensors",
                "w.bf16-2-of-2.safetensors",
                "v-1-of-1.safetensors",
            ],
            &["v-1-of-1.safetensors", "w-*-of-2.fp16.safetensors", "w.bf16-*-of-2.safetensors"],
        ),
        (
            &["model.safetensors", "model-1-of-2.safetensors", "model-2-of-2.safetensors"],
            &["model-*-of-2.safetensors", "model.safetensors"],
        ),
    ];
    for (files, models) in cases {
        let root = plant(files);
        assert_eq!(listed(root.path()), models);
        for name in models {
            let (stem, rest) = name.split_once('*').unwrap_or((name, ""));
            let members = files.iter().filter(|file| file.starts_with(stem) && file.ends_with(rest));
            let model = Model::open(root.path().join(name), &options(Policy::None), &Context::new()).unwrap();
            let opened: Vec<_> = model.files().map(|file| file.name().to_owned()).collect();
            assert_eq!(opened, members.copied().collect::<Vec<_>>(), "{name}");
            assert!(model.notes().is_empty(), "{:?}", model.notes());
        }
    }
}

#[test]
fn errors_and_notes_call_a_set_by_its_name() {
    let of_two = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    let root = plant(&[&of_two[..], &["model-1-of-1.safetensors"]].concat());
    let open = |name: &str| Model::open(root.path().join(name), &options(Policy::None), &Context::new());
    let error = open("").err().unwrap();
    assert!(error.message().contains("(model-*-of-00002.safetensors, model-1-of-1.safetensors)"), "{error}");
    for absent in ["model-*-of-00003.safetensors", "model-*-of-00002.onnx", "model-*-of-00002.bin"] {
        let error = open(absent).err().unwrap();
        assert_eq!(error.kind(), Kind::NotFound, "{error}");
        assert!(error.to_string().contains(absent) && error.message().contains("a number in the place"), "{error}");
    }
    fs::remove_file(root.path().join("model-1-of-1.safetensors")).unwrap();
    fs::write(root.path().join("consolidated.safetensors"), weights("c")).unwrap();
    let note = open("").unwrap().notes()[0].to_string();
    assert!(note.contains("\"model-*-of-00002.safetensors\" is opened"), "{note}");
    let note = open(of_two[0]).unwrap().notes()[0].to_string();
    assert!(note.contains("open \"model-*-of-00002.safetensors\", the directory"), "{note}");
    fs::remove_file(root.path().join(of_two[1])).unwrap();
    let error = open("model-*-of-00002.safetensors").err().unwrap();
    assert_eq!((error.kind(), error.site().subject.as_deref()), (Kind::NotFound, Some(of_two[1])));
    let repository =
        Repository::open(root.path().join("model-*-of-00002.safetensors"), &options(Policy::None), &Context::new());
    assert_eq!(repository.err().unwrap().kind(), Kind::InvalidArgument);
}

/// The files that a host lends and those in memory are named alike.
#[test]
fn a_set_in_memory_is_opened_by_its_name() {
    let blobs = || {
        ["a-1-of-2.safetensors", "a-2-of-2.safetensors", "b.safetensors"]
            .map(|name| (name.to_owned(), weights(name).into()))
    };
    let open = |entry| Model::from_blobs(blobs(), entry, &options(Policy::None), &Context::new());
    assert_eq!(open("a-*-of-2.safetensors").unwrap().files().count(), 2);
    assert_eq!(open("b-*-of-2.safetensors").err().unwrap().kind(), Kind::NotFound);
}

#[test]
fn the_models_of_a_repository_are_listed_by_what_can_be_opened() {
    let root = plant(DIFFUSERS);
    let expected = ["text_encoder", "unet", "vae"];
    assert_eq!(listed(root.path()), expected);
    for path in expected {
        Model::open(root.path().join(path), &options(Policy::None), &Context::new()).unwrap();
    }
    assert_eq!(listed(plant(SENTENCE_TRANSFORMERS).path()), [".", "2_Dense"]);
    let triton = plant(&["yolo/config.pbtxt", "yolo/1/model.onnx", "yolo/2/model.onnx"]);
    assert_eq!(listed(triton.path()), ["yolo/1", "yolo/2"]);
    let transformers_js = plant(&["config.json", "onnx/model.onnx", "onnx/model_fp16.onnx", "onnx/model_q4.onnx"]);
    assert_eq!(listed(transformers_js.path()), ["onnx/model.onnx", "onnx/model_fp16.onnx", "onnx/model_q4.onnx"]);
    assert_eq!(listed(plant(&["a.safetensors", "b.safetensors"]).path()), ["a.safetensors", "b.safetensors"]);
    assert_eq!(listed(plant(&["config.json"]).path()), [""; 0]);
    let file = plant(&["a.safetensors"]);
    let error = Repository::open(file.path().join("a.safetensors"), &options(Policy::None), &Context::new()).err();
    assert_eq!(error.unwrap().kind(), Kind::InvalidArgument);
}

#[test]
fn a_directory_whose_folders_hold_the_models_names_them() {
    for (names, words) in [(DIFFUSERS, "(text_encoder, unet, vae)"), (&["onnx/model.onnx"], "its folder \"onnx\" does")]
    {
        let error = Model::open(plant(names).path(), &options(Policy::None), &Context::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.message().contains(words), "{error}");
    }
    Model::open(plant(SENTENCE_TRANSFORMERS).path(), &options(Policy::None), &Context::new()).unwrap();
}

fn files(report: &Report, outcome: Outcome) -> Vec<&str> {
    let lines = report.iter().filter(|line| line.outcome == outcome && matches!(line.subject, Subject::File(_)));
    lines.map(|line| line.subject.name()).collect()
}

fn flip(path: PathBuf) {
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Every file of the tree is in the manifest, and every one of them is missed when it is damaged.
#[test]
fn a_repository_is_hashed_and_verified_whole() {
    let root = plant(DIFFUSERS);
    let manifests = Manifests::of_repository(&repository(root.path()), |_| ControlFlow::Continue(())).unwrap();
    assert!(manifests.left_out().is_empty());
    let visible: Vec<_> = DIFFUSERS.iter().filter(|name| !name.starts_with('.')).collect();
    for (manifest, text) in [("SHA256SUMS", manifests.checksums()), ("weighbridge.json", manifests.record().unwrap())] {
        fs::write(root.path().join(manifest), text).unwrap();
        let report = repository(root.path()).verify().unwrap();
        assert_eq!(files(&report, Outcome::Match).len(), visible.len(), "{report:?}");
        report.verdict(Policy::Required).unwrap();
        for name in &visible {
            flip(root.path().join(name));
            let report = repository(root.path()).verify().unwrap();
            assert_eq!(files(&report, Outcome::Mismatch), [**name]);
            assert_eq!(report.verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Mismatch);
            flip(root.path().join(name));
        }
        fs::remove_file(root.path().join(manifest)).unwrap();
    }
    let report = repository(root.path()).verify().unwrap();
    assert_eq!(files(&report, Outcome::Uncovered).len(), visible.len());
}

/// What lies in the folders of a model counts too.
#[test]
fn the_folders_of_a_model_are_hashed_and_verified() {
    let root = plant(SENTENCE_TRANSFORMERS);
    let open = |policy| Model::open(root.path(), &options(policy), &Context::new()).unwrap();
    fs::write(root.path().join("SHA256SUMS"), Manifests::of(&open(Policy::None)).unwrap().checksums()).unwrap();
    let report = open(Policy::Required).verify().unwrap();
    assert_eq!(files(&report, Outcome::Match).len(), SENTENCE_TRANSFORMERS.len());
    for name in SENTENCE_TRANSFORMERS {
        flip(root.path().join(name));
        assert_eq!(files(&open(Policy::IfPresent).verify().unwrap(), Outcome::Mismatch), [*name]);
        let loaded = open(Policy::Required).load(&PlanOptions::default());
        assert_eq!(loaded.is_err(), *name == "model.safetensors", "a load needs only its own file");
        flip(root.path().join(name));
    }
}

/// A manifest that knows nothing of the folders is no reason to be silent about them.
#[test]
fn what_no_manifest_covers_is_named() {
    let root = plant(SENTENCE_TRANSFORMERS);
    let open = || Model::open(root.path(), &options(Policy::Required), &Context::new()).unwrap();
    let all = Manifests::of(&Model::open(root.path(), &options(Policy::None), &Context::new()).unwrap()).unwrap();
    let own: Vec<_> = all.checksums().lines().filter(|line| !line.contains('/')).map(str::to_owned).collect();
    fs::write(root.path().join("SHA256SUMS"), own.join("\n")).unwrap();
    let report = open().verify().unwrap();
    assert_eq!(files(&report, Outcome::Uncovered), ["1_Pooling/config.json", "2_Dense/model.safetensors"]);
    report.verdict(Policy::IfPresent).unwrap();
    let error = report.verdict(Policy::Required).unwrap_err();
    assert!(error.to_string().contains("2_Dense/model.safetensors: no manifest covers this weight file"), "{error}");
    let verify = |options| open().verify_with(options, |_| ControlFlow::Continue(())).unwrap();
    let strict = verify(VerifyOptions { refuses_extra: true, ..VerifyOptions::default() });
    let error = strict.verdict(Policy::IfPresent).unwrap_err();
    assert_eq!(error.kind(), Kind::Unverified);
    assert!(error.to_string().contains("1_Pooling/config.json"), "{error}");
    let listed = verify(VerifyOptions { only_listed: true, ..VerifyOptions::default() });
    assert_eq!(files(&listed, Outcome::Match), ["model.safetensors", "config.json"]);
    assert!(files(&listed, Outcome::Uncovered).is_empty());
}

#[test]
fn missing_files_are_a_mismatch_unless_they_may_be_missing() {
    let root = plant(SENTENCE_TRANSFORMERS);
    let all = Manifests::of_repository(&repository(root.path()), |_| ControlFlow::Continue(())).unwrap();
    fs::write(root.path().join("SHA256SUMS"), all.checksums()).unwrap();
    fs::remove_dir_all(root.path().join("2_Dense")).unwrap();
    let verify = |ignores_missing| {
        let options = VerifyOptions { ignores_missing, ..VerifyOptions::default() };
        repository(root.path()).verify_with(options, |_| ControlFlow::Continue(())).unwrap()
    };
    assert_eq!(files(&verify(false), Outcome::Mismatch), ["2_Dense/model.safetensors"]);
    let lenient = verify(true);
    assert!(files(&lenient, Outcome::Mismatch).is_empty());
    lenient.verdict(Policy::IfPresent).unwrap();
}

/// Links that lead nowhere, away, or to a folder are named as what is not covered, and stop nothing.
#[test]
fn names_that_lead_to_no_file_are_told() {
    let root = plant(SENTENCE_TRANSFORMERS);
    let outside = plant(&["secret"]);
    let folder = root.path().join("1_Pooling");
    symlink("gone", folder.join("dead")).unwrap();
    symlink("circle", folder.join("circle")).unwrap();
    symlink("circle", root.path().join("circle")).unwrap();
    symlink(outside.path().join("secret"), folder.join("away")).unwrap();
    symlink("../2_Dense", folder.join("folder")).unwrap();
    let model = Model::open(root.path(), &options(Policy::IfPresent), &Context::new()).unwrap();
    let [note] = model.notes() else { panic!("{:?}", model.notes()) };
    assert!(note.rule == "model.asset.link" && note.message.contains("circle\", which leads in a circle"), "{note:?}");
    let manifests = Manifests::of(&model).unwrap();
    let mut left_out: Vec<_> = manifests.left_out().iter().filter_map(|error| error.site().subject.clone()).collect();
    left_out.sort();
    assert_eq!(left_out, ["1_Pooling/away", "1_Pooling/circle", "1_Pooling/dead", "1_Pooling/folder", "circle"]);
    let report = model.verify().unwrap();
    let uncovered = files(&report, Outcome::Uncovered);
    assert!(left_out.iter().all(|name| uncovered.contains(&&**name)), "{uncovered:?}");
}
