package weighbridge_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/weighbridge/weighbridge/go"
)

// trap makes one function of the program fail, and counts how often that has happened.
type trap struct {
	function string
	spring   func()
	sprung   atomic.Int64
}

func (p *trap) at(function string) {
	if function == p.function {
		p.sprung.Add(1)
		p.spring()
	}
}

type trappedBudget struct {
	account
	*trap
}

func (b *trappedBudget) Reserve(device uint32, bytes uint64) bool {
	b.at("Reserve")
	return b.account.Reserve(device, bytes)
}

func (b *trappedBudget) Release(device uint32, bytes uint64) {
	b.at("Release")
	b.account.Release(device, bytes)
}

type trappedPages struct {
	pages
	*trap
}

func (p *trappedPages) Allocate(bytes, alignment uintptr) unsafe.Pointer {
	p.at("Allocate")
	return p.pages.Allocate(bytes, alignment)
}

func (p *trappedPages) Free(memory unsafe.Pointer, bytes, alignment uintptr) {
	p.at("Free")
	p.pages.Free(memory, bytes, alignment)
}

type trappedFS struct {
	fs.FS
	*trap
}

func (f trappedFS) Open(name string) (fs.File, error) {
	f.at("FS.Open")
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return trappedFile{file, f.trap}, nil
}

type trappedFile struct {
	fs.File
	*trap
}

func (f trappedFile) Stat() (fs.FileInfo, error) {
	f.at("File.Stat")
	return f.File.Stat()
}

func (f trappedFile) ReadAt(p []byte, offset int64) (int, error) {
	f.at("File.ReadAt")
	return f.File.(io.ReaderAt).ReadAt(p, offset)
}

func (f trappedFile) ReadDir(n int) ([]fs.DirEntry, error) {
	f.at("File.ReadDir")
	return f.File.(fs.ReadDirFile).ReadDir(n)
}

func (f trappedFile) Close() error {
	f.at("File.Close")
	return f.File.Close()
}

// trapped is a host all of whose functions belong to a trap.
func trapped(t *testing.T, p *trap, most int) *weighbridge.Host {
	budget, memory := &trappedBudget{trap: p}, &trappedPages{trap: p}
	budget.limit.Store(1 << 30)
	options := weighbridge.HostOptions{
		FS: trappedFS{os.DirFS(golden), p}, Allocator: memory, Budget: budget, LogLevel: weighbridge.LogAll,
		Log:     func(weighbridge.LogRecord) { p.at("Log") },
		Metrics: func(weighbridge.Measurement) { p.at("Metrics") },
	}
	if options.MaxThreads = most; most > 0 {
		options.Go = func(job func()) { p.at("Go"); go job() }
	}
	return hosting(t, options)
}

// inTurn does everything that calls functions of a host, one after the other, and tells what each step has returned.
func inTurn(host *weighbridge.Host, p *trap, did func(step string, err error)) {
	step := func(name, function string, call func() error) bool {
		p.function = function
		err := call()
		p.function = ""
		did(name, err)
		return err == nil
	}
	function := p.function
	var model *weighbridge.Model
	opening := func() (err error) {
		model, err = weighbridge.Open(background, "tiny-llama", &weighbridge.OpenOptions{Host: host})
		return err
	}
	if !step("Open", function, opening) && opening() != nil {
		return
	}
	var placement *weighbridge.Placement
	loading := func() (err error) {
		placement, err = model.Load(background, nil)
		return err
	}
	if !step("Load", function, loading) && loading() != nil {
		return
	}
	tensor, _ := model.Tensor(0)
	step("Buffer", function, func() error {
		buffer, err := tensor.Buffer(background)
		if err == nil {
			err = buffer.Close()
		}
		return err
	})
	step("ReadAt", function, func() error { _, err := tensor.ReadAt(make([]byte, 8), 0); return err })
	step("Plan", function, func() error { _, err := model.Plan(background, nil); return err })
	step("Verify", function, func() error { _, err := model.Verify(background, nil); return err })
	step("Check", function, func() error { _, err := model.Check(background, nil); return err })
	step("Changed", function, func() error { return model.Changed(background) })
	step("Assets", function, func() error { _, err := model.Assets(background); return err })
	step("Placement.Close", function, placement.Close)
	step("Model.Close", function, model.Close)
}

var functionsOfAHost = []string{
	"Go", "FS.Open", "File.Stat", "File.ReadAt", "File.ReadDir", "File.Close", "Allocate", "Free", "Reserve", "Release", "Log", "Metrics",
}

