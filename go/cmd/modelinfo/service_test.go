package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const (
	golden = "../../../tests/golden"
	onnx   = "../../../tests/onnx/golden/made"
)

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

func started(t *testing.T, root string) *service {
	t.Helper()
	s, err := newService(root, 2, 1)
	must(t, err)
	t.Cleanup(func() { s.host.Close() })
	return s
}

// ask makes a request, and decodes the answer if there is a place for it.
func ask(t *testing.T, s http.Handler, method, path string, status int, answer any) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	check(t, recorder.Code == status, "%s %s: %d, %s", method, path, recorder.Code, recorder.Body)
	if answer != nil {
		must(t, json.Unmarshal(recorder.Body.Bytes(), answer))
	}
	return recorder.Body.String()
}

func TestTheListOfModels(t *testing.T) {
	var answer struct{ Models []string }
	ask(t, started(t, golden), "GET", "/models", http.StatusOK, &answer)
	has := map[string]bool{}
	for _, name := range answer.Models {
		has[name] = true
	}
	check(t, has["tiny-llama"] && has["numpy.safetensors"], "%v", answer.Models)
	check(t, !has["make.py"] && !has["README.md"] && !has["tiny-llama.expected.json"], "%v", answer.Models)
	ask(t, started(t, t.TempDir()), "GET", "/models", http.StatusOK, &answer)
	check(t, answer.Models != nil && len(answer.Models) == 0, "%v", answer.Models)
	ask(t, started(t, "no/such/directory"), "GET", "/models", http.StatusInternalServerError, nil)
}

func TestTheSummaryAndTensorsAreWhatTheWriterSays(t *testing.T) {
	var want struct {
		Tensors []struct {
			Name, DType, File string
			Shape             []int64
			Bytes             uint64
		}
	}
	contents, err := os.ReadFile(golden + "/tiny-llama.expected.json")
	must(t, err)
	must(t, json.Unmarshal(contents, &want))
	bytes := uint64(0)
	for _, tensor := range want.Tensors {
		bytes += tensor.Bytes
	}

	s := started(t, golden)
	var about summary
	ask(t, s, "GET", "/models/tiny-llama", http.StatusOK, &about)
	check(t, about.Format == "safetensors" && about.Tensors == len(want.Tensors) && about.Bytes == bytes, "%+v", about)
	check(t, len(about.Files) == 4 && about.BytesByDType["BF16"] == bytes && about.Graphs == 0, "%+v", about)
	var answer struct{ Tensors []tensor }
	ask(t, s, "GET", "/models/tiny-llama/tensors", http.StatusOK, &answer)
	found := map[string]tensor{}
	for _, tensor := range answer.Tensors {
		check(t, *tensor.Offset > 0, "%+v", tensor)
		found[tensor.Name] = tensor
	}
	for _, tensor := range want.Tensors {
		got := found[tensor.Name]
		check(t, got.DType == tensor.DType && got.Bytes == tensor.Bytes && got.File == tensor.File, "%+v, got %+v", tensor, got)
		check(t, reflect.DeepEqual(got.Shape, tensor.Shape), "%+v, got %+v", tensor, got)
	}
}

func TestMetadata(t *testing.T) {
	var want, answer struct{ Metadata map[string]string }
	contents, err := os.ReadFile(golden + "/metadata.expected.json")
	must(t, err)
	must(t, json.Unmarshal(contents, &want))
	ask(t, started(t, golden), "GET", "/models/metadata.safetensors/metadata", http.StatusOK, &answer)
	check(t, len(want.Metadata) > 0 && reflect.DeepEqual(answer, want), "%v", answer)
}

func TestGraphs(t *testing.T) {
	var answer struct {
		Graphs []graph
		Opsets []opset
	}
	ask(t, started(t, onnx), "GET", "/models/loop-if.onnx/graph", http.StatusOK, &answer)
	main := answer.Graphs[0]
	check(t, main.Role == "entry" && main.Nodes == 1 && main.Operators["Loop"] == 1, "%+v", main)
	check(t, len(main.Inputs) == 1 && main.Inputs[0].Name == "x" && main.Inputs[0].DType == "F32", "%+v", main)
	check(t, len(main.Outputs) == 2 && len(answer.Graphs) > 2 && answer.Graphs[1].Role == "subgraph", "%+v", answer)
	check(t, len(answer.Opsets) == 1 && answer.Opsets[0].Version == 21, "%+v", answer.Opsets)
}

func TestEveryGoldenONNXModelHasASummary(t *testing.T) {
	s := started(t, onnx)
	var list struct{ Models []string }
	ask(t, s, "GET", "/models", http.StatusOK, &list)
	check(t, len(list.Models) > 10, "%v", list.Models)
	for _, name := range list.Models {
		var about summary
		ask(t, s, "GET", "/models/"+url.PathEscape(name), http.StatusOK, &about)
		check(t, about.Format == "onnx" && about.Graphs > 0, "%s: %+v", name, about)
		ask(t, s, "GET", "/models/"+url.PathEscape(name)+"/graph", http.StatusOK, nil)
	}
}

