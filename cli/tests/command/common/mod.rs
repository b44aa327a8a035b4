//! What the tests of the command share.
#![allow(dead_code, reason = "each test uses a part of it")]

pub mod onnx;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The command, whatever the environment of the tests asks of it.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.args(args).env_remove("WEIGHBRIDGE_LOG").env_remove("SOURCE_DATE_EPOCH");
    command
}

/// The command as a user who may not read and write everything, as root may; its program lies in a folder that is open to that user.
#[cfg(unix)]
pub fn as_nobody(folder: &Path, args: &[&str]) -> Command {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.join("weighbridge");
    // Not by this process: a file that a child of another test has inherited for writing cannot be run.
    assert!(Command::new("cp").args([env!("CARGO_BIN_EXE_weighbridge"), path(&program)]).status().unwrap().success());
    let mut command = Command::new(program);
    command.args(args).env_remove("WEIGHBRIDGE_LOG").env_remove("SOURCE_DATE_EPOCH");
    if fs::metadata(folder).unwrap().uid() == 0 {
        command.uid(NOBODY);
    }
    command
}

/// The command in a shell, which `line` calls `weighbridge`; the arguments are `$1` and so on.
pub fn shell(line: &str, args: &[&str]) -> Output {
    let line = format!("weighbridge() {{ \"$0\" \"$@\"; }}; {line}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &line, env!("CARGO_BIN_EXE_weighbridge")]).args(args);
    shell.env_remove("WEIGHBRIDGE_LOG").output().unwrap()
}

/// A file or folder of the library's golden data.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name)
}

/// A copy of the golden checkpoint that a test may damage.
pub fn checkpoint() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(golden("tiny-llama")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

/// Changes one byte in the middle of a file.
pub fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// The names in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The one object on standard output, with the version of the schema.
pub fn object(output: &Output) -> Value {
    let printed = text(&output.stdout);
    assert!(printed.starts_with("{\"schema_version\":1") && printed.lines().count() == 1, "{printed}");
    serde_json::from_str(&printed).unwrap()
}

/// Runs the command.
pub fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs the command, which has to succeed and to say nothing on standard error.
pub fn good(args: &[&str]) -> String {
    succeeds(&mut command(args))
}

pub fn good_json(args: &[&str]) -> Value {
    serde_json::from_str(&good(args)).unwrap()
}

/// Runs the command, which has to fail with this status and one line on standard error, and returns the line.
pub fn bad(status: i32, args: &[&str]) -> String {
    fails(status, &mut command(args))
}

/// As [`good`], for a command in an environment of its own.
pub fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{command:?}");
    text(&output.stdout)
}

/// As [`bad`], for a command in an environment of its own.
pub fn fails(status: i32, command: &mut Command) -> String {
    let output = command.output().unwrap();
    let line = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{command:?}: {line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    line
}

pub fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Whether text from a file could move the cursor, change colours, or reorder what is read.
pub fn steers_the_terminal(text: &str) -> bool {
    let hides = |c| matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    text.chars().any(|c| c != '\n' && (c.is_control() || hides(c)))
}
