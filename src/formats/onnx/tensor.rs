//! One tensor: what it is, and in which of many ways its contents are stored.
//!
//! Source: onnx.proto, TensorProto; docs/IR.md, "External Tensor Data". Exactly one field holds the contents, and every
//! typed list is for certain element types only.

use std::ops::Range;

use super::external::External;
use super::proto::tensor_proto::{DataLocation, DataType};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::finding::Rule;
use crate::formats::protobuf::{Payload, Skeleton, Value, fields, packed_varints};
use crate::limits::MAX_RANK;
use crate::memory;
use crate::tensor::{Packing, bytes_needed};

/// What memory is asked for.
const TENSOR: &str = "a tensor";

/// A tensor whose shape and stored size agree, as far as can be told without reading its contents.
pub(super) struct IrTensor {
    pub dtype: DType,
    pub shape: Vec<u64>,
    /// Bytes of the contents; of strings only those of their offsets.
    pub len: u64,
    pub contents: Contents,
}

impl IrTensor {
    /// What is odd about it and can be put up with.
    pub(super) fn take_oddities(&mut self) -> Vec<(Rule, String)> {
        match &mut self.contents {
            Contents::External(external) => std::mem::take(&mut external.oddities),
            Contents::Stored(_) | Contents::Listed(..) => Vec::new(),
        }
    }
}

/// Where the contents of a tensor are.
pub(super) enum Contents {
    /// As they are, from this byte of the model's file.
    Stored(u64),
    /// As numbers or strings of this list, which has to be converted.
    Listed(List, Vec<Payload>),
    /// In another file.
    External(External),
}

/// A field of typed contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Float,
    Int32,
    String,
    Int64,
    Double,
    Uint64,
}

/// The field of contents in any type.
const RAW_DATA: u32 = 9;

