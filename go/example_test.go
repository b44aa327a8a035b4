package weighbridge_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/weighbridge/weighbridge/go"
)

func Example() {
	ctx := context.Background()
	model, err := weighbridge.Open(ctx, "../tests/golden/tiny-llama", &weighbridge.OpenOptions{
		Verify: weighbridge.VerifyRequired, // every weight file must be covered by a manifest
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	weights, err := model.Load(ctx, nil) // into host memory, verified in the same pass
	if err != nil {
		fmt.Println(err)
		return
	}
	defer weights.Close()
	tensor, err := weights.Find("lm_head.weight")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = tensor.View(func(b []byte) error {
		fmt.Println(tensor.Name, tensor.DType, tensor.Shape, len(b), "bytes")
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: lm_head.weight BF16 [512 64] 65536 bytes
}

func ExampleOpen_errors() {
	_, err := weighbridge.Open(context.Background(), "no/such/model", nil)
	fmt.Println(errors.Is(err, weighbridge.ErrNotFound), errors.Is(err, fs.ErrNotExist))
	var e *weighbridge.Error
	if errors.As(err, &e) {
		fmt.Println(e.Status.String(), filepath.Base(e.Path))
	}
	// Output:
	// true true
	// WB_ERR_NOT_FOUND model
}

func ExampleOpenFS() {
	ctx := context.Background()
	model, err := weighbridge.OpenFS(ctx, os.DirFS("../tests"), "golden/tiny-llama", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	fmt.Println(model.Format(), model.TensorCount(), "tensors")
	// Output: safetensors 39 tensors
}

func ExampleModel_Load_cancel() {
	model, err := weighbridge.Open(context.Background(), "../tests/golden/tiny-llama", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	ctx, cancel := context.WithDeadline(context.Background(), time.Now())
	defer cancel()
	_, err = model.Load(ctx, nil)
	fmt.Println(errors.Is(err, weighbridge.ErrCancelled), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

func ExampleNewHost() {
	ctx := context.Background()
	host, err := weighbridge.NewHost(weighbridge.HostOptions{MaxThreads: weighbridge.AllThreads})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer host.Close()
	model, err := weighbridge.Open(ctx, "../tests/golden/tiny-llama", &weighbridge.OpenOptions{Host: host})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	weights, err := model.Load(ctx, nil) // by the threads of the host
	if err != nil {
		fmt.Println(err)
		return
	}
	defer weights.Close()
	fmt.Println(weights.TensorCount(), "tensors")
	// Output: 39 tensors
}

func ExampleTensor_ReadAt() {
	model, err := weighbridge.Open(context.Background(), "../tests/golden/tiny-llama", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	tensor, err := model.Find("model.norm.weight")
	if err != nil {
		fmt.Println(err)
		return
	}
	element := make([]byte, 2)
	if _, err := tensor.ReadAt(element, 0); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(math.Float32frombits(uint32(binary.LittleEndian.Uint16(element)) << 16))
	// Output: -0.24121094
}

func ExampleModel_Verify() {
	ctx := context.Background()
	model, err := weighbridge.Open(ctx, "../tests/golden/tiny-llama", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	report, err := model.Verify(ctx, nil)
	if err != nil {
		fmt.Println(err)
	}
	for _, line := range report.Lines[:2] {
		fmt.Println(line.Subject, line.Outcome == weighbridge.Match, line.Source)
	}
	// Output:
	// model-00001-of-00004.safetensors true SHA256SUMS
	// model-00002-of-00004.safetensors true SHA256SUMS
}

func ExampleModel_Graph() {
	model, err := weighbridge.Open(context.Background(), "../tests/onnx/golden/made/loop-if.onnx", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	graph, err := model.Graph(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for id := 0; id < graph.NodeCount(); id++ {
		node, err := graph.Node(weighbridge.NodeID(id))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(node.Op, len(node.Inputs), "inputs")
	}
	// Output: Loop 3 inputs
}
