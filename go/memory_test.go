package weighbridge_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"github.com/weighbridge/weighbridge/go"
)

// hosting creates a host.
func hosting(t testing.TB, options weighbridge.HostOptions) *weighbridge.Host {
	t.Helper()
	host, err := weighbridge.NewHost(options)
	must(t, err)
	t.Cleanup(func() { host.Close() })
	return host
}

// account is a budget that counts.
type account struct{ used, most, limit atomic.Int64 }

func (a *account) Reserve(device uint32, bytes uint64) bool {
	now := a.used.Add(int64(bytes))
	if device != weighbridge.HostDevice || bytes == 0 || now > a.limit.Load() {
		a.used.Add(-int64(bytes))
		return false
	}
	if now > a.most.Load() {
		a.most.Store(now)
	}
	return true
}

func (a *account) Release(_ uint32, bytes uint64) { a.used.Add(-int64(bytes)) }

func TestABudget(t *testing.T) {
	budget := &account{}
	budget.limit.Store(1 << 30)
	model := open(t, written(t, 4, 64<<10), &weighbridge.OpenOptions{Host: hosting(t, weighbridge.HostOptions{Budget: budget})})
	placement, err := model.Load(background, nil)
	must(t, err)
	check(t, budget.used.Load() >= 1<<20 && budget.most.Load() >= budget.used.Load(), "%d bytes are used", budget.used.Load())
	must(t, placement.Close())
	check(t, budget.used.Load() == 0, "%d bytes are still used", budget.used.Load())

	budget.limit.Store(1 << 10)
	_, err = model.Load(background, nil)
	check(t, errors.Is(err, weighbridge.ErrOutOfMemory), "%v", err)
	var panicked *weighbridge.PanicError
	check(t, !errors.As(err, &panicked), "%v", err)
}

// pages is an allocator of whole pages of the system.
type pages struct {
	mutex  sync.Mutex
	blocks map[unsafe.Pointer]block
	all    int
}

type block struct {
	mapped           []byte
	bytes, alignment uintptr
}

func (p *pages) Allocate(bytes, alignment uintptr) unsafe.Pointer {
	mapped, err := syscall.Mmap(-1, 0, int(bytes+alignment), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil
	}
	start := unsafe.Pointer(&mapped[0])
	start = unsafe.Add(start, -uintptr(start)%alignment)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.blocks == nil {
		p.blocks = map[unsafe.Pointer]block{}
	}
	p.blocks[start] = block{mapped, bytes, alignment}
	p.all++
	return start
}

func (p *pages) Free(memory unsafe.Pointer, bytes, alignment uintptr) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	b, isThere := p.blocks[memory]
	if !isThere || b.bytes != bytes || b.alignment != alignment {
		panic("this is not what was allocated")
	}
	delete(p.blocks, memory)
	syscall.Munmap(b.mapped)
}

// holds reports whether bytes lie in a block.
func (p *pages) holds(bytes []byte) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	first := uintptr(unsafe.Pointer(&bytes[0]))
	for start, b := range p.blocks {
		if first >= uintptr(start) && first+uintptr(len(bytes)) <= uintptr(start)+b.bytes {
			return true
		}
	}
	return false
}

func (p *pages) inUse() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return len(p.blocks)
}

func TestAnAllocator(t *testing.T) {
	_, byName := expected(t, llama+".expected.json")
	for _, most := range []int{0, 2} {
		memory := &pages{}
		model := open(t, llama, &weighbridge.OpenOptions{Host: hosting(t, weighbridge.HostOptions{MaxThreads: most, Allocator: memory})})
		placement, err := model.Load(background, nil)
		must(t, err)
		tensor, err := model.Find("lm_head.weight")
		must(t, err)
		buffer, err := tensor.Buffer(background)
		must(t, err)
		must(t, model.Close())
		list, err := placement.TensorList()
		must(t, err)
		views := []func(func([]byte) error) error{buffer.View}
		names := []string{tensor.Name}
		for _, placed := range list {
			views, names = append(views, placed.View), append(names, placed.Name)
		}
		for i, view := range views {
			must(t, view(func(b []byte) error {
				check(t, memory.holds(b) && sum(b) == byName[names[i]].Sha256, "%s: elsewhere, or other bytes", names[i])
				return nil
			}))
		}
		must(t, placement.Close())
		must(t, buffer.Close())
		check(t, memory.inUse() == 0 && memory.all > 0, "%d of %d blocks are still in use", memory.inUse(), memory.all)
	}
}

