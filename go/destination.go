package weighbridge

// #include "bridge.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Destination is memory of the program that a load fills: Memory on the host, or a range of one allocation of a CUDA device. It must
// stay allocated until the placement is closed; if the load fails, until the error has been returned. Its contents are unspecified
// meanwhile and after a failure.
type Destination struct {
	// The name of the tensor that is placed there; empty: an arena for all tensors of the host or of the device that have none of their
	// own. Plan.ArenaBytes gives its size.
	Tensor string
	// For TargetHost, the memory. C writes it while other Go code runs, so it must lie outside the Go heap (from C, syscall.Mmap and
	// so on), or be pinned by a runtime.Pinner all the time; other memory is ErrInvalidArgument. An arena must begin at a multiple
	// of the alignment; a tensor may be anywhere.
	Memory []byte
	// For TargetCUDA, the device pointer (CUdeviceptr), the bytes from there that may be written, and the ordinal of the device.
	Address, Bytes uint64
	Device         uint32
}

func (d Destination) put(a *arena, to *C.wb_destination) {
	*to = C.wb_destination{
		struct_size: C.sizeof_wb_destination, tensor: a.text(d.Tensor), address: C.uint64_t(d.Address),
		bytes: C.uint64_t(d.Bytes), device: C.uint32_t(d.Device),
	}
	if d.Memory != nil {
		to.address = C.uint64_t(uintptr(startOf(d.Memory)))
		to.bytes = C.uint64_t(len(d.Memory))
		to.device = C.WB_DEVICE_HOST
	}
}

// startOf is the address of memory. That of empty memory is never used.
func startOf(memory []byte) unsafe.Pointer {
	if len(memory) == 0 {
		return nil
	}
	return unsafe.Pointer(&memory[0])
}

// checkMemory refuses memory of the Go heap, which C may not keep.
func checkMemory(destinations []Destination) error {
	for _, d := range destinations {
		if mayBeKept(startOf(d.Memory)) {
			continue
		}
		return &Error{Status: ErrInvalidArgument, Subject: d.Tensor, Offset: NoOffset, Message: fmt.Sprintf(
			"the destination of %q is memory of the Go heap: allocate it in C or by mmap, or pin it", d.Tensor)}
	}
	return nil
}

// mayBeKept asks the check of cgo, which panics if it is given a pointer to a pointer to unpinned Go memory.
func mayBeKept(memory unsafe.Pointer) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	C.wbgo_check_memory(&memory)
	return true
}
