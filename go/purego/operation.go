package weighbridge

import "context"

// operation is a call that a context can cancel.
type operation struct {
	ctx     context.Context
	cancel  object
	unwatch func()
}

// begin begins an operation, which has to be ended. The error is that of a context that is done already.
func begin(ctx context.Context) (*operation, error) {
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	o := &operation{ctx: ctx}
	if err := try(func(err *object) int32 { return c.cancelCreate(&o.cancel, err) }); err != nil {
		return nil, err
	}
	o.unwatch = whenDone(ctx, func() { c.cancelSet(o.cancel) })
	return o, nil
}

func (o *operation) end() {
	o.unwatch()
	c.cancelRelease(o.cancel)
}

// outcome completes the error of the operation with that of the context.
func (o *operation) outcome(err error) error {
	if e, ok := err.(*Error); ok && e.Status == ErrCancelled && e.cause == nil {
		e.cause = o.ctx.Err()
	}
	return err
}
