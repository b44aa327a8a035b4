package weighbridge_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/weighbridge/weighbridge/go"
)

// gate is an fs.FS whose reads wait after it has been shut, until it is opened.
type gate struct {
	fs.FS
	isShut  atomic.Bool
	opened  chan struct{}
	waiting atomic.Int64
}

func newGate(fsys fs.FS) *gate { return &gate{FS: fsys, opened: make(chan struct{})} }

func (g *gate) shut() { g.isShut.Store(true) }

// await waits until so many reads wait.
func (g *gate) await(reads int64) {
	for g.waiting.Load() < reads {
		time.Sleep(time.Millisecond)
	}
}

func (g *gate) Open(name string) (fs.File, error) {
	file, err := g.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return gated{file, g}, nil
}

type gated struct {
	fs.File
	gate *gate
}

func (f gated) ReadAt(p []byte, offset int64) (int, error) {
	if f.gate.isShut.Load() {
		f.gate.waiting.Add(1)
		<-f.gate.opened
	}
	return f.File.(io.ReaderAt).ReadAt(p, offset)
}

func (f gated) ReadDir(n int) ([]fs.DirEntry, error) { return f.File.(fs.ReadDirFile).ReadDir(n) }

// inMemory is a folder as an fs.FS.
func inMemory(t testing.TB, folder, under string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	entries, err := os.ReadDir(folder)
	must(t, err)
	for _, entry := range entries {
		contents, err := os.ReadFile(path.Join(folder, entry.Name()))
		must(t, err)
		files[path.Join(under, entry.Name())] = &fstest.MapFile{Data: contents, ModTime: time.Unix(1, 0)}
	}
	return files
}

// oneWay is an fs.FS whose files can only be read from their start, as those of a zip archive.
type oneWay struct{ fs.FS }

func (o oneWay) Open(name string) (fs.File, error) {
	file, err := o.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if folder, ok := file.(fs.ReadDirFile); ok {
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return folder, nil
		}
	}
	return struct{ fs.File }{file}, nil
}

func TestModelsOfAnFS(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	files := inMemory(t, llama, "models/llama")
	for name, fsys := range map[string]fs.FS{
		"a map": files, "the disk": os.DirFS(golden + "/.."), "one way": oneWay{files},
	} {
		for _, entry := range []string{"", "/model.safetensors.index.json"} {
			folder := "models/llama"
			if name == "the disk" {
				folder = "golden/tiny-llama"
			}
			for _, host := range []*weighbridge.Host{nil, threads(t, 3)} {
				t.Run(fmt.Sprint(name, entry, host != nil), func(t *testing.T) {
					model, err := weighbridge.OpenFS(background, fsys, folder+entry,
						&weighbridge.OpenOptions{Host: host, Verify: weighbridge.VerifyRequired, Map: true, PreferredRead: 1 << 20})
					must(t, err)
					defer model.Close()
					placement := load(t, model, nil)
					tensor, err := placement.Find("lm_head.weight")
					must(t, err)
					must(t, tensor.View(func(b []byte) error {
						check(t, sum(b) == byName["lm_head.weight"].Sha256, "other bytes")
						return nil
					}))
				})
			}
		}
	}
}

func TestTheRootOfAnFS(t *testing.T) {
	for _, name := range []string{"", "."} {
		model, err := weighbridge.OpenFS(background, inMemory(t, llama, "."), name, nil)
		must(t, err)
		check(t, model.TensorCount() == 39, "%d tensors", model.TensorCount())
		_, err = model.Verify(background, nil)
		must(t, err)
		must(t, model.Close())
	}
	_, err := weighbridge.OpenFS(background, fstest.MapFS{}, "model.safetensors", nil)
	check(t, errors.Is(err, fs.ErrNotExist), "%v", err)
}

// broken is an fs.FS whose files fail to be read.
type broken struct {
	fs.FS
	read func() (int, error)
}

func (b broken) Open(name string) (fs.File, error) {
	if !strings.HasSuffix(name, ".safetensors") {
		return b.FS.Open(name)
	}
	file, err := b.FS.Open(name)
	return brokenFile{file, b.read}, err
}

type brokenFile struct {
	fs.File
	read func() (int, error)
}

func (b brokenFile) ReadAt([]byte, int64) (int, error) { return b.read() }

