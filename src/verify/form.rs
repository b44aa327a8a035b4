//! What the bytes of a tensor mean: what a claim promises beside their digest.

use std::fmt;

use crate::tensor::{ByteOrder, Contents, Encoding, Tensor, is_contiguous};

/// Element type, shape and storage of a tensor that lies in one run. The same bytes in another form are another tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form<'a> {
    /// The element type, as spelled in files.
    pub(super) dtype: &'a str,
    /// Elements of each dimension.
    pub(super) shape: &'a [i64],
    /// Elements between neighbours in each dimension; empty where the tensor is contiguous and row-major.
    pub(super) strides: &'a [i64],
    /// How each element is stored.
    pub(super) encoding: Encoding,
}

impl<'a> Form<'a> {
    /// The form of a tensor in one run; `None` for one in pieces.
    pub(super) fn of(tensor: &Tensor<'a>) -> Option<Self> {
        let (strides, encoding) = match tensor.contents {
            Contents::Span(_) => (&[][..], Encoding::PLAIN),
            Contents::View(view) => (view.strides, view.encoding),
            Contents::Pieces(_) => return None,
        };
        Some(Self { dtype: tensor.dtype.name(), shape: tensor.shape, strides, encoding }.normal())
    }

    /// The same form as it is compared: strides that a contiguous tensor has anyway are left out, and nothing is stored
    /// in no way.
    pub(super) fn normal(self) -> Self {
        if self.shape.contains(&0) {
            return Self { strides: &[], encoding: Encoding::PLAIN, ..self };
        }
        let strides = if is_contiguous(self.shape, self.strides) { &[] } else { self.strides };
        Self { strides, ..self }
    }
}

impl fmt::Display for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dtype, shape, strides, encoding } = self;
        write!(f, "{dtype} of shape {shape:?}")?;
        if !strides.is_empty() {
            write!(f, ", strides {strides:?}")?;
        }
        let words = [
            (encoding.order == ByteOrder::Big, "big-endian"),
            (encoding.conj, "conjugated"),
            (encoding.neg, "negated"),
        ];
        words.into_iter().filter(|(is_set, _)| *is_set).try_for_each(|(_, word)| write!(f, ", {word}"))
    }
}
