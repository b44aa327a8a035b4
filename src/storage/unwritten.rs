//! Files of which a large part was never written: space that a download has reserved and not filled.

use super::source::Source;

/// How much of a file was never written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unwritten {
    /// Where the first such part begins.
    pub first: u64,
    /// Bytes of all such parts.
    pub bytes: u64,
}

impl Unwritten {
    /// Whether so much of a file of `len` bytes is missing that nobody would leave it out to save space: all but what fits the first
    /// page, such as a header, or as much as a tensor has.
    fn is_large(&self, len: u64) -> bool {
        const PAGE: u64 = 4096;
        const LARGE: u64 = 64 << 10;
        self.bytes >= LARGE || (self.first <= PAGE && self.first + self.bytes == len)
    }
}

impl Source {
    /// A large part of the file that was never written; `None` if there is none, or where that cannot be told.
    pub(crate) fn unwritten(&self) -> Option<Unwritten> {
        self.stored_file()?.unwritten().filter(|unwritten| unwritten.is_large(self.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_after_a_header_is_large_in_a_small_file_too() {
        let is_large = |first, bytes, len| Unwritten { first, bytes }.is_large(len);
        assert!(is_large(0, 4096, 4096) && is_large(4096, 100, 4196) && is_large(1 << 30, 64 << 10, 2 << 30));
        assert!(!is_large(0, 4096, 8192) && !is_large(8192, 4096, 12_288) && !is_large(1 << 30, 65_535, 2 << 30));
    }
}
