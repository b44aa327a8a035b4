//! Files that are well, and more than the caller allows.

use std::fs::File;

use weighbridge::{Access, Context, Kind, Limits, Model, OpenOptions, PlanOptions, Target};

use super::trees::{Tree, at, plant};
use super::{assert_says, by};
use crate::common::skip;
use crate::headers::{declared, entry, index, tensors};

const INDEX: &str = "model.safetensors.index.json";

/// A model that opens with the limits of the row's last column, and not with one less.
type Row = (&'static str, Tree, fn(u64) -> Limits, u64, &'static str);

fn rows() -> Vec<Row> {
    let header_bytes = |header_bytes| Limits { header_bytes, ..Limits::default() };
    let tensors_of = |tensors| Limits { tensors, ..Limits::default() };
    let files = |files| Limits { files, ..Limits::default() };
    let (single, many) = (tensors(&["v", "w"]), tensors(&["a", "b", "c", "d"]));
    // Longer than the headers, which are measured by the same limit.
    let text = format!(
        "{:300}",
        String::from_utf8(index(&[("v", "m-00001-of-00002.safetensors"), ("x", "m-00002-of-00002.safetensors")]))
            .unwrap()
    );
    let (header_len, index_len) = (single.len() as u64 - 16, text.len() as u64);
    let shards = vec![at("m-00001-of-00002.safetensors", &single), at("m-00002-of-00002.safetensors", tensors(&["x"]))];
    let indexed = [vec![at(INDEX, &text)], shards.clone()].concat();
    let sums = format!("{:064x}  other\n", 0);
    let covered = vec![at("model.safetensors", tensors(&["w"])), at("SHA256SUMS", &sums)];
    // Two spellings of one name are one file.
    let aliased = vec![at(INDEX, index(&[("v", "a"), ("w", "./a")])), at("a", &single)];
    vec![
        ("bytes of a header", vec![at("model.safetensors", &single)], header_bytes, header_len, "the header has"),
        ("bytes of an index", indexed.clone(), header_bytes, index_len, "the index has"),
        ("bytes of a manifest", covered, header_bytes, sums.len() as u64, "the manifest has"),
        (
            "tensors of a file",
            vec![at("model.safetensors", &single)],
            tensors_of,
            2,
            "the model has more than 1 tensor, which is",
        ),
        ("tensors of shards", shards.clone(), tensors_of, 3, "the model has more than 2 tensors, which is"),
        ("tensors of shards, one unindexed", indexed.clone(), tensors_of, 3, "the model has more than 2 tensors"),
        ("tensors of a file of two spellings", aliased, tensors_of, 2, "the model has 2 tensors"),
        (
            "more tensors than were counted",
            vec![at("model.safetensors", &many)],
            tensors_of,
            4,
            "the model has more than 3 tensors",
        ),
        ("files of an index", indexed, files, 2, "the model has 2 files"),
        ("files of a directory", shards, files, 2, "the model has 2 files"),
    ]
}

#[test]
fn limits_are_exact() {
    let rows = rows();
    for (name, tree, limits, enough, words) in &rows {
        let root = plant(tree);
        let open = |limits| Model::open(root.path(), &OpenOptions { limits, ..by(Access::Read) }, &Context::new());
        open(limits(*enough)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let error = open(limits(enough - 1)).expect_err(name);
        assert_says(name, &error, Kind::Limit, &[words, "the limit of this open"]);
        assert_eq!(error.option(), Some(field(&limits(0))), "{name}");
    }
}

/// The limit that is 0.
fn field(limits: &Limits) -> &'static str {
    match limits {
        Limits { header_bytes: 0, .. } => "header_bytes",
        Limits { tensors: 0, .. } => "tensors",
        Limits { files: 0, .. } => "files",
        _ => "heap_bytes",
    }
}

#[test]
fn a_given_manifest_is_limited_too() {
    let limits = Limits { header_bytes: 200, ..Limits::default() };
    let options = OpenOptions { manifest: Some(vec![b' '; 201]), limits, ..OpenOptions::default() };
    let error = Model::from_memory(tensors(&["w"]).into(), &options, &Context::new()).unwrap_err();
    assert_says("given manifest", &error, Kind::Limit, &["the manifest has 201 bytes"]);
}

/// Two files of nine tebibytes cost nothing on a disk; a plan keeps something for every few megabytes of them.
#[test]
fn sparse_files_open_and_are_not_planned() {
    const DATA: u64 = 9 << 40;
    let root = tempfile::tempdir().unwrap();
    for (number, name) in [(1, "v"), (2, "w")] {
        let header = format!("{{{}}}", entry(name, "U8", &format!("[{DATA}]"), &format!("[0,{DATA}]")));
        let path = root.path().join(format!("m-0000{number}-of-00002.safetensors"));
        std::fs::write(&path, declared(header.len() as u64, &header, 0)).unwrap();
        let grown = File::options().write(true).open(&path).unwrap().set_len(8 + header.len() as u64 + DATA);
        if let Err(e) = grown {
            return skip(&format!("needs a file system with sparse files of nine tebibytes: {e}"));
        }
    }
    let model = Model::open(root.path(), &by(Access::Read), &Context::new()).unwrap();
    for target in [Target::None, Target::Host] {
        let error = model.plan(&PlanOptions { target, ..PlanOptions::default() }).map(|_| ()).unwrap_err();
        assert_says("sparse files", &error, Kind::Limit, &["more than 17592186044416 bytes"]);
    }
    let error = model.verify().unwrap_err();
    assert_says("sparse files", &error, Kind::Limit, &["more than 17592186044416 bytes"]);
    assert_eq!(error.option(), None, "it is the same for every open");
}
