package weighbridge

// #include "bridge.h"
import "C"

import "errors"

// Node is an operator of a graph. It keeps the model reachable.
type Node struct {
	// The number in the graph.
	ID NodeID
	// The name; may be empty, and need not be unique.
	Name string
	// The operator, and its domain: empty for the default one.
	Op, Domain string
	// Which of several functions of this name is called; usually empty.
	Overload string
	// The values that it takes and computes; NoValue: an optional one that is left out.
	Inputs, Outputs []ValueID
	// The nodes that must run before this one although it uses none of their outputs.
	Controls []NodeID

	graph      *Graph
	attributes uint32
}

// NodeCount returns the number of nodes.
func (g *Graph) NodeCount() int {
	return countIn(g, func(c *C.wb_graph) C.uint32_t { return C.wb_graph_node_count(c) })
}

// Node returns a node, from 0 to NodeCount()-1.
func (g *Graph) Node(id NodeID) (Node, error) {
	return fromGraph(g, "node", "", func(c *C.wb_graph) (Node, C.wb_status) {
		info := C.wb_node_info{struct_size: C.sizeof_wb_node_info}
		if status := C.wb_graph_node_info(c, C.uint32_t(id), &info); status != C.WB_OK {
			return Node{}, status
		}
		return Node{
			ID: id, Name: text(&info.name), Op: text(&info.op), Domain: text(&info.domain), Overload: text(&info.overload),
			Inputs:   numbersOf((*ValueID)(info.input_values), uint64(info.inputs)),
			Outputs:  numbersOf((*ValueID)(info.output_values), uint64(info.outputs)),
			Controls: numbersOf((*NodeID)(info.control_nodes), uint64(info.controls)),
			graph:    g, attributes: uint32(info.attributes),
		}, C.WB_OK
	})
}

// Graph returns the graph that the node belongs to.
func (n Node) Graph() *Graph { return n.graph }

// Function returns the index of the function of Model.Functions that the node calls; -1: it calls an operator of an operator set.
func (n Node) Function() (int, error) {
	index, err := fromGraph(n.graph, "node", n.Name, func(c *C.wb_graph) (int, C.wb_status) {
		var function C.size_t
		status := C.wb_graph_node_function(c, C.uint32_t(n.ID), &function)
		return int(function), status
	})
	if errors.Is(err, ErrNotFound) {
		return -1, nil
	}
	return index, err
}

// Attributes returns the constant parameters of the node.
func (n Node) Attributes() ([]Attribute, error) { return n.graph.attributesOf(n.ID, n.attributes) }

// Attribute returns an attribute by its name. ErrNotFound: the node does not have it, and the default of the operator applies.
func (n Node) Attribute(name string) (Attribute, error) {
	return fromGraph(n.graph, "attribute", name, func(c *C.wb_graph) (Attribute, C.wb_status) {
		var position C.uint32_t
		chars, length := lent(name)
		if status := C.wb_graph_attribute_find(c, C.uint32_t(n.ID), chars, length, &position); status != C.WB_OK {
			return Attribute{}, status
		}
		return n.graph.attributeAt(c, n.ID, position)
	})
}
