//! What the tests of the command share.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the command.
pub fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_weighbridge")).args(args).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs the command, which has to succeed and to say nothing on standard error.
pub fn good(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{args:?}");
    text(&output.stdout)
}

pub fn good_json(args: &[&str]) -> Value {
    serde_json::from_str(&good(args)).unwrap()
}

/// Runs the command, which has to fail with this status and one line on standard error, and returns the line.
pub fn bad(status: i32, args: &[&str]) -> String {
    let output = run(args);
    let line = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    line
}

pub fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Whether text from a file could move the cursor, change colours, or reorder what is read.
pub fn steers_the_terminal(text: &str) -> bool {
    let reorders = |c| matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().any(|c| c != '\n' && (c.is_control() || reorders(c)))
}
