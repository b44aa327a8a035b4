//! What is done to elements on their way from a file to their place: stored forms become plain ones, and types are converted.
//!
//! A [`Change`] works on whole units: one element, or one block of a quantized type. What it does, in this order:
//!
//! 1. reverse the bytes of each number, conjugate, negate (`encoding`): the stored form becomes the plain one;
//! 2. convert to another type: `cast` from one floating-point type to another, `dequantize` from blocks.
//!
//! All of it happens while the bytes are in a staging buffer, after they have been hashed.

mod cast;
mod dequantize;
mod encoding;

use crate::dtype::DType;
use crate::tensor::Encoding;

/// What is done to the elements of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    from: DType,
    encoding: Encoding,
    conversion: Option<Conversion>,
}

/// A row of the table of conversions. Small, because every tensor of a plan may have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Conversion(u8);

/// One conversion of a type to another.
struct Row {
    from: DType,
    to: DType,
    /// Converts whole units of the first type to as many elements of the second.
    convert: fn(&[u8], &mut [u8]),
}

/// What is changed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Elements.
    pub(crate) elements: u64,
    /// Bytes before.
    pub(crate) from_bytes: u64,
    /// Bytes after.
    pub(crate) to_bytes: u64,
}

impl Conversion {
    /// `None`: there is no such conversion.
    fn new(from: DType, to: DType) -> Option<Self> {
        (0..).zip(rows()).find(|(_, row)| (row.from, row.to) == (from, to)).map(|(number, _)| Self(number))
    }

    fn row(self) -> &'static Row {
        let number = usize::from(self.0);
        match cast::ROWS.get(number) {
            Some(row) => row,
            None => &dequantize::ROWS[number - cast::ROWS.len()],
        }
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    cast::ROWS.iter().chain(&dequantize::ROWS)
}

/// Whether elements of a type can be converted to another.
pub(super) fn can_convert(from: DType, to: DType) -> bool {
    Conversion::new(from, to).is_some()
}

impl Change {
    /// What makes plain elements of type `to` from stored ones of type `from`. `Some(None)`: nothing has to be done.
    /// `None`: there is no such conversion.
    pub(crate) fn new(from: DType, encoding: Encoding, to: DType) -> Option<Option<Self>> {
        let conversion = if from == to { None } else { Some(Conversion::new(from, to)?) };
        let is_idle = encoding.is_plain() && conversion.is_none();
        Some((!is_idle).then_some(Self { from, encoding, conversion }))
    }

    /// What is changed at once.
    pub(crate) fn unit(self) -> Unit {
        let elements = self.from.block_elements();
        let bytes = |dtype: DType| dtype.bytes_of(elements).unwrap_or(1);
        Unit { elements, from_bytes: bytes(self.from), to_bytes: bytes(self.to()) }
    }

    /// Bytes that `len` bytes of whole units become.
    pub(crate) fn len_of(self, len: u64) -> u64 {
        let Unit { from_bytes, to_bytes, .. } = self.unit();
        len / from_bytes * to_bytes
    }

    /// The type of the elements after.
    pub(crate) fn to(self) -> DType {
        self.conversion.map_or(self.from, |conversion| conversion.row().to)
    }

    /// Whether each element stays as long as it is, so that one place stands for the same element before and after.
    pub(crate) fn keeps_places(self) -> bool {
        self.conversion.is_none()
    }

    /// Makes stored elements plain where they lie: all that is done where nothing is converted.
    pub(crate) fn decode(self, bytes: &mut [u8]) {
        encoding::decode(self.from, self.encoding, bytes);
    }

    /// Changes n whole units: `from` holds n times `from_bytes` bytes, which are changed too, and `to` n times
    /// `to_bytes`. Both may lie at any address.
    ///
    /// # Panics
    ///
    /// If the lengths are not so.
    pub(crate) fn apply(self, from: &mut [u8], to: &mut [u8]) {
        let Unit { from_bytes, .. } = self.unit();
        let whole = (from.len() as u64 / from_bytes * from_bytes, self.len_of(from.len() as u64));
        assert_eq!((from.len() as u64, to.len() as u64), whole, "bytes before and after");
        self.decode(from);
        match self.conversion {
            Some(conversion) => (conversion.row().convert)(from, to),
            None => to.copy_from_slice(from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_nothing_is_no_change() {
        assert_eq!(Change::new(DType::F32, Encoding::PLAIN, DType::F32), Some(None));
        assert_eq!(Change::new(DType::F32, Encoding::PLAIN, DType::I8), None);
        assert!(Change::new(DType::F32, Encoding::BIG_ENDIAN, DType::F32).unwrap().unwrap().keeps_places());
    }

    #[test]
    fn stored_forms_are_decoded_before_they_are_converted() {
        let change = Change::new(DType::F32, Encoding::BIG_ENDIAN.with(false, true), DType::BF16).unwrap().unwrap();
        let mut from = [1.5_f32, -2.0].map(f32::to_be_bytes).concat();
        let mut to = [0; 4];
        change.apply(&mut from, &mut to);
        assert_eq!(to, [0xc0, 0xbf, 0x00, 0x40].map(|byte: u8| byte), "-1.5 and 2");
        assert_eq!(change.unit(), Unit { elements: 1, from_bytes: 4, to_bytes: 2 });
    }

    #[test]
    fn units_are_elements_or_blocks() {
        let change = Change::new(DType::Q8_0, Encoding::PLAIN, DType::F32).unwrap().unwrap();
        assert_eq!(change.unit(), Unit { elements: 32, from_bytes: 34, to_bytes: 128 });
        assert_eq!((change.len_of(68), change.to()), (256, DType::F32));
    }
}
