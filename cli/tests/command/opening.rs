//! The arguments that every command has which opens a model: what is opened, how, and within which limits.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use weighbridge::Limits;

use crate::common::{
    bad, checkpoint, command, damage, fails, golden, good, good_json, object, path, run, succeeds, text,
};

/// `graph` needs a model that has one.
const COMMANDS: [&str; 5] = ["inspect", "verify", "digest", "load", "check"];

fn onnx(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/onnx/golden").join(name)
}

#[test]
fn every_command_takes_the_options_for_opening() {
    let model = golden("edge.safetensors");
    let options = ["--read", "--policy", "none", "--format-of", "safetensors", "--max-header-bytes", "1MiB"];
    let limits = ["--max-tensors", "100", "--max-files", "1", "--max-heap-bytes", "1MiB"];
    for command in COMMANDS {
        good(&[&[command, path(&model)], &options[..], &limits].concat());
    }
    let graph = onnx("made/loop-if.onnx");
    good(&["graph", path(&graph), "--read", "--format-of", "onnx", "--max-heap-bytes", "64MiB"]);
}

/// A program that lists the models of a directory can open what is listed.
#[test]
fn every_command_opens_a_numbered_set_by_its_name() {
    let root = tempfile::tempdir().unwrap();
    for (from, to) in [("edge", "m-1-of-2"), ("dtypes", "m-2-of-2"), ("edge", "m-1-of-3")] {
        let to = root.path().join(format!("{to}.safetensors"));
        fs::copy(golden(&format!("{from}.safetensors")), to).unwrap();
    }
    let models = good_json(&["inspect", path(root.path()), "--json"]);
    assert_eq!(models["models"][0]["path"], "m-*-of-2.safetensors");
    assert_eq!(models["models"][1]["path"], "m-*-of-3.safetensors");
    let set = root.path().join("m-*-of-2.safetensors");
    for command in COMMANDS {
        good(&[command, path(&set)]);
    }
    let here = command(&["load", "m-*-of-2.safetensors"]).current_dir(root.path()).output().unwrap();
    assert!(here.status.success(), "{}", text(&here.stderr));
    assert!(bad(1, &["load", path(&root.path().join("m-*-of-3.safetensors"))]).contains("m-2-of-3.safetensors"));
}

/// The cure is an option of the command, which the library does not know.
#[test]
fn an_exceeded_limit_names_the_option_that_raises_it() {
    let model = golden("tiny-llama");
    for (option, value) in
        [("--max-header-bytes", "100"), ("--max-tensors", "10"), ("--max-files", "2"), ("--max-heap-bytes", "1KiB")]
    {
        for command in COMMANDS {
            let line = bad(1, &[command, path(&model), option, value]);
            assert!(line.contains("the limit of this open"), "{line}");
            assert!(line.contains(&format!(": raise it with {option}")), "{command}: {line}");
        }
    }
    for option in ["--max-header-bytes", "--max-tensors", "--max-files", "--max-heap-bytes"] {
        for value in ["0", "-1"] {
            let output = run(&["inspect", path(&model), option, value]);
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains(&format!("invalid value '{value}' for '{option}")), "{told}");
        }
    }
    let line = bad(1, &["graph", path(&onnx("made/loop-if.onnx")), "--max-heap-bytes", "1KiB"]);
    assert!(line.contains("raise it with --max-heap-bytes"), "{line}");
    // A manifest that is given is measured by the limit, too, and is read no further.
    let line = bad(1, &["verify", path(&model), "--manifest", "/dev/zero", "--max-header-bytes", "1MiB"]);
    assert!(
        line.contains("/dev/zero: the manifest has more than 1048576 bytes") && line.contains("--max-header-bytes"),
        "{line}"
    );
    for command in ["inspect", "load"] {
        let help = good(&[command, "--help"]);
        let Limits { header_bytes, tensors, files, heap_bytes, .. } = Limits::default();
        for limit in [header_bytes, tensors, files, heap_bytes] {
            assert!(help.contains(&format!("[default: {limit}]")), "{help}");
        }
    }
}

