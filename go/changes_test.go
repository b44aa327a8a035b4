package weighbridge_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

func TestAModelKnowsWhenItsFilesChange(t *testing.T) {
	folder := copied(t, llama)
	model := open(t, folder, nil)
	must(t, model.Changed(background))
	tensor, err := model.Find("model.norm.weight")
	must(t, err)
	shard := folder + "/model-00001-of-00004.safetensors"
	must(t, os.Remove(shard))
	check(t, errors.Is(model.Changed(background), weighbridge.ErrChanged), "%v", model.Changed(background))
	_, err = io.ReadAll(tensor.Reader())
	must(t, err)
}

func TestMappedFilesThatAreTruncatedAreErrors(t *testing.T) {
	path := written(t, 4, 64<<10)
	model := open(t, path, &weighbridge.OpenOptions{Map: true})
	tensor, err := model.Find("layer.3.weight")
	must(t, err)
	placement := load(t, model, &weighbridge.LoadOptions{Target: weighbridge.TargetView})
	placed, err := placement.Find("layer.3.weight")
	must(t, err)
	buffer, err := tensor.Buffer(background)
	must(t, err)

	err = tensor.View(func(b []byte) error {
		must(t, os.Truncate(path, 4096))
		sum(b)
		return nil
	})
	check(t, errors.Is(err, weighbridge.ErrChanged) && strings.Contains(err.Error(), "layer.3.weight"), "%v", err)
	_, err = placed.ReadAt(make([]byte, 100), 0)
	check(t, errors.Is(err, weighbridge.ErrChanged), "%v", err)
	_, err = buffer.Bytes()
	check(t, errors.Is(err, weighbridge.ErrChanged), "%v", err)
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrChanged), "%v", err)
}

func TestAViewLetsOtherPanicsThrough(t *testing.T) {
	tensor, err := open(t, written(t, 1, 4), &weighbridge.OpenOptions{Map: true}).Find("layer.0.weight")
	must(t, err)
	defer func() { check(t, recover() == "mine", "another panic") }()
	_ = tensor.View(func([]byte) error { panic("mine") })
}

func TestFilesThatChangeAreErrorsInReadMode(t *testing.T) {
	path := written(t, 4, 64<<10)
	model := open(t, path, nil)
	tensor, err := model.Find("layer.3.weight")
	must(t, err)
	must(t, os.Truncate(path, 4096))
	_, err = tensor.ReadAt(make([]byte, 100), 0)
	check(t, errors.Is(err, weighbridge.ErrChanged) || errors.Is(err, weighbridge.ErrIO), "%v", err)
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrChanged), "%v", err)
}

// When a load has begun and before it reads anything, a file is truncated, or written in place, or another one is renamed over it.
func TestFilesThatChangeDuringALoad(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"truncated": func(path string) error { return os.Truncate(path, 4096) },
		"emptied":   func(path string) error { return os.Truncate(path, 0) },
		"written":   overwritten,
		"renamed":   func(path string) error { return os.Rename(written(t, 1, 1), path) },
	} {
		for _, hasThreads := range []bool{false, true} {
			path := written(t, 16, 16<<10)
			placement, err := loadWhile(t, path, hasThreads, change)
			if name != "renamed" {
				check(t, errors.Is(err, weighbridge.ErrChanged) || errors.Is(err, weighbridge.ErrIO), "%s: %v", name, err)
				continue
			}
			must(t, err) // The model keeps the file that it has opened.
			check(t, placement.TensorCount() == 16, "%d tensors", placement.TensorCount())
			must(t, placement.Close())
		}
	}
}

func overwritten(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.WriteAt([]byte("!"), 8192)
	return err
}

// loadWhile loads a model whose file is changed before its jobs are run.
func loadWhile(t *testing.T, path string, hasThreads bool, change func(path string) error) (*weighbridge.Placement, error) {
	jobs := make(chan func(), 10)
	host, err := weighbridge.NewHost(weighbridge.HostOptions{MaxThreads: 2, Go: func(job func()) { jobs <- job }})
	must(t, err)
	defer host.Close()
	if !hasThreads {
		host = nil
	}
	var once sync.Once
	return open(t, path, &weighbridge.OpenOptions{Host: host}).Load(background, &weighbridge.LoadOptions{Progress: func(weighbridge.Progress) {
		once.Do(func() {
			must(t, change(path))
			close(jobs)
			for job := range jobs {
				job()
			}
		})
	}})
}

func TestReplacedFilesCanBeRefused(t *testing.T) {
	path := written(t, 4, 1024)
	keeps, refuses := open(t, path, nil), open(t, path, &weighbridge.OpenOptions{RefuseReplaced: true})
	must(t, os.Rename(written(t, 2, 1024), path))
	load(t, keeps, nil)
	check(t, errors.Is(keeps.Changed(background), weighbridge.ErrChanged), "%v", keeps.Changed(background))
	_, err := refuses.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrChanged), "%v", err)
}
