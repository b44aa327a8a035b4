//! What a program gets when a command fails: one object with the error, and the exit status.

use std::fs;
use std::io::Write;

use serde_json::{Value, json};

use crate::common::{
    checkpoint, command, damage, golden, good_json, object, path, run, shell, steers_the_terminal, text,
};

/// The object of a command that fails, whose standard error still has one line for people.
fn failure(status: i32, args: &[&str]) -> Value {
    let args = [args, &["--json"]].concat();
    let output = run(&args);
    assert_eq!(output.status.code(), Some(status), "{args:?}");
    assert_eq!(text(&output.stderr).lines().count(), 1, "{args:?}: {}", text(&output.stderr));
    object(&output)
}

/// Of an object that has nothing else.
fn error(status: i32, args: &[&str]) -> Value {
    let failure = failure(status, args);
    assert_eq!(failure.as_object().unwrap().len(), 2, "{failure}");
    let error = failure["error"].clone();
    let fields: Vec<_> = error.as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["kind", "message", "offset", "path", "subject"]);
    error
}

#[test]
fn an_error_says_what_is_wrong_where_and_of_which_kind() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    for command in ["load", "check"] {
        let error = error(2, &[command, path(&missing)]);
        let expected = json!({"kind": "not-found", "message": "there is no such file or directory", "path": path(&missing),
                              "subject": null, "offset": null});
        assert_eq!(error, expected, "{command}");
    }
    let empty = folder.path().join("empty.safetensors");
    fs::write(&empty, [0; 8]).unwrap();
    let malformed = error(1, &["inspect", path(&empty)]);
    assert_eq!((&malformed["kind"], &malformed["path"]), (&json!("format"), &json!(path(&empty))));
    let model = golden("edge.safetensors");
    let header = error(1, &["inspect", path(&model), "--max-header-bytes", "100"]);
    assert_eq!((&header["kind"], &header["offset"]), (&json!("limit"), &json!(0)));
    let pattern = error(2, &["load", path(&model), "--include", "no.such.tensor"]);
    assert_eq!((&pattern["kind"], &pattern["subject"]), (&json!("not-found"), &json!("no.such.tensor")));
    let manifest = error(2, &["verify", path(&model), "--manifest", path(&missing)]);
    assert_eq!((&manifest["kind"], &manifest["path"]), (&json!("not-found"), &json!(path(&missing))));
}

#[test]
fn several_models_are_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.safetensors", "b.safetensors"] {
        fs::copy(golden("edge.safetensors"), folder.path().join(name)).unwrap();
    }
    for command in ["load", "check"] {
        let error = error(2, &[command, path(folder.path())]);
        assert_eq!(error["kind"], "invalid-argument", "{command}");
        assert!(error["message"].as_str().unwrap().contains("(a.safetensors, b.safetensors): name one"), "{error}");
    }
}

