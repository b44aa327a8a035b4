//! What manifests in folders cover, which files have to be covered, and what is extra or missing.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use safetensors::tensor::TensorView;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::{Outcome, Report, Subject, VerifyOptions};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Repository};

use super::{DIFFUSERS, SENTENCE_TRANSFORMERS, files, flip, options, plant, repository, weights};

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
    for left_out in &all {
        sums(&all.iter().copied().filter(|name| name != left_out).collect::<Vec<_>>());
        let (kind, path) = unverified(Policy::Required).unwrap_or_else(|| panic!("{left_out}"));
        assert!(kind == Kind::Unverified && path.ends_with(left_out), "{left_out}: {path}");
    }

    // Also those of models that cannot be opened.
    fs::remove_file(root.path().join("text_encoder/model-00002-of-00002.safetensors")).unwrap();
    sums(&all.iter().copied().filter(|name| !name.starts_with("text_encoder")).collect::<Vec<_>>());
    assert!(unverified(Policy::Required).unwrap().1.ends_with("text_encoder/model-00001-of-00002.safetensors"));

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
    symlink("circle", root.path().join("circle")).unwrap();
    symlink("/etc/hostname", root.path().join("away")).unwrap();
    let lenient = VerifyOptions { ignores_missing: true, ..VerifyOptions::default() };
    list("absent");
    verify(root.path(), lenient).verdict(Policy::IfPresent).unwrap();
    for (name, why) in [
        ("folder", "expected a regular file, found a directory"),
        ("dead", "it is a link to \"gone\", which is not there"),
        ("circle", "it is a link to \"circle\", which leads in a circle"),
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

#[test]
fn a_pipe_beside_the_weights_is_told() {
    let root = plant(&["model.safetensors", "config.json"]);
    let pipe = root.path().join("README.md");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let model = Model::open(root.path(), &options(Policy::None), &Context::new()).unwrap();
    let notes: Vec<_> = model.notes().iter().filter(|note| note.rule == "model.asset.special").collect();
    assert!(matches!(&notes[..], [note] if note.message.contains("\"README.md\" is a pipe")), "{:?}", model.notes());
    assert_eq!(model.assets(), ["config.json"]);
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
