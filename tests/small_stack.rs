//! Small stacks: hosts with many threads give each as little as 64 KiB. Whatever a file holds, opening, checking, comparing and
//! loading it fits. A stack that overflows ends the process, with the name of the thread, which is that of the file.

#[allow(dead_code, reason = "the cases are for another test too")]
#[path = "common/cases.rs"]
mod cases;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use bytes::Bytes;
use weighbridge::check::{CheckOptions, check};
use weighbridge::diff::diff;
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Result};

/// Bytes of a stack, thread-local variables of all libraries included.
const STACK: usize = if cfg!(weighbridge_portable) { PORTABLE_STACK } else { 64 << 10 };

/// std resolves paths with buffers on the stack.
const PORTABLE_STACK: usize = 128 << 10;

/// Opens, checks, compares and loads a model on a small stack; returns whether it could be opened.
fn survives(name: &str, open: impl FnOnce() -> Result<Model> + Send + 'static) -> bool {
    let name = name.replace('\0', "");
    let thread = thread::Builder::new().name(name.clone()).stack_size(STACK).spawn(move || {
        let model = open()?;
        // What cannot be loaded has an error, and that fits too.
        let _ = model.load(&PlanOptions::default());
        let _ = diff(&model, &model);
        check(&model, &CheckOptions::default())
    });
    thread.unwrap().join().unwrap_or_else(|_| panic!("{name} panics")).is_ok()
}

fn from_path(path: PathBuf) -> bool {
    let name = path.to_string_lossy().into_owned();
    survives(&name, move || Model::open(&path, &OpenOptions::default(), &Context::new()))
}

fn from_memory(name: &str, bytes: Vec<u8>, format: &str) -> bool {
    let options = OpenOptions { format: Some(format.to_owned()), ..OpenOptions::default() };
    survives(name, move || Model::from_memory(bytes.into(), &options, &Context::new()))
}

/// The files below a folder that have this extension.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![PathBuf::from(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            match entry.path() {
                path if entry.file_type().unwrap().is_dir() => folders.push(path),
                path if path.extension().is_some_and(|found| found == extension) => files.push(path),
                _ => {}
            }
        }
    }
    files
}

#[test]
fn golden_models_fit() {
    let models = files("tests/onnx/golden", "onnx").into_iter().filter(|path| from_path(path.clone())).count();
    let weights = files("tests/golden", "safetensors").into_iter().filter(|path| from_path(path.clone())).count();
    assert!(models > 100 && weights > 10, "{models} models and {weights} files of weights could be opened");
}

#[test]
fn broken_and_hostile_models_fit() {
    for file in ["hostile/hostile.jsonl", "mutations/mutations.jsonl"] {
        let opened = cases::cases(file).filter(|case| {
            let path = case.path();
            let name = format!("{file}: {}", case.name());
            survives(&name, move || Model::open(&path, &OpenOptions::default(), &Context::new()))
        });
        assert!(opened.count() > 50, "{file}");
    }
}

#[test]
fn inputs_of_the_fuzzer_fit() {
    for (target, format) in [("onnx", "onnx"), ("check", "onnx"), ("header", "safetensors")] {
        for entry in fs::read_dir(Path::new("fuzz/corpus").join(target)).unwrap() {
            let path = entry.unwrap().path();
            from_memory(&path.to_string_lossy(), fs::read(&path).unwrap(), format);
        }
    }
}

/// A field of a message: its number, and contents of any length.
fn field(number: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut len = contents.len();
    while len >= 0x80 {
        bytes.push(len as u8 | 0x80);
        len >>= 7;
    }
    bytes.push(len as u8);
    bytes.extend_from_slice(contents);
    bytes
}

/// What `wrap` makes of `inner` when it is applied so many times.
fn nest(depth: usize, inner: Vec<u8>, wrap: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    (0..depth).fold(inner, |inner, _| wrap(inner))
}

/// A model of IR version 10 with operator set 21, and this graph.
fn model(graph: &[u8]) -> Vec<u8> {
    [vec![8, 10], field(8, &[16, 21]), field(7, graph)].concat()
}

