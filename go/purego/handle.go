package weighbridge

import (
	"fmt"
	"io/fs"
	"runtime"
	"sync/atomic"
)

// handle owns one reference to a C object. The object is freed when the handle has been closed and no call uses it any more.
type handle[P any] struct {
	object P
	kind   string
	free   func(P)
	closed atomic.Bool
	// One for the handle while it is open, and one for each call that uses the object.
	users atomic.Int64
}

// own makes a handle of an object. If nobody closes it, it is closed when it has become unreachable.
func own[P any](object P, kind string, free func(P)) *handle[P] {
	h := &handle[P]{object: object, kind: kind, free: free}
	h.users.Store(1)
	// Freeing may wait for threads and call functions of the host, which must not delay other finalizers.
	runtime.SetFinalizer(h, func(h *handle[P]) { go h.close() })
	return h
}

// acquire lends the object until release is called. It returns an error if the handle is closed, or nil.
func (h *handle[P]) acquire() (P, error) {
	if h == nil {
		var none P
		return none, fmt.Errorf("weighbridge: a zero value: %w", fs.ErrClosed)
	}
	for {
		users := h.users.Load()
		if h.closed.Load() || users == 0 {
			var none P
			return none, fmt.Errorf("weighbridge: the %s: %w", h.kind, fs.ErrClosed)
		}
		if h.users.CompareAndSwap(users, users+1) {
			return h.object, nil
		}
	}
}

func (h *handle[P]) release() {
	if h.users.Add(-1) == 0 {
		runtime.SetFinalizer(h, nil)
		h.free(h.object)
	}
}

func (h *handle[P]) close() {
	if h != nil && h.closed.CompareAndSwap(false, true) {
		h.release()
	}
}

// using calls a function with the object.
func (h *handle[P]) using(f func(object P) error) error {
	object, err := h.acquire()
	if err != nil {
		return err
	}
	defer h.release()
	return f(object)
}
