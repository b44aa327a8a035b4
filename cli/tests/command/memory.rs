//! How much memory the command takes for models of many tensors.
#![cfg(target_os = "linux")]

use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use crate::common::{command, path};

const COMMANDS: [&[&str]; 5] = [
    &["inspect"],
    &["inspect", "--json"],
    &["verify", "--json"],
    &["load", "--target", "view"],
    &["load", "--target", "view", "--json"],
];

/// Writes a model of so many tensors of one byte.
fn write_model(file: &Path, tensors: usize) {
    let mut header = String::from("{");
    for number in 0..tensors {
        let separator = if number == 0 { "" } else { "," };
        let end = number + 1;
        write!(
            header,
            r#"{separator}"layers.{number:06}.weight":{{"dtype":"U8","shape":[1],"data_offsets":[{number},{end}]}}"#
        )
        .unwrap();
    }
    header.push('}');
    let len = header.len() as u64;
    fs::write(file, [&len.to_le_bytes(), header.as_bytes(), &vec![0; tensors]].concat()).unwrap();
}

/// The most bytes of memory that the command has had when it begins to print. It cannot end before the rest is read, for
/// which a pipe has no room.
fn peak(args: &[&str], file: &Path) -> u64 {
    let mut child = command(&[args, &[path(file)]].concat()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 100]).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdout);
    child.wait().unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// What grows with the model is its header while it is read, and its table. The description of a tensor, or of a line of
/// a report, is as large as both, and exists while it is printed.
#[test]
fn descriptions_of_tensors_are_not_kept() {
    const TENSORS: usize = 100_000;
    /// Bytes for each tensor.
    const MOST: u64 = 224;
    let folder = tempfile::tempdir().unwrap();
    let (few, many) = (folder.path().join("few.safetensors"), folder.path().join("many.safetensors"));
    write_model(&few, 1000);
    write_model(&many, TENSORS);
    for args in COMMANDS {
        let grown = peak(args, &many).saturating_sub(peak(args, &few));
        let of_each = grown / TENSORS as u64;
        assert!(of_each < MOST, "{args:?} takes {of_each} bytes for each tensor");
    }
}
