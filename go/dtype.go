package weighbridge

// #include "bridge.h"
import "C"

// DType is the type of the elements of a tensor; 0 is none. Elements are little-endian. A later version of the library may have
// more.
type DType uint32

const (
	// Bool: one byte, 0 or 1.
	Bool DType = C.WB_BOOL
	// U8: unsigned integer of 8 bits.
	U8 DType = C.WB_U8
	// I8: signed integer of 8 bits.
	I8 DType = C.WB_I8
	// U16: unsigned integer of 16 bits.
	U16 DType = C.WB_U16
	// I16: signed integer of 16 bits.
	I16 DType = C.WB_I16
	// U32: unsigned integer of 32 bits.
	U32 DType = C.WB_U32
	// I32: signed integer of 32 bits.
	I32 DType = C.WB_I32
	// U64: unsigned integer of 64 bits.
	U64 DType = C.WB_U64
	// I64: signed integer of 64 bits.
	I64 DType = C.WB_I64
	// F16: IEEE 754 half precision.
	F16 DType = C.WB_F16
	// BF16: brain floating point: the upper half of an F32.
	BF16 DType = C.WB_BF16
	// F32: IEEE 754 single precision.
	F32 DType = C.WB_F32
	// F64: IEEE 754 double precision.
	F64 DType = C.WB_F64
	// C64: complex number of two F32.
	C64 DType = C.WB_C64
	// C128: complex number of two F64.
	C128 DType = C.WB_C128
	// F8_E4M3: 8-bit float, 4 exponent and 3 fraction bits, finite (OCP E4M3, `float8_e4m3fn`).
	F8_E4M3 DType = C.WB_F8_E4M3
	// F8_E5M2: 8-bit float, 5 exponent and 2 fraction bits (OCP E5M2).
	F8_E5M2 DType = C.WB_F8_E5M2
	// F8_E4M3FNUZ: 8-bit float, E4M3 with one zero and another bias (`float8_e4m3fnuz`).
	F8_E4M3FNUZ DType = C.WB_F8_E4M3FNUZ
	// F8_E5M2FNUZ: 8-bit float, E5M2 with one zero and another bias (`float8_e5m2fnuz`).
	F8_E5M2FNUZ DType = C.WB_F8_E5M2FNUZ
	// F8_E8M0: 8-bit power of two: the scale of the OCP microscaling formats.
	F8_E8M0 DType = C.WB_F8_E8M0
	// F6_E2M3: 6-bit float, 2 exponent and 3 fraction bits.
	F6_E2M3 DType = C.WB_F6_E2M3
	// F6_E3M2: 6-bit float, 3 exponent and 2 fraction bits.
	F6_E3M2 DType = C.WB_F6_E3M2
	// F4: 4-bit float, 2 exponent bits and 1 fraction bit (OCP E2M1).
	F4 DType = C.WB_F4
	// U4: unsigned integer of 4 bits, two to a byte, low half first.
	U4 DType = C.WB_U4
	// I4: signed integer of 4 bits, two to a byte, low half first.
	I4 DType = C.WB_I4
	// U2: unsigned integer of 2 bits, four to a byte, low bits first.
	U2 DType = C.WB_U2
	// I2: signed integer of 2 bits, four to a byte, low bits first.
	I2 DType = C.WB_I2
	// String: strings of any length. The library builds the contents of such a tensor: for n elements, n + 1 unsigned 64-bit offsets that count from the end of the offsets, then the bytes of all strings. String i lies between offsets i and i + 1.
	String DType = C.WB_STRING
	// Q4_0: ggml block type Q4_0.
	Q4_0 DType = C.WB_Q4_0
	// Q4_1: ggml block type Q4_1.
	Q4_1 DType = C.WB_Q4_1
	// Q5_0: ggml block type Q5_0.
	Q5_0 DType = C.WB_Q5_0
	// Q5_1: ggml block type Q5_1.
	Q5_1 DType = C.WB_Q5_1
	// Q8_0: ggml block type Q8_0.
	Q8_0 DType = C.WB_Q8_0
	// Q8_1: ggml block type Q8_1.
	Q8_1 DType = C.WB_Q8_1
	// Q2_K: ggml block type Q2_K.
	Q2_K DType = C.WB_Q2_K
	// Q3_K: ggml block type Q3_K.
	Q3_K DType = C.WB_Q3_K
	// Q4_K: ggml block type Q4_K.
	Q4_K DType = C.WB_Q4_K
	// Q5_K: ggml block type Q5_K.
	Q5_K DType = C.WB_Q5_K
	// Q6_K: ggml block type Q6_K.
	Q6_K DType = C.WB_Q6_K
	// Q8_K: ggml block type Q8_K.
	Q8_K DType = C.WB_Q8_K
	// IQ2_XXS: ggml block type IQ2_XXS.
	IQ2_XXS DType = C.WB_IQ2_XXS
	// IQ2_XS: ggml block type IQ2_XS.
	IQ2_XS DType = C.WB_IQ2_XS
	// IQ3_XXS: ggml block type IQ3_XXS.
	IQ3_XXS DType = C.WB_IQ3_XXS
	// IQ1_S: ggml block type IQ1_S.
	IQ1_S DType = C.WB_IQ1_S
	// IQ4_NL: ggml block type IQ4_NL.
	IQ4_NL DType = C.WB_IQ4_NL
	// IQ3_S: ggml block type IQ3_S.
	IQ3_S DType = C.WB_IQ3_S
	// IQ2_S: ggml block type IQ2_S.
	IQ2_S DType = C.WB_IQ2_S
	// IQ4_XS: ggml block type IQ4_XS.
	IQ4_XS DType = C.WB_IQ4_XS
	// IQ1_M: ggml block type IQ1_M.
	IQ1_M DType = C.WB_IQ1_M
	// TQ1_0: ggml block type TQ1_0.
	TQ1_0 DType = C.WB_TQ1_0
	// TQ2_0: ggml block type TQ2_0.
	TQ2_0 DType = C.WB_TQ2_0
	// MXFP4: ggml block type MXFP4.
	MXFP4 DType = C.WB_MXFP4
	// NVFP4: ggml block type NVFP4.
	NVFP4 DType = C.WB_NVFP4
	// Q1_0: ggml block type Q1_0.
	Q1_0 DType = C.WB_Q1_0
	// Q2_0: ggml block type Q2_0.
	Q2_0 DType = C.WB_Q2_0
)

