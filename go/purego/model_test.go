package weighbridge_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	weighbridge "github.com/weighbridge/weighbridge/go/purego"
)

func TestTensorsAreWhatTheWriterSays(t *testing.T) {
	for _, name := range []string{"tiny-llama", "dtypes.safetensors", "edge.safetensors"} {
		want, digests := expected(t, golden+"/"+strings.TrimSuffix(name, ".safetensors")+".expected.json")
		model := open(t, golden+"/"+name, nil)
		check(t, model.Format() == "safetensors" && model.TensorCount() == len(want.Tensors), "%s: %d tensors", name, model.TensorCount())
		files, err := model.Files()
		must(t, err)
		for _, wanted := range want.Tensors {
			tensor, err := model.Find(wanted.Name)
			must(t, err)
			check(t, tensor.DType.String() == wanted.DType && tensor.Bytes == wanted.Bytes, "%+v", tensor)
			check(t, reflect.DeepEqual(tensor.Shape, append([]int64{}, wanted.Shape...)) && tensor.Strides == nil, "%+v", tensor)
			check(t, wanted.File == "" || files[tensor.File].Path == wanted.File, "%+v", tensor)
			contents, err := io.ReadAll(tensor.Reader())
			must(t, err)
			check(t, sum(contents) == digests[wanted.Name], "%s: other bytes", wanted.Name)
		}
		list, err := model.TensorList()
		must(t, err)
		for i, tensor := range list {
			one, err := model.Tensor(i)
			must(t, err)
			check(t, tensor.Index == i && reflect.DeepEqual(one, tensor), "%+v, alone %+v", tensor, one)
		}
	}
}

// There are more tensors than are described in one call.
func TestManyTensors(t *testing.T) {
	file, err := os.ReadFile(golden + "/empty.safetensors")
	must(t, err)
	check(t, len(file) > 8, "an empty file")
	header := []byte("{")
	for i := 0; i < 1000; i++ {
		header = append(header, strings.Replace(`"t#":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},`, "#", strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i/26), 1)...)
	}
	header[len(header)-1] = '}'
	contents := append([]byte{byte(len(header)), byte(len(header) >> 8), byte(len(header) >> 16), 0, 0, 0, 0, 0}, header...)
	model, err := weighbridge.OpenBytes(background, contents, nil)
	must(t, err)
	defer model.Close()
	list, err := model.TensorList()
	must(t, err)
	check(t, len(list) == 1000, "%d tensors", len(list))
	for _, tensor := range list {
		found, err := model.Find(tensor.Name)
		check(t, err == nil && found.Index == tensor.Index, "%s: %v", tensor.Name, err)
	}
}

func TestBytesInEveryWay(t *testing.T) {
	_, digests := expected(t, llama+".expected.json")
	inMemory, err := os.ReadFile(llama + "/model-00001-of-00004.safetensors")
	must(t, err)
	lent, err := weighbridge.OpenBytes(background, inMemory, nil)
	must(t, err)
	defer lent.Close()
	for i := range inMemory {
		inMemory[i] = 0 // The model has a copy.
	}
	read, mapped := open(t, llama, nil), open(t, llama, &weighbridge.OpenOptions{Map: true})
	for _, model := range []*weighbridge.Model{read, mapped, lent} {
		tensor, err := model.Find("model.embed_tokens.weight")
		must(t, err)
		err = tensor.View(func(b []byte) error {
			check(t, sum(b) == digests[tensor.Name], "view: other bytes")
			return nil
		})
		check(t, err == nil && model != read || errors.Is(err, weighbridge.ErrNotMapped) && model == read, "%v", err)
		buffer, err := tensor.Buffer(background)
		must(t, err)
		contents, err := buffer.Bytes()
		must(t, err)
		check(t, sum(contents) == digests[tensor.Name] && buffer.Len() == len(contents), "buffer: other bytes")
		part := make([]byte, 100)
		n, err := tensor.ReadAt(part, int64(tensor.Bytes)-50)
		check(t, n == 50 && err == io.EOF && bytes.Equal(part[:50], contents[len(contents)-50:]), "%d, %v", n, err)
		must(t, buffer.Close())
		_, err = buffer.Bytes()
		check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	}
}

