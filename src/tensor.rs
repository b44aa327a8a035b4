//! The tensors of a model: one table that cannot hold a lie.
//!
//! A [`TensorTable`] exists only if every tensor lies inside its file, has exactly the bytes that its shape and
//! element type need, and has a name of its own. Whoever holds a table need not check again.

#![forbid(unsafe_code)]

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::limits::{Limits, MAX_RANK};

/// Where the contents of a tensor are: a range of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Index of the file in the model.
    pub file: u32,
    /// Bytes from the start of the file.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}

impl Span {
    /// The first byte after it.
    pub fn end(&self) -> u64 {
        self.offset + self.len
    }
}

/// Bytes of each offset in the contents of a tensor of strings: for n elements n + 1 little-endian offsets, counted from
/// the end of the offsets, of which each string lies between two; then the bytes of all strings.
pub const STRING_OFFSET: u64 = 8;

/// One tensor of a table. Its elements are contiguous, row-major and little-endian.
#[derive(Debug, Clone, Copy)]
pub struct Tensor<'a> {
    /// The name: any text, unique in the model.
    pub name: &'a str,
    /// The type of the elements.
    pub dtype: DType,
    /// Elements of each dimension, outermost first; empty for a scalar.
    pub shape: &'a [i64],
    /// The contents as stored.
    pub span: Span,
}

/// All tensors of a model, in the order in which they are stored: by file, then by offset.
#[derive(Debug, Default)]
pub struct TensorTable {
    /// All names and all shapes in two arenas: a model may have hundreds of thousands of tensors.
    names: String,
    dims: Vec<i64>,
    rows: Vec<Row>,
    by_name: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    span: Span,
    name: (u32, u32),
    dims: u32,
    rank: u8,
    dtype: DType,
}

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

    /// All tensors in the order of storage.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Tensor<'_>> + Clone {
        self.rows.iter().map(|row| self.tensor(row))
    }

    /// The indices of the tensors of one file.
    pub fn of_file(&self, file: u32) -> Range<usize> {
        let start = self.rows.partition_point(|row| row.span.file < file);
        let end = self.rows.partition_point(|row| row.span.file <= file);
        start..end
    }

    fn tensor(&self, row: &Row) -> Tensor<'_> {
        let shape = &self.dims[row.dims as usize..][..usize::from(row.rank)];
        Tensor { name: self.name(row), dtype: row.dtype, shape, span: row.span }
    }

    fn name(&self, row: &Row) -> &str {
        let (start, len) = row.name;
        &self.names[start as usize..][..len as usize]
    }
}

/// How a format lays tensors out in a file.
#[derive(Debug, Clone)]
pub enum Layout {
    /// Every byte of the range belongs to exactly one tensor: no gap, no overlap, nothing before or after.
    Tiled(Range<u64>),
    /// Tensors lie anywhere inside their files, of which these are the lengths in bytes; they may share bytes.
    Within(Vec<u64>),
}

/// How the bytes of a tensor are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Elements fill whole bytes.
    Exact,
    /// Elements of less than a byte may leave bits of the last byte unused.
    Padded,
}

/// Collects tensors and makes a table of them.
#[derive(Debug)]
pub struct TableBuilder {
    table: TensorTable,
    limits: Limits,
}

impl TableBuilder {
    /// An empty builder.
    pub fn new(limits: &Limits) -> Self {
        Self { table: TensorTable::default(), limits: *limits }
    }

