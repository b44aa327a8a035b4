//! What the tests of the command share.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.args(args);
    command
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
