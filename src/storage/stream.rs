//! Non-temporal writes, for memory that is filled in small scattered pieces and is not read soon.

use std::iter;

/// The bytes that memory is written in at once.
const LINE: usize = 64;

/// Memory that is written past the caches. An ordinary write to a line that is in no cache reads the line first; a
/// non-temporal write of a whole line does not.
pub(crate) struct Streamed<'a>(&'a mut [u8]);

/// Lets `body` write to memory. Its writes are ordered before whatever follows the call, also if it panics.
pub(crate) fn streamed(place: &mut [u8], body: impl FnOnce(&mut Streamed<'_>)) {
    struct Ordered<'a>(Streamed<'a>);
    impl Drop for Ordered<'_> {
        fn drop(&mut self) {
            finish();
        }
    }
    body(&mut Ordered(Streamed(place)).0);
}

impl Streamed<'_> {
    /// The memory from `start` on, to be written in the ordinary way.
    pub(crate) fn from(&mut self, start: usize) -> &mut [u8] {
        &mut self.0[start..]
    }

    /// Copies rows to places that are `pitch` bytes apart, the first of them at `start`.
    ///
    /// # Panics
    ///
    /// If `pitch` is 0, or a row is longer or does not fit.
    pub(crate) fn copy_rows<'a>(&mut self, rows: impl Iterator<Item = &'a [u8]>, start: usize, pitch: usize) {
        for (row, place) in rows.zip(self.0[start..].chunks_mut(pitch)) {
            write_row(row, &mut place[..row.len()]);
        }
    }
}

/// Writes the whole lines of a row past the caches, and its ends in the ordinary way.
#[inline]
fn write_row(row: &[u8], place: &mut [u8]) {
    let head = place.as_ptr().align_offset(LINE).min(row.len());
    let (first, row) = row.split_at(head);
    let (before, place) = place.split_at_mut(head);
    let (lines, last) = row.as_chunks::<LINE>();
    let (places, behind) = place.as_chunks_mut::<LINE>();
    iter::zip(lines, places).for_each(|(line, place)| write_line(line, place));
    // Most rows begin and end at lines, and copying nothing still costs a call.
    for (from, to) in [(first, before), (last, behind)] {
        if !from.is_empty() {
            to.copy_from_slice(from);
        }
    }
}

/// Writes a line to a place that begins at one.
#[cfg(target_arch = "x86_64")]
fn write_line(line: &[u8; LINE], place: &mut [u8; LINE]) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
    debug_assert!(place.as_ptr().addr().is_multiple_of(LINE));
    let (from, to) = (line.as_ptr().cast::<__m128i>(), place.as_mut_ptr().cast::<__m128i>());
    for at in 0..LINE / size_of::<__m128i>() {
        // SAFETY: both are `LINE` bytes long, of which this is the quarter `at`; `place` is aligned to `LINE`. SSE2 is part
        // of every x86-64. `streamed` orders the writes before the borrow of the memory ends.
        unsafe { _mm_stream_si128(to.add(at), _mm_loadu_si128(from.add(at))) }
    }
}

/// Orders the writes before what follows: non-temporal writes are not ordered by themselves.
#[cfg(target_arch = "x86_64")]
fn finish() {
    // SAFETY: SSE is part of every x86-64.
    unsafe { std::arch::x86_64::_mm_sfence() }
}

#[cfg(not(target_arch = "x86_64"))]
fn write_line(line: &[u8; LINE], place: &mut [u8; LINE]) {
    *place = *line;
}

#[cfg(not(target_arch = "x86_64"))]
fn finish() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_land_wherever_they_begin() {
        let source: Vec<u8> = (0..3 * 200_u32).map(|at| (at * 7 % 251) as u8 + 1).collect();
        for (start, width) in [0, 1, 16, 63].iter().flat_map(|start| [1, 15, 64, 127, 128, 200].map(|w| (*start, w))) {
            let mut found = vec![0; start + 3 * 201];
            streamed(&mut found, |out| out.copy_rows(source[..3 * width].chunks(width), start, 201));
            let mut expected = vec![0; found.len()];
            for row in 0..3 {
                expected[start + row * 201..][..width].copy_from_slice(&source[row * width..][..width]);
            }
            assert_eq!(found, expected, "{width} bytes from {start}");
        }
    }
}
