//! Files of external data, and shards, that are something else, are missing, or have something in their place.

use std::fs;
use std::path::Path;

use weighbridge::Kind::{Format, NotFound};
use weighbridge::verify::Subject;
use weighbridge::{Access, Context, Kind, Model};

use super::strangers::{FILES, distributions, made, open, texts, written};
use super::trees::{Item, Tree, at, plant};
use super::{assert_says, by};
use crate::headers::{index, tensors};

/// A field of a message of less than 16 KiB: its number, and its contents.
fn field(number: u8, contents: &[u8]) -> Vec<u8> {
    let len = contents.len();
    [&[number << 3 | 2, len as u8 | 0x80, (len >> 7) as u8], contents].concat()
}

/// An ONNX model with the tensor `w`, whose bytes lie in another file.
pub fn onnx(location: &str, bytes: usize) -> Vec<u8> {
    model_of(&[tensor("w", location, bytes)])
}

fn model_of(tensors: &[Vec<u8>]) -> Vec<u8> {
    let tensors = tensors.iter().map(|tensor| field(5, tensor)).collect::<Vec<_>>().concat();
    let graph = [field(2, b"g"), tensors].concat();
    [vec![1 << 3, 8], field(8, &[2 << 3, 17]), field(7, &graph)].concat()
}

fn tensor(name: &str, location: &str, bytes: usize) -> Vec<u8> {
    let (low, high) = (bytes as u8 | 0x80, (bytes >> 7) as u8 | 0x80);
    let place = [field(1, b"location"), field(2, location.as_bytes())].concat();
    let tensor = [vec![1 << 3, low, high, (bytes >> 14) as u8], vec![2 << 3, 2], field(8, name.as_bytes())].concat();
    [tensor, field(13, &place), vec![14 << 3, 1]].concat()
}

#[test]
fn strangers_are_named_as_external_data() {
    for (name, bytes, words) in [written(), made(), texts()].concat() {
        let root = plant(&vec![at("model.onnx", onnx("model.onnx.data", 1 << 20)), at("model.onnx.data", &bytes)]);
        let error = open(root.path());
        assert_says(name, &error, Format, words);
        assert_says(name, &error, Format, &["model.onnx.data: w: ", "\"model.onnx\" expects 1048576 bytes"]);
        assert!(!error.message().contains("interrupted"), "{name}: {error}");
    }
    for (name, bytes, _) in distributions() {
        let root = plant(&vec![at("model.onnx", onnx("model.onnx.data", 1 << 20)), at("model.onnx.data", &bytes)]);
        let in_all = format!("the file has {} in all", bytes.len());
        let cause = if bytes.starts_with(&[0]) { "zeros only: its download never" } else { "cut off, or" };
        assert_says(name, &open(root.path()), Format, &[&*in_all, cause, "belongs to another model"]);
    }
}

/// An archive or a web page that is long enough opens, and is called what it is once.
#[test]
fn external_data_that_begins_like_another_format_is_told() {
    let notes = |bytes: &[u8]| {
        let root = plant(&vec![at("model.onnx", onnx("w.bin", bytes.len())), at("w.bin", bytes)]);
        let model = Model::open(root.path(), &by(Access::Read), &Context::new()).unwrap();
        model.notes().to_vec()
    };
    for (name, bytes, words) in [written(), made()].concat().into_iter().filter(|(_, bytes, _)| !bytes.is_empty()) {
        let found = notes(&bytes);
        let [note] = &found[..] else { panic!("{name}: {found:?}") };
        assert_eq!((note.rule, &*note.path), ("onnx.external.other", "w.bin"));
        assert!(words.iter().all(|word| note.message.contains(word)), "{note}");
    }
    let prose = b"This is not the file that you wanted, but one that somebody wrote by hand.";
    assert!(notes(prose)[0].message.contains("text, which begins \"This is not"));
    let numbers: Vec<u8> = (0..64).flat_map(|number| (number as f32 / 64.0).to_le_bytes()).collect();
    for weights in [&numbers[..], b"    ", b"A@A@A@", &[b'w'; 100], &[0; 5000]] {
        assert!(notes(weights).is_empty(), "{weights:?}");
    }
    for (_, bytes, _) in distributions() {
        assert!(notes(&bytes).is_empty());
    }
}

