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
    #[inline]
    fn varint(&mut self) -> Option<u64> {
        let (value, len) = varint(self.text.get(self.at..)?)?;
        self.at += len;
        Some(value)
    }

    /// The next field, whatever it is.
    fn any(&mut self) -> Option<(u32, Value)> {
        let key = self.varint()?;
        let value = match WireType::of(key)? {
            WireType::Varint => Value::Varint(self.varint()?),
            WireType::Fixed64 => Value::Fixed64(u64::from_le_bytes(self.fixed()?)),
            WireType::Fixed32 => Value::Fixed32(u32::from_le_bytes(self.fixed()?)),
            WireType::Delimited => {
                let len = usize::try_from(self.varint()?).ok()?;
                let end = self.at.checked_add(len).filter(|end| *end <= self.text.len())?;
                let range = self.at..end;
                self.at = end;
                Value::Delimited(range)
            }
        };
        Some(((key >> 3) as u32, value))
    }

    #[inline]
    fn fixed<const LEN: usize>(&mut self) -> Option<[u8; LEN]> {
        let bytes = self.text.get(self.at..)?.first_chunk()?;
        self.at += LEN;
        Some(*bytes)
    }
}

impl Iterator for Fields<'_> {
    type Item = (u32, Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        // Nearly all fields of a graph are texts and messages whose key and length are one byte each.
        if let [key @ ..0x80, len @ ..0x80, ..] = *self.text.get(self.at..)?
            && key & 7 == WireType::Delimited as u8
        {
            let start = self.at + 2;
            let end = start + usize::from(len);
            if end <= self.text.len() {
                self.at = end;
                return Some((u32::from(key >> 3), Value::Delimited(start..end)));
            }
        }
        self.any()
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
