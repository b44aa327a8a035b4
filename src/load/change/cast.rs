//! Element casts: from one floating-point type to another, value by value, while the bytes are in a staging buffer.
//!
//! | from | to | rule |
//! |---|---|---|
//! | F32 | F16 | rounds to nearest, ties to even; from 65,520 on it overflows to infinity |
//! | F32 | BF16 | rounds to nearest, ties to even; above the largest BF16 by half its last place or more, to infinity |
//! | F16, BF16 | F32 | exact |
//! | F8_E4M3, F8_E5M2 | F16, BF16, F32 | exact |
//!
//! Rounding and overflow are those of `roundTiesToEven` (IEEE 754-2019, sections 4.3.1 and 7.4). The 8-bit formats are
//! those of OFP8 (OCP 8-bit Floating Point Specification, revision 1.0). Subnormal numbers and the sign of zero are
//! kept, and what is too small becomes a subnormal or a zero of its sign; no mode of the processor that flushes
//! subnormals to zero changes a result. Its rounding mode is taken to be the default, as everywhere in Rust.
//!
//! A NaN stays a NaN of its sign and becomes quiet (IEEE 754-2019, section 6.2): the first bit of its fraction is set,
//! and the others are kept from the left, cut off or filled with zeros on the right. F8_E4M3 has no infinity, and
//! only `S.1111.111` is a NaN of it.

use bytemuck::Pod;
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
use half::{bf16, f16};

use super::Row;
use crate::dtype::DType;

pub(super) static ROWS: [Row; 10] = [
    Row { from: DType::F32, to: DType::F16, convert: f32_to_f16 },
    Row { from: DType::F32, to: DType::BF16, convert: |from, to| each(from, to, f32_to_bf16) },
    Row { from: DType::F16, to: DType::F32, convert: f16_to_f32 },
    Row { from: DType::BF16, to: DType::F32, convert: |from, to| each(from, to, bf16_to_f32) },
    Row { from: DType::F8_E4M3, to: DType::F16, convert: |from, to| look_up(from, to, &E4M3_AS_F16) },
    Row { from: DType::F8_E4M3, to: DType::BF16, convert: |from, to| look_up(from, to, &E4M3_AS_BF16) },
    Row { from: DType::F8_E4M3, to: DType::F32, convert: |from, to| look_up(from, to, &E4M3_AS_F32) },
    Row { from: DType::F8_E5M2, to: DType::F16, convert: |from, to| each(from, to, e5m2_to_f16) },
    Row { from: DType::F8_E5M2, to: DType::BF16, convert: |from, to| look_up(from, to, &E5M2_AS_BF16) },
    Row { from: DType::F8_E5M2, to: DType::F32, convert: |from, to| look_up(from, to, &E5M2_AS_F32) },
];

/// The first bit of a fraction, which makes a NaN quiet (IEEE 754-2019, section 6.2.1).
const F32_QUIET: u32 = 1 << 22;
const BF16_QUIET: u16 = 1 << 6;
const E5M2_QUIET: u8 = 1 << 1;

/// Applies a function without branches to each element, so that the compiler takes many at a time.
#[inline(always)]
fn each<const FROM: usize, const TO: usize>(from: &[u8], to: &mut [u8], element: impl Fn([u8; FROM]) -> [u8; TO]) {
    for (from, to) in from.as_chunks().0.iter().zip(to.as_chunks_mut().0) {
        *to = element(*from);
    }
}

#[inline(always)]
fn f32_to_bf16(element: [u8; 4]) -> [u8; 2] {
    let value = u32::from_le_bytes(element);
    let is_nan = value & 0x7fff_ffff > f32::INFINITY.to_bits();
    // A tie is rounded up only if the last bit that stays is odd. A carry out of the fraction rightly goes to the
    // exponent, up to infinity.
    let rounded = value.wrapping_add(0x7fff + (value >> 16 & 1));
    let wide = if is_nan { value | F32_QUIET } else { rounded };
    // The shift is signed because baseline x86-64 can only narrow signed words.
    ((wide as i32 >> 16) as i16).to_le_bytes()
}

