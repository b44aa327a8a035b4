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
    let end = range.end.min(text.len());
    Fields { text: &text[..end], at: range.start }
}

/// See [`fields`].
#[derive(Clone)]
pub(in crate::formats) struct Fields<'a> {
    text: &'a [u8],
    at: usize,
}

impl Fields<'_> {
    /// The next field, whatever it is.
    fn any(&mut self) -> Option<(u32, Value)> {
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

impl Iterator for Fields<'_> {
    type Item = (u32, Value);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        // Nearly all fields of a graph are texts, messages and numbers whose key and length or value are one byte each.
        let [key @ ..0x80, value @ ..0x80, ..] = *self.text.get(self.at..)? else { return self.any() };
        let (number, start) = (u32::from(key >> 3), self.at + 2);
        let end = start + usize::from(value);
        match WireType::of(u64::from(key)) {
            Some(WireType::Delimited) if end <= self.text.len() => {
                self.at = end;
                Some((number, Value::Delimited(start..end)))
            }
            Some(WireType::Varint) => {
                self.at = start;
                Some((number, Value::Varint(u64::from(value))))
            }
            _ => self.any(),
        }
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
