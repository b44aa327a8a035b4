package weighbridge_test

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"github.com/weighbridge/weighbridge/go"
)

// Every open, plan and load is measured.
func ExampleHostOptions_metrics() {
	ctx := context.Background()
	host, err := weighbridge.NewHost(weighbridge.HostOptions{
		Metrics: func(m weighbridge.Measurement) { fmt.Println(m.Operation, m.Status.String()) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer host.Close()
	model, err := weighbridge.Open(ctx, "../tests/golden/tiny-llama", &weighbridge.OpenOptions{Host: host})
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
	// Output:
	// open WB_OK
	// plan WB_OK
	// load WB_OK
}

// All paths of a host are names in an fs.FS.
func ExampleHostOptions_files() {
	host, err := weighbridge.NewHost(weighbridge.HostOptions{FS: os.DirFS("../tests/golden")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer host.Close()
	model, err := weighbridge.Open(context.Background(), "tiny-llama", &weighbridge.OpenOptions{Host: host})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	fmt.Println(model.TensorCount(), "tensors")
	// Output: 39 tensors
}

// hugePages is an allocator of anonymous maps for which the system prefers huge pages.
type hugePages struct{}

func (hugePages) Allocate(bytes, alignment uintptr) unsafe.Pointer {
	const page = 4096
	if alignment > page {
		return nil // The default alignments are smaller.
	}
	memory, err := syscall.Mmap(-1, 0, int(bytes), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil
	}
	_ = syscall.Madvise(memory, syscall.MADV_HUGEPAGE) // A wish, which the system may refuse.
	return unsafe.Pointer(&memory[0])
}

func (hugePages) Free(memory unsafe.Pointer, bytes, _ uintptr) {
	_ = syscall.Munmap(unsafe.Slice((*byte)(memory), bytes)) // It cannot fail for what was mapped.
}

func ExampleAllocator() {
	ctx := context.Background()
	host, err := weighbridge.NewHost(weighbridge.HostOptions{Allocator: hugePages{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer host.Close()
	model, err := weighbridge.Open(ctx, "../tests/golden/tiny-llama", &weighbridge.OpenOptions{Host: host})
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
	fmt.Println(weights.TensorCount(), "tensors in memory of the program")
	// Output: 39 tensors in memory of the program
}