#[inline(always)]
fn bf16_to_f32(element: [u8; 2]) -> [u8; 4] {
    let value = u16::from_le_bytes(element);
    let quiet = if value & 0x7fff > bf16::INFINITY.to_bits() { BF16_QUIET } else { 0 };
    (u32::from(value | quiet) << 16).to_le_bytes()
}

/// E5M2 is the upper half of an F16, as BF16 is that of an F32.
#[inline(always)]
const fn e5m2_to_f16([code]: [u8; 1]) -> [u8; 2] {
    let quiet = if code & 0x7f > 0x7c { E5M2_QUIET } else { 0 };
    [0, code | quiet]
}

// `half` uses the processor's instructions for F16 if it has them, else integers, with the same bits for a result:
// both keep to the rules above, and neither flushes subnormals.
fn f32_to_f16(from: &[u8], to: &mut [u8]) {
    by_slices(from, to, f32::from_le_bytes, u16::to_le_bytes, |from, to| {
        to.reinterpret_cast_mut::<f16>().convert_from_f32_slice(from);
    });
}

fn f16_to_f32(from: &[u8], to: &mut [u8]) {
    by_slices(from, to, u16::from_le_bytes, f32::to_le_bytes, |from, to| {
        from.reinterpret_cast::<f16>().convert_to_f32_slice(to);
    });
}

/// Elements that are moved to aligned memory at once. More are hardly faster, and clearing them is felt by short slices.
const BLOCK: usize = 256;

/// Runs a conversion of slices where the elements lie if they are aligned, else block by block in aligned memory.
fn by_slices<const FROM: usize, const TO: usize, F: Pod, T: Pod>(
    from: &[u8],
    to: &mut [u8],
    read: impl Fn([u8; FROM]) -> F,
    write: impl Fn(T) -> [u8; TO],
    convert: impl Fn(&[F], &mut [T]),
) {
    if cfg!(target_endian = "little")
        && let (Ok(from), Ok(to)) = (bytemuck::try_cast_slice(from), bytemuck::try_cast_slice_mut(to))
    {
        return convert(from, to);
    }
    let (mut sources, mut targets) = ([F::zeroed(); BLOCK], [T::zeroed(); BLOCK]);
    for (from, to) in from.as_chunks().0.chunks(BLOCK).zip(to.as_chunks_mut().0.chunks_mut(BLOCK)) {
        let (sources, targets) = (&mut sources[..from.len()], &mut targets[..from.len()]);
        sources.iter_mut().zip(from).for_each(|(source, from)| *source = read(*from));
        convert(sources, targets);
        to.iter_mut().zip(targets).for_each(|(to, target)| *to = write(*target));
    }
}

/// The bytes of each code of an 8-bit type in another type.
type Table<const BYTES: usize> = [[u8; BYTES]; 256];

/// Fills a table. It is a macro because a constant can call no function that it is given.
macro_rules! table {
    ($widen:ident, $bytes:expr) => {{
        let mut table = [$bytes(0); 256];
        let mut code = 0;
        while code < table.len() {
            table[code] = $bytes($widen(code as u8));
            code += 1;
        }
        table
    }};
}

static E4M3_AS_F16: Table<2> = table!(e4m3_to_f32, f16_bytes);
static E4M3_AS_BF16: Table<2> = table!(e4m3_to_f32, bf16_bytes);
static E4M3_AS_F32: Table<4> = table!(e4m3_to_f32, u32::to_le_bytes);
static E5M2_AS_BF16: Table<2> = table!(e5m2_to_f32, bf16_bytes);
static E5M2_AS_F32: Table<4> = table!(e5m2_to_f32, u32::to_le_bytes);

