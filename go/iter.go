//go:build go1.23

package weighbridge

import "iter"

// Tensors goes through the tensors in the order in which they are stored. It ends early if the model is closed.
func (m *Model) Tensors() iter.Seq[Tensor] {
	return func(yield func(Tensor) bool) {
		// It fails only if the model has been closed, or if there is no memory for a batch, in which case Go has none either.
		_ = m.eachBatch(func(batch []Tensor) bool {
			for i := range batch {
				if !yield(batch[i]) {
					return false
				}
			}
			return true
		})
	}
}

// Tensors goes through the tensors in their order: see TensorList.
func (p *Placement) Tensors() iter.Seq[PlacedTensor] {
	return sequence(p.TensorCount, p.Tensor)
}

// Graphs goes through the graphs. The first is what callers run.
func (m *Model) Graphs() iter.Seq[*Graph] {
	return sequence(m.GraphCount, m.Graph)
}

// Nodes goes through the nodes in the order of the file: in a valid model each follows those that it depends on.
func (g *Graph) Nodes() iter.Seq[Node] {
	return sequence(g.NodeCount, func(i int) (Node, error) { return g.Node(NodeID(i)) })
}

// Values goes through the values of the graph.
func (g *Graph) Values() iter.Seq[Value] {
	return sequence(g.ValueCount, func(i int) (Value, error) { return g.Value(ValueID(i)) })
}

// sequence goes through things with an index, and ends early if one cannot be described: the model has been closed.
func sequence[T any](count func() int, at func(int) (T, error)) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i, n := 0, count(); i < n; i++ {
			item, err := at(i)
			if err != nil || !yield(item) {
				return
			}
		}
	}
}
