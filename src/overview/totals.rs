//! How much is stored, by type.

use std::collections::BTreeMap;

use super::weights::Weights;
use crate::error::Result;
use crate::tensor::TensorTable;

/// What is stored in elements of one type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Total {
    /// Tensors, those included that share their bytes with others.
    pub tensors: usize,
    /// Weights: see [`Overview::parameters`](super::Overview::parameters).
    pub parameters: u64,
    /// Bytes. Those that tensors share count for the first of them.
    pub bytes: u64,
}

/// The totals by name of the type.
pub(super) fn by_type(tensors: &TensorTable, weights: &Weights<'_>) -> Result<BTreeMap<&'static str, Total>> {
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    let mut last = None;
    for (index, tensor) in tensors.iter().enumerate() {
        // The table is sorted by place: tensors that share their bytes follow each other.
        let place = tensor.contents.run().filter(|run| run.len > 0);
        let is_shared = place.is_some() && place == last;
        last = place;
        let total = totals.entry(tensor.dtype.name()).or_default();
        total.tensors += 1;
        if !is_shared {
            total.parameters = total.parameters.saturating_add(weights.count(index));
        }
    }
    for (tensor, bytes) in tensors.iter().zip(tensors.stored_bytes()?) {
        let total = totals.entry(tensor.dtype.name()).or_default();
        total.bytes = total.bytes.saturating_add(bytes);
    }
    Ok(totals)
}
