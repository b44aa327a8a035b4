package weighbridge

// #include "bridge.h"
import "C"

import (
	"context"
	"os"
	"syscall"
	"unsafe"
)

// HostDevice as the Device of a placed tensor: it is in host memory.
const HostDevice = ^uint32(0)

// Placement holds the tensors that a load has placed. It never changes, and does not need the model any more.
type Placement struct{ handle *handle[*C.wb_placement] }

func newPlacement(object *C.wb_placement) *Placement {
	return &Placement{own(object, "placement", func(p *C.wb_placement) { C.wb_placement_release(p) })}
}

// Close frees the memory of the tensors, except memory that the caller gave. Work on a device that uses them must have completed
// before. Errors as for Model.Close.
func (p *Placement) Close() error { return closing(p.handle) }

// PlacedTensor is a tensor of a placement: contiguous and row-major. It keeps the placement reachable. As an io.ReaderAt it gives
// the bytes of its elements, if they are in host memory.
type PlacedTensor struct {
	// The name, as in the model.
	Name string
	// The type of the elements, which a cast may have changed.
	DType DType
	// The dimensions in elements, outermost first, which a slice may have changed.
	Shape []int64
	// The size in bytes.
	Bytes uint64
	// The index of the tensor in the model.
	Tensor int
	// The ordinal of the CUDA device; HostDevice: in host memory.
	Device uint32
	// On a device, the device pointer (CUdeviceptr), valid until the placement is closed.
	DeviceAddress uint64
	// Bytes from the start of the arena; for TargetView, from the start of the file. 0 on a device.
	Offset uint64

	placement *Placement
	index     C.size_t
}

// TensorCount returns the number of tensors, counted once for each device that has them.
func (p *Placement) TensorCount() int {
	count := 0
	_ = p.handle.using(func(c *C.wb_placement) error {
		count = int(C.wb_placement_tensor_count(c))
		return nil
	})
	return count
}

// Tensor returns the tensor with an index, from 0 to TensorCount()-1. They are in the order of LoadOptions.Tensors, or else in the
// order of the model, one device after the other.
func (p *Placement) Tensor(index int) (PlacedTensor, error) {
	return p.tensor("", func(*C.wb_placement) (C.size_t, C.wb_status) { return C.size_t(index), C.WB_OK })
}

