//! Image layouts and the models of Ollama: every blob is what its name and the manifests say.

use std::fs;
use std::os::unix::fs::symlink;

use weighbridge::verify::{Anchor, Outcome};
use weighbridge::{Kind, Policy};

use super::{
    Listed, Store, UNREADABLE, assert_match, assert_mismatch, assert_note, assert_uncovered, file_count, flip, load,
    open, sha256, spoil,
};

/// The archive, what reports call it, the number of blobs and of other files.
const STORES: [(&str, &str, usize, usize); 3] =
    [("oci", "oci", 8, 2), ("oci-nested", "oci", 10, 2), ("ollama", "ollama", 6, 2)];

const INDEX: &str = "index.json";
const LATEST: &str = "manifests/registry.ollama.ai/library/tiny/latest";

#[test]
fn every_blob_matches() {
    for (name, source, blobs, others) in STORES {
        let Some(store) = Store::unpack(name) else { return };
        let (report, notes) = store.verify();
        assert_eq!((store.blobs().len(), file_count(&report)), (blobs, blobs + others), "{name}");
        store.blobs().iter().for_each(|blob| assert_match(&report, blob, source, Anchor::Beside));
        assert_eq!(notes, [], "{name}");
        report.verdict(Policy::Required).unwrap();
    }
}

#[test]
fn a_blob_that_is_opened_as_a_model_matches() {
    for (name, source, ..) in STORES {
        let Some(store) = Store::unpack(name) else { return };
        let weights = store.weights();
        assert!(weights.len() >= 2, "{name}");
        for blob in weights {
            let file = Listed { path: blob.path.rsplit('/').next().unwrap().to_owned(), ..blob };
            let model = open(&store.at(&blob.path), Policy::Required).unwrap();
            load(&model).unwrap();
            assert_match(&model.verify().unwrap(), &file, source, Anchor::Beside);

            // By a link to it, as programs that share the store make.
            let link = store.at("linked.safetensors");
            symlink(store.at(&blob.path), &link).unwrap();
            let model = open(&link, Policy::Required).unwrap();
            load(&model).unwrap();
            let linked = Listed { path: "linked.safetensors".to_owned(), ..file };
            assert_match(&model.verify().unwrap(), &linked, source, Anchor::Beside);
            fs::remove_file(link).unwrap();
        }
    }
}

#[test]
fn a_flipped_bit_is_a_mismatch() {
    for (name, source, ..) in STORES {
        let Some(store) = Store::unpack(name) else { return };
        let blob = store.weights().remove(0);
        flip(&store.at(&blob.path));
        let (report, notes) = store.verify();
        assert_mismatch(&report, &blob.path, source, &["the bytes differ"]);
        assert_eq!(notes, [], "{name}");
        for policy in [Policy::IfPresent, Policy::Required] {
            let model = open(&store.at(&blob.path), policy).unwrap();
            assert_eq!(load(&model).unwrap_err().kind(), Kind::Mismatch, "{name}");
            assert_eq!(model.verify().unwrap().verdict(policy).unwrap_err().kind(), Kind::Mismatch, "{name}");
        }
        load(&open(&store.at(&blob.path), Policy::None).unwrap()).unwrap();
        let report = store.repository(Policy::None).unwrap().verify().unwrap();
        assert!(report.iter().all(|line| line.outcome == Outcome::Uncovered), "{name}");
    }
}

#[test]
fn a_blob_that_was_cut_or_removed_is_a_mismatch() {
    for (name, source, ..) in STORES {
        let Some(store) = Store::unpack(name) else { return };
        let blob = store.weights().remove(0);
        let mut bytes = 0;
        spoil(&store.at(&blob.path), |blob| {
            bytes = blob.len();
            blob.truncate(100);
        });
        assert_mismatch(&store.verify().0, &blob.path, source, &["has 100 bytes", &format!("expects {bytes}")]);
        assert_eq!(open(&store.at(&blob.path), Policy::IfPresent).err().unwrap().kind(), Kind::Format);

        fs::remove_file(store.at(&blob.path)).unwrap();
        let words = ["it is missing", &format!("{source} lists it")];
        assert_mismatch(&store.verify().0, &blob.path, source, &words);
    }
}

/// What it lists is still known by its name.
#[test]
fn a_manifest_that_is_not_what_its_digest_says_is_not_believed() {
    for name in ["oci", "oci-nested"] {
        let Some(store) = Store::unpack(name) else { return };
        let index: serde_json::Value = serde_json::from_slice(&fs::read(store.at(INDEX)).unwrap()).unwrap();
        let digest = index["manifests"][0]["digest"].as_str().unwrap();
        let path = digest.replace("sha256:", "blobs/sha256/");
        // The manifest lists another size, and is valid otherwise.
        spoil(&store.at(&path), |manifest| {
            let text = String::from_utf8(manifest.clone()).unwrap();
            *manifest = text.replacen("\"size\": ", "\"size\":9", 1).into_bytes();
        });
        let (report, notes) = store.verify();
        assert_mismatch(&report, &path, "oci", &["the bytes differ"]);
        assert_eq!(notes, [], "{name}");
        let others = store.blobs().into_iter().filter(|blob| blob.path != path);
        others.for_each(|blob| assert_match(&report, &blob, "oci", Anchor::Beside));

        fs::remove_file(store.at(&path)).unwrap();
        assert_mismatch(&store.verify().0, &path, "oci", &["it is missing"]);
    }
}

