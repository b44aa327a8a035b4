//! Elements that go to their tensors while they are read: from a buffer to many places of an arena.
//!
//! Each thread has read some of the elements of a tensor, and those may belong anywhere in it. The place of the tensor
//! is cut into slabs; a thread locks one of them after the other.

use std::ops::Range;
use std::sync::Mutex;

use super::boxes::{Arrangement, ElementBox};
use super::copy_strided::copy_strided;
use super::layout::Layout;
use super::lock::lock;
use super::moves::{Move, MovePart, Slab};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;
use crate::storage::Slot;

/// What memory is asked for.
const MOVES: &str = "the parts of tensors that are moved";

/// The moves of a layout, and the places that they fill.
pub(super) struct Scatter {
    moves: Vec<Scattered>,
    /// Where elements come from, by the first byte.
    sources: Vec<Source>,
    /// The furthest end of each source and those before it.
    reach: Vec<u64>,
    /// What has no place in the arena, because only moves need it.
    transient: Vec<Range<u64>>,
}

struct Scattered {
    one: Move,
    slabs: Vec<Mutex<Slot>>,
}

/// A part of a move.
struct Source {
    range: Range<u64>,
    /// Bytes of a row of the stored matrix.
    row: u64,
    arrangement: Arrangement,
    index: usize,
    part: usize,
}

/// How many tensors may have an element before and one after the average byte that is read: each has to be looked at for
/// every block.
const MOST_OVERLAPS: u64 = 1024;
/// Bytes that tensors may reach over whatever the model is like.
const FREE_OVERLAPS: u64 = 1 << 30;
/// How many boxes of a tensor may be torn for each of its elements.
const MOST_TEARS: u64 = 2;
/// Boxes that may be torn whatever a tensor is like.
const FREE_TEARS: u64 = 1 << 20;
/// No buffer has fewer bytes.
const MIN_BUFFER: u64 = 64 << 10;
/// The golden ratio as a fraction of 2^64: its multiples are spread evenly, however many there are.
const GOLDEN_RATIO: u64 = 0x9E37_79B9_7F4A_7C15;
/// Memory brings cache lines in pairs.
const CACHE_LINES: u64 = 128;

/// The bytes of a buffer that holds enough rows of every stored matrix to fill two cache lines of each column. A larger one
/// is no faster, because it does not stay in the caches. 0: nothing needs a buffer.
pub(super) fn wanted_buffer(layout: &Layout) -> u64 {
    if layout.transient.is_empty() {
        return 0;
    }
    let of_part = |part: &MovePart, element: u64| {
        let source = part.source(element);
        let rows = CACHE_LINES.div_ceil(element) + 1;
        part.row(element).saturating_mul(rows).min(source.end - source.start)
    };
    let moves = layout.gathered.iter().map(|(_, index)| &layout.moves[*index]);
    let wanted = moves.flat_map(|one| one.parts().iter().map(|part| of_part(part, one.element())));
    wanted.max().unwrap_or_default().max(1)
}

/// Bounds the work of sorting out which elements of a buffer belong to which tensor. `name` tells whose a move is.
pub(super) fn check_work<'a>(layout: &Layout, name: impl Fn(usize) -> &'a str) -> Result<()> {
    let mut reach: u64 = 0;
    for (position, index) in &layout.gathered {
        let one = &layout.moves[*index];
        for part in one.parts() {
            let range = part.source(one.element());
            let len = range.end - range.start;
            reach = reach.saturating_add(len);
            let torn = Arrangement::new(&part.shape, &part.strides, one.element()).torn();
            let elements: u64 = part.shape.iter().product();
            if torn > 1 && torn.saturating_mul(len / MIN_BUFFER) > elements.saturating_mul(MOST_TEARS) + FREE_TEARS {
                let message = "its strides interleave its elements over too large a range of bytes";
                return Err(Error::new(Kind::Limit, message).with_subject(name(*position)));
            }
        }
    }
    if reach <= layout.bytes.saturating_mul(MOST_OVERLAPS).saturating_add(FREE_OVERLAPS) {
        return Ok(());
    }
    let message = format!(
        "tensors with strides overlap so much that they span {reach} bytes in total: select fewer of them at once"
    );
    Err(Error::new(Kind::Limit, message))
}

