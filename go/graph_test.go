package weighbridge_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

// What the onnx package has found in a model.
type onnxModel struct {
	File      string
	IRVersion int64 `json:"ir_version"`
	Opsets    [][2]any
	Links     any
	Graph     onnxGraph
	Tensors   []struct {
		Name, Sha256 string
		Dims         []int64
		Path         []any
	}
}

type onnxGraph struct {
	Name            string
	Inputs, Outputs []struct{ Name string }
	Initializers    []string
	Nodes           []onnxNode
}

type onnxNode struct {
	Name, Domain    string
	Op              string `json:"op_type"`
	Inputs, Outputs []string
	Attributes      []struct {
		Name, Kind string
		Graph      *onnxGraph
	}
}

// The complete comparison is that of internal/graphtext by tests/go.rs; this one says more about where something is wrong.
func TestGraphsAreWhatTheirOwnPackageSees(t *testing.T) {
	file, err := os.Open(onnx + "/expected.jsonl")
	must(t, err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	compared := 0
	for lines.Scan() {
		var want onnxModel
		must(t, json.Unmarshal(lines.Bytes(), &want))
		if want.Links != nil || strings.Contains(want.File, "types-empty") {
			continue
		}
		compared++
		t.Run(want.File, func(t *testing.T) { compareModel(t, want) })
	}
	must(t, lines.Err())
	check(t, compared > 250, "%d models", compared)
}

func compareModel(t *testing.T, want onnxModel) {
	model := open(t, onnx+"/"+want.File, nil)
	info, err := model.Info()
	must(t, err)
	check(t, info.FormatVersion == want.IRVersion && model.Format() == "onnx", "%+v", info)
	graph, err := model.Graph(0)
	must(t, err)
	compareGraph(t, graph, want.Graph)
	for _, tensor := range want.Tensors {
		if len(tensor.Path) == 3 && tensor.Path[1] == "initializer" && tensor.Sha256 != "" {
			compareInitializer(t, graph, tensor.Name, tensor.Sha256, tensor.Dims)
		}
	}
}

func compareInitializer(t *testing.T, graph *weighbridge.Graph, name, digest string, dims []int64) {
	value, err := graph.FindValue(name)
	must(t, err)
	check(t, value.Is(weighbridge.ValueInitializer), "%+v", value)
	if value.Tensor < 0 {
		return
	}
	tensor, err := graph.Model().Tensor(value.Tensor)
	must(t, err)
	check(t, reflect.DeepEqual(tensor.Shape, append([]int64{}, dims...)), "%s: %v", name, tensor.Shape)
	buffer, err := tensor.Buffer(background)
	must(t, err)
	defer buffer.Close()
	contents, err := buffer.Bytes()
	must(t, err)
	check(t, sum(contents) == digest, "%s: other bytes", name)
}

func compareGraph(t *testing.T, graph *weighbridge.Graph, want onnxGraph) {
	check(t, graph.Name == want.Name && graph.NodeCount() == len(want.Nodes), "%+v", graph)
	names := func(ids []weighbridge.ValueID) []string {
		list := []string{}
		for _, id := range ids {
			name := ""
			if id != weighbridge.NoValue {
				value, err := graph.Value(id)
				must(t, err)
				name = value.Name
			}
			list = append(list, name)
		}
		return list
	}
	for i, input := range want.Inputs {
		check(t, names(graph.Inputs)[i] == input.Name, "inputs %v", names(graph.Inputs))
	}
	for i, output := range want.Outputs {
		check(t, names(graph.Outputs)[i] == output.Name, "outputs %v", names(graph.Outputs))
	}
	for i, wanted := range want.Nodes {
		node, err := graph.Node(weighbridge.NodeID(i))
		must(t, err)
		check(t, node.Op == wanted.Op && node.Name == wanted.Name, "%+v", node)
		check(t, reflect.DeepEqual(names(node.Inputs), append([]string{}, wanted.Inputs...)), "%+v", node)
		check(t, reflect.DeepEqual(names(node.Outputs), append([]string{}, wanted.Outputs...)), "%+v", node)
		compareAttributes(t, node, wanted)
	}
}

func compareAttributes(t *testing.T, node weighbridge.Node, want onnxNode) {
	attributes, err := node.Attributes()
	must(t, err)
	check(t, len(attributes) == len(want.Attributes), "%+v", attributes)
	for i, wanted := range want.Attributes {
		check(t, attributes[i].Name == wanted.Name, "%+v", attributes[i])
		if wanted.Graph == nil {
			continue
		}
		graphs, err := attributes[i].Graphs()
		must(t, err)
		inner, err := node.Graph().Model().Graph(graphs[0])
		must(t, err)
		compareGraph(t, inner, *wanted.Graph)
	}
}

func TestPartsOfGraphsThatDoNotExist(t *testing.T) {
	model := open(t, onnx+"/made/loop-if.onnx", nil)
	graph, err := model.Graph(0)
	must(t, err)
	node, err := graph.Node(0)
	must(t, err)
	body, err := node.Attribute("body")
	must(t, err)
	function, err := node.Function()
	check(t, function == -1 && err == nil, "%d, %v", function, err)
	outer, value, err := graph.Outer(graph.Inputs[0])
	check(t, outer == -1 && value == weighbridge.NoValue && err == nil, "%d, %d, %v", outer, value, err)
	for name, call := range map[string]func() error{
		"a graph":    func() error { _, err := model.Graph(model.GraphCount()); return err },
		"no graph":   func() error { _, err := model.Graph(-1); return err },
		"a node":     func() error { _, err := graph.Node(weighbridge.NoNode); return err },
		"a value":    func() error { _, err := graph.Value(weighbridge.NoValue); return err },
		"a type":     func() error { _, err := graph.Type(weighbridge.NoType); return err },
		"an origin":  func() error { _, _, err := graph.Outer(weighbridge.NoValue); return err },
		"of weights": func() error { _, err := open(t, llama, nil).Graph(0); return err },
	} {
		err := call()
		check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%s: %v", name, err)
	}
	for name, call := range map[string]func() error{
		"a name":       func() error { _, err := graph.FindValue("nobody"); return err },
		"an attribute": func() error { _, err := node.Attribute("axis"); return err },
		"ints":         func() error { _, err := body.Ints(); return err },
		"strings":      func() error { _, err := body.Strings(); return err },
		"an opset":     func() error { _, err := graph.OpsetVersion("com.example"); return err },
	} {
		err := call()
		check(t, errors.Is(err, weighbridge.ErrNotFound), "%s: %v", name, err)
	}
}

func TestSignatures(t *testing.T) {
	model := open(t, onnx+"/made/loop-if.onnx", nil)
	signatures, err := model.Signatures()
	must(t, err)
	check(t, len(signatures) == 1 && signatures[0].Graph == 0, "%+v", signatures)
	inputs, outputs := signatures[0].Inputs, signatures[0].Outputs
	check(t, len(inputs) == 1 && inputs[0].Name == "x" && len(outputs) == 2 && outputs[1].Name == "scanned", "%+v", signatures)
	opsets, err := model.Opsets()
	must(t, err)
	check(t, reflect.DeepEqual(opsets, []weighbridge.Opset{{Domain: "", Version: 21}}), "%+v", opsets)
	graph, err := model.Graph(0)
	must(t, err)
	version, err := graph.OpsetVersion("")
	check(t, err == nil && version == 21, "%d, %v", version, err)
}
