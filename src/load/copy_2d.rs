//! Regular arrangements of elements as copies of rows: what a device can do by itself.

use super::copy_strided::{Axis, each_index};
use super::layout::Layout;
use super::moves::slabs;
use crate::error::{Error, Kind, Result};

/// Rows of equal length at equal distances on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copy2d {
    /// Bytes from the start of the source.
    pub(super) from: usize,
    /// Bytes from the start of the destination.
    pub(super) to: usize,
    /// Bytes of a row.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Bytes from one row to the next at the source.
    pub(super) from_pitch: usize,
    /// Bytes from one row to the next at the destination.
    pub(super) to_pitch: usize,
}

/// More copies would take longer than to send the tensor a second time.
const MOST_COPIES: usize = 1 << 20;

/// Splits a copy of elements into copies of rows, and hands each to `body`.
pub(super) fn each_copy(element: usize, axes: &[Axis], body: &mut impl FnMut(Copy2d)) {
    let Rows { width, height, others } = rows_of(element, axes);
    each_index(&others, &mut |from, to| {
        body(Copy2d { from, to, width, height: height.count, from_pitch: height.from, to_pitch: height.to });
    });
}

struct Rows {
    width: usize,
    height: Axis,
    others: Vec<Axis>,
}

/// The widest rows, and the dimension that has most of them. A row that stands for several has a distance of 0 at the
/// source, which no copy of rows can have.
fn rows_of(element: usize, axes: &[Axis]) -> Rows {
    let mut others = axes.to_vec();
    let mut width = element;
    while let Some(inner) = others.last().copied().filter(|inner| inner.from == width && inner.to == width) {
        width *= inner.count;
        others.pop();
    }
    let can_be_rows = |axis: &Axis| axis.from >= width && axis.to >= width;
    let position = (0..others.len()).filter(|at| can_be_rows(&others[*at])).max_by_key(|at| others[*at].count);
    let one = Axis { count: 1, from: width, to: width };
    let height = position.map_or(one, |position| others.remove(position));
    Rows { width, height, others }
}

/// Refuses moves that would take too many copies.
pub(super) fn check_count(layout: &Layout) -> Result<()> {
    let gathered = layout.gathered.iter().map(|(_, index)| (*index, &layout.moves[*index]));
    let mut count = 0_usize;
    for slab in slabs(gathered)? {
        let one = &layout.moves[slab.index];
        for chunk in one.chunks(slab) {
            let rows = rows_of(one.element() as usize, &chunk.axes);
            count = count.saturating_add(rows.others.iter().map(|axis| axis.count).product());
        }
        if count > MOST_COPIES {
            let message = format!(
                "views and tensors in pieces need more than {MOST_COPIES} copies to be made contiguous on a device: load them to the host \
                 instead"
            );
            return Err(Error::new(Kind::Unsupported, message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(count: usize, from: usize, to: usize) -> Axis {
        Axis { count, from, to }
    }

    fn copies(element: usize, axes: &[Axis]) -> Vec<Copy2d> {
        let mut copies = Vec::new();
        each_copy(element, axes, &mut |copy| copies.push(copy));
        copies
    }

    #[test]
    fn contiguous_elements_are_rows() {
        let expected = Copy2d { from: 0, to: 0, width: 24, height: 5, from_pitch: 40, to_pitch: 24 };
        assert_eq!(copies(4, &[axis(5, 40, 24), axis(2, 12, 12), axis(3, 4, 4)]), [expected]);
        assert_eq!(copies(4, &[]), [Copy2d { from: 0, to: 0, width: 4, height: 1, from_pitch: 4, to_pitch: 4 }]);
    }

    #[test]
    fn the_dimension_with_most_rows_is_copied_at_once() {
        let found = copies(2, &[axis(3, 2, 200), axis(100, 6, 2)]);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1], Copy2d { from: 2, to: 200, width: 2, height: 100, from_pitch: 6, to_pitch: 2 });
    }

    #[test]
    fn repeated_rows_are_copied_one_by_one() {
        let found = copies(4, &[axis(3, 0, 8), axis(2, 4, 4)]);
        assert_eq!(found.iter().map(|copy| (copy.from, copy.to)).collect::<Vec<_>>(), [(0, 0), (0, 8), (0, 16)]);
    }
}
