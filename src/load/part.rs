//! What is taken of one tensor: all of it or a slice, as it is or in another element type.

use super::cast::Cast;
use super::options::{CastRule, SliceRule, Uneven};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::tensor::Tensor;

/// Bytes of a tensor that are taken: rows of equal length at equal distances, and how they are converted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rows {
    /// Bytes from the start of the tensor to the first row.
    pub(super) start: u64,
    /// Bytes of one row.
    pub(super) row: u64,
    /// Bytes from the start of one row to that of the next.
    pub(super) stride: u64,
    pub(super) rows: u64,
}

impl Rows {
    fn new(start: u64, row: u64, stride: u64, rows: u64) -> Self {
        if row == stride || rows <= 1 || row == 0 {
            let len = row * rows;
            // Nothing is nowhere: where it would begin may lie beyond a tensor that is empty itself.
            return Self { start: if len == 0 { 0 } else { start }, row: len, stride: len, rows: 1 };
        }
        Self { start, row, stride, rows }
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

/// A tensor that is not loaded whole and as it is.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) rows: Rows,
    pub(super) cast: Option<Cast>,
    /// Of what is placed.
    pub(super) dtype: DType,
    pub(super) shape: Vec<i64>,
}

impl Part {
    /// Bytes that are placed.
    pub(super) fn placed_len(&self) -> u64 {
        let len = self.rows.len();
        self.cast.map_or(len, |cast| cast.len_of(len))
    }

    /// Whether some of the tensor's elements are left out.
    pub(super) fn is_slice(&self, tensor: &Tensor<'_>) -> bool {
        self.rows.len() != tensor.span.len
    }

    /// What these rules take of a tensor; `None` if that is all of it, as it is.
    pub(super) fn of(
        tensor: &Tensor<'_>,
        slice: Option<&SliceRule>,
        cast: Option<&CastRule>,
    ) -> Result<Option<Box<Self>>> {
        let cast = cast.map_or(Ok(None), |rule| cast_of(tensor, rule))?;
        let (rows, shape) = match slice {
            Some(rule) if rule.world != 1 => cut(tensor, rule)?,
            _ => (Rows::new(0, tensor.span.len, tensor.span.len, 1), tensor.shape.to_vec()),
        };
        if cast.is_none() && shape == tensor.shape {
            return Ok(None);
        }
        let dtype = cast.map_or(tensor.dtype, Cast::to);
        Ok(Some(Box::new(Self { rows, cast, dtype, shape })))
    }
}

fn cast_of(tensor: &Tensor<'_>, rule: &CastRule) -> Result<Option<Cast>> {
    if tensor.dtype == rule.to || rule.from.is_some_and(|from| from != tensor.dtype) {
        return Ok(None);
    }
    let cast = Cast::new(tensor.dtype, rule.to);
    cast.map(Some).ok_or_else(|| no_cast(tensor.dtype, rule.to).subject(tensor.name))
}

fn no_cast(from: DType, to: DType) -> Error {
    Error::new(Kind::Unsupported, format!("there is no conversion from {from} to {to}"))
}

/// The rows of one part of a tensor, and the shape of that part.
fn cut(tensor: &Tensor<'_>, rule: &SliceRule) -> Result<(Rows, Vec<i64>)> {
    let invalid = |message: String| Error::invalid(message).subject(tensor.name);
    let Some(length) = tensor.shape.get(rule.dim) else {
        let rank = tensor.shape.len();
        return Err(invalid(format!("dimension {} is to be cut, and the tensor has {rank}", rule.dim)));
    };
    let length = *length as u64;
    let (first, count) = range_of(length, rule).map_err(|e| e.subject(tensor.name))?;
    let inner = elements(&tensor.shape[rule.dim + 1..]);
    let bytes = |elements: u64| {
        // Every product of dimensions is in range: the table has checked that of all of them, zeros left out.
        elements.checked_mul(inner).and_then(|elements| tensor.dtype.bytes_of(elements)).ok_or_else(|| {
            let message = format!(
                "element {elements} of dimension {} does not begin at a whole byte or block of {}: it cannot be cut there",
                rule.dim, tensor.dtype
            );
            Error::new(Kind::Unsupported, message).subject(tensor.name)
        })
    };
    let outer = elements(&tensor.shape[..rule.dim]);
    let rows = Rows::new(bytes(first)?, bytes(count)?, bytes(length)?, outer);
    let mut shape = tensor.shape.to_vec();
    shape[rule.dim] = count as i64;
    Ok((rows, shape))
}

/// The first element of a part, and how many it has.
fn range_of(length: u64, rule: &SliceRule) -> Result<(u64, u64)> {
    let SliceRule { dim, rank, world, uneven, .. } = rule;
    let (each, rest) = (length / world, length % world);
    match uneven {
        Uneven::Refuse if rest != 0 => Err(Error::invalid(format!(
            "dimension {dim} has {length} elements, which {world} ranks cannot share evenly"
        ))),
        _ => Ok((rank * each + (*rank).min(rest), each + u64::from(*rank < rest))),
    }
}

fn elements(dims: &[i64]) -> u64 {
    dims.iter().fold(1, |product: u64, dim| product.saturating_mul(*dim as u64))
}

impl CastRule {
    /// Refuses what no tensor can be converted by.
    pub(super) fn check(&self) -> Result<()> {
        match self.from {
            Some(from) if from != self.to && Cast::new(from, self.to).is_none() => {
                Err(no_cast(from, self.to).subject(&*self.pattern))
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
        Err(Error::invalid(message).subject(&*self.pattern))
    }
}
