//! Small matrices that are transposed in registers.
#![allow(unsafe_code)]

/// A matrix of eight rows.
pub(super) type Rows = [[u8; 16]; 8];

/// Transposes a matrix whose elements have `BYTES` bytes: 1, 2, 4 or 8. The result has the columns one after the other, each
/// of eight elements.
///
/// Number the elements row by row. Interleaving the upper four rows with the lower four, element by element, rotates the
/// bits of these numbers by one place. Three rounds bring the three bits that were the row to the other end, which is where
/// the transposed matrix has them.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn transposed<const BYTES: usize>(rows: Rows) -> Rows {
    // SAFETY: SSE2 is part of every x86-64.
    bytemuck::cast(unsafe { sse2::transposed::<BYTES>(bytemuck::cast(rows)) })
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::*;
    use std::array;

    #[inline]
    #[target_feature(enable = "sse2")]
    pub(super) fn transposed<const BYTES: usize>(mut rows: [__m128i; 8]) -> [__m128i; 8] {
        for _ in 0..3 {
            rows = array::from_fn(|row| {
                let (upper, lower) = (rows[row / 2], rows[row / 2 + 4]);
                if row % 2 == 0 { first_half::<BYTES>(upper, lower) } else { second_half::<BYTES>(upper, lower) }
            });
        }
        rows
    }

    /// Interleaves the elements of the first 8 bytes.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn first_half<const BYTES: usize>(upper: __m128i, lower: __m128i) -> __m128i {
        match BYTES {
            1 => _mm_unpacklo_epi8(upper, lower),
            2 => _mm_unpacklo_epi16(upper, lower),
            4 => _mm_unpacklo_epi32(upper, lower),
            _ => _mm_unpacklo_epi64(upper, lower),
        }
    }

    /// Interleaves the elements of the last 8 bytes.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn second_half<const BYTES: usize>(upper: __m128i, lower: __m128i) -> __m128i {
        match BYTES {
            1 => _mm_unpackhi_epi8(upper, lower),
            2 => _mm_unpackhi_epi16(upper, lower),
            4 => _mm_unpackhi_epi32(upper, lower),
            _ => _mm_unpackhi_epi64(upper, lower),
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use self::gathered as transposed;

/// The same, an element at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(super) fn gathered<const BYTES: usize>(rows: Rows) -> Rows {
    let mut columns = [0; 128];
    for (number, element) in columns.chunks_exact_mut(BYTES).enumerate() {
        element.copy_from_slice(&rows[number % 8][number / 8 * BYTES..][..BYTES]);
    }
    bytemuck::cast(columns)
}

#[cfg(test)]
mod tests {
    use std::array;

    use super::*;

    fn check<const BYTES: usize>() {
        let rows: Rows = array::from_fn(|row| array::from_fn(|byte| (16 * row + byte) as u8));
        let found = transposed::<BYTES>(rows);
        assert_eq!(found, gathered::<BYTES>(rows));
        // The second element of the first column begins the second row.
        assert_eq!(found.as_flattened()[BYTES], 16);
    }

    #[test]
    fn columns_follow_each_other() {
        check::<1>();
        check::<2>();
        check::<4>();
        check::<8>();
    }
}
