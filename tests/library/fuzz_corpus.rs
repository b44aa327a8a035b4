//! The corpora of the fuzz targets, replayed through the same functions.

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::panic::catch_unwind;
use std::path::Path;

/// A target, and the number of its inputs.
type Row = (&'static str, fn(&[u8]), usize);

const TARGETS: &[Row] = &[
    ("header", fuzz::header, 291),
    ("index", fuzz::index, 298),
    ("manifest", fuzz::manifest, 386),
    ("git_index", fuzz::git_index, 41),
    ("c_open_memory", fuzz::c_open_memory, 295),
    ("onnx", fuzz::onnx, 299),
    ("onnx_external", fuzz::onnx_external, 217),
    ("check", fuzz::check, 345),
    ("load_options", fuzz::load_options, 54),
];

#[test]
fn every_input_is_survived() {
    for (target, function, count) in TARGETS {
        let mut ran = 0;
        for entry in fs::read_dir(Path::new("fuzz/corpus").join(target)).unwrap() {
            let path = entry.unwrap().path();
            let input = fs::read(&path).unwrap();
            require(catch_unwind(|| function(&input)).is_ok(), format_args!("{}: a panic", path.display()));
            ran += 1;
        }
        require(ran == *count, format_args!("{target}: {ran} inputs, {count} expected"));
    }
}

/// Asserts, and says what is wrong past the hook of the C library, which keeps the messages of panics from being printed.
fn require(holds: bool, message: fmt::Arguments<'_>) {
    if !holds {
        let _ = writeln!(io::stderr(), "{message}");
    }
    assert!(holds, "{message}");
}
