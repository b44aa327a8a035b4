//! Indices that lie, and shards that are not what they should be.

use weighbridge::Kind::{Format, Io, NotFound, Unsupported};
use weighbridge::{Context, Model, OpenOptions};

use super::trees::{Item, Row, Tree, at, refuse_all};
use super::{assert_says, in_time};
use crate::headers::{index, raw, tensor, tensors};

const INDEX: &str = "model.safetensors.index.json";

/// An index beside two shards that are well: `v` and `w` in `a`, `x` in `b`.
fn beside(index: impl AsRef<[u8]>) -> Tree {
    vec![at(INDEX, index), at("a", tensors(&["v", "w"])), at("b", tensors(&["x"]))]
}

/// An index that assigns `w` to this shard, beside what the shard is.
fn shard(name: &'static str, path: &'static str, item: Item) -> Tree {
    vec![at(INDEX, index(&[("w", name)])), (path, item)]
}

/// An index with this text as its weight map.
fn map(text: &str) -> Tree {
    beside(format!(r#"{{"weight_map":{text}}}"#))
}

#[test]
fn broken_indices_are_refused() {
    assert_eq!(refuse_all([texts(), weight_maps(), missing()].concat()), 31);
}

#[test]
fn names_of_shards_lead_nowhere_else() {
    assert_eq!(refuse_all([names(), kinds(), contents()].concat()), 36);
}

fn texts() -> Vec<Row> {
    let deep = r#"{"metadata":"#.repeat(100_000);
    let page = "<html><body>Not found</body></html>";
    vec![
        ("empty", beside(""), "", Format, &[INDEX, "an empty file"]),
        ("empty, by its path", beside(""), INDEX, Format, &[INDEX, "an empty file"]),
        ("error page", beside(page), INDEX, Format, &[INDEX, "a web page"]),
        ("cut", beside(r#"{"weight_map":{"w":"a"}"#), "", Format, &[INDEX, "ends in the middle", "(at byte 22)"]),
        ("list at the root", beside(r#"[{"w":"a"},null]"#), "", Format, &["expected an object", "(at byte 0)"]),
        ("more after the end", beside(r#"{"weight_map":{"w":"a"}},"#), "", Format, &["trailing characters"]),
        ("NUL bytes as padding", beside("{\"weight_map\":{\"w\":\"a\"}}\0"), "", Format, &["padded with NUL bytes"]),
        (
            "not UTF-8",
            beside(b"{\"weight_map\":{\"w\":\"a\"},\"x\":\"\xff\"}"),
            "",
            Format,
            &["not UTF-8", "(at byte 29)"],
        ),
        ("100,000 deep", beside(deep), "", Format, &["not valid JSON"]),
        ("metadata a list", beside(r#"{"metadata":[4],"weight_map":{"w":"a"}}"#), "", Format, &["expected an object"]),
        (
            "metadata twice",
            beside(r#"{"metadata":{},"metadata":{},"weight_map":{"w":"a"}}"#),
            "",
            Format,
            &["duplicate"],
        ),
        (
            "total_size twice",
            beside(r#"{"metadata":{"total_size":1,"total_size":2},"weight_map":{"w":"a"}}"#),
            "",
            Format,
            &["duplicate field `total_size`"],
        ),
    ]
}

fn weight_maps() -> Vec<Row> {
    vec![
        ("no weight map", beside(r#"{"metadata":{"total_size":8}}"#), "", Format, &["missing field `weight_map`"]),
        ("empty weight map", map("{}"), "", Format, &[INDEX, "the weight map is empty"]),
        ("weight map null", map("null"), "", Format, &["expected an object of tensor names"]),
        ("weight map a list", map(r#"[["w","a"]]"#), "", Format, &["expected an object of tensor names"]),
        ("weight map a text", map(r#""a""#), "", Format, &["expected an object of tensor names"]),
        ("weight map twice", beside(r#"{"weight_map":{"w":"a"},"weight_map":{"w":"a"}}"#), "", Format, &["duplicate"]),
        ("shard a number", map(r#"{"w":1}"#), "", Format, &["expected a string"]),
        ("shard null", map(r#"{"w":null}"#), "", Format, &["expected a string"]),
        ("shards of one tensor in a list", map(r#"{"w":["a","b"]}"#), "", Format, &["expected a string"]),
        ("tensor twice", map(r#"{"w":"a","x":"b","w":"a"}"#), "", Format, &["w: ", "two entries of this name"]),
        ("tensor in two shards", map(r#"{"w":"a","w":"b"}"#), "", Format, &["w: ", "two entries of this name"]),
        ("tensor twice, once escaped", map(r#"{"w":"a","\u0077":"b"}"#), "", Format, &["w: ", "two entries"]),
    ]
}

fn missing() -> Vec<Row> {
    vec![
        (
            "missing shard",
            map(r#"{"w":"a","y":"c","z":"c"}"#),
            "",
            NotFound,
            &["c: ", "2 tensors", "incomplete download"],
        ),
        ("missing folder", map(r#"{"w":"c/a"}"#), INDEX, NotFound, &["c/a: ", INDEX, "incomplete download"]),
        (
            "link to nothing",
            shard("c", "c", Item::Link("nowhere")),
            "",
            NotFound,
            &["c: ", "a link to \"nowhere\"", "which is not there"],
        ),
        ("tensor missing from its shard", map(r#"{"w":"b","x":"b"}"#), "", Format, &["w: ", "\"b\"", "no such tensor"]),
        (
            "tensor of another shard",
            map(r#"{"v":"a","w":"a","x":"a"}"#),
            "",
            Format,
            &["x: ", "\"a\"", "no such tensor"],
        ),
        ("name in another case", map(r#"{"W":"a"}"#), "", Format, &["W: ", "no such tensor"]),
        ("index of a missing path", beside(index(&[("w", "a")])), "other.index.json", NotFound, &["other.index.json"]),
    ]
}

fn names() -> Vec<Row> {
    let leads: &[&str] = &["the name of a file of the model"];
    let long = "a".repeat(401);
    let longer = format!("{}a", "./".repeat(2048));
    vec![
        ("no name", map(r#"{"w":""}"#), "", Format, &["is empty"]),
        ("parent", map(r#"{"w":".."}"#), "", Format, leads),
        ("file of the parent", map(r#"{"w":"../a"}"#), "", Format, &["../a", "contains \"..\""]),
        ("parent on the way", map(r#"{"w":"c/../a"}"#), "", Format, &["contains \"..\""]),
        ("absolute", map(r#"{"w":"/etc/hostname"}"#), "", Format, &["/etc/hostname", "is absolute"]),
        ("drive", map(r#"{"w":"C:a"}"#), "", Format, &["is absolute"]),
        ("backslash", map(r#"{"w":"..\\a"}"#), "", Format, &["contains a backslash"]),
        ("file spelled as a folder", map(r#"{"w":"a/"}"#), "", Format, &["a/: ", "leads to a directory"]),
        ("file spelled as what is in it", map(r#"{"w":"a/."}"#), "", Format, &["leads to a directory"]),
        ("NUL", map(r#"{"w":"a\u0000b"}"#), "", Format, &["contains a NUL"]),
        ("401 bytes", map(&format!(r#"{{"w":"{long}"}}"#)), "", Format, &["more than 255 bytes"]),
        ("4,097 bytes", map(&format!(r#"{{"w":"{longer}"}}"#)), "", Format, &["more than 4096 bytes"]),
        ("control characters", map(r#"{"w":"\u001b[2J\n"}"#), "", NotFound, &["\\u{1b}[2J\\u{a}: "]),
    ]
}

fn kinds() -> Vec<Row> {
    let outside = ["leads to", "outside the model's directory"].as_slice();
    let linked = |item| [shard("a", "a", Item::Link("b")), vec![("b", item)]].concat();
    let below =
        |name, link| vec![at("m/model.safetensors.index.json", index(&[("w", name)])), at("a", tensors(&["w"])), link];
    vec![
        ("the folder itself", shard(".", "b", Item::Folder), "", Format, &["expected a regular file", "a directory"]),
        ("folder", shard("a", "a", Item::Folder), "", Format, &["expected a regular file, found a directory"]),
        ("FIFO", shard("a", "a", Item::Fifo), "", Format, &["expected a regular file, found a FIFO"]),
        ("link to a FIFO", linked(Item::Fifo), "", Format, &["found a FIFO"]),
        ("link to a folder", linked(Item::Folder), "", Format, &["found a directory"]),
        ("link to a device", shard("a", "a", Item::Link("/dev/zero")), "", Format, outside),
        ("link to an absolute path", shard("a", "a", Item::Link("/etc/passwd")), "", Format, outside),
        ("link to the process", shard("a", "a", Item::Link("/proc/self/environ")), "", Format, outside),
        (
            "link in a circle",
            shard("a", "a", Item::Link("a")),
            "",
            NotFound,
            &["a: ", "it is a link to \"a\", which leads in a circle"],
        ),
        (
            "folder that is a link in a circle",
            shard("b/a", "b", Item::Link("b")),
            "",
            NotFound,
            &["b/a: the shard is missing"],
        ),
        ("link out of the folder", below("a", ("m/a", Item::Link("../a"))), "m", Format, outside),
        (
            "one shard by its name and by a link",
            vec![at(INDEX, index(&[("v", "a"), ("w", "b")])), at("a", tensors(&["v", "w"])), ("b", Item::Link("a"))],
            "",
            Format,
            &["/b: ", "the same file as the shard \"a\""],
        ),
        ("folder that leads out", below("up/a", ("m/up", Item::Link(".."))), "m", Format, outside),
        ("file as a folder", map(r#"{"w":"a/w"}"#), "", Io, &["a/w", "cannot open the file"]),
    ]
}

fn contents() -> Vec<Row> {
    let file = |bytes: &[u8]| shard("a", "a", Item::File(bytes.to_vec()));
    let pointer = raw("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n");
    vec![
        ("git-lfs pointer", file(&pointer), "", Format, &["/a: ", "git-lfs pointer", "git lfs pull"]),
        ("error page", file(b"<html>404</html>"), "", Format, &["/a: ", "a web page"]),
        ("empty shard", file(b""), "", Format, &["/a: ", "an empty file"]),
        ("zeros", file(&[0; 4096]), "", Format, &["/a: ", "zeros"]),
        ("zip archive", file(b"PK\x03\x04\x00\x00\x08\x08\x00\x00"), "", Format, &["/a: ", "a zip archive"]),
        ("cut shard", file(&tensor("U8", "[4]", "[0,4]", 3)), "", Format, &["/a: ", "ends 1 bytes early"]),
        ("broken shard", file(&tensor("U8", "[4]", "[4,8]", 8)), "", Format, &["/a: ", "w: ", "leaves a gap"]),
        ("index as a shard", map(&format!(r#"{{"w":"{INDEX}"}}"#)), "", Format, &[INDEX, "text, which begins"]),
        ("index of an index", file(&index(&[("w", "a")])), "", Format, &["/a: ", "text, which begins"]),
    ]
}

/// There are no files beside memory, whatever an index in it says.
#[test]
fn an_index_in_memory_reaches_no_files() {
    for format in [None, Some("safetensors".to_owned())] {
        let options = OpenOptions { format, ..OpenOptions::default() };
        let open = move || Model::from_memory(index(&[("w", "a")]).into(), &options, &Context::new());
        let error = in_time("index in memory", open).unwrap_err();
        assert_says("index in memory", &error, Unsupported, &["cannot name other files"]);
    }
}
