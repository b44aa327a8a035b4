//! Where each tensor goes in the arena, and which bytes of the files go there.

use std::ops::Range;

use super::change::{Change, Unit};
use super::moves::Move;
use super::part::{Part, Taken};
use super::select::Selected;
use super::strided::{Rows, Strided};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::sort;
use crate::steps;
use crate::tensor::{Span, TensorTable};

/// What memory is asked for.
const LAYOUT: &str = "the layout of the tensors";

/// Bytes of one file that have a place in the arena: rows of equal length at equal distances, of which there is only
/// one unless a tensor is cut across its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transfer {
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
    pub(super) change: Option<Change>,
}

impl Transfer {
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
        self.arena + self.change.map_or(taken, |change| change.len_of(taken))
    }

    /// The position of the file up to which the arena is full at `arena`, a place at or after the first row's.
    pub(super) fn position_at(&self, arena: u64) -> u64 {
        let (from, to) = self.change.map_or((1, 1), |change| (change.unit().from_bytes, change.unit().to_bytes));
        let placed = (arena - self.arena).min(self.row * self.rows / from * to);
        let taken = placed / to * from;
        (self.offset + taken / self.row * self.stride + taken % self.row).min(self.end())
    }

    /// Bytes from the start of a unit that is changed to a position of the file; 0 where no unit is torn.
    pub(super) fn torn_at(&self, position: u64) -> u64 {
        match self.change {
            Some(change) if self.offset < position && position < self.end() => {
                (position - self.offset) % change.unit().from_bytes
            }
            _ => 0,
        }
    }
}

/// The arena of a plan.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Where each selected tensor begins.
    pub(super) offsets: Vec<u64>,
    /// The selected tensors that moves make from scattered elements, and the move of each.
    pub(super) gathered: Vec<(usize, usize)>,
    /// In the order of storage, and so in the order of the arena.
    pub(super) transfers: Vec<Transfer>,
    /// What is copied inside the arena, in the order of the destinations, which come behind all transfers.
    pub(super) moves: Vec<Move>,
    /// What the moves take and nobody else needs: it needs no memory on the host, and on a device only until they are done.
    pub(super) transient: Vec<Range<u64>>,
    pub(super) bytes: u64,
}

/// Bytes that may be placed a second time whatever the model is like.
const FREE_REPEATS: u64 = 16 << 20;

/// A run of a selected tensor, by where its bytes lie.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    /// From the first byte that is taken to the last.
    bounds: Span,
    /// How what is taken differs from the bytes of the file.
    form: Option<(Rows, Option<Change>)>,
    position: usize,
    /// The number of the part, if its elements are scattered.
    part: Option<u32>,
    placed_len: u64,
}

/// Tensors follow each other in the arena as they do in the files, whatever order they were selected in, so that
/// one large read fills many of them. Tensors that share bytes in their file share them in the arena, so that each byte is
/// read and placed once.
pub(super) fn lay_out(tensors: &TensorTable, selection: &[Selected], alignment: u64) -> Result<Layout> {
    let mut wanted = memory::list(selection.len(), LAYOUT)?;
    selection.iter().enumerate().try_for_each(|(position, one)| want(tensors, one, position, &mut wanted))?;
    // What has no bytes shares none, also where it lies inside another's.
    wanted.retain(|one| {
        steps::rest();
        one.bounds.len > 0
    });
    sort::sort(&mut wanted);
    let mut layout = Layout {
        offsets: memory::filled(0, selection.len(), LAYOUT)?,
        transfers: memory::list(wanted.len(), LAYOUT)?,
        ..Layout::default()
    };
    let mut displaced = Vec::new();
    let mut scattered = Vec::new();
    let mut rest = &wanted[..];
    while let Some(first) = rest.first() {
        let (region, count) = shared_region(tensors, selection, rest)?;
        let len = if first.bounds == region { first.placed_len } else { region.len };
        let start = layout.take(len, alignment)?;
        memory::push(&mut layout.transfers, transfer_of(first, region, start), LAYOUT)?;
        if rest[..count].iter().all(|one| one.part.is_some()) {
            memory::push(&mut layout.transient, start..start + len, LAYOUT)?;
        }
        for Wanted { bounds, position, part, placed_len, .. } in &rest[..count] {
            let delta = bounds.offset - region.offset;
            if let Some(part) = part {
                memory::push(&mut scattered, ((*position, *part as usize), start + delta), LAYOUT)?;
                continue;
            }
            layout.offsets[*position] = start + delta;
            if !delta.is_multiple_of(alignment) {
                memory::push(&mut displaced, (*position, *placed_len), LAYOUT)?;
            }
        }
        rest = &rest[count..];
    }
    layout.repeat(displaced, alignment)?;
    sort::sort(&mut scattered);
    layout.gather(tensors, selection, &scattered, alignment)?;
    Ok(layout)
}

