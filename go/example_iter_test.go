//go:build go1.23

package weighbridge_test

import (
	"context"
	"fmt"

	"github.com/weighbridge/weighbridge/go"
)

func ExampleModel_Tensors() {
	model, err := weighbridge.Open(context.Background(), "../tests/golden/tiny-llama", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	for tensor := range model.Tensors() {
		fmt.Println(tensor.Name, tensor.DType, tensor.Shape)
		if tensor.Index == 1 {
			break
		}
	}
	// Output:
	// model.embed_tokens.weight BF16 [512 64]
	// model.layers.0.mlp.gate_proj.weight BF16 [128 64]
}