/// No code has a subnormal F32, so each step is exact.
const fn e4m3_to_f32(code: u8) -> u32 {
    let sign = (code as u32 & 0x80) << 24;
    let (exponent, fraction) = (code as u32 >> 3 & 0xf, code as u32 & 7);
    if code & 0x7f == 0x7f {
        return sign | f32::INFINITY.to_bits() | F32_QUIET | fraction << 20;
    }
    // Subnormals have the least exponent, and no leading one.
    let (significand, exponent) = if exponent == 0 { (fraction, 1) } else { (8 + fraction, exponent) };
    // The biases are 127 and 7, and the last of three bits of fraction weighs 2^-3.
    let last_place = f32::from_bits((127 - 7 - 3 + exponent) << 23);
    sign | (significand as f32 * last_place).to_bits()
}

const fn e5m2_to_f32(code: u8) -> u32 {
    f16::from_le_bytes(e5m2_to_f16([code])).to_f32_const().to_bits()
}

/// Exact: the values of E4M3 are all normal as F16.
const fn f16_bytes(wide: u32) -> [u8; 2] {
    f16::from_f32_const(f32::from_bits(wide)).to_le_bytes()
}

/// Exact: the values have at most three bits of fraction, and BF16 has the exponents of F32.
const fn bf16_bytes(wide: u32) -> [u8; 2] {
    ((wide >> 16) as u16).to_le_bytes()
}

