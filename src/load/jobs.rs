//! Cuts the bytes of a plan into jobs, which any threads may do in any order.

use std::ops::Range;

use super::PayloadFile;
use super::checks::Stream;
use super::layout::Copy;

/// A range of one file that one thread reads from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) file: usize,
    pub(super) start: u64,
    pub(super) end: u64,
    /// The copies that touch the range; the first and the last may reach beyond it.
    pub(super) copies: Range<usize>,
    /// The streams inside the range.
    pub(super) streams: Range<usize>,
    /// How many tensors end in the range.
    pub(super) tensors: u64,
}

impl Job {
    /// Bytes that are read, given the copies of the plan: without those between rows that nobody hashes.
    pub(super) fn read_bytes(&self, copies: &[Copy]) -> u64 {
        let skipped = copies[self.copies.clone()].iter().filter(|copy| self.skips_gaps(copy)).map(|copy| {
            let (start, end) = (self.start.max(copy.offset), self.end.min(copy.end()));
            end - start - (copy.taken_before(end) - copy.taken_before(start))
        });
        self.end - self.start - skipped.sum::<u64>()
    }

    /// Whether the bytes between the rows of a copy are left unread.
    pub(super) fn skips_gaps(&self, copy: &Copy) -> bool {
        self.streams.is_empty() && copy.stride - copy.row >= GAP
    }

    /// The part of the arena that the job fills: disjoint from that of every other job, since copies follow each other
    /// in the arena as they do in the file.
    pub(super) fn arena_range(&self, copies: &[Copy]) -> Option<Range<u64>> {
        let copies = &copies[self.copies.clone()];
        Some(copies.first()?.arena_at(self.start)..copies.last()?.arena_at(self.end))
    }
}

/// Large enough to be worth a turn of a thread, small enough to share the work evenly.
const TARGET: u64 = 8 << 20;

/// Ranges closer than this are read in one piece: a page is what the disk and the page cache read at least.
const GAP: u64 = 4 << 10;

/// Cuts wherever no stream and no element is torn. `copies`, `streams` and `ends` are sorted by file and offset.
pub(super) fn cut(files: &[PayloadFile], copies: &[Copy], streams: &[Stream], ends: &[(u32, u64)]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for file in 0..files.len() {
        let key = file as u32;
        let copies_of = between(copies, |copy| copy.file < key, |copy| copy.file <= key);
        let streams_of = between(streams, |stream| stream.file < key, |stream| stream.file <= key);
        let groups = merge(streams[streams_of.clone()].iter().map(|stream| stream.start..stream.end), 0);
        let copied = copies[copies_of.clone()].iter().map(|copy| copy.offset..copy.end());
        let mut needed: Vec<_> = copied.chain(groups.iter().cloned()).collect();
        needed.sort_unstable_by_key(|range| range.start);
        for range in merge(needed.into_iter(), GAP) {
            for Range { start, end } in split(range, &groups, &copies[copies_of.clone()]) {
                let ended = between(ends, |at| *at <= (key, start), |at| *at <= (key, end));
                let copied = between(&copies[copies_of.clone()], |c| c.end() <= start, |c| c.offset < end);
                let hashed = between(&streams[streams_of.clone()], |s| s.start < start, |s| s.start < end);
                let copies = copies_of.start + copied.start..copies_of.start + copied.end;
                let streams = streams_of.start + hashed.start..streams_of.start + hashed.end;
                jobs.push(Job { file, start, end, copies, streams, tensors: ended.len() as u64 });
            }
        }
    }
    // A stream that cannot be shared decides when the pass ends: begin with the longest.
    jobs.sort_by_key(|job| std::cmp::Reverse((job.end - job.start) / (4 * TARGET)));
    jobs
}

/// The part of a sorted list that begins where `before` ends to hold and ends where `until` does.
fn between<T>(items: &[T], before: impl Fn(&T) -> bool, until: impl Fn(&T) -> bool) -> Range<usize> {
    items.partition_point(before)..items.partition_point(until)
}

/// Joins sorted ranges that overlap or that at most `gap` bytes separate; with a gap of 0 ranges that
/// only touch stay apart.
fn merge(ranges: impl Iterator<Item = Range<u64>>, gap: u64) -> Vec<Range<u64>> {
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in ranges.filter(|range| !range.is_empty()) {
        match merged.last_mut() {
            Some(last) if range.start < last.end + gap => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Pieces of about [`TARGET`] bytes whose borders lie inside no group, and inside no element that is converted.
fn split(range: Range<u64>, groups: &[Range<u64>], copies: &[Copy]) -> Vec<Range<u64>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let mut end = border_after((start + TARGET).min(range.end), groups);
        loop {
            let torn = torn_at(end, copies);
            if torn == 0 {
                break;
            }
            let before = end - torn;
            // Where two groups meet inside an element, one job takes both: what is converted is what was hashed.
            let is_free = border_after(before, groups) == before;
            end = if is_free { before } else { border_after(end + 1, groups) };
        }
        pieces.push(start..end);
        start = end;
    }
    pieces
}

/// A position, or if it lies inside a group the end of that group.
fn border_after(position: u64, groups: &[Range<u64>]) -> u64 {
    let next = groups.partition_point(|group| group.end <= position);
    match groups.get(next) {
        Some(group) if group.start < position => group.end,
        _ => position,
    }
}

/// Bytes from the start of the element at a position to the position, if it is one that is converted.
fn torn_at(position: u64, copies: &[Copy]) -> u64 {
    let copy = copies.get(copies.partition_point(|copy| copy.end() <= position));
    copy.map_or(0, |copy| copy.torn_at(position))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::load::cast::Cast;

    #[test]
    fn pieces_never_tear_a_group_and_cover_the_range() {
        let groups = [0..TARGET / 2, TARGET / 2..3 * TARGET, 4 * TARGET..4 * TARGET + 1];
        let pieces = split(0..10 * TARGET, &groups, &[]);
        assert_eq!(pieces.first().unwrap().start, 0);
        assert_eq!(pieces.last().unwrap().end, 10 * TARGET);
        assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
        for group in &groups {
            assert!(pieces.iter().any(|piece| piece.start <= group.start && group.end <= piece.end), "{group:?}");
        }
    }

    #[test]
    fn pieces_never_tear_an_element_that_is_converted() {
        let cast = Cast::new(DType::F32, DType::BF16);
        let len = 40 * TARGET / 4 * 4;
        let copy = Copy { file: 0, offset: 3, row: len, stride: len, rows: 1, arena: 0, cast };
        for groups in [vec![], vec![0..TARGET, TARGET..2 * TARGET, 2 * TARGET..copy.end() + 5]] {
            let end = copy.end() + 5;
            let pieces = split(0..end, &groups, &[copy]);
            assert_eq!((pieces[0].start, pieces.last().unwrap().end), (0, end));
            assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
            assert!(pieces.iter().all(|piece| copy.torn_at(piece.start) == 0), "{pieces:?}");
            assert!(groups.iter().all(|group| pieces.iter().any(|p| p.start <= group.start && group.end <= p.end)));
        }
    }

    #[test]
    fn near_ranges_are_read_together_and_touching_groups_stay_apart() {
        let ranges = || [0..10, 10..20, 20 + GAP..30 + GAP, 5..5].into_iter();
        assert_eq!(merge(ranges(), 0), [0..10, 10..20, 20 + GAP..30 + GAP]);
        assert_eq!(merge(ranges(), GAP), [0..20, 20 + GAP..30 + GAP]);
    }
}
