package weighbridge

// #include "bridge.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"sync"
)

// Progress is how far an operation has come.
type Progress struct {
	// Bytes that have been processed.
	DoneBytes uint64
	// Bytes that will be processed in all; 0: not known.
	TotalBytes uint64
	// Tensors that are complete.
	DoneTensors uint64
	// Tensors that will be processed in all; 0: none, or not known.
	TotalTensors uint64
}

// operation is a call that takes a context and reports its progress. Callbacks find it by its handle.
type operation struct {
	ctx      context.Context
	progress func(Progress)
	handle   cgo.Handle

	// Cancels the operation in C; NULL for one that is cancelled in another way.
	cancel  *C.wb_cancel
	unwatch func()

	mutex  sync.Mutex
	failed error
}

// begin begins an operation, which has to be ended. The error is that of a context that is done already.
func begin(ctx context.Context, progress func(Progress)) (*operation, error) {
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	o := &operation{ctx: ctx, progress: progress}
	o.handle = cgo.NewHandle(o)
	return o, nil
}

func (o *operation) end() {
	if o.cancel != nil {
		o.unwatch()
		C.wb_cancel_release(o.cancel)
	}
	o.handle.Delete()
}

// canceller returns what cancels the operation in C when the context is done or a callback has failed.
func (o *operation) canceller() (*C.wb_cancel, error) {
	if err := try(func(err **C.wb_error) C.wb_status { return C.wb_cancel_create(&o.cancel, err) }); err != nil {
		return nil, err
	}
	o.unwatch = whenDone(o.ctx, func() { C.wb_cancel_set(o.cancel) })
	return o.cancel, nil
}

// number is the user data of callbacks.
func (o *operation) number() C.uintptr_t { return C.uintptr_t(o.handle) }

// report calls the progress function, and returns whether the operation may go on.
func (o *operation) report(p Progress) bool {
	if o.progress == nil {
		return true
	}
	err := caught(func() error {
		o.progress(p)
		return nil
	})
	if err != nil {
		o.fail(err)
	}
	return err == nil
}

// fail records what a callback has failed with, and cancels the operation.
func (o *operation) fail(err error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.failed == nil {
		o.failed = err
	}
	if o.cancel != nil {
		C.wb_cancel_set(o.cancel)
	}
}

// outcome completes the error of the operation with its cause, which the library does not know. A callback that failed too late to
// cancel the operation is an error as well.
func (o *operation) outcome(err error, files *hostFiles) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if err == nil && o.failed != nil {
		err = plain(C.WB_ERR_CANCELLED, "the operation", "")
	}
	if e, ok := err.(*Error); ok && e.Status == ErrCancelled && e.cause == nil {
		if e.cause = o.failed; e.cause == nil {
			e.cause = o.ctx.Err()
		}
	}
	return files.explain(err)
}
