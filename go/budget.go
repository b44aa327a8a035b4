package weighbridge

// #include "bridge.h"
import "C"

import "runtime/cgo"

// Budget bounds the memory for tensors, contents of files and buffers, whoever allocates it. Memory that the program gives to a load,
// and maps of files, are not counted. The functions are called on several goroutines at once.
type Budget struct {
	// Reserve asks for so many bytes of a CUDA device, or with HostDevice of the host, before they are allocated. If it returns
	// false or panics, the operation returns ErrOutOfMemory. It may wait, but then it holds a thread of the operating system.
	Reserve func(device uint32, bytes uint64) bool
	// Release takes back what Reserve has granted.
	Release func(device uint32, bytes uint64)
}

// hook sets the budget in the options of a host.
func (b *Budget) hook(a *arena, to *C.wb_context_options) {
	budget := structure[C.wb_budget](a)
	budget.struct_size = C.sizeof_wb_budget
	C.wbgo_budget(budget, C.uintptr_t(cgo.NewHandle(b)))
	to.budget = budget
}