// copied copies the files of a model to a directory of models.
func copied(t *testing.T, from string) (root string) {
	t.Helper()
	root = t.TempDir()
	to := filepath.Join(root, filepath.Base(from))
	must(t, os.Mkdir(to, 0o755))
	entries, err := os.ReadDir(from)
	must(t, err)
	for _, entry := range entries {
		contents, err := os.ReadFile(filepath.Join(from, entry.Name()))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(to, entry.Name()), contents, 0o644))
	}
	return root
}

func TestVerification(t *testing.T) {
	root := copied(t, golden+"/tiny-llama")
	s := started(t, root)
	var v verification
	ask(t, s, "POST", "/models/tiny-llama/verify", http.StatusOK, &v)
	check(t, v.Outcome == "match" && len(v.Lines) > 40 && v.Lines[0].Source == "SHA256SUMS", "%+v", v)

	shard := filepath.Join(root, "tiny-llama/model-00003-of-00004.safetensors")
	contents, err := os.ReadFile(shard)
	must(t, err)
	contents[len(contents)-1] ^= 1
	must(t, os.WriteFile(shard, contents, 0o644))
	ask(t, s, "POST", "/models/tiny-llama/verify", http.StatusOK, &v)
	check(t, v.Outcome == "mismatch", "%+v", v)

	must(t, os.Remove(filepath.Join(root, "tiny-llama/SHA256SUMS")))
	ask(t, s, "POST", "/models/tiny-llama/verify", http.StatusOK, &v)
	check(t, v.Outcome == "uncovered", "%+v", v)

	must(t, os.WriteFile(shard, contents[:100], 0o644))
	var failed struct {
		Error struct{ Code, Message string }
	}
	ask(t, s, "POST", "/models/tiny-llama/verify", http.StatusUnprocessableEntity, &failed)
	check(t, failed.Error.Code == "WB_ERR_FORMAT" && strings.Contains(failed.Error.Message, "00003"), "%+v", failed)

	metrics := ask(t, s, "GET", "/metrics", http.StatusOK, nil)
	for _, sample := range []string{
		"# TYPE modelinfo_requests_total counter\n",
		"modelinfo_requests_total{route=\"verify\",code=\"200\"} 3\n",
		"modelinfo_requests_total{route=\"verify\",code=\"422\"} 1\n",
		"modelinfo_verifications_total{outcome=\"match\"} 1\n",
		"modelinfo_verifications_total{outcome=\"mismatch\"} 1\n",
		"modelinfo_verifications_total{outcome=\"uncovered\"} 1\n",
		"modelinfo_operations_total{operation=\"open\",status=\"WB_OK\"} 3\n",
		"modelinfo_operations_total{operation=\"open\",status=\"WB_ERR_FORMAT\"} 1\n",
		"modelinfo_operations_total{operation=\"verify\",status=\"WB_OK\"} 3\n",
		"# TYPE modelinfo_operation_seconds_total counter\nmodelinfo_operation_seconds_total{operation=\"open\"} 0.",
		"modelinfo_operation_bytes_total{operation=\"verify\"} ",
		"modelinfo_requests_in_flight 1\n",
	} {
		check(t, strings.Contains(metrics, sample), "no %q in %s", sample, metrics)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := started(t, golden)
	check(t, ask(t, s, "GET", "/healthz", http.StatusOK, nil) == "ok\n", "health")
	ask(t, s, "HEAD", "/healthz", http.StatusOK, nil)
	for _, path := range []string{
		"/", "/model", "/models/", "/models/nobody", "/models/make.py", "/models/tiny-llama/secrets", "/models/tiny-llama/tensors/more",
	} {
		ask(t, s, "GET", path, http.StatusNotFound, nil)
	}
	ask(t, s, "GET", "/models/tiny-llama/verify", http.StatusMethodNotAllowed, nil)
	ask(t, s, "POST", "/models/tiny-llama", http.StatusMethodNotAllowed, nil)
	ask(t, s, "DELETE", "/models", http.StatusMethodNotAllowed, nil)
}

func TestNamesDoNotLeaveTheDirectory(t *testing.T) {
	_, ok := directory(golden).path("tiny-llama")
	check(t, ok, "the model is not found")
	for _, name := range []string{"", ".", "..", "../golden/tiny-llama", "tiny-llama/", "/etc", "tiny-llama/config.json"} {
		path, ok := directory(golden).path(name)
		check(t, !ok, "%q leads to %s", name, path)
	}
}

// A verification that waits for others to end, and whose client goes.
func TestRequestsAreCancelled(t *testing.T) {
	s := started(t, golden)
	s.verifications <- struct{}{}
	ctx, cancel := context.WithCancel(context.Background())
	answered := make(chan int)
	go func() {
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, httptest.NewRequest("POST", "/models/tiny-llama/verify", nil).WithContext(ctx))
		answered <- recorder.Code
	}()
	for !strings.Contains(ask(t, s, "GET", "/metrics", http.StatusOK, nil), "modelinfo_requests_in_flight 2\n") {
		time.Sleep(time.Millisecond)
	}
	cancel()
	check(t, <-answered == http.StatusServiceUnavailable, "the request goes on")

	for _, path := range []string{"/models/tiny-llama", "/models/tiny-llama/tensors"} {
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, httptest.NewRequest("GET", path, nil).WithContext(ctx))
		check(t, recorder.Code == http.StatusServiceUnavailable, "%s: %d", path, recorder.Code)
	}
}
