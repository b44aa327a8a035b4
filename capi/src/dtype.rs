//! # Element types
//!
//! One table of element types for all formats. Elements are little-endian. The numbers never change; a later version may
//! add some.
//!
//!   if (wb_dtype_get_info(tensor.dtype, &type) == WB_OK) {
//!     printf("%u bits\n", type.bits);
//!   }

use std::ffi::{CStr, c_char};

use super::status::{WB_OK, wb_status};
use super::{fill, plain, status, wb_str};
use weighbridge::dtype::DType;
use weighbridge::error::Error;

/// The type of the elements of a tensor, `WB_F32` for instance; 0 is none. Since 0.1.
pub type wb_dtype = u32;

/// One byte, 0 or 1.
pub const WB_BOOL: wb_dtype = 1;
/// Unsigned integer of 8 bits.
pub const WB_U8: wb_dtype = 2;
/// Signed integer of 8 bits.
pub const WB_I8: wb_dtype = 3;
/// Unsigned integer of 16 bits.
pub const WB_U16: wb_dtype = 4;
/// Signed integer of 16 bits.
pub const WB_I16: wb_dtype = 5;
/// Unsigned integer of 32 bits.
pub const WB_U32: wb_dtype = 6;
/// Signed integer of 32 bits.
pub const WB_I32: wb_dtype = 7;
/// Unsigned integer of 64 bits.
pub const WB_U64: wb_dtype = 8;
/// Signed integer of 64 bits.
pub const WB_I64: wb_dtype = 9;
/// IEEE 754 half precision.
pub const WB_F16: wb_dtype = 10;
/// Brain floating point: the upper half of an F32.
pub const WB_BF16: wb_dtype = 11;
/// IEEE 754 single precision.
pub const WB_F32: wb_dtype = 12;
/// IEEE 754 double precision.
pub const WB_F64: wb_dtype = 13;
/// Complex number of two F32.
pub const WB_C64: wb_dtype = 14;
/// Complex number of two F64.
pub const WB_C128: wb_dtype = 15;
/// 8-bit float, 4 exponent and 3 fraction bits, finite (OCP E4M3, `float8_e4m3fn`).
pub const WB_F8_E4M3: wb_dtype = 16;
/// 8-bit float, 5 exponent and 2 fraction bits (OCP E5M2).
pub const WB_F8_E5M2: wb_dtype = 17;
/// 8-bit float, E4M3 with one zero and another bias (`float8_e4m3fnuz`).
pub const WB_F8_E4M3FNUZ: wb_dtype = 18;
/// 8-bit float, E5M2 with one zero and another bias (`float8_e5m2fnuz`).
pub const WB_F8_E5M2FNUZ: wb_dtype = 19;
/// 8-bit power of two: the scale of the OCP microscaling formats.
pub const WB_F8_E8M0: wb_dtype = 20;
/// 6-bit float, 2 exponent and 3 fraction bits.
pub const WB_F6_E2M3: wb_dtype = 21;
/// 6-bit float, 3 exponent and 2 fraction bits.
pub const WB_F6_E3M2: wb_dtype = 22;
/// 4-bit float, 2 exponent bits and 1 fraction bit (OCP E2M1).
pub const WB_F4: wb_dtype = 23;
/// Unsigned integer of 4 bits, two to a byte, low half first.
pub const WB_U4: wb_dtype = 24;
/// Signed integer of 4 bits, two to a byte, low half first.
pub const WB_I4: wb_dtype = 25;
/// Unsigned integer of 2 bits, four to a byte, low bits first.
pub const WB_U2: wb_dtype = 26;
/// Signed integer of 2 bits, four to a byte, low bits first.
pub const WB_I2: wb_dtype = 27;
/// Strings of any length. The library builds the contents of such a tensor: for n elements, n + 1 unsigned 64-bit offsets
/// that count from the end of the offsets, then the bytes of all strings. String i lies between offsets i and i + 1.
pub const WB_STRING: wb_dtype = 28;
/// ggml block type Q4_0.
pub const WB_Q4_0: wb_dtype = 64;
/// ggml block type Q4_1.
pub const WB_Q4_1: wb_dtype = 65;
/// ggml block type Q5_0.
pub const WB_Q5_0: wb_dtype = 66;
/// ggml block type Q5_1.
pub const WB_Q5_1: wb_dtype = 67;
/// ggml block type Q8_0.
pub const WB_Q8_0: wb_dtype = 68;
/// ggml block type Q8_1.
pub const WB_Q8_1: wb_dtype = 69;
/// ggml block type Q2_K.
pub const WB_Q2_K: wb_dtype = 70;
/// ggml block type Q3_K.
pub const WB_Q3_K: wb_dtype = 71;
/// ggml block type Q4_K.
pub const WB_Q4_K: wb_dtype = 72;
/// ggml block type Q5_K.
pub const WB_Q5_K: wb_dtype = 73;
/// ggml block type Q6_K.
pub const WB_Q6_K: wb_dtype = 74;
/// ggml block type Q8_K.
pub const WB_Q8_K: wb_dtype = 75;
/// ggml block type IQ2_XXS.
pub const WB_IQ2_XXS: wb_dtype = 76;
/// ggml block type IQ2_XS.
pub const WB_IQ2_XS: wb_dtype = 77;
/// ggml block type IQ3_XXS.
pub const WB_IQ3_XXS: wb_dtype = 78;
/// ggml block type IQ1_S.
pub const WB_IQ1_S: wb_dtype = 79;
/// ggml block type IQ4_NL.
pub const WB_IQ4_NL: wb_dtype = 80;
/// ggml block type IQ3_S.
pub const WB_IQ3_S: wb_dtype = 81;
/// ggml block type IQ2_S.
pub const WB_IQ2_S: wb_dtype = 82;
/// ggml block type IQ4_XS.
pub const WB_IQ4_XS: wb_dtype = 83;
/// ggml block type IQ1_M.
pub const WB_IQ1_M: wb_dtype = 84;
/// ggml block type TQ1_0.
pub const WB_TQ1_0: wb_dtype = 85;
/// ggml block type TQ2_0.
pub const WB_TQ2_0: wb_dtype = 86;
/// ggml block type MXFP4.
pub const WB_MXFP4: wb_dtype = 87;
/// ggml block type NVFP4.
pub const WB_NVFP4: wb_dtype = 88;
/// ggml block type Q1_0.
pub const WB_Q1_0: wb_dtype = 89;
/// ggml block type Q2_0.
pub const WB_Q2_0: wb_dtype = 90;

