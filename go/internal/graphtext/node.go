package main

import (
	"fmt"
	"math"

	"github.com/weighbridge/weighbridge/go"
)

func (p *printer) node(depth int, node weighbridge.Node) {
	calls := ""
	if function := ok(node.Function()); function >= 0 {
		calls = fmt.Sprintf(" calls %d", function)
	}
	p.line(depth, "node %s domain %s%s%s%s", quoted(node.Op), quoted(node.Domain), word("overload", node.Overload),
		word("name", node.Name), calls)
	p.names(depth+1, "takes", node.Graph(), node.Inputs)
	p.names(depth+1, "makes", node.Graph(), node.Outputs)
	for i, attribute := range ok(node.Attributes()) {
		require(ok(node.Attribute(attribute.Name)) == attribute, "found another attribute", attribute)
		p.attribute(depth+1, node.Graph(), node.ID, i, attribute)
	}
}

func (p *printer) attribute(depth int, graph *weighbridge.Graph, node weighbridge.NodeID, position int, a weighbridge.Attribute) {
	kinds := []string{"undefined", "float", "int", "string", "tensor", "graph", "floats", "ints", "strings", "tensors", "graphs",
		"sparse", "sparses", "type", "types"}
	start := fmt.Sprintf("attribute %s %s", quoted(a.Name), kinds[a.Kind])
	if a.Reference != "" {
		require(a.Count == 0, "a reference has contents", a)
		p.line(depth, "%s%s", start, word("reference", a.Reference))
		return
	}
	p.line(depth, "%s%s", start, p.spellContents(graph, a))
	if a.Kind != weighbridge.AttributeGraph && a.Kind != weighbridge.AttributeGraphs {
		return
	}
	for _, index := range ok(a.Graphs()) {
		inner := ok(p.model.Graph(index))
		require(inner.Role == weighbridge.GraphSubgraph && inner.Parent == graph.Index && inner.ParentNode == node &&
			inner.ParentAttribute == position && inner.Function == graph.Function, "a subgraph is elsewhere", *inner)
		p.graph(depth+1, inner)
	}
}

func (p *printer) spellContents(graph *weighbridge.Graph, a weighbridge.Attribute) string {
	switch a.Kind {
	case weighbridge.AttributeFloat, weighbridge.AttributeFloats:
		return spell(a, ok(a.Floats()), func(f float32) string { return fmt.Sprintf(" %08x", math.Float32bits(f)) })
	case weighbridge.AttributeInt, weighbridge.AttributeInts:
		return spell(a, ok(a.Ints()), func(i int64) string { return fmt.Sprint(" ", i) })
	case weighbridge.AttributeString, weighbridge.AttributeStrings:
		return spell(a, ok(a.Strings()), func(s string) string { return " " + quoted(s) })
	case weighbridge.AttributeTensor, weighbridge.AttributeTensors:
		return spell(a, ok(a.Tensors()), p.spellTensor)
	case weighbridge.AttributeSparseTensor, weighbridge.AttributeSparseTensors:
		return spell(a, ok(a.SparseTensors()), p.spellSparse)
	case weighbridge.AttributeType, weighbridge.AttributeTypes:
		return spell(a, ok(a.Types()), func(id weighbridge.TypeID) string { return spellType(graph, id) })
	default:
		return ""
	}
}

func spell[T any](a weighbridge.Attribute, list []T, one func(T) string) (text string) {
	require(len(list) == a.Count, "another number of elements", a)
	for _, item := range list {
		text += one(item)
	}
	return text
}
