//! Files that are something else than a model, wherever a model is expected: each is called what it is.
//!
//! Other programs wrote the files in `tests/strangers`; of the rest, of which no writer can be had, the first bytes are here.

use std::fs;
use std::path::Path;

use weighbridge::Kind::{Format, Unsupported};
use weighbridge::{Access, Context, Error, Kind, Model, OpenOptions};

use super::external::onnx;
use super::trees::{Tree, at, plant};
use super::{assert_says, by};
use crate::headers::{file, index, tensors};

pub const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/strangers/files");

/// What it is, its bytes, and words of the message.
pub type Stranger = (&'static str, Vec<u8>, &'static [&'static str]);

/// The files in the folder, and words that each has to be called by.
const WRITTEN: &[(&str, &[&str])] = &[
    ("Manifest.json", &["the manifest of a Core ML package"]),
    ("annex.bin", &["a git-annex pointer to a file of 56 bytes", "git annex get"]),
    ("armored.age", &["a file that age encrypted", "decrypt it first"]),
    ("armored.asc", &["a file that GnuPG encrypted", "decrypt it first"]),
    ("array.npy", &["an array of NumPy (.npy)", "safetensors.numpy.save_file"]),
    ("arrays.npz", &["an archive of NumPy arrays (.npz)", "safetensors.numpy.save_file"]),
    ("block-0.h5", &["an HDF5 file", "Keras"]),
    ("block-1024.h5", &["an HDF5 file"]),
    ("block-2048.h5", &["an HDF5 file"]),
    ("block-512.h5", &["an HDF5 file"]),
    ("checkpoint.pt", &["a checkpoint of PyTorch (a zip archive with a pickle)", "safetensors.torch.save_file"]),
    ("curve.gpg", &["a file that GnuPG encrypted"]),
    ("empty.zip", &["an empty zip archive"]),
    ("frozen.pb", &["a graph of TensorFlow", "tf2onnx"]),
    ("gnu.tar", &["a tar archive", "extract it first"]),
    ("legacy.pt", &["a pickle of PyTorch", "never executes", "safetensors.torch.save_file"]),
    (
        "lfs.bin",
        &[
            "a git-lfs pointer to a file of 56 bytes",
            "ee253c71b911485363890209ce92a2abf5749aaafbb7b2dc4d0894492fc2c6d7",
            "git lfs pull",
        ],
    ),
    ("model.7z", &["a 7z archive", "extract it first"]),
    ("model.age", &["a file that age encrypted"]),
    ("model.bundle", &["a bundle of a git repository"]),
    ("model.bz2", &["a file that bzip2 compressed", "decompress it first"]),
    ("model.dvc", &["a DVC file, a pointer to the file \"model.bin\" of 56 bytes", "dvc pull"]),
    ("model.gguf", &["a GGUF file", "open the model that it was converted from"]),
    ("model.gz", &["a file that gzip compressed", "decompress it first"]),
    ("model.keras", &["a model of Keras (.keras)", "format=\"onnx\""]),
    ("model.lz4", &["a file that lz4 compressed", "decompress it first"]),
    ("model.mar", &["a package for TorchServe (.mar)", "extract it first"]),
    ("model.mlmodel", &["a model of Core ML", "open the model that it was converted from"]),
    ("model.ort", &["a model in the ORT format of ONNX Runtime", "open the model that it was converted from"]),
    ("model.tflite", &["a model of TensorFlow Lite", "tf2onnx"]),
    ("model.xz", &["a file that xz compressed", "decompress it first"]),
    ("model.zip", &["a zip archive with the file \"export/model.safetensors\"", "extract it first"]),
    ("model.zst", &["a file that zstd compressed", "decompress it first"]),
    ("openssl.enc", &["a file that openssl encrypted", "decrypt it first"]),
    ("openvino.xml", &["a model of OpenVINO (IR)", "open the model that it was converted from"]),
    ("passphrase.gpg", &["a file that GnuPG encrypted", "decrypt it first"]),
    ("pax.tar", &["a tar archive", "extract it first"]),
    ("plain.zip", &["a zip archive", "extract it first"]),
    ("program.pt2", &["a program of torch.export (.pt2)", "torch.onnx.export"]),
    ("program.pte", &["a program of ExecuTorch"]),
    ("protocol-2.pkl", &["a pickle", "never executes"]),
    ("protocol-3.pkl", &["a pickle", "never executes"]),
    ("protocol-4.pkl", &["a pickle", "never executes"]),
    ("protocol-5.pkl", &["a pickle", "never executes"]),
    ("rsa.gpg", &["a file that GnuPG encrypted"]),
    ("saved_model.pb", &["a SavedModel of TensorFlow", "tf2onnx"]),
    ("script.pt", &["a TorchScript program", "torch.onnx.export"]),
    ("v7.tar", &["a tar archive", "extract it first"]),
];

pub fn written() -> Vec<Stranger> {
    let mut names: Vec<_> = fs::read_dir(FILES).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, WRITTEN.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    WRITTEN.iter().map(|(name, words)| (*name, fs::read(Path::new(FILES).join(name)).unwrap(), *words)).collect()
}

/// Files with bytes that their formats ask for.
pub fn made() -> Vec<Stranger> {
    let ultralytics = [&[14, 0, 0, 0], &br#"{"stride": 32}"#[..], b"ftrt\0\0\0\0"].concat();
    let rows: Vec<(_, &[u8], &'static [&'static str])> = vec![
        ("nothing", b"", &["an empty file"]),
        ("TensorRT plan", b"ftrt\0\0\0\0\x61\0\0\0", &["a TensorRT engine", "open the model that it was converted from"]),
        ("TensorRT plan of Ultralytics", &ultralytics, &["a TensorRT engine"]),
        ("old GGML", b"tjgg\x03\0\0\0\0\x7d\0\0", &["a format of GGML before GGUF"]),
        ("RAR archive", b"Rar!\x1a\x07\x01\0\x33\x92\xb5\xe5", &["a RAR archive", "extract it first"]),
        ("AppleDouble", b"\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02", &["an AppleDouble file", "name the file whose name"]),
        ("git-crypt", b"\0GITCRYPT\0\x01\x02\x03\x04", &["a file that git-crypt encrypted"]),
        ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &["a PNG image"]),
        ("ELF", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", &["a program or library of Linux"]),
        ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", &["a PDF document"]),
        ("zip archive that is cut off", b"PK\x03\x04\0\0\x08\x08\0\0archive/data.pkl", &["a zip archive"]),
        ("pickle without an end", b"\x80\x02}q\0(X\x06\0\0\0weight", &["a pickle", "never executes"]),
        ("Xet pointer", b"# xet version 0\nfilesize = 22137\nhash = '3a'\n", &["a Xet pointer to a file of 22137 bytes"]),
        (
            "git-lfs pointer without a size",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\n",
            &["a git-lfs pointer to a file with the SHA-256 4d7a214614ab2935", "git lfs pull"],
        ),
        (
            "error page",
            b"<!DOCTYPE html>\n<html><head><title>404\x1b[2J Not Found</title></head></html>",
            &["a web page, \"404\\u{1b}[2J Not Found\"", "error page"],
        ),
        ("error page after white space", b"\n\n  <HTML><body>Forbidden</body></HTML>", &["a web page"]),
        ("error page in another encoding", b"<html><head><title>\xc8\xd5\xb1\xbe</title>", &["a web page"]),
        (
            "error of S3",
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>It is gone.</Message></Error>",
            &["a server's error message, \"NoSuchKey: It is gone.\""],
        ),
        (
            "error of Azure",
            b"\xef\xbb\xbf<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code></Error>",
            &["a server's error message, \"BlobNotFound\""],
        ),
        ("SVG", b"<?xml version=\"1.0\"?>\n<svg></svg>", &["an XML document with the root \"svg\""]),
        (
            "error of the hub",
            br#"{"error":"Repository not found"}"#,
            &["a server's error message, \"{\"error\":\"Repository not found\"}\"", "download the file again"],
        ),
        ("error with spaces", br#"{ "error" : "No" }"#, &["a server's error message, \"{ \"error\" : \"No\" }\""]),
        ("error of GitHub", b"{\n  \"message\": \"Not Found\"\n}", &["a server's error message", "Not Found"]),
        ("no entry", b"Entry not found", &["a server's error message, \"Entry not found\""]),
        ("not signed in", b"Invalid username or password.", &["a server's error message, \"Invalid username or"]),
        (
            "no access",
            b"Access to model org/name is restricted. You must have access to it and be authenticated to access it.",
            &["a server's error message, \"Access to model org/name is restricted. You", "…\""],
        ),
        ("too many requests", b"Too Many Requests\n", &["a server's error message, \"Too Many Requests\""]),
        ("raw.githubusercontent.com", b"404: Not Found", &["a server's error message, \"404: Not Found\""]),
    ];
    rows.into_iter().map(|(name, bytes, words)| (name, bytes.to_vec(), words)).collect()
}

/// Text of which nothing is known.
pub fn texts() -> Vec<Stranger> {
    let rows: [(_, &[u8], &'static [&'static str]); 7] = [
        ("a sentence", b"# A model\n\nIt is small.\n", &["text, which begins \"# A model It is small.\""]),
        ("one letter", b"x", &["text, which begins \"x\""]),
        (
            "JSON",
            b"{\"architectures\": [\"LlamaForCausalLM\"]}",
            &["text, which begins \"{\"architectures\": [\"Llama"],
        ),
        (
            "colours of a terminal",
            b"\x1b[31mno space\x1b[0m",
            &["text, which begins \"\\u{1b}[31mno space\\u{1b}[0m\""],
        ),
        ("UTF-16", b"\xff\xfea\0 \0\x1b\0b\0", &["text, which begins \"a \\u{1b}b\""]),
        ("UTF-16, big-endian", b"\xfe\xff\0a\0b", &["text, which begins \"ab\""]),
        ("letters of other scripts", "模型 ü".as_bytes(), &["text, which begins \"模型 ü\""]),
    ];
    rows.into_iter().map(|(name, bytes, words)| (name, bytes.to_vec(), words)).collect()
}

/// Bytes that mean nothing, of which only the distribution is known. Contents of tensors may look so too.
pub fn distributions() -> Vec<Stranger> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let random = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    });
    vec![
        ("zeros", vec![0; 4096], &["begins with zeros only", "the download never filled it"]),
        ("eight zeros", vec![0; 8], &["begins with zeros only"]),
        ("zeros before data", [vec![0; 4096], vec![7; 100]].concat(), &["begins with zeros only"]),
        ("random bytes", random.take(5000).collect(), &["bytes that look random", "encrypted or compressed"]),
    ]
}

