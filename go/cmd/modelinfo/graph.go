package main

import (
	"context"

	"github.com/weighbridge/weighbridge/go"
)

type graph struct {
	Name    string  `json:"name"`
	Role    string  `json:"role"`
	Inputs  []value `json:"inputs"`
	Outputs []value `json:"outputs"`
	Nodes   int     `json:"nodes"`
	// How many nodes there are of each operator.
	Operators map[string]int `json:"operators"`
}

type value struct {
	Name  string `json:"name"`
	DType string `json:"dtype,omitempty"`
	// Left out if the rank is not known; -1: a dimension that is not known.
	Shape []int64 `json:"shape,omitempty"`
}

type opset struct {
	Domain  string `json:"domain"`
	Version int64  `json:"version"`
}

var roles = map[weighbridge.GraphRole]string{
	weighbridge.GraphEntry: "entry", weighbridge.GraphFunction: "function", weighbridge.GraphSubgraph: "subgraph",
}

func graphsOf(ctx context.Context, model *weighbridge.Model) (any, error) {
	graphs := make([]graph, model.GraphCount())
	for i := range graphs {
		g, err := model.Graph(i)
		if err != nil {
			return nil, err
		}
		if graphs[i], err = describeGraph(ctx, g); err != nil {
			return nil, err
		}
	}
	imports, err := model.Opsets()
	if err != nil {
		return nil, err
	}
	opsets := make([]opset, len(imports))
	for i, o := range imports {
		opsets[i] = opset{o.Domain, o.Version}
	}
	return map[string]any{"graphs": graphs, "opsets": opsets}, nil
}

func describeGraph(ctx context.Context, g *weighbridge.Graph) (graph, error) {
	described := graph{Name: g.Name, Role: roles[g.Role], Nodes: g.NodeCount(), Operators: map[string]int{}}
	for id := 0; id < described.Nodes; id++ {
		// There may be millions of nodes.
		if err := ctx.Err(); err != nil {
			return graph{}, err
		}
		node, err := g.Node(weighbridge.NodeID(id))
		if err != nil {
			return graph{}, err
		}
		described.Operators[node.Op]++
	}
	var err error
	if described.Inputs, err = valuesOf(g, g.Inputs); err != nil {
		return graph{}, err
	}
	described.Outputs, err = valuesOf(g, g.Outputs)
	return described, err
}

func valuesOf(g *weighbridge.Graph, ids []weighbridge.ValueID) ([]value, error) {
	values := make([]value, len(ids))
	for i, id := range ids {
		if id == weighbridge.NoValue {
			continue
		}
		v, err := g.Value(id)
		if err != nil {
			return nil, err
		}
		values[i] = value{Name: v.Name, Shape: v.Shape}
		if v.DType != 0 {
			values[i].DType = v.DType.String()
		}
	}
	return values, nil
}
