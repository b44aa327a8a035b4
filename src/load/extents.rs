//! Cuts the bytes of a plan into extents, which any threads may do in any order.

use std::cmp::Reverse;
use std::ops::Range;

use super::checks::{Checks, HashRange};
use super::layout::Transfer;
use super::payload::PayloadFile;
use crate::error::Result;
use crate::memory;
use crate::sort;
use crate::steps;

/// What memory is asked for.
const EXTENTS: &str = "the extents of the load";

/// A range of one file that one thread reads from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) file: usize,
    pub(super) start: u64,
    pub(super) end: u64,
    /// The transfers that touch the range; the first and the last may reach beyond it.
    pub(super) transfers: Range<usize>,
    /// The ranges inside it that are hashed.
    pub(super) hashes: Range<usize>,
    /// How many tensors end in the range.
    pub(super) tensors: u64,
}

impl Extent {
    /// Bytes that are read, given the transfers of the plan: without those between rows that nobody hashes.
    pub(super) fn read_bytes(&self, transfers: &[Transfer]) -> u64 {
        let skipped = transfers[self.transfers.clone()].iter().filter(|one| self.skips_gaps(one)).map(|one| {
            let (start, end) = (self.start.max(one.offset), self.end.min(one.end()));
            end - start - (one.taken_before(end) - one.taken_before(start))
        });
        self.end - self.start - skipped.sum::<u64>()
    }

    /// Whether the bytes between the rows of a transfer are left unread.
    pub(super) fn skips_gaps(&self, transfer: &Transfer) -> bool {
        self.hashes.is_empty() && transfer.stride - transfer.row >= GAP
    }

    /// The part of the arena that the extent fills: disjoint from that of every other extent, since transfers follow each
    /// other in the arena as they do in the file.
    pub(super) fn arena_range(&self, transfers: &[Transfer]) -> Option<Range<u64>> {
        let transfers = &transfers[self.transfers.clone()];
        Some(transfers.first()?.arena_at(self.start)..transfers.last()?.arena_at(self.end))
    }
}

/// Large enough to be worth a turn of a thread, small enough to share the work evenly.
const TARGET: u64 = 8 << 20;

/// Ranges closer than this are read in one piece: a page is what the disk and the page cache read at least.
const GAP: u64 = 4 << 10;

/// Cuts wherever no range that is hashed and no unit that is changed is torn. `transfers` and `ends` are sorted by file and
/// offset.
///
/// What is hashed only to confirm what others say has extents of its own, each close to those that read the same bytes. Ranges of
/// both kinds overlap all over a file: extents that tear neither would be as long as the file.
pub(super) fn cut(
    files: &[PayloadFile],
    transfers: &[Transfer],
    checks: &Checks,
    ends: &[(u32, u64)],
) -> Result<Vec<Extent>> {
    let (necessary, confirming) = checks.ranges.split_at(checks.necessary);
    let mut extents = cut_once(files, transfers, necessary, ends)?;
    for extent in cut_once(files, &[], confirming, &[])? {
        let hashes = extent.hashes.start + checks.necessary..extent.hashes.end + checks.necessary;
        memory::push(&mut extents, Extent { hashes, ..extent }, EXTENTS)?;
    }
    // A range that is hashed by one thread decides when the pass ends: begin with the longest.
    sort::sort_by_key(&mut extents, |extent| {
        (Reverse((extent.end - extent.start) / (4 * TARGET)), extent.file, extent.start)
    });
    Ok(extents)
}

fn cut_once(
    files: &[PayloadFile],
    transfers: &[Transfer],
    hashes: &[HashRange],
    ends: &[(u32, u64)],
) -> Result<Vec<Extent>> {
    let mut extents = Vec::new();
    for file in 0..files.len() {
        let key = file as u32;
        let transfers_of = between(transfers, |one| one.file < key, |one| one.file <= key);
        let hashes_of = between(hashes, |hash| hash.file < key, |hash| hash.file <= key);
        let groups = merge(hashes[hashes_of.clone()].iter().map(|hash| hash.start..hash.end), 0)?;
        let placed = transfers[transfers_of.clone()].iter().map(|one| one.offset..one.end());
        let mut needed: Vec<_> = memory::collect(placed.chain(groups.iter().cloned()), EXTENTS)?;
        sort::sort_by_key(&mut needed, |range| range.start);
        for range in merge(needed.into_iter(), GAP)? {
            let pieces = split(range, &groups, &transfers[transfers_of.clone()])?;
            memory::reserve(&mut extents, pieces.len(), EXTENTS)?;
            for Range { start, end } in pieces {
                let ended = between(ends, |at| *at <= (key, start), |at| *at <= (key, end));
                let placed =
                    between(&transfers[transfers_of.clone()], |one| one.end() <= start, |one| one.offset < end);
                let hashed = between(&hashes[hashes_of.clone()], |hash| hash.start < start, |hash| hash.start < end);
                let transfers = transfers_of.start + placed.start..transfers_of.start + placed.end;
                let hashes = hashes_of.start + hashed.start..hashes_of.start + hashed.end;
                memory::push(
                    &mut extents,
                    Extent { file, start, end, transfers, hashes, tensors: ended.len() as u64 },
                    EXTENTS,
                )?;
            }
        }
    }
    Ok(extents)
}

/// The part of a sorted list that begins where `before` ends to hold and ends where `until` does.
fn between<T>(items: &[T], before: impl Fn(&T) -> bool, until: impl Fn(&T) -> bool) -> Range<usize> {
    items.partition_point(before)..items.partition_point(until)
}

