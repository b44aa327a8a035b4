//! Directories that hold no model, or more than one.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use weighbridge::Kind::{Format, InvalidArgument, Io, NotFound, Unsupported};
use weighbridge::{Access, Context, Model, OpenOptions};

use super::trees::{Item, Row, at, plant, refuse_all};
use super::{assert_says, by};
use crate::headers::{index, tensors};

#[test]
fn broken_directories_are_refused() {
    assert_eq!(refuse_all([nothing(), several(), special()].concat()), 33);
}

/// Nobody can name it, so it would be left out of the model in silence.
#[test]
fn a_shard_whose_name_is_not_utf8_is_refused() {
    let root = plant(&vec![at("a.safetensors", tensors(&["v"]))]);
    std::fs::write(root.path().join(OsStr::from_bytes(b"w\xff.safetensors")), tensors(&["w"])).unwrap();
    let error = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap_err();
    assert_says(
        "shard",
        &error,
        Format,
        &[r"w\xff.safetensors: ", "not UTF-8", "rename it, or open a model by its own path"],
    );
    Model::open(root.path().join("a.safetensors"), &by(Access::Map), &Context::new()).unwrap();
    Model::open(root.path().join(OsStr::from_bytes(b"w\xff.safetensors")), &by(Access::Map), &Context::new()).unwrap();
    std::fs::write(root.path().join("model.safetensors.index.json"), index(&[("v", "a.safetensors")])).unwrap();
    let model = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap();
    assert!(model.notes().iter().any(|note| note.message.contains(r"w\xff.safetensors")), "{:?}", model.notes());
}

/// Other systems take such names for paths, so no model can mean these files. The rest of the directory is good.
#[test]
fn files_that_nothing_can_name_are_left_out_with_a_note() {
    let root = plant(&vec![at("model.safetensors", tensors(&["v"])), at("a\\b.txt", "x"), at("C:c.txt", "x")]);
    std::fs::write(root.path().join(OsStr::from_bytes(b"w\xff.txt")), "x").unwrap();
    let model = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap();
    for name in [r"a\\b.txt", "C:c.txt", r"w\xff.txt"] {
        let is_note =
            |note: &weighbridge::Finding| note.message.contains(&format!("\"{name}\"")) || note.message.contains(name);
        assert!(model.notes().iter().any(is_note), "{name}: {:?}", model.notes());
    }
    assert!(model.assets().is_empty(), "{:?}", model.assets());
    model.verify().unwrap();
    let sums = weighbridge::write::Manifests::of(&model).unwrap().checksums();
    assert!(sums.ends_with("  model.safetensors\n") && sums.lines().count() == 1, "{sums}");
}

/// Neither is left out in silence: one of them may be a shard, or the model.
#[test]
fn weights_that_nothing_can_name_are_refused_without_an_index() {
    for (odd, words) in [(&b"w\xff.safetensors"[..], "not UTF-8"), (b"b\\w.safetensors", "a backslash")] {
        for beside in [vec![at("a.safetensors", tensors(&["v"]))], vec![]] {
            let root = plant(&beside);
            std::fs::write(root.path().join(OsStr::from_bytes(odd)), tensors(&["w"])).unwrap();
            let error = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
            assert!(error.to_string().contains("w") && error.message().contains("rename it, or open"), "{error}");
        }
    }
}

