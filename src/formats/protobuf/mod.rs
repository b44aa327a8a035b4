//! Protocol buffers from hostile files.
//!
//! A generated decoder believes what it reads: a few bytes can ask for gigabytes, a message given twice is merged, and
//! nesting ends in a stack overflow. So [`scan`] walks a file first, by the schema and with a stack of its own: it refuses
//! what is malformed, nested too deep, given twice or too much, and makes a [`Skeleton`]: the file without its payloads,
//! which may be longer than memory and of which only the places are noted. What is decoded after that, by [`fields`] or
//! by prost, is known to be well-formed.
//!
//! Source of the wire format: "Encoding", Protocol Buffers documentation.

mod read;
mod scan;
mod skeleton;
mod step;

use std::num::NonZero;

use step::Steps;

pub(super) use read::{Fields, Value, fields, packed_varints};
pub(super) use scan::scan;
pub(super) use skeleton::{Payload, Skeleton};

/// The messages of a format.
pub(super) struct Schema {
    /// Index of the message that a file is.
    pub root: usize,
    pub messages: &'static [Message],
}

/// One message.
pub(super) struct Message {
    pub name: &'static str,
    /// Bytes that it takes when it is decoded, beside those of its fields.
    pub cost: u64,
    /// By number.
    pub fields: &'static [Option<Field>],
    steps: Steps,
}

/// One field of a message.
pub(super) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// The bit by which a second occurrence is noticed; fields of which only one may be given share theirs.
    pub slot: u8,
    pub is_repeated: bool,
    /// Whether the contents stay in the file.
    pub is_payload: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Varint,
    Fixed32,
    Fixed64,
    Text,
    Bytes,
    /// The message with this index.
    Message(usize),
}

impl Message {
    pub(super) const fn new(name: &'static str, cost: u64, fields: &'static [Option<Field>]) -> Self {
        Self { name, cost, fields, steps: Steps::of(fields) }
    }
}

impl Kind {
    /// Whether a list of this kind in so many bytes would end in the middle of a number.
    fn is_torn(self, len: u64) -> bool {
        match self {
            Self::Fixed32 => !len.is_multiple_of(4),
            Self::Fixed64 => !len.is_multiple_of(8),
            Self::Varint | Self::Text | Self::Bytes | Self::Message(_) => false,
        }
    }
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireType {
    Varint = 0,
    Fixed64 = 1,
    Delimited = 2,
    Fixed32 = 5,
}

impl WireType {
    fn of(key: u64) -> Option<Self> {
        match key & 7 {
            0 => Some(Self::Varint),
            1 => Some(Self::Fixed64),
            2 => Some(Self::Delimited),
            5 => Some(Self::Fixed32),
            // 3 and 4 are groups, which no schema here has.
            _ => None,
        }
    }
}

impl Field {
    /// Bytes that one occurrence takes when it is decoded: `len` bytes of contents, if it says its length. A message takes
    /// its own cost instead.
    const fn cost(&self, len: Option<u64>) -> u64 {
        match (self.kind, len) {
            _ if self.is_payload => 64,
            (Kind::Message(_), _) => 0,
            _ if !self.is_repeated => 0,
            (Kind::Text | Kind::Bytes, _) => 32,
            // A packed list: each byte can be a number of eight, in a list that has just doubled.
            (Kind::Varint, Some(len)) => len.saturating_mul(16),
            (_, Some(len)) => len,
            (_, None) => 8,
        }
    }

    /// Whether a value may be written so. Lists of numbers may be packed or not, whatever the schema says.
    fn accepts(&self, wire: WireType) -> bool {
        let is_packed = wire == WireType::Delimited && self.is_repeated;
        match self.kind {
            Kind::Varint => wire == WireType::Varint || is_packed,
            Kind::Fixed32 => wire == WireType::Fixed32 || is_packed,
            Kind::Fixed64 => wire == WireType::Fixed64 || is_packed,
            Kind::Text | Kind::Bytes | Kind::Message(_) => wire == WireType::Delimited,
        }
    }
}

/// A number of seven bits a byte, the lowest first; and how many bytes it has. `None` if the bytes end first, or if it
/// needs more than 64 bits.
#[inline(always)]
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    match *bytes {
        [] => None,
        [first @ ..0x80, ..] => Some((u64::from(first), 1)),
        [first, second @ ..0x80, ..] => Some((u64::from(first & 0x7f) | u64::from(second) << 7, 2)),
        _ => long_varint(bytes).map(|(value, width)| (value, width.get())),
    }
}

/// The same for more bytes. This way the result fits two registers; one that is in memory would keep the whole walk there.
#[inline(never)]
fn long_varint(bytes: &[u8]) -> Option<(u64, NonZero<usize>)> {
    let Some(word) = bytes.first_chunk() else { return short_of_a_word(bytes) };
    let word = u64::from_le_bytes(*word);
    let ends = !word & 0x8080_8080_8080_8080;
    if ends != 0 {
        let width = ends.trailing_zeros() / 8 + 1;
        let used = u64::MAX >> (64 - 8 * width);
        return Some((joined(word & used), NonZero::new(width as usize)?));
    }
    // Negative numbers have ten bytes, the last of which has one bit.
    match *bytes.get(8..)? {
        [ninth @ ..0x80, ..] => Some((joined(word) | u64::from(ninth) << 56, NonZero::new(9)?)),
        [ninth, tenth @ ..=1, ..] => {
            let value = joined(word) | u64::from(ninth & 0x7f) << 56 | u64::from(tenth) << 63;
            Some((value, NonZero::new(10)?))
        }
        _ => None,
    }
}

/// The same where not even eight bytes are left.
fn short_of_a_word(bytes: &[u8]) -> Option<(u64, NonZero<usize>)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Some((value, NonZero::new(index + 1)?));
        }
    }
    None
}

/// The lower seven bits of each of eight bytes, one after the other.
fn joined(word: u64) -> u64 {
    let pairs = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) >> 1;
    let fours = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    fours & 0x0fff_ffff | (fours & 0x0fff_ffff_0000_0000) >> 4
}

#[cfg(test)]
mod tests {
    use super::varint;

    /// A number written with so many bytes.
    fn written(value: u64, width: usize) -> Vec<u8> {
        let digit = |index: usize| (value >> (7 * index) & 0x7f) as u8 | if index + 1 < width { 0x80 } else { 0 };
        (0..width).map(digit).collect()
    }

    #[test]
    fn numbers_of_every_width_are_read() {
        for width in 1..=10 {
            let largest = u64::MAX >> (64_usize.saturating_sub(7 * width));
            for value in [0, 1, largest, largest & 0x1234_5678_9abc_def0] {
                let mut bytes = written(value, width);
                assert_eq!(varint(&bytes[..width - 1]), None, "{value} in {width} bytes, one missing");
                assert_eq!(varint(&bytes), Some((value, width)), "{value} in {width} bytes");
                bytes.extend([0xff; 10]);
                assert_eq!(varint(&bytes), Some((value, width)), "{value} in {width} bytes, and more");
            }
        }
    }

    #[test]
    fn numbers_of_more_than_64_bits_are_none() {
        assert_eq!(varint(&[[0xff; 9].as_slice(), &[2]].concat()), None);
        assert_eq!(varint(&[[0x80; 10].as_slice(), &[0]].concat()), None);
    }
}
