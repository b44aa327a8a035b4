//! Directories of several models, lists of files, links out of a directory, and the memo.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{as_nobody, bad, checkpoint, command, damage, golden, good, good_json, path, run, text};

/// A pipeline: a model in each of two folders, and files beside them.
fn pipeline() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for folder in ["unet", "vae"] {
        fs::create_dir(root.path().join(folder)).unwrap();
        let weights = root.path().join(folder).join("diffusion_pytorch_model.safetensors");
        fs::copy(golden("dtypes.safetensors"), weights).unwrap();
        fs::write(root.path().join(folder).join("config.json"), "{}").unwrap();
    }
    fs::write(root.path().join("model_index.json"), "{}").unwrap();
    root
}

#[test]
fn inspect_lists_the_models_of_a_directory() {
    let root = pipeline();
    let seen = good_json(&["inspect", path(root.path()), "--json"]);
    let expected = json!([{"path": "unet", "format": "safetensors"}, {"path": "vae", "format": "safetensors"}]);
    assert_eq!(seen["models"], expected);
    assert!(seen.get("tensors").is_none());
    let shown = good(&["inspect", path(root.path())]);
    assert_eq!(shown, "2 models\nmodel: unet  (safetensors)\nmodel: vae  (safetensors)\n");
    for name in ["load", "check", "graph"] {
        assert!(bad(2, &[name, path(root.path())]).contains("(unet, vae): name one of them"), "{name}");
        good_json(&["inspect", path(&root.path().join("unet")), "--json"]);
    }
    // A model with more models in its folders is one, and lists them.
    fs::copy(golden("dtypes.safetensors"), root.path().join("model.safetensors")).unwrap();
    let seen = good_json(&["inspect", path(root.path()), "--json"]);
    assert!(!seen["tensors"].as_array().unwrap().is_empty());
    let paths: Vec<_> =
        seen["models"].as_array().unwrap().iter().map(|model| model["path"].as_str().unwrap()).collect();
    assert_eq!(paths, [".", "unet", "vae"]);
    let part = good_json(&["inspect", path(&root.path().join("unet")), "--json"]);
    assert!(part.get("models").is_none(), "there is only the one that is shown");
}

#[test]
fn digest_and_verify_cover_a_directory_of_several_models() {
    let root = pipeline();
    let target = path(root.path());
    assert!(bad(2, &["load", target]).contains("name one of them"));
    good(&["digest", target, "--sha256sums"]);
    let seen = good_json(&["verify", target, "--policy", "required", "--json"]);
    let files = seen["checks"].as_array().unwrap();
    assert_eq!(files.len(), 10, "five files, each in two manifests");
    assert!(files.iter().all(|check| check["outcome"] == "match" && check["kind"] == "file"));
    let mut sums = Command::new("sha256sum");
    sums.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(root.path());
    assert!(sums.status().unwrap().success());
    damage(&root.path().join("vae/diffusion_pytorch_model.safetensors"));
    let told = bad(1, &["verify", target]);
    assert!(told.contains("vae/diffusion_pytorch_model.safetensors"), "{told}");
}

