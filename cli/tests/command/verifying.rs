//! Verification of directories that lack something: weights, shards, or what leads to the blobs of a store.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest};

use crate::common::{bad, checkpoint, command, damage, golden, good, good_json, path, run, text};

/// A snapshot in the cache of Hugging Face with these files, which are large ones there: the cache, and the path of the snapshot.
fn snapshot(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let cache = tempfile::tempdir().unwrap();
    let repository = cache.path().join("models--o--n");
    let commit = "a".repeat(40);
    let snapshot = repository.join("snapshots").join(&commit);
    for folder in [&snapshot, &repository.join("blobs"), &repository.join("refs")] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(repository.join("refs/main"), &commit).unwrap();
    for (name, contents) in files {
        let blob = Digest::of(Algorithm::Sha256, contents.as_bytes()).to_string();
        fs::write(repository.join("blobs").join(&blob), contents).unwrap();
        symlink(format!("../../blobs/{blob}"), snapshot.join(name)).unwrap();
    }
    (cache, snapshot)
}

fn cached(cache: &Path, args: &[&str]) -> Output {
    command(args).env("HF_HUB_CACHE", cache).output().unwrap()
}

/// What is there matches; but that is not the model.
#[test]
fn a_snapshot_without_weights_is_good_only_where_none_were_meant() {
    let (cache, _) = snapshot(&[("tokenizer.json", "{}"), ("config.json", "{\"model_type\":\"llama\"}")]);
    let told = cached(cache.path(), &["verify", "o/n"]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    assert!(text(&told.stderr).contains("holds no model"), "{}", text(&told.stderr));
    let told = cached(cache.path(), &["verify", "--policy", "required", "o/n", "--json"]);
    let answer: Value = serde_json::from_str(text(&told.stdout).trim()).unwrap();
    assert_eq!((told.status.code(), &answer["good"]), (Some(1), &json!(false)));
    assert_eq!((&answer["error"]["kind"], &answer["notes"][0]["id"]), (&json!("unsupported"), &json!("model.none")));

    fs::write(cache.path().join("models--o--n/blobs").join(format!("{}.incomplete", "d".repeat(64))), "").unwrap();
    for args in [&["verify", "o/n"][..], &["verify", "--ignore-missing", "o/n"], &["inspect", "o/n"], &["load", "o/n"]]
    {
        let told = cached(cache.path(), args);
        assert_eq!(told.status.code(), Some(1), "{args:?}");
        assert!(text(&told.stderr).contains("by its name an unfinished download"), "{args:?}");
    }
}

/// As `sha256sum --ignore-missing` does; a model that lacks a shard is not the model that a policy requires.
#[test]
fn verify_ignores_the_shards_that_are_missing() {
    let copy = checkpoint();
    let target = path(copy.path());
    good(&["digest", target, "--sha256sums"]);
    fs::remove_file(copy.path().join("model-00002-of-00004.safetensors")).unwrap();
    bad(1, &["verify", target]);
    let told = run(&["verify", "--ignore-missing", "--status", target]);
    assert_eq!((told.status.code(), told.stdout.len(), told.stderr.len()), (Some(0), 0, 0), "{told:?}");
    let seen = good_json(&["verify", "--ignore-missing", target, "--json"]);
    assert_eq!((&seen["good"], &seen["notes"][0]["id"]), (&json!(true), &json!("model.unopened")));
    assert!(bad(1, &["verify", "--ignore-missing", "--policy", "required", target]).contains("the shard is missing"));
    damage(&copy.path().join("model-00003-of-00004.safetensors"));
    bad(1, &["verify", "--ignore-missing", target]);
    for file in ["weighbridge.json", "SHA256SUMS"] {
        fs::remove_file(copy.path().join(file)).unwrap();
    }
    assert!(bad(1, &["verify", "--ignore-missing", target]).contains("the shard is missing"), "nothing was verified");
}

#[test]
fn a_model_in_a_folder_that_lacks_a_shard_is_told() {
    let root = tempfile::tempdir().unwrap();
    let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    for (folder, file) in [("unet", "diffusion_pytorch_model.safetensors"), ("text_encoder", shards[0])] {
        fs::create_dir(root.path().join(folder)).unwrap();
        fs::copy(golden("dtypes.safetensors"), root.path().join(folder).join(file)).unwrap();
    }
    let target = path(root.path());
    for args in [&["verify", target][..], &["digest", target], &["digest", "--output", "-", target]] {
        let told = bad(1, args);
        assert!(told.contains("text_encoder") && told.contains(shards[1]), "{args:?}: {told}");
    }
    let told = text(&run(&["verify", target]).stdout);
    assert!(told.contains("text_encoder: does not open: "), "{told}");
    assert!(!root.path().join("weighbridge.json").exists());
    let seen = good_json(&["inspect", target, "--json"]);
    let note = &seen["notes"][0];
    assert_eq!((&note["id"], &note["path"]), (&json!("model.incomplete"), &json!("text_encoder")), "{seen}");
}

/// The error of whoever opens a store says that `verify` checks it: so it does, and says why it knows no more.
#[test]
fn a_store_whose_index_is_broken_is_checked() {
    let root = tempfile::tempdir().unwrap();
    let target = path(root.path());
    let blob = fs::read(golden("dtypes.safetensors")).unwrap();
    let digest = Digest::of(Algorithm::Sha256, &blob);
    for (folder, prefix, index) in
        [("blobs/sha256", "", "index.json"), ("blobs", "sha256-", "manifests/registry/library/m/latest")]
    {
        let place = root.path().join(folder).join(format!("{prefix}{digest}"));
        for file in [&place, &root.path().join(index)] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
        }
        fs::write(root.path().join("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}").unwrap();
        fs::write(&place, &blob).unwrap();
        fs::write(root.path().join(index), "{").unwrap();
        let told = run(&["verify", target]);
        assert_eq!(told.status.code(), Some(0), "{told:?}");
        assert!(text(&told.stderr).contains(index) && !text(&told.stderr).contains("`verify`"), "{told:?}");
        damage(&place);
        let told = run(&["verify", target]);
        assert!(told.status.code() == Some(1) && text(&told.stdout).contains(&digest.to_string()), "{told:?}");
        fs::remove_file(&place).unwrap();
        let told = bad(1, &["verify", target]);
        assert!(!told.contains("`verify` checks"), "{told}");
        fs::remove_dir_all(root.path().join("blobs")).unwrap();
    }
}
