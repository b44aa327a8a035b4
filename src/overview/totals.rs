//! How much is stored, by type.

use std::collections::BTreeMap;

use super::weights::Weights;
use crate::error::Result;
use crate::memory;
use crate::tensor::{Span, TensorTable};

/// What memory is asked for.
const RUNS: &str = "the places of tensors";

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
    for (name, bytes) in stored(tensors)? {
        let total = totals.entry(name).or_default();
        total.bytes = total.bytes.saturating_add(bytes);
    }
    Ok(totals)
}

/// The bytes that each type has beyond those that lie before it: places may overlap, and those of pieces are in no order.
fn stored(tensors: &TensorTable) -> Result<BTreeMap<&'static str, u64>> {
    let mut runs: Vec<(Span, &str)> = memory::list(tensors.len(), RUNS)?;
    for tensor in tensors.iter() {
        for run in tensor.contents.runs() {
            memory::push(&mut runs, (run, tensor.dtype.name()), RUNS)?;
        }
    }
    runs.sort_unstable();
    let mut bytes: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut file, mut end) = (0, 0);
    for (run, name) in runs {
        if run.file != file {
            (file, end) = (run.file, 0);
        }
        let run_end = run.offset.saturating_add(run.len);
        let new = run_end.saturating_sub(run.offset.max(end));
        let total = bytes.entry(name).or_default();
        *total = total.saturating_add(new);
        end = end.max(run_end);
    }
    Ok(bytes)
}
