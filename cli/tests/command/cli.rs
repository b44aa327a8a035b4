//! The command as a user meets it: what it prints, and with what status it ends.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{bad, checkpoint, command, damage, golden, good, good_json, path, run, steers_the_terminal, text};

/// A directory with two models, of which one has a plain name, and white space before its header.
fn remarkable() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["model.safetensors", "other.safetensors"] {
        fs::copy(golden("whitespace.safetensors"), folder.path().join(name)).unwrap();
    }
    folder
}

/// For people on standard error, so that standard output stays what was asked for.
#[test]
fn what_was_accepted_with_a_remark_is_told_by_every_command() {
    let folder = remarkable();
    for args in [&["inspect"][..], &["verify"], &["load"], &["load", "--target", "view"], &["digest"]] {
        let output = run(&[args, &[path(folder.path())]].concat());
        let (shown, told) = (text(&output.stdout), text(&output.stderr));
        assert_eq!((output.status.code(), told.lines().count()), (Some(0), 2), "{args:?}: {told}");
        assert!(told.contains("warning: model.safetensors: the header begins with white space"), "{args:?}: {told}");
        assert!(told.contains("other.safetensors") && told.contains("[model.files.several]"), "{args:?}: {told}");
        assert!(!shown.contains("warning: "), "{args:?}: {shown}");
    }
}

/// To `check` notes are findings, which it prints.
#[test]
fn check_tells_notes_once() {
    let shown = good(&["check", path(remarkable().path())]);
    assert_eq!(shown.matches("[safetensors.header.whitespace]").count(), 1, "{shown}");
    assert_eq!(shown.matches("[model.files.several]").count(), 1, "{shown}");
}

#[test]
fn notes_are_in_the_object_of_every_command_about_a_model() {
    let folder = remarkable();
    let of = |command| good_json(&[command, path(folder.path()), "--json"])["notes"].clone();
    let notes = of("inspect");
    let mut rules: Vec<_> = notes.as_array().unwrap().iter().map(|note| note["id"].as_str().unwrap()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["model.files.several", "safetensors.header.whitespace"]);
    let note = notes.as_array().unwrap().iter().find(|note| note["id"] == rules[1]).unwrap();
    assert_eq!((&note["severity"], &note["path"]), (&"warning".into(), &"model.safetensors".into()));
    assert!(note["message"].as_str().unwrap().starts_with("the header begins with white space"), "{note}");
    for command in ["verify", "load", "check"] {
        assert_eq!(of(command), notes, "{command}");
    }
    let both = good_json(&["diff", path(folder.path()), path(folder.path()), "--json"])["notes"].clone();
    let both = both.as_array().unwrap();
    let names_model = |note: &&Value| note["message"].as_str().unwrap().starts_with(path(folder.path()));
    assert_eq!((both.len(), both.iter().filter(names_model).count()), (4, 4), "{both:?}");
}

/// Exit status 2: the user has to say which is meant.
#[test]
fn several_models_in_a_directory_are_the_users_to_choose() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.safetensors", "b.safetensors"] {
        fs::copy(golden("edge.safetensors"), folder.path().join(name)).unwrap();
    }
    assert!(bad(2, &["load", path(folder.path())]).contains("several models (a.safetensors, b.safetensors)"));
    let listed = good_json(&["inspect", path(folder.path()), "--json"]);
    let model = |path| json!({"path": path, "format": "safetensors"});
    assert_eq!(listed["models"], json!([model("a.safetensors"), model("b.safetensors")]));
}

#[test]
fn names_cannot_steer_the_terminal() {
    for args in [&["inspect"][..], &["inspect", "--json"]] {
        let text = good(&[args, &[path(&golden("edge.safetensors"))]].concat());
        assert!(!steers_the_terminal(&text), "{text}");
    }
}

/// The path may come from whoever made the model, too.
#[test]
fn paths_cannot_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let name = "\u{1b}]0;title\u{7}\u{9b}31m\u{202e}\u{e0041}\u{200b}";
    let model = folder.path().join(name);
    fs::create_dir(&model).unwrap();
    let damaged = model.join("damaged.safetensors");
    fs::write(&damaged, "no header").unwrap();
    fs::copy(golden("edge.safetensors"), model.join("model.safetensors")).unwrap();
    let missing = model.join("missing");
    for args in [
        &["digest", path(&model)][..],
        &["verify", path(&model), "--json"],
        &["check", path(&damaged)],
        &["inspect", path(&damaged)],
        &["inspect", path(&missing)],
        &["digest", path(&model.join("model.safetensors"))],
        &["verify", path(&model), "--manifest", path(&missing)],
        &["inspect", path(&model), name],
        &["load", path(&model), "--slice", name],
        &["verify", path(&model), "--policy", "\n\u{85}none"],
        &[name],
    ] {
        let output = run(args);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!steers_the_terminal(&said) && !said.is_empty(), "{args:?}: {said:?}");
    }
}