var errDisk = errors.New("the disk is on fire")

func TestErrorsAndPanicsOfAnFSComeBack(t *testing.T) {
	files := inMemory(t, llama, ".")
	_, err := weighbridge.OpenFS(background, broken{files, func() (int, error) { return 0, errDisk }}, "", nil)
	check(t, errors.Is(err, weighbridge.ErrCallback) && errors.Is(err, errDisk), "%v", err)
	check(t, strings.Contains(err.Error(), errDisk.Error()) && strings.Contains(err.Error(), "model-0000"), "%v", err)

	_, err = weighbridge.OpenFS(background, broken{files, func() (int, error) { panic(errDisk) }}, "", nil)
	var panicked *weighbridge.PanicError
	check(t, errors.As(err, &panicked) && errors.Is(err, errDisk), "%v", err)
	check(t, strings.Contains(string(panicked.Stack), "TestErrorsAndPanicsOfAnFSComeBack"), "%s", panicked.Stack)

	_, err = weighbridge.OpenFS(background, broken{files, func() (int, error) { return -1, nil }}, "", nil)
	check(t, err != nil, "a negative count is accepted")
	_, err = weighbridge.OpenFS(background, broken{files, func() (int, error) { return 1 << 40, nil }}, "", nil)
	check(t, errors.Is(err, weighbridge.ErrCallback), "%v", err)
}

func TestErrorsOfAnFSDuringALoad(t *testing.T) {
	var fails atomic.Bool
	files := inMemory(t, llama, ".")
	for _, host := range []*weighbridge.Host{nil, threads(t, 4)} {
		fails.Store(false)
		model, err := weighbridge.OpenFS(background, flaky{files, &fails}, "", &weighbridge.OpenOptions{Host: host})
		must(t, err)
		fails.Store(true)
		for i := 0; i < 200; i++ {
			_, err = model.Load(background, nil)
			check(t, errors.Is(err, weighbridge.ErrCallback) && errors.Is(err, errDisk), "%v", err)
		}
		_, err = model.Verify(background, nil)
		check(t, err != nil, "verified")
		tensor, err := model.Tensor(0)
		must(t, err)
		_, err = tensor.ReadAt(make([]byte, 8), 0)
		check(t, errors.Is(err, errDisk), "%v", err)
		_, err = tensor.Buffer(background)
		check(t, errors.Is(err, errDisk), "%v", err)
		must(t, model.Close())
	}
}

// flaky fails to read while the flag is set.
type flaky struct {
	fs.FS
	fails *atomic.Bool
}

func (f flaky) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return file, nil
	}
	return flakyFile{file, f.fails}, nil
}

type flakyFile struct {
	fs.File
	fails *atomic.Bool
}

func (b flakyFile) ReadAt(p []byte, offset int64) (int, error) {
	if b.fails.Load() {
		return 0, errDisk
	}
	return b.File.(io.ReaderAt).ReadAt(p, offset)
}

func TestFilesOfAnFSThatChangeAreNoticed(t *testing.T) {
	files := inMemory(t, llama, ".")
	model, err := weighbridge.OpenFS(background, files, "", nil)
	must(t, err)
	defer model.Close()
	for _, file := range files {
		file.ModTime = time.Unix(2, 0)
	}
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrChanged), "%v", err)
}

func TestLargeFilesThatCannotBeReadAtOffsetsAreRefused(t *testing.T) {
	large := fstest.MapFS{"model.safetensors": {Data: make([]byte, weighbridge.WholeFileLimit+1)}}
	_, err := weighbridge.OpenFS(background, oneWay{large}, "model.safetensors", nil)
	check(t, errors.Is(err, weighbridge.ErrCallback) && strings.Contains(err.Error(), "no ReadAt"), "%v", err)
}

// closing counts the files that are open.
type closing struct {
	fs.FS
	open *atomic.Int64
}

func (c closing) Open(name string) (fs.File, error) {
	file, err := c.FS.Open(name)
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	return counted{file, c.open}, nil
}

type counted struct {
	fs.File
	open *atomic.Int64
}

