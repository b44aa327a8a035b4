//! The rows of the table, and how they are found.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::contents::{Contents, Encoding, PieceRow, Pieces, View};
use super::{STRING_OFFSET, Span};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::memory;
use crate::quantization::Quantization;
use crate::sort;
use crate::steps;

/// One tensor of a table.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Tensor<'a> {
    /// The name: any text, unique in the model.
    pub name: &'a str,
    /// The type of the elements.
    pub dtype: DType,
    /// Elements of each dimension, outermost first; empty for a scalar.
    pub shape: &'a [i64],
    /// Where the elements are.
    pub contents: Contents<'a>,
    /// How the elements stand for real numbers, where the format says so.
    pub quantization: Option<&'a Quantization>,
}

impl<'a> Tensor<'a> {
    /// The bytes of the tensor when it is contiguous.
    pub fn byte_len(&self) -> u64 {
        match self.contents {
            Contents::Span(span) => span.len,
            // The table has checked that the product and the bytes are in range.
            Contents::View(_) | Contents::Pieces(_) => self.dtype.bytes_of(self.elements()).unwrap_or_default(),
        }
    }

    /// The number of elements.
    pub fn elements(&self) -> u64 {
        self.shape.iter().map(|dim| *dim as u64).product()
    }

    /// The range that holds the elements contiguous, row-major and little-endian; `None` for views and pieces.
    pub fn span(&self) -> Option<Span> {
        self.contents.span()
    }

    /// Elements between neighbours in each dimension, outermost first; `None` for a contiguous tensor and for pieces.
    pub fn strides(&self) -> Option<&'a [i64]> {
        match self.contents {
            Contents::View(view) => Some(view.strides),
            Contents::Span(_) | Contents::Pieces(_) => None,
        }
    }

    /// The file that holds the tensor, or of several the first.
    pub fn file(&self) -> usize {
        self.contents.runs().next().map_or(0, |run| run.file as usize)
    }
}

/// All tensors of a model, in the order in which they are stored: by file, then by offset; those in pieces by their first piece.
#[derive(Debug, Default)]
pub struct TensorTable {
    /// All names and all shapes in two arenas: a model may have hundreds of thousands of tensors.
    pub(super) names: String,
    pub(super) dims: Vec<i64>,
    pub(super) rows: Vec<Row>,
    /// What few tensors have beside their row.
    pub(super) extras: Vec<Extra>,
    pub(super) pieces: Vec<PieceRow>,
    /// The files that tensors in pieces lie in beside that of their first piece: file and row, sorted.
    further_files: Vec<(u32, u32)>,
    pub(super) quantizations: Vec<Quantization>,
    by_name: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// The span, the run of a view, or the first run of pieces.
    pub(super) span: Span,
    pub(super) name: (u32, u32),
    pub(super) dims: u32,
    /// Index of the extra, or [`NONE`].
    pub(super) extra: u32,
    pub(super) dtype: DType,
    pub(super) rank: u8,
}

/// What a tensor has that is not one plain span.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extra {
    pub(super) stored: Stored,
    pub(super) encoding: Encoding,
    /// Index of the quantization, or [`NONE`].
    pub(super) quantization: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Stored {
    Span,
    /// Where the strides begin among the dimensions of the table.
    View(u32),
    /// The pieces of the table: the first, and how many.
    Pieces(u32, u32),
}

pub(super) const NONE: u32 = u32::MAX;

