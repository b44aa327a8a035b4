//! Words of a graph: operators, domains, names of attributes and of dimensions. There are few different ones, and each is kept
//! once.

use super::build::GRAPH;
use super::rows::{Slice, number};
use crate::error::Result;
use crate::memory;

/// One of the words: its number, counted from 1, or 0 for the empty one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Word(pub(super) u32);

/// The words of a graph.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    /// Where each lies in the text.
    slices: Vec<Slice>,
}

impl Word {
    pub(super) fn of(self, words: &Words) -> &str {
        &words.text[words.slice(self).range()]
    }

    /// The same as bytes: they begin and end where characters do, which need not be looked for.
    #[inline]
    pub(super) fn bytes(self, words: &Words) -> &[u8] {
        &words.text.as_bytes()[words.slice(self).range()]
    }
}

impl Words {
    /// Adds a word that is not there and not empty.
    pub(super) fn push(&mut self, word: &str) -> Result<Word> {
        let slice = Slice { start: number(self.text.len())?, len: number(word.len())? };
        memory::push_str(&mut self.text, word, GRAPH)?;
        memory::push(&mut self.slices, slice, GRAPH)?;
        Ok(Word(number(self.slices.len())?))
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.slices.shrink_to_fit();
    }

    #[inline]
    fn slice(&self, word: Word) -> Slice {
        word.0.checked_sub(1).map_or(Slice::default(), |index| self.slices[index as usize])
    }
}
