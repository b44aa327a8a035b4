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
	plan, err := m.Plan(ctx, options)
	if err != nil {
		return nil, err
	}
	defer plan.Close()
	return plan.Load(ctx)
}

// Load makes one pass over the bytes: each is read once, checked and placed. A plan may be loaded several times, also at once.
//
// If the host allows threads, they do the work, and Load waits for a channel that is closed at the end: without a thread of the operating
// system, so a thousand loads may wait at once. Otherwise this goroutine does the work and holds its thread until the end. If the context
// ends, the load is cancelled, and Load returns when nothing works for it any more.
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
	if err = o.outcome(err); err != nil {
		C.wb_placement_release(object)
		return nil, err
	}
	return newPlacement(object), nil
}

func (p *Plan) load(o *operation) (*C.wb_placement, error) {
	var task *C.wb_task
	err := p.handle.using(func(c *C.wb_plan) error {
		return o.try(func(err **C.wb_error) C.wb_status { return C.wb_plan_start(c, &task, err) })
	})
	if err != nil {
		return nil, err
	}
	defer o.release(task)
	if p.model.host.works() {
		err = o.await(task)
	} else {
		err = o.work(task)
	}
	if err != nil {
		return nil, err
	}
	var object *C.wb_placement
	err = o.try(func(err **C.wb_error) C.wb_status { return C.wb_task_finish(task, &object, err) })
	return object, err
}

// release ends with a task. One that has not ended is cancelled, and those who work on it are waited for. A job that is run later finds
// nothing to do.
func (o *operation) release(task *C.wb_task) {
	_ = o.on(func() error {
		C.wb_task_release(task)
		return nil
	})
}

// work does the work of a task on this goroutine.
func (o *operation) work(task *C.wb_task) error {
	stop := whenDone(o.alive, func() { C.wb_task_cancel(task) })
	defer stop()
	return o.try(func(err **C.wb_error) C.wb_status { return C.wbgo_task_wait(task, o.number(), err) })
}

// await waits until others have done the work of a task, or the operation is cancelled. It waits for a channel, which the thread that
// ends the task closes: so a goroutine that waits holds no thread. The outcome is what the task is finished with: it is final when the end
// is told, and jobs that come later do not work on the task.
func (o *operation) await(task *C.wb_task) error {
	ended := make(chan struct{})
	channel := cgo.NewHandle(ended)
	err := o.on(func() error { return plain(C.wbgo_task_on_end(task, C.uintptr_t(channel)), "the task", "") })
	if err != nil {
		channel.Delete()
		return err
	}
	ticks, stop := o.ticks()
	defer stop()
	for {
		if !o.report(o.progressOf(task)) {
			return cancelled(o.ctx)
		}
		select {
		case <-ticks:
		case <-o.alive.Done():
			return cancelled(o.ctx)
		case <-ended:
			o.report(o.progressOf(task))
			return nil
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

// progressOf says how far a task is. Whoever asks may be the one that notices its end, and tells the log of it.
func (o *operation) progressOf(task *C.wb_task) Progress {
	c := C.wb_progress{struct_size: C.sizeof_wb_progress}
	_ = o.on(func() error {
		C.wb_task_poll(task, &c)
		return nil
	})
	return Progress{uint64(c.done_bytes), uint64(c.total_bytes), uint64(c.done_tensors), uint64(c.total_tensors)}
}
