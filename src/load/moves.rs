//! Elements that have been read in the order of their files, and have to be brought into the order of their tensors.
//!
//! The pass fills the arena in the order of the files. What it cannot place so, because a tensor is a view or lies in
//! pieces, *moves* make contiguous: on the host while it is read, from a buffer, and elsewhere when the pass is over,
//! from where it was put as it is stored. Each is cut into *slabs*: parts of a tensor that lie in one piece at the
//! destination, so that threads can share them, and a caller who works step by step does not wait long for one.

use std::ops::Range;

use super::copy_strided::{Axis, copy_strided};
use super::strided::{Strided, row_major};
use crate::error::Result;
use crate::memory;

/// One tensor that is made contiguous. All numbers but addresses are elements.
#[derive(Debug, Clone)]
pub(super) struct Move {
    /// Where the tensor goes in the arena, in bytes.
    pub(super) to: u64,
    /// Bytes of one element.
    element: u64,
    /// For a tensor that is placed a second time, where the first place is, in bytes.
    pub(super) repeats: Option<u64>,
    shape: Vec<u64>,
    parts: Vec<MovePart>,
    /// The dimension along which the tensor is cut into slabs. Those before it have one slab for each index.
    split: usize,
    /// Elements of that dimension in one slab.
    step: u64,
}

/// A box of the tensor, and where its elements lie.
#[derive(Debug, Clone)]
pub(super) struct MovePart {
    /// Where the first element lies in the arena, in bytes.
    pub(super) from: u64,
    pub(super) start: Vec<u64>,
    pub(super) shape: Vec<u64>,
    pub(super) strides: Vec<u64>,
}

/// A part of a move: one piece of memory at the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slab {
    /// Index of the move in its plan.
    pub(super) index: usize,
    /// Number of the slab in its move.
    pub(super) number: u64,
}

/// What lies in a slab of one part: where from, where to (bytes from the start of the slab), and how far neighbours are apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) axes: Vec<Axis>,
}

/// Bytes of a slab: a few pages of each of the rows that a transposed tensor is read from, and few milliseconds of work.
const SLAB: u64 = 4 << 20;
const FEW_SLABS: u64 = 64;
/// A slab that is longer than this has a multiple of so many elements in the dimension along which it is cut, so that two slabs
/// rarely share a cache line of the source.
const WHOLE_LINES: u64 = 128;

impl MovePart {
    /// From the first byte of its first element to the last byte of its last.
    pub(super) fn source(&self, element: u64) -> Range<u64> {
        let last: u64 = self.shape.iter().zip(&self.strides).map(|(dim, stride)| (dim - 1) * stride).sum();
        self.from..self.from + (last + 1) * element
    }

    /// Bytes between elements that are neighbours at the destination: a row of the stored matrix of which it is a column.
    pub(super) fn row(&self, element: u64) -> u64 {
        self.strides.last().map_or(element, |stride| (stride * element).max(element))
    }
}

impl Move {
    /// A tensor of this shape from parts that lie at these addresses of the arena.
    pub(super) fn new<'a>(
        to: u64,
        element: u64,
        shape: Vec<u64>,
        parts: impl Iterator<Item = (u64, &'a Strided)>,
    ) -> Result<Self> {
        let parts = parts.map(|(from, part)| MovePart {
            from,
            start: part.start.clone(),
            shape: part.shape.clone(),
            strides: part.strides.clone(),
        });
        let parts = memory::collect(parts, "the pieces of a tensor")?;
        let mut all = Self { to, element, repeats: None, shape, parts, split: 0, step: 1 };
        all.join_dimensions();
        all.cut_slabs(SLAB);
        Ok(all)
    }

    /// Bytes that are copied to another place as they are.
    pub(super) fn plain(from: u64, to: u64, len: u64) -> Self {
        let part = MovePart { from, start: vec![0], shape: vec![len], strides: vec![1] };
        let repeats = Some(from);
        let mut all = Self { to, element: 1, repeats, shape: vec![len], parts: vec![part], split: 0, step: 1 };
        all.cut_slabs(SLAB);
        all
    }

    /// The same in about as many slabs as several threads need to get out of each other's way, however long it is.
    pub(super) fn in_few_slabs(mut self) -> Self {
        let bytes = self.shape.iter().product::<u64>() * self.element;
        self.cut_slabs(SLAB.max(bytes / FEW_SLABS));
        self
    }

