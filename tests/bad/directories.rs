//! Directories that hold no model, or more than one.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use weighbridge::Kind::{Format, InvalidArgument, Io, NotFound, Unsupported};
use weighbridge::{Access, Context, Model};

use crate::bytes::{index, tensors};
use crate::trees::{Item, Row, at, plant, refuse_all};
use crate::{assert_says, by};

#[test]
fn broken_directories_are_refused() {
    assert_eq!(refuse_all([nothing(), several(), special()].concat()), 22);
}

/// Nobody can name it, so it would be left out of the model in silence.
#[test]
fn a_shard_whose_name_is_not_utf8_is_refused() {
    let root = plant(&vec![at("a.safetensors", tensors(&["v"]))]);
    std::fs::write(root.path().join(OsStr::from_bytes(b"w\xff.safetensors")), tensors(&["w"])).unwrap();
    let error = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap_err();
    assert_says("shard", &error, Format, &[r"w\xff.safetensors: ", "not UTF-8"]);
    std::fs::write(root.path().join("model.safetensors.index.json"), index(&[("v", "a.safetensors")])).unwrap();
    let model = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap();
    assert!(model.warnings().iter().any(|warning| warning.contains(r"w\xff.safetensors")), "{:?}", model.warnings());
}

fn nothing() -> Vec<Row> {
    vec![
        ("empty directory", vec![], "", Unsupported, &["holds no model"]),
        ("only a configuration", vec![at("config.json", "{}")], "", Unsupported, &["holds no model"]),
        ("only folders", vec![("model.safetensors", Item::Folder)], "", Unsupported, &["holds no model"]),
        ("only a FIFO", vec![("model.safetensors", Item::Fifo)], "", Unsupported, &["holds no model"]),
        ("only another format", vec![at("pytorch_model.bin", "PK\x03\x04")], "", Unsupported, &["holds no model"]),
        ("nothing there", vec![], "model.safetensors", NotFound, &["model.safetensors", "cannot open the file"]),
        ("text", vec![at("README.md", "# A model\n")], "README.md", Unsupported, &["README.md", "this is not a model"]),
    ]
}

fn several() -> Vec<Row> {
    const A: &str = "a.safetensors.index.json";
    const B: &str = "b.safetensors.index.json";
    let shard = tensors(&["w"]);
    let of = index(&[("w", "w.safetensors")]);
    let set = |names: &[&'static str]| names.iter().map(|name| at(name, tensors(&[name]))).collect();
    vec![
        ("two indices", vec![at(A, &of), at(B, &of), at("w.safetensors", &shard)], "", InvalidArgument, &[A, B]),
        (
            "tensor in two shards",
            vec![at("a.safetensors", &shard), at("b.safetensors", &shard)],
            "",
            Format,
            &["w: ", "a.safetensors, b.safetensors"],
        ),
        (
            "last shard of a set missing",
            set(&["m-00001-of-00003.safetensors", "m-00002-of-00003.safetensors"]),
            "",
            NotFound,
            &["m-00003-of-00003.safetensors", "incomplete download"],
        ),
        (
            "first shard of a set missing",
            set(&["m-00002-of-00002.safetensors"]),
            "",
            NotFound,
            &["m-00001-of-00002.safetensors", "incomplete download"],
        ),
        (
            "shard of one set of two missing",
            set(&["m-00001-of-00001.safetensors", "n-00001-of-00002.safetensors"]),
            "",
            NotFound,
            &["n-00002-of-00002.safetensors"],
        ),
        (
            "shard of a set of 99,999",
            set(&["m-00001-of-99999.safetensors"]),
            "",
            NotFound,
            &["m-00002-of-99999.safetensors"],
        ),
        (
            "second shard broken",
            vec![at("a.safetensors", &shard), at("b.safetensors", "version https://git-lfs.github.com/spec/v1\n")],
            "",
            Format,
            &["b.safetensors", "git-lfs pointer"],
        ),
    ]
}

fn special() -> Vec<Row> {
    let only = |item| vec![("model.safetensors", item)];
    let shard = tensors(&["w"]);
    let outside = vec![at("a.safetensors", tensors(&["v"])), ("b.safetensors", Item::Link("/dev/zero"))];
    vec![
        ("FIFO by its path", only(Item::Fifo), "model.safetensors", Format, &["found a FIFO"]),
        (
            "link to a FIFO",
            vec![("model.safetensors", Item::Link("b")), ("b", Item::Fifo)],
            "",
            Format,
            &["found a FIFO"],
        ),
        ("device", vec![], "/dev/zero", Format, &["/dev/zero", "found a device"]),
        ("link to a device", only(Item::Link("/dev/zero")), "", Format, &["found a device"]),
        ("link to nothing", only(Item::Link("nowhere")), "", NotFound, &["model.safetensors"]),
        ("link in a circle", only(Item::Link("model.safetensors")), "", Io, &["model.safetensors", "cannot open"]),
        ("second shard outside", outside, "", Format, &["b.safetensors", "outside the model's directory"]),
        ("file as a folder", vec![at("a", shard)], "a/model.safetensors", Io, &["cannot open the file"]),
    ]
}
