//! Stored forms of numbers, made plain where they lie.

use crate::dtype::DType;
use crate::tensor::{ByteOrder, Encoding};

/// Makes whole elements plain: their bytes are reversed, then they are conjugated, then negated.
pub(super) fn decode(dtype: DType, encoding: Encoding, bytes: &mut [u8]) {
    let part = part_bytes(dtype);
    if encoding.order == ByteOrder::Big {
        match part {
            2 => reverse::<2>(bytes),
            4 => reverse::<4>(bytes),
            8 => reverse::<8>(bytes),
            _ => {}
        }
    }
    if encoding.conj {
        match part {
            4 => flip_signs::<4>(bytes.as_chunks_mut().0.iter_mut().skip(1).step_by(2)),
            _ => flip_signs::<8>(bytes.as_chunks_mut().0.iter_mut().skip(1).step_by(2)),
        }
    }
    if encoding.neg {
        match (is_float(dtype), part) {
            (true, 2) => flip_signs::<2>(bytes.as_chunks_mut().0.iter_mut()),
            (true, 4) => flip_signs::<4>(bytes.as_chunks_mut().0.iter_mut()),
            (true, _) => flip_signs::<8>(bytes.as_chunks_mut().0.iter_mut()),
            (false, 1) => negate(bytes, |value| i8::from_le_bytes(value).wrapping_neg().to_le_bytes()),
            (false, 2) => negate(bytes, |value| i16::from_le_bytes(value).wrapping_neg().to_le_bytes()),
            (false, 4) => negate(bytes, |value| i32::from_le_bytes(value).wrapping_neg().to_le_bytes()),
            (false, _) => negate(bytes, |value| i64::from_le_bytes(value).wrapping_neg().to_le_bytes()),
        }
    }
}

/// Bytes of one number: complex ones have two parts.
fn part_bytes(dtype: DType) -> u64 {
    let bytes = dtype.bytes_of(1).unwrap_or(1);
    if matches!(dtype, DType::C64 | DType::C128) { bytes / 2 } else { bytes }
}

fn is_float(dtype: DType) -> bool {
    matches!(dtype, DType::F16 | DType::BF16 | DType::F32 | DType::F64 | DType::C64 | DType::C128)
}

fn reverse<const BYTES: usize>(bytes: &mut [u8]) {
    bytes.as_chunks_mut::<BYTES>().0.iter_mut().for_each(|number| number.reverse());
}

/// Changes the sign of little-endian floating-point numbers, NaNs and zeros included, as the negation of IEEE 754-2019, section
/// 5.5.1, does.
fn flip_signs<'a, const BYTES: usize>(numbers: impl Iterator<Item = &'a mut [u8; BYTES]>) {
    numbers.for_each(|number| number[BYTES - 1] ^= 0x80);
}

fn negate<const BYTES: usize>(bytes: &mut [u8], negated: impl Fn([u8; BYTES]) -> [u8; BYTES]) {
    bytes.as_chunks_mut().0.iter_mut().for_each(|number| *number = negated(*number));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(dtype: DType, encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        decode(dtype, encoding, &mut bytes);
        bytes
    }

    #[test]
    fn numbers_and_the_parts_of_complex_numbers_are_reversed() {
        let eight = [1, 2, 3, 4, 5, 6, 7, 8];
        let big = |dtype| decoded(dtype, Encoding::BIG_ENDIAN, &eight);
        assert_eq!(big(DType::U8), eight);
        assert_eq!(big(DType::BF16), [2, 1, 4, 3, 6, 5, 8, 7]);
        assert_eq!(big(DType::F32), [4, 3, 2, 1, 8, 7, 6, 5]);
        assert_eq!(big(DType::C64), [4, 3, 2, 1, 8, 7, 6, 5]);
        assert_eq!(big(DType::I64), [8, 7, 6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn conjugates_change_the_sign_of_the_second_part() {
        let stored = [1.0_f32, -2.0, -0.0, 3.0].map(f32::to_be_bytes).concat();
        let plain = [1.0_f32, 2.0, -0.0, -3.0].map(f32::to_le_bytes).concat();
        assert_eq!(decoded(DType::C64, Encoding::BIG_ENDIAN.with(true, false), &stored), plain);
        let stored = [1.0_f64, -2.0].map(f64::to_le_bytes).concat();
        let both = [-1.0_f64, -2.0].map(f64::to_le_bytes).concat();
        assert_eq!(decoded(DType::C128, Encoding::PLAIN.with(true, true), &stored), both);
    }

    #[test]
    fn negatives_are_made_of_every_number() {
        let neg = Encoding::PLAIN.with(false, true);
        assert_eq!(decoded(DType::I8, neg, &[1, 0x80, 0]), [0xff, 0x80, 0]);
        assert_eq!(decoded(DType::I16, neg, &2_i16.to_le_bytes()), (-2_i16).to_le_bytes());
        assert_eq!(decoded(DType::I32, neg, &i32::MIN.to_le_bytes()), i32::MIN.to_le_bytes());
        assert_eq!(decoded(DType::I64, neg, &(-3_i64).to_le_bytes()), 3_i64.to_le_bytes());
        assert_eq!(decoded(DType::F16, neg, &[0, 0]), [0, 0x80]);
        assert_eq!(decoded(DType::F32, neg, &f32::NAN.to_le_bytes()), (-f32::NAN).to_le_bytes());
        assert_eq!(decoded(DType::F64, neg, &0.5_f64.to_le_bytes()), (-0.5_f64).to_le_bytes());
    }
}
