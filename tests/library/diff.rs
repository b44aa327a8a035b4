//! What makes two models different, and where their graphs differ: ONNX models that are made for it, and golden ones with a byte
//! changed.

mod golden;
mod neutral;
mod places;
mod tensors;

use bytes::Bytes;
use weighbridge::diff::{Difference, diff};
use weighbridge::{Context, Model, OpenOptions};

fn open(bytes: &[u8]) -> weighbridge::Result<Model> {
    let options = OpenOptions { format: Some("onnx".to_owned()), ..OpenOptions::default() };
    Model::from_memory(Bytes::copy_from_slice(bytes), &options, &Context::new())
}

/// How two models in memory differ.
fn difference(a: &[u8], b: &[u8]) -> Difference {
    let [a, b] = [a, b].map(|bytes| open(bytes).unwrap());
    diff(&a, &b).unwrap()
}

/// Where the graphs of two models differ; empty if they are the same.
fn place(a: &[u8], b: &[u8]) -> String {
    difference(a, b).graphs.map_or_else(String::new, |place| place.to_string())
}
