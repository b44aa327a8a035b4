//! How readers make a table.

use super::Contents;
use super::Span;
use super::contents::{self, Encoding, Piece, PieceRow, View};
use super::cover;
use super::rules::{
    Layout, Packing, bytes_needed, check_encoding, check_layout, check_parameters, check_quantization, element_bytes,
};
use super::table::{Extra, NONE, Row, Stored, Tensor, TensorTable};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory;
use crate::quantization::Quantization;
use crate::sort;

/// What memory is asked for.
const TABLE: &str = "the table of tensors";

/// Collects tensors and makes a table of them.
#[derive(Debug)]
pub struct TableBuilder {
    table: TensorTable,
    limits: Limits,
    /// Bytes that views have beyond those that are stored for them, because one stored element stands for many.
    repeated: u64,
}

impl TableBuilder {
    /// An empty builder.
    pub fn new(limits: &Limits) -> Self {
        Self { table: TensorTable::default(), limits: *limits, repeated: 0 }
    }

    /// Makes room for the tensors that a description of `bytes` bytes can hold at most, so that the table need not be
    /// moved while it grows. Room that is not used costs address space only.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        /// No entry of any format is shorter.
        const SHORTEST_ENTRY: usize = 32;
        /// Matrices and vectors are what most models are made of.
        const MOST_DIMS: usize = 2;
        // Without the room the table grows as it is filled.
        let _ = self.table.rows.try_reserve_exact(bytes / SHORTEST_ENTRY);
        let _ = self.table.dims.try_reserve_exact(MOST_DIMS * bytes / SHORTEST_ENTRY);
        let _ = self.table.names.try_reserve_exact(bytes);
    }

    /// Makes room for all tensors of other tables.
    pub(crate) fn reserve_for<'t>(&mut self, others: impl Iterator<Item = &'t TensorTable> + Clone) -> Result<()> {
        let sum = |count: fn(&TensorTable) -> usize| others.clone().map(count).sum::<usize>();
        memory::reserve(&mut self.table.rows, sum(|table| table.rows.len()), TABLE)?;
        memory::reserve(&mut self.table.dims, sum(|table| table.dims.len()), TABLE)?;
        memory::reserve_str(&mut self.table.names, sum(|table| table.names.len()), TABLE)
    }

    /// Adds a tensor whose shape and size have to agree.
    pub fn push(&mut self, name: &str, dtype: DType, shape: &[u64], span: Span) -> Result<()> {
        self.push_packed(name, dtype, shape, span, Packing::Exact)
    }

    /// As [`push`](Self::push), where the format says how elements are packed. Strings need at least the room of
    /// their offsets.
    pub fn push_packed(&mut self, name: &str, dtype: DType, shape: &[u64], span: Span, packing: Packing) -> Result<()> {
        let needed = bytes_needed(dtype, shape, packing)?;
        let fits = if dtype == DType::STRING { needed <= span.len } else { needed == span.len };
        if !fits {
            return Err(wrong_size(span, dtype, shape, needed));
        }
        self.push_row(name, dtype, dims_of(shape), span, None)
    }

    /// Adds a tensor whose elements lie at regular distances in a run, or are stored otherwise than they are used. The run has to
    /// be exactly what the strides reach.
    pub fn push_view(&mut self, name: &str, dtype: DType, shape: &[u64], view: View<'_>) -> Result<()> {
        let View { run, strides, encoding } = view;
        let needed = bytes_needed(dtype, shape, Packing::Exact)?;
        let element = element_bytes(dtype)?;
        check_encoding(dtype, encoding)?;
        if strides.len() != shape.len() {
            let message = format!("{} strides are given for {} dimensions", strides.len(), shape.len());
            return Err(Error::format(message));
        }
        if shape.contains(&0) {
            return self.push_packed(name, dtype, shape, run, Packing::Exact);
        }
        let dims: Vec<i64> = dims_of(shape).collect();
        let extent = contents::extent(&dims, strides, element).ok_or_else(|| {
            Error::format(format!("strides {strides:?} of shape {shape:?} are negative, or reach beyond 2^64 bytes"))
        })?;
        if extent != run.len {
            return Err(wrong_size(run, dtype, shape, extent));
        }
        if encoding.is_plain() && contents::is_contiguous(&dims, strides) {
            return self.push_row(name, dtype, dims_of(shape), run, None);
        }
        self.repeated = self.repeated.saturating_add(needed.saturating_sub(extent));
        self.limits.check_repeated(self.repeated)?;
        let start = index(self.table.dims.len())?;
        memory::extend(&mut self.table.dims, strides, TABLE)?;
        self.push_row(name, dtype, dims_of(shape), run, Some((Stored::View(start), encoding)))
    }

    /// Adds a tensor that is stored in boxes. They have to fill the shape, and each run has exactly the bytes of its box.
    pub fn push_pieces(
        &mut self,
        name: &str,
        dtype: DType,
        shape: &[u64],
        pieces: &[Piece<'_>],
        encoding: Encoding,
    ) -> Result<()> {
        bytes_needed(dtype, shape, Packing::Exact)?;
        element_bytes(dtype)?;
        check_encoding(dtype, encoding)?;
        if shape.contains(&0) || pieces.is_empty() {
            return Err(Error::format(format!(
                "pieces are given for shape {shape:?}: expected one and elements in it"
            )));
        }
        self.limits.check_tensors_so_far((self.table.pieces.len() + pieces.len()) as u64)?;
        let boxes: Vec<cover::Region<'_>> =
            memory::collect(pieces.iter().map(|piece| (piece.start, piece.shape)), TABLE)?;
        cover::check(shape, &boxes)?;
        let mut sorted: Vec<(usize, &Piece<'_>)> = memory::collect(pieces.iter().enumerate(), TABLE)?;
        sort::sort_by_key(&mut sorted, |(position, piece)| (piece.run, *position));
        self.repeated = self.repeated.saturating_add(repeated_bytes(&sorted));
        self.limits.check_repeated(self.repeated)?;
        let first = index(self.table.pieces.len())?;
        for (_, piece) in &sorted {
            self.push_piece(dtype, piece)?;
        }
        let stored = Stored::Pieces(first, index(sorted.len())?);
        self.push_row(name, dtype, dims_of(shape), sorted[0].1.run, Some((stored, encoding)))
    }

    fn push_piece(&mut self, dtype: DType, piece: &Piece<'_>) -> Result<()> {
        let shape: Vec<u64> = piece.shape.iter().map(|dim| *dim as u64).collect();
        let needed = bytes_needed(dtype, &shape, Packing::Exact)?;
        if needed != piece.run.len {
            return Err(wrong_size(piece.run, dtype, &shape, needed));
        }
        let dims = index(self.table.dims.len())?;
        memory::extend(&mut self.table.dims, piece.start, TABLE)?;
        memory::extend(&mut self.table.dims, piece.shape, TABLE)?;
        memory::push(&mut self.table.pieces, PieceRow { run: piece.run, dims }, TABLE)
    }

    /// Says how the elements of the tensor that was added last stand for real numbers.
    pub fn quantize(&mut self, quantization: Quantization) -> Result<()> {
        let number = index(self.table.quantizations.len())?;
        let extra = index(self.table.extras.len())?;
        let Some(row) = self.table.rows.last_mut() else { return Ok(()) };
        check_quantization(&self.table.dims[row.dims as usize..][..usize::from(row.rank)], &quantization)?;
        match self.table.extras.get_mut(row.extra as usize) {
            Some(extra) => extra.quantization = number,
            None => {
                row.extra = extra;
                let row = Extra { stored: Stored::Span, encoding: Encoding::PLAIN, quantization: number };
                memory::push(&mut self.table.extras, row, TABLE)?;
            }
        }
        memory::push(&mut self.table.quantizations, quantization, TABLE)
    }

    /// Adds a tensor that has passed another table, whose files come `files` later in this one.
    pub fn push_checked(&mut self, tensor: &Tensor<'_>, files: u32) -> Result<()> {
        let later = |span: Span| Span { file: span.file + files, ..span };
        let shape = || tensor.shape.iter().map(|dim| *dim as u64).collect::<Vec<u64>>();
        match tensor.contents {
            Contents::Span(span) => {
                self.push_row(tensor.name, tensor.dtype, tensor.shape.iter().copied(), later(span), None)?;
            }
            Contents::View(view) => {
                let view = View { run: later(view.run), ..view };
                self.push_view(tensor.name, tensor.dtype, &shape(), view)?;
            }
            Contents::Pieces(pieces) => {
                let moved = pieces.iter().map(|piece| Piece { run: later(piece.run), ..piece });
                let moved: Vec<Piece<'_>> = memory::collect(moved, TABLE)?;
                self.push_pieces(tensor.name, tensor.dtype, &shape(), &moved, pieces.encoding)?;
            }
        }
        tensor.quantization.map_or(Ok(()), |quantization| self.quantize(quantization.clone()))
    }

    fn push_row(
        &mut self,
        name: &str,
        dtype: DType,
        shape: impl ExactSizeIterator<Item = i64>,
        span: Span,
        stored: Option<(Stored, Encoding)>,
    ) -> Result<()> {
        self.limits.check_tensors_so_far(self.table.rows.len() as u64 + 1)?;
        let (start, len) = (index(self.table.names.len())?, index(name.len())?);
        let dims = index(self.table.dims.len())?;
        let rank = u8::try_from(shape.len()).map_err(|_| too_many())?;
        memory::reserve(&mut self.table.dims, shape.len(), TABLE)?;
        self.table.dims.extend(shape);
        let extra = match stored {
            None => NONE,
            Some((stored, encoding)) => {
                let extra = index(self.table.extras.len())?;
                memory::push(&mut self.table.extras, Extra { stored, encoding, quantization: NONE }, TABLE)?;
                extra
            }
        };
        memory::push_str(&mut self.table.names, name, TABLE)?;
        memory::push(&mut self.table.rows, Row { span, name: (start, len), dims, extra, dtype, rank }, TABLE)
    }

    /// Checks where the tensors lie, and makes the table.
    pub fn finish_file(self, layout: &Layout) -> Result<TensorTable> {
        let table = self.finish()?;
        check_layout(&table, layout)?;
        Ok(table)
    }

    /// Makes the table of tensors that passed the tables of their files.
    pub fn finish(mut self) -> Result<TensorTable> {
        self.sort();
        let Self { mut table, .. } = self;
        table.names.shrink_to_fit();
        table.dims.shrink_to_fit();
        table.rows.shrink_to_fit();
        table.index_by_name()?;
        table.index_further_files()?;
        check_parameters(&table)?;
        Ok(table)
    }

    fn sort(&mut self) {
        if !self.table.rows.is_sorted_by_key(|row| row.span) {
            // Names lie in the order of their rows: a sort that is stable would take memory.
            sort::sort_by_key(&mut self.table.rows, |row| (row.span, row.name));
        }
    }
}

/// Dimensions that [`bytes_needed`] has passed: their product, zeros left out, is far below 2^63.
fn dims_of(shape: &[u64]) -> impl ExactSizeIterator<Item = i64> {
    shape.iter().map(|dim| *dim as i64)
}

fn wrong_size(span: Span, dtype: DType, shape: &[u64], needed: u64) -> Error {
    let message = format!("its data has {} bytes; {dtype} of shape {shape:?} needs {needed}", span.len);
    Error::format(message).with_offset(span.offset)
}

/// An index into one of the table's lists, all of which are shorter than [`NONE`].
fn index(count: usize) -> Result<u32> {
    u32::try_from(count).ok().filter(|index| *index != NONE).ok_or_else(too_many)
}

fn too_many() -> Error {
    Error::new(Kind::Limit, "the names or shapes of the model exceed 4 GiB")
}

/// How many bytes more pieces have than their runs, which are sorted and may overlap.
fn repeated_bytes(sorted: &[(usize, &Piece<'_>)]) -> u64 {
    let mut repeated: u64 = 0;
    let (mut file, mut end) = (0, 0);
    for (_, Piece { run, .. }) in sorted {
        if run.file != file {
            (file, end) = (run.file, 0);
        }
        let run_end = run.offset.saturating_add(run.len);
        repeated = repeated.saturating_add(end.min(run_end).saturating_sub(run.offset));
        end = end.max(run_end);
    }
    repeated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::Parameters;

    fn builder() -> TableBuilder {
        TableBuilder::new(&Limits::default())
    }

    fn span(offset: u64, len: u64) -> Span {
        Span { file: 0, offset, len }
    }

    fn view(run: Span, strides: &[i64]) -> View<'_> {
        View { run, strides, encoding: Encoding::PLAIN }
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

    #[test]
    fn blocks_must_fill_rows() {
        builder().push("x", DType::Q4_0, &[2, 32], span(0, 36)).unwrap();
        builder().push("x", DType::Q4_0, &[0], span(0, 0)).unwrap();
        for shape in [&[2, 16][..], &[32, 1], &[]] {
            let error = builder().push("x", DType::Q4_0, shape, span(0, 18)).unwrap_err();
            assert!(error.message().contains("whole blocks"), "{error}");
        }
    }

    #[test]
    fn a_view_has_exactly_the_run_that_its_strides_reach() {
        let mut tensors = builder();
        tensors.push_view("t", DType::F32, &[3, 2], view(span(0, 24), &[1, 3])).unwrap();
        tensors.push_view("c", DType::F32, &[2, 3], view(span(0, 24), &[3, 1])).unwrap();
        tensors.push_view("x", DType::F32, &[5, 2], view(span(0, 8), &[0, 1])).unwrap();
        let table = tensors.finish_file(&Layout::Within(vec![24])).unwrap();
        let get = |name| table.get(table.find(name).unwrap()).unwrap();
        assert_eq!((get("t").byte_len(), get("t").strides()), (24, Some(&[1, 3][..])));
        assert_eq!(get("c").span(), Some(span(0, 24)), "contiguous strides are a span");
        assert_eq!((get("x").byte_len(), get("x").contents.run()), (40, Some(span(0, 8))));
        for (len, strides) in [(20, [1, 3]), (28, [1, 3]), (24, [-1, 3]), (24, [1, i64::MAX])] {
            assert!(builder().push_view("t", DType::F32, &[3, 2], view(span(0, len), &strides)).is_err());
        }
        assert!(builder().push_view("t", DType::F32, &[3], view(span(0, 12), &[1, 1])).is_err());
        for dtype in [DType::F4, DType::Q8_0, DType::STRING] {
            assert!(builder().push_view("t", dtype, &[32], view(span(0, 34), &[2])).is_err(), "{dtype}");
        }
    }

    #[test]
    fn elements_are_not_repeated_beyond_the_limit() {
        let mut tensors = builder();
        let huge = [1 << 29, 1];
        tensors.push_view("a", DType::U8, &huge, view(span(0, 1), &[0, 1])).unwrap();
        tensors.push_view("b", DType::U8, &huge, view(span(0, 1), &[0, 1])).unwrap();
        let error = tensors.push_view("c", DType::U8, &huge, view(span(0, 1), &[0, 1])).unwrap_err();
        assert_eq!(error.kind(), Kind::Limit);
    }

    #[test]
    fn an_encoding_has_to_mean_something() {
        let encodings = [Encoding::PLAIN.with(true, false), Encoding::PLAIN.with(false, true), Encoding::BIG_ENDIAN];
        let is_taken = |dtype, encoding| {
            let view = View { run: span(0, 16), strides: &[1], encoding };
            builder().push_view("x", dtype, &[16 / element_bytes(dtype).unwrap()], view).is_ok()
        };
        let taken = |dtype| encodings.map(|encoding| is_taken(dtype, encoding));
        assert_eq!(taken(DType::C64), [true, true, true]);
        assert_eq!(taken(DType::F32), [false, true, true]);
        assert_eq!(taken(DType::BOOL), [false, false, true]);
    }

    #[test]
    fn bytes_that_pieces_repeat_are_counted() {
        let run = |file, offset, len| Span { file, offset, len };
        let piece = |run| Piece { run, start: &[], shape: &[] };
        let pieces = [run(0, 0, 10), run(0, 4, 6), run(0, 4, 8), run(0, 12, 1), run(1, 0, 5), run(1, 0, 5)].map(piece);
        let sorted: Vec<(usize, &Piece<'_>)> = pieces.iter().enumerate().collect();
        assert_eq!(repeated_bytes(&sorted), 6 + 6 + 5);
        let starts: Vec<[i64; 1]> = (0..300).map(|part| [part << 22]).collect();
        let same = |start| Piece { run: run(0, 0, 1 << 22), start, shape: &[1 << 22] };
        let pieces: Vec<Piece<'_>> = starts.iter().map(|start| same(start)).collect();
        let error = builder().push_pieces("p", DType::U8, &[300 << 22], &pieces, Encoding::PLAIN).unwrap_err();
        assert_eq!(error.kind(), Kind::Limit, "{error}");
    }

    #[test]
    fn pieces_fill_the_shape_and_belong_to_every_file_they_lie_in() {
        let at = |file, len| Span { file, offset: 0, len };
        let piece = |run, start, shape| Piece { run, start, shape };
        let both = [piece(at(1, 12), &[1, 0], &[1, 3]), piece(at(0, 12), &[0, 0], &[1, 3])];
        let mut tensors = builder();
        tensors.push_pieces("p", DType::F32, &[2, 3], &both, Encoding::PLAIN).unwrap();
        tensors.push("s", DType::U8, &[4], at(1, 4)).unwrap();
        let table = tensors.finish_file(&Layout::Within(vec![12, 12])).unwrap();
        assert_eq!(table.of_file(0).collect::<Vec<_>>(), [0]);
        assert_eq!(table.of_file(1).collect::<Vec<_>>(), [1, 0]);
        let runs: Vec<u32> = table.get(0).unwrap().contents.runs().map(|run| run.file).collect();
        assert_eq!(runs, [0, 1], "in the order of storage");
        assert!(builder().push_pieces("p", DType::F32, &[2, 3], &both[..1], Encoding::PLAIN).is_err());
        let short = [piece(at(0, 8), &[0, 0], &[2, 3])];
        assert!(builder().push_pieces("p", DType::F32, &[2, 3], &short, Encoding::PLAIN).is_err());
        let mut beyond = builder();
        beyond.push_pieces("p", DType::F32, &[2, 3], &both, Encoding::PLAIN).unwrap();
        assert!(beyond.finish_file(&Layout::Within(vec![12, 11])).is_err());
    }

    #[test]
    fn quantizations_name_tensors_that_are_there() {
        use crate::quantization::Scheme;
        let quantized = |scales: &str, axis| {
            let mut tensors = builder();
            tensors.push("w", DType::I8, &[4, 2], span(0, 8))?;
            tensors.quantize(Quantization::new(Scheme::Axis { axis }, Parameters::Tensor(scales.to_owned())))?;
            tensors.push("w.scale", DType::F32, &[4], span(8, 16))?;
            tensors.finish()
        };
        let table = quantized("w.scale", 0).unwrap();
        assert_eq!(table.get(0).unwrap().quantization.unwrap().scheme, Scheme::Axis { axis: 0 });
        assert_eq!(table.get(1).unwrap().quantization, None);
        assert!(quantized("w.scales", 0).unwrap_err().message().contains("does not have"));
        assert!(quantized("w.scale", 2).is_err());
    }
}
