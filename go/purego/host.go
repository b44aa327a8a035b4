package weighbridge

import "unsafe"

// AllThreads as HostOptions.MaxThreads: one thread for each processor.
const AllThreads = -1

// Host is what the program provides to the library: threads. A nil *Host provides nothing: the calling goroutine does the work.
type Host struct {
	handle     *handle[object]
	hasThreads bool
}

// HostOptions says what the program provides. The zero value: nothing.
type HostOptions struct {
	// Threads that the library may create for all loads and verifications of the host together. 0: none, and the goroutine that calls
	// does the work. AllThreads: one for each processor.
	MaxThreads int
}

// NewHost creates a host. It may be closed as soon as models have been opened with it.
func NewHost(options HostOptions) (*Host, error) {
	if err := load(); err != nil {
		return nil, err
	}
	// AllThreads is WB_THREADS_ALL as well.
	o := contextOptions{structSize: unsafe.Sizeof(contextOptions{}), maxThreads: uint32(options.MaxThreads)}
	var host object
	if err := try(func(err *object) int32 { return c.contextCreate(&o, &host, err) }); err != nil {
		return nil, err
	}
	return &Host{own(host, "host", c.contextRelease), options.MaxThreads != 0}, nil
}

// Close frees the host once no model uses it any more. The error is nil.
func (h *Host) Close() error {
	if h != nil {
		h.handle.close()
	}
	return nil
}

// using calls a function with the C object, which is NULL for a nil host.
func (h *Host) using(f func(object) error) error {
	if h == nil {
		return f(nil)
	}
	return h.handle.using(f)
}