#[test]
fn graphs_inside_each_other_fit() {
    // The body of a Loop in the body of a Loop: GraphProto.node = 1, NodeProto.attribute = 5, AttributeProto.g = 6.
    let graph = nest(30, field(2, b"g"), |inner| {
        let attribute = [field(1, b"body"), field(6, &inner), vec![0xa0, 1, 5]].concat();
        let node = [field(1, b"x"), field(2, b"y"), field(4, b"Loop"), field(5, &attribute)].concat();
        [field(1, &node), field(2, b"g")].concat()
    });
    let bytes: Bytes = model(&graph).into();
    let opened = Model::from_memory(bytes.clone(), &OpenOptions::default(), &Context::new()).unwrap();
    assert_eq!(opened.graphs().len(), 31);
    assert!(from_memory("30 graphs", bytes.into(), "onnx"));
}

#[test]
fn types_inside_each_other_fit() {
    // A sequence of sequences: TypeProto.sequence_type = 4, Sequence.elem_type = 1, TypeProto.tensor_type = 1.
    let ty = nest(45, field(1, &[8, 1]), |inner| field(4, &field(1, &inner)));
    let input = [field(1, b"x"), field(2, &ty)].concat();
    let graph = [field(2, b"g"), field(11, &input), field(12, &input)].concat();
    assert!(from_memory("45 sequences", model(&graph), "onnx"));
    // The same as the value of an attribute: AttributeProto.tp = 14.
    let attribute = [field(1, b"type"), field(14, &ty), vec![0xa0, 1, 13]].concat();
    let node = [field(2, b"y"), field(4, b"Optional"), field(5, &attribute)].concat();
    let graph = [field(1, &node), field(2, b"g")].concat();
    assert!(from_memory("45 sequences in an attribute", model(&graph), "onnx"));
}

#[test]
fn views_of_many_dimensions_and_all_sizes_of_elements_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.trial");
    fs::write(folder.path().join("data"), vec![7; 1 << 20]).unwrap();
    // Reversed dimensions: 14 of them, and a matrix with whole tiles.
    let many: (Vec<u64>, Vec<u64>) = (vec![2; 14], (0..14).map(|dim| 1 << dim).collect());
    let matrix: (Vec<u64>, Vec<u64>) = (vec![150, 170], vec![1, 150]);
    let mut tensors = Vec::new();
    for (dtype, bytes) in [("U8", 1), ("F16", 2), ("F32", 4), ("F64", 8), ("C128", 16)] {
        for (shape, strides) in [&many, &matrix] {
            let (name, len) = (tensors.len(), shape.iter().product::<u64>() * bytes);
            tensors.push(format!(
                r#"{{"name": "{name}", "dtype": "{dtype}", "shape": {shape:?}, "strides": {strides:?},
                    "runs": [{{"file": 0, "offset": 0, "len": {len}}}]}}"#
            ));
        }
    }
    fs::write(&path, format!(r#"{{"trial": 1, "files": ["data"], "tensors": [{}]}}"#, tensors.join(","))).unwrap();
    assert!(from_path(path.clone()));
    let model = Model::open(&path, &OpenOptions::default(), &Context::new()).unwrap();
    let record = Manifests::of(&model).unwrap().record().unwrap();
    let options = OpenOptions { manifest: Some(record.into_bytes()), ..OpenOptions::default() };
    assert!(survives("views with a record", move || Model::open(&path, &options, &Context::new())));
    model.load(&PlanOptions::default()).unwrap();
}

/// Patterns come from the caller, and matching takes stack for each star.
#[test]
fn patterns_of_many_stars_fit() {
    let header = format!(r#"{{"{}": {{"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}}}"#, "n".repeat(100));
    let bytes = Bytes::from([&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat());
    for (stars, error) in [(64, None), (65, Some(Kind::InvalidArgument)), (1_000_000, Some(Kind::InvalidArgument))] {
        let bytes = bytes.clone();
        let thread = thread::Builder::new().stack_size(STACK).spawn(move || {
            let model = Model::from_memory(bytes, &OpenOptions::default(), &Context::new())?;
            model.plan(&PlanOptions { include: vec!["*?".repeat(stars)], ..Default::default() }).map(|_| ())
        });
        let planned = thread.unwrap().join().unwrap();
        assert_eq!(planned.as_ref().err().map(|e| e.kind()), error, "{planned:?}");
    }
}
