//! What tools keep of models on the disk: clones of git-lfs, image layouts, models of Ollama. `stores/README.md` describes them.

mod blobs;
mod clones;
mod given;
mod indices;
mod mutations;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::{Anchor, Evidence, Line, Outcome, Subject};
use weighbridge::{
    Context, Finding, Kind, Model, OpenOptions, PlanOptions, Policy, Report, Repository, Result, Target,
};

const FOLDER: &str = "tests/stores";
const FIRST: &str = "model-00001-of-00002.safetensors";
const SECOND: &str = "model-00002-of-00002.safetensors";
const ADAPTER: &str = "adapter/adapter_model.safetensors";
const UNREADABLE: &str = "model.manifest.unreadable";
const OUTDATED: &str = "model.manifest.outdated";

/// A store that was unpacked, and what the tools say is in it.
struct Store {
    root: PathBuf,
    expected: Value,
    _folder: tempfile::TempDir,
}

/// A file of a store, by what the tools say.
#[derive(Clone)]
struct Listed {
    path: String,
    sha256: String,
    /// What it is called elsewhere.
    title: Option<String>,
}

impl Store {
    /// Unpacks a store by name. Without `tar` there is none.
    fn unpack(name: &str) -> Option<Self> {
        let tar = crate::common::tool("tar")?;
        let folder = tempfile::tempdir().unwrap();
        crate::common::run(
            Command::new(tar).arg("-xf").arg(format!("{FOLDER}/{name}.tar")).arg("-C").arg(folder.path()),
        );
        let expected = fs::read(format!("{FOLDER}/{name}.expected.json")).unwrap();
        let root = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        Some(Self { root, expected: serde_json::from_slice(&expected).unwrap(), _folder: folder })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The blobs of a layout or of Ollama.
    fn blobs(&self) -> Vec<Listed> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let listed = |blob: &Value| Listed {
            path: text(&blob["path"]).unwrap(),
            sha256: text(&blob["sha256"]).unwrap(),
            title: text(&blob["title"]),
        };
        self.expected["blobs"].as_array().unwrap().iter().map(listed).collect()
    }

    /// The blobs that can be opened: safetensors files.
    fn weights(&self) -> Vec<Listed> {
        let can_be_opened = |blob: &Listed| open(&self.at(&blob.path), Policy::None).is_ok();
        self.blobs().into_iter().filter(can_be_opened).collect()
    }

    /// The files of a clone that git-lfs keeps and that are as it keeps them.
    fn files_of_lfs(&self) -> Vec<Listed> {
        let files = self.expected["files"].as_array().unwrap().iter();
        let as_kept = files.filter(|file| file["sha256"].is_string() && file["sha256"] == file["lfs_sha256"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        as_kept.map(|file| Listed { path: text(&file["path"]), sha256: text(&file["sha256"]), title: None }).collect()
    }

    fn model(&self, policy: Policy) -> Result<Model> {
        open(&self.root, policy)
    }

    fn repository(&self, policy: Policy) -> Result<Repository> {
        Repository::open(&self.root, &options(policy), &Context::new())
    }

    /// Verifies all of it; returns the notes, too.
    fn verify(&self) -> (Report, Vec<Finding>) {
        let repository = self.repository(Policy::IfPresent).unwrap();
        (repository.verify().unwrap(), repository.notes().to_vec())
    }
}

fn options(policy: Policy) -> OpenOptions {
    OpenOptions { policy, ..OpenOptions::default() }
}

fn open(path: &Path, policy: Policy) -> Result<Model> {
    Model::open(path, &options(policy), &Context::new())
}

fn load(model: &Model) -> Result<()> {
    model.load(&PlanOptions { target: Target::Host, ..PlanOptions::default() }).map(drop)
}

/// Changes a file, and keeps its time of modification: nobody has told that it changed.
fn spoil(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
    File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
}

/// Writes a file anew. Some file systems wait for the disk when one is written over.
fn replace(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Changes a bit of the last byte.
fn flip(path: &Path) {
    spoil(path, |bytes| *bytes.last_mut().unwrap() ^= 1);
}

fn sha256(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha256, bytes).to_string()
}

/// The one line of a report about a file.
fn line<'a>(report: &'a Report, name: &str) -> Line<'a> {
    let lines: Vec<_> = report.iter().filter(|line| line.subject == Subject::File(name)).collect();
    assert_eq!(lines.len(), 1, "{name}: {lines:?}");
    lines[0]
}

/// How many lines are about files.
fn file_count(report: &Report) -> usize {
    report.iter().filter(|line| matches!(line.subject, Subject::File(_))).count()
}

/// The file matches, because a tool says so whose word covers it.
fn assert_match(report: &Report, file: &Listed, source: &str, anchor: Anchor) {
    let line = line(report, &file.path);
    let Evidence { source: by, anchor: where_from, covers, algorithm, expected, actual, .. } = line.evidence.unwrap();
    assert_eq!(line.outcome, Outcome::Match, "{line:?}");
    assert_eq!((*by, *where_from, *covers, *algorithm), (source, anchor, true, Algorithm::Sha256), "{line:?}");
    assert_eq!((expected, actual), (&file.sha256, &file.sha256), "{line:?}");
}

/// The file is not what a tool says, for a reason with these words.
fn assert_mismatch(report: &Report, name: &str, source: &str, words: &[&str]) {
    let line = line(report, name);
    assert_eq!((line.outcome, line.evidence.unwrap().source), (Outcome::Mismatch, source), "{line:?}");
    let reason = line.reason().unwrap();
    assert!(words.iter().all(|word| reason.contains(word)), "{reason}");
    assert_eq!(report.verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Mismatch);
}

fn assert_uncovered(report: &Report, name: &str) {
    assert_eq!(line(report, name).outcome, Outcome::Uncovered, "{name}");
}

/// There is one note: by this rule, about this file, with these words.
fn assert_note(notes: &[Finding], rule: &str, path: &str, words: &[&str]) {
    let [note] = notes else { panic!("one note expected: {notes:?}") };
    assert_eq!((note.rule, &*note.path), (rule, path), "{note:?}");
    assert!(words.iter().all(|word| note.message.contains(word)), "{note:?}");
}

/// The archives are what the tools say.
#[test]
fn every_file_is_what_its_expectations_say() {
    for name in
        ["git-lfs", "git-lfs-compressed", "git-lfs-sparse", "git-lfs-split", "git-lfs-modified", "oci", "ollama"]
    {
        let Some(store) = Store::unpack(name) else { return };
        let files = store.expected.get("files").unwrap_or(&store.expected["blobs"]).as_array().unwrap();
        assert!(files.len() > 5, "{name}");
        for file in files.iter().filter(|file| file["size"].is_u64()) {
            let path = file["path"].as_str().unwrap();
            let bytes = fs::read(store.at(path)).unwrap();
            assert_eq!((&file["size"], &file["sha256"]), (&bytes.len().into(), &sha256(&bytes).into()), "{path}");
        }
    }
}
