//! What has to be true of tensors before a table exists.

use std::ops::Range;

use super::ByteOrder;
use super::contents::Encoding;
use super::table::{TensorTable, string_offsets};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::limits::MAX_RANK;
use crate::quantization::{Parameters, Quantization};
use crate::steps;

/// How a format lays tensors out in a file.
#[derive(Debug, Clone)]
pub enum Layout {
    /// Every byte of the range belongs to exactly one tensor: no gap, no overlap, nothing before or after.
    Tiled(Range<u64>),
    /// Tensors lie anywhere inside their files, of which these are the lengths in bytes; they may share bytes.
    Within(Vec<u64>),
}

/// How the bytes of a tensor are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Elements fill whole bytes.
    Exact,
    /// Elements of less than a byte may leave bits of the last byte unused.
    Padded,
}

/// Bytes of one element, where elements can be addressed one by one.
pub(super) fn element_bytes(dtype: DType) -> Result<u64> {
    let bytes = dtype.bytes_of(1).filter(|_| dtype.block_elements() == 1);
    bytes.ok_or_else(|| {
        let message = format!("elements of {dtype} are not individually addressable: expected contiguous storage");
        Error::new(Kind::Unsupported, message)
    })
}

/// Refuses an encoding that has no meaning for the elements.
pub(super) fn check_encoding(dtype: DType, encoding: Encoding) -> Result<()> {
    let is_complex = matches!(dtype, DType::C64 | DType::C128);
    if encoding.conj && !is_complex {
        return Err(Error::format(format!("elements of {dtype} cannot be conjugated")));
    }
    if encoding.neg && !is_negatable(dtype) {
        return Err(Error::format(format!("elements of {dtype} cannot be negated")));
    }
    if encoding.order == ByteOrder::Big && dtype.alignment() == 1 && dtype.bytes_of(1) != Some(1) {
        return Err(Error::format(format!("{dtype} has no byte order")));
    }
    Ok(())
}

fn is_negatable(dtype: DType) -> bool {
    matches!(
        dtype,
        DType::F16
            | DType::BF16
            | DType::F32
            | DType::F64
            | DType::C64
            | DType::C128
            | DType::I8
            | DType::I16
            | DType::I32
            | DType::I64
    )
}

pub(super) fn check_quantization(shape: &[i64], quantization: &Quantization) -> Result<()> {
    if let Some(axis) = quantization.scheme.axis().filter(|axis| *axis >= shape.len()) {
        let message = format!("the quantization is along dimension {axis}; the tensor has {}", shape.len());
        return Err(Error::format(message));
    }
    if quantization.scheme.block() == Some(0) {
        return Err(Error::format("the quantization has blocks of 0 elements"));
    }
    Ok(())
}

/// Refuses quantizations whose parameters are tensors that the model does not have.
pub(super) fn check_parameters(table: &TensorTable) -> Result<()> {
    for row in &table.rows {
        steps::rest();
        let Some(quantization) = table.tensor(row).quantization else { continue };
        for parameters in [&quantization.scales, &quantization.zero_points] {
            if let Parameters::Tensor(name) = parameters
                && table.find(name).is_none()
            {
                let message = format!("its quantization is in the tensor \"{name}\", which the model does not have");
                return Err(Error::format(message).with_subject(table.name(row)));
            }
        }
    }
    Ok(())
}

/// Checks where the tensors of a file lie.
pub(super) fn check_layout(table: &TensorTable, layout: &Layout) -> Result<()> {
    match layout {
        Layout::Tiled(data) => check_tiled(table, data),
        Layout::Within(lengths) => check_within(table, lengths),
    }
}

fn check_tiled(table: &TensorTable, data: &Range<u64>) -> Result<()> {
    let mut expected = data.start;
    for row in &table.rows {
        steps::rest();
        if row.span.offset != expected {
            let kind = if row.span.offset < expected { "overlaps the tensor before it" } else { "leaves a gap" };
            return Err(Error::format(format!("its data {kind}: expected it at byte {expected}"))
                .with_subject(table.name(row))
                .with_offset(row.span.offset));
        }
        expected = row.span.end();
    }
    if expected != data.end {
        return Err(Error::format(format!(
            "{} bytes after the last tensor belong to no tensor: the data should end here, the file ends at {}",
            data.end - expected,
            data.end
        ))
        .with_offset(expected));
    }
    Ok(())
}

fn check_within(table: &TensorTable, lengths: &[u64]) -> Result<()> {
    for row in &table.rows {
        steps::rest();
        for run in table.tensor(row).contents.runs() {
            let len = lengths.get(run.file as usize).copied().unwrap_or_default();
            if run.offset.checked_add(run.len).is_none_or(|end| end > len) {
                let message = format!("its data has {} bytes from here; the file ends at {len}", run.len);
                return Err(Error::format(message).with_subject(table.name(row)).with_offset(run.offset));
            }
        }
    }
    Ok(())
}

/// The bytes that a contiguous tensor needs. Every product is checked before it is used, also where another dimension is zero.
pub(crate) fn bytes_needed(dtype: DType, shape: &[u64], packing: Packing) -> Result<u64> {
    if shape.len() > MAX_RANK {
        return Err(Error::new(Kind::Limit, format!("has more than {MAX_RANK} dimensions")));
    }
    let overflow = || Error::format(format!("the sizes of shape {shape:?} overflow"));
    let nonzero = shape.iter().filter(|dim| **dim != 0).try_fold(1_u64, |product, dim| product.checked_mul(*dim));
    let widest = nonzero.filter(|elements| elements.checked_mul(16).is_some()).ok_or_else(overflow)?;
    let elements = if shape.contains(&0) { 0 } else { widest };
    check_blocks(dtype, shape)?;
    let bytes = match packing {
        _ if dtype == DType::STRING => Some(string_offsets(elements)),
        Packing::Exact => dtype.bytes_of(elements),
        Packing::Padded => dtype.bytes_of_padded(elements),
    };
    bytes.ok_or_else(|| {
        Error::format(format!("{elements} elements of {dtype} do not fill whole bytes: shape {shape:?} is impossible"))
    })
}

/// Blocks lie along the innermost dimension and never reach from one row into the next (ggml, `ggml_row_size`).
fn check_blocks(dtype: DType, shape: &[u64]) -> Result<()> {
    let block = dtype.block_elements();
    let row = shape.last().copied().unwrap_or(1);
    if block == 1 || row.is_multiple_of(block) {
        return Ok(());
    }
    Err(Error::format(format!(
        "a row of {row} elements does not consist of whole blocks: {dtype} has blocks of {block}"
    )))
}