fn all() -> Vec<Stranger> {
    [written(), made(), texts(), distributions()].concat()
}

pub fn open(path: impl AsRef<Path>) -> Error {
    let path = path.as_ref();
    Model::open(path, &by(Access::Read), &Context::new()).map(|_| ()).expect_err(&path.display().to_string())
}

/// Whatever its name promises, a file is called what it is.
#[test]
fn strangers_are_named_under_every_name() {
    for (name, bytes, words) in all() {
        let root = plant(&vec![at("model.safetensors", &bytes), at("model.onnx", &bytes), at("blob", &bytes)]);
        for file in ["model.safetensors", "model.onnx", "blob"] {
            let error = open(root.path().join(file));
            let kind =
                if texts().iter().any(|(text, ..)| *text == name) && file == "blob" { Unsupported } else { Format };
            assert_says(name, &error, kind, words);
            assert_says(name, &error, kind, &[&*format!("{file}: "), "a format that this build reads"]);
            assert!(!error.message().contains("interrupted"), "{name}: {error}");
        }
        for format in ["safetensors", "onnx"] {
            let options = OpenOptions { format: Some(format.to_owned()), ..OpenOptions::default() };
            let opened = Model::from_memory(bytes.clone().into(), &options, &Context::new());
            assert_says(name, &opened.map(|_| ()).unwrap_err(), Format, words);
        }
    }
}

