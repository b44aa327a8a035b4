//! Caches of huggingface_hub in `hub/`: what is in them is what it says is in them, they open, and what they keep of their files is
//! compared with these. `hub/README.md` describes them.

mod opened;
mod verified;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use weighbridge::digest::{Algorithm, Digest};

const FOLDER: &str = "tests/hub";

/// A cache that was unpacked, and the snapshots that huggingface_hub finds in it.
struct Cache {
    root: PathBuf,
    snapshots: Vec<Value>,
    _folder: tempfile::TempDir,
}

/// Unpacks a cache by name. Without `tar` there is none.
fn cache(name: &str) -> Option<Cache> {
    let tar = crate::common::tool("tar")?;
    let folder = tempfile::tempdir().unwrap();
    crate::common::run(Command::new(tar).arg("-xf").arg(format!("{FOLDER}/{name}.tar")).arg("-C").arg(folder.path()));
    let expected = fs::read(format!("{FOLDER}/{name}.expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let snapshots = expected["snapshots"].as_array().unwrap().clone();
    Some(Cache { root: folder.path().canonicalize().unwrap(), snapshots, _folder: folder })
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap())
}

/// The name that git gives these contents.
fn git_sha1(bytes: &[u8]) -> String {
    let header = format!("blob {}\0", bytes.len());
    Digest::of(Algorithm::Sha1, &[header.as_bytes(), bytes].concat()).to_string()
}

/// Compares a file with what is said of it.
fn assert_file(root: &Path, snapshot: &Path, expected: &Value) {
    let path = snapshot.join(expected["path"].as_str().unwrap());
    let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let sha256 = Digest::of(Algorithm::Sha256, &bytes).to_string();
    let blob = if expected["lfs"] == true { &sha256 } else { &git_sha1(&bytes) };
    let stored = path.canonicalize().unwrap();
    assert_eq!(expected["size"], bytes.len() as u64, "{}", path.display());
    assert_eq!(expected["sha256"], sha256, "{}", path.display());
    assert_eq!(expected["git_sha1"], git_sha1(&bytes), "{}", path.display());
    assert_eq!(expected["blob"], *blob, "{}", path.display());
    assert_eq!(expected["stored"], stored.strip_prefix(root).unwrap().to_str().unwrap(), "{}", path.display());
}

/// Compares all snapshots of a cache with what is said of them. Returns how many files they have, or nothing without `tar`.
fn assert_cache(name: &str) -> Option<usize> {
    let cache = cache(name)?;
    let mut count = 0;
    for expected in &cache.snapshots {
        let snapshot = cache.root.join(expected["path"].as_str().unwrap());
        let files = expected["files"].as_array().unwrap();
        files.iter().for_each(|file| assert_file(&cache.root, &snapshot, file));
        names(&expected["missing"]).for_each(|path| assert!(!snapshot.join(path).exists(), "{name}: {path}"));
        assert_refs(&snapshot, expected);
        count += files.len();
    }
    Some(count)
}

/// The refs of a snapshot lead to its commit, and the list of the commit's files has those that are there or missing.
fn assert_refs(snapshot: &Path, expected: &Value) {
    let commit = expected["commit"].as_str().unwrap();
    let is_cached = snapshot.ends_with(commit);
    let repo = if is_cached { snapshot.join("../..") } else { snapshot.join(".cache/huggingface") };
    for name in names(&expected["refs"]) {
        assert_eq!(fs::read_to_string(repo.join("refs").join(name)).unwrap(), commit);
    }
    let tree = fs::read(repo.join("trees").join(commit).with_extension("json")).unwrap();
    let tree: Value = serde_json::from_slice(&tree).unwrap();
    let listed: Vec<_> = tree["files"].as_object().unwrap().keys().map(String::as_str).collect();
    let files = expected["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap());
    let mut known: Vec<_> = files.chain(names(&expected["missing"])).collect();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn every_cache_is_what_its_expectations_say() {
    let counts = [("plain", 9), ("shared", 9), ("revisions", 18), ("incomplete", 8), ("local-dir", 9), ("several", 21)];
    for (name, count) in counts {
        let Some(seen) = assert_cache(name) else { return };
        assert_eq!(seen, count, "{name}");
    }
}
