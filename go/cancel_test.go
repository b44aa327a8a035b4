package weighbridge_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weighbridge/weighbridge/go"
)

func TestContextsThatAreDoneStopEverything(t *testing.T) {
	model := open(t, llama, nil)
	tensor, err := model.Tensor(0)
	must(t, err)
	asset, err := model.FindAsset(background, "config.json")
	must(t, err)
	plan, err := model.Plan(background, nil)
	must(t, err)
	defer plan.Close()
	placement := load(t, model, nil)
	done, cancel := context.WithCancel(background)
	cancel()
	late, stop := context.WithDeadline(background, time.Now().Add(-time.Hour))
	defer stop()
	for _, ctx := range []context.Context{done, late} {
		for name, call := range map[string]func() error{
			"Open":         func() error { _, err := weighbridge.Open(ctx, llama, nil); return err },
			"OpenBytes":    func() error { _, err := weighbridge.OpenBytes(ctx, nil, nil); return err },
			"OpenBlobs":    func() error { _, err := weighbridge.OpenBlobs(ctx, nil, "", nil); return err },
			"OpenFS":       func() error { _, err := weighbridge.OpenFS(ctx, inMemory(t, llama, "."), "", nil); return err },
			"Verify":       func() error { _, err := model.Verify(ctx, nil); return err },
			"Check":        func() error { _, err := model.Check(ctx, nil); return err },
			"Plan":         func() error { _, err := model.Plan(ctx, nil); return err },
			"Changed":      func() error { return model.Changed(ctx) },
			"Assets":       func() error { _, err := model.Assets(ctx); return err },
			"FindAsset":    func() error { _, err := model.FindAsset(ctx, "config.json"); return err },
			"CUDADevices":  func() error { _, err := weighbridge.CUDADevices(ctx); return err },
			"Load":         func() error { _, err := model.Load(ctx, nil); return err },
			"Plan.Load":    func() error { _, err := plan.Load(ctx); return err },
			"Buffer":       func() error { _, err := tensor.Buffer(ctx); return err },
			"Asset.Buffer": func() error { _, err := asset.Buffer(ctx); return err },
			"Wait":         func() error { return placement.Wait(ctx) },
		} {
			err := call()
			check(t, errors.Is(err, weighbridge.ErrCancelled) && errors.Is(err, ctx.Err()), "%s: %v", name, err)
		}
	}
}

// tripwire is an fs.FS that calls a function after so many reads.
type tripwire struct {
	fs.FS
	left atomic.Int64
	trip atomic.Value
}

func (w *tripwire) set(reads int, trip func()) {
	w.trip.Store(trip)
	w.left.Store(int64(reads))
}

func (w *tripwire) Open(name string) (fs.File, error) {
	file, err := w.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if folder, ok := file.(fs.ReadDirFile); ok {
		return folder, nil
	}
	return wired{file, w}, nil
}

type wired struct {
	fs.File
	wire *tripwire
}

func (f wired) ReadAt(p []byte, offset int64) (int, error) {
	if f.wire.left.Add(-1) == 0 {
		f.wire.trip.Load().(func())()
		runtime.Gosched()
	}
	return f.File.(io.ReaderAt).ReadAt(p, offset)
}

// Every operation is cancelled after a random number of reads, a thousand times in all: before it begins, in the midst of it, or too
// late. It ends with the error of the context, or has not noticed.
func TestCancellingAtRandom(t *testing.T) {
	wire := &tripwire{FS: inMemory(t, llama, ".")}
	wire.set(0, func() {})
	random := rand.New(rand.NewSource(1))
	for name, host := range map[string]*weighbridge.Host{"alone": nil, "with threads": threads(t, 2)} {
		options := &weighbridge.OpenOptions{Host: host}
		model, err := weighbridge.OpenFS(background, wire, "", options)
		must(t, err)
		for operation, call := range map[string]func(context.Context) (io.Closer, error){
			"open":   func(ctx context.Context) (io.Closer, error) { return weighbridge.OpenFS(ctx, wire, "", options) },
			"verify": func(ctx context.Context) (io.Closer, error) { _, err := model.Verify(ctx, nil); return nil, err },
			"check":  func(ctx context.Context) (io.Closer, error) { _, err := model.Check(ctx, nil); return nil, err },
			"load":   func(ctx context.Context) (io.Closer, error) { return model.Load(ctx, nil) },
			"buffer": func(ctx context.Context) (io.Closer, error) { return buffer(ctx, model) },
		} {
			t.Run(name+"/"+operation, func(t *testing.T) {
				for i := 0; i < 100; i++ {
					cancelledAfter(t, wire, random.Intn(12), call)
				}
			})
		}
		must(t, model.Close())
	}
}

func cancelledAfter(t *testing.T, wire *tripwire, reads int, call func(context.Context) (io.Closer, error)) {
	t.Helper()
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	if reads == 0 {
		cancel()
	}
	wire.set(reads, cancel)
	result, err := call(ctx)
	if err != nil {
		check(t, errors.Is(err, weighbridge.ErrCancelled) && errors.Is(err, context.Canceled), "after %d reads: %v", reads, err)
		return
	}
	check(t, reads > 0, "it has succeeded with a context that is done")
	if result != nil {
		must(t, result.Close())
	}
}

func buffer(ctx context.Context, model *weighbridge.Model) (*weighbridge.Buffer, error) {
	tensor, err := model.Tensor(0)
	if err != nil {
		return nil, err
	}
	return tensor.Buffer(ctx)
}

// A read that C cannot cancel, and that waits for a file: the caller does not.
func TestBuffersDoNotKeepACallerWaiting(t *testing.T) {
	slow := newGate(inMemory(t, llama, "."))
	model, err := weighbridge.OpenFS(background, slow, shard, nil)
	must(t, err)
	slow.shut()
	ctx, cancel := context.WithCancel(background)
	go func() {
		slow.await(1)
		cancel()
	}()
	_, err = buffer(ctx, model)
	check(t, errors.Is(err, context.Canceled), "%v", err)
	must(t, model.Close()) // While the read still waits: the model is freed when it ends.
	close(slow.opened)
}

// A load that nothing works for yet, because the only thread waits for a file, ends with its context.
func TestLoadsThatHaveNotBegunAreCancelledAtOnce(t *testing.T) {
	slow := newGate(inMemory(t, llama, "."))
	model, err := weighbridge.OpenFS(background, slow, shard, &weighbridge.OpenOptions{Host: threads(t, 1)})
	must(t, err)
	defer model.Close()
	slow.shut()
	first := make(chan error, 1)
	go func() {
		placement, err := model.Load(background, nil)
		if err == nil {
			err = placement.Close()
		}
		first <- err
	}()
	slow.await(1)
	ctx, cancel := context.WithCancel(background)
	_, err = model.Load(ctx, &weighbridge.LoadOptions{Progress: func(weighbridge.Progress) { cancel() }})
	check(t, errors.Is(err, weighbridge.ErrCancelled) && errors.Is(err, context.Canceled), "%v", err)
	close(slow.opened)
	must(t, <-first)
}
