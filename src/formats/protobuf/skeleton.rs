//! A file without its payloads.

use std::ops::Range;

use bytes::Bytes;
use prost::Message;

use super::varint;
use crate::error::{Error, Kind, Result};
use crate::formats::UsedPart;
use crate::memory;

/// What memory is asked for.
const HEADERS: &str = "the parts of the file that were read";

/// The structure of a file: a well-formed message of its own, since the lengths of the messages around each payload
/// have been set right.
#[derive(Debug)]
pub(in crate::formats) struct Skeleton {
    /// The file, in the order of its bytes.
    pub text: Bytes,
    /// What was cut out, in the same order.
    pub payloads: Vec<Payload>,
    /// The lengths that were set right, in the order of the text.
    pub(super) lengths: Vec<Length>,
    /// How many messages of each kind there are, by index in the schema.
    pub counts: Vec<usize>,
}

/// The contents of a field that stayed in the file.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Payload {
    /// Where the field was in the text.
    pub at: usize,
    /// Bytes of the whole field, which the text lacks.
    pub(super) cut: u64,
    /// The number of the field.
    pub number: u32,
    /// Where the contents begin in the file, in bytes.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}

/// A length that is another one in the file, because payloads were cut out of its message.
#[derive(Debug)]
pub(super) struct Length {
    /// Where it is in the text.
    pub at: usize,
    /// Its bytes in the file.
    pub original: Bytes,
}

impl Skeleton {
    /// The payloads that were cut out of a range of the text.
    pub(in crate::formats) fn payloads_in(&self, start: usize, end: usize) -> &[Payload] {
        let first = self.payloads.partition_point(|payload| payload.at < start);
        let count = self.payloads[first..].partition_point(|payload| payload.at <= end);
        &self.payloads[first..first + count]
    }

    /// A part of the text that has to be UTF-8.
    pub(in crate::formats) fn str(&self, range: Range<usize>) -> Result<&str> {
        let start = range.start;
        std::str::from_utf8(&self.text[range]).map_err(|e| {
            Error::format("a name or text is not UTF-8 here").with_offset(self.file_offset(start + e.valid_up_to()))
        })
    }

    /// Refuses a part of the text that is not UTF-8. Most names are ASCII, which takes less time to see.
    #[inline]
    pub(in crate::formats) fn check(&self, range: Range<usize>) -> Result<()> {
        if is_ascii(&self.text[range.clone()]) { Ok(()) } else { self.str(range).map(|_| ()) }
    }

    pub(in crate::formats) fn string(&self, range: Range<usize>) -> Result<String> {
        memory::text(self.str(range)?, "a text")
    }

    /// A packed list: of numbers of `width` bytes each, or else of numbers that end by themselves. They have to be whole.
    pub(in crate::formats) fn packed(&self, range: Range<usize>, width: Option<usize>) -> Result<&[u8]> {
        let start = range.start;
        let bytes = &self.text[range];
        let is_whole = match width {
            Some(width) => bytes.len().is_multiple_of(width),
            None => are_whole(bytes),
        };
        let torn = || Error::format("a list of numbers ends inside a number, or contains one that is too large");
        if is_whole { Ok(bytes) } else { Err(torn().with_offset(self.file_offset(start))) }
    }

    /// A small message, decoded. The pre-scan has passed it: what can still be wrong is its length, and text that is not UTF-8.
    pub(in crate::formats) fn message<M: Message + Default>(&self, range: Range<usize>) -> Result<M> {
        // prost allocates by calls that cannot fail. Blocks of this size come from the reserve of the allocator at worst.
        const MOST: usize = 16 << 10;
        let start = range.start;
        let fail = |kind, message| Error::new(kind, message).with_offset(self.file_offset(start));
        if range.len() > MOST {
            let message = format!("a message of {} bytes: expected at most {MOST}", range.len());
            return Err(fail(Kind::Limit, message));
        }
        memory::check()?;
        M::decode(self.text.slice(range)).map_err(|e| fail(Kind::Format, e.to_string()))
    }

    /// The ranges of the file that the text is made of, as they are in the file.
    pub(in crate::formats) fn headers(&self) -> Result<Vec<UsedPart>> {
        let mut headers = Vec::new();
        let mut lengths = self.lengths.iter().peekable();
        let (mut from, mut start) = (0, 0);
        let ends = self.payloads.iter().map(|payload| (payload.at, payload.offset + payload.len));
        for (to, next_start) in ends.chain([(self.text.len(), 0)]) {
            let mut parts = Vec::new();
            while let Some(length) = lengths.next_if(|length| length.at < to) {
                let width = length.original.len();
                memory::reserve(&mut parts, 2, HEADERS)?;
                parts.extend([self.text.slice(from..length.at), length.original.clone()]);
                from = length.at + width;
            }
            memory::push(&mut parts, self.text.slice(from..to), HEADERS)?;
            memory::check()?;
            if parts.iter().any(|part| !part.is_empty()) {
                memory::push(&mut headers, UsedPart::Kept { start, parts }, HEADERS)?;
            }
            (from, start) = (to, next_start);
        }
        Ok(headers)
    }

    /// Where a position of the text is in the file.
    pub(in crate::formats) fn file_offset(&self, at: usize) -> u64 {
        let before = self.payloads.iter().take_while(|payload| payload.at <= at);
        at as u64 + before.map(|payload| payload.cut).sum::<u64>()
    }
}

/// The same as the method of slices, and faster for names, which are short: words that may overlap leave no odd bytes.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk() else { return bytes.is_ascii() };
    let mut all = u64::from_ne_bytes(*last);
    for word in bytes.as_chunks().0 {
        all |= u64::from_ne_bytes(*word);
    }
    all & 0x8080_8080_8080_8080 == 0
}

/// Whether bytes are numbers to their end.
fn are_whole(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Some((_, len)) = varint(bytes) else { return false };
        bytes = &bytes[len..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_ascii;

    #[test]
    fn ascii_is_told_from_other_bytes_wherever_they_are() {
        for len in 0..40 {
            let mut bytes = vec![0x7f; len];
            assert!(is_ascii(&bytes), "{len} bytes");
            for at in 0..len {
                bytes[at] = 0x80;
                assert!(!is_ascii(&bytes), "byte {at} of {len}");
                bytes[at] = 0x7f;
            }
        }
    }
}
