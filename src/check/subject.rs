//! What is checked: the parts of a model that the rules look at.

use crate::error::Result;
use crate::graph::Graphs;
use crate::model::Model;
use crate::tensor::TensorTable;

/// A model, with the parts that most rules look at.
pub(super) struct Subject<'a> {
    pub model: &'a Model,
    pub graphs: &'a Graphs,
    pub tensors: &'a TensorTable,
    pub metadata: &'a [(String, String)],
}

impl<'a> Subject<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        Self { model, graphs: model.graphs(), tensors: model.tensors(), metadata: model.metadata() }
    }

    /// Reads a part of a tensor, `offset` bytes from its start.
    pub(super) fn read(&self, tensor: usize, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.model.read_into(tensor, offset, buffer)
    }
}
