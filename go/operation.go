package weighbridge

// #include "bridge.h"
import "C"

import (
	"context"
	"runtime"
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

// operation is a call of the library. Functions of the program that the library calls meanwhile find it, to say that they have failed.
type operation struct {
	// The context of the caller, and one that is also done when a function of the program has failed.
	ctx, alive context.Context
	stop       context.CancelFunc
	progress   func(Progress)
	handle     cgo.Handle

	// Cancels the operation in C; NULL for one that is cancelled in another way.
	cancel  *C.wb_cancel
	unwatch func()

	mutex sync.Mutex
	// What a function of the program has failed with that cannot return an error.
	failed error
	// What functions of an fs.FS have failed with: see answer.
	answers    map[int64]error
	lastAnswer error
}

// begin begins an operation, which has to be ended. The error is that of a context that is done already.
func begin(ctx context.Context, progress func(Progress)) (*operation, error) {
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	o := &operation{ctx: ctx, progress: progress}
	o.alive, o.stop = context.WithCancel(ctx)
	o.handle = cgo.NewHandle(o)
	return o, nil
}

func (o *operation) end() {
	if o.cancel != nil {
		o.unwatch()
		C.wb_cancel_release(o.cancel)
	}
	o.stop()
	o.handle.Delete()
}

// watched makes calls that cannot be cancelled. The error is theirs, or that of a function of the program that they have called.
func watched(calls func() error) error {
	o, _ := begin(context.Background(), nil)
	defer o.end()
	return o.outcome(o.on(calls))
}

// watchedApart is apart for calls that may call functions of the program, and whose results need no closing.
func watchedApart[T any](ctx context.Context, call func() (T, error)) (T, error) {
	return apart(ctx, func() (result T, err error) {
		err = watched(func() error {
			result, err = call()
			return err
		})
		return result, err
	}, func(T) {})
}

func (m *Model) assetAt(c *C.wb_model, i C.size_t) (Asset, C.wb_status) {
	info := C.wb_asset_info{struct_size: C.sizeof_wb_asset_info}
	status := C.wb_model_asset_info(c, i, &info)
	return Asset{text(&info.name), uint64(info.bytes), m, i}, status
}

// canceller returns what cancels the operation in C when the context is done or a function of the program has failed.
func (o *operation) canceller() (*C.wb_cancel, error) {
	if err := try(func(err **C.wb_error) C.wb_status { return C.wb_cancel_create(&o.cancel, err) }); err != nil {
		return nil, err
	}
	o.unwatch = whenDone(o.alive, func() { C.wb_cancel_set(o.cancel) })
	return o.cancel, nil
}

// number is the user data of callbacks.
func (o *operation) number() C.uintptr_t { return C.uintptr_t(o.handle) }

// on makes calls to C as a part of the operation: functions of the program that C calls on this thread belong to it. Nil: to none.
func (o *operation) on(calls func() error) error {
	if o == nil {
		return calls()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.wbgo_enter(o.number())
	defer C.wbgo_enter(before)
	return calls()
}

// try makes a call as a part of the operation.
func (o *operation) try(call func(err **C.wb_error) C.wb_status) error {
	return o.on(func() error { return try(call) })
}

// report calls the progress function, and returns whether the operation may go on.
func (o *operation) report(p Progress) bool {
	if o.progress == nil {
		return true
	}
	// Whoever waits for the context may be late.
	return o.survives(caught(func() error {
		o.progress(p)
		return nil
	})) && o.alive.Err() == nil
}

// survives records what a function of the program has failed with, and cancels the operation. If the function belongs to no operation,
// nobody is there to whom the error could be returned. nil: it has not failed.
func (o *operation) survives(err error) bool {
	if err == nil || o == nil {
		return err == nil
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.failed == nil {
		o.failed = err
	}
	o.stop()
	return false
}

// outcome completes the error of the operation with its cause, which the library does not know. A function of the program that has
// failed too late to cancel the operation is an error as well.
func (o *operation) outcome(err error) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	e, isOfC := err.(*Error)
	switch {
	case o.failed != nil && (err == nil || isOfC && isConsequence(e.Status)):
		return &Error{Status: ErrCallback, Message: "a function of the program has failed", Offset: NoOffset, cause: o.failed}
	case !isOfC:
	case o.failed != nil:
		e.cause = o.failed
	case e.Status == ErrCancelled && e.cause == nil:
		e.cause = o.ctx.Err()
	case e.Status == ErrCallback:
		e.cause = o.explain(e)
	}
	return err
}

// isConsequence reports whether an operation fails in this way because a function of the program has failed: it is cancelled, or has not
// got the memory that it has asked for.
func isConsequence(status Status) bool { return status == ErrCancelled || status == ErrOutOfMemory }
