//! Pointers and manifests that a caller gives: they count in place of what lies beside the files.

use std::fs;
use std::path::Path;

use weighbridge::verify::{Anchor, Outcome};
use weighbridge::{Context, Kind, Model, OpenOptions, Policy, Repository, Result};

use super::{
    FIRST, Listed, OUTDATED, SECOND, Store, assert_match, assert_mismatch, assert_uncovered, file_count, flip, load,
    sha256,
};

fn open_with(path: &Path, policy: Policy, manifest: &[u8]) -> Result<Model> {
    let manifest = Some(manifest.to_vec());
    Model::open(path, &OpenOptions { policy, manifest, ..OpenOptions::default() }, &Context::new())
}

fn pointer(sha256: &str, size: usize) -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n")
}

/// Two shards and their index in a folder, as a client of a registry unpacks them; and their manifest.
fn pulled() -> Option<(Store, Vec<Listed>, String)> {
    let store = Store::unpack("oci")?;
    let index: serde_json::Value = serde_json::from_slice(&fs::read(store.at("index.json")).unwrap()).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap();
    let manifest = fs::read_to_string(store.at(&digest.replace("sha256:", "blobs/sha256/"))).unwrap();
    fs::create_dir(store.at("pulled")).unwrap();
    let mut files = Vec::new();
    for blob in store.blobs().into_iter().filter(|blob| manifest.contains(&blob.sha256)) {
        let Some(title) = blob.title else { continue };
        fs::copy(store.at(&blob.path), store.at("pulled").join(&title)).unwrap();
        files.push(Listed { path: title.clone(), sha256: blob.sha256, title: Some(title) });
    }
    assert_eq!(files.len(), 4);
    Some((store, files, manifest))
}

/// What git keeps in the place of a file.
#[test]
fn a_pointer_covers_the_file_of_a_model() {
    let Some(store) = Store::unpack("git-lfs-pointer") else { return };
    let Some(fetched) = Store::unpack("git-lfs") else { return };
    let pointer = fs::read(store.at(SECOND)).unwrap();
    let file = fetched.files_of_lfs().into_iter().find(|file| file.path == SECOND).unwrap();
    let model = open_with(&fetched.at(SECOND), Policy::Required, &pointer).unwrap();
    load(&model).unwrap();
    let report = model.verify().unwrap();
    assert_match(&report, &file, "git-lfs", Anchor::Caller);
    assert_eq!(file_count(&report), 1);

    flip(&fetched.at(SECOND));
    let model = open_with(&fetched.at(SECOND), Policy::IfPresent, &pointer).unwrap();
    assert_eq!(load(&model).unwrap_err().kind(), Kind::Mismatch);
    assert_mismatch(&model.verify().unwrap(), SECOND, "git-lfs", &["the bytes differ"]);
    let model = open_with(&fetched.at(FIRST), Policy::IfPresent, &pointer).unwrap();
    assert_mismatch(&model.verify().unwrap(), FIRST, "git-lfs", &["has 536 bytes", "expects 336"]);
}

#[test]
fn a_pointer_to_nobody_knows_which_file_is_refused() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let error = open_with(&store.root, Policy::IfPresent, pointer(&sha256(b""), 0).as_bytes()).err().unwrap();
    assert_eq!(error.kind(), Kind::Format, "{error}");
    assert!(error.to_string().contains("name the file"), "{error}");
}

/// Readers that take the first or the last of two lines, or what an extension made of the contents, disagree.
#[test]
fn pointers_that_say_something_else_are_refused() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let good = pointer(&sha256(&fs::read(store.at(FIRST)).unwrap()), 536);
    let (other, version) = (sha256(b""), "version https://git-lfs.github.com/spec/v1\n");
    let rows = [
        ("no line but the version", version.to_owned()),
        ("no size", good.replace("size", "sizes")),
        ("size no number", good.replace("536", "536 bytes")),
        ("size beyond 64 bits", good.replace("536", &"9".repeat(20))),
        ("short digest", good.replace("sha256:09", "sha256:")),
        ("another function", good.replace("sha256:", "sha512:")),
        ("two digests", good.replace("size", &format!("oid sha256:{other}\nsize"))),
        ("two sizes", format!("{good}size 1\n")),
        ("an extension", good.replace("oid", &format!("ext-0-gzip sha256:{other}\noid"))),
        ("another version", good.replace("/v1", "/v10")),
        ("not UTF-8", good.replace("size", "\u{fffd}")),
    ];
    for (name, text) in rows {
        let error = open_with(&store.at(FIRST), Policy::IfPresent, text.as_bytes()).err();
        let error = error.unwrap_or_else(|| panic!("{name}"));
        assert_eq!(error.kind(), Kind::Format, "{name}: {error}");
        assert!(error.to_string().starts_with("the given manifest: "), "{name}: {error}");
    }
    for same in [good.trim_end().to_owned(), good.replace('\n', "\r\n")] {
        load(&open_with(&store.at(FIRST), Policy::Required, same.as_bytes()).unwrap()).unwrap();
    }
}

