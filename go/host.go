package weighbridge

// #include "bridge.h"
import "C"

import (
	"io/fs"
	"runtime"
)

// AllThreads as HostOptions.MaxThreads: one thread for each processor that the program may use, runtime.GOMAXPROCS(0).
const AllThreads = -1

// Host is what the program provides to the library: threads, files, memory and a budget for it, a log and metrics. It is the wb_context of
// the C interface, under another name because it has nothing to do with context.Context. A nil *Host provides nothing: the calling
// goroutine does the work.
type Host struct {
	handle  *handle[*C.wb_context]
	threads int
	fsys    fs.FS
}

// HostOptions says what the program provides. The zero value: nothing.
type HostOptions struct {
	// How many threads of the operating system may work at once, for all loads and verifications of the host together. Goroutines
	// hold them while there is work. 0: none, and the goroutine that calls does the work. AllThreads: one for each processor.
	MaxThreads int
	// Runs the work elsewhere, such as in a worker pool of the program: it calls job later on any goroutine, or at once. A load
	// hands out up to MaxThreads jobs (0: as AllThreads), which share its work; if none of them is run, it ends only with its
	// context. A job that is run twice, or after its load has ended, does nothing. nil: goroutines of the host run the jobs.
	Go func(job func())
	// The files of the program, instead of those of the operating system: the path of Open is then the name of a file, an index, a
	// numbered set or a folder in it, and "" and "." are all of it. What OpenFS says of an fs.FS holds for this one too, except that
	// WholeFileLimit is for all models of the host together. Files that options name, such as OpenOptions.Memo, are those of the
	// operating system.
	FS fs.FS
	// For FS: as OpenOptions.PreferredRead.
	PreferredRead uint64
	// Provides the memory for tensors and buffers; nil: the library maps it.
	Allocator Allocator
	// Bounds the memory for tensors and buffers; nil: there is no bound.
	Budget Budget
	// Receives the log; nil: there is none. It is called on several goroutines at once.
	Log func(LogRecord)
	// The most detailed level that is logged. 0: LogInfo.
	LogLevel LogLevel
	// Receives what each operation has cost, when it has ended; nil: nothing does. It is called on several goroutines at once, and before
	// the operation returns.
	Metrics func(Measurement)
}

// NewHost creates a host. It may be closed as soon as models have been opened with it.
func NewHost(options HostOptions) (*Host, error) {
	if err := checkABI(); err != nil {
		return nil, err
	}
	var a arena
	defer a.free()
	threads := options.threads()
	c := C.wb_context_options{struct_size: C.sizeof_wb_context_options, max_threads: C.uint32_t(threads)}
	if threads > 0 {
		options.executor(threads).hook(&a, &c)
	}
	options.hook(&a, &c)
	var object *C.wb_context
	if err := try(func(err **C.wb_error) C.wb_status { return C.wb_context_create(&c, &object, err) }); err != nil {
		return nil, err
	}
	return &Host{own(object, "host", func(c *C.wb_context) { C.wb_context_release(c) }), threads, options.FS}, nil
}

// hook sets what the program provides besides threads.
func (o *HostOptions) hook(a *arena, to *C.wb_context_options) {
	if o.FS != nil {
		to.io = (&hostFiles{fsys: o.FS}).inC(a, o.PreferredRead)
	}
	if o.Allocator != nil {
		hookAllocator(o.Allocator, a, to)
	}
	if o.Budget != nil {
		hookBudget(o.Budget, a, to)
	}
	if o.Log != nil {
		hookLog(o.Log, o.LogLevel, to)
	}
	if o.Metrics != nil {
		hookMetrics(o.Metrics, a, to)
	}
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

// Close frees the host once no model uses it any more. The error is nil.
func (h *Host) Close() error {
	if h != nil {
		h.handle.close()
	}
	return nil
}

// works reports whether there are others than the calling goroutine that do the work.
func (h *Host) works() bool { return h != nil && h.threads > 0 }

// hasFiles reports whether paths are names of files of the program.
func (h *Host) hasFiles() bool { return h != nil && h.fsys != nil }

// using calls a function with the C object, which is NULL for a nil host.
func (h *Host) using(f func(*C.wb_context) error) error {
	if h == nil {
		return f(nil)
	}
	return h.handle.using(f)
}
