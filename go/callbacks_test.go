package weighbridge_test

import (
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

// reported calls every operation that reports its progress, with a function for that.
func reported(t *testing.T, host *weighbridge.Host, progress func(weighbridge.Progress)) map[string]error {
	t.Helper()
	model := open(t, llama, &weighbridge.OpenOptions{Host: host})
	_, opened := weighbridge.Open(background, llama, &weighbridge.OpenOptions{Host: host, Progress: progress})
	_, verified := model.Verify(background, &weighbridge.VerifyOptions{Progress: progress})
	_, checked := model.Check(background, &weighbridge.CheckOptions{Progress: progress})
	_, loaded := model.Load(background, &weighbridge.LoadOptions{Progress: progress})
	return map[string]error{"open": opened, "verify": verified, "check": checked, "load": loaded}
}

func TestPanicsOfProgressFunctionsAreErrors(t *testing.T) {
	errMine := errors.New("mine")
	for _, host := range []*weighbridge.Host{nil, threads(t, 2)} {
		for name, err := range reported(t, host, func(weighbridge.Progress) { panic(errMine) }) {
			var panicked *weighbridge.PanicError
			check(t, errors.As(err, &panicked) && panicked.Value == errMine && errors.Is(err, errMine), "%s: %v", name, err)
			check(t, strings.Contains(string(panicked.Stack), "TestPanicsOfProgressFunctionsAreErrors"), "%s", panicked.Stack)
			check(t, errors.Is(err, weighbridge.ErrCallback) && strings.Contains(err.Error(), "panic: mine"), "%s: %v", name, err)
		}
		for name, err := range reported(t, host, func(weighbridge.Progress) { runtime.Goexit() }) {
			check(t, errors.Is(err, weighbridge.ErrCallback) && strings.Contains(err.Error(), "Goexit"), "%s: %v", name, err)
		}
	}
}

// A panic at the last call comes too late to cancel anything, but is not lost.
func TestPanicsAtTheEndAreErrors(t *testing.T) {
	for _, host := range []*weighbridge.Host{nil, threads(t, 2)} {
		model := open(t, written(t, 8, 16), &weighbridge.OpenOptions{Host: host})
		_, err := model.Load(background, &weighbridge.LoadOptions{Progress: func(p weighbridge.Progress) {
			if p.DoneBytes == p.TotalBytes {
				panic("at the end")
			}
		}})
		check(t, err != nil && strings.Contains(err.Error(), "at the end"), "%v", err)
	}
}

func TestProgressFunctionsMayCallTheLibrary(t *testing.T) {
	for _, host := range []*weighbridge.Host{nil, threads(t, 2)} {
		calls := 0
		inside := func(weighbridge.Progress) {
			calls++
			model := open(t, llama, &weighbridge.OpenOptions{Host: host})
			_, err := model.Verify(background, nil)
			must(t, err)
			load(t, model, nil)
		}
		for name, err := range reported(t, host, inside) {
			check(t, err == nil, "%s: %v", name, err)
		}
		check(t, calls >= 4, "%d calls", calls)
	}
}

// outer is an fs.FS that uses the library itself for each file that is opened.
type outer struct {
	fs.FS
	t *testing.T
}

func (o outer) Open(name string) (fs.File, error) {
	load(o.t, open(o.t, llama, nil), &weighbridge.LoadOptions{Target: weighbridge.TargetNone, Tensors: []int{0}})
	return o.FS.Open(name)
}

func TestAnFSMayCallTheLibrary(t *testing.T) {
	model, err := weighbridge.OpenFS(background, outer{inMemory(t, llama, "."), t}, "", &weighbridge.OpenOptions{Host: threads(t, 2)})
	must(t, err)
	defer model.Close()
	load(t, model, nil)
}

func TestALogMayCallTheLibrary(t *testing.T) {
	var isInside atomic.Bool
	var calls atomic.Int64
	host, err := weighbridge.NewHost(weighbridge.HostOptions{MaxThreads: 2, LogLevel: weighbridge.LogAll, Log: func(weighbridge.LogRecord) {
		calls.Add(1)
		if isInside.CompareAndSwap(false, true) {
			defer isInside.Store(false)
			load(t, open(t, llama, nil), nil)
		}
	}})
	must(t, err)
	defer host.Close()
	load(t, open(t, llama, &weighbridge.OpenOptions{Host: host}), nil)
	check(t, calls.Load() > 0, "nothing was logged")
}
