//! A range of a file that is read once, from its start to its end, and hashed as it is read.

use bytes::Bytes;

use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Error, Result};
use crate::formats::protobuf::Payload;
use crate::memory;
use crate::storage::{Source, Witness};

/// Bytes of one read.
const WINDOW: u64 = 1 << 20;

pub(super) struct HashedRange<'a> {
    source: &'a Source,
    /// Bytes that were read and not yet used.
    window: Bytes,
    /// Where in the file they begin.
    position: u64,
    end: u64,
    hasher: Hasher,
}

impl<'a> HashedRange<'a> {
    pub(super) fn new(source: &'a Source, range: &Witness) -> Self {
        let Witness { start, len, .. } = *range;
        let hasher = Hasher::whole(Algorithm::Blake3, len);
        Self { source, window: Bytes::new(), position: start, end: start + len, hasher }
    }

    /// Fills `place` with the bytes at `offset`, which lies at or after the end of what was read before.
    pub(super) fn read_into(&mut self, offset: u64, mut place: &mut [u8]) -> Result<()> {
        self.skip_to(offset)?;
        while !place.is_empty() {
            let bytes = self.next(place.len() as u64)?;
            let (now, later) = place.split_at_mut(bytes.len());
            now.copy_from_slice(&bytes);
            place = later;
        }
        Ok(())
    }

    /// The bytes of a part, as `read_into`.
    pub(super) fn read(&mut self, part: &Payload) -> Result<Vec<u8>> {
        let fail = || Error::out_of_memory("the contents of a tensor", part.len);
        let size = usize::try_from(part.len).map_err(|_| fail())?;
        let mut bytes = memory::filled(0, size, "the contents of a tensor")?;
        self.read_into(part.offset, &mut bytes)?;
        Ok(bytes)
    }

    /// BLAKE3 of the range, once its last byte was read.
    pub(super) fn finish(self) -> Digest {
        self.hasher.finish()
    }

    fn skip_to(&mut self, offset: u64) -> Result<()> {
        while self.position < offset {
            self.next(offset - self.position)?;
        }
        Ok(())
    }

    /// Some of the next bytes, at most `most`.
    fn next(&mut self, most: u64) -> Result<Bytes> {
        if self.window.is_empty() {
            self.window = self.source.read(self.position, (self.end - self.position).min(WINDOW))?;
            self.hasher.update(&self.window);
        }
        let count = most.min(self.window.len() as u64);
        self.position += count;
        Ok(self.window.split_to(count as usize))
    }
}
