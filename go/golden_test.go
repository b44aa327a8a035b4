package weighbridge_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

const (
	golden = "../tests/golden"
	llama  = golden + "/tiny-llama"
	onnx   = "../tests/onnx/golden"
	shard  = "model-00002-of-00004.safetensors"
)

var background = context.Background()

// expectation is what the package that wrote a golden model says of it.
type expectation struct {
	Metadata map[string]string
	Tensors  []expectedTensor
}

type expectedTensor struct {
	Name, DType, File, Sha256 string
	Shape                     []int64
	Offset, Bytes             uint64
}

func expected(t testing.TB, path string) (e expectation, byName map[string]expectedTensor) {
	t.Helper()
	contents, err := os.ReadFile(path)
	must(t, err)
	must(t, json.Unmarshal(contents, &e))
	byName = map[string]expectedTensor{}
	for _, tensor := range e.Tensors {
		byName[tensor.Name] = tensor
	}
	return e, byName
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func check(t testing.TB, is bool, format string, arguments ...any) {
	t.Helper()
	if !is {
		t.Errorf(format, arguments...)
	}
}

func open(t testing.TB, path string, options *weighbridge.OpenOptions) *weighbridge.Model {
	t.Helper()
	model, err := weighbridge.Open(background, path, options)
	must(t, err)
	t.Cleanup(func() { model.Close() })
	return model
}

// threads makes a host that allows so many threads.
func threads(t testing.TB, n int) *weighbridge.Host {
	t.Helper()
	host, err := weighbridge.NewHost(weighbridge.HostOptions{MaxThreads: n})
	must(t, err)
	t.Cleanup(func() { host.Close() })
	return host
}

func sum(b []byte) string {
	digest := sha256.Sum256(b)
	return hex.EncodeToString(digest[:])
}

// copied copies the files of a folder to a new one.
func copied(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	entries, err := os.ReadDir(from)
	must(t, err)
	for _, entry := range entries {
		contents, err := os.ReadFile(filepath.Join(from, entry.Name()))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(to, entry.Name()), contents, 0o644))
	}
	return to
}

// written makes a safetensors file with so many tensors "layer.N.weight" of F32, each of so many elements, which count up as integers.
func written(t testing.TB, tensors, elements int) string {
	t.Helper()
	header := []byte("{")
	for i := 0; i < tensors; i++ {
		if i > 0 {
			header = append(header, ',')
		}
		start := i * elements * 4
		header = append(header, fmt.Sprintf(`"layer.%d.weight":{"dtype":"F32","shape":[%d],"data_offsets":[%d,%d]}`,
			i, elements, start, start+elements*4)...)
	}
	header = append(header, '}')
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	contents := make([]byte, 8, 8+len(header)+tensors*elements*4)
	binary.LittleEndian.PutUint64(contents, uint64(len(header)))
	contents = append(contents, header...)
	for i := 0; i < tensors*elements; i++ {
		contents = binary.LittleEndian.AppendUint32(contents, uint32(i))
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	must(t, os.WriteFile(path, contents, 0o644))
	return path
}
