//! Copies elements from one regular arrangement to another.

use super::tile::Tile;
use crate::storage::{Streamed, streamed};

/// One dimension of a copy, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    /// Elements.
    pub(super) count: usize,
    /// From one element to the next at the source; 0: the same element again and again.
    pub(super) from: usize,
    /// From one element to the next at the destination.
    pub(super) to: usize,
}

/// Copies elements of `element` bytes. The axes are ordered from the outermost of the destination to the innermost.
///
/// # Panics
///
/// If an element lies outside `source` or `place`.
pub(super) fn copy_strided(element: usize, source: &[u8], place: &mut [u8], axes: &[Axis]) {
    // Tiles are two cache lines wide on both sides: memory brings them in pairs, and each pair once. Those of bytes
    // would take too much of a small stack.
    match element {
        _ if cfg!(feature = "small") => one_by_one(element, source, place, axes),
        1 => of_size::<1, 64, 8>(source, place, axes),
        2 => of_size::<2, 64, 16>(source, place, axes),
        4 => of_size::<4, 32, 16>(source, place, axes),
        8 => of_size::<8, 16, 16>(source, place, axes),
        16 => of_size::<16, 8, 16>(source, place, axes),
        _ => one_by_one(element, source, place, axes),
    }
}

/// Copies each element by itself, or those that follow each other on both sides at once.
fn one_by_one(element: usize, source: &[u8], place: &mut [u8], axes: &[Axis]) {
    let (len, axes) = match axes.split_last() {
        Some((inner, outer)) if inner.from == element && inner.to == element => (inner.count * element, outer),
        _ => (element, axes),
    };
    each_index(axes, &mut |from, to| place[to..to + len].copy_from_slice(&source[from..from + len]));
}

/// `TILE`: elements along both sides of a tile; `WORDS`: the 8 bytes that one of its rows is made of.
fn of_size<const BYTES: usize, const TILE: usize, const WORDS: usize>(source: &[u8], place: &mut [u8], axes: &[Axis]) {
    let Some((inner, outer)) = axes.split_last() else {
        return place[..BYTES].copy_from_slice(&source[..BYTES]);
    };
    if inner.from == BYTES && inner.to == BYTES {
        let len = inner.count * BYTES;
        return each_index(outer, &mut |from, to| place[to..to + len].copy_from_slice(&source[from..from + len]));
    }
    // Where another dimension is contiguous at the source, whole cache lines are read by going along both.
    match outer.iter().rposition(|axis| axis.from == BYTES) {
        Some(across) if inner.to == BYTES => {
            let (row, others) = (outer[across], without(outer, across));
            let mut tile = Tile::<BYTES, TILE, WORDS>::default();
            streamed(place, |place| {
                each_index(&others, &mut |from, to| transpose(&mut tile, &source[from..], place, to, *inner, row));
            });
        }
        _ => each_index(outer, &mut |from, to| line::<BYTES>(&source[from..], &mut place[to..], *inner)),
    }
}

fn without(axes: &[Axis], position: usize) -> Vec<Axis> {
    axes.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, axis)| *axis).collect()
}

/// Copies the elements of one dimension one by one.
fn line<const BYTES: usize>(source: &[u8], place: &mut [u8], axis: Axis) {
    for index in 0..axis.count {
        let (from, to) = (index * axis.from, index * axis.to);
        place[to..to + BYTES].copy_from_slice(&source[from..from + BYTES]);
    }
}

