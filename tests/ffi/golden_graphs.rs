//! The golden models with graphs, and what a program that prints their graphs has to print: see `graph_text.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::graph_text;

const ONNX: &str = "tests/onnx/golden";

/// Every golden model that needs no links, by its path, and the text of its graph as the onnx package sees it.
fn graphs() -> &'static BTreeMap<String, String> {
    static GRAPHS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    GRAPHS.get_or_init(|| {
        let lines = fs::read_to_string(format!("{ONNX}/expected.jsonl")).unwrap();
        let models = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let plain = models.filter(|model| {
            model.get("links").is_none() && !model["file"].as_str().unwrap().contains("types-empty.onnx")
        });
        plain.map(|model| (format!("{ONNX}/{}", model["file"].as_str().unwrap()), graph_text::text(&model))).collect()
    })
}

/// Writes the paths of the models to a file in a folder, one on each line.
pub fn list_graphs(folder: &Path) -> PathBuf {
    let list = folder.join("models");
    fs::write(&list, graphs().keys().map(|path| format!("{path}\n")).collect::<String>()).unwrap();
    list
}

/// What a program has printed for these models is what it had to print.
pub fn compare_graphs(printed: &str) {
    let mut expected = String::new();
    for (path, text) in graphs() {
        expected += &format!("== {path}\n{text}");
    }
    let mut path = "";
    for (number, (found, wanted)) in printed.lines().zip(expected.lines()).enumerate() {
        path = wanted.strip_prefix("== ").unwrap_or(path);
        assert_eq!(found, wanted, "{path}, line {}", number + 1);
    }
    assert_eq!(printed.lines().count(), expected.lines().count());
}