/// A store is no model: it is called what it is, with a blob that is one.
#[test]
fn stores_that_are_opened_as_models_are_named() {
    for (name, what) in
        [("oci", "an OCI image layout"), ("oci-nested", "an OCI image layout"), ("ollama", "a store of Ollama")]
    {
        let Some(store) = Store::unpack(name) else { return };
        let folder = if name == "ollama" { "blobs" } else { "blobs/sha256" };
        let count = fs::read_dir(store.at(folder)).unwrap().count();
        let error = store.model(Policy::None).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        let words =
            format!("it is {what} with {count} blobs, which `verify` checks; open a model by the path of its blob");
        assert!(error.message().contains(&words), "{error}");
        let (weights, bytes) = (store.weights(), |blob: &Listed| fs::metadata(store.at(&blob.path)).unwrap().len());
        let most = weights.iter().map(bytes).max().unwrap();
        let is_named = |blob: &Listed| error.message().ends_with(&format!("such as \"{}\" (safetensors)", blob.path));
        assert!(weights.iter().any(|blob| bytes(blob) == most && is_named(blob)), "{error}");
        let above = open(store.root.parent().unwrap(), Policy::None).unwrap_err();
        let own = store.root.file_name().unwrap().to_str().unwrap();
        assert!(above.message().contains(&format!("its folder \"{own}\" is {what} with {count} blobs")), "{above}");
        fs::remove_dir_all(store.at("blobs")).unwrap();
        assert!(!store.model(Policy::None).unwrap_err().message().contains(what));
    }
    let Some(store) = Store::unpack("oci-empty") else { return };
    let error = store.model(Policy::None).unwrap_err();
    assert!(error.message().ends_with("it is an OCI image layout that has no blobs"), "{error}");
}

/// Go writes a list without elements as null.
#[test]
fn a_layout_without_manifests_is_empty() {
    let Some(store) = Store::unpack("oci-empty") else { return };
    let (report, notes) = store.verify();
    assert_eq!((notes, file_count(&report)), (Vec::new(), 2));
}

