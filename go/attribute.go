package weighbridge

// #include "bridge.h"
import "C"

// AttributeKind is what an attribute holds.
type AttributeKind uint32

const (
	AttributeUndefined     AttributeKind = C.WB_ATTRIBUTE_UNDEFINED      // a kind that the library does not know
	AttributeFloat         AttributeKind = C.WB_ATTRIBUTE_FLOAT          // for Attribute.Floats
	AttributeInt           AttributeKind = C.WB_ATTRIBUTE_INT            // for Attribute.Ints
	AttributeString        AttributeKind = C.WB_ATTRIBUTE_STRING         // for Attribute.Strings
	AttributeTensor        AttributeKind = C.WB_ATTRIBUTE_TENSOR         // for Attribute.Tensors
	AttributeGraph         AttributeKind = C.WB_ATTRIBUTE_GRAPH          // for Attribute.Graphs
	AttributeFloats        AttributeKind = C.WB_ATTRIBUTE_FLOATS         // for Attribute.Floats
	AttributeInts          AttributeKind = C.WB_ATTRIBUTE_INTS           // for Attribute.Ints
	AttributeStrings       AttributeKind = C.WB_ATTRIBUTE_STRINGS        // for Attribute.Strings
	AttributeTensors       AttributeKind = C.WB_ATTRIBUTE_TENSORS        // for Attribute.Tensors
	AttributeGraphs        AttributeKind = C.WB_ATTRIBUTE_GRAPHS         // for Attribute.Graphs
	AttributeSparseTensor  AttributeKind = C.WB_ATTRIBUTE_SPARSE_TENSOR  // for Attribute.SparseTensors
	AttributeSparseTensors AttributeKind = C.WB_ATTRIBUTE_SPARSE_TENSORS // for Attribute.SparseTensors
	AttributeType          AttributeKind = C.WB_ATTRIBUTE_TYPE           // for Attribute.Types
	AttributeTypes         AttributeKind = C.WB_ATTRIBUTE_TYPES          // for Attribute.Types
)

// Attribute is a constant parameter of a node, or in the body of a function the default of one. A single value is a list of one. The
// lists of another kind are ErrNotFound.
type Attribute struct {
	// The name.
	Name string
	// In the body of a function, the attribute of the call that gives the contents; else empty.
	Reference string
	// What it holds.
	Kind AttributeKind
	// The number of elements: 1 for a single value; 0 if a call gives the contents.
	Count int

	graph    *Graph
	node     NodeID
	position C.uint32_t
}

// Defaults returns the attributes of the graph itself: the body of a function has the defaults of the attributes of the function.
func (g *Graph) Defaults() ([]Attribute, error) {
	if g.Role != GraphFunction || g.Function < 0 {
		return nil, nil
	}
	count, err := fetch(g.model, "function", "", func(c *C.wb_model) (uint32, C.wb_status) {
		info := C.wb_function_info{struct_size: C.sizeof_wb_function_info}
		status := C.wb_model_function_info(c, C.size_t(g.Function), &info)
		return uint32(info.defaults), status
	})
	if err != nil {
		return nil, err
	}
	return g.attributesOf(NoNode, count)
}

// attributesOf returns the attributes of a node, or with NoNode of the graph itself.
func (g *Graph) attributesOf(node NodeID, count uint32) ([]Attribute, error) {
	return fromGraph(g, "attribute", "", func(c *C.wb_graph) ([]Attribute, C.wb_status) {
		all := make([]Attribute, count)
		for i := range all {
			var status C.wb_status
			if all[i], status = g.attributeAt(c, node, C.uint32_t(i)); status != C.WB_OK {
				return nil, status
			}
		}
		return all, C.WB_OK
	})
}

