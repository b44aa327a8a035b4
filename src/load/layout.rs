//! Where each tensor goes in the arena, and which bytes of the files go there.

use super::cast::Cast;
use super::part::Rows;
use super::select::Selected;
use crate::error::{Error, Kind, Result};
use crate::tensor::{Span, TensorTable};

/// Bytes of one file that have a place in the arena: rows of equal length at equal distances, of which there is only
/// one unless a tensor is cut across its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copy {
    pub(super) file: u32,
    /// Bytes from the start of the file to the first row.
    pub(super) offset: u64,
    /// Bytes of a row.
    pub(super) row: u64,
    /// Bytes from the start of one row to that of the next.
    pub(super) stride: u64,
    pub(super) rows: u64,
    /// Where the first row goes; the others follow without a gap.
    pub(super) arena: u64,
    pub(super) cast: Option<Cast>,
}

impl Copy {
    /// The first byte of the file after the last row.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.stride * (self.rows - 1) + self.row
    }

    /// Bytes of rows before a position of the file.
    pub(super) fn taken_before(&self, position: u64) -> u64 {
        let into = position.clamp(self.offset, self.end()) - self.offset;
        into / self.stride * self.row + (into % self.stride).min(self.row)
    }

    /// Where in the arena the rows before a position of the file end.
    pub(super) fn arena_at(&self, position: u64) -> u64 {
        let taken = self.taken_before(position);
        self.arena + self.cast.map_or(taken, |cast| cast.len_of(taken))
    }

    /// The position of the file up to which the arena is full at `arena`, a place at or after the first row's.
    pub(super) fn position_at(&self, arena: u64) -> u64 {
        let (from, to) = self.cast.map_or((1, 1), |cast| (cast.from_bytes() as u64, cast.to_bytes() as u64));
        let placed = (arena - self.arena).min(self.row * self.rows / from * to);
        let taken = placed / to * from;
        (self.offset + taken / self.row * self.stride + taken % self.row).min(self.end())
    }

    /// Bytes from the start of an element to a position of the file; 0 where no element is torn.
    pub(super) fn torn_at(&self, position: u64) -> u64 {
        match self.cast {
            Some(cast) if self.offset < position && position < self.end() => {
                (position - self.offset) % cast.from_bytes() as u64
            }
            _ => 0,
        }
    }
}

/// Bytes of the arena that a second tensor needs at another place, because the first one's does not suit its alignment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) len: u64,
}

/// The arena of a plan.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Where each selected tensor begins.
    pub(super) offsets: Vec<u64>,
    /// In the order of storage, and so in the order of the arena.
    pub(super) copies: Vec<Copy>,
    /// What is copied inside the arena when it is full.
    pub(super) repeats: Vec<Repeat>,
    pub(super) bytes: u64,
}

/// Bytes that may be placed a second time whatever the model is like.
const FREE_REPEATS: u64 = 16 << 20;

/// A selected tensor, by where its bytes lie.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wanted<'a> {
    /// From the first byte that is taken to the last.
    extent: Span,
    change: Option<(&'a Rows, Option<Cast>)>,
    position: usize,
    placed_len: u64,
}

/// Tensors follow each other in the arena as they do in the files, whatever order they were selected in, so that
/// one large read fills many of them. Tensors that share bytes in their file share them in the arena, so that each byte is
/// read and placed once.
pub(super) fn lay_out(tensors: &TensorTable, selection: &[Selected], alignment: u64) -> Result<Layout> {
    let wanted = selection.iter().enumerate().filter_map(|(position, one)| want(tensors, one, position));
    // What has no bytes shares none, also where it lies inside another's.
    let mut wanted: Vec<_> = wanted.filter(|one| one.extent.len > 0).collect();
    wanted.sort_unstable();
    let mut layout = Layout { offsets: vec![0; selection.len()], ..Layout::default() };
    let mut displaced = Vec::new();
    let mut rest = &wanted[..];
    while let Some(first) = rest.first() {
        let (region, count) = shared_region(tensors, selection, rest)?;
        let len = if first.change.is_some() { first.placed_len } else { region.len };
        let start = layout.take(len, alignment)?;
        layout.copies.push(copy_of(first, region, start));
        for Wanted { extent, position, placed_len, .. } in &rest[..count] {
            let delta = extent.offset - region.offset;
            layout.offsets[*position] = start + delta;
            if !delta.is_multiple_of(alignment) {
                displaced.push((*position, *placed_len));
            }
        }
        rest = &rest[count..];
    }
    layout.repeat(displaced, alignment)?;
    Ok(layout)
}

fn want<'a>(tensors: &TensorTable, selected: &'a Selected, position: usize) -> Option<Wanted<'a>> {
    let tensor = tensors.get(selected.tensor)?;
    let placed_len = selected.placed_len(&tensor);
    let Some(part) = &selected.part else {
        return Some(Wanted { extent: tensor.span, change: None, position, placed_len });
    };
    let extent = Span { offset: tensor.span.offset + part.rows.start, len: part.rows.extent(), ..tensor.span };
    let is_plain = part.cast.is_none() && part.rows.rows == 1;
    Some(Wanted { extent, change: (!is_plain).then_some((&part.rows, part.cast)), position, placed_len })
}