impl Scatter {
    /// `take` hands out ranges of the arena, in their order.
    pub(super) fn new(layout: &Layout, mut take: impl FnMut(Range<u64>) -> Result<Slot>) -> Result<Self> {
        let mut moves = memory::list(layout.moves.len(), MOVES)?;
        for (index, one) in layout.moves.iter().enumerate() {
            let one = one.clone().in_few_slabs();
            let slabs =
                (0..one.slab_count()).map(|number| take(one.destination(Slab { index, number })).map(Mutex::new));
            memory::check()?;
            moves.push(Scattered { slabs: memory::try_collect(slabs, MOVES)?, one });
        }
        let sources = moves.iter().enumerate().flat_map(|(index, of)| sources_of(index, &of.one));
        let mut sources: Vec<Source> = memory::collect(sources, MOVES)?;
        sort::sort_by_key(&mut sources, |source| (source.range.start, source.index, source.part));
        let reach = sources.iter().scan(0, |reach, source| {
            *reach = source.range.end.max(*reach);
            Some(*reach)
        });
        let reach = memory::collect(reach, MOVES)?;
        let transient = memory::collect(layout.transient.iter().cloned(), MOVES)?;
        Ok(Self { reach, sources, moves, transient })
    }

    /// Whether there is nothing to move.
    pub(super) fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// Whether some bytes of a range have no place in the arena.
    pub(super) fn is_transient(&self, range: &Range<u64>) -> bool {
        self.transient_in(range).next().is_some()
    }

    /// The parts of a range that have a place in the arena.
    pub(super) fn kept_in(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let mut at = range.start;
        let mut kept = Vec::new();
        for gone in self.transient_in(range) {
            kept.push(at..gone.start.max(at));
            at = gone.end;
        }
        kept.push(at.min(range.end)..range.end);
        kept.retain(|range| !range.is_empty());
        kept
    }

    fn transient_in(&self, range: &Range<u64>) -> impl Iterator<Item = &Range<u64>> {
        let first = self.transient.partition_point(|gone| gone.end <= range.start);
        let end = range.end;
        self.transient[first..].iter().take_while(move |gone| gone.start < end)
    }

    /// The longest row of a stored matrix, in bytes.
    pub(super) fn longest_row(&self) -> u64 {
        self.sources.iter().map(|source| source.row).max().unwrap_or_default()
    }

    /// Where the last whole row of a range of the layout ends, or the range if none does.
    pub(super) fn end_of_rows(&self, range: &Range<u64>) -> u64 {
        let first = self.reach.partition_point(|end| *end <= range.end);
        let Some(source) = self.sources.get(first).filter(|source| source.range.start < range.end) else {
            return range.end;
        };
        let end = range.end - (range.end - source.range.start) % source.row;
        if end > range.start { end } else { range.end }
    }

    /// Brings the elements of a range of the layout to their tensors; returns how many bytes these are. `worker` is the
    /// number of the caller among those who do so at the same time.
    pub(super) fn send(&self, range: &Range<u64>, bytes: &[u8], worker: u64) -> u64 {
        let first = self.reach.partition_point(|end| *end <= range.start);
        let sources = self.sources[first..].iter().take_while(|source| source.range.start < range.end);
        let mut sent = 0;
        for source in sources.filter(|source| source.range.end > range.start) {
            let start = range.start.saturating_sub(source.range.start);
            let end = range.end.min(source.range.end) - source.range.start;
            source.arrangement.visit(start..end, |found| {
                sent += found.byte_len();
                self.send_box(source, found, (range.start, bytes), worker);
            });
        }
        sent
    }