func (c counted) Close() error {
	c.open.Add(-1)
	return c.File.Close()
}
func (c counted) ReadAt(p []byte, offset int64) (int, error) {
	return c.File.(io.ReaderAt).ReadAt(p, offset)
}
func (c counted) ReadDir(n int) ([]fs.DirEntry, error) { return c.File.(fs.ReadDirFile).ReadDir(n) }

func TestEveryFileOfAnFSIsClosed(t *testing.T) {
	var count atomic.Int64
	model, err := weighbridge.OpenFS(background, closing{inMemory(t, llama, "."), &count}, "", nil)
	must(t, err)
	check(t, count.Load() > 0, "nothing is open")
	load(t, model, nil)
	must(t, model.Close())
	check(t, count.Load() == 0, "%d files are still open", count.Load())

	_, err = weighbridge.OpenFS(background, closing{fstest.MapFS{"a.safetensors": {Data: []byte("junk")}}, &count}, "", nil)
	check(t, err != nil, "opened junk")
	check(t, count.Load() == 0, "%d files are still open after a failure", count.Load())
}

func TestModelsOfBlobs(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	blobs := map[string][]byte{}
	for name, file := range inMemory(t, llama, "models/llama") {
		blobs[name] = append([]byte{}, file.Data...)
	}
	model, err := weighbridge.OpenBlobs(background, blobs, "models/llama", &weighbridge.OpenOptions{Verify: weighbridge.VerifyRequired})
	must(t, err)
	defer model.Close()
	for _, contents := range blobs {
		contents[0] ^= 0xff // The model has a copy.
	}
	load(t, model, nil)
	tensor, err := model.Find("lm_head.weight")
	must(t, err)
	must(t, tensor.View(func(b []byte) error {
		check(t, sum(b) == byName["lm_head.weight"].Sha256, "other bytes")
		return nil
	}))
	_, err = weighbridge.OpenBlobs(background, blobs, "models/llama", nil)
	check(t, errors.Is(err, weighbridge.ErrFormat), "%v", err)
	_, err = weighbridge.OpenBlobs(background, map[string][]byte{"../a": nil}, "", nil)
	check(t, errors.Is(err, weighbridge.ErrFormat), "%v", err)
	_, err = weighbridge.OpenBlobs(background, nil, "nothing", nil)
	check(t, errors.Is(err, weighbridge.ErrNotFound), "%v", err)
}

func TestModelsInMemoryAndInsideFiles(t *testing.T) {
	_, byName := expected(t, golden+"/numpy.expected.json")
	contents, err := os.ReadFile(golden + "/numpy.safetensors")
	must(t, err)
	model, err := weighbridge.OpenBytes(background, contents, &weighbridge.OpenOptions{Name: "numpy.safetensors"})
	must(t, err)
	defer model.Close()
	for i := range contents {
		contents[i] ^= 0xff // The model has a copy.
	}
	tensors, err := model.TensorList()
	must(t, err)
	for _, tensor := range tensors {
		must(t, tensor.View(func(b []byte) error {
			check(t, sum(b) == byName[tensor.Name].Sha256, "%s: other bytes", tensor.Name)
			return nil
		}))
	}
	_, err = weighbridge.OpenBytes(background, nil, nil)
	check(t, err != nil, "opened nothing")

	for i := range contents {
		contents[i] ^= 0xff
	}
	pak, err := os.CreateTemp(t.TempDir(), "pak")
	must(t, err)
	_, err = pak.Write(append(make([]byte, 1000), contents...))
	must(t, err)
	part, err := weighbridge.OpenFile(background, pak, 1000, weighbridge.ToEnd, nil)
	must(t, err)
	defer part.Close()
	must(t, pak.Close())
	tensor, err := part.Tensor(0)
	must(t, err)
	buffer, err := tensor.Buffer(background)
	must(t, err)
	read, err := buffer.Bytes()
	must(t, err)
	check(t, sum(read) == byName[tensor.Name].Sha256, "%s: other bytes", tensor.Name)
	_, err = weighbridge.OpenFile(background, pak, 1000, weighbridge.ToEnd, nil)
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	whole, err := os.Open(golden + "/numpy.safetensors")
	must(t, err)
	defer whole.Close()
	_, err = weighbridge.OpenFile(background, whole, 1<<60, 5, nil)
	check(t, errors.Is(err, weighbridge.ErrInvalidArgument), "%v", err)
}