#[test]
fn a_manifest_covers_the_files_that_it_names() {
    let Some((store, files, manifest)) = pulled() else { return };
    let folder = store.at("pulled");
    let model = open_with(&folder, Policy::Required, manifest.as_bytes()).unwrap();
    load(&model).unwrap();
    let report = model.verify().unwrap();
    files.iter().for_each(|file| assert_match(&report, file, "oci", Anchor::Caller));
    assert_eq!(file_count(&report), 4);

    flip(&folder.join(SECOND));
    let model = open_with(&folder, Policy::IfPresent, manifest.as_bytes()).unwrap();
    assert_eq!(load(&model).unwrap_err().kind(), Kind::Mismatch);
    assert_mismatch(&model.verify().unwrap(), SECOND, "oci", &["the bytes differ"]);

    fs::remove_file(folder.join("config.json")).unwrap();
    assert_mismatch(&model.verify().unwrap(), "config.json", "oci", &["it is missing"]);
}

/// The specification of models of the CNCF has a key of its own for names.
#[test]
fn a_manifest_may_name_files_as_the_cncf_does() {
    let Some((store, files, manifest)) = pulled() else { return };
    let manifest = manifest.replace("org.opencontainers.image.title", "org.cncf.model.filepath");
    let report = open_with(&store.at("pulled"), Policy::Required, manifest.as_bytes()).unwrap().verify().unwrap();
    files.iter().for_each(|file| assert_match(&report, file, "oci", Anchor::Caller));
}

#[test]
fn a_manifest_covers_a_blob_by_its_digest() {
    for (archive, manifest) in [("ollama", "manifests/registry.ollama.ai/library/tiny/tuned"), ("oci", "")] {
        let Some(store) = Store::unpack(archive) else { return };
        let text = match archive {
            "oci" => pulled().unwrap().2,
            _ => fs::read_to_string(store.at(manifest)).unwrap(),
        };
        let mut blobs = store.weights();
        blobs.retain(|blob| text.contains(&blob.sha256));
        assert!(!blobs.is_empty(), "{archive}");
        for blob in blobs {
            let model = open_with(&store.at(&blob.path), Policy::Required, text.as_bytes()).unwrap();
            load(&model).unwrap();
            let file = Listed { path: blob.path.rsplit('/').next().unwrap().to_owned(), ..blob };
            let report = model.verify().unwrap();
            assert_match(&report, &file, archive, Anchor::Caller);
            assert_eq!(file_count(&report), 1, "of one file, the others are not asked for");
            report.verdict(Policy::Required).unwrap();
            flip(&store.at(&blob.path));
            let model = open_with(&store.at(&blob.path), Policy::Required, text.as_bytes()).unwrap();
            assert_eq!(load(&model).unwrap_err().kind(), Kind::Mismatch);
        }
    }
}

