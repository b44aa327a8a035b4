package weighbridge

import "context"

// cancelled is the error of an operation that its context has ended.
func cancelled(ctx context.Context) error {
	return &Error{Status: ErrCancelled, Message: "cancelled", Offset: NoOffset, cause: ctx.Err()}
}

// whenDone calls a function when the context is done. The function that it returns ends that, and waits until it has ended.
func whenDone(ctx context.Context, f func()) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-ctx.Done():
			f()
		case <-stopped:
		}
	}()
	return func() {
		close(stopped)
		<-ended
	}
}

// apart makes a call that C cannot cancel on a goroutine of its own. If the context ends first, apart returns at once; the call ends
// in the background, and drop gets its result.
func apart[T any](ctx context.Context, call func() (T, error), drop func(T)) (T, error) {
	if ctx.Err() != nil {
		var none T
		return none, cancelled(ctx)
	}
	return aside(ctx, call, drop)
}

// aside is apart without looking at the context before: the call is made in any case.
func aside[T any](ctx context.Context, call func() (T, error), drop func(T)) (T, error) {
	if ctx.Done() == nil {
		return call()
	}
	results := make(chan result[T], 1)
	go func() {
		value, err := call()
		results <- result[T]{value, err}
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
		go func() {
			if r := <-results; r.err == nil {
				drop(r.value)
			}
		}()
		var none T
		return none, cancelled(ctx)
	}
}

type result[T any] struct {
	value T
	err   error
}