// Whatever function panics, and wherever: the operation that it was called for returns an error that wraps the panic, and no other one.
func TestPanicsOfEveryFunctionOfAHostAreErrors(t *testing.T) {
	errMine := errors.New("mine")
	for _, most := range []int{0, 2} {
		for _, function := range functionsOfAHost {
			p := &trap{spring: func() { panic(errMine) }}
			host := trapped(t, p, most)
			p.function = function
			before := int64(0)
			inTurn(host, p, func(step string, err error) {
				now := p.sprung.Load()
				if now == before {
					check(t, err == nil, "%s, which has not called %s: %v", step, function, err)
					return
				}
				before = now
				var panicked *weighbridge.PanicError
				check(t, errors.As(err, &panicked) && errors.Is(err, errMine), "%s, after a panic of %s: %v", step, function, err)
				check(t, errors.Is(err, weighbridge.ErrCallback), "%s, after a panic of %s: %v", step, function, err)
				check(t, panicked != nil && strings.Contains(string(panicked.Stack), "trap"), "%s: the stack", step)
			})
			check(t, before > 0 || function == "Go" && most == 0, "%s was never called", function)
		}
	}
}

func TestFunctionsOfAHostMayEndTheirGoroutine(t *testing.T) {
	for _, most := range []int{0, 2} {
		for _, function := range functionsOfAHost {
			p := &trap{spring: runtime.Goexit}
			host := trapped(t, p, most)
			p.function = function
			before := int64(0)
			inTurn(host, p, func(step string, err error) {
				now := p.sprung.Load()
				check(t, (err != nil) == (now != before), "%s, with %d calls of %s: %v", step, now-before, function, err)
				check(t, err == nil || strings.Contains(err.Error(), "Goexit"), "%s: %v", step, err)
				before = now
			})
		}
	}
}

// Each function opens, verifies and loads another model while it is called.
func TestFunctionsOfAHostMayCallTheLibrary(t *testing.T) {
	for _, most := range []int{0, 2} {
		other := threads(t, most)
		for _, function := range functionsOfAHost {
			p := &trap{spring: func() {
				model := open(t, golden+"/numpy.safetensors", &weighbridge.OpenOptions{Host: other})
				_, err := model.Verify(background, nil)
				must(t, err)
				load(t, model, nil)
			}}
			host := trapped(t, p, most)
			p.function = function
			inTurn(host, p, func(step string, err error) { check(t, err == nil, "%s, with %s: %v", step, function, err) })
			check(t, p.sprung.Load() > 0 || function == "Go" && most == 0, "%s was never called", function)
		}
	}
}

// Loads of two models at once: only those of the model whose log panics fail.
func TestAPanicBelongsToItsOperation(t *testing.T) {
	for _, most := range []int{0, 2} {
		var armed atomic.Bool
		bad, good := written(t, 8, 1024), written(t, 8, 1024)
		host := hosting(t, weighbridge.HostOptions{MaxThreads: most, Log: func(r weighbridge.LogRecord) {
			if armed.Load() && strings.Contains(r.Message, filepath.Dir(bad)) {
				panic("about the bad one")
			}
		}})
		options := &weighbridge.OpenOptions{Host: host}
		models := map[string]*weighbridge.Model{bad: open(t, bad, options), good: open(t, good, options)}
		armed.Store(true)
		var all sync.WaitGroup
		for path, model := range models {
			path, model := path, model
			for i := 0; i < 4; i++ {
				all.Add(1)
				go func() {
					defer all.Done()
					for j := 0; j < 25; j++ {
						placement, err := model.Load(background, nil)
						check(t, (err != nil) == (path == bad), "%s: %v", path, err)
						if err == nil {
							placement.Close()
						}
					}
				}()
			}
		}
		all.Wait()
		armed.Store(false)
	}
}

// What fails by itself keeps its status.
func TestAPanicDoesNotHideWhyAnOperationHasFailed(t *testing.T) {
	host := hosting(t, weighbridge.HostOptions{Log: func(weighbridge.LogRecord) { panic("mine") }})
	_, err := weighbridge.Open(background, "no/such/model", &weighbridge.OpenOptions{Host: host})
	var panicked *weighbridge.PanicError
	check(t, errors.Is(err, weighbridge.ErrNotFound) && errors.As(err, &panicked), "%v", err)
}