/// As `sha256sum --check` does, from the directory of the list or from the current one.
#[test]
fn verify_checks_the_files_of_a_list() {
    let root = pipeline();
    let made =
        Command::new("sha256sum").args(["unet/config.json", "vae/config.json"]).current_dir(root.path()).output();
    let list = root.path().join("list");
    fs::write(&list, made.unwrap().stdout).unwrap();
    let here = |args: &[&str]| command(args).current_dir(root.path()).output().unwrap();
    let status = |args: &[&str]| here(args).status.code();
    let elsewhere = good_json(&["verify", "-c", path(&list), "--json"]);
    assert_eq!(elsewhere["checks"].as_array().unwrap().len(), 2);
    assert!(elsewhere["checks"].as_array().unwrap().iter().all(|check| check["anchor"] == "caller"));
    assert_eq!(status(&["verify", "--check", "list"]), Some(0));
    assert_eq!(status(&["verify", "unet", "-c", "list"]), Some(1), "the names are relative to the model");
    fs::remove_file(root.path().join("vae/config.json")).unwrap();
    let missing = here(&["verify", "-c", "list"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("vae/config.json") && text(&missing.stderr).contains("missing"));
    assert_eq!(status(&["verify", "-c", "list", "--ignore-missing"]), Some(0));
    let extra = here(&["verify", "-c", "list", "--ignore-missing", "--fail-on-extra-files"]);
    assert_eq!(extra.status.code(), Some(1));
    assert!(text(&extra.stderr).contains("no manifest lists this file"), "{}", text(&extra.stderr));
    for (args, code) in
        [(&["verify", "-c", "list", "--status"][..], 1), (&["verify", "-c", "list", "--status", "--ignore-missing"], 0)]
    {
        let silent = here(args);
        assert_eq!((silent.status.code(), silent.stdout.len(), silent.stderr.len()), (Some(code), 0, 0));
    }
    let usage = command(&["verify"]).output().unwrap();
    assert!(usage.status.code() == Some(2) && text(&usage.stderr).contains("MODEL"));
    assert!(bad(2, &["verify", "-c", "/no/such/list"]).contains("/no/such/list"));
}

#[test]
fn links_lead_to_the_directories_that_are_named() {
    let (root, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::copy(golden("dtypes.safetensors"), cache.path().join("blob")).unwrap();
    fs::copy(golden("edge.safetensors"), root.path().join("model-1-of-2.safetensors")).unwrap();
    std::os::unix::fs::symlink(cache.path().join("blob"), root.path().join("model-2-of-2.safetensors")).unwrap();
    assert!(bad(1, &["inspect", path(root.path())]).contains("--link-root"));
    good(&["inspect", path(root.path()), "--link-root", path(root.path()), "--link-root", path(cache.path())]);
    assert!(bad(2, &["inspect", path(root.path()), "--link-root", "/no/such/dir"]).contains("/no/such/dir"));
}

#[test]
fn a_dead_link_is_called_one() {
    let root = tempfile::tempdir().unwrap();
    let link = root.path().join("model.safetensors");
    std::os::unix::fs::symlink("../gone", &link).unwrap();
    for target in [root.path(), &link] {
        let told = bad(1, &["inspect", path(target)]);
        assert!(told.contains("it is a link to \"../gone\", which is not there"), "{told}");
    }
}

/// What was verified is not hashed again, and that is said.
#[test]
fn verified_files_are_remembered_where_the_user_says() {
    let (copy, memo) = (checkpoint(), tempfile::tempdir().unwrap());
    let memo = memo.path().join("memo.json");
    std::thread::sleep(Duration::from_millis(150)); // longer than a tick of the clock of files
    let verify = |more: &[&str]| {
        let args = [&["verify", path(copy.path()), "--json", "--memo", path(&memo)], more].concat();
        let seen = good_json(&args);
        let files = seen["checks"].as_array().unwrap().iter().filter(|check| check["source"] == "memo");
        assert!(files.clone().all(|check| check["reason"].as_str().unwrap().starts_with("remembered by ")));
        // A match counts as cover where the user says so.
        assert!(files.clone().all(|check| check["covers"] == more.contains(&"--memo-covers")), "{seen}");
        files.count()
    };
    assert_eq!(verify(&[]), 0);
    assert!(verify(&[]) > 0);
    assert_eq!(verify(&["--policy", "required"]), 0);
    assert!(verify(&["--policy", "required", "--memo-covers"]) > 0);
    let shown = good(&["verify", path(copy.path()), "--memo", path(&memo)]);
    assert!(shown.contains("remembered by device, inode, size, mtime and ctime"), "{shown}");
    let weights = path(&copy.path().join("config.json")).to_owned();
    assert!(bad(2, &["verify", path(copy.path()), "--memo", &weights]).contains("not a memo"));
    let usage = command(&["verify", path(copy.path()), "--memo-covers"]).output().unwrap();
    assert!(usage.status.code() == Some(2) && text(&usage.stderr).contains("--memo <FILE>"));
}

#[test]
fn a_list_of_which_no_file_is_there_verifies_nothing() {
    let root = tempfile::tempdir().unwrap();
    let list = root.path().join("list");
    fs::write(&list, format!("{}  model.safetensors\n", "0".repeat(64))).unwrap();
    let told = bad(1, &["verify", "-c", path(&list), "--ignore-missing", "--quiet"]);
    assert!(told.contains("list: nothing was verified: none of the files that it lists is there"), "{told}");
    let silent = run(&["verify", "-c", path(&list), "--ignore-missing", "--status"]);
    assert_eq!((silent.status.code(), &*silent.stdout, &*silent.stderr), (Some(1), &b""[..], &b""[..]));
    fs::write(root.path().join("model.safetensors"), "").unwrap();
    bad(1, &["verify", "-c", path(&list), "--ignore-missing", "--quiet"]);
    assert_eq!(run(&["verify", path(root.path()), "--status", "--json"]).status.code(), Some(2), "one or the other");
}

/// What a list does not name does not matter, as to sha256sum.
#[test]
fn a_list_is_checked_in_a_directory_of_any_size() {
    let root = tempfile::tempdir().unwrap();
    let line = "echo x >a; sha256sum a >list; ln -s gone dead; seq 70000 | xargs touch";
    assert!(Command::new("sh").args(["-c", line]).current_dir(root.path()).status().unwrap().success());
    let list = root.path().join("list");
    let told = run(&["verify", "-c", path(&list), path(root.path())]);
    assert_eq!((told.status.code(), &*text(&told.stderr)), (Some(0), ""), "{told:?}");
    bad(1, &["verify", "-c", path(&list), path(root.path()), "--fail-on-extra-files"]);
}

/// What cannot be opened has files all the same, and manifests that tell what is wrong with them.
#[test]
fn the_files_of_a_damaged_model_are_verified() {
    let copy = checkpoint();
    let unlisted = checkpoint();
    for name in ["SHA256SUMS", "model-00002-of-00004.safetensors"] {
        fs::remove_file(unlisted.path().join(name)).unwrap();
    }
    let told = run(&["verify", path(unlisted.path())]);
    assert_eq!((told.status.code(), &*text(&told.stdout)), (Some(1), ""), "nothing says what the files should be");
    good(&["digest", path(copy.path())]);
    let shard = copy.path().join("model-00002-of-00004.safetensors");
    let bytes = fs::read(&shard).unwrap();
    fs::write(&shard, &bytes[..100]).unwrap();
    let told = run(&["verify", path(copy.path()), "--json"]);
    let answer: Value = serde_json::from_str(text(&told.stdout).trim()).unwrap();
    assert_eq!((told.status.code(), &answer["good"]), (Some(1), &json!(false)));
    assert_eq!(answer["error"]["path"], path(&shard));
    let of = |name: &str| {
        let checks = answer["checks"].as_array().unwrap().iter();
        checks.filter(|line| line["subject"] == name).map(|line| line["outcome"].clone()).collect::<Vec<_>>()
    };
    assert!(of("model-00002-of-00004.safetensors").contains(&json!("mismatch")), "{answer}");
    assert!(of("config.json").iter().all(|outcome| outcome == "match") && !of("config.json").is_empty());
    fs::remove_file(&shard).unwrap();
    let told = run(&["verify", path(copy.path())]);
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stdout).contains("model-00002-of-00004.safetensors: it is missing"), "{}", text(&told.stdout));
}

