//! What the log of the host says: every operation at INFO, its steps at DEBUG, and every failure at ERROR.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use weighbridge::check::CheckOptions;
use weighbridge::host::Level;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Target};

/// Messages, as they came.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<(Level, String, String)>>>);

impl Lines {
    fn context(&self, level: Level) -> Context {
        let lines = self.clone();
        let log = move |level: Level, target: &str, text: &str| {
            lines.0.lock().unwrap().push((level, target.to_owned(), text.to_owned()));
        };
        Context::new().with_log(level, Arc::new(log))
    }

    /// The messages since the last call.
    fn take(&self) -> Vec<(Level, String, String)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn has(lines: &[(Level, String, String)], level: Level, target: &str, words: &[&str]) -> bool {
    lines.iter().any(|(at, from, text)| *at == level && from == target && words.iter().all(|word| text.contains(word)))
}

fn open(path: &Path, lines: &Lines, level: Level) -> Model {
    Model::open(path, &OpenOptions::default(), &lines.context(level)).unwrap()
}

/// A copy of a checkpoint of four shards with `SHA256SUMS`.
fn checkpoint() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir("tests/golden/tiny-llama").unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    folder
}

#[test]
fn every_operation_has_one_line() {
    let lines = Lines::default();
    let model = open(Path::new("tests/golden/tiny-llama"), &lines, Level::Info);
    let opened = lines.take();
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert!(has(
        &opened,
        Level::Info,
        "open",
        &["tiny-llama: safetensors; files: 4, tensors: 39", "manifests: 1", "ms"]
    ));
    model.load(&PlanOptions::default()).unwrap();
    let loaded = lines.take();
    assert_eq!(loaded.len(), 1, "{loaded:?}");
    assert!(has(&loaded, Level::Info, "load", &["39 tensors", "in host memory", "bytes read and checked; ", " ms"]));
    model.verify().unwrap();
    assert!(has(&lines.take(), Level::Info, "verify", &["done: ", "bytes read and checked"]));
    model.check(&CheckOptions::default()).unwrap();
    assert!(has(&lines.take(), Level::Info, "check", &["findings"]));
}

#[test]
fn steps_are_details() {
    let lines = Lines::default();
    let model = open(Path::new("tests/golden/tiny-llama"), &lines, Level::Debug);
    let opened = lines.take();
    assert!(has(&opened, Level::Debug, "open", &["model-00001-of-00004.safetensors", "bytes, safetensors weights"]));
    assert!(has(&opened, Level::Debug, "open", &["manifest SHA256SUMS: "]));
    model.load(&PlanOptions { target: Target::View, ..PlanOptions::default() }).unwrap();
    let loaded = lines.take();
    assert!(has(&loaded, Level::Debug, "storage", &["mapped, "]));
    assert!(has(&loaded, Level::Debug, "load", &["begins: ", " files in ", "0 threads"]));
    assert!(has(&loaded, Level::Debug, "load", &["read: ", " ms"]));
    assert!(has(&loaded, Level::Debug, "load", &["sha256: "]));
    assert!(has(&loaded, Level::Info, "load", &["in mapped files"]));
}

#[test]
fn every_failure_is_an_error() {
    let lines = Lines::default();
    let failed = |target, kind: &str| {
        let told = lines.take();
        assert!(has(&told, Level::Error, target, &["failed: ", kind]), "{target}: {told:?}");
    };
    let context = lines.context(Level::Error);
    Model::open("no such model", &OpenOptions::default(), &context).unwrap_err();
    failed("open", "no such model");

    let folder = checkpoint();
    let shard = folder.path().join("model-00002-of-00004.safetensors");
    let mut bytes = fs::read(&shard).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&shard, &bytes).unwrap();
    let model = open(folder.path(), &lines, Level::Error);
    assert_eq!(model.load(&PlanOptions::default()).unwrap_err().kind(), Kind::Mismatch);
    failed("load", "model-00002-of-00004.safetensors");
    model.verify().unwrap();
    failed("verify", "model-00002-of-00004.safetensors");
    model.plan(&PlanOptions { include: vec!["none".to_owned()], ..PlanOptions::default() }).map(|_| ()).unwrap_err();
    failed("plan", "none");
    model.read_into(0, u64::MAX, &mut [0]).unwrap_err();
    failed("read", "not inside");
    model.asset("none").unwrap_err();
    failed("asset", "no such asset");
    model.check(&CheckOptions { target: "none".to_owned(), ..CheckOptions::default() }).unwrap_err();
    failed("check", "none");
    fs::write(&shard, b"short").unwrap();
    model.bytes(0).and_then(|_| model.bytes(20)).unwrap_err();
    failed("read", "model-00002-of-00004.safetensors");

    let required = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let model = Model::open("tests/golden/tiny-llama", &required, &context).unwrap();
    assert_eq!(model.view(0).unwrap_err().kind(), Kind::Unverified);
    failed("view", "");
}

/// Names of a file reach a terminal.
#[test]
fn hostile_names_are_escaped() {
    let lines = Lines::default();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("\u{1b}]0;title\u{7}.safetensors");
    fs::copy("tests/golden/dtypes.safetensors", &path).unwrap();
    let model = open(&path, &lines, Level::Debug);
    model.load(&PlanOptions { target: Target::View, ..PlanOptions::default() }).unwrap();
    fs::remove_file(&path).unwrap();
    Model::open(&path, &OpenOptions::default(), &lines.context(Level::Debug)).unwrap_err();
    for (_, _, text) in lines.take() {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

/// Whoever does not listen at a level pays nothing for it.
#[test]
fn messages_beyond_the_level_are_not_made() {
    let lines = Lines::default();
    open(Path::new("tests/golden/tiny-llama"), &lines, Level::Warn).load(&PlanOptions::default()).unwrap();
    assert!(lines.take().is_empty());
}
