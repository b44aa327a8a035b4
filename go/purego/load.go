package weighbridge

import (
	"context"
	"unsafe"
)

// Target is where a load puts tensors.
type Target uint32

const (
	// TargetHost: one arena in host memory, each tensor aligned.
	TargetHost Target = 0
	// TargetView: the mapped files, without a copy. It needs OpenOptions.Map.
	TargetView Target = 1
	// TargetNone: nowhere. The tensors are read and checked, and the placement is empty.
	TargetNone Target = 4
)

// LoadOptions says what is loaded, and where to. The zero value and nil: all tensors, into an arena in host memory.
type LoadOptions struct {
	// Where tensors are put; the zero value is TargetHost.
	Target Target
	// Glob patterns over tensor names (*, ?, [a-z]), which also match . and /. None: all tensors.
	Include []string
	// Tensors by index, instead of patterns; the placement keeps their order.
	Tensors []int
	// The alignment of each tensor in an arena in bytes, a power of two; 0: 64.
	Alignment uint64
}

func (o *LoadOptions) inC() *planOptions {
	patterns := make([]str, len(o.Include))
	for i, pattern := range o.Include {
		patterns[i] = lent(pattern)
	}
	indices := make([]uintptr, len(o.Tensors))
	for i, index := range o.Tensors {
		indices[i] = uintptr(index)
	}
	return &planOptions{
		structSize: unsafe.Sizeof(planOptions{}), target: uint32(o.Target), alignment: o.Alignment,
		include: first(patterns), includeCount: uintptr(len(patterns)),
		tensors: first(indices), tensorCount: uintptr(len(indices)),
	}
}

// Load loads the model in one pass over the bytes: each is read once, checked and placed. The threads of the host do the work, and the
// goroutine asks at intervals of up to 20 milliseconds whether they are done, between which it holds no thread of the operating system.
// Without them the goroutine does the work, and holds its thread until the end. If the context ends, the load is cancelled, and Load
// returns when nothing works for it any more.
//
// ErrNotFound: a pattern matches no tensor. ErrInvalidArgument: options contradict each other. ErrNotMapped: a view of a model that is
// not mapped. ErrUnverified: under VerifyRequired, no manifest covers a file that is used. ErrMismatch: bytes differ from what a
// manifest expects. ErrChanged: a file has been written since it was opened. ErrIO: reading has failed. ErrOutOfMemory: there is not
// enough memory.
func (m *Model) Load(ctx context.Context, options *LoadOptions) (*Placement, error) {
	if options == nil {
		options = &LoadOptions{}
	}
	operation, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	defer operation.end()
	o := options.inC()
	o.cancel = operation.cancel
	var placement object
	err = m.handle.using(func(model object) error {
		if m.hasThreads {
			return loadAside(ctx, model, o, &placement)
		}
		return try(func(err *object) int32 { return c.modelLoad(model, o, &placement, err) })
	})
	if err != nil {
		return nil, operation.outcome(err)
	}
	return &Placement{own(placement, "placement", c.placementRelease)}, nil
}