fn nothing() -> Vec<Row> {
    vec![
        ("empty directory", vec![], "", Unsupported, &["holds no model"]),
        ("only a configuration", vec![at("config.json", "{}")], "", Unsupported, &["holds no model"]),
        ("only folders", vec![("model.safetensors", Item::Folder)], "", Unsupported, &["holds no model"]),
        ("only a FIFO", vec![("model.safetensors", Item::Fifo)], "", Unsupported, &["holds no model"]),
        (
            "only what macOS keeps",
            vec![at("._model.safetensors", "\0\x05\x16\x07")],
            "",
            Unsupported,
            &["it holds ._model.safetensors, which is an AppleDouble file", "but \"model.safetensors\" is not there"],
        ),
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
            vec![at("m-00001-of-00002.safetensors", &shard), at("m-00002-of-00002.safetensors", &shard)],
            "",
            Format,
            &["w: ", "m-00001-of-00002.safetensors, m-00002-of-00002.safetensors"],
        ),
        (
            "two strangers",
            set(&["a.safetensors", "b.safetensors"]),
            "",
            InvalidArgument,
            &["several models", "a.safetensors, b.safetensors", "name one of them"],
        ),
        (
            "two sets and a stranger",
            set(&["m-00001-of-00001.safetensors", "n-1-of-1.safetensors", "o.safetensors"]),
            "",
            InvalidArgument,
            &["(m-00001-of-00001.safetensors, n-1-of-1.safetensors)"],
        ),
        (
            "an adapter and a base model of another name",
            set(&["adapter_model.safetensors", "base.safetensors"]),
            "",
            InvalidArgument,
            &["(adapter_model.safetensors, base.safetensors)"],
        ),
        (
            "two formats",
            vec![at("a.safetensors", &shard), at("b.onnx", "")],
            "",
            InvalidArgument,
            &["several formats", "a.safetensors, b.onnx", "name one of them"],
        ),
        (
            "two models of each of two formats",
            vec![at("a.onnx", ""), at("b.onnx", ""), at("c.safetensors", &shard), at("d.safetensors", &shard)],
            "",
            InvalidArgument,
            &["several formats (c.safetensors, d.safetensors, a.onnx, b.onnx): name one of them"],
        ),
        (
            "shard of a variant missing",
            set(&["m-00001-of-00002.fp16.safetensors"]),
            "",
            NotFound,
            &["m-00002-of-00002.fp16.safetensors", "incomplete download"],
        ),
        (
            "shard of a long number missing",
            set(&["m-00001-of-000163.safetensors"]),
            "",
            NotFound,
            &["m-00002-of-000163.safetensors", "missing, and 161 others of its set of 163", "incomplete download"],
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
            vec![
                at("m-00001-of-00002.safetensors", &shard),
                at("m-00002-of-00002.safetensors", "version https://git-lfs.github.com/spec/v1\n"),
            ],
            "",
            Format,
            &["m-00002-of-00002.safetensors", "git-lfs pointer"],
        ),
    ]
}

fn special() -> Vec<Row> {
    let only = |item| vec![("model.safetensors", item)];
    let shard = tensors(&["w"]);
    let outside = vec![
        at("m-00001-of-00002.safetensors", tensors(&["v"])),
        ("m-00002-of-00002.safetensors", Item::Link("/dev/zero")),
    ];
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
        (
            "link to nothing",
            only(Item::Link("nowhere")),
            "",
            NotFound,
            &["model.safetensors", "a link to \"nowhere\", which is not there"],
        ),
        (
            "link to nothing by its path",
            only(Item::Link("nowhere")),
            "model.safetensors",
            NotFound,
            &["model.safetensors", "a link to \"nowhere\", which is not there"],
        ),
        (
            "link in a circle",
            only(Item::Link("model.safetensors")),
            "",
            NotFound,
            &["model.safetensors: ", "it is a link to \"model.safetensors\", which leads in a circle"],
        ),
        (
            "link in a circle that is named",
            only(Item::Link("model.safetensors")),
            "model.safetensors",
            NotFound,
            &["it is a link to \"model.safetensors\", which leads in a circle"],
        ),
        (
            "manifest that is a link in a circle",
            vec![at("model.safetensors", tensors(&["v"])), ("SHA256SUMS", Item::Link("SHA256SUMS"))],
            "",
            NotFound,
            &["SHA256SUMS: ", "which leads in a circle"],
        ),
        (
            "second shard outside",
            outside,
            "",
            Format,
            &["m-00002-of-00002.safetensors", "outside the model's directory"],
        ),
        ("file as a folder", vec![at("a", shard)], "a/model.safetensors", Io, &["cannot open the file"]),
    ]
}

/// Whoever names the format is told that there is no such file, and no model of nothing is opened.
#[test]
fn a_named_format_has_to_be_there() {
    let root = plant(&vec![at("config.json", "{}")]);
    for format in ["onnx", "safetensors"] {
        let options = OpenOptions { format: Some(format.to_owned()), ..OpenOptions::default() };
        let error = Model::open(root.path(), &options, &Context::new()).unwrap_err();
        assert_says(format, &error, NotFound, &["the directory holds no", format]);
    }
}

/// The plain name is the model; what is left out is named, and stays an asset.
#[test]
fn a_plain_name_wins_and_the_others_are_named() {
    let shard = tensors(&["w"]);
    let cases: [(&str, &str, &str); 8] = [
        ("model.safetensors", "model.fp16.safetensors", "model.files.several"),
        ("model.safetensors", "model_1.safetensors", "model.files.several"),
        ("model-00001-of-00001.safetensors", "consolidated.safetensors", "model.files.several"),
        ("weights-1-of-1.safetensors", "adapter_model.safetensors", "model.files.several"),
        ("weights.safetensors", "weights.fp16.safetensors", "model.files.several"),
        ("model.safetensors", "model.fp16-00001-of-00003.safetensors", "model.files.several"),
        ("model.safetensors", "adapter_model.safetensors", "model.files.several"),
        ("model.safetensors", "decoder.onnx", "model.formats.several"),
    ];
    for (chosen, other, rule) in cases {
        let root = plant(&vec![at(chosen, &shard), at(other, tensors(&["v"])), at("._model.safetensors", "hidden")]);
        let model = Model::open(root.path(), &OpenOptions::default(), &Context::new()).unwrap();
        assert_eq!(model.files().map(|file| file.name().to_owned()).collect::<Vec<_>>(), [chosen]);
        assert_eq!(model.assets(), [other]);
        let [note] = model.notes() else { panic!("{other}: {:?}", model.notes()) };
        assert_eq!(note.rule, rule);
        assert!(note.message.contains(chosen) && note.message.contains(&other.replace("-00001-", "-*-")), "{note}");
    }
}