/// What lies in the place of a missing file is named with its cure, of shards and of external data alike.
#[test]
fn what_stands_for_a_missing_file_is_named() {
    let dvc = fs::read(Path::new(FILES).join("model.dvc")).unwrap();
    const ANNEX: &str = "../.git/annex/objects/Xx/0z/SHA256E-s12--0a.bin/SHA256E-s12--0a.bin";
    let rows: [(_, &[&str]); 4] = [
        (("w.bin", Item::Link("gone")), &["it is a link to \"gone\", which is not there: restore that file"]),
        (
            ("w.bin", Item::Link("./w.bin")),
            &["it is a link to \"./w.bin\", which leads in a circle", "restore that file"],
        ),
        (("w.bin", Item::Link(ANNEX)), &["which is not there, a git-annex pointer", "git annex get"]),
        (at("w.bin.dvc", dvc), &["there is \"w.bin.dvc\", which is a DVC file", "`dvc pull`"]),
    ];
    for (beside, words) in rows {
        let index = at("model.safetensors.index.json", index(&[("w", "w.bin")]));
        for model in [at("model.onnx", onnx("w.bin", 4)), index] {
            let root = plant(&vec![model, beside.clone()]);
            let error = open(root.path());
            assert_says("missing", &error, NotFound, words);
            assert!(!error.message().contains("incomplete") && !error.message().contains("another name"), "{error}");
        }
    }
    let dvc = fs::read(Path::new(FILES).join("model.dvc")).unwrap();
    let shard = at("m-1-of-2.safetensors", tensors(&["v"]));
    let root = plant(&vec![shard, at("m-2-of-2.safetensors.dvc", dvc)]);
    assert_says(
        "set",
        &open(root.path()),
        NotFound,
        &["m-2-of-2.safetensors: the shard is missing: there is", "`dvc pull`"],
    );
}

/// A file that cannot be used is named with the model, the tensor and what lies there instead.
#[test]
fn external_data_that_cannot_be_opened_is_explained() {
    const NAMES: &str = "the model \"model.onnx\" names the file";
    let model = |location: &str| at("model.onnx", onnx(location, 4));
    let rows: Vec<(_, Tree, Kind, &[&str])> = vec![
        ("missing", vec![model("w.bin")], NotFound, &["w.bin: w: ", NAMES, "is missing: put it where"]),
        (
            "renamed",
            vec![model("model.onnx.data"), at("decoder.onnx.data", "1234"), at("config.json", "{}")],
            NotFound,
            &["model.onnx.data: w: ", "is missing: there is \"decoder.onnx.data\", which may be the file"],
        ),
        ("another case", vec![model("W.bin"), at("w.bin", "1234")], NotFound, &["there is \"w.bin\""]),
        ("unfinished", vec![model("w.data"), at("w.data.part", "12")], NotFound, &["there is \"w.data.part\""]),
        (
            "in a folder",
            vec![model("sub/w.bin"), at("sub/v.bin", "1234")],
            NotFound,
            &["there is \"sub/v.bin\", which"],
        ),
        ("absolute", vec![model("/w.bin")], Format, &["w: ", NAMES, "\"/w.bin\"", "is absolute"]),
        ("with backslashes", vec![model("sub\\w.bin")], Format, &["w: ", NAMES, "a backslash"]),
        (
            "too short",
            vec![model("w.bin"), at("w.bin", b"\x01\x02\x03")],
            Format,
            &["w.bin: w: ", "\"model.onnx\" expects 4 bytes", "has 3 in all", "cut off, or belongs to another model"],
        ),
    ];
    for (name, tree, kind, words) in rows {
        let root = plant(&tree);
        let error = open(root.path());
        assert_says(name, &error, kind, words);
        assert_eq!(error.site().subject.as_deref(), Some("w"), "{name}: {error}");
        assert!(!error.message().contains("incomplete"), "{name}: {error}");
    }
}

