// Graphtext prints the whole graph of each model as text, which tests/go.rs compares with what other tools have found.
//
//	graphtext LIST      a file with the path of a model on each line
//
// The form is that of tests/ffi/graph_text.rs.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/weighbridge/weighbridge/go"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: graphtext LIST")
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, path := range strings.Fields(string(ok(os.ReadFile(os.Args[1])))) {
		model := ok(weighbridge.Open(context.Background(), path, nil))
		fmt.Fprintf(out, "== %s\n", path)
		(&printer{out, model}).whole()
		model.Close()
	}
}

// ok ends the program if there is an error.
func ok[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

// require ends the program if the library contradicts itself.
func require(is bool, what string, about ...any) {
	if !is {
		panic(fmt.Sprint(append([]any{what, ": "}, about...)...))
	}
}

type printer struct {
	out   *bufio.Writer
	model *weighbridge.Model
}

func (p *printer) line(depth int, format string, arguments ...any) {
	fmt.Fprintf(p.out, "%*s%s\n", 2*depth, "", fmt.Sprintf(format, arguments...))
}

func (p *printer) whole() {
	info := ok(p.model.Info())
	p.line(0, "model %d producer %s version %s domain %s version %d documentation %s%s", info.FormatVersion,
		quoted(info.Producer), quoted(info.ProducerVersion), quoted(info.Domain), info.ModelVersion,
		quoted(info.Documentation), opsets(ok(p.model.Opsets())))
	p.metadata(0, ok(p.model.Metadata()))
	if p.model.GraphCount() > 0 {
		p.graph(0, ok(p.model.Graph(0)))
	}
	for i, function := range ok(p.model.Functions()) {
		p.function(i, function)
	}
}

func opsets(list []weighbridge.Opset) (text string) {
	for _, opset := range list {
		text += fmt.Sprintf(" opset %s %d", quoted(opset.Domain), opset.Version)
	}
	return text
}

func (p *printer) metadata(depth int, entries []weighbridge.Metadata) {
	for _, entry := range entries {
		require(entry.Type == weighbridge.MetadataText && int(entry.Len) == len(entry.Text), "metadata", entry)
		p.line(depth, "metadata %s %s", quoted(entry.Key), quoted(entry.Text))
	}
}

func (p *printer) function(index int, function weighbridge.Function) {
	body := ok(p.model.Graph(function.Graph))
	require(body.Role == weighbridge.GraphFunction && body.Function == index && body.Parent == -1, "body", *body)
	needs := ""
	for _, name := range function.Attributes {
		needs += " needs " + quoted(name)
	}
	for _, opset := range function.Opsets {
		ok(body.OpsetVersion(opset.Domain))
	}
	p.line(0, "function %s domain %s%s%s%s", quoted(function.Name), quoted(function.Domain),
		word("overload", function.Overload), opsets(function.Opsets), needs)
	for i, attribute := range ok(body.Defaults()) {
		p.attribute(1, body, weighbridge.NoNode, i, attribute)
	}
	p.graph(1, body)
}

func (p *printer) graph(depth int, graph *weighbridge.Graph) {
	p.line(depth, "graph %s%s", quoted(graph.Name), word("documentation", graph.Documentation))
	p.metadata(depth+1, ok(graph.Metadata()))
	p.names(depth+1, "takes", graph, graph.Inputs)
	p.names(depth+1, "makes", graph, graph.Outputs)
	for _, id := range ok(graph.Initializers()) {
		p.initializer(depth+1, ok(graph.Value(id)))
	}
	p.values(depth+1, graph)
	for i := 0; i < graph.NodeCount(); i++ {
		p.node(depth+1, ok(graph.Node(weighbridge.NodeID(i))))
	}
}

func (p *printer) names(depth int, title string, graph *weighbridge.Graph, values []weighbridge.ValueID) {
	for _, id := range values {
		if id == weighbridge.NoValue {
			title += " -"
		} else {
			title += " " + quoted(ok(graph.Value(id)).Name)
		}
	}
	p.line(depth, "%s", title)
}

func (p *printer) initializer(depth int, value weighbridge.Value) {
	if value.Sparse >= 0 {
		p.line(depth, "initializer %s%s", quoted(value.Name), p.spellSparse(value.Sparse))
	} else {
		p.line(depth, "initializer %s%s", quoted(value.Name), p.spellTensor(value.Tensor))
	}
}

func (p *printer) values(depth int, graph *weighbridge.Graph) {
	all := make([]weighbridge.Value, graph.ValueCount())
	for i := range all {
		all[i] = ok(graph.Value(weighbridge.ValueID(i)))
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	for _, value := range all {
		p.line(depth, "value %s%s", quoted(value.Name), p.spellValue(graph, value))
		require(ok(graph.FindValue(value.Name)).ID == value.ID, "found another value", value)
		require((value.Producer != weighbridge.NoNode) == value.Is(weighbridge.ValueComputed), "producer", value)
	}
}

func (p *printer) spellValue(graph *weighbridge.Graph, value weighbridge.Value) string {
	text := ""
	for _, flag := range []struct {
		bit  weighbridge.ValueFlags
		word string
	}{
		{weighbridge.ValueInput, " input"},
		{weighbridge.ValueOutput, " output"},
		{weighbridge.ValueInitializer, " initializer"},
		{weighbridge.ValueComputed, fmt.Sprintf(" computed %d", value.Producer)},
	} {
		if value.Is(flag.bit) {
			text += flag.word
		}
	}
	if value.Is(weighbridge.ValueOuter) {
		text += p.spellOuter(graph, value)
	}
	if value.Type != weighbridge.NoType {
		text += spellType(graph, value.Type)
	}
	return text
}

// spellOuter says how many graphs further out a value comes from.
func (p *printer) spellOuter(graph *weighbridge.Graph, value weighbridge.Value) string {
	from, there, err := graph.Outer(value.ID)
	if ok(from, err) < 0 {
		return " nowhere"
	}
	require(ok(ok(p.model.Graph(from)).Value(there)).Name == value.Name, "the origin has another name", value)
	up := 0
	for ; graph.Index != from; up++ {
		graph = ok(p.model.Graph(graph.Parent))
	}
	return fmt.Sprintf(" outer %d", up)
}
