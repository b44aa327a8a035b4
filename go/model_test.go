package weighbridge_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"reflect"
	"sort"
	"strings"
	"syscall"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

func TestTensorsAreWhatTheWriterSays(t *testing.T) {
	for _, name := range []string{"tiny-llama", "dtypes.safetensors", "edge.safetensors", "metadata.safetensors"} {
		t.Run(name, func(t *testing.T) {
			want, byName := expected(t, golden+"/"+strings.TrimSuffix(name, ".safetensors")+".expected.json")
			model := open(t, golden+"/"+name, nil)
			files, err := model.Files()
			must(t, err)
			list, err := model.TensorList()
			must(t, err)
			check(t, len(list) == len(want.Tensors) && model.TensorCount() == len(list), "%d tensors", len(list))
			for i, tensor := range list {
				described(t, tensor, byName[tensor.Name])
				check(t, tensor.Index == i && tensor.Strides == nil, "%s: %+v", tensor.Name, tensor)
				if file := byName[tensor.Name].File; file != "" {
					check(t, files[tensor.File].Path == file, "%s: in %s", tensor.Name, files[tensor.File].Path)
				}
				found, err := model.Find(tensor.Name)
				must(t, err)
				check(t, reflect.DeepEqual(found, tensor), "%+v, found %+v", tensor, found)
			}
		})
	}
}

func described(t *testing.T, got weighbridge.Tensor, want expectedTensor) {
	t.Helper()
	check(t, got.DType.String() == want.DType, "%s: %v", got.Name, got.DType)
	check(t, got.Bytes == want.Bytes, "%s: %d bytes", got.Name, got.Bytes)
	check(t, len(got.Shape) == len(want.Shape), "%s: shape %v", got.Name, got.Shape)
	for i := range want.Shape {
		check(t, got.Shape[i] == want.Shape[i], "%s: shape %v", got.Name, got.Shape)
	}
	contents, err := io.ReadAll(got.Reader())
	must(t, err)
	check(t, sum(contents) == want.Sha256, "%s: other bytes", got.Name)
}

func TestBytesInEveryWay(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	read, mapped := open(t, llama, nil), open(t, llama, &weighbridge.OpenOptions{Map: true})
	for name, want := range byName {
		for _, model := range []*weighbridge.Model{read, mapped} {
			tensor, err := model.Find(name)
			must(t, err)
			buffer, err := tensor.Buffer(background)
			must(t, err)
			contents, err := buffer.Bytes()
			must(t, err)
			check(t, sum(contents) == want.Sha256 && buffer.Len() == len(contents), "%s: buffer", name)
			must(t, buffer.Close())
			_, err = buffer.Bytes()
			check(t, errors.Is(err, fs.ErrClosed), "%v", err)
		}
		tensor, err := mapped.Find(name)
		must(t, err)
		must(t, tensor.View(func(b []byte) error {
			check(t, sum(b) == want.Sha256, "%s: view", name)
			return nil
		}))
		tensor, err = read.Find(name)
		must(t, err)
		err = tensor.View(func([]byte) error { return nil })
		check(t, errors.Is(err, weighbridge.ErrNotMapped), "%v", err)
	}
}

func TestReadAtFollowsItsContract(t *testing.T) {
	tensor, err := open(t, llama, nil).Find("model.norm.weight")
	must(t, err)
	whole := make([]byte, tensor.Bytes)
	n, err := tensor.ReadAt(whole, 0)
	check(t, uint64(n) == tensor.Bytes && err == nil, "%d, %v", n, err)
	buffer, err := tensor.Buffer(background)
	must(t, err)
	for _, reader := range []io.ReaderAt{tensor, buffer} {
		beyond := make([]byte, 100)
		n, err = reader.ReadAt(beyond, int64(tensor.Bytes)-10)
		check(t, n == 10 && err == io.EOF && string(beyond[:10]) == string(whole[len(whole)-10:]), "%d, %v", n, err)
		n, err = reader.ReadAt(beyond, int64(tensor.Bytes))
		check(t, n == 0 && err == io.EOF, "%d, %v", n, err)
		n, err = reader.ReadAt(beyond, -1)
		check(t, n == 0 && errors.Is(err, weighbridge.ErrInvalidArgument), "%d, %v", n, err)
		n, err = reader.ReadAt(nil, 3)
		check(t, n == 0 && err == nil, "%d, %v", n, err)
	}
}

