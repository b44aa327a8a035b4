package main

import (
	"fmt"
	"strings"

	"github.com/weighbridge/weighbridge/go"
)

// short is up to how many bytes of a tensor are written out.
const short = 64

// quoted is text in quotes: what is not printable ASCII, and quotes and backslashes, as \xNN.
func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			fmt.Fprintf(&out, `\x%02x`, c)
		} else {
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// word is a word and text in quotes, if there is any.
func word(word, text string) string {
	if text == "" {
		return ""
	}
	return " " + word + " " + quoted(text)
}

func spellShape(shape []int64) string {
	return strings.ReplaceAll(fmt.Sprint(shape), " ", ", ")
}

func (p *printer) spellTensor(index int) string {
	if index < 0 {
		return " unreadable"
	}
	tensor := ok(p.model.Tensor(index))
	text := fmt.Sprintf(" %v%s %d", tensor.DType, spellShape(tensor.Shape), tensor.Bytes)
	if tensor.Bytes > short {
		return text
	}
	contents := make([]byte, tensor.Bytes)
	if len(contents) > 0 {
		ok(tensor.ReadAt(contents, 0))
	}
	return fmt.Sprintf("%s %x", text, contents)
}

func (p *printer) spellSparse(index int) string {
	sparse := ok(p.model.SparseTensors())[index]
	return " sparse" + spellShape(sparse.Shape) + p.spellTensor(sparse.Values) + p.spellTensor(sparse.Indices)
}

func spellType(graph *weighbridge.Graph, id weighbridge.TypeID) string {
	kinds := []string{"unknown", "tensor", "sparse", "sequence", "map", "optional", "opaque"}
	of := ok(graph.Type(id))
	text := " " + kinds[of.Kind]
	switch of.Kind {
	case weighbridge.TypeTensor, weighbridge.TypeSparseTensor, weighbridge.TypeMap:
		text += " " + spellDType(of.DType)
	}
	if of.Dims != nil {
		text += "[" + spellDims(of.Dims) + "]"
	}
	text += word("means", of.Denotation)
	if of.Element != weighbridge.NoType {
		text += " of" + spellType(graph, of.Element)
	}
	return text
}

func spellDType(dtype weighbridge.DType) string {
	if dtype == 0 {
		return "?"
	}
	return dtype.String()
}

func spellDims(dims []weighbridge.Dim) string {
	texts := make([]string, len(dims))
	for i, dim := range dims {
		switch {
		case dim.Symbol != "":
			texts[i] = quoted(dim.Symbol)
		case dim.Size == -1:
			texts[i] = "?"
		default:
			texts[i] = fmt.Sprint(dim.Size)
		}
		texts[i] += word("means", dim.Denotation)
	}
	return strings.Join(texts, ", ")
}
