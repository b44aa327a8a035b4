package weighbridge_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weighbridge/weighbridge/go"
)

func TestAHundredGoroutinesUseOneModel(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	model := open(t, llama, &weighbridge.OpenOptions{Host: threads(t, 2), Map: true})
	list, err := model.TensorList()
	must(t, err)
	ways := []func(weighbridge.Tensor, func([]byte) error) error{weighbridge.Tensor.View, buffered, placed(model)}
	var all sync.WaitGroup
	for i := 0; i < 100; i++ {
		tensor, way := list[i%len(list)], ways[i%len(ways)]
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 5; j++ {
				err := way(tensor, func(b []byte) error {
					check(t, sum(b) == byName[tensor.Name].Sha256, "%s: other bytes", tensor.Name)
					return nil
				})
				check(t, err == nil, "%s: %v", tensor.Name, err)
			}
		}()
	}
	all.Wait()
}

func buffered(tensor weighbridge.Tensor, f func([]byte) error) error {
	buffer, err := tensor.Buffer(background)
	if err != nil {
		return err
	}
	defer buffer.Close()
	return buffer.View(f)
}

func placed(model *weighbridge.Model) func(weighbridge.Tensor, func([]byte) error) error {
	return func(tensor weighbridge.Tensor, f func([]byte) error) error {
		placement, err := model.Load(background, &weighbridge.LoadOptions{Tensors: []int{tensor.Index}})
		if err != nil {
			return err
		}
		defer placement.Close()
		loaded, err := placement.Find(tensor.Name)
		if err != nil {
			return err
		}
		return loaded.View(f)
	}
}

func ignored([]byte) error { return nil }

func TestCloseMayRaceWithEverything(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	host := threads(t, 1)
	for round := 0; round < 30; round++ {
		model, err := weighbridge.Open(background, llama, &weighbridge.OpenOptions{Host: host, Map: true})
		must(t, err)
		tensor, err := model.Tensor(round)
		must(t, err)
		calls := []func() error{
			func() error { _, err := model.TensorList(); return err },
			func() error { _, err := model.Find(tensor.Name); return err },
			func() error { return tensor.View(ignored) },
			func() error { return buffered(tensor, ignored) },
			func() error { _, err := model.Metadata(); return err },
			func() error { _, err := model.Verify(background, nil); return err },
			func() error { return placed(model)(tensor, ignored) },
		}
		var all sync.WaitGroup
		for i := 0; i < 20; i++ {
			call := calls[i%len(calls)]
			all.Add(1)
			go func() {
				defer all.Done()
				if err := call(); err != nil && !errors.Is(err, fs.ErrClosed) {
					t.Error(err)
				}
			}()
		}
		for i := 0; i < 2; i++ {
			time.AfterFunc(time.Duration(random.Intn(3000))*time.Microsecond, func() { model.Close() })
		}
		all.Wait()
		must(t, model.Close())
	}
}

func TestWhatIsClosedSaysSo(t *testing.T) {
	host := threads(t, 1)
	must(t, host.Close())
	_, err := weighbridge.Open(background, llama, &weighbridge.OpenOptions{Host: host})
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)

	model := open(t, llama, nil)
	placement := load(t, model, nil)
	tensor, err := placement.Tensor(0)
	must(t, err)
	must(t, model.Close())
	must(t, model.Close())
	must(t, placement.Close())
	must(t, placement.Close())
	_, err = model.Info()
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	check(t, model.TensorCount() == 0 && model.Format() == "" && placement.TensorCount() == 0, "a closed model has tensors")
	check(t, errors.Is(tensor.View(ignored), fs.ErrClosed), "a closed placement has bytes")
}

func TestEverythingMayBeClosedAgain(t *testing.T) {
	host := hosting(t, weighbridge.HostOptions{})
	model := open(t, llama, &weighbridge.OpenOptions{Host: host})
	plan, err := model.Plan(background, nil)
	must(t, err)
	placement, err := plan.Load(background)
	must(t, err)
	tensor, err := model.Tensor(0)
	must(t, err)
	bytes, err := tensor.Buffer(background)
	must(t, err)
	var nobody *weighbridge.Host
	for _, closer := range []io.Closer{
		host, model, plan, placement, bytes, nobody,
		&weighbridge.Host{}, &weighbridge.Model{}, &weighbridge.Plan{}, &weighbridge.Placement{}, &weighbridge.Buffer{},
	} {
		must(t, closer.Close())
		must(t, closer.Close())
	}
	_, err = weighbridge.Open(background, llama, &weighbridge.OpenOptions{Host: host})
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	_, err = new(weighbridge.Model).Info()
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	_, err = new(weighbridge.Plan).Load(background)
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	_, err = new(weighbridge.Buffer).Bytes()
	check(t, errors.Is(err, fs.ErrClosed), "%v", err)
	check(t, new(weighbridge.Placement).TensorCount() == 0, "a zero value has tensors")
}

// A function holds what it uses: the object is freed when it returns.
func TestCloseInsideAView(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	model := open(t, llama, &weighbridge.OpenOptions{Map: true})
	tensor, err := model.Find("lm_head.weight")
	must(t, err)
	must(t, tensor.View(func(b []byte) error {
		must(t, model.Close())
		check(t, sum(b) == byName["lm_head.weight"].Sha256, "other bytes")
		return nil
	}))
	check(t, errors.Is(tensor.View(ignored), fs.ErrClosed), "it is not closed")
}

// What nobody closes is freed by the collector: the fs.FS of a model sees its files closed, and the log its function dropped.
func TestWhatNobodyClosesIsFreed(t *testing.T) {
	var files atomic.Int64
	var dropped atomic.Bool
	func() {
		logged := new([1 << 10]byte)
		runtime.SetFinalizer(logged, func(*[1 << 10]byte) { dropped.Store(true) })
		host, err := weighbridge.NewHost(weighbridge.HostOptions{
			MaxThreads: 1, LogLevel: weighbridge.LogAll, Log: func(weighbridge.LogRecord) { logged[0]++ },
		})
		must(t, err)
		model, err := weighbridge.OpenFS(background, closing{inMemory(t, llama, "."), &files}, "", &weighbridge.OpenOptions{Host: host})
		must(t, err)
		check(t, files.Load() > 0, "nothing is open")
		plan, err := model.Plan(background, nil)
		must(t, err)
		placement, err := plan.Load(background)
		must(t, err)
		tensor, err := placement.Tensor(0)
		must(t, err)
		must(t, tensor.View(func([]byte) error { runtime.GC(); return nil }))
	}()
	for i := 0; i < 500 && (files.Load() > 0 || !dropped.Load()); i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	check(t, files.Load() == 0 && dropped.Load(), "%d files are open; the log is dropped: %v", files.Load(), dropped.Load())
}

// A tensor keeps its model from the collector.
func TestTensorsKeepTheirModel(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	tensor := func() weighbridge.Tensor {
		model, err := weighbridge.Open(background, llama, &weighbridge.OpenOptions{Map: true})
		must(t, err)
		tensor, err := model.Find("lm_head.weight")
		must(t, err)
		return tensor
	}()
	for i := 0; i < 5; i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	must(t, tensor.View(func(b []byte) error {
		check(t, sum(b) == byName[tensor.Name].Sha256, "other bytes")
		return nil
	}))
}
