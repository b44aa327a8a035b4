//! Files that are odd, and have to be put up with.

use std::sync::{Arc, Mutex};

use weighbridge::host::Level;
use weighbridge::{Access, Context, Model, Unindexed};

use super::by;
use super::trees::{Item, Tree, at, plant};
use crate::headers::{entry, file, index, raw, tensor, tensors};

const INDEX: &str = "model.safetensors.index.json";
const MODEL: &str = "model.safetensors";

/// The name, the tree, the tensors of the model, and words of each warning.
type Row = (&'static str, Tree, &'static [&'static str], &'static [&'static str]);

fn single(bytes: Vec<u8>) -> Tree {
    vec![at(MODEL, bytes)]
}

/// An index with this text, beside the shards `a` of `v` and `w`, and `b` of `x`.
fn beside(index: impl AsRef<[u8]>) -> Tree {
    vec![at(INDEX, index), at("a", tensors(&["v", "w"])), at("b", tensors(&["x"]))]
}

fn files() -> Vec<Row> {
    let header = format!("{{{}}}", entry("w", "U8", "[4]", "[0,4]"));
    let extra = header.replace("\"shape\"", r#""strides":[[1]],"strides":null,"shape""#);
    let named = |name| format!("{{{}}}", entry(name, "U8", "[4]", "[0,4]"));
    let metadata = |text| file(header.replacen('{', &format!(r#"{{"__metadata__":{text},"#), 1), 4);
    let behind = format!("{{{},{}}}", entry("b", "U8", "[4]", "[4,8]"), entry("a", "U8", "[4]", "[0,4]"));
    vec![
        ("no tensor", single(file("{}", 0)), &[], &["neither tensors nor a graph"]),
        (
            "metadata alone",
            single(file(r#"{"__metadata__":{"format":"pt"}}"#, 0)),
            &[],
            &["neither tensors nor a graph"],
        ),
        ("spaces after", single(file(header.clone() + "   ", 4)), &["w"], &[]),
        ("white space after", single(file(header.clone() + "\r\n\t", 4)), &["w"], &[]),
        ("white space before", single(file(format!(" \n{header}"), 4)), &["w"], &["begins with white space"]),
        ("metadata null", single(metadata("null")), &["w"], &["\"__metadata__\" is null"]),
        ("metadata empty", single(metadata("{}")), &["w"], &[]),
        ("metadata of empty texts", single(metadata(r#"{"":""}"#)), &["w"], &[]),
        ("unknown fields", single(file(extra, 4)), &["w"], &[]),
        ("empty name", single(file(named(""), 4)), &[""], &[]),
        ("NUL in a name", single(file(named("a\\u0000b"), 4)), &["a\0b"], &[]),
        ("path as a name", single(file(named("../../etc/passwd"), 4)), &["../../etc/passwd"], &[]),
        ("surrogates that are a pair", single(file(named("\\ud83d\\ude00"), 4)), &["😀"], &[]),
        ("scalar", single(tensor("U8", "[]", "[0,1]", 1)), &["w"], &[]),
        ("zero dimension", single(tensor("F64", "[1000000,0]", "[0,0]", 0)), &["w"], &[]),
        ("64 dimensions", single(tensor("U8", &format!("[{}]", ["1"; 64].join(",")), "[0,1]", 1)), &["w"], &[]),
        ("halves of a byte", single(tensor("F4", "[2]", "[0,1]", 1)), &["w"], &[]),
        ("another order", single(file(behind, 8)), &["a", "b"], &[]),
    ]
}

fn indices() -> Vec<Row> {
    let sized = |size: &str| beside(format!(r#"{{"metadata":{{"total_size":{size}}},"weight_map":{{"w":"a"}}}}"#));
    let link = vec![at(INDEX, index(&[("w", "a")])), ("a", Item::Link("b")), at("b", tensors(&["w"]))];
    let folder = vec![at(INDEX, index(&[("w", "sub/a..b")])), at("sub/a..b", tensors(&["w"]))];
    vec![
        ("total_size", sized("4"), &["w"], &[]),
        ("total_size a float", sized("4.0"), &["w"], &[]),
        ("total_size a text", sized(r#""4""#), &["w"], &[]),
        ("total_size null", sized("null"), &["w"], &[]),
        ("total_size something else", sized(r#"[[{}],true]"#), &["w"], &[]),
        ("total_size wrong", sized("5"), &["w"], &["total_size of 5; its tensors have 4 bytes"]),
        ("total_size negative", sized("-4"), &["w"], &["total_size of -4"]),
        ("no metadata", beside(index(&[("w", "a")])), &["w"], &[]),
        ("metadata null", beside(r#"{"metadata":null,"weight_map":{"w":"a"}}"#), &["w"], &[]),
        ("other fields", beside(r#"{"x":[{}],"weight_map":{"w":"a"},"y":"\ud83d\ude00"}"#), &["w"], &[]),
        ("name with a dot", beside(index(&[("w", "./a")])), &["w"], &[]),
        ("one shard by two names", beside(index(&[("v", "./a"), ("w", "a")])), &["v", "w"], &[]),
        ("folder, and dots within a name", folder, &["w"], &[]),
        ("link in the folder", link, &["w"], &[]),
    ]
}

#[test]
fn odd_models_open() {
    let rows = [files(), indices()].concat();
    for (name, tree, names, warnings) in &rows {
        let root = plant(tree);
        for access in [Access::Map, Access::Read] {
            let opened = Model::open(root.path(), &by(access), &Context::new());
            let model = opened.unwrap_or_else(|e| panic!("{name}: {e}"));
            let found: Vec<_> = model.tensors().iter().map(|tensor| tensor.name).collect();
            assert_eq!(&found, names, "{name}");
            assert_eq!(model.notes().len(), warnings.len(), "{name}: {:?}", model.notes());
            for (note, words) in model.notes().iter().zip(*warnings) {
                assert!(note.message.contains(words), "{name}: {note}");
            }
        }
    }
}

/// A shard may hold more than the index assigns to it, such as a tensor of an earlier checkpoint.
#[test]
fn what_is_not_indexed_is_listed_and_never_loaded() {
    let stale = tensors(&["w", "x"]);
    let root = plant(&vec![at(INDEX, index(&[("x", "a"), ("w", "b")])), at("a", &stale), at("b", tensors(&["w"]))]);
    let model = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap();
    assert_eq!(model.unindexed(), [Unindexed { name: "w".to_owned(), file: "a".to_owned() }]);
    let w = model.tensors().get(model.tensors().find("w").unwrap()).unwrap();
    assert_eq!(model.files().nth(w.file()).unwrap().name(), "b");
    assert_eq!(model.tensors().len(), 2);
}

/// What a file says about itself goes into the log of the host, one line for each shard, and steers no terminal.
#[test]
fn warnings_are_logged_as_one_harmless_line_each() {
    let of = |name: &str, value: &str| {
        let metadata = format!(r#""__metadata__":{{"\u001b[2J\n":"{value}","x":"{value}"}}"#);
        file(format!("{{{metadata},{}}}", entry(name, "U8", "[4]", "[0,4]")), 4)
    };
    let root = plant(&vec![
        at("m-00001-of-00002.safetensors", of("v", "1")),
        at("m-00002-of-00002.safetensors", of("w", "2")),
        at("config.json", raw("{}")),
    ]);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let log = Arc::new(move |level, _: &str, text: &str| log.lock().unwrap().push((level, text.to_owned())));
    let model = Model::open(root.path(), &by(Access::Map), &Context::new().with_log(Level::Warn, log)).unwrap();
    assert_eq!((model.notes().len(), model.assets()), (1, ["config.json".to_owned()].as_slice()));
    let lines = lines.lock().unwrap();
    assert!(
        matches!(&lines[..], [(Level::Warn, line)] if line.contains("m-00002-of-00002.safetensors: metadata \"\\u{1b}[2J\\u{a}\""))
    );
}
