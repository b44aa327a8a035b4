//! The corpora of the fuzz targets, replayed through the same functions.

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
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
            assert!(catch_unwind(|| function(&input)).is_ok(), "{}", path.display());
            ran += 1;
        }
        assert_eq!(ran, *count, "{target}");
    }
}
