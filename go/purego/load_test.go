package weighbridge_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	weighbridge "github.com/weighbridge/weighbridge/go/purego"
)

func TestLoadsGiveTheBytesOfTheFiles(t *testing.T) {
	want, digests := expected(t, llama+".expected.json")
	for name, options := range map[string]weighbridge.OpenOptions{
		"without threads": {},
		"with threads":    {Host: threads(t, 2), Verify: weighbridge.VerifyRequired},
		"all threads":     {Host: threads(t, weighbridge.AllThreads)},
		"mapped":          {Map: true},
	} {
		options := options
		model := open(t, llama, &options)
		load := &weighbridge.LoadOptions{Alignment: 128}
		if options.Map {
			load.Target = weighbridge.TargetView
		}
		placement, err := model.Load(background, load)
		must(t, err)
		must(t, model.Close())
		list, err := placement.TensorList()
		must(t, err)
		check(t, len(list) == len(want.Tensors) && placement.TensorCount() == len(list), "%s: %d tensors", name, len(list))
		for i, tensor := range list {
			check(t, tensor.Tensor == i && (options.Map || tensor.Offset%128 == 0), "%s: %+v", name, tensor)
			must(t, tensor.View(func(b []byte) error {
				check(t, sum(b) == digests[tensor.Name], "%s: %s: other bytes", name, tensor.Name)
				return nil
			}))
			contents, err := io.ReadAll(io.NewSectionReader(tensor, 0, int64(tensor.Bytes)))
			check(t, err == nil && sum(contents) == digests[tensor.Name], "%s: %s: ReadAt: %v", name, tensor.Name, err)
		}
		must(t, placement.Close())
		check(t, list[0].View(func([]byte) error { return nil }) != nil, "a closed placement has bytes")
	}
}

func TestSelections(t *testing.T) {
	model := open(t, llama, nil)
	placement, err := model.Load(background, &weighbridge.LoadOptions{Include: []string{"*.layers.0.*", "lm_head*"}})
	must(t, err)
	defer placement.Close()
	_, err = placement.Find("lm_head.weight")
	must(t, err)
	_, err = placement.Find("model.norm.weight")
	check(t, errors.Is(err, weighbridge.ErrNotFound), "%v", err)
	byIndex, err := model.Load(background, &weighbridge.LoadOptions{Tensors: []int{5, 2}})
	must(t, err)
	defer byIndex.Close()
	first, err := byIndex.Tensor(0)
	check(t, err == nil && first.Tensor == 5 && byIndex.TensorCount() == 2, "%+v, %v", first, err)
	checked, err := model.Load(background, &weighbridge.LoadOptions{Target: weighbridge.TargetNone})
	check(t, err == nil && checked.TensorCount() == 0, "%v", err)
	must(t, checked.Close())
	_, err = model.Load(background, &weighbridge.LoadOptions{Include: []string{"nothing*"}})
	check(t, errors.Is(err, weighbridge.ErrNotFound), "%v", err)
	_, err = model.Load(background, &weighbridge.LoadOptions{Target: weighbridge.TargetView})
	check(t, errors.Is(err, weighbridge.ErrNotMapped), "%v", err)
}

func TestVerification(t *testing.T) {
	report, err := open(t, llama, nil).Verify(background, nil)
	must(t, err)
	for _, line := range report.Lines {
		check(t, line.Outcome == weighbridge.Match && line.Covers && line.Source == "SHA256SUMS", "%+v", line)
		check(t, line.Expected == line.Actual && len(line.Expected) == 64 && line.Algorithm == "sha256", "%+v", line)
	}
	check(t, len(report.Lines) > 40, "%d lines", len(report.Lines))

	folder := copied(t, llama)
	const name = "model-00003-of-00004.safetensors"
	contents, err := os.ReadFile(folder + "/" + name)
	must(t, err)
	contents[len(contents)-1] ^= 1
	must(t, os.WriteFile(folder+"/"+name, contents, 0o644))
	must(t, os.WriteFile(folder+"/extra", nil, 0o644))
	must(t, os.Remove(folder+"/tokenizer.json"))
	report, err = open(t, folder, nil).Verify(background, &weighbridge.VerifyOptions{IgnoreMissing: true})
	check(t, errors.Is(err, weighbridge.ErrMismatch), "%v", err)
	for _, line := range report.Lines {
		if line.Kind == weighbridge.SubjectFile && line.Subject != "extra" {
			check(t, (line.Outcome == weighbridge.Mismatch) == (line.Subject == name), "%+v", line)
		}
	}
	_, err = open(t, folder, nil).Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrMismatch), "%v", err)

	must(t, os.Remove(folder+"/SHA256SUMS"))
	model := open(t, folder, &weighbridge.OpenOptions{Verify: weighbridge.VerifyRequired})
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrUnverified), "%v", err)
	trusted, err := os.ReadFile(llama + "/SHA256SUMS")
	must(t, err)
	_, err = open(t, folder, &weighbridge.OpenOptions{Manifest: trusted}).Verify(background, nil)
	check(t, errors.Is(err, weighbridge.ErrMismatch), "%v", err)
}

