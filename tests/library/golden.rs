//! Files that other programs wrote, compared with what those programs' own readers see in them.
//!
//! `tests/golden/make.py` made the files and the expectations; see `tests/golden/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::Outcome;
use weighbridge::{Access, Context, Kind, Model, OpenOptions, PlanOptions, Policy, Target, Task};

const GOLDEN: &str = "tests/golden";

/// Every golden set: its name, and what the format's own reader sees.
fn sets() -> Vec<(PathBuf, Value)> {
    let mut sets = Vec::new();
    for entry in fs::read_dir(GOLDEN).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".expected.json") else { continue };
        let directory = Path::new(GOLDEN).join(name);
        let model = if directory.is_dir() { directory } else { directory.with_extension("safetensors") };
        sets.push((model, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()));
    }
    assert!(sets.len() >= 11, "only {} golden sets were found", sets.len());
    sets
}

fn open(path: &Path, options: &OpenOptions) -> Model {
    Model::open(path, options, &Context::new()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// What we see, in the form of the expectations.
fn describe(model: &Model, bytes_of: impl Fn(usize) -> Vec<u8>) -> Value {
    let files: Vec<_> = model.files().map(|file| file.name().to_owned()).collect();
    let mut tensors: Vec<_> = model.tensors().iter().enumerate().collect();
    tensors.sort_by_key(|(_, tensor)| tensor.name);
    let tensors = tensors.into_iter().map(|(index, tensor)| {
        json!({
            "name": tensor.name, "dtype": tensor.dtype.name(), "shape": tensor.shape,
            "file": files[tensor.span().unwrap().file as usize], "offset": tensor.span().unwrap().offset, "bytes": tensor.byte_len(),
            "sha256": Digest::of(Algorithm::Sha256, &bytes_of(index)).to_string(),
        })
    });
    let metadata = model.metadata().iter().map(|(key, value)| (key.to_owned(), json!(value.as_text().unwrap())));
    json!({ "tensors": tensors.collect::<Vec<_>>(), "metadata": metadata.collect::<serde_json::Map<_, _>>() })
}

fn assert_same(path: &Path, expected: &Value, seen: &Value) {
    for part in ["metadata", "tensors"] {
        assert_eq!(expected[part], seen[part], "{}: {part}", path.display());
    }
}

#[test]
fn every_set_reads_as_its_own_reader_reads_it() {
    for (path, expected) in sets() {
        for access in [Access::Map, Access::Read] {
            let model = open(&path, &OpenOptions { access, ..Default::default() });
            assert_same(&path, &expected, &describe(&model, |index| model.bytes(index).unwrap().to_vec()));
            let unindexed: Vec<_> =
                model.unindexed().iter().map(|tensor| json!({"name": tensor.name, "file": tensor.file})).collect();
            let expected = expected["unindexed"].as_array().cloned().unwrap_or_default();
            assert_eq!(expected, unindexed, "{}", path.display());
        }
    }
}

#[test]
fn every_set_loads_to_the_same_bytes() {
    for (path, expected) in sets() {
        for threads in [0, 3] {
            let context = Context::new().with_threads(threads);
            let model = Model::open(&path, &OpenOptions::default(), &context).unwrap();
            for target in [Target::Host, Target::View] {
                let placement = model.load(&PlanOptions { target, ..Default::default() }).unwrap();
                assert_eq!(placement.len(), model.tensors().len());
                let seen = describe(&model, |index| placement.get(index).unwrap().bytes().unwrap().to_vec());
                assert_same(&path, &expected, &seen);
            }
        }
    }
}

#[test]
fn files_read_the_same_from_memory() {
    let mut count = 0;
    for (path, expected) in sets().into_iter().filter(|(path, _)| path.is_file()) {
        let bytes = fs::read(&path).unwrap();
        let model = Model::from_memory(bytes.into(), &OpenOptions::default(), &Context::new()).unwrap();
        let placement = model.load(&PlanOptions { target: Target::Host, ..Default::default() }).unwrap();
        let mut seen = describe(&model, |index| placement.get(index).unwrap().bytes().unwrap().to_vec());
        for tensor in seen["tensors"].as_array_mut().unwrap() {
            assert_eq!(tensor["file"], "memory");
            tensor["file"] = path.file_name().unwrap().to_str().unwrap().into();
        }
        assert_same(&path, &expected, &seen);
        count += 1;
    }
    assert!(count >= 7, "{count}");
}

#[test]
fn all_22_element_types_are_met() {
    let model = open(&Path::new(GOLDEN).join("dtypes.safetensors"), &OpenOptions::default());
    let mut names: Vec<_> = model.tensors().iter().map(|tensor| tensor.dtype.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 22);
}

#[test]
fn the_checkpoint_is_the_same_by_every_way_in() {
    let directory = Path::new(GOLDEN).join("tiny-llama");
    let model = open(&directory, &OpenOptions::default());
    let by_index = open(&directory.join("model.safetensors.index.json"), &OpenOptions::default());
    let snapshot = snapshot(&directory);
    let by_snapshot = open(&snapshot.path().join("models--tiny--llama/snapshots/main"), &OpenOptions::default());
    for other in [&by_index, &by_snapshot] {
        let bytes = |model: &Model| describe(model, |index| model.bytes(index).unwrap().to_vec());
        assert_eq!(bytes(&model), bytes(other));
        assert_eq!(model.assets(), other.assets());
        assert!(other.verify().unwrap().iter().all(|check| check.outcome == Outcome::Match));
    }
    assert_eq!(model.files().len(), 4);
    assert_eq!(model.assets(), ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"]);
    assert_eq!(model.asset("config.json").unwrap(), fs::read(directory.join("config.json")).unwrap());
    assert_eq!(model.asset("SHA256SUMS").unwrap_err().kind(), Kind::NotFound);
}

/// The directory as the Hugging Face cache keeps it: a snapshot of links into a directory of blobs.
fn snapshot(model: &Path) -> tempfile::TempDir {
    let cache = tempfile::tempdir().unwrap();
    let root = cache.path().join("models--tiny--llama");
    let (snapshot, blobs) = (root.join("snapshots/main"), root.join("blobs"));
    fs::create_dir_all(&snapshot).unwrap();
    fs::create_dir_all(&blobs).unwrap();
    for entry in fs::read_dir(model).unwrap() {
        let entry = entry.unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        let blob = Digest::of(Algorithm::Sha256, &bytes).to_string();
        fs::write(blobs.join(&blob), bytes).unwrap();
        std::os::unix::fs::symlink(format!("../../blobs/{blob}"), snapshot.join(entry.file_name())).unwrap();
    }
    cache
}

#[test]
fn the_checkpoint_is_verified_by_the_sums_that_coreutils_wrote() {
    let model =
        open(&Path::new(GOLDEN).join("tiny-llama"), &OpenOptions { policy: Policy::Required, ..Default::default() });
    assert_eq!(model.view(0).unwrap_err().kind(), Kind::Unverified);
    assert_eq!(model.read_into(0, 0, &mut [0]).unwrap_err().kind(), Kind::Unverified);
    let report = model.verify().unwrap();
    report.verdict(Policy::Required).unwrap();
    assert_eq!(report.iter().filter(|check| check.outcome == Outcome::Match).count(), 9 + 39);
    assert_eq!(model.view(0).unwrap().len() as u64, model.tensors().get(0).unwrap().byte_len());
}

#[test]
fn parts_of_a_checkpoint_load_aligned_and_in_the_order_asked_for() {
    let model = open(&Path::new(GOLDEN).join("tiny-llama"), &OpenOptions::default());
    let include = vec!["*.norm.weight".to_owned(), "model.layers.[01].**proj*".to_owned()];
    let options = PlanOptions { target: Target::Host, include, alignment: 4096, ..Default::default() };
    let placement = model.load(&options).unwrap();
    assert_eq!(placement.len(), 15);
    for placed in placement.iter() {
        assert_eq!(placed.bytes().unwrap().as_ptr() as usize % 4096, 0);
        assert_eq!(placed.bytes().unwrap(), model.view(placed.tensor).unwrap());
        assert_eq!(placement.find(placed.name).unwrap().tensor, placed.tensor);
    }
    assert!(placement.find("lm_head.weight").is_none());

    let tensors = vec![7, 3, 30];
    let options = PlanOptions { target: Target::Host, tensors: tensors.clone(), ..Default::default() };
    let placement = model.load(&options).unwrap();
    drop(model);
    assert_eq!(placement.iter().map(|placed| placed.tensor).collect::<Vec<_>>(), tensors);
}

#[test]
fn a_task_is_stepped_by_its_caller_and_stops_when_it_is_told_to() {
    let model = open(&Path::new(GOLDEN).join("tiny-llama"), &OpenOptions::default());
    let options = PlanOptions { target: Target::Host, staging_bytes: 65_536, ..Default::default() };
    let plan = Arc::new(model.plan(&options).unwrap());
    let task = Task::start(&plan).unwrap();
    let mut steps = 0;
    while task.step(std::time::Duration::ZERO).unwrap() == weighbridge::load::State::Pending {
        assert!(task.finish().unwrap().is_none());
        steps += 1;
    }
    assert!(steps >= 7, "{steps} steps of at most 64 KiB for 434 KB");
    assert_eq!(task.progress().done_bytes, plan.info().read_bytes);
    assert_eq!(task.progress().done_tensors, 39);
    assert_eq!(task.finish().unwrap().unwrap().len(), 39);

    let task = Task::start(&plan).unwrap();
    task.step(std::time::Duration::ZERO).unwrap();
    task.cancel();
    assert_eq!(task.step(std::time::Duration::MAX).unwrap_err().kind(), Kind::Cancelled);
    assert_eq!(task.finish().unwrap_err().kind(), Kind::Cancelled);
}

/// A copy of the checkpoint that a test may damage.
fn copy_of_checkpoint() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(Path::new(GOLDEN).join("tiny-llama")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

#[test]
fn no_poll_makes_a_placement_of_bytes_that_do_not_match() {
    let copy = copy_of_checkpoint();
    let shard = copy.path().join("model-00004-of-00004.safetensors");
    let mut bytes = fs::read(&shard).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&shard, bytes).unwrap();
    let model = open(copy.path(), &OpenOptions { policy: Policy::Required, ..Default::default() });
    let plan = Arc::new(model.plan(&PlanOptions { target: Target::Host, ..Default::default() }).unwrap());
    for _ in 0..300 {
        let task = Task::start(&plan).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while task.poll().is_ok() {
                    assert!(task.finish().map_or(true, |placement| placement.is_none()));
                }
            });
            assert_eq!(task.wait().unwrap_err().kind(), Kind::Mismatch);
        });
        assert_eq!(task.finish().unwrap_err().kind(), Kind::Mismatch);
    }
}

