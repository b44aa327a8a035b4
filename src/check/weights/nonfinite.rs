//! Weights that are NaN or infinite.

use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::subject::Subject;
use crate::check::unread::Unread;
use crate::dtype::DType;
use crate::error::{Kind, Result};
use crate::finding::rules::{WEIGHTS_NONFINITE, WEIGHTS_NONFINITE_UNREAD};
use crate::memory;
use crate::tensor::Tensor;

/// Bytes that are read at once: whole elements of every type.
const BLOCK: u64 = 1 << 20;

/// How a type spells what is no finite number: the bits of `mask` are those of `value`.
struct Spelling {
    dtype: DType,
    /// Bytes of a number; of complex ones, of each part.
    width: usize,
    mask: u64,
    value: u64,
}

const fn all_ones(dtype: DType, width: usize, mask: u64) -> Spelling {
    Spelling { dtype, width, mask, value: mask }
}

/// IEEE 754: the exponent is all ones. OCP E4M3: exponent and fraction are. E8M0: all bits are. The FNUZ types have a NaN
/// where others have a negative zero. F6 and F4 have nothing but numbers.
const SPELLINGS: &[Spelling] = &[
    all_ones(DType::F64, 8, 0x7ff0_0000_0000_0000),
    all_ones(DType::C128, 8, 0x7ff0_0000_0000_0000),
    all_ones(DType::F32, 4, 0x7f80_0000),
    all_ones(DType::C64, 4, 0x7f80_0000),
    all_ones(DType::F16, 2, 0x7c00),
    all_ones(DType::BF16, 2, 0x7f80),
    all_ones(DType::F8_E5M2, 1, 0x7c),
    all_ones(DType::F8_E4M3, 1, 0x7f),
    all_ones(DType::F8_E8M0, 1, 0xff),
    Spelling { dtype: DType::F8_E4M3FNUZ, width: 1, mask: 0xff, value: 0x80 },
    Spelling { dtype: DType::F8_E5M2FNUZ, width: 1, mask: 0xff, value: 0x80 },
];

pub(in crate::check) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let (mut found, mut unread, mut block) = (Vec::new(), Unread::default(), Vec::new());
    for (index, tensor) in subject.tensors.iter().enumerate() {
        if !collector.has_memory() {
            return;
        }
        let Some(spelling) = SPELLINGS.iter().find(|spelling| spelling.dtype == tensor.dtype) else { continue };
        match first_in(subject, index, &tensor, spelling, &mut block) {
            Ok(None) => {}
            Ok(Some(position)) => {
                let kept = memory::push(&mut found, (tensor.name, position), "the tensors that are not finite");
                let Some(()) = collector.note(kept) else { return };
            }
            Err(reason) if reason.kind() == Kind::OutOfMemory => return collector.fail(reason),
            Err(reason) => unread.add(1, tensor.byte_len(), reason),
        }
    }
    report_found(&found, collector);
    if let Some(text) = unread.text("searched for NaN and infinity") {
        collector.add(WEIGHTS_NONFINITE_UNREAD, Site::MODEL, || text);
    }
}

/// The position of the first element that is no finite number. A tensor that is too large for what is left of the budget is
/// not begun: smaller ones may still fit.
fn first_in(
    subject: &Subject<'_>,
    index: usize,
    tensor: &Tensor<'_>,
    spelling: &Spelling,
    block: &mut Vec<u8>,
) -> Result<Option<u64>> {
    let len = tensor.byte_len();
    subject.reader.reserve(len)?;
    let mut offset = 0;
    while offset < len {
        memory::resize(block, (len - offset).min(BLOCK) as usize, "a part of a tensor")?;
        subject.reader.read(index, offset, block)?;
        if let Some(position) = spelling.position(block) {
            let element = (offset + (position * spelling.width) as u64) / bytes_of_element(tensor.dtype);
            return Ok(Some(element));
        }
        offset += block.len() as u64;
    }
    Ok(None)
}

fn bytes_of_element(dtype: DType) -> u64 {
    dtype.bytes_of(1).unwrap_or(1)
}

impl Spelling {
    /// Which of the numbers in these bytes is the first that is not finite.
    fn position(&self, bytes: &[u8]) -> Option<usize> {
        match self.width {
            1 => self.position_of(bytes, u8::from_le_bytes),
            2 => self.position_of(bytes, u16::from_le_bytes),
            4 => self.position_of(bytes, u32::from_le_bytes),
            _ => self.position_of(bytes, u64::from_le_bytes),
        }
    }

    fn position_of<T: Into<u64>, const WIDTH: usize>(
        &self,
        bytes: &[u8],
        number: fn([u8; WIDTH]) -> T,
    ) -> Option<usize> {
        let (numbers, _) = bytes.as_chunks();
        let is_nonfinite = |bytes: &[u8; WIDTH]| number(*bytes).into() & self.mask == self.value;
        // Looked at all together first, which the compiler does many at a time.
        let any = numbers.iter().fold(false, |any, bytes| any | is_nonfinite(bytes));
        any.then(|| numbers.iter().position(is_nonfinite)).flatten()
    }
}

fn report_found(found: &[(&str, u64)], collector: &mut Collector<'_>) {
    if found.is_empty() {
        return;
    }
    collector.add(WEIGHTS_NONFINITE, Site::MODEL, || {
        let names = listed(found, |(name, element)| format!("{} at element {element}", quoted(name)));
        let count = counted(found.len(), "tensor");
        advise(
            format!("{count} with NaN or infinity, first: {names}"),
            "unless it is a mask, training or a conversion went wrong: compare with the original weights",
        )
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(dtype: DType, bytes: &[u8]) -> Option<usize> {
        SPELLINGS.iter().find(|spelling| spelling.dtype == dtype).unwrap().position(bytes)
    }

    #[test]
    fn what_is_not_finite_is_found_where_it_is() {
        for value in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::from_bits(0x7f80_0001)] {
            let bytes: Vec<u8> =
                [1.0, f32::MAX, f32::MIN, value].iter().flat_map(|value| value.to_le_bytes()).collect();
            assert_eq!(position(DType::F32, &bytes), Some(3), "{value}");
            assert_eq!(position(DType::F32, &bytes[..12]), None);
        }
        let bytes: Vec<u8> = [f64::MAX, f64::INFINITY].iter().flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(position(DType::F64, &bytes), Some(1));
    }

    #[test]
    fn narrow_types_agree_with_half_and_the_specifications() {
        for bits in 0..=u16::MAX {
            let bytes = bits.to_le_bytes();
            assert_eq!(position(DType::F16, &bytes).is_none(), half::f16::from_bits(bits).is_finite(), "{bits:#x}");
            assert_eq!(position(DType::BF16, &bytes).is_none(), half::bf16::from_bits(bits).is_finite(), "{bits:#x}");
        }
        let of = |dtype| -> Vec<u8> { (0..=u8::MAX).filter(|bits| position(dtype, &[*bits]).is_some()).collect() };
        assert_eq!(of(DType::F8_E4M3), [0x7f, 0xff]);
        assert_eq!(of(DType::F8_E5M2), [0x7c, 0x7d, 0x7e, 0x7f, 0xfc, 0xfd, 0xfe, 0xff]);
        assert_eq!(of(DType::F8_E4M3FNUZ), [0x80]);
        assert_eq!(of(DType::F8_E5M2FNUZ), [0x80]);
        assert_eq!(of(DType::F8_E8M0), [0xff]);
    }
}