/// Whatever is left of it or changed in it, the file is no model, and nothing in it is believed.
#[test]
fn damaged_strangers_are_refused() {
    const STEPS: usize = 128;
    for (name, bytes, _) in [written(), made()].concat() {
        for at in (0..bytes.len()).step_by(1 + bytes.len() / STEPS) {
            let changed = [&bytes[..at], &[!bytes[at]], &bytes[at + 1..]].concat();
            for damaged in [bytes[..at].to_vec(), changed] {
                let opened = Model::from_memory(damaged.into(), &OpenOptions::default(), &Context::new());
                let error = opened.map(|_| ()).unwrap_err();
                assert_says(name, &error, error.kind(), &[]);
                assert!(matches!(error.kind(), Format | Unsupported), "{name}, changed at {at}: {error:?}");
            }
        }
    }
}

/// A directory is entered by the name of a file, and a shard by its place in a set or in an index.
#[test]
fn strangers_are_named_as_the_only_file_and_as_shards() {
    const FIRST: &str = "m-00001-of-00002.safetensors";
    const SECOND: &str = "m-00002-of-00002.safetensors";
    let of_both = index(&[("v", FIRST), ("w", SECOND)]);
    for (name, bytes, words) in all() {
        let set = || vec![at(FIRST, tensors(&["v"])), at(SECOND, &bytes)];
        let indexed = [set(), vec![at("model.safetensors.index.json", &of_both)]].concat();
        let trees = [
            (vec![at("model.safetensors", &bytes)], "model.safetensors: "),
            (vec![at("model.onnx", &bytes)], "model.onnx: "),
            (set(), "m-00002-of-00002.safetensors: "),
            (indexed, "m-00002-of-00002.safetensors: "),
        ];
        for (tree, file) in trees {
            let root = plant(&tree);
            let error = open(root.path());
            assert_says(name, &error, Format, words);
            assert_says(name, &error, Format, &[file]);
        }
        if texts().iter().all(|(text, ..)| *text != name) {
            let root = plant(&vec![at("model.safetensors.index.json", &bytes), at(FIRST, tensors(&["v"]))]);
            assert_says(name, &open(root.path()), Format, words);
        }
    }
}