func TestMetrics(t *testing.T) {
	var mutex sync.Mutex
	var all []weighbridge.Measurement
	host := hosting(t, weighbridge.HostOptions{MaxThreads: 2, Metrics: func(m weighbridge.Measurement) {
		mutex.Lock()
		defer mutex.Unlock()
		all = append(all, m)
	}})
	options := &weighbridge.OpenOptions{Host: host}
	model := open(t, llama, options)
	load(t, model, nil)
	_, err := model.Verify(background, nil)
	must(t, err)
	_, err = model.Check(background, nil)
	must(t, err)
	_, err = weighbridge.Open(background, "no/such/model", options)
	check(t, err != nil, "opened nothing")

	mutex.Lock()
	defer mutex.Unlock()
	var operations []string
	for i, m := range all {
		operations = append(operations, m.Operation)
		isLast := i == len(all)-1
		check(t, m.Time > 0 && len(m.Costs) > 0 && m.Costs[0].Stage != "", "%+v", m)
		check(t, strings.Contains(m.Model, "tiny-llama") != isLast && (m.Status == weighbridge.ErrNotFound) == isLast, "%+v", m)
		check(t, isLast || m.Status == 0, "%+v", m)
		if m.Operation == "load" {
			check(t, m.Bytes > 100_000 && len(m.Costs) >= 3, "%+v", m)
		}
	}
	check(t, strings.Join(operations, " ") == "open plan load verify check open", "%v", operations)
}

func TestTheLogTellsTheOperationsUnlessItIsToldMore(t *testing.T) {
	for level, most := range map[weighbridge.LogLevel]weighbridge.LogLevel{
		0: weighbridge.LogInfo, weighbridge.LogError: 0, weighbridge.LogAll: weighbridge.LogDebug,
	} {
		var highest weighbridge.LogLevel
		host := hosting(t, weighbridge.HostOptions{LogLevel: level, Log: func(r weighbridge.LogRecord) {
			if r.Level > highest {
				highest = r.Level
			}
		}})
		open(t, llama, &weighbridge.OpenOptions{Host: host})
		check(t, highest == most, "level %d: %d", level, highest)
	}
}

func TestAHostWithFiles(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	files := inMemory(t, llama, "models/llama")
	for _, most := range []int{0, 2} {
		host := hosting(t, weighbridge.HostOptions{MaxThreads: most, FS: files, PreferredRead: 1 << 20})
		options := &weighbridge.OpenOptions{Host: host, Verify: weighbridge.VerifyRequired}
		for _, path := range []string{"models/llama", "models/llama/model.safetensors.index.json"} {
			model := open(t, path, options)
			must(t, model.Changed(background))
			tensor, err := load(t, model, nil).Find("lm_head.weight")
			must(t, err)
			must(t, tensor.View(func(b []byte) error {
				check(t, sum(b) == byName["lm_head.weight"].Sha256, "other bytes")
				return nil
			}))
			asset, err := model.FindAsset(background, "config.json")
			must(t, err)
			check(t, asset.Bytes == uint64(len(files["models/llama/config.json"].Data)), "%+v", asset)
		}
		_, err := weighbridge.Open(background, llama, options)
		check(t, errors.Is(err, weighbridge.ErrFormat) && strings.Contains(err.Error(), ".."), "a path of the system: %v", err)
		// Others have files of their own.
		contents, err := os.ReadFile(golden + "/numpy.safetensors")
		must(t, err)
		model, err := weighbridge.OpenBytes(background, contents, &weighbridge.OpenOptions{Host: host})
		must(t, err)
		must(t, model.Close())
		model, err = weighbridge.OpenFS(background, os.DirFS(golden), "numpy.safetensors", &weighbridge.OpenOptions{Host: host})
		must(t, err)
		must(t, model.Close())
	}
}

func TestTheRootOfTheFilesOfAHost(t *testing.T) {
	host := hosting(t, weighbridge.HostOptions{FS: inMemory(t, llama, ".")})
	for _, path := range []string{"", "."} {
		check(t, open(t, path, &weighbridge.OpenOptions{Host: host}).TensorCount() == 39, "%q: other tensors", path)
	}
}

func TestErrorsOfTheFilesOfAHost(t *testing.T) {
	var fails atomic.Bool
	for _, most := range []int{0, 3} {
		fails.Store(false)
		host := hosting(t, weighbridge.HostOptions{MaxThreads: most, FS: flaky{inMemory(t, llama, "."), &fails}})
		model := open(t, ".", &weighbridge.OpenOptions{Host: host})
		fails.Store(true)
		var all sync.WaitGroup
		for i := 0; i < 200; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				_, err := model.Load(background, nil)
				check(t, errors.Is(err, weighbridge.ErrCallback) && errors.Is(err, errDisk), "%v", err)
			}()
		}
		all.Wait()
	}
}

func TestAMetricsFunctionSeesCancelledOperations(t *testing.T) {
	statuses := make(chan weighbridge.Status, 10)
	ctx, cancel := context.WithCancel(background)
	host := hosting(t, weighbridge.HostOptions{Metrics: func(m weighbridge.Measurement) { statuses <- m.Status }})
	_, err := weighbridge.Open(ctx, llama, &weighbridge.OpenOptions{Host: host, Progress: func(weighbridge.Progress) { cancel() }})
	check(t, errors.Is(err, context.Canceled), "%v", err)
	check(t, <-statuses == weighbridge.ErrCancelled, "another status")
}
