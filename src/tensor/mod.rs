//! The tensors of a model: one table whose rows are true by construction.
//!
//! A [`TensorTable`] exists only if every tensor lies inside its files, has exactly the bytes that its shape and
//! element type need, and has a name of its own. Whoever holds a table need not check again.
//!
//! | file | what it holds |
//! |---|---|
//! | `contents` | where the elements of a tensor are: a span, a view of a stored run, or pieces of several runs |
//! | `table` | the rows, and how they are found |
//! | `shared` | how many bytes they take together |
//! | `pattern` | which of them a pattern over their names matches |
//! | `build` | how readers make a table |
//! | `rules` | what is checked before a table exists |
//! | `cover` | whether boxes fill a shape |

#![forbid(unsafe_code)]

mod build;
mod contents;
mod cover;
mod pattern;
mod rules;
mod shared;
mod table;

pub use build::TableBuilder;
pub use contents::{ByteOrder, Contents, Encoding, Piece, Pieces, View};
pub(crate) use contents::{extent, is_contiguous};
pub(crate) use pattern::{first_matches, matches};
pub(crate) use rules::bytes_needed;
pub use rules::{Layout, Packing};
pub use table::{Tensor, TensorTable};

/// A range of one file.
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
