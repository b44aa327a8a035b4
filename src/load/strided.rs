//! Elements at regular distances in a run: the box of a tensor that they are, or rows of bytes.

use crate::tensor::{Piece, Span, Tensor, View};

/// A box of a tensor, and where its elements lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strided {
    /// From the first byte of its first element to the last byte of its last.
    pub(super) run: Span,
    /// The first index of the box in each dimension, outermost first.
    pub(super) start: Vec<u64>,
    /// Elements of the box in each dimension.
    pub(super) shape: Vec<u64>,
    /// Elements between neighbours in each dimension.
    pub(super) strides: Vec<u64>,
}

impl Strided {
    /// All of a view.
    pub(super) fn of_view(tensor: &Tensor<'_>, view: &View<'_>) -> Self {
        // The stride of a single element says nothing, and may be any number.
        let stride = |(dim, stride): (&i64, &i64)| if *dim == 1 { 0 } else { *stride as u64 };
        let strides = tensor.shape.iter().zip(view.strides).map(stride).collect();
        Self { run: view.run, start: vec![0; tensor.shape.len()], shape: unsigned(tensor.shape), strides }
    }

    /// A piece of a tensor, which is contiguous in its run.
    pub(super) fn of_piece(_: &Tensor<'_>, piece: &Piece<'_>) -> Self {
        let shape = unsigned(piece.shape);
        Self { run: piece.run, start: unsigned(piece.start), strides: row_major(&shape), shape }
    }

    /// The part of the box that lies within `count` elements from `first` on in one dimension, as a box of that part of
    /// the tensor. `element` is the bytes of one.
    pub(super) fn cut(mut self, dim: usize, first: u64, count: u64, element: u64) -> Option<Self> {
        let start = self.start[dim].max(first);
        let end = (self.start[dim] + self.shape[dim]).min(first + count);
        if start >= end {
            return None;
        }
        self.run.offset += (start - self.start[dim]) * self.strides[dim] * element;
        (self.start[dim], self.shape[dim]) = (start - first, end - start);
        let last: u64 = self.shape.iter().zip(&self.strides).map(|(dim, stride)| (dim - 1) * stride).sum();
        self.run.len = (last + 1) * element;
        Some(self)
    }
}

fn unsigned(dims: &[i64]) -> Vec<u64> {
    dims.iter().map(|dim| *dim as u64).collect()
}

/// The strides of a contiguous row-major box, in elements.
pub(super) fn row_major(shape: &[u64]) -> Vec<u64> {
    let mut strides = vec![1; shape.len()];
    for dim in (1..shape.len()).rev() {
        strides[dim - 1] = strides[dim] * shape[dim];
    }
    strides
}

/// Bytes that are taken of a run: rows of equal length at equal distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rows {
    /// Bytes of one row.
    pub(super) row: u64,
    /// Bytes from the start of one row to that of the next.
    pub(super) stride: u64,
    pub(super) rows: u64,
}

impl Rows {
    /// One row.
    pub(super) fn one(len: u64) -> Self {
        Self { row: len, stride: len, rows: 1 }
    }

    pub(super) fn new(row: u64, stride: u64, rows: u64) -> Self {
        if row == stride || rows <= 1 || row == 0 { Self::one(row * rows) } else { Self { row, stride, rows } }
    }

    /// Bytes that are taken.
    pub(super) fn len(&self) -> u64 {
        self.row * self.rows
    }

    /// Bytes from the first that is taken to the last.
    pub(super) fn extent(&self) -> u64 {
        self.stride * (self.rows - 1) + self.row
    }
}

/// The rows that a box is, if its elements in their order are contiguous rows at equal distances.
pub(super) fn as_rows(part: &Strided, element: u64) -> Option<Rows> {
    let mut dims = part.shape.iter().zip(&part.strides).rev().filter(|(dim, _)| **dim != 1).peekable();
    let mut row = 1;
    while let Some((dim, _)) = dims.next_if(|(_, stride)| **stride == row) {
        row *= dim;
    }
    let Some((mut rows, stride)) = dims.next().map(|(rows, stride)| (*rows, *stride)) else {
        return Some(Rows::one(row * element));
    };
    for (dim, outer) in dims {
        if *outer != rows * stride {
            return None;
        }
        rows *= dim;
    }
    (stride > row).then(|| Rows::new(row * element, stride * element, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strided(shape: &[u64], strides: &[u64]) -> Strided {
        let run = Span { file: 0, offset: 100, len: 0 };
        Strided { run, start: vec![0; shape.len()], shape: shape.to_vec(), strides: strides.to_vec() }
    }

    #[test]
    fn contiguous_rows_at_equal_distances_are_rows() {
        let rows = |shape: &[u64], strides: &[u64]| as_rows(&strided(shape, strides), 4);
        assert_eq!(rows(&[2, 3], &[3, 1]), Some(Rows::one(24)));
        assert_eq!(rows(&[2, 3], &[5, 1]), Some(Rows { row: 12, stride: 20, rows: 2 }));
        assert_eq!(rows(&[2, 2, 3], &[10, 5, 1]), Some(Rows { row: 12, stride: 20, rows: 4 }));
        assert_eq!(rows(&[4, 1], &[7, 9]), Some(Rows { row: 4, stride: 28, rows: 4 }));
        assert_eq!(rows(&[], &[]), Some(Rows::one(4)));
        for (shape, strides) in [([2, 3], [1, 2]), ([2, 3], [0, 1]), ([2, 3], [2, 1])] {
            assert_eq!(rows(&shape, &strides), None, "{strides:?}");
        }
        assert_eq!(rows(&[2, 2, 3], &[11, 5, 1]), None);
    }

    #[test]
    fn a_cut_keeps_the_run_tight() {
        let part = Strided { start: vec![2, 0], ..strided(&[3, 4], &[1, 3]) };
        let cut = part.clone().cut(0, 3, 4, 4).unwrap();
        assert_eq!((cut.run.offset, cut.run.len), (104, 44));
        assert_eq!((cut.start, cut.shape), (vec![0, 0], vec![2, 4]));
        assert_eq!(part.cut(0, 0, 2, 4), None);
    }
}
