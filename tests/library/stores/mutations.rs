//! Records with a few bytes changed: whatever they say then, a wrong file is never taken for the right one.

use std::fs;

use weighbridge::verify::{Line, Outcome};
use weighbridge::{Context, Kind, Model, OpenOptions, Policy, Report};

use super::indices::{contents, sealed};
use super::{FIRST, SECOND, Store, UNREADABLE, flip, replace, sha256};

/// Mutations of each record.
const COUNT: usize = 300;

/// Numbers without order, the same in every run (xorshift64, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// One to three changes: a bit, a byte, a digit, a range that is left out or repeated, a number that is large.
    fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mutated = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(mutated.len());
            let end = (at + self.below(20)).min(mutated.len());
            let byte = &mut mutated[at..][..1];
            match self.below(8) {
                0 => byte[0] ^= 1 << self.below(8),
                1 => byte[0] = b"\0\xff\"{}[]:,\\"[self.below(10)],
                2..=4 => byte[0] = b"0123456789abcdef"[self.below(16)],
                5 => drop(mutated.drain(at..end)),
                6 => mutated.extend_from_within(at..end),
                _ => mutated[at..end].fill(0xff),
            }
        }
        mutated
    }
}

/// No line says that the file of this name is right.
fn assert_not_matched(report: &Report, name: &str, record: &[u8]) {
    let is_matched = |line: Line<'_>| line.subject.name() == name && line.outcome == Outcome::Match;
    assert!(!report.iter().any(is_matched), "{name}: {}", record.escape_ascii());
}

/// Verifies a store with a record that was mutated, of which the file `wrong` was spoiled. Returns whether the record was read.
fn verify(store: &Store, wrong: &str, record: &[u8]) -> bool {
    let repository = store.repository(Policy::IfPresent).unwrap_or_else(|e| panic!("{e}: {}", record.escape_ascii()));
    assert_not_matched(&repository.verify().unwrap(), wrong, record);
    repository.notes().iter().all(|note| note.rule != UNREADABLE)
}

/// Enough of the mutations were read, and enough were not.
fn assert_varied(read: usize) {
    assert!((COUNT / 20..COUNT).contains(&read), "{read} of {COUNT}");
}

#[test]
fn indices_of_git() {
    for name in ["git-lfs", "git-lfs-sparse", "git-lfs-compressed"] {
        let Some(store) = Store::unpack(name) else { return };
        let index = fs::read(store.at(".git/index")).unwrap();
        flip(&store.at(SECOND));
        let mut numbers = Numbers(0x6765_7269_676e);
        let is_read = |_: &usize| {
            let mutated = sealed(numbers.mutate(contents(&index)));
            replace(&store.at(".git/index"), &mutated);
            verify(&store, SECOND, &mutated)
        };
        assert_varied((0..COUNT).filter(is_read).count());
    }
}

#[test]
fn indices_of_layouts_and_manifests_of_ollama() {
    for (name, record) in [("oci", "index.json"), ("ollama", "manifests/registry.ollama.ai/library/tiny/latest")] {
        let Some(store) = Store::unpack(name) else { return };
        let text = fs::read(store.at(record)).unwrap();
        let wrong = store.weights().remove(0).path;
        flip(&store.at(&wrong));
        let mut numbers = Numbers(0x6f63_6920_6f6c);
        let is_read = |_: &usize| {
            let mutated = numbers.mutate(&text);
            replace(&store.at(record), &mutated);
            verify(&store, &wrong, &mutated)
        };
        assert_varied((0..COUNT).filter(is_read).count());
    }
}

/// A manifest of a layout is believed only under the digest that leads to it: so it gets a new one each time.
#[test]
fn manifests_of_layouts() {
    let Some(store) = Store::unpack("oci") else { return };
    let index: serde_json::Value = serde_json::from_slice(&fs::read(store.at("index.json")).unwrap()).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap();
    let manifest = fs::read(store.at(&digest.replace("sha256:", "blobs/sha256/"))).unwrap();
    let wrong = store.blobs().into_iter().find(|blob| blob.title.as_deref() == Some(FIRST)).unwrap().path;
    flip(&store.at(&wrong));
    let mut numbers = Numbers(0x6d61_6e69_6665);
    let is_read = |_: &usize| {
        let mutated = numbers.mutate(&manifest);
        let digest = sha256(&mutated);
        let path = store.at(&format!("blobs/sha256/{digest}"));
        fs::write(&path, &mutated).unwrap();
        let index = format!(r#"{{"manifests":[{{"digest":"sha256:{digest}","size":{}}}]}}"#, mutated.len());
        replace(&store.at("index.json"), index);
        let is_read = verify(&store, &wrong, &mutated);
        fs::remove_file(path).unwrap();
        is_read
    };
    assert_varied((0..COUNT).filter(is_read).count());
}

#[test]
fn pointers_and_manifests_that_are_given() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let digest = sha256(&fs::read(store.at(FIRST)).unwrap());
    flip(&store.at(FIRST));
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 536\n");
    let manifest = format!(
        r#"{{"schemaVersion":2,"layers":[{{"digest":"sha256:{digest}","size":536,"annotations":{{"org.opencontainers.image.title":"{FIRST}"}}}}]}}"#
    );
    let mut numbers = Numbers(0x6769_7665_6e21);
    for record in [pointer, manifest] {
        let is_read = |mutated: Vec<u8>| {
            let options = OpenOptions { manifest: Some(mutated.clone()), ..OpenOptions::default() };
            let opened = Model::open(store.at(FIRST), &options, &Context::new());
            match &opened {
                Ok(model) => assert_not_matched(&model.verify().unwrap(), FIRST, &mutated),
                Err(e) => assert!(matches!(e.kind(), Kind::Format | Kind::Unsupported), "{e}"),
            }
            opened.is_ok()
        };
        assert_varied((0..COUNT).filter(|_| is_read(numbers.mutate(record.as_bytes()))).count());
    }
}
