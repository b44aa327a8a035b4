package weighbridge

import (
	"context"
	"unsafe"
)

// VerifyOptions says how a model is verified. The zero value and nil are the defaults.
type VerifyOptions struct {
	// Only what manifests list, and the model's own files: the rest of the directory is not looked at.
	OnlyListed bool
	// A file that a manifest lists and that does not exist has no line, instead of one that is a mismatch.
	IgnoreMissing bool
	// A file of the directory that no manifest covers is ErrUnverified.
	RefuseExtra bool
}

func (o *VerifyOptions) inC() *verifyOptions {
	const onlyListed, ignoreMissing, refuseExtra = 1 << 0, 1 << 1, 1 << 2
	to := &verifyOptions{structSize: unsafe.Sizeof(verifyOptions{})}
	if o.OnlyListed {
		to.flags |= onlyListed
	}
	if o.IgnoreMissing {
		to.flags |= ignoreMissing
	}
	if o.RefuseExtra {
		to.flags |= refuseExtra
	}
	return to
}

// Verify checks every file of the model against the manifests, and continues after a mismatch. Of a directory these are all
// files in it, those in folders included; hidden ones are left out. The threads of the host do the work; without them the goroutine
// does, and holds its thread until the end.
//
// The report is also there with ErrMismatch, and with ErrUnverified: under VerifyRequired, something is not covered. After success
// the bytes that were covered count as checked.
func (m *Model) Verify(ctx context.Context, options *VerifyOptions) (*Report, error) {
	if options == nil {
		options = &VerifyOptions{}
	}
	operation, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	defer operation.end()
	o := options.inC()
	o.cancel = operation.cancel
	var report object
	err = m.handle.using(func(model object) error {
		return try(func(err *object) int32 { return c.modelVerify(model, o, &report, err) })
	})
	return takeReport(report), operation.outcome(err)
}