func TestModelsInMemoryThatTheProgramLends(t *testing.T) {
	_, byName := expected(t, golden+"/numpy.expected.json")
	contents, err := os.ReadFile(golden + "/numpy.safetensors")
	must(t, err)
	lent := mapped(t, len(contents))
	copy(lent, contents)
	var released atomic.Int64
	release := func() { released.Add(1) }
	model, err := weighbridge.OpenMemory(background, lent, release, &weighbridge.OpenOptions{Name: "numpy.safetensors"})
	must(t, err)
	tensor, err := model.Tensor(0)
	must(t, err)
	must(t, tensor.View(func(b []byte) error {
		check(t, sum(b) == byName[tensor.Name].Sha256 && &b[0] == &lent[tensor.Offset], "a copy, or other bytes")
		return nil
	}))
	buffer, err := tensor.Buffer(background)
	must(t, err)
	must(t, model.Close())
	check(t, released.Load() == 0, "the memory was given back under a buffer")
	must(t, buffer.Close())
	check(t, released.Load() == 1, "given back %d times", released.Load())

	done, cancel := context.WithCancel(background)
	cancel()
	for name, bad := range map[string]struct {
		ctx    context.Context
		memory []byte
		want   error
	}{
		"junk":        {background, lent[:20], weighbridge.ErrFormat},
		"the Go heap": {background, contents, weighbridge.ErrInvalidArgument},
		"too late":    {done, lent, context.Canceled},
	} {
		released.Store(0)
		_, err := weighbridge.OpenMemory(bad.ctx, bad.memory, release, nil)
		check(t, errors.Is(err, bad.want) && released.Load() == 1, "%s: %v; given back %d times", name, err, released.Load())
	}
	model, err = weighbridge.OpenMemory(background, lent, func() { panic("mine") }, nil)
	must(t, err)
	err = model.Close()
	check(t, errors.Is(err, weighbridge.ErrCallback) && strings.Contains(err.Error(), "mine"), "%v", err)
	model, err = weighbridge.OpenMemory(background, lent, nil, nil)
	must(t, err)
	must(t, model.Close())
}

// given is an allocator that gives what a function says.
type given func(bytes, alignment uintptr) unsafe.Pointer

func (g given) Allocate(bytes, alignment uintptr) unsafe.Pointer { return g(bytes, alignment) }
func (given) Free(unsafe.Pointer, uintptr, uintptr)              {}

func TestAllocatorsThatFail(t *testing.T) {
	kept := mapped(t, 1<<20)
	for _, bad := range []struct {
		name  string
		gives given
		want  error
		text  string
	}{
		{"nothing", func(uintptr, uintptr) unsafe.Pointer { return nil }, weighbridge.ErrOutOfMemory, "no memory"},
		{"memory of the Go heap", func(bytes, _ uintptr) unsafe.Pointer {
			return unsafe.Pointer(&make([]uint64, bytes/8+1)[0])
		}, weighbridge.ErrCallback, "Go heap"},
		{"what is not aligned", func(uintptr, uintptr) unsafe.Pointer { return unsafe.Pointer(&kept[1]) }, weighbridge.ErrCallback, "multiple"},
	} {
		for _, most := range []int{0, 2} {
			host := hosting(t, weighbridge.HostOptions{MaxThreads: most, Allocator: bad.gives})
			// Of memory, which is lent already: nothing is allocated before the load.
			contents, err := os.ReadFile(written(t, 4, 1024))
			must(t, err)
			model, err := weighbridge.OpenBytes(background, contents, &weighbridge.OpenOptions{Host: host})
			must(t, err)
			_, err = model.Load(background, nil)
			must(t, model.Close())
			check(t, errors.Is(err, bad.want) && strings.Contains(err.Error(), bad.text), "%s: %v", bad.name, err)
		}
	}
}
