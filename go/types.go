package weighbridge

// #include "bridge.h"
import "C"

// TypeKind is what kind of type a value has.
type TypeKind uint32

const (
	TypeUnknown      TypeKind = C.WB_TYPE_UNKNOWN       // one that the library does not know
	TypeTensor       TypeKind = C.WB_TYPE_TENSOR        // a tensor
	TypeSparseTensor TypeKind = C.WB_TYPE_SPARSE_TENSOR // a sparse tensor
	TypeSequence     TypeKind = C.WB_TYPE_SEQUENCE      // a sequence of values of one type
	TypeMap          TypeKind = C.WB_TYPE_MAP           // a map from keys to values
	TypeOptional     TypeKind = C.WB_TYPE_OPTIONAL      // an optional value
	TypeOpaque       TypeKind = C.WB_TYPE_OPAQUE        // opaque, defined by its operators
)

// Type is the type that a model states for a value.
type Type struct {
	// What kind of type it is.
	Kind TypeKind
	// For tensors, the type of the elements; for a map, that of its keys. 0: not stated, or not known to the library.
	DType DType
	// What the value means, such as "IMAGE"; may be empty.
	Denotation string
	// For tensors, the dimensions, outermost first; nil: the rank is not known.
	Dims []Dim
	// For a sequence and an optional value, the type of the contents; for a map, that of its values; else NoType.
	Element TypeID
	// The number of DType in the format, such as the TensorProto.DataType of ONNX; 0 if it has none.
	Code int32
}

// Dim is a dimension of the type of a tensor.
type Dim struct {
	// Elements; -1: symbolic or unknown.
	Size int64
	// The name of a symbolic dimension; those of one name are equal throughout the graph.
	Symbol string
	// What the dimension means, such as "DATA_BATCH"; may be empty.
	Denotation string
}

// TypeCount returns the number of types. Several values may share one.
func (g *Graph) TypeCount() int {
	return countIn(g, func(c *C.wb_graph) C.uint32_t { return C.wb_graph_type_count(c) })
}

// Type returns a type, from 0 to TypeCount()-1.
func (g *Graph) Type(id TypeID) (Type, error) {
	return fromGraph(g, "type", "", func(c *C.wb_graph) (Type, C.wb_status) {
		info := C.wb_type_info{struct_size: C.sizeof_wb_type_info}
		if status := C.wb_graph_type_info(c, C.uint32_t(id), &info); status != C.WB_OK {
			return Type{}, status
		}
		dims, status := dimsOf(c, id, &info)
		return Type{
			TypeKind(info.kind), DType(info.dtype), text(&info.denotation), dims, TypeID(info.element), int32(info.code),
		}, status
	})
}

func dimsOf(c *C.wb_graph, id TypeID, of *C.wb_type_info) ([]Dim, C.wb_status) {
	if of.shape == nil {
		return nil, C.WB_OK
	}
	dims := make([]Dim, of.rank)
	for i := range dims {
		info := C.wb_dim_info{struct_size: C.sizeof_wb_dim_info}
		if status := C.wb_graph_type_dim_info(c, C.uint32_t(id), C.uint32_t(i), &info); status != C.WB_OK {
			return nil, status
		}
		dims[i] = Dim{int64(info.size), text(&info.symbol), text(&info.denotation)}
	}
	return dims, C.WB_OK
}
