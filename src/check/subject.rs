//! What is checked: the parts of a model that the rules look at.

use crate::error::Result;
use crate::graph::Graphs;
use crate::metadata::Metadata;
use crate::model::Model;
use crate::tensor::TensorTable;

/// Reads a part of a tensor: which, from where, into what.
type Read<'a> = dyn Fn(usize, u64, &mut [u8]) -> Result<()> + 'a;

/// A model, or in tests something like one.
pub(super) struct Subject<'a> {
    pub graphs: &'a Graphs,
    pub tensors: &'a TensorTable,
    pub metadata: &'a Metadata,
    /// Bytes of the file with the graphs.
    pub main_file: u64,
    /// Bytes of the tensors in that file.
    pub inline: u64,
    pub read: Box<Read<'a>>,
}

impl<'a> Subject<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        // The file with the graphs is the first.
        let inline =
            model.tensors().iter().filter(|tensor| model.place(tensor).file == 0).map(|tensor| tensor.span.len);
        Self {
            graphs: model.graphs(),
            tensors: model.tensors(),
            metadata: model.metadata(),
            main_file: model.files().next().map_or(0, |file| file.len()),
            inline: inline.sum(),
            read: Box::new(|tensor, offset, buffer| model.read_into(tensor, offset, buffer)),
        }
    }
}
