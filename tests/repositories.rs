//! Directories of several models, and models with folders: what is listed, hashed and verified of them.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use safetensors::tensor::{Dtype, TensorView};
use weighbridge::digest::{Algorithm, Digest};
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
    repository(path).models().unwrap().into_iter().map(|model| model.path).collect()
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
    let open = |entry| Model::from_blobs(blobs(), Some(entry), &options(Policy::None), &Context::new());
    assert_eq!(open("a-*-of-2.safetensors").unwrap().files().count(), 2);
    assert_eq!(open("b-*-of-2.safetensors").err().unwrap().kind(), Kind::NotFound);
}

#[test]
fn the_models_of_a_repository_are_listed_by_what_can_be_opened() {
    let root = plant(DIFFUSERS);
    let expected = [
        "text_encoder",
        "unet",
        "vae/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ];
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
    for (names, words) in [(DIFFUSERS, "(text_encoder, unet, vae/"), (&["onnx/model.onnx"], "its folder \"onnx\" does")]
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
    symlink(outside.path().join("secret"), folder.join("away")).unwrap();
    symlink("../2_Dense", folder.join("folder")).unwrap();
    let model = Model::open(root.path(), &options(Policy::IfPresent), &Context::new()).unwrap();
    let manifests = Manifests::of(&model).unwrap();
    let mut left_out: Vec<_> = manifests.left_out().iter().filter_map(|error| error.site().subject.clone()).collect();
    left_out.sort();
    assert_eq!(left_out, ["1_Pooling/away", "1_Pooling/dead", "1_Pooling/folder"]);
    let report = model.verify().unwrap();
    let uncovered = files(&report, Outcome::Uncovered);
    assert!(left_out.iter().all(|name| uncovered.contains(&&**name)), "{uncovered:?}");
}

/// Manifests and records in folders count, by their names there.
#[test]
fn manifests_in_folders_are_used() {
    let root = plant(&["unet/model.safetensors", "vae/model.safetensors", "vae/deep/config.json", "README.md"]);
    for folder in ["unet", "vae"] {
        let model = Model::open(root.path().join(folder), &options(Policy::None), &Context::new()).unwrap();
        let manifests = Manifests::of(&model).unwrap();
        fs::write(root.path().join(folder).join("weighbridge.json"), manifests.record().unwrap()).unwrap();
    }
    let report = repository(root.path()).verify().unwrap();
    assert_eq!(files(&report, Outcome::Uncovered), ["README.md"]);
    let covered = ["unet/model.safetensors", "vae/deep/config.json", "vae/model.safetensors"];
    assert_eq!(files(&report, Outcome::Match), covered, "manifests are no files of the model");
    flip(root.path().join("vae/deep/config.json"));
    flip(root.path().join("unet/model.safetensors"));
    let report = repository(root.path()).verify().unwrap();
    assert_eq!(files(&report, Outcome::Mismatch), ["unet/model.safetensors", "vae/deep/config.json"]);
    fs::remove_file(root.path().join("vae/deep/config.json")).unwrap();
    let report = repository(root.path()).verify().unwrap();
    let missing = report.iter().find(|line| line.subject == Subject::File("vae/deep/config.json")).unwrap();
    assert_eq!(missing.reason(), Some("it is missing; weighbridge.json lists it"));

    // In the folders of a model, too. A manifest that is broken is told.
    let root = plant(SENTENCE_TRANSFORMERS);
    let digest = Digest::of(Algorithm::Sha256, &weights("2_Dense/model.safetensors"));
    let sums = root.path().join("2_Dense/SHA256SUMS");
    fs::write(&sums, format!("{digest}  model.safetensors\n")).unwrap();
    let verify = || Model::open(root.path(), &options(Policy::IfPresent), &Context::new()).unwrap().verify();
    assert_eq!(files(&verify().unwrap(), Outcome::Match), ["2_Dense/model.safetensors"]);
    fs::write(&sums, "no digest\n").unwrap();
    let error = verify().unwrap_err();
    assert!(error.site().path.as_deref().unwrap().ends_with("2_Dense/SHA256SUMS"), "{error}");
}

/// Manifests of folders in each other may say different things of a file.
#[test]
fn all_manifests_of_folders_have_to_agree() {
    let root = plant(&["a/b/w.safetensors", "c.safetensors"]);
    let digest = |bytes: &[u8]| Digest::of(Algorithm::Sha256, bytes).to_string();
    let (right, wrong) = (digest(&weights("a/b/w.safetensors")), digest(b"something else"));
    fs::write(root.path().join("a/b/SHA256SUMS"), format!("{right}  w.safetensors\n")).unwrap();
    for (said, lines) in [(&right, 1), (&wrong, 2)] {
        fs::write(root.path().join("a/SHA256SUMS"), format!("{said}  b/w.safetensors\n")).unwrap();
        let report = repository(root.path()).verify().unwrap();
        let of_file = report.iter().filter(|line| line.subject == Subject::File("a/b/w.safetensors"));
        assert_eq!(of_file.count(), lines);
        assert_eq!(report.verdict(Policy::IfPresent).is_ok(), lines == 1);
    }
}

/// Every weight file has to be covered, whichever model of the directory it belongs to; other files need not be.
#[test]
fn required_cover_is_that_of_all_models() {
    let root = plant(DIFFUSERS);
    let unverified = |policy| {
        let verdict = repository(root.path()).verify().unwrap().verdict(policy);
        verdict.err().map(|error| (error.kind(), error.site().path.clone().unwrap()))
    };
    assert_eq!(unverified(Policy::IfPresent), None);
    let sums = |names: &[&str]| {
        let line = |name: &&str| format!("{}  {name}\n", Digest::of(Algorithm::Sha256, &weights(name)));
        fs::write(root.path().join("SHA256SUMS"), names.iter().map(line).collect::<String>()).unwrap();
    };
    let all: Vec<_> =
        DIFFUSERS.iter().copied().filter(|n| n.ends_with(".safetensors") && !n.starts_with('.')).collect();
    sums(&all);
    assert_eq!(unverified(Policy::Required), None);
    // A variant that no model consists of is no weight file.
    for left_out in all.iter().filter(|name| !name.contains(".fp16.")) {
        sums(&all.iter().copied().filter(|name| name != left_out).collect::<Vec<_>>());
        let (kind, path) = unverified(Policy::Required).unwrap_or_else(|| panic!("{left_out}"));
        assert!(kind == Kind::Unverified && path.ends_with(left_out), "{left_out}: {path}");
    }

    // The weights in a folder of a model.
    let root = plant(SENTENCE_TRANSFORMERS);
    let line = format!("{}  model.safetensors\n", Digest::of(Algorithm::Sha256, &weights("model.safetensors")));
    fs::write(root.path().join("SHA256SUMS"), line).unwrap();
    let model = Model::open(root.path(), &options(Policy::Required), &Context::new()).unwrap();
    let error = model.verify().unwrap().verdict(Policy::Required).unwrap_err();
    assert!(error.to_string().contains("2_Dense/model.safetensors"), "{error}");
    model.load(&PlanOptions::default()).unwrap();
}

/// A list that lies in the directory it is about is none of the extra files, whatever it is called.
#[test]
fn a_given_manifest_is_no_extra_file() {
    let root = plant(&["a.safetensors", "sub/b.safetensors"]);
    let line = |name: &str| format!("{}  {name}\n", Digest::of(Algorithm::Sha256, &weights(name)));
    let list = line("a.safetensors") + &line("sub/b.safetensors");
    fs::write(root.path().join("sub/my.list"), &list).unwrap();
    let given = OpenOptions { manifest: Some(list.into_bytes()), ..options(Policy::IfPresent) };
    let verdict = || {
        let options = VerifyOptions { refuses_extra: true, ..VerifyOptions::default() };
        let repository = Repository::open(root.path(), &given, &Context::new()).unwrap();
        repository.verify_with(options, |_| ControlFlow::Continue(())).unwrap().verdict(Policy::IfPresent)
    };
    verdict().unwrap();
    fs::write(root.path().join("sub/other.list"), "something else").unwrap();
    assert!(verdict().unwrap_err().to_string().contains("other.list"));
}

/// How deep folders may be in each other.
#[test]
fn deep_folders_are_covered() {
    let root = plant(&["model.safetensors", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/config.json"]);
    let model = Model::open(root.path(), &options(Policy::IfPresent), &Context::new()).unwrap();
    let manifests = Manifests::of(&model).unwrap();
    assert!(manifests.checksums().contains("/o/p/config.json"));
    assert_eq!(model.verify().unwrap().len(), 3);
}

fn verify(path: &Path, options: VerifyOptions) -> Report {
    repository(path).verify_with(options, |_| ControlFlow::Continue(())).unwrap()
}

/// What lies there and cannot be read is not missing.
#[test]
fn only_files_that_are_not_there_may_be_missing() {
    let root = plant(&["a/model.safetensors"]);
    let list = |name: &str| fs::write(root.path().join("SHA256SUMS"), format!("{}  {name}\n", "0".repeat(64))).unwrap();
    fs::create_dir(root.path().join("folder")).unwrap();
    symlink("gone", root.path().join("dead")).unwrap();
    symlink("/etc/hostname", root.path().join("away")).unwrap();
    let lenient = VerifyOptions { ignores_missing: true, ..VerifyOptions::default() };
    list("absent");
    verify(root.path(), lenient).verdict(Policy::IfPresent).unwrap();
    for (name, why) in [
        ("folder", "expected a regular file, found a directory"),
        ("dead", "it is a link to \"gone\", which is not there"),
        ("away", "outside the model's directory"),
        ("../outside", "\"..\""),
        ("/etc/hostname", "relative"),
    ] {
        list(name);
        let report = verify(root.path(), lenient);
        let error = report.verdict(Policy::IfPresent).unwrap_err();
        assert!(error.kind() == Kind::Mismatch && error.message().contains(why), "{name}: {error}");
    }
}

/// Whatever it is, but for hidden entries.
#[test]
fn everything_that_no_manifest_lists_is_extra() {
    use std::os::unix::ffi::OsStrExt;
    let root = plant(&["model.safetensors", "sub/config.json"]);
    let manifests = Manifests::of(&Model::open(root.path(), &options(Policy::None), &Context::new()).unwrap()).unwrap();
    fs::write(root.path().join("SHA256SUMS"), manifests.checksums()).unwrap();
    let strict = VerifyOptions { refuses_extra: true, ..VerifyOptions::default() };
    let verdict = || {
        let model = Model::open(root.path(), &options(Policy::IfPresent), &Context::new()).unwrap();
        model.verify_with(strict, |_| ControlFlow::Continue(())).unwrap().verdict(Policy::IfPresent)
    };
    fs::write(root.path().join(".hidden"), "").unwrap();
    verdict().unwrap();
    type Make = fn(&Path);
    let make: [(&[u8], Make); 6] = [
        (b"plain", |path| fs::write(path, "").unwrap()),
        (b"\xff.py", |path| fs::write(path, "").unwrap()),
        (b"a\\b.py", |path| fs::write(path, "").unwrap()),
        (b"dead", |path| symlink("gone", path).unwrap()),
        (b"folder", |path| symlink("/etc", path).unwrap()),
        (b"pipe", |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success())),
    ];
    for (name, make) in make {
        for folder in ["", "sub"] {
            let path = root.path().join(folder).join(std::ffi::OsStr::from_bytes(name));
            make(&path);
            let error = verdict().unwrap_err();
            assert_eq!(error.kind(), Kind::Unverified, "{path:?}: {error}");
            fs::remove_file(&path).unwrap();
        }
    }
    verdict().unwrap();
}

/// A model whose numbers are attributes of its nodes, and one of nothing but metadata.
#[test]
fn required_cover_is_that_of_models_without_tensors_too() {
    let root = tempfile::tempdir().unwrap();
    let weights = root.path().join("adapter_model.safetensors");
    fs::write(&weights, safetensors::serialize(BTreeMap::<&str, TensorView<'_>>::new(), None).unwrap()).unwrap();
    let open = || Model::open(&weights, &options(Policy::Required), &Context::new()).unwrap();
    assert_eq!(open().load(&PlanOptions::default()).unwrap_err().kind(), Kind::Unverified);
    assert_eq!(open().verify().unwrap().verdict(Policy::Required).unwrap_err().kind(), Kind::Unverified);
    let digest = Digest::of(Algorithm::Sha256, &fs::read(&weights).unwrap());
    fs::write(root.path().join("SHA256SUMS"), format!("{digest}  adapter_model.safetensors\n")).unwrap();
    open().load(&PlanOptions::default()).unwrap();
    open().verify().unwrap().verdict(Policy::Required).unwrap();
    // Of nothing, nothing can be verified.
    let empty = plant(&["README.md"]);
    let error = repository(empty.path()).verify().unwrap().verdict(Policy::Required).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Unverified, "nothing was verified, and the policy requires it"));
}
