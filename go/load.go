package weighbridge

// #include "bridge.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"time"
)

// progressInterval is how often the progress of a load is reported.
const progressInterval = 50 * time.Millisecond

// Load loads the model: it plans the load and carries it out. Errors as for Plan and Plan.Load.
func (m *Model) Load(ctx context.Context, options *LoadOptions) (*Placement, error) {
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	plan, err := m.Plan(options)
	if err != nil {
		return nil, err
	}
	defer plan.Close()
	return plan.Load(ctx)
}

// Load makes one pass over the bytes: each is read once, checked and placed. A plan may be loaded several times, also at once.
//
// If the host allows threads, they do the work, and Load waits without a thread of the operating system, so a thousand loads may
// wait at once. Otherwise this goroutine does the work and holds its thread until the end. If the context ends, the load is cancelled,
// and Load returns when nothing works for it any more.
//
// ErrOutOfMemory: there is not enough memory. ErrMismatch: bytes differ from what a manifest expects. ErrChanged: a file has been
// written since it was opened. ErrIO and ErrCallback: reading has failed. For devices also ErrNotFound: there is no driver, or no such
// device, and ErrDevice: the driver failed.
func (p *Plan) Load(ctx context.Context) (*Placement, error) {
	o, err := begin(ctx, p.progress)
	if err != nil {
		return nil, err
	}
	defer o.end()
	object, err := p.load(o)
	if err = o.outcome(err, p.model.files); err != nil {
		C.wb_placement_release(object)
		return nil, err
	}
	return newPlacement(object), nil
}

func (p *Plan) load(o *operation) (*C.wb_placement, error) {
	var task *C.wb_task
	err := p.handle.using(func(c *C.wb_plan) error {
		return try(func(err **C.wb_error) C.wb_status { return C.wbgo_plan_start(c, o.number(), &task, err) })
	})
	if err != nil {
		return nil, err
	}
	// Cancels a task that has not ended, and waits for those who work on it.
	defer C.wb_task_release(task)

	if p.model.hasWorkers {
		err = o.await(task)
	} else {
		err = o.work(task)
	}
	if err != nil {
		return nil, err
	}
	var object *C.wb_placement
	err = try(func(err **C.wb_error) C.wb_status { return C.wb_task_finish(task, &object, err) })
	return object, err
}

// work does the work of a task on this goroutine.
func (o *operation) work(task *C.wb_task) error {
	stop := whenDone(o.ctx, func() { C.wb_task_cancel(task) })
	defer stop()
	return try(func(err **C.wb_error) C.wb_status { return C.wbgo_task_wait(task, o.number(), err) })
}

// await waits until others have done the work of a task, or the operation is cancelled.
func (o *operation) await(task *C.wb_task) error {
	if o.failed != nil {
		return plain(C.WB_ERR_CANCELLED, "the load", "") // The executor has failed.
	}
	ended := make(chan struct{})
	channel := cgo.NewHandle(ended)
	if status := C.wbgo_task_on_end(task, C.uintptr_t(channel)); status != C.WB_OK {
		channel.Delete()
		return plain(status, "the task", "")
	}
	ticks, stop := o.ticks()
	defer stop()
	for {
		if !o.report(progressOf(task)) {
			return plain(C.WB_ERR_CANCELLED, "the load", "")
		}
		select {
		case <-ticks:
		case <-o.ctx.Done():
			return cancelled(o.ctx)
		case <-ended:
			o.report(progressOf(task))
			// A job that comes late may be there for a moment, and the outcome is not told before it has left.
			return try(func(err **C.wb_error) C.wb_status { return C.wbgo_task_wait(task, 0, err) })
		}
	}
}

// ticks returns a channel for the times at which progress is reported; nil if there is no function for that.
func (o *operation) ticks() (ticks <-chan time.Time, stop func()) {
	if o.progress == nil {
		return nil, func() {}
	}
	ticker := time.NewTicker(progressInterval)
	return ticker.C, ticker.Stop
}

func progressOf(task *C.wb_task) Progress {
	c := C.wb_progress{struct_size: C.sizeof_wb_progress}
	C.wb_task_poll(task, &c)
	return Progress{uint64(c.done_bytes), uint64(c.total_bytes), uint64(c.done_tensors), uint64(c.total_tensors)}
}