/// Takes eight elements at a time, which is faster than one by one, and then the rest.
fn look_up<const TO: usize>(from: &[u8], to: &mut [u8], table: &Table<TO>) {
    let (eights, rest) = from.as_chunks::<8>();
    let (to_eights, to_rest) = to.as_chunks_mut().0.as_chunks_mut::<8>();
    for (codes, to) in eights.iter().zip(to_eights) {
        *to = codes.map(|code| table[usize::from(code)]);
    }
    for (code, to) in rest.iter().zip(to_rest) {
        *to = table[usize::from(*code)];
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::super::{Change, Unit};
    use super::*;
    use crate::tensor::Encoding;

    /// What numpy and ml_dtypes make of each value; `tests/cast/make.py` wrote it and says how it lies.
    macro_rules! golden {
        ($name:literal) => {
            include_bytes!(concat!("../../../tests/cast/", $name, ".bin")).as_slice()
        };
    }

    const F16_AS_F32: &[u8] = golden!("f16");
    const BF16_AS_F32: &[u8] = golden!("bf16");
    const F32_ROWS: &[u8] = golden!("f32");

    const ALL: [(DType, &[DType]); 5] = [
        (DType::F32, &[DType::F16, DType::BF16]),
        (DType::F16, &[DType::F32]),
        (DType::BF16, &[DType::F32]),
        (DType::F8_E4M3, &[DType::F16, DType::BF16, DType::F32]),
        (DType::F8_E5M2, &[DType::F16, DType::BF16, DType::F32]),
    ];

    fn all() -> impl Iterator<Item = Change> {
        ALL.iter().flat_map(|(from, targets)| targets.iter().map(|to| cast(*from, *to)))
    }

    fn cast(from: DType, to: DType) -> Change {
        Change::new(from, Encoding::PLAIN, to).unwrap().unwrap()
    }

    /// Bytes of one element before and after.
    fn bytes(cast: Change) -> (usize, usize) {
        let Unit { from_bytes, to_bytes, .. } = cast.unit();
        (from_bytes as usize, to_bytes as usize)
    }

    /// One column of rows of `row` bytes.
    fn column(rows: &[u8], row: usize, at: Range<usize>) -> Vec<u32> {
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte));
        rows.chunks(row).map(|row| number(&row[at.clone()])).collect()
    }

    fn converted(from: DType, to: DType, values: &[u32]) -> Vec<u32> {
        let cast = cast(from, to);
        let (from_bytes, to_bytes) = bytes(cast);
        let bytes = values.iter().flat_map(|value| value.to_le_bytes().into_iter().take(from_bytes));
        let mut converted = vec![0xa5; values.len() * to_bytes];
        cast.apply(&mut bytes.collect::<Vec<_>>(), &mut converted);
        column(&converted, to_bytes, 0..to_bytes)
    }

    /// The same bits; of a NaN, whose payload each program treats in its own way, the same sign and the quiet bit.
    fn assert_converts(from: DType, to: DType, values: &[u32], expected: &[u32]) {
        let (magnitude, infinity, quiet) = match to {
            DType::F16 => (0x7fff, 0x7c00, 0x0200),
            DType::BF16 => (0x7fff, 0x7f80, 0x0040),
            _ => (0x7fff_ffff, 0x7f80_0000, 0x0040_0000),
        };
        assert_eq!(values.len(), expected.len());
        for ((value, found), expected) in values.iter().zip(converted(from, to, values)).zip(expected) {
            let both_nan = expected & magnitude > infinity && found & magnitude >= infinity | quiet;
            let compared = if both_nan { !magnitude } else { u32::MAX };
            assert!(found & compared == expected & compared, "{from} {value:#x} to {to}: {found:#x} for {expected:#x}");
        }
    }

    #[test]
    fn every_code_of_16_bits_widens_as_in_numpy() {
        for (from, golden) in [(DType::F16, F16_AS_F32), (DType::BF16, BF16_AS_F32)] {
            let positive = column(golden, 4, 0..4);
            let expected: Vec<u32> =
                [0, 1 << 31].iter().flat_map(|sign| positive.iter().map(move |v| v | sign)).collect();
            assert_converts(from, DType::F32, &(0..=0xffff).collect::<Vec<_>>(), &expected);
        }
    }

    #[test]
    fn values_between_neighbours_round_as_in_numpy() {
        let f16 = (DType::F16, F16_AS_F32, golden!("f16_rounding"), 16);
        let bf16 = (DType::BF16, BF16_AS_F32, golden!("bf16_rounding"), 128);
        for (to, widened, rounds_up, after_largest) in [f16, bf16] {
            let mut ends = column(&widened[..4 * rounds_up.len()], 4, 0..4);
            ends.push(2f32.powi(after_largest).to_bits());
            let values: Vec<u32> = ends.windows(2).flat_map(|ends| points(ends[0], ends[1])).collect();
            let bits = rounds_up.iter().flat_map(|bits| (0..6).map(move |i| u32::from((bits >> i) & 1)));
            let expected: Vec<u32> = (0..).flat_map(|code| [code; 6]).zip(bits).map(|(code, up)| code + up).collect();
            assert_converts(DType::F32, to, &values, &expected);
            let values: Vec<u32> = values.iter().map(|value| value | 1 << 31).collect();
            let expected: Vec<u32> = expected.iter().map(|code| code | 1 << 15).collect();
            assert_converts(DType::F32, to, &values, &expected);
        }
    }

    /// As in `make.py`. The middle is taken in F64, where the end that is infinite as F32 is not.
    fn points(low: u32, high: u32) -> [u32; 6] {
        let (low, high) = (f32::from_bits(low), f32::from_bits(high));
        let finite_high = if high.is_finite() { f64::from(high) } else { 2f64.powi(128) };
        let middle = ((f64::from(low) + finite_high) / 2.0) as f32;
        [low, low.next_up(), middle.next_down(), middle, middle.next_up(), high.next_down()].map(f32::to_bits)
    }

    #[test]
    fn values_of_all_kinds_narrow_as_in_numpy() {
        let values = column(F32_ROWS, 8, 0..4);
        assert_converts(DType::F32, DType::F16, &values, &column(F32_ROWS, 8, 4..6));
        assert_converts(DType::F32, DType::BF16, &values, &column(F32_ROWS, 8, 6..8));
    }

    #[test]
    fn every_code_of_8_bits_widens_as_in_ml_dtypes() {
        let codes: Vec<u32> = (0..=0xff).collect();
        for (from, rows) in [(DType::F8_E4M3, golden!("f8_e4m3")), (DType::F8_E5M2, golden!("f8_e5m2"))] {
            for (to, at) in [(DType::F32, 0..4), (DType::F16, 4..6), (DType::BF16, 6..8)] {
                assert_converts(from, to, &codes, &column(rows, 8, at));
            }
        }
    }

    #[test]
    fn the_first_bits_of_a_payload_are_kept_and_the_first_of_all_is_set() {
        let nans = [0x7f80_0001, 0xff80_1fff, 0x7fa5_5aa5, 0xffff_ffff, 0x7fc0_0000];
        assert_eq!(converted(DType::F32, DType::F16, &nans), [0x7e00, 0xfe00, 0x7f2a, 0xffff, 0x7e00]);
        assert_eq!(converted(DType::F32, DType::BF16, &nans), [0x7fc0, 0xffc0, 0x7fe5, 0xffff, 0x7fc0]);
        assert_eq!(converted(DType::F16, DType::F32, &[0x7c01, 0xfd55]), [0x7fc0_2000, 0xffea_a000]);
        assert_eq!(converted(DType::BF16, DType::F32, &[0x7f81, 0xffd5]), [0x7fc1_0000, 0xffd5_0000]);
        let e4m3 = (DType::F8_E4M3, [0x7f, 0xff], [0x7f80, 0xff80], [0x7ff0, 0xfff0]);
        let e5m2 = (DType::F8_E5M2, [0x7d, 0xfe], [0x7f00, 0xfe00], [0x7fe0, 0xffc0]);
        for (from, codes, f16, bf16) in [e4m3, e5m2] {
            assert_eq!(converted(from, DType::F16, &codes), f16);
            assert_eq!(converted(from, DType::BF16, &codes), bf16);
            assert_eq!(converted(from, DType::F32, &codes), bf16.map(|upper| upper << 16));
        }
    }

    /// `half` goes another way on processors without an instruction for it; its `const` functions always go that way.
    #[test]
    fn processors_without_f16_instructions_get_the_same_bits() {
        let codes: Vec<u32> = (0..=0xffff).collect();
        for (code, found) in codes.iter().zip(converted(DType::F16, DType::F32, &codes)) {
            assert_eq!(found, f16::from_bits(*code as u16).to_f32_const().to_bits(), "{code:#x}");
        }
        let values: Vec<u32> = column(F32_ROWS, 8, 0..4).into_iter().chain((0..1 << 20).map(|i| i << 12 | i)).collect();
        for (value, found) in values.iter().zip(converted(DType::F32, DType::F16, &values)) {
            assert_eq!(found, u32::from(f16::from_f32_const(f32::from_bits(*value)).to_bits()), "{value:#x}");
        }
    }

    #[test]
    fn any_length_at_any_address_gives_the_same() {
        for (cast, elements) in all().flat_map(|cast| [0, 1, 7, 8, 9, 4095, 4097].map(|elements| (cast, elements))) {
            let (from_bytes, to_bytes) = bytes(cast);
            let (len, to_len) = (elements * from_bytes, elements * to_bytes);
            let mut bytes: Vec<u8> = (0..len).map(|i| ((i * 193) >> 3) as u8).collect();
            let mut expected = vec![0; to_len];
            for (from, to) in bytes.chunks_mut(from_bytes).zip(expected.chunks_mut(to_bytes)) {
                cast.apply(from, to);
            }
            for (at, to_at) in (0..8).flat_map(|at| (0..8).map(move |to_at| (at, to_at))) {
                let mut source = [&vec![0; at], &bytes[..]].concat();
                let mut found = vec![0xa5; to_at + to_len + 8];
                cast.apply(&mut source[at..], &mut found[to_at..to_at + to_len]);
                let around = [&vec![0xa5; to_at], &expected[..], &[0xa5; 8]].concat();
                assert!(found == around, "{elements} elements to {} at {at}, {to_at}", cast.to());
            }
        }
    }

    #[test]
    fn only_the_listed_pairs_are_conversions() {
        for (from, to) in DType::ALL.iter().flat_map(|from| DType::ALL.iter().map(move |to| (*from, *to))) {
            let is_listed = ALL.iter().any(|(listed, targets)| *listed == from && targets.contains(&to));
            let found = ROWS.iter().find(|row| (row.from, row.to) == (from, to)).map(|_| cast(from, to));
            let found = found.map(|cast| (cast.unit().from_bytes, cast.to(), cast.unit().to_bytes));
            let expected = is_listed.then_some((from.alignment(), to, to.alignment()));
            assert_eq!(found, expected, "{from} to {to}");
        }
    }
}