#[test]
fn the_exit_status_is_the_same_where_standard_error_cannot_be_written() {
    let copy = checkpoint();
    fs::write(copy.path().join("config.json"), "{}").unwrap();
    let missing = copy.path().join("missing");
    for (status, args) in [(1, ["verify", path(copy.path())]), (2, ["inspect", path(&missing)])] {
        let full = fs::File::create("/dev/full").unwrap();
        assert_eq!(command(&args).stderr(full).output().unwrap().status.code(), Some(status), "{args:?}");
    }
}

#[test]
fn a_manifest_without_an_end_is_refused() {
    let line = bad(1, &["verify", path(&golden("tiny-llama")), "--manifest", "/dev/zero"]);
    assert!(line.contains("/dev/zero: the manifest has more than 100000000 bytes"), "{line}");
}

#[test]
fn load_tells_phases_and_what_was_checked() {
    let text = good(&["load", path(&golden("tiny-llama"))]);
    for part in ["open ", "load ", "GB/s", "by sha256 in SHA256SUMS", "tensors: 39 match, 0 mismatch, 0 not covered"] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    let seen =
        good_json(&["load", path(&golden("tiny-llama")), "--json", "--include", "lm_head.*", "--target", "view"]);
    assert_eq!(seen["tensors"], 1);
    assert_eq!(seen["bytes"], 65_536);
    assert_eq!(seen["phases"][1]["name"], "load");
}

/// A file of 8 GiB, of which one small tensor is wanted, and a process that may map half of that.
#[test]
#[cfg(target_os = "linux")]
fn load_tells_when_a_file_could_not_be_mapped() {
    const BIG: u64 = 8 << 30;
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("big.safetensors");
    let end = BIG + 4;
    let header = json!({"small": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                        "big": {"dtype": "U8", "shape": [BIG], "data_offsets": [4, end]}});
    let header = header.to_string();
    fs::write(&model, [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat()).unwrap();
    let file = fs::File::options().write(true).open(&model).unwrap();
    file.set_len(8 + header.len() as u64 + end).unwrap();
    let load = |more: &[&str]| {
        let limited = "ulimit -v 4194304; exec \"$0\" load --include small --target view \"$@\"";
        let program = env!("CARGO_BIN_EXE_weighbridge");
        let output = Command::new("sh").args(["-c", limited, program, path(&model)]).args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    let (_, told) = load(&[]);
    // Where the file system tells, the file is also called a hole.
    let told: Vec<_> = told.lines().filter(|line| !line.contains("[model.file.sparse]")).collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    for part in ["warning: big.safetensors: ", "cannot map the file", "loaded to host memory"] {
        assert!(told.contains(part), "{part} is not in: {told}");
    }
    let (shown, told) = load(&["--json"]);
    let seen: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&seen["target"], &*told), (&json!("host"), ""));
    let note = seen["notes"].as_array().unwrap().iter().find(|note| note["id"] == "load.view.map").unwrap();
    assert_eq!(note["path"], "big.safetensors");
}

#[test]
fn load_tells_the_target() {
    let model = golden("edge.safetensors");
    for target in ["host", "view"] {
        assert_eq!(good_json(&["load", path(&model), "--target", target, "--json"])["target"], target);
    }
}

#[test]
fn a_model_may_have_more_files_than_a_process_may_open() {
    let copy = checkpoint();
    for number in 0..100 {
        fs::write(copy.path().join(format!("page-{number}.txt")), "text").unwrap();
    }
    let run = |command: &str| {
        let limited = format!("ulimit -n 48; exec \"$0\" {command} \"$1\"");
        let program = env!("CARGO_BIN_EXE_weighbridge");
        let output = Command::new("sh").args(["-c", &limited, program, path(copy.path())]).output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{command}");
    };
    run("digest");
    run("verify --policy required");
}

#[test]
fn damage_is_found_and_both_digests_are_told() {
    let copy = checkpoint();
    let shard = copy.path().join("model-00002-of-00004.safetensors");
    damage(&shard);
    let line = bad(1, &["verify", path(copy.path())]);
    assert!(line.contains("model-00002-of-00004.safetensors") && line.contains("SHA256SUMS expects"), "{line}");
    assert!(bad(1, &["load", path(copy.path())]).contains("expects"));
    good(&["load", path(copy.path()), "--policy", "none"]);
    let output = run(&["verify", path(copy.path()), "--json"]);
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let line = seen["checks"].as_array().unwrap().iter().find(|line| line["outcome"] == "mismatch").unwrap();
    assert_eq!((&line["reason"], &line["covers"]), (&"the bytes differ".into(), &true.into()));
    let bad: Vec<_> = seen["checks"].as_array().unwrap().iter().filter(|c| c["outcome"] == "mismatch").collect();
    assert!(bad.iter().all(|check| check["expected"] != check["actual"]));
    assert_eq!(bad.iter().filter(|check| check["kind"] == "file").count(), 1);
}

