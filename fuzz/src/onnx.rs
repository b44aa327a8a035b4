//! An ONNX model in memory.

use std::collections::BTreeMap;

use bytes::Bytes;
use weighbridge::tensor::STRING_OFFSET;
use weighbridge::{Context, DType, Error, Kind, Limits, Model, OpenOptions, PlanOptions, Result, Target};

use super::graphs::{check_graphs, options};
use super::parts::check_parts;
use super::reference;

/// More bytes of one tensor are not looked at.
const MOST: u64 = 1 << 20;

/// Opens a file, looks at everything in it, compares it with what the generated decoder sees, and opens it again with
/// something unknown before it, which changes nothing.
pub fn onnx(data: &[u8]) {
    let opened = open(data);
    check_moved(data, &opened);
    check_limited(data, &opened);
    match opened {
        Ok(model) => {
            check_model(&model);
            reference::compare(&model, data);
            check_detected(&model, data);
        }
        Err(error) => check_error(&error, data.len()),
    }
}

pub fn open(data: &[u8]) -> Result<Model> {
    Model::from_memory(Bytes::copy_from_slice(data), &options(), &Context::new())
}

/// A file is refused for what it is, in one line.
pub fn check_error(error: &Error, len: usize) {
    assert!(matches!(error.kind(), Kind::Format | Kind::Limit | Kind::Unsupported), "{error:?}");
    assert!(error.site().offset.is_none_or(|offset| offset <= len as u64), "{error}");
    assert!(error.site().path.is_some(), "{error}");
    assert!(!error.message().is_empty() && !error.to_string().contains(char::is_control));
}

/// What holds for the tensors and graphs of a model.
pub fn check_model(model: &Model) {
    check_graphs(model);
    let files: Vec<_> = model.files().collect();
    for (position, tensor) in model.tensors().iter().enumerate() {
        assert_eq!(model.tensors().find(tensor.name), Some(position));
        assert!(tensor.shape.iter().all(|size| *size >= 0));
        let place = model.place(&tensor);
        if let Some(offset) = place.offset {
            assert!(offset.checked_add(tensor.byte_len()).unwrap() <= files[place.file].len());
        }
        if tensor.byte_len() > MOST {
            return;
        }
        check_bytes(model, position);
    }
    let loaded = model.load(&PlanOptions { target: Target::Host, ..PlanOptions::default() }).unwrap();
    assert_eq!(loaded.len(), model.tensors().len());
    for (position, tensor) in model.tensors().iter().enumerate() {
        assert_eq!(loaded.find(tensor.name).unwrap().bytes().unwrap(), model.bytes(position).unwrap());
    }
    check_parts(model);
}

/// The ways to the bytes of a tensor agree.
fn check_bytes(model: &Model, position: usize) {
    let tensor = model.tensors().get(position).unwrap();
    let bytes = model.bytes(position).unwrap();
    let mut copy = vec![0; tensor.byte_len() as usize];
    model.read_into(position, 0, &mut copy).unwrap();
    assert_eq!((bytes.len() as u64, &*bytes), (tensor.byte_len(), &*copy));
    assert!(model.read_into(position, 1, &mut copy).is_err() || copy.is_empty());
    if tensor.dtype == DType::STRING {
        check_strings(&bytes, tensor.shape);
    }
}

/// Strings follow each other to the end.
fn check_strings(bytes: &[u8], shape: &[i64]) {
    let count = shape.iter().product::<i64>() as usize;
    let (offsets, strings) = bytes.split_at(STRING_OFFSET as usize * (count + 1));
    let (offsets, _) = offsets.as_chunks();
    let offsets: Vec<_> = offsets.iter().map(|offset| u64::from_le_bytes(*offset)).collect();
    assert!(offsets.is_sorted());
    assert_eq!((offsets.first(), offsets.last()), (Some(&0), Some(&(strings.len() as u64))));
}

/// What is recognized by its first bytes is the same model.
fn check_detected(model: &Model, data: &[u8]) {
    let detected = Model::from_memory(Bytes::copy_from_slice(data), &OpenOptions::default(), &Context::new());
    if let Ok(detected) = detected.as_ref().map_err(Error::kind) {
        assert_eq!(detected.format(), "onnx");
        assert_eq!(summary(detected), summary(model));
    } else {
        assert!(matches!(detected.unwrap_err().kind(), Kind::Unsupported | Kind::Format));
    }
}

/// The reader reads in steps. With a field that nobody knows before everything, each byte is seen at another place of a
/// step, and nothing else may change.
fn check_moved(data: &[u8], opened: &Result<Model>) {
    let before = unknown_field(data);
    let moved = open(&[&*before, data].concat());
    match (opened, &moved) {
        (Ok(model), Ok(moved)) => assert_eq!(summary(model), summary(moved)),
        // How many parts a model may have depends on the length of its file.
        (Err(error), _) if error.kind() == Kind::Limit => {}
        (Err(error), Err(moved)) => {
            let offset = error.site().offset.map(|offset| offset + before.len() as u64);
            assert_eq!((error.kind(), offset), (moved.kind(), moved.site().offset), "{error}, moved: {moved}");
        }
        _ => panic!("{opened:?}, moved: {moved:?}"),
    }
}

/// With less room than the defaults give, a model opens as before, or not at all.
fn check_limited(data: &[u8], opened: &Result<Model>) {
    let some = mixed(data) as u64;
    let limits =
        Limits { header_bytes: some % 512, tensors: some % 3, files: 1 + some % 2, heap_bytes: 64 * (some % 1024) };
    let options = OpenOptions { limits, ..options() };
    match (opened, Model::from_memory(Bytes::copy_from_slice(data), &options, &Context::new())) {
        (Ok(model), Ok(limited)) => assert_eq!(model.tensors().len(), limited.tensors().len()),
        (Ok(_), Err(error)) => assert_eq!(error.kind(), Kind::Limit, "{error}"),
        (Err(_), limited) => assert!(limited.is_err()),
    }
}

/// A number that depends on every byte.
fn mixed(data: &[u8]) -> usize {
    data.iter().fold(0, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()))
}

/// A field of such a length that the first step of the reader ends somewhere in what follows.
fn unknown_field(data: &[u8]) -> Vec<u8> {
    /// Bytes of the first step.
    const STEP: usize = 4096;
    /// Of field 1000, with a length of two bytes.
    const HEAD: usize = 4;
    let seen = mixed(data) % (data.len() + 1).min(STEP - HEAD);
    let len = STEP - HEAD - seen;
    let head = [0xc2, 0x3e, len as u8 | 0x80, (len >> 7) as u8];
    [&head[..], &vec![0; len]].concat()
}

/// What a model holds, without the places in its file.
type Summary = (Vec<(usize, usize, usize, usize)>, BTreeMap<String, (DType, Vec<i64>, Option<Bytes>)>);

fn summary(model: &Model) -> Summary {
    let graphs = model.graphs().iter();
    let counts = graphs.map(|graph| {
        (graph.node_count(), graph.value_count(), graph.type_count(), graph.edges().iter().map(|e| *e as usize).sum())
    });
    let tensors = model.tensors().iter().enumerate().map(|(position, tensor)| {
        let bytes = (tensor.byte_len() <= MOST).then(|| model.bytes(position).unwrap());
        (tensor.name.to_owned(), (tensor.dtype, tensor.shape.to_vec(), bytes))
    });
    (counts.collect(), tensors.collect())
}
