//! The one table of element types.

use std::fmt;

/// The type of a tensor's elements: an index into one table, shared with the C interface.
///
/// Numbers are never reused or renumbered. Elements are little-endian. Types with a block length
/// above one are quantized: that many elements are stored together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DType(u32);

/// One row of the table.
struct Row {
    number: u32,
    name: &'static str,
    /// Elements of one block.
    elements: u32,
    /// Bits of one block.
    bits: u32,
    /// Natural alignment of the elements in bytes.
    alignment: u32,
}

macro_rules! dtypes {
    ($($(#[$doc:meta])* $constant:ident = $number:literal, $name:literal, $elements:literal x $bits:literal, $alignment:literal;)*) => {
        impl DType {
            $($(#[$doc])* pub const $constant: DType = DType($number);)*

            /// Every element type that this release knows.
            pub const ALL: &'static [DType] = &[$(DType($number)),*];
        }

        fn named(name: &str) -> Option<DType> {
            match name {
                $($name => Some(DType::$constant),)*
                _ => None,
            }
        }

        const fn row(number: u32) -> Option<Row> {
            match number {
                $($number => Some(Row { number, name: $name, elements: $elements, bits: $bits, alignment: $alignment }),)*
                _ => None,
            }
        }
    };
}

// Columns: number, name, elements and bits of a block, alignment. Block sizes of the quantized types follow
// ggml-common.h; the rest follow the safetensors and ONNX specifications.
dtypes! {
    /// One byte, 0 or 1.
    BOOL = 1, "BOOL", 1 x 8, 1;
    /// Unsigned integer of 8 bits.
    U8 = 2, "U8", 1 x 8, 1;
    /// Signed integer of 8 bits.
    I8 = 3, "I8", 1 x 8, 1;
    /// Unsigned integer of 16 bits.
    U16 = 4, "U16", 1 x 16, 2;
    /// Signed integer of 16 bits.
    I16 = 5, "I16", 1 x 16, 2;
    /// Unsigned integer of 32 bits.
    U32 = 6, "U32", 1 x 32, 4;
    /// Signed integer of 32 bits.
    I32 = 7, "I32", 1 x 32, 4;
    /// Unsigned integer of 64 bits.
    U64 = 8, "U64", 1 x 64, 8;
    /// Signed integer of 64 bits.
    I64 = 9, "I64", 1 x 64, 8;
    /// IEEE 754 half precision.
    F16 = 10, "F16", 1 x 16, 2;
    /// Brain floating point: the upper half of an F32.
    BF16 = 11, "BF16", 1 x 16, 2;
    /// IEEE 754 single precision.
    F32 = 12, "F32", 1 x 32, 4;
    /// IEEE 754 double precision.
    F64 = 13, "F64", 1 x 64, 8;
    /// Complex number of two F32.
    C64 = 14, "C64", 1 x 64, 4;
    /// Complex number of two F64.
    C128 = 15, "C128", 1 x 128, 8;
    /// 8-bit float, 4 exponent and 3 fraction bits, finite (OCP E4M3, `float8_e4m3fn`).
    F8_E4M3 = 16, "F8_E4M3", 1 x 8, 1;
    /// 8-bit float, 5 exponent and 2 fraction bits (OCP E5M2).
    F8_E5M2 = 17, "F8_E5M2", 1 x 8, 1;
    /// 8-bit float, E4M3 with one zero and another bias (`float8_e4m3fnuz`).
    F8_E4M3FNUZ = 18, "F8_E4M3FNUZ", 1 x 8, 1;
    /// 8-bit float, E5M2 with one zero and another bias (`float8_e5m2fnuz`).
    F8_E5M2FNUZ = 19, "F8_E5M2FNUZ", 1 x 8, 1;
    /// 8-bit power of two: the scale of the OCP microscaling formats.
    F8_E8M0 = 20, "F8_E8M0", 1 x 8, 1;
    /// 6-bit float, 2 exponent and 3 fraction bits.
    F6_E2M3 = 21, "F6_E2M3", 1 x 6, 1;
    /// 6-bit float, 3 exponent and 2 fraction bits.
    F6_E3M2 = 22, "F6_E3M2", 1 x 6, 1;
    /// 4-bit float, 2 exponent bits and 1 fraction bit (OCP E2M1).
    F4 = 23, "F4", 1 x 4, 1;
    /// Unsigned integer of 4 bits, two to a byte, low half first.
    U4 = 24, "U4", 1 x 4, 1;
    /// Signed integer of 4 bits, two to a byte, low half first.
    I4 = 25, "I4", 1 x 4, 1;
    /// Unsigned integer of 2 bits, four to a byte, low bits first.
    U2 = 26, "U2", 1 x 2, 1;
    /// Signed integer of 2 bits, four to a byte, low bits first.
    I2 = 27, "I2", 1 x 2, 1;
    /// Strings of any length; such contents are never one span of a file.
    STRING = 28, "STRING", 1 x 0, 1;
    /// ggml block type Q4_0.
    Q4_0 = 64, "Q4_0", 32 x 144, 2;
    /// ggml block type Q4_1.
    Q4_1 = 65, "Q4_1", 32 x 160, 2;
    /// ggml block type Q5_0.
    Q5_0 = 66, "Q5_0", 32 x 176, 2;
    /// ggml block type Q5_1.
    Q5_1 = 67, "Q5_1", 32 x 192, 2;
    /// ggml block type Q8_0.
    Q8_0 = 68, "Q8_0", 32 x 272, 2;
    /// ggml block type Q8_1.
    Q8_1 = 69, "Q8_1", 32 x 288, 2;
    /// ggml block type Q2_K.
    Q2_K = 70, "Q2_K", 256 x 672, 2;
    /// ggml block type Q3_K.
    Q3_K = 71, "Q3_K", 256 x 880, 2;
    /// ggml block type Q4_K.
    Q4_K = 72, "Q4_K", 256 x 1152, 2;
    /// ggml block type Q5_K.
    Q5_K = 73, "Q5_K", 256 x 1408, 2;
    /// ggml block type Q6_K.
    Q6_K = 74, "Q6_K", 256 x 1680, 2;
    /// ggml block type Q8_K.
    Q8_K = 75, "Q8_K", 256 x 2336, 4;
    /// ggml block type IQ2_XXS.
    IQ2_XXS = 76, "IQ2_XXS", 256 x 528, 2;
    /// ggml block type IQ2_XS.
    IQ2_XS = 77, "IQ2_XS", 256 x 592, 2;
    /// ggml block type IQ3_XXS.
    IQ3_XXS = 78, "IQ3_XXS", 256 x 784, 2;
    /// ggml block type IQ1_S.
    IQ1_S = 79, "IQ1_S", 256 x 400, 2;
    /// ggml block type IQ4_NL.
    IQ4_NL = 80, "IQ4_NL", 32 x 144, 2;
    /// ggml block type IQ3_S.
    IQ3_S = 81, "IQ3_S", 256 x 880, 2;
    /// ggml block type IQ2_S.
    IQ2_S = 82, "IQ2_S", 256 x 656, 2;
    /// ggml block type IQ4_XS.
    IQ4_XS = 83, "IQ4_XS", 256 x 1088, 2;
    /// ggml block type IQ1_M.
    IQ1_M = 84, "IQ1_M", 256 x 448, 1;
    /// ggml block type TQ1_0.
    TQ1_0 = 85, "TQ1_0", 256 x 432, 2;
    /// ggml block type TQ2_0.
    TQ2_0 = 86, "TQ2_0", 256 x 528, 2;
    /// ggml block type MXFP4.
    MXFP4 = 87, "MXFP4", 32 x 136, 1;
    /// ggml block type NVFP4.
    NVFP4 = 88, "NVFP4", 64 x 288, 1;
    /// ggml block type Q1_0.
    Q1_0 = 89, "Q1_0", 128 x 144, 2;
    /// ggml block type Q2_0.
    Q2_0 = 90, "Q2_0", 64 x 144, 2;
}

impl DType {
    /// The type with this number in the C interface.
    pub fn from_number(number: u32) -> Option<Self> {
        row(number).map(|row| Self(row.number))
    }

    /// The type that is spelled so, upper case: `"F32"`, `"BF16"`, `"Q4_K"`.
    pub fn from_name(name: &str) -> Option<Self> {
        named(name)
    }

    /// The number of this type in the C interface.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The spelling used in files, in JSON and in messages.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Elements that are stored together: 1 for all but the quantized types.
    pub fn block_elements(self) -> u64 {
        u64::from(self.row().elements)
    }

    /// Bits of one element; `None` where that is no whole number, as for most block types, or not fixed, as for strings.
    pub fn bits(self) -> Option<u32> {
        let Row { elements, bits, .. } = self.row();
        (bits != 0 && bits.is_multiple_of(elements)).then(|| bits / elements)
    }

    /// The smallest number of elements that fill whole bytes, and these bytes: 1 and 4 for `F32`, 4 and 3 for
    /// `F6_E2M3`, 256 and 144 for `Q4_K`. `None` for strings.
    pub fn block(self) -> Option<(u64, u64)> {
        let Row { elements, bits, .. } = self.row();
        let repeats = (1..=8).find(|repeats| (bits * repeats).is_multiple_of(8)).filter(|_| bits != 0)?;
        Some((u64::from(elements * repeats), u64::from(bits * repeats / 8)))
    }

    /// Natural alignment of the elements, in bytes.
    pub fn alignment(self) -> u64 {
        u64::from(self.row().alignment)
    }

    /// Bytes of `elements` elements; `None` if they overflow, do not fill whole blocks and bytes, or have no fixed size.
    pub fn bytes_of(self, elements: u64) -> Option<u64> {
        let bits = self.bits_of(elements).filter(|bits| bits.is_multiple_of(8))?;
        u64::try_from(bits / 8).ok()
    }

    /// As [`bytes_of`](Self::bytes_of), but elements may leave bits of the last byte unused.
    pub fn bytes_of_padded(self, elements: u64) -> Option<u64> {
        u64::try_from(self.bits_of(elements)?.div_ceil(8)).ok()
    }

    /// Bits of `elements` elements, if they fill whole blocks and have a size.
    fn bits_of(self, elements: u64) -> Option<u128> {
        let Row { elements: block, bits, .. } = self.row();
        let is_sized = bits != 0 && elements.is_multiple_of(u64::from(block));
        is_sized.then(|| u128::from(elements / u64::from(block)) * u128::from(bits))
    }

    fn row(self) -> Row {
        // The constructors admit only numbers of the table.
        row(self.0).unwrap_or(Row { number: 0, name: "", elements: 1, bits: 0, alignment: 1 })
    }
}

impl fmt::Debug for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
