//! What is taken of one tensor: all of it or a slice, as it is or changed.

use super::change::{Change, can_convert};
use super::options::{CastRule, SliceRule, Uneven};
use super::strided::{Rows, Strided, as_rows};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::tensor::{Contents, Span, Tensor};

/// Where the elements that are taken lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Taken {
    /// In rows that begin with the first byte of a run and end with its last.
    Rows(Span, Rows),
    /// All over some runs. They are made contiguous when they have been read.
    Scattered(Vec<Strided>),
}

/// A tensor that is not loaded whole and as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) taken: Taken,
    pub(super) change: Option<Change>,
    /// The element type of what is placed.
    pub(super) dtype: DType,
    pub(super) shape: Vec<i64>,
    /// Bytes that are placed.
    pub(super) placed_len: u64,
    /// Whether some of the tensor's elements are left out.
    pub(super) is_slice: bool,
    /// Which of them are taken.
    pub(super) cut: Option<Cut>,
}

impl Part {
    /// Bytes that are read for it.
    pub(super) fn taken_len(&self) -> u64 {
        match &self.taken {
            Taken::Rows(_, rows) => rows.len(),
            Taken::Scattered(parts) => parts.iter().map(|part| part.run.len).fold(0, u64::saturating_add),
        }
    }

    /// The runs that it is read from.
    pub(super) fn runs(&self) -> impl Iterator<Item = Span> {
        let (one, several) = match &self.taken {
            Taken::Rows(run, _) => (Some(*run), &[][..]),
            Taken::Scattered(parts) => (None, &parts[..]),
        };
        one.into_iter().chain(several.iter().map(|part| part.run))
    }

    /// The range that holds what is placed just as it is placed.
    pub(super) fn plain_span(&self) -> Option<Span> {
        match &self.taken {
            Taken::Rows(run, Rows { rows: 1, .. }) if self.change.is_none() => Some(*run),
            _ => None,
        }
    }

    /// What these rules take of a tensor; `None` if that is all of it, as it is stored.
    pub(super) fn of(
        tensor: &Tensor<'_>,
        slice: Option<&SliceRule>,
        cast: Option<&CastRule>,
    ) -> Result<Option<Box<Self>>> {
        let change = change_of(tensor, cast)?;
        let cut = slice.filter(|rule| rule.world != 1).map(|rule| Cut::of(tensor, rule)).transpose()?;
        let mut shape = tensor.shape.to_vec();
        if let Some(cut) = &cut {
            shape[cut.dim] = cut.count as i64;
        }
        let is_cut = shape != tensor.shape;
        if change.is_none() && !is_cut && tensor.span().is_some() {
            return Ok(None);
        }
        let is_slice = is_cut && tensor.byte_len() > 0;
        let dtype = change.map_or(tensor.dtype, Change::to);
        let taken = take(tensor, cut.as_ref())?;
        let plain_len = match &taken {
            Taken::Rows(_, rows) => rows.len(),
            Taken::Scattered(_) => tensor.dtype.bytes_of(elements(&shape)).unwrap_or_default(),
        };
        let placed_len = change.map_or(plain_len, |change| change.len_of(plain_len));
        Ok(Some(Box::new(Self { taken, change, dtype, shape, placed_len, is_slice, cut })))
    }
}

fn change_of(tensor: &Tensor<'_>, rule: Option<&CastRule>) -> Result<Option<Change>> {
    let rule = rule.filter(|rule| rule.from.is_none_or(|from| from == tensor.dtype));
    let to = rule.map_or(tensor.dtype, |rule| rule.to);
    let change = Change::new(tensor.dtype, tensor.contents.encoding(), to);
    change.ok_or_else(|| no_conversion(tensor.dtype, to).with_subject(tensor.name))
}

fn no_conversion(from: DType, to: DType) -> Error {
    Error::new(Kind::Unsupported, format!("there is no conversion from {from} to {to}"))
}

/// Elements of one dimension that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) dim: usize,
    pub(super) first: u64,
    pub(super) count: u64,
}

impl Cut {
    fn of(tensor: &Tensor<'_>, rule: &SliceRule) -> Result<Self> {
        let Some(length) = tensor.shape.get(rule.dim) else {
            let rank = tensor.shape.len();
            let message = format!("the slice divides dimension {}, but the tensor has {rank} dimensions", rule.dim);
            return Err(Error::invalid(message).with_subject(tensor.name));
        };
        let (first, count) = range_of(*length as u64, rule).map_err(|e| e.with_subject(tensor.name))?;
        Ok(Self { dim: rule.dim, first, count })
    }
}