/// Joins sorted ranges that overlap or that at most `gap` bytes separate; with a gap of 0 ranges that
/// only touch stay apart.
fn merge(ranges: impl Iterator<Item = Range<u64>>, gap: u64) -> Result<Vec<Range<u64>>> {
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in ranges.filter(|range| !range.is_empty()) {
        steps::rest();
        match merged.last_mut() {
            Some(last) if range.start < last.end + gap => last.end = last.end.max(range.end),
            _ => memory::push(&mut merged, range, EXTENTS)?,
        }
    }
    Ok(merged)
}

/// Pieces of about [`TARGET`] bytes whose borders lie inside no group, and inside no unit that is changed.
fn split(range: Range<u64>, groups: &[Range<u64>], transfers: &[Transfer]) -> Result<Vec<Range<u64>>> {
    /// Room that is made at first: a range that is one group may be of any length, and is one piece.
    const FEW: u64 = 1 << 10;
    let expected = (range.end - range.start).div_ceil(TARGET).min(FEW);
    let mut pieces = memory::list(expected as usize, EXTENTS)?;
    let mut start = range.start;
    while start < range.end {
        let mut end = border_after((start + TARGET).min(range.end), groups);
        loop {
            let torn = torn_at(end, transfers);
            if torn == 0 {
                break;
            }
            let before = end - torn;
            // Where two groups meet inside a unit, one extent takes both: what is changed is what was hashed.
            let is_free = border_after(before, groups) == before;
            end = if is_free { before } else { border_after(end + 1, groups) };
        }
        memory::push(&mut pieces, start..end, EXTENTS)?;
        start = end;
    }
    Ok(pieces)
}

/// A position, or if it lies inside a group the end of that group.
fn border_after(position: u64, groups: &[Range<u64>]) -> u64 {
    let next = groups.partition_point(|group| group.end <= position);
    match groups.get(next) {
        Some(group) if group.start < position => group.end,
        _ => position,
    }
}

/// Bytes from the start of the unit at a position to the position, if it is one that is changed.
fn torn_at(position: u64, transfers: &[Transfer]) -> u64 {
    let transfer = transfers.get(transfers.partition_point(|one| one.end() <= position));
    transfer.map_or(0, |one| one.torn_at(position))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::dtype::DType;
    use crate::load::change::Change;
    use crate::storage::Source;
    use crate::tensor::Encoding;

    #[test]
    fn pieces_never_tear_a_group_and_cover_the_range() {
        let groups = [0..TARGET / 2, TARGET / 2..3 * TARGET, 4 * TARGET..4 * TARGET + 1];
        let pieces = split(0..10 * TARGET, &groups, &[]).unwrap();
        assert_eq!(pieces.first().unwrap().start, 0);
        assert_eq!(pieces.last().unwrap().end, 10 * TARGET);
        assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
        for group in &groups {
            assert!(pieces.iter().any(|piece| piece.start <= group.start && group.end <= piece.end), "{group:?}");
        }
    }

    #[test]
    fn pieces_never_tear_a_unit_that_is_changed() {
        let change = Change::new(DType::F32, Encoding::PLAIN, DType::BF16).unwrap();
        let len = 40 * TARGET / 4 * 4;
        let transfer = Transfer { file: 0, offset: 3, row: len, stride: len, rows: 1, arena: 0, change };
        for groups in [vec![], vec![0..TARGET, TARGET..2 * TARGET, 2 * TARGET..transfer.end() + 5]] {
            let end = transfer.end() + 5;
            let pieces = split(0..end, &groups, &[transfer]).unwrap();
            assert_eq!((pieces[0].start, pieces.last().unwrap().end), (0, end));
            assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
            assert!(pieces.iter().all(|piece| transfer.torn_at(piece.start) == 0), "{pieces:?}");
            assert!(groups.iter().all(|group| pieces.iter().any(|p| p.start <= group.start && group.end <= p.end)));
        }
    }

    /// The blocks of a file overlap those of its tensors from its start to its end.
    #[test]
    fn what_confirms_what_is_known_makes_no_extent_longer() {
        let blocks = |check, shift: u64| {
            (0..64).map(move |block| {
                let start = u64::from(block) * (TARGET / 2) + shift;
                HashRange { file: 0, start, end: start + TARGET / 2, check, block }
            })
        };
        let mut checks = Checks::default();
        (checks.ranges, checks.necessary) = (blocks(0, 0).chain(blocks(1, 5)).collect(), 64);
        let files = [PayloadFile::plain(Source::from_memory("f", Bytes::new()))];
        let extents = cut(&files, &[], &checks, &[]).unwrap();
        assert!(extents.iter().all(|extent| extent.end - extent.start == TARGET), "{extents:?}");
        assert!(extents.windows(2).all(|pair| pair[0].start <= pair[1].start), "{extents:?}");
        let mut hashed: Vec<usize> = extents.iter().flat_map(|extent| extent.hashes.clone()).collect();
        hashed.sort_unstable();
        assert!(hashed.into_iter().eq(0..128));
    }

    #[test]
    fn near_ranges_are_read_together_and_touching_groups_stay_apart() {
        let ranges = || [0..10, 10..20, 20 + GAP..30 + GAP, 5..5].into_iter();
        assert_eq!(merge(ranges(), 0).unwrap(), [0..10, 10..20, 20 + GAP..30 + GAP]);
        assert_eq!(merge(ranges(), GAP).unwrap(), [0..20, 20 + GAP..30 + GAP]);
    }
}