fn want(tensors: &TensorTable, selected: &Selected, position: usize, wanted: &mut Vec<Wanted>) -> Result<()> {
    let Some(tensor) = tensors.get(selected.tensor) else { return Ok(()) };
    let placed_len = selected.placed_len(&tensor);
    let Some(part) = &selected.part else {
        let plain = tensor.span().map(|bounds| Wanted { bounds, form: None, position, part: None, placed_len });
        return plain.map_or(Ok(()), |plain| memory::push(wanted, plain, LAYOUT));
    };
    match &part.taken {
        Taken::Rows(bounds, rows) => {
            let is_plain = part.change.is_none() && rows.rows == 1;
            let form = (!is_plain).then_some((*rows, part.change));
            memory::push(wanted, Wanted { bounds: *bounds, form, position, part: None, placed_len }, LAYOUT)
        }
        Taken::Scattered(parts) => parts.iter().enumerate().try_for_each(|(number, scattered)| {
            let len = scattered.run.len;
            let placed_len = part.change.map_or(len, |change| change.len_of(len));
            let form = part.change.map(|change| (Rows::one(len), Some(change)));
            let part = Some(number as u32);
            memory::push(wanted, Wanted { bounds: scattered.run, form, position, part, placed_len }, LAYOUT)
        }),
    }
}

fn transfer_of(first: &Wanted, region: Span, arena: u64) -> Transfer {
    let Span { file, offset, len } = region;
    let (rows, change) = match first.form {
        // What several share lies in one row.
        Some((rows, change)) if rows.rows > 1 => (rows, change),
        form => (Rows::one(len), form.and_then(|(_, change)| change)),
    };
    let Rows { row, stride, rows } = rows;
    Transfer { file, offset, row, stride, rows, arena, change }
}

/// The bytes of the first run and of those after it that share some of them, and how many runs these are.
fn shared_region(tensors: &TensorTable, selection: &[Selected], wanted: &[Wanted]) -> Result<(Span, usize)> {
    let first = &wanted[0];
    let mut region = first.bounds;
    let mut count = 1;
    for other in &wanted[1..] {
        let Span { file, offset, .. } = other.bounds;
        if file != region.file || offset >= region.end() {
            break;
        }
        if !can_share(first, other) {
            let [a, b] = [first, other].map(|one| tensors.get(selection[one.position].tensor).map_or("", |t| t.name));
            let message = format!("it shares bytes with \"{b}\", and the two would be cut or converted differently");
            return Err(Error::new(Kind::Unsupported, message).with_subject(a));
        }
        region.len = region.len.max(other.bounds.end() - region.offset);
        count += 1;
    }
    Ok((region, count))
}