/// The first element of a part, and how many it has.
fn range_of(length: u64, rule: &SliceRule) -> Result<(u64, u64)> {
    let SliceRule { dim, rank, world, uneven, .. } = rule;
    let (each, rest) = (length / world, length % world);
    match uneven {
        Uneven::Refuse if rest != 0 => {
            let message = format!(
                "dimension {dim} has {length} elements, which {world} ranks cannot share evenly: expected a multiple of {world}, or a slice that may be uneven"
            );
            Err(Error::invalid(message).with_option("uneven"))
        }
        _ => Ok((rank * each + (*rank).min(rest), each + u64::from(*rank < rest))),
    }
}

/// Where the elements lie that a cut takes, or all of them.
fn take(tensor: &Tensor<'_>, cut: Option<&Cut>) -> Result<Taken> {
    let parts = match tensor.contents {
        Contents::Span(span) => return rows_of(tensor, span, cut),
        Contents::View(view) => vec![Strided::of_view(tensor, &view)],
        Contents::Pieces(pieces) => pieces.iter().map(|piece| Strided::of_piece(tensor, &piece)).collect(),
    };
    let element = tensor.dtype.bytes_of(1).unwrap_or(1);
    let parts: Vec<Strided> = match cut {
        None => parts,
        Some(Cut { dim, first, count }) => {
            parts.into_iter().filter_map(|part| part.cut(*dim, *first, *count, element)).collect()
        }
    };
    match &parts[..] {
        [] => Ok(Taken::Rows(empty_run(tensor), Rows::one(0))),
        [only] => {
            Ok(as_rows(only, element)
                .map_or_else(|| Taken::Scattered(parts.clone()), |rows| Taken::Rows(only.run, rows)))
        }
        _ => Ok(Taken::Scattered(parts)),
    }
}

/// Nothing is nowhere: where it would begin may lie beyond a tensor that is empty itself.
fn empty_run(tensor: &Tensor<'_>) -> Span {
    let first = tensor.contents.runs().next().unwrap_or(Span { file: 0, offset: 0, len: 0 });
    Span { len: 0, ..first }
}

/// The rows of a contiguous tensor that a cut takes.
fn rows_of(tensor: &Tensor<'_>, span: Span, cut: Option<&Cut>) -> Result<Taken> {
    let Some(Cut { dim, first, count }) = cut else { return Ok(Taken::Rows(span, Rows::one(span.len))) };
    let inner = elements(&tensor.shape[dim + 1..]);
    let bytes = |elements: u64| {
        // Every product of dimensions is in range: the table has checked that of all of them, zeros left out.
        elements.checked_mul(inner).and_then(|elements| tensor.dtype.bytes_of(elements)).ok_or_else(|| {
            let message = format!(
                "element {elements} of dimension {dim} does not begin at a whole byte or block of {}: it cannot be cut there",
                tensor.dtype
            );
            Error::new(Kind::Unsupported, message).with_subject(tensor.name)
        })
    };
    let length = tensor.shape[*dim] as u64;
    let (start, row, stride) = (bytes(*first)?, bytes(*count)?, bytes(length)?);
    let rows = Rows::new(row, stride, elements(&tensor.shape[..*dim]));
    if rows.len() == 0 {
        return Ok(Taken::Rows(empty_run(tensor), rows));
    }
    Ok(Taken::Rows(Span { offset: span.offset + start, len: rows.extent(), ..span }, rows))
}

fn elements(dims: &[i64]) -> u64 {
    dims.iter().fold(1, |product: u64, dim| product.saturating_mul(*dim as u64))
}

impl CastRule {
    /// Refuses what no tensor can be converted by.
    pub(super) fn check(&self) -> Result<()> {
        match self.from {
            Some(from) if from != self.to && !can_convert(from, self.to) => {
                Err(no_conversion(from, self.to).with_subject(&*self.pattern))
            }
            _ => Ok(()),
        }
    }
}

impl SliceRule {
    pub(super) fn check(&self) -> Result<()> {
        if self.rank < self.world {
            return Ok(());
        }
        let message = format!("rank {} of {}: expected a rank below the number of ranks", self.rank, self.world);
        Err(Error::invalid(message).with_subject(&*self.pattern))
    }
}
