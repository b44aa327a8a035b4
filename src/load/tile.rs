//! A square of elements in the cache, where their rows become columns.

use std::array;

use super::shuffle::transposed;

/// `SIDE` rows of as many elements of `BYTES` bytes; each row is `WORDS` times 8 bytes. Its rows are those of the
/// destination.
pub(super) struct Tile<const BYTES: usize, const SIDE: usize, const WORDS: usize>([[[u8; 8]; WORDS]; SIDE]);

impl<const BYTES: usize, const SIDE: usize, const WORDS: usize> Default for Tile<BYTES, SIDE, WORDS> {
    fn default() -> Self {
        const { assert!(BYTES * SIDE == 8 * WORDS) };
        Self([[[0; 8]; WORDS]; SIDE])
    }
}

impl<const BYTES: usize, const SIDE: usize, const WORDS: usize> Tile<BYTES, SIDE, WORDS> {
    /// Fills the columns from rows of `source` that are `pitch` bytes apart.
    pub(super) fn fill(&mut self, source: &[u8], pitch: usize) {
        match BYTES {
            1 | 2 | 4 => self.fill_by_eights(source, pitch),
            _ => self.fill_by_words(source, pitch),
        }
    }

    /// Fills only the first `columns`, and of those the first `lines` elements. The rest is left undefined.
    pub(super) fn fill_part(&mut self, source: &[u8], pitch: usize, columns: usize, lines: usize) {
        let mut whole = Self::default();
        for (column, row) in whole.0.iter_mut().enumerate().take(columns) {
            row.as_flattened_mut()[..lines * BYTES].copy_from_slice(&source[column * pitch..][..lines * BYTES]);
        }
        self.fill(whole.0.as_flattened().as_flattened(), BYTES * SIDE);
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|row| row.as_flattened())
    }

    /// Eight rows are read at once: enough for several cache misses to overlap, and no more than one set of a first-level
    /// cache holds when the pitch is a power of two.
    fn fill_by_eights(&mut self, source: &[u8], pitch: usize) {
        for group in 0..SIDE / 8 {
            let rows: [&[[u8; 16]]; 8] =
                array::from_fn(|row| source[(8 * group + row) * pitch..][..8 * WORDS].as_chunks().0);
            for (number, lines) in self.0.chunks_exact_mut(16 / BYTES).enumerate() {
                let columns = transposed::<BYTES>(array::from_fn(|row| rows[row][number]));
                let (words, _) = columns.as_flattened().as_chunks();
                for (line, column) in lines.iter_mut().zip(words.chunks_exact(BYTES)) {
                    line[group * BYTES..][..BYTES].copy_from_slice(column);
                }
            }
        }
    }

    /// Copies elements of one word or several.
    fn fill_by_words(&mut self, source: &[u8], pitch: usize) {
        let words = BYTES / 8;
        for column in 0..SIDE {
            let (row, _) = source[column * pitch..][..8 * WORDS].as_chunks();
            for (line, element) in row.chunks_exact(words).enumerate() {
                self.0[line][column * words..][..words].copy_from_slice(element);
            }
        }
    }
}
