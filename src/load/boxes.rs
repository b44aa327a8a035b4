//! Which elements of a regular arrangement lie in a range of bytes.

use std::ops::Range;

use crate::sort;

/// Elements at regular distances, seen from the bytes: the dimensions in the order of their strides, whatever their order in the
/// tensor.
pub(super) struct Arrangement {
    /// From the longest stride to the shortest. The last level is the bytes of one element.
    levels: Vec<Level>,
    shape: Vec<u64>,
    element: u64,
}

/// A dimension, or the bytes of an element. Numbers of bytes are signed, because ranges may begin before a level does.
struct Level {
    dim: Option<usize>,
    count: i64,
    /// From one index to the next; 0: all of them are the same bytes.
    stride: i64,
    /// From the first byte of the first index to the last byte of the last.
    reach: i64,
}

/// Elements in a box, all of whose bytes lie in a range, or the same part of the bytes of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ElementBox {
    /// The first index in each dimension.
    pub(super) start: Vec<u64>,
    /// Elements in each dimension.
    pub(super) shape: Vec<u64>,
    /// The bytes of each element.
    pub(super) bytes: Range<u64>,
}

impl Arrangement {
    /// Elements of `element` bytes. No dimension is empty; strides are elements.
    pub(super) fn new(shape: &[u64], strides: &[u64], element: u64) -> Self {
        let dims = shape.iter().zip(strides).enumerate();
        let level = |(dim, (count, stride)): (usize, (&u64, &u64))| Level {
            dim: Some(dim),
            count: *count as i64,
            stride: (*stride * element) as i64,
            reach: 0,
        };
        let mut levels: Vec<Level> = dims.map(level).collect();
        sort::sort_by_key(&mut levels, |level| (std::cmp::Reverse(level.stride), level.dim));
        levels.push(Level { dim: None, count: element as i64, stride: 1, reach: 0 });
        let mut inner = 1;
        for level in levels.iter_mut().rev() {
            inner += (level.count - 1) * level.stride;
            level.reach = inner;
        }
        Self { levels, shape: shape.to_vec(), element }
    }

    /// How many boxes the end of a range can tear at most: one in each level, unless elements of one index lie among those
    /// of others.
    pub(super) fn torn(&self) -> u64 {
        let pairs = self.levels.iter().zip(&self.levels[1..]).filter(|(level, _)| level.stride > 0);
        let torn = pairs.map(|(level, inner)| inner.reach.div_euclid(level.stride).saturating_add(1).min(level.count));
        torn.fold(1, |product: u64, torn| product.saturating_mul(torn.max(1) as u64))
    }

    /// Calls `visit` with what lies in a range of bytes, counted from the first byte of the first element: every byte
    /// of every element once.
    pub(super) fn visit(&self, range: Range<u64>, mut visit: impl FnMut(&ElementBox)) {
        let all = ElementBox { start: vec![0; self.shape.len()], shape: self.shape.clone(), bytes: 0..self.element };
        // Boxes that reach beyond the range, from the outermost level to the innermost that is being searched.
        let mut open: Vec<Torn<'_>> = Vec::new();
        let mut next = Some((&self.levels[..], range.start as i64..range.end as i64, all));
        while let Some((levels, range, within)) = next {
            open.extend(tear(levels, range, within, &mut visit));
            next = loop {
                let Some(torn) = open.last_mut() else { break None };
                match torn.next() {
                    Some(inner) => break Some(inner),
                    None => _ = open.pop(),
                }
            };
        }
    }
}

/// A box of elements with the levels that it still has, and the range from its first byte on.
type Open<'a> = (&'a [Level], Range<i64>, ElementBox);

/// A box of which some indices of a level lie only partly in the range.
struct Torn<'a> {
    level: &'a Level,
    inner: &'a [Level],
    /// The indices that may have bytes in the range, and of them those that lie in it as a whole.
    touched: Range<i64>,
    whole: Range<i64>,
    range: Range<i64>,
    within: ElementBox,
}

/// Visits what lies in the range as a whole; the rest is torn.
fn tear<'a>(
    mut levels: &'a [Level],
    range: Range<i64>,
    within: ElementBox,
    visit: &mut impl FnMut(&ElementBox),
) -> Option<Torn<'a>> {
    loop {
        let (level, inner) = levels.split_first()?;
        if range.start <= 0 && range.end >= level.reach {
            visit(&within);
            return None;
        }
        levels = inner;
        if level.stride == 0 {
            continue;
        }
        let reach = inner.first().map_or(1, |inner| inner.reach);
        let touched = level.indices(range.start - reach + 1, range.end);
        let whole = level.indices(range.start, range.end - reach + 1);
        if !whole.is_empty() {
            visit(&within.cut(level.dim, whole.clone()));
        }
        return Some(Torn { level, inner, touched, whole, range, within });
    }
}