impl TensorTable {
    /// The number of tensors.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no tensors.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The tensor at `index`.
    pub fn get(&self, index: usize) -> Option<Tensor<'_>> {
        self.rows.get(index).map(|row| self.tensor(row))
    }

    /// The index of the tensor with this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let hash = self.hasher.hash_one(name);
        let found = self.by_name.find(hash, |index| self.name(&self.rows[*index as usize]) == name);
        found.map(|index| *index as usize)
    }

    /// The indices of all tensors, sorted by name.
    ///
    /// [`Kind::OutOfMemory`](crate::Kind::OutOfMemory) is the only error.
    pub fn by_name(&self) -> Result<Vec<usize>> {
        let mut sorted = memory::collect(0..self.len(), "the tensors by name")?;
        sort::sort_by_key(&mut sorted, |index: &usize| self.name(&self.rows[*index]));
        Ok(sorted)
    }

    /// The indices of the other tensors that are stored in the same bytes as the one at `index`, in the order of the table: its other
    /// names. None for a tensor that has no bytes or lies in pieces.
    pub fn aliases(&self, index: usize) -> impl Iterator<Item = usize> + Clone {
        let run = |row: &Row| self.tensor(row).contents.run();
        let own = self.rows.get(index).and_then(run).filter(|run| run.len > 0);
        let start = own.map_or(0, |own| self.rows.partition_point(|row| row.span < own));
        let end = own.map_or(0, |own| self.rows.partition_point(|row| row.span <= own));
        // Pieces may begin with the same run.
        (start..end).filter(move |other| *other != index && run(&self.rows[*other]) == own)
    }

    /// All tensors in the order of storage.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Tensor<'_>> + Clone {
        self.rows.iter().map(|row| self.tensor(row))
    }

    /// The indices of the tensors that have bytes in one file, or would if they had any.
    pub fn of_file(&self, file: u32) -> impl Iterator<Item = usize> {
        let start = self.further_files.partition_point(|(other, _)| *other < file);
        let further = self.further_files[start..].iter().take_while(move |(other, _)| *other == file);
        self.starting_in(file).chain(further.map(|(_, row)| *row as usize))
    }

    /// Notes the further files of tensors in pieces. The rows are in their order.
    pub(super) fn index_further_files(&mut self) -> Result<()> {
        if self.pieces.is_empty() {
            return Ok(());
        }
        let mut further = Vec::new();
        for (index, row) in self.rows.iter().enumerate().filter(|(_, row)| row.extra != NONE) {
            let mut last = row.span.file;
            for run in self.tensor(row).contents.runs().filter(|run| run.file != row.span.file) {
                if run.file != last {
                    memory::push(&mut further, (run.file, index as u32), "the files of tensors in pieces")?;
                }
                last = run.file;
            }
        }
        sort::sort(&mut further);
        further.dedup();
        self.further_files = further;
        Ok(())
    }

    /// The tensors whose first byte is in one file.
    fn starting_in(&self, file: u32) -> Range<usize> {
        let start = self.rows.partition_point(|row| row.span.file < file);
        let end = self.rows.partition_point(|row| row.span.file <= file);
        start..end
    }

    #[inline]
    pub(super) fn tensor(&self, row: &Row) -> Tensor<'_> {
        let rank = usize::from(row.rank);
        let shape = &self.dims[row.dims as usize..][..rank];
        let extra = self.extras.get(row.extra as usize);
        Tensor {
            name: self.name(row),
            dtype: row.dtype,
            shape,
            contents: extra.map_or(Contents::Span(row.span), |extra| self.contents(row, extra)),
            quantization: extra.and_then(|extra| self.quantizations.get(extra.quantization as usize)),
        }
    }

    #[inline(never)]
    fn contents(&self, row: &Row, extra: &Extra) -> Contents<'_> {
        let (rank, encoding) = (usize::from(row.rank), extra.encoding);
        match extra.stored {
            Stored::Span => Contents::Span(row.span),
            Stored::View(strides) => {
                let strides = &self.dims[strides as usize..][..rank];
                Contents::View(View { run: row.span, strides, encoding })
            }
            Stored::Pieces(first, count) => {
                let rows = &self.pieces[first as usize..][..count as usize];
                Contents::Pieces(Pieces { encoding, rank, rows, dims: &self.dims })
            }
        }
    }

    pub(super) fn name(&self, row: &Row) -> &str {
        let (start, len) = row.name;
        &self.names[start as usize..][..len as usize]
    }

    /// Makes the tensors findable by name, and refuses two of one name.
    pub(super) fn index_by_name(&mut self) -> Result<()> {
        let mut by_name = HashTable::new();
        let bytes = self.rows.len() as u64 * size_of::<u32>() as u64;
        by_name.try_reserve(self.rows.len(), |_| 0).map_err(|_| Error::out_of_memory("the names of tensors", bytes))?;
        let hash = |index: &u32| self.hasher.hash_one(self.name(&self.rows[*index as usize]));
        for (index, row) in (0_u32..).zip(&self.rows) {
            steps::rest();
            let name = self.name(row);
            let hashed = self.hasher.hash_one(name);
            let same = |other: &u32| self.name(&self.rows[*other as usize]) == name;
            if let Some(other) = by_name.find(hashed, same) {
                let first = self.rows[*other as usize].span;
                return Err(duplicate(name, first, row.span));
            }
            by_name.insert_unique(hashed, index, hash);
        }
        self.by_name = by_name;
        Ok(())
    }
}