fn copy_of(first: &Wanted<'_>, region: Span, arena: u64) -> Copy {
    let Span { file, offset, len } = region;
    match first.change {
        None => Copy { file, offset, row: len, stride: len, rows: 1, arena, cast: None },
        Some((rows, cast)) => Copy { file, offset, row: rows.row, stride: rows.stride, rows: rows.rows, arena, cast },
    }
}

/// The bytes of the first tensor and of those after it that share some of them, and how many tensors these are.
fn shared_region(tensors: &TensorTable, selection: &[Selected], wanted: &[Wanted<'_>]) -> Result<(Span, usize)> {
    let first = &wanted[0];
    let mut region = first.extent;
    let mut count = 1;
    for other in &wanted[1..] {
        let Span { file, offset, .. } = other.extent;
        if file != region.file || offset >= region.end() {
            break;
        }
        let is_same = other.extent == first.extent && other.change == first.change;
        if !is_same && (first.change.is_some() || other.change.is_some()) {
            let [a, b] = [first, other].map(|one| tensors.get(selection[one.position].tensor).map_or("", |t| t.name));
            let message = format!("it shares bytes with \"{b}\", and the two would be cut or converted differently");
            return Err(Error::new(Kind::Unsupported, message).subject(a));
        }
        region.len = region.len.max(other.extent.end() - region.offset);
        count += 1;
    }
    Ok((region, count))
}

impl Layout {
    /// Takes the next `len` bytes of the arena.
    fn take(&mut self, len: u64, alignment: u64) -> Result<u64> {
        let start = self.bytes.checked_next_multiple_of(alignment);
        let range = start.and_then(|start| Some((start, start.checked_add(len)?)));
        let (start, end) = range.ok_or_else(|| Error::out_of_memory("the arena", u64::MAX))?;
        self.bytes = end;
        Ok(start)
    }

    /// Gives tensors that begin at no multiple of the alignment a place of their own: position and bytes of each.
    fn repeat(&mut self, displaced: Vec<(usize, u64)>, alignment: u64) -> Result<()> {
        let placed = self.bytes;
        for (position, len) in displaced {
            let to = self.take(len, alignment)?;
            let from = std::mem::replace(&mut self.offsets[position], to);
            self.repeats.push(Repeat { from, to, len });
            if self.bytes - placed > placed.saturating_add(FREE_REPEATS) {
                let message = "tensors share bytes at distances that do not suit the alignment, so often that they would \
                               take more than twice their memory; ask for a smaller alignment";
                return Err(Error::new(Kind::Limit, message));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::part::Part;
    use super::*;
    use crate::dtype::DType;
    use crate::limits::Limits;
    use crate::load::CastRule;
    use crate::tensor::{Layout as InFile, TableBuilder};

    /// The tensors all converted, where they are F32.
    fn converted(tensors: &TensorTable) -> Vec<Selected> {
        let rule = CastRule { pattern: String::new(), from: Some(DType::F32), to: DType::F16 };
        let select = |tensor: usize| {
            let part = Part::of(&tensors.get(tensor).unwrap(), None, Some(&rule)).unwrap();
            Selected { tensor, part }
        };
        (0..tensors.len()).map(select).collect()
    }

    fn table(rows: &[(&str, DType, &[u64], u64, u64)]) -> TensorTable {
        let mut table = TableBuilder::new(&Limits::default());
        for (name, dtype, shape, offset, len) in rows {
            table.push(name, *dtype, shape, Span { file: 0, offset: *offset, len: *len }).unwrap();
        }
        table.finish_file(&InFile::Within(vec![1000])).unwrap()
    }

    #[test]
    fn what_is_empty_shares_no_bytes() {
        let tensors = table(&[("a", DType::F32, &[10], 0, 40), ("e", DType::F32, &[0, 3], 20, 0)]);
        let layout = lay_out(&tensors, &converted(&tensors), 64).unwrap();
        assert_eq!((layout.bytes, layout.copies.len()), (20, 1));
    }

    #[test]
    fn what_is_shared_is_converted_once_or_not_at_all() {
        let twins = table(&[("a", DType::F32, &[10], 0, 40), ("b", DType::F32, &[5, 2], 0, 40)]);
        let layout = lay_out(&twins, &converted(&twins), 64).unwrap();
        assert_eq!((layout.bytes, layout.offsets, layout.copies.len()), (20, vec![0, 0], 1));
        for other in [("b", DType::F32, &[9][..], 4, 36), ("b", DType::U8, &[40][..], 0, 40)] {
            let tensors = table(&[("a", DType::F32, &[10], 0, 40), other]);
            let error = lay_out(&tensors, &converted(&tensors), 64).unwrap_err();
            assert_eq!(error.kind(), Kind::Unsupported, "{error}");
        }
    }
}
