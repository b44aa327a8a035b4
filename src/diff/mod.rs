//! How two models differ: tensor by tensor, and where their graphs first do.
//!
//! Tensors are matched by name. Their bytes are compared by digest: where both models have a manifest that states the digest of a
//! tensor in the same form, nothing is read; the others are hashed, on the threads of the first model's context.
//!
//! Graphs are compared completely, as far as they decide what the model computes and how callers run it:
//!
//! * the operator, domain and overload of each node, its inputs and outputs, control edges, and every attribute with all its values,
//!   numbers and strings by their bits, and the graphs that are values of attributes;
//! * inputs and outputs with their types and the names of dimensions, the names of initializers and which tensors they are,
//!   shapes of sparse tensors, quantizations;
//! * operator sets, functions with their bodies, attributes and defaults, and signatures.
//!
//! What only describes a model is not compared: the producer, versions of the model and of its representation, documentation,
//! metadata, names of graphs and nodes, denotations, quantization annotations, and what is said of the types of other values
//! (`value_info` of ONNX, also for inputs and outputs of functions). Nor is the order of attributes, initializers, operator sets and
//! functions. Training graphs of ONNX are not read.
//!
//! Equal models compute the same. The reverse does not hold: values are told apart by name and nodes by their order, so a graph
//! whose values were renamed or whose nodes were reordered differs, and so does one that states the default of an attribute.
//! Tensors of nodes and of the graphs inside nodes are named after the nodes, so there a new name of a node is a difference. What
//! this release cannot read, as a tensor of an unknown element type, is never equal.

#![forbid(unsafe_code)]

mod bytes;
mod graphs;

use std::ops::ControlFlow;

use crate::error::Result;
use crate::host::Progress;
use crate::memory;
use crate::model::Model;
use crate::tensor::Tensor;

pub use graphs::GraphDifference;

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
    /// The first place where the graphs differ; `None` if they are the same, or neither model has any.
    pub graphs: Option<GraphDifference>,
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
    /// Whether the elements are stored in another way: strides, byte order, conjugation, negation or quantization.
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
    /// Whether both models have the same tensors and the same graphs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.graphs.is_none()
    }
}

/// Compares all tensors of two models, and their graphs.
///
/// Digests of manifests are taken as they are: [`Model::verify`] checks them. Under [`Policy::None`](crate::Policy::None) no manifest
/// is known, and everything is hashed.
pub fn diff(a: &Model, b: &Model) -> Result<Difference> {
    diff_with(a, b, |_| ControlFlow::Continue(()))
}

/// As [`diff`]. `progress` is called on this thread while tensors are hashed, as by
/// [`Task::wait_with`](crate::Task::wait_with).
pub fn diff_with(a: &Model, b: &Model, progress: impl FnMut(&Progress) -> ControlFlow<()>) -> Result<Difference> {
    let mut difference = Difference { graphs: graphs::compare(a, b)?, ..Difference::default() };
    let mut pairs = Vec::new();
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
    let is_same = a.strides() == b.strides() && encoding(a) == encoding(b) && a.quantization == b.quantization;
    a.shape == b.shape && a.dtype == b.dtype && !is_same
}