    /// Makes room for the tensors that a description of `bytes` bytes can hold at most, so that the table need not be
    /// moved while it grows. Room that is not used costs address space only.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        /// No entry of any format is shorter.
        const SHORTEST_ENTRY: usize = 32;
        // Without the room the table grows as it is filled.
        let _ = self.table.rows.try_reserve_exact(bytes / SHORTEST_ENTRY);
        let _ = self.table.names.try_reserve_exact(bytes);
    }

    /// Adds a tensor whose shape and size have to agree.
    pub fn push(&mut self, name: &str, dtype: DType, shape: &[u64], span: Span) -> Result<()> {
        self.push_packed(name, dtype, shape, span, Packing::Exact)
    }

    /// As [`push`](Self::push), where the format says how elements are packed. Strings need at least the room of
    /// their offsets.
    pub fn push_packed(&mut self, name: &str, dtype: DType, shape: &[u64], span: Span, packing: Packing) -> Result<()> {
        self.limits.check_tensors(self.table.rows.len() as u64 + 1)?;
        let needed = bytes_needed(dtype, shape, packing)?;
        let fits = if dtype == DType::STRING { needed <= span.len } else { needed == span.len };
        if !fits {
            return Err(Error::format(format!(
                "its data has {} bytes; {dtype} of shape {shape:?} needs {needed}",
                span.len
            ))
            .offset(span.offset));
        }
        let dims = self.table.dims.len();
        for dim in shape {
            let dim = i64::try_from(*dim).map_err(|_| Error::format(format!("dimension {dim} is beyond 2^63")))?;
            self.table.dims.push(dim);
        }
        self.push_row(name, dtype, dims, shape.len(), span)
    }

    /// Adds a tensor that has passed another table, now as part of file `file`.
    pub fn push_checked(&mut self, tensor: &Tensor<'_>, file: u32) -> Result<()> {
        self.limits.check_tensors(self.table.rows.len() as u64 + 1)?;
        let dims = self.table.dims.len();
        self.table.dims.extend_from_slice(tensor.shape);
        self.push_row(tensor.name, tensor.dtype, dims, tensor.shape.len(), Span { file, ..tensor.span })
    }

    fn push_row(&mut self, name: &str, dtype: DType, dims: usize, rank: usize, span: Span) -> Result<()> {
        let too_many = || Error::new(Kind::Limit, "the names or shapes of the model exceed 4 GiB");
        let start = u32::try_from(self.table.names.len()).map_err(|_| too_many())?;
        let len = u32::try_from(name.len()).map_err(|_| too_many())?;
        let dims = u32::try_from(dims).map_err(|_| too_many())?;
        let rank = u8::try_from(rank).map_err(|_| too_many())?;
        self.table.names.push_str(name);
        self.table.rows.push(Row { span, name: (start, len), dims, rank, dtype });
        Ok(())
    }

    /// Checks where the tensors lie, and makes the table.
    pub fn finish_file(self, layout: &Layout) -> Result<TensorTable> {
        let table = self.finish()?;
        match layout {
            Layout::Tiled(data) => check_tiled(&table, data)?,
            Layout::Within(lengths) => check_within(&table, lengths)?,
        }
        Ok(table)
    }

    /// Makes the table of tensors that passed the tables of their files.
    pub fn finish(mut self) -> Result<TensorTable> {
        self.sort();
        let Self { mut table, .. } = self;
        table.names.shrink_to_fit();
        table.dims.shrink_to_fit();
        table.rows.shrink_to_fit();
        index_by_name(&mut table)?;
        Ok(table)
    }

    fn sort(&mut self) {
        if !self.table.rows.is_sorted_by_key(|row| row.span) {
            self.table.rows.sort_by_key(|row| row.span);
        }
    }
}

fn check_tiled(table: &TensorTable, data: &Range<u64>) -> Result<()> {
    let mut expected = data.start;
    for row in &table.rows {
        if row.span.offset != expected {
            let kind = if row.span.offset < expected { "overlaps the tensor before it" } else { "leaves a gap" };
            return Err(Error::format(format!("its data {kind}: expected it at byte {expected}"))
                .subject(table.name(row))
                .offset(row.span.offset));
        }
        expected = row.span.end();
    }
    if expected != data.end {
        return Err(Error::format(format!(
            "{} bytes after the last tensor belong to none: the data should end here, the file ends at {}",
            data.end - expected,
            data.end
        ))
        .offset(expected));
    }
    Ok(())
}

fn check_within(table: &TensorTable, lengths: &[u64]) -> Result<()> {
    for row in &table.rows {
        let len = lengths.get(row.span.file as usize).copied().unwrap_or_default();
        if row.span.offset.checked_add(row.span.len).is_none_or(|end| end > len) {
            let message = format!("its data has {} bytes from here; the file ends at {len}", row.span.len);
            return Err(Error::format(message).subject(table.name(row)).offset(row.span.offset));
        }
    }
    Ok(())
}

