//! Models in caches open: by the snapshot, by the folder of the repository, and as parts of the cache.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::Outcome;
use weighbridge::write::Manifests;
use weighbridge::{Context, FoundModel, Kind, Model, OpenOptions, Policy, Repository};

use super::{Cache, cache};

fn open(path: &Path) -> weighbridge::Result<Model> {
    let options = OpenOptions { policy: Policy::None, ..OpenOptions::default() };
    Model::open(path, &options, &Context::new())
}

/// Compares all tensors of a model with what the reader of its format found.
fn assert_model(path: &Path, expected: &Value) {
    let model = open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let tensors = expected["tensors"].as_array().unwrap();
    assert_eq!(model.tensors().len(), tensors.len(), "{}", path.display());
    for expected in tensors {
        let name = expected["name"].as_str().unwrap();
        let index = model.tensors().find(name).unwrap_or_else(|| panic!("{name} is missing"));
        let sha256 = Digest::of(Algorithm::Sha256, &model.bytes(index).unwrap()).to_string();
        let shape = serde_json::to_value(model.tensors().get(index).unwrap().shape).unwrap();
        assert_eq!((&expected["shape"], &expected["sha256"]), (&shape, &sha256.into()), "{name}");
    }
}

fn each_snapshot(name: &str, mut see: impl FnMut(&Cache, &Path, &Value)) {
    let Some(cache) = cache(name) else { return };
    for expected in &cache.snapshots {
        see(&cache, &cache.root.join(expected["path"].as_str().unwrap()), expected);
    }
}

#[test]
fn every_model_of_every_cache_has_the_tensors_that_its_own_reader_sees() {
    for name in ["plain", "shared", "revisions", "local-dir", "several"] {
        each_snapshot(name, |_, snapshot, expected| {
            for model in expected["models"].as_array().unwrap() {
                assert_model(&snapshot.join(model["path"].as_str().unwrap()), model);
            }
        });
    }
}

/// A snapshot is a folder of links, and none of its files is left out because of that.
#[test]
fn assets_are_those_of_the_snapshot() {
    for name in ["plain", "shared"] {
        each_snapshot(name, |_, snapshot, expected| {
            let model = open(snapshot).unwrap();
            assert!(model.notes().is_empty(), "{name}: {:?}", model.notes());
            let files = expected["files"].as_array().unwrap();
            for asset in model.assets() {
                let file = files.iter().find(|file| file["path"] == **asset).unwrap();
                let sha256 = Digest::of(Algorithm::Sha256, &model.asset(asset).unwrap()).to_string();
                assert_eq!(file["sha256"], sha256, "{asset}");
            }
            assert!(model.assets().iter().any(|asset| asset == "tokenizer.json"));
        });
    }
}

#[test]
fn a_repository_of_a_cache_stands_for_its_main_revision() {
    each_snapshot("revisions", |_, snapshot, expected| {
        let is_main = expected["refs"].as_array().unwrap().iter().any(|name| name == "main");
        let model = expected["models"].as_array().unwrap().iter().find(|model| model["path"] == ".").unwrap();
        let repository = snapshot.join("../..").canonicalize().unwrap();
        if is_main {
            assert_model(&repository, model);
            fs::remove_file(repository.join("refs/main")).unwrap();
        }
    });
    each_snapshot("revisions", |cache, snapshot, _| {
        let repository = snapshot.join("../..").canonicalize().unwrap();
        let _ = fs::remove_file(repository.join("refs/main"));
        let error = open(&repository).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        for snapshot in &cache.snapshots {
            assert!(error.message().contains(snapshot["commit"].as_str().unwrap()), "{error}");
        }
        assert_whole(&repository, &cache.snapshots);
    });
}

/// Without a main revision the folder of a repository is a directory of all its revisions, which is hashed and verified whole.
fn assert_whole(folder: &Path, snapshots: &[Value]) {
    let open = || Repository::open(folder, &OpenOptions::default(), &Context::new()).unwrap();
    let repository = open();
    assert_eq!(repository.directory().as_deref(), Some(folder));
    let models = repository.survey().unwrap().models;
    for commit in snapshots.iter().map(|snapshot| snapshot["commit"].as_str().unwrap()) {
        assert!(models.iter().any(|model| model.path == format!("snapshots/{commit}")), "{models:?}");
    }
    let manifests = Manifests::of_repository(&repository, |_| ControlFlow::Continue(())).unwrap();
    fs::write(folder.join("SHA256SUMS"), manifests.checksums()).unwrap();
    let report = open().verify().unwrap();
    assert!(report.iter().all(|line| line.outcome == Outcome::Match) && report.len() > models.len(), "{report:?}");
    fs::remove_file(folder.join("SHA256SUMS")).unwrap();
}

#[test]
fn a_cache_lists_its_models() {
    let Some(cache) = cache("several") else { return };
    let root = cache.root.clone();
    let found = Repository::open(&root, &OpenOptions::default(), &Context::new()).unwrap().survey().unwrap().models;
    let mut expected = Vec::new();
    for snapshot in cache.snapshots.iter().filter(|snapshot| snapshot["kind"] == "model") {
        let path = cache.root.join(snapshot["path"].as_str().unwrap());
        for model in snapshot["models"].as_array().unwrap() {
            let path = path.join(model["path"].as_str().unwrap());
            assert!(open(&path).is_ok());
            expected.push(path);
        }
    }
    for FoundModel { path, .. } in &found {
        let path = root.join(path);
        assert!(expected.iter().any(|model| *model == path || model.starts_with(&path)), "{}", path.display());
        open(&path).unwrap();
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
    let error = open(&root).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidArgument);
    assert!(found.iter().all(|model| error.message().contains(&model.path)), "{error}");
}

/// The shard was being downloaded when the process was killed.
#[test]
fn an_incomplete_snapshot_is_refused_by_the_name_of_what_is_missing() {
    each_snapshot("incomplete", |_, snapshot, expected| {
        let error = open(snapshot).unwrap_err();
        let missing = expected["missing"][0].as_str().unwrap();
        assert_eq!((error.kind(), error.site().subject.as_deref()), (Kind::NotFound, Some(missing)), "{error}");
        assert!(error.message().contains("incomplete download"), "{error}");
        // What is left of it is in the cache.
        let blobs = fs::read_dir(snapshot.join("../../blobs")).unwrap().map(|entry| entry.unwrap().file_name());
        let left = blobs.map(|name| name.into_string().unwrap()).find(|name| name.ends_with(".incomplete")).unwrap();
        assert!(error.message().contains(&format!("there is blobs/{left}, by its name an unfinished")), "{error}");
        let blob = left.split('.').next().unwrap();
        // Of another file.
        fs::write(snapshot.join("../../blobs/0.incomplete"), "").unwrap();
        symlink(format!("../../blobs/{blob}"), snapshot.join(missing)).unwrap();
        for path in [snapshot.to_owned(), snapshot.join(missing)] {
            let error = open(&path).unwrap_err();
            let words = format!("its download was interrupted, and has left \"blobs/{left}\": download it again");
            assert!(error.kind() == Kind::NotFound && error.message().ends_with(&words), "{error}");
        }
        fs::remove_file(snapshot.join("../../blobs").join(&left)).unwrap();
        assert!(open(snapshot).unwrap_err().message().contains("restore that file, or download it again"));
    });
}