// String returns the name, such as "F32", "F8_E4M3" or "Q4_K"; "UNKNOWN" for a number that the library does not have.
func (d DType) String() string { return C.GoString(C.wb_dtype_name(C.wb_dtype(d))) }

// DTypeInfo is the layout of an element type: n elements occupy n / BlockElements * BlockBytes bytes, and n must be a multiple of
// BlockElements.
type DTypeInfo struct {
	// The name, such as "F32".
	Name string
	// Bits of one element; 0 where that is not a whole number, as for most block types, or not fixed, as for String.
	Bits uint32
	// The smallest number of elements that occupy whole bytes: 1 for F32, 2 for I4, 256 for Q4_K; 0 for String.
	BlockElements uint32
	// Bytes of these elements: 4 for F32, 1 for I4, 144 for Q4_K; 0 for String.
	BlockBytes uint32
	// The alignment in bytes that a pointer to the elements needs.
	Alignment uint32
}

// Info returns the layout. ErrInvalidArgument: the library does not know the type.
func (d DType) Info() (DTypeInfo, error) {
	info := C.wb_dtype_info{struct_size: C.sizeof_wb_dtype_info}
	if status := C.wb_dtype_get_info(C.wb_dtype(d), &info); status != C.WB_OK {
		return DTypeInfo{}, plain(status, "element type", "")
	}
	return DTypeInfo{
		text(&info.name), uint32(info.bits), uint32(info.block_elements), uint32(info.block_bytes), uint32(info.alignment),
	}, nil
}
