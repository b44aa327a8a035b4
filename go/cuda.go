package weighbridge

// #include "bridge.h"
import "C"

import (
	"context"
	"unsafe"
)

// CUDAOptions says how tensors are placed on CUDA devices. The zero value: all tensors on device 0, in memory that the
// placement owns.
type CUDAOptions struct {
	// Ordinals of the devices; none: only device 0. Without routes each device gets every tensor.
	Devices []uint32
	// Which tensors go to which device. One that no route matches goes to all devices.
	Routes []Route
	// A CUstream or cudaStream_t of the primary context of one of the devices. The copies begin when the work that is in it at the
	// start of the load is done. 0: they do not wait.
	Stream uintptr
	// The load is done when the last copy has been submitted: see Placement.Fence and Placement.Wait.
	Async bool
}

// Route sends the tensors that a pattern matches to one CUDA device.
type Route struct {
	// Which tensors: a glob pattern, as in LoadOptions.Include.
	Pattern string
	// The ordinal of the device, one of CUDAOptions.Devices.
	Device uint32
}

// put writes the options to those of a plan.
func (o *CUDAOptions) put(a *arena, to *C.wb_plan_options) {
	c := structure[C.wb_cuda_options](a)
	c.struct_size = C.sizeof_wb_cuda_options
	c.devices, c.device_count = structures(a, o.Devices, func(to *C.uint32_t, d uint32) { *to = C.uint32_t(d) })
	c.routes, c.route_count = structures(a, o.Routes, func(to *C.wb_route, r Route) {
		*to = C.wb_route{struct_size: C.sizeof_wb_route, pattern: a.text(r.Pattern), device: C.uint32_t(r.Device)}
	})
	C.wbgo_stream(c, C.uintptr_t(o.Stream))
	if o.Async {
		c.flags = C.WB_CUDA_ASYNC
	}
	to.cuda = c
}

// UnknownBytes as CUDADevice.FreeBytes: a query would initialize the device.
const UnknownBytes = ^uint64(0)

// CUDADevice is a CUDA device of this machine.
type CUDADevice struct {
	// The name of the product.
	Name string
	// The PCI address, such as "0000:3b:00.0".
	PCI string
	// The UUID; zeros if the driver does not state it.
	UUID [16]byte
	// The size of its memory in bytes.
	MemoryBytes uint64
	// The free part of it in bytes, or UnknownBytes.
	FreeBytes uint64
	// Devices are numbered from 0 in the order of the CUDA runtime.
	Ordinal uint32
	// The compute capability.
	ComputeMajor, ComputeMinor uint32
	// The version of CUDA that the driver supports: 1000 * major + 10 * minor.
	DriverVersion uint32
}

// CUDADevices lists the CUDA devices. It may initialize the driver; if the context ends, CUDADevices returns, and that goes on in the
// background. ErrNotFound: there is no driver, or it has no device. ErrUnsupported: the library was built
// without CUDA. ErrDevice: the driver failed.
func CUDADevices(ctx context.Context) ([]CUDADevice, error) {
	return apart(ctx, cudaDevices, func([]CUDADevice) {})
}

func cudaDevices() ([]CUDADevice, error) {
	var list *C.wb_cuda_devices
	if err := try(func(err **C.wb_error) C.wb_status { return C.wb_cuda_devices_create(&list, err) }); err != nil {
		return nil, err
	}
	defer C.wb_cuda_devices_release(list)
	devices := make([]CUDADevice, C.wb_cuda_devices_count(list))
	for i := range devices {
		info := C.wb_cuda_device_info{struct_size: C.sizeof_wb_cuda_device_info}
		if status := C.wb_cuda_devices_info(list, C.size_t(i), &info); status != C.WB_OK {
			return nil, plain(status, "device", "")
		}
		devices[i] = CUDADevice{
			text(&info.name), text(&info.pci), *(*[16]byte)(unsafe.Pointer(&info.uuid)), uint64(info.memory_bytes),
			uint64(info.free_bytes), uint32(info.ordinal), uint32(info.compute_major), uint32(info.compute_minor),
			uint32(info.driver_version),
		}
	}
	return devices, nil
}