/// Returns the name of a type, such as `"F32"`, `"F8_E4M3"` or `"Q4_K"`, as static NUL-terminated text; `"UNKNOWN"` for a
/// number that this version does not have. Never NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_dtype_name(d: wb_dtype) -> *const c_char {
    plain(c"".as_ptr(), || Ok(name(d).as_ptr()))
}

fn name(number: wb_dtype) -> &'static CStr {
    match number {
        WB_BOOL => c"BOOL",
        WB_U8 => c"U8",
        WB_I8 => c"I8",
        WB_U16 => c"U16",
        WB_I16 => c"I16",
        WB_U32 => c"U32",
        WB_I32 => c"I32",
        WB_U64 => c"U64",
        WB_I64 => c"I64",
        WB_F16 => c"F16",
        WB_BF16 => c"BF16",
        WB_F32 => c"F32",
        WB_F64 => c"F64",
        WB_C64 => c"C64",
        WB_C128 => c"C128",
        WB_F8_E4M3 => c"F8_E4M3",
        WB_F8_E5M2 => c"F8_E5M2",
        WB_F8_E4M3FNUZ => c"F8_E4M3FNUZ",
        WB_F8_E5M2FNUZ => c"F8_E5M2FNUZ",
        WB_F8_E8M0 => c"F8_E8M0",
        WB_F6_E2M3 => c"F6_E2M3",
        WB_F6_E3M2 => c"F6_E3M2",
        WB_F4 => c"F4",
        WB_U4 => c"U4",
        WB_I4 => c"I4",
        WB_U2 => c"U2",
        WB_I2 => c"I2",
        WB_STRING => c"STRING",
        WB_Q4_0 => c"Q4_0",
        WB_Q4_1 => c"Q4_1",
        WB_Q5_0 => c"Q5_0",
        WB_Q5_1 => c"Q5_1",
        WB_Q8_0 => c"Q8_0",
        WB_Q8_1 => c"Q8_1",
        WB_Q2_K => c"Q2_K",
        WB_Q3_K => c"Q3_K",
        WB_Q4_K => c"Q4_K",
        WB_Q5_K => c"Q5_K",
        WB_Q6_K => c"Q6_K",
        WB_Q8_K => c"Q8_K",
        WB_IQ2_XXS => c"IQ2_XXS",
        WB_IQ2_XS => c"IQ2_XS",
        WB_IQ3_XXS => c"IQ3_XXS",
        WB_IQ1_S => c"IQ1_S",
        WB_IQ4_NL => c"IQ4_NL",
        WB_IQ3_S => c"IQ3_S",
        WB_IQ2_S => c"IQ2_S",
        WB_IQ4_XS => c"IQ4_XS",
        WB_IQ1_M => c"IQ1_M",
        WB_TQ1_0 => c"TQ1_0",
        WB_TQ2_0 => c"TQ2_0",
        WB_MXFP4 => c"MXFP4",
        WB_NVFP4 => c"NVFP4",
        WB_Q1_0 => c"Q1_0",
        WB_Q2_0 => c"Q2_0",
        _ => c"UNKNOWN",
    }
}

