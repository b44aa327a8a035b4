//! Which bytes of a file a load takes.

use std::ops::Range;

use super::payload::Payload;
use super::select::Selected;
use crate::error::Result;
use crate::memory;
use crate::sort;
use crate::verify::RunClaim;

/// The bytes of a file that selected tensors lie in: sorted ranges that do not overlap.
pub(super) struct TakenRanges(Vec<Range<u64>>);

impl TakenRanges {
    pub(super) fn of(payload: &Payload, file: usize, selected: &[&Selected]) -> Result<Self> {
        let tensors = selected.iter().filter_map(|one| payload.tensors.get(one.tensor));
        let runs = tensors.flat_map(|tensor| tensor.contents.runs());
        let runs = runs.filter(|run| payload.base(run.file as usize) == file);
        let mut ranges: Vec<Range<u64>> =
            memory::collect(runs.map(|run| run.offset..run.end()), "the ranges of tensors")?;
        sort::sort_by_key(&mut ranges, |range| range.start);
        ranges.dedup_by(|next, last| {
            let overlap = next.start < last.end;
            last.end = if overlap { last.end.max(next.end) } else { last.end };
            overlap
        });
        Ok(Self(ranges))
    }

    /// Whether some of them lie in a part of the file.
    pub(super) fn touch(&self, run: &RunClaim) -> bool {
        let end = run.offset.saturating_add(run.len);
        let first = self.0.partition_point(|range| range.end <= run.offset);
        self.0.get(first).is_some_and(|range| range.start < end)
    }
}