func (g *Graph) attributeAt(c *C.wb_graph, node NodeID, position C.uint32_t) (Attribute, C.wb_status) {
	info := C.wb_attribute_info{struct_size: C.sizeof_wb_attribute_info}
	status := C.wb_graph_attribute_info(c, C.uint32_t(node), position, &info)
	return Attribute{
		Name: text(&info.name), Reference: text(&info.reference), Kind: AttributeKind(info.kind), Count: int(info.count),
		graph: g, node: node, position: position,
	}, status
}

// Floats returns the floating-point numbers.
func (a Attribute) Floats() ([]float32, error) {
	return fromGraph(a.graph, "attribute", a.Name, func(c *C.wb_graph) ([]float32, C.wb_status) {
		var values *C.float
		var count C.size_t
		status := C.wb_graph_attribute_floats(c, C.uint32_t(a.node), a.position, &values, &count)
		return numbersOf((*float32)(values), uint64(count)), status
	})
}

// Ints returns the integers.
func (a Attribute) Ints() ([]int64, error) {
	return fromGraph(a.graph, "attribute", a.Name, func(c *C.wb_graph) ([]int64, C.wb_status) {
		var values *C.int64_t
		var count C.size_t
		status := C.wb_graph_attribute_ints(c, C.uint32_t(a.node), a.position, &values, &count)
		return numbersOf((*int64)(values), uint64(count)), status
	})
}

// elements collects what the library gives one at a time.
func elements[T any](a Attribute, at func(*C.wb_graph, C.size_t) (T, C.wb_status)) ([]T, error) {
	return fromGraph(a.graph, "attribute", a.Name, func(c *C.wb_graph) ([]T, C.wb_status) {
		all := make([]T, 0)
		for i := 0; i < a.Count; i++ {
			item, status := at(c, C.size_t(i))
			if status != C.WB_OK {
				return nil, status
			}
			all = append(all, item)
		}
		return all, C.WB_OK
	})
}

// Strings returns the strings: the bytes of the file, which need not be UTF-8.
func (a Attribute) Strings() ([]string, error) {
	return elements(a, func(c *C.wb_graph, i C.size_t) (string, C.wb_status) {
		var s C.wb_str
		if status := C.wb_graph_attribute_string(c, C.uint32_t(a.node), a.position, i, &s); status != C.WB_OK {
			return "", status
		}
		return text(&s), C.WB_OK
	})
}

// Tensors returns the tensors, as their indices in the model; -1: the library cannot read it.
func (a Attribute) Tensors() ([]int, error) {
	return elements(a, func(c *C.wb_graph, i C.size_t) (int, C.wb_status) {
		var tensor C.size_t
		status := C.wb_graph_attribute_tensor(c, C.uint32_t(a.node), a.position, i, &tensor)
		if status == C.WB_ERR_UNSUPPORTED {
			return -1, C.WB_OK
		}
		return int(tensor), status
	})
}

// Graphs returns the graphs, as their indices in the model.
func (a Attribute) Graphs() ([]int, error) {
	return elements(a, func(c *C.wb_graph, i C.size_t) (int, C.wb_status) {
		var graph C.size_t
		status := C.wb_graph_attribute_graph(c, C.uint32_t(a.node), a.position, i, &graph)
		return int(graph), status
	})
}

// SparseTensors returns the sparse tensors, as their indices in Model.SparseTensors.
func (a Attribute) SparseTensors() ([]int, error) {
	return elements(a, func(c *C.wb_graph, i C.size_t) (int, C.wb_status) {
		var sparse C.size_t
		status := C.wb_graph_attribute_sparse(c, C.uint32_t(a.node), a.position, i, &sparse)
		return int(sparse), status
	})
}

// Types returns the types of values, for Graph.Type.
func (a Attribute) Types() ([]TypeID, error) {
	return elements(a, func(c *C.wb_graph, i C.size_t) (TypeID, C.wb_status) {
		var id C.uint32_t
		status := C.wb_graph_attribute_type(c, C.uint32_t(a.node), a.position, i, &id)
		return TypeID(id), status
	})
}