func TestABufferOutlivesItsModel(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	model := open(t, llama, &weighbridge.OpenOptions{Map: true})
	tensor, err := model.Find("lm_head.weight")
	must(t, err)
	buffer, err := tensor.Buffer(background)
	must(t, err)
	must(t, model.Close())
	contents, err := buffer.Bytes()
	must(t, err)
	check(t, sum(contents) == byName["lm_head.weight"].Sha256, "other bytes")
}

func TestMetadataAndAssets(t *testing.T) {
	want, _ := expected(t, golden+"/metadata.expected.json")
	model := open(t, golden+"/metadata.safetensors", nil)
	entries, err := model.Metadata()
	must(t, err)
	check(t, len(entries) == len(want.Metadata), "%+v", entries)
	for _, entry := range entries {
		check(t, entry.Text == want.Metadata[entry.Key] && entry.Type == weighbridge.MetadataText, "%+v", entry)
		found, err := model.FindMetadata(entry.Key)
		must(t, err)
		check(t, found == entry, "%+v", found)
	}

	model = open(t, llama, nil)
	asset, err := model.FindAsset(background, "config.json")
	must(t, err)
	buffer, err := asset.Buffer(background)
	must(t, err)
	contents, err := buffer.Bytes()
	must(t, err)
	onDisk, err := os.ReadFile(llama + "/config.json")
	must(t, err)
	check(t, string(contents) == string(onDisk) && asset.Bytes == uint64(len(onDisk)), "config.json: %d bytes", len(contents))
	assets, err := model.Assets(background)
	must(t, err)
	check(t, sort.SliceIsSorted(assets, func(i, j int) bool { return assets[i].Name < assets[j].Name }), "%+v", assets)
	check(t, len(assets) >= 4, "%+v", assets)
}

func TestErrorsSayWhatTheyAre(t *testing.T) {
	_, err := weighbridge.Open(background, "no/such/model", nil)
	check(t, errors.Is(err, weighbridge.ErrNotFound) && errors.Is(err, fs.ErrNotExist), "%v", err)
	check(t, !errors.Is(err, weighbridge.ErrFormat), "%v", err)
	var e *weighbridge.Error
	check(t, errors.As(err, &e) && strings.Contains(e.Path, "no/such/model"), "%+v", e)
	check(t, strings.Contains(err.Error(), "no/such/model") && !strings.Contains(err.Error(), "\n"), "%v", err)

	model := open(t, llama, nil)
	_, err = model.Find("lm_head.bias")
	check(t, errors.As(err, &e) && e.Status == weighbridge.ErrNotFound && e.Subject == "lm_head.bias", "%v", err)
	check(t, strings.Contains(err.Error(), "lm_head.bias"), "%v", err)
	_, err = model.Tensor(model.TensorCount())
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
	_, err = model.Tensor(-1)
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
	_, err = model.FindAsset(background, "")
	check(t, errors.Is(err, weighbridge.ErrNotFound), "%v", err)

	_, err = weighbridge.OpenBytes(background, []byte("<!DOCTYPE html>"), nil)
	check(t, errors.Is(err, weighbridge.ErrUnsupported) || errors.Is(err, weighbridge.ErrFormat), "%v", err)
	_, err = weighbridge.Open(background, llama, &weighbridge.OpenOptions{MaxTensors: 3})
	check(t, errors.Is(err, weighbridge.ErrLimit), "%v", err)
	check(t, weighbridge.ErrFormat.String() == "WB_ERR_FORMAT", "%v", weighbridge.ErrFormat)
}

func TestErrorsOfTheSystemAreItsOwn(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	folder := copied(t, llama)
	must(t, os.Chmod(folder+"/model-00001-of-00004.safetensors", 0))
	_, err := weighbridge.Open(background, folder, nil)
	check(t, errors.Is(err, weighbridge.ErrIO) && errors.Is(err, syscall.EACCES) && errors.Is(err, fs.ErrPermission), "%v", err)
}

func TestWhatTheLibraryIs(t *testing.T) {
	build := weighbridge.Build()
	check(t, strings.Count(build.Version, ".") == 2 && strings.Contains(build.Features, "safetensors"), "%+v", build)
	check(t, weighbridge.HasFeature("onnx") && !weighbridge.HasFeature("gguf-of-tomorrow"), "%+v", build)
	info, err := weighbridge.BF16.Info()
	must(t, err)
	check(t, info == weighbridge.DTypeInfo{Name: "BF16", Bits: 16, BlockElements: 1, BlockBytes: 2, Alignment: 2}, "%+v", info)
	_, err = weighbridge.DType(9999).Info()
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
	check(t, weighbridge.DType(9999).String() == "UNKNOWN", "%v", weighbridge.DType(9999))
	check(t, open(t, llama, nil).Format() == "safetensors", "format")
}