/// `org/name` may be a model of the hub, and a file in a folder that was there.
#[test]
fn a_file_behind_a_dead_link_is_no_model_of_the_hub() {
    let root = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/gone", root.path().join("models")).unwrap();
    let line = fails(2, command(&["inspect", "models/model.safetensors"]).current_dir(root.path()));
    assert!(line.ends_with("\"models\" is a link to \"/gone\", which is not there\n"), "{line}");
}

#[test]
fn a_format_that_is_named_is_not_detected() {
    let line = bad(1, &["inspect", path(&golden("edge.safetensors")), "--format-of", "onnx"]);
    assert!(line.contains("edge.safetensors"), "{line}");
    let output = run(&["inspect", path(&golden("edge.safetensors")), "--format-of", "pickle"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("[possible values: safetensors,"), "{}", text(&output.stderr));
}

/// What is in force without the options: `verify` and `load` check what a manifest covers, other commands nothing.
#[test]
fn a_policy_or_a_manifest_makes_every_command_check_the_bytes() {
    let copy = checkpoint();
    damage(&copy.path().join("model-00002-of-00004.safetensors"));
    let checks = |command: &str, options: &[&str]| {
        let output = run(&[&[command, path(copy.path())], options].concat());
        let is_bad = text(&output.stderr).contains("model-00002-of-00004.safetensors: sha256 is ");
        assert_eq!(output.status.code(), Some(if is_bad { 1 } else { 0 }), "{command}: {}", text(&output.stderr));
        is_bad
    };
    for (command, is_default) in [("inspect", false), ("check", false), ("verify", true), ("load", true)] {
        assert_eq!(checks(command, &[]), is_default, "{command}");
        assert!(!checks(command, &["--policy", "none"]), "{command}");
        for policy in ["if-present", "required"] {
            assert!(checks(command, &["--policy", policy]), "{command}");
        }
    }
    let kept = tempfile::tempdir().unwrap();
    let manifest = kept.path().join("sums");
    fs::rename(copy.path().join("SHA256SUMS"), &manifest).unwrap();
    for command in ["inspect", "check", "verify", "load", "digest"] {
        assert!(checks(command, &["--manifest", path(&manifest)]), "{command}");
    }
    let inspected = run(&["inspect", path(copy.path()), "--policy", "required", "--digests", "--json"]);
    assert_eq!((inspected.status.code(), &object(&inspected)["error"]["kind"]), (Some(1), &json!("unverified")));
}

#[test]
fn what_cannot_be_viewed_has_a_cure() {
    let line = bad(2, &["load", path(&golden("edge.safetensors")), "--target", "view", "--read"]);
    assert!(line.ends_with(": give --target host\n"), "{line}");
}

/// The command where the cache of the Hugging Face tools is this folder.
fn with_cache(cache: &Path, args: &[&str]) -> Command {
    let mut command = command(args);
    for variable in ["HF_HOME", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"] {
        command.env_remove(variable);
    }
    command.env("HF_HUB_CACHE", cache).env("HOME", cache);
    command
}

#[test]
fn every_command_finds_models_in_the_local_cache() {
    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
    let cache = tempfile::tempdir().unwrap();
    let model = cache.path().join("models--org--name");
    let snapshot = model.join("snapshots").join(COMMIT);
    for folder in [snapshot.join("onnx"), model.join("refs")] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(model.join("refs/main"), COMMIT).unwrap();
    fs::copy(golden("edge.safetensors"), snapshot.join("model.safetensors")).unwrap();
    fs::copy(onnx("made/loop-if.onnx"), snapshot.join("onnx/model.onnx")).unwrap();
    for name in ["org/name", "hf://org/name", "org/name@main", "org/name@0123456"] {
        for command in COMMANDS {
            succeeds(&mut with_cache(cache.path(), &[command, name]));
        }
    }
    succeeds(&mut with_cache(cache.path(), &["graph", "hf://org/name@main/onnx/model.onnx"]));
    succeeds(&mut with_cache(cache.path(), &["inspect", &format!("~/models--org--name/snapshots/{COMMIT}")]));
    for command in COMMANDS {
        let line = fails(2, &mut with_cache(cache.path(), &[command, "org/other"]));
        let end = "has no model org/other; it has org/name: get it with hf download org/other\n";
        assert!(line.ends_with(end) && line.contains(path(cache.path())), "{line}");
    }
    let output = with_cache(cache.path(), &["inspect", "hf://org/name@v9", "--json"]).output().unwrap();
    let error = serde_json::from_slice::<Value>(&output.stdout).unwrap()["error"].clone();
    assert_eq!((&error["kind"], &error["path"]), (&json!("not-found"), &json!("hf://org/name@v9")));
}

#[test]
fn the_formats_are_listed() {
    let seen = good_json(&["formats", "--json"]);
    let formats = seen["formats"].as_array().unwrap();
    let of = |name: &str| formats.iter().find(|format| format["name"] == name).unwrap();
    let expected = json!({"name": "onnx", "extensions": ["onnx"], "reads": true, "writes": false, "graph": true});
    assert_eq!((of("onnx"), &of("safetensors")["graph"]), (&expected, &json!(false)));
    let shown = good(&["formats"]);
    assert_eq!(shown.lines().count(), 1 + formats.len(), "{shown}");
    assert!(shown.contains("\nonnx          yes    no      yes    onnx\n"), "{shown}");
}

/// Links that lead back, and a pipe in the place of a file.
#[test]
fn odd_caches_end() {
    let cache = tempfile::tempdir().unwrap();
    let model = cache.path().join("models--org--tiny");
    for folder in ["snapshots/one", "snapshots/two", "refs", "blobs"] {
        fs::create_dir_all(model.join(folder)).unwrap();
    }
    for number in 0..12 {
        std::os::unix::fs::symlink(".", model.join(format!("refs/link{number}"))).unwrap();
    }
    let output = command(&["inspect", "org/tiny@nope"]).env("HF_HUB_CACHE", cache.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(Command::new("mkfifo").arg(model.join("refs/main")).status().unwrap().success());
    let told = bad(2, &["inspect", path(&model)]);
    assert!(told.contains("several revisions"), "{told}");
}

/// Nothing tells which revision is meant where one model has to be; a command for directories takes all.
#[test]
fn a_cached_repository_of_several_revisions_is_a_directory_of_several() {
    let cache = tempfile::tempdir().unwrap();
    let model = cache.path().join("models--org--tiny");
    for revision in ["one", "two"] {
        let snapshot = model.join("snapshots").join(revision);
        fs::create_dir_all(&snapshot).unwrap();
        fs::copy(golden("edge.safetensors"), snapshot.join("model.safetensors")).unwrap();
    }
    assert!(bad(2, &["load", path(&model)]).contains("several revisions (snapshots/one, snapshots/two)"));
    let seen = good_json(&["inspect", path(&model), "--json"]);
    let of = |revision| json!({"path": format!("snapshots/{revision}"), "format": "safetensors"});
    assert_eq!(seen["models"], json!([of("one"), of("two")]));
    good(&["digest", path(&model)]);
    let seen = good_json(&["verify", path(&model), "--policy", "required", "--json"]);
    let matching = seen["checks"].as_array().unwrap().iter().filter(|check| check["outcome"] == "match");
    let names = matching.map(|check| check["subject"].as_str().unwrap());
    assert!(names.eq(["snapshots/one/model.safetensors", "snapshots/two/model.safetensors"]), "{seen}");
}

#[test]
fn what_cannot_be_meant_is_explained() {
    let told = bad(2, &["inspect", "https://huggingface.co/org/name"]);
    assert!(told.contains("nothing is downloaded") && told.contains("hf://org/name"), "{told}");
    let file = golden("edge.safetensors");
    for root in ["/no/such/folder", path(&file), "org/name"] {
        assert!(bad(2, &["inspect", path(&file), "--link-root", root]).contains("no such directory"), "{root}");
    }
    assert!(bad(2, &["verify", path(&file), "--memo", "/no/such/folder/memo"]).contains("there is no such directory"));
    let home = tempfile::tempdir().unwrap();
    let output = command(&["digest", path(&file), "--output=~/made.json"]).env("HOME", home.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(home.path().join("made.json").is_file());
}