func TestMetadata(t *testing.T) {
	want, _ := expected(t, golden+"/metadata.expected.json")
	model := open(t, golden+"/metadata.safetensors", nil)
	entries, err := model.Metadata()
	must(t, err)
	check(t, len(entries) == len(want.Metadata) && len(entries) > 0, "%+v", entries)
	for _, entry := range entries {
		found, err := model.FindMetadata(entry.Key)
		must(t, err)
		check(t, entry.Text == want.Metadata[entry.Key] && entry.Type == weighbridge.MetadataText && found == entry, "%+v", entry)
	}
}

func TestErrorsSayWhatTheyAre(t *testing.T) {
	_, err := weighbridge.Open(background, "no/such/model", nil)
	var e *weighbridge.Error
	check(t, errors.Is(err, weighbridge.ErrNotFound) && errors.Is(err, fs.ErrNotExist) && errors.As(err, &e), "%v", err)
	check(t, strings.Contains(e.Path, "no/such/model") && e.Status.String() == "WB_ERR_NOT_FOUND", "%+v", e)
	model := open(t, llama, nil)
	_, err = model.Find("nobody")
	check(t, errors.Is(err, weighbridge.ErrNotFound) && strings.Contains(err.Error(), "nobody"), "%v", err)
	for _, index := range []int{-1, model.TensorCount()} {
		_, err = model.Tensor(index)
		check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%d: %v", index, err)
		_, err = model.Load(background, &weighbridge.LoadOptions{Tensors: []int{index}})
		check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%d: %v", index, err)
	}
	_, err = weighbridge.OpenBytes(background, []byte("<!DOCTYPE html>"), nil)
	check(t, errors.Is(err, weighbridge.ErrUnsupported) || errors.Is(err, weighbridge.ErrFormat), "%v", err)
	_, err = weighbridge.Open(background, llama, &weighbridge.OpenOptions{MaxTensors: 3})
	check(t, errors.Is(err, weighbridge.ErrLimit), "%v", err)
	check(t, weighbridge.DType(9999).String() == "UNKNOWN" && weighbridge.NVFP4.String() == "NVFP4", "names of types")
	must(t, model.Close())
	must(t, model.Close())
	_, err = model.TensorList()
	check(t, errors.Is(err, fs.ErrClosed) && model.TensorCount() == 0 && model.Format() == "", "%v", err)
}

// What both modules have in common is the same.
func TestSharedFiles(t *testing.T) {
	for _, name := range []string{"handle.go", "view.go", "context.go"} {
		here, err := os.ReadFile(name)
		must(t, err)
		there, err := os.ReadFile("../" + name)
		must(t, err)
		check(t, bytes.Equal(here, there), "%s differs from that of the module with cgo: copy it", name)
	}
}

// A second process, because a library is loaded once.
func TestALibraryThatIsMissing(t *testing.T) {
	if os.Getenv("WITHOUT_LIBRARY") != "" {
		check(t, weighbridge.LoadLibrary("/no/such/library.so") != nil, "loaded")
		_, err := weighbridge.Open(background, llama, nil)
		check(t, err != nil && strings.Contains(err.Error(), "/no/such/library.so"), "%v", err)
		_, err = weighbridge.NewHost(weighbridge.HostOptions{})
		check(t, err != nil && weighbridge.F32.String() == "UNKNOWN", "%v", err)
		return
	}
	again := exec.Command(os.Args[0], "-test.run=TestALibraryThatIsMissing")
	again.Env = append(os.Environ(), "WITHOUT_LIBRARY=1")
	output, err := again.CombinedOutput()
	check(t, err == nil, "%v: %s", err, output)
}
