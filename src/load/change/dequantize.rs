//! Blocks of quantized numbers become floating-point numbers.
//!
//! | block | bytes | number |
//! |---|---|---|
//! | Q4_0 | scale d (F16), 16 bytes of two 4-bit numbers q: the low halves are elements 0 to 15, the high ones 16 to 31 | (q - 8) d |
//! | Q4_1 | scale d, minimum m (F16), 16 bytes as above | q d + m |
//! | Q8_0 | scale d (F16), 32 signed bytes q | q d |
//!
//! Source: the structures `block_q4_0`, `block_q4_1`, `block_q8_0` and their `dequantize_row_*` functions of ggml. The
//! arithmetic is in F32, product first; F16 and BF16 are then rounded as by a cast.

use half::{bf16, f16};

use super::Row;
use crate::dtype::DType;

pub(super) static ROWS: [Row; 9] = [
    Row { from: DType::Q4_0, to: DType::F32, convert: |from, to| blocks(from, to, q4_0, f32::to_le_bytes) },
    Row { from: DType::Q4_0, to: DType::F16, convert: |from, to| blocks(from, to, q4_0, f16_bytes) },
    Row { from: DType::Q4_0, to: DType::BF16, convert: |from, to| blocks(from, to, q4_0, bf16_bytes) },
    Row { from: DType::Q4_1, to: DType::F32, convert: |from, to| blocks(from, to, q4_1, f32::to_le_bytes) },
    Row { from: DType::Q4_1, to: DType::F16, convert: |from, to| blocks(from, to, q4_1, f16_bytes) },
    Row { from: DType::Q4_1, to: DType::BF16, convert: |from, to| blocks(from, to, q4_1, bf16_bytes) },
    Row { from: DType::Q8_0, to: DType::F32, convert: |from, to| blocks(from, to, q8_0, f32::to_le_bytes) },
    Row { from: DType::Q8_0, to: DType::F16, convert: |from, to| blocks(from, to, q8_0, f16_bytes) },
    Row { from: DType::Q8_0, to: DType::BF16, convert: |from, to| blocks(from, to, q8_0, bf16_bytes) },
];

/// The numbers of one block.
type Numbers = [f32; 32];

/// Converts block after block.
#[inline(always)]
fn blocks<const FROM: usize, const TO: usize>(
    from: &[u8],
    to: &mut [u8],
    numbers_of: impl Fn(&[u8; FROM]) -> Numbers,
    write: impl Fn(f32) -> [u8; TO],
) {
    let (elements, _) = to.as_chunks_mut::<TO>();
    let (elements, _) = elements.as_chunks_mut::<32>();
    for (block, elements) in from.as_chunks().0.iter().zip(elements) {
        *elements = numbers_of(block).map(&write);
    }
}

#[inline(always)]
fn q4_0(block: &[u8; 18]) -> Numbers {
    let scale = half_at(block, 0);
    nibbles(block, 2).map(|q| f32::from(i16::from(q) - 8) * scale)
}

#[inline(always)]
fn q4_1(block: &[u8; 20]) -> Numbers {
    let (scale, minimum) = (half_at(block, 0), half_at(block, 2));
    nibbles(block, 4).map(|q| f32::from(q) * scale + minimum)
}

#[inline(always)]
fn q8_0(block: &[u8; 34]) -> Numbers {
    let scale = half_at(block, 0);
    std::array::from_fn(|element| f32::from(block[2 + element] as i8) * scale)
}

#[inline(always)]
fn nibbles<const BYTES: usize>(block: &[u8; BYTES], at: usize) -> [u8; 32] {
    std::array::from_fn(|element| {
        let byte = block[at + element % 16];
        if element < 16 { byte & 0xf } else { byte >> 4 }
    })
}

fn half_at<const BYTES: usize>(block: &[u8; BYTES], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

fn f16_bytes(number: f32) -> [u8; 2] {
    f16::from_f32(number).to_le_bytes()
}

fn bf16_bytes(number: f32) -> [u8; 2] {
    bf16::from_f32(number).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::Change;
    use super::*;
    use crate::tensor::Encoding;

    /// Blocks, and then what the gguf package makes of each as F32; `tests/dequantize/make.py` wrote them.
    macro_rules! golden {
        ($name:literal) => {
            include_bytes!(concat!("../../../tests/dequantize/", $name, ".bin")).as_slice()
        };
    }

    fn converted(from: DType, to: DType, blocks: &[u8]) -> Vec<u8> {
        let change = Change::new(from, Encoding::PLAIN, to).unwrap().unwrap();
        let mut converted = vec![0xa5; change.len_of(blocks.len() as u64) as usize];
        change.apply(&mut blocks.to_vec(), &mut converted);
        converted
    }

    #[test]
    fn every_bit_is_what_the_gguf_package_makes_of_it() {
        let types = [(DType::Q4_0, golden!("q4_0")), (DType::Q4_1, golden!("q4_1")), (DType::Q8_0, golden!("q8_0"))];
        for (dtype, golden) in types {
            let block = dtype.bytes_of(32).unwrap() as usize;
            let (blocks, numbers) = golden.split_at(golden.len() / (block + 128) * block);
            assert!(blocks.len() > 100 * block);
            assert!(converted(dtype, DType::F32, blocks) == numbers, "{dtype}");
            let (wide, _) = numbers.as_chunks();
            let narrow: Vec<u8> = wide.iter().flat_map(|four| f16_bytes(f32::from_le_bytes(*four))).collect();
            assert!(converted(dtype, DType::F16, blocks) == narrow, "{dtype}");
            let narrow: Vec<u8> = wide.iter().flat_map(|four| bf16_bytes(f32::from_le_bytes(*four))).collect();
            assert!(converted(dtype, DType::BF16, blocks) == narrow, "{dtype}");
        }
    }
}