// TensorList returns all tensors.
func (p *Placement) TensorList() ([]PlacedTensor, error) {
	all := make([]PlacedTensor, p.TensorCount())
	for i := range all {
		var err error
		if all[i], err = p.Tensor(i); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Find returns the tensor with a name; of several devices, on the first that has it. ErrNotFound: the placement does not have
// the tensor.
func (p *Placement) Find(name string) (PlacedTensor, error) {
	return p.tensor(name, func(c *C.wb_placement) (index C.size_t, status C.wb_status) {
		chars, n := lent(name)
		status = C.wb_placement_tensor_find(c, chars, n, &index)
		return index, status
	})
}

// FindOn returns the tensor with a name on one device, or with HostDevice in host memory. ErrNotFound: the device does not
// have the tensor.
func (p *Placement) FindOn(device uint32, name string) (PlacedTensor, error) {
	return p.tensor(name, func(c *C.wb_placement) (index C.size_t, status C.wb_status) {
		chars, n := lent(name)
		status = C.wb_placement_tensor_find_on(c, C.uint32_t(device), chars, n, &index)
		return index, status
	})
}

func (p *Placement) tensor(name string, find func(*C.wb_placement) (C.size_t, C.wb_status)) (PlacedTensor, error) {
	var tensor PlacedTensor
	err := p.handle.using(func(c *C.wb_placement) error {
		index, status := find(c)
		info := C.wb_placed_tensor_info{struct_size: C.sizeof_wb_placed_tensor_info}
		if status == C.WB_OK {
			status = C.wb_placement_tensor_info(c, index, &info)
		}
		if status != C.WB_OK {
			return plain(status, "placed tensor", name)
		}
		tensor = PlacedTensor{
			Name: text(&info.name), DType: DType(info.dtype), Shape: numbersOf((*int64)(info.shape), uint64(info.rank)),
			Bytes: uint64(info.bytes), Tensor: int(info.tensor), Device: uint32(info.device),
			DeviceAddress: uint64(info.device_address), Offset: uint64(info.offset), placement: p, index: index,
		}
		return nil
	})
	return tensor, err
}

// View lends the bytes of the elements without a copy. They may be used until the function returns, and must not be written. Errors
// are those of the function. ErrUnsupported: the tensor is on a device. ErrChanged: it is in a mapped file that another process
// has truncated.
func (t PlacedTensor) View(f func([]byte) error) error {
	if t.Device != HostDevice {
		return plain(C.WB_ERR_UNSUPPORTED, "reading from the host a tensor on a device,", t.Name)
	}
	return t.placement.handle.using(func(c *C.wb_placement) error {
		info := C.wb_placed_tensor_info{struct_size: C.sizeof_wb_placed_tensor_info}
		if status := C.wb_placement_tensor_info(c, t.index, &info); status != C.WB_OK {
			return plain(status, "placed tensor", t.Name)
		}
		return lend(bytesAt(unsafe.Pointer(info.data), uint64(info.bytes)), t.Name, f)
	})
}

// ReadAt copies bytes of the elements from an offset after their start. It implements io.ReaderAt. Errors as for View.
func (t PlacedTensor) ReadAt(p []byte, offset int64) (int, error) { return readFrom(t.View, p, offset) }

// Report returns what was checked while the tensors were loaded.
func (p *Placement) Report() (*Report, error) {
	var report *C.wb_report
	err := p.handle.using(func(c *C.wb_placement) error {
		return try(func(err **C.wb_error) C.wb_status { return C.wb_placement_report(c, &report, err) })
	})
	return takeReport(report), err
}

// Sealed returns the memory of a placement whose target is TargetSealed as a file, and its length in bytes. Another process that
// receives the file maps it, and finds each tensor at its Offset; nobody can write it. The caller closes the file, which stays valid
// without the placement. ErrInvalidArgument: the placement has another target.
func (p *Placement) Sealed() (*os.File, uint64, error) {
	var file *os.File
	var bytes C.uint64_t
	err := p.handle.using(func(c *C.wb_placement) error {
		var fd C.int32_t
		if status := C.wb_placement_sealed(c, &fd, &bytes); status != C.WB_OK {
			return plain(status, "sealed memory", "")
		}
		copied, err := duplicate(int(fd))
		if err != nil {
			return err
		}
		file = os.NewFile(uintptr(copied), "weighbridge: sealed memory")
		return nil
	})
	return file, uint64(bytes), err
}

// duplicate makes a descriptor that is closed on exec. The lock keeps a fork from coming between.
func duplicate(fd int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	copied, err := syscall.Dup(fd)
	if err != nil {
		return -1, os.NewSyscallError("dup", err)
	}
	syscall.CloseOnExec(copied)
	return copied, nil
}

// Fence makes work that is submitted to a stream from now on wait, on the device, until all bytes of the placement have arrived. Only
// needed after CUDAOptions.Async. The stream is a CUstream or cudaStream_t of a device of the placement; 0: the default streams
// of all of them. ErrDevice: the driver failed.
func (p *Placement) Fence(stream uintptr) error {
	return p.handle.using(func(c *C.wb_placement) error {
		return try(func(err **C.wb_error) C.wb_status { return C.wbgo_fence(c, C.uintptr_t(stream), err) })
	})
}

// Wait waits until all bytes of the placement have arrived. Only needed after CUDAOptions.Async. If the context ends, Wait returns;
// the copies go on. ErrDevice: a copy has failed, and the bytes are not valid.
func (p *Placement) Wait(ctx context.Context) error {
	_, err := watchedApart(ctx, func() (struct{}, error) {
		return struct{}{}, p.handle.using(func(c *C.wb_placement) error {
			return try(func(err **C.wb_error) C.wb_status { return C.wb_placement_wait(c, err) })
		})
	})
	return err
}