/// The arguments need not be right to ask for JSON.
#[test]
fn arguments_that_cannot_be_parsed_fail_with_an_object_too() {
    for args in [
        &["inspect", "--json"][..],
        &["inspect", "a", "b", "--json"],
        &["load", "a", "--policy", "perhaps", "--json"],
        &["fly", "--format=json"],
        &["inspect", "--format", "json", "--no-such-option"],
        &["completions", "bash", "--json"],
        &["inspect", "--json", "--format", "json", "a"],
        &["check", "a", "--format", "jsonl", "--max-files", "-1"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let error = object(&output)["error"].clone();
        assert_eq!(error["kind"], "invalid-argument", "{args:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.len() > 20 && !message.contains(['\n', '\u{1b}']) && !message.contains("Usage"), "{message}");
        assert!(text(&output.stderr).starts_with(&format!("error: {}", &message[..20])), "{message}");
    }
    assert_eq!(text(&run(&["inspect", "a", "b"]).stdout), "");
    let output = run(&["inspect", "--json", "a", "\u{1b}[31m\n"]);
    assert!(!steers_the_terminal(&(text(&output.stdout) + &text(&output.stderr))), "{output:?}");
}

#[test]
fn the_environment_may_be_wrong_usage() {
    let output = command(&["formats", "--json"]).env("WEIGHBRIDGE_LOG", "loud").output().unwrap();
    assert_eq!((output.status.code(), &object(&output)["error"]["kind"]), (Some(2), &json!("invalid-argument")));
}

/// What was found is still useful, and it is one object.
#[test]
fn a_command_that_has_an_answer_adds_the_error_to_it() {
    let copy = checkpoint();
    damage(&copy.path().join("model-00003-of-00004.safetensors"));
    let verified = failure(1, &["verify", path(copy.path())]);
    assert_eq!((&verified["good"], &verified["error"]["kind"]), (&json!(false), &json!("mismatch")));
    assert!(verified["checks"].as_array().unwrap().len() > 39 && verified["notes"].is_array());
    let inspected = failure(1, &["inspect", path(copy.path()), "--digests"]);
    assert_eq!(inspected["error"], verified["error"]);
    assert!(inspected["tensors"].as_array().unwrap().iter().all(|tensor| tensor["sha256"].is_string()));
    let loaded = error(1, &["load", path(copy.path())]);
    assert_eq!(loaded["kind"], "mismatch");
    fs::remove_file(copy.path().join("SHA256SUMS")).unwrap();
    let uncovered = failure(1, &["verify", path(copy.path()), "--policy", "required"]);
    assert_eq!(uncovered["error"]["kind"], "unverified");
    assert!(good_json(&["verify", path(copy.path()), "--json"]).get("error").is_none());
}

#[test]
fn findings_that_are_errors_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.onnx");
    // A graph without a name, of a node without an operator, and operator set 17.
    let graph = [0x3a, 0x04, 0x0a, 0x02, 0x12, 0x00];
    fs::File::create(&model)
        .unwrap()
        .write_all(&[&[0x08, 0x08][..], &graph, &[0x42, 0x02, 0x10, 0x11]].concat())
        .unwrap();
    let checked = failure(1, &["check", path(&model)]);
    let errors = checked["counts"]["error"].as_u64().unwrap();
    assert!(errors > 0 && checked["findings"].as_array().unwrap().len() as u64 >= errors, "{checked}");
    assert_eq!((&checked["good"], &checked["error"]["kind"]), (&json!(false), &json!("format")));
    assert_eq!((&checked["error"]["path"], checked["schema_version"].as_u64()), (&json!(path(&model)), Some(1)));
}

/// Of `--format jsonl` the error has the last line.
#[test]
fn lines_end_with_the_error() {
    let copy = checkpoint();
    damage(&copy.path().join("model-00003-of-00004.safetensors"));
    for args in [&["verify"][..], &["inspect", "--digests"], &["load"], &["check", "--policy", "required"]] {
        let output = run(&[args, &[path(copy.path()), "--format", "jsonl"]].concat());
        let lines = text(&output.stdout);
        let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        assert!(last["error"]["kind"].is_string() && !output.status.success(), "{args:?}: {last}");
        assert_eq!(lines.matches("\"error\":").count(), 1, "{args:?}");
    }
}

/// A disk that is full is the machine's fault, whatever was to be printed.
#[test]
fn nothing_that_could_not_be_printed_is_good() {
    for line in ["--help", "--version", "inspect --help", "help load", "completions zsh", "formats", "formats --json"] {
        for to in ["/dev/full", "&-"] {
            let output = shell(&format!("weighbridge {line} >{to}"), &[]);
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{line} >{to}: {told}");
            assert!(told.starts_with("weighbridge: cannot write the output: "), "{line} >{to}: {told}");
        }
        // Where nobody reads it, whoever asked has seen enough.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let args: Vec<_> = line.split(' ').collect();
        let output = command(&args).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), &*text(&output.stderr)), (Some(0), ""), "{line}");
    }
}