    /// The boxes that it is made from.
    pub(super) fn parts(&self) -> &[MovePart] {
        &self.parts
    }

    /// The ranges of the arena that it is made from.
    pub(super) fn sources(&self) -> impl Iterator<Item = Range<u64>> {
        self.parts.iter().map(|part| part.source(self.element))
    }

    /// Makes one dimension of two that lie behind each other as if they were one, in every part; fewer dimensions are
    /// copied faster.
    fn join_dimensions(&mut self) {
        let mut dim = self.shape.len();
        while dim > 1 {
            dim -= 1;
            let length = self.shape[dim];
            let is_joined = self.parts.iter().all(|part| {
                part.shape[dim] == length
                    && (part.shape[dim - 1] == 1 || part.strides[dim - 1] == part.strides[dim] * length)
            });
            // A dimension of one element has no stride of its own.
            let is_idle = length == 1;
            if !is_joined && !is_idle {
                continue;
            }
            self.shape[dim - 1] *= length;
            self.shape.remove(dim);
            for part in &mut self.parts {
                part.start[dim - 1] *= length;
                part.shape[dim - 1] *= length;
                if !is_idle {
                    part.strides[dim - 1] = part.strides[dim];
                }
                part.start.remove(dim);
                part.shape.remove(dim);
                part.strides.remove(dim);
            }
        }
    }

    fn cut_slabs(&mut self, most: u64) {
        let mut inner = self.element;
        self.split = 0;
        self.step = 1;
        for dim in (0..self.shape.len()).rev() {
            let whole = inner.saturating_mul(self.shape[dim]);
            if whole > most {
                let step = (most / inner).max(1);
                (self.split, self.step) = (dim, if step > WHOLE_LINES { step - step % WHOLE_LINES } else { step });
                return;
            }
            inner = whole;
        }
        self.step = self.shape.first().copied().unwrap_or(1).max(1);
    }

    /// How many slabs there are.
    pub(super) fn slab_count(&self) -> u64 {
        let outer: u64 = self.shape[..self.split].iter().product();
        outer * self.shape.get(self.split).map_or(1, |length| length.div_ceil(self.step))
    }

    /// The elements of the slab in each dimension.
    fn bounds(&self, slab: Slab) -> Vec<Range<u64>> {
        let mut bounds: Vec<Range<u64>> = self.shape.iter().map(|length| 0..*length).collect();
        let Some(length) = self.shape.get(self.split).copied() else { return bounds };
        let in_split = length.div_ceil(self.step);
        let first = slab.number % in_split * self.step;
        bounds[self.split] = first..(first + self.step).min(length);
        let mut outer = slab.number / in_split;
        for dim in (0..self.split).rev() {
            let index = outer % self.shape[dim];
            bounds[dim] = index..index + 1;
            outer /= self.shape[dim];
        }
        bounds
    }

    /// The numbers of the slabs that a box has elements in.
    pub(super) fn slabs_of(&self, part: &MovePart) -> Vec<u64> {
        let range = |dim: usize| part.start[dim]..part.start[dim] + part.shape[dim];
        let Some(length) = self.shape.get(self.split).copied() else { return vec![0] };
        let mut outer = vec![0];
        for dim in 0..self.split {
            outer = outer.iter().flat_map(|index| range(dim).map(move |next| index * self.shape[dim] + next)).collect();
        }
        let Range { start, end } = range(self.split);
        let in_split = length.div_ceil(self.step);
        outer
            .iter()
            .flat_map(|index| (start / self.step..end.div_ceil(self.step)).map(move |at| index * in_split + at))
            .collect()
    }

    /// Where the slab goes in the arena, in bytes.
    pub(super) fn destination(&self, slab: Slab) -> Range<u64> {
        let bounds = self.bounds(slab);
        let strides = row_major(&self.shape);
        let first: u64 = bounds.iter().zip(&strides).map(|(range, stride)| range.start * stride).sum();
        let count: u64 = bounds.iter().map(|range| range.end - range.start).product();
        let start = self.to + first * self.element;
        start..start + count * self.element
    }

    /// What has to be copied into a slab.
    pub(super) fn chunks(&self, slab: Slab) -> Vec<Chunk> {
        self.parts.iter().filter_map(|part| self.chunk(part, slab)).collect()
    }

