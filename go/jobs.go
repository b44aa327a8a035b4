package weighbridge

// #include "bridge.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"unsafe"
)

// executor runs jobs: HostOptions.Go, or that of a pool.
type executor func(job func())

// hook sets the executor in the options of a host. With it the library creates no threads, so there is nobody to call start and stop.
func (e executor) hook(a *arena, to *C.wb_context_options) {
	threads := structure[C.wb_threads](a)
	threads.struct_size = C.sizeof_wb_threads
	C.wbgo_threads(threads, C.uintptr_t(cgo.NewHandle(e)))
	to.threads = threads
}

// pool runs jobs on goroutines, which end when there are none.
type pool struct {
	most int

	mutex   sync.Mutex
	queue   []func()
	running int
}

func (p *pool) run(job func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.queue = append(p.queue, job)
	if p.running < p.most {
		p.running++
		go p.work()
	}
}

func (p *pool) work() {
	for job := p.next(); job != nil; job = p.next() {
		job()
	}
}

// next takes a job, or nil to end the goroutine.
func (p *pool) next() func() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.queue) == 0 {
		p.queue = nil
		p.running--
		return nil
	}
	job := p.queue[0]
	p.queue[0], p.queue = nil, p.queue[1:]
	return job
}

// job is a part of the work of a task. It is done once; one that nobody does is given back when it is unreachable.
type job struct {
	object  unsafe.Pointer
	starter *operation
}

func newJob(object *C.wb_job, starter *operation) *job {
	j := &job{unsafe.Pointer(object), starter}
	runtime.SetFinalizer(j, func(j *job) { C.wb_job_release(j.take()) })
	return j
}

// take returns the object, which then belongs to the caller; nil: somebody else has it.
func (j *job) take() *C.wb_job { return (*C.wb_job)(atomic.SwapPointer(&j.object, nil)) }

func (j *job) run() {
	object := j.take()
	if object == nil {
		return
	}
	_ = j.starter.on(func() error {
		C.wb_job_run(object)
		C.wb_job_release(object)
		return nil
	})
}
