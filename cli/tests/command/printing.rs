//! In which form a command prints, where to, and what people are told beside that.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::common::{bad, checkpoint, command, damage, golden, good, good_json, names, object, path, run, shell, text};

/// The lines of a command that succeeds.
fn lines(args: &[&str]) -> Vec<Value> {
    let printed = good(&[args, &["--format", "jsonl"]].concat());
    let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["schema_version"] == 1), "{printed}");
    lines
}

/// All but the list in the first line, and then the list.
#[test]
fn lines_have_what_the_object_has() {
    let model = golden("tiny-llama");
    for (args, list) in [
        (&["inspect", path(&model), "--digests"][..], "tensors"),
        (&["verify", path(&model)], "checks"),
        (&["check", path(&model)], "findings"),
        (&["formats"], "formats"),
    ] {
        let mut object = good_json(&[args, &["--json"]].concat());
        assert_eq!(object, good_json(&[args, &["--format", "json"]].concat()));
        let lines = lines(args);
        let items = object.as_object_mut().unwrap().remove(list).unwrap();
        assert_eq!(lines[0], object, "{args:?}");
        let items = items.as_array().unwrap();
        assert_eq!(lines.len(), 1 + items.len(), "{args:?}");
        for (line, item) in lines[1..].iter().zip(items) {
            let fields = item.as_object().unwrap();
            assert!(fields.iter().all(|(name, value)| &line[name] == value), "{line} is not {item}");
        }
    }
    let loaded = lines(&["load", path(&model)]);
    assert_eq!((&loaded[0]["target"], &loaded[1]["outcome"]), (&"host".into(), &"match".into()));
}

#[test]
fn every_object_begins_with_the_version_of_its_schema() {
    let model = golden("tiny-llama");
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("manifest");
    for args in [
        &["inspect", path(&model)][..],
        &["verify", path(&model)],
        &["load", path(&model)],
        &["check", path(&model)],
        &["digest", path(&model), "--output", path(&file)],
        &["formats"],
    ] {
        object(&run(&[args, &["--json"]].concat()));
    }
}

#[test]
fn output_goes_to_a_file_that_appears_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seen");
    let model = golden("edge.safetensors");
    for args in [&["inspect", path(&model)][..], &["check", path(&model), "--json"], &["completions", "fish"]] {
        assert_eq!(good(&[args, &["--output", path(&file)]].concat()), "", "{args:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), good(&[args, &["--output", "-"]].concat()), "{args:?}");
        assert_eq!(names(folder.path()), ["seen"]);
    }
}

/// A link would be replaced by a file.
#[test]
fn what_is_no_file_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link, pipe) = (folder.path().join("file"), folder.path().join("link"), folder.path().join("pipe"));
    fs::write(&file, "x".repeat(100_000)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    good(&["formats", "--output", path(&link)]);
    assert_eq!(fs::read_to_string(&file).unwrap(), good(&["formats"]));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let line = "mkfifo \"$1\"; cat \"$1\" & weighbridge formats --output \"$1\"; wait";
    assert_eq!(text(&shell(line, &[path(&pipe)]).stdout), good(&["formats"]));
    assert_eq!(names(folder.path()), ["file", "link", "pipe"]);
}

#[test]
fn a_file_has_what_standard_output_would_have_after_a_failure_too() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), checkpoint());
    let file = folder.path().join("seen");
    damage(&copy.path().join("model-00003-of-00004.safetensors"));
    for args in [
        &["verify", path(copy.path()), "--json"][..],
        &["verify", path(copy.path())],
        &["inspect", "no/such/model", "--json"],
    ] {
        let (plain, written) = (run(args), run(&[args, &["--output", path(&file)]].concat()));
        assert_eq!((plain.status, &plain.stderr), (written.status, &written.stderr), "{args:?}");
        assert_eq!((fs::read(&file).unwrap(), &*text(&written.stdout)), (plain.stdout, ""), "{args:?}");
        fs::remove_file(&file).unwrap();
    }
    bad(2, &["inspect", "no/such/model", "--output", path(&file)]);
    assert_eq!(names(folder.path()), [""; 0], "nothing was printed");
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_not_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (file, model) = (folder.path().join("seen"), golden("tiny-llama"));
    fs::write(&file, "before").unwrap();
    let line = "ulimit -f 0; weighbridge inspect \"$1\" --json --output \"$2\"";
    let output = shell(line, &[path(&model), path(&file)]);
    let error = object(&output)["error"].clone();
    assert_eq!((output.status.code(), &error["kind"], &error["path"]), (Some(3), &"io".into(), &path(&file).into()));
    assert!(error["message"].as_str().unwrap().starts_with("cannot write the file: "), "{error}");
    assert!(text(&output.stderr).contains("seen: cannot write the file: "), "{}", text(&output.stderr));
    assert_eq!(
        (names(folder.path()), fs::read_to_string(&file).unwrap()),
        (vec!["seen".to_owned()], "before".to_owned())
    );
    let told = bad(3, &["inspect", path(&model), "--output", "/dev/full"]);
    assert!(told.starts_with("weighbridge: /dev/full: cannot write the output: "), "{told}");
    // What the user names is wrong.
    assert!(bad(2, &["formats", "--output", path(folder.path())]).contains("Is a directory"));
    bad(2, &["formats", "--output", path(&folder.path().join("missing/seen"))]);
}