/// Whether one transfer of the bytes of both serves both.
fn can_share(first: &Wanted, other: &Wanted) -> bool {
    match (&first.form, &other.form) {
        (None, None) => true,
        (Some(form), Some(same)) if form == same && first.bounds == other.bounds => true,
        (Some((rows, Some(change))), Some((others, same))) => {
            let Unit { from_bytes, .. } = change.unit();
            let is_aligned = (other.bounds.offset - first.bounds.offset).is_multiple_of(from_bytes);
            rows.rows == 1 && others.rows == 1 && Some(*change) == *same && change.keeps_places() && is_aligned
        }
        _ => false,
    }
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
            memory::check()?;
            memory::push(&mut self.moves, Move::plain(from, to, len), LAYOUT)?;
            if self.bytes - placed > placed.saturating_add(FREE_REPEATS) {
                let message = "tensors share bytes at distances that do not suit the alignment, so often that they would \
                               take more than twice their memory; ask for a smaller alignment";
                return Err(Error::new(Kind::Limit, message));
            }
        }
        Ok(())
    }

    /// Gives tensors whose elements are scattered their places. `starts` says where each of their parts is in the
    /// arena: position and number of the part, sorted.
    fn gather(
        &mut self,
        tensors: &TensorTable,
        selection: &[Selected],
        starts: &[((usize, usize), u64)],
        alignment: u64,
    ) -> Result<()> {
        for group in starts.chunk_by(|((position, _), _), ((other, _), _)| position == other) {
            let position = group[0].0.0;
            let selected = &selection[position];
            let (Some(tensor), Some(part)) = (tensors.get(selected.tensor), &selected.part) else { continue };
            let Taken::Scattered(parts) = &part.taken else { continue };
            let to = self.take(selected.placed_len(&tensor), alignment)?;
            self.offsets[position] = to;
            let parts = group.iter().filter_map(|((_, number), from)| Some((*from, parts.get(*number)?)));
            memory::check()?;
            memory::push(&mut self.gathered, (position, self.moves.len()), LAYOUT)?;
            memory::push(&mut self.moves, gather_of(part, to, parts)?, LAYOUT)?;
        }
        Ok(())
    }

    /// Bytes that only moves need.
    pub(super) fn transient_bytes(&self) -> u64 {
        self.transient.iter().map(|range| range.end - range.start).sum()
    }
}

fn gather_of<'a>(part: &Part, to: u64, parts: impl Iterator<Item = (u64, &'a Strided)>) -> Result<Move> {
    let element = part.dtype.bytes_of(1).unwrap_or(1);
    Move::new(to, element, part.shape.iter().map(|dim| *dim as u64).collect(), parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::limits::Limits;
    use crate::load::CastRule;
    use crate::tensor::{ByteOrder, Encoding, Layout as InFile, TableBuilder, View};

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
        assert_eq!((layout.bytes, layout.transfers.len()), (20, 1));
    }

    #[test]
    fn what_is_shared_is_converted_once_or_not_at_all() {
        let twins = table(&[("a", DType::F32, &[10], 0, 40), ("b", DType::F32, &[5, 2], 0, 40)]);
        let layout = lay_out(&twins, &converted(&twins), 64).unwrap();
        assert_eq!((layout.bytes, layout.offsets, layout.transfers.len()), (20, vec![0, 0], 1));
        for other in [("b", DType::F32, &[9][..], 4, 36), ("b", DType::U8, &[40][..], 0, 40)] {
            let tensors = table(&[("a", DType::F32, &[10], 0, 40), other]);
            let error = lay_out(&tensors, &converted(&tensors), 64).unwrap_err();
            assert_eq!(error.kind(), Kind::Unsupported, "{error}");
        }
    }

    #[test]
    fn views_of_one_storage_share_it_also_where_its_bytes_are_reversed() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let encoding = if order == ByteOrder::Big { Encoding::BIG_ENDIAN } else { Encoding::PLAIN };
            let mut table = TableBuilder::new(&Limits::default());
            let run = |offset, len| Span { file: 0, offset, len };
            table.push_view("a", DType::F32, &[2, 3], View { run: run(0, 24), strides: &[1, 2], encoding }).unwrap();
            table.push_view("b", DType::F32, &[5], View { run: run(4, 20), strides: &[1], encoding }).unwrap();
            let tensors = table.finish_file(&InFile::Within(vec![24])).unwrap();
            let selected = |tensor| Part::of(&tensors.get(tensor).unwrap(), None, None).unwrap();
            let selection: Vec<_> = (0..2).map(|tensor| Selected { tensor, part: selected(tensor) }).collect();
            let layout = lay_out(&tensors, &selection, 4).unwrap();
            assert_eq!((layout.transfers.len(), layout.transfers[0].row), (1, 24));
            assert_eq!((layout.moves.len(), &layout.offsets[..]), (1, &[24, 4][..]));
            assert!(layout.transient.is_empty(), "the storage holds \"b\" too");
        }
    }
}