#[test]
fn a_manifest_that_names_a_file_twice_is_refused() {
    let Some((store, files, manifest)) = pulled() else { return };
    let of = |digest: &str, size: usize, name: &str| {
        let annotations = format!(r#"{{"org.opencontainers.image.title":"{name}"}}"#);
        format!(r#"{{"digest":"sha256:{digest}","size":{size},"annotations":{annotations}}}"#)
    };
    let digest = &files.iter().find(|file| file.path == FIRST).unwrap().sha256;
    let list = |layers: &[String]| format!(r#"{{"schemaVersion":2,"layers":[{}]}}"#, layers.join(","));
    let open = |text: &str| open_with(&store.at("pulled"), Policy::IfPresent, text.as_bytes());
    let spelled = format!("./{FIRST}");
    for (size, name) in [(537, FIRST), (537, &spelled)] {
        let error = open(&list(&[of(digest, 536, FIRST), of(digest, size, name)])).err().unwrap();
        assert_eq!(error.kind(), Kind::Format, "{error}");
        assert!(error.to_string().contains(&format!("\"{FIRST}\" is listed twice")), "{error}");
    }
    let error = open(&list(&[of(digest, 536, FIRST), of(&sha256(b""), 536, FIRST)])).err().unwrap();
    assert!(error.to_string().contains("listed twice"), "{error}");
    // What is said twice in the same words is known.
    load(&open(&list(&[of(digest, 536, FIRST), of(digest, 536, FIRST)])).unwrap()).unwrap();
    load(&open(&manifest).unwrap()).unwrap();
}

#[test]
fn manifests_that_cannot_be_read_are_refused() {
    let Some((store, ..)) = pulled() else { return };
    let descriptor = format!(r#"{{"digest":"sha256:{}","size":1}}"#, sha256(b"other"));
    let of = |rest: &str| format!(r#"{{"schemaVersion":2,{rest}}}"#);
    let rows = [
        ("no file", of(r#""layers":[]"#), "names no file"),
        ("lists that are null", of(r#""layers":null,"manifests":null,"config":null"#), "names no file"),
        ("no names", of(&format!(r#""layers":[{descriptor}]"#)), "names no file"),
        ("another function", of(r#""layers":[{"digest":"sha512:00","size":1}]"#), "names no file"),
        ("a text for a list", of(r#""layers":"""#), "expected a list"),
        (
            "a number for a name",
            of(r#""layers":[{"digest":"a","size":1,"annotations":{"org.opencontainers.image.title":1}}]"#),
            "a string",
        ),
        (
            "100,000 descriptors",
            of(&format!(r#""layers":[{}]"#, vec![&*descriptor; 100_000].join(","))),
            "more than 65536 values",
        ),
        ("lists 100,000 deep", of(&format!(r#""layers":{}"#, "[".repeat(100_000))), ""),
        ("objects 100,000 deep", of(&r#""config":{"#.repeat(100_000)), ""),
        (
            "a name twice",
            of(
                r#""layers":[{"digest":"a","size":1,"annotations":{"org.opencontainers.image.title":"a","org.opencontainers.image.title":"b"}}]"#,
            ),
            "duplicate field",
        ),
    ];
    for (name, text, words) in rows {
        let error = open_with(&store.at("pulled"), Policy::IfPresent, text.as_bytes()).err();
        let error = error.unwrap_or_else(|| panic!("{name}"));
        assert_eq!(error.kind(), Kind::Format, "{name}: {error}");
        assert!(error.to_string().contains(words), "{name}: {error}");
        assert!(error.to_string().starts_with("the given manifest: "), "{name}: {error}");
    }
}

/// A manifest of this library may have files and tensors of any name.
#[test]
fn a_record_that_has_the_words_of_another_kind_is_a_record() {
    let Some((store, files, _)) = pulled() else { return };
    let file = files.iter().find(|file| file.path == FIRST).unwrap();
    let words = ["schemaVersion", "application/vnd.ollama.image.model", "layers"];
    let listed = words.map(|word| format!(r#""{word}":{{"size":0,"sha256":"{}"}}"#, sha256(b""))).join(",");
    let record = format!(
        r#"{{"weighbridge":1,"files":{{"{FIRST}":{{"size":536,"sha256":"{}"}},{listed}}},"tensors":{{}}}}"#,
        file.sha256
    );
    let report = open_with(&store.at("pulled"), Policy::IfPresent, record.as_bytes()).unwrap().verify().unwrap();
    assert_match(&report, file, "weighbridge.json", Anchor::Caller);
    assert_uncovered(&report, SECOND);
}

/// What is given counts alone: what lies beside the files may be written by whoever wrote them.
#[test]
fn nothing_that_lies_beside_counts_then() {
    let Some(store) = Store::unpack("git-lfs-modified") else { return };
    let written = sha256(&fs::read(store.at(SECOND)).unwrap());
    let text = pointer(&written, 336);
    let model = open_with(&store.at(SECOND), Policy::Required, text.as_bytes()).unwrap();
    assert!(model.notes().iter().all(|note| note.rule != OUTDATED));
    load(&model).unwrap();
    let report = model.verify().unwrap();
    assert!(report.iter().all(|line| line.outcome == Outcome::Match));
    let error = open_with(&store.at(SECOND), Policy::None, text.as_bytes()).err().unwrap();
    assert_eq!(error.kind(), Kind::InvalidArgument);
}

/// Of a whole layout or store: its blobs are called by their digests, in folders.
#[test]
fn a_manifest_covers_the_blobs_of_a_store() {
    for (name, source) in [("oci", "oci"), ("ollama", "ollama")] {
        let Some(store) = Store::unpack(name) else { return };
        let manifest = match name {
            "ollama" => store.at(store.expected["manifests"][0].as_str().unwrap()),
            _ => {
                let index: serde_json::Value =
                    serde_json::from_slice(&fs::read(store.at("index.json")).unwrap()).unwrap();
                store.at(&index["manifests"][0]["digest"].as_str().unwrap().replace("sha256:", "blobs/sha256/"))
            }
        };
        let manifest = fs::read_to_string(manifest).unwrap();
        let options = OpenOptions { manifest: Some(manifest.clone().into_bytes()), ..OpenOptions::default() };
        let verify = || Repository::open(&store.root, &options, &Context::new()).unwrap().verify().unwrap();
        let listed: Vec<_> = store.blobs().into_iter().filter(|blob| manifest.contains(&blob.sha256)).collect();
        assert!(listed.len() > 2, "{name}");
        let report = verify();
        listed.iter().for_each(|blob| assert_match(&report, blob, source, Anchor::Caller));
        assert_eq!(report.iter().filter(|line| line.outcome == Outcome::Match).count(), listed.len(), "{name}");
        flip(&store.at(&listed[0].path));
        assert_mismatch(&verify(), &listed[0].path, source, &["the bytes differ"]);
        assert_missing(&store, &manifest, &listed, source);
    }
}

/// Contents may lie in any folder, and more than once; a pointer is of the only file.
#[test]
fn a_manifest_covers_contents_wherever_they_lie() {
    let digest = sha256(b"x");
    let (of_two, of_one) = ([format!("a/b/{digest}"), format!("c/{digest}")], ["file".to_owned()]);
    let manifest = format!(r#"{{"schemaVersion":2,"layers":[{{"digest":"sha256:{digest}","size":1}}]}}"#);
    for (names, given, source) in [(&of_two[..], manifest, "oci"), (&of_one, pointer(&digest, 1), "git-lfs")] {
        let root = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir_all(root.path().join(name).parent().unwrap()).unwrap();
            fs::write(root.path().join(name), "x").unwrap();
        }
        let options = OpenOptions { manifest: Some(given.into_bytes()), ..OpenOptions::default() };
        let opened = Repository::open(root.path(), &options, &Context::new()).unwrap();
        let listed = Repository::open_listed(root.path(), &options, &Context::new()).unwrap();
        for report in [opened.verify().unwrap(), listed.verify().unwrap()] {
            for name in names {
                let file = Listed { path: name.clone(), sha256: digest.clone(), title: None };
                assert_match(&report, &file, source, Anchor::Caller);
            }
        }
    }
}

/// What lies beside a model makes no store of it: the files that the manifest names are asked for, and no blobs.
#[test]
fn a_model_beside_blobs_is_no_store() {
    let Some((store, files, manifest)) = pulled() else { return };
    fs::create_dir(store.at("pulled/blobs")).unwrap();
    let report = open_with(&store.at("pulled"), Policy::Required, manifest.as_bytes()).unwrap().verify().unwrap();
    files.iter().for_each(|file| assert_match(&report, file, "oci", Anchor::Caller));
    assert_eq!(file_count(&report), files.len());
    fs::copy(store.at("pulled").join(FIRST), store.at(FIRST)).unwrap();
    let unnamed = format!(r#"{{"schemaVersion":2,"layers":[{{"digest":"sha256:{}","size":0}}]}}"#, sha256(b""));
    let error = open_with(&store.at(FIRST), Policy::IfPresent, unnamed.as_bytes()).err().unwrap();
    assert!(error.kind() == Kind::Format && error.message().contains("names no file"), "{error}");
}

/// Each blob that the manifest lists is missed in its place, seen from the store and from the folder of the blobs; also the only one,
/// and all of them.
fn assert_missing(store: &Store, manifest: &str, listed: &[Listed], source: &str) {
    let folder = listed[0].path.rsplit_once('/').unwrap().0;
    let verify = |root: &Path| {
        let manifest = Some(manifest.as_bytes().to_vec());
        let options = OpenOptions { manifest, policy: Policy::Required, ..OpenOptions::default() };
        Repository::open(root, &options, &Context::new()).map(|repository| repository.verify().unwrap())
    };
    for (number, blob) in listed.iter().enumerate() {
        let aside = store.at("aside");
        fs::rename(store.at(&blob.path), &aside).unwrap();
        let name = blob.path.rsplit_once('/').unwrap().1;
        for (root, name) in [(store.root.clone(), &*blob.path), (store.at(folder), name)] {
            let report = verify(&root).unwrap();
            assert_mismatch(&report, name, source, &[&format!("it is missing; {source} lists it")]);
            let wrong = report.iter().filter(|line| line.outcome == Outcome::Mismatch).count();
            // The first one was damaged before.
            assert_eq!(wrong, if number == 0 { 1 } else { 2 });
        }
        fs::rename(&aside, store.at(&blob.path)).unwrap();
    }
    listed.iter().for_each(|blob| fs::remove_file(store.at(&blob.path)).unwrap());
    let report = verify(&store.root).unwrap();
    listed.iter().for_each(|blob| assert_mismatch(&report, &blob.path, source, &["it is missing"]));
    // Nothing tells that this is a folder of blobs; but some of them have names.
    let error = verify(&store.at(folder)).and_then(|report| report.verdict(Policy::IfPresent)).unwrap_err();
    assert_eq!(error.kind(), if source == "oci" { Kind::Mismatch } else { Kind::Format });
}
