//! How two models differ, tensor by tensor.
//!
//! Tensors are matched by name. Their bytes are compared by digest: where both models have a manifest that states the digest of a
//! tensor in the same form, nothing is read; the others are hashed, on the threads of the first model's context. Graphs and metadata
//! are not compared.

#![forbid(unsafe_code)]

mod bytes;

use std::ops::ControlFlow;

use crate::error::Result;
use crate::host::Progress;
use crate::memory;
use crate::model::Model;
use crate::tensor::Tensor;

/// What memory is asked for.
const DIFFERENCE: &str = "the difference of the models";

/// How a model differs from another one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Tensors that only the second model has, by their index in it, sorted by name.
    pub added: Vec<usize>,
    /// Tensors that only the first model has, by their index in it, sorted by name.
    pub removed: Vec<usize>,
    /// Tensors that both have and that are not the same, sorted by name.
    pub changed: Vec<Changed>,
    /// How many tensors are the same.
    pub equal: usize,
    /// Bytes that were hashed, in both models together.
    pub hashed_bytes: u64,
}

/// A tensor that differs between two models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Its index in the first model.
    pub a: usize,
    /// Its index in the second model.
    pub b: usize,
    /// Whether the contiguous, row-major bytes differ.
    pub bytes: bool,
    /// Whether the element types differ.
    pub dtype: bool,
    /// Whether the shapes differ.
    pub shape: bool,
    /// Whether the elements are stored in another way: strides, byte order, conjugation or negation.
    pub layout: bool,
}

impl Changed {
    /// The properties that differ, by name: of `"bytes"`, `"dtype"`, `"shape"`, `"layout"`, in this order.
    pub fn what(&self) -> impl Iterator<Item = &'static str> {
        let Self { bytes, dtype, shape, layout, .. } = *self;
        let all = [(bytes, "bytes"), (dtype, "dtype"), (shape, "shape"), (layout, "layout")];
        all.into_iter().filter(|(differs, _)| *differs).map(|(_, name)| name)
    }
}

impl Difference {
    /// Whether the tensors of both models are the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Compares all tensors of two models.
///
/// Digests of manifests are taken as they are: [`Model::verify`] checks them. Under [`Policy::None`](crate::Policy::None) no manifest
/// is known, and everything is hashed.
pub fn diff(a: &Model, b: &Model) -> Result<Difference> {
    diff_with(a, b, |_| ControlFlow::Continue(()))
}

/// As [`diff`]. `progress` is called on this thread while tensors are hashed, as by
/// [`Task::wait_with`](crate::Task::wait_with).
pub fn diff_with(a: &Model, b: &Model, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Difference> {
    let (mut difference, mut pairs) = (Difference::default(), Vec::new());
    match_names(a, b, &mut difference, &mut pairs)?;
    let compared = bytes::compare(a, b, &pairs, progress)?;
    difference.hashed_bytes = compared.hashed_bytes;
    for ((index_a, index_b), bytes) in pairs.into_iter().zip(compared.differ) {
        let (Some(of_a), Some(of_b)) = (a.tensors().get(index_a), b.tensors().get(index_b)) else { continue };
        let changed = Changed {
            a: index_a,
            b: index_b,
            bytes,
            dtype: of_a.dtype != of_b.dtype,
            shape: of_a.shape != of_b.shape,
            layout: is_stored_otherwise(&of_a, &of_b),
        };
        match changed.what().next() {
            Some(_) => memory::push(&mut difference.changed, changed, DIFFERENCE)?,
            None => difference.equal += 1,
        }
    }
    Ok(difference)
}

/// Pairs the tensors of one name, and lists the others.
fn match_names(a: &Model, b: &Model, difference: &mut Difference, pairs: &mut Vec<(usize, usize)>) -> Result<()> {
    for index in a.tensors().by_name()? {
        let twin = a.tensors().get(index).and_then(|tensor| b.tensors().find(tensor.name));
        match twin {
            Some(twin) => memory::push(pairs, (index, twin), DIFFERENCE)?,
            None => memory::push(&mut difference.removed, index, DIFFERENCE)?,
        }
    }
    let is_new = |index: &usize| b.tensors().get(*index).is_some_and(|tensor| a.tensors().find(tensor.name).is_none());
    difference.added = memory::collect(b.tensors().by_name()?.into_iter().filter(is_new), DIFFERENCE)?;
    Ok(())
}

/// Whether two tensors have the same elements, and keep them in another way.
fn is_stored_otherwise(a: &Tensor<'_>, b: &Tensor<'_>) -> bool {
    let encoding = |tensor: &Tensor<'_>| tensor.contents.encoding();
    a.shape == b.shape && a.dtype == b.dtype && (a.strides() != b.strides() || encoding(a) != encoding(b))
}