/// A folder that may not be listed is told beside what was found, of one model and of several.
#[test]
fn folders_that_may_not_be_listed_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let (pipeline, model, program) = (pipeline(), checkpoint(), tempfile::tempdir().unwrap());
    for root in [pipeline.path(), model.path()] {
        let lost = root.join("lost+found");
        fs::create_dir(&lost).unwrap();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&lost, fs::Permissions::from_mode(0o000)).unwrap();
        let shown = as_nobody(program.path(), &["inspect", path(root)]).output().unwrap();
        assert_eq!((shown.status.code(), text(&shown.stderr).matches("[model.folder.unlisted]").count()), (Some(0), 1));
        let shown = as_nobody(program.path(), &["inspect", path(root), "--json"]).output().unwrap();
        let seen: Value = serde_json::from_str(text(&shown.stdout).trim()).unwrap();
        let notes = seen["notes"].as_array().unwrap().iter();
        let told: Vec<_> = notes.filter(|note| note["id"] == "model.folder.unlisted").collect();
        assert!(told.len() == 1 && told[0]["path"] == "lost+found", "{seen}");
        fs::set_permissions(&lost, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn lists_are_looked_for_where_their_files_are() {
    let root = pipeline();
    let sums = Command::new("sha256sum").arg("config.json").current_dir(root.path().join("unet")).output().unwrap();
    fs::write(root.path().join("unet/my.list"), sums.stdout).unwrap();
    let deep = (0..40).map(|_| "d").collect::<Vec<_>>().join("/");
    fs::create_dir_all(root.path().join(deep)).unwrap();
    let here = |args: &[&str]| command(args).current_dir(root.path()).output().unwrap();
    assert_eq!(here(&["verify", "-c", "unet/my.list"]).status.code(), Some(0));
    let strict = here(&["verify", "-c", "unet/my.list", "--fail-on-extra-files"]);
    assert!(text(&strict.stderr).contains("diffusion_pytorch_model.safetensors: no manifest lists"), "{strict:?}");
    fs::remove_file(root.path().join("unet/diffusion_pytorch_model.safetensors")).unwrap();
    assert_eq!(here(&["verify", "-c", "unet/my.list", "--fail-on-extra-files"]).status.code(), Some(0));
    fs::write(root.path().join("bad.list"), "no digest").unwrap();
    let output = here(&["verify", "-c", "bad.list", "--json"]);
    let error: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(error["error"]["path"], "bad.list");
}

/// Every line of a report has the same fields.
#[test]
fn lines_of_reports_have_a_reason_and_say_whether_they_cover() {
    let root = pipeline();
    std::os::unix::fs::symlink("gone", root.path().join("unet/dead")).unwrap();
    let seen = good_json(&["verify", path(root.path()), "--json"]);
    let checks = seen["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["covers"] == false && check.get("reason").is_some()), "{seen}");
    let dead = checks.iter().find(|check| check["subject"] == "unet/dead").unwrap();
    assert_eq!(dead["reason"], "it is a link to \"gone\", which is not there: restore that file, or download it again");
    assert!(good(&["verify", path(root.path())]).contains("unet/dead: it is a link to \"gone\""));
}
