package weighbridge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	weighbridge "github.com/weighbridge/weighbridge/go/purego"
)

const (
	golden = "../../tests/golden"
	llama  = golden + "/tiny-llama"
)

var background = context.Background()

// expectation is what the package that wrote a golden model says of it.
type expectation struct {
	Metadata map[string]string
	Tensors  []struct {
		Name, DType, File, Sha256 string
		Shape                     []int64
		Bytes                     uint64
	}
}

func expected(t *testing.T, path string) (e expectation, digests map[string]string) {
	t.Helper()
	contents, err := os.ReadFile(path)
	must(t, err)
	must(t, json.Unmarshal(contents, &e))
	digests = map[string]string{}
	for _, tensor := range e.Tensors {
		digests[tensor.Name] = tensor.Sha256
	}
	return e, digests
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, is bool, format string, arguments ...any) {
	t.Helper()
	if !is {
		t.Errorf(format, arguments...)
	}
}

func open(t *testing.T, path string, options *weighbridge.OpenOptions) *weighbridge.Model {
	t.Helper()
	model, err := weighbridge.Open(background, path, options)
	must(t, err)
	t.Cleanup(func() { model.Close() })
	return model
}

func threads(t *testing.T, n int) *weighbridge.Host {
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
func copied(t *testing.T, from string) string {
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