/// Blobs are called by their digests, whatever leads to them; but that nothing does is told.
#[test]
fn a_layout_whose_index_leads_to_nothing_is_checked_by_the_names_of_its_blobs() {
    let lists = |text: &'static str| (Some(text), "it lists nothing: the blobs are checked by their names");
    for (text, words) in [
        lists(r#"{"schemaVersion":2,"manifests":null}"#),
        lists(r#"{"schemaVersion":2,"manifests":[]}"#),
        lists(r#"{"schemaVersion":2}"#),
        (None, "it is missing"),
    ] {
        let Some(store) = Store::unpack("oci") else { return };
        match text {
            Some(text) => fs::write(store.at(INDEX), text).unwrap(),
            None => fs::remove_file(store.at(INDEX)).unwrap(),
        }
        let (report, notes) = store.verify();
        assert_note(&notes, UNREADABLE, INDEX, &[words]);
        store.blobs().iter().for_each(|blob| assert_match(&report, blob, "oci", Anchor::Beside));
        report.verdict(Policy::Required).unwrap();
        let blob = store.weights().remove(0);
        flip(&store.at(&blob.path));
        assert_mismatch(&store.verify().0, &blob.path, "oci", &["the bytes differ"]);
    }
}

/// What git, registries and Ollama write is not made for this library: a part that cannot be read is passed over.
#[test]
fn broken_manifests_are_passed_over() {
    let good = r#"{"digest":"sha256:00","size":1}"#;
    let list = |count| format!(r#"{{"manifests":[{}],"layers":[]}}"#, vec![good; count].join(","));
    let text = |text: &str| text.as_bytes().to_vec();
    let rows = [
        ("nothing", Vec::new(), "ends in the middle"),
        ("cut", text(r#"{"manifests":[{"#), "ends in the middle"),
        ("a list", text("[]"), "expected an object"),
        ("manifests a list of texts", text(r#"{"manifests":["sha256:00"]}"#), "expected an object"),
        ("no size", text(r#"{"manifests":[{"digest":"sha256:00"}]}"#), "missing field `size`"),
        ("negative size", text(r#"{"manifests":[{"digest":"a","size":-1}]}"#), "integer `-1`"),
        ("no digest", text(r#"{"config":{"size":1}}"#), "missing field `digest`"),
        ("layers twice", text(r#"{"layers":[],"layers":[]}"#), "duplicate field `layers`"),
        ("100,000 descriptors", text(&list(100_000)), "more than 65536 values"),
        ("lists 100,000 deep", text(&format!(r#"{{"layers":{}"#, "[".repeat(100_000))), "expected an object"),
        ("lists 100,000 deep elsewhere", text(&format!(r#"{{"a":{}"#, "[".repeat(100_000))), "ends in the middle"),
        ("objects 100,000 deep", text(&r#"{"config":"#.repeat(100_000)), "ends in the middle"),
        ("not UTF-8", b"{\"\xff\":1}".to_vec(), "not UTF-8"),
    ];
    for (name, text, words) in &rows {
        for (archive, path) in [("oci", INDEX), ("ollama", LATEST)] {
            let Some(store) = Store::unpack(archive) else { return };
            fs::write(store.at(path), text).unwrap();
            let (report, notes) = store.verify();
            assert_note(&notes, UNREADABLE, path, &[words]);
            store.blobs().iter().for_each(|blob| assert_match(&report, blob, archive, Anchor::Beside));
            report.verdict(Policy::Required).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
}

/// Nothing is claimed of what cannot be checked.
#[test]
fn digests_of_another_function_are_passed_over() {
    let Some(store) = Store::unpack("oci") else { return };
    let index = format!(r#"{{"manifests":[{{"digest":"sha512:{}","size":2}}]}}"#, "0".repeat(128));
    fs::write(store.at(INDEX), index).unwrap();
    let path = format!("blobs/sha512/{}", "0".repeat(128));
    fs::create_dir(store.at("blobs/sha512")).unwrap();
    fs::write(store.at(&path), "{}").unwrap();
    let (report, notes) = store.verify();
    assert_uncovered(&report, &path);
    assert_eq!(notes, []);
    report.verdict(Policy::IfPresent).unwrap();
}

/// Descriptors that lead in a circle need a digest that nobody knows; those that lead to one place many times are easily made.
#[test]
fn a_manifest_that_is_listed_often_is_read_once() {
    const TIMES: usize = 10_000;
    let Some(store) = Store::unpack("oci") else { return };
    let index: serde_json::Value = serde_json::from_slice(&fs::read(store.at(INDEX)).unwrap()).unwrap();
    let descriptor = index["manifests"][0].to_string();
    let mut often = format!(r#"{{"manifests":[{}]}}"#, vec![&*descriptor; TIMES].join(","));
    // Each index lists the one before as often: the last one leads to the first by more ways than can be gone.
    for _ in 0..5 {
        let digest = sha256(often.as_bytes());
        fs::write(store.at(&format!("blobs/sha256/{digest}")), &often).unwrap();
        let descriptor = format!(r#"{{"digest":"sha256:{digest}","size":{}}}"#, often.len());
        often = format!(r#"{{"manifests":[{}]}}"#, vec![&*descriptor; TIMES].join(","));
    }
    fs::write(store.at(INDEX), often).unwrap();
    let (report, notes) = store.verify();
    assert_eq!((notes, file_count(&report)), (Vec::new(), 8 + 2 + 5));
    store.blobs().iter().for_each(|blob| assert_match(&report, blob, "oci", Anchor::Beside));
}

#[test]
fn manifests_that_are_no_files_are_passed_over() {
    for (archive, path) in [("oci", INDEX), ("ollama", LATEST)] {
        for target in ["gone", "/dev/null"] {
            let Some(store) = Store::unpack(archive) else { return };
            fs::remove_file(store.at(path)).unwrap();
            symlink(target, store.at(path)).unwrap();
            let repository = store.repository(Policy::IfPresent).unwrap();
            let unreadable = repository.notes().iter().filter(|note| note.rule == UNREADABLE);
            assert_eq!(unreadable.map(|note| &*note.path).collect::<Vec<_>>(), [path], "{target}");
            let report = repository.verify().unwrap();
            store.blobs().iter().for_each(|blob| assert_match(&report, blob, archive, Anchor::Beside));
        }
    }
}

/// A manifest of a layout lies elsewhere, and is not read from there.
#[test]
fn a_blob_that_is_a_link_out_of_the_layout_is_passed_over() {
    let Some(store) = Store::unpack("oci") else { return };
    let index: serde_json::Value = serde_json::from_slice(&fs::read(store.at(INDEX)).unwrap()).unwrap();
    let path = index["manifests"][0]["digest"].as_str().unwrap().replace("sha256:", "blobs/sha256/");
    let elsewhere = store.root.with_file_name("elsewhere");
    fs::rename(store.at(&path), &elsewhere).unwrap();
    symlink(elsewhere, store.at(&path)).unwrap();
    let (report, notes) = store.verify();
    assert_note(&notes, UNREADABLE, &path, &["outside"]);
    assert_mismatch(&report, &path, "oci", &["outside the model's directory"]);
}

/// Hidden files are no manifests, and what a download has begun is no blob.
#[test]
fn other_files_in_a_store_of_ollama_are_not_read() {
    let Some(store) = Store::unpack("ollama") else { return };
    let partial = format!("{}-partial", store.weights().remove(0).path);
    for path in ["manifests/.DS_Store", "manifests/registry.ollama.ai/.DS_Store", &partial] {
        fs::write(store.at(path), "\0\0\0\x01Bud1").unwrap();
    }
    let (report, notes) = store.verify();
    assert_uncovered(&report, &partial);
    assert_eq!(notes, []);
    report.verdict(Policy::Required).unwrap();
}
