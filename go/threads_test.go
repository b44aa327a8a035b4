package weighbridge_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weighbridge/weighbridge/go"
)

// Two threads work for two hundred loads, and the goroutines that wait for the loads hold none.
func TestWaitingLoadsHoldNoThreads(t *testing.T) {
	const loads, workers = 200, 2
	slow := newGate(os.DirFS(llama))
	model, err := weighbridge.OpenFS(background, slow, shard, &weighbridge.OpenOptions{Host: threads(t, workers)})
	must(t, err)
	defer model.Close()
	plan, err := model.Plan(background, nil)
	must(t, err)
	defer plan.Close()
	slow.shut()
	before := osThreads(t)
	var all sync.WaitGroup
	for i := 0; i < loads; i++ {
		waits := make(chan struct{})
		all.Add(1)
		go func() {
			defer all.Done()
			var once sync.Once
			placement, err := model.Load(background, &weighbridge.LoadOptions{
				Progress: func(weighbridge.Progress) { once.Do(func() { close(waits) }) },
			})
			if err != nil {
				t.Error(err)
				return
			}
			placement.Close()
		}()
		<-waits
	}
	slow.await(workers)
	during := osThreads(t) - before
	check(t, slow.waiting.Load() == workers, "%d reads at once", slow.waiting.Load())
	t.Logf("%d loads wait, with %d threads more than before", loads, during)
	check(t, during < loads/4, "%d threads for %d loads", during, loads)
	close(slow.opened)
	all.Wait()
}

func osThreads(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("needs /proc")
	}
	return len(entries)
}

// hosted opens a model with a host whose work the program runs.
func hosted(t *testing.T, run func(job func())) *weighbridge.Model {
	t.Helper()
	host, err := weighbridge.NewHost(weighbridge.HostOptions{MaxThreads: 3, Go: run})
	must(t, err)
	t.Cleanup(func() { host.Close() })
	return open(t, llama, &weighbridge.OpenOptions{Host: host})
}

func TestTheProgramRunsTheWork(t *testing.T) {
	queue := make(chan func(), 100)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(queue)
	var ran atomic.Int64
	for i := 0; i < 2; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for job := range queue {
				job()
				job() // There is nothing left for it to do.
				ran.Add(1)
			}
		}()
	}
	for name, run := range map[string]func(job func()){
		"in a pool": func(job func()) { queue <- job },
		"at once":   func(job func()) { job() },
		"in a race": func(job func()) { go job(); go job() },
	} {
		t.Run(name, func(t *testing.T) {
			_, byName := expected(t, llama+".expected.json")
			model := hosted(t, run)
			tensors, err := load(t, model, nil).TensorList()
			must(t, err)
			for _, tensor := range tensors {
				must(t, tensor.View(func(b []byte) error {
					check(t, sum(b) == byName[tensor.Name].Sha256, "%s: other bytes", tensor.Name)
					return nil
				}))
			}
			_, err = model.Verify(background, nil)
			must(t, err)
		})
	}
	check(t, ran.Load() > 0, "the pool has done nothing")
}

// Jobs that are dropped do not keep a load from being cancelled, nor a verification from being done by its caller.
func TestJobsThatNobodyRuns(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	model := hosted(t, func(func()) { cancel() })
	_, err := model.Load(ctx, nil)
	check(t, errors.Is(err, context.Canceled), "%v", err)
	_, err = model.Verify(background, nil)
	must(t, err)
}

// Jobs that come while a load ends, or after it, do nothing: the load has its outcome, and what they would need is gone.
func TestJobsThatComeLate(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	var late []func()
	var mutex sync.Mutex
	var jobs sync.WaitGroup
	run := func(job func()) {
		mutex.Lock()
		defer mutex.Unlock()
		if late = append(late, job); len(late)%3 != 0 {
			jobs.Add(1)
			go func() { defer jobs.Done(); job() }()
		}
	}
	host := hosting(t, weighbridge.HostOptions{
		MaxThreads: 3, Go: run, LogLevel: weighbridge.LogAll, Log: func(weighbridge.LogRecord) {}, Allocator: &pages{},
	})
	model := open(t, llama, &weighbridge.OpenOptions{Host: host})
	for i := 0; i < 50; i++ {
		ctx, cancel := context.WithCancel(background)
		if i%5 == 0 {
			jobs.Add(1)
			go func() { defer jobs.Done(); cancel() }()
		}
		placement, err := model.Load(ctx, nil)
		cancel()
		check(t, err == nil || i%5 == 0 && errors.Is(err, context.Canceled), "%v", err)
		if err != nil {
			continue
		}
		tensor, err := placement.Find("lm_head.weight")
		must(t, err)
		must(t, tensor.View(func(b []byte) error {
			check(t, sum(b) == byName["lm_head.weight"].Sha256, "other bytes")
			return nil
		}))
		must(t, placement.Close())
	}
	jobs.Wait()
	must(t, model.Close())
	must(t, host.Close())
	for _, job := range late {
		job()
	}
}

func TestPanicsOfAnExecutorAreErrors(t *testing.T) {
	errMine := errors.New("mine")
	for name, run := range map[string]func(job func()){
		"instead of the job": func(func()) { panic(errMine) },
		"after the job":      func(job func()) { job(); panic(errMine) },
	} {
		model := hosted(t, run)
		_, err := model.Load(background, nil)
		check(t, errors.Is(err, weighbridge.ErrCallback) && errors.Is(err, errMine), "%s: %v", name, err)
		_, err = model.Verify(background, nil)
		check(t, errors.Is(err, weighbridge.ErrCallback) && errors.Is(err, errMine), "%s: %v", name, err)
	}
}
