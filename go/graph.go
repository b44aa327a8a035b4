package weighbridge

// #include "bridge.h"
import "C"

// GraphRole is the role of a graph in its model.
type GraphRole uint32

const (
	GraphEntry    GraphRole = C.WB_GRAPH_ENTRY    // callers run it: see Model.Signatures
	GraphFunction GraphRole = C.WB_GRAPH_FUNCTION // the body of a function
	GraphSubgraph GraphRole = C.WB_GRAPH_SUBGRAPH // the value of an attribute, such as a branch of an If
)

// NodeID, ValueID and TypeID are numbers of nodes, values and types in one graph, from 0 on.
type (
	NodeID  uint32
	ValueID uint32
	TypeID  uint32
)

// NoNode, NoValue and NoType stand for none. As an input or output of a node, NoValue is an optional one that is left out.
const (
	NoNode  = NodeID(C.WB_NO_ID)
	NoValue = ValueID(C.WB_NO_ID)
	NoType  = TypeID(C.WB_NO_ID)
)

// Graph is a graph of a model. It keeps the model reachable, and never changes.
type Graph struct {
	// The name; may be empty.
	Name string
	// A description; may be empty.
	Documentation string
	// The index in the model.
	Index int
	// The function whose body this graph is or is nested in, as an index of Model.Functions; -1: none.
	Function int
	// What it is in the model.
	Role GraphRole
	// For a subgraph, the index of the graph that contains it; else -1.
	Parent int
	// For a subgraph, the node of the parent that has it as an attribute; NoNode: an attribute of the parent itself has it.
	ParentNode NodeID
	// For a subgraph, the position of that attribute; else -1.
	ParentAttribute int
	// What the graph takes and computes, in order. NoValue: the model is malformed, and the value has no name. A value that is also an
	// initializer need not be given.
	Inputs, Outputs []ValueID

	model        *Model
	initializers uint32
}

// GraphCount returns the number of graphs; 0 for a model that has only weights.
func (m *Model) GraphCount() int {
	return ask(m, func(c *C.wb_model) int { return int(C.wb_model_graph_count(c)) })
}

// Graph returns the graph with an index, from 0 to GraphCount()-1. Graph 0 is the first that callers run.
func (m *Model) Graph(index int) (*Graph, error) {
	return fetch(m, "graph", "", func(c *C.wb_model) (*Graph, C.wb_status) {
		info := C.wb_graph_info{struct_size: C.sizeof_wb_graph_info}
		if status := C.wb_graph_get_info(C.wb_model_graph(c, C.size_t(index)), &info); status != C.WB_OK {
			return nil, status
		}
		return &Graph{
			Name: text(&info.name), Documentation: text(&info.documentation), Index: index,
			Function: indexOf(info.function), Role: GraphRole(info.role), Parent: indexOf(info.parent),
			ParentNode: NodeID(info.node), ParentAttribute: positionOf(info.attribute),
			Inputs:  numbersOf((*ValueID)(info.input_values), uint64(info.inputs)),
			Outputs: numbersOf((*ValueID)(info.output_values), uint64(info.outputs)),
			model:   m, initializers: uint32(info.initializers),
		}, C.WB_OK
	})
}

// positionOf is a position of the library, or -1 for WB_NO_ID.
func positionOf(position C.uint32_t) int {
	if position == C.WB_NO_ID {
		return -1
	}
	return int(position)
}

// fromGraph asks the library something about a graph.
func fromGraph[T any](g *Graph, what, subject string, f func(*C.wb_graph) (T, C.wb_status)) (T, error) {
	return fetch(g.model, what, subject, func(c *C.wb_model) (T, C.wb_status) { return f(C.wb_model_graph(c, C.size_t(g.Index))) })
}

func countIn(g *Graph, count func(*C.wb_graph) C.uint32_t) int {
	n, _ := fromGraph(g, "graph", "", func(c *C.wb_graph) (int, C.wb_status) { return int(count(c)), C.WB_OK })
	return n
}

// Model returns the model that the graph belongs to.
func (g *Graph) Model() *Model { return g.model }

// Metadata returns the metadata entries of the graph, in the order of the file.
func (g *Graph) Metadata() ([]Metadata, error) {
	return fromGraph(g, "metadata", "", func(c *C.wb_graph) ([]Metadata, C.wb_status) {
		all := make([]Metadata, C.wb_graph_metadata_count(c))
		for i := range all {
			info := C.wb_metadata_info{struct_size: C.sizeof_wb_metadata_info}
			if status := C.wb_graph_metadata_info(c, C.size_t(i), &info); status != C.WB_OK {
				return nil, status
			}
			all[i] = metadataOf(&info)
		}
		return all, C.WB_OK
	})
}

// Initializers returns the values whose contents are stored in the model, in the order of the file. NoValue: the model is malformed,
// and the initializer has no name.
func (g *Graph) Initializers() ([]ValueID, error) {
	return fromGraph(g, "initializer", "", func(c *C.wb_graph) ([]ValueID, C.wb_status) {
		all := make([]ValueID, g.initializers)
		for i := range all {
			var value C.uint32_t
			if status := C.wb_graph_initializer_value(c, C.uint32_t(i), &value); status != C.WB_OK {
				return nil, status
			}
			all[i] = ValueID(value)
		}
		return all, C.WB_OK
	})
}

// OpsetVersion returns the version of the operator set of a domain that applies in the graph; "" is the default domain. ErrNotFound:
// the domain is not imported.
func (g *Graph) OpsetVersion(domain string) (int64, error) {
	return fromGraph(g, "operator set", domain, func(c *C.wb_graph) (int64, C.wb_status) {
		var version C.int64_t
		chars, n := lent(domain)
		status := C.wb_graph_opset_version(c, chars, n, &version)
		return int64(version), status
	})
}
