package weighbridge

// #include "bridge.h"
import "C"

// Opset is an operator set that a model or a function imports.
type Opset struct {
	// The domain; empty for the default one.
	Domain string
	// The version.
	Version int64
}

// Opsets returns the operator sets that the model imports. Graph.OpsetVersion tells which version applies in a graph.
func (m *Model) Opsets() ([]Opset, error) {
	return collect(m, "operator set", func(c *C.wb_model) C.size_t { return C.wb_model_opset_count(c) },
		func(c *C.wb_model, i C.size_t) (Opset, C.wb_status) {
			info := C.wb_opset_info{struct_size: C.sizeof_wb_opset_info}
			status := C.wb_model_opset_info(c, i, &info)
			return Opset{text(&info.domain), int64(info.version)}, status
		})
}

// Function is an operator that a model defines itself.
type Function struct {
	// The operator of the nodes that call it, and its domain.
	Name, Domain string
	// Distinguishes functions of the same name and domain; usually empty.
	Overload string
	// The body, as an index for Model.Graph.
	Graph int
	// The names of the attributes that a call must give. Others have a default: see Graph.Defaults.
	Attributes []string
	// The operator sets that the body imports.
	Opsets []Opset
}

// Functions returns the functions that the model defines.
func (m *Model) Functions() ([]Function, error) {
	return collect(m, "function", func(c *C.wb_model) C.size_t { return C.wb_model_function_count(c) }, functionAt)
}

func functionAt(c *C.wb_model, i C.size_t) (Function, C.wb_status) {
	info := C.wb_function_info{struct_size: C.sizeof_wb_function_info}
	if status := C.wb_model_function_info(c, i, &info); status != C.WB_OK {
		return Function{}, status
	}
	f := Function{
		Name: text(&info.name), Domain: text(&info.domain), Overload: text(&info.overload), Graph: int(info.graph),
		Attributes: make([]string, info.attributes), Opsets: make([]Opset, info.opsets),
	}
	for j := range f.Attributes {
		var name C.wb_str
		if status := C.wb_model_function_attribute_name(c, i, C.size_t(j), &name); status != C.WB_OK {
			return f, status
		}
		f.Attributes[j] = text(&name)
	}
	for j := range f.Opsets {
		opset := C.wb_opset_info{struct_size: C.sizeof_wb_opset_info}
		if status := C.wb_model_function_opset_info(c, i, C.size_t(j), &opset); status != C.WB_OK {
			return f, status
		}
		f.Opsets[j] = Opset{text(&opset.domain), int64(opset.version)}
	}
	return f, C.WB_OK
}

// Signature says how callers run a model: which graph, and under which names they pass inputs and receive outputs.
type Signature struct {
	// The key by which callers select it; empty if the format does not name signatures.
	Key string
	// The graph that it runs, as an index for Model.Graph.
	Graph int
	// In order. An input whose value is also an initializer need not be given.
	Inputs, Outputs []SignatureValue
}

// SignatureValue is an input or output of a signature.
type SignatureValue struct {
	// The name that callers use.
	Name string
	// The value in the graph. NoValue: the model is malformed, and the value has no name.
	Value ValueID
}

// Signatures returns the signatures. A model that has only weights has none; an ONNX model has one, without a key.
func (m *Model) Signatures() ([]Signature, error) {
	return collect(m, "signature", func(c *C.wb_model) C.size_t { return C.wb_model_signature_count(c) }, signatureAt)
}

func signatureAt(c *C.wb_model, i C.size_t) (Signature, C.wb_status) {
	info := C.wb_signature_info{struct_size: C.sizeof_wb_signature_info}
	if status := C.wb_model_signature_info(c, i, &info); status != C.WB_OK {
		return Signature{}, status
	}
	s := Signature{
		Key: text(&info.key), Graph: int(info.graph),
		Inputs: make([]SignatureValue, info.inputs), Outputs: make([]SignatureValue, info.outputs),
	}
	for j := range s.Inputs {
		value := C.wb_signature_value_info{struct_size: C.sizeof_wb_signature_value_info}
		if status := C.wb_model_signature_input_info(c, i, C.size_t(j), &value); status != C.WB_OK {
			return s, status
		}
		s.Inputs[j] = SignatureValue{text(&value.name), ValueID(value.value)}
	}
	for j := range s.Outputs {
		value := C.wb_signature_value_info{struct_size: C.sizeof_wb_signature_value_info}
		if status := C.wb_model_signature_output_info(c, i, C.size_t(j), &value); status != C.WB_OK {
			return s, status
		}
		s.Outputs[j] = SignatureValue{text(&value.name), ValueID(value.value)}
	}
	return s, C.WB_OK
}