/// A model with two remarks.
fn remarkable() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["model.safetensors", "other.safetensors"] {
        fs::copy(golden("whitespace.safetensors"), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn quiet_commands_tell_errors_alone() {
    let folder = remarkable();
    for command in ["inspect", "verify", "digest", "load"] {
        let told = |args: &[&str]| text(&run(args).stderr).lines().count();
        assert_eq!(told(&[command, path(folder.path())]), 2, "{command}");
        assert_eq!(told(&[command, path(folder.path()), "--quiet"]), 0, "{command}");
        assert_eq!(told(&["-q", command, path(folder.path())]), 0, "{command}");
    }
    bad(2, &["-q", "inspect", "no/such/model"]);
    assert_eq!(run(&["-q", "-v", "formats"]).status.code(), Some(2));
}

#[test]
fn the_log_of_the_library_is_shown_on_request() {
    let model = golden("tiny-llama");
    let levels = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", text(&output.stderr));
        let told = text(&output.stderr);
        let mut levels: Vec<_> = told.lines().map(|line| line.split(": ").next().unwrap().to_owned()).collect();
        levels.sort();
        levels.dedup();
        levels
    };
    let args = ["verify", path(&model)];
    let with = |flag: &str| levels(&mut command(&[&args[..], &[flag]].concat()));
    let variable = |value: &str| levels(command(&args).env("WEIGHBRIDGE_LOG", value));
    assert_eq!(levels(&mut command(&args)), [""; 0]);
    for (flag, value, expected) in
        [("-v", "info", &["info"][..]), ("-vv", "debug", &["debug", "info"]), ("-vvv", "trace", &["debug", "info"])]
    {
        assert_eq!((with(flag), variable(value)), (expected.iter().map(|&s| s.to_owned()).collect(), with(flag)));
    }
    for silent in ["", "error", "warn"] {
        assert_eq!(variable(silent), [""; 0], "{silent}");
    }
    assert_eq!(levels(command(&["-q", "verify", path(&model)]).env("WEIGHBRIDGE_LOG", "debug")), [""; 0]);
    let wrong = command(&["formats"]).env("WEIGHBRIDGE_LOG", "INFO!").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("WEIGHBRIDGE_LOG is \"INFO!\": expected error, warn,"), "{wrong:?}");
    // What failed is in the log, beside the error itself.
    let unreadable = golden("README.md");
    let failed = command(&["inspect", path(&unreadable)]).env("WEIGHBRIDGE_LOG", "error").output().unwrap();
    let told = format!("error: open: {}: failed: ", path(&unreadable));
    assert!(text(&failed.stderr).starts_with(&told), "{failed:?}");
}

/// What a command shows on a terminal, which `script` makes.
fn on_a_terminal(line: &str, variables: &[(&str, &str)]) -> Option<String> {
    let script = crate::tools::tool("script")?;
    let line = format!("{} {line}", env!("CARGO_BIN_EXE_weighbridge"));
    let mut script = Command::new(script);
    // A machine that builds sets CI, which stands for a terminal with colours whatever TERM says.
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "WEIGHBRIDGE_LOG"] {
        script.env_remove(variable);
    }
    script
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("TERM", "xterm")
        .envs(variables.iter().copied());
    Some(text(&script.output().unwrap().stdout))
}

#[test]
fn colours_can_be_turned_off() {
    for line in ["--help", "inspect"] {
        let Some(plain) = on_a_terminal(line, &[]) else { return };
        assert!(plain.contains("\u{1b}["), "{line}: {plain}");
        for variable in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
            let shown = on_a_terminal(line, &[variable]).unwrap();
            assert!(shown.contains("Usage: weighbridge") && !shown.contains('\u{1b}'), "{variable:?}: {shown}");
        }
    }
}

#[test]
fn progress_is_for_terminals() {
    let model = golden("tiny-llama");
    for (command, what) in [("verify", "verifying"), ("load", "loading"), ("digest --output -", "hashing")] {
        let Some(shown) = on_a_terminal(&format!("{command} {}", path(&model)), &[]) else { return };
        assert!(shown.contains(what) && shown.contains("\u{1b}[2K"), "{command}: {shown}");
        assert!(!shown.contains("0 B/0 B"), "there is something to do: {shown}");
        for option in ["--quiet", "-v"] {
            let shown = on_a_terminal(&format!("{command} {option} {}", path(&model)), &[]).unwrap();
            assert!(!shown.contains(what), "{command} {option}: {shown}");
        }
    }
}