/// Contents of tensors may be any bytes: those of a model that is well are never taken for something else.
#[test]
fn contents_of_tensors_may_look_like_anything() {
    for (name, bytes, _) in all().into_iter().filter(|(_, bytes, _)| !bytes.is_empty()) {
        let header = format!(r#"{{"w":{{"dtype":"U8","shape":[{0}],"data_offsets":[0,{0}]}}}}"#, bytes.len());
        let safetensors = [file(header, 0), bytes.clone()].concat();
        let models = [
            vec![at("model.safetensors", safetensors)],
            vec![at("model.onnx", onnx("model.onnx.data", bytes.len())), at("model.onnx.data", &bytes)],
        ];
        for tree in models {
            let root = plant(&tree);
            let model = Model::open(root.path(), &by(Access::Read), &Context::new());
            assert_eq!(model.unwrap().bytes(0).unwrap(), bytes, "{name}");
        }
    }
}

/// The file of another format that is read here, in the place of a shard.
#[test]
fn a_model_of_another_format_is_named_as_a_shard() {
    let shards = ["m-1-of-2.safetensors", "m-2-of-2.safetensors"];
    let root = plant(&vec![at(shards[0], tensors(&["v"])), at(shards[1], onnx("w.bin", 4))]);
    assert_says(
        "ONNX",
        &open(root.path()),
        Format,
        &["m-2-of-2.safetensors: ", "a file of onnx: expected one of safetensors"],
    );
}

/// What a directory without a model holds is said, also of files that are no models by their names.
#[test]
fn directories_say_what_they_hold_instead() {
    const HUB: &str = ".cache/huggingface/download/x.incomplete";
    let sample = |name: &str| fs::read(Path::new(FILES).join(name)).unwrap();
    let rows: Vec<(_, Tree, &[&str])> = vec![
        (
            "PyTorch",
            vec![at("pytorch_model.bin", sample("checkpoint.pt")), at("config.json", "{}")],
            &["it holds pytorch_model.bin, which is a checkpoint of PyTorch", "safetensors.torch.save_file"],
        ),
        (
            "the largest first",
            vec![at("a.h5", sample("block-0.h5")), at("model.GGUF", [&b"GGUF"[..], &[0; 900]].concat())],
            &["it holds model.GGUF, which is a GGUF file", "converted from; a.h5, which is an HDF5 file"],
        ),
        ("Core ML package", vec![at("Manifest.json", sample("Manifest.json"))], &["the manifest of a Core ML package"]),
        (
            "unknown contents",
            vec![at("weights.bin", b"\x01\x02"), at("b.bin", "text")],
            &["it holds b.bin; weights.bin"],
        ),
        (
            "many",
            ["a.bin", "b.bin", "c.bin", "d.bin", "e.bin"].map(|name| at(name, b"\x01")).into(),
            &["it holds a.bin; b.bin; c.bin; 2 more such files"],
        ),
        (
            "unfinished",
            vec![at("model.safetensors.incomplete", b"\x01"), at("b.onnx.crdownload", b"\x01")],
            &[
                "it holds b.onnx.crdownload, by its name an unfinished download; model.safetensors.incomplete, by its name",
            ],
        ),
        (
            "in a folder",
            vec![at("rev/sub/b.gguf", "GGUF"), at("rev/config.json", "{}")],
            &["it holds rev/sub/b.gguf, which is a GGUF file"],
        ),
        (
            "a description in a folder",
            vec![at("snapshots/rev/model_index.json", "{}"), at("snapshots/rev/config.json", "{}")],
            &["it holds \"snapshots/rev/model_index.json\", but the weights are missing: download them, too"],
        ),
        (
            "the largest model of a store",
            vec![
                at("oci-layout", "{}"),
                at("blobs/sha256/0000000000000000000000000000000000000000000000000000000000000001", tensors(&["v"])),
                at(
                    "blobs/sha256/0000000000000000000000000000000000000000000000000000000000000002",
                    tensors(&["v", "w"]),
                ),
                at("blobs/sha256/0000000000000000000000000000000000000000000000000000000000000003", [1; 9000]),
            ],
            &["it is an OCI image layout with 3 blobs", "0002\" (safetensors)"],
        ),
        ("unfinished in the cache", vec![at(HUB, b"\x01"), at("config.json", "{}")], &[HUB, "an unfinished download"]),
    ];
    for (name, tree, words) in rows {
        let root = plant(&tree);
        assert_says(name, &open(root.path()), Unsupported, words);
        assert_says(name, &open(root.path()), Unsupported, &["this directory holds no model of a format"]);
    }
    let attributes = || at("._model.bin", b"\0\x05\x16\x07");
    let held =
        "it holds ._model.bin, which is an AppleDouble file, in which macOS keeps the attributes of another file, but";
    let root = plant(&vec![at("README.md", "# A model"), attributes()]);
    assert_says("attributes", &open(root.path()), Unsupported, &[held, "\"model.bin\" is not there: copy it, too"]);
    let root = plant(&vec![attributes(), at("model.bin", b"\x01"), at("._notes.txt", b"\0\x05\x16\x07")]);
    assert!(open(root.path()).message().ends_with("it holds model.bin"), "{}", open(root.path()));
    let root = plant(&vec![at("README.md", "# A model"), at("sub/._model.bin", b"\0\x05\x16\x07")]);
    let held = "it holds sub/._model.bin, which is an AppleDouble file";
    let missing = "\"sub/model.bin\" is not there: copy it, too";
    assert_says("attributes in a folder", &open(root.path()), Unsupported, &[held, missing]);
    for hidden in ["sub/.b.bin", "sub/.b.bin.part"] {
        let root = plant(&vec![at("sub/README.md", "# A model"), at(hidden, b"\x01")]);
        assert!(!open(root.path()).message().contains("it holds"), "{hidden}: {}", open(root.path()));
    }
    // Without the mark of a layout, and without blobs or manifests of Ollama.
    for store in [
        vec![at("blobs/sha256/1", "x")],
        vec![at("manifests/latest", "{}"), at("blobs/sha512-1", "x")],
        vec![at("blobs/sha256-1", "x")],
    ] {
        let message = open(plant(&store).path()).message().to_owned();
        assert!(!message.contains("`verify` checks"), "{message}");
    }
    for description in ["config.json", "model_index.json", "adapter_config.json"] {
        let root = plant(&vec![at(description, "{}"), at("tokenizer.json", "{}"), at("._model.bin", b"\0")]);
        let held = format!("it holds \"{description}\", but the weights are missing");
        assert_says("no weights", &open(root.path()), Unsupported, &[&*held]);
    }
}

#[test]
fn the_only_folder_with_a_model_is_named() {
    let root = plant(&vec![at("config.json", "{}"), at("unet/model.safetensors", tensors(&["w"]))]);
    let words = ["holds no model itself, but its folder \"unet\" does: name that"];
    assert_says("one folder", &open(root.path()), Kind::InvalidArgument, &words);
}