fn duplicate(name: &str, first: Span, second: Span) -> Error {
    let place = if first.file == second.file {
        format!("at bytes {} and {}", first.offset, second.offset)
    } else {
        format!("in files {} and {}", first.file + 1, second.file + 1)
    };
    Error::format(format!("the model has two tensors of this name, {place}; names must be unique")).with_subject(name)
}

/// Bytes of the offsets of a tensor of strings.
pub(super) fn string_offsets(elements: u64) -> u64 {
    (elements + 1) * STRING_OFFSET
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::tensor::{Layout, Piece, TableBuilder};

    /// Tensors of these names at these offsets, with so many bytes, and one of pieces that begins as "a" does.
    fn table(places: &[(&str, u64, u64)]) -> TensorTable {
        let mut builder = TableBuilder::new(&Limits::default());
        let run = |offset, len| Span { file: 0, offset, len };
        for (name, offset, len) in places {
            builder.push(name, DType::U8, &[*len], run(*offset, *len)).unwrap();
        }
        let piece = |offset, start: &'static [i64]| Piece { run: run(offset, 2), start, shape: &[2] };
        builder.push_pieces("pieces", DType::U8, &[4], &[piece(0, &[0]), piece(6, &[2])], Encoding::PLAIN).unwrap();
        builder.finish_file(&Layout::Within(vec![8])).unwrap()
    }

    #[test]
    fn tensors_of_the_same_bytes_are_aliases() {
        let table = table(&[
            ("c", 0, 2),
            ("a", 0, 2),
            ("long", 0, 3),
            ("later", 1, 2),
            ("b", 0, 2),
            ("no", 0, 0),
            ("ne", 0, 0),
        ]);
        let aliases = |name| {
            let aliases = table.aliases(table.find(name).unwrap());
            aliases.filter_map(|index| table.get(index)).map(|tensor| tensor.name).collect::<Vec<_>>()
        };
        let mut of_a = aliases("a");
        of_a.sort_unstable();
        assert_eq!(of_a, ["b", "c"]);
        for name in ["long", "later", "no", "pieces"] {
            assert_eq!(aliases(name), [""; 0], "{name}");
        }
        assert_eq!(table.aliases(table.len()).count(), 0);
    }

    #[test]
    fn names_are_sorted_and_matched() {
        let table = table(&[("b.0", 4, 1), ("a.0", 6, 1), ("a.1", 0, 1)]);
        let names = |indices: Vec<usize>| -> Vec<_> {
            indices.into_iter().filter_map(|index| table.get(index)).map(|tensor| tensor.name.to_owned()).collect()
        };
        assert_eq!(names(table.by_name().unwrap()), ["a.0", "a.1", "b.0", "pieces"]);
        assert_eq!(names(table.matching(["*.0", "a.?"].into_iter()).unwrap()), ["a.1", "b.0", "a.0"]);
        assert_eq!(table.matching(["a.*", "c*"].into_iter()).unwrap_err().kind(), crate::Kind::NotFound);
        assert_eq!(table.matching([""].into_iter()).unwrap_err().kind(), crate::Kind::InvalidArgument);
    }

    #[test]
    fn a_row_is_no_larger_than_one_cache_line_less_a_quarter() {
        assert_eq!(size_of::<Row>(), 48);
    }
}