impl<'a> Torn<'a> {
    /// The next index that lies only partly in the range.
    fn next(&mut self) -> Option<Open<'a>> {
        if self.whole.contains(&self.touched.start) {
            self.touched.start = self.whole.end;
        }
        let index = self.touched.next()?;
        let into = index * self.level.stride;
        let range = self.range.start - into..self.range.end - into;
        Some((self.inner, range, self.within.cut(self.level.dim, index..index + 1)))
    }
}

impl Level {
    /// The indices that begin at `first` or later, and before `end`.
    fn indices(&self, first: i64, end: i64) -> Range<i64> {
        let at_or_after = |position: i64| (position.max(0) as u64).div_ceil(self.stride as u64) as i64;
        at_or_after(first)..at_or_after(end).min(self.count)
    }
}

impl ElementBox {
    /// Bytes of all elements together, as far as they are found.
    pub(super) fn byte_len(&self) -> u64 {
        self.shape.iter().product::<u64>() * (self.bytes.end - self.bytes.start)
    }

    /// The part that has these indices of one dimension, or these bytes of each element.
    fn cut(&self, dim: Option<usize>, indices: Range<i64>) -> Self {
        let mut part = self.clone();
        let (start, end) = (indices.start as u64, indices.end as u64);
        match dim {
            Some(dim) => (part.start[dim], part.shape[dim]) = (start, end - start),
            None => part.bytes = start..end,
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the elements of a box: index of each element, and byte of it.
    fn bytes_of(found: &ElementBox) -> Vec<(Vec<u64>, u64)> {
        let mut all = vec![Vec::new()];
        for (start, count) in found.start.iter().zip(&found.shape) {
            let longer =
                |index: &Vec<u64>| (*start..start + count).map(|next| [&index[..], &[next]].concat()).collect();
            all = all.iter().flat_map(|index| -> Vec<Vec<u64>> { longer(index) }).collect();
        }
        all.into_iter().flat_map(|index| found.bytes.clone().map(move |byte| (index.clone(), byte))).collect()
    }

    fn boxes(arrangement: &Arrangement, range: Range<u64>) -> Vec<ElementBox> {
        let mut boxes = Vec::new();
        arrangement.visit(range, |found| boxes.push(found.clone()));
        boxes
    }

    #[test]
    fn every_byte_of_every_element_is_found_once() {
        let cases: [(&[u64], &[u64], u64); 8] = [
            (&[], &[], 4),
            (&[7], &[1], 2),
            (&[3, 4], &[1, 3], 4),
            (&[3, 4], &[5, 1], 3),
            (&[2, 3, 4], &[4, 8, 1], 2),
            (&[4, 4], &[1, 1], 2),
            (&[3, 2, 3], &[0, 4, 1], 1),
            (&[2, 1, 3], &[2, 9, 3], 4),
        ];
        for (shape, strides, element) in cases {
            let arrangement = Arrangement::new(shape, strides, element);
            let all = ElementBox { start: vec![0; shape.len()], shape: shape.to_vec(), bytes: 0..element };
            let position = |(index, byte): &(Vec<u64>, u64)| {
                index.iter().zip(strides).map(|(index, stride)| index * stride * element).sum::<u64>() + byte
            };
            for start in 0..40 {
                for end in start..=40 {
                    let is_in = |one: &(Vec<u64>, u64)| (start..end).contains(&position(one));
                    let expected: Vec<_> = bytes_of(&all).into_iter().filter(is_in).collect();
                    let mut found: Vec<_> = boxes(&arrangement, start..end).iter().flat_map(bytes_of).collect();
                    found.sort_unstable();
                    assert_eq!(found, expected, "{shape:?}, {strides:?}, {element}: {start}..{end}");
                }
            }
        }
    }

    #[test]
    fn rows_of_a_transposed_matrix_are_found_as_one_box() {
        let found = boxes(&Arrangement::new(&[100, 1000], &[1, 100], 4), 400..1200);
        assert_eq!(found, [ElementBox { start: vec![0, 1], shape: vec![100, 2], bytes: 0..4 }]);
    }
}