    /// `bytes` are those of the layout from `start` on.
    fn send_box(&self, source: &Source, found: &ElementBox, (start, bytes): (u64, &[u8]), worker: u64) {
        let Scattered { one, slabs } = &self.moves[source.index];
        let part = narrow(&one.parts()[source.part], found, one.element());
        let mut numbers = one.slabs_of(&part);
        // Workers begin far from each other, so that they rarely wait for each other.
        let share = u128::from(worker.wrapping_mul(GOLDEN_RATIO));
        let first = (share * numbers.len() as u128) >> 64;
        numbers.rotate_left(first as usize);
        each_slab(slabs, &numbers, |number, place| {
            let Some(chunk) = one.chunk(&part, Slab { index: source.index, number }) else { return };
            let (from, to) = (chunk.from + found.bytes.start - start, chunk.to + found.bytes.start);
            let len = (found.bytes.end - found.bytes.start) as usize;
            copy_strided(len, &bytes[from as usize..], &mut place[to as usize..], &chunk.axes);
        });
    }
}

/// Fills slabs: first those that no other thread is filling.
fn each_slab(slabs: &[Mutex<Slot>], numbers: &[u64], mut fill: impl FnMut(u64, &mut Slot)) {
    let mut busy = Vec::new();
    for number in numbers {
        match slabs[*number as usize].try_lock() {
            Ok(mut slab) => fill(*number, &mut slab),
            Err(_) => busy.push(*number),
        }
    }
    busy.into_iter().for_each(|number| fill(number, &mut lock(&slabs[number as usize])));
}

fn sources_of(index: usize, one: &Move) -> impl Iterator<Item = Source> {
    one.parts().iter().enumerate().map(move |(number, part)| Source {
        range: part.source(one.element()),
        row: part.row(one.element()),
        arrangement: Arrangement::new(&part.shape, &part.strides, one.element()),
        index,
        part: number,
    })
}

/// The box of a part.
fn narrow(part: &MovePart, found: &ElementBox, element: u64) -> MovePart {
    let into: u64 = found.start.iter().zip(&part.strides).map(|(index, stride)| index * stride).sum();
    MovePart {
        from: part.from + into * element,
        start: part.start.iter().zip(&found.start).map(|(start, into)| start + into).collect(),
        shape: found.shape.clone(),
        strides: part.strides.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Context;
    use crate::load::strided::Strided;
    use crate::storage::Arena;
    use crate::tensor::Span;

    /// A matrix of elements of two bytes that is stored as rows of `columns`, from byte 100 of the layout on, transposed.
    fn transposed(rows: u64, columns: u64) -> Layout {
        let bytes = 2 * rows * columns;
        let part = Strided {
            run: Span { file: 0, offset: 0, len: bytes },
            start: vec![0, 0],
            shape: vec![columns, rows],
            strides: vec![1, columns],
        };
        let moves = vec![Move::new(100 + bytes, 2, vec![columns, rows], [(100, &part)].into_iter()).unwrap()];
        let transient = std::iter::once(100..100 + bytes).collect();
        Layout { gathered: vec![(0, 0)], moves, transient, bytes: 100 + 2 * bytes, ..Layout::default() }
    }

    #[test]
    fn a_buffer_holds_the_rows_that_fill_two_cache_lines() {
        assert_eq!(wanted_buffer(&transposed(1000, 300)), 65 * 600);
        assert_eq!(wanted_buffer(&transposed(10, 300)), 10 * 600);
        assert_eq!(wanted_buffer(&Layout::default()), 0);
    }

    #[test]
    fn what_is_sent_ends_with_a_row() {
        let layout = transposed(10, 300);
        let mut arena = Arena::new(layout.bytes, 1, "the test", &Context::default()).unwrap();
        let mut taken = 0;
        let scatter = Scatter::new(&layout, |range| {
            arena.take((range.start - taken) as usize);
            taken = range.end;
            Ok(arena.take((range.end - range.start) as usize).unwrap())
        });
        let scatter = scatter.unwrap();
        assert_eq!(scatter.longest_row(), 600);
        for (range, end) in
            [(100..1_400, 1_300), (100..1_300, 1_300), (90..650, 100), (800..1_299, 1_299), (5_600..6_200, 6_200)]
        {
            assert_eq!(scatter.end_of_rows(&range), end, "{range:?}");
        }
    }
}
