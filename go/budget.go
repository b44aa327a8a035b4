package weighbridge

// #include "bridge.h"
import "C"

import "runtime/cgo"

// Budget bounds the memory for tensors, contents of files and buffers, whoever allocates it. Memory that the program gives to a load,
// and maps of files, are not counted. The methods are called on several goroutines at once.
type Budget interface {
	// Reserve asks for so many bytes of a CUDA device, or with HostDevice of the host, before they are allocated. If it returns
	// false, the operation returns ErrOutOfMemory. It may wait, for instance until another load has given something back, but then it
	// holds a thread of the operating system, and the context of the operation does not end it.
	Reserve(device uint32, bytes uint64) bool
	// Release takes back what Reserve has granted, after it has been freed.
	Release(device uint32, bytes uint64)
}

// hookBudget sets a budget in the options of a host.
func hookBudget(b Budget, a *arena, to *C.wb_context_options) {
	budget := structure[C.wb_budget](a)
	budget.struct_size = C.sizeof_wb_budget
	C.wbgo_budget(budget, C.uintptr_t(cgo.NewHandle(b)))
	to.budget = budget
}
