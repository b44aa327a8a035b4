//! The cases of `hostile.jsonl` and `mutations.jsonl` as files; see `README.md` and `hostile/README.md`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/onnx");

/// A case in a folder of its own.
pub struct Case {
    pub line: Value,
    folder: tempfile::TempDir,
}

impl Case {
    pub fn name(&self) -> &str {
        self.line["name"].as_str().unwrap()
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("m/model.onnx")
    }

    fn new(line: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("m");
        fs::create_dir(&root).unwrap();
        let bytes = match line.get("model_recipe") {
            Some(recipe) => bytes_of(recipe),
            None => decode(&line["model_base64"]),
        };
        fs::write(root.join("model.onnx"), bytes).unwrap();
        for directory in line["directories"].as_array().into_iter().flatten() {
            fs::create_dir_all(root.join(directory.as_str().unwrap())).unwrap();
        }
        for (name, contents) in line["files"].as_object().into_iter().flatten() {
            fs::write(ready(&root, name), decode(contents)).unwrap();
        }
        for (name, target) in line["symlinks"].as_object().into_iter().flatten() {
            symlink(target.as_str().unwrap(), ready(&root, name)).unwrap();
        }
        for (name, target) in line["hard_links"].as_object().into_iter().flatten() {
            fs::hard_link(root.join(target.as_str().unwrap()), ready(&root, name)).unwrap();
        }
        Self { line, folder }
    }
}

/// A path whose folder is there.
fn ready(root: &Path, name: &str) -> PathBuf {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    path
}

fn decode(text: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// The cases of a file below `tests/onnx`, one at a time.
pub fn cases(file: &str) -> impl Iterator<Item = Case> {
    let text = fs::read_to_string(Path::new(FOLDER).join(file)).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.into_iter().map(Case::new)
}

/// The bytes that a recipe makes.
fn bytes_of(recipe: &Value) -> Vec<u8> {
    let mut reversed = Vec::new();
    prepend(recipe, &mut reversed);
    reversed.reverse();
    reversed
}

/// Adds what the pieces make before what is there. Everything is reversed, so that this is at the end.
fn prepend(pieces: &Value, reversed: &mut Vec<u8>) {
    for piece in pieces.as_array().unwrap().iter().rev() {
        let count = || piece["count"].as_u64().unwrap() as usize;
        if let Some(hex) = piece.as_str() {
            reversed.extend(from_hex(hex).iter().rev());
        } else if let Some(hex) = piece["repeat"].as_str() {
            let mut unit = from_hex(hex);
            unit.reverse();
            (0..count()).for_each(|_| reversed.extend(&unit));
        } else if let Some(tag) = piece["field"].as_str() {
            let before = reversed.len();
            prepend(&piece["of"], reversed);
            enclose(tag, before, reversed);
        } else {
            let before = reversed.len();
            prepend(&piece["of"], reversed);
            for _ in 0..count() {
                for tag in piece["nest"].as_array().unwrap().iter().rev() {
                    enclose(tag.as_str().unwrap(), before, reversed);
                }
            }
        }
    }
}

/// Puts a tag and a length before all that has been added since.
fn enclose(tag: &str, since: usize, reversed: &mut Vec<u8>) {
    let mut head = from_hex(tag);
    let mut len = reversed.len() - since;
    loop {
        let digit = (len & 0x7f) as u8;
        len >>= 7;
        head.push(if len == 0 { digit } else { digit | 0x80 });
        if len == 0 {
            break;
        }
    }
    reversed.extend(head.iter().rev());
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
