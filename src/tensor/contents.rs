//! Where the elements of a tensor are, and how they are stored there.

use super::Span;

/// Where the elements of a tensor are.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Contents<'a> {
    /// One range of a file that holds the elements contiguous, row-major and little-endian.
    Span(Span),
    /// Elements at regular distances in one range of a file.
    View(View<'a>),
    /// Boxes from several ranges, perhaps of several files, that together fill the shape.
    Pieces(Pieces<'a>),
}

/// A tensor whose elements lie at regular distances in a stored run.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The stored run: from the first byte of the element that is stored first to the last byte of the one stored last. The
    /// element with all indices 0 is the first.
    pub run: Span,
    /// Elements between neighbours in each dimension, outermost first; 0 where one element stands for all.
    pub strides: &'a [i64],
    /// How each element is stored.
    pub encoding: Encoding,
}

/// The pieces of a tensor, in the order in which they are stored.
#[derive(Debug, Clone, Copy)]
pub struct Pieces<'a> {
    /// How each element is stored.
    pub encoding: Encoding,
    pub(super) rank: usize,
    pub(super) rows: &'a [PieceRow],
    pub(super) dims: &'a [i64],
}

/// One piece of a tensor: a box of it that one run holds contiguous and row-major.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// The run.
    pub run: Span,
    /// The first index of the box in each dimension, outermost first.
    pub start: &'a [i64],
    /// Elements of the box in each dimension.
    pub shape: &'a [i64],
}

/// One piece, with its start and then its shape among the numbers of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct PieceRow {
    pub(super) run: Span,
    pub(super) dims: u32,
}

/// How elements are stored, where it is not as they are used. What has to be done to use them is done in this order: reverse
/// the bytes, conjugate, negate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub struct Encoding {
    /// The order of the bytes of each number.
    pub order: ByteOrder,
    /// Whether each stored complex number is the conjugate of the element.
    pub conj: bool,
    /// Whether each stored number is the negative of the element.
    pub neg: bool,
}

/// The order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ByteOrder {
    /// The lowest byte first.
    #[default]
    Little,
    /// The highest byte first.
    Big,
}

impl Encoding {
    /// Elements that are stored as they are used.
    pub const PLAIN: Self = Self { order: ByteOrder::Little, conj: false, neg: false };

    /// Elements that are stored with the highest byte first.
    pub const BIG_ENDIAN: Self = Self { order: ByteOrder::Big, ..Self::PLAIN };

    /// The same, as conjugates if `conj`, and as negatives if `neg`.
    #[must_use]
    pub fn with(self, conj: bool, neg: bool) -> Self {
        Self { conj, neg, ..self }
    }

    /// Whether elements are stored as they are used.
    pub fn is_plain(self) -> bool {
        self == Self::PLAIN
    }
}

impl<'a> Pieces<'a> {
    /// The number of pieces: at least one.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no pieces, which no table allows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Each piece.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Piece<'a>> + Clone + use<'a> {
        let (rank, dims) = (self.rank, self.dims);
        self.rows.iter().map(move |row| {
            let (start, rest) = dims[row.dims as usize..].split_at(rank);
            Piece { run: row.run, start, shape: &rest[..rank] }
        })
    }
}

impl<'a> Contents<'a> {
    /// How each element is stored.
    pub fn encoding(&self) -> Encoding {
        match self {
            Self::Span(_) => Encoding::PLAIN,
            Self::View(view) => view.encoding,
            Self::Pieces(pieces) => pieces.encoding,
        }
    }

    /// The range that holds the elements as they are used; `None` for views and pieces.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Span(span) => Some(*span),
            Self::View(_) | Self::Pieces(_) => None,
        }
    }

    /// The one range that holds the elements in whatever form; `None` for pieces.
    pub fn run(&self) -> Option<Span> {
        match self {
            Self::Span(span) => Some(*span),
            Self::View(view) => Some(view.run),
            Self::Pieces(_) => None,
        }
    }

    /// The ranges that hold the elements, in the order in which they are stored.
    pub fn runs(&self) -> impl Iterator<Item = Span> + Clone + use<'a> {
        let pieces = match *self {
            Self::Pieces(pieces) => pieces.rows,
            Self::Span(_) | Self::View(_) => &[],
        };
        self.run().into_iter().chain(pieces.iter().map(|piece| piece.run))
    }
}

/// The bytes from the first to the last element of a view, as far as they fit 64 bits; `None` also where a stride is negative.
/// Every dimension is at least 1.
pub(crate) fn extent(shape: &[i64], strides: &[i64], element: u64) -> Option<u64> {
    let last = shape.iter().zip(strides).try_fold(0_u64, |last, (dim, stride)| {
        let (steps, stride) = (u64::try_from(dim - 1).ok()?, u64::try_from(*stride).ok()?);
        last.checked_add(steps.checked_mul(stride)?)
    })?;
    last.checked_add(1)?.checked_mul(element)
}

/// Whether strides are those of a contiguous row-major tensor. Those of dimensions with one element mean nothing.
pub(crate) fn is_contiguous(shape: &[i64], strides: &[i64]) -> bool {
    let mut expected = 1_i64;
    for (dim, stride) in shape.iter().zip(strides).rev().filter(|(dim, _)| **dim != 1) {
        if *stride != expected {
            return false;
        }
        expected = expected.saturating_mul(*dim);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extent_ends_with_the_last_element() {
        assert_eq!(extent(&[3, 2], &[1, 3], 4), Some(24));
        assert_eq!(extent(&[1000, 2], &[0, 1], 8), Some(16));
        assert_eq!(extent(&[], &[], 2), Some(2));
        assert_eq!(extent(&[2, 2], &[i64::MAX, i64::MAX], 8), None);
        assert_eq!(extent(&[2], &[-1], 4), None);
    }

    #[test]
    fn only_row_major_strides_without_gaps_are_contiguous() {
        assert!(is_contiguous(&[2, 3], &[3, 1]));
        assert!(is_contiguous(&[2, 1, 3], &[3, 77, 1]));
        assert!(is_contiguous(&[], &[]));
        for strides in [[1, 2], [4, 1], [0, 1], [3, 2], [3, -1]] {
            assert!(!is_contiguous(&[2, 3], &strides), "{strides:?}");
        }
    }
}
