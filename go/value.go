package weighbridge

// #include "bridge.h"
import "C"

import "errors"

// ValueFlags says what a value is in its graph.
type ValueFlags uint32

const (
	ValueInput       ValueFlags = C.WB_VALUE_INPUT       // an input of the graph
	ValueOutput      ValueFlags = C.WB_VALUE_OUTPUT      // an output of the graph
	ValueInitializer ValueFlags = C.WB_VALUE_INITIALIZER // the contents are stored in the model; for an input, the default
	ValueComputed    ValueFlags = C.WB_VALUE_COMPUTED    // a node of the graph computes it
	ValueOuter       ValueFlags = C.WB_VALUE_OUTER       // the graph uses it but does not define it
)

// Value is an input, output or intermediate result of a graph.
type Value struct {
	// The number in the graph.
	ID ValueID
	// The name; may be empty.
	Name string
	// What it is in the graph: see Is.
	Flags ValueFlags
	// The type of the elements; 0 if it is not known, and for a value that is not a tensor.
	DType DType
	// The dimensions in elements, outermost first; -1: symbolic or unknown. nil: the rank is not known; a scalar has an empty list.
	Shape []int64
	// The type that the model states, or NoType.
	Type TypeID
	// The first node that computes it, or NoNode.
	Producer NodeID
	// For an initializer, the index of the tensor with its contents. -1: it is no initializer, Sparse is its index, or the
	// library cannot read it.
	Tensor int
	// For an initializer of which only some elements are stored, its index in Model.SparseTensors; else -1.
	Sparse int
}

// Is reports whether the value has a flag.
func (v Value) Is(flag ValueFlags) bool { return v.Flags&flag != 0 }

// ValueCount returns the number of values.
func (g *Graph) ValueCount() int {
	return countIn(g, func(c *C.wb_graph) C.uint32_t { return C.wb_graph_value_count(c) })
}

// Value returns a value, from 0 to ValueCount()-1.
func (g *Graph) Value(id ValueID) (Value, error) {
	return fromGraph(g, "value", "", func(c *C.wb_graph) (Value, C.wb_status) { return valueAt(c, id) })
}

func valueAt(c *C.wb_graph, id ValueID) (Value, C.wb_status) {
	info := C.wb_value_info{struct_size: C.sizeof_wb_value_info}
	status := C.wb_graph_value_info(c, C.uint32_t(id), &info)
	return Value{
		ID: id, Name: text(&info.name), Flags: ValueFlags(info.flags), DType: DType(info.dtype),
		Shape: shapeOf(info.shape, info.rank), Type: TypeID(info._type), Producer: NodeID(info.producer),
		Tensor: indexOf(info.tensor), Sparse: indexOf(info.sparse),
	}, status
}

// FindValue returns the value with a name. ErrNotFound: the graph has no such value.
func (g *Graph) FindValue(name string) (Value, error) {
	return fromGraph(g, "value", name, func(c *C.wb_graph) (Value, C.wb_status) {
		var id C.uint32_t
		chars, n := lent(name)
		if status := C.wb_graph_value_find(c, chars, n, &id); status != C.WB_OK {
			return Value{}, status
		}
		return valueAt(c, ValueID(id))
	})
}

// Outer returns the origin of a value with the flag ValueOuter: the index of the nearest enclosing graph that has it, and its number
// there. It is -1 and NoValue if the value belongs to this graph, or has no origin.
func (g *Graph) Outer(id ValueID) (graph int, outer ValueID, err error) {
	graph, err = fromGraph(g, "value", "", func(c *C.wb_graph) (int, C.wb_status) {
		var in C.size_t
		var there C.uint32_t
		status := C.wb_graph_value_outer(c, C.uint32_t(id), &in, &there)
		outer = ValueID(there)
		return int(in), status
	})
	if errors.Is(err, ErrNotFound) {
		return -1, NoValue, nil
	}
	return graph, outer, err
}

// Sparse is a sparse tensor: only some elements are stored.
type Sparse struct {
	// The dimensions in elements, outermost first.
	Shape []int64
	// The indices of the tensors with the stored elements, and with their positions: linear indices, or one row of coordinates for
	// each element. -1: the library cannot read it.
	Values, Indices int
}

// SparseTensors returns the sparse tensors of all graphs.
func (m *Model) SparseTensors() ([]Sparse, error) {
	return collect(m, "sparse tensor", func(c *C.wb_model) C.size_t { return C.wb_model_sparse_count(c) },
		func(c *C.wb_model, i C.size_t) (Sparse, C.wb_status) {
			info := C.wb_sparse_info{struct_size: C.sizeof_wb_sparse_info}
			status := C.wb_model_sparse_info(c, i, &info)
			return Sparse{shapeOf(info.shape, info.rank), indexOf(info.values), indexOf(info.indices)}, status
		})
}

// shapeOf copies dimensions; nil: the rank is not known.
func shapeOf(shape *C.int64_t, rank C.uint32_t) []int64 {
	return numbersOf((*int64)(shape), uint64(rank))
}
