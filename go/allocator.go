package weighbridge

// #include "bridge.h"
import "C"

import (
	"errors"
	"runtime/cgo"
	"unsafe"
)

// Allocator provides the memory for bulk data: arenas of tensors, contents of files and tensors that are read, and the buffers of loads.
// A load takes a few blocks in all, of up to PlanInfo.TargetBytes. Small objects come from elsewhere, and so does what is shared with
// others: maps of files, TargetSealed, and the pinned memory of copies to devices.
//
// C writes the memory while other Go code runs, and keeps pointers to it. So it must lie outside the Go heap: C.aligned_alloc,
// syscall.Mmap, memory of a device driver that the host can use. Memory of the Go heap is refused, unless it is pinned by a
// runtime.Pinner until it is freed. The garbage collector neither frees the memory nor sees how large it is.
//
// A block stays in use until Free is called with it, however long ago the operation has ended that asked for it: the last of the
// placements and buffers in it has been closed, or the collector has found it unreachable. Free may be called on any goroutine, also on
// one that the finalizers run on. All methods are called on several goroutines at once. They may call this package, but what then asks
// the same allocator must not wait for what the first call holds.
type Allocator interface {
	// Allocate returns so many bytes, at least one, at a multiple of an alignment, which is a power of two. They may have any
	// contents. nil: there is no memory, and the operation returns ErrOutOfMemory.
	Allocate(bytes, alignment uintptr) unsafe.Pointer
	// Free takes back what Allocate has returned for this number of bytes and this alignment. If it panics, the memory is lost.
	Free(memory unsafe.Pointer, bytes, alignment uintptr)
}

var errGoMemory = errors.New("the allocator has returned memory of the Go heap that is not pinned: allocate it in C or by mmap")

// hookAllocator sets an allocator in the options of a host.
func hookAllocator(from Allocator, a *arena, to *C.wb_context_options) {
	allocator := structure[C.wb_allocator](a)
	allocator.struct_size = C.sizeof_wb_allocator
	C.wbgo_allocator(allocator, C.uintptr_t(cgo.NewHandle(from)))
	to.allocator = allocator
}

// allocate asks an allocator, and refuses what C may not keep.
func allocate(from Allocator, bytes, alignment uintptr) (unsafe.Pointer, error) {
	memory := from.Allocate(bytes, alignment)
	if !mayBeKept(memory) {
		return nil, errGoMemory
	}
	return memory, nil
}