    /// What has to be copied into a slab from a box.
    pub(super) fn chunk(&self, part: &MovePart, slab: Slab) -> Option<Chunk> {
        let bounds = self.bounds(slab);
        let lengths: Vec<u64> = bounds.iter().map(|range| range.end - range.start).collect();
        let to_strides = row_major(&lengths);
        let mut chunk = Chunk { from: part.from, to: 0, axes: Vec::with_capacity(bounds.len()) };
        for (dim, range) in bounds.iter().enumerate() {
            let start = range.start.max(part.start[dim]);
            let end = range.end.min(part.start[dim] + part.shape[dim]);
            let count = end.checked_sub(start).filter(|count| *count > 0)?;
            let (from, to) = (part.strides[dim] * self.element, to_strides[dim] * self.element);
            chunk.from += (start - part.start[dim]) * from;
            chunk.to += (start - range.start) * to;
            chunk.axes.push(Axis { count: count as usize, from: from as usize, to: to as usize });
        }
        Some(chunk)
    }

    /// Bytes of one element.
    pub(super) fn element(&self) -> u64 {
        self.element
    }

    /// Fills a slab from the arena.
    pub(super) fn fill(&self, slab: Slab, arena: &[u8], place: &mut [u8]) {
        self.fill_from(slab, place, |from| &arena[from as usize..]);
    }

    /// Fills a slab; `source` gives what lies at an address of the arena and behind it.
    pub(super) fn fill_from<'a>(&self, slab: Slab, place: &mut [u8], source: impl Fn(u64) -> &'a [u8]) {
        for Chunk { from, to, axes } in self.chunks(slab) {
            copy_strided(self.element as usize, source(from), &mut place[to as usize..], &axes);
        }
    }
}

/// The slabs of these moves.
pub(super) fn slabs<'a>(moves: impl Iterator<Item = (usize, &'a Move)>) -> Result<Vec<Slab>> {
    let slabs = moves.flat_map(|(index, one)| (0..one.slab_count()).map(move |number| Slab { index, number }));
    memory::collect(slabs, "the parts of tensors that are moved")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Span;

    fn part(start: &[u64], shape: &[u64], strides: &[u64]) -> Strided {
        let run = Span { file: 0, offset: 0, len: 0 };
        Strided { run, start: start.to_vec(), shape: shape.to_vec(), strides: strides.to_vec() }
    }

    #[test]
    fn dimensions_that_follow_each_other_are_joined() {
        let part = part(&[0, 0, 0, 0], &[2, 3, 1, 4], &[24, 8, 77, 2]);
        let one = Move::new(0, 4, vec![2, 3, 1, 4], [(0, &part)].into_iter()).unwrap();
        assert_eq!((one.shape, &one.parts[0].strides), (vec![24], &vec![2]));
    }

    #[test]
    fn slabs_fill_the_destination_in_order() {
        for shape in [vec![3, 1 << 20], vec![1 << 21, 2], vec![2, 3, 700_000], vec![5], vec![]] {
            let strides: Vec<u64> = (0..shape.len()).map(|dim| 1 + dim as u64).collect();
            let part = part(&vec![0; shape.len()], &shape, &strides);
            let one = Move::new(64, 4, shape.clone(), [(0, &part)].into_iter()).unwrap();
            let (mut at, len) = (64, 4 * shape.iter().product::<u64>());
            for slab in slabs([(0, &one)].into_iter()).unwrap() {
                let range = one.destination(slab);
                assert_eq!(range.start, at, "{shape:?}");
                assert!(range.end - range.start <= SLAB);
                at = range.end;
            }
            assert_eq!(at, 64 + len);
        }
    }

    #[test]
    fn boxes_are_put_together() {
        let columns = [part(&[0, 0], &[2, 1], &[1, 1]), part(&[0, 1], &[2, 2], &[2, 1])];
        let one = Move::new(6, 1, vec![2, 3], [0, 2].into_iter().zip(&columns)).unwrap();
        let (arena, mut place) = ([1, 2, 3, 4, 5, 6], [0; 6]);
        slabs([(0, &one)].into_iter()).unwrap().into_iter().for_each(|slab| one.fill(slab, &arena, &mut place));
        assert_eq!(place, [1, 3, 4, 2, 5, 6]);
    }
}
