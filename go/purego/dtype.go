package weighbridge

// DType is the type of the elements of a tensor; 0 is none. Elements are little-endian. A later version of the library may have
// more.
type DType uint32

const (
	// Bool: one byte, 0 or 1.
	Bool DType = 1
	// U8: unsigned integer of 8 bits.
	U8 DType = 2
	// I8: signed integer of 8 bits.
	I8 DType = 3
	// U16: unsigned integer of 16 bits.
	U16 DType = 4
	// I16: signed integer of 16 bits.
	I16 DType = 5
	// U32: unsigned integer of 32 bits.
	U32 DType = 6
	// I32: signed integer of 32 bits.
	I32 DType = 7
	// U64: unsigned integer of 64 bits.
	U64 DType = 8
	// I64: signed integer of 64 bits.
	I64 DType = 9
	// F16: IEEE 754 half precision.
	F16 DType = 10
	// BF16: brain floating point: the upper half of an F32.
	BF16 DType = 11
	// F32: IEEE 754 single precision.
	F32 DType = 12
	// F64: IEEE 754 double precision.
	F64 DType = 13
	// C64: complex number of two F32.
	C64 DType = 14
	// C128: complex number of two F64.
	C128 DType = 15
	// F8_E4M3: 8-bit float, 4 exponent and 3 fraction bits, finite (OCP E4M3, `float8_e4m3fn`).
	F8_E4M3 DType = 16
	// F8_E5M2: 8-bit float, 5 exponent and 2 fraction bits (OCP E5M2).
	F8_E5M2 DType = 17
	// F8_E4M3FNUZ: 8-bit float, E4M3 with one zero and another bias (`float8_e4m3fnuz`).
	F8_E4M3FNUZ DType = 18
	// F8_E5M2FNUZ: 8-bit float, E5M2 with one zero and another bias (`float8_e5m2fnuz`).
	F8_E5M2FNUZ DType = 19
	// F8_E8M0: 8-bit power of two: the scale of the OCP microscaling formats.
	F8_E8M0 DType = 20
	// F6_E2M3: 6-bit float, 2 exponent and 3 fraction bits.
	F6_E2M3 DType = 21
	// F6_E3M2: 6-bit float, 3 exponent and 2 fraction bits.
	F6_E3M2 DType = 22
	// F4: 4-bit float, 2 exponent bits and 1 fraction bit (OCP E2M1).
	F4 DType = 23
	// U4: unsigned integer of 4 bits, two to a byte, low half first.
	U4 DType = 24
	// I4: signed integer of 4 bits, two to a byte, low half first.
	I4 DType = 25
	// U2: unsigned integer of 2 bits, four to a byte, low bits first.
	U2 DType = 26
	// I2: signed integer of 2 bits, four to a byte, low bits first.
	I2 DType = 27
	// String: strings of any length. The library builds the contents of such a tensor: for n elements, n + 1 unsigned 64-bit offsets that count from the end of the offsets, then the bytes of all strings. String i lies between offsets i and i + 1.
	String DType = 28
	// Q4_0: ggml block type Q4_0.
	Q4_0 DType = 64
	// Q4_1: ggml block type Q4_1.
	Q4_1 DType = 65
	// Q5_0: ggml block type Q5_0.
	Q5_0 DType = 66
	// Q5_1: ggml block type Q5_1.
	Q5_1 DType = 67
	// Q8_0: ggml block type Q8_0.
	Q8_0 DType = 68
	// Q8_1: ggml block type Q8_1.
	Q8_1 DType = 69
	// Q2_K: ggml block type Q2_K.
	Q2_K DType = 70
	// Q3_K: ggml block type Q3_K.
	Q3_K DType = 71
	// Q4_K: ggml block type Q4_K.
	Q4_K DType = 72
	// Q5_K: ggml block type Q5_K.
	Q5_K DType = 73
	// Q6_K: ggml block type Q6_K.
	Q6_K DType = 74
	// Q8_K: ggml block type Q8_K.
	Q8_K DType = 75
	// IQ2_XXS: ggml block type IQ2_XXS.
	IQ2_XXS DType = 76
	// IQ2_XS: ggml block type IQ2_XS.
	IQ2_XS DType = 77
	// IQ3_XXS: ggml block type IQ3_XXS.
	IQ3_XXS DType = 78
	// IQ1_S: ggml block type IQ1_S.
	IQ1_S DType = 79
	// IQ4_NL: ggml block type IQ4_NL.
	IQ4_NL DType = 80
	// IQ3_S: ggml block type IQ3_S.
	IQ3_S DType = 81
	// IQ2_S: ggml block type IQ2_S.
	IQ2_S DType = 82
	// IQ4_XS: ggml block type IQ4_XS.
	IQ4_XS DType = 83
	// IQ1_M: ggml block type IQ1_M.
	IQ1_M DType = 84
	// TQ1_0: ggml block type TQ1_0.
	TQ1_0 DType = 85
	// TQ2_0: ggml block type TQ2_0.
	TQ2_0 DType = 86
	// MXFP4: ggml block type MXFP4.
	MXFP4 DType = 87
	// NVFP4: ggml block type NVFP4.
	NVFP4 DType = 88
	// Q1_0: ggml block type Q1_0.
	Q1_0 DType = 89
	// Q2_0: ggml block type Q2_0.
	Q2_0 DType = 90
)

// String returns the name, such as "F32", "F8_E4M3" or "Q4_K"; "UNKNOWN" for a number that the library does not have.
func (d DType) String() string {
	if load() != nil {
		return "UNKNOWN"
	}
	return c.dtypeName(uint32(d))
}