/// They are those of the bytes that are there. Whoever asks for them learns that they are not the right ones.
#[test]
fn inspect_with_digests_tells_damage() {
    let copy = checkpoint();
    damage(&copy.path().join("model-00003-of-00004.safetensors"));
    good(&["inspect", path(copy.path())]);
    let output = run(&["inspect", path(copy.path()), "--digests", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("model-00003-of-00004.safetensors"));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(seen["tensors"].as_array().unwrap().iter().all(|tensor| tensor["sha256"].is_string()));
}

#[test]
fn a_manifest_from_elsewhere_counts_instead_of_those_beside_the_weights() {
    let copy = checkpoint();
    let kept = tempfile::tempdir().unwrap();
    let manifest = kept.path().join("sums");
    fs::rename(copy.path().join("SHA256SUMS"), &manifest).unwrap();
    fs::write(copy.path().join("SHA256SUMS"), "nonsense\n").unwrap();
    let seen = good_json(&["verify", path(copy.path()), "--manifest", path(&manifest), "--json"]);
    assert!(seen["checks"].as_array().unwrap().iter().all(|check| check["anchor"] == "caller"));
    assert!(bad(1, &["verify", path(copy.path())]).contains("line 1"));
}

#[test]
fn the_exit_status_tells_whose_fault_it_is() {
    let model = golden("tiny-llama");
    bad(2, &["inspect", "no/such/model"]);
    bad(2, &["load", path(&model), "--include", "no.such.tensor"]);
    bad(2, &["verify", path(&model), "--manifest", "no/such/manifest"]);
    assert_eq!(run(&["load", path(&model), "--policy", "perhaps"]).status.code(), Some(2));
    assert_eq!(run(&["fly"]).status.code(), Some(2));
    let copy = checkpoint();
    fs::remove_file(copy.path().join("model-00004-of-00004.safetensors")).unwrap();
    assert!(bad(1, &["inspect", path(copy.path())]).contains("model-00004-of-00004.safetensors"));
    bad(1, &["inspect", path(&golden("README.md"))]);
    let told = format!("weighbridge: {}: a safetensors model holds weights and no graph", path(&model));
    assert!(bad(1, &["graph", path(&model)]).starts_with(&told));
    for command in ["graph", "check"] {
        bad(2, &[command, "no/such/model"]);
    }
    bad(2, &["check", path(&model), "--target", "onnx-1.15"]);
}

/// std opens `/dev/null` where there is no standard output, and everything seems to be written.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_good_that_could_not_be_printed() {
    let model = golden("tiny-llama");
    for line in ["inspect M", "inspect M --json", "verify M", "load M", "check M"] {
        for output in [">&-", ">/dev/full"] {
            let script = format!("exec \"$0\" {} {output}", line.replace('M', "\"$1\""));
            let shell =
                Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_weighbridge"), path(&model)]).output();
            let output = shell.unwrap();
            assert_eq!(output.status.code(), Some(3), "{script}: {}", text(&output.stderr));
        }
        let script = format!("exec \"$0\" {} >/dev/null", line.replace('M', "\"$1\""));
        let shell = Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_weighbridge"), path(&model)]).output();
        assert!(shell.unwrap().status.success(), "{script}");
    }
}

/// A link that leads in a circle is no model: the path is wrong, and not the machine.
#[cfg(unix)]
#[test]
fn a_link_in_a_circle_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("a");
    std::os::unix::fs::symlink(&link, &link).unwrap();
    for command in ["inspect", "verify", "load", "graph", "check", "digest"] {
        for model in [&link, &link.join("b")] {
            let told = bad(2, &[command, path(model)]);
            assert!(told.contains(&format!("{link:?} is a link that leads in a circle")), "{told}");
        }
    }
}

#[test]
fn weights_without_graphs_are_checked() {
    let model = golden("tiny-llama");
    let shown = good(&["check", path(&model)]);
    assert!(
        shown.starts_with("info: model: weights by type: ") && shown.ends_with("\n\n0 errors, 0 warnings, 1 info\n")
    );
    let seen = good_json(&["check", path(&model), "--json"]);
    assert_eq!((&seen["good"], &seen["findings"][0]["rule"]), (&json!(true), &json!("model.size")));
    // What is odd does not make the model bad.
    let shown = good(&["check", path(&golden("stale-shard"))]);
    assert!(shown.starts_with("warning: model: ") && shown.contains("[weights.unindexed]"), "{shown}");
}

#[test]
fn a_closed_pipe_does_not_make_a_bad_model_good() {
    let copy = checkpoint();
    damage(&copy.path().join("model-00002-of-00004.safetensors"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.args(["verify", path(copy.path()), "--json"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
