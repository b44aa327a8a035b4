//! What is checked: the parts of a model that the rules look at.

use super::reader::{Reader, Tell};
use crate::graph::Graphs;
use crate::model::Model;
use crate::tensor::TensorTable;

/// A model, with the parts that most rules look at.
pub(super) struct Subject<'a> {
    pub model: &'a Model,
    pub graphs: &'a Graphs,
    pub tensors: &'a TensorTable,
    /// Contents of tensors.
    pub reader: Reader<'a>,
}

impl<'a> Subject<'a> {
    /// A model of which at most `budget` bytes of tensors are read, as long as `listener` says so.
    pub(super) fn of(model: &'a Model, budget: u64, listener: &'a Tell<'a>) -> Self {
        Self { model, graphs: model.graphs(), tensors: model.tensors(), reader: Reader::new(model, budget, listener) }
    }
}