#[test]
fn what_a_manifest_lists_has_to_be_there() {
    let copy = copy_of_checkpoint();
    fs::remove_file(copy.path().join("config.json")).unwrap();
    let report = open(copy.path(), &OpenOptions::default()).verify().unwrap();
    let error = report.verdict(Policy::IfPresent).unwrap_err();
    assert_eq!(error.kind(), Kind::Mismatch);
    assert!(error.to_string().contains("config.json: it is missing"), "{error}");
}

#[test]
fn files_below_the_model_are_verified_when_a_manifest_lists_them() {
    let copy = copy_of_checkpoint();
    fs::create_dir(copy.path().join("sub")).unwrap();
    let list = |text: &str| {
        fs::write(copy.path().join("sub/vocab.txt"), "vocabulary").unwrap();
        let sums = fs::read_to_string(Path::new(GOLDEN).join("tiny-llama/SHA256SUMS")).unwrap();
        let digest = Digest::of(Algorithm::Sha256, text.as_bytes());
        fs::write(copy.path().join("SHA256SUMS"), format!("{sums}{digest}  sub/vocab.txt\n")).unwrap();
        open(copy.path(), &OpenOptions::default()).verify().unwrap().verdict(Policy::IfPresent)
    };
    list("vocabulary").unwrap();
    assert_eq!(list("something else").unwrap_err().kind(), Kind::Mismatch);
}

#[test]
fn links_that_lead_nowhere_are_left_out_and_told() {
    let copy = copy_of_checkpoint();
    std::os::unix::fs::symlink("no/such/file", copy.path().join("notes.md")).unwrap();
    for entry in ["", "model.safetensors.index.json"] {
        let model = open(&copy.path().join(entry), &OpenOptions::default());
        assert!(model.notes().iter().any(|note| note.message.contains("notes.md")), "{:?}", model.notes());
        model.verify().unwrap().verdict(Policy::Required).unwrap();
    }
}
