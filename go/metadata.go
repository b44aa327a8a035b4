package weighbridge

// #include "bridge.h"
import "C"

import "math"

// MetadataType is the type of the value of a metadata entry.
type MetadataType uint32

const (
	MetadataNull  MetadataType = C.WB_METADATA_NULL  // no value
	MetadataBool  MetadataType = C.WB_METADATA_BOOL  // true or false
	MetadataI64   MetadataType = C.WB_METADATA_I64   // a signed integer
	MetadataU64   MetadataType = C.WB_METADATA_U64   // an unsigned integer
	MetadataF64   MetadataType = C.WB_METADATA_F64   // a floating-point number
	MetadataText  MetadataType = C.WB_METADATA_TEXT  // text
	MetadataBytes MetadataType = C.WB_METADATA_BYTES // bytes, whose text form is hexadecimal in quotes
	MetadataList  MetadataType = C.WB_METADATA_LIST  // a list of values
	MetadataMap   MetadataType = C.WB_METADATA_MAP   // values by key
)

// Metadata is what a model or a graph says about itself under one key.
type Metadata struct {
	// The key.
	Key string
	// The text form: text as it is, all other types as compact JSON.
	Text string
	// The type of the value.
	Type MetadataType
	// The value, if it is a bool.
	Bool bool
	// The value, if it is an integer that fits.
	I64 int64
	U64 uint64
	// The value, if it is a number, rounded if necessary.
	F64 float64
	// The number of elements of a list, of entries of a map, or of bytes of text or binary data.
	Len uint64
}

func metadataOf(c *C.wb_metadata_info) Metadata {
	return Metadata{
		text(&c.key), text(&c.text), MetadataType(c._type), c.boolean != 0,
		int64(c.i64), uint64(c.u64), float64(c.f64), uint64(c.len),
	}
}

// Metadata returns the metadata entries, sorted by key.
func (m *Model) Metadata() ([]Metadata, error) {
	return collect(m, "metadata", func(c *C.wb_model) C.size_t { return C.wb_model_metadata_count(c) }, metadataAt)
}

func metadataAt(c *C.wb_model, i C.size_t) (Metadata, C.wb_status) {
	info := C.wb_metadata_info{struct_size: C.sizeof_wb_metadata_info}
	status := C.wb_model_metadata_info(c, i, &info)
	return metadataOf(&info), status
}

// FindMetadata returns the entry with a key. ErrNotFound: the model has no such entry.
func (m *Model) FindMetadata(key string) (Metadata, error) {
	return fetch(m, "metadata", key, func(c *C.wb_model) (Metadata, C.wb_status) {
		var index C.size_t
		chars, n := lent(key)
		if status := C.wb_model_metadata_find(c, chars, n, &index); status != C.WB_OK {
			return Metadata{}, status
		}
		return metadataAt(c, index)
	})
}

// Scheme is how a tensor is quantized.
type Scheme uint32

const (
	QuantizedTensor Scheme = C.WB_QUANTIZED_TENSOR // all elements share one scale
	QuantizedAxis   Scheme = C.WB_QUANTIZED_AXIS   // elements with the same index in one dimension share a scale
	QuantizedBlock  Scheme = C.WB_QUANTIZED_BLOCK  // runs of consecutive elements along one dimension share a scale
)

// Quantization says how stored integers represent real numbers: real = (stored - zero point) * scale.
type Quantization struct {
	// Which elements share a scale.
	Scheme Scheme
	// The dimension along which scales differ; the outermost is 0. Not used by QuantizedTensor.
	Axis int
	// For QuantizedBlock, the number of elements along that dimension that share a scale.
	Block uint64
	// The scales, if the format states them as numbers.
	Scales []float64
	// The zero points, if the format states them as integers.
	ZeroPoints []int64
	// The indices of the tensors that hold the scales and the zero points; -1: none. All zero points are 0 if there is neither
	// the tensor nor ZeroPoints.
	ScaleTensor, ZeroPointTensor int
}

// Quantization returns the quantization of the tensor. ErrNotFound: the format does not state one.
func (t Tensor) Quantization() (Quantization, error) {
	return fetch(t.model, "quantization", t.Name, func(c *C.wb_model) (Quantization, C.wb_status) {
		info := C.wb_quantization_info{struct_size: C.sizeof_wb_quantization_info}
		if status := C.wb_model_tensor_quantization_info(c, C.size_t(t.Index), &info); status != C.WB_OK {
			return Quantization{}, status
		}
		return Quantization{
			Scheme: Scheme(info.scheme), Axis: int(info.axis), Block: uint64(info.block),
			Scales:      numbersOf((*float64)(info.scales), uint64(info.scale_count)),
			ZeroPoints:  numbersOf((*int64)(info.zero_points), uint64(info.zero_point_count)),
			ScaleTensor: indexOf(info.scale_tensor), ZeroPointTensor: indexOf(info.zero_point_tensor),
		}, C.WB_OK
	})
}

// indexOf is an index of the library, or -1 for WB_NO_INDEX.
func indexOf(index C.size_t) int {
	if uint64(index) > math.MaxInt {
		return -1
	}
	return int(index)
}