/// The layout of an element type. n elements occupy n / `block_elements` * `block_bytes` bytes; n must be a multiple of
/// `block_elements`. Set `struct_size` before the call; the text is static. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_dtype_info {
    /// `sizeof(wb_dtype_info)`.
    pub struct_size: usize,
    /// The name, such as `"F32"`.
    pub name: wb_str,
    /// Bits of one element: 32 for `WB_F32`, 4 for `WB_I4`; 0 where that is not a whole number, as for most block types,
    /// or not fixed, as for `WB_STRING`.
    pub bits: u32,
    /// The smallest number of elements that occupy whole bytes: 1 for `WB_F32`, 2 for `WB_I4`, 256 for `WB_Q4_K`; 0 for
    /// `WB_STRING`.
    pub block_elements: u32,
    /// Bytes of these elements: 4 for `WB_F32`, 1 for `WB_I4`, 144 for `WB_Q4_K`; 0 for `WB_STRING`.
    pub block_bytes: u32,
    /// The alignment in bytes that a pointer to the elements needs in C: 4 for `WB_F32`; for a block type, that of the
    /// largest member of a block.
    pub alignment: u32,
}

/// Describes the layout of an element type. `WB_ERR_INVALID_ARGUMENT`: this version does not know the number. Any thread.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_dtype_get_info(d: wb_dtype, out: *mut wb_dtype_info) -> wb_status {
    status(|| {
        let dtype = DType::from_number(d).ok_or_else(|| Error::invalid(format!("{d} is not an element type")))?;
        let (elements, bytes) = dtype.block().unwrap_or_default();
        let info = wb_dtype_info {
            struct_size: size_of::<wb_dtype_info>(),
            name: dtype.name().into(),
            bits: dtype.bits().unwrap_or_default(),
            block_elements: elements as u32,
            block_bytes: bytes as u32,
            alignment: dtype.alignment() as u32,
        };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_those_of_the_table() {
        for dtype in DType::ALL {
            assert_eq!(name(dtype.number()).to_str().unwrap(), dtype.name());
        }
        let known = (0..10_000).filter(|number| name(*number) != c"UNKNOWN").count();
        assert_eq!(known, DType::ALL.len());
    }
}