/// The bytes that a tensor needs. Every product is checked before it is used, also where another dimension is zero.
pub(crate) fn bytes_needed(dtype: DType, shape: &[u64], packing: Packing) -> Result<u64> {
    if shape.len() > MAX_RANK {
        return Err(Error::new(Kind::Limit, format!("has more than {MAX_RANK} dimensions")));
    }
    let overflow = || Error::format(format!("the sizes of shape {shape:?} overflow"));
    let nonzero = shape.iter().filter(|dim| **dim != 0).try_fold(1_u64, |product, dim| product.checked_mul(*dim));
    let widest = nonzero.filter(|elements| elements.checked_mul(16).is_some()).ok_or_else(overflow)?;
    let elements = if shape.contains(&0) { 0 } else { widest };
    let bytes = match packing {
        _ if dtype == DType::STRING => Some((elements + 1) * STRING_OFFSET),
        Packing::Exact => dtype.bytes_of(elements),
        Packing::Padded => dtype.bytes_of_padded(elements),
    };
    bytes.ok_or_else(|| {
        Error::format(format!("{elements} elements of {dtype} do not fill whole bytes: shape {shape:?} is impossible"))
    })
}

fn index_by_name(table: &mut TensorTable) -> Result<()> {
    let mut by_name = HashTable::with_capacity(table.rows.len());
    let hash = |index: &u32| table.hasher.hash_one(table.name(&table.rows[*index as usize]));
    for (index, row) in (0_u32..).zip(&table.rows) {
        let name = table.name(row);
        let hashed = table.hasher.hash_one(name);
        let same = |other: &u32| table.name(&table.rows[*other as usize]) == name;
        if let Some(other) = by_name.find(hashed, same) {
            let first = table.rows[*other as usize].span;
            return Err(duplicate(name, first, row.span));
        }
        by_name.insert_unique(hashed, index, hash);
    }
    table.by_name = by_name;
    Ok(())
}

fn duplicate(name: &str, first: Span, second: Span) -> Error {
    let place = if first.file == second.file {
        format!("at bytes {} and {}", first.offset, second.offset)
    } else {
        format!("in files {} and {}", first.file + 1, second.file + 1)
    };
    Error::format(format!("the model has two tensors of this name, {place}; names must be unique")).subject(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> TableBuilder {
        TableBuilder::new(&Limits::default())
    }

    fn span(offset: u64, len: u64) -> Span {
        Span { file: 0, offset, len }
    }

    #[test]
    fn tensors_are_found_by_name_and_kept_in_order_of_storage() {
        let mut tensors = builder();
        tensors.push("b", DType::F32, &[2], span(14, 8)).unwrap();
        tensors.push("a", DType::U8, &[], span(12, 1)).unwrap();
        tensors.push("e", DType::F64, &[3, 0], span(13, 0)).unwrap();
        tensors.push("c", DType::I8, &[1], span(13, 1)).unwrap();
        let table = tensors.finish_file(&Layout::Tiled(12..22)).unwrap();
        let names: Vec<_> = table.iter().map(|tensor| tensor.name).collect();
        assert_eq!(names, ["a", "e", "c", "b"]);
        assert_eq!(table.find("b"), Some(3));
        assert_eq!(table.get(3).unwrap().shape, [2]);
        assert_eq!(table.find("missing"), None);
    }

    #[test]
    fn a_dimension_of_zero_hides_no_overflow() {
        for shape in [&[0, u64::MAX][..], &[u64::MAX, 0], &[1 << 32, 1 << 32, 0], &[u64::MAX]] {
            assert!(builder().push("x", DType::U8, shape, span(0, 0)).is_err(), "{shape:?}");
        }
    }

    #[test]
    fn bits_must_fill_bytes() {
        assert!(builder().push("x", DType::F4, &[3], span(0, 2)).is_err());
        builder().push("x", DType::F4, &[4], span(0, 2)).unwrap();
        builder().push("x", DType::F6_E2M3, &[4], span(0, 3)).unwrap();
        assert!(builder().push("x", DType::F6_E2M3, &[2], span(0, 2)).is_err());
    }
}