impl List {
    fn of(number: u32) -> Option<Self> {
        Some(match number {
            4 => Self::Float,
            5 => Self::Int32,
            6 => Self::String,
            7 => Self::Int64,
            10 => Self::Double,
            11 => Self::Uint64,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Float => "float_data",
            Self::Int32 => "int32_data",
            Self::String => "string_data",
            Self::Int64 => "int64_data",
            Self::Double => "double_data",
            Self::Uint64 => "uint64_data",
        }
    }

    /// The list that elements of a type are stored in (onnx.proto, comments on the fields of TensorProto).
    fn holding(dtype: DType) -> Self {
        match dtype {
            DType::F32 | DType::C64 => Self::Float,
            DType::F64 | DType::C128 => Self::Double,
            DType::I64 => Self::Int64,
            DType::U32 | DType::U64 => Self::Uint64,
            DType::STRING => Self::String,
            _ => Self::Int32,
        }
    }

    /// Bytes of each number, if all have as many.
    pub(super) fn width(self) -> Option<u64> {
        match self {
            Self::Float => Some(4),
            Self::Double => Some(8),
            _ => None,
        }
    }
}

/// The element type with this number (onnx.proto, TensorProto.DataType).
pub(super) fn dtype_of(code: i32) -> Option<DType> {
    Some(match DataType::try_from(code).ok()? {
        DataType::Undefined => return None,
        DataType::Float => DType::F32,
        DataType::Uint8 => DType::U8,
        DataType::Int8 => DType::I8,
        DataType::Uint16 => DType::U16,
        DataType::Int16 => DType::I16,
        DataType::Int32 => DType::I32,
        DataType::Int64 => DType::I64,
        DataType::String => DType::STRING,
        DataType::Bool => DType::BOOL,
        DataType::Float16 => DType::F16,
        DataType::Double => DType::F64,
        DataType::Uint32 => DType::U32,
        DataType::Uint64 => DType::U64,
        DataType::Complex64 => DType::C64,
        DataType::Complex128 => DType::C128,
        DataType::Bfloat16 => DType::BF16,
        DataType::Float8e4m3fn => DType::F8_E4M3,
        DataType::Float8e4m3fnuz => DType::F8_E4M3FNUZ,
        DataType::Float8e5m2 => DType::F8_E5M2,
        DataType::Float8e5m2fnuz => DType::F8_E5M2FNUZ,
        DataType::Uint4 => DType::U4,
        DataType::Int4 => DType::I4,
        DataType::Float4e2m1 => DType::F4,
        DataType::Float8e8m0 => DType::F8_E8M0,
        DataType::Uint2 => DType::U2,
        DataType::Int2 => DType::I2,
        DataType::Float6e2m3 => DType::F6_E2M3,
        DataType::Float6e3m2 => DType::F6_E3M2,
    })
}

/// What a tensor says of itself.
#[derive(Default)]
struct Head {
    dims: Vec<i64>,
    data_type: i32,
    data_location: i32,
    is_segment: bool,
    /// The entries of its external data.
    entries: Vec<Range<usize>>,
}

impl Head {
    fn read(skeleton: &Skeleton, range: Range<usize>) -> Result<Self> {
        let mut head = Self::default();
        for (number, value) in fields(&skeleton.text, range) {
            match (number, &value) {
                (1, Value::Delimited(packed)) => {
                    let dims = skeleton.packed(packed.clone(), None)?;
                    // One too many is enough to be refused.
                    let room = MAX_RANK + 1 - head.dims.len();
                    head.dims.extend(packed_varints(dims).take(room).map(|dim| dim as i64));
                }
                (1, _) if head.dims.len() <= MAX_RANK => head.dims.push(value.int()),
                // A number of 64 bits is cut, as every reader of a 32-bit field does.
                (2, _) => head.data_type = value.int() as i32,
                (3, _) => head.is_segment = true,
                (13, _) => memory::push(&mut head.entries, value.range(), TENSOR)?,
                (14, _) => head.data_location = value.int() as i32,
                _ => {}
            }
        }
        Ok(head)
    }
}

/// Reads a tensor; `None` if its element type is not known, and so nothing about its contents.
pub(super) fn read(skeleton: &Skeleton, range: Range<usize>) -> Result<Option<IrTensor>> {
    let payloads = skeleton.payloads_in(range.start, range.end);
    let Head { dims, data_type, data_location, is_segment, entries } = Head::read(skeleton, range)?;
    if is_segment {
        let message = "the tensor is a segment of a larger one, which no release of ONNX has defined";
        return Err(Error::new(Kind::Unsupported, message));
    }
    if dims.len() > MAX_RANK {
        return Err(Error::new(Kind::Limit, format!("has more than {MAX_RANK} dimensions")));
    }
    let shape = dims.iter().map(|dim| size_of_dim(*dim)).collect::<Result<Vec<u64>>>()?;
    let Some(dtype) = dtype_of(data_type) else { return Ok(None) };
    let len = bytes_needed(dtype, &shape, Packing::Padded)?;
    let contents = match DataLocation::try_from(data_location) {
        Ok(DataLocation::Default) => inline(dtype, &shape, len, payloads)?,
        Ok(DataLocation::External) => external(skeleton, &entries, dtype, len, payloads)?,
        Err(_) => {
            let message = format!("data_location is {data_location}: expected 0 (inline) or 1 (external)");
            return Err(Error::format(message));
        }
    };
    Ok(Some(IrTensor { dtype, shape, len, contents }))
}

fn size_of_dim(dim: i64) -> Result<u64> {
    u64::try_from(dim).map_err(|_| Error::format(format!("a dimension is {dim}: expected 0 or more elements")))
}

fn external(
    skeleton: &Skeleton,
    entries: &[Range<usize>],
    dtype: DType,
    len: u64,
    payloads: &[Payload],
) -> Result<Contents> {
    if dtype == DType::STRING {
        return Err(Error::format("strings cannot be external data"));
    }
    if payloads.iter().any(|payload| payload.len > 0) {
        return Err(Error::format("the tensor is external, and has contents of its own as well"));
    }
    Ok(Contents::External(External::read(skeleton, entries, len)?))
}

fn inline(dtype: DType, shape: &[u64], len: u64, payloads: &[Payload]) -> Result<Contents> {
    let number = the_one_field(payloads)?;
    let is_empty = shape.contains(&0);
    match number {
        // No strings still have an offset.
        None if is_empty && dtype == DType::STRING => Ok(Contents::Listed(List::String, Vec::new())),
        None if is_empty => Ok(Contents::Stored(0)),
        None => Err(Error::format(format!("the tensor has no contents, but {dtype} of shape {shape:?} requires them"))),
        Some(RAW_DATA) => raw(dtype, shape, len, payloads),
        Some(number) => {
            let list = List::of(number).ok_or_else(|| Error::new(Kind::Internal, "a payload that is no contents"))?;
            listed(list, dtype, shape, len, payloads)
        }
    }
}

/// The number of the field that has the contents.
fn the_one_field(payloads: &[Payload]) -> Result<Option<u32>> {
    let Some(first) = payloads.first() else { return Ok(None) };
    match payloads.iter().find(|other| other.number != first.number) {
        None => Ok(Some(first.number)),
        Some(other) => {
            let name = |payload: &Payload| List::of(payload.number).map_or("raw_data", List::name);
            let message = format!("both {} and {} are given: expected one of them", name(first), name(other));
            Err(Error::format(message).with_offset(other.offset))
        }
    }
}

fn raw(dtype: DType, shape: &[u64], len: u64, payloads: &[Payload]) -> Result<Contents> {
    let contents = payloads.iter().find(|payload| payload.number == RAW_DATA);
    let (offset, stored) = contents.map_or((0, 0), |payload| (payload.offset, payload.len));
    if dtype == DType::STRING {
        return Err(Error::format("strings are in raw_data: expected string_data").with_offset(offset));
    }
    if stored != len {
        let message = format!("raw_data has {stored} bytes; {dtype} of shape {shape:?} needs {len}");
        return Err(Error::format(message).with_offset(offset));
    }
    Ok(Contents::Stored(offset))
}

fn listed(list: List, dtype: DType, shape: &[u64], len: u64, payloads: &[Payload]) -> Result<Contents> {
    let expected = List::holding(dtype);
    if list != expected {
        let message = format!("{dtype} is in {}: expected {} or raw_data", list.name(), expected.name());
        return Err(Error::format(message).with_offset(payloads[0].offset));
    }
    match (list.width(), payloads) {
        // Little-endian numbers without gaps: what they are in the file is what they are in memory.
        (Some(_), [only]) => {
            let found = only.len;
            if found != len {
                let message = format!("{} has {found} bytes; {dtype} of shape {shape:?} needs {len}", list.name());
                return Err(Error::format(message).with_offset(only.offset));
            }
            Ok(Contents::Stored(only.offset))
        }
        _ => Ok(Contents::Listed(list, memory::collect(payloads.iter().copied(), TENSOR)?)),
    }
}