// A file without contents on the disk, of which a load takes a while.
func hollow(t *testing.T, bytes int64) string {
	t.Helper()
	header := fmt.Sprintf(`{"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}`, bytes, bytes)
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	path := t.TempDir() + "/model.safetensors"
	must(t, os.WriteFile(path, append(start, header...), 0o644))
	must(t, os.Truncate(path, int64(len(start)+len(header))+bytes))
	return path
}

// Two threads work for fifty loads, and the goroutines that wait for them hold none.
func TestWaitingLoadsHoldNoThreads(t *testing.T) {
	const loads = 50
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip(err)
	}
	running := func() int {
		entries, err := os.ReadDir("/proc/self/task")
		must(t, err)
		return len(entries)
	}
	model := open(t, hollow(t, 64<<20), &weighbridge.OpenOptions{Host: threads(t, 2)})
	before, most := running(), 0
	var all sync.WaitGroup
	var ended atomic.Int64
	for i := 0; i < loads; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			defer ended.Add(1)
			placement, err := model.Load(background, nil)
			if err != nil {
				t.Error(err)
				return
			}
			placement.Close()
		}()
		time.Sleep(time.Millisecond)
	}
	waiting := loads - ended.Load()
	for ended.Load() < loads {
		if now := running() - before; now > most {
			most = now
		}
		time.Sleep(time.Millisecond)
	}
	all.Wait()
	t.Logf("%d loads wait, with at most %d threads more than before", waiting, most)
	check(t, waiting > loads/2 && most < loads/2, "%d threads for %d loads", most, waiting)
}

func TestContextsCancel(t *testing.T) {
	model := open(t, llama, nil)
	tensor, err := model.Tensor(0)
	must(t, err)
	done, cancel := context.WithCancel(background)
	cancel()
	for name, call := range map[string]func(context.Context) error{
		"open":   func(ctx context.Context) error { _, err := weighbridge.Open(ctx, llama, nil); return err },
		"verify": func(ctx context.Context) error { _, err := model.Verify(ctx, nil); return err },
		"load":   func(ctx context.Context) error { _, err := model.Load(ctx, nil); return err },
		"buffer": func(ctx context.Context) error { _, err := tensor.Buffer(ctx); return err },
	} {
		err := call(done)
		check(t, errors.Is(err, weighbridge.ErrCancelled) && errors.Is(err, context.Canceled), "%s: %v", name, err)
		for i := 0; i < 25; i++ {
			ctx, cancel := context.WithCancel(background)
			go cancel()
			err := call(ctx)
			check(t, err == nil || errors.Is(err, weighbridge.ErrCancelled) && errors.Is(err, context.Canceled), "%s: %v", name, err)
		}
	}
}

func TestMappedFilesThatAreTruncatedAreErrors(t *testing.T) {
	folder := copied(t, llama)
	model := open(t, folder, &weighbridge.OpenOptions{Map: true})
	tensor, err := model.Find("lm_head.weight")
	must(t, err)
	files, err := model.Files()
	must(t, err)
	err = tensor.View(func(b []byte) error {
		must(t, os.Truncate(folder+"/"+files[tensor.File].Path, 0))
		sum(b)
		return nil
	})
	check(t, errors.Is(err, weighbridge.ErrChanged), "%v", err)
}

func TestGoroutinesAndTheCollector(t *testing.T) {
	_, digests := expected(t, llama+".expected.json")
	model := open(t, llama, &weighbridge.OpenOptions{Host: threads(t, 2)})
	list, err := model.TensorList()
	must(t, err)
	var all sync.WaitGroup
	for i := 0; i < 20; i++ {
		tensor := list[i]
		all.Add(1)
		go func() {
			defer all.Done()
			placement, err := model.Load(background, &weighbridge.LoadOptions{Tensors: []int{tensor.Index}})
			if err != nil {
				t.Error(err)
				return
			}
			placed, err := placement.Tensor(0)
			if err != nil {
				t.Error(err)
				return
			}
			runtime.GC() // The placement is closed by the collector, and not before its last use.
			err = placed.View(func(b []byte) error {
				if sum(b) != digests[tensor.Name] {
					return errors.New("other bytes")
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
}

func Example() {
	ctx := context.Background()
	model, err := weighbridge.Open(ctx, "../../tests/golden/tiny-llama", &weighbridge.OpenOptions{Verify: weighbridge.VerifyRequired})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	weights, err := model.Load(ctx, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer weights.Close()
	tensor, err := weights.Find("lm_head.weight")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tensor.Name, tensor.DType, tensor.Shape, tensor.Bytes, "bytes")
	// Output: lm_head.weight BF16 [512 64] 65536 bytes
}