/// Copies a matrix whose rows at the destination (`inner`, contiguous there) are columns at the source (`row`,
/// contiguous there), tile by tile. The first element goes to `start`.
fn transpose<const BYTES: usize, const TILE: usize, const WORDS: usize>(
    tile: &mut Tile<BYTES, TILE, WORDS>,
    source: &[u8],
    place: &mut Streamed<'_>,
    start: usize,
    inner: Axis,
    row: Axis,
) {
    for line in (0..row.count).step_by(TILE) {
        for column in (0..inner.count).step_by(TILE) {
            let (from, to) = (column * inner.from + line * BYTES, start + line * row.to + column * BYTES);
            let (columns, lines) = ((inner.count - column).min(TILE), (row.count - line).min(TILE));
            let source = &source[from..];
            // What is missing of a tile costs as much as what it has.
            if columns * lines < TILE * TILE / 4 {
                rest::<BYTES>(source, place.from(to), (inner.from, columns), (row.to, lines));
                continue;
            }
            if columns == TILE && lines == TILE {
                tile.fill(source, inner.from);
            } else {
                tile.fill_part(source, inner.from, columns, lines);
            }
            place.copy_rows(tile.rows().take(lines).map(|row| &row[..columns * BYTES]), to, row.to);
        }
    }
}

fn rest<const BYTES: usize>(
    source: &[u8],
    place: &mut [u8],
    (from, columns): (usize, usize),
    (to, lines): (usize, usize),
) {
    for line in 0..lines {
        for column in 0..columns {
            let (from, to) = (column * from + line * BYTES, line * to + column * BYTES);
            place[to..to + BYTES].copy_from_slice(&source[from..from + BYTES]);
        }
    }
}

/// Calls `body` with the positions, source and destination, of every combination of indices.
pub(super) fn each_index(axes: &[Axis], body: &mut impl FnMut(usize, usize)) {
    let mut indices = vec![0; axes.len()];
    let (mut from, mut to) = (0, 0);
    if axes.iter().any(|axis| axis.count == 0) {
        return;
    }
    loop {
        body(from, to);
        let mut dim = axes.len();
        loop {
            let Some(inner) = dim.checked_sub(1) else { return };
            dim = inner;
            let axis = axes[dim];
            indices[dim] += 1;
            (from, to) = (from + axis.from, to + axis.to);
            if indices[dim] < axis.count {
                break;
            }
            (from, to) = (from - axis.from * axis.count, to - axis.to * axis.count);
            indices[dim] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The naive way.
    fn naive(element: usize, source: &[u8], place: &mut [u8], axes: &[Axis]) {
        let total: usize = axes.iter().map(|axis| axis.count).product();
        for number in 0..total {
            let (mut rest, mut from, mut to) = (number, 0, 0);
            for axis in axes.iter().rev() {
                from += rest % axis.count * axis.from;
                to += rest % axis.count * axis.to;
                rest /= axis.count;
            }
            place[to..to + element].copy_from_slice(&source[from..from + element]);
        }
    }

    #[test]
    fn every_arrangement_is_copied_as_one_by_one() {
        let source: Vec<u8> = (0..200_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let shapes: [&[usize]; 9] =
            [&[], &[5], &[16, 16], &[33, 17], &[3, 16, 40], &[2, 3, 5, 7], &[1, 64, 1, 33], &[128, 64], &[70, 130]];
        for (element, shape) in [1, 2, 3, 4, 8, 16].iter().flat_map(|element| shapes.map(|shape| (*element, shape))) {
            // Every order of the dimensions at the source, rotated; and one that repeats.
            for turn in 0..=shape.len() {
                let mut order: Vec<usize> = (0..shape.len()).collect();
                order.rotate_left(turn % shape.len().max(1));
                let mut axes: Vec<Axis> = shape.iter().map(|count| Axis { count: *count, from: 0, to: 0 }).collect();
                let (mut from, mut to) = (element, element);
                for dim in order.iter().rev() {
                    axes[*dim].from = from;
                    from *= shape[*dim] + turn % 2;
                }
                for axis in axes.iter_mut().rev() {
                    axis.to = to;
                    to *= axis.count;
                }
                if turn == shape.len() && turn > 0 {
                    axes[turn / 2].from = 0;
                }
                let (mut found, mut expected) = (vec![0xEE; to + 7], vec![0xEE; to + 7]);
                naive(element, &source, &mut expected, &axes);
                for copy in [copy_strided, one_by_one] {
                    found.fill(0xEE);
                    copy(element, &source, &mut found, &axes);
                    assert!(found == expected, "{element} bytes, {axes:?}");
                }
            }
        }
    }
}
