//! What a file is that no reader takes: another format, or what an accident has left in the place of the weights.
//!
//! It is asked for words only, after the formats have been: nothing here refuses a model. Of a file only the first bytes are
//! looked at, of a zip archive also the last ones, and nothing is decompressed.

mod archive;
mod bytes;
mod directory;
mod markup;
mod message;
mod pointer;
mod signatures;
mod store;
mod text;

use std::borrow::Cow;
use std::fmt;

use super::detect::Clues;

#[cfg(feature = "safetensors")]
pub(super) use directory::unfinished;
pub(super) use directory::{instead, is_unfinished};

/// A file that is no model of a format of ours. It is shown as what it is, and what helps: `a 7z archive: extract it first`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stranger {
    /// What it is, with an article.
    what: Cow<'static, str>,
    /// What helps, or how it came about; empty if there is nothing to say.
    cure: &'static str,
    sign: Sign,
}

/// What a stranger is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Bytes that its format asks for.
    Signature,
    /// It is text, of which nothing is known but how it begins.
    Text,
    /// It begins with zeros, as raw weights may.
    Zeros,
    /// How often which bytes occur. Raw weights can look alike.
    Distribution,
}

impl Stranger {
    fn signed(what: impl Into<Cow<'static, str>>, cure: &'static str) -> Self {
        Self { what: what.into(), cure, sign: Sign::Signature }
    }

    /// The sentence for somebody who expected something else.
    pub(super) fn instead_of(&self, expected: &str) -> String {
        let Self { what, cure, .. } = self;
        let separator = if cure.is_empty() { "" } else { "; " };
        format!("this is {what}: expected {expected}{separator}{cure}")
    }

    /// Whether it has bytes that its format asks for.
    #[cfg(feature = "onnx")]
    pub(super) fn is_signed(&self) -> bool {
        self.sign == Sign::Signature
    }

    /// Whether it begins with zeros.
    #[cfg(feature = "onnx")]
    pub(super) fn is_zeros(&self) -> bool {
        self.sign == Sign::Zeros
    }

    /// Whether it is text of any kind.
    pub(super) fn is_text(&self) -> bool {
        self.sign == Sign::Text
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cure {
            "" => f.write_str(&self.what),
            cure => write!(f, "{}: {cure}", self.what),
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// What a link stands for, by what it leads to.
pub(super) fn of_link(target: &str) -> Option<Stranger> {
    pointer::of(target)
}

/// What a file is, if it can be told. The surest signs come first.
pub(super) fn of(clues: &Clues<'_>) -> Option<Stranger> {
    let head = &*clues.head;
    let utf16 = text::of_utf16(head);
    let utf8 = utf16.as_deref().map_or(head, str::as_bytes);
    let lossy = String::from_utf8_lossy(utf8);
    let text = lossy.trim_start_matches(|c: char| c.is_whitespace() || c == BYTE_ORDER_MARK);
    signatures::of(head)
        .or_else(|| archive::of(clues))
        .or_else(|| pointer::of(text))
        .or_else(|| markup::of(text))
        .or_else(|| text::of(utf8, clues.len(), text))
        .or_else(|| message::of(head))
        .or_else(|| bytes::of(head))
}
