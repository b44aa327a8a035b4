//! Large reads, for files where small ones are slow: past the page cache, or from a store across a network.

use super::{Arena, Slot, Source};
use crate::error::{Error, Result};

/// A way into a file that is best read in large chunks.
pub(crate) trait Chunked: Send {
    /// Bytes of a read above which reads get no faster. Fewer may be asked for.
    fn best_size(&self) -> usize;

    /// Memory for reads of up to `len` bytes, wherever in the file.
    fn buffer(&self, len: usize) -> Result<Slot>;

    /// Reads `len` bytes from `offset`, perhaps with some around them, and returns where in `buffer` they are.
    fn read<'a>(&self, offset: u64, len: usize, buffer: &'a mut [u8]) -> Result<&'a [u8]>;
}

/// What memory for large reads is for.
pub(super) const BUFFER: &str = "the buffer of large reads";

/// Large reads by the ordinary way.
pub(super) struct Ordinary {
    pub(super) source: Source,
    pub(super) best_size: usize,
}

impl Chunked for Ordinary {
    fn best_size(&self) -> usize {
        self.best_size
    }

    fn buffer(&self, len: usize) -> Result<Slot> {
        let fail = || Error::out_of_memory(BUFFER, len as u64);
        Arena::new(len as u64, 1, BUFFER, self.source.context())?.with_huge_pages().take(len).ok_or_else(fail)
    }

    fn read<'a>(&self, offset: u64, len: usize, buffer: &'a mut [u8]) -> Result<&'a [u8]> {
        let size = buffer.len();
        let place = buffer.get_mut(..len).ok_or_else(|| {
            Error::invalid(format!("{len} bytes cannot be read into a buffer of {size} bytes: it is too small"))
                .with_path(self.source.path())
                .with_offset(offset)
        })?;
        self.source.read_into(offset, place)?;
        Ok(place)
    }
}