/// What an index does not name is told of a directory; whoever names the index has chosen.
#[test]
fn weights_that_no_index_names_are_told() {
    let shard = "model-00001-of-00001.safetensors";
    let index = |file: &str| format!(r#"{{"weight_map": {{"w": "{file}"}}}}"#);
    let indexed = || vec![at("model.safetensors.index.json", index(shard)), at(shard, tensors(&["w"]))];
    let cases = [
        vec![at("other.safetensors.index.json", index("o.safetensors")), at("o.safetensors", tensors(&["w"]))],
        vec![at("consolidated.safetensors", tensors(&["v"]))],
        vec![at("model.safetensors", tensors(&["w"]))],
        vec![at("w-1-of-2.safetensors", tensors(&["v"])), at("w-2-of-2.safetensors", tensors(&["w"]))],
    ];
    for others in cases {
        // A set is called by one name, and shards by that of their index.
        let name = |name: &str| {
            name.replace("-1-of-", "-*-of-")
                .replace("-2-of-", "-*-of-")
                .replace("o.safetensors", "other.safetensors.index.json")
        };
        let names: Vec<_> = others.iter().map(|(file, _)| name(file)).collect();
        let root = plant(&indexed().into_iter().chain(others).collect());
        let model = Model::open(root.path(), &OpenOptions::default(), &Context::new()).unwrap();
        let [note] = model.notes() else { panic!("{names:?}: {:?}", model.notes()) };
        assert_eq!(note.rule, "model.files.several");
        let (_, left_out) = note.message.split_once("is left out: ").unwrap();
        assert!(names.iter().all(|name| left_out.matches(&**name).count() == 1), "{note}");
        let index = root.path().join("model.safetensors.index.json");
        let named = Model::open(index, &OpenOptions::default(), &Context::new()).unwrap();
        assert!(named.notes().is_empty());
    }
    let root = plant(&indexed());
    assert!(Model::open(root.path(), &OpenOptions::default(), &Context::new()).unwrap().notes().is_empty());
}

/// One shard can be opened by itself, but nobody should take it for the model.
#[test]
fn a_shard_that_is_opened_alone_is_told() {
    let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    let root = plant(&names.iter().map(|name| at(name, tensors(&[name]))).collect());
    let open = |name: &str| Model::open(root.path().join(name), &OpenOptions::default(), &Context::new()).unwrap();
    let model = open(names[1]);
    let [note] = model.notes() else { panic!("{:?}", model.notes()) };
    assert_eq!((note.rule, &*note.path), ("safetensors.shard.alone", names[1]));
    assert!(note.message.contains("shard 2 of 2"), "{note}");
    assert!(open("").notes().is_empty());
    let only = plant(&vec![at("model-00001-of-00001.safetensors", tensors(&["w"]))]);
    let model = Model::open(only.path().join("model-00001-of-00001.safetensors"), &by(Access::Map), &Context::new());
    assert!(model.unwrap().notes().is_empty());
    let none = plant(&vec![at("model-00000-of-00000.safetensors", tensors(&["w"]))]);
    let model = Model::open(none.path().join("model-00000-of-00000.safetensors"), &by(Access::Map), &Context::new());
    assert!(model.unwrap().notes().is_empty(), "nothing is called a set of no shards");
}

/// Numbers are told as they are written, also those of more digits than any number of files has.
#[test]
fn numbers_of_any_count_of_digits_are_told_as_they_are() {
    const MANY: &str = "99999999999999999999999";
    let member = |number: &str| format!("model-{number}-of-{MANY}.safetensors");
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str| std::fs::write(root.path().join(name), tensors(&["w"])).unwrap();
    let open = |name: &str| Model::open(root.path().join(name), &by(Access::Map), &Context::new());
    write(&member("00001"));
    let words = [&*member("00002"), &format!("is missing, and nearly all others of its set of {MANY}: an incomplete")];
    assert_says("many", &open("").unwrap_err(), NotFound, &words);
    let alone = open(&member("00001")).unwrap();
    let [note] = alone.notes() else { panic!("{:?}", alone.notes()) };
    assert!(note.message.starts_with(&format!("by its name it is shard 1 of {MANY};")), "{note}");
    write(&member("000"));
    let words = [&*format!("it is shard 0 of {MANY}: expected a number from 1 to {MANY}")];
    assert_says("zero", &open("").unwrap_err(), Format, &words);
    std::fs::remove_file(root.path().join(member("000"))).unwrap();
    std::fs::remove_file(root.path().join(member("00001"))).unwrap();
    write(&format!("model-{MANY}-of-2.safetensors"));
    assert_says(
        "more",
        &open("").unwrap_err(),
        Format,
        &[&format!("it is shard {MANY} of 2: expected a number from 1 to 2")],
    );
}

/// A variant may have an index of its own.
#[test]
fn the_index_of_a_variant_is_an_index() {
    let shards = ["model-00001-of-00002.fp16.safetensors", "model-00002-of-00002.fp16.safetensors"];
    let index_name = "model.safetensors.index.fp16.json";
    let map = index(&[("v", shards[0]), ("w", shards[1])]);
    let whole = || vec![at(shards[0], tensors(&["v"])), at(shards[1], tensors(&["w"])), at(index_name, &map)];
    let files = |root: &tempfile::TempDir| {
        let model = Model::open(root.path(), &by(Access::Map), &Context::new()).unwrap();
        model.files().map(|file| file.name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(files(&plant(&whole())), shards);
    let plain = at("model.safetensors", tensors(&["v", "w"]));
    assert_eq!(files(&plant(&whole().into_iter().chain([plain]).collect())), ["model.safetensors"]);
    let error = Model::open(plant(&whole()[1..].to_vec()).path(), &by(Access::Map), &Context::new()).unwrap_err();
    assert_says("shard missing", &error, NotFound, &[shards[0], "index.fp16.json", "incomplete download"]);
}

/// Words for what is wrong: a download that was interrupted, an index that was left behind, a link into a cache that was pruned.
#[test]
fn missing_shards_are_told_from_stale_indices_and_dead_links() {
    const INDEX: &str = "model.safetensors.index.json";
    let of_four = ["model-00001-of-00004.safetensors", "model-00004-of-00004.safetensors"];
    let map = || at(INDEX, index(&[("v", of_four[0]), ("w", of_four[1])]));
    let shard = |name: &'static str| at(name, tensors(&[name]));
    let first = || at(of_four[0], tensors(&["v"]));
    let new_set = || [shard("model-00001-of-00002.safetensors"), shard("model-00002-of-00002.safetensors")];
    let other_set = || [shard("pytorch_model-1-of-2.safetensors"), shard("pytorch_model-2-of-2.safetensors")];
    let rows = [
        (vec![map(), first()], vec!["1 tensor that", "an incomplete download; download the file again"], "stale"),
        (
            vec![map(), first(), at("model-00004-of-00004.safetensors.incomplete", "")],
            vec!["there is model-00004-of-00004.safetensors.incomplete, by its name an unfinished download"],
            "stale",
        ),
        (
            [vec![map()], other_set().to_vec()].concat(),
            vec!["the index is stale", "\"pytorch_model-*-of-2.safetensors\""],
            "incomplete",
        ),
        ([vec![map(), first()], other_set().to_vec()].concat(), vec!["an incomplete download"], "stale"),
        (vec![map(), first(), shard("other.safetensors")], vec!["an incomplete download"], "stale"),
        (vec![map(), first(), shard("model-00001-of-00002.safetensors")], vec!["an incomplete download"], "stale"),
        (
            [vec![map()], new_set().to_vec()].concat(),
            vec!["the index is stale", "\"model-*-of-00002.safetensors\""],
            "incomplete",
        ),
        (vec![map(), shard("model.safetensors")], vec!["the index is stale", "\"model.safetensors\""], "incomplete"),
        (
            vec![map(), first(), (of_four[1], Item::Link("../blobs/x"))],
            vec!["a link to \"../blobs/x\"", "restore that file"],
            "incomplete",
        ),
        (
            vec![map(), first(), (of_four[1], Item::Link(of_four[1]))],
            vec!["a link to \"model-00004-of-00004.safetensors\", which leads in a circle", "restore that file"],
            "incomplete",
        ),
    ];
    for (entries, words, other) in rows {
        let root = plant(&entries);
        for path in ["", INDEX] {
            let error = Model::open(root.path().join(path), &by(Access::Map), &Context::new()).unwrap_err();
            assert_says("missing", &error, NotFound, &words);
            assert!(!error.to_string().contains(other), "{error}");
        }
    }
}
