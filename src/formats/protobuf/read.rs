//! The fields of a message that the pre-scan has passed.

use std::ops::Range;

use super::{WireType, varint};

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats) enum Value {
    Varint(u64),
    Fixed32(u32),
    Fixed64(u64),
    /// A part of the text: bytes, a message, or packed numbers.
    Delimited(Range<usize>),
}

impl Value {
    /// The part of the text; an empty one for other values.
    pub(in crate::formats) fn range(&self) -> Range<usize> {
        match self {
            Self::Delimited(range) => range.clone(),
            _ => 0..0,
        }
    }

    /// The whole number; 0 for other values.
    pub(in crate::formats) fn int(&self) -> i64 {
        match self {
            Self::Varint(value) => *value as i64,
            _ => 0,
        }
    }
}

/// The fields of the message that a part of a text is: number and value, in the order of the file.
///
/// It ends early where the text is malformed, which the pre-scan has ruled out.
pub(in crate::formats) fn fields(text: &[u8], range: Range<usize>) -> Fields<'_> {
    Fields { text: &text[..range.end.min(text.len())], at: range.start }
}

/// See [`fields`].
#[derive(Clone)]
pub(in crate::formats) struct Fields<'a> {
    text: &'a [u8],
    at: usize,
}

impl Iterator for Fields<'_> {
    type Item = (u32, Value);

    // Inlined, so that neither the fields nor the values have to be in memory.
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        // Nearly always the key has one byte, and so has the length of what is no number.
        if let [key @ ..0x80, len @ ..0x80, contents @ ..] = rest
            && key & 7 == WireType::Delimited as u8
            && usize::from(*len) <= contents.len()
        {
            let start = self.at + 2;
            self.at = start + usize::from(*len);
            return Some((u32::from(key >> 3), Value::Delimited(start..self.at)));
        }
        self.next_of_any()
    }
}

impl Fields<'_> {
    #[inline(always)]
    fn next_of_any(&mut self) -> Option<(u32, Value)> {
        let rest = self.text.get(self.at..)?;
        let (key, key_len) = varint(rest)?;
        let (rest, start) = (&rest[key_len..], self.at + key_len);
        let (value, end) = match WireType::of(key)? {
            WireType::Delimited => {
                let (len, width) = varint(rest)?;
                let start = start + width;
                let end = start.checked_add(usize::try_from(len).ok()?).filter(|end| *end <= self.text.len())?;
                (Value::Delimited(start..end), end)
            }
            WireType::Varint => {
                let (value, len) = varint(rest)?;
                (Value::Varint(value), start + len)
            }
            WireType::Fixed64 => (Value::Fixed64(u64::from_le_bytes(*rest.first_chunk()?)), start + 8),
            WireType::Fixed32 => (Value::Fixed32(u32::from_le_bytes(*rest.first_chunk()?)), start + 4),
        };
        self.at = end;
        Some(((key >> 3) as u32, value))
    }
}

/// Numbers that are packed; it ends early where they are malformed.
pub(in crate::formats) fn packed_varints(mut bytes: &[u8]) -> impl Iterator<Item = u64> {
    std::iter::from_fn(move || {
        let (value, len) = varint(bytes)?;
        bytes = &bytes[len..];
        Some(value)
    })
}
