//! Models to upload: golden ones, and made ones with tensors of every awkward size.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, TensorView};
use weighbridge::load::Destination;
use weighbridge::{Context, Model, OpenOptions, Placement};

use crate::stub::Stub;

/// Golden models of several formats and sizes.
pub fn golden() -> Vec<PathBuf> {
    let names =
        ["tiny-llama", "dtypes.safetensors", "edge.safetensors", "empty.safetensors", "diffusers-style", "no-index"];
    let mut paths: Vec<PathBuf> = names.map(|name| Path::new("tests/golden").join(name)).to_vec();
    let folder = Path::new("tests/onnx/golden");
    let expectations = fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    let lines = expectations.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    // Those that are made of links have to be put together first.
    let files = lines.filter(|line| line["links"].is_null()).map(|line| folder.join(line["file"].as_str().unwrap()));
    let files: Vec<PathBuf> = files.collect();
    assert!(files.len() > 200, "only {} ONNX models were found", files.len());
    paths.extend(files.into_iter().step_by(7));
    paths
}

pub fn open(path: &Path, threads: usize, options: &OpenOptions) -> Model {
    let context = Context::new().with_threads(threads);
    Model::open(path, options, &context).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Bytes that tell where they are from: no two tensors, and no two places of one, are alike.
pub fn pattern(seed: usize, len: usize) -> Vec<u8> {
    (0..len).map(|at| ((at * 2_654_435_761 + seed * 40_503) >> 11) as u8).collect()
}

/// Writes tensors of bytes of these lengths with the safetensors crate, named `t0`, `t1`, and so on.
pub fn write(path: &Path, lengths: &[usize]) {
    let contents: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(seed, len)| pattern(seed, *len)).collect();
    let views = contents
        .iter()
        .enumerate()
        .map(|(number, bytes)| (format!("t{number}"), TensorView::new(Dtype::U8, vec![bytes.len()], bytes).unwrap()));
    safetensors::serialize_to_file(views, None, path).unwrap();
}

/// A model of such tensors. Its file has no name any more, and is there as long as the model is open.
pub fn made(lengths: &[usize], threads: usize) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write(&path, lengths);
    open(&path, threads, &OpenOptions::default())
}

/// A model of a transposed matrix, a tensor in two pieces and a plain one between them, which is gone from the disk as well.
pub fn made_of_views(threads: usize) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.trial");
    let tensors = serde_json::json!([
        {"name": "transposed", "dtype": "U16", "shape": [300, 500], "strides": [1, 300],
         "runs": [{"file": 0, "offset": 0, "len": 300_000}]},
        {"name": "plain", "dtype": "U8", "shape": [70_001], "runs": [{"file": 0, "offset": 300_000, "len": 70_001}]},
        {"name": "pieces", "dtype": "U8", "shape": [100, 1000], "runs": [
            {"file": 0, "offset": 370_001, "len": 60_000, "start": [0, 400], "shape": [100, 600]},
            {"file": 0, "offset": 430_001, "len": 40_000, "start": [0, 0], "shape": [100, 400]}]},
    ]);
    fs::write(folder.path().join("data"), pattern(1, 470_001)).unwrap();
    fs::write(&path, format!(r#"{{"trial": 1, "files": ["data"], "tensors": {tensors}}}"#)).unwrap();
    open(&path, threads, &OpenOptions::default())
}

/// Lengths around every border there is: of nothing, of a page, of a block, of a slot, of a job.
pub fn awkward_lengths() -> Vec<usize> {
    let mut lengths = vec![0, 1, 7, 255, 256, 257, 4095, 4096, 4097, 65_535, 65_537, 524_288, 2_097_151, 2_097_153];
    lengths.extend([8_388_609, 3, 0, 1_000_001, 5]);
    lengths.extend((0..300).map(|number| number * 37 % 1000));
    lengths
}

/// Reads device memory back: without a call of the driver if it is the stand-in.
pub fn read_back(stub: Option<&Stub>, address: u64, len: u64) -> Vec<u8> {
    let mut bytes = vec![0; len as usize];
    match stub {
        _ if bytes.is_empty() => bytes,
        Some(stub) => stub.peek(address, len as usize).expect("the address is of live device memory"),
        None => {
            let context = cudarc::driver::CudaContext::new(0).unwrap();
            context.bind_to_thread().unwrap();
            // SAFETY: the placement holds as many bytes there.
            unsafe { cudarc::driver::result::memcpy_dtoh_sync(&mut bytes, address) }.unwrap();
            bytes
        }
    }
}

/// Every tensor of a placement has the bytes of the model's.
#[track_caller]
pub fn assert_same_bytes(stub: Option<&Stub>, model: &Model, placement: &Placement, when: &str) {
    for placed in placement.iter() {
        let expected = model.bytes(placed.tensor).unwrap();
        assert_eq!(placed.len, expected.len() as u64, "{when}: {}", placed.name);
        assert_ne!(placed.address, 0, "{when}: {}", placed.name);
        assert!(placed.bytes().is_none(), "{when}: {}", placed.name);
        let there = read_back(stub, placed.address, placed.len);
        assert!(there == expected, "{when}: {} differs on device {:?}", placed.name, placed.device);
    }
}

/// Device memory for one tensor, or for all that have none of their own.
pub fn lent(device: u32, tensor: Option<&str>, address: u64, bytes: u64) -> Destination {
    // SAFETY: addresses that are not those of device memory are refused; the tests free none that is in use.
    unsafe {
        match tensor {
            Some(name) => Destination::for_tensor(name, Some(device), address, bytes),
            None => Destination::for_arena(Some(device), address, bytes),
        }
    }
}
