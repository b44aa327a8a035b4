//go:build go1.23

package weighbridge_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

func TestTensorsAsASequence(t *testing.T) {
	model := open(t, written(t, 1000, 1), nil)
	list, err := model.TensorList()
	must(t, err)
	check(t, reflect.DeepEqual(slices.Collect(model.Tensors()), list), "the sequence differs from the list")
	count := 0
	for tensor := range model.Tensors() {
		if count++; tensor.Index == 300 {
			break
		}
	}
	check(t, count == 301, "%d tensors", count)
	// Closing in the midst of it ends it, at the latest with the next batch.
	count = 0
	for range model.Tensors() {
		if count++; count == 10 {
			model.Close()
		}
	}
	check(t, count >= 10 && count < 1000, "%d tensors", count)
}

func TestOtherSequences(t *testing.T) {
	placement := load(t, open(t, llama, nil), nil)
	check(t, len(slices.Collect(placement.Tensors())) == placement.TensorCount(), "tensors of the placement")
	model := open(t, onnx+"/made/loop-if.onnx", nil)
	nodes, values := 0, 0
	for graph := range model.Graphs() {
		nodes += len(slices.Collect(graph.Nodes()))
		values += len(slices.Collect(graph.Values()))
		check(t, graph.Index > 0 || graph.Role == weighbridge.GraphEntry, "%+v", graph)
	}
	check(t, nodes > 3 && values > nodes, "%d nodes, %d values", nodes, values)
}
