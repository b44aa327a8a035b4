package weighbridge

// #include "bridge.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
)

// AllThreads as HostOptions.MaxThreads: one thread for each processor that the program may use, runtime.GOMAXPROCS(0).
const AllThreads = -1

// Host is what the program provides to the library: threads, a log and a budget for memory. It is the wb_context of the C interface,
// under another name because it has nothing to do with context.Context. A nil *Host provides nothing: the calling goroutine does
// the work.
type Host struct {
	handle  *handle[*C.wb_context]
	threads int
}

// HostOptions says what the program provides. The zero value: nothing.
type HostOptions struct {
	// How many threads of the operating system may work at once, for all loads and verifications of the host together. Goroutines
	// hold them while there is work. 0: none, and the goroutine that calls does the work. AllThreads: one for each processor.
	MaxThreads int
	// Runs the work elsewhere, such as in a worker pool of the program: it calls job later on any goroutine, or at once. A load
	// hands out up to MaxThreads jobs (0: as AllThreads), which share its work; if none of them is run, it ends only with its
	// context. If Go panics, the operation returns an error that wraps a PanicError. nil: goroutines of the host run the jobs.
	Go func(job func())
	// Receives the log; nil: there is none. It is called on several goroutines at once. A panic of it is ignored.
	Log func(LogRecord)
	// The most detailed level that is logged. 0: nothing.
	LogLevel LogLevel
	// Bounds the memory for tensors and buffers; nil: there is no bound.
	Budget *Budget
}

// NewHost creates a host. It may be closed as soon as models have been opened with it.
func NewHost(options HostOptions) (*Host, error) {
	if err := checkABI(); err != nil {
		return nil, err
	}
	var a arena
	defer a.free()
	threads := options.threads()
	c := C.wb_context_options{
		struct_size:   C.sizeof_wb_context_options,
		max_threads:   C.uint32_t(threads),
		log_max_level: C.uint32_t(options.LogLevel),
	}
	if threads > 0 {
		options.executor(threads).hook(&a, &c)
	}
	if options.Log != nil {
		C.wbgo_log(&c, C.uintptr_t(cgo.NewHandle(options.Log)))
	}
	if options.Budget != nil {
		options.Budget.hook(&a, &c)
	}
	var object *C.wb_context
	if err := try(func(err **C.wb_error) C.wb_status { return C.wb_context_create(&c, &object, err) }); err != nil {
		return nil, err
	}
	return &Host{own(object, "host", func(c *C.wb_context) { C.wb_context_release(c) }), threads}, nil
}

func (o *HostOptions) threads() int {
	if o.MaxThreads < 0 || o.MaxThreads == 0 && o.Go != nil {
		return runtime.GOMAXPROCS(0)
	}
	return o.MaxThreads
}

func (o *HostOptions) executor(threads int) executor {
	if o.Go != nil {
		return o.Go
	}
	return (&pool{most: threads}).run
}

// Close frees the host once no model uses it any more.
func (h *Host) Close() error {
	h.handle.close()
	return nil
}

// works reports whether there are others than the calling goroutine that do the work.
func (h *Host) works() bool { return h != nil && h.threads > 0 }

// using calls a function with the C object, which is NULL for a nil host.
func (h *Host) using(f func(*C.wb_context) error) error {
	if h == nil {
		return f(nil)
	}
	return h.handle.using(f)
}
