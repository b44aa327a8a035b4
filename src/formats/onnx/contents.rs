//! Contents that are stored as lists of numbers or strings, and have to be converted.

use std::sync::Arc;

use bytes::Bytes;

use super::hashed_range::HashedRange;
use super::tensor::List;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::formats::protobuf::{Payload, packed_varints};
use crate::storage::{Buffer, Source, Witness};
use crate::tensor::STRING_OFFSET;

/// How the contents of one tensor are made.
pub(super) struct Recipe {
    list: List,
    parts: Vec<Payload>,
    dtype: DType,
    /// Bytes of the result.
    pub len: u64,
    /// From the first byte of the first part to the last of the last.
    pub used: Arc<Witness>,
}

impl Recipe {
    /// A recipe from the parts of a list in their order in the file; the result has `len` bytes.
    pub(super) fn new(list: List, parts: Vec<Payload>, dtype: DType, len: u64) -> Self {
        let start = parts.first().map_or(0, |part| part.offset);
        let end = parts.last().map_or(0, |part| part.offset + part.len);
        Self { list, parts, dtype, len, used: Arc::new(Witness::of_contents(start, end - start)) }
    }
}

/// Bytes of one read of a list.
const READ: u64 = 1 << 20;

/// The longest number, in bytes.
const LONGEST: usize = 10;

/// Counts the numbers of the parts of a list, or its strings, and checks that they are whole; for strings also their
/// bytes in all.
pub(super) fn count(source: &Source, dtype: DType, list: List, parts: &[Payload]) -> Result<(u64, u64)> {
    let bytes: u64 = parts.iter().map(|part| part.len).sum();
    match (list, list.width()) {
        (List::String, _) => Ok((parts.len() as u64, bytes)),
        (_, Some(width)) => match parts.iter().find(|part| !part.len.is_multiple_of(width)) {
            None => Ok((bytes / width, bytes)),
            Some(part) => Err(torn(part)),
        },
        _ => {
            let counts = parts.iter().map(|part| count_varints(source, part, is_six(dtype)));
            Ok((counts.sum::<Result<u64>>()?, bytes))
        }
    }
}

/// Every number has to be one that can be converted later: then only the machine can fail to.
fn count_varints(source: &Source, part: &Payload, has_six_bits: bool) -> Result<u64> {
    let (mut count, mut length) = (0, 0);
    let mut done = 0;
    while done < part.len {
        let bytes = source.read(part.offset + done, (part.len - done).min(READ))?;
        for byte in &bytes {
            length += 1;
            if length > LONGEST || (length == LONGEST && *byte > 1) {
                return Err(torn(part));
            }
            if has_six_bits && *byte > 0x3f {
                return Err(Error::format("an element has more than six bits").with_offset(part.offset));
            }
            if *byte < 0x80 {
                (count, length) = (count + 1, 0);
            }
        }
        done += bytes.len() as u64;
    }
    if length == 0 { Ok(count) } else { Err(torn(part)) }
}

fn torn(part: &Payload) -> Error {
    Error::format("a list of numbers ends inside a number, or contains one that is too long").with_offset(part.offset)
}

/// Whether the elements of a type have six bits.
pub(super) fn is_six(dtype: DType) -> bool {
    matches!(dtype, DType::F6_E2M3 | DType::F6_E3M2)
}

/// Makes the contents of several tensors, one after the other, each at a multiple of eight bytes.
pub(super) fn build(source: &Source, recipes: &[Recipe]) -> Result<Bytes> {
    let total: u64 = recipes.iter().map(|recipe| recipe.len.next_multiple_of(8)).sum();
    let mut contents = Buffer::new(total, "the contents of tensors", source.context())?;
    let mut rest = &mut contents[..];
    for recipe in recipes {
        let (place, after) = rest.split_at_mut(recipe.len.next_multiple_of(8) as usize);
        recipe.fill(source, &mut place[..recipe.len as usize])?;
        rest = after;
    }
    contents.freeze()
}

impl Recipe {
    fn fill(&self, source: &Source, place: &mut [u8]) -> Result<()> {
        let mut range = HashedRange::new(source, &self.used);
        match (self.list, self.list.width()) {
            (List::String, _) => self.fill_strings(&mut range, place),
            (_, Some(_)) => self.fill_fixed(&mut range, place),
            _ if is_six(self.dtype) => self.pack_sixes(&mut range, place),
            _ => self.fill_varints(&mut range, place),
        }?;
        self.used.compare(range.finish())
    }

    /// Offsets, then the bytes; see [`STRING_OFFSET`].
    fn fill_strings(&self, range: &mut HashedRange<'_>, place: &mut [u8]) -> Result<()> {
        let (offsets, mut strings) = place.split_at_mut(STRING_OFFSET as usize * (self.parts.len() + 1));
        let (offsets, _) = offsets.as_chunks_mut();
        let mut at = 0_u64;
        for (part, offset) in self.parts.iter().zip(&mut *offsets) {
            *offset = at.to_le_bytes();
            let (string, rest) = strings.split_at_mut(part.len as usize);
            range.read_into(part.offset, string)?;
            strings = rest;
            at += part.len;
        }
        if let Some(end) = offsets.last_mut() {
            *end = at.to_le_bytes();
        }
        Ok(())
    }

    fn fill_fixed(&self, range: &mut HashedRange<'_>, mut place: &mut [u8]) -> Result<()> {
        for part in &self.parts {
            let (numbers, rest) = place.split_at_mut(part.len as usize);
            range.read_into(part.offset, numbers)?;
            place = rest;
        }
        Ok(())
    }

    fn fill_varints(&self, range: &mut HashedRange<'_>, place: &mut [u8]) -> Result<()> {
        let width = self.dtype.bytes_of(1).unwrap_or(1) as usize;
        let mut places = place.chunks_exact_mut(width);
        for part in &self.parts {
            let bytes = range.read(part)?;
            for number in packed_varints(&bytes) {
                let number = if self.dtype == DType::BOOL { u64::from(number & 0xff != 0) } else { number };
                let place = places.next().ok_or_else(|| torn(part))?;
                place.copy_from_slice(&number.to_le_bytes()[..width]);
            }
        }
        match (places.next(), self.parts.first()) {
            (Some(_), Some(part)) => Err(torn(part)),
            _ => Ok(()),
        }
    }

    /// Elements of six bits are listed one by one, and packed without gaps, the first one in the lowest bits.
    fn pack_sixes(&self, range: &mut HashedRange<'_>, place: &mut [u8]) -> Result<()> {
        let mut at = 0;
        for part in &self.parts {
            for number in packed_varints(&range.read(part)?) {
                let shifted = (number << (at % 8)) as u16;
                for (byte, bits) in place.iter_mut().skip(at / 8).zip(shifted.to_le_bytes()) {
                    *byte |= bits;
                }
                at += 6;
            }
        }
        Ok(())
    }
}
