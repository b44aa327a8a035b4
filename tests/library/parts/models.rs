//! Files that the safetensors crate writes.

use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use weighbridge::load::{CastRule, SliceRule, Uneven};
use weighbridge::{Context, DType, Model, OpenOptions, PlanOptions, Target};

/// A tensor to write: name, element type, shape and contents.
pub struct Made {
    pub name: String,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

/// A tensor of bytes that tell where they are from.
pub fn made(name: &str, dtype: Dtype, shape: &[usize]) -> Made {
    let len = shape.iter().product::<usize>() * dtype.bitsize() / 8;
    let bytes = (0..len).map(|at| ((at * 2_654_435_761 + name.len() * 40_503) >> 9) as u8).collect();
    Made { name: name.to_owned(), dtype, shape: shape.to_vec(), bytes }
}

pub fn write(path: &Path, tensors: &[Made]) {
    let views = tensors
        .iter()
        .map(|made| (made.name.clone(), TensorView::new(made.dtype, made.shape.clone(), &made.bytes).unwrap()));
    safetensors::serialize_to_file(views, None, path).unwrap();
}

pub fn open(path: &Path, threads: usize, options: &OpenOptions) -> Model {
    Model::open(path, options, &Context::new().with_threads(threads)).unwrap()
}

/// A model of these tensors. Its file has no name any more, and is there as long as the model is open.
pub fn model(tensors: &[Made], threads: usize) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write(&path, tensors);
    open(&path, threads, &OpenOptions::default())
}

pub fn slice(pattern: &str, dim: usize, rank: u64, world: u64) -> SliceRule {
    SliceRule { pattern: pattern.to_owned(), dim, rank, world, uneven: Uneven::Refuse }
}

pub fn cast(pattern: &str, to: DType) -> CastRule {
    CastRule { pattern: pattern.to_owned(), from: None, to }
}

pub fn to_host() -> PlanOptions {
    PlanOptions { target: Target::Host, ..Default::default() }
}