/// Files that may be the missing one are named whatever they are called, and no others.
#[test]
fn contents_that_were_renamed_or_moved_are_found() {
    const DATA: [u8; 4] = [1, 2, 3, 4];
    let model = |name: &'static str, location: &str| at(name, onnx(location, 4));
    let found = |tree: Tree| {
        let root = plant(&tree);
        let error = Model::open(root.path().join(tree[0].0), &by(Access::Read), &Context::new()).unwrap_err();
        assert_says(tree[0].0, &error, NotFound, &["and it is missing: "]);
        error.message().rsplit("missing: ").next().unwrap().to_owned()
    };
    let renamed = |name: &str| format!("there is {name}, which may be the file under another name");
    let moved = |name: &str| format!("there is {name}, which may be the file in another folder");
    let rows: Vec<(Tree, String)> = vec![
        (vec![model("d.onnx", "d_model.onnx_data"), at("d.onnx.data", DATA)], renamed("\"d.onnx.data\"")),
        (vec![model("m.onnx", "weights.bin"), at("model.data", DATA)], renamed("\"model.data\"")),
        (vec![model("m.onnx", "m.data"), at("data/m.data", DATA)], moved("\"data/m.data\"")),
        (vec![model("m.onnx", "onnx/m.data"), at("m.data", DATA)], moved("\"m.data\"")),
        (
            vec![model("m.onnx", "m.data"), at("a/x", DATA), at("b", DATA), at("c", [1; 8]), at("m.bin", DATA)],
            moved("\"m.bin\", \"c\", \"b\"").replace("in another folder", "under another name"),
        ),
    ];
    for (tree, words) in rows {
        assert_eq!(found(tree), words);
    }
    // Too short, of another model, of another format, text, hidden, a model.
    for other in [
        vec![at("x", &DATA[..3])],
        vec![model("n.onnx", "n.onnx_data"), at("n.onnx_data", DATA), at("n.onnx.data", DATA)],
        vec![at("x.safetensors", tensors(&["w"]))],
        vec![at("pytorch_model.bak", fs::read(Path::new(FILES).join("checkpoint.pt")).unwrap())],
        vec![at("config.json", format!("{{{}}}", " ".repeat(100)))],
        vec![at(".x", DATA), at(".git/x", DATA)],
    ] {
        let tree = [vec![model("m.onnx", "m.data")], other].concat();
        assert_eq!(found(tree), "put it where the model expects it");
    }
    // Of another tensor of the same model.
    let both = model_of(&[tensor("v", "v.data", 4), tensor("w", "m.data", 4)]);
    assert_eq!(found(vec![at("m.onnx", both), at("v.data", DATA)]), "put it where the model expects it");
}

/// A model that names itself for its contents is one file.
#[test]
fn a_model_that_holds_its_own_external_data_is_one_file() {
    let root = plant(&vec![at("model.onnx", onnx("./model.onnx", 4))]);
    for path in [root.path().to_owned(), root.path().join("model.onnx")] {
        let model = Model::open(path, &by(Access::Read), &Context::new()).unwrap();
        assert_eq!(model.files().map(|file| file.name().to_owned()).collect::<Vec<_>>(), ["model.onnx"]);
        assert_eq!(model.bytes(0).unwrap(), onnx("./model.onnx", 4)[..4]);
        let report = model.verify().unwrap();
        let files = report.iter().filter(|line| matches!(line.subject, Subject::File(_)));
        assert_eq!(files.map(|line| line.subject.name()).collect::<Vec<_>>(), ["model.onnx"]);
    }
}
